//! What is on a gateway's account and region, whoever made it, and one API of it read as a document.
//!
//! It refuses to take a name for an owner: marks and tags say who made something, and without any it was made by hand.

use std::collections::BTreeMap;

use gw_model::{ApiId, Fault, UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::change::Outputs;

/// Everything that is there.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The APIs, by name.
    pub apis: Vec<Found>,
    /// Why some kinds of APIs could not be listed; empty when all were.
    pub faults: Vec<Fault>,
}

/// An API as a gateway lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "FoundApi")]
pub struct Found {
    /// The gateway's own id.
    pub id: String,
    /// Its name there; names are not unique.
    pub name: String,
    /// Its version there; empty when it has none.
    pub version: String,
    /// Its description there.
    pub description: String,
    /// What kind of API.
    pub protocol: Protocol,
    /// `REGIONAL`, `EDGE` or `PRIVATE`; empty where there is no choice.
    pub endpoint: String,
    /// When it was made.
    pub created_at: Option<UnixMillis>,
    /// Its tags.
    #[ts(type = "Record<string, string>")]
    pub tags: BTreeMap<String, String>,
    /// Who looks after it.
    pub owner: Owner,
}

/// What kind of API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Operations of an OpenAPI document, managed: AWS's REST APIs, APIs of a local gateway.
    Rest,
    /// AWS's HTTP APIs: read as documents only.
    Http,
    /// AWS's WebSocket APIs: listed only.
    Websocket,
}

/// Who looks after an API, as its marks and tags tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Owner {
    /// Gatewright, of this catalog or another.
    Gatewright {
        /// Which API of that catalog.
        api: ApiId,
    },
    /// AWS CloudFormation, SAM or CDK.
    CloudFormation {
        /// The stack's name.
        stack: String,
    },
    /// Another tool that leaves tags.
    Tool {
        /// Its name.
        name: String,
    },
    /// Nothing says so: by hand, or by a tool that leaves no tags.
    Hand,
}

/// A stage of an API that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundStage {
    /// Its name.
    pub name: String,
    /// Which deployment it serves; empty when it serves none.
    pub deployment: String,
    /// Where callers reach it.
    pub invoke_url: String,
    /// When it was changed last.
    pub updated_at: Option<UnixMillis>,
}

/// An API read as a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadApi {
    /// Its name there.
    pub name: String,
    /// Its version there; empty when it has none.
    pub version: String,
    /// OpenAPI, JSON, with everything the gateway holds of it.
    pub document: String,
    /// The stage it was read for; `None` when there is none, so that nothing of it is live.
    pub stage: Option<FoundStage>,
    /// What a later run needs to know of it; the `found` of the run that adopts it.
    pub outputs: Outputs,
    /// Who looks after it.
    pub owner: Owner,
    /// Operations for which callers must prove something.
    pub protected: u32,
    /// What of it is not in the document, one sentence each.
    pub notes: Vec<String>,
    /// Where the stage serves something else than what was read, one sentence each; empty when the two agree as far as
    /// could be told.
    pub undeployed: Vec<String>,
}
