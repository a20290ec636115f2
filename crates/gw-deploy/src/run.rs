//! Running changes on one gateway or on many side by side.
//!
//! It refuses to decide what to change (connectors lower, people consent) and to touch anything without a written
//! intent: when the journal cannot be written, nothing more is called.

use std::sync::Arc;
use std::time::Duration;

use gw_connector::{
    CanaryChange, Change, Connector, Goal, Mark, Observed, Outputs, StepEffect, Target,
};
use gw_model::{Code, DeploymentId, Effect, Fault, Retry, RevisionId};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::event::{RunEvent, RunSink};
use crate::journal::{Entry, Journal, Outcome, RunHeader};
use crate::look::look;
use crate::pacer::{Lane, Pacer};
use crate::quota::eta;
use crate::retry::RetryRules;
use crate::saga::Saga;
use crate::step::StepEnd;

/// What every run of the app shares.
#[derive(Clone)]
pub struct Context {
    /// Where journals are kept.
    pub journal: Arc<dyn Journal>,
    /// One for the whole app, so that all runs share the quotas.
    pub pacer: Arc<Pacer>,
    /// For the journal's times.
    pub clock: Arc<dyn Clock>,
    /// Who hears of it.
    pub events: Arc<dyn RunSink>,
    /// When failed calls are tried again.
    pub retry: RetryRules,
}

/// What is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Which revision.
    pub revision: RevisionId,
    /// Digest of its plan.
    pub digest: String,
}

/// One run to make.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id, new.
    pub deployment: DeploymentId,
    /// Which API, on which gateway.
    pub target: Target,
    /// What is live afterwards; `None` to withdraw the API, or to return to what another catalog made.
    pub publishes: Option<Publication>,
    /// The gateway's name of the kept deployment that is returned to; `None` when none is.
    pub returns_to: Option<String>,
    /// What becomes of a canary; with something published, a share is that of a new one.
    pub canary: Option<CanaryChange>,
    /// What was observed, and the changes were lowered from.
    pub observed: Observed,
    /// What to do.
    pub changes: Vec<Change>,
    /// Whose quotas it uses.
    pub lane: Lane,
    /// Stops it at the next safe point: between changes, and while waiting; never in the middle of a call.
    pub cancel: CancellationToken,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// The run.
    pub deployment: DeploymentId,
    /// How.
    pub outcome: Outcome,
    /// Why it failed; `None` when it did not, or was cancelled.
    pub fault: Option<Fault>,
    /// Where callers reach the API.
    pub invoke_url: Option<String>,
    /// What was observed and learnt; the `known` of the next run's target.
    pub outputs: Outputs,
}

/// What was seen and what would be changed.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What is there.
    pub observed: Observed,
    /// What takes it to the goal; empty when it is there already.
    pub changes: Vec<Change>,
}

/// The tag of everything a run makes.
pub fn mark_of(deployment: &DeploymentId) -> Mark {
    Mark::new(format!("gw-{deployment}"))
}

/// Observes and lowers: what `run` would do. Changes nothing. Observing is tried once.
pub async fn prepare(
    connector: &dyn Connector,
    goal: Goal<'_>,
    target: &Target,
) -> Result<Prepared, Fault> {
    let once = RetryRules {
        attempts: 1,
        patient_attempts: 1,
        ..RetryRules::default()
    };
    prepare_with(connector, goal, target, &once).await
}

/// As [`prepare`], but looks again by these rules when looking fails for the moment.
pub async fn prepare_with(
    connector: &dyn Connector,
    goal: Goal<'_>,
    target: &Target,
    rules: &RetryRules,
) -> Result<Prepared, Fault> {
    let seed = format!("{}/{}", target.gateway, target.api);
    let observed = look(rules, &seed, || connector.observe(target)).await?;
    let changes = connector.lower(goal, target, &observed)?;
    check_order(!matches!(goal, Goal::Withdraw), &changes)?;
    Ok(Prepared { observed, changes })
}

