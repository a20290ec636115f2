//! Between an operation of a document and the form that shows it.
//!
//! It refuses to drop what the form does not show: schemas, links, extensions and further media types stay.

use gw_model::Fault;
use gw_openapi::{Document, NodeId, Operation, SpecVersion, sample};
use gw_plan::ParameterLocation;
use serde_json::{Map, Value, json};

use crate::names::invalid;
use crate::wire::{BodyForm, OperationForm, ParameterForm, ResponseForm};

/// JSON Schema types a parameter can have.
const TYPES: [&str; 5] = ["string", "integer", "number", "boolean", "array"];

/// The form of an operation.
pub(super) fn read(document: &Document, operation: &Operation) -> OperationForm {
    OperationForm {
        operation: operation.key.clone(),
        operation_id: operation.operation_id.clone().unwrap_or_default(),
        summary: operation.summary.clone().unwrap_or_default(),
        description: operation.description.clone().unwrap_or_default(),
        parameters: operation
            .parameters
            .iter()
            .map(|parameter| ParameterForm {
                name: parameter.name.clone(),
                location: location(parameter.location),
                required: parameter.required,
                schema_type: schema_type(document, parameter.schema),
                description: parameter.description.clone().unwrap_or_default(),
            })
            .collect(),
        request_body: operation.request_body.as_ref().and_then(|body| {
            let content = body.content.first()?;
            Some(BodyForm {
                media_type: content.media_type.clone(),
                required: body.required,
                example: declared_example(document, content.node),
            })
        }),
        responses: operation
            .responses
            .iter()
            .map(|response| {
                let content = response.content.first();
                ResponseForm {
                    status: response.status.clone(),
                    description: response.description.clone().unwrap_or_default(),
                    media_type: content
                        .map(|content| content.media_type.clone())
                        .unwrap_or_default(),
                    example: content
                        .map(|content| declared_example(document, content.node))
                        .unwrap_or_default(),
                }
            })
            .collect(),
    }
}

/// Checks what was typed.
pub(super) fn check(form: &OperationForm) -> Result<(), Fault> {
    let path = &form.operation.path;
    if !path.starts_with('/')
        || path.contains(|c: char| c.is_whitespace() || c.is_control() || c == '?' || c == '#')
    {
        return Err(invalid(
            "path",
            format!("'{path}' is not a path"),
            "Begin with / and leave out spaces, ? and #",
        ));
    }
    for parameter in &form.parameters {
        if parameter.name.trim().is_empty() {
            return Err(invalid(
                "parameters",
                "A parameter has no name",
                "Name it or remove it",
            ));
        }
        if !TYPES.contains(&parameter.schema_type.as_str()) {
            let advice = format!("Choose from {}", TYPES.join(", "));
            return Err(invalid(
                "parameters",
                format!("'{}' is not a type", parameter.schema_type),
                advice,
            ));
        }
    }
    let mut seen: Vec<(&str, ParameterLocation)> = Vec::new();
    for parameter in &form.parameters {
        let key = (parameter.name.as_str(), parameter.location);
        if seen.contains(&key) {
            let summary = format!(
                "The parameter {} stands twice in the same place",
                parameter.name
            );
            return Err(invalid("parameters", summary, "Remove one of the two"));
        }
        seen.push(key);
    }
    if form.responses.is_empty() {
        return Err(invalid(
            "responses",
            "The operation has no answer",
            "Add one, usually 200",
        ));
    }
    for response in &form.responses {
        let fits = response.status == "default"
            || response.status.len() == 3
                && response
                    .status
                    .starts_with(|first: char| ('1'..='5').contains(&first))
                && response.status[1..]
                    .chars()
                    .all(|c| c.is_ascii_digit() || c == 'X');
        if !fits {
            let summary = format!("'{}' is not a status", response.status);
            return Err(invalid("responses", summary, "Write 200, 4XX or default"));
        }
        example(&response.media_type, &response.example, "responses")?;
    }
    if let Some(body) = &form.request_body {
        if !body.media_type.contains('/') {
            let summary = format!("'{}' is not a media type", body.media_type);
            return Err(invalid(
                "request_body",
                summary,
                "Write it like application/json",
            ));
        }
        example(&body.media_type, &body.example, "request_body")?;
    }
    Ok(())
}

