//! What `policies.*` takes and gives.

use gw_model::{ApiId, CorsPolicy, OauthPolicy, OperationKey, Policies, ValidationPolicy};
use gw_plan::RouteSecurity;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An API's policies and what they come to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PolicyView {
    /// As attached.
    pub policies: Policies,
    /// What every operation asks for.
    pub operations: Vec<OperationPolicy>,
    /// The API's edition.
    #[ts(type = "number")]
    pub edition: u64,
}

/// What one operation asks for.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OperationPolicy {
    /// Which.
    pub operation: OperationKey,
    /// With the policies applied.
    pub security: RouteSecurity,
    /// Whether the operation has an override of its own.
    pub overridden: bool,
    /// Scopes the document names for it.
    pub document_scopes: Vec<String>,
}

/// An OAuth policy to attach.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PolicyAttach {
    /// To which API.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
    /// The policy.
    pub oauth: OauthPolicy,
}

/// The OAuth policy to take away.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PolicyDetach {
    /// From which API.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
}

/// Cross-origin answers to set.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CorsSet {
    /// Of which API.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
    /// `None` for none.
    pub cors: Option<CorsPolicy>,
}

/// What is to be checked of requests.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ValidationSet {
    /// Of which API.
    pub api: ApiId,
    /// The edition that was read.
    #[ts(type = "number")]
    pub edition: u64,
    /// `None`, or nothing of it, lets the backend check everything.
    pub validation: Option<ValidationPolicy>,
}
