//! What AWS API Gateway will refuse or change of an API, found before any call. Rule ids `GW…` follow the project's table
//! of AWS import rules; `aws-…` are this connector's own.
//!
//! It refuses to assert what is not known of AWS: a rule whose evidence is thin says "may".

mod backends;
mod paths;
mod security;
mod size;
pub use size::{MAX_DOCUMENT_BYTES, MAX_RESOURCES};

use std::collections::BTreeMap;

use gw_model::{AwsTarget, Diagnostic, OperationKey, Place, Severity};
use gw_openapi::Document;
use gw_plan::{Plan, Route};

/// One rule: a pure function over a subject.
struct Rule {
    id: &'static str,
    severity: Severity,
    /// Why it matters and to whom.
    why: &'static str,
    /// What to do.
    fix: &'static str,
    check: fn(&Subject<'_>) -> Vec<Finding>,
}

/// What rules look at.
struct Subject<'a> {
    plan: &'a Plan,
    target: &'a AwsTarget,
    places: BTreeMap<OperationKey, Place>,
}

/// Where a rule found something, and what.
struct Finding {
    place: Place,
    message: String,
}

impl Subject<'_> {
    fn at(&self, route: &Route, message: impl Into<String>) -> Finding {
        Finding {
            place: self
                .places
                .get(&route.operation)
                .cloned()
                .unwrap_or_default(),
            message: message.into(),
        }
    }

    fn whole(message: impl Into<String>) -> Finding {
        Finding {
            place: Place::default(),
            message: message.into(),
        }
    }

    /// The first route of each distinct path, in document order.
    fn paths(&self) -> Vec<&Route> {
        let mut seen = std::collections::BTreeSet::new();
        self.plan
            .routes
            .iter()
            .filter(|route| seen.insert(route.operation.path.as_str()))
            .collect()
    }
}

/// Every rule, in the order of the table they come from.
const RULES: &[&[Rule]] = &[size::RULES, paths::RULES, backends::RULES, security::RULES];

/// What AWS will refuse or lose of a plan. `document` is the revision's text; it gives findings their lines.
pub fn lint(document: &str, plan: &Plan, target: &AwsTarget) -> Vec<Diagnostic> {
    let places = Document::parse(document)
        .0
        .operations()
        .into_iter()
        .map(|operation| (operation.key, operation.place));
    run(&Subject {
        plan,
        target,
        places: places.collect(),
    })
}

/// The findings that stop a deployment, without lines: a guard for callers that did not lint.
pub fn obstacles(plan: &Plan, target: &AwsTarget) -> Vec<Diagnostic> {
    let mut found = run(&Subject {
        plan,
        target,
        places: BTreeMap::new(),
    });
    found.retain(|diagnostic| diagnostic.severity == Severity::Error);
    found
}

/// What to do about a finding of a rule; empty when there is nothing to say.
pub fn advice(id: &str) -> &'static str {
    let rule = RULES.iter().copied().flatten().find(|rule| rule.id == id);
    rule.map_or("", |rule| rule.fix)
}

fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    RULES
        .iter()
        .copied()
        .flatten()
        .flat_map(|rule| {
            (rule.check)(subject).into_iter().map(|finding| Diagnostic {
                rule: rule.id.to_owned(),
                severity: rule.severity,
                place: finding.place,
                message: finding.message,
                why: rule.why.to_owned(),
                fix: rule.fix.to_owned(),
                fixable: false,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
