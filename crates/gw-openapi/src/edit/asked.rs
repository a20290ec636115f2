//! What edits ask for, gathered by the nodes of the document they were asked of.
//!
//! It refuses edits that contradict each other, and to reach into text that an alias elsewhere shares.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

use super::{Edit, nested, steps};
use crate::document::{Document, Format};
use crate::lines::narrow;
use crate::tree::{Entry, Node, NodeId, Shape, Symbol};

/// What becomes of a node.
#[derive(Debug, Default)]
pub(super) enum Own {
    /// It stays, with what is asked inside it.
    #[default]
    Kept,
    /// Another value stands in its place.
    Replaced(Value),
    /// It goes, with its key or dash.
    Removed,
}

/// What is asked of one node and of what is in it.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) own: Own,
    /// The new key of the entry it is the value of.
    pub(super) rename: Option<String>,
    /// What is asked of its entries or items, by their place among all of them.
    pub(super) inner: BTreeMap<usize, Asked>,
    /// New entries, in the order they were asked for.
    pub(super) fresh: Map<String, Value>,
    /// New items, likewise.
    pub(super) appended: Vec<Value>,
    /// The edit that says all about the node: any other would contradict it.
    decided: Option<usize>,
    /// An edit that touches the node, for telling whom another contradicts.
    by: usize,
    /// Keys that renames and new entries take here, with their edits.
    names: HashMap<String, usize>,
}

impl Asked {
    fn is_untouched(&self) -> bool {
        matches!(self.own, Own::Kept)
            && self.inner.is_empty()
            && self.fresh.is_empty()
            && self.appended.is_empty()
    }

    pub(super) fn is_removed(&self) -> bool {
        matches!(self.own, Own::Removed)
    }
}

/// Why an edit cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Missing,
    Shared,
    Layout,
    /// A sibling has the key already.
    Taken,
    /// Another edit, by its index, says otherwise.
    Conflict(usize),
}

/// Where an edit leads.
struct Found {
    /// Places of the entries and items on the way from the root.
    way: Vec<usize>,
    what: What,
}

enum What {
    /// Asked already.
    Nothing,
    /// At a node that is there.
    Node(Box<Asked>),
    /// A new key of that node.
    Name(String),
    /// An item behind the others.
    Item(Value),
    /// Something new below the node, along these steps.
    New(Vec<String>),
    /// The node is nothing or a scalar: it becomes a mapping or list that holds the value.
    Instead(Vec<String>),
}

