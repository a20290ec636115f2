//! A document that is being typed: what is found near an edit, without reading the whole text again.
//!
//! It refuses to guess beyond the part that was edited: what only the whole document shows stays as it was found last,
//! until the whole is read. It refuses edits it cannot see through: then the whole has to be read at once.

use std::sync::Arc;

use gw_model::Diagnostic;

use crate::builder::Builder;
use crate::document::{Document, Format};
use crate::json;
use crate::lines::narrow;
use crate::lint::{Part, lint, lint_part, part_around};
use crate::tree::{DECODED, LARGE, NodeId, Shape, Symbol, Text, Tree};
use crate::yaml;

/// A document with what is found in it, brought up to date edit by edit.
///
/// Invariant: after [`Draft::edit`] the tree is that of the new text, as reading it whole would give it.
#[derive(Debug)]
pub struct Draft {
    document: Document,
    found: Vec<Diagnostic>,
}

/// What lies between two texts.
struct Change {
    start: usize,
    /// In the text before.
    end: usize,
    /// In the text after.
    new_end: usize,
}

impl Draft {
    /// Of a document that was read whole, and everything that was found: reading it and by the general rules.
    pub fn new(document: Document, found: Vec<Diagnostic>) -> Self {
        Self { document, found }
    }

    /// Reads a text whole and judges it.
    pub fn read(text: &str) -> Self {
        let (document, mut found) = Document::parse(text);
        found.extend(lint(&document));
        Self { document, found }
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What was found.
    pub fn found(&self) -> &[Diagnostic] {
        &self.found
    }

    /// What is found in the text after an edit: anew in the part around it, as before elsewhere. `None` when the whole
    /// has to be read; the draft is then as it was.
    ///
    /// A text that is broken near the edit is told as broken there, and the draft stays that of the text before.
    pub fn edit(&mut self, text: &str) -> Option<Vec<Diagnostic>> {
        if !self.document.is_sound() {
            return None;
        }
        let change = change(self.document.text(), text)?;
        let part = part_around(&self.document, change.start, change.end)?;
        let piece = Piece::of(&self.document, part, &change, text)?;
        let before = within(lint_part(&self.document, part), &piece.pointer);
        let (mut broken, read) = piece.read(text)?;
        let Some(tree) = read else {
            // As the whole would be: what cannot be read is all there is to say.
            return Some(broken);
        };
        let kept = self.kept(&before, &piece, &change);
        self.splice(part.id, &piece, tree, text);
        broken.extend(kept);
        broken.extend(within(lint_part(&self.document, part), &piece.pointer));
        broken.sort_by(|a, b| {
            (a.place.line, a.place.column, &a.rule).cmp(&(b.place.line, b.place.column, &b.rule))
        });
        self.found.clone_from(&broken);
        Some(broken)
    }

    /// What was found and is not judged again, where it stands now.
    fn kept(&self, again: &[Diagnostic], piece: &Piece, change: &Change) -> Vec<Diagnostic> {
        let lines = self.document.tree.lines();
        let text = self.document.text();
        let (last, _) = lines.position(text, change.end);
        let kept = self.found.iter().filter(|finding| {
            let inside = is_within(&finding.place.pointer, &piece.pointer);
            !inside || !(finding.rule.starts_with("doc-") || again.contains(finding))
        });
        kept.map(|finding| {
            let mut finding = finding.clone();
            if finding.place.line > last {
                finding.place.line = narrow(
                    (finding.place.line as usize + piece.lines.1).saturating_sub(piece.lines.0),
                );
            }
            finding
        })
        .collect()
    }

    /// Puts a part's new tree into the old one's place, and moves what stands behind it.
    fn splice(&mut self, id: NodeId, piece: &Piece, part: Tree, text: &str) {
        let tree = &mut self.document.tree;
        let (old_end, base) = (piece.old_end, piece.start);
        let moved = |at: u32| {
            if at as usize >= old_end {
                narrow((at as usize + piece.new_end).saturating_sub(old_end))
            } else {
                at
            }
        };
        let end = narrow(base) + part.cell(NodeId::ROOT).end;
        for cell in &mut tree.cells {
            // A node around the part ends with it or behind it, and one that was in it is reached no more.
            cell.start = moved(cell.start);
            cell.end = if cell.end as usize == old_end {
                end
            } else {
                moved(cell.end)
            };
            if let Shape::String(text) | Shape::Number(text) = &mut cell.shape
                && text.length & DECODED == 0
            {
                text.start = moved(text.start);
            }
        }
        for entry in &mut tree.entries {
            entry.key_start = moved(entry.key_start);
            entry.key_end = moved(entry.key_end);
        }
        let symbols: Vec<u32> = part
            .symbols
            .iter()
            .map(|name| narrow(tree.symbols.insert_full(name.clone()).0))
            .collect();
        let symbol = |old: u32| symbols.get(old as usize).copied().unwrap_or_default();
        let first = tree.cells.len();
        // The part's outermost node takes the place of the one it replaces.
        let node = |old: NodeId| match old {
            NodeId::ROOT => id,
            NodeId(old) => NodeId(narrow(first) + old - 1),
        };
        let (items, entries) = (narrow(tree.items.len()), narrow(tree.entries.len()));
        let decoded = narrow(tree.decoded.len());
        let placed = |text: Text| Text {
            start: text.start
                + if text.length & DECODED == 0 {
                    narrow(base)
                } else {
                    decoded
                },
            ..text
        };
        for (at, mut cell) in part.cells.iter().copied().enumerate() {
            cell.start += narrow(base);
            cell.end += narrow(base);
            let holder = part.cell(cell.parent).shape;
            cell.parent = node(cell.parent);
            if matches!(holder, Shape::Mapping { .. }) {
                cell.slot = symbol(cell.slot);
            }
            cell.shape = match cell.shape {
                Shape::Number(text) => Shape::Number(placed(text)),
                Shape::String(text) => Shape::String(placed(text)),
                Shape::Sequence { first, length } => Shape::Sequence {
                    first: first + items,
                    length,
                },
                Shape::Mapping { first, length } => Shape::Mapping {
                    first: first + entries,
                    length,
                },
                Shape::Alias(target) => Shape::Alias(node(target)),
                other => other,
            };
            if at > 0 {
                tree.cells.push(cell);
            } else if let Some(old) = tree.cells.get_mut(id.index()) {
                old.shape = cell.shape;
                old.start = cell.start;
                old.end = cell.end;
            }
        }
        tree.items.extend(part.items.iter().map(|&item| node(item)));
        tree.entries
            .extend(part.entries.iter().copied().map(|mut entry| {
                entry.key = Symbol(symbol(entry.key.0));
                entry.key_start += narrow(base);
                entry.key_end += narrow(base);
                entry.value = node(entry.value);
                entry
            }));
        tree.decoded.push_str(&part.decoded);
        tree.large.remove(&id);
        for &large in part.large.keys() {
            if let Shape::Mapping { first, length } = tree.cell(node(large)).shape
                && length as usize > LARGE
            {
                let keys = tree.entries(first, length);
                let mut order: Vec<u32> = (0..length).collect();
                order.sort_unstable_by_key(|&at| keys.get(at as usize).map(|entry| entry.key));
                tree.large.insert(node(large), order.into_boxed_slice());
            }
        }
        tree.text = Arc::from(text);
        tree.edited = true;
        self.document.forget();
    }
}

/// Moves findings of a text along to where their lines are in another; those in the lines that changed go, for they are
/// about what is no more.
pub fn move_along(before: &str, after: &str, found: &mut Vec<Diagnostic>) {
    let Some(change) = change(before, after) else {
        return;
    };
    let lines = |text: &str, from, to| line_ends(text.get(from..to).unwrap_or_default());
    let first = 1 + lines(before, 0, change.start);
    let gone = lines(before, change.start, change.end);
    let new = lines(after, change.start, change.new_end);
    found.retain_mut(|finding| {
        let line = finding.place.line as usize;
        if line > first + gone {
            finding.place.line = narrow(line + new - gone);
        }
        line < first || line > first + gone
    });
}

/// The text of the part that was edited.
struct Piece {
    pointer: String,
    format: Format,
    /// Where it begins, in both texts.
    start: usize,
    /// Where the part ended.
    old_end: usize,
    /// Where its text ends.
    new_end: usize,
    /// Where what follows begins: blank lines before it may belong to a text of several lines at the part's end.
    next: usize,
    /// Line and column of its beginning, counted from 1.
    at: (u32, u32),
    /// How many line ends it had, and has.
    lines: (usize, usize),
}

impl Piece {
    /// `None` when the part's text cannot be read by itself.
    fn of(document: &Document, part: Part, change: &Change, text: &str) -> Option<Self> {
        let old = document.text();
        let node = document.node(part.id);
        let span = node.span();
        let new_end = (span.end + change.new_end).checked_sub(change.end)?;
        let mut start = span.start;
        let mut next = new_end;
        let braces = old.get(span.clone())?.starts_with('{');
        if braces {
            // Its last bracket closes it still.
            if change.end >= span.end {
                return None;
            }
        } else if document.format() == Format::Yaml {
            start = document.tree.lines().line_start(span.start);
            let margin = old.get(start..span.start)?;
            if !margin.bytes().all(|byte| byte == b' ') || change.start < span.start {
                return None;
            }
            let deep = |line: &str| {
                let rest = line.trim_start_matches(' ');
                rest.trim().is_empty() || line.len() - rest.len() >= margin.len()
            };
            // What begins further left would end the part.
            let mut lines = text.get(start..new_end)?.split('\n');
            let rest = text.get(new_end..)?;
            let open = rest.is_empty()
                || rest.starts_with(['\n', '\r'])
                || text.get(..new_end)?.ends_with('\n');
            let blank = rest.split_inclusive('\n');
            next += blank
                .take_while(|line| line.trim().is_empty())
                .map(str::len)
                .sum::<usize>();
            // A tag or an anchor of a value that is not there stands behind the part and belongs to it.
            let mut follow = text.get(next..)?.lines();
            let follows = follow.find(|line| {
                let said = line.trim_start();
                !said.is_empty() && !said.starts_with('#')
            });
            if !lines.all(deep) || !open || follows.is_some_and(deep) {
                return None;
            }
        } else {
            return None;
        }
        let piece = text.get(start..new_end)?;
        let is_yaml = document.format() == Format::Yaml;
        if is_yaml && ends_lines_alone(piece) {
            return None;
        }
        Some(Self {
            pointer: node.pointer(),
            format: document.format(),
            start,
            old_end: span.end,
            new_end,
            next,
            at: document.tree.lines().position(old, start),
            lines: (line_ends(old.get(start..span.end)?), line_ends(piece)),
        })
    }

