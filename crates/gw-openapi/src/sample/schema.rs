//! A value for a schema.
//!
//! It refuses to satisfy regular expressions and `not`: a sample shows what a value looks like, it proves nothing.

use serde_json::{Map, Number, Value};

use super::Direction;
use crate::document::{self, Document};
use crate::tree::{Kind, Node, NodeId};

/// Most values in a sample.
const MAX_VALUES: usize = 1000;
/// Most steps for a sample: schemas and their parts looked at, whether or not they make values.
const MAX_STEPS: usize = 4 * MAX_VALUES;
/// Most values copied from an example, larger than what is made up: the author wrote it out.
const MAX_COPIED: usize = 60 * MAX_VALUES;
/// Most of a list of allowed values looked at for one that is not null.
const MAX_LISTED: usize = 100;
/// Deepest a sample goes.
const MAX_DEPTH: usize = 12;
/// Most items a sampled list is filled up to when a schema asks for many.
const MAX_ITEMS: u64 = 10;

/// What may still be spent on samples that belong together: each alone is small, but references let a small document ask
/// for any number of them.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    steps: usize,
    copied: usize,
}

impl Allowance {
    /// For the samples of one answer or one request.
    pub fn of_one() -> Self {
        Self {
            steps: 5 * MAX_STEPS,
            copied: 2 * MAX_COPIED,
        }
    }

    /// For an answer to every operation of a document. Once it is spent, answers are kept very small.
    pub fn of_document() -> Self {
        Self {
            steps: 250 * MAX_STEPS,
            copied: 100 * MAX_COPIED,
        }
    }

    /// The part of it that one answer may take.
    pub(super) fn share(&self) -> Self {
        let one = Self::of_one();
        Self {
            steps: one.steps.min(self.steps.max(100)),
            copied: one.copied.min(self.copied.max(100)),
        }
    }

    /// Counts what an answer took of its share.
    pub(super) fn settle(&mut self, share: Self, left: Self) {
        self.steps = self.steps.saturating_sub(share.steps - left.steps);
        self.copied = self.copied.saturating_sub(share.copied - left.copied);
    }

    /// Counts a step; `false` when none is left.
    pub(super) fn step(&mut self) -> bool {
        let left = self.steps.checked_sub(1);
        self.steps = left.unwrap_or(0);
        left.is_some()
    }
}

pub(super) fn sample(
    document: &Document,
    schema: Node<'_>,
    direction: Direction,
    allowance: &mut Allowance,
) -> Value {
    let share = Allowance {
        steps: allowance.steps.min(MAX_STEPS),
        copied: allowance.copied.min(MAX_COPIED),
    };
    let mut sampler = Sampler {
        document,
        direction,
        open: Vec::new(),
        values: 0,
        left: share,
    };
    let value = sampler.value(schema).unwrap_or(Value::Null);
    let left = sampler.left;
    allowance.settle(share, left);
    value
}

/// A copy of an example.
pub(super) fn copy(example: Node<'_>, allowance: &mut Allowance) -> Value {
    let share = allowance.copied.min(MAX_COPIED);
    let mut left = share;
    let value = document::copy(example, &mut left);
    allowance.copied -= share - left;
    value
}

struct Sampler<'d> {
    document: &'d Document,
    direction: Direction,
    /// Schemas being sampled, to see when one holds itself.
    open: Vec<NodeId>,
    values: usize,
    left: Allowance,
}

impl<'d> Sampler<'d> {
    /// `None` when the schema holds itself here, is forbidden, or a bound is reached.
    fn value(&mut self, schema: Node<'d>) -> Option<Value> {
        let schema = self.document.resolve(schema).ok()?;
        let full = !self.left.step() || self.values >= MAX_VALUES || self.open.len() >= MAX_DEPTH;
        if full || schema.as_bool() == Some(false) || self.open.contains(&schema.id()) {
            return None;
        }
        self.values += 1;
        if let Some(given) = given(schema) {
            return Some(copy(given, &mut self.left));
        }
        self.open.push(schema.id());
        let value = self.made_up(schema);
        self.open.pop();
        value
    }

