//! Where each route is served on AWS: paths made of whole segments, with one variable at each place.
//!
//! It refuses to merge two operations that differ in anything the gateway decides: who may call, and where requests go.
//! A path is only rewritten where the backend still gets what the caller sent.

mod segment;
mod tree;

use std::collections::BTreeMap;

use gw_model::HttpMethod;
use gw_plan::{Plan, Route, RouteBackend};

use crate::note::{Fidelity, Note, Subject};
use segment::Segment;
use tree::Tree;

/// Most resources of a REST API, the root not counted (aws-facts 3.2).
pub const MAX_RESOURCES: u32 = 300;

/// Where one route of the plan is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its index in the plan.
    pub route: usize,
    /// The path of the resource on AWS.
    pub path: String,
    /// The method there.
    pub method: HttpMethod,
    /// The first route served there; it stands for all of them in the document.
    pub primary: usize,
    /// Path variables that have another name there: the document's, then AWS's. A segment that became a variable has an
    /// empty name of its own.
    pub renamed: Vec<(String, String)>,
    /// Where requests go, with AWS's variables; `None` for backends without a URL of ours.
    pub url: Option<String>,
}

/// The routes of a plan as AWS serves them.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    /// In the plan's order; routes that are refused or not served are left out.
    pub(crate) served: Vec<Served>,
    pub(crate) notes: Vec<Note>,
    pub(crate) resources: u32,
}

/// Places every route of a plan.
pub(crate) fn place(plan: &Plan) -> Placed {
    let mut placed = Placed::default();
    let mut tree = Tree::default();
    let mut taken: BTreeMap<(String, HttpMethod), usize> = BTreeMap::new();
    for (index, route) in plan.routes.iter().enumerate() {
        let mut route_notes = Vec::new();
        let found = place_one(index, route, &mut tree, &mut route_notes);
        if let Some(mut served) = found {
            let key = (served.path.clone(), served.method);
            let first = *taken.entry(key).or_insert(index);
            if first == index {
                placed.served.push(served);
            } else if let Some(other) = placed
                .served
                .binary_search_by_key(&first, |other| other.route)
                .ok()
                .and_then(|at| placed.served.get(at))
            {
                served.primary = first;
                let before = plan.routes.get(first).unwrap_or(route);
                if merge(before, other, route, &served, &mut route_notes) {
                    placed.served.push(served);
                }
            }
        }
        placed.notes.append(&mut route_notes);
    }
    placed.resources = tree.resources();
    if placed.resources > MAX_RESOURCES {
        placed.notes.push(too_many(placed.resources, &tree));
    }
    placed
}

fn place_one(
    index: usize,
    route: &Route,
    tree: &mut Tree,
    notes: &mut Vec<Note>,
) -> Option<Served> {
    let operation = &route.operation;
    let source = pointer(route);
    let mut note = |rule, fidelity, result: &str, message: String| {
        notes.push(Note {
            rule,
            fidelity,
            subject: Subject::Route(index),
            source: source.clone(),
            result: result.to_owned(),
            message,
        });
    };
    if operation.method == HttpMethod::Trace {
        let message = format!("{operation} is not served: AWS has no method TRACE");
        note("GW021", Fidelity::Lost, "", message);
        return None;
    }
    let (path, rest) = segment::split_query(&operation.path);
    let written = segment::segments(path);
    let greedy_inside = written
        .iter()
        .rev()
        .skip(1)
        .any(|segment| matches!(segment, Segment::Variable { greedy: true, .. }));
    if greedy_inside {
        let message = format!("{} goes on after a greedy variable", operation.path);
        note("GW013", Fidelity::Refused, "", message);
        return None;
    }
    let walked = match tree.insert(&written) {
        Ok(walked) => walked,
        Err(sibling) => {
            let message = format!(
                "{} needs a greedy variable where another path has {sibling}, or the other way round",
                operation.path
            );
            note("GW012", Fidelity::Refused, "", message);
            return None;
        }
    };
    let result = result_pointer(&walked.path, operation.method);
    let renamed: Vec<(String, String)> = written
        .iter()
        .zip(&walked.variables)
        .filter_map(|(segment, name)| match (segment, name) {
            (Segment::Variable { name: own, .. }, Some(name)) if own != name => {
                Some((own.clone(), name.clone()))
            }
            (Segment::Partly { .. } | Segment::Odd { .. }, Some(name)) => {
                Some((String::new(), name.clone()))
            }
            _ => None,
        })
        .collect();
    let url = match &route.backend {
        RouteBackend::Http { url } => match address(url, &operation.path, &written, &walked) {
            Some(url) => Some(url),
            None => {
                let message = format!(
                    "{} has a segment that AWS takes as a variable only, and its integration's URL does not say where its value goes",
                    operation.path
                );
                note("GW011", Fidelity::Refused, "", message);
                return None;
            }
        },
        _ => None,
    };
    for (segment, name) in written.iter().zip(&walked.variables) {
        let Some(name) = name else { continue };
        match segment {
            Segment::Variable { name: own, .. } if own != name => note(
                "GW012",
                Fidelity::Changed,
                &result,
                format!(
                    "The variable '{own}' of {} is '{name}' on AWS, which has one name for a variable at one place",
                    operation.path
                ),
            ),
            Segment::Partly { text, .. } => note(
                "GW011",
                Fidelity::Changed,
                &result,
                format!(
                    "The segment '{text}' of {} becomes the variable '{{{name}}}': requests with any text there reach the backend",
                    operation.path
                ),
            ),
            Segment::Odd { text } => note(
                "GW010",
                Fidelity::Changed,
                &result,
                format!(
                    "AWS does not take the segment '{text}' of {}; it becomes the variable '{{{name}}}', so requests with any text there reach the backend",
                    operation.path
                ),
            ),
            _ => {}
        }
    }
    if !rest.is_empty() {
        let message = format!(
            "AWS finds operations by path and method: '{rest}' of {} is not looked at",
            operation.path
        );
        note("GW010", Fidelity::Changed, &result, message);
    }
    Some(Served {
        route: index,
        path: walked.path,
        method: operation.method,
        primary: index,
        renamed,
        url,
    })
}

