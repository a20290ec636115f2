//! Schemas that consist of others: `allOf`, `anyOf`, `oneOf`, `not`. AWS takes no reference as a part of one (GW048).
//!
//! It refuses to accept more under `not`, or under `oneOf` beside another that matches: that would refuse more.

use std::borrow::Cow;

use gw_plan::Dialect;

use super::compile::Compiler;
use super::json::{Json, get};
use super::merge::{any_of, both, take_null};
use super::place::Weight;
use super::shape::{Shape, Strict};
use super::words::asserts;

type Words<'a, 'p> = &'a [(Cow<'p, str>, Json<'p>)];

impl<'p> Compiler<'p> {
    /// A schema that is no more than one other, perhaps with null: it is that one.
    pub(super) fn sole(&mut self, words: Words<'_, 'p>, in_place: bool) -> Option<Shape<'p>> {
        let mut asserting = words.iter().filter(|(word, _)| asserts(word));
        let (word, value) = asserting.next()?;
        let is_choice = matches!(word.as_ref(), "anyOf" | "oneOf");
        if asserting.next().is_some()
            || !(is_choice && self.dialect != Dialect::Openapi2 || word == "allOf")
        {
            return None;
        }
        let Json::Array(branches) = value else {
            return None;
        };
        let mut parts = branches
            .iter()
            .enumerate()
            .filter(|(_, branch)| !(is_choice && is_null(branch)));
        let (at, branch) = parts.next()?;
        if parts.next().is_some() {
            return None;
        }
        let has_null = branches.len() > 1;
        let nullable = get(words, "nullable") == Some(&Json::Bool(true));
        self.place.freeze();
        let mark = self.place.enter(word);
        self.place.further(&at.to_string());
        let mut shape = self.schema(branch, in_place);
        self.place.leave(&mark);
        self.place.thaw();
        if (has_null || nullable) && !shape.says_nothing() {
            let word = if has_null { word.as_ref() } else { "nullable" };
            self.lose(
                "GW044",
                word,
                true,
                "Models know no type that null is part of; so that null is accepted, every type is",
            );
            match shape.reference {
                Some(model) => shape = self.refer_or_null(model),
                None => take_null(&mut shape),
            }
        }
        if shape.reference.is_none() {
            for (word, value) in words {
                match word.as_ref() {
                    "title" => shape.title = value.as_str().cloned().or(shape.title.take()),
                    "description" => {
                        shape.description = value.as_str().cloned().or(shape.description.take());
                    }
                    _ => {}
                }
            }
        }
        self.asides(words);
        Some(shape)
    }

    /// Notes of words beside a composition that refuse nothing.
    fn asides(&mut self, words: Words<'_, 'p>) {
        for (word, rule) in [("default", "GW047"), ("discriminator", "GW042")] {
            if get(words, word).is_some() {
                let message = format!("Models know no '{word}'; it is left out");
                self.note(rule, Weight::Documentation, word, false, message);
            }
        }
    }

    /// `anyOf`, `oneOf` and `not` of a schema.
    pub(super) fn choices(&mut self, words: Words<'_, 'p>, shape: &mut Shape<'p>) {
        if self.dialect == Dialect::Openapi2 {
            for word in ["anyOf", "oneOf", "not"] {
                if get(words, word).is_some() {
                    let message = format!("'{word}' is no word of OpenAPI 2.0; it is left out");
                    self.note("GW049", Weight::Documentation, word, false, message);
                }
            }
            return;
        }
        if let Some((branches, has_loss)) = self.branches(words, "anyOf") {
            self.choice(branches, has_loss, shape);
        }
        if let Some((branches, has_loss)) = self.branches(words, "oneOf") {
            // A part that says nothing may stand for a reference that nothing could follow.
            let has_loss = has_loss || branches.iter().any(Shape::says_nothing);
            if branches.len() < 2 {
                self.choice(branches, has_loss, shape);
            } else if has_loss {
                self.lose(
                    "GW048",
                    "oneOf",
                    true,
                    "Some of these schemas accept more than they should, so more than one of them may match; 'anyOf' stands instead",
                );
                self.choice(branches, has_loss, shape);
            } else {
                shape.one_of = Some(Box::new(self.strict("oneOf", branches)));
            }
        }
        if let Some(refused) = get(words, "not") {
            let losses = self.losses;
            self.place.freeze();
            let mark = self.place.enter("not");
            let part = self.schema(refused, true);
            self.place.leave(&mark);
            self.place.thaw();
            if self.losses > losses || part.says_nothing() {
                self.lose(
                    "GW048",
                    "not",
                    false,
                    "What must not be cannot be said exactly, so nothing is refused for it",
                );
            } else {
                shape.not = Some(Box::new(self.strict("not", part)));
            }
        }
    }

    /// `allOf` of a schema, merged as far as that is exact.
    pub(super) fn all_of(&mut self, words: Words<'_, 'p>, shape: &mut Shape<'p>) {
        if let Some((branches, _)) = self.branches(words, "allOf") {
            for branch in branches {
                both(shape, branch);
            }
        }
    }

    /// `nullable` beside a composition: authors mean null to be accepted, whatever the parts say.
    pub(super) fn nullable(
        &mut self,
        words: Words<'_, 'p>,
        own_values_refuse: bool,
        shape: &mut Shape<'p>,
    ) {
        let is_nullable = get(words, "nullable") == Some(&Json::Bool(true));
        let composed = ["allOf", "anyOf", "oneOf"]
            .into_iter()
            .any(|word| get(words, word).is_some());
        if is_nullable && composed && !own_values_refuse {
            self.lose(
                "GW044",
                "nullable",
                true,
                "Models know no 'nullable'; so that null is accepted, every type is",
            );
            take_null(shape);
        }
    }

    fn strict<T>(&self, word: &str, part: T) -> Strict<'p, T> {
        Strict {
            part,
            subject: Cow::Borrowed(self.subject),
            source: self.place.of(word),
            result: self.place.result.clone(),
        }
    }

    fn choice(&mut self, mut branches: Vec<Shape<'p>>, has_loss: bool, shape: &mut Shape<'p>) {
        if branches.iter().any(Shape::says_nothing) {
            self.losses += usize::from(has_loss);
            return;
        }
        if branches.len() == 1 {
            if let Some(branch) = branches.pop() {
                both(shape, branch);
            }
            return;
        }
        any_of(shape, branches);
    }

    /// The parts of a composition, and whether one accepts more than it should.
    fn branches(
        &mut self,
        words: Words<'_, 'p>,
        word: &'static str,
    ) -> Option<(Vec<Shape<'p>>, bool)> {
        let listed = match get(words, word)? {
            Json::Array(listed) if !listed.is_empty() => listed,
            _ => {
                self.wrong(word);
                return None;
            }
        };
        let losses = self.losses;
        let mut branches = Vec::with_capacity(listed.len());
        let mut has_reference = false;
        for (at, branch) in listed.iter().enumerate() {
            has_reference |= branch.get("$ref").is_some();
            self.place.freeze();
            let mark = self.place.enter(word);
            self.place.further(&at.to_string());
            branches.push(self.schema(branch, true));
            self.place.leave(&mark);
            self.place.thaw();
        }
        if has_reference {
            let message = format!(
                "AWS takes no reference in '{word}'; the schemas referred to are written out in place"
            );
            self.note("GW048", Weight::Documentation, word, true, message);
        }
        Some((branches, self.losses > losses))
    }
}

/// Whether a schema accepts null and nothing else.
fn is_null(schema: &Json<'_>) -> bool {
    let words = schema.entries();
    let mut asserting = words.iter().filter(|(word, _)| asserts(word));
    let Some((word, value)) = asserting.next() else {
        return false;
    };
    asserting.next().is_none()
        && match word.as_ref() {
            "type" => match value {
                Json::String(kind) => kind == "null",
                Json::Array(kinds) => {
                    matches!(kinds.as_slice(), [Json::String(kind)] if kind == "null")
                }
                _ => false,
            },
            "enum" => matches!(value, Json::Array(values) if values.as_slice() == [Json::Null]),
            "const" => *value == Json::Null,
            _ => false,
        }
}
