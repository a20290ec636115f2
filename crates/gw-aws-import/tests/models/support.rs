//! What tests of models share: documents to schemas, schemas to models, and who accepts what.
//!
//! It refuses to look into the compiler: it sees what the connector sees.

use gw_aws_import::models::{Built, ModelId, Models, Purpose};
use gw_openapi::extract::Extract;
use gw_openapi::{Document, SpecVersion};
use gw_plan::{Dialect, SchemaText, Schemas};
use serde_json::{Map, Value, json};

pub const CHECKED: Purpose = Purpose::Request { checked: true };

/// Schemas by name, and one body.
pub struct Source {
    pub schemas: Schemas,
    pub body: SchemaText,
}

/// A body's schema over named schemas, as a document would have them.
pub fn source(dialect: Dialect, body: &Value, named: &Value) -> Source {
    let version = match dialect {
        Dialect::Openapi2 => "2.0",
        Dialect::Openapi30 => "3.0.3",
        Dialect::JsonSchema2020 => "3.1.0",
    };
    let key = if dialect == Dialect::Openapi2 {
        "swagger"
    } else {
        "openapi"
    };
    let document = json!({
        key: version,
        "info": {"title": "T", "version": "1"},
        "paths": {"/b": {"post": {"requestBody": {"content": {"application/json": {"schema": body}}}}}},
        "components": {"schemas": named},
    });
    let (document, _) = Document::parse(&document.to_string());
    let mut extract = Extract::new(&document);
    let at = "/paths/~1b/post/requestBody/content/application~1json/schema";
    let node = document.at(at).unwrap();
    let body = SchemaText {
        pointer: at.to_owned(),
        text: extract.schema(node),
    };
    Source {
        schemas: Schemas {
            dialect,
            texts: extract.finish(),
        },
        body,
    }
}

/// The body's model for a purpose.
pub fn built(source: &Source, purpose: Purpose) -> (Built, ModelId) {
    let mut models = Models::new(&source.schemas);
    let id = models.ask(&source.body, "createB.Request", purpose);
    (models.finish(400 * 1024), id)
}

/// A whole document: every body asked for as the connector would.
pub fn of_document(document: &Document) -> (Schemas, Vec<(SchemaText, String, Purpose)>) {
    let mut extract = Extract::new(document);
    let mut asked = Vec::new();
    for (at, operation) in document.operations().iter().enumerate() {
        let name = operation
            .operation_id
            .clone()
            .unwrap_or_else(|| format!("route{at}"));
        let bodies = operation.request_body.iter().flat_map(|body| &body.content);
        let bodies = bodies.map(|content| (content, format!("{name}Request"), CHECKED));
        let answers = operation.responses.iter().flat_map(|response| {
            let name = format!("{name}Response{}", response.status);
            response
                .content
                .iter()
                .map(move |content| (content, name.clone(), Purpose::Answer))
        });
        for (content, hint, purpose) in bodies.chain(answers) {
            if let Some(id) = content.schema {
                let node = document.node(id);
                let text = extract.schema(node);
                let pointer = node.pointer();
                asked.push((SchemaText { pointer, text }, hint, purpose));
            }
        }
    }
    let dialect = match document.version() {
        Some(SpecVersion::V2) => Dialect::Openapi2,
        Some(SpecVersion::V3_1 | SpecVersion::V3_2) => Dialect::JsonSchema2020,
        _ => Dialect::Openapi30,
    };
    let texts = extract.finish();
    (Schemas { dialect, texts }, asked)
}

/// A validator of what AWS holds: draft 4, formats unchecked.
pub fn model_validator(built: &Built, id: ModelId) -> jsonschema::Validator {
    let models: Value = serde_json::from_str(built.text()).unwrap();
    let schema = match built.reference(id) {
        Some(reference) => {
            json!({"allOf": [{"$ref": reference}], "components": {"schemas": models}})
        }
        None => json!({}),
    };
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft4)
        .should_validate_formats(false)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{error} in {schema}"))
}

/// A validator of what the document says, in the words of 2020-12.
pub fn source_validator(source: &Source) -> Option<jsonschema::Validator> {
    let mut root = Value::Object(Map::new());
    for (pointer, text) in &source.schemas.texts {
        let schema: Value = serde_json::from_str(text).unwrap();
        put(&mut root, pointer, modern(schema, source.schemas.dialect));
    }
    let body: Value = serde_json::from_str(&source.body.text).unwrap();
    root["allOf"] = json!([modern(body, source.schemas.dialect)]);
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(false)
        .build(&root)
        .ok()
}

fn put(root: &mut Value, pointer: &str, schema: Value) {
    let mut at = root;
    for segment in pointer.split('/').skip(1) {
        let key = segment.replace("~1", "/").replace("~0", "~");
        if !at.is_object() {
            return; // within one that stands there already
        }
        at = &mut at[key];
    }
    if at.is_null() {
        *at = schema;
    }
}

