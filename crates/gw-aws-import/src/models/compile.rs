//! From schemas by their pointers to models with names.
//!
//! It refuses to follow references without end: what is written out in place has a bound in bytes and in depth, and
//! schemas nest to a bound.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use gw_plan::{Dialect, Schemas};

use super::json::{Json, get};
use super::name::{self, Names};
use super::place::{Found, Notes, Place, Weight};
use super::shape::{Shape, Text};
use super::words::{asserts, is_read_only};

/// Most bytes of other schemas that are written out in one model.
const MAX_INLINED: usize = 40 * 1024;
/// Most schemas that are written out within one another.
const MAX_CHAIN: usize = 8;
/// Deepest nesting of a model.
const MAX_DEPTH: usize = 100;
/// Most bytes of texts that are kept parsed.
const MAX_PARSED: usize = 2 * 1024 * 1024;

/// Where the schema of a model comes from.
#[derive(Clone, Copy, Debug)]
enum Source<'p> {
    /// Shared, at this pointer.
    Shared(&'p str),
    /// Of one body, at this pointer, with this text.
    Body(&'p str, &'p str),
}

/// A model on its way.
#[derive(Debug)]
pub(super) struct Model<'p> {
    pub name: String,
    source: Source<'p>,
    /// A twin of a shared schema that takes null too.
    takes_null: bool,
    pub text: Text,
    /// Whether it accepts more than the schema.
    pub is_loose: bool,
    pub says_nothing: bool,
    /// Notes by index, without repetition.
    pub notes: Vec<usize>,
}

impl Model<'_> {
    /// JSON pointer of its schema in the document.
    pub(super) fn pointer(&self) -> &str {
        match self.source {
            Source::Shared(pointer) | Source::Body(pointer, _) => pointer,
        }
    }
}

/// Compiles schemas; models are made when they are first referred to, and compiled in that order.
pub(super) struct Compiler<'p> {
    pub(super) dialect: Dialect,
    schemas: &'p Schemas,
    names: Names,
    pub(super) models: Vec<Model<'p>>,
    /// Models of shared schemas by pointer; `None` when the schema says nothing.
    shared: HashMap<&'p str, Option<usize>>,
    /// Their twins that take null.
    twins: HashMap<&'p str, usize>,
    read_only: HashMap<&'p str, bool>,
    parsed: HashMap<&'p str, Rc<Json<'p>>>,
    parsed_bytes: usize,
    pub(super) notes: Notes,
    // Of the model at hand:
    pub(super) place: Place,
    /// Pointer of the schema at hand: of the model, or of what is written out in it.
    pub(super) subject: &'p str,
    /// Grows with everything that makes a schema accept more.
    pub(super) losses: usize,
    chain: Vec<&'p str>,
    inlined: usize,
    depth: usize,
    /// Whether any property met is read-only.
    pub(super) met_read_only: bool,
}

impl<'p> Compiler<'p> {
    pub(super) fn new(schemas: &'p Schemas) -> Self {
        Self {
            dialect: schemas.dialect,
            schemas,
            names: Names::new(&schemas.texts),
            models: Vec::new(),
            shared: HashMap::new(),
            twins: HashMap::new(),
            read_only: HashMap::new(),
            parsed: HashMap::new(),
            parsed_bytes: 0,
            notes: Notes::default(),
            place: Place::default(),
            subject: "",
            losses: 0,
            chain: Vec::new(),
            inlined: 0,
            depth: 0,
            met_read_only: false,
        }
    }

    /// The model of a body's schema; `None` when it says nothing.
    pub(super) fn body(&mut self, pointer: &'p str, text: &'p str, hint: &str) -> Option<usize> {
        // A shared schema that is taken out in place has its own name.
        if self
            .schemas
            .texts
            .get(pointer)
            .is_some_and(|own| own == text)
        {
            let (key, _) = self.schemas.texts.get_key_value(pointer)?;
            return self.resolve(key);
        }
        if text.len() < 1024 {
            let schema = Json::parse(text)?;
            if let Some(target) = self.alias(&schema) {
                return self.resolve(target);
            }
            if says_nothing(&schema) {
                return None;
            }
        }
        let name = self.names.give(hint);
        self.subject = pointer;
        self.place = Place::new(pointer, format!("/components/schemas/{name}"));
        self.notes.here.clear();
        self.note(
            "GW053",
            Weight::Documentation,
            "",
            true,
            format!("The schema stands in the body; it becomes the model {name}"),
        );
        Some(self.model(Source::Body(pointer, text), name, false))
    }

