//! The draft of a REST API as AWS's answers show it.
//!
//! It refuses to need AWS's SDK: the SDK cannot read an empty template, which AWS gives as null.

use std::collections::BTreeMap;

use gw_connector::{Facet, Facets, Part, PartKind, Picture, Reach};
use gw_model::{AwsTarget, OperationKey};
use serde_json::{Map, Value, json};

use super::common::{
    filled_in, flag, function_of, gateway_response, identity, integration, number, schema, text,
};
use super::document::{checks, description, exported, reachable, signed_by, whole};
use super::{FUNCTION, ROLE};
use crate::names;

/// What AWS answered of one REST API.
#[derive(Debug, Default)]
pub struct Seen {
    /// `GetRestApi`.
    pub rest_api: Value,
    /// Every item of `GetResources` with methods.
    pub resources: Vec<Value>,
    /// Every item of `GetAuthorizers`.
    pub authorizers: Vec<Value>,
    /// Every item of `GetGatewayResponses`.
    pub gateway_responses: Vec<Value>,
    /// Every item of `GetRequestValidators`.
    pub validators: Vec<Value>,
    /// Every item of `GetModels`.
    pub models: Vec<Value>,
    /// What the stage says.
    pub stage: Facets,
    /// The mark of the run that made the copy the stage serves.
    pub copy_mark: Option<String>,
    /// Whether the stage serves the copy that was deployed.
    pub serves_ours: bool,
    /// The copy the stage serves, when it is another one and AWS exported it.
    pub export: Option<Value>,
    /// Whether the function is there, and whether the API may ask it; `None` when it could not be told or none was made.
    pub function: Option<bool>,
    /// Likewise of the permission.
    pub permission: Option<bool>,
    /// Likewise of the role.
    pub role: Option<bool>,
}

impl Seen {
    /// All of it as a picture.
    pub fn picture(&self, aws: &AwsTarget) -> Picture {
        let mut picture = self.draft(aws);
        picture.reach = if self.serves_ours {
            Reach::Draft
        } else {
            Reach::Unknown
        };
        let copy = self
            .export
            .as_ref()
            .filter(|_| !self.serves_ours)
            .and_then(|export| exported(export, aws));
        if let Some(copy) = copy {
            picture = over(picture, copy);
            picture.reach = Reach::Callers;
        }
        picture.parts.insert(Part::Api, self.api());
        picture.parts.insert(Part::Stage, self.stage.clone());
        if self.serves_ours && self.is_draft_of_another_run() {
            forget_draft(&mut picture);
        }
        self.objects(&mut picture);
        picture
    }

    /// A run that was taken back leaves its import, and so does one whose deployment was gone back from: neither was done by
    /// hand, and callers meet neither.
    fn is_draft_of_another_run(&self) -> bool {
        self.is_draft_of_another(self.copy_mark.as_deref())
    }

    /// Whether another run than the one of this mark imported the draft last.
    pub fn is_draft_of_another(&self, mark: Option<&str>) -> bool {
        let description = text(&self.rest_api, "description").unwrap_or_default();
        match (signed_by(&description), mark) {
            (Some(draft), Some(mark)) => draft != mark,
            _ => false,
        }
    }

    fn objects(&self, picture: &mut Picture) {
        for (words, there, facets) in [
            (FUNCTION, self.function, self.permission),
            (ROLE, self.role, None),
        ] {
            let part = Part::Object(words.to_owned());
            match there {
                Some(true) => {
                    let permission = facets.map(|may| (Facet::Permission, json!(may)));
                    picture.parts.insert(part, permission.into_iter().collect());
                }
                Some(false) => {}
                None => picture.untold.push(PartKind::Object),
            }
        }
    }

    fn draft(&self, aws: &AwsTarget) -> Picture {
        let mut picture = Picture::default();
        let names: BTreeMap<&str, &str> = self
            .authorizers
            .iter()
            .filter_map(|one| Some((one["id"].as_str()?, one["name"].as_str()?)))
            .collect();
        for (key, method) in self.methods() {
            let facets = self.operation(method, &names, aws);
            picture.parts.insert(Part::Operation(key), facets);
        }
        for one in &self.authorizers {
            if let Some(name) = text(one, "name") {
                picture
                    .parts
                    .insert(Part::Authorizer(name), authorizer(one));
            }
        }
        for one in &self.gateway_responses {
            // AWS lists an answer of its own for every case.
            if flag(one, "defaultResponse") == Some(true) {
                continue;
            }
            if let Some(name) = text(one, "responseType") {
                let facets = Facets::from([(Facet::Answer, gateway_response(one))]);
                picture.parts.insert(Part::GatewayResponse(name), facets);
            }
        }
        self.put_models(&mut picture);
        picture
    }

