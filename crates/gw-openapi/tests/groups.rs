//! Edits made together: what contradicts what, groups that cannot be made, diffs, and how long thousands take.

use gw_openapi::edit::{self, Edit, EditError};
use gw_openapi::{Document, fix};
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
