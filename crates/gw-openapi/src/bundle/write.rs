//! Puts references and parts into the root's text.
//!
//! It refuses to hand out a text that does not say exactly what was meant: it is read back and compared.

use std::collections::HashMap;
use std::ops::Range;

use gw_model::Diagnostic;
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::document::{Document, Format};
use crate::edit::{self, Edit, text as written};
use crate::pointer;
use crate::scalar;
use crate::tree::{Kind, Node, NodeId};

/// What changes in the root.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// New text of scalars.
    pub(super) texts: IndexMap<NodeId, String>,
    /// New values of mappings that were references.
    pub(super) values: IndexMap<NodeId, Value>,
    /// Values for entries that are not there yet, by pointer.
    pub(super) added: Vec<(String, Value)>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.values.is_empty() && self.added.is_empty()
    }
}

/// The root with the changes made; or why its text has no room for them.
pub(super) fn write(
    root: &Document,
    changes: &Changes,
) -> Result<(Document, Vec<Diagnostic>), String> {
    let mut cuts = Vec::new();
    let mut sets: IndexMap<String, Value> = IndexMap::new();
    for (&id, text) in &changes.texts {
        let node = root.node(id);
        match scalar_cut(root, node, text) {
            Some(cut) => cuts.push(cut),
            None => {
                sets.insert(node.pointer(), Value::from(text.as_str()));
            }
        }
    }
    for (&id, value) in &changes.values {
        let node = root.node(id);
        match block_cut(root, node, value) {
            Some(cut) => cuts.push(cut),
            None => {
                sets.insert(node.pointer(), value.clone());
            }
        }
    }
    for (pointer, value) in &changes.added {
        add(root, changes, &mut sets, &mut cuts, pointer, value)?;
    }
    let mut text = cut(root.text(), cuts);
    if !sets.is_empty() {
        let (document, _) = Document::parse_as(&text, root.format());
        let edits: Vec<Edit> = sets
            .iter()
            .map(|(at, value)| Edit::Set {
                at: at.clone(),
                value: value.clone(),
            })
            .collect();
        text = edit::apply(&document, &edits).map_err(|error| error.to_string())?;
    }
    let (document, diagnostics) = Document::parse_as(&text, root.format());
    if !document.is_sound() {
        let found = diagnostics
            .iter()
            .find(|found| found.rule != "doc-duplicate-key");
        return Err(found.map_or_else(
            || "the result cannot be read".to_owned(),
            |found| format!("the result cannot be read: {}", found.message),
        ));
    }
    let expected = Expected::new(root, changes, &sets);
    if expected.same(root.root(), document.root()) {
        Ok((document, diagnostics))
    } else {
        Err("its text is laid out in a way that cannot be edited here".to_owned())
    }
}

type Cut = (Range<usize>, String);

fn cut(text: &str, mut cuts: Vec<Cut>) -> String {
    let windows = text.contains("\r\n");
    cuts.sort_by_key(|(range, _)| range.start);
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in cuts {
        if range.start < at {
            continue;
        }
        edited.push_str(text.get(at..range.start).unwrap_or_default());
        if windows {
            edited.push_str(&new.replace('\n', "\r\n"));
        } else {
            edited.push_str(&new);
        }
        at = range.end;
    }
    edited.push_str(text.get(at..).unwrap_or_default());
    edited
}

/// Where a scalar is replaced; it keeps its kind of quotes.
fn scalar_cut(root: &Document, node: Node<'_>, text: &str) -> Option<Cut> {
    let span = node.span();
    let old = root.text().get(span.clone())?.trim_end();
    if old.is_empty() {
        return None;
    }
    if root.format() == Format::Yaml
        && let Some(key) = node.key()
    {
        // A block of text has its mark on the key's line; both go.
        let whole = key.span().end..span.start + old.len();
        if root.text().get(whole.clone())?.contains('\n') {
            return Some((whole, format!(": {}", written::quoted(text))));
        }
    }
    let new = if root.format() == Format::Json || old.starts_with('"') {
        Value::from(text).to_string()
    } else {
        written::quoted(text)
    };
    Some((span.start..span.start + old.len(), new))
}

/// Where a reference that has lines of its own is replaced, so that what stands around it stays.
fn block_cut(root: &Document, node: Node<'_>, value: &Value) -> Option<Cut> {
    let span = node.span();
    let text = root.text();
    let line = text.get(..span.start)?.rsplit('\n').next()?;
    let old = text.get(span.clone())?;
    let fits = root.format() == Format::Yaml
        && node.len() == 1
        && node.key().is_some()
        && line.bytes().all(|byte| byte == b' ')
        && !line.is_empty()
        && !old.starts_with('{')
        && matches!(value, Value::Object(fields) if !fields.is_empty());
    if !fits {
        return None;
    }
    // A comment behind the reference was about it; behind other text it could become part of it.
    let rest = text.get(span.end..)?;
    let rest = rest.split(['\r', '\n']).next().unwrap_or_default();
    let comment = rest.trim_start().starts_with('#');
    if !comment && !rest.trim().is_empty() {
        return None;
    }
    let end = span.end + rest.len();
    Some((
        span.start..end,
        written::block(value, line.len(), unit(root)),
    ))
}

