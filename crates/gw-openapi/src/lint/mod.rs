//! General rules every OpenAPI document should keep, whatever gateway it is for.
//!
//! It refuses to know vendors: what AWS refuses or loses is told by its connector. It refuses to judge a text that could
//! not be read whole: that it could not is the finding then.

mod operations;
mod paths;
mod references;
mod structure;

use gw_model::{Diagnostic, Place, Severity};

use crate::document::Document;
use crate::finding;
use crate::read::FoundOperation;

/// What the rules find, in the order of the text. Rule ids begin with `oas-`.
pub fn lint(document: &Document) -> Vec<Diagnostic> {
    if !document.is_sound() || document.version().is_none() {
        return Vec::new();
    }
    let operations = document.operation_nodes();
    let mut findings = Findings {
        document,
        operations: &operations,
        found: Vec::new(),
    };
    structure::check(&mut findings);
    references::check(&mut findings);
    paths::check(&mut findings);
    operations::check(&mut findings);
    let mut found = findings.found;
    crate::fix::mark(document, &mut found);
    found.sort_by(|a, b| {
        (a.place.line, a.place.column, &a.rule).cmp(&(b.place.line, b.place.column, &b.rule))
    });
    found
}

/// What rules read and where they report.
struct Findings<'d> {
    document: &'d Document,
    operations: &'d [FoundOperation<'d>],
    found: Vec<Diagnostic>,
}

impl Findings<'_> {
    fn error(&mut self, rule: &str, place: Place, message: String, why: &str, fix: &str) {
        self.found.push(finding::new(
            rule,
            Severity::Error,
            place,
            message,
            why,
            fix,
        ));
    }

    fn warning(&mut self, rule: &str, place: Place, message: String, why: &str, fix: &str) {
        self.found.push(finding::new(
            rule,
            Severity::Warning,
            place,
            message,
            why,
            fix,
        ));
    }
}
