//! Fixes: a finding that is there is gone after its fix, nothing new is found, and comments stay.

use gw_model::{Diagnostic, Place, Severity};
use gw_openapi::edit::{self, Edit, EditError};
use gw_openapi::{Document, fix, lint};
use serde_json::{Value, json};

fn document(text: &str) -> Document {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}\n{text}");
    document
}

fn value(text: &str) -> Value {
    let document = document(text);
    document.to_value(document.root())
}

fn found(text: &str) -> Vec<(String, String)> {
    lint(&document(text))
        .into_iter()
        .map(|finding| (finding.rule, finding.place.pointer))
        .collect()
}

/// A document with these paths, and comments that must stay.
fn with(paths: &str) -> String {
    format!(
        "# head\nopenapi: 3.0.3\ninfo: # about\n  title: T\n  version: '1'\npaths: # served\n{paths}# foot\n"
    )
}

/// One operation at a path, with these lines in it.
fn operation(path: &str, lines: &str) -> String {
    with(&format!(
        "  {path}: # the path\n    # before\n    get: # reads\n{lines}"
    ))
}

const ANSWERS: &str =
    "      responses: # answers\n        '200': # good\n          description: OK\n";

/// Fixes every finding of one rule and checks what every fix must keep.
fn fixed(rule: &str, before: &str) -> String {
    let (read, at_first) = (document(before), found(before));
    let mine: Vec<Diagnostic> = lint(&read)
        .into_iter()
        .filter(|finding| finding.rule == rule)
        .collect();
    assert!(
        !mine.is_empty(),
        "{rule} is not found: {at_first:?}\n{before}"
    );
    assert!(
        mine.iter().any(|finding| finding.fixable),
        "{rule} is not said to be fixable\n{before}"
    );
    assert!(fix::is_fixable(rule));
    let outcome = fix::fix_all(&read, &lint(&read), Some(&[rule]));
    let after = outcome.text;
    let then = found(&after);
    assert!(
        then.iter().all(|(left, _)| left != rule),
        "{rule} is still found: {then:?}\n{after}"
    );
    for rule in then.iter().map(|(rule, _)| rule) {
        assert!(
            at_first.iter().any(|(known, _)| known == rule),
            "{rule} is new\n{after}"
        );
    }
    assert_eq!(
        (outcome.fixed, outcome.left),
        (mine.len(), Vec::new()),
        "{after}"
    );
    for comment in before
        .lines()
        .filter_map(|line| line.find('#').map(|at| &line[at..]))
    {
        assert!(
            !comment.starts_with("# ") || after.contains(comment) || comment == "# goes",
            "the comment '{comment}' is gone\n{after}"
        );
    }
    after
}

