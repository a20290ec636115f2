//! A disk that is really full: a small file system in a mount namespace of the test's own.

use std::path::PathBuf;
use std::process::Command;

use gw_catalog::{Catalog, Page};
use gw_deploy::{Journal, Outcome};
use gw_model::{Code, DeploymentId, UnixMillis};

use crate::fixture::{api, finished, gateway, header, intended};

const DISK: &str = "GATEWRIGHT_TEST_SMALL_DISK";

#[test]
fn a_full_disk_stops_writes_and_nothing_else() {
    on_a_small_disk("inside_a_full_disk_stops_writes_and_nothing_else");
}

#[test]
fn a_disk_that_is_full_before_is_told() {
    on_a_small_disk("inside_a_disk_that_is_full_before_is_told");
}

/// Runs a function of this module on a file system of 2 MiB, where the system lets one be mounted.
fn on_a_small_disk(function: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mounting = "mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", mounting])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("full_disk::{function}"),
            "--ignored",
            "--nocapture",
        ])
        .env(DISK, folder.path())
        .output();
    let Ok(output) = output else {
        println!("skipped: unshare is not installed");
        return;
    };
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if !said.contains("running 1 test") {
        println!("skipped: no file system may be mounted here: {said}");
        return;
    }
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
#[ignore = "runs on a small disk"]
fn inside_a_full_disk_stops_writes_and_nothing_else() {
    let disk = PathBuf::from(std::env::var_os(DISK).expect("run by a test, not by hand"));
    let path = disk.join("catalog.db");
    std::fs::write(disk.join("other"), vec![0; 1 << 20]).unwrap();
    let catalog = Catalog::open(&path).unwrap();
    catalog.gateways().create(&gateway("gw", "prod")).unwrap();
    catalog
        .apis()
        .create(&api("api", "orders", "1"), "kept")
        .unwrap();
    let run = header("d1", "api", "gw");
    catalog.begin(&run).unwrap();
    // Small writes until there is no room for another.
    let mut kept = 0;
    let fault = loop {
        match catalog.append(&run.deployment, UnixMillis(1), &intended(kept)) {
            Ok(record) => kept = record.seq,
            Err(fault) => break fault,
        }
    };
    assert_eq!(
        (fault.code, fault.effect),
        (Code::CatalogDiskFull, gw_model::Effect::None)
    );
    assert!(fault.advice.contains("Free some space"), "{}", fault.advice);
    // Reading goes on, and after a restart everything that was promised is there.
    assert_eq!(
        catalog
            .apis()
            .document(&api("api", "orders", "1").id)
            .unwrap(),
        "kept"
    );
    drop(catalog);
    let catalog = Catalog::open(&path).unwrap();
    let (_, records) = Journal::read(&catalog, &run.deployment).unwrap();
    assert_eq!(u32::try_from(records.len()), Ok(kept));
    assert_eq!(catalog.unfinished().unwrap(), [DeploymentId::new("d1")]);
    std::fs::remove_file(disk.join("other")).unwrap();
    catalog
        .append(
            &run.deployment,
            UnixMillis(2),
            &finished(Outcome::Cancelled),
        )
        .unwrap();
    assert_eq!(catalog.apis().list("", Page::default()).unwrap().total, 1);
}

/// No room for even an empty catalog.
#[test]
#[ignore = "runs on a small disk"]
fn inside_a_disk_that_is_full_before_is_told() {
    let disk = PathBuf::from(std::env::var_os(DISK).expect("run by a test, not by hand"));
    std::fs::write(disk.join("filler"), vec![0; 4 << 20]).unwrap_err();
    let path = disk.join("catalog.db");
    assert_eq!(
        Catalog::open(&path).unwrap_err().code,
        Code::CatalogDiskFull
    );
    std::fs::remove_file(disk.join("filler")).unwrap();
    Catalog::open(&path)
        .unwrap()
        .gateways()
        .create(&gateway("gw", "prod"))
        .unwrap();
}
