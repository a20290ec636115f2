//! What `deployments.*` takes and gives.

use std::collections::BTreeMap;

use gw_catalog::{PlacedCanary, Pruning};
use gw_connector::{Change, LiveState, SettingChange};
use gw_deploy::{Outcome, Record, RunHeader};
use gw_model::{
    ApiId, DeploymentId, Diagnostic, Fault, GatewayId, GatewayKind, OperationKey, Percent, Place,
    RevisionId, UnixMillis,
};
use gw_plan::PlanChange;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::history_wire::KeptRow;
use crate::drift::wire::DriftMark;
pub use gw_deploy::RunGoal;

/// What to do on which gateways.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PlanRequest {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateways: Vec<GatewayId>,
    /// Publish, withdraw, return to a kept deployment, or change a canary.
    pub goal: RunGoal,
    /// To publish: as a canary that this share of the requests meets. To share: what the canary gets then.
    #[serde(default)]
    #[ts(optional)]
    pub percent: Option<Percent>,
    /// To publish: a revision instead of the working one. To return: a revision, or the gateway's name of the kept
    /// deployment; what was live before when it is missing.
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<String>,
    /// Do everything again although nothing of the document changed: puts back what was changed by hand.
    #[serde(default)]
    #[ts(optional)]
    pub again: Option<bool>,
}

/// What would happen, gateway by gateway. Nothing was changed to find out.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlanView {
    /// Which API.
    pub api: ApiId,
    /// Its `name@version`: what may be typed for all gateways marked as production.
    pub api_name: String,
    /// As asked.
    pub goal: RunGoal,
    /// As asked: the share of a canary.
    pub percent: Option<Percent>,
    /// The revision that would be live; the working one when an API is withdrawn or the kept deployment's is not known.
    pub revision: RevisionId,
    /// How long all of it takes by the quotas alone, in milliseconds: side by side, sharing those of an account and region.
    #[ts(type = "number")]
    pub eta_ms: u64,
    /// What stays as it is elsewhere, in sentences.
    pub untouched: Vec<String>,
    /// Stands for what is wanted of the stage on each gateway.
    #[ts(type = "Record<string, string>")]
    pub stages: BTreeMap<GatewayId, String>,
    /// One per gateway, in the order asked.
    pub targets: Vec<TargetPlan>,
}

/// What would happen on one gateway.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TargetPlan {
    /// Which.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// Its kind.
    pub gateway_kind: GatewayKind,
    /// Whether it is marked as production.
    pub production: bool,
    /// Account, as far as known.
    pub account: Option<String>,
    /// Region or address.
    pub region: String,
    /// What is there now.
    pub live: LiveState,
    /// What callers will notice, security first.
    pub changes: Vec<PlanChange>,
    /// What becomes of the stage's settings; nothing of what stays as found.
    pub settings: Vec<SettingChange>,
    /// The steps, with the exact remote calls. Payloads are left out.
    pub steps: Vec<Change>,
    /// What the gateway will refuse or lose.
    pub diagnostics: Vec<Diagnostic>,
    /// What the steps need to be allowed, each once, sorted.
    pub permissions: Vec<String>,
    /// How long it takes by the quotas alone when nothing else uses them, in milliseconds.
    #[ts(type = "number")]
    pub eta_ms: u64,
    /// What must be said yes to, one by one, before this may run.
    pub consents: Vec<Consent>,
    /// What stays as it is, one sentence per kind.
    pub untouched: Vec<String>,
    /// Where callers reach it now, or will.
    pub invoke_url: Option<String>,
    /// The kept deployment that would be live again, or the canary that is changed; `None` for other goals.
    pub returns_to: Option<KeptRow>,
    /// Why it cannot run at all.
    pub fault: Option<Fault>,
}

/// Something that needs a yes of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Consent {
    /// What to send back: one of [`crate::deployments::CONSENTS`].
    pub key: String,
    /// What is agreed to, in one sentence that names the first operations.
    pub sentence: String,
    /// All operations it is about; none when it is about the whole.
    pub operations: Vec<OperationKey>,
    /// The gateway's name, where a yes counts only with it typed: the gateway is marked as production.
    pub typed: Option<String>,
}

/// A plan to carry out.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StartRequest {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateways: Vec<GatewayId>,
    /// As in the plan.
    pub goal: RunGoal,
    /// As in the plan.
    #[serde(default)]
    #[ts(optional)]
    pub percent: Option<Percent>,
    /// The revision the plan showed; to publish, another one now refuses the start.
    pub revision: RevisionId,
    /// As in the plan; to return, the gateway's name of the kept deployment the plan showed.
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<String>,
    /// The `stages` the plan showed; another one now refuses the start. Empty from who saw no plan.
    #[serde(default)]
    #[ts(type = "Record<string, string>")]
    pub stages: BTreeMap<GatewayId, String>,
    /// Keys of the consents given.
    pub consents: Vec<String>,
    /// Names that were typed, each a gateway's or the API's `name@version`.
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// As the plan was asked for.
    #[serde(default)]
    #[ts(optional)]
    pub again: Option<bool>,
}

/// What to undeploy when the gateways answer again.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct LaterRequest {
    /// Which API.
    pub api: ApiId,
    /// Off which gateways.
    pub gateways: Vec<GatewayId>,
    /// Keys of the consents given.
    pub consents: Vec<String>,
    /// Names that were typed, each a gateway's or the API's `name@version`.
    #[serde(default)]
    pub confirmed: Vec<String>,
}

