//! `deploy --canary` and `canary` on a local gateway.

use serde_json::json;

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

#[test]
fn a_canary_is_begun_changed_promoted_and_dropped() {
    let shell = Shell::new();
    shell.local("here");
    let notes = shell.sandbox.write("own.yaml", NOTES).unwrap();
    shell.ok(&["api", "import", &notes.display().to_string()]);
    let deploy = ["deploy", "Notes", "--gateway", "here", "--yes"];
    let beside = [&deploy[..], &["--canary", "12.5"]].concat();
    let canary = |more: &[&'static str]| -> Vec<&'static str> {
        [&["canary", "Notes", "--gateway", "here"][..], more].concat()
    };
    shell.fails(&beside, 3, "deploy.not-deployed");
    shell.ok(&deploy);
    shell.fails(&canary(&["--promote", "--yes"]), 3, "deploy.no-canary");
    for wrong in [
        &["--percent", "101"][..],
        &["--promote", "--drop"],
        &[],
        &["--percent", "x"],
    ] {
        assert_eq!(shell.run(&canary(wrong)).status, 2, "{wrong:?}");
    }
    shell.ok(&["policy", "attach", "Notes", "validation", "--parameters"]);

    let shown = shell
        .run(&["plan", "Notes", "--gateway", "here", "--canary", "12.5"])
        .out;
    for part in [
        "as a canary, 12.5 % of the requests",
        "Let 12.5 % of the requests to Notes 1.0.0 meet it",
    ] {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
    let begun = shell.ok(&beside);
    assert_eq!(
        (&begun["goal"], &begun["percent"]),
        (&json!("publish"), &json!(12.5))
    );
    let revision = begun["revision"].as_str().unwrap().to_owned();
    let cells = shell.ok(&["deployments", "Notes"]);
    assert_eq!(
        cells["placements"][0]["canary"],
        json!({ "revision": revision, "percent": 12.5 })
    );
    let listed = shell.run(&["deployments", "Notes"]).out;
    for part in [
        format!("behind, 12.5 % on {revision}"),
        "deploy 12.5 %".to_owned(),
    ] {
        assert!(listed.contains(&part), "no {part} in\n{listed}");
    }
    let history = shell.run(&["history", "Notes"]).out;
    assert!(
        history.contains("canary, 12.5 % of the requests"),
        "{history}"
    );

    shell.fails(&canary(&["--percent", "40"]), 3, "deploy.consent-needed");
    let ran = shell.run(&canary(&["--percent", "40", "--yes"])).out;
    assert!(
        ran.contains("40 % of the requests meet the canary"),
        "{ran}"
    );
    let dropped = shell.ok(&canary(&["--drop", "--yes"]));
    assert_eq!(
        (&dropped["goal"], &dropped["deployments"][0]["outcome"]),
        (&json!("drop"), &json!("live"))
    );
    assert!(
        shell.ok(&["deployments", "Notes"])["placements"][0]
            .get("canary")
            .is_none()
    );

    shell.ok(&beside);
    let promoted = shell.ok(&canary(&["--promote", "--yes"]));
    assert_eq!(
        (&promoted["goal"], &promoted["revision"]),
        (&json!("promote"), &json!(revision))
    );
    let cells = shell.ok(&["deployments", "Notes"]);
    assert_eq!(
        (
            &cells["placements"][0]["state"],
            &cells["placements"][0]["revision"]
        ),
        (&json!("live"), &json!(revision))
    );

    // What lets more callers in asks for the same yes as a deployment.
    shell.ok(&["policy", "detach", "Notes", "validation"]);
    let fault = shell.fails(&beside, 3, "deploy.consent-needed");
    assert_eq!(fault["facts"]["consents"], "lowers-security");
    shell.ok(&[&beside[..], &["--allow", "lowers-security"]].concat());
    shell.fails(&canary(&["--promote", "--yes"]), 3, "deploy.consent-needed");
    shell.ok(&canary(&[
        "--promote",
        "--yes",
        "--allow",
        "lowers-security",
    ]));
}
