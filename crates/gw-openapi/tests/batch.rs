//! Many edits at once: they do what a plain model of them does, keep comments, and change no other line.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use gw_openapi::edit::{self, Edit, EditError};
use gw_openapi::pointer::escape;
use gw_openapi::{Document, Format};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z]{1,4}",
        1 => prop::sample::select(vec!["200", "a b", "/a/{b}", "x: y", "#", "'", "\"", "yes", "- a", "{a, b}", "é", "", "a#b", "<", "~"]).prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..900_i64).prop_map(Value::from),
        words().prop_map(Value::from),
        prop::sample::select(vec![
            "two\nlines",
            "three\n\nlines\n",
            "- a\nb",
            "# no\ncomment"
        ])
        .prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => mapping(inner),
        ]
    })
}

fn mapping(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec((words(), inner), 0..5)
        .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into())
}

/// Bytes for [`Dice`], told in one line.
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            &self
                .0
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>(),
        )
    }
}

/// Bytes that decide how a document is laid out and what is edited.
struct Dice<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

impl<'a> Dice<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter().cycle())
    }

    fn below(&mut self, sides: usize) -> usize {
        usize::from(*self.0.next().unwrap()) % sides
    }
}

/// A YAML text with comments of every kind. A comment says which node it belongs to.
struct Yaml<'d, 'b> {
    dice: &'d mut Dice<'b>,
    text: String,
    tight_lists: bool,
}

impl Yaml<'_, '_> {
    fn comment(&mut self, kind: &str, pointer: &str, column: usize) {
        if self.dice.below(3) == 0 {
            let margin = " ".repeat(column);
            self.text
                .push_str(&format!("{margin}# {kind} <{pointer}>\n"));
        }
    }

    /// Ends a line, perhaps with a comment.
    fn end(&mut self, pointer: &str) {
        if self.dice.below(4) == 0 {
            self.text.push_str(&format!("  # beside <{pointer}>"));
        }
        self.text.push('\n');
    }

    fn scalar(&mut self, value: &Value, column: usize, pointer: &str) {
        match value {
            Value::Null => match self.dice.below(3) {
                0 => {}
                1 => self.text.push_str(" null"),
                _ => self.text.push_str(" ~"),
            },
            Value::String(text)
                if text.chars().all(|char| char.is_ascii_lowercase())
                    && ![
                        "", "yes", "no", "on", "off", "y", "n", "null", "true", "false",
                    ]
                    .contains(&text.as_str()) =>
            {
                match self.dice.below(3) {
                    0 => self.text.push_str(&format!(" '{text}'")),
                    1 => self.text.push_str(&format!(" \"{text}\"")),
                    _ => self.text.push_str(&format!(" {text}")),
                }
            }
            Value::String(text) if text.contains('\n') && self.dice.below(2) == 0 => {
                let end = if text.ends_with('\n') { "" } else { "-" };
                self.text.push_str(&format!(" |{end}"));
                for line in text.trim_end_matches('\n').split('\n') {
                    self.text.push('\n');
                    if !line.is_empty() {
                        self.text.push_str(&" ".repeat(column + 2));
                        self.text.push_str(line);
                    }
                }
                self.text.push('\n');
                return;
            }
            other => self.text.push_str(&format!(" {other}")),
        }
        self.end(pointer);
    }

    /// What follows a colon or a dash.
    fn value(&mut self, value: &Value, column: usize, pointer: &str, in_list: bool) {
        let empty = value.as_object().is_some_and(Map::is_empty)
            || value.as_array().is_some_and(Vec::is_empty);
        let container = value.is_object() || value.is_array();
        if !container {
            self.scalar(value, column, pointer);
        } else if empty || self.dice.below(5) == 0 {
            self.text.push_str(&format!(" {value}"));
            self.end(pointer);
        } else if in_list && self.dice.below(3) > 0 {
            // Beside the dash.
            self.text.push(' ');
            self.block(value, column + 2, pointer, true);
        } else {
            self.end(pointer);
            let tight = self.tight_lists && value.is_array() && !in_list;
            self.block(
                value,
                if tight { column } else { column + 2 },
                pointer,
                false,
            );
        }
    }