/// An undeployment that waits for its gateway.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PendingRow {
    /// Which API.
    pub api: ApiId,
    /// Its name.
    pub api_name: String,
    /// Its version.
    pub api_version: String,
    /// Off which gateway.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// When it was asked for.
    pub asked_at: UnixMillis,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub tried_at: Option<UnixMillis>,
    /// When the window tries next.
    pub next_at: UnixMillis,
    /// Why it failed last.
    pub fault: Option<Fault>,
}

/// Which of what waits to try now.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct ResumeRequest {
    /// Only of this API.
    pub api: Option<ApiId>,
    /// Only on this gateway.
    pub gateway: Option<GatewayId>,
}

/// What became of one that waited.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Resumed {
    /// Which API.
    pub api: ApiId,
    /// Off which gateway.
    pub gateway: GatewayId,
    /// The run; `None` when it could not begin.
    pub deployment: Option<DeploymentId>,
    /// Why it could not begin.
    pub fault: Option<Fault>,
}

/// One API on one gateway.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PlaceRequest {
    /// Which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
}

/// What forgetting an API on a gateway leaves behind.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Traces {
    /// In one sentence, with the ids.
    pub sentence: String,
    /// One by one.
    pub objects: Vec<Trace>,
    /// Whether the catalog says that it is there.
    pub placed: bool,
    /// Runs that have no good end, and get one.
    pub unfinished: u32,
    /// Whether an undeployment waits, and is dropped.
    pub pending: bool,
}

/// A remote object that is left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Trace {
    /// What it is: `REST API`.
    pub kind: String,
    /// Its id or ARN.
    pub id: String,
}

/// What was forgotten.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Forgotten {
    /// The run that says so; `None` when there was nothing to forget.
    pub deployment: Option<DeploymentId>,
    /// What is left behind.
    pub traces: Traces,
}

/// The runs that began.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Started {
    /// One per gateway that could begin.
    pub runs: Vec<StartedRun>,
}

/// One run that began or is about to, or why it did not.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StartedRun {
    /// On which gateway.
    pub gateway: GatewayId,
    /// The run; `None` when it could not begin. It may still be about to begin: its gateway is slow to tell what is there.
    pub deployment: Option<DeploymentId>,
    /// Why it could not begin.
    pub fault: Option<Fault>,
}

/// One run by id.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DeploymentRequest {
    /// Which.
    pub deployment: DeploymentId,
}

/// Part of the list of runs.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct DeploymentSearch {
    /// Only of this API.
    pub api: Option<ApiId>,
    /// Only on this gateway.
    pub gateway: Option<GatewayId>,
    /// How many to skip.
    pub offset: u32,
    /// How many to give; 0 for 100.
    pub limit: u32,
}

/// Part of the list of runs.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DeploymentPage {
    /// Newest first.
    pub rows: Vec<DeploymentRow>,
    /// How many there are in all.
    pub total: u32,
}

/// A run as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DeploymentRow {
    /// The run, which is also its journal's id.
    pub deployment: DeploymentId,
    /// Which API.
    pub api: ApiId,
    /// Its name, or what it was called when it was removed.
    pub api_name: String,
    /// Its version.
    pub api_version: String,
    /// Where.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// What it was to reach.
    pub goal: RunGoal,
    /// The share a canary got; `None` when the run gave none.
    pub percent: Option<Percent>,
    /// What was published or returned to.
    pub revision: Option<RevisionId>,
    /// When it began.
    pub started_at: UnixMillis,
    /// When it ended; `None` while it has not.
    pub finished_at: Option<UnixMillis>,
    /// How it ended; `None` while it has not.
    pub outcome: Option<Outcome>,
    /// Whether a process carries it on now. Without an end and not running, it was interrupted.
    pub running: bool,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// Where callers reach it.
    pub invoke_url: Option<String>,
}

/// A run with its journal.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DeploymentDetail {
    /// The run.
    pub row: DeploymentRow,
    /// What it is about.
    pub header: RunHeader,
    /// What it meant to do, did and took back.
    pub records: Vec<Record>,
    /// What the gateway said about the document, errors first.
    pub findings: Vec<RunFinding>,
    /// What was deleted after it of what the gateway kept.
    pub pruned: Vec<Pruning>,
}

/// What a gateway said about the document of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RunFinding {
    /// In the gateway's words, with what they mean and their place in the document that was published; line 0 when they
    /// name no place.
    pub finding: Diagnostic,
    /// Where that is in the API's document now; `None` when it is not there any more.
    pub now: Option<Place>,
}

/// Which placements to give.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct PlacementSearch {
    /// Only of this API.
    pub api: Option<ApiId>,
}

/// What is where: a cell of the fleet matrix.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PlacementRow {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// Its kind.
    pub gateway_kind: GatewayKind,
    /// Which revision was published last.
    pub revision: Option<RevisionId>,
    /// What runs beside it; left out for no canary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub canary: Option<PlacedCanary>,
    /// How it stands.
    pub state: PlacementState,
    /// Where callers reach it.
    pub invoke_url: Option<String>,
    /// The last run.
    pub deployment: DeploymentId,
    /// When the last run ended, or began while it runs.
    pub at: UnixMillis,
    /// What was found when the gateway was looked at after that run; left out when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub drift: Option<DriftMark>,
}

/// How an API stands on a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PlacementState {
    /// The working revision is live.
    Live,
    /// An older revision is live, or the stage is wanted otherwise since.
    Behind,
    /// A run is under way.
    Deploying,
    /// The last run was interrupted: it has no end, and nothing carries it on.
    Interrupted,
    /// The last run failed; what was live before still is.
    Failed,
    /// The last run failed and left something behind.
    Stuck,
}