/// Gathers edits of one document.
pub(super) struct Gathering<'a> {
    document: &'a Document,
    edits: &'a [Edit],
    anchors: Anchors,
    pub(super) root: Asked,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(document: &'a Document, edits: &'a [Edit]) -> Self {
        Self {
            document,
            edits,
            anchors: Anchors::of(document),
            root: Asked::default(),
        }
    }

    /// Whether an edit agrees with those gathered so far.
    pub(super) fn check(&self, index: usize) -> Result<(), Refused> {
        self.find(index).map(|_| ())
    }

    /// Adds an edit.
    pub(super) fn add(&mut self, index: usize) -> Result<(), Refused> {
        let Found { way, what } = self.find(index)?;
        let Some(edit) = self.edits.get(index) else {
            return Err(Refused::Missing);
        };
        if matches!(what, What::Nothing) {
            return Ok(());
        }
        let mut asked = &mut self.root;
        let parents = match what {
            What::Name(_) => way.len().saturating_sub(1),
            _ => way.len(),
        };
        for at in way.iter().take(parents) {
            asked = asked.inner.entry(*at).or_default();
            asked.by = index;
        }
        match what {
            What::Nothing => {}
            What::Node(built) => {
                asked.own = built.own;
                asked.inner = built.inner;
                asked.fresh = built.fresh;
                asked.appended = built.appended;
                asked.names = built.names;
                asked.decided = Some(index);
            }
            What::Name(to) => {
                asked.names.insert(to.clone(), index);
                if let Some(at) = way.last() {
                    let entry = asked.inner.entry(*at).or_default();
                    entry.rename = Some(to);
                    entry.by = index;
                }
            }
            What::Item(value) => asked.appended.push(value),
            What::New(steps) => {
                if let Some((name, rest)) = steps.split_first() {
                    let fresh = asked.fresh.entry(name.clone()).or_insert(Value::Null);
                    plant(fresh, rest, edit);
                    asked.names.entry(name.clone()).or_insert(index);
                }
            }
            What::Instead(steps) => {
                let mut value = match &mut asked.own {
                    Own::Replaced(value) => std::mem::take(value),
                    _ => Value::Null,
                };
                plant(&mut value, &steps, edit);
                asked.own = Own::Replaced(value);
            }
        }
        Ok(())
    }

    fn find(&self, index: usize) -> Result<Found, Refused> {
        let edit = self.edits.get(index).ok_or(Refused::Missing)?;
        let makes = matches!(edit, Edit::Set { .. } | Edit::Append { .. });
        if !edit.at().is_empty() && !edit.at().starts_with('/') {
            return Err(Refused::Missing);
        }
        let steps = steps(edit.at());
        let mut asked = Some(&self.root);
        let mut parent = None;
        let mut id = NodeId::ROOT;
        let mut way = Vec::with_capacity(steps.len());
        for (depth, step) in steps.iter().enumerate() {
            let ahead = steps.get(depth..).unwrap_or_default();
            if let Some(by) = asked.and_then(|asked| asked.decided) {
                return Err(Refused::Conflict(by));
            }
            if self.anchors.is_shared(id) {
                return Err(Refused::Shared);
            }
            let next = match self.document.tree.cell(id).shape {
                Shape::Mapping { .. } => match position(self.document, id, step) {
                    Some((at, entry)) if owns(self.document, id, entry) => (at, entry.value),
                    // An entry of its own wins over a merged one, but only if it is the whole value.
                    Some(_) if ahead.len() > 1 || !matches!(edit, Edit::Set { .. }) => {
                        return Err(Refused::Shared);
                    }
                    None if !makes => return Err(Refused::Missing),
                    _ => return fresh(asked, way, ahead, edit),
                },
                Shape::Sequence { .. } => {
                    let at = step.parse::<usize>().map_err(|_| Refused::Missing)?;
                    let items = raw_items(self.document, id);
                    (at, *items.get(at).ok_or(Refused::Missing)?)
                }
                Shape::Alias(_) => return Err(Refused::Shared),
                _ if makes => return instead(asked, way, ahead, edit),
                _ => return Err(Refused::Missing),
            };
            parent = Some((id, asked));
            way.push(next.0);
            asked = asked.and_then(|asked| asked.inner.get(&next.0));
            id = next.1;
        }
        self.at_node(index, edit, id, parent, asked, way)
    }

    fn at_node(
        &self,
        index: usize,
        edit: &Edit,
        id: NodeId,
        parent: Option<(NodeId, Option<&Asked>)>,
        asked: Option<&Asked>,
        way: Vec<usize>,
    ) -> Result<Found, Refused> {
        let same = |by: usize| self.edits.get(by) == Some(edit);
        let found = |what| Found {
            way: way.clone(),
            what,
        };
        if let Some(by) = asked.and_then(|asked| asked.decided)
            && !matches!(edit, Edit::Rename { .. })
        {
            return if same(by) {
                Ok(found(What::Nothing))
            } else {
                Err(Refused::Conflict(by))
            };
        }
        let touched = asked.filter(|asked| !asked.is_untouched());
        match edit {
            Edit::Set { value, .. } => {
                if let Some(asked) = touched {
                    return Err(Refused::Conflict(asked.by));
                }
                let mut built = Asked::default();
                self.change(id, value, index, &mut built)?;
                Ok(found(What::Node(Box::new(built))))
            }
            Edit::Remove { .. } => {
                if way.is_empty() {
                    return Err(Refused::Missing);
                }
                if let Some(asked) = asked {
                    return Err(Refused::Conflict(asked.by));
                }
                self.whole(id)?;
                let own = Own::Removed;
                Ok(found(What::Node(Box::new(Asked {
                    own,
                    ..Asked::default()
                }))))
            }
            Edit::Rename { to, .. } => {
                let (holder, beside) = parent.ok_or(Refused::Missing)?;
                if !matches!(self.document.tree.cell(holder).shape, Shape::Mapping { .. }) {
                    return Err(Refused::Missing);
                }
                if let Some(asked) = asked {
                    if asked.rename.as_ref() == Some(to) {
                        return Ok(found(What::Nothing));
                    }
                    if asked.rename.is_some() || asked.is_removed() {
                        return Err(Refused::Conflict(asked.by));
                    }
                }
                if let Some(by) = beside.and_then(|beside| beside.names.get(to)) {
                    return Err(Refused::Conflict(*by));
                }
                if let Some((at, _)) = position(self.document, holder, to) {
                    if way.last() == Some(&at) {
                        return Ok(found(What::Nothing));
                    }
                    // A key that an earlier edit removes or renames is free.
                    let twin = beside.and_then(|beside| beside.inner.get(&at));
                    if !twin.is_some_and(|twin| twin.is_removed() || twin.rename.is_some()) {
                        return Err(Refused::Taken);
                    }
                }
                Ok(found(What::Name(to.clone())))
            }
            Edit::Append { value, .. } => match self.document.tree.cell(id).shape {
                Shape::Sequence { .. } if self.anchors.is_shared(id) => Err(Refused::Shared),
                Shape::Sequence { .. } => Ok(found(What::Item(value.clone()))),
                Shape::Null => instead(asked, way, &[], edit),
                Shape::Alias(_) => Err(Refused::Shared),
                _ => Err(Refused::Layout),
            },
        }
    }

    /// Asks for what makes a node say `value`, as little as possible.
    fn change(
        &self,
        id: NodeId,
        value: &Value,
        index: usize,
        asked: &mut Asked,
    ) -> Result<(), Refused> {
        let node = Node::new(&self.document.tree, id);
        if super::proof::says(node, value) {
            return Ok(());
        }
        if self.anchors.is_shared(id) {
            return Err(Refused::Shared);
        }
        asked.by = index;
        asked.decided = Some(index);
        match (self.document.tree.cell(id).shape, value) {
            (Shape::Mapping { first, length }, Value::Object(wanted)) => {
                let entries = self.document.tree.entries(first, length);
                let name = |entry: &Entry| self.document.tree.symbol(entry.key);
                let merged = entries.iter().any(|entry| !owns(self.document, id, *entry));
                if !merged && entries.iter().any(|entry| wanted.contains_key(name(entry))) {
                    for (at, entry) in entries.iter().enumerate() {
                        let mut inner = Asked::default();
                        match wanted.get(name(entry)) {
                            Some(value) => self.change(entry.value, value, index, &mut inner)?,
                            None => {
                                self.whole(entry.value)?;
                                inner.own = Own::Removed;
                            }
                        }
                        if !inner.is_untouched() {
                            asked.inner.insert(at, inner);
                        }
                    }
                    let known: HashSet<&str> = entries.iter().map(name).collect();
                    let new = wanted
                        .iter()
                        .filter(|(name, _)| !known.contains(name.as_str()));
                    asked.fresh = new
                        .map(|(name, value)| (name.clone(), value.clone()))
                        .collect();
                    return Ok(());
                }
            }
            (Shape::Sequence { .. }, Value::Array(wanted)) if !wanted.is_empty() => {
                let items = raw_items(self.document, id);
                let node = |id: &NodeId| Node::new(&self.document.tree, *id);
                let removed = left_out(items, wanted, |id, value| {
                    super::proof::says(node(id), value)
                });
                if let Some(removed) = removed.filter(|removed| removed.len() < items.len()) {
                    for at in removed {
                        self.whole(*items.get(at).ok_or(Refused::Missing)?)?;
                        let own = Own::Removed;
                        asked.inner.insert(
                            at,
                            Asked {
                                own,
                                ..Asked::default()
                            },
                        );
                    }
                    return Ok(());
                }
                if !items.is_empty() && wanted.len() >= items.len() {
                    for (at, (item, value)) in items.iter().zip(wanted).enumerate() {
                        let mut inner = Asked::default();
                        self.change(*item, value, index, &mut inner)?;
                        if !inner.is_untouched() {
                            asked.inner.insert(at, inner);
                        }
                    }
                    asked.appended = wanted.get(items.len()..).unwrap_or_default().to_vec();
                    return Ok(());
                }
            }
            _ => {}
        }
        self.whole(id)?;
        asked.own = Own::Replaced(value.clone());
        Ok(())
    }

    /// Refuses to take a node away that holds an anchor somebody outside it needs.
    fn whole(&self, id: NodeId) -> Result<(), Refused> {
        let cell = self.document.tree.cell(id);
        if self.anchors.needed_outside(id, cell.start, cell.end) {
            Err(Refused::Shared)
        } else {
            Ok(())
        }
    }
}

