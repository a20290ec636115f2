//! Whether a value is one its schema allows: the words of JSON Schema that examples trip over.
//!
//! It refuses `format` and `pattern`, whose meaning differs between readers, and to run on: steps are counted, and what
//! the budget does not reach counts as right.

use super::Lint;
use super::walk::name_of;
use super::words::Word;
use crate::finding::shorten;
use crate::tree::{Kind, Node};

/// Steps spent on all examples of a document.
pub(super) const MAX_STEPS: u32 = 4_000_000;
/// Steps spent on one.
const MAX_OF_ONE: u32 = 60_000;
/// Deepest nesting of schema in value.
const MAX_DEPTH: u32 = 60;
/// Most troubles told of one example.
const MAX_TROUBLES: usize = 5;

/// Which way a value goes: callers leave out what is read-only, and answers what is write-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
    Either,
}

/// What is wrong with a part of an example.
pub(super) struct Trouble<'d> {
    pub(super) at: Node<'d>,
    pub(super) message: String,
}

struct Judgement<'d> {
    troubles: Vec<Trouble<'d>>,
    /// Greater than 0 while alternatives are tried.
    quiet: u32,
    steps: u32,
    depth: u32,
}

impl<'d> Judgement<'d> {
    fn tell(&mut self, at: Node<'d>, message: impl FnOnce() -> String) -> bool {
        if self.quiet == 0 && self.troubles.len() < MAX_TROUBLES {
            self.troubles.push(Trouble {
                at,
                message: message(),
            });
        }
        false
    }
}

