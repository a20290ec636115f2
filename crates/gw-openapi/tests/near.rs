//! Documents being typed: what is found near an edit is what reading the whole finds, and the tree is the same.

use gw_model::Diagnostic;
use gw_openapi::{Document, Draft, Node, lint, move_along};

const JSON: &str = r##"{
  "openapi": "3.0.3",
  "info": { "title": "T", "version": "1" },
  "paths": {
    "/a": {
      "get": {
        "operationId": "getA",
        "parameters": [{ "$ref": "#/components/parameters/limit" }],
        "responses": { "200": { "description": "Ünïcode \n 😀", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } }
      }
    },
    "/b/{id}": {
      "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
      "put": { "operationId": "putB", "responses": { "204": { "description": "gone" } } }
    },
    "/c": { "get": { "responses": {} } }
  },
  "components": {
    "parameters": { "limit": { "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": 9 } } },
    "schemas": { "Thing": { "type": "object", "properties": { "name": { "type": "string" } } }, "Unused": { "type": "strin" } }
  }
}
"##;

const YAML: &str = "\
openapi: 3.0.3
info:
  title: T # kept
  version: '1'
paths:
  /a:
    get:
      operationId: getA
      parameters:
        - $ref: '#/components/parameters/limit'
      responses:
        '200':
          description: |
            Ünïcode 😀
            text
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Thing' }
  /b/{id}:
    parameters:
    - { name: id, in: path, required: true, schema: { type: string } }
    put:
      operationId: putB
      responses: { '204': { description: gone } }
  /c:
    get:
      responses: {}
components:
  parameters:
    limit: { name: limit, in: query, schema: { type: integer, maximum: 9 } }
  schemas:
    Thing:
      type: object
      properties:
        name: { type: string }
    Unused: { type: strin }
";

/// Where aliases and merge keys stand for what is elsewhere, and texts have signs that could be theirs.
fn anchored() -> String {
    YAML.replace("description: gone", "description: it's *gone* & over!")
        .replace(
            "  /c:\n    get:\n      responses: {}\n",
            "  /c:\n    get: &kept\n      responses: {}\n  /d:\n    get: *kept\n    put:\n      <<: *kept\n      summary: s\n",
        )
        .replace("strin }", "strin, description: &word words, title: *word }")
}

/// Edits as they are typed: text, and what takes its place.
const EDITS: [(&str, &str); 24] = [
    ("getA", "getAll"),
    ("getA", "putB"),
    ("integer", "intege"),
    ("integer", "intege\u{fc}"),
    ("type", "typ"),
    ("maximum", "maxi"),
    ("#/components/schemas/Thing", "#/components/schemas/Thin"),
    ("limit", "limits"),
    ("Ünïcode", "Uni\u{1f600}"),
    ("gone", ""),
    ("204", "2040"),
    ("id", "name"),
    ("putB", "getA"),
    ("put", "post"),
    ("responses", "answers"),
    ("title", "titl"),
    ("{}", "{\"x\": 1}"),
    ("{}", "{"),
    ("\"name\"", "name\""),
    ("strin", "string"),
    ("strin", "string\n"),
    (
        "      responses: {}\n",
        "      responses:\n        '200':\n          description: x\n",
    ),
    (
        "\"responses\": {}",
        "\n\n\"responses\": {\"200\": {\"description\": \"x\"}},\n \"summary\": \"s\"",
    ),
    ("/c", "/d/{x}"),
];

fn whole(text: &str) -> (Document, Vec<Diagnostic>) {
    let (document, mut found) = Document::parse(text);
    found.extend(lint(&document));
    (document, found)
}

/// Every node with where it stands.
fn nodes(node: Node<'_>, all: &mut Vec<String>) {
    let key = node.key().map(|key| key.span());
    let text = node.scalar_text();
    all.push(format!(
        "{} {:?} {key:?} {text:?} {:?}",
        node.pointer(),
        node.span(),
        node.place()
    ));
    for (_, value) in node.entries() {
        nodes(value, all);
    }
    for item in node.items() {
        nodes(item, all);
    }
}

