//! What a plan leaves as it is, and how long plans take together.
//!
//! It refuses to speak for a gateway: what stays of a gateway's own things its connector says.

use std::collections::BTreeMap;
use std::time::Duration;

use gw_connector::Change;
use gw_deploy::{QuotaTable, eta_together};
use gw_model::{ApiId, Fault, GatewayId, OperationKey, counted};
use gw_plan::{Plan, Route};

use super::plan::Readied;
use crate::app::App;
use crate::wire::RunGoal;

/// Operations that are the same before and after.
pub(super) fn operations(goal: RunGoal, before: &Plan, after: &Plan) -> Option<String> {
    if goal == RunGoal::Withdraw || before.routes.is_empty() {
        return None;
    }
    let earlier: BTreeMap<&OperationKey, &Route> = before
        .routes
        .iter()
        .map(|route| (&route.operation, route))
        .collect();
    let same = after
        .routes
        .iter()
        .filter(|route| {
            let earlier = earlier.get(&route.operation);
            earlier.is_some_and(|earlier| earlier == route)
        })
        .count();
    match (same, after.routes.len()) {
        (0, _) => None,
        (1, 1) => Some("Its one operation stays as it is".to_owned()),
        (same, all) if same == all => Some(format!("All {all} operations stay as they are")),
        (same, all) => Some(format!(
            "{same} of {} {} as {}",
            counted(all, "operation"),
            if same == 1 { "stays" } else { "stay" },
            if same == 1 { "it is" } else { "they are" }
        )),
    }
}

/// The gateways the API is on that the plan is not for.
pub(super) async fn elsewhere(
    app: &App,
    api: &ApiId,
    planned: &[GatewayId],
) -> Result<Option<String>, Fault> {
    let (api, planned) = (api.clone(), planned.to_vec());
    let names: Vec<String> = app
        .catalog(move |catalog| {
            catalog
                .placements()
                .of_api(&api)?
                .into_iter()
                .filter(|place| !planned.contains(&place.gateway))
                .map(|place| catalog.gateways().get(&place.gateway).map(|it| it.name))
                .collect()
        })
        .await?;
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    Ok(match names.len() {
        0 => None,
        count if count > 5 => Some(format!(
            "On {shown} and {} the API stays as it is",
            counted(count - 5, "other gateway")
        )),
        _ => Some(format!("On {shown} the API stays as it is")),
    })
}

/// How long all of them take side by side: those that share an account and region share its quotas.
pub(super) fn eta_in_all(readied: &[Readied]) -> Duration {
    let mut lanes: BTreeMap<&str, (&QuotaTable, Vec<&[Change]>)> = BTreeMap::new();
    for means in readied.iter().filter_map(|readied| readied.means.as_ref()) {
        let lane = &means.connection.lane;
        lanes
            .entry(&lane.name)
            .or_insert_with(|| (&lane.quotas, Vec::new()))
            .1
            .push(&means.prepared.changes);
    }
    lanes
        .values()
        .map(|(quotas, runs)| eta_together(runs, quotas))
        .max()
        .unwrap_or_default()
}