    fn methods(&self) -> impl Iterator<Item = (OperationKey, &Value)> {
        self.resources.iter().flat_map(|resource| {
            let path = resource["path"].as_str().unwrap_or_default();
            let methods = resource["resourceMethods"].as_object();
            methods
                .into_iter()
                .flatten()
                .filter_map(move |(name, method)| {
                    let key = OperationKey::new(name.parse().ok()?, path);
                    Some((key, method))
                })
        })
    }

    fn operation(&self, method: &Value, names: &BTreeMap<&str, &str>, aws: &AwsTarget) -> Facets {
        let checks = self.checks(method);
        let mut facets = Facets::from([
            (Facet::Authorization, authorization(method, names)),
            (
                Facet::ApiKey,
                json!(flag(method, "apiKeyRequired").unwrap_or_default()),
            ),
            (Facet::Parameters, json!(demanded(method))),
        ]);
        if checks["body"] == true {
            facets.insert(Facet::Body, Value::Object(models(method)));
        }
        facets.insert(Facet::Checks, checks);
        let backend = &method["methodIntegration"];
        // Some answers hold methods without what is in them; an operation without a backend cannot be deployed either way.
        if backend.is_object() {
            facets.insert(Facet::Backend, integration(&filled_in(backend, aws), true));
        }
        facets
    }

    fn checks(&self, method: &Value) -> Value {
        let id = text(method, "requestValidatorId");
        let validator = self
            .validators
            .iter()
            .find(|one| id.is_some() && text(one, "id") == id);
        checks(validator.unwrap_or(&Value::Null))
    }

    /// Models that checked bodies are bound to, with all they refer to; others mean nothing to callers.
    fn put_models(&self, picture: &mut Picture) {
        let schemas: BTreeMap<String, Value> = self
            .models
            .iter()
            .filter_map(|one| {
                let schema = serde_json::from_str(one["schema"].as_str()?).ok()?;
                Some((one["name"].as_str()?.to_owned(), schema))
            })
            .collect();
        let checked = self
            .methods()
            .filter(|(_, method)| self.checks(method)["body"] == true);
        let bound: Vec<String> = checked
            .flat_map(|(_, method)| models(method).into_iter().map(|(_, name)| name))
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        for name in reachable(bound, &|name| schemas.get(name)) {
            if let Some(text) = schemas.get(&name) {
                let facets = Facets::from([(Facet::Schema, schema(text))]);
                picture.parts.insert(Part::Model(name), facets);
            }
        }
    }

