//! Schemas and instances made at random: what a schema accepts its model accepts, and where no loss is told the other way
//! round too.

use gw_aws_import::Fidelity;
use gw_plan::Dialect;
use serde_json::{Map, Value, json};

use crate::support::{CHECKED, built, check, model_validator, source, source_validator};

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len());
        &from[at]
    }
}

const NAMES: [&str; 3] = ["a", "b", "c"];
const KINDS: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

fn instance(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.one_in(2)),
        2 => json!(i64::try_from(dice.below(6)).unwrap() - 2),
        3 => json!(f64::from(u8::try_from(dice.below(4)).unwrap()) + 0.5),
        4 => json!(dice.pick(&["", "a", "ab", "abc"])),
        5 => (0..dice.below(4))
            .map(|_| instance(dice, depth - 1))
            .collect(),
        _ => {
            let mut fields = Map::new();
            for name in NAMES {
                if dice.one_in(2) {
                    fields.insert(name.to_owned(), instance(dice, depth - 1));
                }
            }
            Value::Object(fields)
        }
    }
}

fn schema(dice: &mut Dice, dialect: Dialect, depth: usize) -> Value {
    let is_modern = dialect == Dialect::JsonSchema2020;
    if is_modern && dice.one_in(12) {
        return json!(dice.one_in(3));
    }
    let mut words = Map::new();
    if depth == 0 || dice.one_in(5) {
        words.insert(
            "$ref".to_owned(),
            json!(format!(
                "#/components/schemas/{}",
                dice.pick(&["A", "B", "C-c"])
            )),
        );
        if dice.one_in(2) {
            return Value::Object(words);
        }
    }
    for _ in 0..=dice.below(3) {
        let (word, value) = word(dice, dialect, depth.saturating_sub(1));
        words.insert(word.to_owned(), value);
    }
    if !is_modern && dice.one_in(5) {
        words.insert("nullable".to_owned(), json!(true));
    }
    Value::Object(words)
}

fn word(dice: &mut Dice, dialect: Dialect, depth: usize) -> (&'static str, Value) {
    let is_modern = dialect == Dialect::JsonSchema2020;
    let number = i64::try_from(dice.below(5)).unwrap() - 1;
    let count = json!(dice.below(3));
    let parts = |dice: &mut Dice| -> Value {
        (0..=dice.below(3))
            .map(|_| schema(dice, dialect, depth))
            .collect()
    };
    let names = |dice: &mut Dice| -> Value {
        let count = dice.below(3);
        NAMES
            .iter()
            .skip(dice.below(2))
            .take(count)
            .map(|name| json!(name))
            .collect()
    };
    let named = |dice: &mut Dice| -> Value {
        let mut named = Map::new();
        for name in NAMES {
            if dice.one_in(2) {
                named.insert(name.to_owned(), schema(dice, dialect, depth));
            }
        }
        Value::Object(named)
    };
    match dice.below(if is_modern { 34 } else { 23 }) {
        0..=2 => ("type", json!(dice.pick(&KINDS))),
        3 => ("minimum", json!(number)),
        4 => ("maximum", json!(number)),
        5 if is_modern => ("exclusiveMinimum", json!(number)),
        6 if is_modern => ("exclusiveMaximum", json!(number)),
        5 => ("exclusiveMinimum", json!(dice.one_in(2))),
        6 => ("exclusiveMaximum", json!(dice.one_in(2))),
        7 => ("minLength", count),
        8 => ("maxLength", count),
        9 => ("minItems", count),
        10 => ("maxProperties", count),
        11 => ("minProperties", count),
        12 => ("uniqueItems", json!(true)),
        13 => (
            "enum",
            (0..=dice.below(3)).map(|_| instance(dice, 1)).collect(),
        ),
        14 => ("required", names(dice)),
        15 => ("properties", named(dice)),
        16 => (
            "additionalProperties",
            if dice.one_in(2) {
                json!(false)
            } else {
                schema(dice, dialect, depth)
            },
        ),
        17 => ("items", schema(dice, dialect, depth)),
        18 | 19 => ("allOf", parts(dice)),
        20 => ("anyOf", parts(dice)),
        21 => ("oneOf", parts(dice)),
        22 => ("not", schema(dice, dialect, depth)),
        23 | 24 => {
            let mut kinds = vec![json!(dice.pick(&KINDS))];
            let more = json!(dice.pick(&["null", "string", "object"]));
            if !kinds.contains(&more) {
                kinds.push(more);
            }
            ("type", json!(kinds))
        }
        25 => ("const", instance(dice, 1)),
        26 => ("prefixItems", parts(dice)),
        27 => ("contains", schema(dice, dialect, depth)),
        28 => (
            "patternProperties",
            json!({"^a": schema(dice, dialect, depth)}),
        ),
        29 => ("propertyNames", json!({"minLength": 1, "enum": ["a", "b"]})),
        30 => ("unevaluatedProperties", json!(false)),
        31 => ("dependentRequired", json!({"a": ["b"]})),
        32 => ("type", json!("null")),
        _ => ("then", schema(dice, dialect, depth)),
    }
}

