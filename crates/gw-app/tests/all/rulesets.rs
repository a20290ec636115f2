//! Rulesets: a file that says which rules are on, for general rules and for those about AWS.

use serde_json::{Value, json};

use crate::world::{NOTES, World};

fn rules(report: &Value) -> Vec<(String, String)> {
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (word(finding, "rule"), word(finding, "severity")))
        .collect()
}

#[tokio::test]
async fn a_ruleset_turns_rules_on_and_off_and_says_how_much_they_matter() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let file = "extends: [minimal, owasp]\nrules:\n  owasp-read-unsecured: error\n  oas-info-license: off\n  GW007: off\n  GW009: off\n";
    let path = world.sandbox.write("rules.yaml", file).unwrap();
    let lint = |ruleset: Value| {
        json!({
            "subject": { "from": "draft", "api": api["id"], "text": NOTES },
            "target": "aws",
            "ruleset": ruleset,
        })
    };
    let plain = rules(&world.ok("apis.lint", lint(json!(null))).await);
    let report = world.ok("apis.lint", lint(json!(path))).await;
    let judged = rules(&report);
    assert!(plain.contains(&("owasp-read-unsecured".to_owned(), "info".to_owned())));
    assert!(judged.contains(&("owasp-read-unsecured".to_owned(), "error".to_owned())));
    assert!(report["errors"].as_u64() > Some(0));
    assert!(plain.iter().any(|(rule, _)| rule == "oas-info-license"));
    assert!(judged.iter().all(|(rule, _)| rule != "oas-info-license"));
    assert!(judged.iter().all(|(rule, _)| rule != "GW007"));
}

#[tokio::test]
async fn a_mistake_in_a_ruleset_is_refused_with_its_place() {
    let world = World::new().await;
    let path = world
        .sandbox
        .write("rules.yaml", "rules:\n  oas-info-licence: off\n")
        .unwrap();
    let document = world.sandbox.write("notes.yaml", NOTES).unwrap();
    let request = json!({
        "subject": { "from": "file", "path": document },
        "target": null,
        "ruleset": path,
    });
    let fault = world.refused("apis.lint", request, "request.invalid").await;
    assert_eq!(fault.facts["line"], "2");
    assert!(
        fault.summary.contains("oas-info-licence"),
        "{}",
        fault.summary
    );
}
