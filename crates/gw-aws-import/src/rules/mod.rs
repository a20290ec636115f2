//! Every rule of what AWS API Gateway accepts, in words: what it is called, why AWS minds, what AWS says, what to do.
//!
//! Rule ids `GW…` follow the project's table of AWS import rules; `aws-…` are this crate's own. It refuses to assert what
//! is not known of AWS: a rule whose evidence is unverified says "may".

mod diagnose;
mod document;
mod operations;
mod schemas;
mod security;

use gw_model::Severity;

pub use diagnose::{MOST_OF_A_KIND, diagnose, findings};
pub(crate) use diagnose::{capped, diagnostic, nearest};

/// What is known of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// `GW012`, `aws-stage-name`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// How much a finding of `lint` matters; of the compiler's notes only what was changed asks for it.
    pub severity: Severity,
    /// Who finds it.
    pub teller: Teller,
    /// What the rule rests on; the first is the strongest.
    pub evidence: &'static [Evidence],
    /// Why it matters and to whom, without AWS's words.
    pub why: &'static str,
    /// AWS's own words for it, `…` where names stand; none when they are not known.
    pub said: &'static [&'static str],
    /// What to do; empty when nothing need be done.
    pub fix: &'static str,
}

/// Who finds what a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teller {
    /// The compiler: it writes something otherwise, leaves it out, or cannot go on.
    Compiler,
    /// `lint`, from document, plan and gateway.
    Lint,
    /// The connector, when AWS answers.
    Connector,
    /// Nobody: AWS takes it, and the rule is kept so that a message or a table that names it can be explained.
    Nobody,
}

/// What a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// AWS's documentation.
    Documented,
    /// Source code, or an answer recorded from AWS.
    Recorded,
    /// Users tell of it.
    Reported,
    /// It follows from what is known.
    Deduced,
    /// Nobody has shown it.
    Unverified,
    /// It is Gatewright's own way of doing things.
    Ours,
}

impl Evidence {
    /// A word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented by AWS",
            Self::Recorded => "recorded from AWS",
            Self::Reported => "reported by users",
            Self::Deduced => "deduced",
            Self::Unverified => "unverified",
            Self::Ours => "Gatewright's own",
        }
    }
}

impl RuleText {
    /// Why it matters, with AWS's own words where they are known.
    pub fn reason(&self) -> String {
        match self.said.first() {
            None => self.why.to_owned(),
            Some(said) if self.why.is_empty() => format!("AWS answers \"{said}\"."),
            Some(said) => format!("{} AWS answers \"{said}\".", self.why),
        }
    }

    /// Whether parts of what it rests on are not shown.
    pub fn is_unverified(&self) -> bool {
        self.evidence.contains(&Evidence::Unverified)
    }
}

/// The rule of an id.
pub fn rule(id: &str) -> Option<&'static RuleText> {
    all().find(|rule| rule.id == id)
}

/// Every rule, `GW…` first, in the order of their ids.
pub fn all() -> impl Iterator<Item = &'static RuleText> {
    [
        document::TEXTS,
        operations::TEXTS,
        schemas::TEXTS,
        security::TEXTS,
    ]
    .into_iter()
    .flatten()
}

/// Writes rules down without their field names.
macro_rules! texts {
    ($($id:literal $severity:ident $teller:ident [$($evidence:ident),+] $title:literal
        why $why:literal
        said [$($said:literal),*]
        fix $fix:literal;)+) => {
        pub(super) const TEXTS: &[super::RuleText] = &[$(super::RuleText {
            id: $id,
            title: $title,
            severity: gw_model::Severity::$severity,
            teller: super::Teller::$teller,
            evidence: &[$(super::Evidence::$evidence),+],
            why: $why,
            said: &[$($said),*],
            fix: $fix,
        }),+];
    };
}
use texts;

#[cfg(test)]
mod tests;
