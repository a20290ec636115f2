//! Making, finding again and taking back each change; one module per group of remote objects.
//!
//! It refuses a second effect in one `apply`, and to find a run's objects by anything but its mark.

mod claim;
mod function;
mod log_role;
mod mapping;
mod permission;
mod read_back;
mod rest_api;
mod role;
mod stage;
mod stage_settings;
mod tags;
mod undo_calls;

pub(crate) use mapping::Mapping;
pub(crate) use undo_calls::undo_calls;

use gw_connector::{Change, Mark, Outputs, Receipt};
use gw_model::{Code, Fault, Retry};

use crate::connector::AwsConnector;
use crate::lower::{Step, verb};
use crate::names::output;

/// Makes a change.
pub(crate) async fn apply(
    aws: &AwsConnector,
    change: &Change,
    mark: &Mark,
    outputs: &Outputs,
) -> Result<Receipt, Fault> {
    let step: Step = serde_json::from_str(&change.payload).map_err(|error| {
        defect(format!(
            "The change {} has a payload this version does not read",
            change.verb
        ))
        .because(error)
    })?;
    match step {
        Step::CreateRole { role, owner } => aws.create_role(&role, &owner, mark).await,
        Step::PutRolePolicy { role, policy } => aws.put_role_policy(&role, &policy).await,
        Step::CreateFunction {
            function,
            owner,
            zip,
            ..
        } => {
            aws.create_function(&function, &owner, &zip, mark, outputs)
                .await
        }
        Step::UpdateFunction { function, zip, .. } => aws.update_function(&function, &zip).await,
        Step::AwaitFunction { function } => aws.await_function(&function).await,
        Step::PublishVersion { function, digest } => {
            aws.publish_version(&function, &digest, mark).await
        }
        Step::AllowInvoke { function } => aws.allow_invoke(&function, mark, outputs).await,
        Step::CreateRestApi {
            owner,
            version,
            endpoint_type,
        } => {
            aws.create_rest_api(&owner, &version, &endpoint_type, mark)
                .await
        }
        Step::ClaimRestApi { owner, rest_api } => aws.claim_rest_api(&rest_api, &owner, mark).await,
        Step::PutRestApi { document } => aws.put_rest_api(&document, mark, outputs).await,
        Step::ReadBack {
            expected,
            authorizer,
        } => {
            aws.read_back(&expected, authorizer.as_deref(), outputs)
                .await
        }
        Step::CreateDeployment {
            plan,
            build,
            provisioned,
        } => {
            aws.create_deployment(&plan, &build, provisioned, mark, outputs)
                .await
        }
        Step::CreateStage {
            owner,
            plan,
            build,
            stage,
        } => {
            aws.create_stage(&owner, &plan, &build, &stage, mark, outputs)
                .await
        }
        Step::DeleteDeployment {
            rest_api,
            deployment,
        } => aws
            .delete_deployment_of(&rest_api, &deployment)
            .await
            .map(|()| receipt(false, None, [])),
        Step::DeleteVersion { function, version } => aws
            .delete_version(&format!("{function}:{version}"))
            .await
            .map(|()| receipt(false, None, [])),
        Step::UpdateStage(to) => aws.update_stage(to, mark, outputs).await,
        Step::NoteStage { before } => Ok(stage_settings::noted(&before)),
        Step::TagStage { tags } => aws.tag_stage(tags, mark, outputs).await,
        Step::CreateLogRole => aws.create_log_role(mark).await,
        Step::AttachLogPolicy => aws.attach_log_policy().await,
        Step::SetLogRole => aws.set_log_role(outputs).await,
        Step::MapDomain => aws.map_domain(outputs).await,
        Step::UnmapDomain => aws.unmap_domain(outputs).await,
        Step::DeleteRestApi { rest_api } => aws.delete_rest_api(&rest_api).await,
        Step::DeleteFunction { function } => aws.delete_function(&function).await,
        Step::DeleteRolePolicy { role } => aws.delete_role_policy(&role).await,
        Step::DeleteRole { role } => aws.delete_role(&role).await,
    }
    .map(|receipt| Receipt {
        verb: change.verb.clone(),
        ..receipt
    })
}