#[test]
fn each_rule_is_fixed_where_there_is_one_way() {
    let required = "      parameters: # needs\n        - name: id # which\n          in: path\n          schema: {type: string}\n";
    let after = fixed(
        "oas-path-parameter-required",
        &operation("/a/{id}", &format!("{required}{ANSWERS}")),
    );
    assert!(
        after.contains("          schema: {type: string}\n          required: true\n"),
        "{after}"
    );

    let after = fixed(
        "oas-path-parameter-undeclared",
        &operation("/a/{id}/{to+}", ANSWERS),
    );
    let parameters = value(&after)["paths"]["/a/{id}/{to+}"]["get"]["parameters"].clone();
    assert_eq!(
        parameters[0],
        json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } })
    );
    assert_eq!(
        (&parameters[1]["name"], parameters.as_array().unwrap().len()),
        (&json!("to"), 2)
    );

    let unused = "      parameters: # needs\n        - name: id # goes\n          in: path\n          required: true\n        # the other\n        - {name: q, in: query, schema: {type: string}}\n";
    let after = fixed(
        "oas-path-parameter-unused",
        &operation("/a", &format!("{unused}{ANSWERS}")),
    );
    assert!(
        after.contains("parameters: # needs\n        # the other\n        - {name: q"),
        "{after}"
    );

    let twice = "      parameters: # needs\n        - {name: q, in: query, schema: {type: string}}\n        - {name: q, in: query, schema: {type: string}, description: again}\n";
    let after = fixed(
        "oas-parameter-duplicate",
        &operation("/a", &format!("{twice}{ANSWERS}")),
    );
    assert!(!after.contains("again"), "{after}");

    let nameless =
        "      parameters:\n        - name: id # which\n          schema: {type: string}\n";
    let after = fixed(
        "oas-parameter",
        &operation("/a/{id}", &format!("{nameless}{ANSWERS}")),
    );
    assert!(
        after.contains("          in: path\n          required: true\n"),
        "{after}"
    );

    let after = fixed(
        "oas-responses",
        &operation("/a", "      summary: Reads # short\n"),
    );
    assert!(after.contains("      summary: Reads # short\n      responses:\n        '200':\n          description: OK\n"), "{after}");
    fixed(
        "oas-responses",
        &operation("/a", "      responses: {} # none\n"),
    );

    let bare = "      responses: # answers\n        '404': # gone\n          content: {}\n        '200': {}\n        default:\n          $ref: '#/components/responses/Any'\n";
    let components = "components:\n  responses:\n    Any: # all\n      content: {}\n";
    let text = operation("/a", bare).replace("# foot\n", &format!("{components}# foot\n"));
    let after = fixed("oas-response-description", &text);
    assert!(
        after.contains("          content: {}\n          description: Not found\n"),
        "{after}"
    );
    assert!(
        after.contains("      content: {}\n      description: Any\n"),
        "{after}"
    );

    let padded = "      responses:\n        'Default ': # all\n          description: Any\n";
    assert!(
        fixed("oas-response-status", &operation("/a", padded))
            .contains("        'default': # all\n")
    );

    let loud =
        with("  /a: # the path\n    GET: # reads\n      responses: {'200': {description: OK}}\n");
    assert!(fixed("oas-unknown-method", &loud).contains("    get: # reads\n"));

    let ids = with(
        "  /a:\n    get: # one\n      operationId: read\n      responses: {'200': {description: OK}}\n    post: # two\n      operationId: read # again\n      responses: {'200': {description: OK}}\n  /b:\n    get: # three\n      operationId: 'read'\n      responses: {'200': {description: OK}}\n    put:\n      operationId: read2\n      responses: {'200': {description: OK}}\n",
    );
    let after = fixed("oas-operation-id", &ids);
    assert!(
        after.contains("operationId: read3 # again\n") && after.contains("operationId: read4\n"),
        "{after}"
    );

    assert!(fixed("oas-path", &with("  a/{id}: {} # stray\n")).contains("  /a/{id}: {} # stray\n"));
    assert!(
        fixed(
            "oas-structure",
            &operation("/a", &format!("      tags: # goes\n{ANSWERS}"))
        )
        .contains("get: # reads\n      responses")
    );
    let after = fixed(
        "oas-info-title",
        &with("  {}\n")
            .replace("  title: T\n", "  title: ' ' # name\n")
            .replace("paths: # served\n  {}\n", "paths: {} # served\n"),
    );
    assert!(after.contains("  title: Untitled API # name\n"), "{after}");
    assert_eq!(
        value(&fixed(
            "oas-info-version",
            "openapi: 3.0.3\n# none\npaths: {}\n"
        ))["info"]["version"],
        "1.0.0"
    );
    assert_eq!(
        value(&fixed(
            "oas-paths",
            "openapi: 3.0.3\ninfo: {title: T, version: '1'} # all\n"
        ))["paths"],
        json!({})
    );

    let secured = "      security: # who\n        - Key: [] # a key\n";
    let schemes = "components:\n  securitySchemes:\n    key: {type: apiKey, in: header, name: k}\n";
    let text = operation("/a", &format!("{secured}{ANSWERS}"))
        .replace("# foot\n", &format!("{schemes}# foot\n"));
    assert!(fixed("oas-security-undeclared", &text).contains("        - key: [] # a key\n"));

    let refs = "      responses:\n        '200':\n          $ref: '#/responses/Any' # old\n";
    let text = operation("/a", refs).replace(
        "# foot\n",
        "components: {responses: {Any: {description: Any}}}\n# foot\n",
    );
    assert!(
        fixed("oas-ref-unresolved", &text).contains("$ref: '#/components/responses/Any' # old\n")
    );
}

