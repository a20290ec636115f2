//! Every general rule, with a document that breaks it and one that keeps it.

use gw_model::Severity;
use gw_openapi::{Document, lint};

fn found(text: &str) -> Vec<String> {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}");
    lint(&document).iter().map(|found| format!("{} {}:{}", found.rule, found.place.line, found.place.column)).collect()
}

/// A document with these paths, which begin on line 3.
fn with_paths(paths: &str) -> String {
    format!("openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths:\n{paths}")
}

const OK: &str = "responses: { '200': { description: OK } }";

#[test]
fn a_plain_document_has_no_findings() {
    assert_eq!(found(&with_paths(&format!("  /a:\n    get: {{ {OK} }}\n"))), [""; 0]);
    assert_eq!(found(include_str!("../../../assets/samples/petstore.yaml")), [""; 0]);
}

#[test]
fn every_rule_finds_its_own_and_spares_the_rest() {
    let cases: &[(&str, String, String)] = &[
        ("oas-info-title 2:1", "openapi: 3.1.0\ninfo: { version: '1' }\npaths: {}".into(), "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}".into()),
        ("oas-info-title 2:9", "openapi: 3.1.0\ninfo: { title: '', version: '1' }\npaths: {}".into(), "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}".into()),
        ("oas-info-version 2:1", "openapi: 3.1.0\ninfo: { title: T }\npaths: {}".into(), "openapi: 3.1.0\ninfo: { title: T, version: 1.0 }\npaths: {}".into()),
        ("oas-paths 1:1", "openapi: 3.0.0\ninfo: { title: T, version: '1' }".into(), "openapi: 3.1.0\ninfo: { title: T, version: '1' }\nwebhooks: {}".into()),
        ("oas-structure 3:1", "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: []".into(), "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}".into()),
        ("oas-structure 4:3", with_paths("  /a: text"), with_paths("  /a: {}")),
        ("oas-structure 4:9", with_paths("  /a: { get: [] }"), with_paths("  /a: {}")),
        ("oas-structure 4:30", with_paths(&format!("  /a: {{ get: {{ {}, tags: x }} }}", "operationId: a")).replace("{ operationId: a", "{ responses: {'200': {description: x}}").replace("4:30", ""), with_paths(&format!("  /a: {{ get: {{ {OK}, tags: [x] }} }}"))),
        ("oas-unknown-method 5:5", with_paths(&format!("  /a:\n    GET: {{ {OK} }}")), with_paths(&format!("  /a:\n    get: {{ {OK} }}"))),
        ("oas-unknown-method 5:5", with_paths(&format!("  /a:\n    query: {{ {OK} }}")), with_paths("  /a:\n    x-query: 1")),
        ("oas-parameter 5:20", with_paths(&format!("  /a:\n    get: {{ parameters: [{{ name: x }}], {OK} }}")).replace("get: { parameters: [", "get: {parameters: ["), with_paths(&format!("  /a:\n    get: {{ parameters: [{{ name: x, in: query }}], {OK} }}"))),
        ("oas-path 4:3", with_paths(&format!("  a:\n    get: {{ {OK} }}")), with_paths("  x-a: 1")),
        ("oas-path 4:3", with_paths(&format!("  /a?b=c:\n    get: {{ {OK} }}")), with_paths(&format!("  /a:\n    get: {{ {OK} }}"))),
        ("oas-path 4:3", with_paths("  '/a/{': {}"), with_paths("  '/a/{b+}': {}")),
        ("oas-path 4:3", with_paths("  '/a/{}': {}"), with_paths("  /a/{b}: {}")),
        ("oas-path 4:3", with_paths("  '/{a}/{a}': {}"), with_paths("  '/{a}/{b}': {}")),
        ("oas-path 4:3", with_paths("  '/a}': {}"), with_paths("  '/a': {}")),
        ("oas-path 4:3", with_paths("  '/{a{b}}': {}"), with_paths("  '/{a}.{b}': {}")),
        ("oas-path 4:3", with_paths("  '/a b': {}"), with_paths("  '/a%20b': {}")),
        ("oas-path-ambiguous 5:3", with_paths("  /a/{b}: {}\n  /a/{c}: {}"), with_paths("  /a/{b}: {}\n  /a/c: {}")),
        ("oas-path-ambiguous 5:3", with_paths("  /a/{b}/c: {}\n  /a/b/{c}: {}"), with_paths("  /a/{b}/c: {}\n  /a/b/c: {}")),
        ("oas-path-parameter-undeclared 5:5", with_paths(&format!("  /a/{{b}}:\n    get: {{ {OK} }}")), with_paths(&format!("  /a/{{b}}:\n    parameters: [{{ name: b, in: path, required: true }}]\n    get: {{ {OK} }}"))),
        ("oas-path-parameter-unused 6:9", with_paths(&format!("  /a:\n    get:\n      - dummy\n")).replace("    get:\n      - dummy", "    get: { responses: {'200': {description: x}}, parameters: [\n        { name: b, in: path, required: true }] }"), with_paths(&format!("  /a:\n    get: {{ {OK} }}"))),
        ("oas-path-parameter-required 6:9", with_paths("  /a/{b}:\n    get: { responses: {'200': {description: x}}, parameters: [\n        { name: b, in: path }] }"), with_paths("  /a/{b}:\n    get: { responses: {'200': {description: x}}, parameters: [\n        { name: b, in: path, required: true }] }")),
        ("oas-parameter-duplicate 7:9", with_paths("  /a:\n    get: { responses: {'200': {description: x}}, parameters: [\n        { name: b, in: query },\n        { name: b, in: query }] }"), with_paths("  /a:\n    get: { responses: {'200': {description: x}}, parameters: [\n        { name: b, in: query },\n        { name: b, in: header }] }")),
        ("oas-operation-id 6:12", with_paths(&format!("  /a:\n    get: {{ operationId: x, {OK} }}\n    put: {{ operationId: x, {OK} }}")), with_paths(&format!("  /a:\n    get: {{ operationId: x, {OK} }}\n    put: {{ operationId: y, {OK} }}"))),
        ("oas-responses 5:5", with_paths("  /a:\n    get: {}"), with_paths("  /a:\n    get: {}").replace("3.0.3", "3.1.0")),
        ("oas-responses 5:5", with_paths("  /a:\n    get: { responses: {} }"), with_paths("  /a:\n    get: { x-amazon-apigateway-integration: { type: mock } }")),
        ("oas-response-status 5:25", with_paths("  /a:\n    get: { responses: {   ok: { description: x }, '200': { description: x } } }"), with_paths("  /a:\n    get: { responses: { 2XX: { description: x }, default: { description: x } } }")),
        ("oas-response-description 5:23", with_paths("  /a:\n    get: { responses: { '200': {} } }"), with_paths(&format!("  /a:\n    get: {{ {OK} }}"))),
        ("oas-response-success 5:12", with_paths("  /a:\n    get: { responses: { '400': { description: x } } }"), with_paths("  /a:\n    get: { responses: { '301': { description: x } } }")),
        ("oas-body-on-get 5:12", with_paths(&format!("  /a:\n    get: {{ requestBody: {{}}, {OK} }}")), with_paths(&format!("  /a:\n    post: {{ requestBody: {{}}, {OK} }}"))),
        ("oas-security-undeclared 5:24", with_paths(&format!("  /a:\n    get: {{ security: [{{ nobody: [] }}], {OK} }}")).replace("security: [{ nobody", "security: [{nobody"), with_paths(&format!("  /a:\n    get: {{ security: [{{ k: [] }}], {OK} }}\ncomponents: {{ securitySchemes: {{ k: {{ type: http }} }} }}"))),
        ("oas-ref-unresolved 4:9", with_paths("  /a: { $ref: '#/nowhere' }"), with_paths("  /a: { $ref: '#/components/pathItems/a' }\ncomponents: { pathItems: { a: {} } }")),
        ("oas-ref-external 4:9", with_paths("  /a: { $ref: 'other.yaml#/a' }"), with_paths("  /a: { x-note: { $ref: 'other.yaml#/a' } }")),
        ("oas-ref-external 4:9", with_paths("  /a: { $ref: 'http://127.0.0.1:1/secret' }"), with_paths("  /a: {}")),
        ("oas-ref-circular 4:9", with_paths("  /a: { $ref: '#/paths/~1a' }"), with_paths("  /a: {}")),
    ];
    for (expected, wrong, right) in cases {
        let rule = expected.split(' ').next().unwrap();
        let findings = found(wrong);
        assert!(findings.iter().any(|finding| finding == expected), "{expected} is not in {findings:?}:\n{wrong}");
        let others: Vec<_> = found(right).into_iter().filter(|finding| finding.starts_with(rule)).collect();
        assert!(others.is_empty(), "{others:?} in what is right:\n{right}");
    }
}

