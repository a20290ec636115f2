//! Where every `$ref` leads: each target is looked up once, however often it is named.
//!
//! It refuses to fetch what a reference names outside the document.

use std::collections::HashMap;

use gw_model::Severity;

use super::rules::Id;
use super::shapes::Object;
use super::walk::capital;
use super::words::Word;
use super::{At, Lint, Said};
use crate::document::Document;
use crate::finding::shorten;
use crate::refs::RefTrouble;
use crate::tree::{Kind, Node, NodeId};

/// Longest path of keys and items followed in a part of the document OpenAPI does not know.
const MAX_LOOSE: usize = 60;

pub(super) struct References<'d> {
    known: HashMap<&'d str, Known>,
    /// For every node the object it was visited as, plus one.
    kinds: Vec<u8>,
    used: Vec<bool>,
    /// What references lead to, what must be there, and who says so.
    expected: Vec<(NodeId, Object, NodeId)>,
    next: usize,
}

struct Known {
    target: Result<NodeId, RefTrouble>,
    /// Objects it has to be, one bit each.
    seen: u64,
}

impl<'d> References<'d> {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            known: HashMap::new(),
            kinds: vec![0; nodes],
            used: vec![false; nodes],
            expected: Vec::new(),
            next: 0,
        }
    }

    /// `false` when the node was visited before.
    pub(super) fn visit(&mut self, id: NodeId, object: Object) -> bool {
        match self.kinds.get_mut(id.index()) {
            Some(kind) if *kind == 0 => {
                *kind = object as u8 + 1;
                true
            }
            _ => false,
        }
    }

    /// What a node was visited as.
    pub(super) fn kind(&self, id: NodeId) -> Option<Object> {
        let kind = self.kinds.get(id.index())?.checked_sub(1)?;
        Object::numbered(kind)
    }

    pub(super) fn is_used(&self, id: NodeId) -> bool {
        self.used.get(id.index()).copied().unwrap_or_default()
    }

    pub(super) fn mark_used(&mut self, id: NodeId) {
        if let Some(used) = self.used.get_mut(id.index()) {
            *used = true;
        }
    }

    pub(super) fn next_expected(&mut self) -> Option<(NodeId, Object, NodeId)> {
        let next = self.expected.get(self.next).copied();
        self.next += 1;
        next
    }

    fn look_up(&mut self, document: &'d Document, target: &'d str) -> &mut Known {
        let used = &mut self.used;
        self.known.entry(target).or_insert_with(|| {
            // The first step counts as used even when it is a reference itself.
            let target = document.follow(target).and_then(|first| {
                if let Some(used) = used.get_mut(first.id.index()) {
                    *used = true;
                }
                document.resolve(first).map(Node::id)
            });
            Known { target, seen: 0 }
        })
    }
}

