//! Runs: start them side by side, wait, cancel, and end those another process left unfinished.
//!
//! It refuses to recover a run that is alive: a run holds a file lock, and only a dead process lets go of it.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use gw_connector::{CanaryChange, Observed, Target};
use gw_deploy::{
    Context, Journal as _, Outcome, Prepared, Publication, RetryRules, Run, RunEvent, RunSink,
    SystemClock, Ticket,
};
use gw_model::{ApiId, Code, DeploymentId, Fault, Gateway, GatewayId, Retry};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::consents::missing;
use super::fleet::{cancel_ahead, launch, wait_until_begun};
use super::plan::{Aim, Means, Readied, working_for};
use super::{prune, row_of};
use crate::apis::Working;
use crate::app::{App, blocking, locked, new_id, now};
use crate::commands::Feature;
use crate::connect::{self, Connection};
use crate::event::AppEvent;
use crate::home;
use crate::serving;
use crate::stages;
use crate::wire::{
    DeploymentRequest, DeploymentRow, Done, RunGoal, StartRequest, Started, StartedRun,
};

/// A run of this process.
#[derive(Clone)]
pub(crate) struct RunHandle {
    cancel: CancellationToken,
    over: watch::Receiver<bool>,
}

/// Starts a plan on every gateway that can run it. Returns once the runs have begun, or after two seconds when some
/// gateway is slow to tell what is there; they go on by themselves.
pub async fn start(app: &App, request: StartRequest) -> Result<Started, Fault> {
    let to = request.to.as_deref();
    let working = working_for(app, &request.api, request.goal, to).await?;
    if request.goal == RunGoal::Publish && working.revision.id() != request.revision {
        return Err(Fault::new(
            Code::CatalogChanged,
            format!(
                "{}@{} was changed after the plan was made",
                working.api.name, working.api.version
            ),
            "Look at the new plan first",
        ));
    }
    let stages = stages::fingerprints(app, &request.api, &request.gateways).await?;
    let differs = |(gateway, now): (&GatewayId, &String)| {
        let shown = request.stages.get(gateway);
        shown.is_some_and(|shown| shown != now)
    };
    if request.goal == RunGoal::Publish && stages.iter().any(differs) {
        return Err(Fault::new(
            Code::CatalogChanged,
            format!(
                "What is wanted of a stage of {}@{} was changed after the plan was made",
                working.api.name, working.api.version
            ),
            "Look at the new plan first",
        ));
    }
    aim(&request).check(&request.gateways)?;
    let ids = request.gateways.clone();
    let gateways: Vec<Gateway> = app
        .catalog(move |catalog| ids.iter().map(|id| catalog.gateways().get(id)).collect())
        .await?;
    let (revision, plan, at) = (working.revision.clone(), working.plan.clone(), now());
    let digest = gw_plan::digest(&plan);
    if request.goal == RunGoal::Publish {
        let digest = digest.clone();
        app.catalog(move |catalog| {
            catalog.revisions().put(&revision, at)?;
            catalog.plans().put(&digest, &plan)
        })
        .await?;
    }
    let publishes = match request.goal {
        RunGoal::Publish => Some(Publication {
            revision: working.revision.id(),
            digest,
        }),
        // What a return leads to is known gateway by gateway.
        _ => None,
    };
    let runs = launch(app, working, gateways, request, publishes).await;
    Ok(Started { runs })
}

/// What a start asks for.
pub(super) fn aim(request: &StartRequest) -> Aim<'_> {
    Aim {
        goal: request.goal,
        to: request.to.as_deref(),
        again: request.again == Some(true),
        percent: request.percent,
    }
}

/// What was said yes to.
pub(super) struct Given<'a> {
    pub(super) api: String,
    pub(super) consents: &'a [String],
    pub(super) confirmed: &'a [String],
}

/// Ends what a dead process left unfinished of this API on these gateways.
pub(super) async fn recover_pairs(
    app: &App,
    api: &ApiId,
    gateways: &[GatewayId],
) -> Result<(), Fault> {
    let unfinished = app.catalog(gw_deploy::Journal::unfinished).await?;
    for deployment in unfinished {
        recover_if_dead(app, &deployment, Some((api, gateways))).await?;
    }
    Ok(())
}

