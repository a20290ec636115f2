//! Fixes of schemas.
//!
//! It refuses to rename a schema whose name callers send, as the value of a discriminator.

use std::collections::{HashMap, HashSet};

use gw_openapi::edit::Edit;
use gw_openapi::pointer::{escape, from_fragment, unescape};
use gw_openapi::{Document, Node};

use crate::lint::scan::each_word;

/// Who refers to the named schemas of a document.
pub(super) struct References<'d> {
    /// Values of `$ref`, and of discriminators' mappings, by the schema they name.
    by_name: HashMap<String, Vec<Node<'d>>>,
    /// Whether some discriminator takes the names of schemas for its values.
    implicit: bool,
}

impl<'d> References<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let mut references = Self {
            by_name: HashMap::new(),
            implicit: false,
        };
        each_word(document, |word, value| match word {
            "$ref" => references.note(value, false),
            "discriminator" => match value.get("mapping") {
                Some(mapping) => mapping
                    .entries()
                    .for_each(|(_, target)| references.note(target, true)),
                None => references.implicit = true,
            },
            _ => {}
        });
        references
    }

    fn note(&mut self, node: Node<'d>, or_bare: bool) {
        let Some(target) = node.as_str() else {
            return;
        };
        let name = match named(target) {
            Some((_, step, _)) => unescape(&from_fragment(step)),
            None if or_bare => target.to_owned(),
            None => return,
        };
        self.by_name.entry(name).or_default().push(node);
    }
}

/// A reference to a named schema: what comes before the name, the name as written, and what follows.
fn named(target: &str) -> Option<(&str, &str, &str)> {
    for holder in ["#/components/schemas/", "#/definitions/"] {
        if let Some(rest) = target.strip_prefix(holder) {
            let end = rest.find('/').unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            return Some((target.get(..holder.len())?, name, behind));
        }
    }
    None
}

/// The holder and the name of a schema's pointer.
fn split(pointer: &str) -> Option<(&'static str, String)> {
    for holder in ["/components/schemas", "/definitions"] {
        if let Some(name) = pointer.strip_prefix(holder) {
            let name = name.strip_prefix('/')?.split('/').next()?;
            return Some((holder, unescape(name)));
        }
    }
    None
}

/// Whether a schema can be renamed (GW040).
pub(super) fn can_rename(document: &Document, references: &References<'_>, pointer: &str) -> bool {
    let Some((holder, name)) = split(pointer) else {
        return false;
    };
    let Some(schema) = document.at(&format!("{holder}/{}", escape(&name))) else {
        return false;
    };
    let sound = document.is_sound() && !name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !sound || !references.implicit {
        return sound;
    }
    let in_union = |node: &Node<'_>| {
        let pointer = node.pointer();
        pointer.contains("/oneOf/") || pointer.contains("/anyOf/")
    };
    let users = references.by_name.get(&name).map_or(&[][..], Vec::as_slice);
    schema.get("allOf").is_none() && !users.iter().any(in_union)
}

/// Gives a schema a name of letters and digits, and every reference to it (GW040).
pub(super) fn renamed(
    document: &Document,
    references: &References<'_>,
    pointer: &str,
    names: &mut HashSet<String>,
) -> Option<Vec<Edit>> {
    if !can_rename(document, references, pointer) {
        return None;
    }
    let (holder, name) = split(pointer)?;
    let schemas = document.at(holder)?;
    let stem = letters_and_digits(&name);
    let mut new = stem.clone();
    let mut number = 1;
    while schemas.get(&new).is_some() || names.contains(&new) {
        number += 1;
        new = format!("{stem}{number}");
    }
    let mut edits = Vec::new();
    for node in references.by_name.get(&name).into_iter().flatten() {
        let target = node.as_str().unwrap_or_default();
        let value = match named(target) {
            Some((before, _, behind)) => format!("{before}{new}{behind}"),
            None => new.clone(),
        };
        edits.push(Edit::Set {
            at: node.pointer(),
            value: value.into(),
        });
    }
    edits.push(Edit::Rename {
        at: format!("{holder}/{}", escape(&name)),
        to: new.clone(),
    });
    names.insert(new);
    Some(edits)
}

/// `inline_response_200` is `inlineResponse200`.
fn letters_and_digits(name: &str) -> String {
    let mut new = String::new();
    for part in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut letters = part.chars();
        if let Some(first) = letters.next() {
            let first = if new.is_empty() {
                first
            } else {
                first.to_ascii_uppercase()
            };
            new.push(first);
            new.push_str(letters.as_str());
        }
    }
    if new.is_empty() {
        new.push_str("Model");
    }
    new
}

/// The schema a pointer names, itself or by one of its words.
fn schema_at<'d>(document: &'d Document, pointer: &str, words: &[&str]) -> Option<Node<'d>> {
    let by_word = pointer
        .rsplit_once('/')
        .filter(|(_, word)| words.contains(word))
        .and_then(|(schema, _)| document.at(schema))
        .filter(|schema| !schema.is_empty());
    by_word.or_else(|| document.at(pointer))
}

/// Writes the exclusive bounds of whole numbers as inclusive ones, which says the same (GW045).
pub(super) fn inclusive(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let schema = schema_at(document, pointer, &["exclusiveMinimum", "exclusiveMaximum"])?;
    if schema.get("type").and_then(Node::as_str) != Some("integer") {
        return None;
    }
    let at = schema.pointer();
    let whole = |node: Node<'_>| node.scalar_text().and_then(|text| text.parse::<i64>().ok());
    let mut edits = Vec::new();
    for (exclusive, inclusive, step) in [
        ("exclusiveMinimum", "minimum", 1_i64),
        ("exclusiveMaximum", "maximum", -1),
    ] {
        let Some(bound) = schema.get(exclusive) else {
            continue;
        };
        let other = schema.get(inclusive);
        let value = match bound.as_bool() {
            Some(false) => None,
            Some(true) => Some(whole(other?)?.checked_add(step)?),
            None => {
                let own = whole(bound)?.checked_add(step)?;
                let there = match other {
                    Some(node) => whole(node)?,
                    None => own,
                };
                // The narrower bound counts.
                Some(if step > 0 {
                    own.max(there)
                } else {
                    own.min(there)
                })
            }
        };
        if let Some(value) = value {
            edits.push(Edit::Set {
                at: format!("{at}/{inclusive}"),
                value: value.into(),
            });
        }
        edits.push(Edit::Remove {
            at: format!("{at}/{exclusive}"),
        });
    }
    (!edits.is_empty()).then_some(edits)
}

/// Writes a number with a format of whole numbers as an integer (GW051).
pub(super) fn integer(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let schema = schema_at(document, pointer, &["type", "format"])?;
    let text = |key: &str| schema.get(key).and_then(Node::as_str);
    let fits = text("type") == Some("number") && matches!(text("format"), Some("int32" | "int64"));
    fits.then(|| {
        vec![Edit::Set {
            at: format!("{}/type", schema.pointer()),
            value: "integer".into(),
        }]
    })
}

/// Removes the format `decimal` (GW052).
pub(super) fn without_decimal(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let schema = schema_at(document, pointer, &["format"])?;
    let decimal = schema.get("format").and_then(Node::as_str) == Some("decimal");
    decimal.then(|| {
        vec![Edit::Remove {
            at: format!("{}/format", schema.pointer()),
        }]
    })
}
