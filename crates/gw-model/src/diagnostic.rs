//! What is wrong or noteworthy in a document or plan, with its place.
//!
//! It refuses to fail anything by itself: who asked decides which severities stop him.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something will behave otherwise than the document says.
    Warning,
    /// What was asked cannot be done until this is mended.
    Error,
}

/// A place in a document.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
pub struct Place {
    /// JSON pointer (RFC 6901), `""` for the root.
    pub pointer: String,
    /// First line, counted from 1; 0 when the place has no text.
    pub line: u32,
    /// First column in characters, counted from 1; 0 when the place has no text.
    pub column: u32,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnostic {
    /// Rule id: `GW012` for AWS rules, `oas-…` for general ones.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What, in one sentence.
    pub message: String,
    /// Why it matters and to whom; empty when the message says it.
    pub why: String,
    /// What to do; empty when nothing can be done.
    pub fix: String,
    /// Whether the fix can be made for the user: an edit of the document that mends just this.
    #[serde(default)]
    pub fixable: bool,
}
