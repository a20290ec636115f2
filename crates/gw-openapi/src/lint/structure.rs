//! Whether the parts of a document are of the kind they must be, and the ones every document needs are there.
//!
//! It refuses to check whole schemas: only what reading the document for a gateway depends on.

use gw_model::{HttpMethod, Place};

use super::Findings;
use crate::builder::start_of_document;
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::tree::{Kind, Node};

/// Keys of a path item that are no methods.
const OF_PATH_ITEMS: [&str; 7] = [
    "$ref",
    "summary",
    "description",
    "servers",
    "parameters",
    "additionalOperations",
    "query",
];

pub(super) fn check(findings: &mut Findings<'_>) {
    let root = findings.document.root();
    check_info(findings, root);
    let paths = root.get("paths");
    let others = ["webhooks", "components"]
        .iter()
        .any(|word| root.get(word).is_some());
    match paths {
        None if !others || findings.document.version() < Some(SpecVersion::V3_1) => findings.error(
            "oas-paths",
            start_of_document(),
            "The document has no 'paths'".to_owned(),
            "They are what an API serves.",
            "Add 'paths' with at least one operation.",
        ),
        Some(paths) if expect(findings, paths, Kind::Mapping, "'paths'") => {
            for (_, item) in paths
                .entries()
                .filter(|(path, _)| path.text.starts_with('/'))
            {
                check_path_item(findings, item);
            }
        }
        _ => {}
    }
    for word in ["components", "definitions", "securityDefinitions"] {
        let Some(part) = root.get(word) else { continue };
        if expect(findings, part, Kind::Mapping, &format!("'{word}'")) && word == "components" {
            for (name, group) in part
                .entries()
                .filter(|(name, _)| !name.text.starts_with("x-"))
            {
                expect(
                    findings,
                    group,
                    Kind::Mapping,
                    &format!("'{}'", shorten(name.text)),
                );
            }
        }
    }
    for word in ["servers", "tags", "security"] {
        if let Some(list) = root.get(word) {
            expect(findings, list, Kind::Sequence, &format!("'{word}'"));
        }
    }
}

fn check_info(findings: &mut Findings<'_>, root: Node<'_>) {
    let info = root.get("info");
    if let Some(info) = info
        && !expect(findings, info, Kind::Mapping, "'info'")
    {
        return;
    }
    let place = info.map_or_else(start_of_document, Node::key_place);
    for (word, rule, why) in [
        (
            "title",
            "oas-info-title",
            "It is the API's name; AWS shows it in every list.",
        ),
        (
            "version",
            "oas-info-version",
            "It tells callers which edition of the API they use.",
        ),
    ] {
        let found = info.and_then(|info| info.get(word));
        let text = found.and_then(Node::scalar_text).map(str::trim);
        if text.is_none_or(str::is_empty) {
            let place = found.map_or_else(|| place.clone(), Node::key_place);
            let message = format!("The document has no 'info.{word}'");
            findings.error(
                rule,
                place,
                message,
                why,
                &format!("Add '{word}' under 'info'."),
            );
        }
    }
}

fn check_path_item(findings: &mut Findings<'_>, item: Node<'_>) {
    let Ok(item) = findings.document.resolve(item) else {
        return;
    };
    if !expect(findings, item, Kind::Mapping, "A path") {
        return;
    }
    for (name, value) in item.entries() {
        if HttpMethod::ALL
            .into_iter()
            .any(|method| method.document_key() == name.text)
        {
            if expect(findings, value, Kind::Mapping, "An operation") {
                check_operation(findings, value);
            }
        } else if !OF_PATH_ITEMS.contains(&name.text) && !name.text.starts_with("x-") {
            let lower = name.text.to_ascii_lowercase();
            let meant = HttpMethod::ALL
                .into_iter()
                .any(|method| method.document_key() == lower);
            let fix = if meant {
                format!("Write '{lower}'.")
            } else {
                "Remove it, or begin it with 'x-'.".to_owned()
            };
            let message = format!(
                "'{}' is neither a method nor anything else a path can have",
                shorten(name.text)
            );
            findings.error(
                "oas-unknown-method",
                value.key_place(),
                message,
                "Gateways do not serve it.",
                &fix,
            );
        } else if matches!(name.text, "query" | "additionalOperations") {
            let message = format!("'{}' holds methods that gateways do not serve", name.text);
            let why = "Only GET, PUT, POST, DELETE, OPTIONS, HEAD, PATCH and TRACE are read.";
            findings.warning(
                "oas-unknown-method",
                value.key_place(),
                message,
                why,
                "Offer the operation under POST too.",
            );
        }
    }
    if let Some(list) = item.get("parameters") {
        check_parameters(findings, list);
    }
}

fn check_operation(findings: &mut Findings<'_>, operation: Node<'_>) {
    if let Some(list) = operation.get("parameters") {
        check_parameters(findings, list);
    }
    for (word, kind) in [
        ("requestBody", Kind::Mapping),
        ("responses", Kind::Mapping),
        ("security", Kind::Sequence),
        ("tags", Kind::Sequence),
    ] {
        if let Some(part) = operation.get(word) {
            expect(findings, part, kind, &format!("'{word}'"));
        }
    }
}

fn check_parameters(findings: &mut Findings<'_>, list: Node<'_>) {
    if !expect(findings, list, Kind::Sequence, "'parameters'") {
        return;
    }
    for written in list.items() {
        let Ok(parameter) = findings.document.resolve(written) else {
            continue;
        };
        let text = |word: &str| {
            parameter
                .get(word)
                .and_then(Node::scalar_text)
                .unwrap_or_default()
        };
        let old = findings.document.version() == Some(SpecVersion::V2);
        let known = match text("in") {
            "path" | "query" | "header" => true,
            "cookie" | "querystring" => !old,
            "body" | "formData" => old,
            _ => false,
        };
        if text("name").is_empty() || !known {
            let place = written.place();
            let message = "This parameter has no name, or does not say where it stands".to_owned();
            let why = "It cannot be read, so it is left out.";
            let places = if old {
                "path, query, header, body or formData"
            } else {
                "path, query, header or cookie"
            };
            findings.error(
                "oas-parameter",
                place,
                message,
                why,
                &format!("Give it a 'name', and an 'in' of {places}."),
            );
        }
    }
}

/// Reports a part of the wrong kind; `true` when it is right. A reference is right.
fn expect(findings: &mut Findings<'_>, node: Node<'_>, kind: Kind, what: &str) -> bool {
    if node.kind() == kind {
        return true;
    }
    let (wanted, fix) = match kind {
        Kind::Sequence => ("a list", "Write a list."),
        _ => ("a mapping", "Write keys with values."),
    };
    let place: Place = node.key_place();
    findings.error(
        "oas-structure",
        place,
        format!(
            "{what} must be {wanted}, and this is {}",
            name_of(node.kind())
        ),
        "It cannot be read, so everything in it is left out.",
        fix,
    );
    false
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "nothing",
        Kind::Bool => "true or false",
        Kind::Number => "a number",
        Kind::String => "text",
        Kind::Sequence => "a list",
        Kind::Mapping => "a mapping",
    }
}