/// The operation's value: what it was, with the form's fields laid over it.
pub(super) fn write(
    document: &Document,
    before: Option<&Operation>,
    form: &OperationForm,
) -> Result<Value, Fault> {
    let mut value = match before.map(|before| document.to_value(document.node(before.node))) {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let old = before.map(|before| read(document, before));
    let old = old.as_ref();
    let set_text = |value: &mut Map<String, Value>, key: &str, text: &str, was: Option<&String>| {
        if was.is_some_and(|was| was == text) {
            return;
        }
        if text.is_empty() {
            value.remove(key);
        } else {
            value.insert(key.to_owned(), text.into());
        }
    };
    set_text(
        &mut value,
        "operationId",
        &form.operation_id,
        old.map(|old| &old.operation_id),
    );
    set_text(
        &mut value,
        "summary",
        &form.summary,
        old.map(|old| &old.summary),
    );
    set_text(
        &mut value,
        "description",
        &form.description,
        old.map(|old| &old.description),
    );
    let swagger = document.version() == Some(SpecVersion::V2);
    if old.is_none_or(|old| old.parameters != form.parameters) {
        write_parameters(document, before, form, swagger, &mut value);
    }
    if swagger {
        return refuse_swagger_bodies(old, form).map(|()| {
            write_statuses(form, &mut value);
            Value::Object(value)
        });
    }
    if old.is_none_or(|old| old.request_body != form.request_body) {
        match &form.request_body {
            None => {
                value.remove("requestBody");
            }
            Some(body) => {
                let mut held = object(
                    value
                        .remove("requestBody")
                        .filter(|held| held.get("$ref").is_none()),
                );
                if body.required {
                    held.insert("required".to_owned(), true.into());
                } else {
                    held.remove("required");
                }
                let was = old.and_then(|old| old.request_body.as_ref());
                let was = was.map(|was| (was.media_type.as_str(), was.example.as_str()));
                write_content(&mut held, &body.media_type, &body.example, was)?;
                value.insert("requestBody".to_owned(), Value::Object(held));
            }
        }
    }
    if old.is_none_or(|old| old.responses != form.responses) {
        let mut stored = object(value.remove("responses"));
        let mut responses = Map::new();
        for response in &form.responses {
            let mut held = object(stored.remove(&response.status));
            let was = old.and_then(|old| {
                old.responses
                    .iter()
                    .find(|was| was.status == response.status)
            });
            if was == Some(response) {
                responses.insert(response.status.clone(), Value::Object(held));
                continue;
            }
            held.remove("$ref");
            held.insert(
                "description".to_owned(),
                response.description.as_str().into(),
            );
            if response.media_type.is_empty() {
                held.remove("content");
            } else {
                let was = was.map(|was| (was.media_type.as_str(), was.example.as_str()));
                write_content(&mut held, &response.media_type, &response.example, was)?;
            }
            responses.insert(response.status.clone(), Value::Object(held));
        }
        responses.extend(stored.into_iter().filter(|(key, _)| key.starts_with("x-")));
        value.insert("responses".to_owned(), Value::Object(responses));
    }
    Ok(Value::Object(value))
}

/// In 2.0 bodies are parameters and examples stand elsewhere: the form leaves both to the text.
fn refuse_swagger_bodies(old: Option<&OperationForm>, form: &OperationForm) -> Result<(), Fault> {
    let changed = match old {
        Some(old) => old.request_body != form.request_body,
        None => form.request_body.is_some(),
    };
    if changed {
        let advice = "Edit the text of the document; in Swagger 2.0 a body is a parameter";
        return Err(invalid(
            "request_body",
            "Bodies of Swagger 2.0 documents cannot be edited by form",
            advice,
        ));
    }
    Ok(())
}

fn write_statuses(form: &OperationForm, value: &mut Map<String, Value>) {
    let mut stored = object(value.remove("responses"));
    let mut responses = Map::new();
    for response in &form.responses {
        let mut held = object(stored.remove(&response.status));
        if !held.contains_key("$ref") {
            held.insert(
                "description".to_owned(),
                response.description.as_str().into(),
            );
        }
        responses.insert(response.status.clone(), Value::Object(held));
    }
    value.insert("responses".to_owned(), Value::Object(responses));
}

fn write_parameters(
    document: &Document,
    before: Option<&Operation>,
    form: &OperationForm,
    swagger: bool,
    value: &mut Map<String, Value>,
) {
    let stored = before
        .map(|before| before.parameters.as_slice())
        .unwrap_or_default();
    let mut parameters: Vec<Value> = Vec::new();
    if swagger && let Some(Value::Array(all)) = value.get("parameters") {
        // Bodies and form fields are not the form's to change.
        parameters.extend(
            all.iter()
                .filter(|it| matches!(it["in"].as_str(), Some("body" | "formData")))
                .cloned(),
        );
    }
    for parameter in &form.parameters {
        let was = stored
            .iter()
            .find(|was| was.name == parameter.name && location(was.location) == parameter.location);
        let mut held = object(was.map(|was| document.to_value(document.node(was.node))));
        held.insert("name".to_owned(), parameter.name.as_str().into());
        held.insert("in".to_owned(), word(parameter.location).into());
        if parameter.required || parameter.location == ParameterLocation::Path {
            held.insert("required".to_owned(), true.into());
        } else {
            held.remove("required");
        }
        if parameter.description.is_empty() {
            held.remove("description");
        } else {
            held.insert(
                "description".to_owned(),
                parameter.description.as_str().into(),
            );
        }
        let same_type =
            was.is_some_and(|was| schema_type(document, was.schema) == parameter.schema_type);
        if !same_type {
            if swagger {
                held.insert("type".to_owned(), parameter.schema_type.as_str().into());
            } else {
                held.insert("schema".to_owned(), new_schema(&parameter.schema_type));
            }
        }
        parameters.push(Value::Object(held));
    }
    if parameters.is_empty() {
        value.remove("parameters");
    } else {
        value.insert("parameters".to_owned(), parameters.into());
    }
}

fn new_schema(name: &str) -> Value {
    if name == "array" {
        json!({ "type": "array", "items": { "type": "string" } })
    } else {
        json!({ "type": name })
    }
}

/// Sets one media type and its example; others stay.
fn write_content(
    holder: &mut Map<String, Value>,
    media_type: &str,
    text: &str,
    was: Option<(&str, &str)>,
) -> Result<(), Fault> {
    let mut content = object(holder.remove("content"));
    let renamed = was
        .map(|(old, _)| old)
        .filter(|old| *old != media_type && !old.is_empty());
    let mut held = match renamed.and_then(|old| content.remove(old)) {
        Some(held) => object(Some(held)),
        None => object(content.remove(media_type)),
    };
    if was.is_none_or(|(_, old)| old != text) {
        held.remove("examples");
        match example(media_type, text, "example")? {
            None => {
                held.remove("example");
            }
            Some(value) => {
                held.insert("example".to_owned(), value);
            }
        }
    }
    let mut ordered = Map::new();
    ordered.insert(media_type.to_owned(), Value::Object(held));
    ordered.extend(content);
    holder.insert("content".to_owned(), Value::Object(ordered));
    Ok(())
}

/// An example as typed: JSON for JSON media types, text for others.
fn example(media_type: &str, text: &str, field: &str) -> Result<Option<Value>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    if !media_type.contains("json") {
        return Ok(Some(text.into()));
    }
    serde_json::from_str(text).map(Some).map_err(|error| {
        let summary = format!(
            "The example is not JSON: line {}, column {}",
            error.line(),
            error.column()
        );
        invalid(
            field,
            summary,
            "Mend the JSON, or choose another media type",
        )
    })
}

