//! Tags: what is declared, and what operations use.
//!
//! It refuses to sort operations by them.

use std::collections::HashMap;

use super::rules::Id;
use super::words::Word;
use super::{At, Lint};
use crate::finding::shorten;
use crate::tree::Node;

impl<'d> Lint<'d> {
    pub(super) fn tag(&mut self, tag: Node<'d>) {
        let described = self
            .text(tag, Word::Description)
            .is_some_and(|text| !text.is_empty());
        if !described {
            let name = self.text(tag, Word::Name).unwrap_or_default();
            self.report(Id::TagDescription, At::Node(tag), || {
                format!("The tag '{}' has no description", shorten(name))
            });
        }
    }

    /// The list of tags as a whole.
    pub(super) fn tags(&mut self, root: Node<'d>) {
        let Some(list) = self.get(root, Word::Tags) else {
            return;
        };
        let mut parents: HashMap<&'d str, Option<&'d str>> = HashMap::new();
        let mut before: Option<&'d str> = None;
        for tag in list.items() {
            let Some(name) = self.text(tag, Word::Name) else {
                continue;
            };
            let parent = self.text(tag, Word::Parent);
            if parents.insert(name, parent).is_some() {
                self.report(Id::TagDuplicate, At::Node(tag), || {
                    format!("The tag '{}' is declared twice", shorten(name))
                });
            }
            if before.is_some_and(|before| before.to_lowercase() > name.to_lowercase()) {
                self.report(Id::TagOrder, At::Node(tag), || {
                    format!(
                        "The tag '{}' stands behind one that follows it",
                        shorten(name)
                    )
                });
            }
            before = Some(name);
        }
        if !self.is_on(Id::TagParent) {
            return;
        }
        for tag in list.items() {
            let Some(node) = self.get(tag, Word::Parent) else {
                continue;
            };
            let mut parent = node.as_str();
            if parent.is_some_and(|parent| !parents.contains_key(parent)) {
                let name = parent.unwrap_or_default();
                self.report(Id::TagParent, At::Key(node), || {
                    format!("The parent '{}' is not declared", shorten(name))
                });
                continue;
            }
            let name = self.text(tag, Word::Name);
            for _ in 0..parents.len() {
                if parent.is_none() || parent == name {
                    break;
                }
                parent = parent.and_then(|parent| parents.get(parent).copied().flatten());
            }
            if parent.is_some() {
                self.report(Id::TagParent, At::Key(node), || {
                    "The parents of this tag go round in a circle".to_owned()
                });
            }
        }
    }

    /// The tags an operation has.
    pub(super) fn tags_of(&mut self, operation: Node<'d>) {
        let Some(list) = self.get(operation, Word::Tags) else {
            return;
        };
        if list.len() > 1 {
            self.report(Id::OperationSingleTag, At::Key(list), || {
                format!("This operation has {} tags", list.len())
            });
        }
        if !self.is_on(Id::TagUndefined) {
            return;
        }
        let declared = self.get(self.document.root(), Word::Tags);
        for tag in list.items() {
            let Some(name) = tag.as_str() else { continue };
            let known = declared
                .into_iter()
                .flat_map(Node::items)
                .any(|declared| self.text(declared, Word::Name) == Some(name));
            if !known {
                self.report(Id::TagUndefined, At::Node(tag), || {
                    format!("The tag '{}' is not declared", shorten(name))
                });
            }
        }
    }
}
