//! Backends a document spells out itself, in `x-amazon-apigateway-integration`.
//!
//! It refuses to simplify what it does not understand wholly: such an integration is kept to the letter, for AWS only.

use std::collections::BTreeMap;

use gw_model::HttpMethod;
use serde_json::{Map, Value};

use crate::plan::{MockAnswer, RouteBackend};

/// The key on an operation.
pub(crate) const KEY: &str = "x-amazon-apigateway-integration";

/// Reads an integration; `None` when it is no mapping or has no type.
pub(crate) fn read(integration: &Value, method: HttpMethod) -> Option<RouteBackend> {
    let fields = integration.as_object()?;
    let kind = text(fields, "type")?.to_ascii_lowercase();
    let understood = match kind.as_str() {
        "aws_proxy" => lambda(fields),
        "http_proxy" => http(fields, method),
        "mock" => mock(fields),
        _ => None,
    };
    Some(understood.unwrap_or_else(|| RouteBackend::Verbatim {
        integration: integration.to_string(),
    }))
}

fn lambda(fields: &Map<String, Value>) -> Option<RouteBackend> {
    let uri = text(fields, "uri")?;
    let known = [
        "type",
        "uri",
        "httpmethod",
        "passthroughbehavior",
        "payloadformatversion",
        "credentials",
        "responses",
    ];
    let is_lambda = uri.contains(":lambda:");
    let plain = fields
        .keys()
        .all(|key| known.contains(&key.to_ascii_lowercase().as_str()));
    let credentials = text(fields, "credentials").map(str::to_owned);
    (is_lambda && plain).then(|| RouteBackend::Lambda {
        uri: uri.to_owned(),
        credentials,
    })
}

fn http(fields: &Map<String, Value>, method: HttpMethod) -> Option<RouteBackend> {
    let uri = text(fields, "uri")?;
    let plain = fields
        .iter()
        .all(|(key, value)| match key.to_ascii_lowercase().as_str() {
            // A proxy integration has no use for templates of answers.
            "type" | "uri" | "passthroughbehavior" | "payloadformatversion" | "responses" => true,
            "httpmethod" => value
                .as_str()
                .is_some_and(|sent| sent.eq_ignore_ascii_case(method.as_str())),
            "connectiontype" => value
                .as_str()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("INTERNET")),
            "requestparameters" => value.as_object().is_some_and(passes_parameters_on),
            _ => false,
        });
    let fixed = uri.starts_with("http://") || uri.starts_with("https://");
    (plain && fixed && !uri.contains("${")).then(|| RouteBackend::Http {
        url: uri.replace("+}", "}"),
    })
}

/// Whether every parameter goes on under the name it came with.
fn passes_parameters_on(mappings: &Map<String, Value>) -> bool {
    mappings.iter().all(|(to, from)| {
        let to = to.strip_prefix("integration.request.");
        to.is_some()
            && to
                == from
                    .as_str()
                    .and_then(|from| from.strip_prefix("method.request."))
    })
}

/// A mock whose answer is fixed: one response, no template that computes anything.
fn mock(fields: &Map<String, Value>) -> Option<RouteBackend> {
    let responses = fields.get("responses")?.as_object()?;
    let (_, response) = responses.iter().next().filter(|_| responses.len() == 1)?;
    let status = match response.get("statusCode")? {
        Value::String(status) => status.parse().ok()?,
        Value::Number(status) => u16::try_from(status.as_u64()?).ok()?,
        _ => return None,
    };
    let computes = |text: &str| text.contains(['$', '#']);
    let requested = fields.get("requestTemplates").and_then(Value::as_object);
    if requested.is_some_and(|templates| {
        templates
            .values()
            .any(|template| template.as_str().is_none_or(computes))
    }) {
        return None;
    }
    let mut headers = BTreeMap::new();
    for (name, value) in response
        .get("responseParameters")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let name = name.strip_prefix("method.response.header.")?;
        let value = value.as_str()?.strip_prefix('\'')?.strip_suffix('\'')?;
        headers.insert(name.to_owned(), value.to_owned());
    }
    let templates = response.get("responseTemplates").and_then(Value::as_object);
    let (content_type, body) =
        match templates.map(|templates| (templates.len(), templates.iter().next())) {
            None | Some((0, _)) => (String::new(), String::new()),
            Some((1, Some((media_type, template)))) => {
                let body = template.as_str().unwrap_or_default();
                if computes(body) {
                    return None;
                }
                let media_type = if body.is_empty() { "" } else { media_type };
                (media_type.to_owned(), body.to_owned())
            }
            Some(_) => return None,
        };
    Some(RouteBackend::Mock {
        answer: MockAnswer {
            status,
            content_type,
            headers,
            body,
        },
    })
}

