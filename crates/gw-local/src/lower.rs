//! From a plan to the changes that publish it.
//!
//! It refuses a base path another API has: on a shared host two APIs cannot both be there.

use gw_connector::{Change, Goal, Kept, LiveState, Observed, RemoteCall, StepEffect, Target};
use gw_model::{Code, Fault};
use gw_plan::{Plan, RouteSecurity};

use crate::live::unservable;
use crate::observe::{SERVED, TAKEN};
use crate::state::same_base;
use crate::table::Table;

pub(crate) const WRITE_PLAN: &str = "local.write-plan";
pub(crate) const VERIFY: &str = "local.verify";
pub(crate) const SWITCH: &str = "local.switch";
pub(crate) const SWITCH_OFF: &str = "local.switch-off";
pub(crate) const DELETE: &str = "local.delete";
pub(crate) const FORGET: &str = "local.forget";

pub(crate) fn lower(
    goal: Goal<'_>,
    target: &Target,
    observed: &Observed,
) -> Result<Vec<Change>, Fault> {
    match goal {
        Goal::Publish(plan) => publish(plan, target, observed),
        Goal::Withdraw => Ok(withdraw(target, observed)),
        Goal::Return(kept) => return_to(kept, target, observed),
        Goal::Prune { surplus, .. } => Ok(surplus.iter().map(|one| forget(one)).collect()),
    }
}

fn publish(plan: &Plan, target: &Target, observed: &Observed) -> Result<Vec<Change>, Fault> {
    Table::compile(plan).map_err(|refused| unservable(&refused))?;
    let taken: serde_json::Map<String, serde_json::Value> = observed
        .found
        .get(TAKEN)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    if let Some((path, other)) = taken
        .iter()
        .find(|(path, _)| same_base(path, &plan.base_path))
    {
        return Err(base_path_taken(path, other.as_str().unwrap_or_default()));
    }
    let digest = gw_plan::digest(plan);
    if observed.state == LiveState::Live && observed.digest.as_ref() == Some(&digest) {
        return Ok(Vec::new());
    }
    let text = serde_json::to_string(plan).map_err(|error| {
        Fault::new(
            Code::AppDefect,
            "The plan cannot be written.",
            "Report this defect.",
        )
        .because(error)
    })?;
    let title = format!("{} {}", target.api_name, target.api_version);
    let protected = plan
        .routes
        .iter()
        .filter(|route| matches!(route.security, RouteSecurity::Token { .. }))
        .count();
    let call = |name: &str, on: String| RemoteCall {
        service: "local".to_owned(),
        name: name.to_owned(),
        target: on,
        permission: String::new(),
    };
    Ok(vec![
        Change {
            verb: WRITE_PLAN.to_owned(),
            sentence: format!(
                "Write the plan of {title} with {} operations",
                plan.routes.len()
            ),
            effect: StepEffect::Write,
            calls: vec![
                call("WritePlan", format!("plans/{digest}.json")),
                call("WriteDeployment", "deployments/{mark}.json".to_owned()),
            ],
            payload: text,
        },
        Change {
            verb: VERIFY.to_owned(),
            sentence: format!(
                "Read the plan back and prove that its {protected} protected operations ask for a token"
            ),
            effect: StepEffect::Read,
            calls: vec![call("ReadPlan", format!("plans/{digest}.json"))],
            payload: digest,
        },
        Change {
            verb: SWITCH.to_owned(),
            sentence: format!("Serve this plan of {title} at {}", plan.base_path),
            effect: StepEffect::MovesTraffic,
            calls: vec![call("ReplaceLive", "live.json".to_owned())],
            payload: String::new(),
        },
    ])
}

/// One change: what is served is replaced by a plan that is there.
fn return_to(kept: &Kept, target: &Target, observed: &Observed) -> Result<Vec<Change>, Fault> {
    let title = format!("{} {}", target.api_name, target.api_version);
    if observed.state != LiveState::Live {
        return Err(Fault::new(
            Code::DeployNotDeployed,
            format!("{title} is not served here, so it cannot go back"),
            "Deploy the API",
        ));
    }
    // What was live when it was listed may not be any more.
    if observed.found.get(SERVED) == Some(&kept.id) {
        return Ok(Vec::new());
    }
    if let Some(broken) = &kept.broken {
        return Err(Fault::new(
            Code::DeployNotKept,
            format!("Nothing can go back to the deployment {}: {broken}", kept.id),
            "Go back to another kept deployment, or deploy the wanted revision again: `gatewright deploy API --gateway G \
             --revision REVISION`",
        )
        .fact("kept", &kept.id));
    }
    let payload = serde_json::json!({ "digest": kept.digest, "kept": kept.mark }).to_string();
    Ok(vec![Change {
        verb: SWITCH.to_owned(),
        sentence: format!("Serve the kept plan of {title} again: callers meet it from here on"),
        effect: StepEffect::MovesTraffic,
        calls: vec![RemoteCall {
            service: "local".to_owned(),
            name: "ReplaceLive".to_owned(),
            target: "live.json".to_owned(),
            permission: String::new(),
        }],
        payload,
    }])
}

fn forget(kept: &Kept) -> Change {
    Change {
        verb: FORGET.to_owned(),
        sentence: format!(
            "Delete the kept deployment {}: newer ones are enough to go back",
            kept.id
        ),
        effect: StepEffect::Write,
        calls: vec![RemoteCall {
            service: "local".to_owned(),
            name: "DeleteDeployment".to_owned(),
            target: format!("deployments/{}.json", kept.id),
            permission: String::new(),
        }],
        payload: kept.id.clone(),
    }
}

fn withdraw(target: &Target, observed: &Observed) -> Vec<Change> {
    let title = format!("{} {}", target.api_name, target.api_version);
    let change = |verb: &str, sentence: String, effect, name: &str, on: &str| Change {
        verb: verb.to_owned(),
        sentence,
        effect,
        calls: vec![RemoteCall {
            service: "local".to_owned(),
            name: name.to_owned(),
            target: on.to_owned(),
            permission: String::new(),
        }],
        payload: String::new(),
    };
    let mut changes = Vec::new();
    if observed.state == LiveState::Live {
        let sentence = format!("Stop serving {title}");
        changes.push(change(
            SWITCH_OFF,
            sentence,
            StepEffect::MovesTraffic,
            "ReplaceLive",
            "live.json",
        ));
    }
    if observed.state != LiveState::Absent {
        let sentence = format!("Delete the kept deployments of {title}");
        changes.push(change(
            DELETE,
            sentence,
            StepEffect::Write,
            "DeleteDeployments",
            "deployments/*.json",
        ));
    }
    changes
}

pub(crate) fn base_path_taken(path: &str, other: &str) -> Fault {
    Fault::new(
        Code::LocalBasePathTaken,
        format!("The base path {path} is taken on this local gateway by {other}."),
        "Give one of the two APIs another base path, or withdraw the other one.",
    )
    .fact("base-path", path)
    .fact("api", other)
}