#[test]
fn a_parameter_with_a_wrong_name_gets_the_variables() {
    let wrong = "      parameters: # needs\n        - name: petid # which\n          in: path\n          required: true\n          description: Of the pet\n          schema: {type: string}\n";
    let text = operation("/pets/{petId}", &format!("{wrong}{ANSWERS}"));
    let read = document(&text);
    let outcome = fix::fix_all(&read, &lint(&read), None);
    assert_eq!(outcome.text, text.replace("name: petid", "name: petId"));
    assert_eq!(
        (outcome.fixed, outcome.left),
        (2, Vec::new()),
        "one fix mends both findings"
    );
}

#[test]
fn what_can_be_mended_in_two_ways_is_left() {
    let twice = "      parameters:\n        - {name: q, in: query, schema: {type: string}}\n        - {name: q, in: query, schema: {type: integer}}\n";
    let text = operation("/a", &format!("{twice}{ANSWERS}"));
    let read = document(&text);
    let findings = lint(&read);
    assert!(
        findings
            .iter()
            .any(|finding| finding.rule == "oas-parameter-duplicate" && !finding.fixable)
    );
    let outcome = fix::fix_all(&read, &findings, Some(&["oas-parameter-duplicate"]));
    assert_eq!((outcome.text.as_str(), outcome.fixed), (text.as_str(), 0));
    assert_eq!(outcome.left.len(), 1);
    assert_eq!(
        outcome.left[0].reason,
        "there is no one way to mend it: Remove one of the two"
    );
}

#[test]
fn fixes_that_contradict_each_other_are_made_one_after_the_other() {
    // The second parameter is the first again, and is not marked required: it goes, and needs no mark any more.
    let twice = "      parameters:\n        - {name: id, in: path, schema: {type: string}}\n        - {name: id, in: path, schema: {type: string}}\n";
    let text = operation("/a/{id}", &format!("{twice}{ANSWERS}"));
    let read = document(&text);
    let outcome = fix::fix_all(&read, &lint(&read), None);
    assert_eq!(found(&outcome.text), []);
    assert_eq!(outcome.left, []);
    let parameters = &value(&outcome.text)["paths"]["/a/{id}"]["get"]["parameters"];
    assert_eq!(
        parameters,
        &json!([{ "name": "id", "in": "path", "schema": { "type": "string" }, "required": true }])
    );
}

#[test]
fn text_that_an_alias_shares_is_left_with_the_reason() {
    let text = with(
        "  /a/{id}:\n    get: &get\n      responses: {'200': {description: OK}}\n  /b/{id}:\n    get: *get\n  /c/{id}:\n    get:\n      responses: {'200': {description: OK}}\n",
    );
    let read = document(&text);
    let outcome = fix::fix_all(&read, &lint(&read), None);
    assert_eq!(
        outcome.fixed, 1,
        "the operation that is written once: {}",
        outcome.text
    );
    assert!(
        outcome
            .left
            .iter()
            .all(|left| left.reason.contains("shared by an alias")),
        "{:?}",
        outcome.left
    );
    assert!(!outcome.left.is_empty());
}

