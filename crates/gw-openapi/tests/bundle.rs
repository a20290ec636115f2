//! Bundling: several documents become one that says the same, and the root's own text stays.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use gw_model::Severity;
use gw_openapi::bundle::{self, Bundle, Limits, Loaded, Location, RULE};
use gw_openapi::{Document, lint};
use serde_json::{Value, json};

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
        assert!(!bundle.is_changed());
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
    let origin = bundle.origin("/components/schemas/thing/properties/maker");
    assert_eq!(origin.source, Some(location("parts/thing.yaml")));
    assert_eq!((origin.place.line, origin.place.column), (4, 3));
    let origin = bundle.origin("/tags");
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
    let origin = bundle.origin("/paths/~1pets/get/responses/200");
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

#[test]
fn chains_and_circles_across_files() {
    let root = format!(
        "{HEAD}paths: {{}}\ncomponents:\n  schemas:\n    A: {{ $ref: a.yaml#/A }}\n    Round: {{ $ref: a.yaml#/Round }}\n    Tree: {{ properties: {{ children: {{ $ref: tree.yaml }} }} }}\n"
    );
    let bundle = of(&[
        ("openapi.yaml", &root),
        (
            "a.yaml",
            "A: { $ref: b.yaml#/B }\nRound: { $ref: b.yaml#/Round }\n",
        ),
        (
            "b.yaml",
            "B: { $ref: 'c.yaml#/C/properties/deep' }\nRound: { $ref: 'a.yaml#/Round' }\n",
        ),
        (
            "c.yaml",
            "C: { $ref: '#/D' }\nD: { properties: { deep: { type: string } } }\n",
        ),
        ("tree.yaml", "type: array\nitems: { $ref: leaf.yaml }\n"),
        (
            "leaf.yaml",
            "properties: { trees: { $ref: tree.yaml }, self: { $ref: '#/properties/self/x' } }\n",
        ),
    ]);
    let value = value(&bundle);
    let schemas = &value["components"]["schemas"];
    assert_eq!(schemas["A"], json!({ "type": "string" }));
    assert_eq!(schemas["Round"]["$ref"], "a.yaml#/Round");
    assert_eq!(
        schemas["leaf"]["properties"]["trees"]["$ref"],
        "#/components/schemas/tree"
    );
    let said: Vec<_> = bundle
        .findings
        .iter()
        .map(|found| (found.rule.as_str(), found.place.pointer.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (RULE, "/components/schemas/Round/$ref"),
            (RULE, "/components/schemas/leaf/properties/self/$ref"),
        ]
    );
    assert!(
        bundle.findings[0].message.contains("leads back to itself"),
        "{:?}",
        bundle.findings
    );
}

