//! Rules about who may call.

use gw_model::{AwsAuthorizer, Severity};
use gw_plan::{RouteBackend, RouteSecurity, TokenCheck};

use super::backends::{host, is_local};
use super::{Finding, Rule, Subject};

/// Signature algorithms the provisioned authorizer checks.
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        id: "GW074",
        severity: Severity::Warning,
        why: "Everyone who knows the address may call them. Deploying asks for your consent.",
        fix: "Attach an OAuth policy, and mark as public what is meant to be.",
        check: open_without_policy,
    },
    Rule {
        id: "GW077",
        severity: Severity::Error,
        why: "AWS checks at import that the authorizer's function exists.",
        fix: "Write the function's ARN: arn:aws:lambda:REGION:ACCOUNT:function:NAME, with a version or alias if you like.",
        check: authorizer_arn,
    },
    Rule {
        id: "aws-authorizer-ttl",
        severity: Severity::Error,
        why: "AWS keeps an authorizer's answer for 0 to 3600 seconds.",
        fix: "Choose a time in that range; 0 asks every time.",
        check: authorizer_ttl,
    },
    Rule {
        id: "aws-authorizer-algorithms",
        severity: Severity::Error,
        why: "The provisioned authorizer checks RS, PS and ES signatures with SHA-256, SHA-384 and (RS, PS) SHA-512.",
        fix: "Let the key manager sign with RS256, for example.",
        check: authorizer_algorithms,
    },
    Rule {
        id: "aws-keys-unreachable",
        severity: Severity::Error,
        why: "The authorizer fetches the signing keys from AWS, where this address means another machine or none.",
        fix: "Use a key manager that AWS can reach; the resident one is for the local gateway.",
        check: unreachable_keys,
    },
    Rule {
        id: "aws-cors-answers",
        severity: Severity::Info,
        why: "API Gateway passes a backend's answer on unchanged; the CORS policy answers preflights and API Gateway's own errors.",
        fix: "Let the backend send Access-Control-Allow-Origin.",
        check: cors_by_backend,
    },
];

fn open_without_policy(subject: &Subject<'_>) -> Vec<Finding> {
    let open =
        |route: &&gw_plan::Route| matches!(route.security, RouteSecurity::Open { declared: false });
    match subject.plan.routes.iter().filter(open).count() {
        0 => Vec::new(),
        1 => vec![Subject::whole(
            "1 operation is open to everyone, and no policy says so",
        )],
        count => vec![Subject::whole(format!(
            "{count} operations are open to everyone, and no policy says so"
        ))],
    }
}

fn authorizer_arn(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(TokenCheck {
        aws: AwsAuthorizer::Existing { lambda_arn, .. },
        ..
    }) = &subject.plan.token_check
    else {
        return Vec::new();
    };
    let parts: Vec<&str> = lambda_arn.split(':').collect();
    let fits = matches!(parts.as_slice(), ["arn", _, "lambda", _, account, "function", name, ..]
        if parts.len() <= 8 && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty());
    if fits {
        Vec::new()
    } else {
        vec![Subject::whole(format!(
            "'{lambda_arn}' is no ARN of a Lambda function"
        ))]
    }
}

fn authorizer_ttl(subject: &Subject<'_>) -> Vec<Finding> {
    match &subject.plan.token_check {
        Some(check) if check.ttl_seconds > 3600 => {
            vec![Subject::whole(format!(
                "An authorizer's answer cannot be kept for {} seconds",
                check.ttl_seconds
            ))]
        }
        _ => Vec::new(),
    }
}

fn authorizer_algorithms(subject: &Subject<'_>) -> Vec<Finding> {
    match provisioned(subject) {
        Some(check)
            if !check
                .algorithms
                .iter()
                .any(|name| ALGORITHMS.contains(&name.as_str())) =>
        {
            vec![Subject::whole(format!(
                "The authorizer can check none of the key manager's signature algorithms ({})",
                check.algorithms.join(", ")
            ))]
        }
        _ => Vec::new(),
    }
}

fn unreachable_keys(subject: &Subject<'_>) -> Vec<Finding> {
    match provisioned(subject) {
        Some(check)
            if subject.target.endpoint_url.is_none()
                && host(&check.jwks_uri).is_none_or(is_local) =>
        {
            vec![Subject::whole(format!(
                "AWS cannot fetch the signing keys from {}",
                check.jwks_uri
            ))]
        }
        _ => Vec::new(),
    }
}

fn cors_by_backend(subject: &Subject<'_>) -> Vec<Finding> {
    let proxied = |route: &gw_plan::Route| !matches!(route.backend, RouteBackend::Mock { .. });
    if subject.plan.cors.is_some() && subject.plan.routes.iter().any(proxied) {
        return vec![Subject::whole(
            "The backend must send the CORS headers of its own answers",
        )];
    }
    Vec::new()
}

fn provisioned<'a>(subject: &'a Subject<'_>) -> Option<&'a TokenCheck> {
    subject
        .plan
        .token_check
        .as_ref()
        .filter(|check| check.aws == AwsAuthorizer::Provision)
}
