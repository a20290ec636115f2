//! Values as text, in JSON and in YAML.
//!
//! It refuses YAML's shorthands that readers disagree on: whatever could be taken for something else is quoted.

use serde_json::Value;

use crate::scalar::{Plain, plain};

/// JSON; over several lines with `unit` of indentation when `indent` is given, else on one line.
pub(super) fn json(value: &Value, indent: Option<&str>, unit: &str) -> String {
    let Some(indent) = indent else {
        return value.to_string();
    };
    let mut text = String::new();
    json_lines(value, indent, unit, &mut text);
    text
}

fn json_lines(value: &Value, indent: &str, unit: &str, text: &mut String) {
    let inner = format!("{indent}{unit}");
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            text.push('{');
            for (at, (key, value)) in fields.iter().enumerate() {
                text.push_str(if at == 0 { "\n" } else { ",\n" });
                text.push_str(&inner);
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(": ");
                json_lines(value, &inner, unit, text);
            }
            text.push('\n');
            text.push_str(indent);
            text.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "\n" } else { ",\n" });
                text.push_str(&inner);
                json_lines(item, &inner, unit, text);
            }
            text.push('\n');
            text.push_str(indent);
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// YAML on one line, in braces and brackets: JSON, but for characters YAML does not print.
pub(super) fn flow(value: &Value) -> String {
    printable(&value.to_string())
}

/// What follows the colon of a key at `indent`: a space and a scalar, or a line break and indented lines.
pub(super) fn block(value: &Value, indent: usize, unit: usize) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            format!("\n{}", block_lines(value, indent + unit, unit))
        }
        Value::Array(items) if !items.is_empty() => {
            format!("\n{}", block_lines(value, indent + unit, unit))
        }
        Value::String(text) => match literal(text, indent + unit) {
            Some(literal) => format!(" {literal}"),
            None => format!(" {}", yaml_text(text)),
        },
        other => format!(" {}", flow(other)),
    }
}

/// Lines of a mapping, a list or a scalar, each indented; no line break at the end.
pub(super) fn block_lines(value: &Value, indent: usize, unit: usize) -> String {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let line = |(key, value): (&String, &Value)| {
                format!("{margin}{}:{}", yaml_text(key), block(value, indent, unit))
            };
            fields.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Value::Array(items) if !items.is_empty() => {
            let line = |item: &Value| match item {
                // The first line of the item stands beside its dash.
                Value::Object(_) | Value::Array(_) => {
                    format!(
                        "{margin}- {}",
                        block_lines(item, indent + 2, unit).trim_start()
                    )
                }
                other => format!("{margin}-{}", block(other, indent, unit)),
            };
            items.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Value::String(text) => format!("{margin}{}", yaml_text(text)),
        other => format!("{margin}{}", flow(other)),
    }
}

/// A YAML scalar that means this text, plain where nothing can misread it.
pub(super) fn yaml_text(text: &str) -> String {
    let safe_inside = |char: char| {
        char.is_ascii_alphanumeric()
            || " _./-{}+$(),;@=~^".contains(char)
            || (char > '\u{a0}' && char.is_alphanumeric())
    };
    let safe_start = text.starts_with(|char: char| {
        char.is_ascii_alphabetic()
            || char == '/'
            || char == '$'
            || (char > '\u{a0}' && char.is_alphanumeric())
    });
    let old_boolean = matches!(
        text.to_ascii_lowercase().as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off"
    );
    let is_plain = safe_start
        && !text.ends_with(' ')
        && text.chars().all(safe_inside)
        && plain(text) == Plain::String;
    if is_plain && !old_boolean {
        text.to_owned()
    } else {
        yaml_quoted(text)
    }
}

/// A YAML scalar in quotes.
pub(super) fn yaml_quoted(text: &str) -> String {
    let awkward = |char: char| {
        char.is_control() || matches!(char, '\'' | '\\' | '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    if text.chars().any(awkward) {
        printable(&Value::from(text).to_string())
    } else {
        format!("'{text}'")
    }
}

/// A key of YAML in the place of another, in its quotes if it has some.
pub(super) fn key(name: &str, old: &str, flow: bool) -> String {
    if old.starts_with('"') || (flow && name.contains([',', '{', '}'])) {
        printable(&Value::from(name).to_string())
    } else if old.starts_with('\'') {
        yaml_quoted(name)
    } else {
        yaml_text(name)
    }
}

/// Text of several lines as a literal block; `None` where that would change it.
fn literal(text: &str, indent: usize) -> Option<String> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let awkward = |char: char| {
        char != '\n'
            && (char.is_control()
                || matches!(char, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
    };
    let fits = body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && !body.lines().any(|line| line.ends_with(' '))
        && !body.chars().any(awkward);
    if !fits {
        return None;
    }
    let margin = " ".repeat(indent);
    let mut lines = if text.ends_with('\n') {
        "|".to_owned()
    } else {
        "|-".to_owned()
    };
    for line in body.split('\n') {
        lines.push('\n');
        if !line.is_empty() {
            lines.push_str(&margin);
            lines.push_str(line);
        }
    }
    Some(lines)
}

/// JSON text with the characters escaped that JSON may hold raw and YAML may not.
pub(super) fn printable(json: &str) -> String {
    let raw = |char: char| {
        matches!(
            char,
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
    };
    if !json.contains(raw) {
        return json.to_owned();
    }
    json.chars()
        .map(|char| {
            if raw(char) {
                format!("\\u{:04x}", u32::from(char))
            } else {
                char.to_string()
            }
        })
        .collect()
}
