//! The documents a bundle is made of, and where references in them lead.
//!
//! It refuses to load: what is not there yet is asked for.

use std::collections::HashMap;

use gw_model::Diagnostic;
use url::Url;

use super::location::Location;
use crate::document::Document;
use crate::finding::shorten;
use crate::pointer;
use crate::tree::{Kind, Node, NodeId, Shape};

/// Longest chain of references to references followed.
const MAX_CHAIN: usize = 100;
/// The document everything is bundled into.
pub(super) const ROOT: usize = 0;

/// A document that was read.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) at: Location,
    pub(super) document: Document,
    /// What was noticed while it was read.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Its text, when it is to be taken as it stands; its document is empty then.
    pub(super) prose: Option<String>,
    /// `$anchor` and `$dynamicAnchor` names.
    anchors: HashMap<String, NodeId>,
    /// Whether any schema in it has an `$id`.
    identified: bool,
}

/// A node of one of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spot {
    pub(super) source: usize,
    pub(super) node: NodeId,
}

/// Where a reference leads.
#[derive(Debug)]
pub(super) enum Found {
    /// There.
    At(Spot),
    /// Into a document that must be loaded first.
    Needs(Location),
    /// Nowhere, and why.
    Lost(String),
}

#[derive(Debug)]
enum State {
    Asked,
    Ready(usize),
    Refused(String),
}

/// All documents, the root first.
#[derive(Debug, Default)]
pub(super) struct Sources {
    list: Vec<Source>,
    states: HashMap<Location, State>,
    ids: HashMap<String, Spot>,
}

impl Sources {
    /// Takes in a document; the first is the root.
    pub(super) fn add(
        &mut self,
        at: Location,
        document: Document,
        diagnostics: Vec<Diagnostic>,
        prose: Option<String>,
    ) {
        let index = self.list.len();
        let mut anchors = HashMap::new();
        let mut identified = false;
        for (name, text, node) in identities(&document) {
            if name == "$id" {
                identified = true;
                let id = text.trim_end_matches('#').to_owned();
                let spot = Spot {
                    source: index,
                    node,
                };
                self.ids.entry(id).or_insert(spot);
            } else {
                anchors.entry(text.to_owned()).or_insert(node);
            }
        }
        if at != Location::Text {
            self.states.insert(at.clone(), State::Ready(index));
        }
        self.list.push(Source {
            at,
            document,
            diagnostics,
            prose,
            anchors,
            identified,
        });
    }

    /// Notes that a location is the document that was added last: a redirect led from one to the other.
    pub(super) fn also_at(&mut self, location: Location) {
        if let Some(last) = self.list.len().checked_sub(1) {
            self.states.insert(location, State::Ready(last));
        }
    }

    pub(super) fn ask(&mut self, location: Location) -> bool {
        let new = !self.states.contains_key(&location);
        if new {
            self.states.insert(location, State::Asked);
        }
        new
    }

    pub(super) fn refuse(&mut self, location: Location, reason: String) {
        self.states.insert(location, State::Refused(reason));
    }

    pub(super) fn is_asked(&self, location: &Location) -> bool {
        matches!(self.states.get(location), Some(State::Asked))
    }

