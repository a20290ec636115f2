//! `$ref`s within a document.
//!
//! It refuses to follow one out of the document, and to follow a circle.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::document::Document;
use crate::pointer;
use crate::tree::{Node, NodeId};

/// Where references end that were followed once: following each again, or each link of a long chain for everyone who
/// begins it, would take longer than reading the document.
#[derive(Debug, Default)]
pub(crate) struct Ends(Mutex<HashMap<NodeId, End>>);

#[derive(Clone, Copy, Debug)]
enum End {
    At(NodeId),
    /// The node whose own reference leads nowhere.
    Nowhere(NodeId),
    Circle,
}

/// Why a `$ref` leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefTrouble {
    /// It names another file or address.
    #[error("'{0}' is in another file or at an address, and only this document is read")]
    External(String),
    /// Nothing is at that place.
    #[error("nothing in this document is at '{0}'")]
    Missing(String),
    /// It leads back to itself.
    #[error("'{0}' leads back to itself")]
    Circular(String),
}

impl Document {
    /// The node a `$ref` stands for, through chains of them; a node without `$ref` stands for itself.
    pub fn resolve<'d>(&'d self, node: Node<'d>) -> Result<Node<'d>, RefTrouble> {
        let Some(first) = target_of(node) else {
            return Ok(node);
        };
        match self.end_of(node) {
            End::At(id) => Ok(self.node(id)),
            End::Nowhere(id) => self.follow(target_of(self.node(id)).unwrap_or(first)),
            End::Circle => Err(RefTrouble::Circular(first.to_owned())),
        }
    }

    fn end_of<'d>(&'d self, node: Node<'d>) -> End {
        let mut known = self.ends.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut way = Vec::new();
        let mut at = node;
        let end = loop {
            if let Some(end) = known.get(&at.id()) {
                break *end;
            }
            let Some(target) = target_of(at) else {
                break End::At(at.id());
            };
            // Met again before its end is known, it is in a circle.
            known.insert(at.id(), End::Circle);
            way.push(at.id());
            match self.follow(target) {
                Ok(next) => at = next,
                Err(_) => break End::Nowhere(at.id()),
            }
        };
        known.extend(way.into_iter().map(|id| (id, end)));
        end
    }

    /// The node at a reference like `#/components/schemas/Pet`.
    pub fn follow(&self, reference: &str) -> Result<Node<'_>, RefTrouble> {
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(RefTrouble::External(reference.to_owned()));
        };
        let missing = || RefTrouble::Missing(reference.to_owned());
        let pointer = pointer::from_fragment(fragment);
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return self.anchored(&pointer).ok_or_else(missing);
        }
        self.at(&pointer).ok_or_else(missing)
    }

    /// A schema by its `$anchor` (3.1), looked for among the named schemas only.
    fn anchored(&self, name: &str) -> Option<Node<'_>> {
        let schemas = self.at("/components/schemas")?;
        schemas
            .entries()
            .map(|(_, schema)| schema)
            .find(|schema| schema.get("$anchor").and_then(Node::as_str) == Some(name))
    }
}

fn target_of(node: Node<'_>) -> Option<&str> {
    node.get("$ref").and_then(Node::as_str)
}
