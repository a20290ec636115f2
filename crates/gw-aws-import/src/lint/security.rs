//! Rules about who may call.
//!
//! It refuses to take a document's security for something enforced: the policy of the plan is.

use std::collections::BTreeSet;

use gw_model::{AwsAuthorizer, Place};
use gw_openapi::{Node, Operation};
use gw_plan::{RouteBackend, RouteSecurity, TokenCheck};

use super::backends::{host, is_local};
use super::{Found, Rule, Subject, at_key, counted};

/// Signature algorithms the provisioned authorizer checks.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
];

pub(super) const OF_PLANS: &[Rule] = &[
    Rule {
        id: "GW074",
        check: open_without_policy,
    },
    Rule {
        id: "GW077",
        check: authorizer_arn,
    },
    Rule {
        id: "aws-authorizer-ttl",
        check: authorizer_ttl,
    },
    Rule {
        id: "aws-authorizer-algorithms",
        check: authorizer_algorithms,
    },
    Rule {
        id: "aws-keys-unreachable",
        check: unreachable_keys,
    },
    Rule {
        id: "aws-cors-answers",
        check: cors_by_backend,
    },
];

pub(super) const OF_DOCUMENTS: &[Rule] = &[
    Rule {
        id: "GW073",
        check: other_schemes,
    },
    Rule {
        id: "GW075",
        check: several_schemes,
    },
    Rule {
        id: "GW076",
        check: unchecked_scopes,
    },
    Rule {
        id: "GW078",
        check: several_sources,
    },
    Rule {
        id: "GW079",
        check: resource_policy,
    },
];

fn open_without_policy(subject: &Subject<'_>, found: &mut Found) {
    let open =
        |route: &&gw_plan::Route| matches!(route.security, RouteSecurity::Open { declared: false });
    let count = subject.plan.routes.iter().filter(open).count();
    if count > 0 {
        let operations = counted(count, "operation is", "operations are");
        found.whole(format!(
            "{operations} open to everyone, and no policy says so"
        ));
    }
}

fn authorizer_arn(subject: &Subject<'_>, found: &mut Found) {
    let Some(TokenCheck {
        aws: AwsAuthorizer::Existing { lambda_arn, .. },
        ..
    }) = &subject.plan.token_check
    else {
        return;
    };
    let parts: Vec<&str> = lambda_arn.split(':').collect();
    let fits = matches!(parts.as_slice(), ["arn", _, "lambda", _, account, "function", name, ..]
        if parts.len() <= 8 && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty());
    if !fits {
        found.whole(format!("'{lambda_arn}' is no ARN of a Lambda function"));
    }
}

fn authorizer_ttl(subject: &Subject<'_>, found: &mut Found) {
    if let Some(check) = &subject.plan.token_check
        && check.ttl_seconds > 3600
    {
        found.whole(format!(
            "An authorizer's answer cannot be kept for {} seconds",
            check.ttl_seconds
        ));
    }
}

fn authorizer_algorithms(subject: &Subject<'_>, found: &mut Found) {
    let Some(check) = provisioned(subject) else {
        return;
    };
    let mut named = check.algorithms.iter();
    if !named.any(|name| ALGORITHMS.contains(&name.as_str())) {
        found.whole(format!(
            "The authorizer can check none of the key manager's signature algorithms ({})",
            check.algorithms.join(", ")
        ));
    }
}

fn unreachable_keys(subject: &Subject<'_>, found: &mut Found) {
    if let Some(check) = provisioned(subject)
        && subject.target.endpoint_url.is_none()
        && host(&check.jwks_uri).is_none_or(is_local)
    {
        found.whole(format!(
            "AWS cannot fetch the signing keys from {}",
            check.jwks_uri
        ));
    }
}

fn cors_by_backend(subject: &Subject<'_>, found: &mut Found) {
    let proxied = |route: &gw_plan::Route| !matches!(route.backend, RouteBackend::Mock { .. });
    if subject.plan.cors.is_some() && subject.plan.routes.iter().any(proxied) {
        found.whole("The backend must send the CORS headers of its own answers");
    }
}

fn provisioned<'a>(subject: &'a Subject<'_>) -> Option<&'a TokenCheck> {
    subject
        .plan
        .token_check
        .as_ref()
        .filter(|check| check.aws == AwsAuthorizer::Provision)
}

