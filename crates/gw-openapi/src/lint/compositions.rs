//! `allOf`, `anyOf` and `oneOf` that compose nothing, or leave open which member counts.
//!
//! It refuses to prove that members exclude each other: it tells only where they plainly do not.

use super::conform::equal;
use super::rules::Id;
use super::walk::Slots;
use super::words::Word;
use super::{At, Lint};
use crate::finding::shorten;
use crate::tree::{Kind, Node};

/// Members compared with each other.
const MOST_COMPARED: usize = 40;

impl<'d> Lint<'d> {
    pub(super) fn compositions(&mut self, schema: Node<'d>, slots: &Slots) {
        if !self.is_on(Id::SchemaComposition) {
            return;
        }
        for word in [Word::AllOf, Word::AnyOf, Word::OneOf] {
            let Some(id) = slots.id(word) else { continue };
            let members = self.node(id);
            if members.kind() != Kind::Sequence {
                continue;
            }
            let told_apart = slots.id(Word::Discriminator).is_some();
            let few = match word {
                // A reference with words beside it is written as an `allOf` of one.
                Word::AllOf => members.is_empty() || (members.len() == 1 && schema.len() == 1),
                _ => members.len() < 2 && !told_apart,
            };
            if few {
                self.report(Id::SchemaComposition, At::Key(members), || {
                    format!("'{}' composes {} alone", word.text(), count(members.len()))
                });
            }
            self.members(word, members);
            if word == Word::OneOf && !told_apart {
                self.overlapping_members(members);
            }
        }
    }

    fn members(&mut self, word: Word, members: Node<'d>) {
        for (at, member) in members.items().enumerate() {
            if member.is_mapping() && member.is_empty() {
                self.report(Id::SchemaComposition, At::Node(member), || {
                    format!("This member of '{}' takes everything", word.text())
                });
                continue;
            }
            if at == 0 || at >= MOST_COMPARED {
                continue;
            }
            let twin = members.items().take(at).position(|other| {
                let mut steps = 100;
                equal(member, other, &mut steps)
            });
            if let Some(twin) = twin {
                self.report(Id::SchemaComposition, At::Node(member), || {
                    format!(
                        "This member of '{}' is the same as member {}",
                        word.text(),
                        twin + 1
                    )
                });
            }
        }
    }

    /// Members of a `oneOf` that plainly take the same values: of one plain type, and nothing said beside it.
    fn overlapping_members(&mut self, members: Node<'d>) {
        let mut plain: Vec<(&'d str, usize, Node<'d>)> = Vec::new();
        for (at, member) in members.items().enumerate().take(MOST_COMPARED) {
            let Some(schema) = self.resolve(member) else {
                continue;
            };
            let Some(kind) = self.text(schema, Word::Type) else {
                continue;
            };
            // 'title' and 'description' say nothing about values.
            let open = kind != "object"
                && kind != "array"
                && schema.entries().all(|(key, _)| {
                    matches!(
                        key.text,
                        "type" | "title" | "description" | "example" | "examples" | "default"
                    )
                });
            if !open {
                continue;
            }
            if let Some((_, first, other)) = plain.iter().find(|(other, ..)| *other == kind) {
                let same = other.id == schema.id;
                let first = *first;
                if !same {
                    self.report(Id::SchemaComposition, At::Node(member), || {
                        format!(
                            "This member of 'oneOf' takes every value of the type '{}', and so does member {}",
                            shorten(kind),
                            first + 1
                        )
                    });
                }
            } else {
                plain.push((kind, at, schema));
            }
        }
    }
}

fn count(members: usize) -> &'static str {
    if members == 0 {
        "nothing"
    } else {
        "one schema"
    }
}
