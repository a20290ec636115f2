//! The document: its text to the byte, its tree, and ways between text, tree and JSON pointers.
//!
//! It refuses to fail: whatever the text, there is a document, and diagnostics say what is wrong with it. It refuses to
//! read other files or addresses.

use std::sync::{Arc, OnceLock};

use gw_model::{Diagnostic, Place, Severity};
use serde_json::{Map, Value};

use crate::builder::{Builder, start_of_document};
use crate::finding;
use crate::json;
use crate::operation::Operation;
use crate::pointer;
use crate::refs::Ends;
use crate::scalar;
use crate::tree::{Kind, Node, NodeId, Tree};
use crate::yaml;

/// Longest text read, in bytes; the largest public document known has 47 MB.
pub const MAX_TEXT: usize = 96 * 1024 * 1024;
/// Most copied by [`Document::to_value`]: a node counts one, and one more for every 64 bytes of its text
/// and of its keys.
const MAX_COPIED: usize = 12_000_000;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// Which OpenAPI a document speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecVersion {
    /// Swagger 2.0.
    V2,
    /// 3.0.x
    V3_0,
    /// 3.1.x
    V3_1,
    /// 3.2.x
    V3_2,
}

/// An OpenAPI document.
///
/// Invariant: [`Document::text`] is byte for byte the text it was parsed from.
#[derive(Debug)]
pub struct Document {
    pub(crate) tree: Tree,
    format: Format,
    sound: bool,
    version: Option<SpecVersion>,
    pub(crate) ends: Ends,
    /// Read when they are first asked for, with whether they are all.
    pub(crate) operations: OnceLock<(Vec<Operation>, bool)>,
}

impl Document {
    /// Reads JSON or YAML. A text that starts like a JSON object or array is JSON, strictly; anything else is YAML.
    pub fn parse(text: &str) -> (Self, Vec<Diagnostic>) {
        Self::parse_as(text, format_of(text))
    }

    /// Reads text that is known to be in a format.
    pub fn parse_as(text: &str, format: Format) -> (Self, Vec<Diagnostic>) {
        let text: Arc<str> = Arc::from(text);
        if text.len() > MAX_TEXT {
            return Self::refused(
                text,
                &format!("it is larger than {} MB", MAX_TEXT / 1024 / 1024),
            );
        }
        let mut builder = Builder::new(Arc::clone(&text));
        let outcome = match format {
            Format::Json => json::read(&text, &mut builder),
            Format::Yaml => yaml::read(&text, &mut builder),
        };
        let sound = outcome.is_ok();
        builder.end(outcome, text.len());
        let (tree, mut diagnostics) = builder.finish();
        let mut document = Self {
            tree,
            format,
            sound,
            version: None,
            ends: Ends::default(),
            operations: OnceLock::new(),
        };
        document.version = document.find_version(&mut diagnostics);
        (document, diagnostics)
    }

