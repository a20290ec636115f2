//! The objects of a document but schemas and security: OpenAPI 2.0, 3.0.4, 3.1.1 and 3.2.0, chapter 4 of each.
//!
//! It refuses fields some tool invented: those begin with `x-` and are left alone.

use super::Form::{Any, Bool, Count, List, Many, Map, Number, One, OneOf, Prose, Text, Texts};
use super::{ALL, NEW, Object, Rest, Shape, V2, V3, V32};
use crate::lint::words::Word as W;

const PLAIN: Shape = Shape {
    name: "",
    fields: &[],
    required: &[],
    rest: Rest::Unknown,
    referable: false,
};

pub(super) const ROOT: Shape = Shape {
    name: "the document",
    fields: &[
        (W::OpenApi, Any, V3),
        (W::Swagger, Any, V2),
        (W::Info, One(Object::Info), ALL),
        (W::Servers, Many(Object::Server), V3),
        (W::Security, Many(Object::Requirement), ALL),
        (W::Tags, Many(Object::Tag), ALL),
        (W::ExternalDocs, One(Object::ExternalDocs), ALL),
        (W::Paths, One(Object::Paths), ALL),
        (W::Webhooks, Map(Object::PathItem), NEW),
        (W::Components, One(Object::Components), V3),
        (W::JsonSchemaDialect, Text, NEW),
        (W::SelfUri, Text, V32),
        (W::Host, Text, V2),
        (W::BasePath, Text, V2),
        (W::Schemes, Texts, V2),
        (W::Consumes, Texts, V2),
        (W::Produces, Texts, V2),
        (W::Definitions, Map(Object::Schema), V2),
        (W::Parameters, Map(Object::Parameter), V2),
        (W::Responses, Map(Object::Response), V2),
        (W::SecurityDefinitions, Map(Object::SecurityScheme), V2),
    ],
    ..PLAIN
};

pub(super) const INFO: Shape = Shape {
    name: "'info'",
    fields: &[
        (W::Title, Text, ALL),
        (W::Version, Text, ALL),
        (W::Summary, Text, NEW),
        (W::Description, Prose, ALL),
        (W::TermsOfService, Text, ALL),
        (W::Contact, One(Object::Contact), ALL),
        (W::License, One(Object::License), ALL),
    ],
    ..PLAIN
};

pub(super) const CONTACT: Shape = Shape {
    name: "a contact",
    fields: &[
        (W::Name, Text, ALL),
        (W::Url, Text, ALL),
        (W::Email, Text, ALL),
    ],
    ..PLAIN
};

pub(super) const LICENSE: Shape = Shape {
    name: "a licence",
    fields: &[
        (W::Name, Text, ALL),
        (W::Url, Text, ALL),
        (W::Identifier, Text, NEW),
    ],
    required: &[(W::Name, ALL)],
    ..PLAIN
};

pub(super) const SERVER: Shape = Shape {
    name: "a server",
    fields: &[
        (W::Url, Text, V3),
        (W::Name, Text, V32),
        (W::Description, Prose, V3),
        (W::Variables, Map(Object::ServerVariable), V3),
    ],
    required: &[(W::Url, V3)],
    ..PLAIN
};

pub(super) const SERVER_VARIABLE: Shape = Shape {
    name: "a server variable",
    fields: &[
        (W::Enum, Texts, V3),
        (W::Default, Text, V3),
        (W::Description, Prose, V3),
    ],
    required: &[(W::Default, V3)],
    ..PLAIN
};

pub(super) const TAG: Shape = Shape {
    name: "a tag",
    fields: &[
        (W::Name, Text, ALL),
        (W::Summary, Text, V32),
        (W::Kind, Text, V32),
        (W::Parent, Text, V32),
        (W::Description, Prose, ALL),
        (W::ExternalDocs, One(Object::ExternalDocs), ALL),
    ],
    required: &[(W::Name, ALL)],
    ..PLAIN
};

pub(super) const EXTERNAL_DOCS: Shape = Shape {
    name: "'externalDocs'",
    fields: &[(W::Url, Text, ALL), (W::Description, Prose, ALL)],
    required: &[(W::Url, ALL)],
    ..PLAIN
};

pub(super) const PATHS: Shape = Shape {
    name: "'paths'",
    rest: Rest::Names(One(Object::PathItem)),
    ..PLAIN
};

pub(super) const PATH_ITEM: Shape = Shape {
    name: "a path",
    fields: &[
        (W::Ref, Text, ALL),
        (W::Summary, Text, V3),
        (W::Description, Prose, V3),
        (W::Servers, Many(Object::Server), V3),
        (W::Parameters, Many(Object::Parameter), ALL),
        (W::Get, One(Object::Operation), ALL),
        (W::Put, One(Object::Operation), ALL),
        (W::Post, One(Object::Operation), ALL),
        (W::Delete, One(Object::Operation), ALL),
        (W::Options, One(Object::Operation), ALL),
        (W::Head, One(Object::Operation), ALL),
        (W::Patch, One(Object::Operation), ALL),
        (W::Trace, One(Object::Operation), ALL),
        (W::AnyMethod, One(Object::Operation), ALL),
        (W::Query, One(Object::Operation), V32),
        (W::AdditionalOperations, Map(Object::Operation), V32),
    ],
    referable: true,
    ..PLAIN
};

