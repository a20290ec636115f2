//! One step: paced, tried, found out about when in doubt, tried again.
//!
//! It refuses to stop in the middle of a call, and to guess whether one happened.

use std::time::Duration;

use gw_connector::{Change, Receipt, RemoteCall, StepEffect};
use gw_model::{Code, Effect, Fault, Retry};
use tokio::time::{Instant, sleep, timeout};

use crate::event::RunEvent;
use crate::journal::Entry;
use crate::pacer::{Reserved, Wait};
use crate::retry::Pause;
use crate::run::{millis, without_payload};
use crate::saga::Saga;
use crate::ticket::Ticket;

/// Waits shorter than this are not worth a line on the timeline.
const TOLD_FROM: Duration = Duration::from_millis(250);

/// How a step ended.
#[derive(Debug)]
pub(crate) enum StepEnd {
    /// It happened, and its receipt is written.
    Done,
    /// It was not tried (again), because the run is cancelled. It has no effect.
    Cancelled,
    /// It has no effect, and trying again does not help.
    Failed(Fault),
    /// Whether it has an effect could not be found out.
    InDoubt(Fault),
}

impl Saga<'_> {
    /// Does one step. Fails only when the journal does.
    pub(crate) async fn step(&mut self, step: u32, change: &Change) -> Result<StepEnd, Fault> {
        let began = Instant::now();
        let mut attempt = 1;
        loop {
            let Some(reserved) = self.may_go_on(step, change).await else {
                return Ok(StepEnd::Cancelled);
            };
            self.write(Entry::Intended {
                step,
                change: without_payload(change),
                attempt,
            })?;
            self.tell(RunEvent::StepStarted { step, attempt });
            let outcome = self.try_once(change).await;
            drop(reserved);
            let fault = match outcome {
                Ok(receipt) => return self.happened(step, receipt, began),
                Err(fault) => fault,
            };
            let fault = if fault.effect == Effect::None {
                fault
            } else {
                let settle = self.ctx.retry.settle_after(&fault);
                match self.find_out(step, change, settle).await {
                    Ok(Some(receipt)) => return self.happened(step, receipt, began),
                    Ok(None) => fault
                        .effect(Effect::None)
                        .fact("probed", "it did not happen"),
                    Err(probe) => {
                        let fault = fault.fact("probe", probe.summary);
                        self.write(Entry::Failed {
                            step,
                            fault: fault.clone(),
                        })?;
                        self.tell(RunEvent::StepFailed {
                            step,
                            fault: fault.clone(),
                            retrying: false,
                        });
                        return Ok(StepEnd::InDoubt(fault));
                    }
                }
            };
            let pause = self
                .ctx
                .retry
                .after(&fault, attempt, began.elapsed(), &self.seed(step));
            self.write(Entry::Failed {
                step,
                fault: fault.clone(),
            })?;
            self.tell(RunEvent::StepFailed {
                step,
                fault: fault.clone(),
                retrying: pause.is_some(),
            });
            let Some(pause) = pause else {
                return Ok(StepEnd::Failed(fault));
            };
            if !self.rest(step, pause).await {
                return Ok(StepEnd::Cancelled);
            }
            attempt += 1;
        }
    }

    /// Asks the gateway whether a step happened, patiently: the answer decides what is taken back. Looking has no effect,
    /// so nothing is asked about it. A call may still be on its way for `settle`: a no before that is asked for again.
    pub(crate) async fn find_out(
        &self,
        step: u32,
        change: &Change,
        settle: Duration,
    ) -> Result<Option<Receipt>, Fault> {
        if change.effect == StepEffect::Read {
            return Ok(None);
        }
        self.tell(RunEvent::Probing { step });
        let began = Instant::now();
        let mut attempt = 1;
        let outputs = self.outputs();
        loop {
            let asked_at = Instant::now();
            let asked = timeout(
                self.ctx.retry.call_limit,
                self.connector.probe(change, &self.header.mark, &outputs),
            );
            let fault = match asked
                .await
                .unwrap_or_else(|_| Err(self.unanswered("asking whether it happened")))
            {
                Ok(None) if asked_at < began + settle => {
                    self.pause(
                        step,
                        "The call may still be on its way".to_owned(),
                        began + settle - asked_at,
                    )
                    .await;
                    continue;
                }
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let Some(pause) =
                self.ctx
                    .retry
                    .after(&fault, attempt, began.elapsed(), &self.seed(step))
            else {
                return Err(fault);
            };
            self.pause(step, pause.reason, pause.duration).await;
            attempt += 1;
        }
    }

    /// Waits, and tells it. Nothing cuts it short.
    pub(crate) async fn pause(&self, step: u32, reason: String, duration: Duration) {
        self.tell_wait(step, &Wait { reason, duration });
        sleep(duration).await;
    }

    /// Takes the turns of calls that follow.
    pub(crate) async fn reserve(&self, step: u32, calls: &[RemoteCall]) -> Reserved {
        let told = |wait: Wait| self.tell_wait(step, &wait);
        let ticket = Ticket::run(&self.header.deployment);
        let pacer = &self.ctx.pacer;
        pacer.reserve(&self.lane, calls, &ticket, &told).await
    }

    pub(crate) fn tell_wait(&self, step: u32, wait: &Wait) {
        if wait.duration >= TOLD_FROM {
            let mut until = self.ctx.clock.now();
            until.0 = until
                .0
                .saturating_add(i64::try_from(wait.duration.as_millis()).unwrap_or(i64::MAX));
            self.tell(RunEvent::Waiting {
                step,
                reason: wait.reason.clone(),
                until,
            });
        }
    }

    pub(crate) fn unanswered(&self, doing: &str) -> Fault {
        let limit = self.ctx.retry.call_limit.as_secs();
        Fault::new(
            Code::NetworkTimeout,
            format!("No answer came in {limit} s while {doing}"),
            "Check the network between this machine and the gateway",
        )
        .effect(Effect::Unknown)
        .retry(Retry::Soon)
    }

    pub(crate) fn seed(&self, step: u32) -> String {
        format!("{}/{step}", self.header.mark.as_str())
    }

    /// Takes the turns of all the change's calls. `None` when the run was cancelled instead.
    ///
    /// A withdrawal has no way back once a step of it happened, so from then on it goes to its end.
    async fn may_go_on(&self, step: u32, change: &Change) -> Option<Reserved> {
        let turns = self.reserve(step, &change.calls);
        if !self.can_stop() {
            return Some(turns.await);
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => None,
            reserved = turns => Some(reserved),
        }
    }

    /// `false` when the run was cancelled meanwhile.
    async fn rest(&self, step: u32, pause: Pause) -> bool {
        self.tell_wait(
            step,
            &Wait {
                reason: pause.reason,
                duration: pause.duration,
            },
        );
        if !self.can_stop() {
            sleep(pause.duration).await;
            return true;
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => false,
            () = sleep(pause.duration) => true,
        }
    }

    fn can_stop(&self) -> bool {
        self.publishing() || self.state.standing().is_empty()
    }

    async fn try_once(&self, change: &Change) -> Result<Receipt, Fault> {
        let outputs = self.outputs();
        let call = self.connector.apply(change, &self.header.mark, &outputs);
        let answer = timeout(self.ctx.retry.call_limit, call).await;
        answer.unwrap_or_else(|_| Err(self.unanswered(&format!("doing '{}'", change.sentence))))
    }

    fn happened(&mut self, step: u32, receipt: Receipt, began: Instant) -> Result<StepEnd, Fault> {
        let request_id = receipt.request_id.clone();
        self.write(Entry::Done { step, receipt })?;
        self.tell(RunEvent::StepDone {
            step,
            request_id,
            elapsed_ms: millis(began.elapsed()),
        });
        Ok(StepEnd::Done)
    }
}
