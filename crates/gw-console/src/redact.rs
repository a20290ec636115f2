//! Taking secrets out of what is stored and shown.
//!
//! It refuses to judge whether a value is worth keeping: what has a secret's name is taken out, and the attached token is
//! taken out wherever it stands.

use gw_model::Secret;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::draft::{Draft, Pair};

/// Stands for what was taken out. A draft that holds it cannot be sent before it is filled in again.
pub const REDACTED: &str = "[redacted]";

/// Shorter tokens are not looked for inside other text: they would be found everywhere.
const TOKEN_LENGTH: usize = 6;

/// Parts of names that secrets have; compared without case and punctuation.
const WORDS: [&str; 13] = [
    "authorization",
    "cookie",
    "apikey",
    "accesskey",
    "privatekey",
    "subscriptionkey",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "signature",
    "credential",
];

/// A draft as it may be stored.
pub fn redact(draft: &Draft, token: Option<&Secret<String>>) -> Draft {
    let pairs = |pairs: &[Pair]| pairs.iter().map(|pair| redact_pair(pair, token)).collect();
    let content_type = draft
        .headers
        .iter()
        .find(|pair| pair.name.eq_ignore_ascii_case("content-type"));
    let content_type = content_type
        .map(|pair| pair.value.to_ascii_lowercase())
        .unwrap_or_default();
    let body = if content_type.contains("x-www-form-urlencoded") {
        redact_query(&draft.body)
    } else {
        redact_json(&draft.body)
    };
    let path = match draft.path.split_once('?') {
        Some((path, query)) => format!("{path}?{}", redact_query(query)),
        None => draft.path.clone(),
    };
    Draft {
        method: draft.method,
        path: redact_text(&path, token),
        path_parameters: pairs(&draft.path_parameters),
        query: pairs(&draft.query),
        headers: pairs(&draft.headers),
        body: redact_text(&body, token),
    }
}

/// A URL as it may be stored: without password, secret parameters and the token.
pub fn redact_url(url: &str, token: Option<&Secret<String>>) -> String {
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url, format!("#{}", redact_query(fragment))),
        None => (url, String::new()),
    };
    let (place, query) = match url.split_once('?') {
        Some((place, query)) => (place, format!("?{}", redact_query(query))),
        None => (url, String::new()),
    };
    let place = match place.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            let host = authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => place.to_owned(),
    };
    redact_text(&format!("{place}{query}{fragment}"), token)
}

/// Any text, without the token, as it is or percent-encoded.
pub fn redact_text(text: &str, token: Option<&Secret<String>>) -> String {
    let Some(token) = token
        .map(Secret::reveal)
        .filter(|token| token.len() >= TOKEN_LENGTH)
    else {
        return text.to_owned();
    };
    let encoded = utf8_percent_encode(token, NON_ALPHANUMERIC).to_string();
    let sparsely = utf8_percent_encode(token, crate::build::VALUE).to_string();
    let text = text.replace(token.as_str(), REDACTED);
    text.replace(&encoded, REDACTED)
        .replace(&sparsely, REDACTED)
}

/// Whether a header, parameter or field of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let paging = ["next", "page", "continuation", "sync", "start"]
        .iter()
        .any(|word| name.starts_with(word));
    if paging && name.ends_with("token") {
        return false;
    }
    matches!(name.as_str(), "key" | "sig" | "pwd" | "jwt")
        || WORDS.iter().any(|word| name.contains(word))
}

fn redact_pair(pair: &Pair, token: Option<&Secret<String>>) -> Pair {
    let value = if pair.value.is_empty() || !is_secret_name(&pair.name) {
        redact_text(&pair.value, token)
    } else {
        REDACTED.to_owned()
    };
    Pair {
        name: redact_text(&pair.name, token),
        value,
    }
}

/// Values of secret names in `a=b&c=d`.
fn redact_query(query: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((name, value))
            if !value.is_empty()
                && is_secret_name(&percent_decode_str(name).decode_utf8_lossy()) =>
        {
            format!("{name}={REDACTED}")
        }
        _ => part.to_owned(),
    };
    query.split('&').map(part).collect::<Vec<_>>().join("&")
}

/// String values of secret names in JSON; text that is no JSON is left alone unless it looks like it.
fn redact_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut secret_key = false;
    while let Some(at) = rest.find('"') {
        let between = &rest[..at];
        out.push_str(between);
        let Some(length) = string_length(&rest[at..]) else {
            out.push_str(&rest[at..]);
            return out;
        };
        let string = &rest[at..at + length];
        rest = &rest[at + length..];
        let is_key = rest.trim_start().starts_with(':');
        if secret_key && between.trim() == ":" && !is_key {
            out.extend(["\"", REDACTED, "\""]);
        } else {
            out.push_str(string);
        }
        secret_key = is_key && is_secret_name(string);
    }
    out.push_str(rest);
    out
}

/// Length of the JSON string at the start, quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