/// Which items must go so that the others are what is wanted; `None` when removing is not enough.
fn left_out(
    items: &[NodeId],
    wanted: &[Value],
    same: impl Fn(&NodeId, &Value) -> bool,
) -> Option<Vec<usize>> {
    if wanted.len() >= items.len() {
        return None;
    }
    let mut removed = Vec::new();
    let mut next = wanted.iter().peekable();
    for (at, item) in items.iter().enumerate() {
        if next.peek().is_some_and(|value| same(item, value)) {
            next.next();
        } else {
            removed.push(at);
        }
    }
    next.peek().is_none().then_some(removed)
}

/// An entry that is not there yet.
fn fresh(
    asked: Option<&Asked>,
    way: Vec<usize>,
    ahead: &[String],
    edit: &Edit,
) -> Result<Found, Refused> {
    let Some((name, rest)) = ahead.split_first() else {
        return Err(Refused::Missing);
    };
    if let Some(asked) = asked
        && let Some(&by) = asked.names.get(name)
    {
        let Some(value) = asked.fresh.get(name) else {
            return Err(Refused::Conflict(by));
        };
        match fits(value, rest, edit) {
            Fit::Same => {
                let what = What::Nothing;
                return Ok(Found { way, what });
            }
            Fit::Beside => {}
            Fit::Against => return Err(Refused::Conflict(by)),
        }
    }
    let what = What::New(ahead.to_vec());
    Ok(Found { way, what })
}

