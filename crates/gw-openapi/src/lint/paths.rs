//! Path templates: their form, and whether a request can match two of them.
//!
//! It refuses vendors' stricter rules on characters and segments.

use std::collections::{BTreeMap, HashMap};

use super::Findings;
use crate::finding::shorten;
use crate::tree::Node;

/// Most steps taken in search of ambiguous paths; a document that needs more is not searched to the end.
const MAX_STEPS: usize = 400_000;
/// Most parts of a path; the address of a request with more would be refused for its length.
const MAX_PARTS: usize = 500;

pub(super) fn check(findings: &mut Findings<'_>) {
    let mut known: HashMap<String, &str> = HashMap::new();
    let mut templates: Vec<(&str, Node<'_>)> = Vec::new();
    for (path, item) in findings
        .document
        .root()
        .get("paths")
        .into_iter()
        .flat_map(Node::entries)
    {
        if path.text.starts_with("x-") {
            continue;
        }
        if let Some(trouble) = trouble(path.text) {
            let message = format!("The path '{}' {trouble}", shorten(path.text));
            let why = "Gateways refuse it, or no request ever matches it.";
            findings.error(
                "oas-path",
                item.key_place(),
                message,
                why,
                "Write it as in '/pets/{petId}'.",
            );
            continue;
        }
        let same = path
            .text
            .split('/')
            .map(|part| if part.starts_with('{') { "{}" } else { part });
        let same = same.collect::<Vec<_>>().join("/");
        if let Some(first) = known.get(&same) {
            let message = format!(
                "The paths '{}' and '{}' match the same requests",
                shorten(first),
                shorten(path.text)
            );
            let why = "They differ in the names of variables only, so which one answers is left to chance.";
            findings.error(
                "oas-path-ambiguous",
                item.key_place(),
                message,
                why,
                "Merge the two, or tell them apart.",
            );
        } else {
            known.insert(same, path.text);
            templates.push((path.text, item));
        }
    }
    check_overlaps(findings, &templates);
}

/// What is wrong with the form of a path.
fn trouble(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("does not begin with '/'");
    }
    if path.split('/').nth(MAX_PARTS).is_some() {
        return Some("has more parts than any gateway takes");
    }
    if path.contains(['?', '#']) {
        return Some("has a query or fragment, which is no part of a path");
    }
    if path.chars().any(|char| char.is_control() || char == ' ') {
        return Some("has a space or control character");
    }
    let mut depth = 0_i32;
    let mut names: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, char) in path.char_indices() {
        match char {
            '{' => {
                depth += 1;
                start = at + 1;
            }
            '}' => {
                depth -= 1;
                let name = path.get(start..at).unwrap_or_default();
                if depth == 0 && name.is_empty() {
                    return Some("has a variable without a name");
                }
                if names.contains(&name) {
                    return Some("has the same variable twice");
                }
                names.push(name);
            }
            '/' if depth > 0 => return Some("has a brace that is not closed"),
            _ => {}
        }
        if !(0..=1).contains(&depth) {
            return Some("has braces that do not match");
        }
    }
    (depth != 0).then_some("has a brace that is not closed")
}

/// A tree of path segments; variables are all one.
#[derive(Default)]
struct Segments<'p> {
    children: BTreeMap<&'p str, Segments<'p>>,
    path: Option<&'p str>,
}

const VARIABLE: &str = "{}";

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1).map(|part| {
        if part.starts_with('{') && part.ends_with('}') {
            VARIABLE
        } else {
            part
        }
    })
}

/// Finds templates like `/a/{x}/c` and `/a/b/{y}`: a request can match both and neither is the plainer one.
fn check_overlaps(findings: &mut Findings<'_>, templates: &[(&str, Node<'_>)]) {
    let mut root = Segments::default();
    let mut steps = 0;
    for &(path, item) in templates {
        let parts: Vec<&str> = segments(path).collect();
        if let Some(other) = overlapping(&root, &parts, false, false, &mut steps) {
            let message = format!(
                "A request can match '{}' and '{}' alike",
                shorten(other),
                shorten(path)
            );
            let why = "Each has a variable where the other has a fixed part, so gateways choose differently.";
            findings.warning(
                "oas-path-ambiguous",
                item.key_place(),
                message,
                why,
                "Tell the two apart by a fixed part.",
            );
        }
        let mut node = &mut root;
        for part in parts {
            node = node.children.entry(part).or_default();
        }
        node.path = Some(path);
    }
}

/// `mine`: this path was the variable one somewhere; `theirs`: the other was.
fn overlapping<'p>(
    node: &Segments<'p>,
    parts: &[&str],
    mine: bool,
    theirs: bool,
    steps: &mut usize,
) -> Option<&'p str> {
    *steps += 1;
    if *steps > MAX_STEPS {
        return None;
    }
    let Some((part, rest)) = parts.split_first() else {
        return node.path.filter(|_| mine && theirs);
    };
    if *part == VARIABLE {
        return node.children.iter().find_map(|(other, child)| {
            overlapping(child, rest, mine || *other != VARIABLE, theirs, steps)
        });
    }
    let same = node
        .children
        .get(part)
        .and_then(|child| overlapping(child, rest, mine, theirs, steps));
    same.or_else(|| {
        node.children
            .get(VARIABLE)
            .and_then(|child| overlapping(child, rest, mine, true, steps))
    })
}
