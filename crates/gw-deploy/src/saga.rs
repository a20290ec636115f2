//! One run under way: its journal, its events, and what it has learnt.
//!
//! It refuses to change anything remote that the journal does not know of.

use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{Connector, Outputs};
use gw_model::{Code, Effect, Fault, Retry};
use tokio_util::sync::CancellationToken;

use crate::event::RunEvent;
use crate::fold::{RunState, StepStatus};
use crate::journal::{Entry, Outcome, RunGoal, RunHeader};
use crate::pacer::Lane;
use crate::run::{Context, RunEnd};

pub(crate) struct Saga<'a> {
    pub(crate) ctx: &'a Context,
    pub(crate) connector: &'a dyn Connector,
    pub(crate) header: RunHeader,
    pub(crate) lane: Lane,
    pub(crate) cancel: CancellationToken,
    /// Folded from what was written, so what the run believes is what a restart would believe.
    pub(crate) state: RunState,
}

impl<'a> Saga<'a> {
    pub(crate) fn new(
        ctx: &'a Context,
        connector: &'a dyn Connector,
        header: RunHeader,
        lane: Lane,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            ctx,
            connector,
            header,
            lane,
            cancel,
            state: RunState::default(),
        }
    }

    pub(crate) fn publishing(&self) -> bool {
        self.header.goal() != RunGoal::Withdraw
    }

    /// What was observed before the run and learnt in it.
    pub(crate) fn outputs(&self) -> Outputs {
        let mut outputs = self.header.found.clone();
        outputs.extend(self.state.outputs.clone());
        outputs
    }

    pub(crate) fn tell(&self, event: RunEvent) {
        self.ctx.events.tell(&self.header.deployment, event);
    }

    /// Appends an entry and believes it. Fails when the journal does; nothing remote may follow then.
    pub(crate) fn write(&mut self, entry: Entry) -> Result<(), Fault> {
        let record =
            self.ctx
                .journal
                .append(&self.header.deployment, self.ctx.clock.now(), &entry)?;
        self.state.take(&record);
        Ok(())
    }

    /// All steps happened.
    pub(crate) fn succeed(self) -> Result<RunEnd, Fault> {
        if !self.publishing() {
            return self.finish(Outcome::Withdrawn, None, None);
        }
        let url = self.outputs().get(OUTPUT_INVOKE_URL).cloned();
        self.finish(Outcome::Live, None, url)
    }

    /// Takes a publication back and says `outcome`, or `Stuck` when something is left. A withdrawal cannot be taken
    /// back: it is stuck as soon as a step of it happened, and carried on by [`crate::recover`].
    pub(crate) async fn give_up(
        &mut self,
        outcome: Outcome,
        fault: Option<Fault>,
    ) -> Result<RunEnd, Fault> {
        if self.publishing() {
            self.unwind().await?;
        }
        if self.state.standing().is_empty() {
            return self.end(outcome, fault, None);
        }
        let cause = fault.unwrap_or_else(|| self.undo_fault());
        let stuck = self.stuck(&cause);
        self.end(Outcome::Stuck, Some(stuck), None)
    }

    pub(crate) fn finish(
        mut self,
        outcome: Outcome,
        fault: Option<Fault>,
        url: Option<String>,
    ) -> Result<RunEnd, Fault> {
        self.end(outcome, fault, url)
    }

    /// The fault of a run that leaves something behind: names each remote object.
    pub(crate) fn stuck(&self, cause: &Fault) -> Fault {
        let mut fault = Fault::new(
            Code::DeployStuck,
            format!(
                "The run ended half-way and something of it is left on the gateway: {}",
                cause.summary
            ),
            format!(
                "{}. Then retry the run's clean-up, or remove the objects named here by hand",
                cause.advice
            ),
        )
        .effect(Effect::Unknown)
        .retry(Retry::AfterFix)
        .fact("cause", cause.code.as_str());
        for (name, value) in &cause.facts {
            fault = fault.fact(name, value.clone());
        }
        for step in &self.state.steps {
            let what = match step.status {
                StepStatus::Done if self.publishing() => "left",
                StepStatus::UndoFailed => "left",
                StepStatus::InDoubt => "unknown",
                StepStatus::Pending | StepStatus::Failed if !self.publishing() => "not-removed",
                _ => continue,
            };
            let objects = step
                .receipt
                .as_ref()
                .map(|receipt| list(&receipt.outputs))
                .unwrap_or_default();
            let value = format!("{}{objects}", step.change.sentence);
            fault = fault.fact(&format!("{what}.{}", step.step + 1), value);
        }
        fault
    }

    fn undo_fault(&self) -> Fault {
        let last = self
            .state
            .steps
            .iter()
            .find(|step| step.status == StepStatus::UndoFailed);
        last.and_then(|step| step.fault.clone()).unwrap_or_else(|| {
            Fault::new(
                Code::DeployInterrupted,
                "The run was stopped before its end",
                "Retry the clean-up of the run",
            )
        })
    }

    fn end(
        &mut self,
        outcome: Outcome,
        fault: Option<Fault>,
        invoke_url: Option<String>,
    ) -> Result<RunEnd, Fault> {
        self.write(Entry::Finished {
            outcome,
            fault: fault.clone(),
            invoke_url: invoke_url.clone(),
        })?;
        self.tell(RunEvent::Finished {
            outcome,
            fault: fault.clone(),
            invoke_url: invoke_url.clone(),
        });
        Ok(RunEnd {
            deployment: self.header.deployment.clone(),
            outcome,
            fault,
            invoke_url,
            outputs: self.outputs(),
        })
    }
}

fn list(outputs: &Outputs) -> String {
    if outputs.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = outputs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(" ({})", pairs.join(", "))
}
