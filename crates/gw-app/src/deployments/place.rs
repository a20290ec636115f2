//! How an API stands on each gateway it was ever deployed to.
//!
//! It refuses to ask gateways: this is what Gatewright did last, and a plan asks.

use std::collections::{HashMap, HashSet};

use gw_catalog::{PlacementState as Kept, Standing};
use gw_deploy::Outcome;
use gw_model::{
    Api, ApiId, Fault, Gateway, GatewayId, GatewayTarget, KeyManager, KeyManagerId,
    KeyManagerSnapshot, RevisionId,
};
use url::Url;

use super::is_running;
use crate::apis::Working;
use crate::apis::working;
use crate::app::{App, locked};
use crate::wire::{PlacementRow, PlacementState};

/// Where these APIs are and how they stand there, by gateway name. The catalog is asked once for all of them.
pub(crate) async fn placements_of(
    app: &App,
    apis: &[Api],
) -> Result<HashMap<ApiId, Vec<PlacementRow>>, Fault> {
    let ids: Vec<ApiId> = apis.iter().map(|api| api.id.clone()).collect();
    let (standings, gateways, key_managers, mut marks, ahead) = app
        .catalog(move |catalog| {
            let standings = catalog.runs().standings(&ids)?;
            if standings.is_empty() {
                let (gateways, key_managers) = (Vec::new(), Vec::new());
                let (marks, ahead) = (HashMap::new(), HashSet::new());
                return Ok((standings, gateways, key_managers, marks, ahead));
            }
            let key_managers = catalog.key_managers().list()?;
            let marks = crate::drift::marks(catalog, &standings)?;
            let ahead = crate::stages::ahead(catalog, &standings)?;
            let gateways = catalog.gateways().list()?;
            Ok((standings, gateways, key_managers, marks, ahead))
        })
        .await?;
    let apis: HashMap<&ApiId, &Api> = apis.iter().map(|api| (&api.id, api)).collect();
    let gateways: HashMap<&GatewayId, &Gateway> = gateways
        .iter()
        .map(|gateway| (&gateway.id, gateway))
        .collect();
    let key_managers: HashMap<&KeyManagerId, &KeyManager> =
        key_managers.iter().map(|it| (&it.id, it)).collect();
    let mut rows: HashMap<ApiId, Vec<PlacementRow>> = HashMap::new();
    for standing in &standings {
        let header = &standing.last.header;
        let (Some(api), Some(gateway)) = (apis.get(&header.api), gateways.get(&header.gateway))
        else {
            continue;
        };
        let at = (api.id.clone(), gateway.id.clone());
        let is_ahead = ahead.contains(&at);
        if let Some(state) = state_of(app, api, &key_managers, standing, is_ahead).await? {
            let mut row = cell(gateway, state, standing);
            row.drift = marks.remove(&at);
            rows.entry(api.id.clone()).or_default().push(row);
        }
    }
    for of_one in rows.values_mut() {
        of_one.sort_by(|a, b| a.gateway_name.cmp(&b.gateway_name));
    }
    Ok(rows)
}

/// How an API stands; `None` when it is not there. `is_ahead`: more is wanted of its stage than was published.
async fn state_of(
    app: &App,
    api: &Api,
    key_managers: &HashMap<&KeyManagerId, &KeyManager>,
    standing: &Standing,
    is_ahead: bool,
) -> Result<Option<PlacementState>, Fault> {
    let Standing { last, placement } = standing;
    let placed = placement.as_ref();
    Ok(match (last.outcome, placed) {
        (None, _) if is_running(app, &last.header.deployment).await? => {
            Some(PlacementState::Deploying)
        }
        (None, _) => Some(PlacementState::Interrupted),
        (_, Some(placed)) if placed.state == Kept::Stuck => Some(PlacementState::Stuck),
        (Some(Outcome::RolledBack), _) => Some(PlacementState::Failed),
        (_, Some(_)) if is_ahead => Some(PlacementState::Behind),
        (_, Some(placed)) => {
            let of_policy = api.policies.oauth.as_ref().map(|oauth| &oauth.key_manager);
            let trusted = of_policy.and_then(|id| key_managers.get(id)).copied();
            let is_current = is_working(
                app,
                api,
                trusted,
                placed.revision.as_ref(),
                placed.digest.as_deref(),
            )
            .await?;
            Some(if is_current {
                PlacementState::Live
            } else {
                PlacementState::Behind
            })
        }
        (_, None) => None,
    })
}

fn cell(gateway: &Gateway, state: PlacementState, standing: &Standing) -> PlacementRow {
    let Standing { last, placement } = standing;
    let placed = placement.as_ref();
    PlacementRow {
        api: last.header.api.clone(),
        gateway: gateway.id.clone(),
        gateway_name: gateway.name.clone(),
        gateway_kind: gateway.kind(),
        revision: placed.and_then(|placed| placed.revision.clone()),
        canary: placed.and_then(|placed| placed.canary.clone()),
        state,
        invoke_url: reached_at(gateway, placed),
        deployment: last.header.deployment.clone(),
        at: last.finished_at.unwrap_or(last.header.started_at),
        drift: None,
    }
}

/// Where callers reach what is placed now: a local gateway may have moved to another port since.
pub(crate) fn reached_at(
    gateway: &Gateway,
    placed: Option<&gw_catalog::Placement>,
) -> Option<String> {
    let kept = placed?.invoke_url.clone()?;
    let GatewayTarget::Local(local) = &gateway.target else {
        return Some(kept);
    };
    let Ok(mut url) = Url::parse(&kept) else {
        return Some(kept);
    };
    match url.set_port(Some(local.port)) {
        Ok(()) => Some(url.as_str().trim_end_matches('/').to_owned()),
        Err(()) => Some(kept),
    }
}

/// What would be deployed now, remembered for as long as nothing of it changes: the document is read and hashed once,
/// and not for every list.
pub(crate) struct WorkingId {
    edition: u64,
    key_manager: Option<KeyManagerSnapshot>,
    revision: RevisionId,
    digest: Option<String>,
}

/// Whether that revision, or one with an equal plan, is the working one.
async fn is_working(
    app: &App,
    api: &Api,
    key_manager: Option<&KeyManager>,
    revision: Option<&RevisionId>,
    digest: Option<&str>,
) -> Result<bool, Fault> {
    let key_manager = key_manager.map(|it| KeyManagerSnapshot {
        issuer: it.issuer.clone(),
        jwks_uri: it.jwks_uri.clone(),
        algorithms: it.algorithms.clone(),
    });
    let known = {
        let all = locked(&app.inner().working_ids);
        let known = all
            .get(&api.id)
            .filter(|known| known.edition == api.edition && known.key_manager == key_manager);
        known.map(|known| (known.revision.clone(), known.digest.clone()))
    };
    let (working, known_digest) = match known {
        Some(known) => known,
        None => (working::revision(app, &api.id).await?.id(), None),
    };
    let is_same = revision == Some(&working);
    let own_digest = match known_digest {
        None if !is_same && digest.is_some() => {
            Some(gw_plan::digest(&Working::load(app, &api.id).await?.plan))
        }
        known => known,
    };
    let is_equal = digest.is_some() && own_digest.as_deref() == digest;
    locked(&app.inner().working_ids).insert(
        api.id.clone(),
        WorkingId {
            edition: api.edition,
            key_manager,
            revision: working,
            digest: own_digest,
        },
    );
    Ok(is_same || is_equal)
}
