//! Proves that an edited text says what was asked and nothing else.
//!
//! It refuses to copy either document: both are walked side by side.

use serde_json::Value;

use super::asked::{Asked, Own, owns};
use crate::document::Document;
use crate::scalar;
use crate::tree::{Entry, Kind, Node, NodeId, Shape};

/// Whether `edited` is `document` with what was asked; if not, the offset in `document` of the innermost node that is
/// not as it should be.
pub(super) fn check(document: &Document, asked: &Asked, edited: &Document) -> Result<(), usize> {
    compare(document, NodeId::ROOT, Some(asked), edited.root())
}

fn compare(
    document: &Document,
    id: NodeId,
    asked: Option<&Asked>,
    edited: Node<'_>,
) -> Result<(), usize> {
    let cell = document.tree.cell(id);
    let off = Err(cell.start as usize);
    let Some(asked) = asked else {
        let node = Node::new(&document.tree, id);
        return if same(node, edited) { Ok(()) } else { off };
    };
    match &asked.own {
        Own::Removed => return off,
        Own::Replaced(value) => return if says(edited, value) { Ok(()) } else { off },
        Own::Kept => {}
    }
    match cell.shape {
        Shape::Mapping { first, length } => {
            if !edited.is_mapping() {
                return off;
            }
            let entries = document.tree.entries(first, length);
            let mut actual = edited.entries();
            let mut expect = |entry: &Entry, asked: Option<&Asked>| {
                let name = asked
                    .and_then(|asked| asked.rename.as_deref())
                    .unwrap_or_else(|| document.tree.symbol(entry.key));
                match actual.next() {
                    Some((key, value)) if key.text == name => {
                        compare(document, entry.value, asked, value)
                    }
                    _ => off,
                }
            };
            // The reader puts merged entries behind the mapping's own.
            let (own, merged): (Vec<_>, Vec<_>) = entries
                .iter()
                .enumerate()
                .partition(|(_, entry)| owns(document, id, **entry));
            for (at, entry) in own {
                let asked = asked.inner.get(&at);
                if !asked.is_some_and(Asked::is_removed) {
                    expect(entry, asked)?;
                }
            }
            for (name, value) in &asked.fresh {
                match actual.next() {
                    Some((key, node)) if key.text == name && says(node, value) => {}
                    _ => return off,
                }
            }
            for (_, entry) in merged {
                let name = document.tree.symbol(entry.key);
                if !asked.fresh.contains_key(name) {
                    match actual.next() {
                        Some((key, value)) if key.text == name => {
                            compare(document, entry.value, None, value)?;
                        }
                        _ => return off,
                    }
                }
            }
            if actual.next().is_some() { off } else { Ok(()) }
        }
        Shape::Sequence { .. } => {
            if edited.kind() != Kind::Sequence {
                return off;
            }
            let mut actual = edited.items();
            for (at, item) in super::asked::raw_items(document, id).iter().enumerate() {
                let asked = asked.inner.get(&at);
                if asked.is_some_and(Asked::is_removed) {
                    continue;
                }
                match actual.next() {
                    Some(node) => compare(document, *item, asked, node)?,
                    None => return off,
                }
            }
            for value in &asked.appended {
                if !actual.next().is_some_and(|node| says(node, value)) {
                    return off;
                }
            }
            if actual.next().is_some() { off } else { Ok(()) }
        }
        _ => compare(document, id, None, edited),
    }
}

/// Whether two nodes say the same, keys in the same order.
pub(crate) fn same(a: Node<'_>, b: Node<'_>) -> bool {
    if a.kind() != b.kind() || a.len() != b.len() {
        return false;
    }
    match a.kind() {
        Kind::Null => true,
        Kind::Bool | Kind::Number | Kind::String => a.scalar_text() == b.scalar_text(),
        Kind::Sequence => a.items().zip(b.items()).all(|(a, b)| same(a, b)),
        Kind::Mapping => a
            .entries()
            .zip(b.entries())
            .all(|((name, a), (other, b))| name.text == other.text && same(a, b)),
    }
}

/// Whether a node says a value, keys in any order.
pub(super) fn says(node: Node<'_>, value: &Value) -> bool {
    match (node.kind(), value) {
        (Kind::Null, Value::Null) => true,
        (Kind::Bool, Value::Bool(value)) => node.as_bool() == Some(*value),
        (Kind::String, Value::String(text)) => node.as_str() == Some(text),
        // A number no JSON reader can hold is its text.
        (Kind::Number, Value::Number(_) | Value::String(_)) => node
            .scalar_text()
            .is_some_and(|text| scalar::json_number(text) == *value),
        (Kind::Sequence, Value::Array(values)) => {
            node.len() == values.len()
                && node
                    .items()
                    .zip(values)
                    .all(|(node, value)| says(node, value))
        }
        (Kind::Mapping, Value::Object(fields)) => {
            node.len() == fields.len()
                && node
                    .entries()
                    .all(|(key, node)| fields.get(key.text).is_some_and(|value| says(node, value)))
        }
        _ => false,
    }
}