/// The document's security schemes, resolved, with their names.
fn schemes<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s str, Node<'s>)> {
    let document = subject.document;
    let holder = document
        .at("/components/securitySchemes")
        .or_else(|| document.at("/securityDefinitions"));
    holder
        .into_iter()
        .flat_map(Node::entries)
        .filter_map(|(name, scheme)| Some((name.text, document.resolve(scheme).ok()?)))
}

fn other_schemes(subject: &Subject<'_>, found: &mut Found) {
    found.settled = subject.plan.token_check.is_some();
    for (name, scheme) in schemes(subject) {
        let kind = scheme.get("type").and_then(Node::as_str);
        if let Some(kind) = kind.filter(|kind| *kind != "apiKey") {
            found.add(|| {
                let message = format!("AWS cannot check '{name}', a scheme of type {kind}");
                (at_key(scheme), message)
            });
        }
    }
}

fn several_schemes(subject: &Subject<'_>, found: &mut Found) {
    let several = |security: Node<'_>| {
        let mut real = security.items().filter(|each| !each.is_empty());
        let first = real.next().map_or(0, Node::len);
        first > 1 || real.next().is_some()
    };
    let mut tell = |security: Node<'_>, of: &str| {
        if several(security) {
            found.add(|| {
                let message = format!("{of} offers or demands several security schemes");
                (at_key(security), message)
            });
        }
    };
    if let Some(security) = subject.document.at("/security") {
        tell(security, "The document");
    }
    for (operation, route) in subject.routed() {
        // What the document has AWS check was looked at when it was compiled.
        if matches!(route.security, RouteSecurity::Own { .. }) {
            continue;
        }
        if let Some(security) = subject.document.node(operation.node).get("security") {
            tell(security, &operation.key.to_string());
        }
    }
}

fn unchecked_scopes(subject: &Subject<'_>, found: &mut Found) {
    let own_check = subject.plan.token_check.as_ref();
    let by_function = own_check.filter(|check| check.aws != AwsAuthorizer::Provision);
    if by_function.is_some() {
        let asks = |route: &&gw_plan::Route| matches!(&route.security, RouteSecurity::Token { scopes } if !scopes.is_empty());
        let count = subject.plan.routes.iter().filter(asks).count();
        if count > 0 {
            let operations = counted(count, "operation", "operations");
            found.add(|| {
                let message = format!("Only your authorizer can check the scopes of {operations}");
                (Place::default(), message)
            });
        }
    }
    for (operation, route) in subject.routed() {
        let RouteSecurity::Token { scopes } = &route.security else {
            continue;
        };
        let missing: BTreeSet<&str> = declared_scopes(operation)
            .filter(|scope| !scopes.iter().any(|known| known == scope))
            .collect();
        if !missing.is_empty() {
            found.add(|| {
                let missing: Vec<&str> = missing.into_iter().collect();
                let message = format!(
                    "{} asks for {} in the document and not in the policy",
                    operation.key,
                    missing.join(", ")
                );
                (operation.place.clone(), message)
            });
        }
    }
}

/// What every way in asks for: scopes of one alternative among several are no demand.
fn declared_scopes(operation: &Operation) -> impl Iterator<Item = &str> {
    let requirements = operation.security.as_deref().unwrap_or_default();
    let only = if requirements.len() == 1 {
        requirements
    } else {
        &[]
    };
    only.iter()
        .flat_map(|requirement| &requirement.schemes)
        .flat_map(|(_, scopes)| scopes)
        .map(String::as_str)
}

fn several_sources(subject: &Subject<'_>, found: &mut Found) {
    for (name, scheme) in schemes(subject) {
        let Some(authorizer) = scheme.get("x-amazon-apigateway-authorizer") else {
            continue;
        };
        let of =
            |node: Node<'_>, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        let sources = of(authorizer, "identitySource").unwrap_or_default();
        let written = (of(scheme, "name"), of(scheme, "in"));
        let well = (Some("Unused".to_owned()), Some("header".to_owned()));
        if sources.contains(',') && written != well {
            found.add(|| {
                let message = format!("The authorizer '{name}' reads {sources}");
                (at_key(scheme), message)
            });
        }
    }
}

fn resource_policy(subject: &Subject<'_>, found: &mut Found) {
    if let Some(policy) = subject.document.at("/x-amazon-apigateway-policy") {
        found.add(|| {
            let message =
                "The document has a resource policy, which is imported with it".to_owned();
            (at_key(policy), message)
        });
    }
}