/// Begins one run, when all it needs was said.
pub(super) async fn begin(
    app: &App,
    readied: Readied,
    publishes: Option<Publication>,
    given: &Given<'_>,
) -> StartedRun {
    let gateway = readied.view.gateway.clone();
    let deployment = DeploymentId::new(new_id());
    let cancel = CancellationToken::new();
    let begun = begin_as(app, deployment.clone(), cancel, readied, publishes, given).await;
    let (deployment, fault) = match begun {
        Ok(()) => (Some(deployment), None),
        Err(fault) => (None, Some(fault)),
    };
    StartedRun {
        gateway,
        deployment,
        fault,
    }
}

/// Begins one run under an id that was given out, when all it needs was said.
pub(super) async fn begin_as(
    app: &App,
    deployment: DeploymentId,
    cancel: CancellationToken,
    readied: Readied,
    publishes: Option<Publication>,
    given: &Given<'_>,
) -> Result<(), Fault> {
    let Readied { view, means } = readied;
    match (means, view.fault.clone()) {
        (_, Some(fault)) => Err(fault),
        (Some(means), None) => match missing(
            &view.gateway_name,
            &view.consents,
            given.consents,
            given.confirmed,
            &given.api,
        ) {
            Some(fault) => Err(fault),
            None => spawn(app, deployment, cancel, means, publishes).await,
        },
        (None, None) => Err(no_plan()),
    }
}

pub(super) fn no_plan() -> Fault {
    Fault::new(
        Code::AppDefect,
        "A plan has neither means nor fault",
        "Report this defect",
    )
}

/// Makes the catalog know that a gateway serves an API already: a run without changes, as any other in its journal.
pub(crate) async fn adopt(
    app: &App,
    working: &Working,
    connection: Connection,
    target: Target,
    observed: Observed,
) -> Result<DeploymentId, Fault> {
    let (revision, plan, at) = (working.revision.clone(), working.plan.clone(), now());
    let digest = gw_plan::digest(&plan);
    let publishes = Publication {
        revision: working.revision.id(),
        digest: digest.clone(),
    };
    app.catalog(move |catalog| {
        catalog.revisions().put(&revision, at)?;
        catalog.plans().put(&digest, &plan)
    })
    .await?;
    let means = Means {
        connection,
        target,
        prepared: Prepared {
            observed,
            changes: Vec::new(),
        },
        takes_along: Vec::new(),
        returning: None,
        canary: None,
    };
    let deployment = DeploymentId::new(new_id());
    let cancel = CancellationToken::new();
    spawn(app, deployment.clone(), cancel, means, Some(publishes)).await?;
    Ok(deployment)
}

/// Begins a run on a task of its own; returns when its journal has begun, or the fault that kept it from that.
pub(crate) async fn spawn(
    app: &App,
    deployment: DeploymentId,
    cancel: CancellationToken,
    means: Means,
    publishes: Option<Publication>,
) -> Result<(), Fault> {
    let gateway = means.target.gateway.clone();
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&gateway))
        .await?;
    // The plan was looked at for whoever waits; from here on the calls are the run's.
    let connection = connect::connect_for(app, &gateway, Ticket::run(&deployment)).await?;
    let lock = hold(app, &deployment).await?;
    let (over, is_over) = watch::channel(false);
    let (begun, mut has_begun) = watch::channel(false);
    let sink = Sink {
        app: app.clone(),
        api: means.target.api.clone(),
        gateway: means.target.gateway.clone(),
        begun,
    };
    let (gateway, target) = (means.target.gateway.clone(), means.target.clone());
    let context = context(app, Arc::new(sink));
    let changed = means.returning.as_ref();
    let (publishes, returns_to) = match (changed, means.canary) {
        // Another share of a canary publishes nothing.
        (Some(_), Some(CanaryChange::Share { .. })) => (None, None),
        (Some(returning), _) => (returning.publication(), Some(returning.kept.id.clone())),
        (None, _) => (publishes, None),
    };
    let run = Run {
        deployment: deployment.clone(),
        target: means.target,
        publishes,
        returns_to,
        canary: means.canary,
        observed: means.prepared.observed,
        changes: means.prepared.changes,
        lane: connection.lane.clone(),
        cancel: cancel.clone(),
    };
    locked(&app.inner().runs).insert(
        deployment.clone(),
        RunHandle {
            cancel,
            over: is_over,
        },
    );
    let app = app.clone();
    let id = deployment.clone();
    let mut task = tokio::spawn(async move {
        let end = gw_deploy::run(&context, connection.connector.as_ref(), run).await;
        release(&app, &id, lock).await;
        // Told before serving: making the resident key manager's key takes a while.
        app.changed(&[Feature::Deployments, Feature::Apis]);
        offer_to_serve(&app, gateway).await;
        let live = end.as_ref().ok().filter(|end| end.outcome == Outcome::Live);
        if let Some(known) = live.map(|end| end.outputs.clone()) {
            let target = Target { known, ..target };
            let connector = connection.connector.as_ref();
            prune::after(&app, connector, &target, &id).await;
        }
        let _ = over.send(true);
        locked(&app.inner().runs).remove(&id);
        end.map(|_| ())
    });
    tokio::select! {
        biased;
        _ = has_begun.wait_for(|begun| *begun) => Ok(()),
        ended = &mut task => match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err(fault),
            Err(error) => {
                let advice = "This is a defect: report it. The journal says how far the run came";
                Err(Fault::new(Code::AppDefect, "A run ended early", advice).because(error))
            }
        },
    }
}