    /// Reads bytes: UTF-8 with or without a byte order mark, or UTF-16 with one. Bytes that are neither are told with
    /// their place and replaced.
    pub fn parse_bytes(bytes: &[u8]) -> (Self, Vec<Diagnostic>) {
        let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
            let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect::<String>()
        };
        match bytes {
            [0xFF, 0xFE, rest @ ..] => return Self::parse(&wide(rest, u16::from_le_bytes)),
            [0xFE, 0xFF, rest @ ..] => return Self::parse(&wide(rest, u16::from_be_bytes)),
            _ => {}
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(error) => {
                let (document, mut diagnostics) = Self::parse(&String::from_utf8_lossy(bytes));
                let place = document.tree.place_at(error.valid_up_to(), String::new());
                let message = "The text is not UTF-8 from here on".to_owned();
                let why = "OpenAPI documents are UTF-8; the bytes that are not were replaced.";
                let fix = "Save the file as UTF-8.";
                diagnostics.insert(
                    0,
                    finding::new("doc-malformed", Severity::Error, place, message, why, fix),
                );
                (
                    Self {
                        sound: false,
                        ..document
                    },
                    diagnostics,
                )
            }
        }
    }

    /// The text, byte for byte as it was parsed.
    pub fn text(&self) -> &str {
        &self.tree.text
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether the whole text could be read; if not, the tree holds what came before the place that could not.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Which OpenAPI it speaks; `None` when it is no OpenAPI document that can be read.
    pub fn version(&self) -> Option<SpecVersion> {
        self.version
    }

    /// The outermost node.
    pub fn root(&self) -> Node<'_> {
        self.node(NodeId::ROOT)
    }

    /// A node by its id.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(&self.tree, id)
    }

    /// The node at a JSON pointer (RFC 6901); aliases are followed, `$ref`s are not.
    pub fn at(&self, pointer: &str) -> Option<Node<'_>> {
        let mut node = self.root();
        if pointer.is_empty() {
            return Some(node);
        }
        for step in pointer.strip_prefix('/')?.split('/') {
            let step = pointer::unescape(step);
            node = match node.kind() {
                Kind::Mapping => node.get(&step)?,
                Kind::Sequence => node.item(step.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// Where a JSON pointer leads in the text.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        let mut place = self.at(pointer)?.key_place();
        pointer.clone_into(&mut place.pointer);
        Some(place)
    }

    /// The JSON pointer of the innermost node at a line and column, both counted from 1. On a key it is the key's value.
    pub fn pointer_at(&self, line: u32, column: u32) -> Option<String> {
        let offset = self.tree.lines().offset(self.text(), line, column)?;
        let mut id = NodeId::ROOT;
        loop {
            let node = Node {
                tree: &self.tree,
                id,
            };
            let by_key = node.entries().find(|(key, value)| {
                let own = self.tree.cell(value.id).parent == id;
                let end = if own {
                    value.span().end.max(key.span().end)
                } else {
                    key.span().end
                };
                (key.span().start..=end).contains(&offset)
            });
            let inner = match by_key {
                Some((_, value)) => Some(value),
                None => node.items().find(|item| {
                    let span = item.span();
                    (span.start..=span.end).contains(&offset)
                }),
            };
            match inner {
                Some(value) if self.tree.cell(value.id).parent == id => id = value.id,
                Some(value) => return Some(value.pointer()),
                None => return Some(node.pointer()),
            }
        }
    }

    /// A copy of a node as plain JSON. What goes beyond the bounds of a copy is null.
    pub fn to_value(&self, node: Node<'_>) -> Value {
        let mut budget = MAX_COPIED;
        copy(node, &mut budget)
    }

    /// Forgets what was learnt of a tree that is another now.
    pub(crate) fn forget(&mut self) {
        self.tree.lines = OnceLock::new();
        self.ends = Ends::default();
        self.operations = OnceLock::new();
    }

    fn refused(text: Arc<str>, why: &str) -> (Self, Vec<Diagnostic>) {
        let (tree, _) = Builder::new(text).finish();
        let finding = finding::new(
            "doc-hostile",
            Severity::Error,
            start_of_document(),
            format!("The document cannot be read: {why}"),
            "No gateway takes such a document.",
            "Split the document.",
        );
        (
            Self {
                tree,
                format: Format::Yaml,
                sound: false,
                version: None,
                ends: Ends::default(),
                operations: OnceLock::new(),
            },
            vec![finding],
        )
    }

    fn find_version(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<SpecVersion> {
        let root = self.root();
        let mut error = |rule: &str, place, message: String, why: &str, fix: &str| {
            diagnostics.push(finding::new(
                rule,
                Severity::Error,
                place,
                message,
                why,
                fix,
            ));
        };
        if root.kind() == Kind::Null {
            if self.sound {
                let fix = "Choose another file, or start an API from scratch.";
                error(
                    "doc-empty",
                    start_of_document(),
                    "The document is empty".to_owned(),
                    "",
                    fix,
                );
            }
            return None;
        }
        let found = root
            .get("openapi")
            .map(|node| (node, "openapi"))
            .or_else(|| root.get("swagger").map(|node| (node, "swagger")));
        let Some((node, key)) = found else {
            if self.sound {
                error(
                    "doc-unsupported",
                    start_of_document(),
                    "This is not an OpenAPI document: it has neither 'openapi' nor 'swagger' at its top level".to_owned(),
                    "That line says by which rules the document is read.",
                    "Add 'openapi: 3.0.3' if it is one, or choose another file.",
                );
            }
            return None;
        };
        let text = node.scalar_text().unwrap_or_default();
        let family = |prefix: &str| {
            text == prefix
                || text
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        let version = match key {
            "swagger" if family("2.0") || text == "2" => Some(SpecVersion::V2),
            "openapi" if family("3.0") => Some(SpecVersion::V3_0),
            "openapi" if family("3.1") => Some(SpecVersion::V3_1),
            "openapi" if family("3.2") => Some(SpecVersion::V3_2),
            _ => None,
        };
        if version.is_none() && self.sound {
            error(
                "doc-unsupported",
                node.key_place(),
                format!(
                    "'{key}: {}' is no version that can be read",
                    finding::shorten(text)
                ),
                "Versions 2.0, 3.0, 3.1 and 3.2 are known.",
                "Convert the document to 3.0 or 3.1.",
            );
        }
        version
    }
}

fn format_of(text: &str) -> Format {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let json = match text.as_bytes() {
        [b'[', ..] => true,
        // A YAML mapping in braces has bare keys; JSON has a quote, or nothing, after its brace.
        [b'{', ..] => {
            let inner = text
                .get(1..)
                .unwrap_or_default()
                .trim_start_matches([' ', '\t', '\r', '\n']);
            inner.is_empty() || inner.starts_with(['"', '}'])
        }
        _ => false,
    };
    if json { Format::Json } else { Format::Yaml }
}

pub(crate) fn copy(node: Node<'_>, budget: &mut usize) -> Value {
    if *budget == 0 {
        return Value::Null;
    }
    let text = node.scalar_text().unwrap_or_default();
    *budget = budget.saturating_sub(1 + text.len() / 64);
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap_or_default()),
        Kind::Number => scalar::json_number(text),
        Kind::String => Value::from(text),
        Kind::Sequence => node.items().map(|item| copy(item, budget)).collect(),
        Kind::Mapping => {
            let mut map = Map::with_capacity(node.len());
            for (key, value) in node.entries() {
                *budget = budget.saturating_sub(key.text.len() / 64);
                map.insert(key.text.to_owned(), copy(value, budget));
            }
            Value::Object(map)
        }
    }
}
