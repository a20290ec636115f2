//! What AWS says about a document while it is deployed, led to its place: the emulator never says anything, so a proxy
//! before it does.

use gw_testkit::{Call, CountingProxy, Localemu, Rule};
use serde_json::{Value, json};

use crate::shell::{NOTES, Shell};

const WARNING: &str =
    "Invalid format for model 'text' for resource '/notes' and method 'GET'. Ignoring.";
const UNKNOWN: &str = "Something AWS never said before";
const DEPLOY: [&str; 5] = ["deploy", "Notes", "--gateway", "far", "--yes"];

/// A shell with the notes and a gateway on the emulator, in an account of its own, behind a proxy.
pub fn far() -> (Shell, CountingProxy) {
    far_in(&Localemu::fresh_account())
}

/// The same, in this account.
pub fn far_in(account: &str) -> (Shell, CountingProxy) {
    let shell = Shell::new();
    let profile =
        format!("[default]\naws_access_key_id = {account}\naws_secret_access_key = any\n");
    shell.sandbox.write("aws/credentials", profile).unwrap();
    let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
    shell.ok(&[
        "gateway",
        "add",
        "far",
        "--kind",
        "aws",
        "--region",
        "eu-west-1",
        "--stage",
        "live",
        "--profile",
        "default",
        "--endpoint-url",
        &proxy.url(),
    ]);
    shell.ok(&["api", "import", &shell.notes()]);
    (shell, proxy)
}

fn import(call: &Call) -> bool {
    call.method == "PUT" && call.path.starts_with("/restapis/")
}

fn line_of(text: &str) -> u64 {
    1 + NOTES
        .lines()
        .position(|line| line.trim_end() == text)
        .unwrap() as u64
}

#[test]
fn a_warning_of_an_import_is_shown_with_its_place() {
    let (shell, proxy) = far();
    proxy.inject(Rule::on(import).add("warnings", json!([WARNING, UNKNOWN])));
    let deployed = shell.ok(&DEPLOY);
    let row = &deployed["deployments"][0];
    assert_eq!(row["outcome"], "live", "{deployed}");
    let [known, unknown] = row["warnings"].as_array().unwrap().as_slice() else {
        panic!("two warnings: {row}");
    };
    let line = line_of("    get:");
    assert_eq!(
        known["place"],
        json!({ "pointer": "/paths/~1notes/get", "line": line, "column": 5 }),
        "{known}"
    );
    assert_eq!(
        (&known["rule"], &known["severity"]),
        (&json!("GW055"), &json!("warning"))
    );
    assert!(
        known["why"]
            .as_str()
            .unwrap()
            .starts_with("AWS makes models"),
        "{known}"
    );
    assert!(!known["fix"].as_str().unwrap().is_empty(), "{known}");
    assert_eq!(
        (&unknown["message"], &unknown["place"]["line"]),
        (&json!(UNKNOWN), &json!(0))
    );

    shell.ok(&["undeploy", "Notes", "--gateway", "far", "--yes"]);
    let text = shell.run(&DEPLOY);
    assert_eq!(text.status, 0, "{text:?}");
    assert!(text.out.starts_with("far: live http"), "{text:?}");
    for told in [
        "What far said about the document:".to_owned(),
        format!("Notes@1.0.0:{line}:5: warning GW055: {WARNING}"),
        "    AWS makes models of JSON bodies only.".to_owned(),
        format!("Notes@1.0.0: warning aws-import-warning: {UNKNOWN}"),
    ] {
        assert!(text.err.contains(&told), "{told}: {text:?}");
    }

    proxy.heal();
    shell.ok(&["undeploy", "Notes", "--gateway", "far", "--yes"]);
    let quiet = shell.run(&DEPLOY);
    assert_eq!(
        (quiet.status, quiet.err.as_str()),
        (0, ""),
        "nothing was said"
    );
}

#[test]
fn a_refused_import_leads_to_its_places() {
    let (shell, proxy) = far();
    let refused = |path: &str| {
        format!(
            "Unable to put integration on 'GET' for resource at path '{path}': Invalid HTTP endpoint specified for URI"
        )
    };
    let answer = format!(
        "Errors found during import:\n\t{}\n\t{}\nAdditionally, these warnings were found during import:\n\t{WARNING}\n",
        refused("/notes"),
        refused("/health")
    );
    proxy.inject(Rule::on(import).fail(400, "BadRequestException", &answer));
    let fault = shell.fails(&DEPLOY, 4, "aws.refused");
    let facts = &fault["facts"];
    let (first, second) = (line_of("    get:"), line_of("  /health:") + 1);
    let fact = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(fact("pointer"), "/paths/~1notes/get", "{fault}");
    assert_eq!(
        (fact("line"), fact("column")),
        (first.to_string(), "5".to_owned())
    );
    assert_eq!(
        fact("places"),
        format!("{first}:5 /paths/~1notes/get\n{second}:5 /paths/~1health/get")
    );
    assert_eq!(fact("aws-message"), answer.trim(), "AWS's words, all lines");
    assert!(
        fault["summary"].as_str().unwrap().ends_with("(and 1 more)"),
        "{fault}"
    );
    let text = shell.run(&DEPLOY);
    for told in [
        format!("Notes@1.0.0:{first}:5: error GW025: {}", refused("/notes")),
        format!(
            "Notes@1.0.0:{second}:5: error GW025: {}",
            refused("/health")
        ),
        format!("Notes@1.0.0:{first}:5: warning GW055: {WARNING}"),
    ] {
        assert!(text.err.contains(&told), "{told}: {text:?}");
    }
    let nothing: Value = shell.ok(&["deployments", "Notes"]);
    assert_eq!(nothing["placements"][0]["state"], "failed", "{nothing}");
}
