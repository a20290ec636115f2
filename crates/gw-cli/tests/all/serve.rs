//! `gatewright gateway serve`: hosts, says where, ends when told.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use gw_testkit::request;
use serde_json::Value;

use crate::shell::{Running, Shell};

#[test]
fn it_serves_until_it_is_told_to_end() {
    let shell = Shell::new();
    shell.vault();
    let port = shell.local("here");
    shell.ok(&["api", "import", &shell.notes()]);
    shell.ok(&["deploy", "Notes", "--gateway", "here", "--yes"]);
    let mut command = shell.command(&["gateway", "serve", "here", "--json"]);
    command
        .env("GATEWRIGHT_VAULT_PASSPHRASE", crate::shell::PASSPHRASE)
        .stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let mut out = BufReader::new(running.0.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told["address"], format!("http://127.0.0.1:{port}"));

    let asked = format!("http://127.0.0.1:{port}/notes/notes");
    assert_eq!(request("GET", &asked, &[], "").unwrap().status, 200);
    assert_eq!(
        shell.ok(&["gateway", "show", "here"])["serving"]["state"],
        "elsewhere"
    );
    assert_eq!(
        shell.ok(&["gateway", "test", "here"])["identity"]["account"],
        "this machine"
    );
    shell.fails(&["gateway", "serve", "here"], 3, "local.port-in-use");
    // What another process deploys is served at once.
    let other = shell
        .sandbox
        .write("other.yaml", crate::shell::NOTES.replace("Notes", "Other"))
        .unwrap();
    shell.ok(&["api", "import", &other.display().to_string()]);
    shell.ok(&["deploy", "Other", "--gateway", "here", "--yes"]);
    assert_eq!(
        request(
            "GET",
            &format!("http://127.0.0.1:{port}/other/notes"),
            &[],
            ""
        )
        .unwrap()
        .status,
        200
    );

    running.terminate();
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(
        rest, "",
        "with --json standard output holds exactly one value"
    );
    assert!(request("GET", &asked, &[], "").is_err(), "it still listens");
}

#[test]
fn a_port_of_another_program_is_named() {
    let shell = Shell::new();
    let other = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    shell.ok(&["gateway", "add", "here", "--kind", "local", "--port", &port]);
    let fault = shell.fails(&["gateway", "serve", "here"], 3, "local.port-in-use");
    assert!(
        fault["summary"].as_str().unwrap().contains(&port),
        "{fault}"
    );
}
