//! Advice after OWASP's ten worst risks of APIs: weak schemes, telling names, values without limits.
//!
//! It refuses to judge more than the document says: what a backend does is not in it.

use std::collections::HashSet;

use super::rules::Id;
use super::shapes::Object;
use super::walk::Slots;
use super::words::Word;
use super::{At, Lint};
use crate::finding::shorten;
use crate::tree::{Kind, Node};

/// Words that make a parameter's name one of a secret, written in small letters without marks between.
const SECRETS: [&str; 6] = [
    "clientsecret",
    "password",
    "passwd",
    "secret",
    "apikey",
    "token",
];
/// Tokens that are no secrets: they say where to go on.
const NO_SECRETS: [&str; 6] = ["page", "next", "continu", "sync", "cursor", "prev"];

impl<'d> Lint<'d> {
    pub(super) fn weak_scheme(&mut self, scheme: Node<'d>, kind: &str) {
        let text = |word: Word| self.text(scheme, word).unwrap_or_default().to_lowercase();
        let http = if kind == "http" {
            text(Word::Scheme)
        } else {
            String::new()
        };
        let (location, format) = (text(Word::In), text(Word::BearerFormat));
        let practice = text(Word::Description)
            .replace([' ', '-'], "")
            .contains("rfc8725");
        if kind == "basic" || http == "basic" {
            self.report(Id::BasicAuth, At::Key(scheme), || {
                "This scheme sends name and password with every request".to_owned()
            });
        }
        if matches!(http.as_str(), "negotiate" | "oauth") {
            self.report(Id::InsecureScheme, At::Key(scheme), || {
                format!("The scheme '{http}' is outdated")
            });
        }
        if kind == "apiKey" && location == "query" {
            self.report(Id::KeyInUrl, At::Key(scheme), || {
                "This API key is sent in the URL".to_owned()
            });
        }
        if (kind == "oauth2" || format == "jwt") && !practice {
            self.report(Id::JwtPractice, At::Key(scheme), || {
                "This scheme does not say that RFC 8725 is kept".to_owned()
            });
        }
        if !self.is_on(Id::TokenRefresh) || kind != "oauth2" {
            return;
        }
        let flows = self.get(scheme, Word::Flows);
        for (name, flow) in flows.into_iter().flat_map(Node::entries) {
            let of_users = matches!(name.text, "implicit" | "password" | "authorizationCode");
            if of_users && self.get(flow, Word::RefreshUrl).is_none() {
                self.report(Id::TokenRefresh, At::Key(flow), || {
                    format!("The flow '{}' has no 'refreshUrl'", name.text)
                });
            }
        }
    }

    pub(super) fn suspicious_parameter(&mut self, parameter: Node<'d>, name: &str, location: &str) {
        let asked = [Id::CredentialsInUrl, Id::NumericId, Id::UrlParameter];
        if !asked.into_iter().any(|id| self.is_on(id)) {
            return;
        }
        let at = At::Node(parameter);
        if matches!(location, "query" | "path") && is_secret(name) {
            self.report(Id::CredentialsInUrl, at, || {
                format!(
                    "The parameter '{}' puts a secret into the URL",
                    shorten(name)
                )
            });
        }
        let is_id = name == "id"
            || ["_id", "Id", "-id", "ID"]
                .iter()
                .any(|end| name.ends_with(end));
        if is_id {
            let schema = self.get(parameter, Word::BareSchema).unwrap_or(parameter);
            let schema = self.resolve(schema);
            if schema.is_some_and(|schema| self.text(schema, Word::Type) == Some("integer")) {
                self.report(Id::NumericId, at, || {
                    format!("The id '{}' is a number that can be guessed", shorten(name))
                });
            }
        }
        let address = ["_url", "Url", "-url", "URL"]
            .iter()
            .any(|end| name.ends_with(end))
            || name.starts_with("callback")
            || name.starts_with("redirect");
        if address {
            self.report(Id::UrlParameter, at, || {
                format!(
                    "The parameter '{}' is an address callers choose",
                    shorten(name)
                )
            });
        }
    }

