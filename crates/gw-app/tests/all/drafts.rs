//! A text linted while it is typed: whole once, then change by change.

use serde_json::{Value, json};

use crate::world::{NOTES, World};

fn draft(api: &Value, version: u64, text: Option<&str>, changes: Value) -> Value {
    json!({
        "draft": "one", "version": version, "api": api["id"], "text": text, "changes": changes, "target": null,
    })
}

/// The same for AWS, looked at so far.
fn for_aws(api: &Value, version: u64, text: Option<&str>, changes: Value, depth: &str) -> Value {
    let mut request = draft(api, version, text, changes);
    request["target"] = json!("aws");
    request["depth"] = json!(depth);
    request
}

#[tokio::test]
async fn a_keystroke_is_linted_in_the_text_it_was_typed_into() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let lint = |version, text, changes| draft(&api, version, text, changes);
    let first = world
        .ok("apis.lint_draft", lint(1, Some(NOTES), json!([])))
        .await;
    let subject = json!({ "from": "api", "api": api["id"] });
    let whole = json!({ "subject": subject, "target": null });
    let whole = world.ok("apis.lint", whole).await;
    assert_eq!(first["state"], "linted");
    assert_eq!(first["diagnostics"], whole["diagnostics"]);
    assert_eq!(first["errors"], 0);
    let at = NOTES.find("addNote").unwrap();
    let same = json!([{ "from": at, "to": at + "addNote".len(), "insert": "listNotes" }]);
    let second = world.ok("apis.lint_draft", lint(2, None, same)).await;
    assert_eq!(second["state"], "linted");
    assert!(second["errors"].as_u64().unwrap() > 0, "{second}");
    let back = json!([{ "from": at, "to": at + "listNotes".len(), "insert": "addNote" }]);
    let third = world.ok("apis.lint_draft", lint(3, None, back)).await;
    assert_eq!(third["diagnostics"], first["diagnostics"]);
    let again = world.ok("apis.lint_draft", lint(3, None, json!([]))).await;
    assert_eq!(again["state"], "linted", "for another target, say");
}

#[tokio::test]
async fn a_draft_that_is_not_known_is_asked_for_whole() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let lint = |version, text, changes| draft(&api, version, text, changes);
    let unknown = world.ok("apis.lint_draft", lint(2, None, json!([]))).await;
    assert_eq!(unknown["state"], "unknown");
    world
        .ok("apis.lint_draft", lint(1, Some(NOTES), json!([])))
        .await;
    let gap = json!([{ "from": 0, "to": 0, "insert": "# " }]);
    let skipped = world.ok("apis.lint_draft", lint(3, None, gap)).await;
    assert_eq!(skipped["state"], "unknown", "a version is missing");
    let beyond = json!([{ "from": 0, "to": 900_000, "insert": "" }]);
    world
        .refused("apis.lint_draft", lint(2, None, beyond), "request.invalid")
        .await;
    world
        .ok("apis.close_draft", json!({ "draft": "one" }))
        .await;
    let closed = world.ok("apis.lint_draft", lint(2, None, json!([]))).await;
    assert_eq!(closed["state"], "unknown");
}

#[tokio::test]
async fn what_is_typed_is_looked_at_near_first_and_the_gateways_findings_move_along() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let lint = |version, text, changes, depth| for_aws(&api, version, text, changes, depth);
    let of = |report: &Value, rule: &str| -> Vec<u64> {
        let all = report["diagnostics"].as_array().unwrap().iter();
        all.filter(|it| it["rule"].as_str().unwrap().starts_with(rule))
            .map(|it| it["place"]["line"].as_u64().unwrap())
            .collect()
    };
    let text = NOTES.replace(
        "schema: { type: string }, example: n-1",
        "schema: { type: string, maxLength: 9 }",
    );
    let first = world
        .ok("apis.lint_draft", lint(1, Some(&text), json!([]), "text"))
        .await;
    assert_eq!(
        (&first["depth"], of(&first, "GW").len()),
        (&json!("text"), 0)
    );
    let whole = world
        .ok("apis.lint_draft", lint(1, None, json!([]), "whole"))
        .await;
    let aws = of(&whole, "GW030");
    assert_eq!(
        (&whole["depth"], aws.len()),
        (&json!("whole"), 1),
        "{whole}"
    );

    // A line more and a type that is none, in an operation before it.
    let at = text.find("type: array").unwrap();
    let typed = json!([{ "from": at, "to": at + "type: array".len(), "insert": "type: arra,\n               x-a: 1" }]);
    let near = world
        .ok("apis.lint_draft", lint(2, None, typed, "near"))
        .await;
    assert_eq!(near["depth"], "near", "{near}");
    assert_eq!(of(&near, "oas-field-value").len(), 1, "{near}");
    assert_eq!(of(&near, "GW030"), [aws[0] + 1]);
    let text = world
        .ok("apis.lint_draft", lint(2, None, json!([]), "text"))
        .await;
    assert_eq!(text["diagnostics"], near["diagnostics"]);

    // Above every part that can be told by itself, the whole text is read at once.
    let top = json!([{ "from": 0, "to": 0, "insert": "# one\n" }]);
    let all = world
        .ok("apis.lint_draft", lint(3, None, top, "near"))
        .await;
    assert_eq!(all["depth"], "text");
    assert_eq!(of(&all, "GW030"), [aws[0] + 2]);
    let stale = world
        .ok("apis.lint_draft", lint(2, None, json!([]), "text"))
        .await;
    assert_eq!(stale["state"], "unknown");
}

#[tokio::test]
async fn what_was_found_of_a_broken_text_goes_with_the_keystroke_that_mends_it() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let lint = |version, text, changes, depth| for_aws(&api, version, text, changes, depth);
    let first = world
        .ok("apis.lint_draft", lint(1, Some(NOTES), json!([]), "text"))
        .await;
    let sound = world
        .ok("apis.lint_draft", lint(1, None, json!([]), "whole"))
        .await;
    assert_eq!(sound["errors"], 0, "{sound}");
    let at = NOTES.find("addNote").unwrap();
    let broken = json!([{ "from": at, "to": at, "insert": "]" }]);
    for (version, changes, depth) in [
        (2, broken, "near"),
        (2, json!([]), "text"),
        (2, json!([]), "whole"),
    ] {
        let report = world
            .ok("apis.lint_draft", lint(version, None, changes, depth))
            .await;
        assert!(report["errors"].as_u64().unwrap() > 0, "{depth}: {report}");
    }
    let mended = json!([{ "from": at, "to": at + 1, "insert": "" }]);
    let near = world
        .ok("apis.lint_draft", lint(3, None, mended, "near"))
        .await;
    assert_eq!(
        (&near["depth"], &near["errors"]),
        (&json!("near"), &json!(0))
    );
    let all = near["diagnostics"].as_array().unwrap();
    for finding in first["diagnostics"].as_array().unwrap() {
        assert!(all.contains(finding), "{finding}");
    }
}
