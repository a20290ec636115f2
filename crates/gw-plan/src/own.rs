//! What a document says to AWS itself: who checks callers, and settings of the API; kept as it is written.
//!
//! It refuses to take a description for a check: only schemes written for AWS count, and one that is written for AWS and
//! cannot be carried is an error, never an open operation.

use std::collections::{BTreeMap, BTreeSet};

use gw_model::{Diagnostic, Severity};
use gw_openapi::{Document, Node, Operation};
use serde_json::Value;

use crate::compile::finding;
use crate::integration;
use crate::plan::{Checks, Own, OwnKind, OwnScheme, Route, RouteSecurity};

/// The one name under which API Gateway takes an API key.
const KEY_HEADER: &str = "x-api-key";

/// Keys of a document's root that set up a REST API, in the order they are written (aws-rest-import 2.7).
pub(crate) const SETTINGS: &[&str] = &[
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-endpoint-access-mode",
    "x-amazon-apigateway-endpoint-configuration",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-policy",
    "x-amazon-apigateway-security-policy",
];

/// A scheme that is written for AWS.
enum Scheme {
    /// AWS checks it.
    Checked(OwnKind, Value),
    /// It says that AWS checks, and not so that it could; why.
    Broken(&'static str),
}

/// What one document says to AWS.
pub(crate) struct OwnWords<'d> {
    document: &'d Document,
    schemes: BTreeMap<&'d str, Scheme>,
    /// API keys by name; whether AWS checks them depends on the operation.
    keys: BTreeMap<&'d str, Value>,
    /// Checks by the validator's name.
    validators: BTreeMap<&'d str, Checks>,
    /// The validator of operations that name none.
    validator: Option<&'d str>,
}

impl<'d> OwnWords<'d> {
    pub(crate) fn read(document: &'d Document) -> Self {
        let mut words = Self {
            document,
            schemes: BTreeMap::new(),
            keys: BTreeMap::new(),
            validators: BTreeMap::new(),
            validator: document
                .at("/x-amazon-apigateway-request-validator")
                .and_then(Node::as_str),
        };
        let holder = document
            .at("/components/securitySchemes")
            .or_else(|| document.at("/securityDefinitions"));
        for (name, written) in holder.into_iter().flat_map(Node::entries) {
            let Ok(node) = document.resolve(written) else {
                continue;
            };
            if let Some(scheme) = scheme(document, node) {
                words.schemes.insert(name.text, scheme);
            } else if is_key(node) {
                words.keys.insert(name.text, document.to_value(node));
            }
        }
        let validators = document.at("/x-amazon-apigateway-request-validators");
        for (name, node) in validators.into_iter().flat_map(Node::entries) {
            let is = |key: &str| node.get(key).and_then(Node::as_bool).unwrap_or(false);
            let checks = Checks {
                parameters: is("validateRequestParameters"),
                body: is("validateRequestBody"),
            };
            words.validators.insert(name.text, checks);
        }
        words
    }

    /// What the document's validator checks of an operation; nothing when it has none.
    pub(crate) fn checks(&self, operation: &Operation) -> Checks {
        let own = operation
            .extensions
            .iter()
            .find(|(key, _)| key == "x-amazon-apigateway-request-validator")
            .and_then(|(_, id)| self.document.node(*id).as_str());
        own.or(self.validator)
            .and_then(|name| self.validators.get(name))
            .copied()
            .unwrap_or_default()
    }

