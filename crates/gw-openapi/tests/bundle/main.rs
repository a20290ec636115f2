//! Bundling: several documents become one that says the same, and the root's own text stays.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use gw_openapi::bundle::{self, Bundle, Limits, Loaded, Location};
use gw_openapi::lint;
use serde_json::{Value, json};

mod far;

/// Bundles a set of files whose first is the root; everything not in it is missing.
fn of(files: &[(&str, &str)]) -> Bundle {
    within(files, Limits::default()).0
}

/// The same within limits, with the number of times each file was loaded.
fn within(files: &[(&str, &str)], limits: Limits) -> (Bundle, BTreeMap<String, usize>) {
    let loads = RefCell::new(BTreeMap::new());
    let (name, text) = files[0];
    let bundle = bundle::bundle(text, location(name), limits, |location| {
        let name = location.to_string();
        *loads.borrow_mut().entry(name.clone()).or_default() += 1;
        let found = files.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, text)| Loaded {
                text: (*text).to_owned(),
                at: None,
            })
            .ok_or_else(|| "there is no such file".to_owned())
    });
    (bundle, loads.into_inner())
}

fn location(name: &str) -> Location {
    match name {
        "" => Location::Text,
        url if url.starts_with("http") => Location::Text.join(url).unwrap(),
        file => Location::File(file.to_owned()),
    }
}

fn value(bundle: &Bundle) -> Value {
    bundle.document.to_value(bundle.document.root())
}

/// No findings, and none of lint about references: everything leads somewhere.
fn whole(bundle: &Bundle) -> Value {
    assert_eq!(bundle.findings, [], "{}", bundle.text());
    let broken: Vec<_> = lint(&bundle.document)
        .into_iter()
        .filter(|found| found.rule.starts_with("oas-ref"))
        .collect();
    assert_eq!(broken, [], "{}", bundle.text());
    value(bundle)
}

const HEAD: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\n";

#[test]
fn a_root_without_outer_references_stays_as_it_is() {
    for text in [
        "openapi: 3.0.3\r\ninfo: {title: A, version: '1'}\r\npaths: {}\r\n# end",
        "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"A\",\"version\":\"1\"},\"components\":{\"schemas\":{\"A\":{\"$ref\":\"#/components/schemas/B\"},\"B\":{}}}}",
        "swagger: '2.0'\npaths: {}\ndefinitions:\n  A: {properties: {a: {$ref: '#/definitions/A'}}}\n",
        "not: a document",
        "{\"openapi\": \"3.0.0\", ",
        "",
        "\u{feff}openapi: 3.0.3\ninfo:\n  title: A\n",
    ] {
        let bundle = of(&[("openapi.yaml", text)]);
        assert_eq!(bundle.text(), text);
        assert!(bundle.origins.is_none());
        assert!(bundle.findings.is_empty() && bundle.pieces.is_empty());
    }
}

#[test]
fn the_roots_own_lines_stay_and_parts_are_added() {
    let root = "\
# The API of the shop
openapi: 3.0.3
info: { title: Shop, version: '1' }   # shown
paths:
  /things:   # for sale
    get:
      responses:
        '200':
          description: Things
          content:
            application/json:
              schema:
                type: array
                items:
                  $ref: \"./parts/thing.yaml\"  # one thing
components:
  schemas:
    # Kept
    Own: { type: string }
tags: []
";
    let bundle = of(&[
        ("openapi.yaml", root),
        (
            "parts/thing.yaml",
            "# A thing\ntype: object\nproperties:\n  maker:\n    $ref: ../common.json#/makers/Maker\n",
        ),
        (
            "common.json",
            r#"{"makers": {"Maker": {"type": "string", "minLength": 1}}}"#,
        ),
    ]);
    whole(&bundle);
    let expected = root
        .replace("\"./parts/thing.yaml\"", "\"#/components/schemas/thing\"")
        .replace(
            "    Own: { type: string }\n",
            "    Own: { type: string }
    thing:
      type: object
      properties:
        maker:
          $ref: '#/components/schemas/Maker'
    Maker:
      type: string
      minLength: 1
",
        );
    assert_eq!(bundle.text(), expected);
    let pieces: Vec<_> = bundle
        .pieces
        .iter()
        .map(|piece| {
            (
                piece.at.as_str(),
                piece.source.to_string(),
                piece.pointer.as_str(),
            )
        })
        .collect();
    assert_eq!(
        pieces,
        [
            (
                "/components/schemas/thing",
                "parts/thing.yaml".to_owned(),
                ""
            ),
            (
                "/components/schemas/Maker",
                "common.json".to_owned(),
                "/makers/Maker"
            ),
        ]
    );
    let origins = bundle.origins.unwrap();
    let origin = origins.of("/components/schemas/thing/properties/maker");
    assert_eq!(origin.source, Some(location("parts/thing.yaml")));
    assert_eq!((origin.place.line, origin.place.column), (4, 3));
    let origin = origins.of("/tags");
    assert_eq!((origin.source, origin.place.line), (None, 20));
}

