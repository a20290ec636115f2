//! Many gateways at once: each is looked at and begun by itself, so that one that is slow or does not answer keeps no
//! other waiting.
//!
//! It refuses to write down what did not begin: a run that was refused after the start had returned is told from memory,
//! for as long as the process lives.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use gw_deploy::{Entry, Outcome, Publication, Record, RetryRules, RunHeader, fold, look, mark_of};
use gw_model::{Code, DeploymentId, Fault, Gateway, Retry, UnixMillis};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::plan::{Readied, api_name, ready};
use super::run::{Given, aim, begin_as, recover_pairs};
use crate::apis::Working;
use crate::app::{App, locked, new_id, now};
use crate::commands::Feature;
use crate::wire::{DeploymentDetail, DeploymentRow, StartRequest, StartedRun};

/// How long a start waits for gateways that are still being looked at. The others have begun by then.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many runs that did not begin are remembered.
const REMEMBERED: usize = 200;

/// Runs of this process whose journal has not begun, by id, which is by age.
pub(crate) type Ahead = BTreeMap<DeploymentId, Looking>;

/// A run before its journal begins.
pub(crate) struct Looking {
    cancel: CancellationToken,
    row: DeploymentRow,
    stands: watch::Receiver<Stands>,
}

/// How a run stands that was asked for.
#[derive(Clone)]
enum Stands {
    /// Its gateway is being looked at.
    Looking,
    /// Its journal has begun.
    Begun,
    /// It did not begin.
    Refused(Fault),
}

/// What all runs of one start share.
struct Order {
    working: Working,
    request: StartRequest,
    publishes: Option<Publication>,
}

/// Looks at every gateway and begins each run as soon as its own plan is ready. Returns when all have begun or been
/// refused, and at the latest after two seconds: those that are still being looked at have an id then, and begin or end
/// by themselves.
pub(super) async fn launch(
    app: &App,
    working: Working,
    gateways: Vec<Gateway>,
    request: StartRequest,
    publishes: Option<Publication>,
) -> Vec<StartedRun> {
    let until = Instant::now() + PATIENCE;
    let order = Arc::new(Order {
        working,
        request,
        publishes,
    });
    let all = gateways.into_iter().map(|gateway| {
        let (deployment, mut stands) = send_off(app, &order, gateway.clone());
        async move {
            let settled = stands.wait_for(|stands| !matches!(stands, Stands::Looking));
            let stands = match timeout_at(until, settled).await {
                Ok(Ok(stands)) => stands.clone(),
                // Still looked at; or the task is gone, which waiting for the run tells.
                Err(_) | Ok(Err(_)) => Stands::Looking,
            };
            let (deployment, fault) = match stands {
                Stands::Refused(fault) => (None, Some(fault)),
                Stands::Looking | Stands::Begun => (Some(deployment), None),
            };
            StartedRun {
                gateway: gateway.id,
                deployment,
                fault,
            }
        }
    });
    join_all(all).await
}

/// Looks at one gateway and begins the run there, on a task of its own.
fn send_off(
    app: &App,
    order: &Arc<Order>,
    gateway: Gateway,
) -> (DeploymentId, watch::Receiver<Stands>) {
    let deployment = DeploymentId::new(new_id());
    let cancel = CancellationToken::new();
    let (tell, stands) = watch::channel(Stands::Looking);
    let looking = Looking {
        cancel: cancel.clone(),
        row: row(order, &gateway, &deployment),
        stands: stands.clone(),
    };
    locked(&app.inner().ahead).insert(deployment.clone(), looking);
    let (app, order, id) = (app.clone(), Arc::clone(order), deployment.clone());
    tokio::spawn(async move {
        let outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled(&gateway)),
            readied = look_at(&app, &order, &gateway) => readied,
        };
        let begun = match outcome {
            Ok(readied) => {
                let given = Given {
                    api: api_name(&order.working.api),
                    consents: &order.request.consents,
                    confirmed: &order.request.confirmed,
                };
                let publishes = order.publishes.clone();
                begin_as(&app, id.clone(), cancel, readied, publishes, &given).await
            }
            Err(fault) => Err(fault),
        };
        match begun {
            Ok(()) => {
                locked(&app.inner().ahead).remove(&id);
                tell.send_replace(Stands::Begun);
            }
            Err(fault) => {
                tell.send_replace(Stands::Refused(fault));
                forget_old(&mut locked(&app.inner().ahead));
                app.changed(&[Feature::Deployments]);
            }
        }
    });
    (deployment, stands)
}

