//! Schemas taken out of a document as compact JSON, with everything they refer to.
//!
//! It refuses to change what a schema demands: only words for people are left out, and references out of the document,
//! which nothing can follow, become `{}`.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::Value;

use crate::document::Document;
use crate::scalar;
use crate::tree::{Kind, Node, NodeId};

/// Most bytes one schema is written out to; beyond it the rest is `{}`. Aliases are bounded by the reader already.
const MAX_SCHEMA: usize = 4 * 1024 * 1024;
/// Most bytes all schemas of one document are written out to; references and nesting make some of them stand many times.
const MAX_SCHEMAS: usize = 64 * 1024 * 1024;

/// Takes schemas out of one document; what they refer to is collected.
pub struct Extract<'d> {
    document: &'d Document,
    /// Pointers of references met, by their text, so that each is followed once; `None` for those that lead nowhere.
    followed: HashMap<&'d str, Option<String>>,
    waiting: VecDeque<(String, NodeId)>,
    /// Nodes that are waiting or were taken out.
    known: HashSet<NodeId>,
    /// Bytes that may still be written; `None` once more was needed.
    left: Option<usize>,
}

impl<'d> Extract<'d> {
    /// Of a document.
    pub fn new(document: &'d Document) -> Self {
        Self {
            document,
            followed: HashMap::new(),
            waiting: VecDeque::new(),
            known: HashSet::new(),
            left: Some(MAX_SCHEMAS),
        }
    }

    /// One schema as compact JSON. Each `$ref` in it is `#` and a JSON pointer. Once the bound of all schemas is passed
    /// it is `{}`.
    pub fn schema(&mut self, node: Node<'d>) -> String {
        let Some(left) = self.left else {
            return "{}".to_owned();
        };
        let mut text = String::new();
        self.write(node, Words::Schema, &mut text);
        // Thousands of them are kept.
        text.shrink_to_fit();
        self.left = left.checked_sub(text.len());
        text
    }

    /// Whether the bound of all schemas was passed, so that some are missing.
    pub fn is_spent(&self) -> bool {
        self.left.is_none()
    }

    /// The schemas that those taken out refer to, directly or not, by JSON pointer.
    pub fn finish(&mut self) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        while let Some((pointer, id)) = self.waiting.pop_front() {
            let text = self.schema(self.document.node(id));
            texts.insert(pointer, text);
        }
        texts
    }

    fn write(&mut self, node: Node<'d>, words: Words, text: &mut String) {
        if text.len() > MAX_SCHEMA {
            text.push_str("{}");
            return;
        }
        match node.kind() {
            Kind::Null => text.push_str("null"),
            Kind::Bool => text.push_str(if node.as_bool() == Some(true) {
                "true"
            } else {
                "false"
            }),
            Kind::Number => {
                text.push_str(
                    &scalar::json_number(node.scalar_text().unwrap_or_default()).to_string(),
                );
            }
            Kind::String => quote(node.as_str().unwrap_or_default(), text),
            Kind::Sequence => {
                text.push('[');
                for (at, item) in node.items().enumerate() {
                    if text.len() > MAX_SCHEMA {
                        break;
                    }
                    if at > 0 {
                        text.push(',');
                    }
                    self.write(item, words, text);
                }
                text.push(']');
            }
            Kind::Mapping => self.write_mapping(node, words, text),
        }
    }

    fn write_mapping(&mut self, node: Node<'d>, words: Words, text: &mut String) {
        if words == Words::Schema
            && let Some(target) = node.get("$ref").and_then(Node::as_str)
            && self.follow(target).is_none()
        {
            text.push_str("{}");
            return;
        }
        text.push('{');
        let mut first = true;
        for (key, value) in node.entries() {
            if text.len() > MAX_SCHEMA {
                break;
            }
            let next = match words {
                Words::Schema => match of_key(key.text, value) {
                    Some(next) => next,
                    None => continue,
                },
                Words::Names => Words::Schema,
                Words::Data => Words::Data,
            };
            if !first {
                text.push(',');
            }
            first = false;
            quote(key.text, text);
            text.push(':');
            match (words, key.text, value.as_str()) {
                (Words::Schema, "$ref", Some(target)) => {
                    let pointer = self.follow(target).unwrap_or_default();
                    let reference = format!("#{pointer}");
                    quote(&reference, text);
                }
                _ => self.write(value, next, text),
            }
        }
        text.push('}');
    }

    /// The pointer a reference leads to; what is there is taken out in its turn.
    fn follow(&mut self, target: &'d str) -> Option<String> {
        if let Some(known) = self.followed.get(target) {
            return known.clone();
        }
        let found = self.document.follow(target).ok();
        let found = found.filter(|node| matches!(node.kind(), Kind::Mapping | Kind::Bool));
        let pointer = found.map(|node| {
            let pointer = node.pointer();
            // Two spellings of one reference lead to one schema.
            if self.known.insert(node.id()) {
                self.waiting.push_back((pointer.clone(), node.id()));
            }
            pointer
        });
        self.followed.insert(target, pointer.clone());
        pointer
    }
}

/// What the keys of a mapping are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// Words of JSON Schema.
    Schema,
    /// Names the author chose; the values are schemas.
    Names,
    /// Data: nothing in it is a word.
    Data,
}

/// What the value of a word of JSON Schema holds; `None` for words that are for people only.
fn of_key(key: &str, value: Node<'_>) -> Option<Words> {
    match key {
        "example" | "examples" | "externalDocs" | "xml" | "$comment" => None,
        _ if key.starts_with("x-") => None,
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => {
            value.is_mapping().then_some(Words::Names)
        }
        "enum" | "const" | "default" | "required" | "discriminator" | "dependentRequired" => {
            Some(Words::Data)
        }
        _ => Some(Words::Schema),
    }
}

fn quote(plain: &str, text: &mut String) {
    let simple = !plain
        .bytes()
        .any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    if simple {
        text.push('"');
        text.push_str(plain);
        text.push('"');
    } else {
        text.push_str(&Value::from(plain).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_comes_out_with_all_it_refers_to_and_without_words_for_people() {
        let text = "openapi: 3.0.3\ncomponents:\n  schemas:\n    A:\n      type: object\n      example: {x: 1}\n      \
                    properties:\n        example: {type: string}\n        b: {$ref: '#/components/schemas/B~1c'}\n        \
                    far: {$ref: 'other.yaml#/X'}\n    B/c:\n      x-note: 1\n      enum: [{example: 1}]\n      \
                    items: {$ref: '#/components/schemas/A'}\n";
        let (document, _) = Document::parse(text);
        let mut extract = Extract::new(&document);
        let schema = extract.schema(
            document
                .at("/components/schemas/A")
                .unwrap_or(document.root()),
        );
        assert_eq!(
            schema,
            r##"{"type":"object","properties":{"example":{"type":"string"},"b":{"$ref":"#/components/schemas/B~1c"},"far":{}}}"##
        );
        let rest = extract.finish();
        let pointers: Vec<&str> = rest.keys().map(String::as_str).collect();
        assert_eq!(
            pointers,
            ["/components/schemas/A", "/components/schemas/B~1c"]
        );
        assert_eq!(
            rest["/components/schemas/B~1c"],
            r##"{"enum":[{"example":1}],"items":{"$ref":"#/components/schemas/A"}}"##
        );
    }
}
