//! Words of a schema one by one.
//!
//! It refuses to keep a word whose value is of the wrong kind: AWS would refuse the whole document for it.

use std::borrow::Cow;
use std::collections::HashSet;

use gw_plan::Dialect;

use super::compile::Compiler;
use super::json::{Json, get};
use super::place::Weight;
use super::shape::{Further, Kind, Property, Shape};
use super::values::Types;

type Words<'a, 'p> = &'a [(Cow<'p, str>, Json<'p>)];

/// Whether a word may refuse a value. Words nobody knows do not.
pub(super) fn asserts(word: &str) -> bool {
    matches!(
        word,
        "$ref"
            | "$dynamicRef"
            | "$recursiveRef"
            | "type"
            | "format"
            | "enum"
            | "const"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "multipleOf"
            | "minLength"
            | "maxLength"
            | "pattern"
            | "items"
            | "prefixItems"
            | "additionalItems"
            | "contains"
            | "minContains"
            | "maxContains"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "unevaluatedItems"
            | "properties"
            | "required"
            | "additionalProperties"
            | "patternProperties"
            | "propertyNames"
            | "minProperties"
            | "maxProperties"
            | "unevaluatedProperties"
            | "dependencies"
            | "dependentRequired"
            | "dependentSchemas"
            | "allOf"
            | "anyOf"
            | "oneOf"
            | "not"
            | "if"
            | "then"
            | "else"
    )
}

/// Whether callers do not send what a schema is about.
pub(super) fn is_read_only(schema: &Json<'_>) -> bool {
    schema.get("readOnly") == Some(&Json::Bool(true))
}