#[test]
fn rules_to_come_have_their_fixes() {
    let finding = |rule: &str, pointer: &str, message: &str| Diagnostic {
        rule: rule.to_owned(),
        severity: Severity::Warning,
        place: Place {
            pointer: pointer.to_owned(),
            line: 1,
            column: 1,
        },
        message: message.to_owned(),
        why: String::new(),
        fix: String::new(),
        fixable: false,
    };
    let text = "openapi: 3.0.3\ninfo: {title: T, version: 1.0}\nservers: [{url: 'https://a.example/v1/'}]\ntags: [{name: a, description: A}, {name: a}]\npaths:\n  /pets/{id}/toys:\n    get: {tags: [b], operationId: 'read it', responses: {}}\n    post: {responses: {}}\ncomponents: {schemas: {E: {enum: [x, y, x]}}}\n";
    let read = document(text);
    for (rule, pointer, message, expected) in [
        (
            "oas-server-trailing-slash",
            "/servers/0/url",
            "",
            Edit::Set {
                at: "/servers/0/url".into(),
                value: "https://a.example/v1".into(),
            },
        ),
        (
            "oas-tag-duplicate",
            "/tags/1",
            "",
            Edit::Remove {
                at: "/tags/1".into(),
            },
        ),
        (
            "oas-tag-undefined",
            "/paths/~1pets~1{id}~1toys/get/tags/0",
            "",
            Edit::Append {
                at: "/tags".into(),
                value: json!({ "name": "b" }),
            },
        ),
        (
            "oas-operation-id-characters",
            "/paths/~1pets~1{id}~1toys/get/operationId",
            "",
            Edit::Set {
                at: "/paths/~1pets~1{id}~1toys/get/operationId".into(),
                value: "read_it".into(),
            },
        ),
        (
            "oas-operation-id-missing",
            "/paths/~1pets~1{id}~1toys/post",
            "",
            Edit::Set {
                at: "/paths/~1pets~1{id}~1toys/post/operationId".into(),
                value: "postPetsByIdToys".into(),
            },
        ),
        (
            "oas-schema-enum-duplicate",
            "/components/schemas/E/enum/2",
            "",
            Edit::Remove {
                at: "/components/schemas/E/enum/2".into(),
            },
        ),
        (
            "oas-field-type",
            "/info/version",
            "'version' must be text here, and this is a number",
            Edit::Set {
                at: "/info/version".into(),
                value: "1.0".into(),
            },
        ),
    ] {
        let edits = fix::fix(&read, &finding(rule, pointer, message));
        assert_eq!(edits, Some(vec![expected]), "{rule}");
        edit::apply(&read, &edits.unwrap()).unwrap();
    }
    // The line that says how many findings are not listed has no place, and no fix.
    for rule in [
        "oas-operation-id",
        "oas-responses",
        "oas-path",
        "oas-unknown-method",
        "oas-tag-duplicate",
        "oas-structure",
    ] {
        assert_eq!(
            fix::fix(&read, &finding(rule, "", "5 more findings")),
            None,
            "{rule}"
        );
    }
    assert_eq!(
        fix::fix(
            &read,
            &finding("oas-path-parameter-undeclared", "/nowhere", "")
        ),
        None
    );
}

#[test]
fn edits_that_contradict_each_other_are_refused_with_both_named() {
    let read = document("a:\n  b: 1\n  c: 2\nl: [1, 2]\n");
    let set = |at: &str, value: i64| Edit::Set {
        at: at.into(),
        value: value.into(),
    };
    let remove = |at: &str| Edit::Remove { at: at.into() };
    let rename = |at: &str, to: &str| Edit::Rename {
        at: at.into(),
        to: to.into(),
    };
    let conflict = |first: &str, second: &str| {
        Err(EditError::Conflict {
            first: first.into(),
            second: second.into(),
        })
    };
    for (edits, expected) in [
        (
            vec![set("/a/b", 2), set("/a/b", 3)],
            conflict("/a/b", "/a/b"),
        ),
        (vec![set("/a/b", 2), remove("/a")], conflict("/a/b", "/a")),
        (vec![remove("/a"), set("/a/b", 2)], conflict("/a", "/a/b")),
        (
            vec![set("/new/x", 1), set("/new", 1)],
            conflict("/new/x", "/new"),
        ),
        (
            vec![rename("/a/b", "x"), rename("/a/c", "x")],
            conflict("/a/b", "/a/c"),
        ),
        (
            vec![rename("/a/b", "c")],
            Err(EditError::Taken {
                at: "/a/b".into(),
                to: "c".into(),
            }),
        ),
        (vec![remove("/z")], Err(EditError::Missing("/z".into()))),
        (vec![remove("/l/7")], Err(EditError::Missing("/l/7".into()))),
        (
            vec![rename("/l/0", "x")],
            Err(EditError::Missing("/l/0".into())),
        ),
        (vec![set("a", 1)], Err(EditError::Missing("a".into()))),
        (
            vec![set("/a/b", 2), set("/a/b", 2)],
            Ok("a:\n  b: 2\n  c: 2\nl: [1, 2]\n".to_owned()),
        ),
        (
            vec![remove("/a/c"), rename("/a/b", "c")],
            Ok("a:\n  c: 1\nl: [1, 2]\n".to_owned()),
        ),
        (
            vec![rename("/a/b", "c"), rename("/a/c", "d")],
            Err(EditError::Taken {
                at: "/a/b".into(),
                to: "c".into(),
            }),
        ),
        (
            vec![rename("/a/c", "d"), rename("/a/b", "c")],
            Ok("a:\n  c: 1\n  d: 2\nl: [1, 2]\n".to_owned()),
        ),
        (
            vec![rename("/a/b", "200"), rename("/a/c", "x: y")],
            Ok("a:\n  '200': 1\n  'x: y': 2\nl: [1, 2]\n".to_owned()),
        ),
        (
            vec![
                Edit::Append {
                    at: "/l".into(),
                    value: 3.into(),
                },
                Edit::Append {
                    at: "/new/m".into(),
                    value: 4.into(),
                },
                remove("/l/0"),
                set("/new/o", 5),
            ],
            Ok("a:\n  b: 1\n  c: 2\nl: [2, 3]\nnew:\n  m:\n    - 4\n  o: 5\n".to_owned()),
        ),
    ] {
        assert_eq!(edit::apply(&read, &edits), expected, "{edits:?}");
    }
}