impl<'d> Lint<'d> {
    /// What keeps a value from being one of its schema.
    pub(super) fn judge(&mut self, value: Node<'d>, schema: Node<'d>) -> Vec<Trouble<'d>> {
        let steps = MAX_OF_ONE.min(self.example_steps);
        let mut judgement = Judgement {
            troubles: Vec::new(),
            quiet: 0,
            steps,
            depth: 0,
        };
        self.conforms(value, schema, true, &mut judgement);
        self.example_steps -= steps - judgement.steps;
        judgement.troubles
    }

    /// `whole`: no other schema speaks of the same value, so that properties it does not describe are none.
    fn conforms(
        &mut self,
        value: Node<'d>,
        schema: Node<'d>,
        whole: bool,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        if judgement.steps == 0 || judgement.depth >= MAX_DEPTH {
            return true;
        }
        judgement.steps -= 1;
        if schema.as_bool() == Some(false) {
            return judgement.tell(value, || "Nothing may stand here".to_owned());
        }
        if !schema.is_mapping() {
            return true;
        }
        judgement.depth += 1;
        let holds = self.keeps_all(value, schema, whole, judgement);
        judgement.depth -= 1;
        holds
    }

    fn keeps_all(
        &mut self,
        value: Node<'d>,
        schema: Node<'d>,
        whole: bool,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        if self.reference_of(schema).is_some() {
            let Some(target) = self.resolve(schema) else {
                return true;
            };
            if !self.is_new() || schema.len() == 1 {
                return self.conforms(value, target, whole, judgement);
            }
            if !self.conforms(value, target, false, judgement) {
                return false;
            }
        }
        if value.kind() == Kind::Null
            && self.get(schema, Word::Nullable).and_then(Node::as_bool) == Some(true)
        {
            return true;
        }
        let mut holds = true;
        for entry in self.entries(schema) {
            let word = self
                .words
                .get(entry.key.0 as usize)
                .copied()
                .unwrap_or(Word::Other);
            let said = Node::new(self.tree, entry.value);
            holds &= self.keeps(word, said, value, schema, judgement);
            // A value of the wrong type breaks everything else too; that need not be told.
            if !holds && (word == Word::Type || judgement.quiet > 0) {
                return false;
            }
        }
        if whole && holds && value.is_mapping() {
            holds = self.nothing_more(value, schema, judgement);
        }
        holds
    }

    /// One word of a schema against a value.
    fn keeps(
        &mut self,
        word: Word,
        said: Node<'d>,
        value: Node<'d>,
        schema: Node<'d>,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        let kind = value.kind();
        match word {
            Word::Type => {
                let fits = match said.as_str() {
                    Some(name) => is_of_type(value, name),
                    None => said
                        .items()
                        .filter_map(Node::as_str)
                        .any(|name| is_of_type(value, name)),
                };
                let judged = said.as_str().is_some() || !said.is_empty();
                fits || !judged
                    || judgement.tell(value, || {
                        let wanted = match said.as_str() {
                            Some(name) => name.to_owned(),
                            None => said
                                .items()
                                .filter_map(Node::as_str)
                                .collect::<Vec<_>>()
                                .join(" or "),
                        };
                        format!(
                            "this is {}, and must be of the type {wanted}",
                            name_of(kind)
                        )
                    })
            }
            Word::Enum if said.kind() == Kind::Sequence => {
                let steps = &mut judgement.steps;
                let found = said.items().any(|other| equal(value, other, steps));
                found
                    || judgement.tell(value, || {
                        format!("{} is none of the values of the 'enum'", quoted(value))
                    })
            }
            Word::Const => {
                let found = equal(value, said, &mut judgement.steps);
                found
                    || judgement.tell(value, || {
                        format!("{} is not the one value there may be", quoted(value))
                    })
            }
            Word::AllOf => {
                let mut holds = true;
                for member in said.items() {
                    holds &= self.conforms(value, member, false, judgement);
                }
                holds
            }
            Word::AnyOf | Word::OneOf => {
                self.keeps_alternatives(word, said, value, schema, judgement)
            }
            Word::Not if said.is_mapping() => {
                judgement.quiet += 1;
                let kept = self.conforms(value, said, false, judgement);
                judgement.quiet -= 1;
                // Whether the budget ran out on the way cannot be told from a value that is wrong.
                !kept
                    || judgement.steps == 0
                    || said.is_empty()
                    || judgement.tell(value, || "this is what 'not' forbids".to_owned())
            }
            _ => match kind {
                Kind::Mapping => self.keeps_object(word, said, value, schema, judgement),
                Kind::Sequence => self.keeps_list(word, said, value, judgement),
                Kind::Number => keeps_number(word, said, value, schema, judgement),
                Kind::String => keeps_text(word, said, value, judgement),
                _ => true,
            },
        }
    }

    fn keeps_alternatives(
        &mut self,
        word: Word,
        members: Node<'d>,
        value: Node<'d>,
        schema: Node<'d>,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        let discriminator = self.get(schema, Word::Discriminator);
        if let Some(chosen) = discriminator.and_then(|said| self.chosen(said, value)) {
            return self.conforms(value, chosen, false, judgement);
        }
        judgement.quiet += 1;
        let mut kept = 0;
        for member in members.items() {
            kept += u32::from(self.conforms(value, member, false, judgement));
            if kept == 1 && word == Word::AnyOf {
                break;
            }
        }
        judgement.quiet -= 1;
        if members.is_empty() || judgement.steps == 0 {
            return true;
        }
        if kept == 0 {
            return judgement.tell(value, || {
                format!("this is none of what '{}' allows", word.text())
            });
        }
        if kept > 1 && word == Word::OneOf && discriminator.is_none() {
            return judgement.tell(value, || {
                format!("this is {kept} of what 'oneOf' allows, and must be one")
            });
        }
        true
    }

    /// The schema a discriminator chooses for a value.
    fn chosen(&mut self, discriminator: Node<'d>, value: Node<'d>) -> Option<Node<'d>> {
        let property = self.text(discriminator, Word::PropertyName)?;
        let name = value.get(property)?.as_str()?;
        let mapping = self.get(discriminator, Word::Mapping);
        let text = mapping
            .and_then(|mapping| mapping.get(name))
            .and_then(Node::as_str)
            .unwrap_or(name);
        let schemas = self
            .get(self.document.root(), Word::Components)
            .and_then(|components| self.get(components, Word::Schemas));
        schemas
            .and_then(|schemas| schemas.get(text))
            .or_else(|| self.document.follow(text).ok())
    }

    fn keeps_object(
        &mut self,
        word: Word,
        said: Node<'d>,
        value: Node<'d>,
        schema: Node<'d>,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        match word {
            Word::Properties => {
                let mut holds = true;
                for (name, inner) in value.entries() {
                    if let Some(schema) = said.get(name.text) {
                        holds &= self.conforms(inner, schema, true, judgement);
                    }
                }
                holds
            }
            Word::Required => {
                let mut holds = true;
                for name in said.items().filter_map(Node::as_str) {
                    judgement.steps = judgement.steps.saturating_sub(1);
                    if value.get(name).is_none() && !self.may_be_absent(schema, name) {
                        holds = judgement.tell(value, || format!("'{}' is missing", shorten(name)));
                    }
                }
                holds
            }
            Word::AdditionalProperties => {
                if said.as_bool() == Some(true)
                    || self.get(schema, Word::PatternProperties).is_some()
                {
                    return true;
                }
                let own = self.get(schema, Word::Properties);
                let mut holds = true;
                for (name, inner) in value.entries() {
                    if own.is_some_and(|own| own.get(name.text).is_some()) {
                        continue;
                    }
                    holds &= if said.as_bool() == Some(false) {
                        judgement.tell(inner, || {
                            format!("'{}' may not be there", shorten(name.text))
                        })
                    } else {
                        self.conforms(inner, said, true, judgement)
                    };
                }
                holds
            }
            Word::MinProperties => {
                within(said, value.len(), true)
                    || judgement.tell(value, || "this has too few properties".to_owned())
            }
            Word::MaxProperties => {
                within(said, value.len(), false)
                    || judgement.tell(value, || "this has too many properties".to_owned())
            }
            _ => true,
        }
    }

    /// Whether a required property is left out the way this value goes.
    fn may_be_absent(&mut self, schema: Node<'d>, name: &str) -> bool {
        let word = match self.direction {
            Direction::Request => Word::ReadOnly,
            Direction::Response => Word::WriteOnly,
            Direction::Either => {
                return self.is_one_way(schema, name, Word::ReadOnly)
                    || self.is_one_way(schema, name, Word::WriteOnly);
            }
        };
        self.is_one_way(schema, name, word)
    }

    fn is_one_way(&mut self, schema: Node<'d>, name: &str, word: Word) -> bool {
        let property = self
            .get(schema, Word::Properties)
            .and_then(|own| own.get(name));
        let Some(property) = property else {
            return false;
        };
        let flag = |lint: &Self, node| lint.get(node, word).and_then(Node::as_bool) == Some(true);
        flag(self, property)
            || self
                .resolve(property)
                .is_some_and(|property| flag(self, property))
    }

    fn keeps_list(
        &mut self,
        word: Word,
        said: Node<'d>,
        value: Node<'d>,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        match word {
            Word::Items if said.kind() != Kind::Sequence => {
                let mut holds = true;
                for item in value.items() {
                    holds &= self.conforms(item, said, true, judgement);
                }
                holds
            }
            Word::Items | Word::PrefixItems => {
                let mut holds = true;
                for (item, schema) in value.items().zip(said.items()) {
                    holds &= self.conforms(item, schema, true, judgement);
                }
                holds
            }
            Word::MinItems => {
                within(said, value.len(), true)
                    || judgement.tell(value, || "this list has too few items".to_owned())
            }
            Word::MaxItems => {
                within(said, value.len(), false)
                    || judgement.tell(value, || "this list has too many items".to_owned())
            }
            Word::UniqueItems if said.as_bool() == Some(true) => {
                let steps = &mut judgement.steps;
                let twice = value.items().enumerate().take(64).any(|(at, item)| {
                    value
                        .items()
                        .take(at)
                        .any(|other| equal(item, other, steps))
                });
                !twice || judgement.tell(value, || "this list has an item twice".to_owned())
            }
            _ => true,
        }
    }

    /// Properties of an example that its schema does not describe, where it describes any.
    fn nothing_more(
        &mut self,
        value: Node<'d>,
        schema: Node<'d>,
        judgement: &mut Judgement<'d>,
    ) -> bool {
        let mut holds = true;
        for (name, inner) in value.entries() {
            let mut any = false;
            if self.leaves_room(schema, name.text, &mut any, judgement, 0) || !any {
                continue;
            }
            holds = judgement.tell(inner, || {
                format!("the schema does not describe '{}'", shorten(name.text))
            });
        }
        holds
    }

    /// Whether a schema describes a property, or lets any be; `any` tells whether it describes some.
    fn leaves_room(
        &mut self,
        schema: Node<'d>,
        name: &str,
        any: &mut bool,
        judgement: &mut Judgement<'d>,
        depth: u32,
    ) -> bool {
        if judgement.steps == 0 || depth > 24 {
            return true;
        }
        judgement.steps -= 1;
        let Some(target) = self.resolve(schema) else {
            return true;
        };
        if target.id != schema.id {
            if self.leaves_room(target, name, any, judgement, depth + 1) {
                return true;
            }
            if !self.is_new() {
                return false;
            }
        }
        for entry in self.entries(schema) {
            let word = self.words.get(entry.key.0 as usize).copied();
            let said = Node::new(self.tree, entry.value);
            let room = match word.unwrap_or(Word::Other) {
                Word::Properties => {
                    *any |= !said.is_empty();
                    said.get(name).is_some()
                }
                Word::AdditionalProperties | Word::UnevaluatedProperties => {
                    said.as_bool() != Some(false)
                }
                // What a discriminator chooses may be described elsewhere.
                Word::PatternProperties
                | Word::DependentSchemas
                | Word::PropertyNames
                | Word::Discriminator => true,
                Word::AllOf | Word::AnyOf | Word::OneOf => said
                    .items()
                    .any(|member| self.leaves_room(member, name, any, judgement, depth + 1)),
                Word::If | Word::Then | Word::Else => {
                    self.leaves_room(said, name, any, judgement, depth + 1)
                }
                _ => false,
            };
            if room {
                return true;
            }
        }
        false
    }
}

