//! Why an answer is a refusal: the likely cause and the next step.
//!
//! It refuses certainty it does not have: what is concluded, not seen, says that it is a guess.

use gw_model::{GatewayKind, HttpMethod, OperationKey};
use gw_plan::{Plan, Route, RouteSecurity};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::answer::Answered;
use crate::claims::disagreements;
use crate::gateway_words::{Said, said};

/// What is known of an exchange besides its answer.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The kind of gateway.
    pub gateway: GatewayKind,
    /// The plan that was published there; `None` when it is not known.
    pub plan: Option<&'a Plan>,
    /// The method sent.
    pub method: HttpMethod,
    /// The path below the API's base URL, with its values filled in and without query.
    pub path: &'a str,
    /// What was sent to prove who calls.
    pub token: SentToken<'a>,
    /// Seconds since 1970 when it was sent.
    pub now: i64,
}

/// What was sent to prove who calls.
#[derive(Clone, Copy, Debug)]
pub enum SentToken<'a> {
    /// Nothing.
    None,
    /// Something that has no readable claims.
    Opaque,
    /// A token with these claims.
    Claims(&'a Value),
}

/// Why an answer is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Note {
    /// What happened and why, in one or two sentences.
    pub cause: String,
    /// What to do.
    pub next: String,
    /// Whether it is a guess.
    pub guess: bool,
}

/// The likeliest causes first; empty for answers that need no explanation.
pub fn judge(answer: &Answered, case: &Case<'_>) -> Vec<Note> {
    let Some(said) = said(answer) else {
        return backend(answer, case);
    };
    match said {
        Said::Unauthorized => unauthorized(case),
        Said::AccessDenied => denied(case),
        Said::MissingAuthenticationToken | Said::NotASignature => no_such_route(case),
        Said::Signature => vec![sure(
            "The gateway read the Authorization header as an AWS signature and refused it.",
            "Remove the Authorization header if this API is not protected by IAM; otherwise sign with valid AWS keys.",
        )],
        Said::Forbidden => vec![guess(
            "The gateway refused the request before any token was looked at: an API key is missing or wrong, or a WAF rule matched.",
            "Send the API key in x-api-key if a usage plan asks for one; else look at the stage's WAF.",
        )],
        Said::Authorizer => authorizer(case),
        Said::BadRequest => vec![sure(
            "The gateway's request validation refused the request; the body names what is missing or wrong.",
            "Fill in what the answer names: required parameters come from the document.",
        )],
        Said::Throttled => vec![sure(
            "The gateway limits the rate of calls to this stage, method or API key.",
            "Wait and send again, or raise the stage's throttling.",
        )],
        Said::Quota => vec![sure(
            "The quota of the usage plan behind this API key is used up.",
            "Raise the plan's quota or wait until it starts anew.",
        )],
        Said::TooLarge => vec![sure(
            "The request is larger than the gateway takes: 10 MB with AWS.",
            "Send less, or let callers upload elsewhere.",
        )],
        Said::MediaType => vec![sure(
            "The gateway does not take this Content-Type for the operation.",
            "Send one of the media types of the document's request body.",
        )],
        Said::IntegrationTimeout => vec![sure(
            format!(
                "{} did not answer the gateway in time (29 s unless raised).",
                backend_name(case)
            ),
            "Call the backend directly to see how long it takes; make it faster, or raise the integration timeout.",
        )],
        Said::IntegrationFailure => vec![sure(
            format!("The gateway could not reach {}.", backend_name(case)),
            "Check the backend's address, DNS, certificate, and that it can be reached from where the gateway runs.",
        )],
        Said::InternalError => vec![guess(
            format!(
                "The gateway failed at {}: an unreachable address, a function without permission to be invoked, or an answer it cannot read.",
                backend_name(case)
            ),
            "Call the backend directly; for a Lambda function check its permission for API Gateway and the shape of its answer.",
        )],
    }
}

/// The published route that serves a path, more literal ones first, as gateways choose.
pub fn route_for<'p>(plan: &'p Plan, method: HttpMethod, path: &str) -> Option<&'p Route> {
    let fits = |route: &&Route| {
        let takes = route.operation.method == method || route.operation.method == HttpMethod::Any;
        takes && template_fits(&route.operation.path, path)
    };
    plan.routes.iter().filter(fits).min_by_key(|route| {
        let template = &route.operation.path;
        (
            template.contains("+}"),
            template.matches('{').count(),
            route.operation.method == HttpMethod::Any,
        )
    })
}

