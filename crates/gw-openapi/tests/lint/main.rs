//! Every general rule, with a document that breaks it and one that keeps it.

use std::fmt::Write as _;

use gw_model::Severity;
use gw_openapi::lint::rules;
use gw_openapi::{Document, Ruleset, lint, lint_with};

mod cases;
mod more_cases;

use cases::CASES;
use more_cases::MORE;

/// What all rules there are find.
fn found(text: &str) -> Vec<String> {
    found_by(text, &Ruleset::all())
}

fn found_by(text: &str, ruleset: &Ruleset) -> Vec<String> {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}\n{text}");
    lint_with(&document, ruleset)
        .iter()
        .map(|found| format!("{} {}:{}", found.rule, found.place.line, found.place.column))
        .collect()
}

/// What the recommended rules find that is more than good to know.
fn warned(text: &str) -> Vec<String> {
    let (document, _) = Document::parse(text);
    lint(&document)
        .iter()
        .filter(|found| found.severity > Severity::Info)
        .map(|found| format!("{} {}:{}", found.rule, found.place.line, found.place.column))
        .collect()
}

/// A document with these paths, which begin on line 3.
fn with_paths(paths: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths:\n{paths}")
}

const OK: &str = "responses: { '200': { description: OK } }";

#[test]
fn a_plain_document_has_no_findings_but_advice() {
    assert_eq!(
        warned(&with_paths(&format!("  /a:\n    get: {{ {OK} }}\n"))),
        [""; 0]
    );
    assert_eq!(
        warned(include_str!("../../../../assets/samples/petstore.yaml")),
        [""; 0]
    );
}

/// A case written out: `@30` begins a document of 3.0, `@s30` its schema `A`, `@BODY` the media type of a body.
fn whole(text: &str) -> String {
    let info = "info: { title: T, version: '1' }\n";
    let licensed = "openapi: 3.0.3\ninfo: { title: T, version: '1', license: { name: x, url: x }, contact: {} }\n";
    let scoped = "@30components: { securitySchemes: { k: { type: oauth2, flows: { clientCredentials: { tokenUrl: a, scopes: { a: x } } } } } }";
    let body = "@30paths: { /a: { post: { OK, requestBody: { content: { application/json: ";
    let closed = text.starts_with("@BODY");
    let text = text
        .replace("@BODY", body)
        .replace("@SCOPED", scoped)
        .replace("OK", OK)
        .replace("@LICENSED", licensed);
    let mut text = if closed {
        format!("{text} }} }} }} }} }}")
    } else {
        text
    };
    for (mark, head) in [
        ("@s30", "@30paths: {}\ncomponents:\n  schemas:\n    A: "),
        ("@s31", "@31paths: {}\ncomponents:\n  schemas:\n    A: "),
        ("@s32", "@32paths: {}\ncomponents:\n  schemas:\n    A: "),
        ("@20", "swagger: '2.0'\nINFO"),
        ("@30", "openapi: 3.0.3\nINFO"),
        ("@31", "openapi: 3.1.0\nINFO"),
        ("@32", "openapi: 3.2.0\nINFO"),
    ] {
        text = text.replace(mark, head);
    }
    let text = text.replace("INFO", info);
    if text.starts_with(' ') {
        with_paths(&text)
    } else {
        text
    }
}

