//! Components: their names, and whether anything refers to them.
//!
//! It refuses to call a schema unused that others are told apart by.

use super::rules::Id;
use super::words::Word;
use super::{At, Lint};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::{Key, Node};

/// Groups of components, with what one of them is called.
const GROUPS: [(Word, &str); 11] = [
    (Word::Schemas, "schema"),
    (Word::Responses, "answer"),
    (Word::Parameters, "parameter"),
    (Word::Examples, "example"),
    (Word::RequestBodies, "request body"),
    (Word::Headers, "header"),
    (Word::SecuritySchemes, "security scheme"),
    (Word::Links, "link"),
    (Word::Callbacks, "callback"),
    (Word::PathItems, "path"),
    (Word::MediaTypes, "media type"),
];
const OLD_GROUPS: [(Word, &str); 4] = [
    (Word::Definitions, "schema"),
    (Word::Responses, "answer"),
    (Word::Parameters, "parameter"),
    (Word::SecurityDefinitions, "security scheme"),
];

impl<'d> Lint<'d> {
    /// All components, after the whole document was walked.
    pub(super) fn components(&mut self, root: Node<'d>) {
        let (holder, groups): (_, &[(Word, &str)]) = if self.version == SpecVersion::V2 {
            (Some(root), &OLD_GROUPS)
        } else {
            (self.get(root, Word::Components), &GROUPS)
        };
        let Some(holder) = holder else { return };
        for &(word, what) in groups {
            let group = self.get(holder, word);
            for (name, component) in group.into_iter().flat_map(Node::entries) {
                self.component(word, what, name, component);
            }
        }
    }

    fn component(&mut self, group: Word, what: &str, name: Key<'d>, component: Node<'d>) {
        let at = At::Offset(name.start, component);
        let plain = !name.text.is_empty()
            && name
                .text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        if !plain {
            self.report(Id::ComponentName, at, || {
                format!("'{}' is no name for a component", shorten(name.text))
            });
        }
        let used = if matches!(group, Word::SecuritySchemes | Word::SecurityDefinitions) {
            self.used_schemes.contains(name.text)
        } else {
            self.references.is_used(component.id) || self.is_told_apart(component)
        };
        if !used {
            self.report(Id::ComponentUnused, at, || {
                format!("Nothing refers to the {what} '{}'", shorten(name.text))
            });
        }
    }

    /// Whether a schema extends one with a discriminator, so that values of it can come although nothing names it.
    fn is_told_apart(&mut self, schema: Node<'d>) -> bool {
        let Some(members) = self.get(schema, Word::AllOf) else {
            return false;
        };
        members.items().any(|member| {
            self.resolve(member)
                .is_some_and(|base| self.get(base, Word::Discriminator).is_some())
        })
    }
}