/// Words of OpenAPI 3.0 as 2020-12 says them.
fn modern(schema: Value, dialect: Dialect) -> Value {
    if dialect == Dialect::JsonSchema2020 {
        return schema;
    }
    let Value::Object(mut words) = schema else {
        return schema;
    };
    if let Some(reference) = words.get("$ref") {
        return json!({"$ref": reference});
    }
    if words.remove("nullable") == Some(json!(true))
        && let Some(kind) = words.get("type").cloned()
    {
        words.insert("type".to_owned(), json!([kind, "null"]));
    }
    for (flag, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if words.remove(flag) == Some(json!(true))
            && let Some(value) = words.remove(bound)
        {
            words.insert(flag.to_owned(), value);
        }
    }
    for (word, value) in &mut words {
        let taken = std::mem::take(value);
        *value = match (word.as_str(), taken) {
            ("properties", Value::Object(named)) => named
                .into_iter()
                .map(|(name, schema)| (name, modern(schema, dialect)))
                .collect(),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => parts
                .into_iter()
                .map(|part| modern(part, dialect))
                .collect(),
            ("items" | "not" | "additionalProperties", schema) => modern(schema, dialect),
            (_, other) => other,
        };
    }
    Value::Object(words)
}

/// What an OpenAPI 3.0 schema may not be, with where.
pub fn breaches(name: &str, schema: &Value, known: &Map<String, Value>, found: &mut Vec<String>) {
    let Value::Object(words) = schema else {
        found.push(format!("{name} is no object"));
        return;
    };
    if let Some(reference) = words.get("$ref") {
        let target = reference
            .as_str()
            .and_then(|text| text.strip_prefix("#/components/schemas/"));
        if words.len() > 1 {
            found.push(format!("{name} has words beside $ref"));
        }
        if !target.is_some_and(|target| known.contains_key(target)) {
            found.push(format!("{name} refers to {reference}, which is not there"));
        }
        return;
    }
    for (word, value) in words {
        let is_fit = match word.as_str() {
            "type" => ["string", "number", "integer", "boolean", "array", "object"]
                .iter()
                .any(|kind| value == kind),
            "title" | "description" | "format" | "pattern" => value.is_string(),
            "enum" => value.as_array().is_some_and(|values| !values.is_empty()),
            "minimum" | "maximum" => value.is_number(),
            "multipleOf" => value.as_f64().is_some_and(|number| number > 0.0),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => value.is_u64(),
            "uniqueItems" => value.is_boolean(),
            "required" => value.as_array().is_some_and(|names| {
                let mut all: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                let count = all.len();
                all.sort_unstable();
                all.dedup();
                count == names.len() && count == all.len() && count > 0
            }),
            "properties" => {
                for (property, schema) in value.as_object().into_iter().flatten() {
                    breaches(
                        &format!("{name}/properties/{property}"),
                        schema,
                        known,
                        found,
                    );
                }
                value.is_object()
            }
            "items" | "not" => {
                breaches(&format!("{name}/{word}"), value, known, found);
                true
            }
            "additionalProperties" => {
                if value.is_object() {
                    breaches(&format!("{name}/{word}"), value, known, found);
                }
                value.is_object() || value.is_boolean()
            }
            "allOf" | "anyOf" | "oneOf" => {
                for (at, part) in value.as_array().into_iter().flatten().enumerate() {
                    if part.get("$ref").is_some() {
                        found.push(format!("{name}/{word}/{at} is a reference (GW048)"));
                    }
                    breaches(&format!("{name}/{word}/{at}"), part, known, found);
                }
                value.as_array().is_some_and(|parts| !parts.is_empty())
            }
            _ => false,
        };
        if !is_fit {
            found.push(format!("{name}/{word}: {value}"));
        }
    }
    if words.get("type") == Some(&json!("array")) && !words.contains_key("items") {
        found.push(format!("{name} is an array without items"));
    }
}

/// Everything that must hold of compiled models, whatever they were made of.
pub fn check(built: &Built) {
    let models: Map<String, Value> = serde_json::from_str(built.text())
        .unwrap_or_else(|error| panic!("{error} in {}", built.text()));
    let mut found = Vec::new();
    for (name, schema) in &models {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            found.push(format!("the name {name} (GW040)"));
        }
        breaches(name, schema, &models, &mut found);
    }
    let bare: Value = serde_json::from_str(&built.without_descriptions()).unwrap();
    assert!(built.text().len() < 1_000_000 || bare.is_object());
    let document = json!({"components": {"schemas": models}});
    for note in built.notes() {
        if !note.result.is_empty() && document.pointer(&note.result).is_none() {
            found.push(format!("the result of {note:?} is not there"));
        }
    }
    assert!(found.is_empty(), "{found:#?} in {}", built.text());
}
