//! The program killed while it deploys to AWS or undeploys, and run again by someone who knows nothing of it.

use std::process::Command;
use std::sync::{Arc, OnceLock};

use gw_testkit::{Call, CountingProxy, Localemu, Rule, request};
use serde_json::json;

use crate::shell::{Ran, Shell};

/// A shell whose gateway `cloud` is an empty account of an emulator, behind a proxy.
fn on_aws() -> (Shell, CountingProxy, String) {
    let shell = Shell::new();
    let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
    let account = Localemu::fresh_account();
    let profile =
        format!("[default]\naws_access_key_id = {account}\naws_secret_access_key = test\n");
    shell.sandbox.write("aws/credentials", profile).unwrap();
    shell.ok(&[
        "gateway",
        "add",
        "cloud",
        "--kind",
        "aws",
        "--region",
        "eu-west-1",
        "--stage",
        "live",
        "--endpoint-url",
        &proxy.url(),
        "--profile",
        "default",
    ]);
    shell.ok(&["api", "import", &shell.notes()]);
    (shell, proxy, account)
}

/// Runs the program until the endpoint has answered such a call, which the program never hears.
fn killed_at(shell: &Shell, proxy: &CountingProxy, arguments: &[&str], at: fn(&Call) -> bool) {
    let process = Arc::new(OnceLock::<String>::new());
    let victim = Arc::clone(&process);
    proxy.inject(Rule::on(at).drop_answer().times(1).and_do(move || {
        let id = victim.wait();
        let killed = Command::new("kill").args(["-KILL", id]).status().unwrap();
        assert!(killed.success());
    }));
    let child = shell.command(arguments).spawn().unwrap();
    process.set(child.id().to_string()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    // A status of -1 stands for a signal.
    assert_eq!(ran.status, -1, "{ran:?}\n{}", proxy.summary());
    proxy.heal();
}

/// How many REST APIs are in an account.
fn apis(account: &str) -> usize {
    let url = format!("{}/restapis", Localemu::shared().unwrap().url());
    let signed =
        format!("AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request");
    let reply = request("GET", &url, &[("authorization", &signed)], "").unwrap();
    reply.json()["item"].as_array().unwrap().len()
}

#[test]
fn whoever_comes_next_ends_what_a_killed_program_began() {
    let (shell, proxy, account) = on_aws();
    let deploy = ["deploy", "Notes", "--gateway", "cloud", "--yes"];
    killed_at(&shell, &proxy, &deploy, |call| {
        call.method == "POST" && call.path.ends_with("/deployments")
    });
    assert_eq!(apis(&account), 1, "half of it is there");
    let listed = shell.ok(&["deployments", "Notes"]);
    assert_eq!(listed["placements"][0]["state"], "interrupted", "{listed}");

    let deployed = shell.ok(&deploy);
    assert_eq!(deployed["deployments"][0]["outcome"], "live", "{deployed}");
    assert_eq!(apis(&account), 1);
    let listed = shell.ok(&["deployments", "Notes"]);
    let outcomes: Vec<_> = listed["deployments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["outcome"].clone())
        .collect();
    assert_eq!(outcomes, [json!("live"), json!("rolled-back")], "{listed}");

    let undeploy = ["undeploy", "Notes", "--gateway", "cloud", "--yes"];
    killed_at(&shell, &proxy, &undeploy, |call| {
        call.method == "DELETE" && call.path.starts_with("/restapis/")
    });
    let gone = shell.ok(&undeploy);
    assert_eq!(gone["deployments"][0]["outcome"], "withdrawn", "{gone}");
    assert_eq!(apis(&account), 0);
    assert_eq!(shell.ok(&["deployments", "Notes"])["placements"], json!([]));
}
