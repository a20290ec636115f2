//! `$ref`s within a document.
//!
//! It refuses to follow one out of the document, and to follow a circle.

use crate::document::Document;
use crate::pointer;
use crate::tree::Node;

/// Longest chain of `$ref`s to `$ref`s followed.
const MAX_CHAIN: usize = 100;

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
        let mut node = node;
        let mut first = None;
        for _ in 0..MAX_CHAIN {
            let Some(target) = node.get("$ref").and_then(Node::as_str) else {
                return Ok(node);
            };
            first.get_or_insert(target);
            node = self.follow(target)?;
        }
        Err(RefTrouble::Circular(first.unwrap_or_default().to_owned()))
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
