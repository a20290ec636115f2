//! The place in the user's document that a message of AWS is about.
//!
//! It refuses to guess among several places when the message names none of them.

use std::collections::BTreeMap;

use gw_model::{HttpMethod, Place};
use gw_openapi::pointer::escape;
use gw_openapi::{Document, Node};
use gw_plan::Plan;

use super::explain;
use crate::compile::Compiled;
use crate::lint::integrations::{KEY, field};

/// What the names in a document for AWS were in the user's document, where they differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Paths of the user's document, by their path on AWS.
    pub paths: BTreeMap<String, Vec<String>>,
    /// JSON pointers of schemas in the user's document, by their model's name.
    pub models: BTreeMap<String, String>,
}

impl Origins {
    /// Of a plan compiled for AWS.
    pub fn of(plan: &Plan, compiled: &Compiled) -> Self {
        let mut origins = Self::default();
        for served in &compiled.served {
            if let Some(route) = plan.routes.get(served.route) {
                let paths = origins.paths.entry(served.path.clone()).or_default();
                if !paths.contains(&route.operation.path) {
                    paths.push(route.operation.path.clone());
                }
            }
        }
        // Other models have the names of their schemas.
        for note in compiled.notes.iter().filter(|note| note.rule == "GW040") {
            if let Some((_, model)) = note.result.rsplit_once('/') {
                origins.models.insert(model.to_owned(), note.source.clone());
            }
        }
        origins
    }
}

/// Where in the document a message leads: the mapping or parameter it names, else the operation, path or schema. `None`
/// when it names nothing that is there.
pub fn locate(message: &str, document: &Document, plan: &Plan, origins: &Origins) -> Option<Place> {
    let look = Look {
        document,
        plan,
        origins,
    };
    let pointer = look
        .operation(message)
        .or_else(|| look.model(message))
        .or_else(|| look.variables(message))
        .or_else(|| look.mapping(message))
        .or_else(|| look.whole(message))?;
    document.place(&pointer)
}

struct Look<'a> {
    document: &'a Document,
    plan: &'a Plan,
    origins: &'a Origins,
}

