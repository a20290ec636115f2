//! Fixing many findings: round after round, until none is left that can be fixed.
//!
//! It refuses to go on without getting anywhere: a finding whose fix was made twice and that is still there is left, with
//! the reason.

use std::collections::HashMap;

use gw_model::{Diagnostic, Severity};

use crate::document::Document;
use crate::edit::{self, Edit, EditError};

/// Most rounds. Rules list a hundred findings each, so a document may need many.
const MAX_ROUNDS: usize = 120;
/// How often one finding's fix is made.
const MAX_ATTEMPTS: u8 = 2;

/// What fixing came to.
#[derive(Debug)]
pub struct Fixed {
    /// The text with the fixes.
    pub text: String,
    /// How many findings were fixed.
    pub fixed: usize,
    /// Those that were to be fixed and are still there.
    pub left: Vec<Left>,
    /// Everything that is found in the new text.
    pub findings: Vec<Diagnostic>,
}

/// A finding that was not fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub finding: Diagnostic,
    /// Why not, in one sentence without its end.
    pub reason: String,
}

/// Fixes what general rules found: every error and warning that can be fixed, or the findings of some rules, matters of
/// taste too.
pub fn fix_all(document: &Document, findings: &[Diagnostic], rules: Option<&[&str]>) -> Fixed {
    let wanted = |finding: &Diagnostic| match rules {
        Some(rules) => rules.contains(&finding.rule.as_str()),
        None => finding.severity > Severity::Info && super::is_fixable(&finding.rule),
    };
    repeat(
        document,
        findings.to_vec(),
        wanted,
        |document, findings| super::fixes(document, findings.iter().copied()),
        |text| {
            let (document, mut findings) = Document::parse_as(text, document.format());
            findings.extend(crate::lint(&document));
            (document, findings)
        },
        MAX_ROUNDS,
    )
}

/// Fixes findings of any origin. Two fixes that contradict each other are made one after the other, if the second is still
/// needed then. After each round `lint` reads the text and finds anew; the first findings are given.
pub fn repeat(
    document: &Document,
    findings: Vec<Diagnostic>,
    wanted: impl Fn(&Diagnostic) -> bool,
    fixes: impl Fn(&Document, &[&Diagnostic]) -> Vec<Option<Vec<Edit>>>,
    mut lint: impl FnMut(&str) -> (Document, Vec<Diagnostic>),
    rounds: usize,
) -> Fixed {
    let mut findings = findings;
    let mut read: Option<Document> = None;
    let mut fixed = 0;
    let mut attempts: HashMap<(String, String, String), u8> = HashMap::new();
    let mut left = Vec::new();
    for round in 0..=rounds.min(MAX_ROUNDS) {
        let current = read.as_ref().unwrap_or(document);
        let chosen: Vec<&Diagnostic> = findings.iter().filter(|found| wanted(found)).collect();
        let edits = fixes(current, &chosen);
        let last = round == rounds.min(MAX_ROUNDS);
        let outcome = if last {
            Round::none(&chosen, &edits, round)
        } else {
            Round::make(current, &chosen, &edits, &attempts)
        };
        if outcome.made.is_empty() {
            left = outcome.left;
            break;
        }
        for finding in &outcome.made {
            let key = (
                finding.rule.clone(),
                finding.place.pointer.clone(),
                finding.message.clone(),
            );
            *attempts.entry(key).or_default() += 1;
        }
        fixed += outcome.made.len();
        let (document, found) = lint(&outcome.text);
        read = Some(document);
        findings = found;
    }
    let text = read.as_ref().unwrap_or(document).text().to_owned();
    Fixed {
        text,
        fixed,
        left,
        findings,
    }
}

/// One round.
struct Round<'f> {
    text: String,
    made: Vec<&'f Diagnostic>,
    left: Vec<Left>,
}

impl<'f> Round<'f> {
    fn make(
        document: &Document,
        chosen: &[&'f Diagnostic],
        edits: &[Option<Vec<Edit>>],
        attempts: &HashMap<(String, String, String), u8>,
    ) -> Self {
        // Findings with one cause have one fix.
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<&[Edit]> = Vec::new();
        let mut group_of: Vec<Result<usize, String>> = Vec::with_capacity(chosen.len());
        for (finding, edits) in chosen.iter().zip(edits) {
            let key = (
                finding.rule.clone(),
                finding.place.pointer.clone(),
                finding.message.clone(),
            );
            let tried = attempts.get(&key).copied().unwrap_or_default();
            group_of.push(match edits {
                None => Err(no_fix(finding)),
                Some(_) if tried >= MAX_ATTEMPTS => {
                    Err("its fix was made and did not mend it".to_owned())
                }
                Some(edits) => Ok(*known.entry(format!("{edits:?}")).or_insert_with(|| {
                    groups.push(edits);
                    groups.len() - 1
                })),
            });
        }
        let (text, errors) = match edit::apply_each(document, &groups) {
            Ok(outcome) => outcome,
            Err(error) => (document.text().to_owned(), vec![Some(error); groups.len()]),
        };
        let (mut made, mut left) = (Vec::new(), Vec::new());
        for (finding, group) in chosen.iter().zip(group_of) {
            let reason = group.map(|group| errors.get(group).cloned().flatten());
            match reason {
                Ok(None) => made.push(*finding),
                Ok(Some(error)) => left.push(Left {
                    finding: (*finding).clone(),
                    reason: why(&error),
                }),
                Err(reason) => left.push(Left {
                    finding: (*finding).clone(),
                    reason,
                }),
            }
        }
        Self { text, made, left }
    }

    /// The round that is not made any more.
    fn none(chosen: &[&'f Diagnostic], edits: &[Option<Vec<Edit>>], rounds: usize) -> Self {
        let reason = |(finding, edits): (&&Diagnostic, &Option<Vec<Edit>>)| Left {
            finding: (*finding).clone(),
            reason: match edits {
                None => no_fix(finding),
                Some(_) if rounds == 1 => "it was found again after its fix".to_owned(),
                Some(_) => format!("{rounds} rounds of fixes were made; fix again for the rest"),
            },
        };
        Self {
            text: String::new(),
            made: Vec::new(),
            left: chosen.iter().zip(edits).map(reason).collect(),
        }
    }
}

fn no_fix(finding: &Diagnostic) -> String {
    let hint = finding.fix.trim_end_matches('.');
    if hint.is_empty() {
        "there is no one way to mend it".to_owned()
    } else {
        format!("there is no one way to mend it: {hint}")
    }
}

fn why(error: &EditError) -> String {
    error.to_string()
}
