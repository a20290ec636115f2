//! Opening files: new ones, newer ones, damaged ones, and those of other programs.

use std::path::Path;

use gw_catalog::{Catalog, Page};
use gw_model::Code;

use crate::fixture::{Sandbox, api, gateway};

/// What is in a folder: names and contents.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

/// Refuses with `code` and leaves every byte of the folder as it was.
fn refused_untouched(path: &Path, code: Code) {
    let folder = path.parent().unwrap();
    let before = contents(folder);
    let fault = Catalog::open(path).unwrap_err();
    assert_eq!(fault.code, code, "{fault}");
    assert!(!fault.advice.is_empty());
    assert_eq!(fault.facts["file"], path.display().to_string());
    assert_eq!(
        contents(folder),
        before,
        "the refusal left something behind"
    );
}

fn closed_catalog() -> (tempfile::TempDir, std::path::PathBuf) {
    let Sandbox { catalog, folder } = Sandbox::with_api_and_gateway();
    let path = catalog.path().to_owned();
    drop(catalog);
    (folder, path)
}

#[test]
fn folder_and_file_are_made_for_the_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.gateways().create(&gateway("g", "prod")).unwrap();
    #[cfg(unix)]
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path.with_file_name(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_newer_catalog_is_refused_untouched() {
    let (_folder, path) = closed_catalog();
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    refused_untouched(&path, Code::CatalogNewer);
    let fault = Catalog::open(&path).unwrap_err();
    assert_eq!(fault.facts["found"], "99");
}

#[test]
fn a_catalog_made_newer_while_open_elsewhere_is_refused() {
    let (_folder, path) = closed_catalog();
    // The version stands in the write-ahead log only, not yet in the file's header.
    let newer_program = rusqlite::Connection::open(&path).unwrap();
    newer_program
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert_eq!(Catalog::open(&path).unwrap_err().code, Code::CatalogNewer);
    drop(newer_program);
    refused_untouched(&path, Code::CatalogNewer);
}

#[test]
fn what_is_no_database_is_refused_untouched() {
    for content in [
        &b"hello"[..],
        &[0; 5000],
        b"SQLite format 3\0",
        &[b'x'; 4096],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        std::fs::write(&path, content).unwrap();
        refused_untouched(&path, Code::CatalogDamaged);
    }
}

#[test]
fn another_programs_database_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x); PRAGMA user_version = 3;")
        .unwrap();
    refused_untouched(&path, Code::CatalogUnavailable);
}

#[test]
fn a_folder_in_the_files_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        Catalog::open(folder.path()).unwrap_err().code,
        Code::CatalogUnavailable
    );
    let under_a_file = folder.path().join("file");
    std::fs::write(&under_a_file, "").unwrap();
    assert_eq!(
        Catalog::open(under_a_file.join("catalog.db"))
            .unwrap_err()
            .code,
        Code::CatalogUnavailable
    );
}

#[test]
fn damage_inside_is_told_and_the_file_is_kept() {
    let (_folder, path) = closed_catalog();
    let mut bytes = std::fs::read(&path).unwrap();
    // All but the first page, which holds the schema's beginning.
    for byte in &mut bytes[4096..] {
        *byte = 0xa5;
    }
    std::fs::write(&path, &bytes).unwrap();
    let outcome = Catalog::open(&path).and_then(|catalog| catalog.apis().list("", Page::default()));
    assert_eq!(outcome.unwrap_err().code, Code::CatalogDamaged);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_cut_off_file_is_told_to_be_damaged() {
    let (_folder, path) = closed_catalog();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let outcome = Catalog::open(&path).and_then(|catalog| {
        catalog.apis().list("", Page::default())?;
        catalog.gateways().list()?;
        catalog.apis().create(&api("x", "x", "1"), "")
    });
    assert_eq!(outcome.unwrap_err().code, Code::CatalogDamaged);
}

#[test]
fn an_empty_file_becomes_a_catalog() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    std::fs::write(&path, "").unwrap();
    Catalog::open(&path)
        .unwrap()
        .gateways()
        .create(&gateway("g", "prod"))
        .unwrap();
}

#[test]
fn many_may_make_the_same_catalog_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        std::thread::scope(|scope| {
            for number in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let catalog = Catalog::open(path).unwrap();
                    catalog
                        .gateways()
                        .create(&gateway(
                            &format!("g{number}"),
                            &format!("gateway-{number}"),
                        ))
                        .unwrap();
                });
            }
        });
        assert_eq!(
            Catalog::open(&path)
                .unwrap()
                .gateways()
                .list()
                .unwrap()
                .len(),
            8
        );
    }
}