    fn block(&mut self, value: &Value, column: usize, pointer: &str, mut beside: bool) {
        let children: Vec<(String, String, &Value)> = match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| {
                    let plain = key.chars().all(|char| char.is_ascii_lowercase())
                        && !key.is_empty()
                        && !["yes", "no", "on", "off", "y", "n", "null", "true", "false"]
                            .contains(&key.as_str());
                    let written = if plain {
                        key.clone()
                    } else {
                        Value::from(key.as_str()).to_string()
                    };
                    (format!("{written}:"), escape(key), value)
                })
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, value)| ("-".to_owned(), at.to_string(), value))
                .collect(),
            _ => unreachable!(),
        };
        for (lead, step, inner) in children {
            if !std::mem::take(&mut beside) {
                self.comment("in", pointer, column);
                self.text.push_str(&" ".repeat(column));
            }
            self.text.push_str(&lead);
            self.value(inner, column, &format!("{pointer}/{step}"), lead == "-");
        }
    }
}

fn yaml(value: &Value, dice: &mut Dice<'_>) -> String {
    let tight_lists = dice.below(2) == 0;
    let mut yaml = Yaml {
        dice,
        text: "# head\n".to_owned(),
        tight_lists,
    };
    if value.as_object().is_some_and(Map::is_empty) {
        yaml.text.push_str("{}\n");
    } else {
        yaml.block(value, 0, "", false);
    }
    yaml.text.push_str("# foot\n");
    yaml.text
}

/// Every node below the root.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (escape(key), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => return,
    };
    for (step, inner) in children {
        let pointer = format!("{at}/{step}");
        into.push(pointer.clone());
        pointers(inner, &pointer, into);
    }
}

fn inside(pointer: &str, holder: &str) -> bool {
    pointer == holder
        || pointer
            .strip_prefix(holder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Edits that agree with each other: none is about what another replaces or removes.
fn edits(value: &Value, dice: &mut Dice<'_>, new: &[Value]) -> Vec<Edit> {
    let mut all = Vec::new();
    pointers(value, "", &mut all);
    let mut edits: Vec<Edit> = Vec::new();
    for (index, new) in new.iter().enumerate() {
        if all.is_empty() {
            break;
        }
        let at = all[dice.below(all.len())].clone();
        let beside = edits.iter().any(|edit| {
            let other = edit.at();
            let about = |one: &str, two: &str, edit: &Edit| {
                inside(one, two)
                    && !matches!(edit, Edit::Append { .. })
                    && !(matches!(edit, Edit::Rename { .. }) && one != two)
            };
            about(&at, other, edit) || inside(other, &at)
        });
        if beside {
            continue;
        }
        let node = value.pointer(&at).unwrap();
        let holder = value.pointer(at.rsplit_once('/').unwrap().0).unwrap();
        let set = Edit::Set {
            at: at.clone(),
            value: new.clone(),
        };
        edits.push(match dice.below(5) {
            0 | 1 => Edit::Remove { at },
            2 if holder.is_object() => Edit::Rename {
                at,
                to: format!("new {index}"),
            },
            3 if node.is_array() => Edit::Append {
                at,
                value: new.clone(),
            },
            3 if node.is_object() => Edit::Set {
                at: format!("{at}/fresh{index}"),
                value: new.clone(),
            },
            _ => set,
        });
    }
    edits
}

/// What a value is after edits, in the plainest way.
fn model(value: &Value, at: &str, edits: &[Edit]) -> Value {
    let asked = |pointer: &str| -> Vec<&Edit> {
        edits.iter().filter(|edit| edit.at() == pointer).collect()
    };
    if let Some(Edit::Set { value, .. }) = asked(at).first() {
        return value.clone();
    }
    match value {
        Value::Object(fields) => {
            let mut after = Map::new();
            for (key, inner) in fields {
                let pointer = format!("{at}/{}", escape(key));
                let mut name = key.clone();
                match asked(&pointer).first() {
                    Some(Edit::Remove { .. }) => continue,
                    Some(Edit::Rename { to, .. }) => name.clone_from(to),
                    _ => {}
                }
                after.insert(name, model(inner, &pointer, edits));
            }
            for edit in edits {
                if let Edit::Set { at: pointer, value } = edit
                    && let Some((holder, name)) = pointer.rsplit_once('/')
                    && holder == at
                    && !fields.contains_key(name)
                    && name.starts_with("fresh")
                {
                    after.insert(name.to_owned(), value.clone());
                }
            }
            after.into()
        }
        Value::Array(items) => {
            let mut after = Vec::new();
            for (index, inner) in items.iter().enumerate() {
                let pointer = format!("{at}/{index}");
                if !matches!(asked(&pointer).first(), Some(Edit::Remove { .. })) {
                    after.push(model(inner, &pointer, edits));
                }
            }
            for edit in asked(at) {
                if let Edit::Append { value, .. } = edit {
                    after.push(value.clone());
                }
            }
            after.into()
        }
        other => other.clone(),
    }
}

fn keys_in_order(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((one, a), (two, b))| one == two && keys_in_order(a, b))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| keys_in_order(a, b))
        }
        (a, b) => a == b,
    }
}

