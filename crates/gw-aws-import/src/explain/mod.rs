//! What AWS's messages mean, which rule they are about, and what to do.
//!
//! It refuses to guess: a message that is not known has no explanation.

mod locate;
mod table;

pub use locate::{Origins, locate};

use gw_model::{Diagnostic, Place, Severity};

use crate::rules;
use table::TABLE;

/// What a message of AWS means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// In one sentence.
    pub sentence: &'static str,
    /// Ids of the rules it is about, the likeliest first; none when it is about no document.
    pub rules: &'static [&'static str],
    /// What to do.
    pub advice: &'static str,
}

/// Explains a message of AWS; `None` when it is not known. The message may be part of a longer text.
pub fn explain(message: &str) -> Option<Explanation> {
    let lower = message.to_ascii_lowercase();
    let row = TABLE.iter().find(|row| matches(row.message, &lower))?;
    let of_rule = || rules::rule(row.rules.first()?).map(|rule| rule.fix);
    let advice = if row.advice.is_empty() {
        of_rule().unwrap_or_default()
    } else {
        row.advice
    };
    Some(Explanation {
        sentence: row.sentence,
        rules: row.rules,
        advice,
    })
}

/// One message of an answer of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// In AWS's words.
    pub text: &'a str,
    /// Whether the import went on in spite of it.
    pub warning: bool,
}

/// Begins the lines an import is refused for.
const ERRORS: &str = "Errors found during import";
/// Begins the lines it would have taken.
const WARNINGS: &str = "Additionally, these warnings were found";

/// The messages in what AWS answered: an import that failed lists several, one a line, errors before warnings.
pub fn messages(answer: &str) -> Vec<Message<'_>> {
    let mut warning = false;
    let mut found = Vec::new();
    for line in answer.lines().map(str::trim) {
        if line.starts_with(WARNINGS) {
            warning = true;
        } else if !line.is_empty() && !line.starts_with(ERRORS) {
            found.push(Message {
                text: line,
                warning,
            });
        }
    }
    if found.is_empty() {
        let text = answer.trim();
        found.push(Message { text, warning });
    }
    found
}

/// Whether an answer of AWS lists what an import was refused for.
pub fn lists_errors(answer: &str) -> bool {
    answer.trim_start().starts_with(ERRORS)
}

/// A message as a finding, under the rule it is about. Its place is found by who has the document.
pub fn finding(message: Message<'_>) -> Diagnostic {
    let known = explain(message.text);
    let rule = known.and_then(|known| known.rules.first().copied());
    let (severity, unknown) = if message.warning {
        (Severity::Warning, "aws-import-warning")
    } else {
        (Severity::Error, "aws-import-error")
    };
    Diagnostic {
        rule: rule.unwrap_or(unknown).to_owned(),
        severity,
        place: Place::default(),
        message: message.text.to_owned(),
        why: known.map_or("", |known| known.sentence).to_owned(),
        fix: known.map_or("", |known| known.advice).to_owned(),
        fixable: false,
    }
}

/// Whether a message has all parts of a pattern, in their order.
fn matches(pattern: &str, message: &str) -> bool {
    let mut rest = message;
    pattern.split('…').all(|part| match rest.find(part) {
        Some(at) => {
            rest = rest.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests;