    /// Compiles until no model refers to one that is not compiled.
    pub(super) fn finish(mut self) -> (Vec<Model<'p>>, Notes) {
        let mut at = 0;
        while at < self.models.len() {
            self.compile(at);
            at += 1;
        }
        (self.models, self.notes)
    }

    fn model(&mut self, source: Source<'p>, name: String, takes_null: bool) -> usize {
        let mut notes = std::mem::take(&mut self.notes.here);
        notes.dedup();
        self.models.push(Model {
            name,
            source,
            takes_null,
            text: Text::default(),
            is_loose: false,
            says_nothing: false,
            notes,
        });
        self.models.len() - 1
    }

    fn compile(&mut self, at: usize) {
        let Some(model) = self.models.get(at) else {
            return;
        };
        let takes_null = model.takes_null;
        let result = format!("/components/schemas/{}", model.name);
        let (pointer, schema) = match model.source {
            Source::Shared(pointer) => (pointer, self.parse(pointer)),
            Source::Body(pointer, text) => (pointer, Json::parse(text).map(Rc::new)),
        };
        self.place = Place::new(pointer, result);
        self.subject = pointer;
        self.losses = 0;
        self.inlined = 0;
        self.depth = 0;
        self.met_read_only = false;
        self.notes.here.clear();
        self.chain.clear();
        self.chain.push(pointer);
        let mut shape = match &schema {
            Some(schema) => self.schema(schema, true),
            None => {
                self.lose(
                    "GW041",
                    "",
                    true,
                    "The schema nests too deep to be compiled",
                );
                Shape::default()
            }
        };
        if takes_null {
            self.losses += 1;
            super::merge::take_null(&mut shape);
        }
        let names = &self.models;
        let text = Text::of(&shape, &|model| {
            names.get(model).map_or("", |model| model.name.as_str())
        });
        let mut notes = std::mem::take(&mut self.notes.here);
        let is_loose = self.losses > 0;
        if let Some(model) = self.models.get_mut(at) {
            model.text = text;
            model.is_loose = is_loose;
            model.says_nothing = shape.says_nothing();
            model.notes.append(&mut notes);
            model.notes.sort_unstable();
            model.notes.dedup();
        }
    }

    /// A schema, wherever it stands. With `in_place` it is never a reference.
    pub(super) fn schema(&mut self, schema: &Json<'p>, in_place: bool) -> Shape<'p> {
        if self.depth >= MAX_DEPTH {
            self.lose(
                "GW048",
                "",
                true,
                "The schema nests too deep; what is below here is not checked",
            );
            return Shape::default();
        }
        self.depth += 1;
        let shape = match schema {
            Json::Object(words) => self.object(words, in_place),
            Json::Bool(true) => Shape::default(),
            Json::Bool(false) => {
                self.lose(
                    "GW041",
                    "",
                    true,
                    "The schema 'false' refuses everything; draft 4 has no such schema, so everything is accepted",
                );
                Shape::default()
            }
            _ => {
                self.lose(
                    "GW041",
                    "",
                    true,
                    "This is no schema; everything is accepted",
                );
                Shape::default()
            }
        };
        self.depth -= 1;
        shape
    }

    fn object(&mut self, words: &[(Cow<'p, str>, Json<'p>)], in_place: bool) -> Shape<'p> {
        let target = match get(words, "$ref") {
            Some(Json::String(target)) => self.key(target),
            _ => return self.words(words, in_place),
        };
        let has_more = self.dialect == Dialect::JsonSchema2020
            && words
                .iter()
                .any(|(word, _)| word != "$ref" && asserts(word));
        let Some(target) = target else {
            return if has_more {
                self.words(words, in_place)
            } else {
                Shape::default()
            };
        };
        if !has_more {
            return self.refer(target, in_place);
        }
        let mut shape = self.words(words, true);
        self.place.freeze();
        let referred = self.write_out(target);
        self.place.thaw();
        self.note(
            "GW048",
            Weight::Documentation,
            "$ref",
            true,
            "A reference must stand alone; the schema it refers to is written out in place"
                .to_owned(),
        );
        super::merge::both(&mut shape, referred);
        self.free_read_only(&mut shape);
        shape
    }

