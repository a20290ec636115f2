//! What a run tells while it runs, for the timeline.
//!
//! It refuses to be the record: the journal is. Events may be dropped, entries may not.

use gw_model::{DeploymentId, Fault, UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::journal::Outcome;

/// One moment of a run.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RunEvent {
    /// The run began.
    Started {
        /// One sentence per step, in order.
        steps: Vec<String>,
        /// How long it takes by the quotas alone, in milliseconds.
        #[ts(type = "number")]
        eta_ms: u64,
    },
    /// A step is tried.
    StepStarted {
        /// Counted from 0.
        step: u32,
        /// Counted from 1.
        attempt: u32,
    },
    /// A step waits.
    Waiting {
        /// Counted from 0.
        step: u32,
        /// Why, in one sentence: `AWS allows one deployment per 5 s here`.
        reason: String,
        /// Until when.
        until: UnixMillis,
    },
    /// A step happened.
    StepDone {
        /// Counted from 0.
        step: u32,
        /// The vendor's request id.
        request_id: Option<String>,
        /// How long it took, in milliseconds.
        #[ts(type = "number")]
        elapsed_ms: u64,
    },
    /// A step failed.
    StepFailed {
        /// Counted from 0.
        step: u32,
        /// Why.
        fault: Fault,
        /// Whether it is tried again.
        retrying: bool,
    },
    /// Whether a step happened is being found out.
    Probing {
        /// Counted from 0.
        step: u32,
    },
    /// A step's effect is being taken back.
    Undoing {
        /// Counted from 0.
        step: u32,
    },
    /// A step's effect was taken back.
    Undone {
        /// Counted from 0.
        step: u32,
    },
    /// Taking a step's effect back failed.
    UndoFailed {
        /// Counted from 0.
        step: u32,
        /// Why.
        fault: Fault,
    },
    /// The run is over.
    Finished {
        /// How.
        outcome: Outcome,
        /// Why it failed.
        fault: Option<Fault>,
        /// Where callers reach the API.
        invoke_url: Option<String>,
    },
}

/// Takes events as they come; must not block.
pub trait RunSink: Send + Sync {
    /// One event of one run.
    fn tell(&self, deployment: &DeploymentId, event: RunEvent);
}

/// Hears nothing: for callers that only want the outcome.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unheard;

impl RunSink for Unheard {
    fn tell(&self, _deployment: &DeploymentId, _event: RunEvent) {}
}
