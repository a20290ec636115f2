//! Exit statuses: 0 done, 2 usage, 3 refused, 4 remote, 5 some gateways; and the fault beside each.

use std::process::Stdio;

use serde_json::json;

use crate::shell::{NOTES, Ran, Shell};

fn closed() -> String {
    format!("http://127.0.0.1:{}", gw_testkit::free_port().unwrap())
}

fn aws(shell: &Shell, name: &str) {
    let url = closed();
    shell.ok(&[
        "gateway",
        "add",
        name,
        "--kind",
        "aws",
        "--region",
        "eu-west-1",
        "--stage",
        "prod",
        "--endpoint-url",
        &url,
        "--profile",
        "default",
    ]);
}

#[test]
fn two_is_a_request_that_is_wrong() {
    let shell = Shell::new();
    for arguments in [
        vec!["gateway", "add", "x", "--kind", "cloud"],
        vec!["gateway", "add", "x", "--kind", "aws"],
        vec!["gateway", "add", "Not A Name", "--kind", "local"],
        vec!["gateway", "add", "x", "--kind", "local", "--port", "0"],
        vec![
            "api",
            "create",
            "x",
            "--version",
            "1",
            "--base-path",
            "no-slash",
            "--backend",
            "mock",
        ],
        vec!["nonsense"],
        vec!["deploy", "x"],
    ] {
        shell.fails(&arguments, 2, "request.invalid");
    }
    shell.fails(
        &["api", "import", "no-such-file.yaml"],
        2,
        "file.unreadable",
    );
    let region = [
        "gateway",
        "add",
        "x",
        "--kind",
        "aws",
        "--region",
        "eu-west-99",
        "--stage",
        "s",
        "--profile",
        "default",
    ];
    shell.fails(&region, 2, "aws.unknown-region");
    shell.ok(&["api", "import", &shell.notes()]);
    shell.ok(&["api", "import", &shell.notes(), "--version", "2"]);
    shell.fails(&["api", "show", "Notes"], 2, "catalog.ambiguous-name");
    shell.fails(
        &[
            "policy",
            "attach",
            "Notes@2",
            "oauth",
            "--key-manager",
            "resident",
            "--audience",
            "a",
            "--scope",
            "pets=x",
        ],
        2,
        "request.invalid",
    );
}

#[test]
fn three_is_a_refusal() {
    let shell = Shell::new();
    shell.local("here");
    shell.fails(
        &["gateway", "add", "here", "--kind", "local"],
        3,
        "catalog.duplicate-name",
    );
    shell.fails(&["api", "show", "nothing"], 3, "catalog.not-found");
    let empty = shell
        .sandbox
        .write("empty.yaml", "")
        .unwrap()
        .display()
        .to_string();
    shell.fails(&["api", "import", &empty], 3, "document.empty");
    shell.ok(&["api", "import", &shell.notes()]);
    let attach = [
        "policy",
        "attach",
        "Notes",
        "oauth",
        "--key-manager",
        "resident",
        "--audience",
        "a",
        "--public",
        "GET /nowhere",
    ];
    shell.fails(&attach, 3, "policy.invalid");
    // A finding is an answer: it is listed, and the status says that it is an error.
    let broken = shell
        .sandbox
        .write("broken.yaml", NOTES.replace("paths:", "paths: ["))
        .unwrap();
    let lint = shell.run(&["api", "lint", &broken.display().to_string(), "--json"]);
    assert_eq!(lint.status, 3);
    assert!(lint.json()["errors"].as_u64().unwrap() >= 1);
    let place = &lint.json()["diagnostics"][0]["place"];
    let import = shell.run(&["api", "import", &broken.display().to_string(), "--json"]);
    let facts = &import.json()["fault"]["facts"];
    assert_eq!(facts["line"], place["line"].to_string());
    assert_eq!(facts["column"], place["column"].to_string());
    assert!(place["line"].as_u64().unwrap() > 1, "{place}");
    assert_eq!(
        shell
            .run(&["api", "lint", "Notes", "--for", "local"])
            .status,
        0
    );
    shell.fails(
        &["call", "Notes", "--gateway", "here", "GET", "/notes"],
        3,
        "deploy.not-deployed",
    );
}

