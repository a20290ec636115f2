//! What AWS holds of a REST API, written as an OpenAPI document from which it can be imported again.
//!
//! It refuses to rely on AWS's own export: that leaves out who may call where emulators and old APIs differ, and says
//! nothing of what is not deployed. It refuses to let a protected operation become an open one: what cannot be written
//! well is written so that planning it is an error.
//!
//! Invariant: equal readings give equal text, whatever order AWS lists things in.

mod compare;
mod http;
mod operation;
mod security;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use gw_model::HttpMethod;
use serde_json::{Map, Value, json};

pub use compare::undeployed;
pub use http::http_api;

use crate::names;
use security::Schemes;

/// What AWS answered of one REST API, as JSON: every page's items.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// `GetRestApi`.
    pub api: Value,
    /// `GetResources` with methods embedded.
    pub resources: Vec<Value>,
    /// `GetAuthorizers`.
    pub authorizers: Vec<Value>,
    /// `GetModels`.
    pub models: Vec<Value>,
    /// `GetRequestValidators`.
    pub validators: Vec<Value>,
    /// `GetGatewayResponses`.
    pub responses: Vec<Value>,
}

/// A REST API as a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// OpenAPI 3.0.1, as indented JSON.
    pub document: String,
    /// Operations that ask callers for something.
    pub protected: u32,
    /// What could not be written as it is, one sentence each.
    pub notes: Vec<String>,
}

/// Writes the document.
pub fn document(readings: &Readings) -> Adopted {
    let mut notes = Vec::new();
    let models = models(readings, &mut notes);
    let mut schemes = Schemes::read(&readings.authorizers);
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut protected = 0;
    for resource in &readings.resources {
        let path = text(resource, "path");
        let Some(methods) = resource.get("resourceMethods").and_then(Value::as_object) else {
            continue;
        };
        let known: BTreeMap<&str, &Value> = methods
            .iter()
            .map(|(name, method)| (name.as_str(), method))
            .collect();
        for (name, method) in known {
            let Some(key) = method_key(name) else {
                notes.push(format!(
                    "{name} {path} is of a method Gatewright does not know"
                ));
                continue;
            };
            let reading = operation::Reading {
                path,
                resource: text(resource, "id"),
                name,
                method,
                models: &models,
                validators: &readings.validators,
            };
            let security = schemes.of(method);
            if !security.is_empty() {
                protected += 1;
            }
            let value = reading.write(Value::Array(security), &mut notes);
            paths.entry(path).or_default().insert(key.to_owned(), value);
        }
    }
    let mut root = Map::new();
    root.insert("openapi".to_owned(), json!("3.0.1"));
    root.insert("info".to_owned(), info(&readings.api));
    root.insert("paths".to_owned(), json!(paths));
    let mut components = Map::new();
    if !models.is_empty() {
        components.insert("schemas".to_owned(), json!(models));
    }
    let schemes = schemes.finish();
    if !schemes.is_empty() {
        components.insert("securitySchemes".to_owned(), Value::Object(schemes));
    }
    if !components.is_empty() {
        root.insert("components".to_owned(), Value::Object(components));
    }
    settings(readings, &mut root, &mut notes);
    let mut document = serde_json::to_string_pretty(&Value::Object(root)).unwrap_or_default();
    document.push('\n');
    Adopted {
        document,
        protected,
        notes,
    }
}

fn info(api: &Value) -> Value {
    let version = match text(api, "version") {
        "" => "1.0.0",
        version => version,
    };
    let mut info = json!({"title": text(api, "name"), "version": version});
    let description = names::unsigned(text(api, "description"));
    if let (false, Some(fields)) = (description.is_empty(), info.as_object_mut()) {
        fields.insert("description".to_owned(), json!(description));
    }
    info
}

/// Models by name, as schemas of the document.
fn models(readings: &Readings, notes: &mut Vec<String>) -> BTreeMap<String, Value> {
    let mut models = BTreeMap::new();
    for model in &readings.models {
        let name = text(model, "name");
        let kind = text(model, "contentType");
        if !kind.is_empty() && kind != "application/json" {
            notes.push(format!(
                "The model '{name}' is for {kind}; it is written as one for JSON"
            ));
        }
        let mut schema: Value = match serde_json::from_str(text(model, "schema")) {
            Ok(schema) => schema,
            Err(_) if text(model, "schema").trim().is_empty() => json!({}),
            Err(_) => {
                notes.push(format!(
                    "The model '{name}' is no JSON; an empty schema stands for it"
                ));
                json!({})
            }
        };
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("$schema");
        }
        refer_within(&mut schema, name);
        models.insert(name.to_owned(), schema);
    }
    models
}

