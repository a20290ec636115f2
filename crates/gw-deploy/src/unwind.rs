//! Taking a publication back, last step first.
//!
//! It refuses to stop at the first failure: each effect that can be taken back is, and what is left is named.

use gw_connector::Receipt;
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
            let Some(receipt) = standing.receipt.clone() else {
                continue;
            };
            self.tell(RunEvent::Undoing { step });
            match self.undo(step, &receipt).await {
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
    async fn undo(&self, step: u32, receipt: &Receipt) -> Result<(), Fault> {
        let began = Instant::now();
        let mut attempt = 1;
        let (outputs, calls) = (self.outputs(), self.connector.undo_calls(receipt));
        loop {
            let reserved = self.reserve(step, &calls).await;
            let call = timeout(
                self.ctx.retry.call_limit,
                self.connector.undo(receipt, &outputs),
            );
            let outcome = call.await;
            drop(reserved);
            let fault = match outcome.unwrap_or_else(|_| Err(self.unanswered("taking it back"))) {
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
            self.pause(step, pause.reason, pause.duration).await;
            attempt += 1;
        }
    }
}
