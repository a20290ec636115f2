//! A schema as AWS takes it, before it is text; and its text.
//!
//! It refuses words that OpenAPI 3.0 and draft 4 do not share: there is no field for them.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Number;

use super::json::{Json, quote};

/// Types that both dialects share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "number" => Self::Number,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }
}

/// What properties beyond the named ones may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Further<'p> {
    #[default]
    Anything,
    Nothing,
    Like(Box<Shape<'p>>),
}

/// A property of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Property<'p> {
    pub name: Cow<'p, str>,
    pub shape: Shape<'p>,
    /// Callers do not send it.
    pub read_only: bool,
}

/// A part that must go when what it refers to accepts more than the document says: accepting more below it refuses more
/// above it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Strict<'p, T> {
    pub part: T,
    /// Schema the part is of, by JSON pointer.
    pub subject: Cow<'p, str>,
    /// Where it stands in the document.
    pub source: String,
    /// Where the schema that holds it stands in the compiled document.
    pub result: String,
}

/// A schema as AWS takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape<'p> {
    /// A model, by its index; everything else is empty then.
    pub reference: Option<usize>,
    pub kind: Option<Kind>,
    pub format: Option<Cow<'p, str>>,
    pub title: Option<Cow<'p, str>>,
    pub description: Option<Cow<'p, str>>,
    pub values: Option<Vec<Json<'p>>>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub multiple_of: Option<Number>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub min_properties: Option<u64>,
    pub max_properties: Option<u64>,
    pub unique_items: bool,
    pub pattern: Option<Cow<'p, str>>,
    pub items: Option<Box<Shape<'p>>>,
    pub properties: Vec<Property<'p>>,
    pub required: Vec<Cow<'p, str>>,
    pub further: Further<'p>,
    pub all_of: Vec<Shape<'p>>,
    pub any_of: Vec<Shape<'p>>,
    pub one_of: Option<Box<Strict<'p, Vec<Shape<'p>>>>>,
    pub not: Option<Box<Strict<'p, Shape<'p>>>>,
}

impl Shape<'_> {
    /// Whether it accepts everything.
    pub(super) fn says_nothing(&self) -> bool {
        let bare = Shape {
            title: self.title.clone(),
            description: self.description.clone(),
            ..Shape::default()
        };
        *self == bare
    }

    pub(super) fn model(at: usize) -> Self {
        Self {
            reference: Some(at),
            ..Self::default()
        }
    }
}

/// What goes when references of a range of [`Text::references`] accept more than they should.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Part of the text: the word `oneOf`, which becomes `anyOf`; or all of a `not`, which is cut.
    pub bytes: Range<usize>,
    pub is_not: bool,
    pub references: Range<usize>,
    pub subject: String,
    pub source: String,
    pub result: String,
}

/// A shape written out.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pub json: String,
    /// Parts that are descriptions, in order; the text is JSON without them.
    pub descriptions: Vec<Range<usize>>,
    /// Models referred to, in order of appearance, with repetitions.
    pub references: Vec<usize>,
    pub sites: Vec<Site>,
}

