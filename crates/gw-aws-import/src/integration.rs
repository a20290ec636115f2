//! A route's backend as `x-amazon-apigateway-integration`.
//!
//! It refuses to change a backend's answer: HTTP and Lambda backends are proxies, status, headers and body pass through.

use gw_model::{AwsTarget, HttpMethod};
use gw_plan::{MockAnswer, Plan, Route, RouteBackend};
use serde_json::{Map, Value, json};

use crate::names;
use crate::note::{Fidelity, Note, Subject};
use crate::operation::variables;
use crate::paths::{Served, pointer};

/// The integration of a route where it is served.
pub(crate) fn integration(route: &Route, served: &Served, target: &AwsTarget) -> Value {
    match &route.backend {
        RouteBackend::Http { url } => http(route, served, served.url.as_deref().unwrap_or(url)),
        RouteBackend::Mock { answer } => mock(answer),
        RouteBackend::Lambda { uri, credentials } => lambda(uri, credentials.as_deref(), target),
        RouteBackend::Verbatim { integration } => verbatim(integration, &served.renamed),
    }
}

/// An integration of the document's own, with path variables under the names they have on AWS.
fn verbatim(integration: &str, renamed: &[(String, String)]) -> Value {
    let mut value = serde_json::from_str(integration).unwrap_or(Value::Null);
    let Some(fields) = value.as_object_mut() else {
        return value;
    };
    let mappings = fields
        .get_mut("requestParameters")
        .and_then(Value::as_object_mut);
    for mapping in mappings.into_iter().flat_map(Map::values_mut) {
        let name = mapping
            .as_str()
            .and_then(|text| text.strip_prefix("method.request.path."));
        let new = renamed
            .iter()
            .find(|(old, _)| !old.is_empty() && Some(old.as_str()) == name);
        if let Some((_, new)) = new {
            *mapping = Value::from(format!("method.request.path.{new}"));
        }
    }
    value
}

/// Integrations of the document's own that AWS would refuse: without an address, or with one it cannot read.
pub(crate) fn refusals(plan: &Plan) -> Vec<Note> {
    let mut notes = Vec::new();
    for (at, route) in plan.routes.iter().enumerate() {
        let RouteBackend::Verbatim { integration } = &route.backend else {
            continue;
        };
        let Some((rule, what)) = trouble(integration) else {
            continue;
        };
        notes.push(Note {
            rule,
            fidelity: Fidelity::Refused,
            subject: Subject::Route(at),
            source: format!("{}/x-amazon-apigateway-integration", pointer(route)),
            result: String::new(),
            message: format!("The integration of {} {what}", route.operation),
        });
    }
    notes
}

fn trouble(integration: &str) -> Option<(&'static str, &'static str)> {
    let value: Value = serde_json::from_str(integration).unwrap_or_default();
    // AWS's own exports and documents written by hand differ in case.
    let text = |name: &str| {
        let fields = value.as_object()?;
        let (_, value) = fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.as_str()
    };
    let uri = text("uri").unwrap_or_default();
    match text("type")?.to_ascii_lowercase().as_str() {
        "http" | "http_proxy" if !uri.starts_with("http://") && !uri.starts_with("https://") => {
            Some(("GW025", "names no HTTP address"))
        }
        "aws" | "aws_proxy" if !uri.contains(":path/") && !uri.contains(":action/") => {
            Some(("GW026", "names nothing of AWS to call"))
        }
        _ => None,
    }
}

/// The answer a route's method declares: one that a mapping may fill, or a placeholder a proxy ignores.
pub(crate) fn responses(route: &Route) -> Value {
    match &route.backend {
        RouteBackend::Mock { answer } => {
            let headers: Map<String, Value> = answer
                .headers
                .keys()
                .map(|name| (name.clone(), json!({"schema": {"type": "string"}})))
                .collect();
            let mut response = json!({"description": "As the document's example"});
            if let (false, Some(fields)) = (headers.is_empty(), response.as_object_mut()) {
                fields.insert("headers".to_owned(), Value::Object(headers));
            }
            json!({answer.status.to_string(): response})
        }
        RouteBackend::Verbatim { integration } => verbatim_responses(integration),
        _ => json!({"200": {"description": "As the backend answers"}}),
    }
}

