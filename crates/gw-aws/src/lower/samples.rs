//! Plans and targets the unit tests share.

use gw_connector::{LiveState, Observed, Outputs, Target};
use gw_model::{ApiId, GatewayId};

pub(crate) use gw_aws_import::samples::*;

/// The target of [`pets`].
pub(crate) fn target() -> Target {
    Target {
        gateway: GatewayId::new("gw_1"),
        api: ApiId::new("api_1"),
        api_name: "Pets".to_owned(),
        api_version: "1.0.0".to_owned(),
        known: Outputs::new(),
        known_digest: None,
        settings: gw_model::StageSettings::default(),
    }
}

/// Nothing is there.
pub(crate) fn nothing() -> Observed {
    Observed {
        state: LiveState::Absent,
        found: Outputs::new(),
        digest: None,
        invoke_url: None,
        stage: None,
    }
}