fn unauthorized(case: &Case<'_>) -> Vec<Note> {
    let route = route(case);
    if let Some(route) = route
        && matches!(route.security, RouteSecurity::Open { .. })
    {
        return vec![guess(
            format!(
                "{} is open in the published plan, yet the gateway asked for a token: something else protects what is live.",
                route.operation
            ),
            "Deploy again, and look for drift: the method's authorization may have been changed by hand.",
        )];
    }
    let wants = route.map(wants).unwrap_or_default();
    match case.token {
        SentToken::None => vec![sure_if(
            route.is_some(),
            format!(
                "No token was sent, and {} asks for one{wants}.",
                place(case, route)
            ),
            "Choose an application, so that its token is attached.",
        )],
        SentToken::Opaque => vec![guess(
            "The token is not a JWT, so the gateway cannot check its signature, issuer or audience.",
            "Ask the key manager for a JWT access token; with Auth0 and others this needs the API's audience.",
        )],
        SentToken::Claims(claims) => {
            let notes = disagreeing(claims, case, route);
            if notes.is_empty() {
                signature(case)
            } else {
                notes
            }
        }
    }
}

fn denied(case: &Case<'_>) -> Vec<Note> {
    let route = route(case);
    let mut notes = match case.token {
        SentToken::Claims(claims) => disagreeing(claims, case, route),
        SentToken::None | SentToken::Opaque => Vec::new(),
    };
    if notes.is_empty() && case.gateway == GatewayKind::Aws {
        notes.push(guess(
            "The authorizer refused this route, though the token's claims fit the policy. A kept authorizer answer may be too narrow, or older than the last change of the token or policy.",
            "Wait for the authorizer's cache to end (its seconds stand in the policy) or set it to 0; an authorizer of your own must allow the whole stage in the policy it returns.",
        ));
    } else if notes.is_empty() {
        notes.push(guess(
            "The gateway knows the token but does not allow it this route.",
            "Compare the token's scopes with the route's in the policy.",
        ));
    }
    notes
}

/// AWS says so of IAM routes, too; a plan has none of these.
fn no_such_route(case: &Case<'_>) -> Vec<Note> {
    let Some(plan) = case.plan else {
        return vec![guess(
            format!(
                "Despite its words this is most often a wrong URL: the gateway has no route {} {}.",
                case.method, case.path
            ),
            "Check method, path, and the stage or base path at the start of the URL.",
        )];
    };
    if let Some(route) = route(case) {
        return vec![guess(
            format!(
                "{} is in the plan, but the gateway does not know it: what is live may be another revision, or the URL lacks its stage or base path.",
                route.operation
            ),
            "Compare the URL with the deployment's, then deploy again; after a switch it takes AWS some seconds.",
        )];
    }
    let others: Vec<&str> = plan
        .routes
        .iter()
        .filter(|route| template_fits(&route.operation.path, case.path))
        .map(|route| route.operation.method.as_str())
        .collect();
    if !others.is_empty() {
        return vec![sure(
            format!(
                "Despite its words this is no matter of tokens: {} has {}, but no {}.",
                case.path,
                others.join(", "),
                case.method
            ),
            "Choose a method the API has, or add the operation and deploy.",
        )];
    }
    let near = nearest(plan, case.path)
        .map(|near| format!(" The nearest is {near}."))
        .unwrap_or_default();
    vec![sure(
        format!(
            "Despite its words this is no matter of tokens: the API has no path {}.{near}",
            case.path
        ),
        "Correct the path, or add the operation and deploy.",
    )]
}

fn authorizer(case: &Case<'_>) -> Vec<Note> {
    let mut notes = vec![guess(
        "The authorizer itself failed: API Gateway may not invoke it, it threw an error or timed out, or it returned no valid policy.",
        "Check that the function exists and that API Gateway may invoke it, then read the function's log.",
    )];
    if let Some(check) = case.plan.and_then(|plan| plan.token_check.as_ref()) {
        notes.push(guess(
            format!("It may not reach the keys at {}.", check.jwks_uri),
            "Make sure the key manager's keys can be fetched from where the authorizer runs: a loopback or private address cannot.",
        ));
    }
    notes
}

fn backend(answer: &Answered, case: &Case<'_>) -> Vec<Note> {
    let who = backend_name(case);
    match answer.status {
        401 | 403 => vec![guess(
            format!(
                "The answer is not in the gateway's words, so it is probably {who} that refused."
            ),
            "Look at what the backend asks for: its own credentials, or headers the gateway does not pass on.",
        )],
        502..=504 => vec![guess(
            format!(
                "The answer is not in the gateway's words: {who}, or something in front of it, is unavailable."
            ),
            "Call the backend directly.",
        )],
        500 | 501 | 505..=599 => vec![guess(
            format!(
                "The answer is not in the gateway's words, so the error is probably {who}'s own."
            ),
            "Read the backend's log.",
        )],
        _ => Vec::new(),
    }
}

