//! What AWS API Gateway will refuse or lose of an API beside what compiling changes, found before any call.
//!
//! The words of each rule are in [`crate::rules`]. It refuses to tell what the compiler tells in its notes.

mod backends;
mod documents;
pub(crate) mod integrations;
mod operations;
mod paths;
pub(crate) mod scan;
mod schemas;
mod security;
mod size;

use std::collections::{BTreeSet, HashMap};

use gw_model::{AwsTarget, Diagnostic, OperationKey, Place, Severity};
use gw_openapi::{Document, Node, Operation};
use gw_plan::{Plan, Route};

use crate::compile::compile;
use crate::fix::Fixes;
use crate::rules::{self, MOST_OF_A_KIND};
pub(crate) use operations::foreign_methods;
use scan::Scan;

/// One rule: a pure function over a subject.
struct Rule {
    id: &'static str,
    check: fn(&Subject<'_>, &mut Found),
}

/// What rules look at.
struct Subject<'a> {
    document: &'a Document,
    operations: &'a [Operation],
    /// Index of an operation by what it is.
    by_key: HashMap<OperationKey, usize>,
    scan: Scan<'a>,
    fixes: Fixes<'a>,
    plan: &'a Plan,
    target: &'a AwsTarget,
}

/// What one rule found, as much of it as is kept.
#[derive(Default)]
struct Found {
    kept: Vec<Finding>,
    left_out: usize,
    /// What the rule says to do about it is done already.
    settled: bool,
}

/// Where a rule found something, and what.
struct Finding {
    place: Place,
    message: String,
    /// When it is not what the rule says.
    severity: Option<Severity>,
}

impl Found {
    /// Keeps a finding, or counts it; only what is kept is made.
    fn add(&mut self, make: impl FnOnce() -> (Place, String)) {
        self.add_as(None, make);
    }

    fn add_as(&mut self, severity: Option<Severity>, make: impl FnOnce() -> (Place, String)) {
        if self.kept.len() >= MOST_OF_A_KIND {
            self.left_out += 1;
            return;
        }
        let (place, message) = make();
        self.kept.push(Finding {
            place,
            message,
            severity,
        });
    }

    /// Tells of the API as a whole.
    fn whole(&mut self, message: impl Into<String>) {
        self.add(|| (Place::default(), message.into()));
    }
}

impl<'a> Subject<'a> {
    fn new(document: &'a Document, plan: &'a Plan, target: &'a AwsTarget) -> Self {
        let operations = document.operations();
        let by_key = operations
            .iter()
            .enumerate()
            .map(|(index, operation)| (operation.key.clone(), index))
            .collect();
        Self {
            document,
            operations,
            by_key,
            scan: Scan::of(document),
            fixes: Fixes::of(document),
            plan,
            target,
        }
    }

    /// The operation of the document a route was made of.
    fn operation(&self, route: &Route) -> Option<&Operation> {
        self.operations.get(*self.by_key.get(&route.operation)?)
    }

    /// Each operation with the route it became.
    fn routed(&self) -> impl Iterator<Item = (&Operation, &'a Route)> {
        let routes = self.plan.routes.iter();
        routes.filter_map(|route| Some((self.operation(route)?, route)))
    }

    fn place_of(&self, route: &Route) -> Place {
        self.operation(route)
            .map(|operation| operation.place.clone())
            .unwrap_or_default()
    }

    fn place_at(&self, pointer: &str) -> Place {
        self.document.place(pointer).unwrap_or_default()
    }

    /// The first route of each distinct path, in document order.
    fn paths(&self) -> Vec<&'a Route> {
        let mut seen = BTreeSet::new();
        self.plan
            .routes
            .iter()
            .filter(|route| seen.insert(route.operation.path.as_str()))
            .collect()
    }
}

/// Rules about what a plan says.
const OF_PLANS: &[&[Rule]] = &[
    size::RULES,
    paths::RULES,
    backends::RULES,
    security::OF_PLANS,
];

/// Rules about what only the document says.
const OF_DOCUMENTS: &[&[Rule]] = &[
    documents::RULES,
    operations::RULES,
    integrations::RULES,
    schemas::RULES,
    security::OF_DOCUMENTS,
];

/// What AWS will refuse or lose of a plan made of a document, what compiling it tells included.
pub fn lint(document: &Document, plan: &Plan, target: &AwsTarget) -> Vec<Diagnostic> {
    let compiled = compile(plan, target);
    rules::findings(&compiled.notes, document, plan, target)
}

/// The same without what the compiler tells in its notes.
pub(crate) fn beside_compiler(
    document: &Document,
    plan: &Plan,
    target: &AwsTarget,
) -> Vec<Diagnostic> {
    let subject = Subject::new(document, plan, target);
    let mut found = run(OF_PLANS, &subject);
    found.extend(of_document(&subject));
    found
}

/// The findings of a plan that stop a deployment beside what the compiler refuses, without places: a guard for callers
/// that did not lint.
pub fn obstacles(plan: &Plan, target: &AwsTarget) -> Vec<Diagnostic> {
    let (document, _) = Document::parse("");
    let subject = Subject::new(&document, plan, target);
    let mut found = run(OF_PLANS, &subject);
    found.retain(|diagnostic| diagnostic.severity == Severity::Error);
    found
}

/// What to do about a finding of a rule; empty when there is nothing to say.
pub fn advice(id: &str) -> &'static str {
    rules::rule(id).map_or("", |rule| rule.fix)
}

fn of_document(subject: &Subject<'_>) -> Vec<Diagnostic> {
    if subject.document.is_sound() && subject.document.version().is_some() {
        run(OF_DOCUMENTS, subject)
    } else {
        run(&[documents::OF_UNREADABLE], subject)
    }
}

fn run(groups: &[&[Rule]], subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for rule in groups.iter().copied().flatten() {
        let mut found = Found::default();
        (rule.check)(subject, &mut found);
        let severity = rules::rule(rule.id).map_or(Severity::Error, |text| text.severity);
        let left_out = found.left_out;
        let kept = found.kept.into_iter().map(|finding| {
            let severity = finding.severity.unwrap_or(severity);
            let mut made = rules::diagnostic(rule.id, severity, finding.place, finding.message);
            made.fixable = subject.fixes.applies(&made);
            if found.settled {
                made.fix.clear();
            }
            made
        });
        diagnostics.extend(rules::capped(rule.id, severity, kept.collect(), left_out));
    }
    diagnostics
}

/// Where the key of a mapping entry stands.
fn at_key(node: Node<'_>) -> Place {
    node.key_place()
}

/// `1 schema`, `3 schemas`.
fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
pub(crate) mod tests;
