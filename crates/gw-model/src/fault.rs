//! What went wrong, in a form a person and a program can both act on.
//!
//! It refuses to hold free-form errors: every fault has a wire-stable [`Code`].

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::code::Code;

/// What is known of the remote or stored effect of the failed act. Never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing was changed.
    None,
    /// It may or may not have happened.
    Unknown,
}

/// Whether trying the same thing again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// The same call will fail the same way until something is changed.
    Never,
    /// The same call may succeed at once or soon.
    Soon,
    /// The same call will succeed after what `advice` says.
    AfterFix,
}

/// A failure at a crate's public edge.
#[derive(Debug, Serialize, Deserialize, TS)]
pub struct Fault {
    /// Wire-stable, one row each in the page's table.
    pub code: Code,
    /// What is known of the effect.
    pub effect: Effect,
    /// Whether to try again.
    pub retry: Retry,
    /// What failed and where, in one sentence.
    pub summary: String,
    /// What to do now.
    pub advice: String,
    /// Names and values that help: `file`, `line`, `region`, `request-id`. Never a secret.
    #[ts(type = "Record<string, string>")]
    pub facts: BTreeMap<String, String>,
    /// The cause, for logs in memory; not sent.
    #[serde(skip)]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault with no effect that retrying will not mend before a fix.
    pub fn new(code: Code, summary: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            effect: Effect::None,
            retry: Retry::AfterFix,
            summary: summary.into(),
            advice: advice.into(),
            facts: BTreeMap::new(),
            source: None,
        }
    }

    /// Sets what is known of the effect.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Sets whether trying again can help.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Adds one fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<String>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

/// Journals and events copy faults; the cause stays with the first.
impl Clone for Fault {
    fn clone(&self) -> Self {
        Self {
            code: self.code,
            effect: self.effect,
            retry: self.retry,
            summary: self.summary.clone(),
            advice: self.advice.clone(),
            facts: self.facts.clone(),
            source: None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.summary, self.code)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
