//! What documents and AWS's answers have in common, with defaults, order and case written away.
//!
//! It refuses to keep a default: AWS fills them in, and documents leave them out.

use gw_model::AwsTarget;
use serde_json::{Map, Value, json};

use crate::names::partition;

/// What an integration waits for when it does not say, in milliseconds (aws-facts 3.2).
const DEFAULT_TIMEOUT: u64 = 29_000;

/// A field by name in any case: documents written by hand, exports and answers differ in it.
pub(super) fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    let fields = value.as_object();
    let exact = fields.and_then(|fields| fields.get(name));
    exact
        .or_else(|| {
            let (_, value) = fields?
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some(value)
        })
        .unwrap_or(&Value::Null)
}

/// A text; `None` for nothing, null and the empty text.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    match field(value, name) {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A number, also where it is written as a text.
pub(super) fn number(value: &Value, name: &str) -> Option<f64> {
    match field(value, name) {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A flag, also where it is written as a text.
pub(super) fn flag(value: &Value, name: &str) -> Option<bool> {
    match field(value, name) {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// A mapping of texts; AWS gives null for an empty one and for empty values.
pub(super) fn texts(value: &Value, name: &str) -> Map<String, Value> {
    let entries = field(value, name).as_object().into_iter().flatten();
    entries
        .map(|(key, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            (key.clone(), Value::from(text))
        })
        .collect()
}

/// With AWS's own variables filled in, as AWS does at import. What it gives back is filled in too: an emulator may not.
pub(super) fn filled_in(backend: &Value, aws: &AwsTarget) -> Value {
    let text = backend.to_string();
    if !text.contains("${AWS::") {
        return backend.clone();
    }
    let text = text
        .replace("${AWS::Region}", &aws.region)
        .replace("${AWS::Partition}", partition(&aws.region));
    serde_json::from_str(&text).unwrap_or_else(|_| backend.clone())
}

/// An integration as a document spells it, without what is a default. `by_status`: AWS's answers list responses by their
/// status, documents by the pattern that selects them.
pub(super) fn integration(value: &Value, by_status: bool) -> Value {
    let kind = text(value, "type").unwrap_or_default().to_ascii_lowercase();
    let is_proxy = kind.ends_with("_proxy");
    let mut fields = Map::new();
    let mut keep = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    keep("type", Some(json!(kind)));
    // A mock goes nowhere; what stands there means nothing.
    if kind != "mock" {
        keep("uri", text(value, "uri").map(Value::from));
        let method = text(value, "httpMethod").map(|method| method.to_ascii_uppercase());
        keep("httpMethod", method.map(Value::from));
        keep("credentials", text(value, "credentials").map(Value::from));
        keep("connectionId", text(value, "connectionId").map(Value::from));
        let link =
            text(value, "connectionType").filter(|kind| !kind.eq_ignore_ascii_case("INTERNET"));
        keep(
            "connectionType",
            link.map(|kind| json!(kind.to_ascii_uppercase())),
        );
        let timeout = number(value, "timeoutInMillis").map(|wait| wait.max(0.0).round());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is at least 0 and AWS takes five digits"
        )]
        let timeout = timeout
            .map(|wait| wait as u64)
            .filter(|wait| *wait != DEFAULT_TIMEOUT && *wait != 0);
        keep("timeoutInMillis", timeout.map(Value::from));
        let insecure = flag(field(value, "tlsConfig"), "insecureSkipVerification");
        keep(
            "tlsConfig",
            insecure
                .filter(|insecure| *insecure)
                .map(|_| json!({"insecureSkipVerification": true})),
        );
        let streams =
            text(value, "responseTransferMode").filter(|mode| mode.eq_ignore_ascii_case("STREAM"));
        keep("responseTransferMode", streams.map(|_| json!("STREAM")));
    }
    let passes = text(value, "passthroughBehavior")
        .map(|behavior| behavior.to_ascii_lowercase())
        .filter(|behavior| behavior != "when_no_match");
    keep("passthroughBehavior", passes.map(Value::from));
    keep("contentHandling", handling(value));
    keep(
        "requestParameters",
        filled(texts(value, "requestParameters")),
    );
    keep("requestTemplates", filled(texts(value, "requestTemplates")));
    // A proxy passes its backend's answer on, whatever is mapped.
    if !is_proxy {
        let responses = if by_status {
            responses_by_status(field(value, "integrationResponses"))
        } else {
            responses_by_pattern(field(value, "responses"))
        };
        keep("responses", filled(responses));
    }
    Value::Object(fields)
}

fn handling(value: &Value) -> Option<Value> {
    text(value, "contentHandling").map(|handling| json!(handling.to_ascii_uppercase()))
}

fn filled(fields: Map<String, Value>) -> Option<Value> {
    (!fields.is_empty()).then_some(Value::Object(fields))
}

fn responses_by_pattern(value: &Value) -> Map<String, Value> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(pattern, entry)| {
            let pattern = if pattern.is_empty() {
                "default"
            } else {
                pattern
            };
            let status = text(entry, "statusCode").unwrap_or_else(|| "200".to_owned());
            (pattern.to_owned(), response(entry, &status))
        })
        .collect()
}