#[test]
fn every_kind_of_part_finds_its_section() {
    let root = format!(
        "{HEAD}\
paths:
  /a/{{id}}:
    parameters:
      - $ref: parts.yaml#/Id
    post:
      requestBody: {{ $ref: 'parts.yaml#/Body' }}
      responses:
        '200': {{ $ref: 'parts.yaml#/Ok' }}
      callbacks:
        done: {{ $ref: 'parts.yaml#/Done' }}
components:
  securitySchemes:
    key:
      $ref: parts.yaml#/Key
"
    );
    let parts = "
Id: { name: id, in: path, required: true, schema: { $ref: '#/IdText' } }
IdText: { type: string }
Body:
  content:
    application/json:
      schema: { $ref: '#/IdText' }
      examples: { one: { $ref: '#/One' } }
One: { value: { $ref: 'is data' } }
Ok:
  description: Fine
  headers: { X-A: { $ref: '#/Header' } }
  links: { self: { $ref: '#/Link' } }
Header: { schema: { $ref: '#/IdText' } }
Link: { operationId: a }
Done:
  '{$request.body#/url}':
    post: { responses: { '200': { $ref: '#/Ok' } } }
Key: { type: apiKey, in: header, name: X-Key }
";
    let bundle = of(&[("openapi.yaml", &root), ("parts.yaml", parts)]);
    let value = whole(&bundle);
    let components = &value["components"];
    for (section, name) in [
        ("parameters", "Id"),
        ("schemas", "IdText"),
        ("requestBodies", "Body"),
        ("examples", "One"),
        ("responses", "Ok"),
        ("headers", "Header"),
        ("links", "Link"),
        ("callbacks", "Done"),
    ] {
        assert!(
            components[section][name].is_object(),
            "{section} {name}: {}",
            bundle.text()
        );
    }
    assert_eq!(
        components["securitySchemes"]["key"]["name"], "X-Key",
        "it takes its place"
    );
    assert_eq!(
        components["examples"]["One"]["value"],
        json!({ "$ref": "is data" })
    );
    assert_eq!(
        value["paths"]["/a/{id}"]["post"]["requestBody"]["$ref"],
        "#/components/requestBodies/Body"
    );
}

#[test]
fn a_layout_of_folders_becomes_one_document() {
    let root = format!(
        "{HEAD}\
paths:
  /pets:      # all of them
    $ref: paths/pets.yaml   # elsewhere
  /pets/{{id}}: {{ $ref: 'paths/pet.yaml' }}
components:
  schemas:
    $ref: schemas/_index.yaml
"
    );
    let bundle = of(&[
        ("openapi.yaml", &root),
        (
            "paths/pets.yaml",
            "get:\n  description: { $ref: ../docs/pets.md }\n  responses:\n    '200':\n      description: Pets\n      content:\n        application/json:\n          schema: { type: array, items: { $ref: ../schemas/Pet.yaml } }\n",
        ),
        (
            "paths/pet.yaml",
            "parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\nget:\n  responses:\n    default: { description: E, content: { application/json: { schema: { $ref: '../openapi.yaml#/components/schemas/Error' } } } }\n",
        ),
        (
            "schemas/_index.yaml",
            "Pet: { $ref: ./Pet.yaml }\nError: { type: object, properties: { pet: { $ref: '#/Pet' } } }\n",
        ),
        (
            "schemas/Pet.yaml",
            "type: object\nproperties:\n  mother: { $ref: '#' }\n  trouble: { $ref: _index.yaml#/Error }\n",
        ),
        ("docs/pets.md", "# Pets\n\nAll: of *them*\n"),
    ]);
    let value = whole(&bundle);
    let schemas = value["components"]["schemas"].as_object().unwrap();
    assert_eq!(
        schemas.keys().collect::<Vec<_>>(),
        ["Pet", "Error"],
        "no part is there twice"
    );
    assert_eq!(
        schemas["Pet"]["properties"]["mother"]["$ref"],
        "#/components/schemas/Pet"
    );
    assert_eq!(
        schemas["Pet"]["properties"]["trouble"]["$ref"],
        "#/components/schemas/Error"
    );
    assert_eq!(
        schemas["Error"]["properties"]["pet"]["$ref"],
        "#/components/schemas/Pet"
    );
    let get = &value["paths"]["/pets"]["get"];
    assert_eq!(get["description"], "# Pets\n\nAll: of *them*\n");
    let items = &get["responses"]["200"]["content"]["application/json"]["schema"]["items"];
    assert_eq!(items["$ref"], "#/components/schemas/Pet");
    assert!(
        bundle
            .text()
            .contains("  /pets:      # all of them\n    get:"),
        "{}",
        bundle.text()
    );
    assert_eq!(bundle.document.operations().len(), 2);
    let origin = bundle
        .origins
        .unwrap()
        .of("/paths/~1pets/get/responses/200");
    assert_eq!(origin.source, Some(location("paths/pets.yaml")));
    assert_eq!(origin.place.line, 4);
}

