//! The one walk over a document: every object is looked up in the tables of its version, and handed to the rules on it.
//!
//! It refuses to look into examples, defaults and extensions: what stands there is no OpenAPI.

use super::nearest::nearest;
use super::rules::Id;
use super::shapes::{Form, Layout, Object, Rest};
use super::words::{SLOTS, Word};
use super::{At, Lint, Said};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::{Entry, Kind, Node, NodeId, Shape};

/// The values of the first words of an object.
pub(super) struct Slots([NodeId; SLOTS]);

const NONE: NodeId = NodeId(u32::MAX);

impl Slots {
    pub(super) fn id(&self, word: Word) -> Option<NodeId> {
        self.0.get(word as usize).copied().filter(|id| *id != NONE)
    }
}

/// What must be, and how a value of it is called.
#[derive(Clone, Copy)]
pub(super) enum Must {
    Be(&'static str),
    BeOneOf(&'static [&'static str]),
}

impl<'d> Lint<'d> {
    /// The whole document, and what references lead to outside the places OpenAPI knows.
    pub(super) fn document(&mut self) {
        let root = self.document.root();
        self.declare_schemes(root);
        self.object(Object::Root, root, None);
        while let Some((target, object, user)) = self.references.next_expected() {
            let node = self.node(target);
            match self.references.kind(target) {
                None => self.object(object, node, None),
                Some(found) if found != object => self.wrong_reference(user, found, object),
                Some(_) => {}
            }
        }
        self.components(root);
        self.other_operation_ids();
    }