fn told(found: &[Diagnostic]) -> Vec<String> {
    let mut told: Vec<String> = found
        .iter()
        .map(|it| {
            format!(
                "{}:{} {} {} {}",
                it.place.line, it.place.column, it.rule, it.place.pointer, it.message
            )
        })
        .collect();
    told.sort();
    told
}

#[test]
fn an_edited_draft_has_the_tree_of_its_text() {
    let mut near = 0;
    for start in [JSON, YAML, &anchored()] {
        for (from, to) in EDITS {
            for (at, _) in start.match_indices(from) {
                let text = format!("{}{to}{}", &start[..at], &start[at + from.len()..]);
                let mut draft = Draft::read(start);
                let Some(found) = draft.edit(&text) else {
                    assert_eq!(draft.document().text(), start, "{from} to {to}");
                    continue;
                };
                let (document, all) = whole(&text);
                if draft.document().text() == start {
                    assert!(
                        !document.is_sound(),
                        "{from} to {to} is told as broken: {found:?}"
                    );
                    assert_eq!(found[0].rule, "doc-malformed");
                    continue;
                }
                near += 1;
                let (mut one, mut other) = (Vec::new(), Vec::new());
                nodes(draft.document().root(), &mut one);
                nodes(document.root(), &mut other);
                assert_eq!(one, other, "{from} to {to} at {at}");
                assert_eq!(
                    told(&lint(draft.document())),
                    told(&lint(&document)),
                    "{from} to {to}"
                );
                assert_eq!(
                    draft.document().operations().len(),
                    document.operations().len()
                );
                // What is told near is so: nothing is made up in the part, and nothing local is missed.
                let (found, all) = (told(&found), told(&all));
                let wide = |line: &&String| {
                    [
                        "oas-ref-unresolved",
                        "oas-component-unused",
                        "oas-operation-id",
                        "oas-tag",
                        "oas-path",
                        "oas-security",
                    ]
                    .iter()
                    .any(|rule| line.contains(rule))
                };
                let only = |a: &[String], b: &[String]| -> Vec<String> {
                    a.iter()
                        .filter(|line| !b.contains(line))
                        .filter(|line| !wide(line))
                        .cloned()
                        .collect()
                };
                assert_eq!(
                    only(&found, &all),
                    Vec::<String>::new(),
                    "{from} to {to} made up"
                );
                assert_eq!(
                    only(&all, &found),
                    Vec::<String>::new(),
                    "{from} to {to} missed"
                );
            }
        }
    }
    assert!(near > 90, "{near} edits were seen through");
}

#[test]
fn a_reference_that_leads_nowhere_is_told_near() {
    for start in [JSON, YAML] {
        let found = Draft::read(start)
            .edit(&start.replace("schemas/Thing", "schemas/Thin"))
            .unwrap();
        let told = found.iter().filter(|it| it.rule == "oas-ref-unresolved");
        assert_eq!(told.count(), 1, "{found:?}");
    }
}

#[test]
fn many_edits_one_after_another_keep_the_tree() {
    for start in [JSON, YAML] {
        let (mut draft, mut text) = (Draft::read(start), start.to_owned());
        for round in 0..60 {
            let (from, to) = if round % 2 == 0 {
                ("getA", "getAnd")
            } else {
                ("getAnd", "getA")
            };
            let next = text.replacen(from, to, 1);
            draft.edit(&next).unwrap();
            text = next;
            let other = text.replacen("maximum\": 9", "maximum\": \"9", 1);
            if other != text {
                draft.edit(&other).unwrap();
                assert_eq!(draft.document().text(), text, "broken text is not taken");
            }
        }
        let (document, found) = whole(&text);
        assert_eq!(told(&lint(draft.document())), told(&lint(&document)));
        assert_eq!(told(draft.found()), told(&found));
    }
}