/// References to other models by AWS's address, and to a model's own parts, as references within the document.
fn refer_within(schema: &mut Value, model: &str) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref") {
                if let Some((_, name)) = target.rsplit_once("/models/") {
                    *target = format!("#/components/schemas/{name}");
                } else if let Some(part) = target.strip_prefix('#') {
                    *target = format!("#/components/schemas/{model}{part}");
                }
            }
            for value in fields.values_mut() {
                refer_within(value, model);
            }
        }
        Value::Array(items) => {
            for item in items {
                refer_within(item, model);
            }
        }
        _ => {}
    }
}

/// The `x-amazon-apigateway-…` of the root.
fn settings(readings: &Readings, root: &mut Map<String, Value>, notes: &mut Vec<String>) {
    let api = &readings.api;
    let mut set = |key: &str, value: Value| {
        root.insert(format!("x-amazon-apigateway-{key}"), value);
    };
    let source = text(api, "apiKeySource");
    if !source.is_empty() {
        set("api-key-source", json!(source));
    }
    // Written when empty too: the compiler would choose otherwise.
    let mut binary: Vec<&str> = list(api, "binaryMediaTypes")
        .filter_map(Value::as_str)
        .collect();
    binary.sort_unstable();
    set("binary-media-types", json!(binary));
    let endpoint = &api["endpointConfiguration"];
    let mut configuration = Map::new();
    if api["disableExecuteApiEndpoint"] == true {
        configuration.insert("disableExecuteApiEndpoint".to_owned(), json!(true));
    }
    let ids: Vec<&Value> = list(endpoint, "vpcEndpointIds").collect();
    if !ids.is_empty() {
        configuration.insert("vpcEndpointIds".to_owned(), json!(ids));
    }
    if !configuration.is_empty() {
        set("endpoint-configuration", Value::Object(configuration));
    }
    for (field, key) in [
        ("endpointAccessMode", "endpoint-access-mode"),
        ("securityPolicy", "security-policy"),
    ] {
        let value = text(api, field);
        if !value.is_empty() {
            set(key, json!(value));
        }
    }
    let responses = gateway_responses(&readings.responses);
    if !responses.is_empty() {
        set("gateway-responses", json!(responses));
    }
    if let Some(size) = api["minimumCompressionSize"].as_u64() {
        set("minimum-compression-size", json!(size));
    }
    match policy(text(api, "policy")) {
        Ok(Some(policy)) => set("policy", policy),
        Ok(None) => {}
        Err(written) => {
            notes.push("The resource policy is no JSON; it is kept as text".to_owned());
            set("policy", json!(written));
        }
    }
    let validators: BTreeMap<&str, Value> = readings
        .validators
        .iter()
        .map(|validator| {
            let is = |key: &str| json!(validator[key] == true);
            let checks = json!({
                "validateRequestBody": is("validateRequestBody"),
                "validateRequestParameters": is("validateRequestParameters"),
            });
            (text(validator, "name"), checks)
        })
        .collect();
    if !validators.is_empty() {
        set("request-validators", json!(validators));
    }
}

/// Those somebody set; AWS lists its own beside them.
fn gateway_responses(responses: &[Value]) -> BTreeMap<&str, Value> {
    let mut own = BTreeMap::new();
    for response in responses {
        if response["defaultResponse"] == true {
            continue;
        }
        let mut fields = Map::new();
        let status = text(response, "statusCode");
        if !status.is_empty() {
            fields.insert("statusCode".to_owned(), json!(status));
        }
        for key in ["responseParameters", "responseTemplates"] {
            let map = texts(&response[key]);
            if !map.is_empty() {
                fields.insert(key.to_owned(), json!(map));
            }
        }
        own.insert(text(response, "responseType"), Value::Object(fields));
    }
    own
}

/// AWS hands a resource policy out as text whose quotes are escaped once more than JSON needs.
fn policy(written: &str) -> Result<Option<Value>, String> {
    if written.trim().is_empty() {
        return Ok(None);
    }
    if let Ok(policy) = serde_json::from_str::<Value>(written) {
        return Ok(Some(policy));
    }
    serde_json::from_str::<String>(&format!("\"{written}\""))
        .ok()
        .and_then(|plain| serde_json::from_str(&plain).ok())
        .map(Some)
        .ok_or_else(|| written.to_owned())
}

/// The key of a method in a document.
fn method_key(name: &str) -> Option<&'static str> {
    name.parse::<HttpMethod>()
        .ok()
        .map(HttpMethod::document_key)
}

/// A field's text; empty when it is missing or null.
fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A map of texts, sorted; an empty text comes as null.
fn texts(value: &Value) -> BTreeMap<&str, &str> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, text)| (name.as_str(), text.as_str().unwrap_or_default()))
        .collect()
}
