//! The frame of a document, and words that are plainly another word.
//!
//! It refuses to change an address callers use.

use gw_model::HttpMethod;
use serde_json::{Value, json};

use super::{append, remove, rename, set, split};
use crate::document::Document;
use crate::edit::Edit;
use crate::scalar;
use crate::tree::{Kind, Node};

/// A name or version where there is none; those an import would take.
pub(super) fn info(document: &Document, word: &str, value: &str) -> Option<Vec<Edit>> {
    let info = document.root().get("info");
    match info.map(Node::kind) {
        None | Some(Kind::Null | Kind::Mapping) => {}
        Some(_) => return None,
    }
    let found = info.and_then(|info| info.get(word));
    let empty = found.is_none_or(|found| match found.kind() {
        Kind::Null => true,
        Kind::String => found.as_str().is_some_and(|text| text.trim().is_empty()),
        _ => false,
    });
    empty.then(|| vec![set(format!("/info/{word}"), value)])
}

pub(super) fn paths(document: &Document) -> Option<Vec<Edit>> {
    let none = document.root().get("paths").is_none();
    none.then(|| vec![set("/paths", json!({}))])
}

/// A path without its slash.
pub(super) fn path(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (holder, path) = split(at)?;
    let plain = !path.is_empty()
        && !path.starts_with('/')
        && !path.starts_with('{')
        && !path.contains(['?', '#', ' ', ':'])
        && !path.chars().any(char::is_control)
        && path.matches('{').count() == path.matches('}').count();
    let to = format!("/{path}");
    let free = document.at(holder)?.get(&to).is_none();
    (holder == "/paths" && plain && free).then(|| vec![rename(at, to)])
}

/// A method in capitals.
pub(super) fn method(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (holder, name) = split(at)?;
    let lower = name.trim().to_ascii_lowercase();
    let meant = HttpMethod::ALL
        .into_iter()
        .any(|method| method.document_key() == lower);
    let free = document.at(holder)?.get(&lower).is_none();
    (meant && lower != name && free).then(|| vec![rename(at, lower)])
}

/// A key without a value, of a kind that says nothing when it is left out.
pub(super) fn nothing(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (holder, word) = split(at)?;
    let optional = matches!(
        word.as_str(),
        "parameters"
            | "tags"
            | "servers"
            | "requestBody"
            | "components"
            | "definitions"
            | "securityDefinitions"
    ) || holder == "/components";
    let nothing = document.at(at)?.kind() == Kind::Null;
    (optional && nothing).then(|| vec![remove(at)])
}

/// A reference to where another version of OpenAPI keeps such a thing, or with a step too few or too many.
pub(super) fn reference(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let node = document.at(at)?;
    let target = node.as_str()?;
    if !at.ends_with("/$ref") {
        return None;
    }
    let places = [
        ("definitions", "components/schemas"),
        ("schemas", "components/schemas"),
        ("parameters", "components/parameters"),
        ("responses", "components/responses"),
        ("components/schemas", "definitions"),
        ("components/parameters", "parameters"),
        ("components/responses", "responses"),
        ("components/definitions", "components/schemas"),
    ];
    let bare = target.strip_prefix('#')?.trim_start_matches('/');
    let mut found: Vec<String> = Vec::new();
    let mut consider = |path: String| {
        let reference = format!("#/{path}");
        if reference != target && !found.contains(&reference) && document.follow(&reference).is_ok()
        {
            found.push(reference);
        }
    };
    // A slash is missing, or there is one too many.
    consider(bare.to_owned());
    for (from, to) in places {
        if let Some(name) = bare
            .strip_prefix(from)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            consider(format!("{to}/{name}"));
        }
    }
    match found.as_slice() {
        [only] => Some(vec![set(at, only.as_str())]),
        _ => None,
    }
}

/// A scheme whose name is that of one declared scheme in other capitals.
pub(super) fn security_scheme(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (holder, name) = split(at)?;
    let requirement = document.at(holder)?;
    let schemes = ["/components/securitySchemes", "/securityDefinitions"];
    let mut meant = schemes
        .into_iter()
        .filter_map(|place| document.at(place))
        .flat_map(Node::entries)
        .map(|(key, _)| key.text)
        .filter(|declared| declared.eq_ignore_ascii_case(&name));
    let (only, None) = (meant.next()?, meant.next()) else {
        return None;
    };
    let wrong = only != name && requirement.get(only).is_none();
    wrong.then(|| vec![rename(at, only)])
}

/// A value of an `enum` that stands there already.
pub(super) fn repeated_value(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (list, index) = split(at)?;
    let index: usize = index.parse().ok()?;
    let list = document.at(list)?;
    let value = list.item(index)?;
    let twice = list
        .items()
        .take(index)
        .any(|other| crate::edit::same(other, value));
    twice.then(|| vec![remove(at)])
}

/// A server's address without the slash at its end: paths begin with one.
pub(super) fn server(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let url = document.at(at)?.as_str()?;
    let bare = url.trim_end_matches('/');
    (at.ends_with("/url") && !bare.is_empty() && !bare.ends_with(':') && bare != url)
        .then(|| vec![set(at, bare)])
}

/// An `enum` without values says nothing that could be meant.
pub(super) fn empty_enum(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let node = document.at(at)?;
    let empty = node.kind() == Kind::Sequence && node.is_empty();
    (empty && at.ends_with("/enum")).then(|| vec![remove(at)])
}

/// A tag that says no more than the first of its name.
pub(super) fn repeated_tag(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (list, index) = split(at)?;
    let index: usize = index.parse().ok()?;
    let list = document.at(list)?;
    let tag = list.item(index)?;
    let name = tag.get("name")?.scalar_text()?;
    let first = list
        .items()
        .take(index)
        .find(|other| other.get("name").and_then(Node::scalar_text) == Some(name))?;
    let says_no_more = tag.entries().all(|(key, value)| {
        first
            .get(key.text)
            .is_some_and(|first| crate::edit::same(first, value))
    });
    says_no_more.then(|| vec![remove(at)])
}

/// A tag that operations use is declared.
pub(super) fn undeclared_tag(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let name = document.at(at)?.as_str()?;
    match document.root().get("tags").map(Node::kind) {
        None | Some(Kind::Null | Kind::Sequence) => {}
        Some(_) => return None,
    }
    Some(vec![append("/tags", json!({ "name": name }))])
}

/// A number or flag where text is wanted, and text where they are: the same characters, read as what they must be.
pub(super) fn field_type(document: &Document, at: &str, message: &str) -> Option<Vec<Edit>> {
    let (holder, _) = split(at)?;
    let node = document.at(at)?;
    document.at(holder)?.is_mapping().then_some(())?;
    let text = node.scalar_text()?;
    let wants = |what: &str| message.contains(&format!("must be {what}"));
    let value = match node.kind() {
        Kind::Number | Kind::Bool if wants("text") => Value::from(text),
        Kind::String if wants("true or false") => Value::from(text.parse::<bool>().ok()?),
        Kind::String if wants("a number") || wants("a whole number") => {
            let plain = scalar::plain(text) == scalar::Plain::Number;
            plain.then(|| scalar::json_number(text))?
        }
        _ => return None,
    };
    Some(vec![set(at, value)])
}
