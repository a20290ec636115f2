//! What the commands about kept deployments, revisions and differences take and give.

use gw_model::{ApiId, DeploymentId, GatewayId, GatewayKind, Percent, RevisionId, UnixMillis};
use gw_plan::PlanChange;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What one gateway keeps of one API.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeptRequest {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateway: GatewayId,
}

/// What a gateway keeps of an API.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KeptList {
    /// Where.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// Its kind.
    pub gateway_kind: GatewayKind,
    /// Newest first, what is live included.
    pub rows: Vec<KeptRow>,
    /// How many stay when more are deployed.
    pub keep: u32,
}

/// One kept deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct KeptRow {
    /// The gateway's name of it.
    pub id: String,
    /// What it serves; `None` when this catalog did not deploy it.
    pub revision: Option<RevisionId>,
    /// The run that made it; `None` when this catalog has no such run.
    pub deployment: Option<DeploymentId>,
    /// When it was made.
    pub made_at: Option<UnixMillis>,
    /// Whether Gatewright made it, here or from another catalog.
    pub ours: bool,
    /// Whether callers meet it now.
    pub live: bool,
    /// The share of the requests that meets it as a canary; `None` when it is none of Gatewright's.
    pub canary: Option<Percent>,
    /// Whether going back without saying where leads to it: it was live before what is live now.
    pub previous: bool,
    /// What else holds it: another stage, a canary.
    pub held_by: Option<String>,
    /// Why it cannot be returned to.
    pub broken: Option<String>,
}

/// Part of an API's revisions.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RevisionSearch {
    /// Which API.
    pub api: ApiId,
    /// How many to skip.
    #[serde(default)]
    pub offset: u32,
    /// How many to give; 0 for 100.
    #[serde(default)]
    pub limit: u32,
}

/// Part of an API's revisions.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RevisionList {
    /// What would be deployed now, whether or not it ever was.
    pub working: RevisionId,
    /// Newest first.
    pub rows: Vec<RevisionLine>,
    /// How many there are in all.
    pub total: u32,
}

/// A revision that was deployed.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RevisionLine {
    /// Which.
    pub id: RevisionId,
    /// The API's name then.
    pub name: String,
    /// The API's version then.
    pub version: String,
    /// When it was first deployed.
    pub made_at: UnixMillis,
    /// Names of the gateways where it is live, as far as Gatewright did it.
    pub live_on: Vec<String>,
}

/// Two states of an API to compare, each `working`, `live`, or a revision or the beginning of one.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DiffRequest {
    /// Which API.
    pub api: ApiId,
    /// Whose `live` is meant.
    pub gateway: Option<GatewayId>,
    /// Before.
    pub from: String,
    /// After.
    pub to: String,
}

/// How two states of an API differ.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DiffView {
    /// Before.
    pub from: DiffSide,
    /// After.
    pub to: DiffSide,
    /// What callers would notice, security first.
    pub changes: Vec<PlanChange>,
    /// The documents as a unified diff; empty when they are equal.
    pub document: String,
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DiffSide {
    /// As it is said: `working`, `live on prod`, or the revision.
    pub said: String,
    /// Which revision it is.
    pub revision: RevisionId,
    /// When it was first deployed; `None` when it never was.
    pub made_at: Option<UnixMillis>,
}

/// How many kept deployments stay on each gateway.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct KeepSet {
    /// 1 to 100.
    pub keep: u32,
}
