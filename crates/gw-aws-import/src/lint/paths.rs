//! Rules about paths that are imported as they are, and methods that are not.
//!
//! It refuses what the compiler rewrites.

use gw_model::HttpMethod;

use super::{Found, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW014",
        check: reserved_paths,
    },
    Rule {
        id: "GW016",
        check: colons,
    },
    Rule {
        id: "GW021",
        check: nothing_but_trace,
    },
];

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn reserved_paths(subject: &Subject<'_>, found: &mut Found) {
    for route in subject.paths() {
        let path = &route.operation.path;
        if matches!(segments(path).next(), Some("ping" | "sping")) {
            found.add(|| {
                let message = format!("{path} is a path that API Gateway keeps for itself");
                (subject.place_of(route), message)
            });
        }
    }
}

fn colons(subject: &Subject<'_>, found: &mut Found) {
    for route in subject.paths() {
        let path = &route.operation.path;
        if path.contains(':') {
            found.add(|| {
                let message = format!("{path} has a colon, which may not work on AWS");
                (subject.place_of(route), message)
            });
        }
    }
}

/// The compiler leaves TRACE out; an API that has nothing else is empty then.
fn nothing_but_trace(subject: &Subject<'_>, found: &mut Found) {
    let routes = &subject.plan.routes;
    let is_trace = |route: &gw_plan::Route| route.operation.method == HttpMethod::Trace;
    if routes.iter().all(is_trace) {
        for route in routes {
            found.add(|| {
                let message = format!("AWS has no method TRACE for {}", route.operation.path);
                (subject.place_of(route), message)
            });
        }
    }
}
