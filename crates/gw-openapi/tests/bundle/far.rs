//! References that lead far: across chains, circles and addresses, and to more than can be taken in.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use gw_model::Severity;
use gw_openapi::Document;
use gw_openapi::bundle::{self, Limits, Loaded, Location, RULE};
use serde_json::json;

use super::{HEAD, location, of, value, whole, within};

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
