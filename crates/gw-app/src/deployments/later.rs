//! Undeploying later: kept as an intention and carried out by the same runs when the gateway answers again.
//!
//! It refuses to act in silence: each try is a run with a journal, or a fault that is shown with the intention. And it
//! refuses what was not agreed to: the yes was given when it was asked for, and counts for what it was given for.

use std::time::Duration;

use futures::future::join_all;
use gw_catalog::PendingWithdrawal;
use gw_deploy::Outcome;
use gw_model::{DeploymentId, Fault, Gateway, GatewayId, UnixMillis};

use super::consents::{self, Case};
use super::plan::{Aim, api_name, ready_all};
use super::run::{Given, begin, recover_pairs, wait};
use crate::apis::Working;
use crate::app::{App, WeakApp, now};
use crate::commands::Feature;
use crate::wire::{
    DeploymentRow, Done, LaterRequest, PendingRow, PlaceRequest, PlacementSearch, ResumeRequest,
    Resumed, RunGoal,
};

/// How long hosts that stay open wait before each next try; the last counts from then on.
const WAITS: [Duration; 5] = [
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(10),
];

/// How often hosts that stay open look for what is due.
const LOOK: Duration = Duration::from_secs(10);

/// Keeps undeployments to be carried out when their gateways answer again. Calls nothing.
pub async fn later(app: &App, request: LaterRequest) -> Result<Vec<PendingRow>, Fault> {
    let working = Working::load(app, &request.api).await?;
    let name = api_name(&working.api);
    let ids = request.gateways.clone();
    let gateways: Vec<Gateway> = app
        .catalog(move |catalog| ids.iter().map(|id| catalog.gateways().get(id)).collect())
        .await?;
    let at = now();
    let mut all = Vec::with_capacity(gateways.len());
    for gateway in &gateways {
        let (before, adopted) = super::plan::last_plan(app, &working, &gateway.id).await?;
        let case = Case {
            goal: RunGoal::Withdraw,
            api: &name,
            live: gw_connector::LiveState::Live,
            known: true,
            returns_to_known: true,
            before: &before,
            after: &before,
            changes: &[],
            replaces: true,
            takes_along: &[],
            adopted: adopted.as_deref(),
        };
        let asked = consents::asked(&case, gateway.production.then_some(&gateway.name));
        let (given, confirmed) = (&request.consents, &request.confirmed);
        if let Some(fault) = consents::missing(&gateway.name, &asked, given, confirmed, &name) {
            return Err(fault);
        }
        all.push(PendingWithdrawal {
            api: working.api.id.clone(),
            gateway: gateway.id.clone(),
            consents: given.clone(),
            confirmed: confirmed.clone(),
            asked_at: at,
            attempts: 0,
            tried_at: None,
            next_at: at,
            fault: None,
        });
    }
    app.catalog(move |catalog| {
        all.iter()
            .try_for_each(|pending| catalog.pending().put(pending))
    })
    .await?;
    app.inner().due.notify_one();
    pending(
        app,
        PlacementSearch {
            api: Some(request.api),
        },
    )
    .await
}

/// What waits to be undeployed.
pub async fn pending(app: &App, request: PlacementSearch) -> Result<Vec<PendingRow>, Fault> {
    app.catalog(move |catalog| {
        let mut rows = Vec::new();
        for pending in catalog.pending().list()? {
            if request.api.as_ref().is_some_and(|api| *api != pending.api) {
                continue;
            }
            let api = catalog.apis().get(&pending.api)?;
            let gateway = catalog.gateways().get(&pending.gateway)?;
            rows.push(PendingRow {
                api: pending.api,
                api_name: api.name,
                api_version: api.version,
                gateway: pending.gateway,
                gateway_name: gateway.name,
                asked_at: pending.asked_at,
                attempts: pending.attempts,
                tried_at: pending.tried_at,
                next_at: pending.next_at,
                fault: pending.fault,
            });
        }
        Ok(rows)
    })
    .await
}

/// Drops one; one that is not there is dropped already.
pub async fn drop_pending(app: &App, request: PlaceRequest) -> Result<Done, Fault> {
    app.catalog(move |catalog| catalog.pending().remove(&request.api, &request.gateway))
        .await?;
    Ok(Done {})
}

/// Tries now. Returns once the runs have begun; they go on by themselves.
pub async fn resume(app: &App, request: ResumeRequest) -> Result<Vec<Resumed>, Fault> {
    let chosen = chosen(app, &request).await?;
    let all = chosen.into_iter().map(|pending| async move {
        let resumed = carry_out(app, &pending).await;
        if let Some(deployment) = resumed.deployment.clone() {
            let app = app.clone();
            tokio::spawn(async move { settle(&app, &pending, &deployment).await });
        }
        resumed
    });
    Ok(join_all(all).await)
}

