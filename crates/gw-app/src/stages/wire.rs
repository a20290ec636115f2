//! What `stages.*` takes and gives.

use gw_connector::{LiveState, SettingChange, StageFound};
use gw_model::{ApiId, Fault, GatewayId, StageSettings};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One API's stage on one gateway.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StageRequest {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateway: GatewayId,
}

/// What is wanted of a stage from now on; the next publication carries it out.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct StageSet {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateway: GatewayId,
    /// All that is wanted; what it does not name stays as found.
    pub settings: StageSettings,
}

/// What is wanted of a stage, beside what it has.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StageView {
    /// Whether the gateway has stage settings at all.
    pub available: bool,
    /// What is wanted.
    pub wanted: StageSettings,
    /// Whether the API is live there.
    pub live: LiveState,
    /// What the stage has; `None` when there is no stage, or it could not be asked.
    pub found: Option<StageFound>,
    /// What the next publication changes of it.
    pub changes: Vec<SettingChange>,
    /// Formats of the access log to choose from.
    pub log_formats: Vec<LogFormat>,
    /// Sizes of a cache, in gigabytes.
    pub cache_sizes: Vec<String>,
    /// Why the gateway could not be asked.
    pub fault: Option<Fault>,
}

/// A format of an access log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LogFormat {
    /// `clf`, `json`, `xml`, `csv`.
    pub name: String,
    /// For people.
    pub title: String,
    /// The format.
    pub format: String,
}
