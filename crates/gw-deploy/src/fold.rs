//! A run's state, folded from its journal.
//!
//! It refuses to guess: a step with an intent and nothing after it is in doubt, whatever came later in the world.

use gw_connector::{Change, Outputs, Receipt, StepEffect};
use gw_model::{Effect, Fault, UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::journal::{Entry, Outcome, Record};

/// A run as its journal tells it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct RunState {
    /// Its steps in order.
    pub steps: Vec<StepState>,
    /// What was observed before the run is not in here; what the steps learnt is.
    #[ts(type = "Record<string, string>")]
    pub outputs: Outputs,
    /// How it ended; `None` while it runs or when it was interrupted.
    pub outcome: Option<Outcome>,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// Where callers reach the API.
    pub invoke_url: Option<String>,
    /// Whether the steps were written down: nothing remote happens before.
    pub planned: bool,
}

/// One step as the journal tells it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StepState {
    /// Counted from 0.
    pub step: u32,
    /// What it does; the payload is empty.
    pub change: Change,
    /// How far it came.
    pub status: StepStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// Proof, once it happened.
    pub receipt: Option<Receipt>,
    /// The last fault of the step or of its undo.
    pub fault: Option<Fault>,
    /// When it was first tried.
    pub started_at: Option<UnixMillis>,
    /// When its last entry was written.
    pub changed_at: Option<UnixMillis>,
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// Not tried yet.
    Pending,
    /// Tried, and nothing certain is known of its effect: under way, or in doubt after an interruption.
    InDoubt,
    /// It happened.
    Done,
    /// It did not happen.
    Failed,
    /// It happened and was taken back.
    Undone,
    /// It happened, and taking it back failed.
    UndoFailed,
}

/// The state after these entries. Entries of unknown steps add a step, so that no entry is lost.
pub fn fold(records: &[Record]) -> RunState {
    let mut state = RunState::default();
    for record in records {
        state.take(record);
    }
    state
}

impl RunState {
    /// Steps whose effect is there, as far as known, last first. Looking has no effect.
    pub(crate) fn standing(&self) -> Vec<u32> {
        let there = |step: &&StepState| {
            step.change.effect != StepEffect::Read
                && matches!(step.status, StepStatus::Done | StepStatus::UndoFailed)
        };
        self.steps
            .iter()
            .rev()
            .filter(there)
            .map(|step| step.step)
            .collect()
    }

    /// Takes one more record in.
    pub(crate) fn take(&mut self, record: &Record) {
        match &record.entry {
            Entry::Planned { first, changes } => {
                self.planned = true;
                self.steps.retain(|step| step.step < *first);
                for (step, change) in (*first..).zip(changes) {
                    self.steps.push(StepState::pending(step, change.clone()));
                }
            }
            Entry::Intended {
                step,
                change,
                attempt,
            } => {
                let known = self.steps.iter().position(|known| known.step == *step);
                let index = known.unwrap_or_else(|| {
                    self.steps.push(StepState::pending(*step, change.clone()));
                    self.steps.len() - 1
                });
                let state = &mut self.steps[index];
                state.status = StepStatus::InDoubt;
                state.attempts = *attempt;
                state.started_at.get_or_insert(record.at);
                state.changed_at = Some(record.at);
            }
            Entry::Done { step, receipt } => {
                self.outputs.extend(receipt.outputs.clone());
                self.set(*step, record.at, StepStatus::Done, None);
                if let Some(state) = self.steps.iter_mut().find(|known| known.step == *step) {
                    state.receipt = Some(receipt.clone());
                }
            }
            Entry::Failed { step, fault } => {
                let status = match fault.effect {
                    Effect::None => StepStatus::Failed,
                    Effect::Unknown => StepStatus::InDoubt,
                };
                self.set(*step, record.at, status, Some(fault));
            }
            Entry::Undone { step } => self.set(*step, record.at, StepStatus::Undone, None),
            Entry::UndoFailed { step, fault } => {
                self.set(*step, record.at, StepStatus::UndoFailed, Some(fault));
            }
            Entry::Resumed => {
                self.outcome = None;
                self.fault = None;
                self.invoke_url = None;
            }
            Entry::Finished {
                outcome,
                fault,
                invoke_url,
            } => {
                self.outcome = Some(*outcome);
                self.fault.clone_from(fault);
                self.invoke_url.clone_from(invoke_url);
            }
        }
    }

    fn set(&mut self, step: u32, at: UnixMillis, status: StepStatus, fault: Option<&Fault>) {
        if let Some(state) = self.steps.iter_mut().find(|known| known.step == step) {
            state.status = status;
            state.changed_at = Some(at);
            if fault.is_some() {
                state.fault = fault.cloned();
            }
        }
    }
}

impl StepState {
    fn pending(step: u32, change: Change) -> Self {
        Self {
            step,
            change,
            status: StepStatus::Pending,
            attempts: 0,
            receipt: None,
            fault: None,
            started_at: None,
            changed_at: None,
        }
    }
}