    pub(super) fn entries(&self, node: Node<'d>) -> &'d [Entry] {
        match self.tree.cell(node.id).shape {
            Shape::Mapping { first, length } => self.tree.entries(first, length),
            _ => &[],
        }
    }

    fn word(&self, entry: &Entry) -> Word {
        self.words
            .get(entry.key.0 as usize)
            .copied()
            .unwrap_or(Word::Other)
    }

    /// One object. `composed` is the schema whose `allOf`, `anyOf` or `oneOf` it is a member of, the outermost one.
    pub(super) fn object(&mut self, object: Object, node: Node<'d>, composed: Option<Node<'d>>) {
        if !node.is_mapping() {
            let truth = object == Object::Schema && self.is_new() && node.kind() == Kind::Bool;
            if !truth {
                self.no_object(object, node);
            }
            return;
        }
        if let Some((key, target)) = self.reference_of(node) {
            self.reference(object, node, key, target);
            let goes_on = (object == Object::Schema && self.is_new()) || object == Object::PathItem;
            if !goes_on {
                self.check_siblings(object, node);
                return;
            }
        }
        if !self.references.visit(node.id, object) {
            return;
        }
        let before = self.turn(object);
        let shape = object.shape();
        let mut slots = Slots([NONE; SLOTS]);
        let tree = self.tree;
        for entry in self.entries(node) {
            let word = self.word(entry);
            let value = Node::new(tree, entry.value);
            if let Some(slot) = slots.0.get_mut(word as usize) {
                *slot = value.id;
            }
            match self.layout.form(object, word) {
                Some(form) => {
                    let root = match word {
                        Word::AllOf | Word::AnyOf | Word::OneOf => Some(composed.unwrap_or(node)),
                        _ => None,
                    };
                    self.form(object, entry, value, form, root);
                }
                None => match shape.rest {
                    Rest::Names(_) if word == Word::Extension && object != Object::Requirement => {}
                    Rest::Names(form) => {
                        let is_path =
                            object != Object::Paths || self.tree.symbol(entry.key).starts_with('/');
                        if is_path {
                            self.form(object, entry, value, form, None);
                        }
                    }
                    Rest::Unknown if word == Word::Extension => {}
                    Rest::Unknown => self.unknown(object, entry, word, value),
                },
            }
        }
        for &(word, versions) in shape.required {
            if versions & self.versions != 0 && self.get(node, word).is_none() {
                self.missing(object, node, word.text());
            }
        }
        self.visited(object, node, &slots, composed);
        self.direction = before;
    }

    /// Hands an object to the rules on it, after all it holds.
    fn visited(
        &mut self,
        object: Object,
        node: Node<'d>,
        slots: &Slots,
        composed: Option<Node<'d>>,
    ) {
        match object {
            Object::Root => self.root(node),
            Object::Info => self.info(node),
            Object::License => self.license(node),
            Object::Server => self.server(node),
            Object::Tag => self.tag(node),
            Object::Paths => self.paths(node),
            Object::Operation => self.operation_anywhere(node),
            Object::Parameter => self.parameter(node),
            Object::PlainItems => self.plain_items(object, node),
            Object::Header => self.header(node),
            Object::MediaType => self.media_type(node),
            Object::Example => self.example_object(node),
            Object::Response => self.response(node),
            Object::Schema => self.schema(node, slots, composed),
            Object::SecurityScheme => self.scheme(node),
            Object::Requirement => self.requirement(node),
            Object::PathItem => self.path_item(node),
            _ => {}
        }
    }

    fn form(
        &mut self,
        object: Object,
        entry: &Entry,
        value: Node<'d>,
        form: Form,
        composed: Option<Node<'d>>,
    ) {
        let kind = value.kind();
        let must = match form {
            Form::Any => return,
            Form::One(inner) => {
                if value.is_mapping() || inner == Object::Schema {
                    return self.object(inner, value, None);
                }
                Must::Be("a mapping")
            }
            Form::Many(inner) => {
                if kind == Kind::Sequence {
                    for item in value.items() {
                        self.object(inner, item, composed);
                    }
                    return;
                }
                Must::Be("a list")
            }
            Form::Map(inner) => {
                if kind == Kind::Mapping {
                    let tree = self.tree;
                    for entry in self.entries(value) {
                        self.object(inner, Node::new(tree, entry.value), None);
                    }
                    return;
                }
                Must::Be("a mapping")
            }
            Form::Text if kind == Kind::String => return,
            Form::Prose if kind == Kind::String => return self.prose(value),
            Form::Text | Form::Prose => Must::Be("text"),
            Form::Bool | Form::SchemaOrBool if kind == Kind::Bool => return,
            Form::Bool => Must::Be("true or false"),
            Form::Number if kind == Kind::Number => return,
            Form::Number => Must::Be("a number"),
            Form::Count if is_count(value) => return,
            Form::Count => Must::Be("a whole number from 0 up"),
            Form::List if kind == Kind::Sequence => return,
            Form::List => Must::Be("a list"),
            Form::Texts => match not_texts(value) {
                None => return,
                Some(item) if item.id != value.id => {
                    return self.wrong(object, At::Node(item), entry, item, Must::Be("text"));
                }
                Some(_) => Must::Be("a list of texts"),
            },
            Form::TextMap | Form::TextsMap => {
                let holds = value.is_mapping()
                    && value.entries().all(|(_, value)| match form {
                        Form::TextMap => value.kind() == Kind::String,
                        _ => not_texts(value).is_none(),
                    });
                if holds {
                    return;
                }
                Must::Be(if matches!(form, Form::TextMap) {
                    "a mapping of texts"
                } else {
                    "a mapping of lists of texts"
                })
            }
            Form::OneOf(words) => match value.as_str() {
                Some(text) if words.contains(&text) => return,
                _ => Must::BeOneOf(words),
            },
            Form::SchemaOrList if kind == Kind::Sequence => {
                for item in value.items() {
                    self.object(Object::Schema, item, None);
                }
                return;
            }
            Form::SchemaOrBool | Form::SchemaOrList => {
                return self.object(Object::Schema, value, None);
            }
            Form::TypeName | Form::TypeNames => {
                let words = type_names(self.version, matches!(form, Form::TypeNames));
                let known =
                    |node: Node<'_>| node.as_str().is_some_and(|text| words.contains(&text));
                let list = matches!(form, Form::TypeNames) && kind == Kind::Sequence;
                if known(value) || (list && value.items().all(known)) {
                    return;
                }
                Must::BeOneOf(words)
            }
            Form::Mapping => {
                if value.is_mapping() {
                    return self.mapping(value);
                }
                Must::Be("a mapping of texts")
            }
        };
        self.wrong(
            object,
            At::Offset(entry.key_start, value),
            entry,
            value,
            must,
        );
    }

    /// A value of the wrong kind.
    fn wrong(&mut self, object: Object, at: At<'d>, entry: &Entry, value: Node<'d>, must: Must) {
        let word = self.word(entry);
        let key = self.tree.symbol(entry.key);
        let container = matches!(must, Must::Be("a list" | "a list of texts" | "a mapping"));
        if container && is_vital(object, word) {
            self.report(Id::Structure, at, || {
                let Must::Be(wanted) = must else {
                    return Said::from(String::new());
                };
                let fix = if wanted.starts_with("a list") {
                    "Write a list."
                } else {
                    "Write keys with values."
                };
                Said::from(format!(
                    "'{}' must be {wanted}, and this is {}",
                    shorten(key),
                    name_of(value.kind())
                ))
                .fix(fix)
            });
            return;
        }
        match must {
            Must::Be(wanted) => self.report(Id::FieldType, at, || {
                format!(
                    "'{}' must be {wanted} here, and this is {}",
                    shorten(key),
                    name_of(value.kind())
                )
            }),
            Must::BeOneOf(words) => self.report(Id::FieldValue, at, || {
                let message = match value.scalar_text() {
                    Some(text) => format!("'{}' cannot be '{}' here", shorten(key), shorten(text)),
                    None => format!(
                        "'{}' cannot be {} here",
                        shorten(key),
                        name_of(value.kind())
                    ),
                };
                Said::from(message).fix(format!("Write one of: {}.", words.join(", ")))
            }),
        }
    }

    /// An object that is no mapping.
    fn no_object(&mut self, object: Object, node: Node<'d>) {
        match object {
            Object::Parameter => self.unreadable_parameter(node),
            Object::Root => {}
            _ => self.report(Id::FieldType, At::Key(node), || {
                format!(
                    "{} must be a mapping, and this is {}",
                    capital(object.shape().name),
                    name_of(node.kind())
                )
            }),
        }
    }

    pub(super) fn missing(&mut self, object: Object, node: Node<'d>, field: &str) {
        self.report(Id::FieldMissing, At::Key(node), || {
            Said::from(format!(
                "{} must have '{field}'",
                capital(object.shape().name)
            ))
            .fix(format!("Add '{field}'."))
        });
    }

    /// A key that is no field of its object.
    fn unknown(&mut self, object: Object, entry: &Entry, word: Word, value: Node<'d>) {
        let key = self.tree.symbol(entry.key);
        let at = At::Offset(entry.key_start, value);
        let of_paths = object == Object::PathItem;
        if of_paths && !self.unknown_of_path(word, key, at) {
            return;
        }
        let (layout, version) = (self.layout, self.version);
        let other = [
            SpecVersion::V3_1,
            SpecVersion::V3_0,
            SpecVersion::V3_2,
            SpecVersion::V2,
        ]
        .into_iter()
        .find_map(|version| Some((version, Layout::of(version).form(object, word)?)));
        if !(word == Word::Ref && value.kind() == Kind::String) {
            self.report(Id::FieldUnknown, at, || {
                let name = object.shape().name;
                if other.is_some() {
                    let message = format!(
                        "'{}' is no field of {name} in {}",
                        shorten(key),
                        number(version)
                    );
                    return Said::from(message);
                }
                let known = object.shape().fields.iter();
                let known = known
                    .filter(|(word, ..)| layout.form(object, *word).is_some())
                    .map(|(word, ..)| word.text());
                let said = Said::from(format!("'{}' is no field of {name}", shorten(key)));
                match nearest(key, known) {
                    Some(meant) => {
                        said.fix(format!("Write '{meant}' if that is meant, else remove it."))
                    }
                    None => said,
                }
            });
        }
        // What it holds may still be referred to, or refer.
        match other {
            Some((
                _,
                form @ (Form::One(_)
                | Form::Many(_)
                | Form::Map(_)
                | Form::SchemaOrBool
                | Form::SchemaOrList),
            )) => self.form(object, entry, value, form, None),
            Some(_) => {}
            None => self.loose_references(value),
        }
    }
}

/// The first thing that keeps a node from being a list of texts; the node itself when it is no list.
fn not_texts(node: Node<'_>) -> Option<Node<'_>> {
    if node.kind() == Kind::Sequence {
        node.items().find(|item| item.kind() != Kind::String)
    } else {
        Some(node)
    }
}

/// A count from 0 up, written as a whole number or as one with nothing behind its point.
fn is_count(node: Node<'_>) -> bool {
    node.as_u64().is_some()
        || node
            .as_f64()
            .is_some_and(|value| value >= 0.0 && value.fract() == 0.0)
}

fn type_names(version: SpecVersion, many: bool) -> &'static [&'static str] {
    const NAMES: &[&str] = &[
        "object", "array", "string", "number", "integer", "boolean", "null",
    ];
    const FILE: &[&str] = &[
        "object", "array", "string", "number", "integer", "boolean", "file",
    ];
    if many {
        NAMES
    } else if version == SpecVersion::V2 {
        FILE
    } else {
        NAMES.get(..6).unwrap_or(NAMES)
    }
}

/// Whether reading the document for a gateway depends on this field.
fn is_vital(object: Object, word: Word) -> bool {
    match object {
        Object::Root => matches!(
            word,
            Word::Info
                | Word::Paths
                | Word::Components
                | Word::Definitions
                | Word::SecurityDefinitions
                | Word::Servers
                | Word::Tags
                | Word::Security
        ),
        Object::Paths | Object::Components => true,
        Object::PathItem => word != Word::Servers,
        Object::Operation => matches!(
            word,
            Word::RequestBody | Word::Responses | Word::Security | Word::Tags | Word::Parameters
        ),
        _ => false,
    }
}

pub(super) fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "nothing",
        Kind::Bool => "true or false",
        Kind::Number => "a number",
        Kind::String => "text",
        Kind::Sequence => "a list",
        Kind::Mapping => "a mapping",
    }
}

/// A sentence's first letter made large.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn number(version: SpecVersion) -> &'static str {
    match version {
        SpecVersion::V2 => "2.0",
        SpecVersion::V3_0 => "3.0",
        SpecVersion::V3_1 => "3.1",
        SpecVersion::V3_2 => "3.2",
    }
}