#[test]
fn every_rule_finds_its_own_and_spares_the_rest() {
    let mut troubles = Vec::new();
    for (rule, wrong, right) in CASES.iter().chain(MORE) {
        let marked = whole(wrong);
        let (before, _) = marked.split_once('^').unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let expected = format!("{rule} {line}:{column}");
        let findings = found(&marked.replace('^', ""));
        if !findings.contains(&expected) {
            troubles.push(format!("{expected} is not in {findings:?}:\n{marked}"));
        }
        let others: Vec<_> = found(&whole(right))
            .into_iter()
            .filter(|finding| finding.starts_with(&format!("{rule} ")))
            .collect();
        if !others.is_empty() {
            troubles.push(format!("{others:?} in what is right:\n{}", whole(right)));
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n\n"));
}

#[test]
fn every_rule_of_the_table_has_a_document_that_breaks_it_and_one_that_keeps_it() {
    let missing: Vec<&str> = rules()
        .map(|rule| rule.id)
        .filter(|id| !CASES.iter().chain(MORE).any(|(rule, ..)| rule == id))
        .collect();
    assert!(missing.is_empty(), "{missing:?} have no case");
    let unknown: Vec<&&str> = CASES
        .iter()
        .chain(MORE)
        .map(|(rule, ..)| rule)
        .filter(|id| !rules().any(|rule| rule.id == **id))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?} are in no table");
}

#[test]
fn of_each_rule_a_hundred_findings_are_told_and_the_rest_is_counted() {
    let mut paths = String::new();
    for at in 0..130 {
        let _ = writeln!(paths, "  /a{at}/: {{}}");
    }
    let (document, _) = Document::parse(&with_paths(&paths));
    let findings: Vec<_> = lint(&document)
        .into_iter()
        .filter(|found| found.rule == "oas-path-trailing-slash")
        .collect();
    assert_eq!(findings.len(), 101);
    assert_eq!(
        findings.last().unwrap().message,
        "30 more findings of the rule 'oas-path-trailing-slash' are not listed"
    );
}

#[test]
fn a_fault_of_form_a_gateway_does_not_mind_is_no_error() {
    let document = whole(
        "@s30{ type: text, maxLength: a, enmu: [], required: [x], nullable: true, example: 1 }",
    );
    let (document, _) = Document::parse(&document);
    let findings = lint(&document);
    assert!(findings.len() >= 5, "{findings:?}");
    assert!(
        findings
            .iter()
            .all(|found| found.severity < Severity::Error)
    );
}

#[test]
fn a_misspelt_field_is_told_with_the_one_that_is_meant() {
    let (document, _) = Document::parse(&whole("  /a: { get: { OK, operationID: x } }"));
    let finding = lint(&document)
        .into_iter()
        .find(|found| found.rule == "oas-field-unknown")
        .unwrap();
    assert_eq!(finding.message, "'operationID' is no field of an operation");
    assert_eq!(
        finding.fix,
        "Write 'operationId' if that is meant, else remove it."
    );
}

#[test]
fn schemas_that_hold_themselves_and_examples_of_them_end() {
    let text = whole(
        "@s30{ allOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }], required: [x], example: { a: { a: {} } } }\n    B: { oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }], required: [y], properties: { a: { $ref: '#/components/schemas/A' } } }",
    );
    let _ = found(&text);
}

#[test]
fn references_in_examples_and_extensions_are_no_references() {
    let document = with_paths(
        "  /a:\n    get:\n      responses:\n        '200':\n          description: x\n          content:\n            application/json:\n              example: { $ref: '#/nowhere' }\n              examples:\n                one: { value: { $ref: '#/nowhere' } }\n                two: { $ref: '#/gone' }\n              schema:\n                properties:\n                  $ref: { type: string }\n                  example: { $ref: '#/missing' }\n                default: { $ref: '#/nowhere' }\n",
    );
    let mut findings = found_by(&document, &Ruleset::minimal());
    findings.retain(|found| found.starts_with("oas-ref"));
    assert_eq!(
        findings,
        ["oas-ref-unresolved 14:24", "oas-ref-unresolved 18:30"]
    );
}

#[test]
fn a_finding_says_what_why_and_how_to_mend_it() {
    let (document, _) = Document::parse(&with_paths("  /a/{b}:\n    get: { responses: {} }\n"));
    let findings = lint_with(&document, &Ruleset::minimal());
    insta::assert_debug_snapshot!(findings);
    assert!(
        findings
            .iter()
            .all(|found| found.severity == Severity::Error)
    );
}

#[test]
fn ambiguous_paths_in_tens_of_thousands_are_found_in_time() {
    let mut paths = String::new();
    for at in 0..20_000 {
        let _ = write!(paths, "  /a{at}/{{x}}/c: {{}}\n  /a{at}/b/{{y}}: {{}}\n");
    }
    let started = std::time::Instant::now();
    let findings = found_by(&with_paths(&paths), &Ruleset::minimal());
    assert_eq!(findings.len(), 101);
    assert!(
        started.elapsed() < std::time::Duration::from_secs(90),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_taken_id_is_told_once_with_whose_it_is() {
    let text = with_paths(&format!(
        "  /a:\n    get: {{ operationId: x, {OK} }}\n    put: {{ operationId: x, {OK} }}\n"
    ));
    let messages: Vec<String> = lint(&Document::parse(&text).0)
        .into_iter()
        .filter(|finding| finding.rule == "oas-operation-id")
        .map(|finding| finding.message)
        .collect();
    assert_eq!(messages, ["The operationId 'x' is that of GET /a already"]);
}
