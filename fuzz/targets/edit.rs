//! Edits: a document, a pointer and a value. What comes back reads as exactly what was asked for and nothing else, or
//! the edit is refused and says why.
//!
//! An input is three parts: a line with an order, a line with a value as JSON, and the document. Orders are `=POINTER`
//! to set, `-POINTER` to remove, `+GET /path` to put an operation and `~GET /path` to remove one. It refuses to invent
//! structure: a part that is missing is empty.
#![no_main]

use gw_model::OperationKey;
use gw_openapi::{Document, edit, pointer};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|text: &str| {
    let (order, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (value, document) = rest.split_once('\n').unwrap_or((rest, ""));
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    let (document, _) = Document::parse(document);
    let whole = document.to_value(document.root());
    if let Some(at) = order.strip_prefix('-') {
        if let Ok(edited) = edit::remove(&document, at) {
            let (after, _) = Document::parse_as(&edited, document.format());
            assert!(after.is_sound(), "{edited}");
            let expected = without(whole, at);
            assert_eq!(after.to_value(after.root()), expected, "{edited}");
        }
        return;
    }
    if let Some(key) = order.strip_prefix(['+', '~']) {
        if let Ok(key) = key.parse() {
            operation(&document, order.starts_with('+'), &key, &value);
        }
        return;
    }
    let at = order.strip_prefix('=').unwrap_or(order);
    if let Ok(edited) = edit::set(&document, at, &value) {
        let (after, _) = Document::parse_as(&edited, document.format());
        assert!(after.is_sound(), "{edited}");
        let set = after.at(at).map(|node| after.to_value(node));
        assert_eq!(set.as_ref(), Some(&value), "{edited}");
        // Taken back, whatever the edit did not speak of is as it was.
        let mut before = whole;
        let mut now = after.to_value(after.root());
        blank(&mut before, at);
        blank(&mut now, at);
        let made = document.at(at).is_none();
        assert!(made || before == now, "{before} became {now}");
    }
});

fn operation(document: &Document, put: bool, key: &OperationKey, value: &Value) {
    let edited = if put {
        edit::put_operation(document, key, value)
    } else {
        edit::remove_operation(document, key)
    };
    let Ok(edited) = edited else { return };
    let (after, _) = Document::parse_as(&edited, document.format());
    assert!(after.is_sound(), "{edited}");
    let path = pointer::escape(&key.path);
    let at = format!("/paths/{path}/{}", key.method.document_key());
    let found = after.at(&at).map(|node| after.to_value(node));
    assert_eq!(found.as_ref(), put.then_some(value), "{edited}");
}

fn steps(at: &str) -> Vec<String> {
    at.split('/').skip(1).map(pointer::unescape).collect()
}

/// What is at a pointer becomes null.
fn blank(value: &mut Value, at: &str) {
    if let Some(found) = value.pointer_mut(at) {
        *found = Value::Null;
    }
}

fn without(mut value: Value, at: &str) -> Value {
    let all = steps(at);
    let Some((last, way)) = all.split_last() else {
        return value;
    };
    let mut holder = &mut value;
    for step in way {
        let next = match holder {
            Value::Object(fields) => fields.get_mut(step),
            Value::Array(items) => step.parse().ok().and_then(|at: usize| items.get_mut(at)),
            _ => None,
        };
        match next {
            Some(next) => holder = next,
            None => panic!("{at} was removed and was never there"),
        }
    }
    match holder {
        Value::Object(fields) => drop(fields.shift_remove(last)),
        Value::Array(items) => {
            if let Ok(index) = last.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => *holder = Value::Object(Map::new()),
    }
    value
}