    fn api(&self) -> Facets {
        let api = &self.rest_api;
        let mut binary: Vec<&str> = api["binaryMediaTypes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        binary.sort_unstable();
        let source = text(api, "apiKeySource").unwrap_or_else(|| "HEADER".to_owned());
        let mut facets = Facets::from([
            (Facet::BinaryTypes, json!(binary)),
            (
                Facet::Compression,
                json!(number(api, "minimumCompressionSize").filter(|size| *size >= 0.0)),
            ),
            (Facet::ApiKeySource, json!(source.to_ascii_uppercase())),
            (
                Facet::Description,
                json!(description(&text(api, "description").unwrap_or_default())),
            ),
            (
                Facet::DefaultAddress,
                json!(!flag(api, "disableExecuteApiEndpoint").unwrap_or_default()),
            ),
            (Facet::Policy, policy(api)),
        ]);
        if let Some(kind) = api["endpointConfiguration"]["types"][0].as_str() {
            facets.insert(Facet::EndpointType, json!(kind.to_ascii_uppercase()));
        }
        if let Some(tags) = api["tags"].as_object() {
            let mark = tags.get(names::TAG_API).cloned();
            facets.insert(Facet::Mark, mark.unwrap_or(Value::Null));
        }
        facets
    }
}

/// Tells nothing of what an import sets.
fn forget_draft(picture: &mut Picture) {
    picture.untold.extend([
        PartKind::Operation,
        PartKind::Authorizer,
        PartKind::GatewayResponse,
        PartKind::Model,
    ]);
    let untold = picture.untold.clone();
    picture
        .parts
        .retain(|part, _| !untold.contains(&part.kind()));
    if let Some(api) = picture.parts.get_mut(&Part::Api) {
        api.retain(|facet, _| {
            matches!(
                facet,
                Facet::EndpointType | Facet::Mark | Facet::DefaultAddress
            )
        });
    }
}

/// The copy, with what only the draft tells.
fn over(draft: Picture, mut copy: Picture) -> Picture {
    for (part, facets) in draft.parts {
        match copy.parts.get_mut(&part) {
            Some(told) => {
                for (facet, value) in facets {
                    match (told.get_mut(&facet), value) {
                        // An export leaves fields of integrations out that answers have.
                        (Some(Value::Object(copied)), Value::Object(fields))
                            if facet == Facet::Backend =>
                        {
                            for (name, field) in fields {
                                copied.entry(name).or_insert(field);
                            }
                        }
                        (Some(_), _) => {}
                        (None, value) => {
                            told.insert(facet, value);
                        }
                    }
                }
            }
            None if copy.untold.contains(&part.kind()) => {
                copy.parts.insert(part, facets);
            }
            None => {}
        }
    }
    // What the copy did not tell of, the draft did.
    copy.untold.clear();
    copy
}

fn authorization(method: &Value, names: &BTreeMap<&str, &str>) -> Value {
    let kind = text(method, "authorizationType").unwrap_or_else(|| "NONE".to_owned());
    let id = text(method, "authorizerId").unwrap_or_default();
    let name = names.get(id.as_str()).copied();
    match kind.to_ascii_uppercase().as_str() {
        "NONE" => json!({"kind": "open"}),
        "AWS_IAM" => json!({"kind": "iam"}),
        "COGNITO_USER_POOLS" => {
            let scopes = method["authorizationScopes"].as_array().cloned();
            json!({"kind": "cognito", "name": name.unwrap_or(&id), "scopes": scopes.unwrap_or_default()})
        }
        _ => json!({"kind": "authorizer", "name": name.unwrap_or(&id)}),
    }
}

/// Required query parameters and headers.
fn demanded(method: &Value) -> Vec<String> {
    let declared = method["requestParameters"].as_object();
    let mut names: Vec<String> = declared
        .into_iter()
        .flatten()
        .filter(|(_, required)| **required == true || required.as_str() == Some("true"))
        .filter_map(|(name, _)| {
            let rest = name.strip_prefix("method.request.")?;
            let (place, name) = rest.split_once('.')?;
            match place {
                "querystring" => Some(format!("query {name}")),
                "header" => Some(format!("header {name}")),
                _ => None,
            }
        })
        .collect();
    names.sort();
    names
}

fn models(method: &Value) -> Map<String, Value> {
    let bound = method["requestModels"].as_object();
    bound
        .into_iter()
        .flatten()
        .map(|(media, name)| (media.clone(), name.clone()))
        .collect()
}

fn authorizer(one: &Value) -> Facets {
    let kind = text(one, "type").unwrap_or_else(|| "TOKEN".to_owned());
    let source = text(one, "identitySource");
    let pattern = text(one, "identityValidationExpression");
    let mut facets = Facets::from([
        (Facet::Identity, identity(&kind, source, pattern)),
        (Facet::Role, json!(text(one, "authorizerCredentials"))),
    ]);
    // An emulator that does not keep it tells nothing; AWS always does.
    if let Some(lifetime) = number(one, "authorizerResultTtlInSeconds") {
        facets.insert(Facet::Lifetime, whole(lifetime));
    }
    if let Some(uri) = text(one, "authorizerUri") {
        facets.insert(Facet::Function, json!(function_of(&uri)));
    }
    facets
}

/// A resource policy; AWS gives it with its quotes escaped once more.
fn policy(api: &Value) -> Value {
    let Some(text) = text(api, "policy") else {
        return Value::Null;
    };
    let plain = text.replace("\\\"", "\"");
    serde_json::from_str(&text)
        .or_else(|_| serde_json::from_str(&plain))
        .unwrap_or_else(|_| Value::from(text))
}
