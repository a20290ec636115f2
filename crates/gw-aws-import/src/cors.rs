//! Preflight answers and the headers browsers need on API Gateway's own errors.
//!
//! It refuses to touch a backend's answers: proxy integrations pass them on unchanged.

use gw_model::{CorsPolicy, HttpMethod};
use serde_json::{Map, Value, json};

const ORIGIN: &str = "Access-Control-Allow-Origin";

/// The OPTIONS operation of a path.
pub(crate) fn preflight(policy: &CorsPolicy, methods: &[HttpMethod]) -> Value {
    let mut headers: Vec<(&str, String)> =
        vec![("Access-Control-Allow-Methods", allowed_methods(methods))];
    if !policy.allow_headers.is_empty() {
        headers.push((
            "Access-Control-Allow-Headers",
            policy.allow_headers.join(","),
        ));
    }
    if policy.allow_credentials {
        headers.push(("Access-Control-Allow-Credentials", "true".to_owned()));
    }
    headers.push(("Access-Control-Max-Age", policy.max_age_seconds.to_string()));
    let single = single_origin(policy);
    headers.push((ORIGIN, single.unwrap_or_default().to_owned()));
    if single != Some("*") {
        headers.push(("Vary", "Origin".to_owned()));
    }

    let declared: Map<String, Value> = headers
        .iter()
        .map(|(name, _)| ((*name).to_owned(), json!({"schema": {"type": "string"}})))
        .collect();
    let parameters: Map<String, Value> = headers
        .iter()
        .map(|(name, value)| {
            (
                format!("method.response.header.{name}"),
                json!(quoted(value)),
            )
        })
        .collect();
    let mut response = json!({"statusCode": "200", "responseParameters": parameters});
    // No template rather than an empty one: AWS hands an empty one out as null, which its own SDK cannot read.
    if let (None, Some(fields)) = (single, response.as_object_mut()) {
        let template = json!({"application/json": echo_origin(policy)});
        fields.insert("responseTemplates".to_owned(), template);
    }
    json!({
        "summary": "CORS preflight",
        "security": [],
        "responses": {"200": {"description": "Allowed", "headers": declared}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "passthroughBehavior": "when_no_match",
            // With binary media types set, a mock's templates work on text only when told so.
            "contentHandling": "CONVERT_TO_TEXT",
            "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
            "responses": {"default": response},
        },
    })
}

/// `DEFAULT_4XX` and `DEFAULT_5XX` with CORS headers and AWS's own bodies, so that a browser shows a 401 as a 401.
pub(crate) fn gateway_responses(policy: &CorsPolicy) -> Value {
    let mut parameters = Map::new();
    // API Gateway's error bodies hold nothing of the backend's, so when there are several origins any may read them.
    let origin =
        single_origin(policy).map_or_else(|| "method.request.header.Origin".to_owned(), quoted);
    parameters.insert(format!("gatewayresponse.header.{ORIGIN}"), json!(origin));
    if policy.allow_credentials {
        parameters.insert(
            "gatewayresponse.header.Access-Control-Allow-Credentials".to_owned(),
            json!("'true'"),
        );
    }
    let response = json!({
        "responseParameters": parameters,
        "responseTemplates": {"application/json": "{\"message\":$context.error.messageString}"},
    });
    json!({"DEFAULT_4XX": response, "DEFAULT_5XX": response})
}

fn allowed_methods(methods: &[HttpMethod]) -> String {
    let expanded: &[HttpMethod] = if methods.contains(&HttpMethod::Any) {
        &[
            HttpMethod::Delete,
            HttpMethod::Get,
            HttpMethod::Head,
            HttpMethod::Patch,
            HttpMethod::Post,
            HttpMethod::Put,
        ]
    } else {
        methods
    };
    let mut names: Vec<&str> = expanded.iter().map(|method| method.as_str()).collect();
    names.push("OPTIONS");
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

/// The one value of the origin header, when it does not depend on the request.
fn single_origin(policy: &CorsPolicy) -> Option<&str> {
    if policy.allow_origins.iter().any(|origin| origin == "*") {
        return Some("*");
    }
    match policy.allow_origins.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// A template that answers with the request's origin when it is a listed one, and with none otherwise.
fn echo_origin(policy: &CorsPolicy) -> String {
    let listed: Vec<String> = policy
        .allow_origins
        .iter()
        .filter(|origin| !origin.contains(['"', '$', '#', '\\']))
        .map(|origin| format!("$origin == \"{origin}\""))
        .collect();
    if listed.is_empty() {
        return String::new();
    }
    format!(
        "#set($origin = $input.params(\"Origin\"))#if({})#set($context.responseOverride.header.{ORIGIN} = $origin)#end",
        listed.join(" || ")
    )
}

/// A static value in a mapping expression; quotes inside it would end it.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', ""))
}
