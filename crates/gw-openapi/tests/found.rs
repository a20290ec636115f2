//! What the fuzzer found, each input as small as it could be made. A new finding is mended and kept here.

use gw_openapi::{Document, Format, Node, edit};
use serde_json::json;

/// Every node's place in the text begins before it ends and cuts no character.
fn check_spans(document: &Document, node: Node<'_>) {
    let span = node.span();
    assert!(
        document.text().get(span.clone()).is_some(),
        "{span:?} of {:?}",
        document.text()
    );
    for (_, value) in node.entries() {
        check_spans(document, value);
    }
    for item in node.items() {
        check_spans(document, item);
    }
}

#[test]
fn broken_text_has_no_node_that_ends_before_it_begins() {
    let (document, diagnostics) = Document::parse_as("s: [:", Format::Yaml);
    assert!(!document.is_sound() && !diagnostics.is_empty());
    check_spans(&document, document.root());
}

#[test]
fn zero_keeps_its_sign() {
    for text in ["[-0]", "[-0.0]", "- -0\n"] {
        let (document, _) = Document::parse(text);
        let value = document.to_value(document.root());
        assert_eq!(value, json!([-0.0]), "{text}");
    }
}

#[test]
fn an_edit_at_something_that_is_no_pointer_is_refused() {
    let (document, _) = Document::parse("openapi: 3.0.3\n");
    for at in ["%", "info", "#/info"] {
        let edited = edit::set(&document, at, &json!(""));
        assert!(edited.is_err(), "{at} was taken: {edited:?}");
        let edited = edit::remove(&document, at);
        assert!(edited.is_err(), "{at} was taken: {edited:?}");
    }
}
