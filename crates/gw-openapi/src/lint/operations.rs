//! Operations: ids, parameters against the path, answers, security.
//!
//! It refuses matters of taste: a missing summary is no finding.

use std::collections::{BTreeSet, HashMap};

use gw_model::{HttpMethod, Place};

use super::Findings;
use crate::document::SpecVersion;
use crate::finding::shorten;
use crate::read::FoundOperation;
use crate::tree::Node;

pub(super) fn check(findings: &mut Findings<'_>) {
    let operations = findings.operations;
    let mut ids: HashMap<&str, &FoundOperation<'_>> = HashMap::new();
    let schemes = declared_schemes(findings.document.root());
    if let Some(security) = findings.document.root().get("security") {
        check_security(findings, security, &schemes);
    }
    for operation in operations {
        if let Some(id) = operation.node.get("operationId") {
            let text = id.scalar_text().unwrap_or_default();
            match ids.get(text) {
                Some(first) => {
                    let message = format!(
                        "The operationId '{}' is that of {} already",
                        shorten(text),
                        first.key
                    );
                    let why = "Ids name operations in generated code, and on AWS; two of one name cannot be told apart.";
                    findings.error(
                        "oas-operation-id",
                        id.key_place(),
                        message,
                        why,
                        "Give each operation an id of its own.",
                    );
                }
                None => {
                    ids.insert(text, operation);
                }
            }
        }
        check_parameters(findings, operation);
        check_responses(findings, operation);
        check_body(findings, operation);
        if let Some(security) = operation.node.get("security") {
            check_security(findings, security, &schemes);
        }
    }
}

fn place_of(findings: &Findings<'_>, operation: &FoundOperation<'_>) -> Place {
    findings
        .document
        .tree
        .place_at(operation.at, operation.node.pointer())
}

fn check_parameters(findings: &mut Findings<'_>, operation: &FoundOperation<'_>) {
    let document = findings.document;
    let path = operation.key.path.as_str();
    let variables: BTreeSet<&str> = variables(path).collect();
    let mut declared = BTreeSet::new();
    for (own, list) in [
        (true, operation.node.get("parameters")),
        (false, operation.item.get("parameters")),
    ] {
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        for written in list.into_iter().flat_map(Node::items) {
            let Ok(parameter) = document.resolve(written) else {
                continue;
            };
            let text = |word: &str| {
                parameter
                    .get(word)
                    .and_then(Node::scalar_text)
                    .unwrap_or_default()
            };
            let (name, location) = (text("name"), text("in"));
            if !seen.insert((name, location)) && own {
                let message = format!(
                    "The parameter '{}' ({location}) is declared twice",
                    shorten(name)
                );
                let why = "Readers keep one of the two without a word.";
                findings.error(
                    "oas-parameter-duplicate",
                    written.place(),
                    message,
                    why,
                    "Remove one of the two.",
                );
            }
            if location != "path" {
                continue;
            }
            declared.insert(name);
            if own && !variables.contains(name) {
                let message = format!(
                    "The path '{}' has no variable '{}'",
                    shorten(path),
                    shorten(name)
                );
                let why = "A path parameter that is not in the path can never have a value; AWS refuses it.";
                findings.error(
                    "oas-path-parameter-unused",
                    written.place(),
                    message,
                    why,
                    "Mend the name, or remove it.",
                );
            }
            if own && parameter.get("required").and_then(Node::as_bool) != Some(true) {
                let message = format!(
                    "The path parameter '{}' is not marked required",
                    shorten(name)
                );
                let why =
                    "A path cannot be without it, and validators insist that the document says so.";
                findings.warning(
                    "oas-path-parameter-required",
                    written.place(),
                    message,
                    why,
                    "Add 'required: true'.",
                );
            }
        }
    }
    for variable in variables
        .iter()
        .filter(|variable| !declared.contains(*variable))
    {
        let message = format!(
            "{} does not declare its path variable '{}'",
            operation.key,
            shorten(variable)
        );
        let why = "Callers are not told what to put there; gateways cannot pass it on by name.";
        let fix = format!("Add a parameter '{variable}' with 'in: path' and 'required: true'.");
        let place = place_of(findings, operation);
        findings.error("oas-path-parameter-undeclared", place, message, why, &fix);
    }
}