pub(super) const OPERATION: Shape = Shape {
    name: "an operation",
    fields: &[
        (W::Tags, Texts, ALL),
        (W::Summary, Text, ALL),
        (W::Description, Prose, ALL),
        (W::ExternalDocs, One(Object::ExternalDocs), ALL),
        (W::OperationId, Text, ALL),
        (W::Parameters, Many(Object::Parameter), ALL),
        (W::RequestBody, One(Object::RequestBody), V3),
        (W::Responses, One(Object::Responses), ALL),
        (W::Callbacks, Map(Object::Callback), V3),
        (W::Deprecated, Bool, ALL),
        (W::Security, Many(Object::Requirement), ALL),
        (W::Servers, Many(Object::Server), V3),
        (W::Consumes, Texts, V2),
        (W::Produces, Texts, V2),
        (W::Schemes, Texts, V2),
    ],
    ..PLAIN
};

const STYLES: &[&str] = &[
    "form",
    "simple",
    "label",
    "matrix",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
];
const STYLES_3_2: &[&str] = &[
    "form",
    "simple",
    "label",
    "matrix",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
    "cookie",
];
const COLLECTIONS: &[&str] = &["csv", "ssv", "tsv", "pipes", "multi"];
const PLAIN_TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "file"];

pub(super) const PARAMETER: Shape = Shape {
    name: "a parameter",
    fields: &[
        // Their values are judged by a rule of their own.
        (W::Name, Any, ALL),
        (W::In, Any, ALL),
        (W::Description, Prose, ALL),
        (W::Required, Bool, ALL),
        (W::Deprecated, Bool, V3),
        (W::AllowEmptyValue, Bool, ALL),
        (W::Style, OneOf(STYLES), V3 & !V32),
        (W::Style, OneOf(STYLES_3_2), V32),
        (W::Explode, Bool, V3),
        (W::AllowReserved, Bool, V3),
        (W::BareSchema, One(Object::Schema), ALL),
        (W::Example, Any, V3),
        (W::Examples, Map(Object::Example), V3),
        (W::Content, Map(Object::MediaType), V3),
        (W::Type, OneOf(PLAIN_TYPES), V2),
        (W::Format, Text, V2),
        (W::Items, One(Object::PlainItems), V2),
        (W::CollectionFormat, OneOf(COLLECTIONS), V2),
        (W::Default, Any, V2),
        (W::Maximum, Number, V2),
        (W::ExclusiveMaximum, Bool, V2),
        (W::Minimum, Number, V2),
        (W::ExclusiveMinimum, Bool, V2),
        (W::MaxLength, Count, V2),
        (W::MinLength, Count, V2),
        (W::Pattern, Text, V2),
        (W::MaxItems, Count, V2),
        (W::MinItems, Count, V2),
        (W::UniqueItems, Bool, V2),
        (W::Enum, List, V2),
        (W::MultipleOf, Number, V2),
    ],
    referable: true,
    ..PLAIN
};

pub(super) const PLAIN_ITEMS: Shape = Shape {
    name: "'items' of a parameter",
    fields: &[
        (W::Type, OneOf(PLAIN_TYPES), V2),
        (W::Format, Text, V2),
        (W::Items, One(Object::PlainItems), V2),
        (W::CollectionFormat, OneOf(COLLECTIONS), V2),
        (W::Default, Any, V2),
        (W::Maximum, Number, V2),
        (W::ExclusiveMaximum, Bool, V2),
        (W::Minimum, Number, V2),
        (W::ExclusiveMinimum, Bool, V2),
        (W::MaxLength, Count, V2),
        (W::MinLength, Count, V2),
        (W::Pattern, Text, V2),
        (W::MaxItems, Count, V2),
        (W::MinItems, Count, V2),
        (W::UniqueItems, Bool, V2),
        (W::Enum, List, V2),
        (W::MultipleOf, Number, V2),
    ],
    required: &[(W::Type, V2)],
    ..PLAIN
};

