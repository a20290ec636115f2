//! Authorizers as security schemes, and what a method asks of its callers.
//!
//! It refuses to write a protected method without a scheme: one whose authorizer is not there gets a scheme that says so,
//! and that no plan takes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{list, text};

/// Name of the scheme for signed requests.
const SIGNED: &str = "sigv4";
/// Name of the scheme for API keys; AWS's own exports have it.
const KEY: &str = "api_key";

/// The schemes of one REST API.
pub(super) struct Schemes {
    /// Scheme names by the authorizer's id.
    names: BTreeMap<String, String>,
    schemes: BTreeMap<String, Value>,
}

impl Schemes {
    pub(super) fn read(authorizers: &[Value]) -> Self {
        let mut known = Self {
            names: BTreeMap::new(),
            schemes: BTreeMap::new(),
        };
        let mut sorted: Vec<&Value> = authorizers.iter().collect();
        sorted.sort_by_key(|authorizer| (text(authorizer, "name"), text(authorizer, "id")));
        for authorizer in sorted {
            let name = known.free(text(authorizer, "name"));
            known
                .names
                .insert(text(authorizer, "id").to_owned(), name.clone());
            known.schemes.insert(name, scheme(authorizer));
        }
        known
    }

    /// What a method asks for; empty for nothing.
    pub(super) fn of(&mut self, method: &Value) -> Vec<Value> {
        let mut requirements = Vec::new();
        let kind = text(method, "authorizationType");
        match kind {
            "" | "NONE" => {}
            "AWS_IAM" => {
                let name = self.add(SIGNED, || {
                    json!({
                        "type": "apiKey",
                        "name": "Authorization",
                        "in": "header",
                        "x-amazon-apigateway-authtype": "awsSigv4",
                    })
                });
                requirements.push(requirement(&name, Vec::new()));
            }
            _ => {
                let id = text(method, "authorizerId");
                let name = match self.names.get(id) {
                    Some(name) => name.clone(),
                    None => self.add(&format!("missing-authorizer-{id}"), || {
                        json!({
                            "type": "apiKey",
                            "name": "Authorization",
                            "in": "header",
                            "x-amazon-apigateway-authtype": kind.to_ascii_lowercase(),
                        })
                    }),
                };
                let mut scopes: Vec<&str> = list(method, "authorizationScopes")
                    .filter_map(Value::as_str)
                    .collect();
                scopes.sort_unstable();
                requirements.push(requirement(&name, scopes));
            }
        }
        // Emulators hand it out as text after it was patched.
        if method["apiKeyRequired"] == true || method["apiKeyRequired"] == "true" {
            let name = self.add(
                KEY,
                || json!({"type": "apiKey", "name": "x-api-key", "in": "header"}),
            );
            requirements.push(requirement(&name, Vec::new()));
        }
        requirements
    }

    pub(super) fn finish(self) -> Map<String, Value> {
        self.schemes.into_iter().collect()
    }

    /// A scheme of ours under its name, or under one that no authorizer has.
    fn add(&mut self, wanted: &str, make: impl Fn() -> Value) -> String {
        let value = make();
        let known = self
            .schemes
            .iter()
            .find(|(name, known)| name.starts_with(wanted) && **known == value);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let name = self.free(wanted);
        self.schemes.insert(name.clone(), value);
        name
    }

    fn free(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while self.schemes.contains_key(&name) {
            number += 1;
            name = format!("{wanted}-{number}");
        }
        name
    }
}

fn requirement(name: &str, scopes: Vec<&str>) -> Value {
    json!({name: scopes})
}

fn scheme(authorizer: &Value) -> Value {
    let kind = text(authorizer, "type").to_ascii_lowercase();
    let sources = text(authorizer, "identitySource");
    let header = sources
        .strip_prefix("method.request.header.")
        .filter(|name| !name.contains(','))
        .map(str::trim);
    let mut own = Map::new();
    own.insert("type".to_owned(), json!(kind));
    if kind == "request" && !sources.is_empty() {
        own.insert("identitySource".to_owned(), json!(sources));
    }
    for key in [
        "authorizerUri",
        "authorizerCredentials",
        "identityValidationExpression",
    ] {
        let value = text(authorizer, key);
        if !value.is_empty() {
            own.insert(key.to_owned(), json!(value));
        }
    }
    let mut pools: Vec<&str> = list(authorizer, "providerARNs")
        .filter_map(Value::as_str)
        .collect();
    pools.sort_unstable();
    if !pools.is_empty() {
        own.insert("providerARNs".to_owned(), json!(pools));
    }
    if let Some(seconds) = authorizer["authorizerResultTtlInSeconds"].as_u64() {
        own.insert("authorizerResultTtlInSeconds".to_owned(), json!(seconds));
    }
    let authtype = match (text(authorizer, "authType"), kind.as_str()) {
        ("", "cognito_user_pools") => "cognito_user_pools",
        ("", _) => "custom",
        (known, _) => known,
    };
    json!({
        "type": "apiKey",
        // AWS wants this word where there is not one header to name (GW078).
        "name": header.unwrap_or("Unused"),
        "in": "header",
        "x-amazon-apigateway-authtype": authtype,
        "x-amazon-apigateway-authorizer": own,
    })
}
