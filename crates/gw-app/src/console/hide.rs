//! What of one exchange must not be shown again or kept: the attached token, and what was typed under a secret's name.
//!
//! It refuses to guess which other values are secret: gw-console knows the names.

use gw_console::{Answered, Draft, redact, redact_text, redact_url};
use gw_model::{Fault, Secret};

use crate::wire::{AnswerBody, Pair};

/// The secrets of one exchange.
pub(super) struct Hidden {
    token: Option<Secret<String>>,
    typed: Vec<Secret<String>>,
}

impl Hidden {
    /// Of a draft and the token that goes with it.
    pub(super) fn of(draft: &Draft, token: Option<&Secret<String>>) -> Self {
        let mut all = draft.clone();
        if let Some((_, query)) = draft.path.split_once('?') {
            let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
            all.query
                .extend(pairs.map(|(name, value)| Pair::new(name, value)));
        }
        let redacted = redact(&all, None);
        let parts = |draft: &Draft| {
            let lists = [&draft.headers, &draft.query, &draft.path_parameters];
            lists
                .into_iter()
                .flatten()
                .map(|pair| pair.value.clone())
                .collect::<Vec<_>>()
        };
        let mut typed: Vec<String> = parts(&all)
            .into_iter()
            .zip(parts(&redacted))
            .filter(|(typed, kept)| typed != kept)
            // The scheme before a token is no secret, and a backend may send the token back without it.
            .filter_map(|(typed, _)| typed.split_whitespace().last().map(str::to_owned))
            .collect();
        typed.sort_by_key(|text| std::cmp::Reverse(text.len()));
        typed.dedup();
        Self {
            token: token.cloned(),
            typed: typed.into_iter().map(Secret::new).collect(),
        }
    }

    /// A draft as it may be kept.
    pub(super) fn draft(&self, draft: &Draft) -> Draft {
        redact(draft, self.token.as_ref())
    }

    /// A URL as it may be shown and kept.
    pub(super) fn url(&self, url: &str) -> String {
        self.text(&redact_url(url, self.token.as_ref()))
    }

    /// A backend may send secrets back; they are not shown again.
    pub(super) fn answered(&self, answered: Answered) -> Answered {
        Answered {
            url: self.url(&answered.url),
            headers: answered
                .headers
                .iter()
                .map(|pair| Pair::new(&pair.name, self.text(&pair.value)))
                .collect(),
            body: match answered.body {
                AnswerBody::Text {
                    raw,
                    pretty,
                    language,
                    truncated,
                } => AnswerBody::Text {
                    raw: self.text(&raw),
                    pretty: pretty.map(|text| self.text(&text)),
                    language,
                    truncated,
                },
                other => other,
            },
            ..answered
        }
    }

    /// A fault may quote the URL.
    pub(super) fn fault(&self, mut fault: Fault) -> Fault {
        fault.summary = self.text(&fault.summary);
        for value in fault.facts.values_mut() {
            *value = self.text(value);
        }
        fault
    }

    fn text(&self, text: &str) -> String {
        let text = redact_text(text, self.token.as_ref());
        self.typed
            .iter()
            .fold(text, |text, secret| redact_text(&text, Some(secret)))
    }
}

#[cfg(test)]
mod tests {
    use gw_model::{Code, HttpMethod};

    use super::*;

    #[test]
    fn what_was_typed_as_a_secret_is_found_wherever_it_comes_back() {
        let draft = Draft {
            method: HttpMethod::Get,
            path: "/a?api_key=in-the-path-1".to_owned(),
            path_parameters: Vec::new(),
            query: vec![
                Pair::new("access_token", "in-the-query-2"),
                Pair::new("page", "seventeen"),
            ],
            headers: vec![Pair::new("Authorization", "Bearer in-the-header-3")],
            body: String::new(),
        };
        let attached = Secret::new("attached-token-4".to_owned());
        let hidden = Hidden::of(&draft, Some(&attached));
        let said = "in-the-path-1 in-the-query-2 in-the-header-3 attached-token-4 seventeen";
        let fault =
            hidden.fault(Fault::new(Code::NetworkTimeout, said, "Try again").fact("url", said));
        for text in [&fault.summary, &fault.facts["url"]] {
            assert_eq!(
                text,
                "[redacted] [redacted] [redacted] [redacted] seventeen"
            );
        }
    }
}
