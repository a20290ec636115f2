//! What `drift.*` takes and gives.

use gw_connector::Drift;
use gw_model::{ApiId, DeploymentId, Fault, GatewayId, GatewayKind, UnixMillis};
use gw_plan::PlanChange;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which deployed APIs to look at.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct DriftSearch {
    /// Only this API.
    pub api: Option<ApiId>,
    /// Only on this gateway.
    pub gateway: Option<GatewayId>,
}

/// What became of deployed APIs.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DriftReport {
    /// One per API and gateway, by API, then gateway name.
    pub places: Vec<DriftPlace>,
}

/// What became of one API on one gateway.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DriftPlace {
    /// Which API.
    pub api: ApiId,
    /// Its name.
    pub api_name: String,
    /// Its version.
    pub api_version: String,
    /// Its edition: adopting wants it.
    #[ts(type = "number")]
    pub edition: u64,
    /// Where.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// Its kind.
    pub gateway_kind: GatewayKind,
    /// The run that left what is there.
    pub deployment: DeploymentId,
    /// When the gateway was looked at after that run; `None` when it was not.
    pub at: Option<UnixMillis>,
    /// What is gone as a whole, in one sentence: it can be deployed again or forgotten.
    pub removed: Option<String>,
    /// What is otherwise than it was deployed, security first.
    pub drifts: Vec<DriftView>,
    /// What the working document changes and no run has deployed there yet.
    pub pending: Vec<PlanChange>,
    /// Why the gateway could not be looked at now; what was found before stays.
    pub fault: Option<Fault>,
}

/// One difference, and what can be done about it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DriftView {
    /// What it is about: `adopt` and `ignore` take it.
    pub key: String,
    /// The difference.
    pub drift: Drift,
    /// How it stands beside the working document.
    pub state: DriftState,
    /// What adopting it would do; `None` when it cannot be adopted.
    pub adopt: Option<String>,
    /// Why it cannot be adopted; `None` when it can.
    pub why_not: Option<String>,
    /// Whether deploying again puts it back.
    pub overwritten: bool,
}

/// How a difference stands beside the working document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum DriftState {
    /// Only the gateway changed.
    Open,
    /// The working document changed the same thing, in another way.
    Conflict,
    /// The working document says the same: deploying settles it.
    Adopted,
    /// A person said to let it be.
    Ignored,
}

/// A difference to bring into the document.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DriftAdopt {
    /// Of which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// What: keys of differences found last.
    pub keys: Vec<String>,
    /// The edition that was looked at; another one now refuses.
    #[ts(type = "number")]
    pub edition: u64,
}

/// A difference to let be, or to tell again.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DriftIgnore {
    /// Of which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// What: the key of a difference found last.
    pub key: String,
    /// Let it be as it is now; `false` tells it again.
    pub ignore: bool,
}

/// What was found last, for a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DriftMark {
    /// How many differences are not let be.
    pub count: u32,
    /// Whether one of them lowers security.
    pub lowers_security: bool,
    /// Whether the API or its stage is gone.
    pub removed: bool,
    /// When the gateway was looked at.
    pub at: UnixMillis,
}