fn keeps_number<'d>(
    word: Word,
    said: Node<'d>,
    value: Node<'d>,
    schema: Node<'d>,
    judgement: &mut Judgement<'d>,
) -> bool {
    let (Some(number), limit) = (value.as_f64(), said.as_f64()) else {
        return true;
    };
    let flag = |name: &str| schema.get(name).and_then(Node::as_bool) == Some(true);
    let holds = match (word, limit) {
        (Word::Minimum, Some(limit)) => {
            number > limit || (number >= limit && !flag("exclusiveMinimum"))
        }
        (Word::Maximum, Some(limit)) => {
            number < limit || (number <= limit && !flag("exclusiveMaximum"))
        }
        (Word::ExclusiveMinimum, Some(limit)) => number > limit,
        (Word::ExclusiveMaximum, Some(limit)) => number < limit,
        (Word::MultipleOf, Some(step)) if step > 0.0 => {
            let times = number / step;
            (times - times.round()).abs() < 1e-6 * times.abs().max(1.0)
        }
        _ => true,
    };
    holds
        || judgement.tell(value, || {
            format!("{} breaks '{}'", quoted(value), word.text())
        })
}

fn keeps_text<'d>(
    word: Word,
    said: Node<'d>,
    value: Node<'d>,
    judgement: &mut Judgement<'d>,
) -> bool {
    let least = match word {
        Word::MinLength => true,
        Word::MaxLength => false,
        _ => return true,
    };
    let length = value.as_str().map_or(0, |text| text.chars().count());
    within(said, length, least)
        || judgement.tell(value, || {
            format!(
                "{} is too {}",
                quoted(value),
                if least { "short" } else { "long" }
            )
        })
}

