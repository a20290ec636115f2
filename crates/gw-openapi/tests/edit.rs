//! Edits: what was asked happens, and every other line stays as it was.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use gw_model::OperationKey;
use gw_openapi::edit::{self, EditError};
use gw_openapi::{Document, Format};
use serde_json::{Value, json};

const YAML: &str = "\
# The API of the shop
openapi: 3.0.3
info:
  title: Shop   # shown to callers
  version: '1'
# What it serves
paths:
  # Things for sale
  /things:
    get:            # read them
      operationId: listThings
      responses:
        200:
          description: Things
          # no schema yet
    post:
      operationId: addThing
      responses: { '201': { description: Added } }

  /things/{id}:
    get:
      operationId: readThing
      parameters:
        - name: id
          in: path
          required: true
          schema: { type: string }
      responses:
        '200':
          description: |
            One thing

            or none

# Shared parts
components: {}
";

const JSON: &str = r#"{
    "openapi": "3.0.3",
    "info": { "title": "Shop", "version": "1" },
    "paths": {
        "/things": {
            "get": {
                "responses": { "200": { "description": "Things" } }
            },
            "post": { "responses": {} }
        }
    },
    "components": {}
}
"#;

const MINIFIED: &str = r#"{"openapi":"3.0.3","info":{"title":"Shop","version":"1"},"paths":{"/things":{"get":{"responses":{"200":{"description":"Things"}}}}}}"#;

fn key(text: &str) -> OperationKey {
    text.parse().unwrap()
}

fn document(text: &str) -> Document {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}\n{text}");
    document
}

fn value(text: &str) -> Value {
    let document = document(text);
    document.to_value(document.root())
}

/// Lines of the first text that are not in the second and the other way round, by longest common subsequence.
fn changed_lines(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut table = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i][j] = if a[i] == b[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && table[i + 1][j] >= table[i][j + 1]) {
            gone.push(a[i].to_owned());
            i += 1;
        } else {
            new.push(b[j].to_owned());
            j += 1;
        }
    }
    (gone, new)
}

#[test]
fn an_operation_is_added_beside_its_siblings() {
    let operation =
        edit::new_operation(&key("DELETE /things/{id}"), "removeThing", "Remove a thing");
    let after =
        edit::put_operation(&document(YAML), &key("DELETE /things/{id}"), &operation).unwrap();
    let (gone, _) = changed_lines(YAML, &after);
    assert_eq!(gone, [""; 0]);
    insta::assert_snapshot!(after);
}

#[test]
fn a_new_path_is_added_to_the_paths() {
    let operation = json!({ "summary": "Tell: it's up", "description": "Two\nlines", "responses": { "200": { "description": "no" } } });
    for (text, name) in [(YAML, "yaml"), (JSON, "json"), (MINIFIED, "minified")] {
        let after = edit::put_operation(&document(text), &key("GET /health"), &operation).unwrap();
        let (gone, _) = changed_lines(text, &after);
        // JSON must put a comma behind what was last.
        assert!(gone.len() <= usize::from(name != "yaml"), "{gone:?}");
        insta::assert_snapshot!(format!("new_path_{name}"), after);
    }
}

#[test]
fn replacing_an_operation_changes_only_what_differs() {
    let mut operation = value(YAML).pointer("/paths/~1things/get").unwrap().clone();
    operation["operationId"] = "allThings".into();
    operation["deprecated"] = true.into();
    let after = edit::put_operation(&document(YAML), &key("GET /things"), &operation).unwrap();
    let (gone, new) = changed_lines(YAML, &after);
    assert_eq!(gone, ["      operationId: listThings"]);
    assert_eq!(
        new,
        ["      operationId: allThings", "      deprecated: true"]
    );
}

#[test]
fn replacing_with_fewer_words_removes_their_lines() {
    let operation = json!({ "responses": { "200": { "description": "Things" } } });
    let after = edit::put_operation(&document(YAML), &key("GET /things"), &operation).unwrap();
    assert_eq!(
        changed_lines(YAML, &after),
        (vec!["      operationId: listThings".to_owned()], vec![])
    );
    let after = edit::put_operation(&document(JSON), &key("POST /things"), &operation).unwrap();
    assert_eq!(
        value(&after).pointer("/paths/~1things/post"),
        Some(&operation)
    );
}

#[test]
fn removing_takes_the_operations_lines_and_an_emptied_path() {
    let after = edit::remove_operation(&document(YAML), &key("GET /things")).unwrap();
    let (gone, new) = changed_lines(YAML, &after);
    assert!(
        new.is_empty() && gone.len() <= 6 && gone[0] == "    get:            # read them",
        "{gone:?}"
    );

    let after = edit::remove_operation(&document(YAML), &key("GET /things/{id}")).unwrap();
    let (gone, new) = changed_lines(YAML, &after);
    assert!(new.is_empty() && gone[0] == "  /things/{id}:", "{gone:?}");
    assert!(after.ends_with("# Shared parts\ncomponents: {}\n"));
    assert_eq!(document(&after).operations().len(), 2);

    let after = edit::remove_operation(&document(JSON), &key("POST /things")).unwrap();
    assert_eq!(document(&after).operations().len(), 1);
    let after = edit::remove_operation(&document(&after), &key("GET /things")).unwrap();
    assert_eq!(value(&after)["paths"], json!({}));
    let after = edit::remove_operation(&document(MINIFIED), &key("GET /things")).unwrap();
    assert_eq!(
        after,
        MINIFIED.replace(
            r#""/things":{"get":{"responses":{"200":{"description":"Things"}}}}"#,
            ""
        )
    );

    let missing = edit::remove_operation(&document(YAML), &key("PUT /things"));
    assert_eq!(
        missing,
        Err(EditError::Missing("/paths/~1things/put".to_owned()))
    );
}