    /// The root alone.
    pub(super) fn into_root(self) -> (Document, Vec<Diagnostic>) {
        match self.list.into_iter().next() {
            Some(root) => (root.document, root.diagnostics),
            None => Document::parse(""),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Source> {
        self.list.get(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    pub(super) fn node(&self, spot: Spot) -> Option<Node<'_>> {
        Some(self.list.get(spot.source)?.document.node(spot.node))
    }

    /// Where a reference that stands at a spot leads, through references to references. What leads back into the root
    /// stops there.
    pub(super) fn find(&self, from: Spot, reference: &str) -> Found {
        let mut hops = 0;
        let mut in_root = None;
        let mut found = self.step(from, reference, &mut hops);
        loop {
            let spot = match found {
                Found::At(spot) => spot,
                Found::Needs(location) => return Found::Needs(location),
                Found::Lost(reason) => return in_root.map_or(Found::Lost(reason), Found::At),
            };
            if spot.source == ROOT {
                in_root.get_or_insert(spot);
            }
            let next = self.node(spot).filter(|node| node.len() == 1);
            let Some(next) = next.and_then(reference_of) else {
                return Found::At(in_root.unwrap_or(spot));
            };
            hops += 1;
            if hops > MAX_CHAIN {
                return Found::Lost("it leads back to itself".to_owned());
            }
            found = self.step(spot, next, &mut hops);
        }
    }

    /// Where the text of a reference leads, not looking at what is there.
    fn step(&self, from: Spot, reference: &str, hops: &mut usize) -> Found {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let top = if path.is_empty() {
            Spot {
                source: from.source,
                node: self.resource(from),
            }
        } else if let Some(spot) = self.by_id(from, path) {
            spot
        } else {
            let Some(source) = self.list.get(from.source) else {
                return Found::Lost("it stands nowhere".to_owned());
            };
            let location = match source.at.join(path) {
                Ok(location) => location,
                Err(reason) => return Found::Lost(reason),
            };
            match self.states.get(&location) {
                None | Some(State::Asked) => return Found::Needs(location),
                Some(State::Refused(reason)) => return Found::Lost(reason.clone()),
                Some(State::Ready(source)) => Spot {
                    source: *source,
                    node: NodeId::ROOT,
                },
            }
        };
        let pointer = pointer::from_fragment(fragment);
        let Some(source) = self.list.get(top.source) else {
            return Found::Lost("it leads nowhere".to_owned());
        };
        if pointer.is_empty() {
            if source.document.root().kind() == Kind::Null && source.prose.is_none() {
                return Found::Lost(format!("{} is empty", source.at));
            }
            return Found::At(top);
        }
        if !pointer.starts_with('/') {
            return match source.anchors.get(&pointer) {
                Some(&node) => Found::At(Spot {
                    source: top.source,
                    node,
                }),
                None => Found::Lost(missing(source, fragment)),
            };
        }
        match self.walk(top, &pointer, hops) {
            // A pointer counts from the schema with an `$id`; most authors count from the top of the file.
            Found::Lost(reason) if top.node != NodeId::ROOT => {
                let whole = Spot {
                    node: NodeId::ROOT,
                    ..top
                };
                match self.walk(whole, &pointer, hops) {
                    Found::Lost(_) => Found::Lost(reason),
                    found => found,
                }
            }
            found => found,
        }
    }

    /// Follows a pointer, through the references on its way.
    fn walk(&self, from: Spot, pointer: &str, hops: &mut usize) -> Found {
        let mut spot = from;
        for step in pointer.split('/').skip(1) {
            let step = pointer::unescape(step);
            loop {
                let Some(node) = self.node(spot) else {
                    return Found::Lost("it leads nowhere".to_owned());
                };
                let inner = match node.kind() {
                    Kind::Sequence => step.parse().ok().and_then(|index| node.item(index)),
                    _ => node.get(&step),
                };
                if let Some(inner) = inner {
                    spot.node = inner.id();
                    break;
                }
                let Some(reference) = reference_of(node) else {
                    let lost = self.list.get(from.source);
                    return Found::Lost(
                        lost.map_or_else(String::new, |source| missing(source, pointer)),
                    );
                };
                *hops += 1;
                if *hops > MAX_CHAIN {
                    return Found::Lost("it leads back to itself".to_owned());
                }
                match self.step(spot, reference, hops) {
                    Found::At(next) => spot = next,
                    other => return other,
                }
            }
        }
        Found::At(spot)
    }

    /// The schema with an `$id` a spot stands in, or the whole document.
    fn resource(&self, spot: Spot) -> NodeId {
        let identified = self
            .list
            .get(spot.source)
            .is_some_and(|source| source.identified);
        let mut node = self.node(spot).filter(|_| identified);
        while let Some(inner) = node {
            if inner.get("$id").and_then(Node::as_str).is_some() {
                return inner.id();
            }
            node = inner.parent();
        }
        NodeId::ROOT
    }

    /// The schema whose `$id` a reference names, as it stands or relative to the `$id` around it.
    fn by_id(&self, from: Spot, path: &str) -> Option<Spot> {
        if self.ids.is_empty() {
            return None;
        }
        let around = self
            .node(Spot {
                node: self.resource(from),
                ..from
            })
            .and_then(|node| node.get("$id")?.as_str())
            .and_then(|id| Url::parse(id).ok());
        if let Some(url) = around.and_then(|base| base.join(path).ok())
            && let Some(spot) = self.ids.get(url.as_str())
        {
            return Some(*spot);
        }
        // A relative `$id` names something in its own document only.
        self.ids
            .get(path)
            .filter(|spot| spot.source == from.source || path.contains("://"))
            .copied()
    }
}

/// The text of a reference, when a node is one.
pub(super) fn reference_of(node: Node<'_>) -> Option<&str> {
    node.get("$ref")?.as_str()
}

fn missing(source: &Source, fragment: &str) -> String {
    format!("nothing is at '#{}' in {}", shorten(fragment), source.at)
}

/// Every `$id`, `$anchor` and `$dynamicAnchor` with the mapping it stands in.
fn identities(document: &Document) -> impl Iterator<Item = (&'static str, &str, NodeId)> {
    let names = ["$id", "$anchor", "$dynamicAnchor"];
    let tree = &document.tree;
    let known = names.iter().any(|name| tree.symbols.contains(*name));
    let cells = if known { tree.cells.len() } else { 0 };
    (0..cells).flat_map(move |index| {
        let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
        let mapping = matches!(tree.cell(id).shape, Shape::Mapping { .. });
        let node = document.node(id);
        names
            .into_iter()
            .filter(move |_| mapping)
            .filter_map(move |name| Some((name, node.get(name)?.as_str()?, id)))
    })
}
