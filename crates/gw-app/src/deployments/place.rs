//! How an API stands on each gateway it was ever deployed to.
//!
//! It refuses to ask gateways: this is what Gatewright did last, and a plan asks.

use std::collections::BTreeSet;

use gw_catalog::{Page, PlacementState as Kept, RunFilter, RunRow};
use gw_deploy::Outcome;

use gw_model::{Api, Fault, Gateway, GatewayId, GatewayTarget, RevisionId};
use url::Url;

use crate::apis::Working;
use crate::apis::working;
use crate::app::App;
use crate::wire::{PlacementRow, PlacementState};

/// Runs looked at to find the last one on each gateway.
const RECENT: u32 = 200;

/// Where an API is and how it stands there, by gateway name.
pub(crate) async fn placements_of(app: &App, api: &Api) -> Result<Vec<PlacementRow>, Fault> {
    let id = api.id.clone();
    let (placements, runs, gateways) = app
        .catalog(move |catalog| {
            let placements = catalog.placements().of_api(&id)?;
            let filter = RunFilter {
                api: Some(id),
                gateway: None,
            };
            let runs = catalog.runs().list(&filter, Page::first(RECENT))?.items;
            let gateways = if runs.is_empty() {
                Vec::new()
            } else {
                catalog.gateways().list()?
            };
            Ok((placements, runs, gateways))
        })
        .await?;
    let wanted: BTreeSet<&GatewayId> = runs.iter().map(|run| &run.header.gateway).collect();
    let mut working = WorkingRevision {
        app,
        api,
        known: None,
    };
    let mut rows = Vec::new();
    for gateway in gateways
        .iter()
        .filter(|gateway| wanted.contains(&gateway.id))
    {
        let placed = placements
            .iter()
            .find(|placed| placed.gateway == gateway.id);
        let Some(last) = runs.iter().find(|run| run.header.gateway == gateway.id) else {
            continue;
        };
        let state = match (placed, last) {
            (_, RunRow { outcome: None, .. }) => PlacementState::Deploying,
            (Some(placed), _) if placed.state == Kept::Stuck => PlacementState::Stuck,
            (
                _,
                RunRow {
                    outcome: Some(Outcome::RolledBack),
                    ..
                },
            ) => PlacementState::Failed,
            (Some(placed), _) => {
                let current = working
                    .is(placed.revision.as_ref(), placed.digest.as_deref())
                    .await?;
                if current {
                    PlacementState::Live
                } else {
                    PlacementState::Behind
                }
            }
            (None, _) => continue,
        };
        rows.push(cell(api, gateway, state, placed, last));
    }
    rows.sort_by(|a, b| a.gateway_name.cmp(&b.gateway_name));
    Ok(rows)
}

fn cell(
    api: &Api,
    gateway: &Gateway,
    state: PlacementState,
    placed: Option<&gw_catalog::Placement>,
    last: &RunRow,
) -> PlacementRow {
    PlacementRow {
        api: api.id.clone(),
        gateway: gateway.id.clone(),
        gateway_name: gateway.name.clone(),
        gateway_kind: gateway.kind(),
        revision: placed.and_then(|placed| placed.revision.clone()),
        state,
        invoke_url: reached_at(gateway, placed),
        deployment: last.header.deployment.clone(),
        at: last.finished_at.unwrap_or(last.header.started_at),
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

/// What would be deployed now; read once, and only when something is deployed to compare it with.
struct WorkingRevision<'a> {
    app: &'a App,
    api: &'a Api,
    known: Option<(RevisionId, Option<String>)>,
}

impl WorkingRevision<'_> {
    /// Whether that revision, or one with an equal plan, is the working one.
    async fn is(
        &mut self,
        revision: Option<&RevisionId>,
        digest: Option<&str>,
    ) -> Result<bool, Fault> {
        if self.known.is_none() {
            let revision = working::revision(self.app, &self.api.id).await?;
            self.known = Some((revision.id(), None));
        }
        let Some((id, known_digest)) = &mut self.known else {
            return Ok(false);
        };
        if revision == Some(&*id) {
            return Ok(true);
        }
        if known_digest.is_none() {
            let working = Working::load(self.app, &self.api.id).await?;
            *known_digest = Some(gw_plan::digest(&working.plan));
        }
        Ok(digest.is_some() && known_digest.as_deref() == digest)
    }
}
