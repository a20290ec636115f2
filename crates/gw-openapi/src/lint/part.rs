//! One part of a document judged again, as it would be within the whole.
//!
//! It refuses what only the whole shows: ids that stand twice, components nobody uses, paths that clash.

use gw_model::Diagnostic;

use super::shapes::{Form, Object, Rest};
use super::words::Word;
use super::{Lint, Ruleset};
use crate::document::Document;
use crate::tree::{Node, NodeId, Shape};

/// Largest part judged by itself, in bytes.
const MAX_PART: usize = 128 * 1024;

/// An object of the document that can be judged by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) id: NodeId,
    object: Object,
}

/// The outermost object around a piece of the text that is small enough; `None` when none is.
pub(crate) fn part_around(document: &Document, start: usize, end: usize) -> Option<Part> {
    let ruleset = Ruleset::recommended();
    let lint = Lint::new(document, document.version()?, &ruleset);
    let (mut id, mut object) = (NodeId::ROOT, Object::Root);
    loop {
        let node = own(document, id)?;
        let within = node.span().start < start && end <= node.span().end;
        if !within {
            return None;
        }
        let fits = node.span().len() <= MAX_PART && node.is_mapping();
        if object != Object::Root && fits && !document.tree.is_shared(&node.span()) {
            return Some(Part { id, object });
        }
        (id, object) = lint.object_within(object, node, start, end)?;
    }
}

/// What is found in a part.
pub(crate) fn lint_part(document: &Document, part: Part) -> Vec<Diagnostic> {
    let Some(version) = document.version() else {
        return Vec::new();
    };
    let ruleset = Ruleset::recommended();
    let mut lint = Lint::new(document, version, &ruleset);
    lint.declare_schemes(document.root());
    let node = document.node(part.id);
    lint.object(part.object, node, None);
    if part.object == Object::PathItem
        && let Some(path) = path_of(document, node)
    {
        lint.path(path, node);
    }
    lint.finish()
}

/// The path a path item is of; `None` for that of a webhook or a callback, or one that is kept for use elsewhere.
fn path_of<'d>(document: &'d Document, item: Node<'d>) -> Option<&'d str> {
    let paths = document.root().get("paths")?;
    let is_in = item.parent()?.id == paths.id;
    item.key().filter(|_| is_in).map(|key| key.text)
}

/// A node that is no alias.
fn own(document: &Document, id: NodeId) -> Option<Node<'_>> {
    let is_alias = matches!(document.tree.cell(id).shape, Shape::Alias(_));
    (!is_alias).then(|| document.node(id))
}

impl<'d> Lint<'d> {
    /// The object within another that holds a piece of the text.
    fn object_within(
        &self,
        object: Object,
        node: Node<'d>,
        start: usize,
        end: usize,
    ) -> Option<(NodeId, Object)> {
        let holds = |id: NodeId| {
            let cell = self.tree.cell(id);
            (cell.start as usize) < start && end <= cell.end as usize
        };
        let entries = self.entries(node);
        let entry = entries.iter().find(|entry| holds(entry.value))?;
        let word = self
            .words
            .get(entry.key.0 as usize)
            .copied()
            .unwrap_or(Word::Other);
        let form = match (self.layout.form(object, word), object.shape().rest) {
            (Some(form), _) => form,
            (None, Rest::Names(form)) if word != Word::Extension => form,
            _ => return None,
        };
        let value = own(self.document, entry.value)?;
        match form {
            Form::One(inner) => Some((value.id, inner)),
            Form::SchemaOrBool | Form::SchemaOrList => Some((value.id, Object::Schema)),
            Form::Map(inner) => {
                let mut entries = self.entries(value).iter();
                let entry = entries.find(|entry| holds(entry.value))?;
                Some((entry.value, inner))
            }
            Form::Many(inner) => {
                let item = value.items().find(|item| holds(item.id))?;
                Some((item.id, inner))
            }
            _ => None,
        }
    }
}
