//! Keystrokes: a document and an edit of it. The tree that is brought up to date near the edit is the tree that reading
//! the new text whole gives, every place in it too, and so is what the rules find in it.
//!
//! An input is three parts: a line `AT LENGTH` (in bytes, moved to the next character), a line with what takes that
//! text's place as a JSON string (or as it is), and the document. It refuses to type where the whole is to be read: the
//! other targets do that.
#![no_main]

use gw_model::Diagnostic;
use gw_openapi::{Document, Draft, Node, lint};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (place, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (typed, document) = rest.split_once('\n').unwrap_or((rest, ""));
    let typed = serde_json::from_str(typed).unwrap_or_else(|_| typed.to_owned());
    let (at, length) = place.split_once(' ').unwrap_or((place, "0"));
    let start = boundary(document, at.parse().unwrap_or_default());
    let end = boundary(document, start.saturating_add(length.parse().unwrap_or_default()));
    let after = format!("{}{typed}{}", &document[..start], &document[end..]);

    let mut draft = Draft::read(document);
    let Some(found) = draft.edit(&after) else {
        assert_eq!(draft.document().text(), document);
        return;
    };
    let (whole, malformed) = Document::parse(&after);
    if draft.document().text() != after {
        assert_eq!(draft.document().text(), document);
        assert!(!found.is_empty(), "told as broken, and nobody says why");
        assert!(!whole.is_sound(), "told as broken: {found:?}");
        return;
    }
    assert!(whole.is_sound(), "{malformed:?}");
    let (mut one, mut other) = (Vec::new(), Vec::new());
    nodes(draft.document().root(), &mut one);
    nodes(whole.root(), &mut other);
    assert_eq!(one, other);
    assert_eq!(told(&lint(draft.document())), told(&lint(&whole)));
});

/// The first place at or after a byte where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len())
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(text.len())
}

/// Every node with where it stands.
fn nodes(node: Node<'_>, all: &mut Vec<String>) {
    let key = node.key().map(|key| key.span());
    all.push(format!(
        "{} {:?} {key:?} {:?} {:?}",
        node.pointer(),
        node.span(),
        node.scalar_text(),
        node.place()
    ));
    for (_, value) in node.entries() {
        nodes(value, all);
    }
    for item in node.items() {
        nodes(item, all);
    }
}

fn told(found: &[Diagnostic]) -> Vec<String> {
    let mut told: Vec<String> = found.iter().map(|it| format!("{it:?}")).collect();
    told.sort();
    told
}
