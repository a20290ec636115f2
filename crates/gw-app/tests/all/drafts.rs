//! A text linted while it is typed: whole once, then change by change.

use serde_json::{Value, json};

use crate::world::{NOTES, World};

fn draft(api: &Value, version: u64, text: Option<&str>, changes: Value) -> Value {
    json!({
        "draft": "one", "version": version, "api": api["id"], "text": text, "changes": changes, "target": null,
    })
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
