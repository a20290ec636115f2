//! Answers: what an operation says it gives back.
//!
//! It refuses to ask for more than one that succeeds.

use super::operations::Operation;
use super::rules::Id;
use super::words::Word;
use super::{At, Lint};
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::Node;

/// Headers that tell a caller's quota; one of each row is enough.
const QUOTA: [&str; 4] = [
    "ratelimit",
    "ratelimit-limit",
    "x-ratelimit-limit",
    "x-rate-limit-limit",
];

impl<'d> Lint<'d> {
    pub(super) fn responses_of(&mut self, operation: &Operation<'d>) {
        let responses = self
            .get(operation.node, Word::Responses)
            .filter(|responses| !responses.is_empty());
        let Some(responses) = responses else {
            let has_integration = operation
                .node
                .get("x-amazon-apigateway-integration")
                .is_some();
            // From 3.1 on they are optional; with an integration of its own an operation is complete for AWS.
            if self.needs_responses() && !has_integration {
                self.report(Id::Responses, operation.place(), || {
                    format!("{} has no responses", operation.name())
                });
            }
            return;
        };
        let mut has = Answers::default();
        for entry in self.entries(responses) {
            let status = self.key_of(entry);
            if status.starts_with("x-") {
                continue;
            }
            has.note(status);
            let response = Node::new(self.tree, entry.value);
            if !is_status(status) {
                self.report(
                    Id::ResponseStatus,
                    At::Offset(entry.key_start, response),
                    || format!("'{}' is no HTTP status", shorten(status)),
                );
            }
            if let Some(response) = self.resolve(response) {
                self.headers_of(status, entry.key_start, response);
            }
        }
        if !has.success {
            self.report(Id::ResponseSuccess, At::Key(responses), || {
                format!("{} describes no success", operation.name())
            });
        }
        if !has.client_error {
            self.report(Id::ResponseClientError, At::Key(responses), || {
                format!("{} describes no answer of the 400s", operation.name())
            });
        }
        self.errors_of(operation, responses, has);
    }

    /// Answers that security rules ask for.
    fn errors_of(&mut self, operation: &Operation<'d>, responses: Node<'d>, has: Answers) {
        for (id, lacks, status) in [
            (Id::ErrorValidation, !has.validation, "400, 422 or 4XX"),
            (Id::Response429, !has.too_many, "429"),
            (Id::Response500, !has.failure, "500"),
            (
                Id::Response401,
                !has.unauthorized && self.is_protected(operation.node),
                "401",
            ),
        ] {
            if lacks {
                self.report(id, At::Key(responses), || {
                    format!("{} does not describe the answer {status}", operation.name())
                });
            }
        }
    }

    fn headers_of(&mut self, status: &str, at: u32, response: Node<'d>) {
        let asked = [Id::RetryAfter, Id::RateLimitHeaders, Id::CorsOrigin];
        if !asked.into_iter().any(|id| self.is_on(id)) {
            return;
        }
        let headers = self.get(response, Word::Headers);
        let has = |known: &[&str]| {
            headers
                .into_iter()
                .flat_map(Node::entries)
                .any(|(name, _)| {
                    let name = name.text.to_ascii_lowercase();
                    known.contains(&name.as_str())
                })
        };
        let at = At::Offset(at, response);
        if status == "429" && !has(&["retry-after"]) {
            self.report(Id::RetryAfter, at, || {
                "The answer 429 has no header 'Retry-After'".to_owned()
            });
        }
        if status.starts_with(['2', '4']) && self.is_on(Id::RateLimitHeaders) && !has(&QUOTA) {
            self.report(Id::RateLimitHeaders, at, || {
                format!(
                    "The answer {} does not tell the caller's quota",
                    shorten(status)
                )
            });
        }
        if headers.is_some() && self.is_on(Id::CorsOrigin) && !has(&["access-control-allow-origin"])
        {
            self.report(Id::CorsOrigin, at, || {
                format!(
                    "The answer {} does not say which pages may read it",
                    shorten(status)
                )
            });
        }
    }

    pub(super) fn response(&mut self, response: Node<'d>) {
        if self.version < SpecVersion::V3_2 && self.get(response, Word::Description).is_none() {
            self.report(Id::ResponseDescription, At::Key(response), || {
                let key = response.key().map_or("", |key| key.text);
                format!("The answer '{}' has no description", shorten(key))
            });
        }
    }
}

/// Which answers an operation has.
#[derive(Clone, Copy, Default)]
struct Answers {
    success: bool,
    client_error: bool,
    validation: bool,
    unauthorized: bool,
    too_many: bool,
    failure: bool,
}

impl Answers {
    fn note(&mut self, status: &str) {
        let any = status == "default";
        let all_400 = status.eq_ignore_ascii_case("4xx");
        let all_500 = status.eq_ignore_ascii_case("5xx");
        self.success |= any || status.starts_with(['1', '2', '3']);
        self.client_error |= any || status.starts_with('4');
        self.validation |= any || all_400 || matches!(status, "400" | "422");
        self.unauthorized |= any || all_400 || status == "401";
        self.too_many |= any || all_400 || status == "429";
        self.failure |= any || all_500 || status == "500";
    }
}

fn is_status(text: &str) -> bool {
    match text.as_bytes() {
        b"default" | [b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}
