//! Every general rule, with a document that breaks it and one that keeps it.

use std::fmt::Write as _;

use gw_model::Severity;
use gw_openapi::{Document, lint};

fn found(text: &str) -> Vec<String> {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}");
    lint(&document)
        .iter()
        .map(|found| format!("{} {}:{}", found.rule, found.place.line, found.place.column))
        .collect()
}

/// A document with these paths, which begin on line 3.
fn with_paths(paths: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths:\n{paths}")
}

const OK: &str = "responses: { '200': { description: OK } }";

#[test]
fn a_plain_document_has_no_findings() {
    assert_eq!(
        found(&with_paths(&format!("  /a:\n    get: {{ {OK} }}\n"))),
        [""; 0]
    );
    assert_eq!(
        found(include_str!("../../../assets/samples/petstore.yaml")),
        [""; 0]
    );
}

/// Rule, a document that breaks it at the `^`, and one that does not. `OK` stands for good responses; documents that
/// begin with a space are paths.
const CASES: &[(&str, &str, &str)] = &[
    (
        "oas-info-title",
        "openapi: 3.1.0\n^info: { version: '1' }\npaths: {}",
        "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}",
    ),
    (
        "oas-info-title",
        "openapi: 3.1.0\ninfo: { ^title: '', version: '1' }\npaths: {}",
        "  /a: {}",
    ),
    (
        "oas-info-version",
        "openapi: 3.1.0\n^info: { title: T }\npaths: {}",
        "openapi: 3.1.0\ninfo: { title: T, version: 1.0 }\npaths: {}",
    ),
    (
        "oas-paths",
        "^openapi: 3.0.0\ninfo: { title: T, version: '1' }",
        "openapi: 3.1.0\ninfo: { title: T, version: '1' }\nwebhooks: {}",
    ),
    (
        "oas-structure",
        "openapi: 3.1.0\ninfo: { title: T, version: '1' }\n^paths: []",
        "  {}",
    ),
    (
        "oas-structure",
        "openapi: 3.1.0\n^info: text\npaths: {}",
        "  {}",
    ),
    ("oas-structure", "  ^/a: text", "  /a: {}"),
    (
        "oas-structure",
        "  /a: { ^get: [] }",
        "  /a: { get: { OK } }",
    ),
    (
        "oas-structure",
        "  /a: { get: { OK, ^tags: x } }",
        "  /a: { get: { OK, tags: [x] } }",
    ),
    (
        "oas-structure",
        "  /a: { get: { OK, ^parameters: {} } }",
        "  /a: { get: { OK, parameters: [] } }",
    ),
    (
        "oas-unknown-method",
        "  /a: { ^GET: { OK } }",
        "  /a: { get: { OK }, x-get: 1, summary: s }",
    ),
    (
        "oas-unknown-method",
        "  /a: { ^query: { OK } }",
        "  /a: { x-query: 1 }",
    ),
    (
        "oas-parameter",
        "  /a: { get: { OK, parameters: [^{ name: x }] } }",
        "  /a: { parameters: [{ name: x, in: query }] }",
    ),
    (
        "oas-parameter",
        "  /a: { parameters: [^{ name: x, in: body }] }",
        "  /a: { parameters: [{ name: x, in: cookie }] }",
    ),
    ("oas-path", "  ^a: { get: { OK } }", "  x-a: 1"),
    ("oas-path", "  ^'/a?b=c': {}", "  /a: {}"),
    ("oas-path", "  ^'/a#b': {}", "  /a: {}"),
    ("oas-path", "  ^'/a/{': {}", "  '/a/{b+}': {}"),
    ("oas-path", "  ^'/a/{b/c': {}", "  '/a/{b}/c': {}"),
    ("oas-path", "  ^'/a/{}': {}", "  '/a/{b}': {}"),
    ("oas-path", "  ^'/{a}/{a}': {}", "  '/{a}/{b}': {}"),
    ("oas-path", "  ^'/a}': {}", "  '/a': {}"),
    ("oas-path", "  ^'/{a{b}}': {}", "  '/{a}.{b}': {}"),
    ("oas-path", "  ^'/a b': {}", "  '/a%20b': {}"),
    (
        "oas-path-ambiguous",
        "  /a/{b}: {}\n  ^/a/{c}: {}",
        "  /a/{b}: {}\n  /a/c: {}",
    ),
    (
        "oas-path-ambiguous",
        "  /a/{b}/c: {}\n  ^/a/b/{c}: {}",
        "  /a/{b}/c: {}\n  /a/b/c: {}",
    ),
    (
        "oas-path-parameter-undeclared",
        "  /a/{b}: { ^get: { OK } }",
        "  /a/{b}: { parameters: [{ name: b, in: path, required: true }], get: { OK } }",
    ),
    (
        "oas-path-parameter-unused",
        "  /a: { get: { OK, parameters: [^{ name: b, in: path, required: true }] } }",
        "  /a/{b}: { get: { OK, parameters: [{ name: b, in: path, required: true }] } }",
    ),
    (
        "oas-path-parameter-required",
        "  /a/{b}: { get: { OK, parameters: [^{ name: b, in: path }] } }",
        "  /a/{b}: { get: { OK, parameters: [{ name: b, in: path, required: true }] } }",
    ),
    (
        "oas-parameter-duplicate",
        "  /a: { get: { OK, parameters: [{ name: b, in: query }, ^{ name: b, in: query }] } }",
        "  /a: { get: { OK, parameters: [{ name: b, in: query }, { name: b, in: header }] } }",
    ),
    (
        "oas-operation-id",
        "  /a:\n    get: { operationId: x, OK }\n    put: { ^operationId: x, OK }",
        "  /a:\n    get: { operationId: x, OK }\n    put: { operationId: y, OK }",
    ),
    (
        "oas-responses",
        "  /a: { ^get: {} }",
        "  /a: { get: { x-amazon-apigateway-integration: { type: mock } } }",
    ),
    (
        "oas-responses",
        "  /a: { ^get: { responses: {} } }",
        "  /a: { get: { OK } }",
    ),
    (
        "oas-response-status",
        "  /a: { get: { responses: { ^ok: { description: x } } } }",
        "  /a: { get: { responses: { 2XX: { description: x }, default: { description: x } } } }",
    ),
    (
        "oas-response-description",
        "  /a: { get: { responses: { ^'200': {} } } }",
        "  /a: { get: { OK } }",
    ),
    (
        "oas-response-success",
        "  /a: { get: { ^responses: { '400': { description: x } } } }",
        "  /a: { get: { responses: { '301': { description: x } } } }",
    ),
    (
        "oas-body-on-get",
        "  /a: { get: { ^requestBody: {}, OK } }",
        "  /a: { post: { requestBody: {}, OK } }",
    ),
    (
        "oas-security-undeclared",
        "  /a: { get: { security: [{ ^nobody: [] }], OK } }",
        "  /a: { get: { security: [{ k: [] }], OK } }\ncomponents: { securitySchemes: { k: { type: http } } }",
    ),
    (
        "oas-ref-unresolved",
        "  /a: { ^$ref: '#/nowhere' }",
        "  /a: { $ref: '#/components/pathItems/a' }\ncomponents: { pathItems: { a: {} } }",
    ),
    (
        "oas-ref-external",
        "  /a: { ^$ref: 'other.yaml#/a' }",
        "  /a: { x-note: { $ref: 'other.yaml#/a' } }",
    ),
    (
        "oas-ref-external",
        "  /a: { ^$ref: 'http://127.0.0.1:1/secret' }",
        "  /a: {}",
    ),
    (
        "oas-ref-external",
        "  /a: { ^$ref: '../../../etc/passwd' }",
        "  /a: {}",
    ),
    (
        "oas-ref-circular",
        "  /a: { ^$ref: '#/paths/~1a' }",
        "  /a: {}",
    ),
];