/// A field whatever its case: AWS's own exports and hand-written documents differ.
fn text<'v>(fields: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    fields
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .and_then(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(integration: Value) -> &'static str {
        match read(&integration, HttpMethod::Get) {
            None => "none",
            Some(RouteBackend::Http { .. }) => "http",
            Some(RouteBackend::Mock { .. }) => "mock",
            Some(RouteBackend::Lambda { .. }) => "lambda",
            Some(RouteBackend::Verbatim { .. }) => "verbatim",
        }
    }

    #[test]
    fn only_what_is_understood_wholly_is_simplified() {
        let lambda = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations";
        for (expected, integration) in [
            (
                "lambda",
                json!({ "type": "aws_proxy", "uri": lambda, "httpMethod": "POST" }),
            ),
            (
                "lambda",
                json!({ "type": "AWS_PROXY", "uri": lambda, "credentials": "arn:aws:iam::1:role/r" }),
            ),
            (
                "verbatim",
                json!({ "type": "aws_proxy", "uri": lambda, "timeoutInMillis": 900 }),
            ),
            ("verbatim", json!({ "type": "aws", "uri": lambda })),
            (
                "http",
                json!({ "type": "http_proxy", "uri": "https://b.example/{id}", "httpMethod": "GET" }),
            ),
            (
                "verbatim",
                json!({ "type": "http_proxy", "uri": "https://b.example/", "httpMethod": "POST" }),
            ),
            (
                "verbatim",
                json!({ "type": "http_proxy", "uri": "https://${stageVariables.host}/" }),
            ),
            (
                "verbatim",
                json!({ "type": "http_proxy", "uri": "https://b.example/", "connectionType": "VPC_LINK" }),
            ),
            (
                "http",
                json!({ "type": "http_proxy", "uri": "https://b.example/{id}",
                    "requestParameters": { "integration.request.path.id": "method.request.path.id" } }),
            ),
            (
                "verbatim",
                json!({ "type": "http_proxy", "uri": "https://b.example/{id}",
                    "requestParameters": { "integration.request.path.id": "method.request.path.pet" } }),
            ),
            (
                "mock",
                json!({ "type": "mock", "responses": { "default": { "statusCode": "204" } } }),
            ),
            (
                "verbatim",
                json!({ "type": "mock", "responses": { "default": { "statusCode": "200",
                    "responseTemplates": { "application/json": "$context.requestId" } } } }),
            ),
            ("none", json!({ "uri": "https://b.example/" })),
            ("none", json!("aws_proxy")),
        ] {
            assert_eq!(kind(integration.clone()), expected, "{integration}");
        }
    }

    #[test]
    fn a_fixed_mock_keeps_status_headers_and_body() {
        let backend = read(
            &json!({ "type": "mock", "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                "responses": { "default": { "statusCode": 200,
                    "responseParameters": { "method.response.header.X-Kind": "'mock'" },
                    "responseTemplates": { "application/json": "{\"ok\": true}" } } } }),
            HttpMethod::Get,
        );
        let Some(RouteBackend::Mock { answer }) = backend else {
            panic!("{backend:?}")
        };
        assert_eq!(
            (answer.status, &*answer.content_type, &*answer.body),
            (200, "application/json", "{\"ok\": true}")
        );
        assert_eq!(
            answer.headers.get("X-Kind").map(String::as_str),
            Some("mock")
        );
    }
}
