//! Who asks for a turn, and how urgent it is.
//!
//! It refuses a clock: who waits longer is not more urgent.

use std::sync::Arc;

use gw_model::DeploymentId;

/// How urgent a call is: where quotas are short, the smaller goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A person looks at the screen and waits for the answer.
    Interactive,
    /// A run that someone started.
    Background,
    /// What nobody waits for: looking through whole accounts, cleaning up.
    Bulk,
}

/// Who asks for turns. Those of equal urgency take turns: whoever was served longest ago goes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The run, or whatever else asks; equal names share one place in the round.
    pub run: Arc<str>,
    /// How urgent it is.
    pub priority: Priority,
}

impl Ticket {
    /// For what a person waits for.
    pub fn interactive(who: impl Into<Arc<str>>) -> Self {
        Self {
            run: who.into(),
            priority: Priority::Interactive,
        }
    }

    /// For a run.
    pub fn run(deployment: &DeploymentId) -> Self {
        Self {
            run: deployment.as_str().into(),
            priority: Priority::Background,
        }
    }

    /// For what nobody waits for.
    pub fn bulk(who: impl Into<Arc<str>>) -> Self {
        Self {
            run: who.into(),
            priority: Priority::Bulk,
        }
    }
}