impl<'d> Lint<'d> {
    /// Where the key of a reference stands, and what it names.
    pub(super) fn reference_of(&self, node: Node<'d>) -> Option<((u32, Node<'d>), &'d str)> {
        let symbol = self.symbols.get(Word::Ref as usize).copied().flatten()?;
        let (key, value) = node.by_symbol(symbol)?;
        Some(((key.start, value), value.as_str()?))
    }

    /// The node a reference stands for, or the node itself; `None` when it leads nowhere.
    pub(super) fn resolve(&mut self, node: Node<'d>) -> Option<Node<'d>> {
        match self.reference_of(node) {
            None => Some(node),
            Some((_, target)) => {
                let known = self.references.look_up(self.document, target);
                let id = known.target.as_ref().ok().copied()?;
                Some(self.node(id))
            }
        }
    }

    /// A reference where `object` must be.
    pub(super) fn reference(
        &mut self,
        object: Object,
        node: Node<'d>,
        key: (u32, Node<'d>),
        target: &'d str,
    ) {
        let at = At::Offset(key.0, key.1);
        if !object.shape().referable {
            self.report(Id::RefStrict, at, || {
                format!("{} cannot be a reference", capital(object.shape().name))
            });
        }
        let known = self.references.look_up(self.document, target);
        match &known.target {
            Ok(id) => {
                let bit = 1_u64 << (object as u8);
                if known.seen & bit == 0 {
                    known.seen |= bit;
                    let id = *id;
                    self.references.expected.push((id, object, node.id));
                }
            }
            Err(trouble) => {
                let trouble = trouble.clone();
                self.troubled(at, &trouble, None);
            }
        }
    }

    fn troubled(&mut self, at: At<'d>, trouble: &RefTrouble, severity: Option<Severity>) {
        let (id, target, what) = match trouble {
            RefTrouble::External(target) => (Id::RefExternal, target, "leads out of this document"),
            RefTrouble::Missing(target) => (Id::RefUnresolved, target, "leads nowhere"),
            RefTrouble::Circular(target) => (Id::RefCircular, target, "leads back to itself"),
        };
        self.report(id, at, || Said {
            severity,
            ..Said::from(format!("The reference '{}' {what}", shorten(target)))
        });
    }

    /// A reference that leads to an object of another kind.
    pub(super) fn wrong_reference(&mut self, user: NodeId, found: Object, wanted: Object) {
        let node = self.node(user);
        if wanted == Object::Parameter {
            self.unreadable_parameter(node);
            return;
        }
        let Some(((start, value), target)) = self.reference_of(node) else {
            return;
        };
        self.report(Id::RefKind, At::Offset(start, value), || {
            format!(
                "The reference '{}' leads to {}, and {} must be here",
                shorten(target),
                found.shape().name,
                wanted.shape().name
            )
        });
    }

    /// What stands beside a reference and is hidden by it.
    pub(super) fn check_siblings(&mut self, object: Object, node: Node<'d>) {
        if node.len() < 2 || !self.is_on(Id::RefSiblings) {
            return;
        }
        let new = self.is_new();
        for (key, value) in node.entries() {
            let told = match key.text {
                "$ref" => false,
                "summary" | "description" => !new,
                _ => true,
            };
            if told {
                self.report(Id::RefSiblings, At::Offset(key.start, value), || {
                    format!(
                        "'{}' beside a reference to {} is left out",
                        shorten(key.text),
                        object.shape().name
                    )
                });
            }
        }
    }

    /// The schemas a discriminator's values stand for.
    pub(super) fn mapping(&mut self, mapping: Node<'d>) {
        for (key, value) in mapping.entries() {
            let at = At::Offset(key.start, value);
            let Some(text) = value.as_str() else {
                self.report(Id::FieldType, at, || {
                    format!("'{}' of a mapping must be text", shorten(key.text))
                });
                continue;
            };
            self.mapped(text, at);
        }
    }

    /// A schema named by a reference or, among the components, by its name.
    pub(super) fn mapped(&mut self, text: &'d str, at: At<'d>) -> Option<Node<'d>> {
        let root = self.document.root();
        let schemas = self
            .get(root, Word::Components)
            .and_then(|components| self.get(components, Word::Schemas));
        if let Some(named) = schemas.and_then(|schemas| schemas.get(text)) {
            self.references.mark_used(named.id);
            return self.resolve(named);
        }
        let known = self.references.look_up(self.document, text);
        match known.target.clone() {
            Ok(id) => Some(self.node(id)),
            Err(RefTrouble::External(_)) => None,
            Err(trouble) => {
                self.troubled(at, &trouble, Some(Severity::Warning));
                None
            }
        }
    }

    /// References in a part of the document that OpenAPI does not know.
    pub(super) fn loose_references(&mut self, node: Node<'d>) {
        self.loose(node, MAX_LOOSE);
    }

    fn loose(&mut self, node: Node<'d>, deep: usize) {
        let Some(deep) = deep.checked_sub(1) else {
            return;
        };
        match node.kind() {
            Kind::Sequence => node.items().for_each(|item| self.loose(item, deep)),
            Kind::Mapping => {
                if let Some((key, target)) = self.reference_of(node) {
                    let known = self.references.look_up(self.document, target);
                    if let Err(trouble) = known.target.clone() {
                        self.troubled(At::Offset(key.0, key.1), &trouble, None);
                    }
                }
                for (key, value) in node.entries() {
                    let data = matches!(key.text, "example" | "examples" | "default" | "enum");
                    if !data && !key.text.starts_with("x-") {
                        self.loose(value, deep);
                    }
                }
            }
            _ => {}
        }
    }
}
