//! Making the changes, finding out whether they were made, and taking them back.
//!
//! It refuses to switch to a plan that does not protect what it says it protects.

use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{Change, Mark, Outputs, Receipt};
use gw_model::{ApiId, Code, Effect, Fault, Percent};
use gw_plan::{Plan, RouteSecurity};
use serde::{Deserialize, Serialize};

use crate::connector::LocalConnector;
use crate::live::unservable;
use crate::lower::{DELETE, FORGET, SWITCH, SWITCH_OFF, VERIFY, WRITE_PLAN, base_path_taken};
use crate::observe::{API, DIGEST, SERVED};
use crate::state::{Deployment, LiveApi, LocalCanary};
use crate::table::{Found, Table};

/// Which run an effect belongs to.
const DEPLOYMENT: &str = "deployment";

pub(crate) fn apply(
    connector: &LocalConnector,
    change: &Change,
    mark: &Mark,
    outputs: &Outputs,
) -> Result<Receipt, Fault> {
    match change.verb.as_str() {
        WRITE_PLAN => write_plan(connector, &change.payload, mark),
        VERIFY => verify(connector, outputs),
        SWITCH => switch(connector, &change.payload, mark, outputs),
        FORGET => forget(connector, &change.payload),
        SWITCH_OFF => switch_off(connector, outputs),
        DELETE => delete(connector, outputs),
        other => Err(unknown(other)),
    }
    .map_err(|fault| {
        if fault.code == Code::LocalState {
            fault.effect(Effect::Unknown)
        } else {
            fault
        }
    })
}

pub(crate) fn probe(
    connector: &LocalConnector,
    verb: &str,
    mark: &Mark,
    outputs: &Outputs,
) -> Result<Option<Receipt>, Fault> {
    let state = &connector.state;
    match verb {
        WRITE_PLAN => Ok(state
            .deployment(mark)?
            .map(|deployment| written(&deployment))),
        // Looking leaves nothing to find.
        // What is gone is done: forgetting again finds out.
        VERIFY | FORGET => Ok(None),
        SWITCH => {
            let live = state.live()?;
            let entry = live.apis.iter().find(|entry| entry.mark == *mark);
            Ok(entry.map(|entry| switched(connector, entry)))
        }
        SWITCH_OFF => Ok(state
            .live()?
            .of(&api(outputs)?)
            .is_none()
            .then(|| receipt(SWITCH_OFF, Outputs::new(), false))),
        DELETE => Ok(state
            .deployments(&api(outputs)?)?
            .is_empty()
            .then(|| receipt(DELETE, Outputs::new(), false))),
        other => Err(unknown(other)),
    }
}

pub(crate) fn undo(
    connector: &LocalConnector,
    receipt: &Receipt,
    outputs: &Outputs,
) -> Result<(), Fault> {
    let state = &connector.state;
    let mark = || {
        receipt
            .outputs
            .get(DEPLOYMENT)
            .map(Mark::new)
            .ok_or_else(|| lacks(DEPLOYMENT))
    };
    match receipt.verb.as_str() {
        WRITE_PLAN => {
            let lock = state.lock()?;
            state.forget(&lock, &mark()?)
        }
        SWITCH => {
            let (mark, api) = (mark()?, api(outputs)?);
            let lock = state.lock()?;
            let mut live = state.live()?;
            let Some(place) = live
                .apis
                .iter()
                .position(|entry| entry.api == api && entry.mark == mark)
            else {
                return Ok(());
            };
            match live.apis[place].previous.take() {
                Some(previous) => live.apis[place] = *previous,
                None => {
                    live.apis.remove(place);
                }
            }
            state.write_live(&lock, live)
        }
        VERIFY | SWITCH_OFF | DELETE | FORGET => Ok(()),
        other => Err(unknown(other)),
    }
}

fn write_plan(connector: &LocalConnector, payload: &str, mark: &Mark) -> Result<Receipt, Fault> {
    let plan: Plan = serde_json::from_str(payload).map_err(|error| {
        Fault::new(
            Code::AppDefect,
            "The change carries no plan.",
            "Plan the deployment again.",
        )
        .because(error)
    })?;
    let digest = gw_plan::digest(&plan);
    let state = &connector.state;
    let lock = state.lock()?;
    let created = state.write_plan(&lock, &plan, &digest)?;
    let deployment = Deployment {
        api: plan.api,
        digest,
        created,
        mark: mark.clone(),
        sequence: 0,
    };
    state.write_deployment(&lock, deployment.clone())?;
    Ok(written(&deployment))
}

