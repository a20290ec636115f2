//! Rules about operations and their parameters, as the document declares them.
//!
//! It refuses what the compiler rewrites.

use std::collections::{HashMap, HashSet};
use std::fmt;

use gw_model::{HttpMethod, Severity};
use gw_openapi::{Document, Node, NodeId, Parameter, ParameterLocation};
use gw_plan::RouteBackend;

use super::{Found, Rule, Subject, at_key, counted};
use crate::parameters::ignored;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW021",
        check: unknown_methods,
    },
    Rule {
        id: "GW027",
        check: deprecated,
    },
    Rule {
        id: "GW028",
        check: bodies_without_meaning,
    },
    Rule {
        id: "GW029",
        check: operation_ids,
    },
    Rule {
        id: "GW030",
        check: unchecked_parameters,
    },
    Rule {
        id: "GW033",
        check: names_by_case,
    },
    Rule {
        id: "GW034",
        check: changed_headers,
    },
    Rule {
        id: "GW035",
        check: method_override,
    },
    Rule {
        id: "GW071",
        check: shared_answers,
    },
];

const OVERRIDE: &str = "X-HTTP-Method-Override";

/// What becomes of a header between caller and backend (API Gateway important notes, table of headers).
struct HeaderFate {
    name: &'static str,
    /// Of a request to an HTTP backend; empty when it passes.
    to_http: &'static str,
    /// Of a request to a Lambda function.
    to_lambda: &'static str,
    /// Of an answer.
    back: &'static str,
}

const DROPPED: &str = "drops";
const RENAMED: &str = "renames to X-Amzn-Remapped-…";

const HEADERS: &[HeaderFate] = &[
    fate("authorization", "", "", RENAMED),
    fate("connection", "", DROPPED, RENAMED),
    fate("content-encoding", DROPPED, "", ""),
    fate("content-md5", DROPPED, DROPPED, RENAMED),
    fate(
        "date",
        "",
        "",
        "renames to X-Amzn-Remapped-… and overwrites",
    ),
    fate("expect", DROPPED, DROPPED, DROPPED),
    fate(
        "host",
        "overwrites with the backend's host",
        "overwrites with its own host",
        DROPPED,
    ),
    fate("max-forwards", DROPPED, DROPPED, RENAMED),
    fate("proxy-authenticate", DROPPED, DROPPED, DROPPED),
    fate(
        "server",
        DROPPED,
        DROPPED,
        "renames to X-Amzn-Remapped-… and overwrites",
    ),
    fate("te", DROPPED, DROPPED, DROPPED),
    fate("trailer", DROPPED, DROPPED, DROPPED),
    fate("transfer-encoding", DROPPED, "refuses", DROPPED),
    fate("upgrade", DROPPED, DROPPED, DROPPED),
    fate("user-agent", "", "", RENAMED),
    fate("via", DROPPED, "", DROPPED),
    fate("www-authenticate", DROPPED, DROPPED, RENAMED),
];

const fn fate(
    name: &'static str,
    to_http: &'static str,
    to_lambda: &'static str,
    back: &'static str,
) -> HeaderFate {
    HeaderFate {
        name,
        to_http,
        to_lambda,
        back,
    }
}

fn fate_of(header: &str) -> Option<&'static HeaderFate> {
    HEADERS
        .iter()
        .find(|fate| fate.name.eq_ignore_ascii_case(header))
}

fn unknown_methods(subject: &Subject<'_>, found: &mut Found) {
    for foreign in foreign_methods(subject.document) {
        found.add_as(Some(Severity::Warning), || {
            (at_key(foreign.node), foreign.to_string())
        });
    }
}

/// An operation of a method that no gateway knows, which no plan has.
pub(crate) struct Foreign<'d> {
    method: &'d str,
    path: &'d str,
    pub(crate) node: Node<'d>,
}

impl fmt::Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, .. } = self;
        write!(f, "AWS has no method {method} for {path}; it is left out")
    }
}

/// Operations of OpenAPI 3.2's methods; TRACE is told with the plan.
pub(crate) fn foreign_methods(document: &Document) -> impl Iterator<Item = Foreign<'_>> {
    let paths = document.at("/paths").into_iter().flat_map(Node::entries);
    paths.flat_map(|(path, item)| {
        let item = document.resolve(item).unwrap_or(item);
        let query = item.get("query").filter(|node| node.is_mapping());
        let others = item.get("additionalOperations");
        let named = others.into_iter().flat_map(Node::entries);
        let named = named.map(|(key, node)| (key.text, node));
        let all = query.map(|node| ("QUERY", node)).into_iter().chain(named);
        all.map(move |(method, node)| Foreign {
            method,
            path: path.text,
            node,
        })
    })
}

fn deprecated(subject: &Subject<'_>, found: &mut Found) {
    let mut marked = subject.operations.iter().filter(|each| each.deprecated);
    if let Some(first) = marked.next() {
        let count = counted(1 + marked.count(), "operation is", "operations are");
        found.add(|| {
            let message = format!("{count} marked deprecated, which AWS does not show");
            (first.place.clone(), message)
        });
    }
}

