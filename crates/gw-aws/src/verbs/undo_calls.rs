//! Which calls take a receipt back, so that their turns can be taken before.
//!
//! It refuses what the plan screen shows: permissions are asked for going forward.

use gw_connector::{Receipt, RemoteCall};

use crate::lower::verb;

/// The calls [`super::undo`] makes for a receipt.
pub(crate) fn undo_calls(receipt: &Receipt) -> Vec<RemoteCall> {
    let verb = receipt.verb.as_str();
    let (service, names): (_, &[&str]) = match verb {
        verb::UPDATE_STAGE | verb::SET_STAGE => ("apigateway", &["UpdateStage"]),
        // What was there is set again, what was not is removed.
        verb::TAG_STAGE => ("apigateway", &["TagResource", "UntagResource"]),
        verb::MAP_DOMAIN => ("apigateway", &["DeleteBasePathMapping"]),
        verb::UNMAP_DOMAIN => ("apigateway", &["CreateBasePathMapping"]),
        _ if !receipt.created => return Vec::new(),
        verb::CREATE_ROLE => ("iam", &["DeleteRole"]),
        verb::PUT_ROLE_POLICY => ("iam", &["DeleteRolePolicy"]),
        verb::CREATE_FUNCTION | verb::PUBLISH_VERSION => ("lambda", &["DeleteFunction"]),
        verb::ALLOW_INVOKE => ("lambda", &["RemovePermission"]),
        verb::CREATE_REST_API => ("apigateway", &["DeleteRestApi"]),
        verb::CLAIM_REST_API => ("apigateway", &["UntagResource"]),
        verb::CREATE_DEPLOYMENT => ("apigateway", &["DeleteDeployment"]),
        verb::CREATE_STAGE => ("apigateway", &["DeleteStage"]),
        _ => return Vec::new(),
    };
    let call = |name: &&str| RemoteCall {
        service: service.to_owned(),
        name: (*name).to_owned(),
        target: String::new(),
        permission: String::new(),
    };
    names.iter().map(call).collect()
}
