//! Ending runs that were interrupted, or that ended stuck.
//!
//! It refuses to publish: an interrupted publication is taken back unless it had happened already. It refuses to guess:
//! every step in doubt is asked about first.

use std::time::Duration;

use gw_connector::{Connector, Goal, Target};
use gw_model::{Code, DeploymentId, Fault, Retry, UnixMillis};
use tokio_util::sync::CancellationToken;

use crate::event::RunEvent;
use crate::fold::{StepStatus, fold};
use crate::journal::{Entry, Outcome};
use crate::look::look;
use crate::pacer::Lane;
use crate::run::{Context, RunEnd, conclude, go_forward, without_payload};
use crate::saga::Saga;

/// Ends a run: adopts what turns out to have happened, then finishes it when every step did, takes a half-made
/// publication back, or carries a half-made withdrawal on. A run that is over, and not stuck, is left alone.
///
/// `target` is the run's API and gateway. An `Err` means that a step in doubt could not be asked about, the journal could
/// not be written, or a stuck run is not the last of its API and gateway any more: the run may be recovered later.
pub async fn recover(
    ctx: &Context,
    connector: &dyn Connector,
    target: &Target,
    lane: Lane,
    deployment: &DeploymentId,
) -> Result<RunEnd, Fault> {
    let (header, records) = ctx.journal.read(deployment)?;
    let mut saga = Saga::new(ctx, connector, header, lane, CancellationToken::new());
    saga.state = fold(&records);
    if let Some(outcome) = saga.state.outcome
        && outcome != Outcome::Stuck
    {
        return Ok(RunEnd {
            deployment: deployment.clone(),
            outcome,
            fault: saga.state.fault.clone(),
            invoke_url: saga.state.invoke_url.clone(),
            outputs: saga.outputs(),
        });
    }
    saga.write(Entry::Resumed)?;
    saga.tell(RunEvent::Started {
        steps: saga
            .state
            .steps
            .iter()
            .map(|step| step.change.sentence.clone())
            .collect(),
        eta_ms: 0,
    });
    settle_doubts(&mut saga).await?;
    let all_done = saga
        .state
        .steps
        .iter()
        .all(|step| step.status == StepStatus::Done);
    if saga.state.planned && all_done {
        return saga.succeed();
    }
    if saga.publishing() {
        let cause = last_fault(&saga).unwrap_or_else(|| interrupted(&saga));
        return saga.give_up(Outcome::RolledBack, Some(cause)).await;
    }
    let seed = saga.seed(0);
    let observed = look(&ctx.retry, &seed, || connector.observe(target)).await?;
    let changes = connector.lower(Goal::Withdraw, target, &observed)?;
    saga.header.found.extend(observed.found);
    let done = |status| status == StepStatus::Done;
    let first = saga
        .state
        .steps
        .iter()
        .filter(|step| done(step.status))
        .map(|step| step.step + 1)
        .max()
        .unwrap_or(0);
    saga.write(Entry::Planned {
        first,
        changes: changes.iter().map(without_payload).collect(),
    })?;
    let end = go_forward(&mut saga, first, &changes).await?;
    conclude(saga, end).await
}

async fn settle_doubts(saga: &mut Saga<'_>) -> Result<(), Fault> {
    let doubtful: Vec<_> = saga
        .state
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::InDoubt)
        .map(|step| (step.step, step.change.clone(), step.changed_at))
        .collect();
    for (step, change, tried_at) in doubtful {
        let settle = saga.ctx.retry.settle.saturating_sub(since(saga, tried_at));
        let entry = if let Some(receipt) = saga.find_out(step, &change, settle).await? {
            Entry::Done { step, receipt }
        } else {
            let fault = interrupted(saga).fact("probed", "it did not happen");
            Entry::Failed { step, fault }
        };
        saga.write(entry)?;
    }
    Ok(())
}

/// How long ago that was. A time in the future says that the clock was set back, and nothing else.
fn since(saga: &Saga<'_>, then: Option<UnixMillis>) -> Duration {
    let passed = then.map_or(i64::MAX, |then| {
        saga.ctx.clock.now().0.saturating_sub(then.0)
    });
    Duration::from_millis(u64::try_from(passed).unwrap_or_default())
}

/// Why the run had failed before it was interrupted, if it had: what would have been tried again is no reason yet, while
/// nothing was taken back.
fn last_fault(saga: &Saga<'_>) -> Option<Fault> {
    let steps = &saga.state.steps;
    let gave_up = |status| matches!(status, StepStatus::Undone | StepStatus::UndoFailed);
    let gave_up = steps.iter().any(|step| gave_up(step.status));
    let mut failed = steps
        .iter()
        .rev()
        .filter(|step| step.status == StepStatus::Failed);
    let fault = failed.find_map(|step| step.fault.clone())?;
    (gave_up || fault.retry != Retry::Soon).then_some(fault)
}

fn interrupted(saga: &Saga<'_>) -> Fault {
    Fault::new(
        Code::DeployInterrupted,
        format!(
            "The run {} was interrupted before its end",
            saga.header.deployment
        ),
        "Deploy again; what the interrupted run had done was taken back",
    )
    .retry(Retry::Soon)
}
