//! Where in the text edits must cut and what they put there.
//!
//! It refuses to decide what is asked for, and layouts it has no sure place in.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::asked::{Asked, Own, owns, raw_items};
use super::write;
use super::{Layout, layout};
use crate::document::{Document, Format};
use crate::tree::{Cell, Entry, Node, NodeId, Shape};

/// The text has no place for it.
#[derive(Debug)]
pub(super) struct NoPlace;

/// What a node hangs on.
#[derive(Clone, Copy)]
pub(super) enum Holder {
    /// Nothing: it is the root.
    Root,
    /// A key of a mapping.
    Key(NodeId, Entry),
    /// A list; in a block of YAML by the dash at this offset.
    Item(Option<usize>),
}

pub(super) struct Cut {
    pub(super) range: Range<usize>,
    text: String,
}

/// Cuts to make in a document's text.
pub(super) struct Patch<'d> {
    pub(super) document: &'d Document,
    cuts: Vec<Cut>,
    /// Columns of one level of indentation.
    pub(super) unit: usize,
    /// Whether the text is one line.
    minified: bool,
}

impl<'d> Patch<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let mut patch = Self {
            document,
            cuts: Vec::new(),
            unit: 2,
            minified: !document.text().trim_end().contains('\n'),
        };
        let level = |node: Node<'_>| {
            let (key, _) = node.entries().next()?;
            let start = key.span().start;
            let margin = patch.margin(start).chars().count();
            (margin > 0 && patch.starts_line(start)).then_some(margin)
        };
        let found = match document.format() {
            Format::Json => level(document.root()),
            Format::Yaml => document
                .root()
                .entries()
                .find_map(|(_, value)| level(value)),
        };
        patch.unit = found.unwrap_or(2).min(8);
        patch
    }

    /// The text with every cut made.
    pub(super) fn apply(mut self) -> Result<String, NoPlace> {
        // Stable: what is put at one place stays in the order it was asked for, the inner before the outer.
        self.cuts.sort_by_key(|cut| cut.range.start);
        let text = self.document.text();
        let windows = text.contains("\r\n");
        let added: usize = self.cuts.iter().map(|cut| cut.text.len()).sum();
        let mut edited = String::with_capacity(text.len() + added + 64);
        let mut at = 0;
        for cut in &self.cuts {
            // What is put where a cut before it ended or within it stands behind it; two cuts never share text.
            let shares = cut.range.start < at && !cut.range.is_empty();
            if shares {
                return Err(NoPlace);
            }
            edited.push_str(text.get(at..cut.range.start).unwrap_or_default());
            if windows {
                edited.push_str(&cut.text.replace('\n', "\r\n"));
            } else {
                edited.push_str(&cut.text);
            }
            at = at.max(cut.range.end);
        }
        edited.push_str(text.get(at..).unwrap_or_default());
        Ok(edited)
    }

    /// Cuts for what is asked of a node and of all in it.
    pub(super) fn emit(
        &mut self,
        id: NodeId,
        holder: Holder,
        asked: &Asked,
    ) -> Result<(), NoPlace> {
        match &asked.own {
            Own::Replaced(value) => {
                self.replace(id, holder, value);
                Ok(())
            }
            Own::Removed => Err(NoPlace),
            Own::Kept => match self.cell(id).shape {
                Shape::Mapping { .. } => self.emit_mapping(id, holder, asked),
                Shape::Sequence { .. } => self.emit_sequence(id, holder, asked),
                _ => Ok(()),
            },
        }
    }

    fn emit_mapping(&mut self, id: NodeId, holder: Holder, asked: &Asked) -> Result<(), NoPlace> {
        let entries = self.entries(id);
        let own: Vec<(usize, Entry)> = entries
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, entry)| owns(self.document, id, *entry))
            .collect();
        let removed = |at: &usize| asked.inner.get(at).is_some_and(Asked::is_removed);
        let kept = own.iter().rev().find(|(at, _)| !removed(at));
        let removes = asked.inner.values().any(Asked::is_removed);
        let Some((_, last)) = kept.copied() else {
            if removes || !asked.fresh.is_empty() {
                self.replace(id, holder, &Value::Object(asked.fresh.clone()));
            }
            return Ok(());
        };
        for (at, inner) in asked.inner.iter().filter(|(_, inner)| !inner.is_removed()) {
            let entry = *entries.get(*at).ok_or(NoPlace)?;
            if let Some(name) = &inner.rename {
                self.rename(id, entry, name);
            }
            self.emit(entry.value, Holder::Key(id, entry), inner)?;
        }
        if removes {
            let parts: Vec<Part> = own
                .iter()
                .map(|(at, entry)| Part {
                    start: entry.key_start as usize,
                    end: self.end_of(*entry),
                    removed: removed(at),
                })
                .collect();
            self.cut_parts(&parts, layout(self.document, id))?;
        }
        for (name, value) in &asked.fresh {
            let first = own.first().map_or(last, |(_, entry)| *entry);
            self.insert(id, first, last, name, value);
        }
        Ok(())
    }

    fn emit_sequence(&mut self, id: NodeId, holder: Holder, asked: &Asked) -> Result<(), NoPlace> {
        let items = raw_items(self.document, id);
        let removed = |at: usize| asked.inner.get(&at).is_some_and(Asked::is_removed);
        let removes = asked.inner.values().any(Asked::is_removed);
        let last = (0..items.len()).rev().find(|at| !removed(*at));
        let Some(last) = last else {
            if removes || !asked.appended.is_empty() {
                self.replace(id, holder, &Value::Array(asked.appended.clone()));
            }
            return Ok(());
        };
        let layout = layout(self.document, id);
        let parts = self.parts_of(id, holder, items, layout, removed)?;
        for (at, inner) in asked.inner.iter().filter(|(_, inner)| !inner.is_removed()) {
            let dash = parts.get(*at).filter(|_| layout == Layout::Block);
            let holder = Holder::Item(dash.map(|part| part.start));
            self.emit(*items.get(*at).ok_or(NoPlace)?, holder, inner)?;
        }
        if removes {
            self.cut_parts(&parts, layout)?;
        }
        let (Some(first), Some(last)) = (parts.first(), parts.get(last)) else {
            return Err(NoPlace);
        };
        for value in &asked.appended {
            match layout {
                Layout::Json => {
                    let text = self.json(value, last.start);
                    let lead = self.lead(last.start);
                    self.cut(last.end..last.end, format!("{lead}{text}"));
                }
                Layout::Flow => {
                    self.cut(last.end..last.end, format!(", {}", write::flow(value)));
                }
                Layout::Block => {
                    let column = self.column(first.start);
                    let list = Value::Array(vec![value.clone()]);
                    self.add_line(last.end, &write::block_lines(&list, column, self.unit));
                }
            }
        }
        Ok(())
    }

    /// Where items stand, dashes included.
    fn parts_of(
        &self,
        id: NodeId,
        holder: Holder,
        items: &[NodeId],
        layout: Layout,
        removed: impl Fn(usize) -> bool,
    ) -> Result<Vec<Part>, NoPlace> {
        let text = self.document.text();
        let mut parts = Vec::with_capacity(items.len());
        let mut from = match holder {
            Holder::Key(_, entry) if layout == Layout::Block => self
                .behind_colon(entry, self.cell(id).start as usize)
                .ok_or(NoPlace)?,
            _ => self.cell(id).start as usize,
        };
        for (at, item) in items.iter().enumerate() {
            let cell = self.cell(*item);
            let (mut start, mut end) = (cell.start as usize, cell.end as usize);
            if layout == Layout::Block {
                start = dash(text, from).ok_or(NoPlace)?;
                // Nothing, after a dash, is said to stand wherever the next thing does.
                end = if matches!(cell.shape, Shape::Null) && cell.start == cell.end {
                    start + 1
                } else {
                    end
                };
                from = end.max(start + 1);
            }
            let removed = removed(at);
            parts.push(Part {
                start,
                end,
                removed,
            });
        }
        Ok(parts)
    }

    /// Takes entries or items away, of which one at least stays.
    fn cut_parts(&mut self, parts: &[Part], layout: Layout) -> Result<(), NoPlace> {
        let text = self.document.text();
        let gap = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            if !part.removed {
                at += 1;
                continue;
            }
            let run = parts.get(at..).unwrap_or_default();
            let count = run.iter().take_while(|part| part.removed).count();
            let run = run.get(..count).unwrap_or_default();
            let next = parts.get(at + count);
            let before = at.checked_sub(1).and_then(|at| parts.get(at));
            at += count;
            let end = run.last().map_or(part.end, |part| part.end);
            if layout == Layout::Block {
                self.cut_block(run, next)?;
                continue;
            }
            let between = run
                .iter()
                .zip(run.iter().skip(1))
                .chain(run.last().zip(next));
            for (one, other) in between {
                only_comma(gap(one.end, other.start))?;
            }
            match (next, before) {
                (Some(next), _) if !gap(end, next.start).contains('#') => {
                    self.cut(part.start..next.start, String::new());
                }
                (Some(next), _) => {
                    let comma = comma(gap(end, next.start)).ok_or(NoPlace)?;
                    self.cut(part.start..end + comma, String::new());
                }
                (None, Some(before)) => {
                    only_comma(gap(before.end, part.start))?;
                    if gap(before.end, part.start).contains('#') {
                        let comma =
                            before.end + comma(gap(before.end, part.start)).ok_or(NoPlace)?;
                        self.cut(comma - 1..comma, String::new());
                        self.cut(part.start..end, String::new());
                    } else {
                        self.cut(before.end..end, String::new());
                    }
                }
                (None, None) => return Err(NoPlace),
            }
        }
        Ok(())
    }

    /// Takes entries or items that follow each other away, with their lines.
    fn cut_block(&mut self, run: &[Part], next: Option<&Part>) -> Result<(), NoPlace> {
        let text = self.document.text();
        let mut lines = run;
        if let Some((first, others)) = run.split_first()
            && !self.starts_line(first.start)
        {
            // The first of a list's item stands beside its dash, and the next moves up there.
            let next = next.ok_or(NoPlace)?;
            let ends = run.iter().map(|part| part.end);
            let starts = others.iter().chain([next]).map(|part| part.start);
            let close = ends.zip(starts).all(|(end, start)| {
                text.get(end..start)
                    .is_some_and(|gap| gap.trim().is_empty())
            });
            if close {
                self.cut(first.start..next.start, String::new());
                return Ok(());
            }
            if text
                .get(first.start..)
                .is_some_and(|text| text.starts_with('-'))
            {
                return Err(NoPlace);
            }
            self.cut(first.start..first.end, String::new());
            lines = others;
        }
        for part in lines {
            let line = self.line_start(part.start);
            self.cut(line..self.line_end(part.end), String::new());
        }
        Ok(())
    }

    fn rename(&mut self, id: NodeId, entry: Entry, name: &str) {
        let span = entry.key_start as usize..entry.key_end as usize;
        let old = self.document.text().get(span.clone()).unwrap_or_default();
        let text = if layout(self.document, id) == Layout::Json {
            Value::from(name).to_string()
        } else {
            write::key(name, old, layout(self.document, id) == Layout::Flow)
        };
        self.cut(span, text);
    }

    /// Adds an entry behind the last of a mapping.
    fn insert(&mut self, id: NodeId, first: Entry, last: Entry, name: &str, value: &Value) {
        let end = self.end_of(last);
        let key_text = Value::from(name).to_string();
        match layout(self.document, id) {
            Layout::Json => {
                let at = last.key_start as usize;
                let text = self.json(value, at);
                let lead = self.lead(at);
                let colon = if self.minified { ":" } else { ": " };
                self.cut(end..end, format!("{lead}{key_text}{colon}{text}"));
            }
            Layout::Flow => {
                let text = format!(", {}: {}", write::printable(&key_text), write::flow(value));
                self.cut(end..end, text);
            }
            Layout::Block => {
                let column = self.column(first.key_start as usize);
                let line = format!(
                    "{}{}:{}",
                    " ".repeat(column),
                    write::yaml_text(name),
                    write::block(value, column, self.unit)
                );
                self.add_line(end, &line);
            }
        }
    }

    /// Adds whole lines below the line of an offset.
    fn add_line(&mut self, below: usize, line: &str) {
        let text = self.document.text();
        match text.get(below..).and_then(|rest| rest.find('\n')) {
            Some(step) => self.cut(below + step + 1..below + step + 1, format!("{line}\n")),
            None => self.cut(text.len()..text.len(), format!("\n{line}")),
        }
    }

    pub(super) fn cut(&mut self, range: Range<usize>, text: String) {
        self.cuts.push(Cut { range, text });
    }

    pub(super) fn json(&self, value: &Value, at: usize) -> String {
        let indent = (!self.minified).then(|| self.margin(at));
        let unit = if indent.is_some_and(|indent| indent.contains('\t')) {
            Cow::Borrowed("\t")
        } else {
            Cow::Owned(" ".repeat(self.unit))
        };
        write::json(value, indent, &unit)
    }

    /// What separates something new from a sibling in JSON that begins at an offset.
    fn lead(&self, sibling: usize) -> String {
        if self.starts_line(sibling) {
            format!(",\n{}", self.margin(sibling))
        } else if self.minified {
            ",".to_owned()
        } else {
            ", ".to_owned()
        }
    }

    pub(super) fn cell(&self, id: NodeId) -> Cell {
        self.document.tree.cell(id)
    }

    fn entries(&self, id: NodeId) -> &'d [Entry] {
        match self.cell(id).shape {
            Shape::Mapping { first, length } => self.document.tree.entries(first, length),
            _ => &[],
        }
    }

    fn end_of(&self, entry: Entry) -> usize {
        self.cell(entry.value).end.max(entry.key_end) as usize
    }

    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.document.tree.lines().line_start(offset)
    }

    /// The offset behind the line break that ends an offset's line.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let text = self.document.text();
        text.get(offset..)
            .and_then(|rest| rest.find('\n'))
            .map_or(text.len(), |step| offset + step + 1)
    }

    /// An offset's line up to it, without a byte order mark.
    fn before(&self, offset: usize) -> &'d str {
        let line = self.line_start(offset);
        let before = self.document.text().get(line..offset).unwrap_or_default();
        before.trim_start_matches('\u{feff}')
    }

    /// Characters before an offset on its line.
    pub(super) fn column(&self, offset: usize) -> usize {
        self.before(offset).chars().count()
    }

    /// The white space an offset's line begins with.
    fn margin(&self, offset: usize) -> &'d str {
        let line = self.before(offset);
        let end = line.find(|char: char| char != ' ' && char != '\t');
        line.get(..end.unwrap_or(line.len())).unwrap_or_default()
    }

    /// Whether nothing but white space comes before an offset on its line.
    fn starts_line(&self, offset: usize) -> bool {
        self.before(offset)
            .bytes()
            .all(|byte| byte == b' ' || byte == b'\t')
    }
}

/// An entry or item in the text.
#[derive(Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    removed: bool,
}

/// Where the next dash of a list is.
pub(super) fn dash(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' => at += text.get(at..)?.find('\n')?,
            b'-' => return Some(at),
            _ => return None,
        }
    }
}

/// Behind the comma between two entries; comments may stand around it.
fn comma(gap: &str) -> Option<usize> {
    let mut comment = false;
    for (at, char) in gap.char_indices() {
        match char {
            '\n' => comment = false,
            '#' => comment = true,
            ',' if !comment => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Refuses a gap that holds more than a comma and comments: a second entry of a key, which the reader left out.
fn only_comma(gap: &str) -> Result<(), NoPlace> {
    let plain = |line: &str| {
        let code = line.split('#').next().unwrap_or_default();
        code.chars().all(|char| char == ',' || char.is_whitespace())
    };
    if gap.lines().all(plain) {
        Ok(())
    } else {
        Err(NoPlace)
    }
}
