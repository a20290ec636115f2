//! What is read from a document, in every version.

use gw_openapi::{Document, Kind, Node, ParameterLocation, RefTrouble, SpecVersion};

const DOCUMENT: &str = "\
openapi: 3.1.0
info:
  title: Shop
  version: 1.0
  description: Sells things
servers:
  - url: https://{region}.example.com/{base}
    variables: { region: { default: eu }, base: { default: v1 } }
  - url: /relative
security:
  - oauth: [read]
paths:
  x-note: not a path
  /things/{id}:
    summary: About one thing
    parameters:
      - $ref: '#/components/parameters/Id'
      - name: verbose
        in: query
        schema: { type: boolean }
    get:
      operationId: getThing
      parameters:
        - name: verbose
          in: query
          required: true
          description: mine
          schema: { type: boolean }
        - name: X-Trace
          in: header
          content: { text/plain: { schema: { type: string } } }
        - $ref: 'other.yaml#/Parameter'
      responses:
        200: { $ref: '#/components/responses/Thing' }
        default: { description: trouble }
      x-extra: { a: 1 }
    delete:
      deprecated: true
      summary: Remove it
      tags: [admin]
      security: [{}, { oauth: [write] }]
    x-amazon-apigateway-any-method:
      security: []
  /shared:
    $ref: '#/components/pathItems/Shared'
components:
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: string } }
  responses:
    Thing:
      description: A thing
      headers: { X-Kind: { schema: { type: string } } }
      content: { application/json: { schema: { type: object } } }
  pathItems:
    Shared:
      post: { requestBody: { required: true, content: { text/plain: {} } } }
";

#[test]
fn operations_are_read_in_order_with_everything_resolved() {
    let (document, diagnostics) = Document::parse(DOCUMENT);
    assert_eq!(diagnostics, []);
    assert_eq!(document.version(), Some(SpecVersion::V3_1));
    assert_eq!(
        (
            document.title(),
            document.api_version(),
            document.description()
        ),
        (Some("Shop"), Some("1.0"), Some("Sells things"))
    );
    assert_eq!(
        document.servers(),
        ["https://eu.example.com/v1", "/relative"]
    );
    let operations = document.operations();
    let keys: Vec<String> = operations
        .iter()
        .map(|operation| operation.key.to_string())
        .collect();
    assert_eq!(
        keys,
        [
            "GET /things/{id}",
            "DELETE /things/{id}",
            "ANY /things/{id}",
            "POST /shared"
        ]
    );

    let get = &operations[0];
    assert_eq!(
        (get.operation_id.as_deref(), get.summary.as_deref()),
        (Some("getThing"), Some("About one thing"))
    );
    assert_eq!(
        (get.place.line, get.place.column, &*get.place.pointer),
        (21, 5, "/paths/~1things~1{id}/get")
    );
    let parameters: Vec<_> = get
        .parameters
        .iter()
        .map(|known| (&*known.name, known.location, known.required))
        .collect();
    assert_eq!(
        parameters,
        [
            ("verbose", ParameterLocation::Query, true),
            ("X-Trace", ParameterLocation::Header, false),
            ("id", ParameterLocation::Path, true),
        ]
    );
    assert!(get.parameters.iter().all(|known| known.schema.is_some()));
    assert_eq!(get.responses[0].status, "200");
    assert_eq!(get.responses[0].headers[0].0, "X-Kind");
    assert_eq!(get.responses[0].content[0].media_type, "application/json");
    assert_eq!(get.extensions[0].0, "x-extra");
    assert!(get.demands_security(), "by the document's own security");

    assert!(operations[1].deprecated && operations[1].tags == ["admin"]);
    assert!(
        !operations[1].demands_security(),
        "anonymous callers are one alternative"
    );
    assert!(
        !operations[2].demands_security(),
        "an empty list asks for nothing"
    );
    assert!(operations[3].request_body.as_ref().unwrap().required);
}

