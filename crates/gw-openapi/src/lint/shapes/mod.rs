//! What each object of an OpenAPI document may hold, version by version: tables that the walk reads.
//!
//! It refuses rules that look at more than one field at a time: those are code, in the modules beside it.

mod objects;
mod schemas;
mod security;

use std::sync::OnceLock;

use super::words::{self, Word};
use crate::document::SpecVersion;

/// Versions, one bit each.
pub(super) type Versions = u8;
pub(super) const V2: Versions = 1;
pub(super) const V30: Versions = 2;
pub(super) const V31: Versions = 4;
pub(super) const V32: Versions = 8;
pub(super) const V3: Versions = V30 | V31 | V32;
pub(super) const NEW: Versions = V31 | V32;
pub(super) const ALL: Versions = V2 | V3;

/// The bit of a version.
pub(super) const fn bit(version: SpecVersion) -> Versions {
    match version {
        SpecVersion::V2 => V2,
        SpecVersion::V3_0 => V30,
        SpecVersion::V3_1 => V31,
        SpecVersion::V3_2 => V32,
    }
}

/// The objects of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Object {
    Root,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Tag,
    ExternalDocs,
    Paths,
    PathItem,
    Operation,
    Parameter,
    /// Items of a parameter of 2.0.
    PlainItems,
    Header,
    RequestBody,
    MediaType,
    Encoding,
    Example,
    Responses,
    Response,
    Link,
    Callback,
    Schema,
    Xml,
    Discriminator,
    Components,
    SecurityScheme,
    Requirement,
    Scopes,
    Flows,
    Implicit,
    /// The flows `password` and `clientCredentials`, which are alike.
    Token,
    Code,
    Device,
}

const OBJECTS: usize = Object::Device as usize + 1;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Anything.
    Any,
    Text,
    /// Text for people, in Markdown.
    Prose,
    Bool,
    Number,
    /// A whole number from 0 up.
    Count,
    /// A list of texts.
    Texts,
    /// A list of anything.
    List,
    /// A mapping of texts.
    TextMap,
    /// A mapping of lists of texts.
    TextsMap,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    One(Object),
    Many(Object),
    Map(Object),
    /// A schema, or `true` or `false`.
    SchemaOrBool,
    /// A schema, or a list of them.
    SchemaOrList,
    /// A schema type; a list of them from 3.1 on.
    TypeName,
    TypeNames,
    /// Discriminator values with the schemas they stand for.
    Mapping,
}

/// What keys that no field names hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rest {
    /// They should not be there.
    Unknown,
    /// Values of this form; the keys are names.
    Names(Form),
}

pub(super) type Field = (Word, Form, Versions);

/// The table of one object.
pub(super) struct Shape {
    /// As messages call it.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) required: &'static [(Word, Versions)],
    pub(super) rest: Rest,
    /// Whether a `$ref` may stand for it.
    pub(super) referable: bool,
}