/// Whether a count is at least, or at most, a limit; a limit that is no number limits nothing.
fn within(limit: Node<'_>, count: usize, least: bool) -> bool {
    limit
        .as_u64()
        .and_then(|limit| usize::try_from(limit).ok())
        .is_none_or(|limit| {
            if least {
                count >= limit
            } else {
                count <= limit
            }
        })
}

fn quoted(value: Node<'_>) -> String {
    match value.scalar_text() {
        Some(text) => format!("'{}'", shorten(text)),
        None => name_of(value.kind()).to_owned(),
    }
}

/// Whether a value is of a type of JSON Schema. A type nobody knows takes everything.
pub(super) fn is_of_type(value: Node<'_>, name: &str) -> bool {
    match name {
        "object" => value.is_mapping(),
        "array" => value.kind() == Kind::Sequence,
        "string" => value.kind() == Kind::String,
        "number" => value.kind() == Kind::Number,
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.kind() == Kind::Bool,
        "null" => value.kind() == Kind::Null,
        _ => true,
    }
}

/// Whether two values are the same JSON; where the steps run out they are not.
pub(super) fn equal(one: Node<'_>, other: Node<'_>, steps: &mut u32) -> bool {
    if *steps == 0 || one.kind() != other.kind() {
        return false;
    }
    *steps -= 1;
    match one.kind() {
        Kind::Number => {
            one.scalar_text() == other.scalar_text()
                || one
                    .as_f64()
                    .is_some_and(|number| Some(number) == other.as_f64())
        }
        Kind::Sequence => {
            one.len() == other.len()
                && one
                    .items()
                    .zip(other.items())
                    .all(|(one, other)| equal(one, other, steps))
        }
        Kind::Mapping => {
            one.len() == other.len()
                && one.entries().all(|(key, value)| {
                    other
                        .get(key.text)
                        .is_some_and(|other| equal(value, other, steps))
                })
        }
        _ => one.scalar_text() == other.scalar_text(),
    }
}