    /// What is wrong with how it is written, and its tree when it can be read. `None` when it is no mapping any more, or
    /// when what it says depends on what stands elsewhere.
    fn read(&self, text: &str) -> Option<(Vec<Diagnostic>, Option<Tree>)> {
        let text: Arc<str> = Arc::from(text.get(self.start..self.next).unwrap_or_default());
        let mut builder = Builder::new(Arc::clone(&text));
        let outcome = match self.format {
            Format::Json => json::read(&text, &mut builder),
            Format::Yaml => yaml::read(&text, &mut builder),
        };
        let sound = outcome.is_ok();
        // An anchor may be meant elsewhere; an alias, or a tag that is declared elsewhere, cannot be read here.
        let alone = if sound {
            !builder.has_anchors()
        } else {
            !text.contains(['&', '*', '!'])
        };
        if self.format == Format::Yaml && !alone {
            return None;
        }
        builder.end(outcome, text.len());
        let (tree, found) = builder.finish();
        let root = tree.cell(NodeId::ROOT).shape;
        if sound && !matches!(root, Shape::Mapping { .. }) {
            return None;
        }
        let found = found.into_iter().map(|finding| self.placed(finding));
        Some((found.collect(), sound.then_some(tree)))
    }

    fn placed(&self, mut finding: Diagnostic) -> Diagnostic {
        let place = &mut finding.place;
        if place.line == 1 {
            place.column += self.at.1 - 1;
        }
        place.line += self.at.0 - 1;
        place.pointer.insert_str(0, &self.pointer);
        finding
    }
}

fn line_ends(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Whether a carriage return ends a line by itself (YAML 1.2.2, 5.4), which nothing here counts.
fn ends_lines_alone(text: &str) -> bool {
    let mut returns = text.match_indices('\r');
    returns.any(|(at, _)| text.as_bytes().get(at + 1) != Some(&b'\n'))
}

/// What lies between the beginning and the end that two texts share; `None` when they are the same.
fn change(old: &str, new: &str) -> Option<Change> {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let mut start = whole_blocks(a.chunks(BLOCK).zip(b.chunks(BLOCK)));
    start += shared(a.iter().skip(start).zip(b.iter().skip(start)));
    if start == a.len() && start == b.len() {
        return None;
    }
    while !old.is_char_boundary(start) {
        start -= 1;
    }
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let mut end = whole_blocks(a.rchunks(BLOCK).zip(b.rchunks(BLOCK)));
    end += shared(a.iter().rev().skip(end).zip(b.iter().rev().skip(end)));
    while !old.is_char_boundary(old.len() - end) {
        end -= 1;
    }
    Some(Change {
        start,
        end: old.len() - end,
        new_end: new.len() - end,
    })
}

/// Bytes compared at once.
const BLOCK: usize = 4096;

fn whole_blocks<'t>(pairs: impl Iterator<Item = (&'t [u8], &'t [u8])>) -> usize {
    let same = pairs.take_while(|(a, b)| a.len() == BLOCK && a == b);
    BLOCK * same.count()
}

fn shared<'t>(pairs: impl Iterator<Item = (&'t u8, &'t u8)>) -> usize {
    pairs.take_while(|(a, b)| a == b).count()
}

fn within(found: Vec<Diagnostic>, pointer: &str) -> Vec<Diagnostic> {
    let mut found = found;
    found.retain(|finding| is_within(&finding.place.pointer, pointer));
    found
}

fn is_within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