impl Object {
    pub(super) const fn shape(self) -> &'static Shape {
        match self {
            Self::Root => &objects::ROOT,
            Self::Info => &objects::INFO,
            Self::Contact => &objects::CONTACT,
            Self::License => &objects::LICENSE,
            Self::Server => &objects::SERVER,
            Self::ServerVariable => &objects::SERVER_VARIABLE,
            Self::Tag => &objects::TAG,
            Self::ExternalDocs => &objects::EXTERNAL_DOCS,
            Self::Paths => &objects::PATHS,
            Self::PathItem => &objects::PATH_ITEM,
            Self::Operation => &objects::OPERATION,
            Self::Parameter => &objects::PARAMETER,
            Self::PlainItems => &objects::PLAIN_ITEMS,
            Self::Header => &objects::HEADER,
            Self::RequestBody => &objects::REQUEST_BODY,
            Self::MediaType => &objects::MEDIA_TYPE,
            Self::Encoding => &objects::ENCODING,
            Self::Example => &objects::EXAMPLE,
            Self::Responses => &objects::RESPONSES,
            Self::Response => &objects::RESPONSE,
            Self::Link => &objects::LINK,
            Self::Callback => &objects::CALLBACK,
            Self::Schema => &schemas::SCHEMA,
            Self::Xml => &schemas::XML,
            Self::Discriminator => &schemas::DISCRIMINATOR,
            Self::Components => &objects::COMPONENTS,
            Self::SecurityScheme => &security::SECURITY_SCHEME,
            Self::Requirement => &security::REQUIREMENT,
            Self::Scopes => &security::SCOPES,
            Self::Flows => &security::FLOWS,
            Self::Implicit => &security::IMPLICIT,
            Self::Token => &security::TOKEN,
            Self::Code => &security::CODE,
            Self::Device => &security::DEVICE,
        }
    }

    const EVERY: [Self; OBJECTS] = [
        Self::Root,
        Self::Info,
        Self::Contact,
        Self::License,
        Self::Server,
        Self::ServerVariable,
        Self::Tag,
        Self::ExternalDocs,
        Self::Paths,
        Self::PathItem,
        Self::Operation,
        Self::Parameter,
        Self::PlainItems,
        Self::Header,
        Self::RequestBody,
        Self::MediaType,
        Self::Encoding,
        Self::Example,
        Self::Responses,
        Self::Response,
        Self::Link,
        Self::Callback,
        Self::Schema,
        Self::Xml,
        Self::Discriminator,
        Self::Components,
        Self::SecurityScheme,
        Self::Requirement,
        Self::Scopes,
        Self::Flows,
        Self::Implicit,
        Self::Token,
        Self::Code,
        Self::Device,
    ];

    /// The object with a number, as `as u8` gave it.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        Self::EVERY.get(number as usize).copied()
    }
}

/// The tables of one version, laid out so that a field is found by two numbers.
pub(super) struct Layout {
    /// `object * words + word` leads to a form; 0 is none.
    at: Vec<u8>,
    forms: Vec<Form>,
}

impl Layout {
    pub(super) fn of(version: SpecVersion) -> &'static Self {
        static LAYOUTS: [OnceLock<Layout>; 4] = [const { OnceLock::new() }; 4];
        LAYOUTS[version as usize].get_or_init(|| Self::build(bit(version)))
    }

    fn build(versions: Versions) -> Self {
        let mut layout = Self {
            at: vec![0; OBJECTS * words::COUNT],
            forms: vec![Form::Any],
        };
        for object in Object::EVERY {
            for &(word, form, of) in object.shape().fields {
                if of & versions == 0 {
                    continue;
                }
                let same = layout
                    .forms
                    .iter()
                    .skip(1)
                    .position(|known| same(*known, form));
                let number = match same {
                    Some(at) => at + 1,
                    None => {
                        layout.forms.push(form);
                        layout.forms.len() - 1
                    }
                };
                if let Some(cell) = layout
                    .at
                    .get_mut(object as usize * words::COUNT + word as usize)
                {
                    *cell = u8::try_from(number).unwrap_or_default();
                }
            }
        }
        layout
    }

    /// What a field of an object must be; `None` when the object has no such field.
    pub(super) fn form(&self, object: Object, word: Word) -> Option<Form> {
        match self.at.get(object as usize * words::COUNT + word as usize) {
            None | Some(0) => None,
            Some(&number) => self.forms.get(number as usize).copied(),
        }
    }
}

/// Whether two forms are written alike; forms are few, and laid out once.
fn same(one: Form, other: Form) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_version_is_found() {
        for version in [
            SpecVersion::V2,
            SpecVersion::V3_0,
            SpecVersion::V3_1,
            SpecVersion::V3_2,
        ] {
            let layout = Layout::of(version);
            for (number, object) in Object::EVERY.into_iter().enumerate() {
                assert_eq!(object as usize, number);
                for &(word, form, of) in object.shape().fields {
                    let found = layout.form(object, word);
                    if of & bit(version) != 0 {
                        let found = found.unwrap_or_else(|| panic!("{object:?} has no {word:?}"));
                        assert!(same(found, form), "{object:?} {word:?}");
                    }
                }
                for (word, of) in object.shape().required {
                    let known = of & bit(version) == 0 || layout.form(object, *word).is_some();
                    assert!(known, "{object:?} must have {word:?} and may not");
                }
            }
        }
    }
}
