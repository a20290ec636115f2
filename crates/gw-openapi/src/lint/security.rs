//! Security: schemes, and what asks for them.
//!
//! It refuses to say how secure is enough: the rules named after OWASP advise on that.

use std::collections::HashMap;

use super::operations::Operation;
use super::rules::Id;
use super::shapes::Object;
use super::words::Word;
use super::{At, Lint, Said};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::Node;

/// The schemes a document declares.
#[derive(Default)]
pub(super) struct Declared<'d> {
    schemes: HashMap<&'d str, Node<'d>>,
    /// What every operation asks for that says nothing itself.
    root: Option<Node<'d>>,
}

impl<'d> Lint<'d> {
    pub(super) fn declare_schemes(&mut self, root: Node<'d>) {
        let new = self
            .get(root, Word::Components)
            .and_then(|components| self.get(components, Word::SecuritySchemes));
        let old = self.get(root, Word::SecurityDefinitions);
        self.security = Declared {
            schemes: [new, old]
                .into_iter()
                .flatten()
                .flat_map(Node::entries)
                .map(|(name, scheme)| (name.text, scheme))
                .collect(),
            root: self.get(root, Word::Security),
        };
    }

    /// What one alternative of `security` asks for.
    pub(super) fn requirement(&mut self, requirement: Node<'d>) {
        for (name, scopes) in requirement.entries() {
            self.used_schemes.insert(name.text);
            let at = At::Offset(name.start, scopes);
            let Some(&scheme) = self.security.schemes.get(name.text) else {
                // From 3.2 on a requirement may name a scheme by its address.
                self.report(Id::SecurityUndeclared, at, || {
                    format!(
                        "The security scheme '{}' is not declared",
                        shorten(name.text)
                    )
                });
                continue;
            };
            if scopes.is_empty() || !self.is_on(Id::SecurityScope) {
                continue;
            }
            let Some(scheme) = self.resolve(scheme) else {
                continue;
            };
            if self.text(scheme, Word::Type) != Some("oauth2") {
                continue;
            }
            for scope in scopes.items() {
                let text = scope.as_str().unwrap_or_default();
                if !self.declares_scope(scheme, text) {
                    self.report(Id::SecurityScope, At::Node(scope), || {
                        format!(
                            "The scheme '{}' does not declare the scope '{}'",
                            shorten(name.text),
                            shorten(text)
                        )
                    });
                }
            }
        }
    }

    fn declares_scope(&self, scheme: Node<'d>, scope: &str) -> bool {
        let has = |holder: Node<'d>| {
            self.get(holder, Word::Scopes)
                .is_some_and(|scopes| scopes.get(scope).is_some())
        };
        let flows = self.get(scheme, Word::Flows);
        has(scheme)
            || flows
                .into_iter()
                .flat_map(Node::entries)
                .any(|(_, flow)| has(flow))
    }

    pub(super) fn scheme(&mut self, scheme: Node<'d>) {
        let kind = self.text(scheme, Word::Type).unwrap_or_default();
        let flow = self.text(scheme, Word::Flow).unwrap_or_default();
        let old = self.version == SpecVersion::V2;
        let (needed, allowed): (&[Word], &[Word]) = match kind {
            "apiKey" => (&[Word::Name, Word::In], &[]),
            "http" => (&[Word::Scheme], &[Word::BearerFormat]),
            "oauth2" if old => match flow {
                "implicit" => (&[Word::Flow, Word::AuthorizationUrl, Word::Scopes], &[]),
                "accessCode" => (
                    &[
                        Word::Flow,
                        Word::AuthorizationUrl,
                        Word::TokenUrl,
                        Word::Scopes,
                    ],
                    &[],
                ),
                _ => (&[Word::Flow, Word::TokenUrl, Word::Scopes], &[]),
            },
            "oauth2" => (&[Word::Flows], &[Word::Oauth2MetadataUrl]),
            "openIdConnect" => (&[Word::OpenIdConnectUrl], &[]),
            "basic" | "mutualTLS" => (&[], &[]),
            _ => return,
        };
        for word in needed {
            if self.get(scheme, *word).is_none() {
                self.missing(Object::SecurityScheme, scheme, word.text());
            }
        }
        for entry in self.entries(scheme) {
            let word = self.words.get(entry.key.0 as usize).copied();
            let Some(word) = word.filter(|word| *word > Word::Extension) else {
                continue;
            };
            let common = matches!(
                word,
                Word::Type | Word::Description | Word::Deprecated | Word::Ref
            );
            let known = self.layout.form(Object::SecurityScheme, word).is_some();
            if known && !common && !needed.contains(&word) && !allowed.contains(&word) {
                let value = Node::new(self.tree, entry.value);
                self.report(Id::FieldUnknown, At::Offset(entry.key_start, value), || {
                    Said::from(format!(
                        "'{}' means nothing in a security scheme of the type '{kind}'",
                        word.text()
                    ))
                    .fix("Remove it, or choose the type it belongs to.")
                });
            }
        }
        self.weak_scheme(scheme, kind);
    }

    /// What an operation asks for: its own security, else the document's.
    pub(super) fn security_of(&self, operation: Node<'d>) -> Option<Node<'d>> {
        self.get(operation, Word::Security).or(self.security.root)
    }

    /// Whether some scheme protects an operation.
    pub(super) fn is_protected(&self, operation: Node<'d>) -> bool {
        self.security_of(operation)
            .into_iter()
            .flat_map(Node::items)
            .any(|requirement| !requirement.is_empty())
    }

    /// Whether an operation of a path is protected, and by what.
    pub(super) fn protection_of(&mut self, operation: &Operation<'d>) {
        use gw_model::HttpMethod as Method;
        let security = self.security_of(operation.node);
        match operation.method {
            Method::Post | Method::Put | Method::Patch | Method::Delete | Method::Any => {
                if !self.is_protected(operation.node) {
                    self.report(Id::WriteUnsecured, operation.place(), || {
                        format!("No security scheme protects {}", operation.name())
                    });
                }
            }
            Method::Get | Method::Head => {
                if security.is_none() {
                    self.report(Id::ReadUnsecured, operation.place(), || {
                        format!("No security scheme protects {}", operation.name())
                    });
                }
            }
            Method::Options | Method::Trace => {}
        }
        if let Some(own) = self.get(operation.node, Word::Security) {
            if operation.path.contains("/admin") {
                self.operations.admin.push(own);
            } else {
                self.operations.public.push(own);
            }
        }
    }
}
