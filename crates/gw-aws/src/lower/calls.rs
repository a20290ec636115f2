//! Remote calls as the plan screen shows them, each with the permission it needs.
//!
//! It refuses wildcards wider than the objects Gatewright makes.

use gw_connector::RemoteCall;

use super::changes::Lowering;
use crate::names::partition;

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