#[test]
fn text_and_pointers_lead_to_each_other() {
    let (document, _) = Document::parse(DOCUMENT);
    for (line, column, pointer) in [
        (3, 10, "/info/title"),
        (3, 3, "/info/title"),
        (22, 9, "/paths/~1things~1{id}/get/operationId"),
        (17, 12, "/paths/~1things~1{id}/parameters/0/$ref"),
        (14, 5, "/paths/~1things~1{id}"),
        (999, 1, ""),
    ] {
        assert_eq!(
            document.pointer_at(line, column).unwrap_or_default(),
            pointer,
            "{line}:{column}"
        );
    }
    let place = document
        .place("/paths/~1things~1{id}/get/responses/200")
        .unwrap();
    assert_eq!((place.line, place.column), (34, 9));
    assert_eq!(document.place("/nowhere"), None);
}

#[test]
fn references_say_why_they_lead_nowhere() {
    let (document, _) = Document::parse(DOCUMENT);
    assert_eq!(
        document
            .follow("#/components/parameters/Id")
            .unwrap()
            .get("name")
            .and_then(Node::as_str),
        Some("id")
    );
    assert_eq!(
        document
            .follow("#/paths/~1things~1%7Bid%7D/get/operationId")
            .unwrap()
            .as_str(),
        Some("getThing")
    );
    assert!(matches!(
        document.follow("other.yaml"),
        Err(RefTrouble::External(_))
    ));
    assert!(matches!(
        document.follow("#/components/nothing"),
        Err(RefTrouble::Missing(_))
    ));
    assert_eq!(document.follow("#").unwrap().kind(), Kind::Mapping);
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let (document, diagnostics) = Document::parse(include_str!("fixtures/anchors.yaml"));
    assert_eq!(diagnostics, []);
    assert_eq!(
        gw_openapi::lint_with(&document, &gw_openapi::Ruleset::minimal()),
        []
    );
    let operations = document.operations();
    let put = operations
        .iter()
        .find(|operation| operation.operation_id.as_deref() == Some("writeNote"))
        .unwrap();
    let statuses: Vec<_> = put
        .responses
        .iter()
        .map(|response| &*response.status)
        .collect();
    assert_eq!(
        statuses,
        ["200", "404"],
        "merged from the other operation; whole numbers are keys"
    );
    assert_eq!(put.parameters[0].name, "id");
    assert_eq!(
        document.at("/info/x-released").and_then(Node::as_str),
        Some("2019-02-31T23:59:60Z")
    );
    let value = document.to_value(document.root());
    assert_eq!(
        value["paths"]["/archive/{id}"]["get"]["responses"],
        value["paths"]["/notes/{id}"]["get"]["responses"]
    );
    assert_eq!(
        value["paths"]["/notes/{id}"]["put"]["operationId"], "writeNote",
        "its own wins over the merged one"
    );
    assert!(value["paths"]["/notes/{id}"]["put"].get("<<").is_none());
}

#[test]
fn what_came_before_an_error_is_read() {
    let (document, diagnostics) = Document::parse(
        "openapi: 3.0.3\ninfo:\n  title: Shop\n  version: '1'\npaths:\n  /a: { get: {} }\n  /b: { get: {}, put: \n",
    );
    assert!(!document.is_sound());
    assert_eq!(document.title(), Some("Shop"));
    assert_eq!(document.operations().len(), 2);
    assert_eq!(diagnostics.len(), 1);
    let (_, diagnostics) = Document::parse("\"openapi\": \"3.0\",\n\"info\": {}");
    assert_eq!(
        diagnostics.len(),
        1,
        "what follows from one error is no other: {diagnostics:?}"
    );
    let broken = "{\n  \"openapi\": \"3.0.3\",\n  \"info\": { \"title\": \"Shop\", }\n}";
    let (document, diagnostics) = Document::parse(broken);
    assert_eq!(document.title(), Some("Shop"));
    assert_eq!(
        (diagnostics[0].place.line, diagnostics[0].place.column),
        (3, 30)
    );
    assert_eq!(
        diagnostics[0].message,
        "This JSON is malformed: expected a key in double quotes, found '}'"
    );
}
