//! Rules about where operations go.
//!
//! It refuses integrations that are kept to the letter: the rules about those read the document.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use gw_plan::RouteBackend;

use super::{Found, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW025",
        check: http_addresses,
    },
    Rule {
        id: "GW026",
        check: integration_arns,
    },
    Rule {
        id: "aws-backend-unreachable",
        check: loopback_backends,
    },
];

fn http_addresses(subject: &Subject<'_>, found: &mut Found) {
    for route in &subject.plan.routes {
        if let RouteBackend::Http { url } = &route.backend
            && host(url).is_none_or(str::is_empty)
        {
            found.add(|| {
                let message = format!("'{url}' of {} is no HTTP address", route.operation);
                (subject.place_of(route), message)
            });
        }
    }
}

fn integration_arns(subject: &Subject<'_>, found: &mut Found) {
    for route in &subject.plan.routes {
        if let RouteBackend::Lambda { uri, .. } = &route.backend
            && !is_function(uri)
        {
            found.add(|| {
                let message = format!("'{uri}' of {} names no Lambda function", route.operation);
                (subject.place_of(route), message)
            });
        }
    }
}

fn is_function(uri: &str) -> bool {
    let invocation = uri.contains(":apigateway:")
        && uri.contains(":lambda:path/")
        && uri.ends_with("/invocations");
    let function =
        uri.starts_with("arn:") && uri.contains(":lambda:") && uri.contains(":function:");
    invocation || function
}

fn loopback_backends(subject: &Subject<'_>, found: &mut Found) {
    if subject.target.endpoint_url.is_some() {
        return;
    }
    let mut told = BTreeSet::new();
    for route in &subject.plan.routes {
        if let RouteBackend::Http { url } = &route.backend
            && let Some(host) = host(url).filter(|host| is_local(host))
            && told.insert(host.to_owned())
        {
            found.add(|| {
                let message = format!("AWS cannot reach the backend at {host}");
                (subject.place_of(route), message)
            });
        }
    }
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
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}