/// The example the document itself gives, as it is typed; empty when it gives none.
fn declared_example(document: &Document, node: Option<NodeId>) -> String {
    let Some(holder) = node.map(|id| document.node(id)) else {
        return String::new();
    };
    let own = holder.get("example").or_else(|| {
        let (_, first) = holder.get("examples")?.entries().next()?;
        document.resolve(first).ok()?.get("value")
    });
    match own.map(|node| document.to_value(node)) {
        None => String::new(),
        Some(Value::String(text)) => text,
        Some(value) => serde_json::to_string_pretty(&value).unwrap_or_default(),
    }
}

fn schema_type(document: &Document, schema: Option<NodeId>) -> String {
    let value = schema.map(|id| sample::schema(document, id, sample::Direction::Request));
    match value {
        Some(Value::Number(number)) if number.is_f64() => "number",
        Some(Value::Number(_)) => declared_type(document, schema).unwrap_or("integer"),
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Array(_)) => "array",
        _ => declared_type(document, schema).unwrap_or("string"),
    }
    .to_owned()
}

fn declared_type(document: &Document, schema: Option<NodeId>) -> Option<&'static str> {
    let node = document.resolve(document.node(schema?)).ok()?;
    let declared = node.get("type")?.as_str()?;
    TYPES.into_iter().find(|name| *name == declared)
}

fn location(of: gw_openapi::ParameterLocation) -> ParameterLocation {
    match of {
        gw_openapi::ParameterLocation::Path => ParameterLocation::Path,
        gw_openapi::ParameterLocation::Query => ParameterLocation::Query,
        gw_openapi::ParameterLocation::Header => ParameterLocation::Header,
        gw_openapi::ParameterLocation::Cookie => ParameterLocation::Cookie,
    }
}

fn word(location: ParameterLocation) -> &'static str {
    match location {
        ParameterLocation::Path => "path",
        ParameterLocation::Query => "query",
        ParameterLocation::Header => "header",
        ParameterLocation::Cookie => "cookie",
    }
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
