//! What `app.*` takes and gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::vault::wire::VaultStatus;

/// No parameters.
#[derive(Clone, Copy, Debug, Default, Deserialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Empty {}

/// Done; nothing to say.
#[derive(Clone, Copy, Debug, Default, Serialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Done {}

/// Where the app stands.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AppStatus {
    /// Gatewright's version.
    pub version: String,
    /// The home folder.
    pub home: String,
    /// Where secrets go.
    pub vault: VaultStatus,
    /// How many of each there are.
    pub counts: Counts,
}

/// How many of each there are.
#[derive(Clone, Copy, Debug, Default, Serialize, TS)]
pub struct Counts {
    /// APIs.
    pub apis: u32,
    /// Gateways.
    pub gateways: u32,
    /// Key managers, the resident one included.
    pub key_managers: u32,
    /// Applications.
    pub applications: u32,
    /// Deployment runs not finished.
    pub running: u32,
}