    /// Security of operations below `/admin` that others have too.
    pub(super) fn admin_security(&mut self) {
        let admin = std::mem::take(&mut self.operations.admin);
        let public = std::mem::take(&mut self.operations.public);
        if admin.is_empty() || !self.is_on(Id::AdminSecurity) {
            return;
        }
        let public: HashSet<String> = public
            .into_iter()
            .flat_map(Node::items)
            .map(written)
            .collect();
        for requirement in admin.into_iter().flat_map(Node::items) {
            if public.contains(&written(requirement)) {
                self.report(Id::AdminSecurity, At::Node(requirement), || {
                    "Operations that are not below '/admin' ask for the same".to_owned()
                });
            }
        }
    }

    /// What a schema leaves open.
    pub(super) fn limits(&mut self, schema: Node<'d>, slots: &Slots) {
        let asked = [
            Id::ArrayLimit,
            Id::StringLimit,
            Id::StringRestricted,
            Id::IntegerLimit,
            Id::IntegerFormat,
            Id::AdditionalProperties,
            Id::UnevaluatedProperties,
        ];
        if !asked.into_iter().any(|id| self.is_on(id)) {
            return;
        }
        let Some(kinds) = slots.id(Word::Type).map(|id| self.node(id)) else {
            return;
        };
        let is = |kind: &str| {
            kinds.as_str() == Some(kind) || kinds.items().any(|item| item.as_str() == Some(kind))
        };
        let has = |words: &[Word]| words.iter().any(|word| slots.id(*word).is_some());
        let fixed = has(&[Word::Enum, Word::Const]);
        let at = At::Key(schema);
        let mut tell = |id: Id, message: &str| self.report(id, at, || message.to_owned());
        if is("array") && !has(&[Word::MaxItems]) {
            tell(Id::ArrayLimit, "This list may have any number of items");
        }
        if is("string") && !fixed {
            if !has(&[Word::MaxLength]) {
                tell(Id::StringLimit, "This text may have any length");
            }
            if !has(&[Word::Format, Word::Pattern]) {
                tell(Id::StringRestricted, "This text may be anything");
            }
        }
        if is("integer") {
            let low = has(&[Word::Minimum, Word::ExclusiveMinimum]);
            let high = has(&[Word::Maximum, Word::ExclusiveMaximum]);
            if !(fixed || low && high) {
                tell(Id::IntegerLimit, "This number may have any size");
            }
            if !has(&[Word::Format]) {
                tell(
                    Id::IntegerFormat,
                    "This number does not say how many bits hold it",
                );
            }
        }
        if is("object") && !has(&[Word::MaxProperties]) {
            for (word, id) in [
                (Word::AdditionalProperties, Id::AdditionalProperties),
                (Word::UnevaluatedProperties, Id::UnevaluatedProperties),
            ] {
                let Some(value) = slots.id(word).map(|id| self.node(id)) else {
                    continue;
                };
                if value.as_bool() != Some(false) {
                    self.report(id, At::Key(value), || {
                        "This object takes properties it does not describe".to_owned()
                    });
                }
            }
        }
    }

    /// Turns examples to the way an object goes; gives back how it was.
    pub(super) fn turn(&mut self, object: Object) -> super::conform::Direction {
        use super::conform::Direction;
        let before = self.direction;
        match object {
            Object::RequestBody | Object::Parameter => self.direction = Direction::Request,
            Object::Response | Object::Header => self.direction = Direction::Response,
            _ => {}
        }
        before
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|char| char.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    SECRETS.iter().any(|secret| plain.contains(secret))
        && !NO_SECRETS.iter().any(|word| plain.contains(word))
}

/// A requirement as text, so that equal ones are found.
fn written(requirement: Node<'_>) -> String {
    let mut schemes: Vec<String> = requirement
        .entries()
        .map(|(name, scopes)| {
            let mut scopes: Vec<&str> = scopes
                .items()
                .filter(|scope| scope.kind() == Kind::String)
                .filter_map(Node::as_str)
                .collect();
            scopes.sort_unstable();
            format!("{}:{}", name.text, scopes.join(" "))
        })
        .collect();
    schemes.sort_unstable();
    schemes.join(",")
}
