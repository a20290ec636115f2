//! Remote calls as the plan screen shows them, each with the permission it needs.
//!
//! It refuses wildcards wider than the objects Gatewright makes.

use std::collections::BTreeSet;

use gw_connector::RemoteCall;
use serde_json::Value;

use super::changes::Lowering;
use crate::names::partition;

/// The roles a document hands to API Gateway, of integrations and authorizers. AWS asks for `iam:PassRole` on each, but not
/// where the caller's own identity is passed on (API Gateway's guide, *API Gateway permissions model for invoking an API*).
pub(super) fn passed_roles(document: &str) -> BTreeSet<String> {
    let mut roles = BTreeSet::new();
    if !document.contains(":role/") {
        return roles;
    }
    let mut open: Vec<Value> = serde_json::from_str(document).into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(role)
                            if matches!(name.as_str(), "credentials" | "authorizerCredentials")
                                && role.contains(":role/") =>
                        {
                            roles.insert(role);
                        }
                        other => open.push(other),
                    }
                }
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    roles
}

impl Lowering<'_> {
    pub(super) fn arn(&self, path: &str) -> String {
        format!(
            "arn:{}:apigateway:{}::{path}",
            partition(&self.aws.region),
            self.aws.region
        )
    }

    pub(super) fn gateway(
        &self,
        name: &str,
        target: String,
        method: &str,
        path: &str,
    ) -> RemoteCall {
        let permission = format!("apigateway:{method} on {}", self.arn(path));
        RemoteCall {
            service: "apigateway".to_owned(),
            name: name.to_owned(),
            target,
            permission,
        }
    }

    /// As [`Self::gateway`], for a call that sets tags on what it makes. AWS asks for the right to tag as well: without it
    /// the call is refused by `not authorized to perform: apigateway:PUT on resource: …/tags/…`
    /// (mattclay/aws-terminator#284).
    pub(super) fn tagging(
        &self,
        name: &str,
        target: String,
        method: &str,
        path: &str,
    ) -> RemoteCall {
        let mut call = self.gateway(name, target, method, path);
        call.permission.push_str("; apigateway:PUT on ");
        call.permission.push_str(&self.arn("/tags/*"));
        call
    }

    pub(super) fn lambda(&self, name: &str, function: &str, actions: &str) -> RemoteCall {
        let arn = format!(
            "arn:{}:lambda:{}:*:function:{function}",
            partition(&self.aws.region),
            self.aws.region
        );
        RemoteCall {
            service: "lambda".to_owned(),
            name: name.to_owned(),
            target: format!("function {function}"),
            permission: format!("{actions} on {arn}"),
        }
    }

    pub(super) fn iam(&self, name: &str, target: &str, actions: &str) -> RemoteCall {
        let arn = format!(
            "arn:{}:iam::*:role/{}",
            partition(&self.aws.region),
            self.function_name()
        );
        RemoteCall {
            service: "iam".to_owned(),
            name: name.to_owned(),
            target: target.to_owned(),
            permission: format!("{actions} on {arn}"),
        }
    }
}