/// Makes a run and takes it back when it fails or is cancelled.
///
/// An `Err` means the run did not begin (`deploy.busy`, or changes in an impossible order) or its journal could not be
/// written; in the latter case it stays unfinished, and [`crate::recover`] ends it. Everything else is an outcome.
pub async fn run(ctx: &Context, connector: &dyn Connector, run: Run) -> Result<RunEnd, Fault> {
    let publishing = run.publishes.is_some() || run.returns_to.is_some() || run.canary.is_some();
    check_order(publishing, &run.changes)?;
    let (revision, digest) = run
        .publishes
        .map(|what| (what.revision, what.digest))
        .unzip();
    let publication = revision.is_some() && run.returns_to.is_none();
    let header = RunHeader {
        mark: mark_of(&run.deployment),
        deployment: run.deployment,
        api: run.target.api.clone(),
        gateway: run.target.gateway.clone(),
        revision,
        digest,
        returned_to: run.returns_to,
        settings: publication.then_some(run.target.settings),
        canary: run.canary,
        found: run.observed.found,
        started_at: ctx.clock.now(),
    };
    ctx.journal.begin(&header)?;
    let mut saga = Saga::new(ctx, connector, header, run.lane, run.cancel);
    saga.tell(RunEvent::Started {
        steps: run
            .changes
            .iter()
            .map(|change| change.sentence.clone())
            .collect(),
        eta_ms: millis(eta(&run.changes, &saga.lane.quotas)),
    });
    if run.changes.is_empty() {
        let (outcome, url) = if publishing {
            (Outcome::Unchanged, run.observed.invoke_url)
        } else {
            (Outcome::Withdrawn, None)
        };
        return saga.finish(outcome, None, url);
    }
    let changes = run.changes.iter().map(without_payload).collect();
    saga.write(Entry::Planned { first: 0, changes })?;
    let end = go_forward(&mut saga, 0, &run.changes).await?;
    conclude(saga, end).await
}

/// Makes runs side by side. One that fails, or even panics, does not touch the others; the ends are in the order asked.
pub async fn run_many(
    ctx: &Context,
    runs: Vec<(Arc<dyn Connector>, Run)>,
) -> Vec<(DeploymentId, Result<RunEnd, Fault>)> {
    let tasks: Vec<_> = runs
        .into_iter()
        .map(|(connector, one)| {
            let ctx = ctx.clone();
            let deployment = one.deployment.clone();
            (
                deployment,
                tokio::spawn(async move { run(&ctx, connector.as_ref(), one).await }),
            )
        })
        .collect();
    let mut ends = Vec::with_capacity(tasks.len());
    for (deployment, task) in tasks {
        let end = task
            .await
            .unwrap_or_else(|broken| Err(defect(&deployment, &broken.to_string())));
        ends.push((deployment, end));
    }
    ends
}

/// Does the changes in order, numbered from `first`.
pub(crate) async fn go_forward(
    saga: &mut Saga<'_>,
    first: u32,
    changes: &[Change],
) -> Result<StepEnd, Fault> {
    for (step, change) in (first..).zip(changes) {
        let end = saga.step(step, change).await?;
        if !matches!(end, StepEnd::Done) {
            return Ok(end);
        }
    }
    Ok(StepEnd::Done)
}

/// Ends a run whose steps ended like this.
pub(crate) async fn conclude(mut saga: Saga<'_>, end: StepEnd) -> Result<RunEnd, Fault> {
    match end {
        StepEnd::Done => saga.succeed(),
        StepEnd::Cancelled => saga.give_up(Outcome::Cancelled, None).await,
        StepEnd::Failed(fault) => saga.give_up(Outcome::RolledBack, Some(fault)).await,
        // Taking back earlier steps while this one may be live could cut callers off: it is left for a later look.
        StepEnd::InDoubt(fault) => {
            let stuck = saga.stuck(&fault);
            saga.finish(Outcome::Stuck, Some(stuck), None)
        }
    }
}

/// A change as journals keep it.
pub(crate) fn without_payload(change: &Change) -> Change {
    Change {
        payload: String::new(),
        ..change.clone()
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Holds connectors to their promise before anything is touched.
fn check_order(publishing: bool, changes: &[Change]) -> Result<(), Fault> {
    let moves = |change: &Change| change.effect == StepEffect::MovesTraffic;
    let too_early = changes.iter().rev().skip(1).find(|change| moves(change));
    match too_early {
        Some(change) if publishing => Err(Fault::new(
            Code::AppDefect,
            format!(
                "'{}' would move traffic before the last step, so nothing was begun",
                change.sentence
            ),
            "This is a defect in Gatewright; please report it with the plan",
        )
        .retry(Retry::Never)
        .fact("verb", &change.verb)),
        _ => Ok(()),
    }
}

fn defect(deployment: &DeploymentId, what: &str) -> Fault {
    Fault::new(
        Code::AppDefect,
        format!("The run {deployment} broke off inside Gatewright"),
        "Start Gatewright again: it takes back what the run had done; please report this",
    )
    .effect(Effect::Unknown)
    .retry(Retry::Never)
    .fact("defect", what)
}
