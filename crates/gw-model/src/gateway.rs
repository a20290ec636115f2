//! Gateways: one place an API can run.
//!
//! It refuses to hold credentials: those are in the vault, behind a [`SecretRef`].

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::GatewayId;
use crate::secret::SecretRef;
use crate::time::UnixMillis;

/// What kind of place a gateway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum GatewayKind {
    /// AWS API Gateway, REST APIs.
    Aws,
    /// The embedded local gateway.
    Local,
}

/// A registered gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Gateway {
    /// Never changes.
    pub id: GatewayId,
    /// Unique; `[a-z0-9][a-z0-9-]{0,62}`; what the command line and the title bar say.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// Free text.
    pub description: String,
    /// Where it is and how to get in.
    pub target: GatewayTarget,
    /// Marked as production: what a plan asks consent for there needs a name typed too. Records of before say nothing.
    #[serde(default)]
    pub production: bool,
    /// When it was registered.
    pub created_at: UnixMillis,
    /// When it was last edited.
    pub updated_at: UnixMillis,
}

impl Gateway {
    /// The kind of place.
    pub const fn kind(&self) -> GatewayKind {
        match self.target {
            GatewayTarget::Aws(_) => GatewayKind::Aws,
            GatewayTarget::Local(_) => GatewayKind::Local,
        }
    }
}

/// Where a gateway is, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum GatewayTarget {
    /// An AWS account, region and stage.
    Aws(AwsTarget),
    /// A port on this machine.
    Local(LocalTarget),
}

/// An AWS account (by its credentials), region and stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AwsTarget {
    /// For example `eu-west-1`.
    pub region: String,
    /// `[A-Za-z0-9_-]{1,128}` (aws-facts 3.2).
    pub stage: String,
    /// Where AWS terminates the connection.
    pub endpoint_type: EndpointType,
    /// How to get in.
    pub credentials: AwsCredentials,
    /// Replaces every AWS service address: emulators, private endpoints.
    pub endpoint_url: Option<String>,
}

/// Endpoint types of AWS REST APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
pub enum EndpointType {
    /// In the region; imports ten times faster than edge.
    #[default]
    Regional,
    /// Through CloudFront.
    Edge,
    /// Only through a VPC endpoint.
    Private,
}

/// How to get into an AWS account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum AwsCredentials {
    /// An access key in the vault: one secret that holds id, secret and session token together.
    AccessKey {
        /// Where it lies.
        secret: SecretRef,
        /// The last four characters of the access key id, to tell keys apart.
        hint: String,
    },
    /// A profile of the shared AWS config files: keys, SSO, assumed roles, credential processes.
    Profile {
        /// Its name.
        profile: String,
    },
}

/// The embedded local gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalTarget {
    /// Loopback TCP port.
    pub port: u16,
}
