//! What the local gateway will refuse of a plan.
//!
//! It refuses to warn of what AWS serves otherwise: that is AWS's lint to say.

use gw_model::{Diagnostic, OperationKey, Place, Severity};
use gw_plan::Plan;

use crate::table::{Table, Unservable};

/// Findings: errors for what it cannot serve, and one remark when it serves what nobody has checked.
pub fn lint(plan: &Plan) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = match Table::compile(plan) {
        Ok(_) => Vec::new(),
        Err(refused) => refused
            .iter()
            .map(|(operation, why)| finding(operation, why))
            .collect(),
    };
    found.extend(unchecked(plan));
    found
}

/// Says that requests pass unchecked where the request validation policy asks for checks.
fn unchecked(plan: &Plan) -> Option<Diagnostic> {
    let checked = plan
        .routes
        .iter()
        .filter(|route| route.contract.checks.parameters || route.contract.checks.body)
        .count();
    let message = match checked {
        0 => return None,
        1 => "The local gateway does not check requests: 1 operation that AWS checks passes them on as they come"
            .to_owned(),
        many => format!(
            "The local gateway does not check requests: {many} operations that AWS checks pass them on as they come"
        ),
    };
    Some(Diagnostic {
        rule: "local-unchecked-requests".to_owned(),
        severity: Severity::Info,
        place: Place::default(),
        message,
        why: "AWS answers 400 to a request that is not as the document says; a local gateway leaves that to the backend."
            .to_owned(),
        fix: String::new(),
        fixable: false,
    })
}

fn finding(operation: &OperationKey, why: &Unservable) -> Diagnostic {
    let (rule, fix) = match why {
        Unservable::OnlyAws(_) => (
            "local-only-aws",
            "Deploy it to an AWS gateway, or give the operation an HTTP backend or an example.",
        ),
        Unservable::Ambiguous(_) => (
            "local-ambiguous-path",
            "Make the paths differ in a fixed segment; AWS needs that too.",
        ),
        Unservable::BadPath => (
            "local-bad-path",
            "Use one variable for a whole segment; AWS needs that too.",
        ),
        Unservable::BadBasePath(_) => (
            "local-bad-base-path",
            "Write the base path like /orders/v1.",
        ),
        Unservable::NoSuchParameter(_) => (
            "local-no-such-parameter",
            "Use only variables of the path in the URL.",
        ),
        Unservable::BadUrl => (
            "local-bad-url",
            "Write the backend like https://backend.example.com/base.",
        ),
        Unservable::Unchecked => (
            "local-unchecked",
            "Attach an OAuth policy with a key manager to the API.",
        ),
        Unservable::OwnSecurity(_) => (
            "local-own-security",
            "Attach an OAuth policy: the local gateway checks tokens itself, and asks no AWS authorizer.",
        ),
    };
    let path = operation.path.replace('~', "~0").replace('/', "~1");
    Diagnostic {
        rule: rule.to_owned(),
        severity: Severity::Error,
        place: Place {
            pointer: format!("/paths/{path}/{}", operation.method.document_key()),
            line: 0,
            column: 0,
        },
        message: format!("{operation} cannot be served by a local gateway: {why}"),
        why: String::new(),
        fix: fix.to_owned(),
        fixable: false,
    }
}
