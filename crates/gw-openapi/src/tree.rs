//! The positioned tree of a document: every node with its place in the text, JSON and YAML alike.
//!
//! It refuses to know OpenAPI, and to copy text that stands in the document unescaped.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use gw_model::Place;
use indexmap::IndexSet;

use crate::lines::Lines;

/// A node of one document; meaningless in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) const ROOT: Self = Self(0);

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is, after aliases are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number; its text is kept.
    Number,
    /// Text; YAML dates are text.
    String,
    /// A list.
    Sequence,
    /// Keys with values.
    Mapping,
}

/// A piece of the document's text, or of the text that had escapes in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) start: u32,
    /// Length, and in the top bit whether `start` counts in the decoded text.
    pub(crate) length: u32,
}

pub(crate) const DECODED: u32 = 1 << 31;

/// An interned key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Symbol(pub(crate) u32);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Null,
    Bool(bool),
    Number(Text),
    String(Text),
    Sequence { first: u32, length: u32 },
    Mapping { first: u32, length: u32 },
    Alias(NodeId),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) shape: Shape,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) parent: NodeId,
    /// The symbol of its key in a mapping, its index in a sequence.
    pub(crate) slot: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Symbol,
    pub(crate) key_start: u32,
    pub(crate) key_end: u32,
    pub(crate) value: NodeId,
}

/// Mappings with more entries than this are found by binary search.
pub(crate) const LARGE: usize = 16;

#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) text: Arc<str>,
    pub(crate) decoded: String,
    pub(crate) cells: Vec<Cell>,
    pub(crate) items: Vec<NodeId>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) symbols: IndexSet<Box<str>>,
    /// For large mappings: entry offsets ordered by symbol.
    pub(crate) large: HashMap<NodeId, Box<[u32]>>,
    /// What YAML aliases stand for; the outermost node where one stands for what is no node, as a key is.
    pub(crate) shared: HashSet<NodeId>,
    /// Whether a part was put in another's place: its nodes stay in the lists.
    pub(crate) edited: bool,
    pub(crate) lines: OnceLock<Lines>,
}

impl Tree {
    pub(crate) fn cell(&self, id: NodeId) -> Cell {
        self.cells.get(id.index()).copied().unwrap_or(Cell {
            shape: Shape::Null,
            start: 0,
            end: 0,
            parent: NodeId::ROOT,
            slot: 0,
        })
    }

    pub(crate) fn str(&self, text: Text) -> &str {
        let source = if text.length & DECODED == 0 {
            &*self.text
        } else {
            &self.decoded
        };
        let start = text.start as usize;
        source
            .get(start..start + (text.length & !DECODED) as usize)
            .unwrap_or_default()
    }

    pub(crate) fn symbol(&self, symbol: Symbol) -> &str {
        self.symbols
            .get_index(symbol.0 as usize)
            .map_or("", |name| name)
    }

    pub(crate) fn entries(&self, first: u32, length: u32) -> &[Entry] {
        self.entries
            .get(first as usize..(first + length) as usize)
            .unwrap_or_default()
    }

    /// Whether a node is part of the document still: what an edit took away stays in the lists and is reached no more.
    pub(crate) fn is_reached(&self, mut id: NodeId) -> bool {
        while self.edited && id != NodeId::ROOT {
            let holder = self.cell(id).parent;
            let holds = match self.cell(holder).shape {
                Shape::Mapping { first, length } => {
                    let mut entries = self.entries(first, length).iter();
                    entries.any(|entry| entry.value == id)
                }
                Shape::Sequence { first, length } => {
                    let items = self.items.get(first as usize..(first + length) as usize);
                    items.is_some_and(|items| items.contains(&id))
                }
                _ => false,
            };
            if !holds {
                return false;
            }
            id = holder;
        }
        true
    }

    /// Whether anything in a part of the text stands elsewhere too, by an alias.
    pub(crate) fn is_shared(&self, part: &Range<usize>) -> bool {
        self.shared.iter().any(|&shared| {
            let cell = self.cell(shared);
            cell.start as usize <= part.end && part.start <= cell.end as usize
        })
    }

