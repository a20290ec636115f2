//! Operations: those of paths with their path at hand, and all others as they stand.
//!
//! It refuses matters of taste as warnings: what only helps readers is good to know.

use std::collections::{HashMap, HashSet};

use gw_model::HttpMethod;

use super::rules::Id;
use super::words::Word;
use super::{At, Lint, Said};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::{Entry, Node, NodeId};

/// One operation of a path.
#[derive(Clone, Copy)]
pub(super) struct Operation<'d> {
    pub(super) method: HttpMethod,
    pub(super) path: &'d str,
    /// Where the method's key stands.
    pub(super) at: u32,
    pub(super) node: Node<'d>,
    /// The path item, references resolved.
    pub(super) item: Node<'d>,
}

impl<'d> Operation<'d> {
    /// As `GET /pets`.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn place(&self) -> At<'d> {
        At::Offset(self.at, self.node)
    }
}

/// Operations met so far.
#[derive(Default)]
pub(super) struct Seen<'d> {
    ids: HashMap<&'d str, First<'d>>,
    /// Operations that were reached by a path.
    of_paths: HashSet<NodeId>,
    /// Operations wherever they stand; those no path reaches give their ids last.
    met: Vec<Node<'d>>,
    /// Security of operations below `/admin`, and of the others.
    pub(super) admin: Vec<Node<'d>>,
    pub(super) public: Vec<Node<'d>>,
}

#[derive(Clone, Copy)]
struct First<'d> {
    node: NodeId,
    of_path: Option<(HttpMethod, &'d str)>,
}

/// The method a key of a path item stands for.
pub(super) fn method_of(word: Word) -> Option<HttpMethod> {
    Some(match word {
        Word::Get => HttpMethod::Get,
        Word::Put => HttpMethod::Put,
        Word::Post => HttpMethod::Post,
        Word::Delete => HttpMethod::Delete,
        Word::Options => HttpMethod::Options,
        Word::Head => HttpMethod::Head,
        Word::Patch => HttpMethod::Patch,
        Word::Trace => HttpMethod::Trace,
        Word::AnyMethod => HttpMethod::Any,
        _ => return None,
    })
}

impl<'d> Lint<'d> {
    /// The operations of a path; `item` with references resolved.
    pub(super) fn operations_of(&mut self, path: &'d str, item: Node<'d>) {
        let tree = self.tree;
        for entry in self.entries(item) {
            let word = self.words.get(entry.key.0 as usize).copied();
            let Some(method) = word.and_then(method_of) else {
                continue;
            };
            let node = Node::new(tree, entry.value);
            if !node.is_mapping() {
                continue;
            }
            let operation = Operation {
                method,
                path,
                at: entry.key_start,
                node,
                item,
            };
            self.operations.of_paths.insert(node.id);
            self.operation_id(node, Some((method, path)));
            self.parameters_of(&operation);
            self.responses_of(&operation);
            self.body_of(&operation);
            self.protection_of(&operation);
        }
    }

    /// Ids of operations that no path reaches, as those of webhooks.
    pub(super) fn other_operation_ids(&mut self) {
        for node in std::mem::take(&mut self.operations.met) {
            if !self.operations.of_paths.contains(&node.id) {
                self.operation_id(node, None);
            }
        }
    }

    /// Any operation, of a path or not.
    pub(super) fn operation_anywhere(&mut self, node: Node<'d>) {
        self.operations.met.push(node);
        match self.get(node, Word::OperationId) {
            None => self.report(Id::OperationIdMissing, At::Key(node), || {
                "This operation has no operationId".to_owned()
            }),
            Some(id) => {
                let text = id.scalar_text().unwrap_or_default();
                if !text.bytes().all(may_stand_in_urls) {
                    self.report(Id::OperationIdCharacters, At::Key(id), || {
                        format!("The operationId '{}' cannot stand in a URL", shorten(text))
                    });
                }
            }
        }
        let empty = |text: Option<&str>| text.is_none_or(str::is_empty);
        if empty(self.text(node, Word::Summary)) {
            self.report(Id::OperationSummary, At::Key(node), || {
                "This operation has no summary".to_owned()
            });
        }
        if empty(self.text(node, Word::Description)) {
            self.report(Id::OperationDescription, At::Key(node), || {
                "This operation has no description".to_owned()
            });
        }
        self.tags_of(node);
    }

    fn operation_id(&mut self, node: Node<'d>, of_path: Option<(HttpMethod, &'d str)>) {
        let Some(id) = self.get(node, Word::OperationId) else {
            return;
        };
        let text = id.scalar_text().unwrap_or_default();
        let mine = First {
            node: node.id,
            of_path,
        };
        let first = *self.operations.ids.entry(text).or_insert(mine);
        if first.node == node.id && (first.of_path == of_path || of_path.is_none()) {
            return;
        }
        if first.node == node.id && first.of_path.is_none() {
            // It was met among the components before the path that refers to it.
            self.operations.ids.insert(text, mine);
            return;
        }
        self.report(Id::OperationId, At::Key(id), || {
            let whose = match first.of_path {
                Some((method, path)) => format!("{method} {}", shorten(path)),
                None => "another operation".to_owned(),
            };
            format!(
                "The operationId '{}' is that of {whose} already",
                shorten(text)
            )
        });
    }

    fn body_of(&mut self, operation: &Operation<'d>) {
        let bodiless = matches!(
            operation.method,
            HttpMethod::Get | HttpMethod::Head | HttpMethod::Delete
        );
        if let Some(body) = self
            .get(operation.node, Word::RequestBody)
            .filter(|_| bodiless)
        {
            self.report(Id::BodyOnGet, At::Key(body), || {
                format!("{} takes a body", operation.name())
            });
        }
    }

    /// A key of a path item that is no field; `false` when that is told already.
    pub(super) fn unknown_of_path(&mut self, word: Word, key: &str, at: At<'d>) -> bool {
        if matches!(word, Word::Query | Word::AdditionalOperations) {
            return false;
        }
        // Fields only other versions have are no methods.
        if matches!(word, Word::Summary | Word::Description | Word::Servers) {
            return true;
        }
        self.report(Id::UnknownMethod, at, || {
            let lower = key.to_ascii_lowercase();
            let meant = HttpMethod::ALL
                .into_iter()
                .any(|method| method.document_key() == lower);
            let said = Said::from(format!(
                "'{}' is neither a method nor anything else a path can have",
                shorten(key)
            ));
            if meant {
                said.fix(format!("Write '{lower}'."))
            } else {
                said
            }
        });
        false
    }

    /// Methods that only 3.2 knows.
    pub(super) fn path_item(&mut self, item: Node<'d>) {
        for word in [Word::Query, Word::AdditionalOperations] {
            if let Some(value) = self.get(item, word) {
                self.report(Id::UnknownMethod, At::Key(value), || {
                    Said::from(format!(
                        "'{}' holds methods that gateways do not serve",
                        word.text()
                    ))
                    .severity(gw_model::Severity::Warning)
                    .why("Only GET, PUT, POST, DELETE, OPTIONS, HEAD, PATCH and TRACE are read.")
                    .fix("Offer the operation under POST too.")
                });
            }
        }
    }

    pub(super) fn needs_responses(&self) -> bool {
        self.version < SpecVersion::V3_1
    }

    /// The key of an entry.
    pub(super) fn key_of(&self, entry: &Entry) -> &'d str {
        self.tree.symbol(entry.key)
    }
}

fn may_stand_in_urls(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte)
}
