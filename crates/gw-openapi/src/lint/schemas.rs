//! Schemas: words that contradict each other, or do nothing.
//!
//! It refuses to say what a good schema is: only what cannot be meant.

use std::collections::HashSet;

use super::conform::{equal, is_of_type};
use super::rules::Id;
use super::walk::{Slots, name_of};
use super::words::Word;
use super::{At, Lint, Said};
use crate::finding::shorten;
use crate::tree::{Kind, Node};

/// Most schemas looked through for one property.
const MAX_LOOKED: u32 = 400;
/// Lists of values beyond this length are compared by their text.
const SHORT: usize = 12;

impl<'d> Lint<'d> {
    /// One schema; `composed` is the outermost schema it is a part of by `allOf`, `anyOf` or `oneOf`.
    pub(super) fn schema(&mut self, schema: Node<'d>, slots: &Slots, composed: Option<Node<'d>>) {
        let kind = slots.id(Word::Type).map(|id| self.node(id));
        let name = kind.and_then(Node::as_str);
        for (of, word, other) in [
            ("object", Word::Items, "lists"),
            ("array", Word::Properties, "objects"),
        ] {
            if name == Some(of)
                && let Some(id) = slots.id(word)
            {
                self.report(Id::SchemaTypeMismatch, At::Key(self.node(id)), || {
                    format!("'{}' is of {other}, and the type is '{of}'", word.text())
                });
            }
        }
        if let Some(id) = slots.id(Word::Enum) {
            self.enumeration(self.node(id), kind, slots);
        }
        if let Some(id) = slots.id(Word::Required) {
            self.required(schema, self.node(id), composed);
        }
        if let (Some(id), None) = (slots.id(Word::Nullable), kind) {
            self.report(Id::SchemaNullableType, At::Key(self.node(id)), || {
                "'nullable' does nothing without a 'type'".to_owned()
            });
        }
        if self.is_on(Id::SchemaRangeMixed) {
            for (plain, exclusive) in [
                (Word::Minimum, Word::ExclusiveMinimum),
                (Word::Maximum, Word::ExclusiveMaximum),
            ] {
                if let (Some(_), Some(id)) = (slots.id(plain), slots.id(exclusive)) {
                    self.report(Id::SchemaRangeMixed, At::Key(self.node(id)), || {
                        format!("'{}' stands beside '{}'", exclusive.text(), plain.text())
                    });
                }
            }
        }
        self.compositions(schema, slots);
        if let Some(id) = slots.id(Word::Discriminator) {
            self.discriminator(schema, self.node(id));
        }
        self.limits(schema, slots);
        self.schema_examples(schema, slots);
    }

    fn enumeration(&mut self, values: Node<'d>, kind: Option<Node<'d>>, slots: &Slots) {
        let nullable = slots
            .id(Word::Nullable)
            .is_some_and(|id| self.node(id).as_bool() == Some(true));
        if let Some(kind) = kind {
            for value in values.items() {
                let fits = (nullable && value.kind() == Kind::Null)
                    || kind.as_str().is_some_and(|kind| is_of_type(value, kind))
                    || kind
                        .items()
                        .filter_map(Node::as_str)
                        .any(|kind| is_of_type(value, kind));
                let judged = kind.as_str().is_some() || !kind.is_empty();
                if !fits && judged {
                    self.report(Id::SchemaEnumType, At::Node(value), || {
                        let wanted = match kind.as_str() {
                            Some(kind) => kind.to_owned(),
                            None => kind
                                .items()
                                .filter_map(Node::as_str)
                                .collect::<Vec<_>>()
                                .join(" or "),
                        };
                        let value = match value.scalar_text() {
                            Some(text) => format!("'{}'", shorten(text)),
                            None => name_of(value.kind()).to_owned(),
                        };
                        format!("The value {value} is not of the type {wanted}")
                    });
                }
            }
        }
        if !self.is_on(Id::SchemaEnumDuplicate) {
            return;
        }
        let mut seen: HashSet<(Kind, &str)> = HashSet::new();
        let long = values.len() > SHORT;
        for (at, value) in values.items().enumerate() {
            let twin = match value.scalar_text() {
                Some(text) if long => !seen.insert((value.kind(), text)),
                _ => {
                    let mut steps = 200;
                    values
                        .items()
                        .take(at.min(if long { 64 } else { SHORT }))
                        .any(|other| equal(value, other, &mut steps))
                }
            };
            if twin {
                self.report(Id::SchemaEnumDuplicate, At::Node(value), || {
                    let text = value.scalar_text().unwrap_or(name_of(value.kind()));
                    format!("The value '{}' stands here twice", shorten(text))
                });
            }
        }
    }

