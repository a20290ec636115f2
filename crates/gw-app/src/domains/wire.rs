//! What `domains.*` takes and gives.

use gw_connector::DomainMapping;
use gw_model::{ApiId, Fault, GatewayId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The domains that lead to one API on one gateway.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DomainSearch {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateway: GatewayId,
}

/// The domains that lead to an API.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DomainList {
    /// Whether the gateway has domains at all.
    pub available: bool,
    /// One row per base path, as the gateway lists them.
    pub rows: Vec<DomainMapping>,
    /// Why they could not be read.
    pub fault: Option<Fault>,
}

/// One base path of a domain.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DomainRequest {
    /// Which API.
    pub api: ApiId,
    /// Where.
    pub gateway: GatewayId,
    /// The domain's name, which is there already: `api.example.com`.
    pub domain: String,
    /// Below which first part of the path; empty for all paths.
    pub base_path: String,
}