fn disagreeing(claims: &Value, case: &Case<'_>, route: Option<&Route>) -> Vec<Note> {
    let Some(check) = case.plan.and_then(|plan| plan.token_check.as_ref()) else {
        return Vec::new();
    };
    let scopes = match route.map(|route| &route.security) {
        Some(RouteSecurity::Token { scopes }) => scopes.as_slice(),
        Some(RouteSecurity::Open { .. } | RouteSecurity::Own { .. }) | None => &[],
    };
    let found = disagreements(claims, check, scopes, case.now);
    found
        .into_iter()
        .map(|found| sure(found.sentence, found.next))
        .collect()
}

fn signature(case: &Case<'_>) -> Vec<Note> {
    let keys = case
        .plan
        .and_then(|plan| plan.token_check.as_ref())
        .map(|check| {
            format!(
                " (keys at {}, algorithms {})",
                check.jwks_uri,
                check.algorithms.join(", ")
            )
        });
    vec![guess(
        format!(
            "The token's claims fit the policy, so its signature was probably refused: an unknown key or an algorithm that is not allowed{}.",
            keys.unwrap_or_default()
        ),
        "Get a new token; if it stays so, check that the key manager's JWKS address holds the key the token names.",
    )]
}

fn route<'a>(case: &Case<'a>) -> Option<&'a Route> {
    route_for(case.plan?, case.method, case.path)
}

fn wants(route: &Route) -> String {
    match &route.security {
        RouteSecurity::Token { scopes } if !scopes.is_empty() => {
            format!(" with the scope {}", scopes.join(" "))
        }
        RouteSecurity::Token { .. } | RouteSecurity::Open { .. } | RouteSecurity::Own { .. } => {
            String::new()
        }
    }
}

fn place(case: &Case<'_>, route: Option<&Route>) -> OperationKey {
    route.map_or_else(
        || OperationKey::new(case.method, case.path),
        |route| route.operation.clone(),
    )
}

fn backend_name(case: &Case<'_>) -> String {
    match route(case).map(|route| &route.backend) {
        Some(gw_plan::RouteBackend::Http { url }) => format!("the backend {url}"),
        Some(gw_plan::RouteBackend::Lambda { uri, .. }) => format!("the function {uri}"),
        _ => "the backend".to_owned(),
    }
}

fn template_fits(template: &str, path: &str) -> bool {
    let mut segments = path.trim_end_matches('/').split('/');
    for part in template.trim_end_matches('/').split('/') {
        if part.starts_with('{') && part.ends_with("+}") {
            return segments.next().is_some_and(|segment| !segment.is_empty());
        }
        let Some(segment) = segments.next() else {
            return false;
        };
        let fits = match (part.split_once('{'), part.rsplit_once('}')) {
            (Some((before, _)), Some((_, after))) => {
                segment.len() > before.len() + after.len()
                    && segment.starts_with(before)
                    && segment.ends_with(after)
            }
            _ => part == segment,
        };
        if !fits {
            return false;
        }
    }
    segments.next().is_none()
}

/// The route that shares most segments with the path, if any does.
fn nearest<'p>(plan: &'p Plan, path: &str) -> Option<&'p OperationKey> {
    let shared = |route: &&Route| {
        let template = route.operation.path.trim_matches('/').split('/');
        let same = |(a, b): &(&str, &str)| {
            a.eq_ignore_ascii_case(b) || (a.starts_with('{') && !b.is_empty())
        };
        template
            .zip(path.trim_matches('/').split('/'))
            .take_while(same)
            .filter(|(a, _)| !a.starts_with('{'))
            .count()
    };
    plan.routes
        .iter()
        .max_by_key(shared)
        .filter(|best| shared(best) > 0)
        .map(|route| &route.operation)
}

fn sure(cause: impl Into<String>, next: impl Into<String>) -> Note {
    Note {
        cause: cause.into(),
        next: next.into(),
        guess: false,
    }
}

fn guess(cause: impl Into<String>, next: impl Into<String>) -> Note {
    Note {
        cause: cause.into(),
        next: next.into(),
        guess: true,
    }
}

fn sure_if(known: bool, cause: impl Into<String>, next: impl Into<String>) -> Note {
    Note {
        guess: !known,
        ..sure(cause, next)
    }
}
