//! Makes diagnostics.
//!
//! It refuses to decide what is wrong: the readers and rules do.

use gw_model::{Diagnostic, Place, Severity};

/// Findings of one kind beyond this many say nothing new.
pub(crate) const MOST_OF_A_KIND: usize = 100;

pub(crate) fn new(
    rule: &str,
    severity: Severity,
    place: Place,
    message: String,
    why: &str,
    fix: &str,
) -> Diagnostic {
    Diagnostic {
        rule: rule.to_owned(),
        severity,
        place,
        message,
        why: why.to_owned(),
        fix: fix.to_owned(),
        fixable: false,
    }
}

/// Text of the document as it fits into a sentence: one line of at most 80 characters.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(80)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}
