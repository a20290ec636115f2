//! Edits of a document's text: each changes only the lines of what it is about, in JSON and in YAML.
//!
//! It refuses to write a document anew, and to hand out a text that does not say exactly what was asked: every edit is
//! read back and compared before it is returned.

mod asked;
mod batch;
mod patch;
mod proof;
mod replace;
pub(crate) mod text;
mod write;

use gw_model::OperationKey;
use serde_json::{Map, Value, json};

use crate::document::{Document, Format};
use crate::pointer;
use crate::tree::{Node, NodeId, Shape};

pub use batch::{apply, apply_each};
pub(crate) use proof::same;

/// One edit of a document, at a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Sets a value, making the mappings on the way there.
    Set {
        /// Where.
        at: String,
        /// To what.
        value: Value,
    },
    /// Removes an entry of a mapping or an item of a list.
    Remove {
        /// Which.
        at: String,
    },
    /// Gives the entry of a mapping another key; its value and its place among its siblings stay.
    Rename {
        /// Which.
        at: String,
        /// The new key, unescaped.
        to: String,
    },
    /// Adds an item at the end of a list, which is made when it is not there.
    Append {
        /// The list.
        at: String,
        /// The item.
        value: Value,
    },
}

impl Edit {
    /// The JSON pointer it is about, in the document before the edit.
    pub fn at(&self) -> &str {
        match self {
            Self::Set { at, .. }
            | Self::Remove { at }
            | Self::Rename { at, .. }
            | Self::Append { at, .. } => at,
        }
    }
}

/// Why an edit was not made. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text cannot be read whole.
    #[error("the document cannot be read whole; mend it first")]
    Unsound,
    /// There is nothing to remove or replace.
    #[error("there is nothing at '{0}'")]
    Missing(String),
    /// Other parts of the document share the text by an alias or a reference.
    #[error("'{0}' is written elsewhere and shared by an alias or a reference; edit it there")]
    Shared(String),
    /// The text is laid out in a way that cannot be edited line by line.
    #[error("'{0}' is laid out in a way that cannot be edited here; edit the text itself")]
    Layout(String),
    /// The new key stands beside the old one already.
    #[error("'{at}' cannot be named '{to}': there is one of that name already")]
    Taken {
        /// The entry to rename.
        at: String,
        /// Its new key.
        to: String,
    },
    /// Two edits ask for different things at one place.
    #[error("the edit at '{second}' contradicts the one at '{first}'")]
    Conflict {
        /// The edit that was asked for first.
        first: String,
        /// The one that does not agree with it.
        second: String,
    },
}

/// Adds or replaces an operation. What does not change inside it keeps its lines and comments.
pub fn put_operation(
    document: &Document,
    key: &OperationKey,
    operation: &Value,
) -> Result<String, EditError> {
    let path = path_pointer(key);
    check_not_shared(document, &path)?;
    set(
        document,
        &format!("{path}/{}", key.method.document_key()),
        operation,
    )
}

/// Removes an operation, and its path when nothing is left in it.
pub fn remove_operation(document: &Document, key: &OperationKey) -> Result<String, EditError> {
    let path = path_pointer(key);
    check_not_shared(document, &path)?;
    let operation = format!("{path}/{}", key.method.document_key());
    if document.at(&operation).is_none() {
        return Err(EditError::Missing(operation));
    }
    let last = document.at(&path).is_some_and(|item| item.len() == 1);
    remove(document, if last { &path } else { &operation })
}

/// Sets `info.title`.
pub fn set_title(document: &Document, title: &str) -> Result<String, EditError> {
    set(document, "/info/title", &Value::from(title))
}

/// Sets `info.version`.
pub fn set_version(document: &Document, version: &str) -> Result<String, EditError> {
    set(document, "/info/version", &Value::from(version))
}

/// A document without operations, in YAML.
pub fn new_document(title: &str, version: &str) -> String {
    let title = write::yaml_text(title);
    // Always quoted, because `1.0` would be a number.
    let version = write::yaml_quoted(version);
    format!("openapi: 3.0.3\ninfo:\n  title: {title}\n  version: {version}\npaths: {{}}\n")
}

/// The least an operation of a new document says: its path variables and one answer.
pub fn new_operation(key: &OperationKey, operation_id: &str, summary: &str) -> Value {
    let mut operation = Map::new();
    if !operation_id.is_empty() {
        operation.insert("operationId".to_owned(), operation_id.into());
    }
    if !summary.is_empty() {
        operation.insert("summary".to_owned(), summary.into());
    }
    let variables = key
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    let parameters: Vec<Value> = variables
        .map(|(name, _)| name.trim_end_matches('+'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    operation.insert(
        "responses".to_owned(),
        json!({ "200": { "description": "OK" } }),
    );
    operation.into()
}

/// Sets the value at a JSON pointer, making the mappings on the way there.
pub fn set(document: &Document, at: &str, value: &Value) -> Result<String, EditError> {
    let (at, value) = (at.to_owned(), value.clone());
    apply(document, &[Edit::Set { at, value }])
}

/// Removes the entry of a mapping or the item of a list at a JSON pointer.
pub fn remove(document: &Document, at: &str) -> Result<String, EditError> {
    let at = at.to_owned();
    apply(document, &[Edit::Remove { at }])
}

/// Mappings around a value, one for each step.
fn nested(steps: &[String], value: Value) -> Value {
    steps.iter().rev().fold(value, |inner, step| {
        Value::Object([(step.clone(), inner)].into_iter().collect())
    })
}

fn steps(at: &str) -> Vec<String> {
    at.split('/').skip(1).map(pointer::unescape).collect()
}

fn path_pointer(key: &OperationKey) -> String {
    format!("/paths/{}", pointer::escape(&key.path))
}

fn check_not_shared(document: &Document, path: &str) -> Result<(), EditError> {
    match document.at(path) {
        Some(item) if item.get("$ref").is_some() => Err(EditError::Shared(path.to_owned())),
        _ => Ok(()),
    }
}

/// How a mapping or sequence is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// JSON.
    Json,
    /// YAML in braces or brackets.
    Flow,
    /// YAML by indentation.
    Block,
}

fn layout(document: &Document, id: NodeId) -> Layout {
    if document.format() == Format::Json {
        return Layout::Json;
    }
    let cell = document.tree.cell(id);
    let container = matches!(cell.shape, Shape::Mapping { .. } | Shape::Sequence { .. });
    let node = Node {
        tree: &document.tree,
        id,
    };
    let opens = document
        .text()
        .get(node.span())
        .is_some_and(|text| text.starts_with(['{', '[']));
    // A list that is not indented below its key is said to start at its first item, which may be in brackets.
    let at_item = asked::raw_items(document, id)
        .first()
        .is_some_and(|first| document.tree.cell(*first).start == cell.start);
    if container && opens && !at_item {
        Layout::Flow
    } else {
        Layout::Block
    }
}