#[test]
fn a_group_that_cannot_be_made_does_not_stop_the_others() {
    let read = document("a: &x {b: 1}\nc: *x\nd: 1\ne: 2\n");
    let set = |at: &str| {
        vec![Edit::Set {
            at: at.into(),
            value: 9.into(),
        }]
    };
    let groups = [
        set("/d"),
        set("/a/b"),
        set("/nowhere/x"),
        vec![Edit::Remove { at: "/d".into() }],
        set("/e"),
    ];
    let groups: Vec<&[Edit]> = groups.iter().map(Vec::as_slice).collect();
    let (text, errors) = edit::apply_each(&read, &groups).unwrap();
    assert_eq!(text, "a: &x {b: 1}\nc: *x\nd: 9\ne: 9\nnowhere:\n  x: 9\n");
    let conflict = EditError::Conflict {
        first: "/d".into(),
        second: "/d".into(),
    };
    assert_eq!(
        errors,
        [
            None,
            Some(EditError::Shared("/a/b".into())),
            None,
            Some(conflict),
            None
        ]
    );
}

#[test]
fn a_diff_says_what_changed_and_can_be_applied() {
    let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk";
    let after = "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nK\n";
    let diff = fix::unified(before, after, "../x/./doc.yaml");
    assert_eq!(
        diff,
        "--- a/x/doc.yaml\n+++ b/x/doc.yaml\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -8,4 +8,4 @@\n h\n i\n j\n-k\n\\ No newline at end of file\n+K\n"
    );
    assert_eq!(fix::unified(before, before, "x"), "");
    assert_eq!(
        fix::unified("", "a\n", "x"),
        "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"
    );
}

#[test]
fn thousands_of_edits_of_a_large_document_are_made_in_one_go() {
    for json in [false, true] {
        let mut text = String::from("openapi: 3.0.3\ninfo: {title: Large, version: '1'}\npaths:\n");
        for index in 0..4_000 {
            text.push_str(&format!(
                "  /things{index}/{{id}}: # path {index}\n    get:\n      summary: Reads one of the things\n      parameters:\n        - name: id\n          in: path\n          schema: {{type: string}}\n      responses:\n        '200':\n          description: OK\n"
            ));
        }
        if json {
            text = serde_json::to_string_pretty(&value(&text)).unwrap();
        }
        let read = document(&text);
        let pointer = |index: usize| format!("/paths/~1things{index}~1{{id}}/get");
        let edits: Vec<Edit> = (0..4_000)
            .flat_map(|index| {
                let at = pointer(index);
                [
                    Edit::Set {
                        at: format!("{at}/parameters/0/required"),
                        value: true.into(),
                    },
                    Edit::Remove {
                        at: format!("{at}/summary"),
                    },
                    Edit::Rename {
                        at: format!("{at}/responses/200"),
                        to: "201".to_owned(),
                    },
                ]
            })
            .collect();
        let start = std::time::Instant::now();
        let after = edit::apply(&read, &edits).unwrap();
        let took = start.elapsed();
        // Quadratic work would take minutes; this is loose enough for an unoptimised build on a busy machine.
        assert!(took.as_secs() < 30, "{took:?}");
        let last = &value(&after)["paths"]["/things3999/{id}"]["get"];
        assert_eq!(
            (
                &last["parameters"][0]["required"],
                &last["responses"]["201"]["description"]
            ),
            (&json!(true), &json!("OK"))
        );
        let diff = fix::unified(&text, &after, "large");
        assert!(
            diff.lines().filter(|line| line.starts_with('-')).count() > 8_000,
            "two lines of each operation at least"
        );
        if !json {
            assert_eq!(after.matches("# path").count(), 4_000);
        }
    }
}
