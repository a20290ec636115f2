//! Fixes: what was found is mended in the text that is given, and nothing is saved until somebody does.

use serde_json::{Value, json};

use crate::world::{NOTES, World};

/// Notes with five findings: an id twice, a variable that is not declared, and answers without words.
fn wrong() -> String {
    NOTES
        .replace("operationId: addNote", "operationId: listNotes # twice")
        .replace(
            "        - { name: id, in: path, required: true, schema: { type: string }, example: n-1 }\n",
            "        - { name: q, in: query, schema: { type: string } } # more\n",
        )
        .replace("          description: Added\n", "          content: {} # none\n")
}

fn fix(subject: &Value, what: &Value) -> Value {
    json!({ "subject": subject, "target": null, "what": what })
}

fn draft(api: &Value, text: &str) -> Value {
    json!({ "from": "draft", "api": api["id"], "text": text })
}

#[tokio::test]
async fn all_that_can_be_fixed_is_and_the_rest_is_told() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let text = wrong();
    let all = fix(&draft(&api, &text), &json!({ "fix": "all" }));
    let fixed = world.ok("apis.fix", all).await;
    let after = fixed["text"].as_str().unwrap();
    assert_eq!(fixed["fixed"], 3, "{fixed}");
    assert_eq!(fixed["left"], json!([]));
    assert_eq!(fixed["report"]["errors"], 0, "{}", fixed["report"]);
    for kept in ["# Kept as it is.", "# twice", "# more", "# none"] {
        assert!(after.contains(kept), "{kept} is gone\n{after}");
    }
    let diff = fixed["diff"].as_str().unwrap();
    assert!(
        diff.starts_with("--- a/notes-1.0.0.yaml\n+++ b/notes-1.0.0.yaml\n@@ "),
        "{diff}"
    );
    assert!(
        diff.contains(
            "-      operationId: listNotes # twice\n+      operationId: listNotes2 # twice\n"
        ),
        "{diff}"
    );
    let kept = world.ok("apis.document", json!({ "api": api["id"] })).await;
    assert_eq!(
        (&kept["text"], &kept["edition"]),
        (&json!(NOTES), &json!(1)),
        "nothing is saved"
    );
}

#[tokio::test]
async fn one_finding_and_one_kind_are_fixed_alone() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let text = wrong();
    let report = world
        .ok(
            "apis.lint",
            json!({ "subject": draft(&api, &text), "target": null }),
        )
        .await;
    let findings = report["diagnostics"].as_array().unwrap();
    let id = findings
        .iter()
        .find(|finding| finding["rule"] == "oas-operation-id")
        .unwrap();
    assert_eq!(id["fixable"], true);
    let one = json!({ "fix": "one", "rule": id["rule"], "pointer": id["place"]["pointer"] });
    let fixed = world.ok("apis.fix", fix(&draft(&api, &text), &one)).await;
    assert_eq!(
        fixed["text"],
        text.replace("listNotes # twice", "listNotes2 # twice")
    );
    let left = fixed["report"]["diagnostics"].as_array().unwrap();
    assert!(left.iter().all(|finding| finding["rule"] != id["rule"]));
    assert!(left.len() < findings.len());

    let kind = json!({ "fix": "kind", "rules": ["oas-response-description"] });
    let fixed = world.ok("apis.fix", fix(&draft(&api, &text), &kind)).await;
    assert_eq!(fixed["fixed"], 1);
    assert_eq!(
        fixed["text"],
        text.replace(
            "content: {} # none\n",
            "content: {} # none\n          description: Created\n"
        )
    );

    let nowhere = json!({ "fix": "one", "rule": "oas-paths", "pointer": "/nowhere" });
    let fault = world
        .refused(
            "apis.fix",
            fix(&draft(&api, &text), &nowhere),
            "request.invalid",
        )
        .await;
    assert_eq!(fault.facts["field"], "pointer");
}

#[tokio::test]
async fn a_file_is_fixed_without_being_written() {
    let world = World::new().await;
    let path = world.sandbox.write("wrong.yaml", wrong()).unwrap();
    let file = json!({ "from": "file", "path": path });
    for target in [json!(null), json!("aws"), json!("local")] {
        let mut request = fix(&file, &json!({ "fix": "all" }));
        request["target"] = target;
        let fixed = world.ok("apis.fix", request).await;
        assert_eq!(fixed["fixed"], 3, "{fixed}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong());
}

#[tokio::test]
async fn a_change_of_a_document_is_taken_back() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let undo = |edition: u64| json!({ "api": api["id"], "edition": edition });
    world.refused("apis.undo", undo(1), "request.invalid").await;
    let text = wrong();
    let save = json!({ "api": api["id"], "edition": 1, "text": text });
    world.ok("apis.save_document", save).await;
    world
        .refused("apis.undo", undo(1), "catalog.changed-meanwhile")
        .await;
    let view = world.ok("apis.undo", undo(2)).await;
    assert_eq!(
        (&view["text"], &view["edition"]),
        (&json!(NOTES), &json!(3))
    );
    let kept = world.ok("apis.document", json!({ "api": api["id"] })).await;
    assert_eq!(kept["text"], NOTES);
    world.refused("apis.undo", undo(3), "request.invalid").await;
}