    /// Who may call an operation that no policy speaks of.
    pub(crate) fn security(
        &self,
        operation: &Operation,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> RouteSecurity {
        let open = RouteSecurity::Open { declared: false };
        if !operation.demands_security() {
            return open;
        }
        let mut schemes: Vec<OwnScheme> = Vec::new();
        let requirements = operation.security.as_deref().unwrap_or_default();
        for (name, scopes) in requirements.iter().flat_map(|one| &one.schemes) {
            let kind = match self.schemes.get(name.as_str()) {
                Some(Scheme::Checked(kind, _)) => *kind,
                Some(Scheme::Broken(why)) => {
                    diagnostics.push(broken(operation, name, why));
                    continue;
                }
                None if self.keys.contains_key(name.as_str()) && self.is_for_aws(operation) => {
                    OwnKind::ApiKey
                }
                None => continue,
            };
            if schemes.iter().all(|known| known.name != *name) {
                let mut scopes = scopes.clone();
                scopes.sort();
                schemes.push(OwnScheme {
                    name: name.clone(),
                    kind,
                    scopes,
                });
            }
        }
        schemes.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        let asked = |scheme: &&OwnScheme| scheme.kind != OwnKind::ApiKey;
        if schemes.iter().filter(asked).count() > 1 {
            diagnostics.push(several(operation, &schemes));
        }
        if schemes.is_empty() {
            return open;
        }
        RouteSecurity::Own { schemes }
    }

    /// What of it the plan carries: schemes only when a route asks for one.
    pub(crate) fn carried(&self, routes: &[Route]) -> Own {
        let mut own = Own::default();
        let asked: BTreeSet<&str> = routes
            .iter()
            .filter_map(|route| match &route.security {
                RouteSecurity::Own { schemes } => Some(schemes),
                _ => None,
            })
            .flatten()
            .map(|scheme| scheme.name.as_str())
            .collect();
        if !asked.is_empty() {
            for (name, scheme) in &self.schemes {
                // Authorizers nobody asks yet stay too: they belong to the API as it is.
                if let Scheme::Checked(_, value) = scheme {
                    own.schemes.insert((*name).to_owned(), value.to_string());
                }
            }
            for (name, value) in self.keys.iter().filter(|(name, _)| asked.contains(*name)) {
                own.schemes.insert((*name).to_owned(), value.to_string());
            }
        }
        for key in SETTINGS {
            if let Some(node) = self.document.root().get(key) {
                let value = self.document.to_value(node);
                own.settings.insert((*key).to_owned(), value.to_string());
            }
        }
        own
    }

    /// Whether an operation is written for API Gateway. `x-api-key` elsewhere is what the backend asks for.
    fn is_for_aws(&self, operation: &Operation) -> bool {
        let has = |wanted: &str| operation.extensions.iter().any(|(key, _)| key == wanted);
        has(integration::KEY)
            || self
                .document
                .root()
                .get("x-amazon-apigateway-api-key-source")
                .is_some()
    }
}

fn scheme(document: &Document, node: Node<'_>) -> Option<Scheme> {
    let word = |node: Node<'_>, key: &str| {
        let text = node.get(key).and_then(Node::as_str);
        text.map(str::to_ascii_lowercase)
    };
    let authorizer = node.get("x-amazon-apigateway-authorizer");
    let authtype = word(node, "x-amazon-apigateway-authtype");
    if let Some(authorizer) = authorizer {
        let has = |key: &str| {
            authorizer.get(key).is_some_and(|value| {
                !value.is_empty() || value.as_str().is_some_and(|text| !text.is_empty())
            })
        };
        let kind = match word(authorizer, "type").as_deref() {
            Some("cognito_user_pools") if has("providerARNs") => OwnKind::UserPools,
            Some("cognito_user_pools") => return Some(Scheme::Broken("names no user pools")),
            Some("token" | "request") | None if has("authorizerUri") => OwnKind::Authorizer,
            Some("token" | "request") | None => {
                return Some(Scheme::Broken("names no function to ask"));
            }
            Some("jwt") => {
                return Some(Scheme::Broken(
                    "checks JWTs as HTTP APIs do, and REST APIs cannot",
                ));
            }
            Some(_) => return Some(Scheme::Broken("is of a type REST APIs do not know")),
        };
        return Some(Scheme::Checked(kind, document.to_value(node)));
    }
    match authtype.as_deref() {
        Some("awssigv4") => Some(Scheme::Checked(OwnKind::Iam, document.to_value(node))),
        Some(_) => Some(Scheme::Broken("does not say which authorizer is asked")),
        None => None,
    }
}

fn is_key(node: Node<'_>) -> bool {
    let is = |key: &str, wanted: &str| {
        let text = node.get(key).and_then(Node::as_str);
        text.is_some_and(|text| text.eq_ignore_ascii_case(wanted))
    };
    is("type", "apiKey") && is("in", "header") && is("name", KEY_HEADER)
}

fn broken(operation: &Operation, name: &str, why: &str) -> Diagnostic {
    finding(
        "own-security-unusable",
        Severity::Error,
        operation.place.clone(),
        format!("{} is protected by '{name}', which {why}", operation.key),
        "Published without it, the operation would be open to everyone.",
        "Mend the security scheme, or attach an OAuth policy.",
    )
}

fn several(operation: &Operation, schemes: &[OwnScheme]) -> Diagnostic {
    let names: Vec<String> = schemes
        .iter()
        .map(|scheme| format!("'{}'", scheme.name))
        .collect();
    finding(
        "own-security-several",
        Severity::Error,
        operation.place.clone(),
        format!(
            "{} names {}, and AWS asks one authorizer only",
            operation.key,
            names.join(" and ")
        ),
        "AWS would take one of them without saying which.",
        "Leave one of them, besides an API key.",
    )
}
