//! What `samples.*` takes and gives.

use gw_model::{ApiId, ApplicationId, GatewayId};
use serde::Serialize;
use ts_rs::TS;

/// What the sample consists of; made when it was not there.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SampleInstalled {
    /// The sample API, with an OAuth policy of the resident key manager.
    pub api: ApiId,
    /// A local gateway.
    pub gateway: GatewayId,
    /// An application of the resident key manager that may read and write.
    pub application: ApplicationId,
}
