//! Parameters and headers: on their own, and those of an operation against its path.
//!
//! It refuses to say how a value is written into a URL.

use super::operations::Operation;
use super::rules::Id;
use super::shapes::Object;
use super::words::Word;
use super::{At, Lint, Said};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::Node;

impl<'d> Lint<'d> {
    /// One parameter, where it is described.
    pub(super) fn parameter(&mut self, parameter: Node<'d>) {
        let old = self.version == SpecVersion::V2;
        let name = self.get(parameter, Word::Name).and_then(Node::scalar_text);
        let location = self
            .get(parameter, Word::In)
            .and_then(Node::scalar_text)
            .unwrap_or_default();
        let known = match location {
            "path" | "query" | "header" => true,
            "cookie" | "querystring" => !old,
            "body" | "formData" => old,
            _ => false,
        };
        if name.is_none_or(str::is_empty) || !known {
            self.unreadable_parameter(parameter);
            return;
        }
        let name = name.unwrap_or_default();
        let described = self
            .text(parameter, Word::Description)
            .is_some_and(|text| !text.is_empty());
        if !described {
            self.report(Id::ParameterDescription, At::Node(parameter), || {
                format!("The parameter '{}' has no description", shorten(name))
            });
        }
        if old && location != "body" {
            self.plain_items(Object::Parameter, parameter);
            if self.get(parameter, Word::Type).is_none() {
                self.missing(Object::Parameter, parameter, "type");
            }
        } else if old {
            if self.get(parameter, Word::BareSchema).is_none() {
                self.missing(Object::Parameter, parameter, "schema");
            }
        } else {
            self.one_description(Object::Parameter, parameter);
            self.examples_of(Id::ExampleParameter, parameter, None);
        }
        self.suspicious_parameter(parameter, name, location);
    }

    pub(super) fn header(&mut self, header: Node<'d>) {
        if self.version == SpecVersion::V2 {
            self.plain_items(Object::Header, header);
        } else {
            self.one_description(Object::Header, header);
            self.examples_of(Id::ExampleParameter, header, None);
        }
    }

    /// From 3.0 on a `schema` or a `content` says what a value is.
    fn one_description(&mut self, object: Object, node: Node<'d>) {
        let has = |word: Word| self.get(node, word).is_some();
        if !has(Word::BareSchema) && !has(Word::Content) {
            self.missing(object, node, "schema");
        }
    }

    /// In 2.0 a list must say what its items are.
    pub(super) fn plain_items(&mut self, object: Object, node: Node<'d>) {
        if self.text(node, Word::Type) == Some("array") && self.get(node, Word::Items).is_none() {
            self.missing(object, node, "items");
        }
    }

    pub(super) fn unreadable_parameter(&mut self, node: Node<'d>) {
        let places = if self.version == SpecVersion::V2 {
            "path, query, header, body or formData"
        } else {
            "path, query, header or cookie"
        };
        self.report(Id::Parameter, At::Node(node), || {
            Said::from("This parameter has no name, or does not say where it stands".to_owned())
                .fix(format!("Give it a 'name', and an 'in' of {places}."))
        });
    }

    /// The parameters of an operation and of its path.
    pub(super) fn parameters_of(&mut self, operation: &Operation<'d>) {
        let path = operation.path;
        let mut declared: Vec<&str> = Vec::new();
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut whole_queries = 0;
        let mut queries = 0;
        for (own, holder) in [(true, operation.node), (false, operation.item)] {
            let list = self.get(holder, Word::Parameters);
            seen.clear();
            for written in list.into_iter().flat_map(Node::items) {
                let Some(parameter) = self.resolve(written) else {
                    continue;
                };
                let text = |word: Word| {
                    self.get(parameter, word)
                        .and_then(Node::scalar_text)
                        .unwrap_or_default()
                };
                let (name, location) = (text(Word::Name), text(Word::In));
                match location {
                    "querystring" => whole_queries += 1,
                    "query" => queries += 1,
                    _ => {}
                }
                if own && seen.contains(&(name, location)) {
                    self.report(Id::ParameterDuplicate, At::Node(written), || {
                        format!(
                            "The parameter '{}' ({location}) is declared twice",
                            shorten(name)
                        )
                    });
                }
                seen.push((name, location));
                if location != "path" {
                    continue;
                }
                declared.push(name);
                if own {
                    self.path_parameter(path, name, written, parameter);
                }
            }
        }
        if whole_queries > 0 && whole_queries + queries > 1 {
            self.report(Id::ParameterQuerystring, operation.place(), || {
                format!("{} describes its query twice", operation.name())
            });
        }
        for variable in variables(path).filter(|variable| !declared.contains(variable)) {
            self.report(Id::PathParameterUndeclared, operation.place(), || {
                Said::from(format!(
                    "{} does not declare its path variable '{}'",
                    operation.name(),
                    shorten(variable)
                ))
                .fix(format!(
                    "Add a parameter '{variable}' with 'in: path' and 'required: true'."
                ))
            });
        }
    }

    fn path_parameter(
        &mut self,
        path: &'d str,
        name: &'d str,
        written: Node<'d>,
        parameter: Node<'d>,
    ) {
        if !variables(path).any(|variable| variable == name) {
            self.report(Id::PathParameterUnused, At::Node(written), || {
                format!(
                    "The path '{}' has no variable '{}'",
                    shorten(path),
                    shorten(name)
                )
            });
        }
        let required = self.get(parameter, Word::Required).and_then(Node::as_bool);
        if required != Some(true) {
            self.report(Id::PathParameterRequired, At::Node(written), || {
                format!(
                    "The path parameter '{}' is not marked required",
                    shorten(name)
                )
            });
        }
    }

    /// Parameters a path declares for all its operations, and has no variable for.
    pub(super) fn parameters_of_path(&mut self, path: &'d str, item: Node<'d>) {
        let list = self.get(item, Word::Parameters);
        for written in list.into_iter().flat_map(Node::items) {
            let Some(parameter) = self.resolve(written) else {
                continue;
            };
            let name = self
                .get(parameter, Word::Name)
                .and_then(Node::scalar_text)
                .unwrap_or_default();
            if self.text(parameter, Word::In) == Some("path")
                && !variables(path).any(|variable| variable == name)
            {
                self.report(Id::PathParameterUnused, At::Node(written), || {
                    // Operations of the path can do without it.
                    Said::from(format!(
                        "The path '{}' has no variable '{}'",
                        shorten(path),
                        shorten(name)
                    ))
                    .severity(gw_model::Severity::Warning)
                });
            }
        }
    }
}

/// Names in braces, without the `+` of AWS's greedy ones, each once.
fn variables(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('{')?;
        let (name, after) = after.split_once('}')?;
        rest = after;
        Some(name.trim_end_matches('+'))
    })
}