/// Tries now and waits for the ends: a row for each run that began, a fault for each that could not.
pub async fn resume_and_wait(
    app: &App,
    request: ResumeRequest,
) -> Result<Vec<(Resumed, Option<DeploymentRow>)>, Fault> {
    let chosen = chosen(app, &request).await?;
    let all = chosen.into_iter().map(|pending| async move {
        let resumed = carry_out(app, &pending).await;
        let row = match &resumed.deployment {
            Some(deployment) => settle(app, &pending, deployment).await,
            None => None,
        };
        (resumed, row)
    });
    Ok(join_all(all).await)
}

/// Tries what waits for a gateway that was just seen to answer, where the host stays open.
pub(crate) async fn due_now(app: &App, gateway: &GatewayId) -> Result<(), Fault> {
    let (gateway, at) = (gateway.clone(), now());
    app.catalog(move |catalog| {
        for pending in catalog.pending().list()? {
            if pending.gateway == gateway {
                catalog.pending().update(&PendingWithdrawal {
                    next_at: at,
                    ..pending
                })?;
            }
        }
        Ok(())
    })
    .await?;
    app.inner().due.notify_one();
    Ok(())
}

/// Tries what is due for as long as the app lives: everything once at the start, then as the waits say.
pub(crate) async fn keep_trying(app: WeakApp) {
    let mut first = true;
    while let Some(app) = app.upgrade() {
        let at = now();
        // A catalog that cannot be asked now is asked again; commands say what is wrong with it.
        if let Ok(all) = app.catalog(|catalog| catalog.pending().list()).await {
            let due = all.into_iter().filter(|it| first || it.next_at.0 <= at.0);
            let tries = due.map(|pending| {
                let app = &app;
                async move {
                    let resumed = carry_out(app, &pending).await;
                    if let Some(deployment) = &resumed.deployment {
                        settle(app, &pending, deployment).await;
                    }
                }
            });
            join_all(tries).await;
            first = false;
        }
        let woken = std::sync::Arc::clone(&app.inner().due);
        drop(app);
        tokio::select! {
            () = woken.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn chosen(app: &App, request: &ResumeRequest) -> Result<Vec<PendingWithdrawal>, Fault> {
    let request = request.clone();
    app.catalog(move |catalog| {
        let all = catalog.pending().list()?;
        let fits = |it: &PendingWithdrawal| {
            request.api.as_ref().is_none_or(|api| *api == it.api)
                && request.gateway.as_ref().is_none_or(|id| *id == it.gateway)
        };
        Ok(all.into_iter().filter(fits).collect())
    })
    .await
}

/// Begins the run of one; what keeps it from that is kept with it.
async fn carry_out(app: &App, pending: &PendingWithdrawal) -> Resumed {
    let begun = attempt(app, pending).await;
    let (deployment, fault) = match begun {
        Ok(deployment) => (Some(deployment), None),
        Err(fault) => {
            failed(app, pending, Some(fault.clone())).await;
            (None, Some(fault))
        }
    };
    Resumed {
        api: pending.api.clone(),
        gateway: pending.gateway.clone(),
        deployment,
        fault,
    }
}

async fn attempt(app: &App, pending: &PendingWithdrawal) -> Result<DeploymentId, Fault> {
    let gateways = std::slice::from_ref(&pending.gateway);
    recover_pairs(app, &pending.api, gateways).await?;
    let working = Working::load(app, &pending.api).await?;
    let aim = Aim {
        goal: RunGoal::Withdraw,
        to: None,
        again: false,
        percent: None,
    };
    let mut readied = ready_all(app, &working, gateways, aim).await?;
    let given = Given {
        api: api_name(&working.api),
        consents: &pending.consents,
        confirmed: &pending.confirmed,
    };
    let Some(one) = readied.pop() else {
        return Err(super::run::no_plan());
    };
    let run = begin(app, one, None, &given).await;
    match (run.deployment, run.fault) {
        (Some(deployment), _) => Ok(deployment),
        (None, Some(fault)) => Err(fault),
        (None, None) => Err(super::run::no_plan()),
    }
}

/// Waits for the end of a run that was begun. One that ended well has taken the intention away.
async fn settle(
    app: &App,
    pending: &PendingWithdrawal,
    deployment: &DeploymentId,
) -> Option<DeploymentRow> {
    let row = wait(app, deployment).await.ok()?;
    if row.outcome != Some(Outcome::Withdrawn) {
        failed(app, pending, row.fault.clone()).await;
    }
    Some(row)
}

async fn failed(app: &App, pending: &PendingWithdrawal, fault: Option<Fault>) {
    let at = now();
    let attempts = pending.attempts.saturating_add(1);
    let index = usize::try_from(pending.attempts).unwrap_or(usize::MAX);
    let wait = WAITS.get(index).or(WAITS.last()).copied();
    let wait = i64::try_from(wait.unwrap_or_default().as_millis()).unwrap_or(i64::MAX);
    let kept = PendingWithdrawal {
        attempts,
        tried_at: Some(at),
        next_at: UnixMillis(at.0.saturating_add(wait)),
        fault,
        ..pending.clone()
    };
    // One that cannot be written is tried again all the same, only sooner.
    let _ = app
        .catalog(move |catalog| catalog.pending().update(&kept))
        .await;
    app.changed(&[Feature::Deployments]);
}
