//! Rules that the compiler tells in its notes, for plans that it does not rewrite.
//!
//! It refuses to outlive that: what the compiler rewrites is no obstacle, and its note says so.

use std::collections::{BTreeMap, BTreeSet};

use gw_model::HttpMethod;
use gw_plan::ParameterLocation;

use super::paths::segments;
use super::size::MAX_RESOURCES;
use super::{Found, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW010",
        check: segment_characters,
    },
    Rule {
        id: "GW011",
        check: partial_variables,
    },
    Rule {
        id: "GW012",
        check: sibling_variables,
    },
    Rule {
        id: "GW013",
        check: greedy_children,
    },
    Rule {
        id: "GW015",
        check: too_many_resources,
    },
    Rule {
        id: "GW017",
        check: trailing_slashes,
    },
    Rule {
        id: "GW021",
        check: trace_operations,
    },
    Rule {
        id: "GW031",
        check: clashing_parameters,
    },
    Rule {
        id: "GW032",
        check: cookies,
    },
];

fn is_variable(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn is_greedy(segment: &str) -> bool {
    is_variable(segment) && segment.ends_with("+}")
}

fn bare(segment: &str) -> &str {
    segment
        .trim_start_matches('{')
        .trim_end_matches('}')
        .trim_end_matches('+')
}

fn segment_characters(subject: &Subject<'_>, found: &mut Found) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.,:".contains(c);
    let wrong = |segment: &str| {
        let text = if is_variable(segment) {
            bare(segment)
        } else {
            segment
        };
        let partial = !is_variable(segment) && segment.contains('{');
        !partial && (text.is_empty() || !text.chars().all(allowed))
    };
    for route in subject.paths() {
        let path = &route.operation.path;
        if let Some(segment) = segments(path).find(|segment| wrong(segment)) {
            found.add(|| {
                let message = format!("AWS does not take the segment '{segment}' of {path}");
                (subject.place_of(route), message)
            });
        }
    }
}

fn partial_variables(subject: &Subject<'_>, found: &mut Found) {
    let partial = |segment: &&str| {
        segment.contains(['{', '}']) && (!is_variable(segment) || segment.matches('{').count() > 1)
    };
    for route in subject.paths() {
        let path = &route.operation.path;
        if let Some(segment) = segments(path).find(partial) {
            found.add(|| {
                let message = format!("'{segment}' of {path} is a variable only in part");
                (subject.place_of(route), message)
            });
        }
    }
}

fn sibling_variables(subject: &Subject<'_>, found: &mut Found) {
    let mut variable_of: BTreeMap<String, &str> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for route in subject.paths() {
        let path = &route.operation.path;
        let mut parent = String::new();
        for segment in segments(path) {
            if is_variable(segment) {
                let first = *variable_of.entry(parent.clone()).or_insert(segment);
                if first != segment && told.insert((parent.clone(), segment)) {
                    found.add(|| {
                        let message = format!(
                            "{parent}/ is followed by {first} in one path and by {segment} in {path}"
                        );
                        (subject.place_of(route), message)
                    });
                }
            }
            parent.push('/');
            parent.push_str(segment);
        }
    }
}

fn greedy_children(subject: &Subject<'_>, found: &mut Found) {
    for route in subject.paths() {
        let path = &route.operation.path;
        let mut rest = segments(path).skip_while(|segment| !is_greedy(segment));
        if rest.nth(1).is_some() {
            found.add(|| {
                let message = format!("{path} goes on after a greedy variable");
                (subject.place_of(route), message)
            });
        }
    }
}

fn too_many_resources(subject: &Subject<'_>, found: &mut Found) {
    let count = subject.plan.resources;
    if count > MAX_RESOURCES {
        found.whole(format!(
            "The API has {count} resources, and AWS allows {MAX_RESOURCES}"
        ));
    }
}

fn trailing_slashes(subject: &Subject<'_>, found: &mut Found) {
    let routes = subject.plan.routes.iter();
    let paths: BTreeSet<&str> = routes.map(|route| route.operation.path.as_str()).collect();
    for route in subject.paths() {
        let path = route.operation.path.as_str();
        if path.len() > 1 && path.ends_with('/') && paths.contains(path.trim_end_matches('/')) {
            found.add(|| {
                let message = format!(
                    "{path} and the same path without its slash may be one resource on AWS"
                );
                (subject.place_of(route), message)
            });
        }
    }
}

fn trace_operations(subject: &Subject<'_>, found: &mut Found) {
    let is_trace = |route: &&gw_plan::Route| route.operation.method == HttpMethod::Trace;
    // That nothing else is there is told by the rule about methods.
    if subject.plan.routes.iter().all(|route| is_trace(&route)) {
        return;
    }
    for route in subject.plan.routes.iter().filter(is_trace) {
        found.add(|| {
            let message = format!("AWS has no method TRACE for {}", route.operation.path);
            (subject.place_of(route), message)
        });
    }
}

fn clashing_parameters(subject: &Subject<'_>, found: &mut Found) {
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
            found.add(|| {
                let message = format!(
                    "{} has the parameter '{twice}' in two places",
                    route.operation
                );
                (subject.place_of(route), message)
            });
        }
    }
}

fn cookies(subject: &Subject<'_>, found: &mut Found) {
    for route in &subject.plan.routes {
        let declared = route.parameters.iter();
        for cookie in declared.filter(|each| each.location == ParameterLocation::Cookie) {
            found.add(|| {
                let message = format!("{} declares the cookie '{}'", route.operation, cookie.name);
                (subject.place_of(route), message)
            });
        }
    }
}
