//! One walk over a document for every rule that looks for words anywhere in it.
//!
//! It refuses to take an author's names for words: a property called `default` is no default.

use gw_openapi::{Document, Kind, Node};

/// What the walk saw.
#[derive(Default)]
pub(super) struct Scan<'d> {
    /// `$ref`s that leave the document.
    pub(super) outward: Vec<Node<'d>>,
    pub(super) examples: Seen<'d>,
    pub(super) defaults: Seen<'d>,
    pub(super) one_way: Seen<'d>,
    pub(super) callbacks: Seen<'d>,
    pub(super) links: Seen<'d>,
    pub(super) tags: Seen<'d>,
    pub(super) shared_answers: Seen<'d>,
    /// Patterns that look behind.
    pub(super) patterns: Vec<Node<'d>>,
}

/// How often a word stands in a document, and where first.
#[derive(Default)]
pub(super) struct Seen<'d> {
    pub(super) count: usize,
    pub(super) first: Option<Node<'d>>,
}

impl<'d> Seen<'d> {
    fn note(&mut self, node: Node<'d>) {
        self.count += 1;
        let earlier = |first: &Node<'d>| first.span().start <= node.span().start;
        if !self.first.as_ref().is_some_and(earlier) {
            self.first = Some(node);
        }
    }
}

/// What the keys of a mapping are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Words of OpenAPI.
    Object,
    /// Names the author chose; the values are objects.
    Names,
}

impl<'d> Scan<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let mut scan = Self::default();
        each_word(document, |word, value| scan.word(word, value));
        scan.outward.sort_by_key(|node| node.span().start);
        scan.patterns.sort_by_key(|node| node.span().start);
        scan
    }

    fn word(&mut self, word: &str, value: Node<'d>) {
        match word {
            "$ref" => {
                let outward = |target: &str| !target.starts_with('#');
                if value.as_str().is_some_and(outward) {
                    self.outward.push(value);
                }
            }
            "example" | "examples" => self.examples.note(value),
            "default" => self.defaults.note(value),
            "readOnly" | "writeOnly" if value.as_bool() == Some(true) => self.one_way.note(value),
            "pattern" => {
                let behind = |text: &str| text.contains("(?<=") || text.contains("(?<!");
                if value.as_str().is_some_and(behind) {
                    self.patterns.push(value);
                }
            }
            "tags" | "externalDocs" if !value.is_empty() => self.tags.note(value),
            "callbacks" if !value.is_empty() => self.callbacks.note(value),
            "links" if !value.is_empty() => self.links.note(value),
            "responses" => {
                let shared = value.entries().filter_map(|(_, answer)| answer.get("$ref"));
                shared.for_each(|reference| self.shared_answers.note(reference));
            }
            _ => {}
        }
    }
}

/// Calls `visit` with every word of OpenAPI that a mapping of the document has, and its value; the order is not that of
/// the text.
pub(crate) fn each_word<'d>(document: &'d Document, mut visit: impl FnMut(&'d str, Node<'d>)) {
    let mut left = vec![(document.root(), Inside::Object)];
    while let Some((node, inside)) = left.pop() {
        if node.kind() == Kind::Sequence {
            let own = node.items().filter(|item| is_own(node, *item));
            left.extend(own.map(|item| (item, Inside::Object)));
            continue;
        }
        for (key, value) in node.entries() {
            if !is_own(node, value) {
                continue;
            }
            let next = match inside {
                Inside::Names => Some(Inside::Object),
                Inside::Object => {
                    visit(key.text, value);
                    inside_of(key.text, value)
                }
            };
            if let Some(next) = next
                && matches!(value.kind(), Kind::Mapping | Kind::Sequence)
            {
                left.push((value, next));
            }
        }
    }
}

/// What is inside a word's value; `None` when nothing there is a word.
fn inside_of(word: &str, value: Node<'_>) -> Option<Inside> {
    match word {
        // Defaults of a server's variables are values of their own.
        "example" | "examples" | "default" | "enum" | "const" | "required" | "mapping"
        | "scopes" | "security" | "servers" | "info" => None,
        "x-amazon-apigateway-any-method" => Some(Inside::Object),
        _ if word.starts_with("x-") => None,
        "properties"
        | "patternProperties"
        | "dependentSchemas"
        | "$defs"
        | "schemas"
        | "definitions"
        | "responses"
        | "headers"
        | "requestBodies"
        | "securitySchemes"
        | "securityDefinitions"
        | "links"
        | "callbacks"
        | "paths"
        | "pathItems"
        | "webhooks"
        | "content"
        | "encoding"
        | "mediaTypes" => Some(Inside::Names),
        "parameters" if value.is_mapping() => Some(Inside::Names),
        _ => Some(Inside::Object),
    }
}

/// Whether a value stands where it was found, and is not brought there by a YAML alias or merge key: each is looked at
/// once, however often it is used.
fn is_own(holder: Node<'_>, value: Node<'_>) -> bool {
    value.parent().map(Node::id) == Some(holder.id())
}