#[test]
fn every_rule_finds_its_own_and_spares_the_rest() {
    let whole = |text: &str| {
        let text = text.replace("OK", OK);
        if text.starts_with(' ') {
            with_paths(&text)
        } else {
            text
        }
    };
    for (rule, wrong, right) in CASES {
        let marked = whole(wrong);
        let (before, _) = marked.split_once('^').unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let expected = format!("{rule} {line}:{column}");
        let findings = found(&marked.replace('^', ""));
        assert!(
            findings.contains(&expected),
            "{expected} is not in {findings:?}:\n{marked}"
        );
        let others: Vec<_> = found(&whole(right))
            .into_iter()
            .filter(|finding| finding.starts_with(rule))
            .collect();
        assert!(others.is_empty(), "{others:?} in what is right:\n{right}");
    }
}

#[test]
fn references_in_examples_and_extensions_are_no_references() {
    let document = with_paths(
        "  /a:\n    get:\n      responses:\n        '200':\n          description: x\n          content:\n            application/json:\n              example: { $ref: '#/nowhere' }\n              examples:\n                one: { value: { $ref: '#/nowhere' } }\n                two: { $ref: '#/gone' }\n              schema:\n                properties:\n                  $ref: { type: string }\n                  example: { $ref: '#/missing' }\n                default: { $ref: '#/nowhere' }\n",
    );
    let findings = found(&document);
    assert_eq!(
        findings,
        ["oas-ref-unresolved 14:24", "oas-ref-unresolved 18:30"]
    );
}

#[test]
fn a_finding_says_what_why_and_how_to_mend_it() {
    let (document, _) = Document::parse(&with_paths("  /a/{b}:\n    get: { responses: {} }\n"));
    let findings = lint(&document);
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
    let findings = found(&with_paths(&paths));
    assert_eq!(findings.len(), 20_000);
    assert!(
        started.elapsed() < std::time::Duration::from_secs(90),
        "{:?}",
        started.elapsed()
    );
}
