//! Policies: who may call an operation, and from which origins.
//!
//! It refuses to check tokens: gateways do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::KeyManagerId;
use crate::operation::OperationKey;

/// Everything attached to an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Policies {
    /// OAuth 2.0 protection; `None` leaves every operation open, which deploying asks consent for.
    pub oauth: Option<OauthPolicy>,
    /// Cross-origin answers; `None` for none.
    pub cors: Option<CorsPolicy>,
    /// What is checked of requests; `None` lets the backend check everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<ValidationPolicy>,
}

/// What a gateway checks of a request before it passes it on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ValidationPolicy {
    /// That required query parameters and headers are there.
    pub parameters: bool,
    /// That a required JSON body is as its schema says.
    pub body: bool,
}

/// OAuth 2.0 protection of an API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OauthPolicy {
    /// Whose tokens count.
    pub key_manager: KeyManagerId,
    /// The `aud` a token must have.
    pub audience: String,
    /// Scopes every protected operation needs unless it has its own; all of them.
    pub scopes: Vec<String>,
    /// Overrides by operation.
    #[ts(type = "Record<string, OperationSecurity>")]
    pub operations: BTreeMap<OperationKey, OperationSecurity>,
    /// Who checks on AWS.
    pub aws: AwsAuthorizer,
    /// How long AWS may reuse an authorizer's answer, 0 to 3600 seconds; 0 asks every time.
    pub ttl_seconds: u32,
}

/// What one operation asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OperationSecurity {
    /// Nothing: open to everyone, on purpose.
    Public,
    /// A token with all of these scopes.
    Scopes {
        /// Scope names.
        scopes: Vec<String>,
    },
}

/// Who checks tokens on AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AwsAuthorizer {
    /// A Lambda function of the user's.
    Existing {
        /// Its ARN.
        lambda_arn: String,
        /// The role API Gateway assumes to invoke it; `None` when the function's resource policy allows it.
        invoke_role_arn: Option<String>,
    },
    /// Gatewright makes and keeps the function.
    Provision,
}

/// Cross-origin resource sharing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CorsPolicy {
    /// Origins allowed, `*` alone for all.
    pub allow_origins: Vec<String>,
    /// Request headers allowed.
    pub allow_headers: Vec<String>,
    /// Response headers scripts may read.
    pub expose_headers: Vec<String>,
    /// Whether cookies and credentials may come; not with origin `*`.
    pub allow_credentials: bool,
    /// How long a browser may keep the answer, in seconds.
    pub max_age_seconds: u32,
}

impl Default for CorsPolicy {
    fn default() -> Self {
        Self {
            allow_origins: vec!["*".to_owned()],
            allow_headers: vec!["Authorization".to_owned(), "Content-Type".to_owned()],
            expose_headers: Vec::new(),
            allow_credentials: false,
            max_age_seconds: 600,
        }
    }
}
