//! What `discovery.*` takes and gives.

use gw_connector::{Found, FoundStage, Protocol};
use gw_model::{Api, ApiId, DeploymentId, Diagnostic, Fault, GatewayId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything on a gateway's account and region.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DiscoveryList {
    /// Which gateway.
    pub gateway: GatewayId,
}

/// What is there.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DiscoveryFound {
    /// The APIs, by name.
    pub apis: Vec<FoundRow>,
    /// Why some kinds of APIs could not be listed; empty when all were.
    pub faults: Vec<Fault>,
}

/// An API that is there.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FoundRow {
    /// As the gateway lists it.
    pub found: Found,
    /// The API of this catalog that it is; `None` when this catalog does not know it.
    pub managed: Option<ManagedApi>,
}

/// The API of this catalog that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ManagedApi {
    /// Which.
    pub api: ApiId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The stages of some of them: one call each on AWS, so the page asks for those it shows.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DiscoveryStages {
    /// Which gateway.
    pub gateway: GatewayId,
    /// Which APIs; at most 100.
    pub apis: Vec<FoundId>,
}

/// An API of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundId {
    /// The gateway's own id.
    pub id: String,
    /// What kind it is.
    pub protocol: Protocol,
}

/// The stages of one API.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FoundStages {
    /// Which API.
    pub id: String,
    /// Its stages, by name.
    pub stages: Vec<FoundStage>,
    /// Why they could not be read; `None` when they could.
    pub fault: Option<Fault>,
}

/// What to import.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DiscoveryImport {
    /// From which gateway.
    pub gateway: GatewayId,
    /// The API there.
    pub id: String,
    /// What kind it is; `None` to find out.
    pub protocol: Option<Protocol>,
    /// Which stage; `None` for the gateway's own, or the only one.
    pub stage: Option<String>,
    /// Its name in the catalog; `None` for the one it has there.
    pub name: Option<String>,
    /// Its version in the catalog; `None` for the one it has there.
    pub version: Option<String>,
    /// Leave it as it is there: take the document only, and manage nothing.
    pub document_only: bool,
}

/// What was imported.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DiscoveryImported {
    /// The API of the catalog.
    pub api: Api,
    /// How many operations it has.
    pub operations: u32,
    /// How many of them ask callers for something.
    pub protected: u32,
    /// The stage it was read for.
    pub stage: Option<FoundStage>,
    /// Whether Gatewright manages it from now on, on the gateway it was imported from.
    pub managed: bool,
    /// Why it does not, in one sentence; empty when it does.
    pub why_not: String,
    /// The run that took it over, without a change; `None` when it is not managed.
    pub deployment: Option<DeploymentId>,
    /// What planning it again would change there, one sentence each; empty when nothing.
    pub would_change: Vec<String>,
    /// Why it could not be planned; `None` when it could, or is not managed.
    pub fault: Option<Fault>,
    /// What of it is not in the document, one sentence each.
    pub notes: Vec<String>,
    /// Where the stage serves something else than was read, one sentence each.
    pub undeployed: Vec<String>,
    /// Findings in the document.
    pub diagnostics: Vec<Diagnostic>,
}
