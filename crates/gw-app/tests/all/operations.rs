//! Operations as forms: added, changed, moved, removed, with their policy override.

use serde_json::{Value, json};

use crate::world::{NOTES, World, oauth};

fn form(operation: &str, summary: &str) -> Value {
    json!({
        "operation": operation, "operation_id": "", "summary": summary, "description": "", "parameters": [],
        "request_body": null, "responses": [{ "status": "204", "description": "Done", "media_type": "", "example": "" }],
    })
}

#[tokio::test]
async fn an_operation_is_added_changed_and_removed_by_its_own_lines() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let id = &api["id"];
    let put = |edition: u64, replaces: Value, form: Value| json!({ "api": id, "edition": edition, "replaces": replaces, "form": form });
    let added = world
        .ok(
            "operations.put",
            put(1, Value::Null, form("DELETE /notes/{id}", "Drop a note")),
        )
        .await;
    assert_eq!(
        (&added["operations"], &added["edition"]),
        (&json!(4), &json!(2))
    );
    world
        .refused(
            "operations.put",
            put(2, Value::Null, form("DELETE /notes/{id}", "Twice")),
            "document.duplicate-operation",
        )
        .await;
    world
        .refused(
            "operations.put",
            put(1, Value::Null, form("PUT /notes/{id}", "Stale")),
            "catalog.changed-meanwhile",
        )
        .await;

    let mut read = world
        .ok(
            "operations.get",
            json!({ "api": id, "operation": "GET /notes" }),
        )
        .await;
    assert_eq!(
        (&read["operation_id"], &read["summary"]),
        (&json!("listNotes"), &json!("List notes"))
    );
    read["summary"] = json!("All notes");
    world
        .ok("operations.put", put(2, json!("GET /notes"), read))
        .await;
    let text = world.ok("apis.document", json!({ "api": id })).await["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.contains("All notes") && text.contains("# Kept as it is."),
        "{text}"
    );

    let removed = json!({ "api": id, "edition": 3, "operation": "DELETE /notes/{id}" });
    assert_eq!(
        world.ok("operations.remove", removed).await["operations"],
        3
    );
    let gone = json!({ "api": id, "operation": "DELETE /notes/{id}" });
    world
        .refused("operations.get", gone, "document.unknown-operation")
        .await;
    let removed = json!({ "api": id, "edition": 4, "operation": "DELETE /notes/{id}" });
    world
        .refused("operations.remove", removed, "document.unknown-operation")
        .await;
    let text = world.ok("apis.document", json!({ "api": id })).await["text"]
        .as_str()
        .unwrap()
        .to_owned();
    let old: Vec<&str> = NOTES
        .lines()
        .filter(|line| !text.lines().any(|kept| kept == *line))
        .collect();
    assert_eq!(old, ["      summary: List notes"], "other lines changed");
}

#[tokio::test]
async fn a_policy_override_follows_its_operation() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let id = &api["id"];
    let key_manager = world.resident().await;
    let operations = json!({ "GET /notes": { "kind": "public" }, "POST /notes": { "kind": "scopes", "scopes": ["notes:write"] } });
    let attach = json!({ "api": id, "edition": 1, "oauth": oauth(&key_manager, operations) });
    world.ok("policies.attach", attach).await;
    let moved = json!({ "api": id, "edition": 2, "replaces": "GET /notes", "form": form("GET /all-notes", "List") });
    world.ok("operations.put", moved).await;
    let removed = json!({ "api": id, "edition": 3, "operation": "POST /notes" });
    world.ok("operations.remove", removed).await;
    let view = world.ok("policies.get", json!({ "api": id })).await;
    assert_eq!(
        view["policies"]["oauth"]["operations"],
        json!({ "GET /all-notes": { "kind": "public" } })
    );
    let row = view["operations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["operation"] == "GET /all-notes")
        .unwrap();
    assert_eq!(
        (&row["security"]["kind"], &row["overridden"]),
        (&json!("open"), &json!(true))
    );
}

#[tokio::test]
async fn a_form_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let mut wrong = form("GET /x", "");
    wrong["responses"][0]["status"] = json!("nine");
    let mut example = form("GET /x", "");
    example["responses"][0]["media_type"] = json!("application/json");
    example["responses"][0]["example"] = json!("{not json");
    for form in [wrong, example] {
        let put = json!({ "api": api["id"], "edition": 1, "replaces": null, "form": form });
        world
            .refused("operations.put", put, "request.invalid")
            .await;
    }
    let put = json!({ "api": api["id"], "edition": 1, "replaces": "GET /nowhere", "form": form("GET /x", "") });
    world
        .refused("operations.put", put, "document.unknown-operation")
        .await;
    assert_eq!(world.edition(&api["id"]).await, 1);
}
