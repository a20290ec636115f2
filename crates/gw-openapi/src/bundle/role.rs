//! What a part of a document is, by where it stands: it says where references may be, and where what they name belongs.
//!
//! It refuses to judge whether a part is what it should be.

use crate::document::SpecVersion;
use crate::tree::Node;

/// An object of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Document,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Schema,
    Discriminator,
    Example,
    Link,
    Callback,
    SecurityScheme,
    /// Anything else; words of OpenAPI in it hold references all the same.
    Other,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// One object.
    One(Kind),
    /// Objects by names the author chose.
    Names(Kind),
    /// A list of objects.
    List(Kind),
    /// Names to references, as plain text: a discriminator's mapping.
    References,
    /// Data: a `$ref` in it is text.
    Literal,
}

impl Role {
    /// What the value of a key is.
    pub(super) fn child(self, key: &str, value: Node<'_>) -> Self {
        match self {
            Self::Literal | Self::References => Self::Literal,
            Self::Names(Kind::PathItem | Kind::Response) if key.starts_with("x-") => Self::Literal,
            Self::Names(kind) => Self::One(kind),
            Self::List(kind) | Self::One(kind) => {
                if key.starts_with("x-") {
                    return Self::Literal;
                }
                of_key(kind, key, value)
            }
        }
    }

    /// What an item of a list is.
    pub(super) fn item(self) -> Self {
        match self {
            Self::List(kind) | Self::One(kind) | Self::Names(kind) => Self::One(kind),
            Self::References | Self::Literal => Self::Literal,
        }
    }

    /// Where parts of this kind are kept: a pointer; `None` when there is no such place and they are written out instead.
    pub(super) fn section(self, version: SpecVersion) -> Option<&'static str> {
        let Self::One(kind) = self else { return None };
        if version == SpecVersion::V2 {
            return match kind {
                Kind::Schema => Some("/definitions"),
                Kind::Parameter => Some("/parameters"),
                Kind::Response => Some("/responses"),
                _ => None,
            };
        }
        match kind {
            Kind::Schema => Some("/components/schemas"),
            Kind::Parameter => Some("/components/parameters"),
            Kind::Response => Some("/components/responses"),
            Kind::RequestBody => Some("/components/requestBodies"),
            Kind::Header => Some("/components/headers"),
            Kind::Example => Some("/components/examples"),
            Kind::Link => Some("/components/links"),
            Kind::Callback => Some("/components/callbacks"),
            Kind::SecurityScheme => Some("/components/securitySchemes"),
            Kind::PathItem if version >= SpecVersion::V3_1 => Some("/components/pathItems"),
            Kind::MediaType if version >= SpecVersion::V3_2 => Some("/components/mediaTypes"),
            _ => None,
        }
    }
}

fn of_key(kind: Kind, key: &str, value: Node<'_>) -> Role {
    match kind {
        Kind::Document => match key {
            "paths" | "webhooks" => Role::Names(Kind::PathItem),
            "components" => Role::One(Kind::Components),
            "definitions" => Role::Names(Kind::Schema),
            "parameters" => Role::Names(Kind::Parameter),
            "responses" => Role::Names(Kind::Response),
            "securityDefinitions" => Role::Names(Kind::SecurityScheme),
            "security" => listed(value),
            _ => Role::One(Kind::Other),
        },
        Kind::Components => match key {
            "schemas" => Role::Names(Kind::Schema),
            "responses" => Role::Names(Kind::Response),
            "parameters" => Role::Names(Kind::Parameter),
            "examples" => Role::Names(Kind::Example),
            "requestBodies" => Role::Names(Kind::RequestBody),
            "headers" => Role::Names(Kind::Header),
            "securitySchemes" => Role::Names(Kind::SecurityScheme),
            "links" => Role::Names(Kind::Link),
            "callbacks" => Role::Names(Kind::Callback),
            "pathItems" => Role::Names(Kind::PathItem),
            "mediaTypes" => Role::Names(Kind::MediaType),
            _ => Role::One(Kind::Other),
        },
        Kind::PathItem => match key {
            "parameters" => Role::List(Kind::Parameter),
            "additionalOperations" => Role::Names(Kind::Operation),
            "servers" | "summary" | "description" => Role::One(Kind::Other),
            _ => Role::One(Kind::Operation),
        },
        Kind::Operation => match key {
            "parameters" => Role::List(Kind::Parameter),
            "requestBody" => Role::One(Kind::RequestBody),
            "responses" => Role::Names(Kind::Response),
            "callbacks" => Role::Names(Kind::Callback),
            "security" => listed(value),
            _ => Role::One(Kind::Other),
        },
        Kind::Callback => Role::One(Kind::PathItem),
        Kind::Parameter
        | Kind::Header
        | Kind::MediaType
        | Kind::RequestBody
        | Kind::Response
        | Kind::Encoding => of_content(kind, key, value),
        Kind::Schema => of_schema(key, value),
        Kind::Discriminator => match key {
            "mapping" => Role::References,
            "defaultMapping" => Role::Literal,
            _ => Role::One(Kind::Other),
        },
        Kind::Example => match key {
            "value" | "dataValue" | "serializedValue" => Role::Literal,
            _ => Role::One(Kind::Other),
        },
        Kind::Link => match key {
            "parameters" | "requestBody" => Role::Literal,
            _ => Role::One(Kind::Other),
        },
        Kind::SecurityScheme | Kind::Other => Role::One(Kind::Other),
    }
}

fn of_content(kind: Kind, key: &str, value: Node<'_>) -> Role {
    match key {
        // A parameter of 2.0 describes its items like a schema.
        "schema" | "itemSchema" | "items" => Role::One(Kind::Schema),
        "content" => Role::Names(Kind::MediaType),
        "headers" => Role::Names(Kind::Header),
        "links" => Role::Names(Kind::Link),
        "encoding" => Role::Names(Kind::Encoding),
        "prefixEncoding" => Role::List(Kind::Encoding),
        "itemEncoding" => Role::One(Kind::Encoding),
        // An answer of 2.0 has its examples by media type, as they are.
        "examples" if kind == Kind::Response => Role::Literal,
        "examples" if value.is_mapping() => Role::Names(Kind::Example),
        "example" | "examples" | "default" => Role::Literal,
        "enum" => listed(value),
        _ => Role::One(Kind::Other),
    }
}

fn of_schema(key: &str, value: Node<'_>) -> Role {
    match key {
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
        | "dependencies" => Role::Names(Kind::Schema),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Role::List(Kind::Schema),
        "items"
        | "additionalItems"
        | "additionalProperties"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "contentSchema" => Role::One(Kind::Schema),
        "discriminator" => Role::One(Kind::Discriminator),
        "example" | "examples" | "default" | "const" => Role::Literal,
        "enum" | "required" => listed(value),
        _ => Role::One(Kind::Other),
    }
}

/// Data, unless a reference stands for the whole list.
fn listed(value: Node<'_>) -> Role {
    if value.is_mapping() {
        Role::One(Kind::Other)
    } else {
        Role::Literal
    }
}
