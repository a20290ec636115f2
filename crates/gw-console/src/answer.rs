//! An answer as it is shown: text indented where that helps, binary told apart, long bodies cut with their size told.
//!
//! It refuses to change what came: the raw text is the bytes, decoded and nothing else.

use gw_http::Answer;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::draft::Pair;
use crate::pretty;

/// Most of a body that is shown, in bytes.
pub const SHOWN_BYTES: usize = 2 * 1024 * 1024;

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Answered {
    /// The URL that answered, as sent: it may hold secrets; see [`crate::redact_url`].
    pub url: String,
    /// Status code.
    pub status: u16,
    /// Its standard reason phrase; empty for codes without one.
    pub reason: String,
    /// From sending to the last byte, in milliseconds.
    pub total_ms: f64,
    /// From sending to the first byte, in milliseconds.
    pub first_byte_ms: f64,
    /// Size of the whole body in bytes, as far as it is known.
    #[ts(type = "number")]
    pub size: u64,
    /// `false` when the body was too long to be read to its end and the server did not say its size: it is `size` or more.
    pub size_exact: bool,
    /// Headers, in order.
    pub headers: Vec<Pair>,
    /// The body.
    pub body: AnswerBody,
}

/// A body, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AnswerBody {
    /// Nothing.
    Empty,
    /// Text.
    Text {
        /// As it came.
        raw: String,
        /// Indented, for whole JSON and XML; `None` for others.
        pretty: Option<String>,
        /// `json`, `xml`, `html` or `text`.
        language: String,
        /// Whether more came than is shown.
        truncated: bool,
    },
    /// Not text.
    Binary {
        /// Media type; `application/octet-stream` when none was given.
        content_type: String,
    },
}

impl Answered {
    /// The record of an answer.
    pub fn of(answer: &Answer) -> Self {
        let header = |name| answer.header(name).unwrap_or_default();
        let declared = header("content-length").parse::<u64>().is_ok();
        let text =
            |value: &gw_http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            url: answer.url.to_string(),
            status: answer.status.as_u16(),
            reason: answer
                .status
                .canonical_reason()
                .unwrap_or_default()
                .to_owned(),
            total_ms: answer.timings.total.as_secs_f64() * 1000.0,
            first_byte_ms: answer.timings.first_byte.as_secs_f64() * 1000.0,
            size: answer.size,
            size_exact: !answer.truncated || declared,
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| Pair::new(name.as_str(), text(value)))
                .collect(),
            body: body(
                &answer.body,
                header("content-type"),
                header("content-encoding"),
                answer.truncated,
            ),
        }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|pair| pair.name.eq_ignore_ascii_case(name))
            .map(|pair| pair.value.as_str())
    }

    /// The body's text; empty when it is none.
    pub fn text(&self) -> &str {
        match &self.body {
            AnswerBody::Text { raw, .. } => raw,
            AnswerBody::Empty | AnswerBody::Binary { .. } => "",
        }
    }
}

/// A body that was kept from an earlier answer, as it is shown.
pub fn kept_body(bytes: &[u8], headers: &[Pair], cut: bool) -> AnswerBody {
    let header = |name: &str| {
        headers
            .iter()
            .find(|pair| pair.name.eq_ignore_ascii_case(name))
    };
    let value = |name: &str| {
        header(name)
            .map(|pair| pair.value.as_str())
            .unwrap_or_default()
    };
    if bytes.is_empty() && cut {
        return AnswerBody::Binary {
            content_type: value("content-type").to_owned(),
        };
    }
    body(bytes, value("content-type"), value("content-encoding"), cut)
}

fn body(bytes: &[u8], content_type: &str, encoding: &str, cut_before: bool) -> AnswerBody {
    if bytes.is_empty() {
        return AnswerBody::Empty;
    }
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let truncated = cut_before || bytes.len() > SHOWN_BYTES;
    let shown = &bytes[..bytes.len().min(SHOWN_BYTES)];
    let packed = !matches!(
        encoding.trim().to_ascii_lowercase().as_str(),
        "" | "identity"
    );
    let decoded = if packed {
        None
    } else {
        decode(shown, content_type, truncated)
    };
    let Some(raw) = decoded else {
        let content_type = if media_type.is_empty() {
            "application/octet-stream".to_owned()
        } else {
            media_type
        };
        return AnswerBody::Binary { content_type };
    };
    let language = language(&raw, &media_type);
    let pretty = match language {
        _ if truncated => None,
        "json" => pretty::json(&raw),
        "xml" => pretty::xml(&raw),
        _ => None,
    };
    AnswerBody::Text {
        raw,
        pretty,
        language: language.to_owned(),
        truncated,
    }
}

/// The text, when the bytes are text.
fn decode(bytes: &[u8], content_type: &str, cut: bool) -> Option<String> {
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // A character that the cut went through.
        Err(error) if cut && error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => match charset.as_deref() {
            Some("iso-8859-1" | "latin1" | "windows-1252" | "us-ascii") => {
                bytes.iter().copied().map(char::from).collect()
            }
            _ => return None,
        },
    };
    (!text.contains('\0')).then_some(text)
}

fn language(text: &str, media_type: &str) -> &'static str {
    let is = |name: &str| {
        media_type.ends_with(&format!("/{name}")) || media_type.ends_with(&format!("+{name}"))
    };
    if is("json") {
        "json"
    } else if media_type == "text/html" || media_type == "application/xhtml+xml" {
        "html"
    } else if is("xml") {
        "xml"
    } else if matches!(media_type, "" | "text/plain" | "application/octet-stream")
        && pretty::is_json_container(text)
    {
        "json"
    } else {
        "text"
    }
}
