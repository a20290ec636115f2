//! One catalog under several processes, from other versions, damaged, or nowhere.

use std::fs;
use std::os::unix::fs::FileExt as _;

use crate::shell::{Ran, Shell};

#[test]
fn processes_that_write_at_once_all_get_through() {
    let shell = Shell::new();
    shell.ok(&["api", "list"]);
    let start = |name: &str| {
        let arguments = [
            "api",
            "create",
            name,
            "--version",
            "1",
            "--base-path",
            "/x",
            "--backend",
            "mock",
            "--json",
        ];
        shell.command(&arguments).spawn().unwrap()
    };
    let names: Vec<String> = (0..6).map(|number| format!("api-{number}")).collect();
    let children: Vec<_> = names.iter().map(|name| start(name)).collect();
    for child in children {
        Ran::of(child.wait_with_output().unwrap()).done();
    }
    assert_eq!(shell.ok(&["api", "list"]).as_array().unwrap().len(), 6);

    let children: Vec<_> = (0..4).map(|_| start("the-same")).collect();
    let ran: Vec<Ran> = children
        .into_iter()
        .map(|child| Ran::of(child.wait_with_output().unwrap()))
        .collect();
    assert_eq!(
        ran.iter().filter(|ran| ran.status == 0).count(),
        1,
        "{ran:?}"
    );
    for lost in ran.iter().filter(|ran| ran.status != 0) {
        lost.fault(3, "catalog.duplicate-name");
    }
}

#[test]
fn a_catalog_of_a_newer_version_is_left_alone() {
    let shell = Shell::new();
    shell.ok(&["api", "import", &shell.notes()]);
    let path = shell.home().join("catalog.db");
    let wal = shell.home().join("catalog.db-wal");
    assert!(
        fs::metadata(&wal).map_or(0, |about| about.len()) == 0,
        "the last process left its log behind"
    );
    // The user version: 4 bytes, big-endian, at offset 60 of the file (sqlite.org/fileformat2.html, 1.3).
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .write_all_at(&9_999_u32.to_be_bytes(), 60)
        .unwrap();
    let before = fs::read(&path).unwrap();
    let fault = shell.fails(&["api", "list"], 3, "catalog.newer-version");
    assert!(
        fault["advice"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("gatewright"),
        "{fault}"
    );
    assert!(
        fs::read(&path).unwrap() == before,
        "the file was written to"
    );
}

#[test]
fn a_damaged_catalog_is_said_to_be_damaged_and_kept() {
    let shell = Shell::new();
    shell.ok(&["api", "list"]);
    let path = shell.home().join("catalog.db");
    let garbage = b"this is not a database, and long enough to be looked at ".repeat(200);
    fs::write(&path, &garbage).unwrap();
    let fault = shell.fails(&["api", "list"], 3, "catalog.damaged");
    assert!(
        fault.to_string().contains("catalog.db"),
        "where is not said: {fault}"
    );
    assert!(
        fs::read(&path).unwrap() == garbage,
        "the file was written to"
    );
}

#[test]
fn a_home_that_cannot_be_is_refused_and_an_argument_goes_before_the_environment() {
    let shell = Shell::new();
    let file = shell.sandbox.write("a-file", "").unwrap();
    let below = file.join("home");
    shell.fails(
        &["--home", below.to_str().unwrap(), "api", "list"],
        3,
        "app.home-unusable",
    );
    let other = shell.sandbox.path("other");
    shell.ok(&["--home", other.to_str().unwrap(), "api", "list"]);
    assert!(other.join("catalog.db").is_file() && !shell.home().exists());
}
