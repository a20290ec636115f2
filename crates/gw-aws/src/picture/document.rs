//! What an OpenAPI document says AWS has: the one that was imported, or the one AWS exports.
//!
//! It refuses to read what a document does not say: an export without security schemes says nothing of who may call.

use gw_connector::{Facet, Facets, Part, PartKind, Picture};
use gw_model::{AwsTarget, HttpMethod, OperationKey};
use serde_json::{Map, Value, json};

use super::common::{
    field, filled_in, flag, function_of, gateway_response, identity, integration, number, schema,
    text,
};
use crate::names;

/// Seconds an authorizer's answer is kept when the document does not say (aws-facts 3.3).
const DEFAULT_LIFETIME: u64 = 300;

/// What a document says of operations, authorizers, gateway responses and models.
pub(super) fn picture(document: &Value, aws: &AwsTarget) -> Picture {
    let reading = Reading { document, aws };
    let mut picture = Picture::default();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in HttpMethod::ALL {
            let operation = &item[method.document_key()];
            if operation.is_object() {
                let key = OperationKey::new(method, path.clone());
                picture
                    .parts
                    .insert(Part::Operation(key), reading.operation(operation, path));
            }
        }
    }
    for (name, scheme) in reading.authorizers() {
        picture
            .parts
            .insert(Part::Authorizer(name.clone()), authorizer(scheme));
    }
    let responses = &document["x-amazon-apigateway-gateway-responses"];
    for (name, response) in responses.as_object().into_iter().flatten() {
        let facets = Facets::from([(Facet::Answer, answer(response))]);
        picture
            .parts
            .insert(Part::GatewayResponse(name.clone()), facets);
    }
    let schemas = &document["components"]["schemas"];
    for name in reading.checked_models() {
        if let Some(text) = schemas.get(&name) {
            let facets = Facets::from([(Facet::Schema, schema(text))]);
            picture.parts.insert(Part::Model(name), facets);
        }
    }
    picture
}

/// What an exported copy says, as far as exports say something: which is less than a document that is imported.
pub(super) fn exported(document: &Value, aws: &AwsTarget) -> Option<Picture> {
    document["paths"].as_object()?;
    let mut picture = picture(document, aws);
    let reading = Reading { document, aws };
    if reading.schemes().next().is_none() {
        for (part, facets) in &mut picture.parts {
            if matches!(part, Part::Operation(_)) {
                facets.remove(&Facet::Authorization);
                facets.remove(&Facet::ApiKey);
            }
        }
        picture.untold.push(PartKind::Authorizer);
    }
    if !document["x-amazon-apigateway-gateway-responses"].is_object() {
        picture.untold.push(PartKind::GatewayResponse);
    }
    Some(picture)
}

/// What a document says of the API as a whole.
pub(super) fn api(document: &Value) -> Facets {
    let mut binary: Vec<String> = document["x-amazon-apigateway-binary-media-types"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|media| media.as_str().map(str::to_owned))
        .collect();
    binary.sort();
    let compression = number(document, "x-amazon-apigateway-minimum-compression-size");
    let source = text(document, "x-amazon-apigateway-api-key-source");
    Facets::from([
        (Facet::BinaryTypes, json!(binary)),
        (Facet::Compression, json!(compression)),
        (
            Facet::ApiKeySource,
            json!(source.map_or_else(|| "HEADER".to_owned(), |source| source.to_ascii_uppercase())),
        ),
        (
            Facet::Description,
            json!(description(
                document["info"]["description"].as_str().unwrap_or_default()
            )),
        ),
    ])
}

/// The mark a run signed a description with.
pub(super) fn signed_by(text: &str) -> Option<&str> {
    let signature = names::signature("");
    let (_, rest) = text.rsplit_once(signature.trim_end_matches(']'))?;
    rest.trim_end().strip_suffix(']')
}

/// A description without the mark a run signed it with, and without what spaces there are.
pub(super) fn description(text: &str) -> String {
    let signature = names::signature("");
    let opening = signature.trim_end_matches(']');
    let own = text.rfind(opening.trim_end()).filter(|at| {
        text.get(*at..)
            .is_some_and(|rest| rest.trim_end().ends_with(']'))
    });
    let words = own.and_then(|at| text.get(..at)).unwrap_or(text);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Status, headers and bodies; a status that is not said is AWS's own for the case.
fn answer(response: &Value) -> Value {
    gateway_response(response)
}

fn authorizer(scheme: &Value) -> Facets {
    let authorizer = &scheme["x-amazon-apigateway-authorizer"];
    let kind = text(authorizer, "type").unwrap_or_else(|| "token".to_owned());
    let source = text(authorizer, "identitySource").or_else(|| {
        // Where a token authorizer's scheme says the header itself.
        let header = text(scheme, "name")?;
        Some(format!("method.request.header.{header}"))
    });
    let pattern = text(authorizer, "identityValidationExpression");
    let lifetime = number(authorizer, "authorizerResultTtlInSeconds");
    let mut facets = Facets::from([
        (Facet::Identity, identity(&kind, source, pattern)),
        (
            Facet::Lifetime,
            lifetime.map_or_else(|| json!(DEFAULT_LIFETIME), whole),
        ),
        (
            Facet::Role,
            json!(text(authorizer, "authorizerCredentials")),
        ),
    ]);
    let function = text(authorizer, "authorizerUri").map(|uri| function_of(&uri));
    // What is not known before the run is not expected.
    if let Some(function) = function.filter(|function| function != names::FUNCTION_PLACEHOLDER) {
        facets.insert(Facet::Function, json!(function));
    }
    facets
}

pub(super) fn whole(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "AWS's numbers of seconds are small and not negative"
    )]
    let whole = number.max(0.0).round() as u64;
    json!(whole)
}

