//! Fixes of paths.
//!
//! It refuses to make two paths one, and to touch a path whose item is shared.

use std::collections::BTreeSet;

use gw_openapi::edit::Edit;
use gw_openapi::pointer::{escape, unescape};
use gw_openapi::{Document, Node};
use serde_json::Value;

use super::integrations;

/// Segments of a path that are looked at; no real path has as many.
const MAX_DEPTH: usize = 50;

/// The path a pointer is in.
fn path_of(pointer: &str) -> Option<String> {
    let step = pointer.strip_prefix("/paths/")?.split('/').next()?;
    Some(unescape(step))
}

fn keys(document: &Document) -> Vec<&str> {
    let paths = document.at("/paths").into_iter().flat_map(Node::entries);
    paths
        .map(|(key, _)| key.text)
        .filter(|key| key.starts_with('/'))
        .collect()
}

/// The name of a segment that is one variable and not greedy.
fn variable(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.is_empty() && !name.contains(['{', '}', '+'])).then_some(name)
}

/// The variable a path has behind a parent, which ends without a slash; text that is no single variable gives `None`.
fn child<'p>(path: &'p str, parent: &str) -> Option<&'p str> {
    path.strip_prefix(parent)?
        .strip_prefix('/')?
        .split('/')
        .next()
}

/// Gives the variable of a path the name that an earlier path has for it, in every path that goes through it (GW012).
pub(super) fn one_name(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let path = path_of(pointer)?;
    let keys = keys(document);
    let (parent, first, segment) = conflict(&path, &keys)?;
    let (new, old) = (variable(&first)?, variable(&segment)?);
    let taken: BTreeSet<&str> = keys.iter().copied().collect();
    let mut edits = Vec::new();
    for key in keys {
        if child(key, &parent) != Some(segment.as_str()) {
            continue;
        }
        let rest = key.get(parent.len() + 1 + segment.len()..)?;
        if crate::operation::variables(key).any(|name| name == new) {
            return None;
        }
        let renamed = format!("{parent}/{first}{rest}");
        if taken.contains(renamed.as_str()) {
            return None;
        }
        edits.extend(item_edits(document, key, old, new)?);
        edits.push(Edit::Rename {
            at: format!("/paths/{}", escape(key)),
            to: renamed,
        });
    }
    Some(edits)
}

/// Where a path has another variable than the first path that has one there: parent, that variable, its own.
fn conflict(path: &str, keys: &[&str]) -> Option<(String, String, String)> {
    let mut parent = String::new();
    for segment in path.split('/').skip(1).take(MAX_DEPTH) {
        if segment.starts_with('{') && segment.ends_with('}') {
            let mut there = keys.iter().filter_map(|key| child(key, &parent));
            let first = there.find(|other| other.starts_with('{') && other.ends_with('}'))?;
            if first != segment {
                return Some((parent, first.to_owned(), segment.to_owned()));
            }
        }
        parent.push('/');
        parent.push_str(segment);
    }
    None
}

/// What renaming a variable changes inside a path: parameters and integrations.
fn item_edits(document: &Document, path: &str, old: &str, new: &str) -> Option<Vec<Edit>> {
    let at = format!("/paths/{}", escape(path));
    let item = document.at(&at)?;
    if item.get("$ref").is_some() {
        return None;
    }
    let mut edits = parameter_edits(document, item, &at, old, new);
    for (key, operation) in item.entries().filter(|(_, value)| value.is_mapping()) {
        let at = format!("{at}/{}", escape(key.text));
        edits.extend(parameter_edits(document, operation, &at, old, new));
        if let Some(integration) = operation.get(crate::lint::integrations::KEY) {
            let at = format!("{at}/{}", crate::lint::integrations::KEY);
            edits.extend(integrations::renamed_variable(integration, &at, old, new)?);
        }
    }
    Some(edits)
}