    /// What a reference becomes.
    pub(super) fn refer(&mut self, target: &'p str, in_place: bool) -> Shape<'p> {
        if in_place {
            self.place.freeze();
            let shape = self.write_out(target);
            self.place.thaw();
            return shape;
        }
        self.resolve(target)
            .map_or_else(Shape::default, Shape::model)
    }

    /// A reference to a shared schema, with null beside it.
    pub(super) fn refer_or_null(&mut self, model: usize) -> Shape<'p> {
        let source = self.models.get(model).map(|model| model.source);
        let Some(Source::Shared(pointer)) = source else {
            return Shape::default();
        };
        if let Some(twin) = self.twins.get(pointer) {
            return Shape::model(*twin);
        }
        let like = self.models.get(model).map_or("", |model| &model.name);
        let name = self.names.give(&format!("{like}OrNull"));
        let here = std::mem::take(&mut self.notes.here);
        let twin = self.model(Source::Shared(pointer), name, true);
        self.notes.here = here;
        self.twins.insert(pointer, twin);
        Shape::model(twin)
    }

    /// The schema a reference leads to, as it would be in its place.
    fn write_out(&mut self, target: &'p str) -> Shape<'p> {
        let size = self.schemas.texts.get(target).map_or(0, String::len);
        let why = if self.chain.contains(&target) {
            Some("The schema consists of itself; this turn of it is not checked")
        } else if self.chain.len() > MAX_CHAIN {
            Some("Schemas consist of one another too deep; this one is not checked")
        } else if self.inlined + size > MAX_INLINED {
            Some(
                "The schemas it consists of are too large to be written out; this one is not checked",
            )
        } else {
            None
        };
        if let Some(why) = why {
            self.lose("GW048", "", true, why);
            return Shape::default();
        }
        self.inlined += size;
        let Some(schema) = self.parse(target) else {
            self.lose(
                "GW041",
                "",
                true,
                "The schema nests too deep to be compiled",
            );
            return Shape::default();
        };
        let source = std::mem::replace(&mut self.place.source, target.to_owned());
        let subject = std::mem::replace(&mut self.subject, target);
        self.chain.push(target);
        let shape = self.schema(&schema, true);
        self.chain.pop();
        self.place.source = source;
        self.subject = subject;
        shape
    }

    /// The model of a shared schema; `None` when it says nothing.
    fn resolve(&mut self, pointer: &'p str) -> Option<usize> {
        if let Some(known) = self.shared.get(pointer) {
            return *known;
        }
        let mut seen = vec![pointer];
        let mut target = pointer;
        let model = loop {
            let text = self.schemas.texts.get(target)?;
            if text.len() < 1024 {
                let Some(schema) = self.parse(target) else {
                    break Some(self.shared_model(target));
                };
                if says_nothing(&schema) {
                    break None;
                }
                if let Some(next) = self.alias(&schema) {
                    if let Some(known) = self.shared.get(next) {
                        break *known;
                    }
                    if seen.contains(&next) {
                        break None; // it refers to itself and says nothing
                    }
                    seen.push(next);
                    target = next;
                    continue;
                }
            }
            break Some(self.shared_model(target));
        };
        for alias in seen {
            self.shared.insert(alias, model);
        }
        model
    }

    fn shared_model(&mut self, pointer: &'p str) -> usize {
        let name = self.names.of_pointer(pointer);
        let own = name::own_name(pointer);
        let here = std::mem::take(&mut self.notes.here);
        if own.as_ref().is_some_and(|own| *own != name) {
            let found = Found {
                rule: "GW040",
                weight: Weight::Documentation,
                subject: pointer.to_owned(),
                source: pointer.to_owned(),
                result: format!("/components/schemas/{name}"),
                message: format!(
                    "Model names are letters and digits; '{}' becomes '{name}'",
                    own.unwrap_or_default()
                )
                .into(),
            };
            self.notes.add(found);
        }
        let model = self.model(Source::Shared(pointer), name, false);
        self.notes.here = here;
        model
    }

    /// The reference a schema is, when it is nothing else.
    fn alias(&self, schema: &Json<'p>) -> Option<&'p str> {
        let words = schema.entries();
        let target = self.key(schema.get("$ref")?.as_str()?)?;
        let more = self.dialect == Dialect::JsonSchema2020
            && words
                .iter()
                .any(|(word, _)| word != "$ref" && asserts(word));
        (!more).then_some(target)
    }

    /// The key of the texts that a reference names.
    pub(super) fn key(&self, target: &str) -> Option<&'p str> {
        let pointer = target.strip_prefix('#')?;
        let (key, _) = self.schemas.texts.get_key_value(pointer)?;
        Some(key)
    }

    /// Whether the property with this schema is one callers do not send.
    pub(super) fn is_read_only(&mut self, schema: &Json<'p>, depth: usize) -> bool {
        if is_read_only(schema) {
            return true;
        }
        if depth > MAX_CHAIN {
            return false;
        }
        let target = schema.get("$ref").and_then(Json::as_str);
        if let Some(target) = target.and_then(|target| self.key(target)) {
            if let Some(known) = self.read_only.get(target) {
                return *known;
            }
            let text = self.schemas.texts.get(target).map_or("", String::as_str);
            let is_possible = text.contains("\"readOnly\":true") || text.len() < 256;
            let found = is_possible
                && self
                    .parse(target)
                    .is_some_and(|schema| self.is_read_only(&schema, depth + 1));
            self.read_only.insert(target, found);
            return found;
        }
        match schema.get("allOf") {
            Some(Json::Array(branches)) => branches
                .iter()
                .any(|branch| self.is_read_only(branch, depth + 1)),
            _ => false,
        }
    }

    fn parse(&mut self, pointer: &'p str) -> Option<Rc<Json<'p>>> {
        if let Some(known) = self.parsed.get(pointer) {
            return Some(Rc::clone(known));
        }
        let text = self.schemas.texts.get(pointer)?;
        let schema = Rc::new(Json::parse(text)?);
        if self.parsed_bytes + text.len() > MAX_PARSED {
            self.parsed.clear();
            self.parsed_bytes = 0;
        }
        self.parsed_bytes += text.len();
        self.parsed.insert(pointer, Rc::clone(&schema));
        Some(schema)
    }

    /// Notes something about a word of the schema at hand; `stays`: something of it is left in the result.
    pub(super) fn note(
        &mut self,
        rule: &'static str,
        weight: Weight,
        word: &str,
        stays: bool,
        message: impl Into<Cow<'static, str>>,
    ) {
        let found = Found {
            rule,
            weight,
            subject: self.subject.to_owned(),
            source: self.place.of(word),
            result: if stays {
                self.place.result.clone()
            } else {
                String::new()
            },
            message: message.into(),
        };
        self.notes.add(found);
    }

    /// Notes that the schema accepts more than it should.
    pub(super) fn lose(
        &mut self,
        rule: &'static str,
        word: &str,
        stays: bool,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.losses += 1;
        self.note(rule, Weight::Check, word, stays, message);
    }
}

/// Whether nobody can break a schema, by its words alone.
fn says_nothing(schema: &Json<'_>) -> bool {
    match schema {
        Json::Object(words) => !words.iter().any(|(word, _)| asserts(word)),
        other => *other == Json::Bool(true),
    }
}
