//! What a document says to AWS itself, written as it was: security schemes and settings of the API.
//!
//! It refuses to change any of it, but for gateway responses that a CORS policy adds headers to.

use gw_plan::{Plan, RouteSecurity};
use serde_json::{Map, Value};

/// Media types whose bodies pass as bytes; what the document lists wins over what the compiler would choose.
pub(crate) const BINARY_TYPES: &str = "x-amazon-apigateway-binary-media-types";

const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";

/// The document's own schemes; none when no operation asks for one.
pub(crate) fn schemes(plan: &Plan) -> Map<String, Value> {
    let asked = plan
        .routes
        .iter()
        .any(|route| matches!(route.security, RouteSecurity::Own { .. }));
    if !asked {
        return Map::new();
    }
    plan.own
        .schemes
        .iter()
        .map(|(name, text)| (name.clone(), read(text)))
        .collect()
}

/// The document's own settings.
pub(crate) fn settings(plan: &Plan) -> Vec<(&str, Value)> {
    plan.own
        .settings
        .iter()
        .map(|(key, text)| (key.as_str(), read(text)))
        .collect()
}

/// Adds gateway responses to those the document has: where both speak of one, headers are joined and the document's body
/// and status stay.
pub(crate) fn add_gateway_responses(settings: &mut Vec<(&str, Value)>, added: Value) {
    let own = settings
        .iter_mut()
        .find(|(key, _)| *key == GATEWAY_RESPONSES)
        .and_then(|(_, value)| value.as_object_mut());
    let Some(own) = own else {
        settings.push((GATEWAY_RESPONSES, added));
        return;
    };
    let Value::Object(added) = added else {
        return;
    };
    // AWS takes a response of its own for each kind from `DEFAULT_…` only when there is none: each needs the headers.
    let defaults: Vec<(String, Value)> = added.into_iter().collect();
    for (kind, response) in own.iter_mut() {
        let default = if is_server_error(kind, response) {
            "DEFAULT_5XX"
        } else {
            "DEFAULT_4XX"
        };
        if let Some((_, headers)) = defaults.iter().find(|(name, _)| name == default) {
            join(response, &headers["responseParameters"]);
        }
    }
    for (kind, response) in defaults {
        own.entry(kind).or_insert(response);
    }
}

fn is_server_error(kind: &str, response: &Value) -> bool {
    let status = match response.get("statusCode") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if !status.is_empty() {
        return status.starts_with('5');
    }
    matches!(
        kind,
        "DEFAULT_5XX"
            | "API_CONFIGURATION_ERROR"
            | "AUTHORIZER_CONFIGURATION_ERROR"
            | "AUTHORIZER_FAILURE"
            | "INTEGRATION_FAILURE"
            | "INTEGRATION_TIMEOUT"
    )
}

fn join(response: &mut Value, headers: &Value) {
    let Some(fields) = response.as_object_mut() else {
        return;
    };
    let known = fields
        .entry("responseParameters")
        .or_insert_with(|| Value::Object(Map::new()));
    let (Some(known), Some(headers)) = (known.as_object_mut(), headers.as_object()) else {
        return;
    };
    for (name, value) in headers {
        known.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