/// A node that must become a mapping or list first.
fn instead(
    asked: Option<&Asked>,
    way: Vec<usize>,
    ahead: &[String],
    edit: &Edit,
) -> Result<Found, Refused> {
    if let Some(asked) = asked
        && let Own::Replaced(value) = &asked.own
    {
        match fits(value, ahead, edit) {
            Fit::Same => {
                let what = What::Nothing;
                return Ok(Found { way, what });
            }
            Fit::Beside => {}
            Fit::Against => return Err(Refused::Conflict(asked.by)),
        }
    }
    let what = What::Instead(ahead.to_vec());
    Ok(Found { way, what })
}

enum Fit {
    /// It says so already.
    Same,
    /// There is room for it.
    Beside,
    /// It says otherwise.
    Against,
}

/// Whether an edit agrees with a value that earlier edits made.
fn fits(value: &Value, steps: &[String], edit: &Edit) -> Fit {
    match (steps.split_first(), value, edit) {
        (Some((step, rest)), Value::Object(fields), _) => fields
            .get(step)
            .map_or(Fit::Beside, |value| fits(value, rest, edit)),
        (None, Value::Array(_), Edit::Append { .. }) => Fit::Beside,
        (None, value, Edit::Set { value: wanted, .. }) if value == wanted => Fit::Same,
        _ => Fit::Against,
    }
}