/// Ends what a dead process left there, and reads what is there; again when that fails for the moment.
async fn look_at(app: &App, order: &Order, gateway: &Gateway) -> Result<Readied, Fault> {
    let request = &order.request;
    recover_pairs(app, &request.api, std::slice::from_ref(&gateway.id)).await?;
    // Nothing is at stake yet, so a gateway that cannot be reached is not tried for as long as a step is.
    let rules = RetryRules {
        attempts: 6,
        longest_wait: Duration::from_secs(20),
        ..RetryRules::default()
    };
    let seed = format!("{}/{}", gateway.id, request.api);
    look(&rules, &seed, || async {
        let mut readied = ready(app, &order.working, gateway, aim(request)).await?;
        match readied.view.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(readied),
        }
    })
    .await
}

/// A run that has not begun, as far as one asks for it: its row while its gateway is looked at, or why it did not begin.
pub(super) fn ahead(app: &App, deployment: &DeploymentId) -> Option<DeploymentDetail> {
    let ahead = locked(&app.inner().ahead);
    let Looking { row, stands, .. } = ahead.get(deployment)?;
    let (mut row, stands) = (row.clone(), stands.borrow().clone());
    let header = RunHeader {
        deployment: deployment.clone(),
        mark: mark_of(deployment),
        api: row.api.clone(),
        gateway: row.gateway.clone(),
        revision: row.revision.clone(),
        digest: None,
        returned_to: None,
        settings: None,
        canary: None,
        found: BTreeMap::new(),
        started_at: row.started_at,
    };
    let records = match stands {
        Stands::Looking | Stands::Begun => Vec::new(),
        Stands::Refused(fault) => {
            let ended = ended(&fault, row.started_at);
            let state = fold(std::slice::from_ref(&ended));
            row.running = false;
            row.finished_at = Some(ended.at);
            row.outcome = state.outcome;
            row.fault = state.fault;
            vec![ended]
        }
    };
    Some(DeploymentDetail {
        row,
        header,
        records,
        findings: Vec::new(),
        pruned: Vec::new(),
    })
}

/// Waits until the run has begun, which is at once for one that has; gives why it did not.
pub(super) async fn wait_until_begun(app: &App, deployment: &DeploymentId) -> Result<(), Fault> {
    let stands = locked(&app.inner().ahead)
        .get(deployment)
        .map(|looking| looking.stands.clone());
    let Some(mut stands) = stands else {
        return Ok(());
    };
    let settled = stands.wait_for(|stands| !matches!(stands, Stands::Looking));
    match settled.await.map(|stands| stands.clone()) {
        Ok(Stands::Refused(fault)) => Err(fault),
        Ok(Stands::Looking | Stands::Begun) => Ok(()),
        Err(_) => Err(Fault::new(
            Code::AppDefect,
            "Looking at a gateway ended early",
            "This is a defect: report it. Nothing was changed there",
        )),
    }
}

/// Stops a run that has not begun. `false` when there is none.
pub(super) fn cancel_ahead(app: &App, deployment: &DeploymentId) -> bool {
    let ahead = locked(&app.inner().ahead);
    let Some(looking) = ahead.get(deployment) else {
        return false;
    };
    looking.cancel.cancel();
    true
}

fn row(order: &Order, gateway: &Gateway, deployment: &DeploymentId) -> DeploymentRow {
    let api = &order.working.api;
    let publishes = order.publishes.as_ref();
    DeploymentRow {
        deployment: deployment.clone(),
        api: api.id.clone(),
        api_name: api.name.clone(),
        api_version: api.version.clone(),
        gateway: gateway.id.clone(),
        gateway_name: gateway.name.clone(),
        goal: order.request.goal,
        percent: order.request.percent,
        revision: publishes.map(|publication| publication.revision.clone()),
        started_at: now(),
        finished_at: None,
        outcome: None,
        running: true,
        fault: None,
        invoke_url: None,
    }
}

fn ended(fault: &Fault, at: UnixMillis) -> Record {
    let outcome = if fault.code == Code::RequestCancelled {
        Outcome::Cancelled
    } else {
        Outcome::RolledBack
    };
    Record {
        seq: 1,
        at,
        entry: Entry::Finished {
            outcome,
            fault: Some(fault.clone()),
            invoke_url: None,
        },
    }
}

fn cancelled(gateway: &Gateway) -> Fault {
    Fault::new(
        Code::RequestCancelled,
        format!(
            "It was cancelled before anything was changed on {}",
            gateway.name
        ),
        "Deploy again when you are ready",
    )
    .retry(Retry::Soon)
}

fn forget_old(ahead: &mut Ahead) {
    while ahead.len() > REMEMBERED {
        let is_refused = |looking: &Looking| matches!(*looking.stands.borrow(), Stands::Refused(_));
        let oldest = ahead
            .iter()
            .find(|(_, looking)| is_refused(looking))
            .map(|(id, _)| id.clone());
        let Some(oldest) = oldest else { return };
        ahead.remove(&oldest);
    }
}
