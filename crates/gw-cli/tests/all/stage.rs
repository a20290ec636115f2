//! `gatewright stage`: what is wanted, in arguments and in answers.

use serde_json::json;

use crate::shell::Shell;

fn with_aws() -> Shell {
    let shell = Shell::new();
    let port = gw_testkit::free_port().unwrap();
    let endpoint = format!("http://127.0.0.1:{port}");
    shell.ok(&[
        "gateway",
        "add",
        "prod",
        "--kind",
        "aws",
        "--region",
        "eu-west-1",
        "--stage",
        "live",
        "--profile",
        "default",
        "--endpoint-url",
        &endpoint,
    ]);
    shell.ok(&["api", "import", &shell.notes()]);
    shell
}

const SET: [&str; 5] = ["stage", "set", "Notes", "--gateway", "prod"];

#[test]
fn what_is_wanted_is_set_piece_by_piece_and_left_as_found_again() {
    let shell = with_aws();
    let set = |more: &[&str]| shell.ok(&[&SET[..], more].concat());
    let log = "arn:aws:logs:eu-west-1:111122223333:log-group:access";
    let wanted = set(&[
        "--variable",
        "stock=https://a.example/?b=c",
        "--no-variable",
        "old",
        "--throttle",
        "0.5/200",
        "--throttle-operation",
        "GET /notes=10/20",
        "--cache-operation",
        "GET /notes=off",
        "--log",
        "error",
        "--metrics",
        "on",
        "--access-log",
        log,
        "--access-log-format",
        "clf",
        "--cache",
        "0.5",
        "--cache-ttl",
        "60",
        "--tracing",
        "on",
        "--tag",
        "team=shop",
    ]);
    assert_eq!(
        wanted["variables"],
        json!({ "old": null, "stock": "https://a.example/?b=c" })
    );
    assert_eq!(wanted["throttle"], json!({ "rate": 0.5, "burst": 200 }));
    assert_eq!(
        wanted["operations"]["GET /notes"],
        json!({ "throttle": { "rate": 10.0, "burst": 20 }, "caching": false })
    );
    assert_eq!(wanted["cache"]["ttl_seconds"], 60);
    let format = wanted["access_log"]["format"].as_str().unwrap();
    assert!(
        format.starts_with("$context.identity.sourceIp $context"),
        "{format}"
    );

    // One thing more changes nothing else.
    let more = set(&["--variable", "more=1"]);
    assert_eq!(more["variables"]["stock"], "https://a.example/?b=c");
    assert_eq!(more["access_log"], wanted["access_log"]);
    let less = set(&[
        "--as-found",
        "variables/old",
        "--as-found",
        "operations/GET /notes",
        "--as-found",
        "access-log",
        "--throttle",
        "none",
        "--cache",
        "off",
    ]);
    assert_eq!(less["variables"].as_object().unwrap().len(), 2);
    assert_eq!(less["operations"], json!({}));
    assert_eq!(less["throttle"], json!({ "rate": -1.0, "burst": -1 }));
    assert_eq!(less["cache"], json!({ "kind": "off" }));
    assert!(less["access_log"].is_null());

    let shown = shell.ok(&["stage", "show", "Notes", "--gateway", "prod"]);
    assert_eq!(shown["wanted"], less);
    assert_eq!(shown["fault"]["code"], "network.unreachable");
    let text = shell
        .run(&["stage", "show", "Notes", "--gateway", "prod"])
        .out;
    assert!(
        text.contains("variables/stock") && text.contains("could not be read"),
        "{text}"
    );
    let none = set(&["--as-found", "all"]);
    assert_eq!(none["variables"], json!({}));
    assert!(none["tracing"].is_null());
}

#[test]
fn what_is_not_understood_or_not_taken_is_said() {
    let shell = with_aws();
    let fails = |more: &[&str]| {
        shell.fails(&[&SET[..], more].concat(), 2, "request.invalid");
    };
    fails(&["--throttle", "fast"]);
    fails(&["--variable", "novalue"]);
    fails(&["--variable", "a-b=x"]);
    fails(&["--throttle-operation", "notes=1/1"]);
    fails(&["--throttle-operation", "GET /nowhere=1/1"]);
    fails(&["--cache", "3"]);
    fails(&["--cache-ttl", "60"]);
    fails(&["--access-log-format", "json"]);
    fails(&["--access-log", "somewhere"]);
    fails(&["--as-found", "everything"]);
    shell.local("here");
    let local = [
        "stage",
        "set",
        "Notes",
        "--gateway",
        "here",
        "--tracing",
        "on",
    ];
    shell.fails(&local, 2, "request.invalid");
    let shown = shell.ok(&["stage", "show", "Notes", "--gateway", "here"]);
    assert_eq!(shown["available"], false);
}