pub(super) const HEADER: Shape = Shape {
    name: "a header",
    fields: &[
        (W::Description, Prose, ALL),
        (W::Required, Bool, V3),
        (W::Deprecated, Bool, V3),
        (W::AllowEmptyValue, Bool, V3),
        (W::Style, OneOf(&["simple"]), V3),
        (W::Explode, Bool, V3),
        (W::AllowReserved, Bool, V3),
        (W::BareSchema, One(Object::Schema), V3),
        (W::Example, Any, V3),
        (W::Examples, Map(Object::Example), V3),
        (W::Content, Map(Object::MediaType), V3),
        (W::Type, OneOf(PLAIN_TYPES), V2),
        (W::Format, Text, V2),
        (W::Items, One(Object::PlainItems), V2),
        (W::CollectionFormat, OneOf(COLLECTIONS), V2),
        (W::Default, Any, V2),
        (W::Maximum, Number, V2),
        (W::ExclusiveMaximum, Bool, V2),
        (W::Minimum, Number, V2),
        (W::ExclusiveMinimum, Bool, V2),
        (W::MaxLength, Count, V2),
        (W::MinLength, Count, V2),
        (W::Pattern, Text, V2),
        (W::MaxItems, Count, V2),
        (W::MinItems, Count, V2),
        (W::UniqueItems, Bool, V2),
        (W::Enum, List, V2),
        (W::MultipleOf, Number, V2),
    ],
    required: &[(W::Type, V2)],
    referable: true,
    ..PLAIN
};

pub(super) const REQUEST_BODY: Shape = Shape {
    name: "a request body",
    fields: &[
        (W::Description, Prose, V3),
        (W::Content, Map(Object::MediaType), V3),
        (W::Required, Bool, V3),
    ],
    required: &[(W::Content, V3)],
    referable: true,
    ..PLAIN
};

pub(super) const MEDIA_TYPE: Shape = Shape {
    name: "a media type",
    fields: &[
        (W::BareSchema, One(Object::Schema), V3),
        (W::ItemSchema, One(Object::Schema), V32),
        (W::Example, Any, V3),
        (W::Examples, Map(Object::Example), V3),
        (W::Encoding, Map(Object::Encoding), V3),
        (W::PrefixEncoding, Many(Object::Encoding), V32),
        (W::ItemEncoding, One(Object::Encoding), V32),
    ],
    referable: true,
    ..PLAIN
};

pub(super) const ENCODING: Shape = Shape {
    name: "an encoding",
    fields: &[
        (W::ContentType, Text, V3),
        (W::Headers, Map(Object::Header), V3),
        (W::Style, OneOf(STYLES), V3),
        (W::Explode, Bool, V3),
        (W::AllowReserved, Bool, V3),
        (W::Encoding, Map(Object::Encoding), V32),
        (W::PrefixEncoding, Many(Object::Encoding), V32),
        (W::ItemEncoding, One(Object::Encoding), V32),
    ],
    ..PLAIN
};

pub(super) const EXAMPLE: Shape = Shape {
    name: "an example",
    fields: &[
        (W::Summary, Text, V3),
        (W::Description, Prose, V3),
        (W::Value, Any, V3),
        (W::ExternalValue, Text, V3),
        (W::DataValue, Any, V32),
        (W::SerializedValue, Text, V32),
    ],
    referable: true,
    ..PLAIN
};

pub(super) const RESPONSES: Shape = Shape {
    name: "'responses'",
    rest: Rest::Names(One(Object::Response)),
    ..PLAIN
};

pub(super) const RESPONSE: Shape = Shape {
    name: "an answer",
    fields: &[
        (W::Summary, Text, V32),
        (W::Description, Prose, ALL),
        (W::Headers, Map(Object::Header), ALL),
        (W::Content, Map(Object::MediaType), V3),
        (W::Links, Map(Object::Link), V3),
        (W::BareSchema, One(Object::Schema), V2),
        (W::Examples, Any, V2),
    ],
    referable: true,
    ..PLAIN
};

pub(super) const LINK: Shape = Shape {
    name: "a link",
    fields: &[
        (W::OperationRef, Text, V3),
        (W::OperationId, Text, V3),
        (W::Parameters, Any, V3),
        (W::RequestBody, Any, V3),
        (W::Description, Prose, V3),
        (W::Server, One(Object::Server), V3),
    ],
    referable: true,
    ..PLAIN
};

pub(super) const CALLBACK: Shape = Shape {
    name: "a callback",
    rest: Rest::Names(One(Object::PathItem)),
    referable: true,
    ..PLAIN
};

pub(super) const COMPONENTS: Shape = Shape {
    name: "'components'",
    fields: &[
        (W::Schemas, Map(Object::Schema), V3),
        (W::Responses, Map(Object::Response), V3),
        (W::Parameters, Map(Object::Parameter), V3),
        (W::Examples, Map(Object::Example), V3),
        (W::RequestBodies, Map(Object::RequestBody), V3),
        (W::Headers, Map(Object::Header), V3),
        (W::SecuritySchemes, Map(Object::SecurityScheme), V3),
        (W::Links, Map(Object::Link), V3),
        (W::Callbacks, Map(Object::Callback), V3),
        (W::PathItems, Map(Object::PathItem), NEW),
        (W::MediaTypes, Map(Object::MediaType), V32),
    ],
    ..PLAIN
};
