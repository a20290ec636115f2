//! Path templates: their form, and whether a request can match two of them.
//!
//! It refuses vendors' stricter rules on characters and segments.

use std::collections::{BTreeMap, HashMap};

use gw_model::Severity;

use super::rules::Id;
use super::{At, Lint, Said};
use crate::finding::shorten;
use crate::tree::Node;

/// Most steps taken in search of ambiguous paths; a document that needs more is not searched to the end.
const MAX_STEPS: usize = 400_000;
/// Most paths compared with each other; the largest public document known has 10,000.
const MAX_COMPARED: usize = 60_000;
/// Most parts kept of all paths to compare the next one with; the largest public document known has 150,000.
const MAX_KEPT: usize = 250_000;
/// Most parts of a path; the address of a request with more would be refused for its length.
const MAX_PARTS: usize = 500;

const VERBS: [&str; 8] = [
    "get", "head", "post", "put", "patch", "delete", "options", "trace",
];

impl<'d> Lint<'d> {
    /// All paths: their form, what they hold, and each against the others.
    pub(super) fn paths(&mut self, paths: Node<'d>) {
        let mut known: HashMap<String, &'d str> = HashMap::new();
        let mut templates: Vec<(&'d str, At<'d>)> = Vec::new();
        for entry in self.entries(paths) {
            let path = self.key_of(entry);
            if path.starts_with("x-") {
                continue;
            }
            let item = Node::new(self.tree, entry.value);
            self.path(path, item);
            let at = At::Offset(entry.key_start, item);
            if let Some(trouble) = trouble(path) {
                self.report(Id::Path, at, || {
                    format!("The path '{}' {trouble}", shorten(path))
                });
                continue;
            }
            self.style(path, at);
            if templates.len() >= MAX_COMPARED {
                continue;
            }
            match known.entry(bare(path)) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    let first = *first.get();
                    self.report(Id::PathAmbiguous, at, || {
                        format!(
                            "The paths '{}' and '{}' match the same requests",
                            shorten(first),
                            shorten(path)
                        )
                    });
                }
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(path);
                    templates.push((path, at));
                }
            }
        }
        self.overlaps(&templates);
        self.admin_security();
    }

    /// What a path's operations and parameters are judged by with its name.
    pub(super) fn path(&mut self, path: &'d str, item: Node<'d>) {
        if path.starts_with('/')
            && let Some(item) = self.resolve(item)
        {
            self.parameters_of_path(path, item);
            self.operations_of(path, item);
        }
    }

    fn style(&mut self, path: &'d str, at: At<'d>) {
        if path.len() > 1 && path.ends_with('/') {
            self.report(Id::PathTrailingSlash, at, || {
                format!("The path '{}' ends in a slash", shorten(path))
            });
        }
        if !self.is_on(Id::PathVerb) && !self.is_on(Id::PathKebabCase) {
            return;
        }
        let fixed = || path.split('/').filter(|part| !part.contains('{'));
        let verb = VERBS
            .into_iter()
            .find(|verb| fixed().any(|part| part.to_ascii_lowercase().contains(verb)));
        if let Some(verb) = verb {
            self.report(Id::PathVerb, at, || {
                format!("The path '{}' has '{verb}' in it", shorten(path))
            });
        }
        let kebab =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        if !fixed().all(|part| part.bytes().all(kebab)) {
            self.report(Id::PathKebabCase, at, || {
                format!(
                    "The path '{}' is not in small letters and hyphens",
                    shorten(path)
                )
            });
        }
    }

    /// Finds templates like `/a/{x}/c` and `/a/b/{y}`: a request can match both and neither is the plainer one.
    fn overlaps(&mut self, templates: &[(&'d str, At<'d>)]) {
        if !self.is_on(Id::PathAmbiguous) {
            return;
        }
        let mut root = Segments::default();
        let mut steps = 0;
        let mut kept = 0;
        let mut parts: Vec<&str> = Vec::new();
        for &(path, at) in templates {
            parts.clear();
            parts.extend(segments(path));
            if let Some(other) = overlapping(&root, &parts, false, false, &mut steps) {
                self.report(Id::PathAmbiguous, at, || {
                    Said::from(format!(
                        "A request can match '{}' and '{}' alike",
                        shorten(other),
                        shorten(path)
                    ))
                    .severity(Severity::Warning)
                    .why("Each has a variable where the other has a fixed part, so gateways choose differently.")
                    .fix("Tell the two apart by a fixed part.")
                });
            }
            kept += parts.len();
            if kept > MAX_KEPT {
                return;
            }
            let mut node = &mut root;
            for part in &parts {
                node = node.children.entry(part).or_default();
            }
            node.path = Some(path);
        }
    }
}

/// A path with its variables nameless.
fn bare(path: &str) -> String {
    let mut bare = String::with_capacity(path.len());
    for (at, part) in path.split('/').enumerate() {
        if at > 0 {
            bare.push('/');
        }
        bare.push_str(if part.starts_with('{') { "{}" } else { part });
    }
    bare
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
