//! Several processes on one catalog, one of which is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gw_catalog::{Catalog, Page};
use gw_deploy::Journal;
use gw_model::{Code, DeploymentId, Retry, UnixMillis};

use crate::fixture::{Sandbox, api, done, gateway, header, intended};

const CATALOG: &str = "GATEWRIGHT_TEST_CATALOG";

/// This test program once more, running one of the `child_…` functions below on the same file.
fn child(function: &str, catalog: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("processes::{function}"),
            "--ignored",
            "--nocapture",
        ])
        .env(CATALOG, catalog)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn childs_catalog() -> Catalog {
    Catalog::open(std::env::var_os(CATALOG).expect("run by a test, not by hand")).unwrap()
}

#[test]
#[ignore = "the other process of a_killed_process_loses_no_entry"]
fn child_appends_until_killed() {
    let catalog = childs_catalog();
    catalog.begin(&header("d1", "api", "gw")).unwrap();
    for step in 0.. {
        for entry in [intended(step), done(step, &[("rest-api-id", "abc")])] {
            let record = catalog
                .append(&DeploymentId::new("d1"), UnixMillis(1), &entry)
                .unwrap();
            // Said only after the call returned: from here on the entry must survive anything.
            println!("kept {}", record.seq);
            std::io::stdout().flush().unwrap();
        }
    }
}

#[test]
fn a_killed_process_loses_no_entry() {
    let sandbox = Sandbox::with_api_and_gateway();
    let mut writer = child("child_appends_until_killed", &sandbox.path());
    let mut kept = 0;
    for line in BufReader::new(writer.stdout.take().unwrap()).lines() {
        // The first line shares its row with the test runner's own words.
        if let Some((_, seq)) = line.unwrap().rsplit_once("kept ") {
            kept = seq.parse().unwrap();
        }
        if kept == 60 {
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    assert!(
        kept >= 60,
        "the other process ended early, after {kept} entries"
    );
    let sandbox = sandbox.reopen();
    let id = DeploymentId::new("d1");
    let (run, records) = Journal::read(&sandbox.catalog, &id).unwrap();
    assert_eq!(run, header("d1", "api", "gw"));
    assert!(
        records.len() >= kept,
        "{kept} entries were promised, {} are there",
        records.len()
    );
    assert!(
        records
            .iter()
            .zip(1..)
            .all(|(record, seq)| record.seq == seq),
        "there is a gap"
    );
    assert_eq!(sandbox.catalog.unfinished().unwrap(), [id]);
    let check: String = rusqlite::Connection::open(sandbox.path())
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}

#[test]
#[ignore = "the other process of two_processes_write_side_by_side"]
fn child_adds_apis() {
    let catalog = childs_catalog();
    for number in 0..40 {
        catalog
            .apis()
            .create(
                &api(&format!("c{number}"), &format!("child-{number}"), "1"),
                "",
            )
            .unwrap();
    }
}

#[test]
fn two_processes_write_side_by_side() {
    let sandbox = Sandbox::new();
    let mut other = child("child_adds_apis", &sandbox.path());
    for number in 0..40 {
        sandbox
            .catalog
            .apis()
            .create(
                &api(&format!("p{number}"), &format!("parent-{number}"), "1"),
                "",
            )
            .unwrap();
    }
    assert!(other.wait().unwrap().success());
    assert_eq!(
        sandbox
            .catalog
            .apis()
            .list("", Page::default())
            .unwrap()
            .total,
        80
    );
}

#[test]
fn a_writer_that_takes_too_long_is_told_and_readers_go_on() {
    let sandbox = Sandbox::with_api_and_gateway();
    let catalog = Catalog::open_waiting(sandbox.path(), Duration::from_millis(50)).unwrap();
    let writer = rusqlite::Connection::open(sandbox.path()).unwrap();
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE settings SET value = value")
        .unwrap();
    let fault = catalog
        .gateways()
        .create(&gateway("g2", "stage"))
        .unwrap_err();
    assert_eq!((fault.code, fault.retry), (Code::CatalogBusy, Retry::Soon));
    assert_eq!(catalog.gateways().list().unwrap().len(), 1);
    writer.execute_batch("COMMIT").unwrap();
    catalog.gateways().create(&gateway("g2", "stage")).unwrap();
    assert_eq!(sandbox.catalog.gateways().list().unwrap().len(), 2);
}

#[test]
fn one_handle_serves_many_threads() {
    let sandbox = Sandbox::new();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let catalog = &sandbox.catalog;
            scope.spawn(move || {
                for number in 0..10 {
                    let name = format!("t{thread}-{number}");
                    catalog.apis().create(&api(&name, &name, "1"), "").unwrap();
                    catalog.apis().list("t", Page::default()).unwrap();
                }
            });
        }
    });
    assert_eq!(
        sandbox
            .catalog
            .apis()
            .list("", Page::default())
            .unwrap()
            .total,
        80
    );
}

#[test]
fn what_another_handle_wrote_is_noticed_and_own_writes_are_not() {
    let sandbox = Sandbox::new();
    let before = sandbox.catalog.foreign_writes().unwrap();
    let own = api("own", "own", "1");
    sandbox.catalog.apis().create(&own, "").unwrap();
    assert_eq!(sandbox.catalog.foreign_writes().unwrap(), before);
    let other = Catalog::open(sandbox.path()).unwrap();
    let opened = sandbox.catalog.foreign_writes().unwrap();
    other
        .apis()
        .create(&api("other", "other", "1"), "")
        .unwrap();
    let noticed = sandbox.catalog.foreign_writes().unwrap();
    assert_ne!(noticed, opened);
    assert_eq!(sandbox.catalog.foreign_writes().unwrap(), noticed);
}
