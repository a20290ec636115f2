//! What `gateways.*` takes and gives.

use gw_connector::{Capabilities, Identity};
use gw_model::{ApiId, EndpointType, Fault, Gateway, GatewayId, Secret};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One gateway by id.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct GatewayRequest {
    /// Which.
    pub gateway: GatewayId,
}

/// A gateway as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct GatewayRow {
    /// What is registered.
    pub gateway: Gateway,
    /// What its kind can do.
    pub capabilities: Capabilities,
    /// APIs that are live there.
    pub deployed: Vec<DeployedApi>,
    /// For a local gateway: whether it is being served.
    pub serving: Option<Serving>,
    /// What the last test found, if there was one since the app started.
    pub last_test: Option<Identity>,
}

/// An API live on a gateway.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DeployedApi {
    /// Which.
    pub api: ApiId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Whether a local gateway is being served.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Serving {
    /// By this app.
    Here {
        /// Base address, for example `http://127.0.0.1:8780`.
        address: String,
    },
    /// By another Gatewright process.
    Elsewhere {
        /// Base address.
        address: String,
    },
    /// By nobody.
    Stopped,
    /// It could not be started.
    Failed {
        /// Why.
        fault: Fault,
    },
}

/// A gateway to register.
#[derive(Deserialize, TS)]
pub struct GatewayCreate {
    /// Unique; `[a-z0-9][a-z0-9-]{0,62}`.
    pub name: String,
    /// For people; the name when empty.
    pub display_name: String,
    /// Free text.
    pub description: String,
    /// Where it is and how to get in.
    pub target: TargetInput,
    /// Marks it as production.
    #[serde(default)]
    pub production: bool,
}

/// A gateway's new settings. The name and the kind stay.
#[derive(Deserialize, TS)]
pub struct GatewayUpdate {
    /// Which.
    pub gateway: GatewayId,
    /// For people.
    pub display_name: String,
    /// Free text.
    pub description: String,
    /// Where it is and how to get in.
    pub target: TargetInput,
    /// Marks it as production, or takes the mark away; `None` leaves it.
    pub production: Option<bool>,
}

/// What removing a gateway or an API takes with it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Removal {
    /// What is gone then, in sentences.
    pub vanishes: Vec<String>,
    /// What stays, in sentences.
    pub stays: Vec<String>,
    /// What must be undeployed or forgotten first.
    pub blocked_by: Vec<Blocker>,
}

/// One API on one gateway that keeps either from being removed.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Blocker {
    /// Which API.
    pub api: ApiId,
    /// Its `name@version`.
    pub api_name: String,
    /// On which gateway.
    pub gateway: GatewayId,
    /// Its name.
    pub gateway_name: String,
    /// Whether a run without an end is all that is there.
    pub unfinished: bool,
}

/// Where a gateway is, as typed.
#[derive(Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TargetInput {
    /// AWS.
    Aws {
        /// For example `eu-west-1`.
        region: String,
        /// Stage name.
        stage: String,
        /// Regional by default.
        endpoint_type: EndpointType,
        /// How to get in.
        credentials: CredentialsInput,
        /// Replaces every AWS service address; `None` for AWS itself.
        endpoint_url: Option<String>,
    },
    /// The embedded local gateway.
    Local {
        /// Loopback port; `None` for the next free one.
        port: Option<u16>,
    },
}

/// Credentials, as typed.
#[derive(Deserialize, TS)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum CredentialsInput {
    /// A pasted access key; it goes to the vault.
    AccessKey {
        /// The id.
        #[ts(type = "string")]
        access_key_id: Secret<String>,
        /// The secret.
        #[ts(type = "string")]
        secret_access_key: Secret<String>,
        /// For temporary credentials.
        #[ts(type = "string | null")]
        session_token: Option<Secret<String>>,
    },
    /// A profile of the shared AWS config files.
    Profile {
        /// Its name.
        profile: String,
    },
    /// What is stored already; only when editing.
    Keep,
}

/// A target to test before it is saved.
#[derive(Deserialize, TS)]
pub struct TargetTest {
    /// The gateway being edited, when credentials are kept.
    pub gateway: Option<GatewayId>,
    /// As typed.
    pub target: TargetInput,
}

/// What testing a connection found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ConnectionTest {
    /// Who we are there and what we may do.
    pub identity: Identity,
    /// An IAM policy that would allow everything a deployment needs; empty for the local gateway.
    pub iam_policy: String,
}

/// An AWS region.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RegionRow {
    /// For example `eu-west-1`.
    pub id: String,
    /// For example `Europe (Ireland)`.
    pub name: String,
}

/// A profile of the shared AWS config files.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ProfileRow {
    /// Its name.
    pub name: String,
    /// Where its credentials come from: `access key`, `SSO`, `assumed role`, `credential process`.
    pub source: String,
    /// Its region, when it names one.
    pub region: Option<String>,
}
