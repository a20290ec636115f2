//! Undeploying later, forgetting, and removing, with the real program.

use std::path::PathBuf;

use serde_json::json;

use crate::shell::Shell;

fn deployed() -> Shell {
    let shell = Shell::new();
    shell.local("here");
    shell.ok(&["api", "import", &shell.notes()]);
    shell.ok(&["deploy", "Notes", "--gateway", "here", "--yes"]);
    shell
}

/// Where the local gateway keeps what it serves.
fn folder(shell: &Shell) -> PathBuf {
    let row = shell.ok(&["gateway", "show", "here"]);
    let id = row["gateway"]["id"].as_str().unwrap();
    shell.home().join("local").join(id)
}

#[test]
fn an_undeployment_waits_and_is_carried_out() {
    let shell = deployed();
    let folder = folder(&shell);
    std::fs::rename(&folder, folder.with_extension("away")).unwrap();
    std::fs::write(&folder, "not a folder").unwrap();
    let undeploy = ["undeploy", "Notes", "--gateway", "here", "--yes"];
    shell.fails(&undeploy, 3, "local.state-unusable");
    shell.fails(
        &["undeploy", "Notes", "--gateway", "here", "--later"],
        3,
        "deploy.consent-needed",
    );
    let later = [&undeploy[..], &["--later"]].concat();
    assert_eq!(shell.ok(&later)["pending"][0]["gateway_name"], "here");
    let shown = shell.run(&["deployments", "--pending"]);
    assert!(shown.out.contains("not tried yet"), "{}", shown.out);
    let tried = shell.run(&["deployments", "resume", "--json"]);
    assert_eq!(tried.status, 3, "{tried:?}");
    assert_eq!(
        tried.json()["deployments"][0]["fault"]["code"],
        "local.state-unusable"
    );
    let shown = shell.run(&["deployments", "--pending"]);
    assert!(shown.out.contains("tried once"), "{}", shown.out);

    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(folder.with_extension("away"), &folder).unwrap();
    let tried = shell.ok(&["deployments", "resume"]);
    assert_eq!(tried["deployments"][0]["outcome"], "withdrawn");
    assert_eq!(shell.ok(&["deployments", "--pending"]), json!([]));
    shell.ok(&["gateway", "remove", "here"]);
}

#[test]
fn who_changes_their_mind_drops_it() {
    let shell = deployed();
    shell.ok(&["undeploy", "Notes", "--gateway", "here", "--yes", "--later"]);
    shell.ok(&["deployments", "drop", "Notes", "--gateway", "here"]);
    let tried = shell.ok(&["deployments", "resume"]);
    assert_eq!(tried["deployments"], json!([]));
    let listed = shell.ok(&["deployments"]);
    assert_eq!(listed["placements"][0]["state"], "live");
}

#[test]
fn a_gateway_that_is_gone_is_forgotten_and_removed() {
    let shell = deployed();
    let would = shell.run(&["gateway", "remove", "here", "--dry-run"]);
    assert_eq!(would.status, 0);
    assert!(would.out.contains("Notes@1.0.0 on here"), "{}", would.out);
    shell.fails(&["gateway", "remove", "here"], 3, "catalog.in-use");
    let forget = ["forget", "Notes", "--gateway", "here"];
    let fault = shell.fails(&forget, 3, "deploy.consent-needed");
    assert!(
        fault["summary"].as_str().unwrap().contains("stays"),
        "what is left is said before: {fault}"
    );
    let forgotten = shell.ok(&[&forget[..], &["--yes"]].concat());
    assert!(forgotten["deployment"].is_string(), "{forgotten}");
    let again = shell.run(&[&forget[..], &["--yes"]].concat());
    assert!(again.out.contains("Nothing is known"), "{again:?}");
    let removed = shell.ok(&["gateway", "remove", "here"]);
    assert!(!removed["vanishes"].as_array().unwrap().is_empty());
    let would = shell.ok(&["api", "remove", "Notes", "--dry-run"]);
    assert_eq!(would["blocked_by"], json!([]));
    shell.ok(&["api", "remove", "Notes"]);
    let listed = shell.ok(&["deployments"]);
    assert_eq!(listed["deployments"][0]["outcome"], "forgotten");
    assert_eq!(listed["deployments"][0]["gateway_name"], "here");
}