fn http(route: &Route, served: &Served, url: &str) -> Value {
    let parameters: Map<String, Value> = variables(&served.path)
        .map(|name| {
            (
                format!("integration.request.path.{name}"),
                json!(format!("method.request.path.{name}")),
            )
        })
        .collect();
    json!({
        "type": "http_proxy",
        "httpMethod": if route.operation.method == HttpMethod::Any { "ANY" } else { route.operation.method.as_str() },
        "uri": url,
        "passthroughBehavior": "when_no_match",
        "requestParameters": parameters,
    })
}

fn lambda(uri: &str, credentials: Option<&str>, target: &AwsTarget) -> Value {
    let uri = if uri.contains(":apigateway:") {
        uri.to_owned()
    } else {
        names::invocation_uri(&target.region, uri)
    };
    let mut integration = json!({
        "type": "aws_proxy",
        // How API Gateway calls Lambda, whatever the caller's method.
        "httpMethod": "POST",
        "uri": uri,
        "passthroughBehavior": "when_no_match",
    });
    if let (Some(role), Some(fields)) = (credentials, integration.as_object_mut()) {
        fields.insert("credentials".to_owned(), json!(role));
    }
    integration
}

fn mock(answer: &MockAnswer) -> Value {
    let media_type = if answer.content_type.is_empty() {
        "application/json"
    } else {
        &answer.content_type
    };
    let parameters: Map<String, Value> = answer
        .headers
        .iter()
        .map(|(name, value)| {
            (
                format!("method.response.header.{name}"),
                json!(format!("'{}'", value.replace('\'', ""))),
            )
        })
        .collect();
    let mut response =
        json!({"statusCode": answer.status.to_string(), "responseParameters": parameters});
    // No template rather than an empty one: AWS hands an empty one out as null, which its own SDK cannot read.
    if let (false, Some(fields)) = (answer.body.is_empty(), response.as_object_mut()) {
        let template = json!({media_type: literal(media_type, &answer.body)});
        fields.insert("responseTemplates".to_owned(), template);
    }
    // A request whose media type has no template would fail; these are what clients send.
    let request = format!("{{\"statusCode\": {}}}", answer.status);
    let templates: Map<String, Value> = [
        "application/json",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/octet-stream",
        "multipart/form-data",
        "text/plain",
        "text/xml",
    ]
    .into_iter()
    .map(|media_type| (media_type.to_owned(), json!(request)))
    .collect();
    json!({
        "type": "mock",
        "passthroughBehavior": "never",
        "contentHandling": "CONVERT_TO_TEXT",
        "requestTemplates": templates,
        "responses": {"default": response},
    })
}

/// A text as a template that yields it: `$` and `#` start expressions in AWS's template language.
fn literal(media_type: &str, body: &str) -> String {
    if !body.contains(['$', '#']) {
        return body.to_owned();
    }
    let is_json = media_type.contains("json") && serde_json::from_str::<Value>(body).is_ok();
    if is_json {
        // In JSON the two can only stand in strings, where they have another spelling.
        return body.replace('$', "\\u0024").replace('#', "\\u0023");
    }
    format!(
        "#set($dollar = '$')#set($hash = '#')\n{}",
        body.replace('$', "\u{0}")
            .replace('#', "${hash}")
            .replace('\u{0}', "${dollar}")
    )
}

/// A hand-written integration may answer with any status it maps; each must be declared.
fn verbatim_responses(integration: &str) -> Value {
    let value: Value = serde_json::from_str(integration).unwrap_or_default();
    let mut declared = Map::new();
    for response in value
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::values)
    {
        let status = match response.get("statusCode") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        let headers: Map<String, Value> = response
            .get("responseParameters")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::keys)
            .filter_map(|name| name.strip_prefix("method.response.header."))
            .map(|name| (name.to_owned(), json!({"schema": {"type": "string"}})))
            .collect();
        declared.insert(
            status,
            json!({"description": "As mapped", "headers": headers}),
        );
    }
    if declared.is_empty() {
        declared.insert(
            "200".to_owned(),
            json!({"description": "As the backend answers"}),
        );
    }
    Value::Object(declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_looks_like_a_template_stays_text() {
        assert_eq!(literal("application/json", r#"{"a":"b"}"#), r#"{"a":"b"}"#);
        assert_eq!(
            literal("application/json", r##"{"price":"$5","tag":"#1"}"##),
            r#"{"price":"\u00245","tag":"\u00231"}"#
        );
        assert_eq!(
            literal("text/plain", "a $b #c"),
            "#set($dollar = '$')#set($hash = '#')\na ${dollar}b ${hash}c"
        );
    }
}
