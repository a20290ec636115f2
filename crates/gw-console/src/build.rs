//! A draft becomes a request: values put into the path, everything encoded once, the token attached.
//!
//! It refuses what cannot arrive as written: empty or dot-only path values, broken header names, two authorizations.

use std::time::Duration;

use gw_http::{Body, HeaderName, HeaderValue, Method, Oversize, Request, Url};
use gw_model::{Code, Fault, HttpMethod, Secret};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::draft::Draft;
use crate::redact::REDACTED;

/// What stands for itself inside a value: the same set the page's preview uses (`encodeURIComponent`).
pub(crate) const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What cannot stand in a path that was typed; `%` can, because it may be encoded already.
const TYPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'^')
    .add(b'|');

/// Headers the connection itself sets.
const OURS: [&str; 5] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
];

/// AWS answers within 29 s, longer only where its timeout was raised (aws-facts 3.2).
const TIMEOUT: Duration = Duration::from_mins(2);

/// Most of an answer that is read; its size is exact up to here.
const READ_BYTES: u64 = 32 * 1024 * 1024;

/// The request a draft stands for, below the base URL the API is reached at.
///
/// # Errors
/// `request.invalid`, with the `field` that is wrong as a fact.
pub fn build(
    base_url: &str,
    draft: &Draft,
    token: Option<&Secret<String>>,
) -> Result<Request, Fault> {
    if holds_redacted(draft) {
        return Err(wrong(
            "request",
            format!(
                "The request comes from the history, and its secrets were left out ({REDACTED})"
            ),
            "Fill them in again, or attach an application instead",
        ));
    }
    let url = url(base_url, draft)?;
    let mut request = Request::new(method(draft.method)?, url)
        .timeout(TIMEOUT)
        .at_most(READ_BYTES, Oversize::Truncate);
    for pair in &draft.headers {
        let (name, value) = header(&pair.name, &pair.value)?;
        if OURS.contains(&name.as_str()) {
            return Err(wrong(
                "headers",
                format!("The header {name} cannot be set"),
                "Leave it out: it follows from the request",
            ));
        }
        if token.is_some() && name == "authorization" {
            return Err(wrong(
                "headers",
                "The request has an Authorization header and the token of an application",
                "Remove one of the two",
            ));
        }
        request = request.header(name, value);
    }
    if let Some(token) = token {
        let (name, mut value) = header("authorization", &format!("Bearer {}", token.reveal()))
            .map_err(|_| {
                wrong(
                    "token",
                    "The token cannot stand in a header",
                    "Fetch it again; it must be one line of text",
                )
            })?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    if !draft.body.is_empty() {
        request = request.body(Body::from(draft.body.clone()));
    }
    Ok(request)
}

fn holds_redacted(draft: &Draft) -> bool {
    let pairs = draft
        .path_parameters
        .iter()
        .chain(&draft.query)
        .chain(&draft.headers);
    let mut texts = pairs
        .map(|pair| &pair.value)
        .chain([&draft.path, &draft.body]);
    texts.any(|text| text.contains(REDACTED))
}

fn method(method: HttpMethod) -> Result<Method, Fault> {
    match method {
        HttpMethod::Get => Ok(Method::GET),
        HttpMethod::Put => Ok(Method::PUT),
        HttpMethod::Post => Ok(Method::POST),
        HttpMethod::Delete => Ok(Method::DELETE),
        HttpMethod::Options => Ok(Method::OPTIONS),
        HttpMethod::Head => Ok(Method::HEAD),
        HttpMethod::Patch => Ok(Method::PATCH),
        HttpMethod::Trace => Ok(Method::TRACE),
        HttpMethod::Any => Err(wrong(
            "method",
            "ANY stands for every method and cannot be sent",
            "Choose one, for example GET",
        )),
    }
}

fn url(base_url: &str, draft: &Draft) -> Result<Url, Fault> {
    let (path, typed_query) = match draft.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (draft.path.as_str(), None),
    };
    if !path.starts_with('/') {
        return Err(wrong(
            "path",
            format!("The path '{path}' does not start with a slash"),
            "Write it like /pets/1",
        ));
    }
    let mut text = base_url.trim_end_matches('/').to_owned();
    text.push_str(&fill(path, draft)?);
    let mut separator = '?';
    if let Some(query) = typed_query.filter(|query| !query.is_empty()) {
        text.push('?');
        text.extend(utf8_percent_encode(query, TYPED));
        separator = '&';
    }
    for pair in &draft.query {
        text.push(separator);
        text.extend(utf8_percent_encode(&pair.name, VALUE));
        text.push('=');
        text.extend(utf8_percent_encode(&pair.value, VALUE));
        separator = '&';
    }
    Url::parse(&text).map_err(|error| {
        wrong(
            "url",
            format!("{text} is not a URL: {error}"),
            "Check the base URL of the deployment and the path",
        )
        .because(error)
    })
}

/// The path with `{name}` and `{name+}` replaced by their values.
fn fill(path: &str, draft: &Draft) -> Result<String, Fault> {
    let mut filled = String::new();
    for segment in path.split_inclusive('/') {
        let (segment, slash) = segment
            .strip_suffix('/')
            .map_or((segment, ""), |segment| (segment, "/"));
        let start = filled.len();
        let mut rest = segment;
        while let Some((before, name, after)) = placeholder(rest) {
            filled.extend(utf8_percent_encode(before, TYPED));
            let bare = name.trim_end_matches('+');
            let value = draft
                .path_parameters
                .iter()
                .find(|pair| pair.name == bare)
                .map(|pair| pair.value.as_str());
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                return Err(wrong(
                    "path",
                    format!("The path parameter {bare} has no value"),
                    "Fill it in: an empty one would call another path",
                )
                .fact("parameter", bare));
            };
            let parts = if name.ends_with('+') {
                value.split('/').collect()
            } else {
                vec![value]
            };
            for (index, part) in parts.into_iter().enumerate() {
                if index > 0 {
                    filled.push('/');
                }
                filled.extend(utf8_percent_encode(part, VALUE));
            }
            rest = after;
        }
        filled.extend(utf8_percent_encode(rest, TYPED));
        // Every URL parser on the way takes these segments as steps, encoded or not.
        if filled[start..].split('/').any(is_dots) {
            return Err(wrong(
                "path",
                format!(
                    "The path segment '{}' would be taken as a step up or nowhere",
                    &filled[start..]
                ),
                "Dots alone cannot be sent as a path value",
            ));
        }
        filled.push_str(slash);
    }
    Ok(filled)
}

fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn is_dots(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Fault> {
    let parsed = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|error| {
        wrong(
            "headers",
            format!("'{name}' is not a header name"),
            "Use letters, digits and hyphens",
        )
        .because(error)
    })?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|error| {
        wrong(
            "headers",
            format!("The value of the header {name} cannot be sent"),
            "It must be one line without control characters",
        )
        .because(error)
    })?;
    Ok((parsed, value))
}

fn wrong(field: &str, summary: impl Into<String>, advice: &str) -> Fault {
    Fault::new(Code::RequestInvalid, summary, advice).fact("field", field)
}
