//! Answers: there is one, it has a status, and the status its words.
//!
//! It refuses to invent what an API answers beyond the one answer every operation has.

use serde_json::json;

use super::{rename, set, split};
use crate::document::Document;
use crate::edit::Edit;
use crate::tree::Kind;

/// One answer for an operation that has none.
pub(super) fn responses(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let operation = document.at(at)?;
    if at.is_empty() || !operation.is_mapping() {
        return None;
    }
    let found = operation.get("responses");
    let empty = found.is_none_or(|found| {
        found.is_empty() && matches!(found.kind(), Kind::Null | Kind::Mapping | Kind::Sequence)
    });
    let answer = json!({ "200": { "description": "OK" } });
    empty.then(|| vec![set(format!("{at}/responses"), answer)])
}

/// The words of a status, or the name of a component.
pub(super) fn description(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let response = document.resolve(document.at(at)?).ok()?;
    if at.is_empty() || !response.is_mapping() || response.get("description").is_some() {
        return None;
    }
    let here = response.pointer();
    let (_, name) = split(&here)?;
    let words = words(&name).map_or(name.as_str(), |words| words);
    Some(vec![set(format!("{here}/description"), words)])
}

/// A status with spaces around it, or in the wrong case.
pub(super) fn status(document: &Document, at: &str) -> Option<Vec<Edit>> {
    let (holder, status) = split(at)?;
    let trimmed = status.trim();
    let meant = if trimmed.eq_ignore_ascii_case("default") {
        "default".to_owned()
    } else {
        trimmed.to_ascii_uppercase()
    };
    let is_status = meant == "default"
        || matches!(meant.as_bytes(), [b'1'..=b'5', b'X', b'X'])
        || matches!(meant.as_bytes(), [b'1'..=b'5', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit());
    let free = document.at(holder)?.get(&meant).is_none();
    (is_status && free && meant != status).then(|| vec![rename(at, meant)])
}

/// What a status means (RFC 9110 §15, and the registry of statuses).
fn words(status: &str) -> Option<&'static str> {
    Some(match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "Non-authoritative information",
        "204" => "No content",
        "205" => "Reset content",
        "206" => "Partial content",
        "207" => "Multi-status",
        "301" => "Moved permanently",
        "302" => "Found",
        "303" => "See other",
        "304" => "Not modified",
        "307" => "Temporary redirect",
        "308" => "Permanent redirect",
        "400" => "Bad request",
        "401" => "Unauthorized",
        "402" => "Payment required",
        "403" => "Forbidden",
        "404" => "Not found",
        "405" => "Method not allowed",
        "406" => "Not acceptable",
        "408" => "Request timeout",
        "409" => "Conflict",
        "410" => "Gone",
        "411" => "Length required",
        "412" => "Precondition failed",
        "413" => "Content too large",
        "414" => "URI too long",
        "415" => "Unsupported media type",
        "416" => "Range not satisfiable",
        "417" => "Expectation failed",
        "422" => "Unprocessable content",
        "423" => "Locked",
        "424" => "Failed dependency",
        "425" => "Too early",
        "426" => "Upgrade required",
        "428" => "Precondition required",
        "429" => "Too many requests",
        "431" => "Request header fields too large",
        "451" => "Unavailable for legal reasons",
        "500" => "Internal server error",
        "501" => "Not implemented",
        "502" => "Bad gateway",
        "503" => "Service unavailable",
        "504" => "Gateway timeout",
        "507" => "Insufficient storage",
        "1XX" | "1xx" => "Informational",
        "2XX" | "2xx" => "Success",
        "3XX" | "3xx" => "Redirection",
        "4XX" | "4xx" => "Client error",
        "5XX" | "5xx" => "Server error",
        "default" => "Any other answer",
        _ => return None,
    })
}
