//! Builds the tree from the events of a JSON or YAML reader, within bounds.
//!
//! It refuses to grow without limit: depth, nodes and what YAML aliases stand for are bounded, and what goes beyond is
//! left out with a finding.

use std::collections::HashMap;
use std::sync::Arc;

use gw_model::{Diagnostic, Place, Severity};

use crate::finding;
use crate::json::Broken;
use crate::lines::narrow;
use crate::tree::{Cell, DECODED, Entry, Kind, LARGE, Node, NodeId, Shape, Symbol, Text, Tree};

/// Deepest nesting read, aliases followed.
pub(crate) const MAX_DEPTH: u32 = 250;
/// Most bytes of the keys that lead to a node: every finding carries them, and every parameter.
const MAX_POINTER: usize = 16 * 1024;
/// Most nodes read, in the text; the largest public document known has 1.5 million.
const MAX_NODES: usize = 4_000_000;
/// Most that YAML aliases may stand for, all written out: a node counts one, and one more for every 64 bytes of its text
/// and of its keys.
const MAX_EXPANDED: u64 = 500_000;

/// How large a finished node is with its aliases written out.
#[derive(Clone, Copy, Default)]
struct Extent {
    weight: u64,
    height: u32,
}

struct Frame {
    id: NodeId,
    mapping: bool,
    /// Where its entries or items start on the pending stacks.
    pending: usize,
    key: Option<(Symbol, u32, u32)>,
    extent: Extent,
    anchor: usize,
    merges: Vec<NodeId>,
    /// How long the keys are that lead to it.
    pointer: usize,
}

pub(crate) struct Builder {
    tree: Tree,
    frames: Vec<Frame>,
    entries: Vec<Entry>,
    items: Vec<NodeId>,
    anchors: HashMap<usize, (NodeId, Extent)>,
    aliased: u64,
    named: bool,
    diagnostics: Vec<Diagnostic>,
    hostile: bool,
}

