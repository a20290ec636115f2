//! What changes for callers between two plans, in API words.
//!
//! It refuses to speak of remote calls: those are the connector's.

mod own;

use std::collections::BTreeMap;

use gw_model::{CorsPolicy, OperationKey};

use crate::plan::{
    Checks, OwnKind, OwnScheme, Plan, PlanChange, PlanChangeKind, PlanCors, Route, RouteBackend,
    RouteSecurity, TokenCheck,
};

/// Every difference that callers or the backend can notice: what lowers security first, then other security, then what is
/// removed, added and changed, each in the order of the document.
///
/// Invariant: nothing is reported for two plans with equal digests.
pub fn diff(old: &Plan, new: &Plan) -> Vec<PlanChange> {
    let mut changes = Vec::new();
    let before: BTreeMap<&OperationKey, &Route> = old
        .routes
        .iter()
        .map(|route| (&route.operation, route))
        .collect();
    let after: BTreeMap<&OperationKey, &Route> = new
        .routes
        .iter()
        .map(|route| (&route.operation, route))
        .collect();
    for route in &old.routes {
        if !after.contains_key(&route.operation) {
            changes.push(of_route(
                PlanChangeKind::Removed,
                route,
                format!("{} is no longer served", route.operation),
            ));
        }
    }
    for route in &new.routes {
        match before.get(&route.operation) {
            Some(earlier) => routes(earlier, route, &mut changes),
            None => changes.push(added(route, !old.routes.is_empty())),
        }
    }
    token_checks(
        old.token_check.as_ref(),
        new.token_check.as_ref(),
        &mut changes,
    );
    own::compare(&old.own, &new.own, &mut changes);
    cors(old.cors.as_ref(), new.cors.as_ref(), &mut changes);
    for (what, old, new) in [
        ("The name", &old.name, &new.name),
        ("The version", &old.version, &new.version),
        ("The base path", &old.base_path, &new.base_path),
    ] {
        if old != new {
            changes.push(of_api(
                PlanChangeKind::Changed,
                format!("{what} becomes '{new}' (was '{old}')"),
            ));
        }
    }
    let schemas = (&old.schemas.texts, &new.schemas.texts);
    // A schema that came or went shows in what refers to it.
    for (pointer, text) in schemas.1 {
        if schemas.0.get(pointer).is_some_and(|before| before != text) {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            let name = name.replace("~1", "/").replace("~0", "~");
            changes.push(of_api(
                PlanChangeKind::Changed,
                format!("The schema '{name}' is written otherwise"),
            ));
        }
    }
    if old.description != new.description {
        changes.push(of_api(
            PlanChangeKind::Changed,
            "The description is written otherwise".to_owned(),
        ));
    }
    // The sort is stable: within a kind the document's order stays.
    changes.sort_by_key(|change| (!change.lowers_security, change.kind));
    changes
}

fn added(route: &Route, to_existing: bool) -> PlanChange {
    let who = match &route.security {
        RouteSecurity::Open { declared: true } => "open to everyone, as its policy says".to_owned(),
        RouteSecurity::Open { declared: false } => {
            "open to everyone: no policy is attached".to_owned()
        }
        RouteSecurity::Token { scopes } => format!("protected ({})", of_scopes(scopes)),
        RouteSecurity::Own { schemes } => format!("protected by {}", of_schemes(schemes)),
    };
    let sentence = format!("{} is new, {who}", route.operation);
    let lowers_security =
        to_existing && matches!(route.security, RouteSecurity::Open { declared: false });
    PlanChange {
        lowers_security,
        ..of_route(PlanChangeKind::Added, route, sentence)
    }
}

fn routes(old: &Route, new: &Route, changes: &mut Vec<PlanChange>) {
    let name = &new.operation;
    if let Some((sentence, lowers_security)) = security(name, &old.security, &new.security) {
        let change = of_route(PlanChangeKind::Security, new, sentence);
        changes.push(PlanChange {
            lowers_security,
            ..change
        });
    }
    if let Some(change) = checks(old, new) {
        changes.push(change);
    }
    let mut changed = |sentence| changes.push(of_route(PlanChangeKind::Changed, new, sentence));
    if old.backend != new.backend {
        changed(backend(name, &old.backend, &new.backend));
    }
    if old.contract.body != new.contract.body {
        changed(format!("{name} takes another body"));
    }
    if old.contract.answers != new.contract.answers {
        changed(format!("{name} describes its answers otherwise"));
    }
    if old.parameters != new.parameters {
        let names = |route: &Route| -> Vec<String> {
            route
                .parameters
                .iter()
                .map(|known| known.name.clone())
                .collect()
        };
        let (before, after) = (names(old), names(new));
        let gained: Vec<&String> = after.iter().filter(|name| !before.contains(name)).collect();
        let lost: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
        let mut parts = Vec::new();
        if !gained.is_empty() {
            parts.push(format!("gains {}", quoted(&gained)));
        }
        if !lost.is_empty() {
            parts.push(format!("loses {}", quoted(&lost)));
        }
        let what = if parts.is_empty() {
            "declares its parameters otherwise".to_owned()
        } else {
            parts.join(" and ")
        };
        let noun = if parts.is_empty() {
            ""
        } else if gained.len() + lost.len() == 1 {
            "parameter "
        } else {
            "parameters "
        };
        let what = if noun.is_empty() {
            what
        } else {
            what.replacen(' ', &format!(" {noun}"), 1)
        };
        changed(format!("{name} {what}"));
    }
    if old.operation_id != new.operation_id || old.summary != new.summary {
        changed(format!("{name} is described otherwise"));
    }
}