impl Look<'_> {
    /// `for resource '/pets' and method 'GET'`, `on 'GET' for resource at path '/pets'`, `in method request: /pets/GET`.
    fn operation(&self, message: &str) -> Option<String> {
        let quoted = quoted(message);
        let mut path = quoted.iter().copied().find(|text| text.starts_with('/'));
        let mut method = quoted
            .iter()
            .find_map(|text| text.parse::<HttpMethod>().ok());
        if path.is_none() {
            let (_, rest) = message.split_once("method request: ")?;
            let (before, after) = rest.split_whitespace().next()?.rsplit_once('/')?;
            method = after.parse().ok();
            path = Some(if before.is_empty() { "/" } else { before });
        }
        let paths = self.paths(path?);
        let at = |path: &String| format!("/paths/{}", escape(path));
        let operation = method.and_then(|method| {
            let keys = [method.document_key(), HttpMethod::Any.document_key()];
            let mut there = paths.iter().flat_map(|path| {
                let path = at(path);
                keys.map(|key| format!("{path}/{key}"))
            });
            there.find(|pointer| self.document.at(pointer).is_some())
        });
        match operation {
            Some(pointer) => Some(self.inside(&pointer, &quoted, message)),
            None => paths.first().map(at),
        }
    }

    /// The mapping or parameter of an operation that a message names.
    fn inside(&self, operation: &str, quoted: &[&str], message: &str) -> String {
        let Some(node) = self.document.at(operation) else {
            return operation.to_owned();
        };
        let integration = node.get(KEY);
        for (group, mappings) in integration.into_iter().flat_map(Node::entries) {
            for (key, _) in mappings.entries() {
                if quoted.contains(&key.text) {
                    let (group, key) = (escape(group.text), escape(key.text));
                    return format!("{operation}/{KEY}/{group}/{key}");
                }
            }
        }
        if let Some(pointer) = integration.and_then(|node| mapped(node, message)) {
            return pointer;
        }
        let parameters = node.get("parameters").into_iter().flat_map(Node::items);
        for (index, written) in parameters.enumerate() {
            let resolved = self.document.resolve(written).ok();
            let name = resolved.and_then(|each| each.get("name")?.as_str());
            if name.is_some_and(|name| quoted.contains(&name)) {
                return format!("{operation}/parameters/{index}");
            }
        }
        let about_integration = explain(message)
            .and_then(|known| known.rules.first().copied())
            .is_some_and(|rule| matches!(rule, "GW025" | "GW026"));
        match integration.and_then(|node| field(node, "uri")) {
            Some(uri) if about_integration => uri.pointer(),
            _ => operation.to_owned(),
        }
    }

    /// Paths of the document that are one path on AWS.
    fn paths(&self, on_aws: &str) -> Vec<String> {
        let known = self.origins.paths.get(on_aws);
        let exact = format!("/paths/{}", escape(on_aws));
        if known.is_none() && self.document.at(&exact).is_some() {
            return vec![on_aws.to_owned()];
        }
        if let Some(known) = known {
            return known.clone();
        }
        let shape = shape(on_aws);
        let paths = self
            .document
            .at("/paths")
            .into_iter()
            .flat_map(Node::entries);
        let keys: Vec<&str> = paths.map(|(key, _)| key.text).collect();
        let alike = |key: &&&str| self::shape(key) == shape;
        let found: Vec<String> = keys
            .iter()
            .filter(alike)
            .map(|key| (*key).to_owned())
            .collect();
        if !found.is_empty() {
            return found;
        }
        // A resource on the way to an operation.
        let below = |key: &&&str| self::shape(key).starts_with(&format!("{shape}/"));
        keys.iter()
            .find(below)
            .map(|key| (*key).to_owned())
            .into_iter()
            .collect()
    }

    /// `model 'Pet'`, `Model name must be alphanumeric: a_b`, `Invalid model specified: Pet, …`.
    fn model(&self, message: &str) -> Option<String> {
        let lower = message.to_ascii_lowercase();
        let at = lower.find("model")?;
        let rest = message.get(at..)?;
        let name = quoted(rest).first().copied().or_else(|| {
            let (_, after) = rest.split_once(": ")?;
            after.split([',', ' ', '[']).find(|word| !word.is_empty())
        })?;
        if let Some(pointer) = self.origins.models.get(name) {
            return Some(pointer.clone());
        }
        ["/components/schemas", "/definitions"]
            .iter()
            .map(|holder| format!("{holder}/{}", escape(name)))
            .find(|pointer| self.document.at(pointer).is_some())
    }

    /// `A sibling ({x})…`, `greedy path variable: {proxy+}`, `already has this name: pets`.
    fn variables(&self, message: &str) -> Option<String> {
        let rules = explain(message)?.rules;
        let routes = || self.plan.routes.iter().map(|route| &route.operation.path);
        let found = match *rules.first()? {
            "GW012" => {
                let variable = braces(message)?;
                let parents: Vec<&str> = routes()
                    .filter_map(|path| path.split_once(&format!("/{variable}")))
                    .map(|(parent, _)| parent)
                    .collect();
                routes().find(|path| {
                    parents.iter().any(|parent| {
                        let next = path
                            .strip_prefix(parent)
                            .and_then(|rest| rest.split('/').nth(1));
                        next.is_some_and(|next| next.starts_with('{') && next != variable)
                    })
                })
            }
            "GW013" => {
                let variable = format!("/{}/", braces(message)?);
                routes().find(|path| path.contains(&variable))
            }
            "GW017" => {
                let (_, name) = message.rsplit_once(": ")?;
                let end = format!("/{}/", name.trim());
                routes().find(|path| path.ends_with(&end))
            }
            _ => None,
        };
        found.map(|path| format!("/paths/{}", escape(path)))
    }

    /// `Invalid mapping expression parameter specified: method.request.querystring.x`, without an operation.
    fn mapping(&self, message: &str) -> Option<String> {
        if !message.contains("method.re") {
            return None;
        }
        let paths = self
            .document
            .at("/paths")
            .into_iter()
            .flat_map(Node::entries);
        let mut integrations = paths
            .flat_map(|(_, item)| item.entries())
            .filter_map(|(_, operation)| operation.get(KEY));
        integrations.find_map(|integration| mapped(integration, message))
    }

    /// Messages about the document as a whole.
    fn whole(&self, message: &str) -> Option<String> {
        let first = explain(message)?.rules.first().copied();
        let pointers: &[&str] = match first {
            Some("GW001") => &["/openapi", "/swagger"],
            Some("GW006") => &["/paths"],
            Some("GW007") => &["/info/title", "/info"],
            Some("GW079") => &["/x-amazon-apigateway-policy"],
            None if message.contains("compression size") => {
                &["/x-amazon-apigateway-minimum-compression-size"]
            }
            _ => return None,
        };
        let there = |pointer: &&&str| self.document.at(pointer).is_some();
        pointers
            .iter()
            .find(there)
            .map(|pointer| (*pointer).to_owned())
    }
}

/// The mapping of an integration whose source or aim stands in a message.
fn mapped(integration: Node<'_>, message: &str) -> Option<String> {
    let names = |text: &str| text.starts_with("method.re") && has_word(message, text);
    let of = |mappings: Node<'_>| {
        mappings
            .entries()
            .find(|(key, value)| names(key.text) || value.as_str().is_some_and(names))
            .map(|(key, _)| format!("{}/{}", mappings.pointer(), escape(key.text)))
    };
    let requests = field(integration, "requestParameters").and_then(of);
    requests.or_else(|| {
        let answers = field(integration, "responses")?;
        let mut answers = answers.entries();
        answers.find_map(|(_, answer)| field(answer, "responseParameters").and_then(of))
    })
}

/// Whether a name stands in a text and does not go on there.
fn has_word(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let next = text
            .get(at + name.len()..)
            .and_then(|rest| rest.chars().next());
        !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    })
}

/// Texts in single quotes.
fn quoted(message: &str) -> Vec<&str> {
    message.split('\'').skip(1).step_by(2).collect()
}

/// `{x}` in a message.
fn braces(message: &str) -> Option<&str> {
    let start = message.find('{')?;
    let end = start + message.get(start..)?.find('}')?;
    message.get(start..=end)
}

/// A path without the names of its variables and without a slash at its end.
fn shape(path: &str) -> String {
    let mut shape = String::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        shape.push('/');
        shape.push_str(if segment.contains('{') { "{}" } else { segment });
    }
    shape
}
