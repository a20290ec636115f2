//! What a plan needs a yes of its own for, and whether it was given.
//!
//! It refuses a yes in general: each key stands for its own sentence, and where a gateway is marked production a yes
//! counts only with a name typed (decision 20).

use gw_connector::LiveState;
use gw_model::{Code, Fault, OperationKey, counted};
use gw_plan::{Plan, PlanChange, PlanChangeKind, RouteSecurity};

use crate::wire::{Consent, RunGoal};

/// No policy is attached, so operations are open to everyone.
pub const OPEN_OPERATIONS: &str = "open-operations";
/// More callers get in than now.
pub const LOWERS_SECURITY: &str = "lowers-security";
/// Operations that callers may use are gone.
pub const REMOVES_OPERATIONS: &str = "removes-operations";
/// What is live is not what Gatewright left there, or nobody knows what it is.
pub const REPLACES_UNKNOWN: &str = "replaces-unknown";
/// The API is taken off the gateway.
pub const WITHDRAW: &str = "withdraw";
/// What is not this gateway's goes with it.
pub const REMOVES_OTHERS: &str = "removes-others";
/// The API was not made by Gatewright but taken over, and is deleted.
pub const WITHDRAW_ADOPTED: &str = "withdraw-adopted";

/// The account gets a role to write logs with.
pub const ACCOUNT_LOG_ROLE: &str = "account-log-role";
/// Whether a custom domain leads to what is withdrawn could not be read.
pub const DOMAINS_UNREAD: &str = "domains-unread";

/// Every consent a plan may ask for that needs no name: a domain that would lead nowhere is named in its own.
pub const CONSENTS: [&str; 9] = [
    OPEN_OPERATIONS,
    LOWERS_SECURITY,
    REMOVES_OPERATIONS,
    REPLACES_UNKNOWN,
    WITHDRAW,
    REMOVES_OTHERS,
    WITHDRAW_ADOPTED,
    ACCOUNT_LOG_ROLE,
    DOMAINS_UNREAD,
];

/// What saying yes to a plan as a whole covers on the command line; each other consent is named there.
pub const ORDINARY: [&str; 2] = [OPEN_OPERATIONS, WITHDRAW];

/// How many operations a sentence names.
const NAMED: usize = 3;

/// What is known of one gateway when its consents are asked.
pub(super) struct Case<'a> {
    pub(super) goal: RunGoal,
    /// `Notes@1.0.0`.
    pub(super) api: &'a str,
    pub(super) live: LiveState,
    /// Whether what is live is what the catalog has a plan of.
    pub(super) known: bool,
    /// Whether the catalog has a plan of what is returned to; `true` for other goals.
    pub(super) returns_to_known: bool,
    pub(super) before: &'a Plan,
    pub(super) after: &'a Plan,
    pub(super) changes: &'a [PlanChange],
    /// Whether what is live is replaced; a canary leaves it.
    pub(super) replaces: bool,
    pub(super) takes_along: &'a [String],
    /// The gateway's id of an API that was taken over; `None` for one Gatewright made.
    pub(super) adopted: Option<&'a str>,
}