/// The plan as it lies there must serve every protected operation only to holders of a token.
fn verify(connector: &LocalConnector, outputs: &Outputs) -> Result<Receipt, Fault> {
    let digest = outputs.get(DIGEST).ok_or_else(|| lacks(DIGEST))?;
    let plan = connector
        .state
        .plan(digest)?
        .ok_or_else(|| not_written(digest))?;
    let table = Table::compile(&plan).map_err(|refused| unservable(&refused))?;
    for route in &plan.routes {
        let RouteSecurity::Token { scopes } = &route.security else {
            continue;
        };
        let sample = sample(&route.operation.path);
        let method = match route.operation.method {
            gw_model::HttpMethod::Any => "GATEWRIGHT",
            other => other.as_str(),
        };
        let protected = match table.find(method, &sample) {
            Found::Route(served, _) => match &served.security {
                RouteSecurity::Token { scopes: asked } => {
                    served.operation != route.operation || asked == scopes
                }
                RouteSecurity::Open { .. } | RouteSecurity::Own { .. } => false,
            },
            Found::Preflight(_) | Found::Nothing => false,
        };
        if !protected || table.check.is_none() {
            return Err(Fault::new(
                Code::PlanUnprotected,
                format!("{} would be served without asking for a token.", route.operation),
                "Nothing was switched. Look for another path that matches the same requests, or report this defect.",
            )
            .fact("operation", route.operation.to_string()));
        }
    }
    Ok(receipt(VERIFY, Outputs::new(), false))
}

/// What a switch leads to.
#[derive(Serialize, Deserialize)]
pub(crate) enum SwitchTo {
    /// What the run wrote.
    Own,
    /// A kept deployment.
    Kept { digest: String, kept: Mark },
    /// What is served, with this beside it; without a digest what the run wrote.
    Beside {
        digest: Option<String>,
        deployed_by: Option<Mark>,
        percent: Percent,
    },
    /// What is served, with nothing beside it.
    Alone,
}

fn switch(
    connector: &LocalConnector,
    payload: &str,
    mark: &Mark,
    outputs: &Outputs,
) -> Result<Receipt, Fault> {
    let to: SwitchTo =
        serde_json::from_str(payload).map_err(|error| lacks(SWITCH).because(error))?;
    let state = &connector.state;
    let lock = state.lock()?;
    let mut live = state.live()?;
    let own = || outputs.get(DIGEST).ok_or_else(|| lacks(DIGEST)).cloned();
    let (digest, kept, canary) = match to {
        SwitchTo::Own => (own()?, None, None),
        SwitchTo::Kept { digest, kept } => (digest, Some(kept), None),
        SwitchTo::Beside { .. } | SwitchTo::Alone => {
            let now = live.of(&api(outputs)?).ok_or_else(|| lacks(SERVED))?;
            let canary = match to {
                SwitchTo::Beside {
                    digest,
                    deployed_by,
                    percent,
                } => Some(LocalCanary {
                    digest: digest.map_or_else(own, Ok)?,
                    deployed_by: deployed_by.unwrap_or_else(|| mark.clone()),
                    percent,
                }),
                _ => None,
            };
            (now.digest.clone(), Some(now.deployed_by().clone()), canary)
        }
    };
    if let Some(canary) = &canary {
        state
            .plan(&canary.digest)?
            .ok_or_else(|| not_written(&canary.digest))?;
    }
    let plan = state.plan(&digest)?.ok_or_else(|| not_written(&digest))?;
    if let Some(other) = live.taken_by(&plan.base_path, &plan.api) {
        return Err(base_path_taken(
            &plan.base_path,
            &format!("{} {}", other.name, other.version),
        ));
    }
    let mut previous = live.of(&plan.api).cloned();
    if let Some(previous) = previous.as_mut() {
        // One step back is enough: older ones are deployments, not live.
        previous.previous = None;
    }
    let entry = LiveApi {
        api: plan.api.clone(),
        name: plan.name,
        version: plan.version,
        base_path: plan.base_path,
        digest,
        mark: mark.clone(),
        kept,
        canary,
        previous: previous.map(Box::new),
    };
    live.apis.retain(|one| one.api != entry.api);
    live.apis.push(entry.clone());
    state.write_live(&lock, live)?;
    Ok(switched(connector, &entry))
}

