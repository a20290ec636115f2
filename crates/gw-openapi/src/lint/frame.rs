//! The frame of a document: what stands at its top, and `info`.
//!
//! It refuses rules on what the frame holds.

use super::rules::Id;
use super::words::Word;
use super::{At, Lint, Said};
use crate::document::SpecVersion;
use crate::tree::Node;

impl<'d> Lint<'d> {
    pub(super) fn root(&mut self, root: Node<'d>) {
        if self.get(root, Word::Info).is_none() {
            self.check_names(None);
        }
        let others = [Word::Webhooks, Word::Components]
            .iter()
            .any(|word| self.get(root, *word).is_some());
        let optional = others && self.version >= SpecVersion::V3_1;
        if self.get(root, Word::Paths).is_none() && !optional {
            self.report(Id::Paths, At::Start, || {
                "The document has no 'paths'".to_owned()
            });
        }
        self.servers(root);
        self.tags(root);
    }

    pub(super) fn info(&mut self, info: Node<'d>) {
        self.check_names(Some(info));
        if self.get(info, Word::License).is_none() {
            self.report(Id::InfoLicense, At::Key(info), || {
                "The document names no licence".to_owned()
            });
        }
        if self.get(info, Word::Contact).is_none() {
            self.report(Id::InfoContact, At::Key(info), || {
                "The document names no contact".to_owned()
            });
        }
    }

    pub(super) fn license(&mut self, license: Node<'d>) {
        let has = |word: Word| {
            self.get(license, word)
                .and_then(Node::scalar_text)
                .is_some_and(|text| !text.is_empty())
        };
        let linked = has(Word::Url) || (self.is_new() && has(Word::Identifier));
        if !linked {
            self.report(Id::InfoLicenseLink, At::Key(license), || {
                "The licence has no link to its text".to_owned()
            });
        }
    }

    fn check_names(&mut self, info: Option<Node<'d>>) {
        let at = info.map_or(At::Start, At::Key);
        for (word, id) in [
            (Word::Title, Id::InfoTitle),
            (Word::Version, Id::InfoVersion),
        ] {
            let found = info.and_then(|info| self.get(info, word));
            let text = found.and_then(Node::scalar_text).map(str::trim);
            if text.is_none_or(str::is_empty) {
                self.report(id, found.map_or(at, At::Key), || {
                    Said::from(format!("The document has no 'info.{}'", word.text()))
                });
            }
        }
    }
}