#[test]
fn title_and_version_keep_the_rest_of_their_line() {
    let after = edit::set_title(&document(YAML), "Shop: the second").unwrap();
    let (gone, new) = changed_lines(YAML, &after);
    assert_eq!(gone, ["  title: Shop   # shown to callers"]);
    assert_eq!(new, ["  title: 'Shop: the second'   # shown to callers"]);
    let after = edit::set_version(&document(YAML), "1.0").unwrap();
    assert_eq!(
        value(&after)["info"]["version"],
        json!("1.0"),
        "still text, not a number"
    );
    let after = edit::set_title(&document("openapi: 3.0.3\n"), "New").unwrap();
    assert_eq!(after, "openapi: 3.0.3\ninfo:\n  title: New\n");
    let after = edit::set_version(&document(JSON), "2").unwrap();
    assert_eq!(
        changed_lines(JSON, &after).1,
        [r#"    "info": { "title": "Shop", "version": "2" },"#]
    );
}

#[test]
fn a_document_grows_from_nothing() {
    let mut text = edit::new_document("Orders: all", "1.0");
    for operation in [
        "GET /orders",
        "POST /orders",
        "GET /orders/{id}",
        "DELETE /orders/{id}",
    ] {
        let key = key(operation);
        text = edit::put_operation(&document(&text), &key, &edit::new_operation(&key, "", ""))
            .unwrap();
    }
    insta::assert_snapshot!(text);
    let (read, diagnostics) = Document::parse(&text);
    assert_eq!(diagnostics, []);
    assert_eq!(
        gw_openapi::lint_with(&read, &gw_openapi::Ruleset::minimal()),
        []
    );
    assert_eq!(
        (read.title(), read.api_version()),
        (Some("Orders: all"), Some("1.0"))
    );
    for operation in [
        "GET /orders",
        "POST /orders",
        "GET /orders/{id}",
        "DELETE /orders/{id}",
    ] {
        text = edit::remove_operation(&document(&text), &key(operation)).unwrap();
    }
    assert_eq!(text, edit::new_document("Orders: all", "1.0"));
}

#[test]
fn line_ends_missing_last_breaks_and_empty_values_are_kept() {
    let windows = YAML.replace('\n', "\r\n");
    let after = edit::put_operation(
        &document(&windows),
        &key("GET /health"),
        &edit::new_operation(&key("GET /health"), "", ""),
    )
    .unwrap();
    assert!(
        !after.replace("\r\n", "").contains('\n'),
        "every line ends as the others do"
    );

    for text in [
        "openapi: 3.0.3\npaths:",
        "openapi: 3.0.3\npaths:\n",
        "openapi: 3.0.3\npaths: # none yet\n",
        "openapi: 3.0.3\npaths:\ninfo: {}\n",
        "{openapi: 3.0.3}",
        "openapi: 3.0.3\npaths: {/a: {get: {}}}",
    ] {
        let operation = json!({ "responses": {} });
        let after = edit::put_operation(&document(text), &key("GET /b"), &operation)
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(
            value(&after).pointer("/paths/~1b/get"),
            Some(&operation),
            "{after}"
        );
        let (gone, _) = changed_lines(text, &after);
        assert!(gone.len() <= 1, "{text:?} became {after:?}");
    }
}

#[test]
fn shared_parts_are_refused() {
    let shared = "openapi: 3.0.3\npaths:\n  /a: &a\n    get: { responses: {} }\n  /b: *a\n  /c:\n    $ref: '#/paths/~1a'\n";
    let document = document(shared);
    let operation = json!({ "responses": { "200": { "description": "x" } } });
    for path in ["GET /b", "GET /c"] {
        let refused = edit::put_operation(&document, &key(path), &operation);
        assert!(
            matches!(refused, Err(EditError::Shared(_))),
            "{path}: {refused:?}"
        );
    }
    // Cutting at the anchor would change both; the proof that only one changed fails.
    assert!(edit::put_operation(&document, &key("GET /a"), &operation).is_err());
    assert!(matches!(
        edit::set_title(&Document::parse("a: [").0, "x"),
        Err(EditError::Unsound)
    ));
}

#[test]
fn awkward_text_survives_in_both_formats() {
    let awkward = [
        "",
        " ",
        "yes",
        "No",
        "null",
        "~",
        "1.0",
        "0x1F",
        "2026-01-31",
        "- a",
        "a: b",
        "a #b",
        "'",
        "\"",
        "\\",
        "tab\there",
        "two\nlines",
        "two\nlines\n",
        "trailing \nspace",
        "\n",
        " lead",
        "ünïcode",
        "\u{7f}\u{85}\u{2028}\u{feff}",
        "😀",
        "{a}",
        "[a]",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "?",
        ":",
        "<<",
        "=",
        "a\u{0}b",
        "line\n\n\n",
        "a:",
        "#",
        "---",
        "...",
        "é: ü",
        "x\r\ny",
    ];
    for text in awkward {
        for format in [YAML, JSON] {
            let operation = json!({ "summary": text, "tags": [text, "b"], "x-more": { text: { "deep": [[text], { "k": text }] } }, "responses": {} });
            let before = document(format);
            let after = edit::put_operation(&before, &key("PATCH /things"), &operation)
                .unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let (read, _) = Document::parse(&after);
            assert_eq!(read.format() == Format::Json, format == JSON);
            assert_eq!(
                value(&after).pointer("/paths/~1things/patch"),
                Some(&operation),
                "{text:?}"
            );
            let back = edit::remove_operation(&read, &key("PATCH /things")).unwrap();
            assert_eq!(value(&back), value(format));
        }
    }
}