#[test]
fn what_cannot_be_seen_through_is_left_to_the_whole() {
    let refused = |start: &str, from: &str, to: &str| {
        let mut draft = Draft::read(start);
        draft.edit(&start.replacen(from, to, 1)).is_none()
    };
    assert!(refused(JSON, "openapi", "openap"), "the outermost object");
    assert!(
        refused(YAML, "    get:\n      operationId", "get:\n  operationId"),
        "lines that end the part"
    );
    let shared = YAML.replace("'204': {", "'204': &gone {");
    assert!(refused(&shared, "putB", "putC"), "an anchor in the part");
    let shared = anchored();
    assert!(!refused(&shared, "putB", "putC"), "aliases elsewhere");
    assert!(
        refused(&shared, "responses: {}", "responses: { x: y }"),
        "what an alias stands for"
    );
    assert!(
        refused(&shared, "summary: s", "summary: t"),
        "an alias in the part"
    );
    let keyed = YAML.replace("{ type: strin }", "{ &k type: strin, *k : 1 }");
    assert!(refused(&keyed, "putB", "putC"), "an alias that is a key");
    assert!(
        Draft::read("{\"a\"").edit("{\"a\":").is_none(),
        "a text that was broken"
    );
    assert!(Draft::read(JSON).edit(JSON).is_none(), "nothing was edited");
}

/// Found by fuzzing.
#[test]
fn what_is_typed_at_the_end_of_a_document_is_as_if_read_whole() {
    let end = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      operationId: get";
    let (mut draft, after) = (Draft::read(end), format!("{end}All\n"));
    draft.edit(&after).unwrap();
    let (mut one, mut other) = (Vec::new(), Vec::new());
    nodes(draft.document().root(), &mut one);
    nodes(whole(&after).0.root(), &mut other);
    assert_eq!(one, other, "no object around it ends behind its last one");

    let open = "openapi: 3.0.3\ninfo:\n  title:";
    let mut draft = Draft::read(open);
    assert_eq!(
        draft.edit(&format!("{open}x")),
        None,
        "an object that is a text now"
    );

    let mut draft = Draft::read(end);
    assert_eq!(
        draft.edit(&format!("{end}\rx: y")),
        None,
        "a carriage return that ends a line and the part with it"
    );

    for kept in ["|+\n        text\n\n\n", "|\n        text\n          "] {
        let block = format!("{end}\n      description: {kept}");
        for block in [format!("{block}\ntags: []\n"), block] {
            let (mut draft, after) = (Draft::read(&block), block.replace("get\n", "got\n"));
            draft.edit(&after).unwrap();
            let text = |document: &Document| {
                let node = document.at("/paths/~1a/get/description").unwrap();
                node.as_str().unwrap().to_owned()
            };
            assert_eq!(text(draft.document()), text(&whole(&after).0), "{after:?}");
        }
    }

    let tagged = format!("{end}\n    put:\n      # nothing\n      !!str\n");
    let mut draft = Draft::read(&tagged);
    assert_eq!(
        draft.edit(&tagged.replace("get\n", "got\n")),
        None,
        "a tag behind what it is of"
    );
}

/// Found by fuzzing.
#[test]
fn what_an_edit_took_away_is_not_looked_at_for_fixes() {
    let twice = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      operationId: getA\n      responses: {}\n    get: &kept\n      responses: {}\n  /d:\n    get: *kept\n";
    let after = twice.replace("getA", "x");
    let mut draft = Draft::read(twice);
    draft.edit(&after).unwrap();
    assert_eq!(draft.document().text(), after);
    assert_eq!(lint(draft.document()), lint(&whole(&after).0));
}

#[test]
fn findings_move_along_with_their_lines() {
    let mut found = whole(YAML).1;
    let before = told(&found);
    move_along(YAML, &format!("# one\n# two\n{YAML}"), &mut found);
    // Nothing is known any more of the first line, which changed.
    let line = |told: &String| told.split(':').next().unwrap().parse::<u32>().unwrap();
    let kept = before.iter().map(line).filter(|&line| line > 1);
    let mut moved: Vec<u32> = kept.map(|line| line + 2).collect();
    moved.sort_unstable();
    let mut now: Vec<u32> = told(&found).iter().map(line).collect();
    now.sort_unstable();
    assert!(!now.is_empty() && now.len() < before.len());
    assert_eq!(now, moved);
}
