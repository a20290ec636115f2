//! What AWS's messages mean, which rule they are about, and what to do.
//!
//! It refuses to guess: a message that is not known has no explanation.

mod locate;
mod table;

pub use locate::{Origins, locate};

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

/// The messages in what AWS answered: an import that failed lists several, one a line.
pub fn messages(answer: &str) -> Vec<&str> {
    let lines = answer.lines().map(str::trim).filter(|line| {
        !line.is_empty()
            && !line.starts_with("Errors found during import")
            && !line.starts_with("Additionally, these warnings were found")
    });
    let found: Vec<&str> = lines.collect();
    if found.is_empty() {
        vec![answer.trim()]
    } else {
        found
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