    fn required(&mut self, schema: Node<'d>, list: Node<'d>, composed: Option<Node<'d>>) {
        if !self.is_on(Id::SchemaRequiredUndefined) {
            return;
        }
        let own = self.get(schema, Word::Properties);
        for item in list.items() {
            let Some(name) = item.as_str() else { continue };
            if own.is_some_and(|own| own.get(name).is_some()) {
                continue;
            }
            let mut looked = MAX_LOOKED;
            let known = self.describes(schema, name, &mut looked)
                || composed.is_some_and(|root| self.describes(root, name, &mut looked));
            if !known {
                self.report(Id::SchemaRequiredUndefined, At::Node(item), || {
                    format!("The required property '{}' is not described", shorten(name))
                });
            }
        }
    }

    /// Whether every value of a schema has its property described. What cannot be looked up counts as if it had.
    fn describes(&mut self, schema: Node<'d>, name: &str, looked: &mut u32) -> bool {
        *looked = looked.saturating_sub(1);
        if *looked == 0 {
            return true;
        }
        let Some(target) = self.resolve(schema) else {
            return true;
        };
        if target.id != schema.id && self.describes_itself(target, name, looked) {
            return true;
        }
        self.describes_itself(schema, name, looked)
    }

    fn describes_itself(&mut self, schema: Node<'d>, name: &str, looked: &mut u32) -> bool {
        let properties = self.get(schema, Word::Properties);
        if properties.is_some_and(|properties| properties.get(name).is_some()) {
            return true;
        }
        let all = self.get(schema, Word::AllOf);
        if all
            .into_iter()
            .flat_map(Node::items)
            .any(|member| self.describes(member, name, looked))
        {
            return true;
        }
        [Word::AnyOf, Word::OneOf].into_iter().any(|word| {
            self.get(schema, word).is_some_and(|members| {
                !members.is_empty()
                    && members
                        .items()
                        .all(|member| self.describes(member, name, looked))
            })
        })
    }

    fn discriminator(&mut self, schema: Node<'d>, discriminator: Node<'d>) {
        if !self.is_on(Id::DiscriminatorDefault) {
            return;
        }
        let Some(property) = self.text(discriminator, Word::PropertyName) else {
            return;
        };
        if let Some(default) = self.get(discriminator, Word::DefaultMapping) {
            let text = default.as_str().unwrap_or_default();
            let named = !text.is_empty() && self.names_schema(text);
            if !named {
                self.report(Id::DiscriminatorDefault, At::Key(default), || {
                    format!("'{}' names no schema", shorten(text))
                });
            }
            return;
        }
        let mut looked = MAX_LOOKED;
        if !self.requires(schema, property, &mut looked) {
            self.report(Id::DiscriminatorDefault, At::Key(discriminator), || {
                Said::from(format!(
                    "'{}' may be absent, and no schema is named for that",
                    shorten(property)
                ))
            });
        }
    }

    fn names_schema(&self, text: &str) -> bool {
        self.document.follow(text).is_ok()
            || self
                .get(self.document.root(), Word::Components)
                .and_then(|components| self.get(components, Word::Schemas))
                .is_some_and(|schemas| schemas.get(text).is_some())
    }

    /// Whether every value of a schema must have a property.
    fn requires(&mut self, schema: Node<'d>, name: &str, looked: &mut u32) -> bool {
        *looked = looked.saturating_sub(1);
        let Some(schema) = self.resolve(schema).filter(|_| *looked > 0) else {
            return true;
        };
        let own = self.get(schema, Word::Required);
        if own
            .into_iter()
            .flat_map(Node::items)
            .any(|item| item.as_str() == Some(name))
        {
            return true;
        }
        let all = self.get(schema, Word::AllOf);
        if all
            .into_iter()
            .flat_map(Node::items)
            .any(|member| self.requires(member, name, looked))
        {
            return true;
        }
        [Word::AnyOf, Word::OneOf].into_iter().any(|word| {
            self.get(schema, word).is_some_and(|members| {
                !members.is_empty()
                    && members
                        .items()
                        .all(|member| self.requires(member, name, looked))
            })
        })
    }
}