impl<'p> Compiler<'p> {
    /// The words of a schema without its reference. With `in_place` the result is never a reference.
    pub(super) fn words(&mut self, words: Words<'_, 'p>, in_place: bool) -> Shape<'p> {
        if let Some(shape) = self.sole(words, in_place) {
            return shape;
        }
        let mut shape = Shape::default();
        let types = self.types(words);
        self.bounds(
            words,
            types.kinds.first() == Some(&Kind::Integer) && types.kinds.len() == 1,
            &mut shape,
        );
        for (word, value) in words {
            self.word(word, value, words, &types, &mut shape);
        }
        let refuses_null = matches!(&shape.values, Some(values) if !values.contains(&Json::Null));
        self.apply_types(types, words, &mut shape);
        self.choices(words, &mut shape);
        self.all_of(words, &mut shape);
        self.nullable(words, refuses_null, &mut shape);
        self.free_read_only(&mut shape);
        shape
    }

    fn word(
        &mut self,
        word: &str,
        value: &Json<'p>,
        words: Words<'_, 'p>,
        types: &Types,
        shape: &mut Shape<'p>,
    ) {
        match word {
            // Read elsewhere, or holding schemas that are referred to by pointer.
            "$ref" | "type" | "nullable" | "minimum" | "maximum" | "exclusiveMinimum"
            | "exclusiveMaximum" | "allOf" | "anyOf" | "oneOf" | "not" | "$defs"
            | "definitions" | "$id" | "id" | "$schema" | "$anchor" | "$dynamicAnchor"
            | "$vocabulary" | "$comment" | "deprecated" | "then" | "else" | "minContains"
            | "maxContains" | "example" | "examples" | "xml" | "externalDocs" => {}
            "title" => shape.title = value.as_str().cloned(),
            "description" => shape.description = value.as_str().cloned(),
            "format" => self.format(value, types, shape),
            "enum" | "const" => self.values(word, value, shape),
            "multipleOf" => {
                shape.multiple_of = self
                    .number(words, "multipleOf")
                    .filter(|number| number.as_f64().is_some_and(|float| float > 0.0));
                if shape.multiple_of.is_none() && matches!(value, Json::Number(_)) {
                    self.wrong("multipleOf");
                }
            }
            "minLength" => shape.min_length = self.count(value, "minLength"),
            "maxLength" => shape.max_length = self.count(value, "maxLength"),
            "minItems" => {
                shape.min_items = self.count(value, "minItems");
                self.not_simple(shape.min_items.is_some_and(|least| least > 0), "minItems");
            }
            "maxItems" => {
                shape.max_items = self.count(value, "maxItems");
                self.not_simple(shape.max_items.is_some(), "maxItems");
            }
            "minProperties" => shape.min_properties = self.count(value, "minProperties"),
            "maxProperties" => shape.max_properties = self.count(value, "maxProperties"),
            "uniqueItems" => match value {
                Json::Bool(unique) => shape.unique_items = *unique,
                _ => self.wrong("uniqueItems"),
            },
            "pattern" => self.pattern(value, shape),
            "required" => self.required(value, shape),
            "properties" => self.properties(value, shape),
            "additionalProperties" => self.further(value, words, shape),
            "items" => self.items(value, words, shape),
            "default" => self.told("GW047", word, "Models know no 'default'; it is left out"),
            "readOnly" | "writeOnly" => {
                if *value == Json::Bool(true) {
                    self.told(
                        "GW046",
                        word,
                        "Models do not know which values only one side sends; the word is left out",
                    );
                }
            }
            "discriminator" => self.told(
                "GW042",
                word,
                "Models know no discriminator; the schemas it chooses from stay",
            ),
            "contentEncoding" | "contentMediaType" | "contentSchema" => self.told(
                "GW041",
                word,
                "Draft 4 does not say how text is encoded; the word is left out",
            ),
            "if" => {
                if get(words, "then").or(get(words, "else")).is_some() {
                    self.beyond(word);
                }
            }
            "unevaluatedProperties" => {
                let is_alone = !words.iter().any(|(other, _)| {
                    matches!(
                        other.as_ref(),
                        "additionalProperties"
                            | "patternProperties"
                            | "allOf"
                            | "anyOf"
                            | "oneOf"
                            | "not"
                            | "if"
                            | "then"
                            | "else"
                            | "dependentSchemas"
                            | "$ref"
                            | "$dynamicRef"
                    )
                });
                match value {
                    Json::Bool(true) => {}
                    Json::Bool(false) if is_alone && self.dialect == Dialect::JsonSchema2020 => {
                        shape.further = Further::Nothing;
                    }
                    _ => self.beyond(word),
                }
            }
            "unevaluatedItems" if *value == Json::Bool(true) => {}
            known if asserts(known) => self.beyond(word),
            _ => self.told(
                "GW041",
                word,
                format!("'{word}' is no word of models; it is left out"),
            ),
        }
    }

    /// A word that draft 4 and OpenAPI 3.0 do not share.
    pub(super) fn beyond(&mut self, word: &str) {
        let is_meant = self.dialect == Dialect::JsonSchema2020 || word == "patternProperties";
        let message = format!("Models know no '{word}'; it is not checked");
        if is_meant {
            self.lose("GW041", word, false, message);
        } else {
            self.told(
                "GW041",
                word,
                format!("'{word}' is no word of the document's version; it is left out"),
            );
        }
    }

    /// Notes a word that is left out and refused nothing.
    pub(super) fn told(
        &mut self,
        rule: &'static str,
        word: &str,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.note(rule, Weight::Documentation, word, false, message);
    }

    /// Notes a word whose value no rule allows, which is left out.
    pub(super) fn wrong(&mut self, word: &str) {
        let message =
            format!("The value of '{word}' is not of the kind it must be; it is left out");
        self.lose("GW041", word, false, message);
    }

    fn not_simple(&mut self, is_bound: bool, word: &'static str) {
        if is_bound {
            let message = format!(
                "API Gateway leaves '{word}' out of what it checks when it imports a document"
            );
            self.lose("GW050", word, true, message);
        }
    }

    fn required(&mut self, value: &Json<'p>, shape: &mut Shape<'p>) {
        match value {
            Json::Array(listed) => {
                let mut known = HashSet::new();
                for name in listed {
                    match name.as_str() {
                        Some(name) if known.insert(name.as_ref()) => {
                            shape.required.push(name.clone());
                        }
                        Some(_) => {}
                        None => self.wrong("required"),
                    }
                }
            }
            Json::Bool(_) => self.told(
                "GW041",
                "required",
                "'required' is a list of names; a yes or no says nothing and is left out",
            ),
            _ => self.wrong("required"),
        }
    }

    fn properties(&mut self, value: &Json<'p>, shape: &mut Shape<'p>) {
        let Json::Object(named) = value else {
            self.wrong("properties");
            return;
        };
        shape.properties.reserve(named.len());
        for (name, schema) in named {
            let mark = self.place.enter("properties");
            self.place.further(name);
            let compiled = self.schema(schema, false);
            self.place.leave(&mark);
            let read_only = self.is_read_only(schema, 0);
            self.met_read_only |= read_only;
            shape.properties.push(Property {
                name: name.clone(),
                shape: compiled,
                read_only,
            });
        }
    }

    fn further(&mut self, value: &Json<'p>, words: Words<'_, 'p>, shape: &mut Shape<'p>) {
        if get(words, "patternProperties").is_some() {
            if *value != Json::Bool(true) {
                self.lose("GW041", "additionalProperties", false, "Which properties are further ones depends on 'patternProperties', which models do not know; any are accepted");
            }
            return;
        }
        match value {
            Json::Bool(true) => {}
            Json::Bool(false) => shape.further = Further::Nothing,
            Json::Object(_) => {
                self.place.freeze();
                let mark = self.place.enter("additionalProperties");
                let like = self.schema(value, false);
                self.place.leave(&mark);
                self.place.thaw();
                if !like.says_nothing() {
                    shape.further = Further::Like(Box::new(like));
                }
            }
            _ => self.wrong("additionalProperties"),
        }
    }

    fn items(&mut self, value: &Json<'p>, words: Words<'_, 'p>, shape: &mut Shape<'p>) {
        if get(words, "prefixItems").is_some() && self.dialect == Dialect::JsonSchema2020 {
            self.lose(
                "GW041",
                "items",
                false,
                "Models know no schema for some items only; they are not checked",
            );
            return;
        }
        match value {
            Json::Object(_) | Json::Bool(_) => {
                let mark = self.place.enter("items");
                shape.items = Some(Box::new(self.schema(value, false)));
                self.place.leave(&mark);
            }
            _ => self.wrong("items"),
        }
    }

    /// Takes properties that callers do not send out of what is required (GW046).
    pub(super) fn free_read_only(&mut self, shape: &mut Shape<'p>) {
        if !self.met_read_only {
            return;
        }
        let mut names = Vec::new();
        collect_read_only(shape, &mut names);
        if !names.is_empty() && free(shape, &names) {
            self.losses += 1;
            self.note(
                "GW046",
                Weight::Documentation,
                "required",
                true,
                "Callers do not send what is read-only; the model does not require it",
            );
        }
    }
}

fn collect_read_only<'p>(shape: &Shape<'p>, names: &mut Vec<Cow<'p, str>>) {
    for property in shape.properties.iter().filter(|found| found.read_only) {
        names.push(property.name.clone());
    }
    let one_of = shape.one_of.iter().flat_map(|one_of| &one_of.part);
    for branch in shape.all_of.iter().chain(&shape.any_of).chain(one_of) {
        collect_read_only(branch, names);
    }
}

fn free<'p>(shape: &mut Shape<'p>, names: &[Cow<'p, str>]) -> bool {
    let before = shape.required.len();
    shape.required.retain(|name| !names.contains(name));
    let mut is_freed = shape.required.len() < before;
    let one_of = shape.one_of.iter_mut().flat_map(|one_of| &mut one_of.part);
    for branch in shape
        .all_of
        .iter_mut()
        .chain(&mut shape.any_of)
        .chain(one_of)
    {
        is_freed |= free(branch, names);
    }
    is_freed
}
