//! Every noun's way, from a file to a protected call and back to nothing.

use gw_testkit::{Answer, Backend, OidcProvider};
use serde_json::{Value, json};

use crate::shell::{NOTES, Shell};

#[test]
fn from_a_file_to_a_protected_call_and_back() {
    let shell = Shell::new();
    shell.vault();
    let port = shell.local("here");
    assert_eq!(shell.ok(&["gateway", "list"])[0]["gateway"]["name"], "here");
    assert_eq!(
        shell.ok(&["gateway", "show", "here"])["serving"]["state"],
        "stopped"
    );
    shell.fails(&["gateway", "test", "here"], 3, "local.not-serving");

    let imported = shell.ok(&["api", "import", &shell.notes()]);
    assert_eq!(
        (&imported["api"]["name"], &imported["operations"]),
        (&json!("Notes"), &json!(2))
    );
    assert_eq!(
        shell.ok(&["api", "show", "Notes@1.0.0"])["operations"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        shell.run(&["api", "export", "Notes"]).out,
        NOTES,
        "an export is the document byte for byte"
    );
    let aws: Value = serde_json::from_str(
        &shell
            .run(&["api", "export", "Notes", "--format", "aws"])
            .out,
    )
    .unwrap();
    assert!(aws["paths"]["/notes"]["get"]["x-amazon-apigateway-integration"].is_object());
    assert_eq!(shell.ok(&["api", "lint", "Notes"])["errors"], 0);

    let attach = [
        "policy",
        "attach",
        "Notes",
        "oauth",
        "--key-manager",
        "resident",
        "--audience",
        "https://notes.example",
        "--scope",
        "GET /notes=notes:read",
        "--public",
        "GET /health",
    ];
    assert_eq!(
        shell.ok(&attach)["operations"][0]["security"],
        json!({ "kind": "token", "scopes": ["notes:read"] })
    );
    let shown = shell.ok(&["policy", "show", "Notes"]);
    assert_eq!(
        shown["operations"][1]["security"],
        json!({ "kind": "open", "declared": true })
    );

    let plan = shell.ok(&["plan", "Notes", "--gateway", "here"]);
    assert_eq!(plan["targets"][0]["live"], "absent");
    shell.fails(
        &["deploy", "Notes", "--gateway", "here"],
        3,
        "deploy.consent-needed",
    );
    let deployed = shell.ok(&["deploy", "Notes", "--gateway", "here", "--yes"]);
    assert_eq!(deployed["deployments"][0]["outcome"], "live");
    assert_eq!(
        deployed["deployments"][0]["invoke_url"],
        format!("http://127.0.0.1:{port}/notes")
    );
    let found = shell.ok(&["gateway", "discover", "here"]);
    assert_eq!(
        (
            &found["apis"][0]["managed"]["name"],
            &found["apis"][0]["api"]["owner"]["kind"]
        ),
        (&json!("Notes"), &json!("gatewright")),
        "{found}"
    );
    shell.fails(
        &["gateway", "import", "here", "abc123"],
        2,
        "request.invalid",
    );
    let again = shell.ok(&["deploy", "Notes", "--gateway", "here", "--yes"]);
    assert_eq!(again["deployments"][0]["outcome"], "unchanged");
    let listed = shell.ok(&["deployments", "Notes"]);
    assert_eq!(
        (
            &listed["placements"][0]["state"],
            listed["deployments"].as_array().unwrap().len()
        ),
        (&json!("live"), 2)
    );

    let add = [
        "application",
        "add",
        "client",
        "--key-manager",
        "resident",
        "--client-id",
        "client-1",
        "--secret-stdin",
        "--scope",
        "notes:read",
        "--audience",
        "https://notes.example",
        "--json",
    ];
    let added = shell.run_fed(&add, "a-long-client-secret\nand nothing of this\n");
    assert_eq!(added.done()["client_id"], "client-1");
    let claims = shell.ok_open(&["token", "client", "--claims"]);
    assert_eq!(claims["scope"], "notes:read");
    let token = shell.run_open(&["token", "client"]);
    assert_eq!(token.out.trim_end().split('.').count(), 3, "{token:?}");
    assert_eq!(
        shell.ok(&["application", "list"])[0]["application"]["name"],
        "client"
    );

    let with = shell.ok_open(&[
        "call",
        "Notes",
        "--gateway",
        "here",
        "GET",
        "/notes",
        "--application",
        "client",
    ]);
    assert_eq!(with["status"], 200, "{with}");
    let without = shell.ok_open(&["call", "Notes", "--gateway", "here", "GET", "/notes"]);
    assert_eq!(without["status"], 401);
    let open = shell.run_open(&[
        "call",
        "Notes",
        "--gateway",
        "here",
        "GET",
        "/health",
        "--include",
    ]);
    assert!(
        open.out.starts_with("HTTP 200 OK\n") && open.out.contains("\"ok\""),
        "{open:?}"
    );

    for (refused, code) in [
        (vec!["gateway", "remove", "here"], "catalog.in-use"),
        (vec!["api", "remove", "Notes"], "catalog.in-use"),
        (vec!["key-manager", "remove", "resident"], "catalog.in-use"),
    ] {
        shell.fails(&refused, 3, code);
    }
    assert_eq!(
        shell.ok(&["undeploy", "Notes", "--gateway", "here", "--yes"])["deployments"][0]["outcome"],
        "withdrawn"
    );
    assert!(shell.ok(&["policy", "detach", "Notes", "oauth"])["policies"]["oauth"].is_null());
    shell.ok_open(&["application", "remove", "client"]);
    shell.ok(&["api", "remove", "Notes"]);
    shell.ok(&["gateway", "remove", "here"]);
    for noun in ["gateway", "api", "application"] {
        assert_eq!(shell.ok(&[noun, "list"]), json!([]), "{noun}");
    }
    let files = shell
        .sandbox
        .files_containing("a-long-client-secret")
        .unwrap();
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn an_api_from_scratch_or_an_address_reaches_its_backend() {
    let shell = Shell::new();
    let backend = Backend::start().unwrap();
    backend.answer("GET", "/notes.yaml", Answer::status(200).body(NOTES));
    shell.local("here");
    let made = shell.ok(&[
        "api",
        "create",
        "Empty",
        "--version",
        "1",
        "--base-path",
        "/empty",
        "--backend",
        "mock",
    ]);
    assert_eq!(
        (&made["version"], &made["backend"]["kind"]),
        (&json!("1"), &json!("mock"))
    );
    let url = format!("{}/notes.yaml", backend.url());
    shell.fails(&["api", "import", &url], 3, "network.refused-address");
    let import = [
        "api",
        "import",
        &url,
        "--allow-private",
        "--backend",
        &backend.url(),
        "--name",
        "Memos",
        "--version",
        "2",
    ];
    assert_eq!(shell.ok(&import)["api"]["name"], "Memos");
    shell.ok(&["deploy", "Memos@2", "--gateway", "here", "--yes"]);
    let body = shell.sandbox.write("body.json", "{\"a\":1}").unwrap();
    let data = format!("@{}", body.display());
    let call = [
        "call",
        "Memos",
        "--gateway",
        "here",
        "GET",
        "/notes",
        "-H",
        "X-Time: 10:30",
        "-q",
        "q=a=b",
        "--data",
        &data,
    ];
    let answer = shell.ok(&call);
    assert_eq!(answer["status"], 200, "{answer}");
    let asked = backend.last().unwrap();
    assert_eq!(
        (asked.header("x-time"), asked.query.as_str()),
        (Some("10:30"), "q=a%3Db"),
        "{asked:?}"
    );
    assert_eq!(asked.body, b"{\"a\":1}");
    backend.answer(
        "GET",
        "/notes",
        Answer::status(418)
            .header("content-type", "text/plain")
            .body("short and stout"),
    );
    let odd = shell.run(&["call", "Memos", "--gateway", "here", "GET", "/notes"]);
    assert_eq!(
        (odd.status, odd.out.trim_end()),
        (0, "short and stout"),
        "the backend's answer is the answer"
    );
}

#[test]
fn a_key_manager_is_registered_from_its_issuer() {
    let shell = Shell::new();
    let provider = OidcProvider::start().unwrap();
    shell.vault();
    let added = shell.ok(&[
        "key-manager",
        "add",
        "corporate",
        "--issuer",
        provider.issuer(),
    ]);
    assert_eq!(added["token_endpoint"], provider.token_endpoint());
    let document = format!("{}/.well-known/openid-configuration", provider.issuer());
    shell.ok(&["key-manager", "add", "again", "--discovery-url", &document]);
    assert_eq!(
        shell.ok(&["key-manager", "list"]).as_array().unwrap().len(),
        3
    );
    let shown = shell.ok(&["key-manager", "show", "corporate"]);
    assert_eq!(shown["check"]["ok"], true, "{shown}");
    let add = [
        "application",
        "add",
        "svc",
        "--key-manager",
        "corporate",
        "--client-id",
        "svc",
        "--secret-stdin",
        "--scope",
        "pets:read",
        "--audience",
        gw_testkit::DEFAULT_AUDIENCE,
        "--json",
    ];
    shell.run_fed(&add, "svc-secret").done();
    assert_eq!(
        shell.ok_open(&["token", "svc", "--claims"])["iss"],
        provider.issuer()
    );
    shell.fails(&["key-manager", "remove", "corporate"], 3, "catalog.in-use");
    shell.ok(&["key-manager", "remove", "again"]);
    drop(provider);
    let gone = shell.ok(&["key-manager", "show", "corporate"]);
    assert_eq!(
        (&gone["check"]["ok"], &gone["check"]["fault"]["code"]),
        (&json!(false), &json!("network.unreachable"))
    );
}
