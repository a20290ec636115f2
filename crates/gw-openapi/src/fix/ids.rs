//! Ids for operations that have none, a second one of a name, or one that cannot stand in a URL.
//!
//! It refuses chance: the same document gives the same ids, and no id is given twice.

use std::collections::{HashMap, HashSet};

use super::{set, split};
use crate::document::Document;
use crate::edit::Edit;
use crate::tree::{Entry, Node, NodeId, Symbol};

/// New ids by operation.
pub(super) struct Ids {
    new: HashMap<NodeId, String>,
}

impl Ids {
    pub(super) fn new(document: &Document) -> Self {
        let mut written = written(document);
        written.sort_by_key(|entry| entry.key_start);
        let text = |entry: &Entry| {
            let node = Node::new(&document.tree, entry.value);
            node.scalar_text().unwrap_or_default().to_owned()
        };
        let mut taken: HashSet<String> = written.iter().map(text).collect();
        let mut seen: HashSet<String> = HashSet::with_capacity(taken.len());
        let mut new = HashMap::new();
        for entry in &written {
            let operation = document.tree.cell(entry.value).parent;
            let old = text(entry);
            let sound = old.chars().all(may_stand);
            if sound && !old.is_empty() && seen.insert(old.clone()) {
                continue;
            }
            let base = if old.is_empty() {
                derived(&document.node(operation).pointer())
            } else if sound {
                old
            } else {
                mended(&old)
            };
            new.insert(operation, unique(base, &mut taken));
        }
        for found in document.operation_nodes() {
            if found.node.get("operationId").is_none() {
                let base = derived(&found.node.pointer());
                new.insert(found.node.id(), unique(base, &mut taken));
            }
        }
        Self { new }
    }

    /// For a finding at an `operationId`.
    pub(super) fn of_id(&self, document: &Document, at: &str) -> Option<Vec<Edit>> {
        let (operation, word) = split(at)?;
        if word != "operationId" {
            return None;
        }
        let id = self.new.get(&document.at(operation)?.id())?;
        Some(vec![set(at, id.as_str())])
    }

    /// For a finding at an operation.
    pub(super) fn of_operation(&self, document: &Document, at: &str) -> Option<Vec<Edit>> {
        let operation = document.at(at)?;
        let id = self.new.get(&operation.id())?;
        Some(vec![set(format!("{at}/operationId"), id.as_str())])
    }
}

/// Every `operationId` of the document, wherever it stands.
fn written(document: &Document) -> Vec<Entry> {
    let tree = &document.tree;
    let Some(symbol) = tree
        .symbols
        .get_index_of("operationId")
        .and_then(|index| u32::try_from(index).ok())
    else {
        return Vec::new();
    };
    let symbol = Symbol(symbol);
    let entries = tree.entries.iter().copied();
    // One that a merge key brought in stands elsewhere already.
    let mut known = HashSet::new();
    entries
        .filter(|entry| entry.key == symbol && known.insert(entry.value))
        .filter(|entry| tree.is_reached(entry.value))
        .collect()
}

fn may_stand(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=".contains(char)
}

fn mended(id: &str) -> String {
    let mended: String = id
        .chars()
        .map(|char| if may_stand(char) { char } else { '_' })
        .collect();
    let mended = mended.trim_matches('_');
    if mended.is_empty() {
        "operation".to_owned()
    } else {
        mended.to_owned()
    }
}

/// `GET /pets/{petId}/toys` is `getPetsByPetIdToys`.
fn derived(pointer: &str) -> String {
    let (holder, method) = split(pointer).unwrap_or_default();
    let (_, path) = split(holder).unwrap_or_default();
    let mut id = method
        .trim_start_matches("x-amazon-apigateway-")
        .replace("-method", "");
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        if segment.starts_with('{') {
            id.push_str("By");
        }
        let words = segment.split(|char: char| !char.is_ascii_alphanumeric());
        for word in words.filter(|word| !word.is_empty()) {
            let (first, rest) = word.split_at(1);
            id.push_str(&first.to_ascii_uppercase());
            id.push_str(rest);
        }
    }
    if path == "/" {
        id.push_str("Root");
    }
    id
}

fn unique(base: String, taken: &mut HashSet<String>) -> String {
    let mut id = base.clone();
    let between = if base.ends_with(|char: char| char.is_ascii_digit()) {
        "_"
    } else {
        ""
    };
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{base}{between}{number}");
        number += 1;
    }
    id
}