impl Text {
    /// Writes a shape; `name` names models.
    pub(super) fn of<'n>(shape: &Shape<'_>, name: &dyn Fn(usize) -> &'n str) -> Self {
        let mut text = Self::default();
        text.shape(shape, name);
        text
    }

    fn word(&mut self, word: &str) {
        if !self.json.ends_with('{') {
            self.json.push(',');
        }
        self.json.push('"');
        self.json.push_str(word);
        self.json.push_str("\":");
    }

    fn string(&mut self, word: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.word(word);
            quote(value, &mut self.json);
        }
    }

    fn number(&mut self, word: &str, value: Option<String>) {
        if let Some(value) = value {
            self.word(word);
            self.json.push_str(&value);
        }
    }

    fn shapes<'n>(&mut self, word: &str, shapes: &[Shape<'_>], name: &dyn Fn(usize) -> &'n str) {
        if shapes.is_empty() {
            return;
        }
        self.word(word);
        self.json.push('[');
        for (at, shape) in shapes.iter().enumerate() {
            if at > 0 {
                self.json.push(',');
            }
            self.shape(shape, name);
        }
        self.json.push(']');
    }

    fn shape<'n>(&mut self, shape: &Shape<'_>, name: &dyn Fn(usize) -> &'n str) {
        self.json.push('{');
        if let Some(model) = shape.reference {
            self.references.push(model);
            self.json.push_str("\"$ref\":\"#/components/schemas/");
            self.json.push_str(name(model));
            self.json.push_str("\"}");
            return;
        }
        self.string("type", shape.kind.map(Kind::word));
        self.string("format", shape.format.as_deref());
        self.string("title", shape.title.as_deref());
        if let Some(values) = &shape.values {
            self.word("enum");
            self.json.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    self.json.push(',');
                }
                value.write(&mut self.json);
            }
            self.json.push(']');
        }
        let text = |number: &Option<Number>| number.as_ref().map(ToString::to_string);
        let count = |number: Option<u64>| number.map(|number| number.to_string());
        self.number("minimum", text(&shape.minimum));
        self.number("maximum", text(&shape.maximum));
        self.number("multipleOf", text(&shape.multiple_of));
        self.number("minLength", count(shape.min_length));
        self.number("maxLength", count(shape.max_length));
        self.string("pattern", shape.pattern.as_deref());
        self.number("minItems", count(shape.min_items));
        self.number("maxItems", count(shape.max_items));
        self.number("uniqueItems", shape.unique_items.then(|| "true".to_owned()));
        if let Some(items) = &shape.items {
            self.word("items");
            self.shape(items, name);
        } else if shape.kind == Some(Kind::Array) {
            self.number("items", Some("{}".to_owned()));
        }
        self.number("minProperties", count(shape.min_properties));
        self.number("maxProperties", count(shape.max_properties));
        if !shape.required.is_empty() {
            self.word("required");
            self.json.push('[');
            for (at, required) in shape.required.iter().enumerate() {
                if at > 0 {
                    self.json.push(',');
                }
                quote(required, &mut self.json);
            }
            self.json.push(']');
        }
        if !shape.properties.is_empty() {
            self.word("properties");
            self.json.push('{');
            for (at, property) in shape.properties.iter().enumerate() {
                if at > 0 {
                    self.json.push(',');
                }
                quote(&property.name, &mut self.json);
                self.json.push(':');
                self.shape(&property.shape, name);
            }
            self.json.push('}');
        }
        match &shape.further {
            Further::Anything => {}
            Further::Nothing => self.number("additionalProperties", Some("false".to_owned())),
            Further::Like(like) => {
                self.word("additionalProperties");
                self.shape(like, name);
            }
        }
        self.shapes("allOf", &shape.all_of, name);
        self.shapes("anyOf", &shape.any_of, name);
        self.strict(shape, name);
        if let Some(description) = &shape.description {
            let start = self.json.len();
            self.string("description", Some(description));
            self.descriptions.push(start..self.json.len());
        }
        self.json.push('}');
    }

    fn strict<'n>(&mut self, shape: &Shape<'_>, name: &dyn Fn(usize) -> &'n str) {
        if let Some(one_of) = &shape.one_of {
            let start = self.json.len() + usize::from(!self.json.ends_with('{')) + 1;
            let references = self.references.len();
            self.shapes("oneOf", &one_of.part, name);
            self.site(start..start + "oneOf".len(), false, references, one_of);
        }
        if let Some(not) = &shape.not {
            // In front of something, so that cutting it with its comma leaves JSON.
            let start = self.json.len();
            let references = self.references.len();
            self.word("not");
            self.shape(&not.part, name);
            self.site(start..self.json.len(), true, references, not);
        }
    }

    fn site<T>(
        &mut self,
        bytes: Range<usize>,
        is_not: bool,
        references: usize,
        strict: &Strict<'_, T>,
    ) {
        if references < self.references.len() {
            self.sites.push(Site {
                bytes,
                is_not,
                references: references..self.references.len(),
                subject: strict.subject.to_string(),
                source: strict.source.clone(),
                result: strict.result.clone(),
            });
        }
    }
}