struct Reading<'d> {
    document: &'d Value,
    aws: &'d AwsTarget,
}

impl<'d> Reading<'d> {
    fn schemes(&self) -> impl Iterator<Item = (&'d String, &'d Value)> + use<'d> {
        let schemes = self.document["components"]["securitySchemes"].as_object();
        schemes.into_iter().flatten()
    }

    fn authorizers(&self) -> impl Iterator<Item = (&'d String, &'d Value)> + use<'d> {
        self.schemes()
            .filter(|(_, scheme)| scheme["x-amazon-apigateway-authorizer"].is_object())
    }

    fn operation(&self, operation: &Value, path: &str) -> Facets {
        let checks = self.checks(operation);
        let mut facets = self.security(operation);
        facets.insert(Facet::Parameters, json!(self.demanded(operation, path)));
        if checks["body"] == true {
            facets.insert(Facet::Body, Value::Object(models(operation)));
        }
        facets.insert(Facet::Checks, checks);
        let backend = &operation["x-amazon-apigateway-integration"];
        if backend.is_object() && !backend.to_string().contains("${AWS::AccountId}") {
            facets.insert(
                Facet::Backend,
                integration(&filled_in(backend, self.aws), false),
            );
        }
        facets
    }

    fn security(&self, operation: &Value) -> Facets {
        let mut authorization = json!({"kind": "open"});
        let mut key = false;
        let requirements = operation["security"].as_array().into_iter().flatten();
        for (name, scopes) in requirements.filter_map(Value::as_object).flatten() {
            let scheme = &self.document["components"]["securitySchemes"][name.as_str()];
            let kind = text(scheme, "x-amazon-apigateway-authtype").unwrap_or_default();
            match kind.to_ascii_lowercase().as_str() {
                "awssigv4" => authorization = json!({"kind": "iam"}),
                "cognito_user_pools" => {
                    authorization = json!({"kind": "cognito", "name": name, "scopes": scopes});
                }
                _ if scheme["x-amazon-apigateway-authorizer"].is_object() => {
                    authorization = json!({"kind": "authorizer", "name": name});
                }
                _ if text(scheme, "name")
                    .is_some_and(|name| name.eq_ignore_ascii_case("x-api-key")) =>
                {
                    key = true;
                }
                _ => {}
            }
        }
        Facets::from([
            (Facet::Authorization, authorization),
            (Facet::ApiKey, json!(key)),
        ])
    }

    fn checks(&self, operation: &Value) -> Value {
        let key = "x-amazon-apigateway-request-validator";
        let name = text(operation, key).or_else(|| text(self.document, key));
        let validators = &self.document["x-amazon-apigateway-request-validators"];
        let validator = name.map_or(&Value::Null, |name| &validators[name.as_str()]);
        checks(validator)
    }

    /// Required query parameters and headers; those of the path are in the path.
    fn demanded(&self, operation: &Value, path: &str) -> Vec<String> {
        let shared = self.document["paths"][path]["parameters"].as_array();
        let own = operation["parameters"].as_array();
        let mut names: Vec<String> = shared
            .into_iter()
            .chain(own)
            .flatten()
            .filter(|parameter| parameter["required"] == true)
            .filter_map(|parameter| {
                let place = parameter["in"].as_str()?;
                let name = parameter["name"].as_str()?;
                matches!(place, "query" | "header").then(|| format!("{place} {name}"))
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Models that stand between a caller and the backend: what checked bodies are bound to, with all that refers to.
    fn checked_models(&self) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        let items = self.document["paths"].as_object().into_iter().flatten();
        for operation in items.flat_map(|(_, item)| item.as_object().into_iter().flatten()) {
            if self.checks(operation.1)["body"] == true {
                let bound = models(operation.1);
                open.extend(
                    bound
                        .values()
                        .filter_map(|name| name.as_str().map(str::to_owned)),
                );
            }
        }
        reachable(open, &|name| {
            Some(&self.document["components"]["schemas"][name])
        })
    }
}

/// Names that schemas refer to, from some of them on.
pub(super) fn reachable<'v>(
    from: Vec<String>,
    schema_of: &dyn Fn(&str) -> Option<&'v Value>,
) -> Vec<String> {
    let mut open = from;
    let mut known: Vec<String> = Vec::new();
    while let Some(name) = open.pop() {
        if known.contains(&name) {
            continue;
        }
        if let Some(schema) = schema_of(&name) {
            references(schema, &mut open);
        }
        known.push(name);
    }
    known
}

fn references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(name) if key == "$ref" => {
                        into.extend(name.rsplit('/').next().map(str::to_owned));
                    }
                    _ => references(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        _ => {}
    }
}

/// What a validator checks; nothing without one.
pub(super) fn checks(validator: &Value) -> Value {
    json!({
        "body": flag(validator, "validateRequestBody").unwrap_or_default(),
        "parameters": flag(validator, "validateRequestParameters").unwrap_or_default(),
    })
}

fn models(operation: &Value) -> Map<String, Value> {
    let content = operation["requestBody"]["content"].as_object();
    content
        .into_iter()
        .flatten()
        .filter_map(|(media, content)| {
            let reference = field(&content["schema"], "$ref").as_str()?;
            let name = reference.rsplit('/').next()?;
            Some((media.clone(), Value::from(name)))
        })
        .collect()
}