/// What a gateway checks of requests from now on.
fn checks(old: &Route, new: &Route) -> Option<PlanChange> {
    let (before, after) = (old.contract.checks, new.contract.checks);
    let said = |checks: Checks| match (checks.parameters, checks.body) {
        (true, true) => "parameters and body",
        (true, false) => "parameters only",
        (false, true) => "the body only",
        (false, false) => "nothing",
    };
    let name = &new.operation;
    let sentence = format!(
        "Of requests to {name} the gateway checks {} (before: {})",
        said(after),
        said(before)
    );
    (before != after).then(|| PlanChange {
        lowers_security: (before.parameters && !after.parameters) || (before.body && !after.body),
        ..of_route(PlanChangeKind::Security, new, sentence)
    })
}

fn quoted(names: &[&String]) -> String {
    names
        .iter()
        .map(|name| format!("'{name}'"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The sentence, and whether fewer checks stand before the backend.
fn security(
    name: &OperationKey,
    old: &RouteSecurity,
    new: &RouteSecurity,
) -> Option<(String, bool)> {
    match (old, new) {
        (RouteSecurity::Token { scopes: before }, RouteSecurity::Token { scopes: after }) => {
            if before == after {
                return None;
            }
            let dropped = before.iter().any(|scope| !after.contains(scope));
            let sentence = format!(
                "{name} asks for {} instead of {}",
                of_scopes(after),
                of_scopes(before)
            );
            Some((sentence, dropped))
        }
        (RouteSecurity::Token { .. }, RouteSecurity::Open { declared }) => {
            let why = if *declared {
                "its policy makes it public"
            } else {
                "the policy is gone"
            };
            Some((format!("{name} becomes open to everyone: {why}"), true))
        }
        (RouteSecurity::Own { schemes: before }, RouteSecurity::Own { schemes: after }) => {
            let sentence = format!(
                "{name} is protected by {} instead of {}",
                of_schemes(after),
                of_schemes(before)
            );
            (before != after).then(|| (sentence, is_less(before, after)))
        }
        (RouteSecurity::Own { schemes }, RouteSecurity::Open { declared }) => {
            let why = if *declared {
                "its policy makes it public"
            } else {
                "its document no longer asks for anything"
            };
            let sentence = format!(
                "{name} becomes open to everyone: {why} (before: {})",
                of_schemes(schemes)
            );
            Some((sentence, true))
        }
        (RouteSecurity::Open { .. }, RouteSecurity::Own { schemes }) => Some((
            format!("{name} becomes protected by {}", of_schemes(schemes)),
            false,
        )),
        (RouteSecurity::Own { schemes }, RouteSecurity::Token { scopes }) => {
            let sentence = format!(
                "{name} asks for {} of the OAuth policy instead of {}",
                of_scopes(scopes),
                of_schemes(schemes)
            );
            Some((sentence, schemes.len() > 1))
        }
        (RouteSecurity::Token { scopes }, RouteSecurity::Own { schemes }) => {
            let sentence = format!(
                "{name} is protected by {} instead of {} of the OAuth policy",
                of_schemes(schemes),
                of_scopes(scopes)
            );
            // What another function lets in is not known here.
            Some((sentence, true))
        }
        (RouteSecurity::Open { .. }, RouteSecurity::Token { scopes }) => Some((
            format!("{name} becomes protected ({})", of_scopes(scopes)),
            false,
        )),
        (RouteSecurity::Open { declared: before }, RouteSecurity::Open { declared: after }) => {
            let sentence = if *after {
                "stays open, now on purpose"
            } else {
                "stays open, no longer on purpose"
            };
            (before != after).then(|| (format!("{name} {sentence}"), false))
        }
    }
}

/// Whether something that was checked no longer is.
fn is_less(before: &[OwnScheme], after: &[OwnScheme]) -> bool {
    before.iter().any(|scheme| {
        !after.iter().any(|now| {
            now.kind == scheme.kind && scheme.scopes.iter().all(|scope| now.scopes.contains(scope))
        })
    })
}

fn of_schemes(schemes: &[OwnScheme]) -> String {
    let one = |scheme: &OwnScheme| {
        let scopes = match scheme.scopes.as_slice() {
            [] => String::new(),
            some => format!(" ({})", of_scopes(some)),
        };
        match scheme.kind {
            OwnKind::Authorizer => format!("the authorizer '{}'", scheme.name),
            OwnKind::UserPools => format!("the user pools of '{}'{scopes}", scheme.name),
            OwnKind::Iam => "IAM".to_owned(),
            OwnKind::ApiKey => "an API key".to_owned(),
        }
    };
    let words: Vec<String> = schemes.iter().map(one).collect();
    words.join(" and ")
}

fn of_scopes(scopes: &[String]) -> String {
    match scopes {
        [] => "any valid token".to_owned(),
        [scope] => format!("scope {scope}"),
        many => format!("scopes {}", many.join(" ")),
    }
}

fn backend(name: &OperationKey, old: &RouteBackend, new: &RouteBackend) -> String {
    let target = |backend: &RouteBackend| match backend {
        RouteBackend::Http { url } => url.clone(),
        RouteBackend::Mock { answer } => format!("a mock answer ({})", answer.status),
        RouteBackend::Lambda { uri, .. } => {
            let function = uri.split(":function:").nth(1).unwrap_or(uri);
            format!(
                "the Lambda function {}",
                function.trim_end_matches("/invocations")
            )
        }
        RouteBackend::Verbatim { .. } => "the integration of the document".to_owned(),
    };
    match (target(old), target(new)) {
        (old, new) if old == new => format!("{name} goes to {new}, set up otherwise"),
        (old, new) => format!("{name} goes to {new} instead of {old}"),
    }
}

fn token_checks(old: Option<&TokenCheck>, new: Option<&TokenCheck>, changes: &mut Vec<PlanChange>) {
    // Beginning or ending to check is told operation by operation.
    let (Some(old), Some(new)) = (old, new) else {
        return;
    };
    let mut security = |sentence: String, lowers_security: bool| {
        let change = of_api(PlanChangeKind::Security, sentence);
        changes.push(PlanChange {
            lowers_security,
            ..change
        });
    };
    if old.issuer != new.issuer {
        security(
            format!(
                "Tokens of '{}' count instead of those of '{}'",
                new.issuer, old.issuer
            ),
            false,
        );
    }
    if old.jwks_uri != new.jwks_uri {
        security(
            format!("Signing keys are fetched from '{}'", new.jwks_uri),
            false,
        );
    }
    if old.audience != new.audience {
        let lowers = new.audience.is_empty();
        security(
            format!(
                "Tokens must be for '{}' instead of '{}'",
                new.audience, old.audience
            ),
            lowers,
        );
    }
    if old.algorithms != new.algorithms {
        let lowers = new
            .algorithms
            .iter()
            .any(|algorithm| !old.algorithms.contains(algorithm));
        security(
            format!(
                "Signature algorithms accepted become {}",
                new.algorithms.join(", ")
            ),
            lowers,
        );
    }
    if old.aws != new.aws {
        security("On AWS another function checks tokens".to_owned(), false);
    }
    if old.ttl_seconds != new.ttl_seconds {
        let lowers = new.ttl_seconds > old.ttl_seconds;
        let (old, new) = (old.ttl_seconds, new.ttl_seconds);
        security(
            format!("AWS may reuse the answer for a token for {new} s instead of {old} s"),
            lowers,
        );
    }
}

fn cors(old: Option<&PlanCors>, new: Option<&PlanCors>, changes: &mut Vec<PlanChange>) {
    match (old, new) {
        (None, Some(new)) => {
            let sentence = format!(
                "Pages from {} may call the API (CORS)",
                origins(&new.policy)
            );
            changes.push(of_api(PlanChangeKind::Added, sentence));
        }
        (Some(_), None) => {
            changes.push(of_api(
                PlanChangeKind::Removed,
                "Pages from other origins may no longer call the API (CORS)".to_owned(),
            ));
        }
        (Some(old), Some(new)) if old.policy != new.policy => {
            let allowed = &old.policy.allow_origins;
            let more = |origin: &String| {
                !allowed.contains(origin) && !allowed.iter().any(|known| known == "*")
            };
            let wider = new.policy.allow_origins.iter().any(more)
                || (new.policy.allow_credentials && !old.policy.allow_credentials);
            let sentence = format!(
                "Pages from {} may call the API from now on (CORS)",
                origins(&new.policy)
            );
            let change = of_api(
                if wider {
                    PlanChangeKind::Security
                } else {
                    PlanChangeKind::Changed
                },
                sentence,
            );
            changes.push(PlanChange {
                lowers_security: wider,
                ..change
            });
        }
        (Some(old), Some(new)) if old.methods != new.methods => {
            changes.push(of_api(
                PlanChangeKind::Changed,
                "Preflight answers follow the operations (CORS)".to_owned(),
            ));
        }
        _ => {}
    }
}

fn origins(policy: &CorsPolicy) -> String {
    if policy.allow_origins.iter().any(|origin| origin == "*") {
        "every origin".to_owned()
    } else {
        policy.allow_origins.join(", ")
    }
}

fn of_route(kind: PlanChangeKind, route: &Route, sentence: String) -> PlanChange {
    PlanChange {
        kind,
        operation: Some(route.operation.clone()),
        sentence,
        lowers_security: false,
    }
}

fn of_api(kind: PlanChangeKind, sentence: String) -> PlanChange {
    PlanChange {
        kind,
        operation: None,
        sentence,
        lowers_security: false,
    }
}
