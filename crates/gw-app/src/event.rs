//! What the core tells every host and page without being asked.
//!
//! It refuses secrets, and it refuses to be the record: a page that missed an event reads the state again.

use gw_deploy::RunEvent;
use gw_model::{ApiId, ApplicationId, DeploymentId, Fault, GatewayId};
use serde::Serialize;
use ts_rs::TS;

use crate::commands::Feature;

/// One event.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AppEvent {
    /// What these features list has changed: read it again.
    Changed {
        /// Which.
        features: Vec<Feature>,
    },
    /// A deployment run moved on.
    Run {
        /// The run.
        deployment: DeploymentId,
        /// Of which API.
        api: ApiId,
        /// On which gateway.
        gateway: GatewayId,
        /// What happened.
        event: RunEvent,
    },
    /// A sign-in ended.
    SignInEnded {
        /// Which.
        sign_in: String,
        /// Whose.
        application: ApplicationId,
        /// Why it failed; `None` when a token is there.
        fault: Option<Fault>,
    },
}