fn parameter_edits(
    document: &Document,
    holder: Node<'_>,
    at: &str,
    old: &str,
    new: &str,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    let list = holder.get("parameters").into_iter().flat_map(Node::items);
    for (index, written) in list.enumerate() {
        let Ok(parameter) = document.resolve(written) else {
            continue;
        };
        let text = |key: &str| parameter.get(key).and_then(Node::as_str);
        if text("in") != Some("path") || text("name") != Some(old) {
            continue;
        }
        let at = format!("{at}/parameters/{index}");
        if written.get("$ref").is_none() {
            edits.push(Edit::Set {
                at: format!("{at}/name"),
                value: new.into(),
            });
            continue;
        }
        // Other paths may use the shared one under its old name.
        let mut own = document.to_value(parameter);
        if let Value::Object(fields) = &mut own {
            fields.insert("name".to_owned(), new.into());
        }
        edits.push(Edit::Set { at, value: own });
    }
    edits
}

/// Makes a segment with one variable in it that variable (GW011). A variable whose values are restricted stays, because
/// it takes the whole segment then.
pub(super) fn whole_variable(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let path = path_of(pointer)?;
    let keys = keys(document);
    let mut parent = String::new();
    let mut found = None;
    for segment in path.split('/').skip(1) {
        if segment.contains(['{', '}']) && !(segment.starts_with('{') && segment.ends_with('}')) {
            found = Some(segment);
            break;
        }
        parent.push('/');
        parent.push_str(segment);
    }
    let segment = found?;
    let (_, rest) = segment.split_once('{')?;
    let (name, rest) = rest.split_once('}')?;
    if rest.contains(['{', '}']) || variable(&format!("{{{name}}}")).is_none() {
        return None;
    }
    let whole = format!("{{{name}}}");
    let another = |key: &&&str| {
        child(key, &parent).is_some_and(|other| other.starts_with('{') && other != whole)
    };
    let behind = path.get(parent.len() + 1 + segment.len()..)?;
    let renamed = format!("{parent}/{whole}{behind}");
    let others = crate::operation::variables(&path).filter(|other| *other == name);
    if keys.iter().any(|key| *key == renamed)
        || keys.iter().filter(another).any(|key| *key != path)
        || others.count() != 1
        || is_restricted(document, &path, name)
    {
        return None;
    }
    Some(vec![Edit::Rename {
        at: format!("/paths/{}", escape(&path)),
        to: renamed,
    }])
}

/// Whether a path's parameter takes some values only.
fn is_restricted(document: &Document, path: &str, name: &str) -> bool {
    let Some(item) = document.at(&format!("/paths/{}", escape(path))) else {
        return true;
    };
    if item.get("$ref").is_some() {
        return true;
    }
    let holders = std::iter::once(item).chain(item.entries().map(|(_, value)| value));
    let mut parameters = holders
        .filter_map(|holder| holder.get("parameters"))
        .flat_map(Node::items)
        .filter_map(|written| document.resolve(written).ok())
        .filter(|each| each.get("name").and_then(Node::as_str) == Some(name));
    parameters.any(|parameter| {
        let schema = parameter.get("schema").unwrap_or(parameter);
        let Ok(schema) = document.resolve(schema) else {
            return true;
        };
        let kind = schema.get("type").and_then(Node::as_str);
        let words = [
            "enum",
            "const",
            "pattern",
            "format",
            "maxLength",
            "minLength",
            "allOf",
            "oneOf",
            "anyOf",
        ];
        kind.is_some_and(|kind| kind != "string")
            || words.iter().any(|word| schema.get(word).is_some())
    })
}

/// Removes the path with a slash at its end when the path without says the same (GW017).
pub(super) fn without_twin(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let path = path_of(pointer)?;
    let shorter = path.trim_end_matches('/');
    if shorter.len() == path.len() || shorter.is_empty() {
        return None;
    }
    let at = format!("/paths/{}", escape(&path));
    let twin = document.at(&format!("/paths/{}", escape(shorter)))?;
    let same = document.to_value(document.at(&at)?) == document.to_value(twin);
    same.then(|| vec![Edit::Remove { at }])
}

/// Removes a TRACE operation, and its path when nothing else is in it (GW021).
pub(super) fn without_trace(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let path = pointer.strip_suffix("/trace")?;
    document.at(pointer)?;
    let alone = document.at(path)?.len() == 1;
    let at = if alone { path } else { pointer };
    Some(vec![Edit::Remove { at: at.to_owned() }])
}