/// What must be said yes to before it may run; `typed` is the gateway's name where a yes needs it.
pub(super) fn asked(case: &Case<'_>, typed: Option<&String>) -> Vec<Consent> {
    let mut consents = Vec::new();
    // Whoever met the canary meets what the others meet already.
    if case.goal == RunGoal::Drop {
        return consents;
    }
    let mut ask = |key: &str, sentence: String, operations: Vec<OperationKey>| {
        consents.push(Consent {
            key: key.to_owned(),
            sentence,
            operations,
            typed: typed.cloned(),
        });
    };
    if case.goal == RunGoal::Withdraw {
        let operations = operations_of(case.before);
        let what = match operations.len() {
            0 => "it".to_owned(),
            count => format!(
                "its {}: {}",
                counted(count, "operation"),
                named(&operations)
            ),
        };
        ask(
            WITHDRAW,
            format!("Callers of {} can no longer reach {what}", case.api),
            operations,
        );
        if !case.takes_along.is_empty() {
            let sentence = format!(
                "What is not this gateway's goes with it: {}",
                case.takes_along.join(", ")
            );
            ask(REMOVES_OTHERS, sentence, Vec::new());
        }
        if let Some(id) = case.adopted {
            let sentence = format!(
                "Gatewright did not make {id}, it took it over: what others made is deleted, not only what was deployed from here"
            );
            ask(WITHDRAW_ADOPTED, sentence, Vec::new());
        }
        return consents;
    }
    let lowered: Vec<&PlanChange> = case
        .changes
        .iter()
        .filter(|change| change.lowers_security)
        .collect();
    if !lowered.is_empty() && !case.before.routes.is_empty() {
        let operations = distinct(&lowered);
        let mut parts = Vec::new();
        if !operations.is_empty() {
            parts.push(format!("at {}", named(&operations)));
        }
        let of_api = lowered.iter().filter(|change| change.operation.is_none());
        parts.extend(of_api.map(|change| change.sentence.clone()));
        let sentence = format!("More callers get in than now: {}", parts.join("; "));
        ask(LOWERS_SECURITY, sentence, operations);
    }
    if !case.returns_to_known {
        // Whether it lowers security cannot be told, so it may.
        let sentence = "It was deployed from another catalog, so nothing here can say whether it lets more callers in";
        ask(LOWERS_SECURITY, sentence.to_owned(), Vec::new());
    }
    let open: Vec<OperationKey> = case
        .after
        .routes
        .iter()
        .filter(|route| route.security == RouteSecurity::Open { declared: false })
        .map(|route| route.operation.clone())
        .collect();
    if !open.is_empty() {
        let verb = if open.len() == 1 { "is" } else { "are" };
        let sentence = format!(
            "No policy is attached: {} {verb} open to everyone: {}",
            counted(open.len(), "operation"),
            named(&open)
        );
        ask(OPEN_OPERATIONS, sentence, open);
    }
    let removed: Vec<&PlanChange> = case
        .changes
        .iter()
        .filter(|change| change.kind == PlanChangeKind::Removed && change.operation.is_some())
        .collect();
    if !removed.is_empty() {
        let operations = distinct(&removed);
        let sentence = format!(
            "Callers of {} get an error from then on",
            named(&operations)
        );
        ask(REMOVES_OPERATIONS, sentence, operations);
    }
    if case.live == LiveState::Live && !case.known && case.replaces {
        let sentence = "What is live there is not what Gatewright left, and all of it is replaced: what it let callers do is not known here";
        ask(REPLACES_UNKNOWN, sentence.to_owned(), Vec::new());
    }
    consents
}

/// The fault of a start that lacks a yes, or the name; `None` when all was said. `api` is the other name that counts.
pub(super) fn missing(
    gateway: &str,
    asked: &[Consent],
    given: &[String],
    confirmed: &[String],
    api: &str,
) -> Option<Fault> {
    let missing: Vec<&Consent> = asked
        .iter()
        .filter(|consent| !given.contains(&consent.key))
        .collect();
    if let Some(first) = missing.first() {
        let keys: Vec<&str> = missing.iter().map(|it| it.key.as_str()).collect();
        let options: Vec<String> = keys.iter().map(|key| format!("--allow {key}")).collect();
        let more = match missing.len() - 1 {
            0 => String::new(),
            count => format!(", and {} more to agree to", counted(count, "thing")),
        };
        return Some(
            Fault::new(
                Code::ConsentNeeded,
                format!("On {gateway}: {}{more}", first.sentence),
                format!(
                    "Read the plan, then agree to each in the window, or with {}",
                    options.join(" ")
                ),
            )
            .fact("consent", &first.key)
            .fact("consents", keys.join(" ")),
        );
    }
    let name = asked.iter().find_map(|consent| consent.typed.as_deref())?;
    let is_said = confirmed
        .iter()
        .map(|text| text.trim())
        .any(|text| text == name || text == api);
    if is_said {
        return None;
    }
    Some(
        Fault::new(
            Code::ConsentNeeded,
            format!("The gateway {name} is marked as production, and its name was not typed"),
            format!(
                "Read the plan, then type {name} or {api} in the window, or add --confirm {name}"
            ),
        )
        .fact("confirm", name),
    )
}

/// `GET /a, POST /b, GET /c and 9 more`.
pub(super) fn named(operations: &[OperationKey]) -> String {
    let first: Vec<String> = operations
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    match operations.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        rest => format!("{} and {rest} more", first.join(", ")),
    }
}

fn operations_of(plan: &Plan) -> Vec<OperationKey> {
    plan.routes
        .iter()
        .map(|route| route.operation.clone())
        .collect()
}

fn distinct(changes: &[&PlanChange]) -> Vec<OperationKey> {
    let mut found: Vec<OperationKey> = Vec::new();
    for operation in changes.iter().filter_map(|change| change.operation.clone()) {
        if !found.contains(&operation) {
            found.push(operation);
        }
    }
    found
}
