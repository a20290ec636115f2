//! Samples: values that look like what a schema describes, answers and requests to start from.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use gw_openapi::{Document, Operation, sample, sample::Direction};
use serde_json::{Value, json};

/// A sample of a schema written in YAML's flow style.
fn of(schema: &str, direction: Direction) -> Value {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\npaths: {{}}\nx-schema: {schema}\ncomponents:\n  schemas:\n    Named: {{ type: string, example: named }}\n    Node: {{ type: object, properties: {{ name: {{ type: string }}, next: {{ $ref: '#/components/schemas/Node' }}, all: {{ type: array, items: {{ $ref: '#/components/schemas/Node' }} }} }} }}\n"
    );
    let (document, diagnostics) = Document::parse(&text);
    assert!(document.is_sound(), "{diagnostics:?}");
    let id = document.at("/x-schema").unwrap().id();
    let value = sample::schema(&document, id, direction);
    assert_eq!(
        value,
        sample::schema(&document, id, direction),
        "the same every time"
    );
    value
}

#[test]
fn a_value_looks_like_its_schema() {
    for (schema, expected) in [
        ("{ type: string }", json!("string")),
        ("{ type: string, minLength: 8 }", json!("stringst")),
        ("{ type: string, maxLength: 3 }", json!("str")),
        (
            "{ type: string, format: uuid }",
            json!("3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        ),
        (
            "{ type: string, format: date-time }",
            json!("2026-01-31T12:00:00Z"),
        ),
        ("{ format: email }", json!("someone@example.com")),
        ("{ type: string, enum: [b, a] }", json!("b")),
        ("{ type: string, default: d, enum: [b] }", json!("d")),
        ("{ type: string, example: e, default: d }", json!("e")),
        ("{ type: string, examples: [one, two] }", json!("one")),
        ("{ const: 7 }", json!(7)),
        ("{ type: [string, 'null'] }", json!("string")),
        ("{ type: ['null', integer] }", json!(1)),
        ("{ type: 'null' }", json!(null)),
        ("{ type: boolean }", json!(true)),
        ("{ type: integer }", json!(1)),
        ("{ type: integer, minimum: 10 }", json!(10)),
        (
            "{ type: integer, minimum: 10, exclusiveMinimum: true }",
            json!(11),
        ),
        ("{ type: integer, exclusiveMinimum: 10 }", json!(11)),
        ("{ type: integer, maximum: -5 }", json!(-5)),
        ("{ type: integer, minimum: 7, multipleOf: 5 }", json!(10)),
        ("{ type: number, minimum: 0.5, maximum: 0.75 }", json!(0.5)),
        ("{ type: number }", json!(1)),
        ("{ type: array, items: { type: integer } }", json!([1])),
        (
            "{ type: array, minItems: 3, items: { type: integer } }",
            json!([1, 1, 1]),
        ),
        (
            "{ type: array, maxItems: 0, items: { type: integer } }",
            json!([]),
        ),
        ("{ type: array }", json!([])),
        (
            "{ prefixItems: [{ type: integer }, { type: string }] }",
            json!([1, "string"]),
        ),
        (
            "{ type: object, additionalProperties: { type: integer } }",
            json!({ "key": 1 }),
        ),
        (
            "{ properties: { a: { type: integer } } }",
            json!({ "a": 1 }),
        ),
        ("{ $ref: '#/components/schemas/Named' }", json!("named")),
        (
            "{ allOf: [{ properties: { a: { type: integer } } }, { properties: { b: { $ref: '#/components/schemas/Named' } } }] }",
            json!({ "a": 1, "b": "named" }),
        ),
        (
            "{ allOf: [{ $ref: '#/components/schemas/Named' }], description: x }",
            json!("named"),
        ),
        ("{ oneOf: [{ type: 'null' }, { type: integer }] }", json!(1)),
        (
            "{ anyOf: [{ properties: { b: { type: integer } } }], properties: { a: { type: integer } } }",
            json!({ "a": 1, "b": 1 }),
        ),
        (
            "{ properties: { a: { type: integer } }, anyOf: [{ required: [a] }, { required: [b] }] }",
            json!({ "a": 1 }),
        ),
        (
            "{ $ref: '#/components/schemas/Node' }",
            json!({ "name": "string", "all": [] }),
        ),
        ("{ $ref: '#/nowhere' }", json!(null)),
        ("true", json!(null)),
        ("{}", json!(null)),
    ] {
        assert_eq!(of(schema, Direction::Answer), expected, "{schema}");
    }
}

#[test]
fn what_only_the_other_side_sends_is_left_out() {
    let schema = "{ properties: { id: { type: integer, readOnly: true }, secret: { type: string, writeOnly: true }, name: { type: string } } }";
    assert_eq!(
        of(schema, Direction::Request),
        json!({ "secret": "string", "name": "string" })
    );
    assert_eq!(
        of(schema, Direction::Answer),
        json!({ "id": 1, "name": "string" })
    );
}

fn operation(text: &str, key: &str) -> (Document, Operation) {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}");
    let operation = document.operation(&key.parse().unwrap()).unwrap();
    (document, operation)
}

/// The answer of an operation with these responses.
fn answer(responses: &str) -> sample::SampleAnswer {
    let text =
        format!("openapi: 3.0.3\npaths: {{ /a: {{ get: {{ responses: {responses} }} }} }}\n");
    let (document, operation) = operation(&text, "GET /a");
    sample::answer(&document, &operation)
}

#[test]
fn a_mock_answers_the_lowest_success() {
    for (responses, status, content_type, body) in [
        ("{}", 200, "", ""),
        ("{ '404': {}, '201': {}, '200': {} }", 200, "", ""),
        ("{ default: {} }", 200, "", ""),
        ("{ 2XX: {}, '301': {} }", 200, "", ""),
        ("{ '400': {}, '301': {} }", 301, "", ""),
        (
            "{ '204': { content: { application/json: { example: 1 } } } }",
            204,
            "",
            "",
        ),
        (
            "{ '200': { content: { application/json: { example: { a: [1] } } } } }",
            200,
            "application/json",
            "{\"a\":[1]}",
        ),
        (
            "{ '200': { content: { text/plain: { example: hi }, application/problem+json: { example: {} } } } }",
            200,
            "application/problem+json",
            "{}",
        ),
        (
            "{ '200': { content: { text/plain: { schema: { type: string, example: hi } } } } }",
            200,
            "text/plain",
            "hi",
        ),
        (
            "{ '200': { content: { '*/*': { schema: { type: integer } } } } }",
            200,
            "application/json",
            "1",
        ),
        (
            "{ '200': { content: { 'text/*': { schema: { type: string } } } } }",
            200,
            "text/plain",
            "string",
        ),
        (
            "{ '200': { content: { application/json: { examples: { one: { value: 5 }, two: { value: 6 } } } } } }",
            200,
            "application/json",
            "5",
        ),
        (
            "{ '200': { content: { application/xml: { schema: { xml: { name: pet }, properties: { name: { type: string, example: 'a<b' } } } } } } }",
            200,
            "application/xml",
            "<pet><name>a&lt;b</name></pet>",
        ),
        (
            "{ '200': { content: { image/png: { schema: { type: string, format: binary } } } } }",
            200,
            "",
            "",
        ),
        (
            "{ '200': { content: { application/octet-stream: { schema: { type: object, properties: { a: { type: string } } } } } } }",
            200,
            "",
            "",
        ),
    ] {
        let given = answer(responses);
        assert_eq!(
            (given.status, &*given.content_type, &*given.body),
            (status, content_type, body),
            "{responses}"
        );
    }
}

#[test]
fn headers_of_a_mock_are_those_with_a_value_that_fits_a_header() {
    let given = answer(
        "{ '200': { headers: { X-A: { schema: { type: integer } }, X-B: { example: b }, Content-Type: { example: c }, X-D: { example: \"d\\r\\nX-Evil: 1\" }, X-E: {} } } }",
    );
    assert_eq!(
        given.headers,
        [
            ("X-A".to_owned(), "1".to_owned()),
            ("X-B".to_owned(), "b".to_owned())
        ]
    );
}

#[test]
fn the_console_starts_from_the_samples_examples() {
    let (document, _) = Document::parse(include_str!("../../../assets/samples/petstore.yaml"));
    let requests: Vec<_> = document
        .operations()
        .iter()
        .map(|operation| {
            (
                operation.key.to_string(),
                sample::request(&document, operation),
            )
        })
        .collect();
    insta::assert_debug_snapshot!(requests);
}

#[test]
fn swagger_2_is_read_and_sampled_alike() {
    let text = r##"{ "swagger": "2.0", "info": { "title": "T", "version": "1" }, "host": "api.example.com", "basePath": "/v1",
        "schemes": ["https"], "consumes": ["application/json"], "produces": ["application/json"],
        "paths": { "/pets/{id}": {
            "parameters": [{ "name": "id", "in": "path", "required": true, "type": "integer", "minimum": 5 }],
            "post": {
                "parameters": [
                    { "name": "tag", "in": "query", "type": "array", "items": { "type": "string", "enum": ["a"] } },
                    { "name": "body", "in": "body", "required": true, "schema": { "$ref": "#/definitions/Pet" } } ],
                "responses": { "200": { "description": "x", "schema": { "$ref": "#/definitions/Pet" }, "examples": { "application/json": { "name": "Kim" } } } } },
            "put": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [
                    { "name": "name", "in": "formData", "type": "string", "default": "a b&c" },
                    { "name": "age", "in": "formData", "type": "integer", "required": true } ],
                "responses": { "201": { "description": "x", "schema": { "$ref": "#/definitions/Pet" } } } } } },
        "definitions": { "Pet": { "type": "object", "properties": { "name": { "type": "string" } } } } }"##;
    let (document, post) = operation(text, "POST /pets/{id}");
    assert_eq!(
        gw_openapi::lint_with(&document, &gw_openapi::Ruleset::minimal()),
        []
    );
    assert_eq!(document.servers(), ["https://api.example.com/v1"]);
    let request = sample::request(&document, &post);
    let values: Vec<_> = request
        .parameters
        .iter()
        .map(|known| (&*known.name, &*known.value))
        .collect();
    assert_eq!(values, [("tag", "a"), ("id", "5")]);
    assert_eq!(request.content_type, "application/json");
    assert_eq!(
        serde_json::from_str::<Value>(&request.body).unwrap(),
        json!({ "name": "string" })
    );
    assert_eq!(sample::answer(&document, &post).body, r#"{"name":"Kim"}"#);
    let (document, put) = operation(text, "PUT /pets/{id}");
    let request = sample::request(&document, &put);
    assert_eq!(request.body, "name=a+b%26c&age=1");
    assert!(put.request_body.unwrap().required);
    let answer = sample::answer(&document, &document.operation(&put.key).unwrap());
    assert_eq!(
        (answer.status, &*answer.body),
        (201, r#"{"name":"string"}"#)
    );
}