/// Columns of one level of indentation.
fn unit(root: &Document) -> usize {
    let column = root.root().entries().find_map(|(_, value)| {
        let (key, _) = value.entries().next()?;
        let line = root.text().get(..key.span().start)?.rsplit('\n').next()?;
        (!line.is_empty() && line.bytes().all(|byte| byte == b' ')).then_some(line.len())
    });
    column.unwrap_or(2).min(8)
}

/// Adds an entry, with the mappings on the way there.
fn add(
    root: &Document,
    changes: &Changes,
    sets: &mut IndexMap<String, Value>,
    cuts: &mut Vec<Cut>,
    pointer: &str,
    value: &Value,
) -> Result<(), String> {
    let ends = pointer.match_indices('/').map(|(at, _)| at).skip(1);
    for end in ends {
        let prefix = pointer.get(..end).unwrap_or_default();
        let rest = pointer.get(end..).unwrap_or_default();
        if let Some(holder) = sets.get_mut(prefix) {
            nest(holder, rest, value);
            return Ok(());
        }
        match root.at(prefix) {
            // It was a reference, and is written out by a cut: then it is set as a whole instead.
            Some(node) if changes.values.contains_key(&node.id()) => {
                let mut whole = changes.values.get(&node.id()).cloned().unwrap_or_default();
                nest(&mut whole, rest, value);
                cuts.retain(|(range, _)| range.start != node.span().start);
                sets.insert(node.pointer(), whole);
                return Ok(());
            }
            Some(node) if node.is_mapping() && !node.is_empty() => {}
            Some(node)
                if !node.is_empty() || !matches!(node.kind(), Kind::Null | Kind::Mapping) =>
            {
                return Err(format!("'{prefix}' is no mapping"));
            }
            _ => {
                let mut holder = Value::Object(Map::new());
                nest(&mut holder, rest, value);
                sets.insert(prefix.to_owned(), holder);
                return Ok(());
            }
        }
    }
    sets.insert(pointer.to_owned(), value.clone());
    Ok(())
}

fn nest(holder: &mut Value, pointer: &str, value: &Value) {
    let mut at = holder;
    for step in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(fields) = at else { return };
        at = fields.entry(pointer::unescape(step)).or_insert(Value::Null);
    }
    *at = value.clone();
}

/// What the result must say, told by the nodes of the root.
struct Expected<'c> {
    texts: &'c IndexMap<NodeId, String>,
    values: HashMap<NodeId, &'c Value>,
    added: HashMap<NodeId, Vec<(String, &'c Value)>>,
}

impl<'c> Expected<'c> {
    fn new(root: &Document, changes: &'c Changes, sets: &'c IndexMap<String, Value>) -> Self {
        let mut values: HashMap<NodeId, &Value> = changes
            .values
            .iter()
            .map(|(&id, value)| (id, value))
            .collect();
        let mut added: HashMap<NodeId, Vec<(String, &Value)>> = HashMap::new();
        for (pointer, value) in sets {
            let (holder, step) = pointer.rsplit_once('/').unwrap_or_default();
            match (root.at(pointer), root.at(holder)) {
                (Some(node), _) => {
                    values.insert(node.id(), value);
                }
                (None, Some(holder)) => added
                    .entry(holder.id())
                    .or_default()
                    .push((pointer::unescape(step), value)),
                (None, None) => {}
            }
        }
        Self {
            texts: &changes.texts,
            values,
            added,
        }
    }

    fn same(&self, old: Node<'_>, new: Node<'_>) -> bool {
        if let Some(value) = self.values.get(&old.id()) {
            return says(new, value);
        }
        if let Some(text) = self.texts.get(&old.id()) {
            return new.as_str() == Some(text);
        }
        if old.kind() != new.kind() {
            return false;
        }
        match old.kind() {
            Kind::Mapping => {
                let added = self.added.get(&old.id()).map_or(&[][..], Vec::as_slice);
                old.len() + added.len() == new.len()
                    && old.entries().all(|(key, value)| {
                        new.get(key.text).is_some_and(|new| self.same(value, new))
                    })
                    && added
                        .iter()
                        .all(|(name, value)| new.get(name).is_some_and(|new| says(new, value)))
            }
            Kind::Sequence => {
                old.len() == new.len()
                    && old
                        .items()
                        .zip(new.items())
                        .all(|(old, new)| self.same(old, new))
            }
            _ => old.scalar_text() == new.scalar_text(),
        }
    }
}

fn says(node: Node<'_>, value: &Value) -> bool {
    match value {
        Value::Null => node.kind() == Kind::Null,
        Value::Bool(value) => node.as_bool() == Some(*value),
        Value::Number(_) => {
            node.kind() == Kind::Number
                && node.scalar_text().map(scalar::json_number).as_ref() == Some(value)
        }
        Value::String(text) => node.as_str() == Some(text),
        Value::Array(items) => {
            node.kind() == Kind::Sequence
                && node.len() == items.len()
                && node.items().zip(items).all(|(node, item)| says(node, item))
        }
        Value::Object(fields) => {
            node.is_mapping()
                && node.len() == fields.len()
                && fields
                    .iter()
                    .all(|(key, value)| node.get(key).is_some_and(|node| says(node, value)))
        }
    }
}