/// A local gateway that was deployed to is served where the host stays open: a URL that is told should answer.
async fn offer_to_serve(app: &App, gateway: GatewayId) {
    if let Ok(gateway) = app
        .catalog(move |catalog| catalog.gateways().get(&gateway))
        .await
    {
        serving::offer(app, &gateway).await;
    }
}

fn context(app: &App, events: Arc<dyn RunSink>) -> Context {
    Context {
        journal: app.shared_catalog(),
        pacer: Arc::clone(&app.inner().pacer),
        clock: Arc::new(SystemClock),
        events,
        retry: RetryRules::default(),
    }
}

/// Passes a run's events on.
struct Sink {
    app: App,
    api: ApiId,
    gateway: GatewayId,
    begun: watch::Sender<bool>,
}

impl RunSink for Sink {
    fn tell(&self, deployment: &DeploymentId, event: RunEvent) {
        if matches!(event, RunEvent::Started { .. }) {
            self.begun.send_replace(true);
            self.app.changed(&[Feature::Deployments]);
        }
        self.app.tell(AppEvent::Run {
            deployment: deployment.clone(),
            api: self.api.clone(),
            gateway: self.gateway.clone(),
            event,
        });
    }
}

/// Waits for a run of this process to end, and gives how it ended. Fails when it did not begin, and says why.
pub async fn wait(app: &App, deployment: &DeploymentId) -> Result<DeploymentRow, Fault> {
    wait_until_begun(app, deployment).await?;
    let handle = locked(&app.inner().runs).get(deployment).cloned();
    if let Some(mut handle) = handle {
        // A sender that is gone means the run is over, too.
        let _ = handle.over.wait_for(|over| *over).await;
    }
    row_of(app, deployment).await
}

/// Asks a run to stop at the next safe point and take back what it did.
pub async fn cancel(app: &App, request: DeploymentRequest) -> Result<Done, Fault> {
    let handle = locked(&app.inner().runs).get(&request.deployment).cloned();
    if let Some(handle) = handle {
        handle.cancel.cancel();
        return Ok(Done {});
    }
    if cancel_ahead(app, &request.deployment) {
        return Ok(Done {});
    }
    if row_of(app, &request.deployment).await?.outcome.is_some() {
        return Ok(Done {});
    }
    let advice = "Cancel it where it was started";
    Err(Fault::new(
        Code::DeployBusy,
        "That run belongs to another Gatewright process",
        advice,
    ))
}

/// Ends a run that was interrupted, or got stuck: finds out what happened and takes it back, or finishes it.
pub async fn recover(app: &App, request: DeploymentRequest) -> Result<DeploymentRow, Fault> {
    if locked(&app.inner().runs).contains_key(&request.deployment) {
        return Err(busy());
    }
    let lock = hold(app, &request.deployment).await?;
    let outcome = recover_held(app, &request.deployment).await;
    release(app, &request.deployment, lock).await;
    outcome?;
    row_of(app, &request.deployment).await
}