fn run(dialect: Dialect, seed: u64, rounds: usize) {
    let mut dice = Dice(seed);
    let (mut accepted, mut refused, mut exact) = (0, 0, 0);
    for round in 0..rounds {
        let named = json!({
            "A": schema(&mut dice, dialect, 2),
            "B": schema(&mut dice, dialect, 2),
            "C-c": schema(&mut dice, dialect, 1),
        });
        let mut body = schema(&mut dice, dialect, 2);
        if dialect == Dialect::JsonSchema2020 && dice.one_in(6) && body.is_object() {
            body["if"] = schema(&mut dice, dialect, 1);
        }
        let source = source(dialect, &body, &named);
        let (models, id) = built(&source, CHECKED);
        check(&models);
        // Schemas that consist of themselves mean nothing, and validators may loop.
        if is_endless(&source.body.text, &source.schemas.texts, &mut Vec::new()) {
            continue;
        }
        let Some(says) = source_validator(&source) else {
            continue;
        };
        let model = model_validator(&models, id);
        let is_exact = models.fidelity(id) < Fidelity::Lost;
        exact += usize::from(is_exact);
        for _ in 0..12 {
            let value = instance(&mut dice, 2);
            let told = || {
                format!(
                    "round {round}: {value}\nunder {}\nwith {:#?}\nmodels {}\nnotes {:#?}",
                    source.body.text,
                    source.schemas.texts,
                    models.text(),
                    models.notes()
                )
            };
            if says.is_valid(&value) {
                accepted += 1;
                assert!(model.is_valid(&value), "refused: {}", told());
            } else {
                refused += 1;
                assert!(
                    !is_exact || !model.is_valid(&value),
                    "lost in silence: {}",
                    told()
                );
            }
        }
    }
    println!(
        "{dialect:?}: {accepted} accepted, {refused} refused, {exact} of {rounds} without a loss"
    );
    assert!(accepted > rounds && refused > rounds && exact > rounds / 10);
}

/// Whether a schema is reached from itself without going down into an instance.
fn is_endless(
    text: &str,
    texts: &std::collections::BTreeMap<String, String>,
    path: &mut Vec<String>,
) -> bool {
    fn in_place(schema: &Value, found: &mut Vec<String>) {
        let Value::Object(words) = schema else { return };
        for (word, value) in words {
            match (word.as_str(), value) {
                ("$ref", Value::String(target)) => {
                    found.push(target.trim_start_matches('#').to_owned());
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                    for part in parts {
                        in_place(part, found);
                    }
                }
                ("not" | "if" | "then" | "else", part) => in_place(part, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    in_place(&serde_json::from_str(text).unwrap(), &mut found);
    found.into_iter().any(|target| {
        if path.contains(&target) {
            return true;
        }
        path.push(target.clone());
        let is_found = texts
            .get(&target)
            .is_some_and(|text| is_endless(text, texts, path));
        path.pop();
        is_found
    })
}

#[test]
fn what_2020_12_accepts_is_accepted_and_no_loss_is_silent() {
    run(Dialect::JsonSchema2020, 0x5eed_0001, 4000);
}

#[test]
fn what_openapi_3_0_accepts_is_accepted_and_no_loss_is_silent() {
    run(Dialect::Openapi30, 0x5eed_0002, 4000);
}