/// Whether a change happened under a mark; works from what a journal keeps.
pub(crate) async fn probe(
    aws: &AwsConnector,
    change: &Change,
    mark: &Mark,
    outputs: &Outputs,
) -> Result<Option<Receipt>, Fault> {
    let verb = change.verb.as_str();
    let found = match verb {
        verb::CREATE_ROLE => aws.probe_role(mark, outputs).await,
        verb::PUT_ROLE_POLICY => aws.probe_role_policy(mark, outputs).await,
        verb::CREATE_FUNCTION => aws.probe_function(mark, outputs).await,
        verb::UPDATE_FUNCTION => {
            let wanted = match serde_json::from_str(&change.payload) {
                Ok(Step::UpdateFunction { digest, .. }) => Some(digest),
                _ => None,
            };
            aws.probe_function_code(wanted.as_deref(), outputs).await
        }
        verb::PUBLISH_VERSION => aws.probe_version(mark, outputs).await,
        verb::ALLOW_INVOKE => aws.probe_permission(mark, outputs).await,
        verb::CREATE_REST_API => aws.probe_rest_api(mark).await,
        verb::CLAIM_REST_API => aws.probe_claim(mark, outputs).await,
        verb::PUT_REST_API => aws.probe_import(mark, outputs).await,
        verb::CREATE_DEPLOYMENT => aws.probe_deployment(mark, outputs).await,
        verb::CREATE_STAGE => aws.probe_stage(mark, outputs, true).await,
        verb::UPDATE_STAGE | verb::SET_STAGE => aws.probe_stage(mark, outputs, false).await,
        verb::TAG_STAGE => aws.probe_stage_tags(mark, outputs).await,
        verb::CREATE_LOG_ROLE => aws.probe_log_role(mark).await,
        verb::ATTACH_LOG_POLICY => aws.probe_log_policy().await,
        verb::SET_LOG_ROLE => aws.probe_log_role_set(outputs).await,
        verb::MAP_DOMAIN => aws.probe_mapping(outputs, true).await,
        verb::UNMAP_DOMAIN => aws.probe_mapping(outputs, false).await,
        verb::DELETE_REST_API => aws.probe_rest_api_gone(outputs).await,
        verb::DELETE_FUNCTION => aws.probe_function_gone(outputs).await,
        verb::DELETE_ROLE_POLICY => aws.probe_role_policy_gone(outputs).await,
        verb::DELETE_ROLE => aws.probe_role_gone(outputs).await,
        // Reading leaves nothing to find.
        // What is gone is done: deleting again finds out.
        verb::AWAIT_FUNCTION
        | verb::READ_BACK
        | verb::NOTE_STAGE
        | verb::DELETE_DEPLOYMENT
        | verb::DELETE_VERSION => Ok(None),
        other => Err(defect(format!("This version knows no change {other}"))),
    };
    Ok(found?.map(|receipt| Receipt {
        verb: verb.to_owned(),
        ..receipt
    }))
}

/// Takes back what a receipt proves; what the run found there already stays.
pub(crate) async fn undo(
    aws: &AwsConnector,
    receipt: &Receipt,
    outputs: &Outputs,
) -> Result<(), Fault> {
    // What this receipt learnt wins over what later steps did.
    let mut known = outputs.clone();
    known.extend(receipt.outputs.clone());
    match receipt.verb.as_str() {
        verb::UPDATE_STAGE | verb::SET_STAGE => return aws.move_stage_back(&known).await,
        verb::TAG_STAGE => return aws.tag_stage_back(&known).await,
        verb::MAP_DOMAIN => return aws.unmap_domain(&known).await.map(drop),
        verb::UNMAP_DOMAIN => return aws.map_domain_back(&known).await,
        _ if !receipt.created => return Ok(()),
        _ => {}
    }
    let name = |name: &str| needed(&known, name).map(str::to_owned);
    match receipt.verb.as_str() {
        verb::CREATE_ROLE => aws
            .delete_role(&name(crate::names::FUNCTION_NAME)?)
            .await
            .map(drop),
        verb::PUT_ROLE_POLICY => aws
            .delete_role_policy(&name(crate::names::FUNCTION_NAME)?)
            .await
            .map(drop),
        verb::CREATE_FUNCTION => aws
            .delete_function(&name(crate::names::FUNCTION_NAME)?)
            .await
            .map(drop),
        verb::PUBLISH_VERSION => {
            aws.delete_version(&name(crate::names::FUNCTION_VERSION_ARN)?)
                .await
        }
        verb::ALLOW_INVOKE => aws.forbid_invoke(&known).await,
        verb::CREATE_REST_API => aws
            .delete_rest_api(&name(crate::names::REST_API_ID)?)
            .await
            .map(drop),
        verb::CLAIM_REST_API => aws.give_up_claim(&known).await,
        verb::CREATE_DEPLOYMENT => aws.delete_deployment(&known).await,
        verb::CREATE_STAGE => aws.delete_stage(&known).await,
        _ => Ok(()),
    }
}

/// A receipt without verb; [`apply`] and [`probe`] fill it in.
fn receipt(
    created: bool,
    request_id: Option<&str>,
    outputs: impl IntoIterator<Item = (&'static str, String)>,
) -> Receipt {
    Receipt {
        verb: String::new(),
        outputs: outputs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        request_id: request_id.map(str::to_owned),
        created,
        warnings: Vec::new(),
    }
}

/// An output that earlier steps must have learnt.
fn needed<'a>(outputs: &'a Outputs, name: &str) -> Result<&'a str, Fault> {
    output(outputs, name).ok_or_else(|| defect(format!("The run has not learnt '{name}'")))
}

fn defect(summary: String) -> Fault {
    Fault::new(
        Code::AppDefect,
        summary,
        "Deploy again; report this as a defect if it stays so.",
    )
    .retry(Retry::Never)
}
