//! Which calls take a receipt back, so that their turns can be taken before.
//!
//! It refuses what the plan screen shows: permissions are asked for going forward.

use gw_connector::{Receipt, RemoteCall};

use crate::lower::verb;

/// The calls [`super::undo`] makes for a receipt.
pub(crate) fn undo_calls(receipt: &Receipt) -> Vec<RemoteCall> {
    let verb = receipt.verb.as_str();
    let (service, name) = match verb {
        verb::UPDATE_STAGE => ("apigateway", "UpdateStage"),
        _ if !receipt.created => return Vec::new(),
        verb::CREATE_ROLE => ("iam", "DeleteRole"),
        verb::PUT_ROLE_POLICY => ("iam", "DeleteRolePolicy"),
        verb::CREATE_FUNCTION | verb::PUBLISH_VERSION => ("lambda", "DeleteFunction"),
        verb::ALLOW_INVOKE => ("lambda", "RemovePermission"),
        verb::CREATE_REST_API => ("apigateway", "DeleteRestApi"),
        verb::CREATE_DEPLOYMENT => ("apigateway", "DeleteDeployment"),
        verb::CREATE_STAGE => ("apigateway", "DeleteStage"),
        _ => return Vec::new(),
    };
    vec![RemoteCall {
        service: service.to_owned(),
        name: name.to_owned(),
        target: String::new(),
        permission: String::new(),
    }]
}
