//! Rules about operations, where they go and what they carry.

use std::collections::BTreeSet;

use gw_model::{HttpMethod, Severity};
use gw_plan::{ParameterLocation, RouteBackend};

use super::{Finding, Rule, Subject};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        id: "GW021",
        severity: Severity::Error,
        why: "AWS answers \"Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY\".",
        fix: "Remove the operation.",
        check: trace_operations,
    },
    Rule {
        id: "GW025",
        severity: Severity::Error,
        why: "AWS answers \"Invalid HTTP endpoint specified for URI\".",
        fix: "Write http:// or https:// and a host name or address, also in front of a stage variable.",
        check: http_addresses,
    },
    Rule {
        id: "GW026",
        severity: Severity::Error,
        why: "AWS answers \"AWS ARN for integration must contain path or action\", or that AWS_PROXY supports Lambda only.",
        fix: "Use the function's ARN or its API Gateway invocation ARN.",
        check: integration_arns,
    },
    Rule {
        id: "GW031",
        severity: Severity::Info,
        why: "AWS wants names to be unique across query, header and path, so only the path's is declared. Requests pass unchanged.",
        fix: "",
        check: clashing_parameters,
    },
    Rule {
        id: "GW032",
        severity: Severity::Info,
        why: "API Gateway declares path, query and header parameters only. Cookies pass to the backend, but nothing checks them.",
        fix: "",
        check: cookies,
    },
    Rule {
        id: "GW034",
        severity: Severity::Warning,
        why: "API Gateway drops, renames or overwrites this header between caller and backend.",
        fix: "Use a header of another name.",
        check: headers_that_change,
    },
    Rule {
        id: "aws-backend-unreachable",
        severity: Severity::Error,
        why: "API Gateway calls the backend from AWS, where this address means another machine or none.",
        fix: "Use an address that AWS can reach.",
        check: loopback_backends,
    },
];

/// Headers of a request that do not arrive as sent (API Gateway important notes).
const CHANGED_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-http-method-override",
];

fn trace_operations(subject: &Subject<'_>) -> Vec<Finding> {
    let routes = subject
        .plan
        .routes
        .iter()
        .filter(|route| route.operation.method == HttpMethod::Trace);
    routes
        .map(|route| {
            subject.at(
                route,
                format!("AWS has no method TRACE for {}", route.operation.path),
            )
        })
        .collect()
}

fn http_addresses(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in &subject.plan.routes {
        if let RouteBackend::Http { url } = &route.backend
            && host(url).is_none_or(str::is_empty)
        {
            findings.push(subject.at(
                route,
                format!("'{url}' of {} is no HTTP address", route.operation),
            ));
        }
    }
    findings
}

fn integration_arns(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in &subject.plan.routes {
        if let RouteBackend::Lambda { uri, .. } = &route.backend
            && !is_function(uri)
        {
            findings.push(subject.at(
                route,
                format!("'{uri}' of {} names no Lambda function", route.operation),
            ));
        }
    }
    findings
}

fn is_function(uri: &str) -> bool {
    let invocation = uri.contains(":apigateway:")
        && uri.contains(":lambda:path/")
        && uri.ends_with("/invocations");
    let function =
        uri.starts_with("arn:") && uri.contains(":lambda:") && uri.contains(":function:");
    invocation || function
}

fn clashing_parameters(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in &subject.plan.routes {
        let mut seen = BTreeSet::new();
        let declared = route
            .parameters
            .iter()
            .filter(|parameter| parameter.location != ParameterLocation::Cookie);
        if let Some(twice) = declared
            .map(|parameter| &parameter.name)
            .find(|name| !seen.insert(*name))
        {
            findings.push(subject.at(
                route,
                format!(
                    "{} has the parameter '{twice}' in two places",
                    route.operation
                ),
            ));
        }
    }
    findings
}

fn cookies(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in &subject.plan.routes {
        for parameter in route
            .parameters
            .iter()
            .filter(|parameter| parameter.location == ParameterLocation::Cookie)
        {
            findings.push(subject.at(
                route,
                format!(
                    "{} declares the cookie '{}'",
                    route.operation, parameter.name
                ),
            ));
        }
    }
    findings
}

fn headers_that_change(subject: &Subject<'_>) -> Vec<Finding> {
    let changes = |name: &str| CHANGED_HEADERS.contains(&name.to_ascii_lowercase().as_str());
    let mut findings = Vec::new();
    for route in &subject.plan.routes {
        let headers = route
            .parameters
            .iter()
            .filter(|parameter| parameter.location == ParameterLocation::Header);
        for header in headers.filter(|header| changes(&header.name)) {
            findings.push(subject.at(
                route,
                format!("{} declares the header '{}'", route.operation, header.name),
            ));
        }
    }
    findings
}

fn loopback_backends(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.target.endpoint_url.is_some() {
        return Vec::new();
    }
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for route in &subject.plan.routes {
        if let RouteBackend::Http { url } = &route.backend
            && let Some(host) = host(url).filter(|host| is_local(host))
            && told.insert(host.to_owned())
        {
            findings.push(subject.at(route, format!("AWS cannot reach the backend at {host}")));
        }
    }
    findings
}

/// The host of an HTTP URL, without user and port; `None` when it is none.
pub(crate) fn host(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    if host.starts_with('[') {
        return host.split_inclusive(']').next();
    }
    Some(host.rsplit_once(':').map_or(host, |(name, _)| name))
}

/// Whether a host means the machine that asks.
pub(crate) fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.starts_with("127.")
        || host == "0.0.0.0"
}