fn bodies_without_meaning(subject: &Subject<'_>, found: &mut Found) {
    for operation in subject.operations {
        let odd = matches!(
            operation.key.method,
            HttpMethod::Get | HttpMethod::Head | HttpMethod::Delete
        );
        if odd && operation.request_body.is_some() {
            found.add(|| {
                let message = format!("{} has a body, which AWS may drop", operation.key);
                (operation.place.clone(), message)
            });
        }
    }
}

fn operation_ids(subject: &Subject<'_>, found: &mut Found) {
    let mut named = subject
        .operations
        .iter()
        .filter(|operation| operation.operation_id.is_some());
    if let Some(first) = named.next() {
        let count = counted(1 + named.count(), "operationId", "operationIds");
        found.add(|| {
            let message = format!("{count} are kept as operation names");
            (first.place.clone(), message)
        });
    }
}

fn unchecked_parameters(subject: &Subject<'_>, found: &mut Found) {
    let document = subject.document;
    let mut told: HashSet<NodeId> = HashSet::new();
    for parameter in subject.operations.iter().flat_map(|each| &each.parameters) {
        if !told.insert(parameter.node) {
            continue;
        }
        let words = ignored(document, parameter);
        if words.is_empty() {
            continue;
        }
        found.add(|| {
            let message = format!(
                "Nobody on AWS acts on {} of the {}",
                words.join(", "),
                called(parameter)
            );
            (document.node(parameter.node).place(), message)
        });
    }
}

fn called(parameter: &Parameter) -> String {
    let kind = match parameter.location {
        ParameterLocation::Path => "path parameter",
        ParameterLocation::Query => "query parameter",
        ParameterLocation::Header => "header",
        ParameterLocation::Cookie => "cookie",
    };
    let name: String = parameter.name.chars().take(80).collect();
    format!("{kind} '{name}'")
}

fn names_by_case(subject: &Subject<'_>, found: &mut Found) {
    for operation in subject.operations {
        for location in [ParameterLocation::Header, ParameterLocation::Query] {
            let declared = operation.parameters.iter();
            let here: Vec<&Parameter> = declared
                .filter(|parameter| parameter.location == location)
                .collect();
            if here.len() < 2 {
                continue;
            }
            let mut seen: HashMap<String, &str> = HashMap::new();
            for parameter in here {
                let first = *seen
                    .entry(parameter.name.to_ascii_lowercase())
                    .or_insert(&parameter.name);
                if first != parameter.name {
                    found.add(|| {
                        let message = format!(
                            "{} declares '{first}' and '{}', which are two parameters on AWS",
                            operation.key, parameter.name
                        );
                        (parameter.place.clone(), message)
                    });
                }
            }
        }
    }
}

fn changed_headers(subject: &Subject<'_>, found: &mut Found) {
    let document = subject.document;
    let mut told: HashSet<NodeId> = HashSet::new();
    for (operation, route) in subject.routed() {
        for parameter in &operation.parameters {
            if parameter.location != ParameterLocation::Header {
                continue;
            }
            let Some(fate) = fate_of(&parameter.name) else {
                continue;
            };
            let what = match route.backend {
                RouteBackend::Lambda { .. } => fate.to_lambda,
                RouteBackend::Mock { .. } => "",
                RouteBackend::Http { .. } | RouteBackend::Verbatim { .. } => fate.to_http,
            };
            if !what.is_empty() && told.insert(parameter.node) {
                found.add(|| {
                    let message = format!(
                        "API Gateway {what} the header '{}' of {}",
                        parameter.name, operation.key
                    );
                    (parameter.place.clone(), message)
                });
            }
        }
        for (name, node) in operation.responses.iter().flat_map(|each| &each.headers) {
            let Some(fate) = fate_of(name).filter(|fate| !fate.back.is_empty()) else {
                continue;
            };
            if told.insert(*node) {
                found.add(|| {
                    let message = format!(
                        "API Gateway {} the header '{name}' of an answer of {}",
                        fate.back, operation.key
                    );
                    (document.node(*node).key_place(), message)
                });
            }
        }
    }
}

fn method_override(subject: &Subject<'_>, found: &mut Found) {
    let mut told: HashSet<NodeId> = HashSet::new();
    for operation in subject.operations {
        for parameter in &operation.parameters {
            let is_override = parameter.location == ParameterLocation::Header
                && parameter.name.eq_ignore_ascii_case(OVERRIDE);
            if is_override && told.insert(parameter.node) {
                found.add(|| {
                    let message = format!("{} declares the header {OVERRIDE}", operation.key);
                    (parameter.place.clone(), message)
                });
            }
        }
    }
}

fn shared_answers(subject: &Subject<'_>, found: &mut Found) {
    let seen = &subject.scan.shared_answers;
    if let Some(first) = seen.first {
        let count = counted(seen.count, "answer refers", "answers refer");
        found.add(|| {
            let message = format!("{count} to shared ones, which are copied for AWS");
            (at_key(first), message)
        });
    }
}