    fn made_up(&mut self, schema: Node<'d>) -> Option<Value> {
        for word in ["oneOf", "anyOf"] {
            let Some(options) = schema.get(word).filter(|options| !options.is_empty()) else {
                continue;
            };
            // A choice beside properties only says which of them are needed.
            let only_needs =
                |option: Node<'_>| option.entries().all(|(key, _)| key.text == "required");
            if options.items().take(MAX_LISTED).all(only_needs) {
                continue;
            }
            let chosen = options
                .items()
                .take(MAX_STEPS)
                .filter(|option| !is_null(*option))
                .find_map(|option| self.value(option));
            return match (
                chosen,
                schema.get("properties").or_else(|| schema.get("allOf")),
            ) {
                (Some(Value::Object(chosen)), Some(_)) => {
                    let mut whole = self.object(schema);
                    whole.extend(chosen);
                    Some(Value::Object(whole))
                }
                (chosen, _) => chosen,
            };
        }
        match kind_of(schema) {
            "object" => Some(Value::Object(self.object(schema))),
            "array" => Some(self.array(schema)),
            "string" => Some(Value::String(string(schema))),
            "integer" => Some(number(schema, true)),
            "number" => Some(number(schema, false)),
            "boolean" => Some(Value::Bool(true)),
            "null" => Some(Value::Null),
            _ => self.all_of(schema),
        }
    }

    /// `allOf` without a type: objects are merged, anything else is the last part that says something.
    fn all_of(&mut self, schema: Node<'d>) -> Option<Value> {
        let mut whole: Option<Value> = None;
        for part in schema.get("allOf").into_iter().flat_map(Node::items) {
            if !self.left.step() {
                break;
            }
            match (self.value(part), &mut whole) {
                (Some(Value::Object(part)), Some(Value::Object(known))) => known.extend(part),
                (Some(Value::Null) | None, _) => {}
                (Some(value), whole) => *whole = Some(value),
            }
        }
        whole
    }

    fn object(&mut self, schema: Node<'d>) -> Map<String, Value> {
        let mut object = Map::new();
        for part in schema.get("allOf").into_iter().flat_map(Node::items) {
            if !self.left.step() {
                break;
            }
            if let Some(Value::Object(part)) = self.value(part) {
                object.extend(part);
            }
        }
        let hidden = if self.direction == Direction::Request {
            "readOnly"
        } else {
            "writeOnly"
        };
        for (name, property) in schema.get("properties").into_iter().flat_map(Node::entries) {
            if !self.left.step() {
                break;
            }
            let resolved = self.document.resolve(property).unwrap_or(property);
            let is_hidden = |node: Node<'_>| node.get(hidden).and_then(Node::as_bool) == Some(true);
            if is_hidden(property) || is_hidden(resolved) {
                continue;
            }
            if let Some(value) = self.value(property) {
                object.insert(name.text.to_owned(), value);
            }
        }
        if object.is_empty()
            && let Some(value) = schema
                .get("additionalProperties")
                .filter(|more| more.is_mapping() && !more.is_empty())
            && let Some(value) = self.value(value)
        {
            object.insert("key".to_owned(), value);
        }
        object
    }

    fn array(&mut self, schema: Node<'d>) -> Value {
        let mut items: Vec<Value> = Vec::new();
        for item in schema.get("prefixItems").into_iter().flat_map(Node::items) {
            if !self.left.step() {
                break;
            }
            items.extend(self.value(item));
        }
        let (values, copied) = (self.values, self.left.copied);
        if let Some(item) = schema.get("items").filter(|items| items.is_mapping())
            && let Some(value) = self.value(item)
        {
            // Each further item is as large as the first: lists of lists of lists grow by their product.
            let (values, copied) = (self.values - values, copied - self.left.copied);
            let wanted = schema
                .get("minItems")
                .and_then(Node::as_u64)
                .unwrap_or(1)
                .clamp(1, MAX_ITEMS);
            let most = schema
                .get("maxItems")
                .and_then(Node::as_u64)
                .unwrap_or(wanted);
            let mut first = true;
            while (items.len() as u64) < wanted.min(most) {
                if !first {
                    if self.values + values > MAX_VALUES || copied > self.left.copied {
                        break;
                    }
                    self.values += values;
                    self.left.copied -= copied;
                }
                first = false;
                items.push(value.clone());
            }
        }
        Value::Array(items)
    }
}