/// Deletes a kept deployment, and its plan when nothing else needs it. What is served stays.
fn forget(connector: &LocalConnector, mark: &str) -> Result<Receipt, Fault> {
    let state = &connector.state;
    let mark = Mark::new(mark);
    let lock = state.lock()?;
    let live = state.live()?;
    if !live.apis.iter().any(|entry| entry.serves(&mark)) {
        state.forget(&lock, &mark)?;
    }
    Ok(receipt(FORGET, Outputs::new(), false))
}

fn switch_off(connector: &LocalConnector, outputs: &Outputs) -> Result<Receipt, Fault> {
    let api = api(outputs)?;
    let lock = connector.state.lock()?;
    let mut live = connector.state.live()?;
    let before = live.apis.len();
    live.apis.retain(|entry| entry.api != api);
    if live.apis.len() < before {
        connector.state.write_live(&lock, live)?;
    }
    Ok(receipt(SWITCH_OFF, Outputs::new(), false))
}

fn delete(connector: &LocalConnector, outputs: &Outputs) -> Result<Receipt, Fault> {
    let api = api(outputs)?;
    let lock = connector.state.lock()?;
    for deployment in connector.state.deployments(&api)? {
        connector.state.forget(&lock, &deployment.mark)?;
    }
    Ok(receipt(DELETE, Outputs::new(), false))
}

fn written(deployment: &Deployment) -> Receipt {
    let outputs = [
        (API, deployment.api.to_string()),
        (DIGEST, deployment.digest.clone()),
        (DEPLOYMENT, deployment.mark.as_str().to_owned()),
    ];
    receipt(
        WRITE_PLAN,
        outputs.map(|(name, value)| (name.to_owned(), value)).into(),
        deployment.created,
    )
}

fn switched(connector: &LocalConnector, entry: &LiveApi) -> Receipt {
    let outputs = [
        (DEPLOYMENT, entry.mark.as_str().to_owned()),
        (DIGEST, entry.digest.clone()),
        (OUTPUT_INVOKE_URL, connector.invoke_url(&entry.base_path)),
    ];
    receipt(
        SWITCH,
        outputs.map(|(name, value)| (name.to_owned(), value)).into(),
        entry.previous.is_none(),
    )
}

fn receipt(verb: &str, outputs: Outputs, created: bool) -> Receipt {
    Receipt {
        verb: verb.to_owned(),
        outputs,
        request_id: None,
        created,
        warnings: Vec::new(),
    }
}

fn api(outputs: &Outputs) -> Result<ApiId, Fault> {
    outputs.get(API).map(ApiId::new).ok_or_else(|| lacks(API))
}

/// A path a template matches.
fn sample(template: &str) -> String {
    crate::path::pieces(template)
        .into_iter()
        .map(|piece| match piece {
            crate::path::Piece::Text(text) => {
                let normal = crate::path::normal(&format!("{text}/"))
                    .unwrap_or_default()
                    .into_owned();
                if normal.is_empty() { text } else { normal }
            }
            crate::path::Piece::Variable { .. } => "~gatewright~".to_owned(),
        })
        .collect()
}

fn not_written(digest: &str) -> Fault {
    Fault::new(
        Code::LocalState,
        "The plan to be served is not in the local gateway's directory.",
        "Deploy the API again.",
    )
    .fact("digest", digest)
}

fn lacks(name: &str) -> Fault {
    Fault::new(
        Code::AppDefect,
        format!("A step on the local gateway lacks what an earlier one learnt ({name})."),
        "Deploy the API again.",
    )
}

fn unknown(verb: &str) -> Fault {
    Fault::new(
        Code::AppDefect,
        format!("The local gateway knows no step {verb}."),
        "Plan the deployment again.",
    )
}