#[test]
fn names_that_are_taken_are_not_taken_again() {
    let root = format!(
        "{HEAD}paths: {{}}\ncomponents:\n  schemas:\n    Error: {{ type: string }}\n    A: {{ properties: {{ a: {{ $ref: a.yaml#/Error }}, b: {{ $ref: b.yaml#/Error }}, c: {{ $ref: c/b.yaml#/Error }}, d: {{ $ref: 'a.yaml#/we%20ird~1name' }}, e: {{ $ref: 'a.yaml#/list/0' }} }} }}\n"
    );
    let error =
        "Error: { type: integer }\n'we ird/name': { type: number }\nlist: [{ type: boolean }]\n";
    let bundle = of(&[
        ("openapi.yaml", &root),
        ("a.yaml", error),
        ("b.yaml", error),
        ("c/b.yaml", error),
    ]);
    let value = whole(&bundle);
    let properties = &value["components"]["schemas"]["A"]["properties"];
    for (property, name) in [
        ("a", "a_Error"),
        ("b", "b_Error"),
        ("c", "Error_2"),
        ("d", "we_ird_name"),
        ("e", "a_0"),
    ] {
        assert_eq!(
            properties[property]["$ref"],
            format!("#/components/schemas/{name}")
        );
        assert!(value["components"]["schemas"][name].is_object(), "{name}");
    }
    assert_eq!(value["components"]["schemas"]["Error"]["type"], "string");
}

#[test]
fn old_documents_have_definitions() {
    let root = "\
swagger: '2.0'
info: { title: T, version: '1' }
paths:
  /a:
    $ref: a.yaml
  /b:
    get:
      parameters: [ { $ref: 'a.yaml#/get/parameters/0' } ]
      responses:
        '200': { description: B, schema: { $ref: 'defs.json#/definitions/B' } }
";
    let bundle = of(&[
        ("swagger.yaml", root),
        (
            "a.yaml",
            "get:\n  parameters: [ { name: q, in: query, type: string } ]\n  responses: { '200': { description: A, schema: { $ref: 'defs.json#/definitions/A' } } }\n",
        ),
        (
            "defs.json",
            r##"{"definitions": {"A": {"allOf": [{"$ref": "#/definitions/B"}]}, "B": {"type": "object"}}}"##,
        ),
    ]);
    let value = whole(&bundle);
    assert_eq!(
        value["definitions"]["A"]["allOf"][0]["$ref"],
        "#/definitions/B"
    );
    assert_eq!(value["parameters"]["a_0"]["name"], "q");
    assert_eq!(value["paths"]["/a"]["get"]["parameters"][0]["name"], "q");
}

#[test]
fn json_roots_keep_their_layout() {
    let part = "type: object\nproperties: { n: { type: number, maximum: 1.5 } }\n";
    let pretty = r#"{
  "openapi": "3.1.0",
  "info": { "title": "T", "version": "1" },
  "paths": {
    "/a": { "$ref": "a.yaml" },
    "/b": { "get": { "responses": { "200": { "description": "B",
      "content": { "application/json": { "schema": { "$ref": "b.yaml" } } } } } } }
  }
}
"#;
    let a = "get: { responses: { '200': { description: A } } }";
    for root in [
        pretty.to_owned(),
        pretty.replace(['\n'], "").replace("  ", ""),
    ] {
        let bundle = of(&[("openapi.json", &root), ("a.yaml", a), ("b.yaml", part)]);
        let value = whole(&bundle);
        assert_eq!(
            value["components"]["schemas"]["b"]["properties"]["n"]["maximum"],
            1.5
        );
        assert_eq!(
            value["paths"]["/a"]["get"]["responses"]["200"]["description"],
            "A"
        );
        assert!(bundle.text().starts_with(&root[..60]));
        assert_eq!(root.contains('\n'), bundle.text().contains('\n'));
    }
}
