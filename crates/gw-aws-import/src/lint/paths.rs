//! Rules about paths.

use std::collections::{BTreeMap, BTreeSet};

use gw_model::Severity;

use super::{Finding, Rule, Subject};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        id: "GW010",
        severity: Severity::Error,
        why: "AWS takes path segments of letters, digits and _ - . , : only.",
        fix: "Rename the segment, or make it a variable.",
        check: segment_characters,
    },
    Rule {
        id: "GW011",
        severity: Severity::Error,
        why: "On AWS a path variable is a whole segment.",
        fix: "Make the segment one variable, such as /{file}, and split its value in the backend.",
        check: partial_variables,
    },
    Rule {
        id: "GW012",
        severity: Severity::Error,
        why: "AWS answers \"A sibling of this resource already has a variable path part -- only one is allowed\".",
        fix: "Give the variables at this place one name.",
        check: sibling_variables,
    },
    Rule {
        id: "GW013",
        severity: Severity::Error,
        why: "AWS answers \"Cannot create a child of a resource with a greedy path variable\".",
        fix: "End the path at the greedy variable.",
        check: greedy_children,
    },
    Rule {
        id: "GW014",
        severity: Severity::Warning,
        why: "API Gateway keeps /ping and /sping at the root for its own health checks; behind a custom domain they never reach the API.",
        fix: "Use another path, such as /health.",
        check: reserved_paths,
    },
    Rule {
        id: "GW016",
        severity: Severity::Warning,
        why: "AWS lists the colon as allowed in a segment, and users report that it may not work.",
        fix: "Try it on a stage of its own first.",
        check: colons,
    },
    Rule {
        id: "GW017",
        severity: Severity::Error,
        why: "AWS has no resource with an empty name, so a path with a slash at its end is the same resource as the path without.",
        fix: "Keep one of the two, or remove the slash.",
        check: trailing_slashes,
    },
];

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

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

fn segment_characters(subject: &Subject<'_>) -> Vec<Finding> {
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
    subject
        .paths()
        .into_iter()
        .filter_map(|route| {
            let segment = segments(&route.operation.path).find(|segment| wrong(segment))?;
            Some(subject.at(
                route,
                format!(
                    "AWS does not take the segment '{segment}' of {}",
                    route.operation.path
                ),
            ))
        })
        .collect()
}

fn partial_variables(subject: &Subject<'_>) -> Vec<Finding> {
    let partial = |segment: &&str| {
        segment.contains(['{', '}']) && (!is_variable(segment) || segment.matches('{').count() > 1)
    };
    subject
        .paths()
        .into_iter()
        .filter_map(|route| {
            let segment = segments(&route.operation.path).find(partial)?;
            Some(subject.at(
                route,
                format!(
                    "'{segment}' of {} is a variable only in part",
                    route.operation.path
                ),
            ))
        })
        .collect()
}

fn sibling_variables(subject: &Subject<'_>) -> Vec<Finding> {
    let mut variable_of: BTreeMap<String, &str> = BTreeMap::new();
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for route in subject.paths() {
        let mut parent = String::new();
        for segment in segments(&route.operation.path) {
            if is_variable(segment) {
                let first = *variable_of.entry(parent.clone()).or_insert(segment);
                if first != segment && told.insert((parent.clone(), segment)) {
                    findings.push(subject.at(
                        route,
                        format!(
                            "{parent}/ is followed by {first} in one path and by {segment} in {}",
                            route.operation.path
                        ),
                    ));
                }
            }
            parent.push('/');
            parent.push_str(segment);
        }
    }
    findings
}

fn greedy_children(subject: &Subject<'_>) -> Vec<Finding> {
    subject
        .paths()
        .into_iter()
        .filter(|route| {
            let mut rest = segments(&route.operation.path)
                .skip_while(|segment| !is_greedy(segment))
                .skip(1);
            rest.next().is_some()
        })
        .map(|route| {
            subject.at(
                route,
                format!("{} goes on after a greedy variable", route.operation.path),
            )
        })
        .collect()
}

fn reserved_paths(subject: &Subject<'_>) -> Vec<Finding> {
    let reserved = |path: &str| matches!(segments(path).next(), Some("ping" | "sping"));
    subject
        .paths()
        .into_iter()
        .filter(|route| reserved(&route.operation.path))
        .map(|route| {
            subject.at(
                route,
                format!(
                    "{} is a path that API Gateway keeps for itself",
                    route.operation.path
                ),
            )
        })
        .collect()
}

fn colons(subject: &Subject<'_>) -> Vec<Finding> {
    subject
        .paths()
        .into_iter()
        .filter(|route| route.operation.path.contains(':'))
        .map(|route| {
            subject.at(
                route,
                format!(
                    "{} has a colon, which may not work on AWS",
                    route.operation.path
                ),
            )
        })
        .collect()
}

fn trailing_slashes(subject: &Subject<'_>) -> Vec<Finding> {
    let paths: BTreeSet<&str> = subject
        .plan
        .routes
        .iter()
        .map(|route| route.operation.path.as_str())
        .collect();
    subject
        .paths()
        .into_iter()
        .filter(|route| {
            let path = route.operation.path.as_str();
            path.len() > 1 && path.ends_with('/') && paths.contains(path.trim_end_matches('/'))
        })
        .map(|route| {
            subject.at(
                route,
                format!(
                    "{} and the same path without its slash are one resource on AWS",
                    route.operation.path
                ),
            )
        })
        .collect()
}
