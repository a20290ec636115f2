//! The security scheme that makes AWS ask an authorizer.
//!
//! It refuses to keep an answer for more than the route it was given for: see `assets/authorizer/index.mjs`.

use gw_model::{AwsAuthorizer, AwsTarget};
use gw_plan::TokenCheck;
use serde_json::{Value, json};

use crate::names;

/// Name of the security scheme and of the authorizer in AWS.
pub(crate) const SCHEME: &str = "gatewright";

/// What the provisioned authorizer is asked by, and so the key of AWS's cache: token, method and resource. API Gateway
/// evaluates a kept policy again for each request, so an answer kept by token alone would have to be right for the whole
/// API; IAM's `*` crosses slashes, so with path variables that cannot be written down in general.
const IDENTITY: &str =
    "method.request.header.Authorization, context.httpMethod, context.resourcePath";

/// The scheme for the document's components.
pub(crate) fn scheme(check: &TokenCheck, target: &AwsTarget) -> Value {
    match &check.aws {
        AwsAuthorizer::Provision => json!({
            "type": "apiKey",
            // What AWS wants for several identity sources.
            "name": "Unused",
            "in": "header",
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": {
                "type": "request",
                "identitySource": IDENTITY,
                "authorizerUri": names::invocation_uri(&target.region, names::FUNCTION_PLACEHOLDER),
                "authorizerResultTtlInSeconds": check.ttl_seconds,
            },
        }),
        AwsAuthorizer::Existing {
            lambda_arn,
            invoke_role_arn,
        } => {
            let mut authorizer = json!({
                "type": "token",
                "authorizerUri": names::invocation_uri(&target.region, lambda_arn),
                "authorizerResultTtlInSeconds": check.ttl_seconds,
            });
            if let (Some(role), Some(fields)) = (invoke_role_arn, authorizer.as_object_mut()) {
                fields.insert("authorizerCredentials".to_owned(), json!(role));
            }
            json!({
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "custom",
                "x-amazon-apigateway-authorizer": authorizer,
            })
        }
    }
}