/// Ends every run that a dead process left unfinished. Hosts that stay open call it once at the start; faults are left
/// for the page to show, run by run.
pub async fn recover_interrupted(app: &App) -> Result<(), Fault> {
    let unfinished = app.catalog(gw_deploy::Journal::unfinished).await?;
    for deployment in unfinished {
        // The run stays unfinished and visible, with a button of its own.
        let _ = recover_if_dead(app, &deployment, None).await;
    }
    app.changed(&[Feature::Deployments]);
    Ok(())
}

async fn recover_if_dead(
    app: &App,
    deployment: &DeploymentId,
    only: Option<(&ApiId, &[GatewayId])>,
) -> Result<(), Fault> {
    if locked(&app.inner().runs).contains_key(deployment) {
        return Ok(());
    }
    if let Some((api, gateways)) = only {
        let id = deployment.clone();
        let (header, _) = app.catalog(move |catalog| catalog.read(&id)).await?;
        if header.api != *api || !gateways.contains(&header.gateway) {
            return Ok(());
        }
    }
    let Ok(lock) = hold(app, deployment).await else {
        return Ok(());
    };
    let outcome = recover_held(app, deployment).await;
    release(app, deployment, lock).await;
    outcome
}

async fn recover_held(app: &App, deployment: &DeploymentId) -> Result<(), Fault> {
    let id = deployment.clone();
    let (header, gateway, api) = app
        .catalog(move |catalog| {
            let (header, _) = catalog.read(&id)?;
            let gateway: Gateway = catalog.gateways().get(&header.gateway)?;
            let api = catalog.apis().get(&header.api)?;
            Ok((header, gateway, api))
        })
        .await?;
    let connection = connect::connect_for(app, &gateway, Ticket::run(deployment)).await?;
    let target = Target {
        gateway: gateway.id.clone(),
        api: api.id.clone(),
        api_name: api.name,
        api_version: api.version,
        known: header.found,
        known_digest: None,
        settings: gw_model::StageSettings::default(),
    };
    let sink = Sink {
        app: app.clone(),
        api: api.id,
        gateway: gateway.id,
        begun: watch::Sender::new(false),
    };
    let context = context(app, Arc::new(sink));
    let connector = connection.connector.as_ref();
    gw_deploy::recover(
        &context,
        connector,
        &target,
        connection.lane.clone(),
        deployment,
    )
    .await?;
    app.changed(&[Feature::Deployments, Feature::Apis]);
    Ok(())
}

/// Whether a process carries a run on now: this one, or another that holds its lock.
pub(crate) async fn is_running(app: &App, deployment: &DeploymentId) -> Result<bool, Fault> {
    if locked(&app.inner().runs).contains_key(deployment) {
        return Ok(true);
    }
    let path = lock_file(app, deployment);
    blocking(move || {
        // Without a lock file, or with one that cannot be read, nothing says that it runs.
        let Ok(file) = File::open(path) else {
            return Ok(false);
        };
        Ok(matches!(
            file.try_lock_shared(),
            Err(TryLockError::WouldBlock)
        ))
    })
    .await
}

fn lock_file(app: &App, deployment: &DeploymentId) -> PathBuf {
    app.home().run_locks().join(format!("{deployment}.lock"))
}

/// Takes a run's lock: for as long as the file is open, this process runs it.
pub(super) async fn hold(app: &App, deployment: &DeploymentId) -> Result<File, Fault> {
    let folder = app.home().run_locks();
    let path = lock_file(app, deployment);
    blocking(move || {
        home::make_private(&folder)?;
        let unusable = |error: std::io::Error| {
            let advice = "Check that the home folder can be written to";
            Fault::new(
                Code::AppHomeUnusable,
                format!("{} cannot be locked", path.display()),
                advice,
            )
            .because(error)
        };
        let file = File::create(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(busy()),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    })
    .await
}

pub(super) async fn release(app: &App, deployment: &DeploymentId, lock: File) {
    let path = lock_file(app, deployment);
    let done = blocking(move || {
        drop(lock);
        // A lock file that stays does no harm: the lock is what counts.
        let _ = std::fs::remove_file(path);
        Ok(())
    });
    let _ = done.await;
}

fn busy() -> Fault {
    let advice = "Wait for it to end, or cancel it";
    Fault::new(Code::DeployBusy, "That run is still under way", advice).retry(Retry::Soon)
}
