//! Words about single values: types, listed values, formats, patterns.
//!
//! It refuses the type null, which AWS and OpenAPI 3.0 do not take: so that null is accepted, the type goes.

use std::borrow::Cow;
use std::collections::HashSet;

use gw_plan::Dialect;

use super::compile::Compiler;
use super::json::{Json, get};
use super::merge::any_of;
use super::place::Weight;
use super::shape::{Kind, Shape};

type Words<'a, 'p> = &'a [(Cow<'p, str>, Json<'p>)];

/// What `type` says.
#[derive(Debug, Default)]
pub(super) struct Types {
    pub kinds: Vec<Kind>,
    pub null: bool,
}

impl<'p> Compiler<'p> {
    pub(super) fn types(&mut self, words: Words<'_, 'p>) -> Types {
        let mut types = Types::default();
        let listed = match get(words, "type") {
            None => return types,
            Some(Json::Array(listed)) => listed.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        for one in listed {
            match one.as_str().map(AsRef::as_ref) {
                Some("null") => types.null = true,
                Some(word) => match Kind::of(word) {
                    Some(kind) if types.kinds.contains(&kind) => {}
                    Some(kind) => types.kinds.push(kind),
                    None => {
                        let message =
                            format!("'{word}' is no type of models; any type is accepted");
                        self.lose("GW041", "type", false, message);
                        return Types::default();
                    }
                },
                None => {
                    self.wrong("type");
                    return Types::default();
                }
            }
        }
        if types.kinds.contains(&Kind::Number) {
            types.kinds.retain(|kind| *kind != Kind::Integer);
        }
        types
    }

    /// Says the types, after everything they have to do with is known.
    pub(super) fn apply_types(
        &mut self,
        types: Types,
        words: Words<'_, 'p>,
        shape: &mut Shape<'p>,
    ) {
        let nullable = get(words, "nullable") == Some(&Json::Bool(true));
        let listed_null = shape
            .values
            .as_ref()
            .map(|values| values.contains(&Json::Null));
        if types.kinds.is_empty() {
            if types.null {
                if listed_null == Some(false) {
                    self.lose(
                        "GW044",
                        "type",
                        true,
                        "Null is no type of models; the values listed beside it are accepted",
                    );
                } else {
                    shape.values = Some(vec![Json::Null]);
                    self.note(
                        "GW044",
                        Weight::Documentation,
                        "type",
                        true,
                        "Null is no type of models; it is the only value listed instead",
                    );
                }
            }
            return;
        }
        if (types.null || nullable) && listed_null != Some(false) {
            let is_everything = types.kinds.len() >= 5 && types.kinds.contains(&Kind::Number);
            if listed_null == Some(true) {
                let fit = |value: &Json<'p>| {
                    *value == Json::Null || types.kinds.iter().any(|kind| is_of(value, *kind))
                };
                if shape.values.iter().flatten().all(fit) {
                    self.note(
                        "GW044",
                        Weight::Documentation,
                        if nullable { "nullable" } else { "type" },
                        true,
                        "Models know no type beside null; the listed values say it",
                    );
                } else {
                    self.lose(
                        "GW044",
                        if nullable { "nullable" } else { "type" },
                        true,
                        "Models know no type beside null; every listed value is accepted",
                    );
                }
            } else if !is_everything {
                let word = if types.null { "type" } else { "nullable" };
                self.lose("GW044", word, true, "Models know no type that null is part of; so that null is accepted, every type is");
            }
            return;
        }
        if let [kind] = types.kinds.as_slice() {
            shape.kind = Some(*kind);
            return;
        }
        self.note(
            "GW041",
            Weight::Documentation,
            "type",
            true,
            "Models have one type; several become a choice",
        );
        let branch = |kind: &Kind| Shape {
            kind: Some(*kind),
            ..Shape::default()
        };
        any_of(shape, types.kinds.iter().map(branch).collect());
    }