/// What the author gave: an example, a constant, a default or the first allowed value.
fn given(schema: Node<'_>) -> Option<Node<'_>> {
    let listed = |word: &str| {
        let list = schema
            .get(word)
            .filter(|list| list.kind() == Kind::Sequence)?;
        list.items()
            .take(MAX_LISTED)
            .find(|item| item.kind() != Kind::Null)
            .or_else(|| list.item(0))
    };
    schema
        .get("example")
        .or_else(|| listed("examples"))
        .or_else(|| schema.get("const"))
        .or_else(|| {
            schema
                .get("default")
                .filter(|default| default.kind() != Kind::Null)
        })
        .or_else(|| listed("enum"))
}

fn is_null(schema: Node<'_>) -> bool {
    schema.get("type").and_then(Node::as_str) == Some("null")
}

/// `type`, the first of several that is not null, or what its other words imply.
fn kind_of(schema: Node<'_>) -> &str {
    let named = match schema.get("type") {
        Some(kind) if kind.kind() == Kind::Sequence => {
            let mut kinds = kind.items().filter_map(Node::as_str);
            kinds.find(|kind| *kind != "null").or(Some("null"))
        }
        Some(kind) => kind.as_str(),
        None => None,
    };
    let implied = || {
        let has = |words: &[&str]| words.iter().any(|word| schema.get(word).is_some());
        if has(&["properties", "additionalProperties", "required"]) {
            "object"
        } else if has(&["items", "prefixItems", "minItems"]) {
            "array"
        } else if has(&["format", "pattern", "minLength", "maxLength"]) {
            "string"
        } else if has(&[
            "minimum",
            "maximum",
            "multipleOf",
            "exclusiveMinimum",
            "exclusiveMaximum",
        ]) {
            "number"
        } else {
            ""
        }
    };
    named.unwrap_or_else(implied)
}

fn string(schema: Node<'_>) -> String {
    let format = schema
        .get("format")
        .and_then(Node::as_str)
        .unwrap_or_default();
    let known = match format {
        "date" => "2026-01-31",
        "date-time" => "2026-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "P1D",
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "email" | "idn-email" => "someone@example.com",
        "uri" | "url" | "iri" => "https://example.com",
        "uri-reference" | "iri-reference" | "json-pointer" => "/example",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "c3RyaW5n",
        "binary" => "",
        "password" => "********",
        _ => "string",
    };
    if known != "string" {
        return known.to_owned();
    }
    let length = |word: &str| schema.get(word).and_then(Node::as_u64);
    let least = usize::try_from(length("minLength").unwrap_or(0))
        .unwrap_or(0)
        .min(1000);
    let most = length("maxLength")
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX);
    known
        .chars()
        .cycle()
        .take(known.len().max(least).min(most))
        .collect()
}

fn number(schema: Node<'_>, whole: bool) -> Value {
    let bound = |word: &str| schema.get(word).and_then(Node::as_f64);
    // In 3.0 the exclusive words are booleans beside the bounds, in 3.1 bounds of their own.
    let excludes = |word: &str| schema.get(word).and_then(Node::as_bool) == Some(true);
    let step = bound("multipleOf")
        .filter(|step| *step > 0.0)
        .unwrap_or(1.0);
    let low = match (bound("exclusiveMinimum"), bound("minimum")) {
        (Some(low), _) => Some(low + step),
        (None, Some(low)) if excludes("exclusiveMinimum") => Some(low + step),
        (None, low) => low,
    };
    let high = match (bound("exclusiveMaximum"), bound("maximum")) {
        (Some(high), _) => Some(high - step),
        (None, Some(high)) if excludes("exclusiveMaximum") => Some(high - step),
        (None, high) => high,
    };
    let wanted = match (low, high) {
        (Some(low), Some(high)) if low > high => f64::midpoint(low - step, high + step),
        (Some(low), _) if low > 1.0 => low,
        (low, Some(high)) if high < 1.0 => low.unwrap_or(high),
        _ if bound("multipleOf").is_some() => step,
        _ => 1.0,
    };
    let aligned = if bound("multipleOf").is_some() {
        (wanted / step).ceil() * step
    } else {
        wanted
    };
    let fits = high.is_none_or(|high| aligned <= high);
    let value = if fits { aligned } else { wanted };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole numbers within 2^53 only"
    )]
    if whole || (value.fract() == 0.0 && value.abs() < 9e15) {
        let rounded = if low.is_some_and(|low| value.floor() < low) {
            value.ceil()
        } else {
            value.floor()
        };
        if rounded.abs() < 9e15 {
            return Value::from(rounded as i64);
        }
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
