//! Writes a sample value as a body of a media type.
//!
//! It refuses to make up binary content: such bodies are empty unless the document gives their text.

use std::fmt::Write as _;

use serde_json::Value;

pub(super) fn is_json(media_type: &str) -> bool {
    let media_type = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media_type == "*/*"
        || media_type == "application/*"
        || media_type.ends_with("/json")
        || media_type.ends_with("+json")
}

pub(super) fn write(value: &Value, media_type: &str, root: &str, indented: bool) -> String {
    let family = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match value {
        Value::Null if !is_json(&family) => String::new(),
        _ if is_json(&family) && indented => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        _ if is_json(&family) => value.to_string(),
        Value::String(text) => text.clone(),
        _ if family == "application/x-www-form-urlencoded" => form(value),
        _ if family.ends_with("/xml") || family.ends_with("+xml") => {
            let mut xml = String::new();
            element(&mut xml, root, value);
            xml
        }
        _ if family.ends_with("json") || family.contains("yaml") || family.starts_with("text/") => {
            value.to_string()
        }
        _ => String::new(),
    }
}

fn form(value: &Value) -> String {
    let Value::Object(fields) = value else {
        return String::new();
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            format!(
                "{}={}",
                form_escape(name),
                form_escape(&super::plain_text(value))
            )
        })
        .collect();
    pairs.join("&")
}

fn form_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            other => {
                escaped.push('%');
                let _ = write!(escaped, "{other:02X}");
            }
        }
    }
    escaped
}

fn element(xml: &mut String, name: &str, value: &Value) {
    let name: String = name
        .chars()
        .map(|char| {
            if char.is_alphanumeric() || "-_.".contains(char) {
                char
            } else {
                '_'
            }
        })
        .collect();
    if let Value::Array(items) = value {
        for item in items {
            element(xml, &name, item);
        }
        return;
    }
    let _ = write!(xml, "<{name}>");
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                element(xml, field, value);
            }
        }
        other => {
            let text = super::plain_text(other);
            xml.push_str(
                &text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;"),
            );
        }
    }
    let _ = write!(xml, "</{name}>");
}
