//! What a gateway is, who we are there, and what is live.
//!
//! It refuses guesses: what was not seen is `None` or `Unknown`.

use gw_model::{ApiId, GatewayId, StageSettings, UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::change::Outputs;

/// What a kind of gateway can do; the page and the conformance suite ask it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Capabilities {
    /// APIs share one host, so base paths are part of URLs and must differ.
    pub shared_host: bool,
    /// Lambda functions as backends.
    pub lambda_backend: bool,
    /// Checks tokens itself, without a provisioned authorizer.
    pub checks_tokens: bool,
    /// Can be reached from other machines.
    pub public_address: bool,
    /// Most resources an API may have; `None` for no limit.
    pub max_resources: Option<u32>,
    /// Largest document it imports, in bytes; `None` for no limit.
    #[ts(type = "number | null")]
    pub max_document_bytes: Option<u64>,
    /// Has stage settings, and custom domains that lead to a stage.
    pub stage_settings: bool,
    /// Lets a share of the requests meet a second deployment.
    pub canaries: bool,
}

/// Who we are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Identity {
    /// AWS account id, or `this machine`.
    pub account: String,
    /// AWS ARN, or the user's name.
    pub principal: String,
    /// Region, or the address.
    pub region: String,
    /// Time of one round trip, in milliseconds.
    #[ts(type = "number")]
    pub round_trip_ms: u64,
    /// What the identity may do, as far as could be told.
    pub permissions: Vec<Permission>,
    /// When the credentials end; `None` when they do not or it is not known.
    pub expires_at: Option<UnixMillis>,
}

/// One thing a deployment needs to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Permission {
    /// The vendor's action: `apigateway:POST`.
    pub action: String,
    /// On what.
    pub resource: String,
    /// For what, in words: `make REST APIs`.
    pub purpose: String,
    /// Whether it is given.
    pub state: PermissionState,
}

/// Whether a permission is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PermissionState {
    /// It is.
    Allowed,
    /// It is not.
    Denied,
    /// Could not be told.
    Unknown,
}

/// What to look for on a gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Which gateway, for messages.
    pub gateway: GatewayId,
    /// Which API; remote objects carry it as a tag.
    pub api: ApiId,
    /// Its name, for messages and remote names.
    pub api_name: String,
    /// Its version.
    pub api_version: String,
    /// Outputs of the last finished deployment there; empty when there was none or it is forgotten.
    pub known: Outputs,
    /// Plan digest of the last finished deployment there.
    pub known_digest: Option<String>,
    /// What is wanted of its stage there; empty leaves everything as found.
    #[serde(default)]
    pub settings: StageSettings,
}

/// What was seen of one API on one gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Observed {
    /// Whether and what is live.
    pub state: LiveState,
    /// Ids and ARNs found; `lower` and `apply` read them.
    #[ts(type = "Record<string, string>")]
    pub found: Outputs,
    /// Digest of the plan that is live, when the gateway can tell; `None` when nothing is or it cannot.
    pub digest: Option<String>,
    /// Where callers reach it.
    pub invoke_url: Option<String>,
    /// The settings of its stage; `None` when there is none, or the gateway has no such settings. No journal holds them.
    pub stage: Option<StageFound>,
}

/// The settings of a stage as found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct StageFound {
    /// What can be set, as it is now; `None` for what was never set there.
    pub settings: StageSettings,
    /// What is set there and Gatewright never changes, one sentence each.
    pub untouched: Vec<String>,
    /// All of it as the vendor has it, as text only the connector reads.
    #[serde(skip)]
    #[ts(skip)]
    pub detail: String,
}

/// One setting that a publication changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingChange {
    /// Which: `throttle`, `variables/stock`, `operations/GET /orders/throttle`.
    pub setting: String,
    /// What becomes of it and what it was, in one sentence.
    pub sentence: String,
}

/// Whether an API is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LiveState {
    /// Nothing of it is there.
    Absent,
    /// Parts are there, but callers do not reach them.
    Partial,
    /// Callers reach it.
    Live,
}
