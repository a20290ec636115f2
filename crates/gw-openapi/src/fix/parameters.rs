//! Parameters: declared once, required in paths, and of a variable the path has.
//!
//! It refuses to choose between two parameters of one name that differ in more than their words for people.

use serde_json::{Value, json};

use super::{append, remove, set, split};
use crate::document::{Document, SpecVersion};
use crate::edit::Edit;
use crate::tree::{Kind, Node};

/// What differs between parameters that callers cannot tell apart.
const FOR_PEOPLE: [&str; 4] = ["description", "example", "examples", "summary"];

/// `required: true`, where the parameter is written.
pub(super) fn required(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let parameter = document.resolve(document.at(at)?).ok()?;
    if !parameter.is_mapping() || text(parameter, "in") != "path" {
        return None;
    }
    Some(vec![set(format!("{}/required", parameter.pointer()), true)])
}

/// A parameter that says what an earlier one of the list says.
pub(super) fn duplicate(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (list, index) = split(at)?;
    let index: usize = index.parse().ok()?;
    let list = document.at(list)?;
    let resolve = |node| document.resolve(node).ok();
    let parameter = resolve(list.item(index)?)?;
    let twin = list
        .items()
        .take(index)
        .filter_map(resolve)
        .find(|other| key(*other) == key(parameter))?;
    same(twin, parameter).then(|| vec![remove(at)])
}

/// A parameter without a place that the path has a variable for.
pub(super) fn location(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let parameter = document.resolve(document.at(at)?).ok()?;
    let name = text(parameter, "name");
    let place = parameter.get("in");
    let known = ["path", "query", "header", "cookie", "formData", "body"];
    let here = parameter.pointer();
    if let Some(place) = place {
        // Only the case is wrong.
        let meant = known
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(place.scalar_text().unwrap_or_default()))?;
        let wrong = place.as_str() != Some(meant) && !name.is_empty();
        return wrong.then(|| vec![set(format!("{here}/in"), meant)]);
    }
    let variables: Vec<String> = variables(&path_of(at)?).map(str::to_owned).collect();
    if !parameter.is_mapping() || !variables.iter().any(|variable| variable == name) {
        return None;
    }
    let mut edits = vec![set(format!("{here}/in"), "path")];
    if parameter.get("required").and_then(Node::as_bool) != Some(true) {
        edits.push(set(format!("{here}/required"), true));
    }
    Some(edits)
}

/// Path variables that an operation does not declare.
pub(super) fn undeclared(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let operation = document.at(at)?;
    let path = path_of(at)?;
    let missing = missing(document, at, &path)?;
    if let Some(edits) = misnamed(document, at, &path, &missing) {
        return Some(edits);
    }
    let list = format!("{at}/parameters");
    match operation.get("parameters").map(Node::kind) {
        None | Some(Kind::Sequence | Kind::Null) => {}
        Some(_) => return None,
    }
    let old = document.version() == Some(SpecVersion::V2);
    let parameter = |name: &String| {
        let value: Value = if old {
            json!({ "name": name, "in": "path", "required": true, "type": "string" })
        } else {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        };
        append(list.clone(), value)
    };
    Some(missing.iter().map(parameter).collect())
}

/// A path parameter the path has no variable for: it takes the name of the one variable that is not declared, or goes.
pub(super) fn unused(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let parameter = document.resolve(document.at(at)?).ok()?;
    let path = path_of(at)?;
    let name = text(parameter, "name");
    if text(parameter, "in") != "path" || variables(&path).any(|variable| variable == name) {
        return None;
    }
    let (list, _) = split(at)?;
    let (holder, word) = split(list)?;
    if word != "parameters" {
        return None;
    }
    let of_operation = holder.matches('/').count() == 3;
    if of_operation
        && let Some(missing) = missing(document, holder, &path)
        && let Some(edits) = misnamed(document, holder, &path, &missing)
    {
        return Some(edits);
    }
    Some(vec![remove(at)])
}

/// The variables of a path that neither an operation nor its path declares.
fn missing(document: &Document, operation: &str, path: &str) -> Option<Vec<String>> {
    let (item, _) = split(operation)?;
    let item = document.resolve(document.at(item)?).ok()?;
    let own = document.at(operation)?.get("parameters");
    let declared: Vec<&str> = [own, item.get("parameters")]
        .into_iter()
        .flatten()
        .flat_map(Node::items)
        .filter_map(|written| document.resolve(written).ok())
        .filter(|parameter| text(*parameter, "in") == "path")
        .map(|parameter| text(parameter, "name"))
        .collect();
    let mut missing: Vec<String> = Vec::new();
    for variable in variables(path) {
        if !variable.is_empty()
            && !declared.contains(&variable)
            && !missing.iter().any(|known| known == variable)
        {
            missing.push(variable.to_owned());
        }
    }
    Some(missing)
}

/// When one variable is not declared and one parameter has no variable, the parameter's name is wrong.
fn misnamed(
    document: &Document,
    operation: &str,
    path: &str,
    missing: &[String],
) -> Option<Vec<Edit>> {
    let [variable] = missing else { return None };
    let list = document.at(operation)?.get("parameters")?;
    let mut strays = list.items().filter(|written| {
        document.resolve(*written).is_ok_and(|parameter| {
            text(parameter, "in") == "path"
                && !variables(path).any(|variable| variable == text(parameter, "name"))
        })
    });
    let (stray, None) = (strays.next()?, strays.next()) else {
        return None;
    };
    // One that is written elsewhere is also of other paths.
    if stray.get("$ref").is_some() {
        return None;
    }
    Some(vec![set(
        format!("{}/name", stray.pointer()),
        variable.as_str(),
    )])
}

/// The path a pointer is below.
fn path_of(at: &str) -> Option<String> {
    let step = at.strip_prefix("/paths/")?.split('/').next()?;
    Some(crate::pointer::unescape(step))
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_end_matches('+'))
}

fn key(parameter: Node<'_>) -> (&str, &str) {
    (text(parameter, "name"), text(parameter, "in"))
}

fn text<'d>(parameter: Node<'d>, word: &str) -> &'d str {
    parameter
        .get(word)
        .and_then(Node::scalar_text)
        .unwrap_or_default()
}

fn same(one: Node<'_>, other: Node<'_>) -> bool {
    if one.id() == other.id() {
        return true;
    }
    let matter = |node: Node<'_>| {
        node.entries()
            .filter(|(key, _)| !FOR_PEOPLE.contains(&key.text))
            .count()
    };
    matter(one) == matter(other)
        && one
            .entries()
            .filter(|(key, _)| !FOR_PEOPLE.contains(&key.text))
            .all(|(key, value)| {
                other
                    .get(key.text)
                    .is_some_and(|other| crate::edit::same(value, other))
            })
}
