//! Security schemes, their flows, and what asks for them.
//!
//! It refuses to say which fields go with which type of scheme: `lint::security` does.

use super::Form::{Bool, One, OneOf, Prose, Text, TextMap, Texts};
use super::{ALL, NEW, Object, Rest, Shape, V2, V3, V30, V32};
use crate::lint::words::Word as W;

const PLAIN: Shape = Shape {
    name: "",
    fields: &[],
    required: &[],
    rest: Rest::Unknown,
    referable: false,
};

pub(super) const SECURITY_SCHEME: Shape = Shape {
    name: "a security scheme",
    fields: &[
        (W::Type, OneOf(&["basic", "apiKey", "oauth2"]), V2),
        (
            W::Type,
            OneOf(&["apiKey", "http", "oauth2", "openIdConnect"]),
            V30,
        ),
        (
            W::Type,
            OneOf(&["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"]),
            NEW,
        ),
        (W::Description, Prose, ALL),
        (W::Name, Text, ALL),
        (W::In, OneOf(&["query", "header"]), V2),
        (W::In, OneOf(&["query", "header", "cookie"]), V3),
        (W::Scheme, Text, V3),
        (W::BearerFormat, Text, V3),
        (W::Flows, One(Object::Flows), V3),
        (W::OpenIdConnectUrl, Text, V3),
        (W::Deprecated, Bool, V32),
        (W::Oauth2MetadataUrl, Text, V32),
        (
            W::Flow,
            OneOf(&["implicit", "password", "application", "accessCode"]),
            V2,
        ),
        (W::AuthorizationUrl, Text, V2),
        (W::TokenUrl, Text, V2),
        (W::Scopes, One(Object::Scopes), V2),
    ],
    required: &[(W::Type, ALL)],
    referable: true,
    ..PLAIN
};

pub(super) const REQUIREMENT: Shape = Shape {
    name: "a security requirement",
    rest: Rest::Names(Texts),
    ..PLAIN
};

pub(super) const SCOPES: Shape = Shape {
    name: "'scopes'",
    rest: Rest::Names(Text),
    ..PLAIN
};

pub(super) const FLOWS: Shape = Shape {
    name: "'flows'",
    fields: &[
        (W::Implicit, One(Object::Implicit), V3),
        (W::Password, One(Object::Token), V3),
        (W::ClientCredentials, One(Object::Token), V3),
        (W::AuthorizationCode, One(Object::Code), V3),
        (W::DeviceAuthorization, One(Object::Device), V32),
    ],
    ..PLAIN
};

pub(super) const IMPLICIT: Shape = Shape {
    name: "the flow 'implicit'",
    fields: &[
        (W::AuthorizationUrl, Text, V3),
        (W::RefreshUrl, Text, V3),
        (W::Scopes, TextMap, V3),
    ],
    required: &[(W::AuthorizationUrl, V3), (W::Scopes, V3)],
    ..PLAIN
};

pub(super) const TOKEN: Shape = Shape {
    name: "a flow that asks for a token",
    fields: &[
        (W::TokenUrl, Text, V3),
        (W::RefreshUrl, Text, V3),
        (W::Scopes, TextMap, V3),
    ],
    required: &[(W::TokenUrl, V3), (W::Scopes, V3)],
    ..PLAIN
};

pub(super) const CODE: Shape = Shape {
    name: "the flow 'authorizationCode'",
    fields: &[
        (W::AuthorizationUrl, Text, V3),
        (W::TokenUrl, Text, V3),
        (W::RefreshUrl, Text, V3),
        (W::Scopes, TextMap, V3),
    ],
    required: &[
        (W::AuthorizationUrl, V3),
        (W::TokenUrl, V3),
        (W::Scopes, V3),
    ],
    ..PLAIN
};

pub(super) const DEVICE: Shape = Shape {
    name: "the flow 'deviceAuthorization'",
    fields: &[
        (W::DeviceAuthorizationUrl, Text, V32),
        (W::TokenUrl, Text, V32),
        (W::RefreshUrl, Text, V32),
        (W::Scopes, TextMap, V32),
    ],
    required: &[
        (W::DeviceAuthorizationUrl, V32),
        (W::TokenUrl, V32),
        (W::Scopes, V32),
    ],
    ..PLAIN
};
