//! Edits of a document that mend what was found for AWS.
//!
//! It refuses fixes that could change what callers get or that ask for a choice: those stay advice.

mod integrations;
mod paths;
mod schemas;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

use gw_model::Diagnostic;
use gw_openapi::Document;
use gw_openapi::edit::Edit;

use schemas::References;

/// Rules with a fix that can be made; whether it can at a finding depends on what stands there.
const FIXABLE: &[&str] = &[
    "GW011", "GW012", "GW017", "GW021", "GW023", "GW024", "GW040", "GW045", "GW051", "GW052",
    "GW078",
];

/// Whether findings of a rule can have a fix.
pub fn is_fixable(rule: &str) -> bool {
    FIXABLE.contains(&rule)
}

/// The edits that mend one finding; `None` when there is no fix that is surely right.
pub fn fix(document: &Document, finding: &Diagnostic) -> Option<Vec<Edit>> {
    Fixes::of(document).edits(finding)
}

/// The edits that mend each of some findings, each by itself; what they look up in the document is looked up once.
pub fn fixes(document: &Document, findings: &[&Diagnostic]) -> Vec<Option<Vec<Edit>>> {
    let fixes = Fixes::of(document);
    let mut names = HashSet::new();
    findings
        .iter()
        .map(|finding| fixes.edits_with(finding, &mut names))
        .collect()
}

/// The edits that mend as many of the findings as go together; what is left can be mended after they were made.
pub fn fix_all(document: &Document, findings: &[Diagnostic]) -> Vec<Edit> {
    let fixes = Fixes::of(document);
    let mut names = HashSet::new();
    let mut asked: Vec<Edit> = Vec::new();
    // What was decided where, as an index of `asked`.
    let mut decided: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let Some(mut edits) = fixes.edits_with(finding, &mut names) else {
            continue;
        };
        edits.retain(|edit| {
            let same = decided.get(&decides(edit)).and_then(|&at| asked.get(at));
            same != Some(edit)
        });
        if edits.iter().any(|edit| contradicts(edit, &decided)) {
            continue;
        }
        for edit in edits {
            decided.insert(decides(&edit), asked.len());
            asked.push(edit);
        }
    }
    asked
}

/// Fixes for one document; what they look up is looked up once.
pub(crate) struct Fixes<'d> {
    document: &'d Document,
    references: OnceCell<References<'d>>,
}

impl<'d> Fixes<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        Self {
            document,
            references: OnceCell::new(),
        }
    }

    /// Whether a finding can be mended.
    pub(crate) fn applies(&self, finding: &Diagnostic) -> bool {
        match finding.rule.as_str() {
            "GW040" => {
                let pointer = &finding.place.pointer;
                schemas::can_rename(self.document, self.references(), pointer)
            }
            rule => is_fixable(rule) && self.edits(finding).is_some(),
        }
    }

    fn edits(&self, finding: &Diagnostic) -> Option<Vec<Edit>> {
        self.edits_with(finding, &mut HashSet::new())
    }

    /// With the names that other fixes of the same batch take.
    fn edits_with(&self, finding: &Diagnostic, names: &mut HashSet<String>) -> Option<Vec<Edit>> {
        let document = self.document;
        if !document.is_sound() {
            return None;
        }
        let at = finding.place.pointer.as_str();
        match finding.rule.as_str() {
            "GW011" => paths::whole_variable(document, at),
            "GW012" => paths::one_name(document, at),
            "GW017" => paths::without_twin(document, at),
            "GW021" => paths::without_trace(document, at),
            "GW023" => integrations::quoted(document, at),
            "GW024" => integrations::declared_header(document, at),
            "GW040" => schemas::renamed(document, self.references(), at, names),
            "GW045" => schemas::inclusive(document, at),
            "GW051" => schemas::integer(document, at),
            "GW052" => schemas::without_decimal(document, at),
            "GW078" => integrations::unused_name(document, at),
            _ => None,
        }
    }

    fn references(&self) -> &References<'d> {
        self.references
            .get_or_init(|| References::of(self.document))
    }
}

/// What no other edit may say otherwise.
fn decides(edit: &Edit) -> String {
    match edit {
        // A rename leaves what is inside to others.
        Edit::Rename { at, .. } => format!("{at} renamed"),
        Edit::Set { at, .. } | Edit::Remove { at } | Edit::Append { at, .. } => at.clone(),
    }
}

fn contradicts(edit: &Edit, decided: &BTreeMap<String, usize>) -> bool {
    let own = decides(edit);
    if decided.contains_key(&own) {
        return true;
    }
    let (at, is_whole) = match edit {
        Edit::Set { at, .. } | Edit::Remove { at } => (at, true),
        Edit::Append { at, .. } | Edit::Rename { at, .. } => (at, false),
    };
    let inside = format!("{at}/");
    let edited_inside = || {
        let next = decided.range(inside.clone()..).next();
        next.is_some_and(|(other, _)| other.starts_with(&inside))
    };
    let renamed =
        || matches!(edit, Edit::Remove { .. }) && decided.contains_key(&format!("{at} renamed"));
    if is_whole && (edited_inside() || renamed()) {
        return true;
    }
    let mut holder = at.as_str();
    while let Some((parent, _)) = holder.rsplit_once('/') {
        if decided.contains_key(parent) {
            return true;
        }
        holder = parent;
    }
    false
}

#[cfg(test)]
mod tests;