#[test]
fn what_cannot_be_had_stays_and_is_told() {
    let root = format!(
        "{HEAD}\
paths:
  /a:
    get:
      responses:
        '200': {{ $ref: gone.yaml }}
        '201': {{ $ref: part.yaml#/Gone }}
        '202': {{ $ref: sub/part.yaml#/R }}
        '203': {{ $ref: broken.yaml }}
        '204': {{ $ref: /etc/passwd }}
        '205': {{ $ref: 'ftp://example.com/x' }}
      x-examples:
        $ref: docs/data.yaml
"
    );
    let (bundle, loads) = within(
        &[
            ("openapi.yaml", &root),
            ("part.yaml", "A: 1\n"),
            (
                "sub/part.yaml",
                "R: { description: R, headers: { X: { $ref: '#/Nowhere' }, Y: { $ref: ../../up.yaml } } }\n",
            ),
            ("broken.yaml", "a: [\n"),
        ],
        Limits::default(),
    );
    assert_eq!(
        loads.keys().collect::<Vec<_>>(),
        [
            "../up.yaml",
            "broken.yaml",
            "gone.yaml",
            "part.yaml",
            "sub/part.yaml"
        ]
    );
    let said: Vec<(u32, Severity, String)> = bundle
        .findings
        .iter()
        .map(|found| (found.place.line, found.severity, found.message.clone()))
        .collect();
    let message = |part: &str| {
        said.iter()
            .find(|(_, _, message)| message.contains(part))
            .unwrap_or_else(|| panic!("{part} is not in {said:#?}"))
    };
    assert_eq!(said.len(), 8, "{said:#?}");
    assert_eq!(
        message("'gone.yaml' was not followed: there is no such file").0,
        7
    );
    assert_eq!(message("nothing is at '#/Gone' in part.yaml").0, 8);
    assert_eq!(message("broken.yaml cannot be read: line").0, 10);
    assert_eq!(message("absolute path").0, 11);
    assert_eq!(message("'ftp:'").0, 12);
    assert_eq!(message("'docs/data.yaml'").1, Severity::Info);
    message("'#/Nowhere' in sub/part.yaml, line 1, was not followed");
    let value = value(&bundle);
    let responses = &value["paths"]["/a"]["get"]["responses"];
    assert_eq!(responses["200"]["$ref"], "gone.yaml");
    let headers = &value["components"]["responses"]["R"]["headers"];
    assert_eq!(
        headers["X"]["$ref"], "sub/part.yaml#/Nowhere",
        "it does not lead into the root by chance"
    );
    assert_eq!(headers["Y"]["$ref"], "../up.yaml");
}

#[test]
fn addresses_are_relative_to_where_they_were_found() {
    let root = format!("{HEAD}paths:\n  /a:\n    $ref: https://example.com/api/a.yaml\n");
    let asked = RefCell::new(Vec::new());
    let bundle = bundle::bundle(&root, Location::Text, Limits::default(), |location| {
        asked.borrow_mut().push(location.to_string());
        match location.to_string().as_str() {
            "https://example.com/api/a.yaml" => Ok(Loaded {
                text: "get: { responses: { '200': { $ref: ../r.yaml#/R } } }".to_owned(),
                at: Some(
                    Location::Text
                        .join("https://cdn.example.com/v2/x/a.yaml")
                        .unwrap(),
                ),
            }),
            "https://cdn.example.com/v2/r.yaml" => Ok(Loaded {
                text: "R: { description: R }".to_owned(),
                at: None,
            }),
            other => Err(format!("{other} is not there")),
        }
    });
    let value = whole(&bundle);
    assert_eq!(value["components"]["responses"]["R"]["description"], "R");
    assert_eq!(
        asked.into_inner(),
        [
            "https://example.com/api/a.yaml",
            "https://cdn.example.com/v2/r.yaml"
        ]
    );
}

#[test]
fn anchors_and_ids_of_schemas_are_known() {
    let root = "\
openapi: 3.1.0
info: { title: T, version: '1' }
components:
  schemas:
    A:
      $id: https://example.com/schemas/a
      properties:
        own: { $ref: 'b' }
        far: { $ref: 'https://example.com/schemas/b' }
    B: { $id: 'https://example.com/schemas/b', type: string }
    C: { $ref: 'parts.yaml#money' }
    D: { $ref: parts.yaml#/D, description: mine }
";
    let bundle = of(&[
        ("openapi.yaml", root),
        (
            "parts.yaml",
            "Money: { $anchor: money, $id: 'https://example.com/m', type: object, properties: { c: { $ref: '#/$defs/c' } }, $defs: { c: { type: string } } }\nD: { type: integer }\n",
        ),
    ]);
    assert_eq!(bundle.findings, [], "{}", bundle.text());
    let value = value(&bundle);
    let schemas = &value["components"]["schemas"];
    assert_eq!(
        schemas["A"]["properties"]["own"]["$ref"],
        "#/components/schemas/B"
    );
    assert_eq!(
        schemas["A"]["properties"]["far"]["$ref"],
        "#/components/schemas/B"
    );
    assert_eq!(
        schemas["C"]["properties"]["c"]["$ref"],
        "#/components/schemas/c"
    );
    assert!(schemas["C"].get("$id").is_none() && schemas["C"].get("$anchor").is_none());
    assert_eq!(schemas["c"]["type"], "string");
    assert_eq!(
        schemas["D"],
        json!({ "$ref": "#/components/schemas/parts_D", "description": "mine" })
    );
}

#[test]
fn discriminators_lead_along() {
    let root = format!(
        "{HEAD}paths: {{}}\ncomponents:\n  schemas:\n    Pet: {{ $ref: pets.yaml#/components/schemas/Pet }}\n    Own:\n      discriminator: {{ propertyName: kind, mapping: {{ cat: './cat.yaml', own: Own, pet: '#/components/schemas/Pet' }} }}\n"
    );
    let bundle = of(&[
        ("openapi.yaml", &root),
        (
            "pets.yaml",
            "components:\n  schemas:\n    Pet: { discriminator: { propertyName: k, mapping: { dog: Dog, cat: cat.yaml, x: Unknown } } }\n    Dog: { type: object }\n",
        ),
        ("cat.yaml", "type: object\n"),
    ]);
    let value = whole(&bundle);
    let schemas = &value["components"]["schemas"];
    assert_eq!(
        schemas["Own"]["discriminator"]["mapping"],
        json!({ "cat": "#/components/schemas/cat", "own": "Own", "pet": "#/components/schemas/Pet" })
    );
    assert_eq!(
        schemas["Pet"]["discriminator"]["mapping"],
        json!({ "dog": "#/components/schemas/Dog", "cat": "#/components/schemas/cat", "x": "Unknown" })
    );
}

#[test]
fn path_items_get_a_place_of_their_own_only_when_shared() {
    let root = "\
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a: { $ref: once.yaml }
  /b: { $ref: twice.yaml }
  /c: { $ref: twice.yaml }
";
    let item = "get: { responses: { '200': { description: A } } }";
    let files = [
        ("openapi.yaml", root),
        ("once.yaml", item),
        ("twice.yaml", item),
    ];
    let value = whole(&of(&files));
    assert!(value["paths"]["/a"]["get"].is_object());
    assert_eq!(value["paths"]["/b"]["$ref"], "#/components/pathItems/twice");
    let older = root.replace("3.1.0", "3.0.3");
    let value = whole(&of(&[("openapi.yaml", &older), files[1], files[2]]));
    assert_eq!(value["paths"]["/b"], value["paths"]["/c"]);
    assert!(value.get("components").is_none());
}

#[test]
fn awkward_yaml_is_edited_or_left() {
    let part = (
        "p.yaml",
        "description: |\n  One\n\n  Two\n# c\ntype: string\n",
    );
    for (name, body) in [
        (
            "folded",
            "    A:\n      items:\n        $ref: >-\n          p.yaml\n",
        ),
        ("plain", "    A:\n      $ref: p.yaml # why\n    B: {}\n"),
        ("no end of line", "    A:\n      $ref: p.yaml"),
        (
            "anchor",
            "    A: &a\n      items: { $ref: p.yaml }\n    B: *a\n",
        ),
        (
            "merge",
            "    A:\n      items: &a\n        $ref: p.yaml\n    B:\n      items:\n        <<: *a\n",
        ),
        (
            "list",
            "    A:\n      allOf:\n      - $ref: p.yaml\n      - $ref: \"p.yaml\"\n",
        ),
        (
            "key in quotes",
            "    A:\n      items:\n        \"$ref\": 'p.yaml'\n",
        ),
        ("windows", "    A:\r\n      $ref: p.yaml\r\n    B: {}\r\n"),
    ] {
        let root = format!("{HEAD}paths: {{}}\ncomponents:\n  schemas:\n{body}");
        let bundle = of(&[("openapi.yaml", &root), part]);
        whole(&bundle);
        assert!(bundle.text().starts_with(HEAD), "{name}");
        assert!(bundle.document.is_sound(), "{name}");
        assert!(
            !bundle.text().contains("p.yaml"),
            "{name}: {}",
            bundle.text()
        );
    }
}

#[test]
fn the_result_does_not_depend_on_the_order_of_loading() {
    let root = format!(
        "{HEAD}paths: {{}}\ncomponents:\n  schemas:\n    A: {{ allOf: [{{ $ref: a.yaml#/X }}, {{ $ref: b.yaml#/X }}, {{ $ref: c.yaml#/X }}] }}\n"
    );
    let load = |reverse: bool| {
        let mut bundler = bundle::Bundler::new(&root, location("openapi.yaml"), Limits::default());
        loop {
            let mut needs = bundler.needs();
            if needs.is_empty() {
                return bundler.finish().text().to_owned();
            }
            if reverse {
                needs.reverse();
            }
            for need in needs {
                let text = "X: { items: { $ref: 'd.yaml#/X' } }".to_owned();
                bundler.give(need, Ok(Loaded { text, at: None }));
            }
        }
    };
    assert_eq!(load(false), load(true));
}

#[test]
fn ten_thousand_references_to_one_file_load_it_once() {
    let mut root = format!("{HEAD}paths: {{}}\ncomponents:\n  schemas:\n");
    for number in 0..10_000 {
        writeln!(
            root,
            "    S{number}:\n      items:\n        $ref: ./part.yaml"
        )
        .unwrap();
    }
    let (bundle, loads) = within(
        &[("openapi.yaml", &root), ("part.yaml", "type: string\n")],
        Limits::default(),
    );
    whole(&bundle);
    assert_eq!(loads, BTreeMap::from([("part.yaml".to_owned(), 1)]));
    let expected = root.replace("./part.yaml", "'#/components/schemas/part'")
        + "    part:\n      type: string\n";
    assert_eq!(bundle.text(), expected);
}

#[test]
fn bombs_end_in_findings() {
    // Path items of 3.0 are written out; each of these stands for ten of the next.
    let mut files = vec![(
        "openapi.yaml".to_owned(),
        format!("{HEAD}tags:\n  $ref: t0.yaml\npaths: {{}}\n"),
    )];
    for level in 0..12 {
        let refs = format!("- $ref: t{}.yaml\n", level + 1).repeat(10);
        files.push((format!("t{level}.yaml"), refs));
    }
    files.push(("t12.yaml".to_owned(), "name: x\n".to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let limits = Limits {
        nodes: 100_000,
        ..Limits::default()
    };
    let (bundle, _) = within(&files, limits);
    assert!(!bundle.findings.is_empty());
    assert!(bundle.text().len() < 20_000_000, "{}", bundle.text().len());

    let own = of(&[
        (
            "openapi.yaml",
            &format!("{HEAD}paths:\n  /a: {{ $ref: a.yaml }}\n"),
        ),
        (
            "a.yaml",
            "get: { callbacks: { c: { '{x}': { $ref: a.yaml } } } }\n",
        ),
    ]);
    assert!(
        own.findings
            .iter()
            .any(|found| found.message.contains("without end")),
        "{:?}",
        own.findings
    );

    let endless = RefCell::new(0);
    let root = format!(
        "{HEAD}paths: {{}}\ncomponents: {{ schemas: {{ A: {{ items: {{ $ref: f0.yaml }} }} }} }}\n"
    );
    let limits = Limits {
        files: 50,
        ..Limits::default()
    };
    let bundle = bundle::bundle(&root, location("openapi.yaml"), limits, |_| {
        *endless.borrow_mut() += 1;
        let text = format!("items: {{ $ref: f{}.yaml }}\n", endless.borrow());
        Ok(Loaded { text, at: None })
    });
    assert_eq!(endless.into_inner(), 50);
    assert!(
        bundle.findings[0]
            .message
            .contains("more than 50 documents"),
        "{:?}",
        bundle.findings
    );

    let limits = Limits {
        bytes: 1_000,
        ..Limits::default()
    };
    let (bundle, _) = within(
        &[
            ("openapi.yaml", &root),
            ("f0.yaml", &"# filler\n".repeat(200)),
        ],
        limits,
    );
    assert!(
        bundle.findings[0].message.contains("together are larger"),
        "{:?}",
        bundle.findings
    );

    let deep = format!(
        "{}{{ type: string }}{}",
        "{ items: ".repeat(236),
        " }".repeat(236)
    );
    let far = format!(
        "{HEAD}paths: {{}}\nx: {{ a: {{ a: {{ a: {{ a: {{ $ref: deep.yaml }} }} }} }} }}\ncomponents: {{ schemas: {{ A: {{ items: {{ $ref: deep.yaml }} }} }} }}\n"
    );
    let bundle = of(&[("openapi.yaml", &far), ("deep.yaml", &deep)]);
    assert!(bundle.document.is_sound());
    let nested = format!(
        "{}{{ $ref: '#' }}{}",
        "{ not: ".repeat(230),
        " }".repeat(230)
    );
    let bundle = of(&[("openapi.yaml", &root), ("f0.yaml", &nested)]);
    assert!(bundle.document.is_sound());
}

#[test]
fn a_lone_upload_of_a_document_in_pieces_is_readable() {
    let root = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      responses:\n        '200': {{ $ref: r.yaml }}\n      x-examples:\n        $ref: docs/a.yaml\n"
    );
    let bundle = of(&[("", &root)]);
    assert_eq!(bundle.text(), root);
    let severities: Vec<_> = bundle.findings.iter().map(|found| found.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Info]);
    assert!(bundle.findings[0].message.contains("in no folder"));
    let (document, _) = Document::parse(bundle.text());
    assert_eq!(document.operations().len(), 1);
}

#[test]
fn duplicate_keys_of_a_part_are_told() {
    let root = format!(
        "{HEAD}paths: {{}}\ncomponents: {{ schemas: {{ A: {{ items: {{ $ref: f.yaml }} }} }} }}\n"
    );
    let bundle = of(&[
        ("openapi.yaml", &root),
        ("f.yaml", "type: string\ntype: integer\n"),
    ]);
    let told = &bundle.findings[0];
    assert!(
        told.message.starts_with("f.yaml, line 2, column 1:"),
        "{told:?}"
    );
    assert_eq!(told.place.pointer, "/components/schemas/f");
    assert!(told.place.line > 0);
}
