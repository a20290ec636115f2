//! The change that maps a base path of a custom domain to a stage, or unmaps it.
//!
//! It refuses a path that leads to something else: whose it is decides what becomes of it.

use gw_connector::{Change, MappingGoal, Observed, RemoteCall, StepEffect};
use gw_model::{AwsTarget, Code, Fault};

use super::changes::change;
use super::step::{Step, verb};
use crate::names::{self, output, partition};
use crate::verbs::Mapping;

/// What leads to the goal; nothing when it is reached. Notes domain and path among what was observed, so that a run can
/// find out after a crash whether its change happened.
pub(crate) fn mapping_changes(
    goal: &MappingGoal,
    aws: &AwsTarget,
    found: Option<&Mapping>,
    observed: &mut Observed,
) -> Result<Vec<Change>, Fault> {
    let id = output(&observed.found, names::REST_API_ID).unwrap_or_default();
    let leads_here = found.is_some_and(|it| it.rest_api == id && it.leads_to(&aws.stage));
    let name = match goal.base_path.as_str() {
        "" => goal.domain.clone(),
        base_path => format!("{}/{base_path}", goal.domain),
    };
    match found {
        Some(_) if leads_here == goal.mapped => return Ok(Vec::new()),
        None if !goal.mapped => return Ok(Vec::new()),
        Some(other) if !leads_here => {
            return Err(Fault::new(
                Code::AwsConflict,
                format!(
                    "{name} leads to the stage '{}' of the REST API {}",
                    other.stage, other.rest_api
                ),
                "Choose another base path, or unmap it where it belongs",
            )
            .fact("rest-api-id", other.rest_api.clone()));
        }
        _ => {}
    }
    let base_path = match goal.base_path.as_str() {
        "" => names::NO_BASE_PATH,
        base_path => base_path,
    };
    for (name, value) in [
        (names::MAPPING_DOMAIN, goal.domain.as_str()),
        (names::MAPPING_BASE_PATH, base_path),
        (names::STAGE, aws.stage.as_str()),
    ] {
        observed.found.insert(name.to_owned(), value.to_owned());
    }
    let path = format!("/domainnames/{}/basepathmappings", goal.domain);
    let call = |call: &str, method: &str, target: String| RemoteCall {
        service: "apigateway".to_owned(),
        name: call.to_owned(),
        target: format!("{method} {target}"),
        permission: format!(
            "apigateway:{method} on arn:{}:apigateway:{}::{path}",
            partition(&aws.region),
            aws.region
        ),
    };
    let (verb, sentence, calls, step) = if goal.mapped {
        (
            verb::MAP_DOMAIN,
            format!("Let {name} lead to the stage '{}'", aws.stage),
            vec![call("CreateBasePathMapping", "POST", path.clone())],
            Step::MapDomain,
        )
    } else {
        (
            verb::UNMAP_DOMAIN,
            format!("Let {name} lead nowhere; the domain stays"),
            vec![
                call("GetBasePathMapping", "GET", format!("{path}/{base_path}")),
                call(
                    "DeleteBasePathMapping",
                    "DELETE",
                    format!("{path}/{base_path}"),
                ),
            ],
            Step::UnmapDomain,
        )
    };
    let effect = StepEffect::MovesTraffic;
    Ok(vec![change(verb, sentence, effect, calls, &step)])
}
