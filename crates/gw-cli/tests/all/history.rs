//! `rollback`, `history` and `diff` on a local gateway.

use serde_json::{Value, json};

use crate::shell::Shell;

const NOTES: &str = "openapi: 3.0.3
info: {title: Notes, version: 1.0.0}
paths:
  /notes:
    get:
      parameters: [{name: q, in: query, required: true, schema: {type: string}}]
      responses:
        '200':
          description: Notes
          content: {application/json: {schema: {type: array, items: {type: string}}, example: [one]}}
";

fn revisions(shown: &Value) -> Vec<String> {
    shown["revisions"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_was_live_before_is_live_again_in_one_command() {
    let shell = Shell::new();
    shell.local("here");
    let notes = shell.sandbox.write("own.yaml", NOTES).unwrap();
    shell.ok(&["api", "import", &notes.display().to_string()]);
    shell.fails(
        &["rollback", "Notes", "--gateway", "here", "--yes"],
        3,
        "deploy.not-deployed",
    );
    let deploy = ["deploy", "Notes", "--gateway", "here", "--yes"];
    shell.ok(&deploy);
    shell.fails(
        &["rollback", "Notes", "--gateway", "here", "--yes"],
        3,
        "deploy.not-kept",
    );
    shell.ok(&["policy", "attach", "Notes", "validation", "--parameters"]);
    shell.ok(&deploy);

    let shown = shell.ok(&["history", "Notes", "--gateway", "here"]);
    let ids = revisions(&shown);
    let rows = &shown["kept"][0]["rows"];
    assert_eq!(
        (&rows[0]["revision"], &rows[0]["live"]),
        (&json!(ids[0]), &json!(true))
    );
    assert_eq!(
        (&rows[1]["revision"], &rows[1]["previous"]),
        (&json!(ids[1]), &json!(true))
    );
    let text = shell.run(&["history", "Notes"]).out;
    for part in [
        ids[0].as_str(),
        "live on here",
        "rollback goes here",
        "working",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }

    // Going back is shown first: it lowers security, and without a terminal nobody can say yes.
    shell.fails(
        &["rollback", "Notes", "--gateway", "here"],
        3,
        "deploy.consent-needed",
    );
    let rollback = ["rollback", "Notes", "--gateway", "here", "--yes"];
    let fault = shell.fails(&rollback, 3, "deploy.consent-needed");
    assert_eq!(fault["facts"]["consents"], "lowers-security");
    let back = shell.ok(&[&rollback[..], &["--allow", "lowers-security"]].concat());
    assert_eq!(
        (
            &back["goal"],
            &back["revision"],
            &back["deployments"][0]["outcome"]
        ),
        (&json!("return"), &json!(ids[1]), &json!("live"))
    );
    let listed = shell.run(&["deployments", "Notes"]).out;
    assert!(
        listed.contains("rollback") && listed.contains("behind"),
        "{listed}"
    );

    let diff = shell.ok(&["diff", "Notes", "--gateway", "here"]);
    assert_eq!(
        (&diff["from"]["revision"], &diff["to"]["revision"]),
        (&json!(ids[1]), &json!(ids[0]))
    );
    let text = shell
        .run(&["diff", "Notes", "--from", &ids[0][..10], "--to", &ids[1]])
        .out;
    assert!(
        text.contains("  ! ") && text.contains("GET /notes"),
        "{text}"
    );
    assert!(text.contains("The documents are equal"), "{text}");

    let forward = [
        "rollback",
        "Notes",
        "--gateway",
        "here",
        "--to",
        &ids[0],
        "--yes",
    ];
    let ran = shell.run(&forward);
    assert!(
        ran.out
            .contains(&format!("here: live again with {} http://", ids[0])),
        "{ran:?}"
    );
    let stored = [
        &deploy[..],
        &["--revision", &ids[1], "--allow", "lowers-security"],
    ]
    .concat();
    assert_eq!(shell.ok(&stored)["deployments"][0]["outcome"], "live");
    assert_eq!(
        shell.ok(&["history", "Notes", "--keep", "1"])["kept"][0]["keep"],
        1
    );
    shell.fails(&["history", "Notes", "--keep", "0"], 2, "request.invalid");
    shell.fails(
        &["diff", "Notes", "--from", "xyz", "--gateway", "here"],
        2,
        "request.invalid",
    );
}
