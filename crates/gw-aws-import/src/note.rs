//! What the compiler did to a document, place by place.
//!
//! It refuses to be silent: whatever is written otherwise than the document says, or is left out, is a note.

use serde::Serialize;
use ts_rs::TS;

/// How true AWS is to the document in one respect. Ordered: later is worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Fidelity {
    /// Callers notice nothing; at most documentation is left out or a name is written otherwise.
    #[default]
    Exact,
    /// It is served, and something of it is otherwise than the document says.
    Changed,
    /// Something the document promises does not happen on AWS, like a constraint nobody checks.
    Lost,
    /// It cannot be imported; nothing is deployed.
    Refused,
}

/// What a note is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The API as a whole.
    Api,
    /// A route of the plan, by its index.
    Route(usize),
    /// A shared schema, by its JSON pointer in the document; routes whose bodies refer to it share the note.
    Schema(String),
}

/// One thing the compiler did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Rule of the table of AWS import rules, as `GW012`.
    pub rule: &'static str,
    /// How much of the document is still true.
    pub fidelity: Fidelity,
    /// About what.
    pub subject: Subject,
    /// JSON pointer in the document.
    pub source: String,
    /// JSON pointer in the document AWS imports; empty when nothing is left of it.
    pub result: String,
    /// What was done, in one sentence that names it.
    pub message: String,
}
