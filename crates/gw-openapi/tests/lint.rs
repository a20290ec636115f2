//! Every general rule, with a document that breaks it and one that keeps it.

use std::fmt::Write as _;

use gw_model::Severity;
use gw_openapi::lint::rules;
use gw_openapi::{Document, Ruleset, lint, lint_with};

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
        warned(include_str!("../../../assets/samples/petstore.yaml")),
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
    // Structure.
    (
        "oas-field-unknown",
        "  /a: { get: { OK, ^sumary: x } }",
        "  /a: { get: { OK, summary: x, x-y: 1 } }",
    ),
    (
        "oas-field-unknown",
        "@s30{ type: string, ^const: a }",
        "@s31{ type: string, const: a }",
    ),
    (
        "oas-field-unknown",
        "@30paths: {}\n^webhooks: {}",
        "@31webhooks: {}",
    ),
    (
        "oas-field-unknown",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: http, scheme: basic, ^name: x } } }",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: apiKey, in: header, name: x } } }",
    ),
    (
        "oas-field-type",
        "  /a: { get: { OK, ^deprecated: 'yes' } }",
        "  /a: { get: { OK, deprecated: true } }",
    ),
    (
        "oas-field-type",
        "@s30{ ^maxLength: -1 }",
        "@s30{ maxLength: 1 }",
    ),
    (
        "oas-field-type",
        "@s30{ required: [^1] }",
        "@s30{ required: [a], properties: { a: {} } }",
    ),
    (
        "oas-field-type",
        "@s30{ ^exclusiveMinimum: 1 }",
        "@s31{ exclusiveMinimum: 1 }",
    ),
    (
        "oas-field-type",
        "@s31{ properties: { ^a: 1 } }",
        "@s31{ properties: { a: true } }",
    ),
    (
        "oas-field-value",
        "@s30{ ^type: text }",
        "@s30{ type: string }",
    ),
    (
        "oas-field-value",
        "@s30{ ^type: [string] }",
        "@s31{ type: [string, 'null'] }",
    ),
    (
        "oas-field-value",
        "  /a: { parameters: [{ name: x, in: query, schema: {}, ^style: comma }] }",
        "  /a: { parameters: [{ name: x, in: query, schema: {}, style: form }] }",
    ),
    (
        "oas-field-missing",
        "@30paths: {}\n^externalDocs: { description: x }",
        "@30paths: {}\nexternalDocs: { url: x }",
    ),
    (
        "oas-field-missing",
        "  /a: { parameters: [^{ name: x, in: query }] }",
        "  /a: { parameters: [{ name: x, in: query, content: {} }] }",
    ),
    (
        "oas-field-missing",
        "@20paths: { /a: { parameters: [^{ name: x, in: query, type: array }] } }",
        "@20paths: { /a: { parameters: [{ name: x, in: query, type: array, items: { type: string } }] } }",
    ),
    (
        "oas-field-missing",
        "@30paths: {}\ncomponents: { securitySchemes: { ^k: { type: oauth2 } } }",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: oauth2, flows: {} } } }",
    ),
    (
        "oas-ref-kind",
        "  /a: { get: { responses: { '200': { ^$ref: '#/components/schemas/A' } } } }\ncomponents: { schemas: { A: {} } }",
        "  /a: { get: { responses: { '200': { $ref: '#/components/responses/A' } } } }\ncomponents: { responses: { A: { description: x } } }",
    ),
    (
        "oas-parameter",
        "  /a: { parameters: [^{ $ref: '#/components/schemas/A' }] }\ncomponents: { schemas: { A: {} } }",
        "  /a: { parameters: [{ $ref: '#/components/parameters/A' }] }\ncomponents: { parameters: { A: { name: x, in: query, schema: {} } } }",
    ),
    (
        "oas-ref-siblings",
        "@s30{ properties: { b: { $ref: '#/components/schemas/A', ^description: x } } }",
        "@s31{ properties: { b: { $ref: '#/components/schemas/A', description: x } } }",
    ),
    (
        "oas-ref-siblings",
        "@31paths: { /a: { get: { responses: { '200': { $ref: '#/components/responses/A', ^headers: {} } } } } }\ncomponents: { responses: { A: { description: x } } }",
        "@31paths: { /a: { get: { responses: { '200': { $ref: '#/components/responses/A', summary: x } } } } }\ncomponents: { responses: { A: { description: x } } }",
    ),
    (
        "oas-ref-strict",
        "  /a: { get: { ^$ref: '#/paths/~1b/get' } }\n  /b: { get: { OK } }",
        "  /a: { $ref: '#/paths/~1b' }\n  /b: { get: { OK } }",
    ),
    (
        "oas-ref-unresolved",
        "@s30{ discriminator: { propertyName: a, mapping: { ^b: '#/components/schemas/B' } }, required: [a] }",
        "@s30{ discriminator: { propertyName: a, mapping: { b: '#/components/schemas/A' } }, required: [a] }",
    ),
    // The frame.
    (
        "oas-info-license",
        "openapi: 3.1.0\n^info: { title: T, version: '1' }",
        "@LICENSEDpaths: {}",
    ),
    (
        "oas-info-license-link",
        "openapi: 3.0.0\ninfo: { title: T, version: '1', ^license: { name: x } }",
        "openapi: 3.1.0\ninfo: { title: T, version: '1', license: { name: x, identifier: MIT } }",
    ),
    (
        "oas-info-contact",
        "openapi: 3.1.0\n^info: { title: T, version: '1' }",
        "@LICENSEDpaths: {}",
    ),
    (
        "oas-server-missing",
        "^@30paths: {}",
        "@30paths: {}\nservers: [{ url: / }]",
    ),
    (
        "oas-server-missing",
        "@30paths: {}\n^servers: []",
        "@20paths: {}",
    ),
    (
        "oas-server-example",
        "@30paths: {}\nservers: [{ ^url: 'https://api.example.com/v1' }]",
        "@30paths: {}\nservers: [{ url: 'https://example.com.net' }]",
    ),
    (
        "oas-server-example",
        "@30paths: {}\nservers: [{ ^url: 'http://localhost:8080' }]",
        "@30paths: {}\nservers: [{ url: / }]",
    ),
    (
        "oas-server-trailing-slash",
        "@30paths: {}\nservers: [{ ^url: 'https://a.io/' }]",
        "@30paths: {}\nservers: [{ url: / }]",
    ),
    (
        "oas-server-variable-undefined",
        "@30paths: {}\nservers: [{ ^url: 'https://{a}.io' }]",
        "@30paths: {}\nservers: [{ url: 'https://{a}.io', variables: { a: { default: b } } }]",
    ),
    (
        "oas-server-variable-undefined",
        "@30paths: {}\nservers: [{ url: 'https://a.io', variables: { ^a: { default: b } } }]",
        "@30paths: {}\nservers: [{ url: 'https://a.io', variables: {} }]",
    ),
    (
        "oas-server-variable-enum",
        "@30paths: {}\nservers: [{ url: 'https://{a}.io', variables: { a: { default: b, ^enum: [] } } }]",
        "@30paths: {}\nservers: [{ url: 'https://{a}.io', variables: { a: { default: b, enum: [b] } } }]",
    ),
    (
        "oas-server-variable-enum",
        "@30paths: {}\nservers: [{ url: 'https://{a}.io', variables: { ^a: { default: b, enum: [c] } } }]",
        "@30paths: {}\nservers: [{ url: 'https://{a}.io', variables: { a: { default: b } } }]",
    ),
    (
        "oas-tag-description",
        "@30paths: {}\ntags: [^{ name: a }]",
        "@30paths: {}\ntags: [{ name: a, description: x }]",
    ),
    (
        "oas-tag-duplicate",
        "@30paths: {}\ntags: [{ name: a }, ^{ name: a }]",
        "@30paths: {}\ntags: [{ name: a }, { name: b }]",
    ),
    (
        "oas-tag-parent",
        "@32tags: [{ name: a, ^parent: b }]",
        "@32tags: [{ name: a, parent: b }, { name: b }]",
    ),
    (
        "oas-tag-parent",
        "@32tags: [{ name: a, ^parent: b }, { name: b, parent: a }]",
        "@32tags: [{ name: a }]",
    ),
    (
        "oas-tag-undefined",
        "  /a: { get: { OK, tags: [^a] } }",
        "  /a: { get: { OK, tags: [a] } }\ntags: [{ name: a }]",
    ),
    (
        "oas-tag-order",
        "@30paths: {}\ntags: [{ name: b }, ^{ name: A }]",
        "@30paths: {}\ntags: [{ name: A }, { name: b }]",
    ),
    (
        "oas-component-unused",
        "@30paths: {}\ncomponents: { schemas: { ^A: {} } }",
        "@30paths: { /a: { get: { responses: { '200': { description: x, content: { a/b: { schema: { $ref: '#/components/schemas/A' } } } } } } } }\ncomponents: { schemas: { A: {} } }",
    ),
    (
        "oas-component-unused",
        "@20paths: {}\nsecurityDefinitions: { ^k: { type: basic } }",
        "@20paths: {}\nsecurityDefinitions: { k: { type: basic } }\nsecurity: [{ k: [] }]",
    ),
    (
        "oas-component-name",
        "@30paths: {}\ncomponents: { schemas: { ^'A b': {} } }",
        "@30paths: {}\ncomponents: { schemas: { A.b-c_1: {} } }",
    ),
    (
        "oas-markdown-unsafe",
        "  /a: { get: { OK, ^description: 'x <script>y</script>' } }",
        "  /a: { get: { OK, description: '<p>x</p>' } }",
    ),
    // Paths and operations.
    ("oas-path-trailing-slash", "  ^/a/: {}", "  /: {}"),
    ("oas-path-verb", "  ^/getPets: {}", "  /pets: {}"),
    (
        "oas-path-kebab-case",
        "  ^/spareParts: {}",
        "  /spare-parts/{partId}: {}",
    ),
    (
        "oas-path-parameter-unused",
        "  /a: { parameters: [^{ name: b, in: path, required: true, schema: {} }] }",
        "  /{b}: { parameters: [{ name: b, in: path, required: true, schema: {} }] }",
    ),
    (
        "oas-parameter-description",
        "  /a: { parameters: [^{ name: b, in: query, schema: {} }] }",
        "  /a: { parameters: [{ name: b, in: query, schema: {}, description: x }] }",
    ),
    (
        "oas-parameter-querystring",
        "@32paths: { /a: { ^get: { OK, parameters: [{ name: a, in: querystring, content: {} }, { name: b, in: query, schema: {} }] } } }",
        "@32paths: { /a: { get: { OK, parameters: [{ name: a, in: querystring, content: {} }] } } }",
    ),
    (
        "oas-operation-id-missing",
        "  /a: { ^get: { OK } }",
        "  /a: { get: { OK, operationId: a } }",
    ),
    (
        "oas-operation-id-characters",
        "  /a: { get: { OK, ^operationId: 'a b' } }",
        "  /a: { get: { OK, operationId: a_b } }",
    ),
    (
        "oas-operation-summary",
        "  /a: { ^get: { OK } }",
        "  /a: { get: { OK, summary: x } }",
    ),
    (
        "oas-operation-description",
        "  /a: { ^get: { OK } }",
        "  /a: { get: { OK, description: x } }",
    ),
    (
        "oas-operation-single-tag",
        "  /a: { get: { OK, ^tags: [a, b] } }",
        "  /a: { get: { OK, tags: [a] } }",
    ),
    (
        "oas-response-client-error",
        "  /a: { get: { ^OK } }",
        "  /a: { get: { responses: { '200': { description: x }, '404': { description: x } } } }",
    ),
    (
        "oas-security-scope",
        "@SCOPED\nsecurity: [{ k: [^b] }]",
        "@SCOPED\nsecurity: [{ k: [a] }]",
    ),
    // Schemas and examples.
    (
        "oas-schema-type-mismatch",
        "@s30{ type: object, ^items: {} }",
        "@s30{ type: array, items: {} }",
    ),
    (
        "oas-schema-type-mismatch",
        "@s30{ type: array, ^properties: {} }",
        "@s30{ type: object, properties: {} }",
    ),
    (
        "oas-schema-enum-type",
        "@s30{ type: string, enum: [a, ^1] }",
        "@s30{ type: string, nullable: true, enum: [a, null] }",
    ),
    (
        "oas-schema-enum-type",
        "@s31{ type: [string, 'null'], enum: [a, ^1] }",
        "@s31{ type: [string, 'null'], enum: [a, null] }",
    ),
    (
        "oas-schema-enum-duplicate",
        "@s30{ enum: [a, b, ^a] }",
        "@s30{ enum: [a, b, '1', 1] }",
    ),
    (
        "oas-schema-enum-duplicate",
        "@s30{ enum: [{ a: 1, b: 2 }, ^{ b: 2, a: 1 }] }",
        "@s30{ enum: [{ a: 1 }, { a: 2 }] }",
    ),
    (
        "oas-schema-required-undefined",
        "@s30{ required: [^a], properties: { b: {} } }",
        "@s30{ required: [a], properties: { a: {} } }",
    ),
    (
        "oas-schema-required-undefined",
        "@s30{ allOf: [{ required: [^a] }, { properties: { b: {} } }] }",
        "@s30{ allOf: [{ required: [a] }, { properties: { a: {} } }] }",
    ),
    (
        "oas-schema-nullable-type",
        "@s30{ ^nullable: true }",
        "@s30{ nullable: true, type: string }",
    ),
    (
        "oas-schema-range-mixed",
        "@s31{ minimum: 1, ^exclusiveMinimum: 1 }",
        "@s31{ minimum: 1, exclusiveMaximum: 2 }",
    ),
    (
        "oas-schema-composition",
        "@s30{ ^oneOf: [{ type: string }] }",
        "@s30{ oneOf: [{ type: string }, { type: integer }] }",
    ),
    (
        "oas-schema-composition",
        "@s30{ anyOf: [{ type: string }, ^{}] }",
        "@s30{ allOf: [{ type: string }], title: x }",
    ),
    (
        "oas-schema-composition",
        "@s30{ anyOf: [{ type: string }, { type: integer }, ^{ type: string }] }",
        "@s30{ anyOf: [{ type: string }, { type: string, format: date }] }",
    ),
    (
        "oas-schema-composition",
        "@s30{ oneOf: [{ type: string, title: a }, ^{ type: string, title: b }] }",
        "@s30{ oneOf: [{ type: string, enum: [a] }, { type: string, enum: [b] }] }",
    ),
    (
        "oas-discriminator-default",
        "@s32{ ^discriminator: { propertyName: a } }",
        "@s32{ discriminator: { propertyName: a }, required: [a], properties: { a: {} } }",
    ),
    (
        "oas-discriminator-default",
        "@s32{ discriminator: { propertyName: a, ^defaultMapping: B } }",
        "@s32{ discriminator: { propertyName: a, defaultMapping: A } }",
    ),
    (
        "oas-encoding-mixed",
        "@32components: { mediaTypes: { a: { ^encoding: {}, itemEncoding: {} } } }",
        "@32components: { mediaTypes: { a: { encoding: {} } } }",
    ),
    (
        "oas-example-sources",
        "@30paths: {}\ncomponents: { examples: { ^a: { value: 1, externalValue: x } } }",
        "@30paths: {}\ncomponents: { examples: { a: { value: 1 } } }",
    ),
    (
        "oas-example-media-type",
        "@BODY{ schema: { type: object, properties: { a: { type: string } } }, example: { ^a: 1 } }",
        "@BODY{ schema: { type: object, properties: { a: { type: string } } }, example: { a: x } }",
    ),
    (
        "oas-example-media-type",
        "@BODY{ schema: { type: integer, maximum: 3 }, examples: { a: { value: 3 }, b: { ^value: 4 } } }",
        "@BODY{ schema: { type: integer, maximum: 3 }, examples: { a: { value: 3 } } }",
    ),
    (
        "oas-example-parameter",
        "  /a: { parameters: [{ name: x, in: query, schema: { type: string, maxLength: 2 }, ^example: abc }] }",
        "  /a: { parameters: [{ name: x, in: query, schema: { type: string, maxLength: 2 }, example: ab }] }",
    ),
    (
        "oas-example-schema",
        "@s30{ type: integer, ^example: a }",
        "@s30{ type: integer, nullable: true, example: null }",
    ),
    (
        "oas-example-schema",
        "@s31{ enum: [a, b], examples: [a, ^c] }",
        "@s31{ enum: [a, b], examples: [a] }",
    ),
    (
        "oas-example-schema",
        "@s30{ required: [a, b], properties: { a: {}, b: {} }, ^example: { a: 1 } }",
        "@s30{ required: [a, b], properties: { a: {}, b: { readOnly: true } }, example: { a: 1 } }",
    ),
    (
        "oas-example-schema",
        "@s30{ properties: { a: {} }, example: { a: 1, ^b: 2 } }",
        "@s30{ properties: { a: {} }, additionalProperties: true, example: { a: 1, b: 2 } }",
    ),
    (
        "oas-example-schema",
        "@s30{ oneOf: [{ type: string }, { type: integer }], ^example: true }",
        "@s30{ oneOf: [{ type: string }, { type: integer }], example: 1 }",
    ),
    (
        "oas-example-schema",
        "@s30{ type: array, items: { $ref: '#/components/schemas/B' }, example: [1, ^x] }\n    B: { type: integer }",
        "@s30{ type: array, items: { $ref: '#/components/schemas/B' }, example: [1] }\n    B: { type: integer }",
    ),
    // Security advice.
    (
        "owasp-numeric-id",
        "  /a: { parameters: [^{ name: petId, in: query, schema: { type: integer } }] }",
        "  /a: { parameters: [{ name: petId, in: query, schema: { type: string } }] }",
    ),
    (
        "owasp-basic-auth",
        "@30paths: {}\ncomponents: { securitySchemes: { ^k: { type: http, scheme: Basic } } }",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: http, scheme: bearer } } }",
    ),
    (
        "owasp-basic-auth",
        "@20paths: {}\nsecurityDefinitions: { ^k: { type: basic } }",
        "@20paths: {}",
    ),
    (
        "owasp-key-in-url",
        "@30paths: {}\ncomponents: { securitySchemes: { ^k: { type: apiKey, in: query, name: k } } }",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: apiKey, in: header, name: k } } }",
    ),
    (
        "owasp-credentials-in-url",
        "  /a: { parameters: [^{ name: access_token, in: query, schema: {} }] }",
        "  /a: { parameters: [{ name: page_token, in: query, schema: {} }, { name: token, in: header, schema: {} }] }",
    ),
    (
        "owasp-insecure-scheme",
        "@30paths: {}\ncomponents: { securitySchemes: { ^k: { type: http, scheme: OAuth } } }",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: http, scheme: bearer } } }",
    ),
    (
        "owasp-jwt-practice",
        "@30paths: {}\ncomponents: { securitySchemes: { ^k: { type: http, scheme: bearer, bearerFormat: JWT } } }",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: http, scheme: bearer, bearerFormat: JWT, description: 'keeps RFC 8725' } } }",
    ),
    (
        "owasp-token-refresh",
        "@30paths: {}\ncomponents: { securitySchemes: { k: { type: oauth2, flows: { ^implicit: { authorizationUrl: a, scopes: {} } } } } }",
        "@SCOPED",
    ),
    (
        "owasp-write-unsecured",
        "  /a: { ^post: { OK } }",
        "  /a: { post: { OK, security: [{ k: [] }] } }\ncomponents: { securitySchemes: { k: { type: http, scheme: bearer } } }",
    ),
    (
        "owasp-read-unsecured",
        "  /a: { ^get: { OK } }",
        "  /a: { get: { OK, security: [] } }",
    ),
    (
        "owasp-additional-properties",
        "@s30{ type: object, ^additionalProperties: true }",
        "@s30{ type: object, additionalProperties: {}, maxProperties: 3 }",
    ),
    (
        "owasp-unevaluated-properties",
        "@s31{ type: object, ^unevaluatedProperties: true }",
        "@s31{ type: object, unevaluatedProperties: false }",
    ),
    (
        "owasp-rate-limit-headers",
        "  /a: { get: { responses: { ^'200': { description: x } } } }",
        "  /a: { get: { responses: { '200': { description: x, headers: { X-RateLimit-Limit: { schema: {} } } } } } }",
    ),
    (
        "owasp-retry-after",
        "  /a: { get: { responses: { ^'429': { description: x } } } }",
        "  /a: { get: { responses: { '429': { description: x, headers: { Retry-After: { schema: {} } } } } } }",
    ),
    (
        "owasp-response-429",
        "  /a: { get: { ^OK } }",
        "  /a: { get: { responses: { default: { description: x } } } }",
    ),
    (
        "owasp-array-limit",
        "@30paths: {}\ncomponents: { schemas: { ^A: { type: array } } }",
        "@s30{ type: array, maxItems: 3 }",
    ),
    (
        "owasp-string-limit",
        "@30paths: {}\ncomponents: { schemas: { ^A: { type: string } } }",
        "@s30{ type: string, enum: [a] }",
    ),
    (
        "owasp-string-restricted",
        "@30paths: {}\ncomponents: { schemas: { ^A: { type: string } } }",
        "@s30{ type: string, format: date }",
    ),
    (
        "owasp-integer-limit",
        "@30paths: {}\ncomponents: { schemas: { ^A: { type: integer } } }",
        "@s30{ type: integer, minimum: 1, maximum: 2 }",
    ),
    (
        "owasp-integer-format",
        "@30paths: {}\ncomponents: { schemas: { ^A: { type: integer } } }",
        "@s30{ type: integer, format: int32 }",
    ),
    (
        "owasp-admin-security",
        "@SCOPED\nx-a: 1\npaths:\n  /a: { get: { security: [{ k: [a] }], OK } }\n  /admin/a: { get: { security: [^{ k: [a] }], OK } }",
        "@SCOPED\nx-a: 1\npaths:\n  /a: { get: { security: [{ k: [] }], OK } }\n  /admin/a: { get: { security: [{ k: [a] }], OK } }",
    ),
    (
        "owasp-url-parameter",
        "  /a: { parameters: [^{ name: return_url, in: query, schema: {} }] }",
        "  /a: { parameters: [{ name: curl, in: query, schema: {} }] }",
    ),
    (
        "owasp-cors-origin",
        "  /a: { get: { responses: { ^'200': { description: x, headers: {} } } } }",
        "  /a: { get: { responses: { '200': { description: x } } } }",
    ),
    (
        "owasp-server-http",
        "@30paths: {}\nservers: [{ ^url: 'http://a.io' }]",
        "@30paths: {}\nservers: [{ url: 'https://a.io' }]",
    ),
    (
        "owasp-server-http",
        "@20paths: {}\nschemes: [^http]",
        "@20paths: {}\nschemes: [https]",
    ),
    (
        "owasp-error-validation",
        "  /a: { get: { ^OK } }",
        "  /a: { get: { responses: { '422': { description: x } } } }",
    ),
    (
        "owasp-response-401",
        "@SCOPED\nsecurity: [{ k: [a] }]\npaths: { /a: { get: { ^OK } } }",
        "  /a: { get: { OK } }",
    ),
    (
        "owasp-response-500",
        "  /a: { get: { ^OK } }",
        "  /a: { get: { responses: { 5XX: { description: x } } } }",
    ),
    (
        "owasp-inventory-audience",
        "@30paths: {}\nservers: [^{ url: / }]",
        "@30paths: {}\nservers: [{ url: /, x-internal: true }]",
    ),
    (
        "owasp-inventory-environment",
        "@30paths: {}\nservers: [^{ url: / }]",
        "@30paths: {}\nservers: [{ url: /, description: Production }]",
    ),
];

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
    for (rule, wrong, right) in CASES {
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
        .filter(|id| !CASES.iter().any(|(rule, ..)| rule == id))
        .collect();
    assert!(missing.is_empty(), "{missing:?} have no case");
    let unknown: Vec<&&str> = CASES
        .iter()
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