    pub(crate) fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }

    pub(crate) fn place_at(&self, offset: usize, pointer: String) -> Place {
        let (line, column) = self.lines().position(&self.text, offset);
        Place {
            pointer,
            line,
            column,
        }
    }
}

/// A node with its document at hand.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(crate) tree: &'d Tree,
    pub(crate) id: NodeId,
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} {} at {}",
            self.kind(),
            self.pointer(),
            self.span().start
        )
    }
}

/// A key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Key<'d> {
    /// As the document means it: `200` and `"200"` are both `200`.
    pub text: &'d str,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Key<'_> {
    /// Bytes of the key in the document, quotes included.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl<'d> Node<'d> {
    pub(crate) fn new(tree: &'d Tree, mut id: NodeId) -> Self {
        // The builder lets an alias point only at a node that is finished, so this ends.
        while let Shape::Alias(target) = tree.cell(id).shape {
            id = target;
        }
        Self { tree, id }
    }

    fn cell(self) -> Cell {
        self.tree.cell(self.id)
    }

    /// Its id in this document.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.cell().shape {
            Shape::Null | Shape::Alias(_) => Kind::Null,
            Shape::Bool(_) => Kind::Bool,
            Shape::Number(_) => Kind::Number,
            Shape::String(_) => Kind::String,
            Shape::Sequence { .. } => Kind::Sequence,
            Shape::Mapping { .. } => Kind::Mapping,
        }
    }

    /// Its text when it is a string.
    pub fn as_str(self) -> Option<&'d str> {
        match self.cell().shape {
            Shape::String(text) => Some(self.tree.str(text)),
            _ => None,
        }
    }

    /// Its text when it is a string, number or boolean: `version: 1.0` reads `1.0`.
    pub fn scalar_text(self) -> Option<&'d str> {
        match self.cell().shape {
            Shape::String(text) | Shape::Number(text) => Some(self.tree.str(text)),
            Shape::Bool(true) => Some("true"),
            Shape::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// Its value when it is a boolean.
    pub fn as_bool(self) -> Option<bool> {
        match self.cell().shape {
            Shape::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Its value when it is a number that a 64-bit float can hold.
    pub fn as_f64(self) -> Option<f64> {
        match self.cell().shape {
            Shape::Number(text) => crate::scalar::float(self.tree.str(text)),
            _ => None,
        }
    }

    /// Its value when it is a whole number from 0 up.
    pub fn as_u64(self) -> Option<u64> {
        match self.cell().shape {
            Shape::Number(text) => self.tree.str(text).parse().ok(),
            _ => None,
        }
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        self.kind() == Kind::Mapping
    }

    /// How many entries or items it has; 0 for scalars.
    pub fn len(self) -> usize {
        match self.cell().shape {
            Shape::Sequence { length, .. } | Shape::Mapping { length, .. } => length as usize,
            _ => 0,
        }
    }

    /// Whether it has no entries or items.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a key; `None` when it is no mapping or has no such key.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key with its value.
    pub fn entry(self, key: &str) -> Option<(Key<'d>, Node<'d>)> {
        let Shape::Mapping { length, .. } = self.cell().shape else {
            return None;
        };
        if length == 0 {
            return None;
        }
        self.by_symbol(Symbol(
            u32::try_from(self.tree.symbols.get_index_of(key)?).ok()?,
        ))
    }

    /// A key with its value, by the key's number.
    pub(crate) fn by_symbol(self, symbol: Symbol) -> Option<(Key<'d>, Node<'d>)> {
        let Shape::Mapping { first, length } = self.cell().shape else {
            return None;
        };
        let entries = self.tree.entries(first, length);
        if length as usize <= LARGE {
            let entry = entries.iter().find(|entry| entry.key == symbol)?;
            return Some(self.pair(*entry));
        }
        let entry = match self.tree.large.get(&self.id) {
            Some(order) => {
                let by_symbol = |&at: &u32| {
                    entries
                        .get(at as usize)
                        .map_or(Symbol(u32::MAX), |entry| entry.key)
                };
                let found = order.binary_search_by_key(&symbol, by_symbol).ok()?;
                entries.get(*order.get(found)? as usize)?
            }
            None => entries.iter().find(|entry| entry.key == symbol)?,
        };
        Some(self.pair(*entry))
    }

    /// The entries of a mapping in document order; none for anything else.
    pub fn entries(
        self,
    ) -> impl DoubleEndedIterator<Item = (Key<'d>, Node<'d>)> + ExactSizeIterator {
        let entries = match self.cell().shape {
            Shape::Mapping { first, length } => self.tree.entries(first, length),
            _ => &[],
        };
        entries.iter().map(move |entry| self.pair(*entry))
    }

    /// The items of a sequence; none for anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'d>> + ExactSizeIterator {
        let items = match self.cell().shape {
            Shape::Sequence { first, length } => self
                .tree
                .items
                .get(first as usize..(first + length) as usize)
                .unwrap_or_default(),
            _ => &[],
        };
        items.iter().map(move |&id| Node::new(self.tree, id))
    }

    /// The item at an index of a sequence.
    pub fn item(self, index: usize) -> Option<Node<'d>> {
        self.items().nth(index)
    }

    /// Bytes of the document it takes; for a block of YAML from its first key to the end of its last value.
    pub fn span(self) -> Range<usize> {
        let cell = self.cell();
        cell.start as usize..cell.end as usize
    }

    /// Where it stands.
    pub fn place(self) -> Place {
        self.tree.place_at(self.span().start, self.pointer())
    }

    /// Where it stands, at its key when it is the value of one.
    pub fn key_place(self) -> Place {
        let at = self.key().map_or(self.span().start, |key| key.span().start);
        self.tree.place_at(at, self.pointer())
    }

    /// The key it is the value of.
    pub fn key(self) -> Option<Key<'d>> {
        if self.id == NodeId::ROOT {
            return None;
        }
        let Shape::Mapping { first, length } = self.tree.cell(self.cell().parent).shape else {
            return None;
        };
        let symbol = Symbol(self.cell().slot);
        let entries = self.tree.entries(first, length);
        // Values are numbered in document order, so the entry is found without looking at all of them, unless a merge
        // key brought entries from elsewhere.
        let guess = entries.partition_point(|entry| entry.value < self.id);
        let entry = entries
            .get(guess)
            .filter(|entry| entry.value == self.id)
            .or_else(|| {
                entries
                    .iter()
                    .find(|entry| entry.value == self.id && entry.key == symbol)
            })?;
        Some(self.pair(*entry).0)
    }

    /// The mapping or sequence it stands in; `None` for the root.
    pub fn parent(self) -> Option<Node<'d>> {
        (self.id != NodeId::ROOT).then(|| Node {
            tree: self.tree,
            id: self.cell().parent,
        })
    }

    /// Its JSON pointer (RFC 6901); for a node reached through a YAML alias, that of the anchor.
    pub fn pointer(self) -> String {
        let mut steps = Vec::new();
        let mut id = self.id;
        while id != NodeId::ROOT {
            let cell = self.tree.cell(id);
            steps.push(match self.tree.cell(cell.parent).shape {
                Shape::Mapping { .. } => {
                    crate::pointer::escape(self.tree.symbol(Symbol(cell.slot)))
                }
                _ => cell.slot.to_string(),
            });
            id = cell.parent;
        }
        let mut pointer = String::new();
        for step in steps.iter().rev() {
            pointer.push('/');
            pointer.push_str(step);
        }
        pointer
    }

    fn pair(self, entry: Entry) -> (Key<'d>, Node<'d>) {
        let key = Key {
            text: self.tree.symbol(entry.key),
            start: entry.key_start,
            end: entry.key_end,
        };
        (key, Node::new(self.tree, entry.value))
    }
}
