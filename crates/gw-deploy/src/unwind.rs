//! Taking a publication back, last step first.
//!
//! It refuses to stop at the first failure: each effect that can be taken back is, and what is left is named.

use gw_connector::{Change, Receipt};
use gw_model::{Code, Fault};
use tokio::time::{Instant, timeout};

use crate::event::RunEvent;
use crate::journal::Entry;
use crate::saga::Saga;

impl Saga<'_> {
    /// Undoes every step that stands. Cancelling has no effect here. Fails only when the journal does.
    pub(crate) async fn unwind(&mut self) -> Result<(), Fault> {
        for step in self.state.standing() {
            let Some(standing) = self.state.steps.iter().find(|known| known.step == step) else {
                continue;
            };
            let (change, receipt) = (standing.change.clone(), standing.receipt.clone());
            let Some(receipt) = receipt else { continue };
            self.tell(RunEvent::Undoing { step });
            match self.undo(step, &change, &receipt).await {
                Ok(()) => {
                    self.write(Entry::Undone { step })?;
                    self.tell(RunEvent::Undone { step });
                }
                Err(fault) => {
                    self.write(Entry::UndoFailed {
                        step,
                        fault: fault.clone(),
                    })?;
                    self.tell(RunEvent::UndoFailed { step, fault });
                }
            }
        }
        Ok(())
    }

    /// Twice equals once, so a doubtful undo is simply done again.
    async fn undo(&self, step: u32, change: &Change, receipt: &Receipt) -> Result<(), Fault> {
        let began = Instant::now();
        let mut attempt = 1;
        let outputs = self.outputs();
        loop {
            self.pace_any(step, change).await;
            let call = timeout(
                self.ctx.retry.call_limit,
                self.connector.undo(receipt, &outputs),
            );
            let fault = match call
                .await
                .unwrap_or_else(|_| Err(self.unanswered("taking it back")))
            {
                Ok(()) => return Ok(()),
                Err(fault) if fault.code == Code::AwsGone => return Ok(()),
                Err(fault) => fault,
            };
            let Some(pause) =
                self.ctx
                    .retry
                    .after(&fault, attempt, began.elapsed(), &self.seed(step))
            else {
                return Err(fault);
            };
            if fault.code == Code::AwsThrottled {
                self.ctx.pacer.throttled(
                    &self.lane,
                    change.calls.get(..1).unwrap_or_default(),
                    pause.duration,
                );
            }
            self.pause(step, pause.reason, pause.duration).await;
            attempt += 1;
        }
    }
}
