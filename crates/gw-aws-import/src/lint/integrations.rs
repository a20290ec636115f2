//! Rules about integrations the document writes by hand, in `x-amazon-apigateway-integration`.
//!
//! It refuses those that the plan understood wholly: they are written anew.

use gw_openapi::{Kind, Node, Operation, ParameterLocation};
use gw_plan::RouteBackend;

use super::backends::host;
use super::{Found, Rule, Subject, at_key};
use crate::operation::variables;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW022",
        check: undeclared_parameters,
    },
    Rule {
        id: "GW023",
        check: values_that_are_no_text,
    },
    Rule {
        id: "GW024",
        check: undeclared_headers,
    },
    Rule {
        id: "GW025",
        check: addresses,
    },
    Rule {
        id: "GW026",
        check: arns,
    },
];

pub(crate) const KEY: &str = "x-amazon-apigateway-integration";

/// Integrations kept to the letter, with their operations.
fn verbatim<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s Operation, Node<'s>)> {
    subject.routed().filter_map(|(operation, route)| {
        if !matches!(route.backend, RouteBackend::Verbatim { .. }) {
            return None;
        }
        let mut extensions = operation.extensions.iter();
        let (_, id) = extensions.find(|(key, _)| key == KEY)?;
        Some((operation, subject.document.node(*id)))
    })
}

/// A field whatever its case: AWS's own exports and hand-written documents differ.
pub(crate) fn field<'d>(node: Node<'d>, name: &str) -> Option<Node<'d>> {
    node.entries()
        .find(|(key, _)| key.text.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn text<'d>(node: Node<'d>, name: &str) -> &'d str {
    field(node, name).and_then(Node::as_str).unwrap_or_default()
}

fn undeclared_parameters(subject: &Subject<'_>, found: &mut Found) {
    for (operation, integration) in verbatim(subject) {
        let mappings = field(integration, "requestParameters");
        for (_, value) in mappings.into_iter().flat_map(Node::entries) {
            let Some(source) = value.as_str() else {
                continue;
            };
            if let Some((location, name)) = source
                .strip_prefix("method.request.")
                .and_then(|rest| rest.split_once('.'))
                && !is_declared(operation, location, name)
            {
                found.add(|| {
                    let message =
                        format!("{} maps {source}, which it does not declare", operation.key);
                    (at_key(value), message)
                });
            }
        }
    }
}

fn is_declared(operation: &Operation, location: &str, name: &str) -> bool {
    let location = match location {
        "path" => ParameterLocation::Path,
        "querystring" | "multivaluequerystring" => ParameterLocation::Query,
        "header" | "multivalueheader" => ParameterLocation::Header,
        // A path into the body, or nothing AWS knows; it says so itself.
        _ => return true,
    };
    let in_path = location == ParameterLocation::Path
        && variables(&operation.key.path).any(|variable| variable == name);
    in_path
        || operation
            .parameters
            .iter()
            .any(|each| each.location == location && each.name == name)
}

fn values_that_are_no_text(subject: &Subject<'_>, found: &mut Found) {
    for (operation, integration) in verbatim(subject) {
        let mappings = field(integration, "requestParameters");
        for (key, value) in mappings.into_iter().flat_map(Node::entries) {
            if value.kind() != Kind::String {
                found.add(|| {
                    let message = format!(
                        "{} gives {} a value that is no text",
                        operation.key, key.text
                    );
                    (at_key(value), message)
                });
            }
        }
    }
}

fn undeclared_headers(subject: &Subject<'_>, found: &mut Found) {
    for (operation, integration) in verbatim(subject) {
        let answers = field(integration, "responses");
        for (_, answer) in answers.into_iter().flat_map(Node::entries) {
            let status = field(answer, "statusCode").and_then(Node::scalar_text);
            let Some(status) = status else {
                continue;
            };
            let declared = operation
                .responses
                .iter()
                .find(|each| each.status == status);
            let mappings = field(answer, "responseParameters");
            for (key, value) in mappings.into_iter().flat_map(Node::entries) {
                let Some(header) = key.text.strip_prefix("method.response.header.") else {
                    continue;
                };
                let known = declared.is_some_and(|response| {
                    let mut headers = response.headers.iter();
                    headers.any(|(name, _)| name.eq_ignore_ascii_case(header))
                });
                if !known {
                    found.add(|| {
                        let message = format!(
                            "{} fills the header '{header}', which its answer {status} does not declare",
                            operation.key
                        );
                        (at_key(value), message)
                    });
                }
            }
        }
    }
}

fn addresses(subject: &Subject<'_>, found: &mut Found) {
    for (operation, integration) in verbatim(subject) {
        let kind = text(integration, "type").to_ascii_lowercase();
        if !matches!(kind.as_str(), "http" | "http_proxy") {
            continue;
        }
        let uri = text(integration, "uri");
        if host(uri).is_none_or(str::is_empty) {
            found.add(|| {
                let message = format!("'{uri}' of {} is no HTTP address", operation.key);
                (
                    at_key(field(integration, "uri").unwrap_or(integration)),
                    message,
                )
            });
        }
    }
}

fn arns(subject: &Subject<'_>, found: &mut Found) {
    for (operation, integration) in verbatim(subject) {
        let kind = text(integration, "type").to_ascii_lowercase();
        let uri = text(integration, "uri");
        let callable =
            uri.starts_with("arn:") && (uri.contains(":path/") || uri.contains(":action/"));
        let proxied = uri.contains(":lambda:") || uri.contains(":firehose:");
        let wrong = match kind.as_str() {
            "aws" | "aws_proxy" if !callable => "says neither path nor action",
            "aws_proxy" if !proxied => "is neither a Lambda function nor a Firehose stream",
            _ => continue,
        };
        found.add(|| {
            let message = format!("'{uri}' of {} {wrong}", operation.key);
            (
                at_key(field(integration, "uri").unwrap_or(integration)),
                message,
            )
        });
    }
}
