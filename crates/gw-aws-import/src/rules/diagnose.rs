//! Notes of the compiler as diagnostics, and the one list of everything found.
//!
//! It refuses to judge anew: how much a note matters follows from its fidelity and its rule.

use std::collections::{BTreeSet, HashMap};

use gw_model::{AwsTarget, Diagnostic, Place, Severity};
use gw_openapi::Document;
use gw_plan::Plan;

use super::rule;
use crate::fix::Fixes;
use crate::lint;
use crate::note::{Fidelity, Note};

/// Findings of one kind beyond this many say nothing new.
pub const MOST_OF_A_KIND: usize = 100;

/// Rules of which the compiler and `lint` tell different things: what is not declared, and what happens to it.
const APART: &[&str] = &["GW022", "GW034"];

/// The compiler's notes as diagnostics, with their places when the document is at hand: at the nearest ancestor when
/// nothing is at a note's source. At most [`MOST_OF_A_KIND`] of a kind, and one that says how many more.
pub fn diagnose(notes: &[Note], document: Option<&Document>) -> Vec<Diagnostic> {
    let fixes = document.map(Fixes::of);
    let mut kept: HashMap<(&str, Severity), usize> = HashMap::new();
    let mut found: Vec<Diagnostic> = Vec::new();
    for note in notes {
        let severity = severity(note);
        let count = kept.entry((note.rule, severity)).or_default();
        *count += 1;
        if *count > MOST_OF_A_KIND {
            continue;
        }
        let place = place(&note.source, document);
        let mut made = diagnostic(note.rule, severity, place, note.message.clone());
        made.fixable = fixes.as_ref().is_some_and(|fixes| fixes.applies(&made));
        found.push(made);
    }
    let mut cut: Vec<_> = kept
        .into_iter()
        .filter(|(_, count)| *count > MOST_OF_A_KIND)
        .collect();
    cut.sort_unstable();
    for ((rule, severity), count) in cut {
        found.push(more(rule, severity, count - MOST_OF_A_KIND));
    }
    found
}

/// Everything that is found of an API on AWS: what compiling told, and what `lint` adds. Where both tell of a rule, the
/// compiler's word stands, unless the other stops a deployment.
pub fn findings(
    notes: &[Note],
    document: &Document,
    plan: &Plan,
    target: &AwsTarget,
) -> Vec<Diagnostic> {
    let told: BTreeSet<&str> = notes.iter().map(|note| note.rule).collect();
    let mut found = diagnose(notes, Some(document));
    let refused: Vec<&Note> = notes
        .iter()
        .filter(|note| note.fidelity == Fidelity::Refused)
        .collect();
    let mut further = lint::beside_compiler(document, plan, target);
    further.retain(|finding| {
        let rule = finding.rule.as_str();
        // One error for one place.
        let told_there = refused
            .iter()
            .any(|note| note.rule == rule && finding.place.pointer.starts_with(&note.source));
        if told_there {
            return false;
        }
        finding.severity == Severity::Error || APART.contains(&rule) || !told.contains(rule)
    });
    found.extend(further);
    found
}

/// A finding with the words of its rule.
pub(crate) fn diagnostic(
    id: &str,
    severity: Severity,
    place: Place,
    message: String,
) -> Diagnostic {
    let text = rule(id);
    Diagnostic {
        rule: id.to_owned(),
        severity,
        place,
        message,
        why: text.map(super::RuleText::reason).unwrap_or_default(),
        fix: text.map_or("", |text| text.fix).to_owned(),
        fixable: false,
    }
}

/// The findings of one kind, with one at their end for those that were not kept.
pub(crate) fn capped(
    id: &str,
    severity: Severity,
    mut kept: Vec<Diagnostic>,
    left_out: usize,
) -> Vec<Diagnostic> {
    if left_out > 0 {
        kept.push(more(id, severity, left_out));
    }
    kept
}

fn more(id: &str, severity: Severity, count: usize) -> Diagnostic {
    let title = rule(id).map_or(id, |text| text.title);
    let message = format!("{title}: {count} more places are not listed");
    diagnostic(id, severity, Place::default(), message)
}

fn severity(note: &Note) -> Severity {
    match note.fidelity {
        Fidelity::Refused => Severity::Error,
        Fidelity::Lost => Severity::Warning,
        Fidelity::Changed => rule(note.rule)
            .map_or(Severity::Warning, |text| text.severity)
            .min(Severity::Warning),
        Fidelity::Exact => Severity::Info,
    }
}

fn place(pointer: &str, document: Option<&Document>) -> Place {
    let Some(document) = document else {
        return Place {
            pointer: pointer.to_owned(),
            ..Place::default()
        };
    };
    nearest(document, pointer).unwrap_or_default()
}

/// Where a pointer leads, or the nearest place above it that is there.
pub(crate) fn nearest(document: &Document, pointer: &str) -> Option<Place> {
    let mut at = pointer;
    loop {
        if let Some(place) = document.place(at) {
            return Some(place);
        }
        (at, _) = at.rsplit_once('/')?;
    }
}
