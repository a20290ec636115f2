//! Another value in the place of one, in every layout.
//!
//! It refuses to take comments along that stand between a key and its value.

use std::ops::Range;

use serde_json::Value;

use super::patch::{Holder, Patch, dash};
use super::write;
use super::{Layout, layout};
use crate::document::Format;
use crate::tree::{Cell, Entry, NodeId, Shape};

impl Patch<'_> {
    /// Puts another value in the place of a node.
    pub(super) fn replace(&mut self, id: NodeId, holder: Holder, value: &Value) {
        let cell = self.cell(id);
        let span = cell.start as usize..cell.end as usize;
        if self.document.format() == Format::Json {
            let at = match holder {
                Holder::Key(_, entry) => entry.key_start as usize,
                _ => span.start,
            };
            let text = self.json(value, at);
            self.cut(span, text);
            return;
        }
        let (mapping, entry) = match holder {
            Holder::Root => return self.replace_root(cell, value),
            Holder::Item(None) => return self.cut(span, write::flow(value)),
            Holder::Item(Some(dash)) => return self.replace_item(cell, dash, value),
            Holder::Key(mapping, entry) => (mapping, entry),
        };
        let colon = entry.key_end as usize;
        let whole = colon..span.end.max(colon);
        if layout(self.document, mapping) == Layout::Flow {
            let text = format!(": {}", write::flow(value));
            self.cut(whole, text);
            return;
        }
        let source = self.document.text();
        let text = write::block(value, self.column(entry.key_start as usize), self.unit);
        // A list that is not indented below its key is said to start behind its first dash.
        let start = match (cell.shape, self.behind_colon(entry, span.start)) {
            (Shape::Sequence { .. }, Some(behind))
                if layout(self.document, id) == Layout::Block =>
            {
                dash(source, behind).unwrap_or(span.start)
            }
            _ => span.start,
        };
        let before = source.get(colon..start).unwrap_or_default();
        // What stands between the key and its value, such as a comment, stays.
        if !before.contains('\n') {
            let scalar = matches!(
                cell.shape,
                Shape::Bool(_) | Shape::Number(_) | Shape::String(_) | Shape::Alias(_)
            );
            let one_line = !source.get(span.clone()).unwrap_or_default().contains('\n');
            if scalar && one_line && text.starts_with(' ') && !text.contains('\n') {
                self.cut(span, text.trim_start().to_owned());
                return;
            }
        } else if !opens_block_scalar(before) && before.contains('#') {
            let line = self.line_start(start);
            if text.starts_with('\n') {
                let key = self.column(entry.key_start as usize);
                let column = match self.column(start) {
                    column if column > key || value.is_array() => column,
                    _ => key + self.unit,
                };
                self.put(line..span.end, write::block_lines(value, column, self.unit));
            } else {
                // Lines of text would take in the comments below them.
                let text = if text.contains('\n') {
                    format!(" {}", write::flow(value))
                } else {
                    text
                };
                let behind = colon + before.find(':').map_or(0, |at| at + 1);
                self.cut(behind..behind, text);
                self.cut(line..self.line_end(span.end), String::new());
            }
            return;
        }
        self.put(whole, format!(":{text}"));
    }

    /// Cuts in a block. A comment behind what is cut goes to the first of several lines, for the last may be one of text.
    fn put(&mut self, range: Range<usize>, text: String) {
        let source = self.document.text();
        let rest = source.get(range.end..).unwrap_or_default();
        let tail = rest.lines().next().unwrap_or_default();
        match text.split_once('\n') {
            Some((first, others)) if tail.contains('#') => {
                let end = range.end + tail.len();
                self.cut(range.start..end, format!("{first}{tail}\n{others}"));
            }
            _ => self.cut(range, text),
        }
    }

    /// Puts another value behind a dash; its lines start beside it.
    fn replace_item(&mut self, cell: Cell, dash: usize, value: &Value) {
        let column = self.column(dash) + 2;
        let lines = write::block_lines(value, column, self.unit);
        let lines = lines.trim_start();
        let text = self.document.text();
        let nothing = matches!(cell.shape, Shape::Null) && cell.start == cell.end;
        let start = if nothing {
            dash + 1
        } else {
            cell.start as usize
        };
        let end = if nothing { dash + 1 } else { cell.end as usize };
        let before = text.get(dash..start).unwrap_or_default();
        // A comment between the two stays where the new value can stand below it.
        if before.contains('#') && !opens_block_scalar(before) && self.column(start) == column {
            self.put(start..end, lines.to_owned());
        } else {
            self.put(dash + 1..end, format!(" {lines}"));
        }
    }

    /// The offset behind the colon of an entry whose value is not before `limit`.
    pub(super) fn behind_colon(&self, entry: Entry, limit: usize) -> Option<usize> {
        let colon = entry.key_end as usize;
        let text = self.document.text().get(colon..limit)?;
        let at = text.find(|char: char| !char.is_whitespace())?;
        text.get(at..)?.starts_with(':').then_some(colon + at + 1)
    }

    fn replace_root(&mut self, cell: Cell, value: &Value) {
        let source = self.document.text();
        let start = source.len() - source.trim_start_matches('\u{feff}').len();
        let empty = matches!(cell.shape, Shape::Null);
        let range = if empty {
            source.len()..source.len()
        } else {
            cell.start as usize..cell.end as usize
        };
        let mut text = write::block_lines(value, 0, self.unit);
        if range.start > start && !source.ends_with('\n') && range.start == source.len() {
            text.insert(0, '\n');
        }
        if empty {
            text.push('\n');
        }
        self.cut(range, text);
    }
}

/// Whether what stands between a key or dash and its value is the head of a block scalar.
fn opens_block_scalar(before: &str) -> bool {
    let head = before.trim_start().trim_start_matches([':', '-']);
    head.trim_start().starts_with(['|', '>'])
}
