//! What is on a local gateway of one API.
//!
//! It refuses to ask the server: what is served is what the directory says.

use gw_connector::names::KNOWN_IN_DOUBT;
use gw_connector::{Kept, LiveState, Observed, Outputs, Target};
use gw_model::Fault;

use crate::connector::LocalConnector;
use crate::state::LiveApi;

/// The API's id, so that later steps know it without a payload.
pub(crate) const API: &str = "api";
/// Digest of the plan.
pub(crate) const DIGEST: &str = "digest";
/// The run whose deployment is served: what a kept one is compared with.
pub(crate) const SERVED: &str = "served-deployment";
/// What runs beside it, as JSON.
pub(crate) const CANARY: &str = "served-canary";
/// The base path it is served at.
pub(crate) const BASE_PATH: &str = "base-path";
/// Base paths of the other APIs that are live: `/orders` to the API's name, as JSON.
pub(crate) const TAKEN: &str = "taken-base-paths";

pub(crate) fn observe(connector: &LocalConnector, target: &Target) -> Result<Observed, Fault> {
    let live = connector.state.live()?;
    let others: serde_json::Map<String, serde_json::Value> = live
        .apis
        .iter()
        .filter(|entry| entry.api != target.api)
        .map(|entry| {
            (
                entry.base_path.clone(),
                format!("{} {}", entry.name, entry.version).into(),
            )
        })
        .collect();
    let mut found = Outputs::from([(API.to_owned(), target.api.to_string())]);
    found.insert(
        TAKEN.to_owned(),
        serde_json::Value::Object(others).to_string(),
    );
    if let Some(entry) = live.of(&target.api) {
        found.insert(DIGEST.to_owned(), entry.digest.clone());
        found.insert(BASE_PATH.to_owned(), entry.base_path.clone());
        if let Some(canary) = &entry.canary {
            let text = serde_json::to_string(canary).unwrap_or_default();
            found.insert(CANARY.to_owned(), text);
        }
        found.insert(SERVED.to_owned(), entry.deployed_by().as_str().to_owned());
        return Ok(Observed {
            state: LiveState::Live,
            found,
            digest: (!target.known.contains_key(KNOWN_IN_DOUBT)).then(|| entry.digest.clone()),
            invoke_url: Some(connector.invoke_url(&entry.base_path)),
            stage: None,
        });
    }
    let kept = !connector.state.deployments(&target.api)?.is_empty();
    let state = if kept {
        LiveState::Partial
    } else {
        LiveState::Absent
    };
    Ok(Observed {
        state,
        found,
        digest: None,
        invoke_url: None,
        stage: None,
    })
}

/// The deployments of the target's API, newest first.
pub(crate) fn kept(connector: &LocalConnector, target: &Target) -> Result<Vec<Kept>, Fault> {
    let state = &connector.state;
    let live = state.live()?;
    let entry = live.of(&target.api);
    let served = entry.map(LiveApi::deployed_by);
    let canary = entry.and_then(|entry| entry.canary.as_ref());
    let all = state.deployments(&target.api)?;
    let kept = all.into_iter().rev().map(|deployment| {
        let plan = state.plan(&deployment.digest);
        let broken = match plan {
            Ok(Some(_)) => None,
            Ok(None) => Some("Its plan is not in the local gateway's directory".to_owned()),
            Err(fault) => Some(fault.summary),
        };
        let share = canary
            .filter(|canary| canary.deployed_by == deployment.mark)
            .map(|canary| canary.percent);
        Kept {
            id: deployment.mark.as_str().to_owned(),
            live: served == Some(&deployment.mark),
            canary: share,
            held_by: share.map(|_| "the canary".to_owned()),
            broken,
            made_at: state.deployed_at(&deployment.mark),
            digest: Some(deployment.digest),
            mark: Some(deployment.mark),
            outputs: Outputs::new(),
        }
    });
    Ok(kept.collect())
}
