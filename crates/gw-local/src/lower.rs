//! From a plan to the changes that publish it.
//!
//! It refuses a base path another API has: on a shared host two APIs cannot both be there.

use gw_connector::canary::{live_already, no_canary, nothing_beside};
use gw_connector::{
    CanaryChange, Change, Goal, Kept, LiveState, Observed, RemoteCall, StepEffect, Target,
};
use gw_model::{Code, Fault, Percent, counted};
use gw_plan::{Plan, RouteSecurity};

use crate::apply::SwitchTo;
use crate::live::unservable;
use crate::observe::{BASE_PATH, CANARY, SERVED, TAKEN};
use crate::state::{LocalCanary, same_base};
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
        Goal::Publish(plan) => publish(plan, None, target, observed),
        Goal::PublishCanary(plan, percent) => publish(plan, Some(percent), target, observed),
        Goal::Canary(change) => change_canary(change, target, observed),
        Goal::Withdraw => Ok(withdraw(target, observed)),
        Goal::Return(kept) => return_to(kept, target, observed),
        Goal::Prune { surplus, .. } => Ok(surplus.iter().map(|one| forget(one)).collect()),
    }
}

fn publish(
    plan: &Plan,
    share: Option<Percent>,
    target: &Target,
    observed: &Observed,
) -> Result<Vec<Change>, Fault> {
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
    let title = format!("{} {}", target.api_name, target.api_version);
    let canary = canary(observed);
    let is_live = observed.state == LiveState::Live && observed.digest.as_ref() == Some(&digest);
    match (&canary, share) {
        (_, Some(_)) if observed.state != LiveState::Live => {
            return Err(nothing_beside("this gateway"));
        }
        (_, Some(_)) if is_live => return Err(live_already(&title)),
        (_, Some(_)) if observed.found.get(BASE_PATH) != Some(&plan.base_path) => {
            return Err(Fault::new(
                Code::PlanRefused,
                format!(
                    "A canary of {title} at {} cannot run beside what is live elsewhere",
                    plan.base_path
                ),
                "Deploy it without a canary, or give it the base path that is live",
            ));
        }
        (Some(canary), Some(percent)) if canary.digest == digest => {
            return change_canary(CanaryChange::Share { percent }, target, observed);
        }
        (Some(_), None) if is_live => return change_canary(CanaryChange::Drop, target, observed),
        (None, None) if is_live => return Ok(Vec::new()),
        _ => {}
    }
    let was = canary.map(|canary| canary.percent);
    let (sentence, to) = match share {
        None => {
            let dropped = dropped(was);
            (
                format!("Serve this plan of {title} at {}{dropped}", plan.base_path),
                SwitchTo::Own,
            )
        }
        Some(percent) => {
            let instead = match was {
                Some(was) => format!(", instead of the canary that got {was} %"),
                None => String::new(),
            };
            let sentence = format!(
                "Let {percent} % of the requests to {title} meet it as a canary{instead}: the others meet what is live"
            );
            (
                sentence,
                SwitchTo::Beside {
                    digest: None,
                    deployed_by: None,
                    percent,
                },
            )
        }
    };
    let text = serde_json::to_string(plan).map_err(|error| {
        Fault::new(
            Code::AppDefect,
            "The plan cannot be written.",
            "Report this defect.",
        )
        .because(error)
    })?;
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
                "Write the plan of {title} with {}",
                counted(plan.routes.len(), "operation")
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
            sentence: match protected {
                0 => "Read the plan back".to_owned(),
                1 => {
                    "Read the plan back and prove that its one protected operation asks for a token"
                        .to_owned()
                }
                many => format!(
                    "Read the plan back and prove that its {many} protected operations ask for a token"
                ),
            },
            effect: StepEffect::Read,
            calls: vec![call("ReadPlan", format!("plans/{digest}.json"))],
            payload: digest,
        },
        switch(sentence, &to),
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
    let was = canary(observed).map(|canary| canary.percent);
    if observed.found.get(SERVED) == Some(&kept.id) && was.is_none() {
        return Ok(Vec::new());
    }
    let broken = kept.broken.as_deref();
    let (None, Some(digest), Some(mark)) = (broken, &kept.digest, &kept.mark) else {
        let broken = broken.unwrap_or("Gatewright did not make it");
        return Err(Fault::new(
            Code::DeployNotKept,
            format!("Nothing can go back to the deployment {}: {broken}", kept.id),
            "Go back to another kept deployment, or deploy the wanted revision again: `gatewright deploy API --gateway G \
             --revision REVISION`",
        )
        .fact("kept", &kept.id));
    };
    let dropped = dropped(was);
    let to = SwitchTo::Kept {
        digest: digest.clone(),
        kept: mark.clone(),
    };
    Ok(vec![switch(
        format!("Serve the kept plan of {title} again{dropped}: callers meet it from here on"),
        &to,
    )])
}

/// One change: what runs beside what is served is another share, is served, or is gone.
fn change_canary(
    wanted: CanaryChange,
    target: &Target,
    observed: &Observed,
) -> Result<Vec<Change>, Fault> {
    let title = format!("{} {}", target.api_name, target.api_version);
    let Some(canary) = canary(observed) else {
        return Err(no_canary("this gateway"));
    };
    let was = canary.percent;
    let (sentence, to) = match wanted {
        CanaryChange::Share { percent } if percent == was => return Ok(Vec::new()),
        CanaryChange::Share { percent } => (
            format!("Let {percent} % of the requests to {title} meet the canary (were {was} %)"),
            SwitchTo::Beside {
                digest: Some(canary.digest),
                deployed_by: Some(canary.deployed_by),
                percent,
            },
        ),
        CanaryChange::Promote => (
            format!("Serve the canary of {title} to all requests from here on"),
            SwitchTo::Kept {
                digest: canary.digest,
                kept: canary.deployed_by,
            },
        ),
        CanaryChange::Drop => (
            format!("Drop the canary of {title} that got {was} %: all requests meet what is live"),
            SwitchTo::Alone,
        ),
    };
    Ok(vec![switch(sentence, &to)])
}

fn canary(observed: &Observed) -> Option<LocalCanary> {
    serde_json::from_str(observed.found.get(CANARY)?).ok()
}

fn dropped(was: Option<Percent>) -> String {
    was.map_or_else(String::new, |was| {
        format!(" and drop the canary that got {was} %")
    })
}

/// What callers notice: one file is replaced.
fn switch(sentence: String, to: &SwitchTo) -> Change {
    Change {
        verb: SWITCH.to_owned(),
        sentence,
        effect: StepEffect::MovesTraffic,
        calls: vec![RemoteCall {
            service: "local".to_owned(),
            name: "ReplaceLive".to_owned(),
            target: "live.json".to_owned(),
            permission: String::new(),
        }],
        payload: serde_json::to_string(to).unwrap_or_default(),
    }
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