fn check_responses(findings: &mut Findings<'_>, operation: &FoundOperation<'_>) {
    let Some(responses) = operation
        .node
        .get("responses")
        .filter(|responses| !responses.is_empty())
    else {
        let has_integration = operation
            .node
            .get("x-amazon-apigateway-integration")
            .is_some();
        // From 3.1 on they are optional; with an integration of its own an operation is complete for AWS.
        if findings.document.version() < Some(SpecVersion::V3_1) && !has_integration {
            let message = format!("{} has no responses", operation.key);
            let why = "Callers are not told what they get, and a mock has nothing to answer.";
            let place = place_of(findings, operation);
            findings.error(
                "oas-responses",
                place,
                message,
                why,
                "Add 'responses' with at least one status.",
            );
        }
        return;
    };
    let mut succeeds = false;
    for (status, response) in responses
        .entries()
        .filter(|(status, _)| !status.text.starts_with("x-"))
    {
        let text = status.text;
        succeeds |= text.starts_with(['1', '2', '3']) || text == "default";
        if !is_status(text) {
            let message = format!("'{}' is no HTTP status", shorten(text));
            let why = "Readers leave the answer out.";
            let fix = "Write a status like '200', a range like '4XX', or 'default'.";
            findings.error(
                "oas-response-status",
                response.key_place(),
                message,
                why,
                fix,
            );
        }
        let resolved = findings.document.resolve(response);
        if resolved
            .is_ok_and(|response| response.is_mapping() && response.get("description").is_none())
        {
            let message = format!(
                "The answer {} of {} has no description",
                shorten(text),
                operation.key
            );
            let why = "The specification requires one, and strict readers refuse the document.";
            findings.warning(
                "oas-response-description",
                response.key_place(),
                message,
                why,
                "Add a 'description'.",
            );
        }
    }
    if !succeeds {
        let message = format!("{} describes no success", operation.key);
        let why = "Callers are told only what goes wrong; a mock has nothing good to answer.";
        findings.warning(
            "oas-response-success",
            responses.key_place(),
            message,
            why,
            "Add an answer like '200'.",
        );
    }
}

fn check_body(findings: &mut Findings<'_>, operation: &FoundOperation<'_>) {
    let bodiless = matches!(
        operation.key.method,
        HttpMethod::Get | HttpMethod::Head | HttpMethod::Delete
    );
    if let Some(body) = operation.node.get("requestBody").filter(|_| bodiless) {
        let message = format!("{} takes a body", operation.key);
        let why =
            "What a body means with this method is not defined: proxies and gateways may drop it.";
        findings.warning(
            "oas-body-on-get",
            body.key_place(),
            message,
            why,
            "Use POST, or send the values in the query.",
        );
    }
}

fn check_security(findings: &mut Findings<'_>, security: Node<'_>, schemes: &BTreeSet<&str>) {
    for (name, value) in security.items().flat_map(Node::entries) {
        if !schemes.contains(name.text) {
            let message = format!(
                "The security scheme '{}' is not declared",
                shorten(name.text)
            );
            let why = "Nobody can tell what it asks for, so nothing is asked.";
            let fix = "Declare it under 'components.securitySchemes'.";
            findings.error(
                "oas-security-undeclared",
                value.key_place(),
                message,
                why,
                fix,
            );
        }
    }
}

fn declared_schemes(root: Node<'_>) -> BTreeSet<&str> {
    let new = root
        .get("components")
        .and_then(|components| components.get("securitySchemes"));
    let old = root.get("securityDefinitions");
    [new, old]
        .into_iter()
        .flatten()
        .flat_map(Node::entries)
        .map(|(name, _)| name.text)
        .collect()
}

/// Names in braces, without the `+` of AWS's greedy ones.
fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_end_matches('+'))
}

fn is_status(text: &str) -> bool {
    match text.as_bytes() {
        b"default" | [b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}
