//! One document that breaks each of the other rules, and one that keeps it.

/// The rest of them.
pub(crate) const MORE: &[(&str, &str, &str)] = &[
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
