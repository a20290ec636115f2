//! Bytes to a document: the text is kept to the byte, every place leads back to its node, and JSON means what
//! `serde_json` says it means.
//!
//! It refuses to look at what a document says: the other targets do.
#![no_main]

use gw_openapi::{Document, Format, Kind, Node};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    drop(Document::parse_bytes(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for format in [Format::Json, Format::Yaml] {
        let (document, diagnostics) = Document::parse_as(text, format);
        assert_eq!(document.text(), text);
        let errors = diagnostics
            .iter()
            .any(|found| found.severity == gw_model::Severity::Error);
        assert!(document.is_sound() || errors, "unsound and nobody says why");
        for found in &diagnostics {
            assert!(found.place.line as usize <= text.matches('\n').count() + 1);
            assert!(found.place.line > 0 && found.place.column > 0, "{found:?}");
            assert!(!found.message.is_empty());
        }
        let repeated = diagnostics
            .iter()
            .any(|found| found.rule == "doc-duplicate-key");
        follow(&document, document.root(), repeated);
        let value = document.to_value(document.root());
        if format == Format::Json {
            compare(text, &document, &value, repeated);
        }
    }
});

/// From every node to its pointer and back, and from its place in the text to it.
fn follow(document: &Document, node: Node<'_>, repeated: bool) {
    let place = node.place();
    let span = node.span();
    assert!(
        document.text().get(span.clone()).is_some(),
        "{span:?} cuts a character"
    );
    if let Some(found) = document.at(&place.pointer) {
        assert!(
            found.id() == node.id() || repeated,
            "{} leads elsewhere",
            place.pointer
        );
    }
    let reached = document
        .at(&place.pointer)
        .is_some_and(|found| found.id() == node.id());
    if !span.is_empty() && node.is_empty() && reached && !repeated {
        let back = document.pointer_at(place.line, place.column);
        assert_eq!(
            back.as_deref(),
            Some(&*place.pointer),
            "at {}:{}",
            place.line,
            place.column
        );
    }
    for (_, value) in node.entries() {
        follow(document, value, repeated);
    }
    for item in node.items() {
        follow(document, item, repeated);
    }
}

fn compare(text: &str, document: &Document, value: &Value, repeated: bool) {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str::<Value>(plain) {
        Ok(expected) => {
            assert!(document.is_sound(), "serde_json takes it");
            assert!(repeated || *value == expected, "{value} for {expected}");
        }
        // It refuses deep nesting earlier, halves of surrogate pairs, and numbers no float holds.
        Err(error) => {
            let words = error.to_string();
            let stricter = [
                "recursion limit",
                "surrogate",
                "number out of range",
                "hex escape",
            ]
            .iter()
            .any(|known| words.contains(known));
            assert!(stricter || !document.is_sound(), "serde_json says {words}");
        }
    }
    if document.is_sound() && document.root().kind() != Kind::Null {
        let written = value.to_string();
        let (again, _) = Document::parse_as(&written, Format::Json);
        assert_eq!(again.to_value(again.root()), *value);
    }
}