/// Whether a route can be served by the operation that is there already; says so, or why not.
fn merge(
    before: &Route,
    first: &Served,
    route: &Route,
    served: &Served,
    notes: &mut Vec<Note>,
) -> bool {
    let rule = cause(&before.operation.path, &route.operation.path);
    let same_backend = match (&before.backend, &route.backend) {
        (RouteBackend::Http { .. }, RouteBackend::Http { .. }) => first.url == served.url,
        (one, other) => one == other,
    };
    let why = if before.security != route.security {
        Some("they differ in who may call")
    } else if !same_backend {
        Some("their requests go to different places")
    } else {
        None
    };
    let (fidelity, result, message) = match why {
        Some(why) => (
            Fidelity::Refused,
            String::new(),
            format!(
                "AWS cannot tell {} from {}, and {why}",
                route.operation, before.operation
            ),
        ),
        None => (
            Fidelity::Changed,
            result_pointer(&served.path, served.method),
            format!(
                "AWS cannot tell {} from {}: one operation serves both, and the backend tells them apart",
                route.operation, before.operation
            ),
        ),
    };
    notes.push(Note {
        rule,
        fidelity,
        subject: Subject::Route(served.route),
        source: pointer(route),
        result,
        message,
    });
    why.is_none()
}

/// Which rule makes two paths one.
fn cause(one: &str, other: &str) -> &'static str {
    let odd = |path: &str| {
        let (path, rest) = segment::split_query(path);
        let segments = segment::segments(path);
        let partly = segments
            .iter()
            .any(|segment| matches!(segment, Segment::Partly { .. }));
        let odd = segments
            .iter()
            .any(|segment| matches!(segment, Segment::Odd { .. }));
        (odd || !rest.is_empty(), partly)
    };
    let ((odd_one, partly_one), (odd_other, partly_other)) = (odd(one), odd(other));
    if odd_one || odd_other {
        "GW010"
    } else if partly_one || partly_other {
        "GW011"
    } else if one.trim_end_matches('/') == other.trim_end_matches('/') {
        "GW017"
    } else {
        "GW012"
    }
}

/// The backend's URL with AWS's variables in it; `None` when a segment became a variable and the URL has no place for it.
fn address(url: &str, path: &str, written: &[Segment], walked: &tree::Walked) -> Option<String> {
    let template = path.replace("+}", "}");
    if let Some(base) = url.strip_suffix(template.as_str()) {
        // The usual case: the operation's path at the end of the backend's base URL. A slash at its end is the backend's.
        let path = walked.path.replace("+}", "}");
        let slash = if path.len() > 1 && segment::split_query(&template).0.ends_with('/') {
            "/"
        } else {
            ""
        };
        return Some(format!("{base}{path}{slash}"));
    }
    let mut url = url.to_owned();
    for (segment, name) in written.iter().zip(&walked.variables) {
        let Some(name) = name else { continue };
        match segment {
            Segment::Variable { name: own, .. } if own != name => {
                url = url.replace(&format!("{{{own}}}"), &format!("{{\u{0}{name}}}"));
            }
            Segment::Partly { text, .. } | Segment::Odd { text } => {
                let whole = format!("/{text}");
                let at = url.rfind(&whole)?;
                let end = at + whole.len();
                let ends = url
                    .get(end..)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
                if !ends {
                    return None;
                }
                url.replace_range(at..end, &format!("/{{\u{0}{name}}}"));
            }
            _ => {}
        }
    }
    Some(url.replace('\u{0}', ""))
}

fn too_many(resources: u32, tree: &Tree) -> Note {
    let (branch, below) = tree.largest_branch();
    Note {
        rule: "GW015",
        fidelity: Fidelity::Refused,
        subject: Subject::Api,
        source: "/paths".to_owned(),
        result: String::new(),
        message: format!(
            "The paths make {resources} resources on AWS, and {MAX_RESOURCES} is the most; the largest branch, {branch}, has {below} of them"
        ),
    }
}

/// The operation's JSON pointer in the document.
pub(crate) fn pointer(route: &Route) -> String {
    result_pointer(&route.operation.path, route.operation.method)
}

/// The JSON pointer of an operation in a document.
pub(crate) fn result_pointer(path: &str, method: HttpMethod) -> String {
    format!(
        "/paths/{}/{}",
        gw_openapi::pointer::escape(path),
        method.document_key()
    )
}

#[cfg(test)]
mod tests;