    pub(super) fn format(&mut self, value: &Json<'p>, types: &Types, shape: &mut Shape<'p>) {
        let Some(format) = value.as_str() else {
            self.wrong("format");
            return;
        };
        match format.as_ref() {
            "decimal" => {
                self.told(
                    "GW052",
                    "format",
                    "Models know no format 'decimal'; it is left out",
                );
                return;
            }
            "int32" | "int64" if types.kinds == [Kind::Number] => {
                self.told(
                    "GW051",
                    "format",
                    "Models know this format of integers only; it is left out",
                );
                return;
            }
            _ => {}
        }
        shape.format = Some(format.clone());
    }

    pub(super) fn values(&mut self, word: &str, value: &Json<'p>, shape: &mut Shape<'p>) {
        let listed = match (word, value) {
            ("const", _) if self.dialect != Dialect::JsonSchema2020 => {
                self.beyond(&Cow::Borrowed("const"));
                return;
            }
            ("const", value) => std::slice::from_ref(value),
            (_, Json::Array(listed)) if !listed.is_empty() => listed.as_slice(),
            _ => {
                self.wrong("enum");
                return;
            }
        };
        let mut values: Vec<Json<'p>> = Vec::with_capacity(listed.len());
        let mut texts = HashSet::new();
        for value in listed {
            let is_new = match value {
                Json::Array(_) | Json::Object(_) if values.len() < 1000 => {
                    !values.iter().any(|known| known.is_same(value))
                }
                Json::Number(number) => texts.insert(format!("{:?}", number.as_f64())),
                other => {
                    let mut text = String::new();
                    other.write(&mut text);
                    texts.insert(text)
                }
            };
            if is_new {
                values.push(value.clone());
            }
        }
        if let Some(own) = &mut shape.values {
            // `const` and `enum` both: what stands in both lists.
            let both = |value: &Json<'p>| values.iter().any(|other| other.is_same(value));
            if own.iter().any(both) {
                own.retain(both);
            } else {
                self.lose(
                    "GW041",
                    word,
                    false,
                    "No value can be in both lists; the first list stands",
                );
            }
        } else {
            shape.values = Some(values);
        }
        if word == "const" {
            self.note(
                "GW041",
                Weight::Documentation,
                "const",
                true,
                "Models know no 'const'; it is a list of one value",
            );
        }
    }

    pub(super) fn pattern(&mut self, value: &Json<'p>, shape: &mut Shape<'p>) {
        let Some(pattern) = value.as_str() else {
            self.wrong("pattern");
            return;
        };
        if let Some(found) = foreign(pattern) {
            let message = format!(
                "'{found}' in a pattern is not of the regular expressions JSON Schema has; it is left out"
            );
            self.lose("GW059", "pattern", false, message);
            return;
        }
        if let Some(found) = doubtful(pattern) {
            let message = format!(
                "'{found}' in a pattern: AWS does not say which regular expressions it knows, and may read this otherwise"
            );
            self.note("GW059", Weight::Otherwise, "pattern", true, message);
        }
        shape.pattern = Some(pattern.clone());
    }
}

/// Whether a value is of a type.
fn is_of(value: &Json<'_>, kind: Kind) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(_) => kind == Kind::Boolean,
        Json::Number(number) => {
            kind == Kind::Number
                || kind == Kind::Integer
                    && number.as_f64().is_some_and(|float| float.fract() == 0.0)
        }
        Json::String(_) => kind == Kind::String,
        Json::Array(_) => kind == Kind::Array,
        Json::Object(_) => kind == Kind::Object,
    }
}

/// What in a pattern regular expressions of JavaScript and Java do not agree on.
fn doubtful(pattern: &str) -> Option<&'static str> {
    const DOUBTFUL: [&str; 9] = [
        "(?<=", "(?<!", "(?=", "(?!", "(?<", "\\p", "\\P", "[[", "&&",
    ];
    DOUBTFUL.into_iter().find(|word| pattern.contains(word))
}

/// What other dialects of regular expressions have and ECMA-262 has not.
fn foreign(pattern: &str) -> Option<&'static str> {
    const FOREIGN: [&str; 16] = [
        "(?P", "(?>", "(?i", "(?s", "(?m", "(?x", "(?#", "\\A", "\\Z", "\\z", "\\h", "\\K", "\\R",
        "*+", "++", "?+",
    ];
    FOREIGN.into_iter().find(|word| pattern.contains(word))
}