/// Makes a value that edits build say what one more asks; [`fits`] has said that it can.
fn plant(target: &mut Value, steps: &[String], edit: &Edit) {
    match (steps.split_first(), edit) {
        (Some((step, rest)), _) => {
            if let Value::Object(fields) = target {
                plant(
                    fields.entry(step.clone()).or_insert(Value::Null),
                    rest,
                    edit,
                );
            } else {
                let mut inner = Value::Null;
                plant(&mut inner, rest, edit);
                *target = nested(std::slice::from_ref(step), inner);
            }
        }
        (None, Edit::Append { value, .. }) => match target {
            Value::Array(items) => items.push(value.clone()),
            _ => *target = Value::Array(vec![value.clone()]),
        },
        (None, Edit::Set { value, .. }) => target.clone_from(value),
        (None, _) => {}
    }
}

/// Which nodes have anchors that aliases point at.
#[derive(Default)]
struct Anchors {
    targets: HashSet<NodeId>,
    /// Offsets of an anchored node and of an alias to it, ordered.
    uses: Vec<(u32, u32)>,
}

impl Anchors {
    fn of(document: &Document) -> Self {
        let mut anchors = Self::default();
        // JSON has none, and a YAML text without a star neither.
        if document.format() == Format::Json || !document.text().contains('*') {
            return anchors;
        }
        for (at, cell) in document.tree.cells.iter().enumerate() {
            if let Shape::Alias(target) = cell.shape
                && document.tree.is_reached(NodeId(narrow(at)))
            {
                let target = Node::new(&document.tree, target).id();
                anchors.targets.insert(target);
                let start = document.tree.cell(target).start;
                anchors.uses.push((start, cell.start));
            }
        }
        anchors.uses.sort_unstable();
        anchors
    }

    fn is_shared(&self, id: NodeId) -> bool {
        self.targets.contains(&id)
    }

    fn needed_outside(&self, id: NodeId, start: u32, end: u32) -> bool {
        let first = self.uses.partition_point(|(anchor, _)| *anchor < start);
        let inside = self.uses.get(first..).unwrap_or_default();
        self.is_shared(id)
            || inside
                .iter()
                .take_while(|(anchor, _)| *anchor < end)
                .any(|(_, alias)| *alias < start || *alias >= end)
    }
}

/// An entry of a mapping by its key, with its place among all entries.
pub(super) fn position(document: &Document, id: NodeId, name: &str) -> Option<(usize, Entry)> {
    let tree = &document.tree;
    let Shape::Mapping { first, length } = tree.cell(id).shape else {
        return None;
    };
    let symbol = Symbol(u32::try_from(tree.symbols.get_index_of(name)?).ok()?);
    let entries = tree.entries(first, length);
    let at = match tree.large.get(&id) {
        Some(order) => {
            let key = |at: &u32| entries.get(*at as usize).map(|entry| entry.key);
            let found = order.binary_search_by_key(&Some(symbol), key).ok()?;
            *order.get(found)? as usize
        }
        None => entries.iter().position(|entry| entry.key == symbol)?,
    };
    Some((at, *entries.get(at)?))
}

/// Whether an entry stands in the mapping's own text and was not brought in by a merge key.
pub(super) fn owns(document: &Document, id: NodeId, entry: Entry) -> bool {
    document.tree.cell(entry.value).parent == id
}

/// The items of a list as they stand, aliases not followed.
pub(super) fn raw_items(document: &Document, id: NodeId) -> &[NodeId] {
    let Shape::Sequence { first, length } = document.tree.cell(id).shape else {
        return &[];
    };
    let items = &document.tree.items;
    items
        .get(first as usize..(first + length) as usize)
        .unwrap_or_default()
}
