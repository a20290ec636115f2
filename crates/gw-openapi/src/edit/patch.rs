//! Where in the text an edit must cut and what it puts there.
//!
//! It refuses parts that are shared through an alias: cutting there would change what was not asked for.

use std::ops::Range;

use serde_json::{Map, Value};

use super::write;
use super::{Layout, layout};
use crate::document::{Document, Format};
use crate::tree::{Entry, Node, NodeId, Shape};

/// Why a patch was not made.
#[derive(Debug)]
pub(super) enum Refused {
    /// The part belongs to an anchor elsewhere.
    Shared,
    /// The text has no place for it.
    Layout,
}

struct Cut {
    range: Range<usize>,
    text: String,
}

/// Cuts to make in a document's text.
pub(super) struct Patch<'d> {
    document: &'d Document,
    cuts: Vec<Cut>,
    /// Columns of one level of indentation.
    unit: usize,
}

impl<'d> Patch<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let text = document.text();
        let level = |node: Node<'_>| {
            let (key, _) = node.entries().next()?;
            let start = key.span().start;
            let margin = margin(text, start).chars().count();
            (margin > 0 && margin_only(text, start)).then_some(margin)
        };
        let found = match document.format() {
            Format::Json => level(document.root()),
            Format::Yaml => document
                .root()
                .entries()
                .find_map(|(_, value)| level(value)),
        };
        let unit = found.unwrap_or(2).min(8);
        Self {
            document,
            cuts: Vec::new(),
            unit,
        }
    }

    /// The text with every cut made.
    pub(super) fn apply(mut self) -> String {
        // Stable: insertions at one place stay in the order they were asked for.
        self.cuts.sort_by_key(|cut| cut.range.start);
        let text = self.document.text();
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut edited = String::with_capacity(text.len() + 256);
        let mut at = 0;
        for cut in &self.cuts {
            edited.push_str(text.get(at..cut.range.start).unwrap_or_default());
            edited.push_str(&if newline == "\n" {
                cut.text.clone()
            } else {
                cut.text.replace('\n', newline)
            });
            at = at.max(cut.range.end);
        }
        edited.push_str(text.get(at..).unwrap_or_default());
        edited
    }

    /// Sets the value at a path from the root.
    pub(super) fn set(&mut self, steps: &[String], value: &Value) -> Result<(), Refused> {
        let mut id = NodeId::ROOT;
        let mut holder = None;
        for (depth, step) in steps.iter().enumerate() {
            let rest = steps.get(depth + 1..).unwrap_or_default();
            match self.cell(id).shape {
                Shape::Mapping { .. } => match self.entry(id, step) {
                    Some(entry) if self.owns(id, entry) => {
                        holder = Some((id, entry));
                        id = entry.value;
                    }
                    // An entry of its own wins over a merged one, but only if it is the whole value.
                    Some(_) if !rest.is_empty() => return Err(Refused::Shared),
                    _ => {
                        self.insert(id, holder, step, &nested(rest, value));
                        return Ok(());
                    }
                },
                Shape::Sequence { .. } => {
                    let index = step.parse::<usize>().map_err(|_| Refused::Layout)?;
                    id = self.raw_item(id, index).ok_or(Refused::Layout)?;
                    holder = None;
                }
                Shape::Alias(_) => return Err(Refused::Shared),
                // Nothing, or a scalar in the way: it becomes a mapping.
                _ => {
                    let value = nested(steps.get(depth..).unwrap_or_default(), value);
                    self.replace(id, holder, &value);
                    return Ok(());
                }
            }
        }
        self.change(id, holder, value);
        Ok(())
    }

    /// Removes the entry at a path from the root.
    pub(super) fn remove(&mut self, steps: &[String]) -> Result<(), Refused> {
        let (last, way) = steps.split_last().ok_or(Refused::Layout)?;
        let mut id = NodeId::ROOT;
        let mut holder = None;
        for step in way {
            let entry = self.entry(id, step).ok_or(Refused::Shared)?;
            if !self.owns(id, entry) {
                return Err(Refused::Shared);
            }
            holder = Some((id, entry));
            id = entry.value;
        }
        let entry = self.entry(id, last).ok_or(Refused::Shared)?;
        if !self.owns(id, entry) {
            return Err(Refused::Shared);
        }
        if self.entries(id).len() == 1 {
            self.replace(id, holder, &Value::Object(Map::new()));
        } else {
            self.cut_entry(id, entry);
        }
        Ok(())
    }

    /// Makes a node say `value` with as few cuts as possible.
    fn change(&mut self, id: NodeId, holder: Option<(NodeId, Entry)>, value: &Value) {
        let old = self.document.to_value(Node::new(&self.document.tree, id));
        if old == *value {
            return;
        }
        let (Shape::Mapping { .. }, Value::Object(wanted), Value::Object(old)) =
            (self.cell(id).shape, value, &old)
        else {
            self.replace(id, holder, value);
            return;
        };
        let kept = old.keys().filter(|name| wanted.contains_key(*name)).count();
        let merged = self.entries(id).iter().any(|entry| !self.owns(id, *entry));
        // Commas make removing entries one by one from braces more trouble than it saves.
        let in_braces = layout(self.document, id) != Layout::Block;
        if kept == 0 || merged || (kept < old.len() && in_braces) {
            self.replace(id, holder, value);
            return;
        }
        for entry in self.entries(id).to_vec() {
            let name = self.document.tree.symbol(entry.key);
            match wanted.get(name) {
                Some(value) => self.change(entry.value, Some((id, entry)), value),
                None => self.cut_entry(id, entry),
            }
        }
        for (name, value) in wanted.iter().filter(|(name, _)| !old.contains_key(*name)) {
            self.insert(id, holder, name, value);
        }
    }

    /// Puts another value in the place of a node.
    fn replace(&mut self, id: NodeId, holder: Option<(NodeId, Entry)>, value: &Value) {
        let cell = self.cell(id);
        let span = cell.start as usize..cell.end as usize;
        if self.document.format() == Format::Json {
            let at = holder.map_or(span.start, |(_, entry)| entry.key_start as usize);
            let text = self.json(value, at);
            self.cut(span, text);
            return;
        }
        let Some((mapping, entry)) = holder else {
            if id == NodeId::ROOT {
                let start = self.document.text().len()
                    - self.document.text().trim_start_matches('\u{feff}').len();
                let range = if matches!(cell.shape, Shape::Null) {
                    self.document.text().len()..self.document.text().len()
                } else {
                    span
                };
                let mut text = write::block_lines(value, 0, self.unit);
                if range.start > start
                    && !self.document.text().ends_with('\n')
                    && range.start == self.document.text().len()
                {
                    text.insert(0, '\n');
                }
                if matches!(cell.shape, Shape::Null) {
                    text.push('\n');
                }
                self.cut(range, text);
                return;
            }
            // An item of a list: its lines start beside the dash.
            let parent = self.cell(id).parent;
            let text = if layout(self.document, parent) == Layout::Flow {
                write::flow(value)
            } else {
                let column = self.column(span.start);
                write::block_lines(value, column, self.unit)
                    .trim_start()
                    .to_owned()
            };
            self.cut(span, text);
            return;
        };
        let whole = entry.key_end as usize..span.end.max(entry.key_end as usize);
        if layout(self.document, mapping) == Layout::Flow {
            let text = format!(": {}", write::flow(value));
            self.cut(whole, text);
            return;
        }
        // What stands between the key and its value, such as a comment, stays when both values fit on the line.
        let scalar = |shape: Shape| {
            matches!(
                shape,
                Shape::Bool(_) | Shape::Number(_) | Shape::String(_) | Shape::Alias(_)
            )
        };
        let source = self.document.text().get(span.clone()).unwrap_or_default();
        let text = write::block(value, self.column(entry.key_start as usize), self.unit);
        if scalar(cell.shape)
            && !source.contains('\n')
            && text.starts_with(' ')
            && !text.contains('\n')
        {
            self.cut(span, text.trim_start().to_owned());
        } else {
            self.cut(whole, format!(":{text}"));
        }
    }

    /// Adds an entry at the end of a mapping.
    fn insert(&mut self, id: NodeId, holder: Option<(NodeId, Entry)>, name: &str, value: &Value) {
        let own: Vec<Entry> = self
            .entries(id)
            .iter()
            .copied()
            .filter(|entry| self.owns(id, *entry))
            .collect();
        let Some(last) = own.iter().max_by_key(|entry| entry.key_start).copied() else {
            let only = [(name.to_owned(), value.clone())]
                .into_iter()
                .collect::<Map<_, _>>();
            {
                self.replace(id, holder, &only.into());
                return;
            }
        };
        let end = self.end_of(last);
        let key_text = Value::from(name).to_string();
        match layout(self.document, id) {
            Layout::Json => {
                let at = last.key_start as usize;
                let own_line = margin_only(self.document.text(), at);
                let text = self.json(value, at);
                let lead = if own_line {
                    format!(",\n{}", margin(self.document.text(), at))
                } else {
                    self.separator()
                };
                let colon = if self.is_minified() { ":" } else { ": " };
                self.cut(end..end, format!("{lead}{key_text}{colon}{text}"));
            }
            Layout::Flow => self.cut(end..end, format!(", {key_text}: {}", write::flow(value))),
            Layout::Block => {
                let column = self.column(own.first().map_or(0, |entry| entry.key_start as usize));
                let line = format!(
                    "{}{}:{}",
                    " ".repeat(column),
                    write::yaml_text(name),
                    write::block(value, column, self.unit)
                );
                let text = self.document.text();
                match text.get(end..).and_then(|rest| rest.find('\n')) {
                    Some(step) => self.cut(end + step + 1..end + step + 1, format!("{line}\n")),
                    None => self.cut(text.len()..text.len(), format!("\n{line}")),
                }
            }
        }
    }

    fn cut_entry(&mut self, id: NodeId, entry: Entry) {
        let text = self.document.text();
        let (start, end) = (entry.key_start as usize, self.end_of(entry));
        let own: Vec<Entry> = self.entries(id).to_vec();
        let position = own
            .iter()
            .position(|other| other.key_start == entry.key_start)
            .unwrap_or(0);
        let next = own.get(position + 1).map(|next| next.key_start as usize);
        if layout(self.document, id) == Layout::Block && margin_only(text, start) {
            let line = start - margin(text, start).len();
            let until = text
                .get(end..)
                .and_then(|rest| rest.find('\n'))
                .map_or(text.len(), |step| end + step + 1);
            self.cut(line..until, String::new());
        } else if let Some(next) = next {
            self.cut(start..next, String::new());
        } else if let Some(previous) = position.checked_sub(1).and_then(|at| own.get(at)) {
            let from = self.end_of(*previous);
            self.cut(from..end, String::new());
        }
    }

    fn cut(&mut self, range: Range<usize>, text: String) {
        self.cuts.push(Cut { range, text });
    }

    fn json(&self, value: &Value, at: usize) -> String {
        let text = self.document.text();
        let indent = (!self.is_minified()).then(|| margin(text, at));
        let unit = if indent.is_some_and(|indent| indent.contains('\t')) {
            "\t".to_owned()
        } else {
            " ".repeat(self.unit)
        };
        write::json(value, indent, &unit)
    }

    fn is_minified(&self) -> bool {
        !self.document.text().trim_end().contains('\n')
    }

    fn separator(&self) -> String {
        if self.is_minified() {
            ",".to_owned()
        } else {
            ", ".to_owned()
        }
    }

    fn cell(&self, id: NodeId) -> crate::tree::Cell {
        self.document.tree.cell(id)
    }

    fn entries(&self, id: NodeId) -> &'d [Entry] {
        match self.cell(id).shape {
            Shape::Mapping { first, length } => self.document.tree.entries(first, length),
            _ => &[],
        }
    }

    fn entry(&self, id: NodeId, name: &str) -> Option<Entry> {
        self.entries(id)
            .iter()
            .find(|entry| self.document.tree.symbol(entry.key) == name)
            .copied()
    }

    /// Whether an entry stands in the mapping's own text and was not brought in by a merge key.
    fn owns(&self, id: NodeId, entry: Entry) -> bool {
        self.cell(entry.value).parent == id
    }

    fn raw_item(&self, id: NodeId, index: usize) -> Option<NodeId> {
        let Shape::Sequence { first, length } = self.cell(id).shape else {
            return None;
        };
        let items = self
            .document
            .tree
            .items
            .get(first as usize..(first + length) as usize)?;
        items.get(index).copied()
    }

    fn end_of(&self, entry: Entry) -> usize {
        self.cell(entry.value).end.max(entry.key_end) as usize
    }

    /// Characters before an offset on its line.
    fn column(&self, offset: usize) -> usize {
        let text = self.document.text();
        let line = self.document.tree.lines().line_start(offset);
        text.get(line..offset).map_or(0, |before| {
            before.trim_start_matches('\u{feff}').chars().count()
        })
    }
}

fn nested(steps: &[String], value: &Value) -> Value {
    steps.iter().rev().fold(value.clone(), |inner, step| {
        Value::Object([(step.clone(), inner)].into_iter().collect())
    })
}

/// The white space an offset's line begins with.
fn margin(text: &str, offset: usize) -> &str {
    let line = text.get(..offset).unwrap_or_default();
    let line = line.rsplit('\n').next().unwrap_or_default();
    let end = line
        .find(|char: char| char != ' ' && char != '\t')
        .unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

/// Whether nothing but white space comes before an offset on its line.
fn margin_only(text: &str, offset: usize) -> bool {
    let line = text.get(..offset).unwrap_or_default();
    line.rsplit('\n')
        .next()
        .unwrap_or_default()
        .trim_matches([' ', '\t'])
        .is_empty()
}
