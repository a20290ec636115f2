//! Forgetting that an API is on a gateway: for gateways that no longer exist and accounts that were closed.
//!
//! It refuses to call anything, and to forget in silence: a run says what is left behind, by its ids.

use std::fs::File;

use gw_connector::Outputs;
use gw_deploy::{Journal as _, Outcome, RunHeader, fold, mark_of};
use gw_model::{ApiId, DeploymentId, Fault, Gateway, GatewayId};

use super::run::{hold, release};
use crate::app::{App, new_id, now};
use crate::connect;
use crate::wire::{Forgotten, PlaceRequest, Trace, Traces};

/// What would be left behind if it were forgotten now. Calls nothing.
pub async fn traces(app: &App, request: PlaceRequest) -> Result<Traces, Fault> {
    Ok(look(app, &request).await?.traces)
}

/// Forgets that an API is on a gateway: ends runs that have no good end, and the placement. Nothing is called.
///
/// Fails with `deploy.busy` while a process carries a run on there. Nothing to forget is forgotten already.
pub async fn forget(app: &App, request: PlaceRequest) -> Result<Forgotten, Fault> {
    let found = look(app, &request).await?;
    if !found.traces.placed && found.open.is_empty() && !found.traces.pending {
        return Ok(Forgotten {
            deployment: None,
            traces: found.traces,
        });
    }
    let mut locks: Vec<(DeploymentId, File)> = Vec::new();
    let mut held = Ok(());
    for deployment in &found.open {
        match hold(app, deployment).await {
            Ok(lock) => locks.push((deployment.clone(), lock)),
            Err(fault) => {
                held = Err(fault);
                break;
            }
        }
    }
    let deployment = DeploymentId::new(new_id());
    let header = RunHeader {
        mark: mark_of(&deployment),
        deployment: deployment.clone(),
        api: request.api,
        gateway: request.gateway,
        revision: None,
        digest: None,
        returned_to: None,
        settings: None,
        canary: None,
        found: found.left,
        started_at: now(),
    };
    let outcome = match held {
        Ok(()) => {
            let at = header.started_at;
            app.catalog(move |catalog| catalog.runs().forget(&header, at))
                .await
        }
        Err(fault) => Err(fault),
    };
    for (deployment, lock) in locks {
        release(app, &deployment, lock).await;
    }
    outcome?;
    Ok(Forgotten {
        deployment: Some(deployment),
        traces: found.traces,
    })
}

struct Found {
    traces: Traces,
    /// Everything known of what is there.
    left: Outputs,
    /// Runs that have no good end.
    open: Vec<DeploymentId>,
}

async fn look(app: &App, request: &PlaceRequest) -> Result<Found, Fault> {
    let (api, gateway) = (request.api.clone(), request.gateway.clone());
    let (gateway, placed, left, open, pending) = app
        .catalog(move |catalog| {
            catalog.apis().get(&api)?;
            let gateway = catalog.gateways().get(&gateway)?;
            let placement = catalog.placements().get(&api, &gateway.id)?;
            let pending = catalog.pending().get(&api, &gateway.id)?.is_some();
            let open = open_runs(catalog, &api, &gateway.id)?;
            let placed = placement.is_some();
            let mut left = placement.map(|it| it.outputs).unwrap_or_default();
            for deployment in &open {
                let (header, records) = catalog.read(deployment)?;
                left.extend(header.found);
                left.extend(fold(&records).outputs);
            }
            Ok((gateway, placed, left, open, pending))
        })
        .await?;
    let account = connect::known_identity(app, &gateway.id)
        .await?
        .map(|identity| identity.account);
    let objects: Vec<Trace> = connect::traces(&gateway, &left)
        .into_iter()
        .map(|(kind, id)| Trace { kind, id })
        .collect();
    Ok(Found {
        traces: Traces {
            sentence: sentence(
                &gateway,
                account.as_deref(),
                placed || !open.is_empty(),
                &objects,
            ),
            objects,
            placed,
            unfinished: u32::try_from(open.len()).unwrap_or(u32::MAX),
            pending,
        },
        left,
        open,
    })
}

/// Runs there without an end, and the last one when it is stuck.
fn open_runs(
    catalog: &gw_catalog::Catalog,
    api: &ApiId,
    gateway: &GatewayId,
) -> Result<Vec<DeploymentId>, Fault> {
    let filter = gw_catalog::RunFilter {
        api: Some(api.clone()),
        gateway: Some(gateway.clone()),
    };
    // At most one is unfinished, and it is the newest.
    let page = gw_catalog::Page {
        offset: 0,
        limit: 1,
    };
    let last = catalog.runs().list(&filter, page)?.items;
    let is_open = |outcome: Option<Outcome>| matches!(outcome, None | Some(Outcome::Stuck));
    Ok(last
        .into_iter()
        .filter(|run| is_open(run.outcome))
        .map(|run| run.header.deployment)
        .collect())
}

fn sentence(gateway: &Gateway, account: Option<&str>, any: bool, objects: &[Trace]) -> String {
    if !any {
        return format!("Nothing is known to be on {}", gateway.name);
    }
    let place = match &gateway.target {
        gw_model::GatewayTarget::Aws(aws) => match account {
            Some(account) => format!("the account {account} in {}", aws.region),
            None => aws.region.clone(),
        },
        gw_model::GatewayTarget::Local(_) => "this machine".to_owned(),
    };
    if objects.is_empty() {
        format!("Nothing is called, so what there is stays on {place}, as far as it is still there")
    } else {
        let all: Vec<String> = objects
            .iter()
            .map(|object| format!("{} {}", object.kind, object.id))
            .collect();
        format!(
            "Nothing is called, so this stays in {place}, as far as it is still there: {}",
            all.join(", ")
        )
    }
}