/// Comments that must survive: those that belong to nothing that went or was replaced.
fn kept_comments<'t>(text: &'t str, value: &Value, edits: &[Edit]) -> Vec<&'t str> {
    let gone = |pointer: &str, kind: &str| {
        let dies = edits.iter().any(|edit| match edit {
            Edit::Set { at, value: new } => {
                // A scalar on one line keeps what stands beside it.
                let scalar = |value: &Value| {
                    !value.is_object()
                        && !value.is_array()
                        && !value.as_str().is_some_and(|text| text.contains('\n'))
                };
                let keeps = kind == "beside"
                    && at == pointer
                    && scalar(new)
                    && value
                        .pointer(at)
                        .is_some_and(|old| scalar(old) && !old.is_null());
                inside(pointer, at) && !keeps
            }
            Edit::Remove { at } => inside(pointer, at),
            _ => false,
        });
        // What is emptied is written anew as an empty mapping or list.
        let emptied = (0..=pointer.len())
            .filter(|at| pointer.is_char_boundary(*at))
            .any(|at| {
                let holder = &pointer[..at];
                (at == pointer.len() || pointer[at..].starts_with('/'))
                    && emptied(value, holder, edits)
            });
        dies || emptied
    };
    text.lines()
        .filter_map(|line| {
            let at = line.find("# in <").or_else(|| line.find("# beside <"))?;
            let comment = &line[at..];
            let (kind, pointer) = comment[2..].split_once(" <").unwrap();
            // A flow value, or text, may quote a comment.
            let pointer = pointer.strip_suffix('>')?;
            (!gone(pointer, kind)).then_some(comment)
        })
        .collect()
}

fn emptied(value: &Value, holder: &str, edits: &[Edit]) -> bool {
    let removed = |step: &str| {
        let pointer = format!("{holder}/{step}");
        edits
            .iter()
            .any(|edit| matches!(edit, Edit::Remove { at } if *at == pointer))
    };
    match value.pointer(holder) {
        Some(Value::Object(fields)) => {
            !fields.is_empty() && fields.keys().all(|key| removed(&escape(key)))
        }
        Some(Value::Array(items)) => {
            !items.is_empty() && (0..items.len()).all(|at| removed(&at.to_string()))
        }
        _ => false,
    }
}

fn read(text: &str, format: Format) -> (Document, Value) {
    let (document, diagnostics) = Document::parse_as(text, format);
    assert!(document.is_sound(), "{diagnostics:?}\n{text}");
    let value = document.to_value(document.root());
    (document, value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_together_do_what_a_plain_model_does(
        start in mapping(value()),
        new in prop::collection::vec(value(), 1..7),
        bytes in prop::collection::vec(any::<u8>(), 97).prop_map(Bytes),
    ) {
        let mut dice = Dice::new(&bytes.0);
        let edits = edits(&start, &mut dice, &new);
        let expected = model(&start, "", &edits);
        let texts = [
            (Format::Json, start.to_string()),
            (Format::Json, serde_json::to_string_pretty(&start).unwrap() + "\n"),
            (Format::Yaml, yaml(&start, &mut dice)),
        ];
        for (format, text) in texts {
            let (document, value) = read(&text, format);
            prop_assert_eq!(&value, &start, "the test wrote a wrong text: {}", text);
            let after = match edit::apply(&document, &edits) {
                Ok(after) => after,
                // A comment beside the dash of a list within a list leaves no place for the list's second item.
                Err(EditError::Layout(_)) if format == Format::Yaml && text.contains("- -") => continue,
                Err(error) => return Err(TestCaseError::fail(format!("{error}\n{edits:#?}\n{text}"))),
            };
            let (_, value) = read(&after, format);
            prop_assert_eq!(&value, &expected, "{:#?}\n{}\nbecame\n{}", &edits, &text, &after);
            // A mapping that is set keeps the order it had.
            let sets = edits.iter().any(|edit| matches!(edit, Edit::Set { value, .. } if value.is_object() || value.is_array()));
            prop_assert!(sets || keys_in_order(&value, &expected), "{:#?}\n{}\nbecame\n{}\n{}", edits, text, after, expected);
            if format == Format::Yaml {
                let mut there: Vec<&str> = after.lines().collect();
                for comment in kept_comments(&text, &start, &edits) {
                    let at = there.iter().position(|line| line.ends_with(comment));
                    prop_assert!(at.is_some(), "{} is gone\n{:#?}\n{}\nbecame\n{}", comment, edits, text, after);
                    there.remove(at.unwrap());
                }
            }
        }
    }
}