#[test]
fn references_in_examples_and_extensions_are_no_references() {
    let document = with_paths("  /a:\n    get:\n      responses:\n        '200':\n          description: x\n          content:\n            application/json:\n              example: { $ref: '#/nowhere' }\n              examples:\n                one: { value: { $ref: '#/nowhere' } }\n                two: { $ref: '#/gone' }\n              schema:\n                properties:\n                  $ref: { type: string }\n                  example: { $ref: '#/missing' }\n                default: { $ref: '#/nowhere' }\n");
    let findings = found(&document);
    assert_eq!(findings, ["oas-ref-unresolved 14:24", "oas-ref-unresolved 18:30"]);
}

#[test]
fn a_finding_says_what_why_and_how_to_mend_it() {
    let (document, _) = Document::parse(&with_paths("  /a/{b}:\n    get: { responses: {} }\n"));
    let findings = lint(&document);
    insta::assert_debug_snapshot!(findings);
    assert!(findings.iter().all(|found| found.severity == Severity::Error));
}

#[test]
fn ambiguous_paths_in_tens_of_thousands_are_found_in_time() {
    let mut paths = String::new();
    for at in 0..20_000 {
        paths.push_str(&format!("  /a{at}/{{x}}/c: {{}}\n  /a{at}/b/{{y}}: {{}}\n"));
    }
    let started = std::time::Instant::now();
    let findings = found(&with_paths(&paths));
    assert_eq!(findings.len(), 20_000);
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}