fn responses_by_status(value: &Value) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, entry) in value.as_object().into_iter().flatten() {
        let pattern = text(entry, "selectionPattern").unwrap_or_else(|| "default".to_owned());
        let status = text(entry, "statusCode").unwrap_or_else(|| status.clone());
        // Two of one pattern: AWS takes one of them, and both are told.
        let name = if responses.contains_key(&pattern) {
            format!("{pattern} ({status})")
        } else {
            pattern
        };
        responses.insert(name, response(entry, &status));
    }
    responses
}

fn response(entry: &Value, status: &str) -> Value {
    let mut fields = Map::new();
    fields.insert("statusCode".to_owned(), json!(status));
    let parameters = texts(entry, "responseParameters");
    if let Some(parameters) = filled(parameters) {
        fields.insert("responseParameters".to_owned(), parameters);
    }
    // An empty template passes the body on as none does.
    let mut templates = texts(entry, "responseTemplates");
    templates.retain(|_, template| template.as_str().is_some_and(|text| !text.is_empty()));
    if let Some(templates) = filled(templates) {
        fields.insert("responseTemplates".to_owned(), templates);
    }
    if let Some(handling) = handling(entry) {
        fields.insert("contentHandling".to_owned(), handling);
    }
    Value::Object(fields)
}

/// Headers and bodies of a gateway response.
pub(super) fn gateway_response(value: &Value) -> Value {
    let mut fields = Map::new();
    for name in ["responseParameters", "responseTemplates"] {
        if let Some(texts) = filled(texts(value, name)) {
            fields.insert(name.to_owned(), texts);
        }
    }
    Value::Object(fields)
}

/// The function behind an invocation URI; any other text as it is.
pub(super) fn function_of(uri: &str) -> String {
    let function = uri
        .split_once("/functions/")
        .and_then(|(_, rest)| rest.strip_suffix("/invocations"));
    function.unwrap_or(uri).to_owned()
}

/// What an authorizer goes by: sources without spaces in their order, which is part of AWS's cache key.
pub(super) fn identity(kind: &str, source: Option<String>, pattern: Option<String>) -> Value {
    let sources: Vec<String> = source
        .unwrap_or_default()
        .split(',')
        .map(|source| source.trim().to_owned())
        .filter(|source| !source.is_empty())
        .collect();
    let mut identity = json!({"type": kind.to_ascii_lowercase(), "sources": sources});
    if let (Some(pattern), Some(fields)) = (pattern, identity.as_object_mut()) {
        fields.insert("pattern".to_owned(), Value::from(pattern));
    }
    identity
}

/// A schema without words for people, with references by name and lists that are sets in order. AWS writes references as
/// addresses below the REST API, and decorates models with `$schema` and `title`.
pub(super) fn schema(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (key, value) in fields {
                match key.as_str() {
                    "$schema" | "title" | "description" | "example" | "examples" | "default"
                    | "externalDocs" | "xml" | "deprecated" | "id" | "$id"
                        if !value.is_object() || key != "id" => {}
                    _ if key.starts_with("x-") => {}
                    "$ref" => {
                        let name = value.as_str().unwrap_or_default();
                        let name = name.rsplit('/').next().unwrap_or_default();
                        kept.insert(key.clone(), Value::from(name));
                    }
                    // Names of the user's own stand here, not words of a schema.
                    "properties" | "patternProperties" | "definitions" => {
                        let inner = value.as_object().into_iter().flatten();
                        let inner = inner.map(|(name, value)| (name.clone(), schema(value)));
                        kept.insert(key.clone(), Value::Object(inner.collect()));
                    }
                    "required" | "enum" | "type" => {
                        kept.insert(key.clone(), set(value));
                    }
                    _ => {
                        kept.insert(key.clone(), schema(value));
                    }
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => items.iter().map(schema).collect(),
        // 1.0 and 1 are one number.
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        other => other.clone(),
    }
}

fn set(value: &Value) -> Value {
    let Value::Array(items) = value else {
        return value.clone();
    };
    let mut items = items.clone();
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}