#[test]
fn four_is_something_outside() {
    let shell = Shell::new();
    aws(&shell, "far");
    shell.ok(&["api", "import", &shell.notes()]);
    let fault = shell.fails(&["gateway", "test", "far"], 4, "network.unreachable");
    assert!(
        fault["summary"].as_str().unwrap().contains("127.0.0.1"),
        "{fault}"
    );
    shell.fails(
        &["deploy", "Notes", "--gateway", "far", "--yes"],
        4,
        "network.unreachable",
    );
    let plan = shell.run(&["plan", "Notes", "--gateway", "far", "--json"]);
    assert_eq!(
        (plan.status, &plan.json()["targets"][0]["fault"]["code"]),
        (4, &json!("network.unreachable"))
    );
    let url = closed();
    shell.fails(
        &["key-manager", "add", "idp", "--issuer", &url],
        4,
        "network.unreachable",
    );
}

#[test]
fn five_is_some_gateways_and_names_each() {
    let shell = Shell::new();
    shell.local("here");
    aws(&shell, "far");
    shell.ok(&["api", "import", &shell.notes()]);
    let both = [
        "deploy",
        "Notes",
        "--gateway",
        "far",
        "--gateway",
        "here",
        "--yes",
    ];
    let ran = shell.run(&[&both[..], &["--json"]].concat());
    assert_eq!(ran.status, 5, "{ran:?}");
    let told = ran.json();
    let rows = told["deployments"].as_array().unwrap();
    assert_eq!(
        (&rows[0]["gateway"], &rows[0]["fault"]["code"]),
        (&json!("far"), &json!("network.unreachable"))
    );
    assert_eq!(
        (&rows[1]["gateway"], &rows[1]["outcome"]),
        (&json!("here"), &json!("live"))
    );
    let text = shell.run(&both);
    assert_eq!(text.status, 5);
    assert!(
        text.out.contains("far: ") && text.out.contains("here: "),
        "{text:?}"
    );
    let again = "Again where it failed: gatewright deploy Notes@1.0.0 --gateway far";
    assert!(
        text.err.lines().any(|line| line.ends_with(again)),
        "{text:?}"
    );
    let plan = shell.run(&[
        "plan",
        "Notes",
        "--gateway",
        "far",
        "--gateway",
        "here",
        "--json",
    ]);
    assert_eq!(plan.status, 5);
    aws(&shell, "farther");
    let none = shell.run(&[
        "deploy",
        "Notes",
        "--gateway",
        "far",
        "--gateway",
        "farther",
        "--yes",
        "--json",
    ]);
    assert_eq!(
        (none.status, &none.json()["deployments"][1]["fault"]["code"]),
        (4, &json!("network.unreachable"))
    );
}

#[test]
fn a_reader_that_went_away_is_no_reason_to_panic() {
    let shell = Shell::new();
    for arguments in [
        vec!["api", "list"],
        vec!["gateway", "list", "--json"],
        vec!["--help"],
        vec!["nonsense", "--json"],
    ] {
        let mut child = shell
            .command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert!(matches!(ran.status, 0 | 2), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let shell = Shell::new();
    let version = shell.run(&["--version"]);
    assert_eq!(
        (version.status, version.out.trim()),
        (0, concat!("gatewright ", env!("CARGO_PKG_VERSION")))
    );
    let help = shell.run(&["gateway", "add", "--help"]);
    assert_eq!(help.status, 0);
    assert!(help.out.contains("--secret-stdin"), "{}", help.out);
    assert!(
        !shell.home().exists(),
        "a question about the program wrote something"
    );
}

#[test]
fn what_aws_says_is_explained_or_said_to_be_unknown() {
    let shell = Shell::new();
    shell.ok(&["api", "import", &shell.notes()]);
    let message = "Unable to put integration on 'GET' for resource at path '/notes': Invalid HTTP endpoint specified for URI";
    let known = shell.run(&["explain", message, "--api", "Notes"]);
    assert_eq!(known.status, 0, "{known:?}");
    for part in [
        "A backend's address",
        "rule GW025:",
        "/paths/~1notes/get",
        "hint: ",
    ] {
        assert!(known.out.contains(part), "{part} is not in {}", known.out);
    }
    let unknown = shell.run(&["explain", "great success!"]);
    assert_eq!(unknown.status, 3);
    assert!(
        unknown.out.contains("does not know this message"),
        "{unknown:?}"
    );
    let json = shell.run(&["explain", "great success!", "--json"]);
    assert_eq!((json.status, json.json()["known"].clone()), (3, 0.into()));
    shell.fails(
        &["explain", message, "--api", "nothing"],
        3,
        "catalog.not-found",
    );
}