/// The reader must stop: a bound was passed.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Builder {
    pub(crate) fn new(text: Arc<str>) -> Self {
        let tree = Tree {
            text,
            ..Tree::default()
        };
        Self {
            tree,
            frames: Vec::new(),
            entries: Vec::new(),
            items: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
            named: false,
            diagnostics: Vec::new(),
            hostile: false,
        }
    }

    /// How many mappings and sequences are open.
    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Whether the innermost open node is a mapping.
    pub(crate) fn in_mapping(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.mapping)
    }

    /// Whether the next scalar is a key.
    pub(crate) fn expects_key(&self) -> bool {
        self.frames
            .last()
            .is_some_and(|frame| frame.mapping && frame.key.is_none())
    }

    /// Where the key ends whose value comes next.
    pub(crate) fn key_end(&self) -> Option<usize> {
        self.frames
            .last()
            .and_then(|frame| frame.key)
            .map(|(_, _, end)| end as usize)
    }

    /// A piece of the document's own text.
    pub(crate) fn slice(start: usize, end: usize) -> Text {
        Text {
            start: narrow(start),
            length: narrow(end - start),
        }
    }

    /// Keeps text that had escapes in it.
    pub(crate) fn keep(&mut self, decoded: &str) -> Text {
        let start = narrow(self.tree.decoded.len());
        self.tree.decoded.push_str(decoded);
        Text {
            start,
            length: narrow(decoded.len()) | DECODED,
        }
    }

    pub(crate) fn open(
        &mut self,
        mapping: bool,
        start: usize,
        anchor: usize,
    ) -> Result<(), Stopped> {
        if narrow(self.frames.len()) >= MAX_DEPTH {
            let why = format!("it is nested more than {MAX_DEPTH} levels deep");
            return Err(self.too_much(start, &why));
        }
        let shape = if mapping {
            Shape::Mapping {
                first: 0,
                length: 0,
            }
        } else {
            Shape::Sequence {
                first: 0,
                length: 0,
            }
        };
        let pointer = self.frames.last().map_or(0, |frame| {
            let key = frame.key.map_or(0, |(key, ..)| self.tree.symbol(key).len());
            frame.pointer + key
        });
        let id = self.push(shape, start, start)?;
        let pending = if mapping {
            self.entries.len()
        } else {
            self.items.len()
        };
        let extent = Extent {
            weight: 1,
            height: 1,
        };
        self.frames.push(Frame {
            id,
            mapping,
            pending,
            key: None,
            extent,
            anchor,
            merges: Vec::new(),
            pointer,
        });
        Ok(())
    }

    /// Closes the innermost node. `end` of `None` means the end of its last child.
    pub(crate) fn close(&mut self, end: Option<usize>) {
        if let Some((_, _, key_end)) = self.frames.last().and_then(|frame| frame.key) {
            // The text broke off after a key; its value is nothing.
            let _ = self.scalar(Shape::Null, key_end as usize, key_end as usize, 0);
        }
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let start = self.tree.cell(frame.id).start as usize;
        let (shape, last) = if frame.mapping {
            self.close_mapping(&frame)
        } else {
            self.close_sequence(&frame)
        };
        // A reader may say of broken text that it broke off before what it read last.
        let end = end.unwrap_or(last).max(last).max(start);
        if let Some(cell) = self.tree.cells.get_mut(frame.id.index()) {
            cell.shape = shape;
            cell.end = narrow(end);
        }
        self.finished(frame.id, frame.extent, frame.anchor);
    }

    /// Closes everything that is open because the text breaks off at `end`.
    pub(crate) fn close_all(&mut self, end: usize) {
        while !self.frames.is_empty() {
            self.close(Some(end));
        }
    }

    pub(crate) fn key(&mut self, text: &str, start: usize, end: usize) -> Result<(), Stopped> {
        let above = self.frames.last().map_or(0, |frame| frame.pointer);
        if above + text.len() > MAX_POINTER {
            let why = format!("its keys are longer than {MAX_POINTER} bytes from the top to here");
            return Err(self.too_much(start, &why));
        }
        let symbol = match self.tree.symbols.get_index_of(text) {
            Some(index) => index,
            None => self.tree.symbols.insert_full(text.into()).0,
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some((Symbol(narrow(symbol)), narrow(start), narrow(end)));
            let weight = text.len() as u64 / 64;
            frame.extent.weight = frame.extent.weight.saturating_add(weight);
        }
        Ok(())
    }

    pub(crate) fn scalar(
        &mut self,
        shape: Shape,
        start: usize,
        end: usize,
        anchor: usize,
    ) -> Result<(), Stopped> {
        let id = self.push(shape, start, end)?;
        let weight = 1 + (end - start) as u64 / 64;
        self.finished(id, Extent { weight, height: 0 }, anchor);
        Ok(())
    }

    /// A YAML alias. One to a node that is still open, or to more than the bounds allow, becomes null with a finding.
    pub(crate) fn alias(&mut self, anchor: usize, start: usize, end: usize) -> Result<(), Stopped> {
        let target = self.anchors.get(&anchor).copied();
        let Some((target, extent)) = target else {
            self.refuse_alias(
                start,
                "This alias points at a node that holds it: it would be endless",
            );
            return self.scalar(Shape::Null, start, end, 0);
        };
        let depth = narrow(self.frames.len());
        if self.aliased.saturating_add(extent.weight) > MAX_EXPANDED
            || depth + extent.height > MAX_DEPTH
        {
            self.refuse_alias(
                start,
                "The aliases of this document stand for far more than it says",
            );
            return self.scalar(Shape::Null, start, end, 0);
        }
        self.aliased += extent.weight;
        self.tree.shared.insert(target);
        if self.merging() && self.is_mergeable(target) {
            self.merge(target);
        }
        let id = self.push(Shape::Alias(target), start, end)?;
        self.finished(id, extent, 0);
        Ok(())
    }

    /// The text of an aliased scalar, for aliases used as keys.
    pub(crate) fn anchored_text(&mut self, anchor: usize) -> Option<String> {
        let target = self.anchors.get(&anchor).map(|(id, _)| *id);
        self.tree.shared.insert(target.unwrap_or(NodeId::ROOT));
        Node::new(&self.tree, target?)
            .scalar_text()
            .map(str::to_owned)
    }

    /// An anchor was read, of whatever.
    pub(crate) fn anchor(&mut self) {
        self.named = true;
    }

    /// Whether any anchor was read.
    pub(crate) fn has_anchors(&self) -> bool {
        self.named
    }

    pub(crate) fn report(
        &mut self,
        rule: &str,
        severity: Severity,
        at: usize,
        message: String,
        why: &str,
        fix: &str,
    ) {
        let place = self.tree.place_at(at, self.here());
        self.diagnostics
            .push(finding::new(rule, severity, place, message, why, fix));
    }

    /// Ends a reading that may have broken off.
    pub(crate) fn end(&mut self, outcome: Result<(), Broken>, length: usize) {
        match outcome {
            Ok(()) => {}
            Err(Broken::Stopped) => self.close_all(length),
            Err(Broken::Malformed { at, message }) => {
                let why = "Nothing after this place could be read.";
                let fix = "Mend the text here.";
                self.report("doc-malformed", Severity::Error, at, message, why, fix);
                self.close_all(at);
            }
        }
    }

    pub(crate) fn finish(mut self) -> (Tree, Vec<Diagnostic>) {
        if self.tree.cells.is_empty() {
            let _ = self.push(Shape::Null, 0, 0);
        }
        (self.tree, self.diagnostics)
    }

    /// The pointer of what is being read.
    fn here(&self) -> String {
        let Some(frame) = self.frames.last() else {
            return String::new();
        };
        let mut pointer = Node {
            tree: &self.tree,
            id: frame.id,
        }
        .pointer();
        if let Some((symbol, ..)) = frame.key {
            pointer.push('/');
            pointer.push_str(&crate::pointer::escape(self.tree.symbol(symbol)));
        } else if !frame.mapping {
            pointer.push('/');
            pointer.push_str(&(self.items.len() - frame.pending).to_string());
        }
        pointer
    }

    /// Makes a node and hangs it on the innermost open one.
    fn push(&mut self, shape: Shape, start: usize, end: usize) -> Result<NodeId, Stopped> {
        if self.tree.cells.len() >= MAX_NODES {
            return Err(self.too_much(start, &format!("it has more than {MAX_NODES} values")));
        }
        let id = NodeId(narrow(self.tree.cells.len()));
        let mut parent = NodeId::ROOT;
        let mut slot = 0;
        if let Some(frame) = self.frames.last_mut() {
            parent = frame.id;
            if frame.mapping {
                let (key, key_start, key_end) =
                    frame
                        .key
                        .take()
                        .unwrap_or((Symbol(0), narrow(start), narrow(start)));
                slot = key.0;
                self.entries.push(Entry {
                    key,
                    key_start,
                    key_end,
                    value: id,
                });
            } else {
                slot = narrow(self.items.len() - frame.pending);
                self.items.push(id);
            }
        }
        self.tree.cells.push(Cell {
            shape,
            start: narrow(start),
            end: narrow(end),
            parent,
            slot,
        });
        Ok(id)
    }

    fn finished(&mut self, id: NodeId, extent: Extent, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (id, extent));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.extent.weight = frame.extent.weight.saturating_add(extent.weight);
            frame.extent.height = frame.extent.height.max(extent.height + 1);
        }
    }

    fn close_sequence(&mut self, frame: &Frame) -> (Shape, usize) {
        let first = narrow(self.tree.items.len());
        self.tree.items.extend(self.items.drain(frame.pending..));
        let length = narrow(self.tree.items.len()) - first;
        let last = self
            .tree
            .items
            .last()
            .filter(|_| length > 0)
            .map_or(0, |&id| self.tree.cell(id).end as usize);
        (Shape::Sequence { first, length }, last)
    }

    fn close_mapping(&mut self, frame: &Frame) -> (Shape, usize) {
        let mut own: Vec<Entry> = self.entries.drain(frame.pending..).collect();
        let last = own.last().map_or(0, |entry| {
            self.tree.cell(entry.value).end.max(entry.key_end) as usize
        });
        self.drop_duplicates(frame.id, &mut own);
        if !frame.merges.is_empty() {
            self.add_merged(&frame.merges, &mut own);
        }
        let first = narrow(self.tree.entries.len());
        if own.len() > LARGE {
            let mut order: Vec<u32> = (0..narrow(own.len())).collect();
            order.sort_unstable_by_key(|&at| own.get(at as usize).map(|entry| entry.key));
            self.tree.large.insert(frame.id, order.into_boxed_slice());
        }
        let length = narrow(own.len());
        self.tree.entries.append(&mut own);
        (Shape::Mapping { first, length }, last)
    }

    /// Keeps the first of entries with the same key and tells both places.
    fn drop_duplicates(&mut self, mapping: NodeId, own: &mut Vec<Entry>) {
        let mut twins: Vec<(usize, Entry)> = Vec::new();
        if own.len() <= LARGE {
            for (at, entry) in own.iter().enumerate() {
                if let Some(first) = own.iter().take(at).find(|other| other.key == entry.key) {
                    twins.push((at, *first));
                }
            }
        } else {
            let mut seen = HashMap::with_capacity(own.len());
            for (at, entry) in own.iter().enumerate() {
                if let Some(first) = seen.get(&entry.key) {
                    twins.push((at, *first));
                } else {
                    seen.insert(entry.key, *entry);
                }
            }
        }
        if twins.is_empty() {
            return;
        }
        let base = Node {
            tree: &self.tree,
            id: mapping,
        }
        .pointer();
        for &(at, first) in twins.iter().take(finding::MOST_OF_A_KIND) {
            let Some(entry) = own.get(at) else { continue };
            let name = self.tree.symbol(entry.key).to_owned();
            let place = self.tree.place_at(
                entry.key_start as usize,
                format!("{base}/{}", crate::pointer::escape(&name)),
            );
            let earlier = self.tree.place_at(first.key_start as usize, String::new());
            self.diagnostics.push(finding::new(
                "doc-duplicate-key",
                Severity::Error,
                place,
                format!(
                    "The key '{}' stands here a second time; the first is at line {}, column {}",
                    finding::shorten(&name),
                    earlier.line,
                    earlier.column
                ),
                "Readers keep one of the two without a word, and not all keep the same: an operation can lose its security that way.",
                "Remove one of the two.",
            ));
        }
        let mut drop = twins.iter().map(|&(at, _)| at).peekable();
        let mut at = 0;
        own.retain(|_| {
            let keep = drop.peek() != Some(&at);
            if !keep {
                drop.next();
            }
            at += 1;
            keep
        });
    }

    /// Entries brought in by `<<`; the mapping's own win, then the earlier source.
    fn add_merged(&mut self, sources: &[NodeId], own: &mut Vec<Entry>) {
        let merge = self
            .tree
            .symbols
            .get_index_of("<<")
            .map(|index| Symbol(narrow(index)));
        own.retain(|entry| Some(entry.key) != merge);
        let mut known: std::collections::HashSet<Symbol> =
            own.iter().map(|entry| entry.key).collect();
        for &source in sources {
            if let Shape::Mapping { first, length } = self.tree.cell(source).shape {
                own.extend(
                    self.tree
                        .entries(first, length)
                        .iter()
                        .filter(|entry| known.insert(entry.key)),
                );
            }
        }
    }

    /// Whether the value being read is that of a merge key, directly or as an item of its list.
    fn merging(&self) -> bool {
        let merge_at = |frame: &Frame| {
            frame.mapping
                && frame
                    .key
                    .is_some_and(|(symbol, ..)| self.tree.symbol(symbol) == "<<")
        };
        match self.frames.as_slice() {
            [.., last] if last.mapping => merge_at(last),
            [.., outer, list] if !list.mapping => self.opened_by_merge(outer, list),
            _ => false,
        }
    }

    fn opened_by_merge(&self, outer: &Frame, list: &Frame) -> bool {
        // The outer mapping's key was taken when the list was made; the list's slot remembers it.
        outer.mapping && self.tree.symbol(Symbol(self.tree.cell(list.id).slot)) == "<<"
    }

    fn is_mergeable(&self, target: NodeId) -> bool {
        Node::new(&self.tree, target).kind() == Kind::Mapping
    }

    fn merge(&mut self, target: NodeId) {
        let target = Node::new(&self.tree, target).id;
        let in_list = self.frames.last().is_some_and(|frame| !frame.mapping);
        let at = self.frames.len().checked_sub(if in_list { 2 } else { 1 });
        if let Some(frame) = at.and_then(|at| self.frames.get_mut(at)) {
            frame.merges.push(target);
        }
    }

    fn refuse_alias(&mut self, at: usize, message: &str) {
        if self.hostile {
            return;
        }
        self.hostile = true;
        self.report(
            "doc-hostile",
            Severity::Error,
            at,
            message.to_owned(),
            "Written out, the document would fill the memory of every reader; it was read without this alias.",
            "Write out what the alias should stand for.",
        );
    }

    fn too_much(&mut self, at: usize, why: &str) -> Stopped {
        self.hostile = true;
        self.report(
            "doc-hostile",
            Severity::Error,
            at,
            format!("The document cannot be read: {why}"),
            "No gateway takes such a document, and readers run out of memory on it.",
            "Split the document, or mend what generated it.",
        );
        Stopped
    }
}

/// The place of the whole document.
pub(crate) fn start_of_document() -> Place {
    Place {
        pointer: String::new(),
        line: 1,
        column: 1,
    }
}
