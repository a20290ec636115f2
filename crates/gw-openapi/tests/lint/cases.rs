//! One document that breaks each rule of documents, and one that keeps it.

/// Rule, a document that breaks it at the `^`, and one that does not. `OK` stands for good responses; documents that
/// begin with a space are paths.
pub(crate) const CASES: &[(&str, &str, &str)] = &[
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
];
