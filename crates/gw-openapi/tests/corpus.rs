//! Public documents, and the public test suites of JSON and YAML: read to the byte, refused where the standard refuses.
//! Each part is skipped, with a note, where its files are not present; with GATEWRIGHT_TEST_EVERYTHING it fails there.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it read and stops on trouble"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gw_model::Severity;
use gw_openapi::{Document, Format, Kind, Node};

/// Files below a folder of shared test data; `GATEWRIGHT_SHARED` says where, else it is looked for beside the checkout.
fn shared(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let root = std::env::var_os("GATEWRIGHT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = root.join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        let everything = std::env::var_os("GATEWRIGHT_TEST_EVERYTHING").is_some();
        assert!(!everything, "{} is not present", folder.display());
        println!("skipped: {} is not present", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|found| extensions.iter().any(|known| found == *known))
        })
        .collect();
    files.sort();
    files
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_none_or(|found| found != "md"));
    files.sort();
    files
}

/// Follows every tenth node from the text to the tree and back.
fn check_places(document: &Document, node: Node<'_>, count: &mut usize) {
    *count += 1;
    if (*count).is_multiple_of(10) {
        let place = node.place();
        let found = document
            .at(&place.pointer)
            .unwrap_or_else(|| panic!("nothing at {}", place.pointer));
        assert_eq!(found.id(), node.id(), "{} leads elsewhere", place.pointer);
        assert!(place.line > 0 && place.column > 0);
        if node.kind() == Kind::String && !node.span().is_empty() {
            let back = document.pointer_at(place.line, place.column).unwrap();
            assert_eq!(back, place.pointer, "at {}:{}", place.line, place.column);
        }
    }
    for (_, value) in node.entries() {
        check_places(document, value, count);
    }
    for item in node.items() {
        check_places(document, item, count);
    }
}

#[test]
fn public_documents_are_read_whole() {
    for path in fixtures()
        .into_iter()
        .chain(shared("specs", &["json", "yaml"]))
    {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let started = Instant::now();
        let (document, diagnostics) = Document::parse(&text);
        let parsed = started.elapsed();
        let operations = document.operations();
        let read = started.elapsed().saturating_sub(parsed);
        println!(
            "{name}: {} operations, parsed in {parsed:.1?}, operations in {read:.1?}",
            operations.len()
        );
        let errors: Vec<_> = diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert!(document.is_sound(), "{name}");
        assert!(document.version().is_some(), "{name} has no version");
        assert!(document.title().is_some(), "{name} has no title");
        assert!(
            !operations.is_empty() || name.contains("webhook"),
            "{name} has no operations"
        );
        assert_eq!(document.text(), text);
        assert!(parsed < Duration::from_secs(20), "{name} took {parsed:?}");
        check_places(&document, document.root(), &mut 0);
    }
}

#[test]
fn json_means_what_serde_json_says_it_means() {
    for path in fixtures().into_iter().chain(shared("specs", &["json"])) {
        if path.extension().is_some_and(|found| found == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let (document, _) = Document::parse(&text);
            let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(
                document.to_value(document.root()) == expected,
                "{} reads otherwise",
                path.display()
            );
        }
    }
}

/// <https://github.com/nst/JSONTestSuite>: `y_` must be taken, `n_` must be refused, `i_` may be either.
#[test]
fn json_test_suite() {
    let mut counts = (0, 0);
    for path in shared("suites/JSONTestSuite/test_parsing", &["json"]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let taken = std::str::from_utf8(&bytes)
            .is_ok_and(|text| Document::parse_as(text, Format::Json).0.is_sound());
        if name.starts_with("y_") {
            assert!(taken, "{name} was refused");
            counts.0 += 1;
        } else if name.starts_with("n_") {
            assert!(!taken, "{name} was taken");
            counts.1 += 1;
        }
    }
    println!("JSONTestSuite: {} taken, {} refused", counts.0, counts.1);
    assert!(counts == (95, 188) || counts == (0, 0), "{counts:?}");
}

/// <https://github.com/yaml/yaml-test-suite>: no file hangs, and nearly all are taken or refused as they should be.
#[test]
fn yaml_test_suite() {
    let (mut right, mut wrong) = (0_usize, Vec::new());
    for path in shared("suites/yaml-test-suite/src", &["yaml"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let (cases, diagnostics) = Document::parse(&text);
        assert!(cases.is_sound(), "{}: {diagnostics:?}", path.display());
        for case in cases.root().items() {
            let Some(yaml) = case.get("yaml").and_then(Node::as_str) else {
                continue;
            };
            let yaml = yaml
                .replace('␣', " ")
                .replace('»', "\t")
                .replace(['—', '∎'], "")
                .replace('←', "\r");
            let yaml = yaml.replace('⇔', "\u{feff}").replace('↵', "");
            let fails = case.get("fail").and_then(Node::as_bool).unwrap_or(false);
            let (document, diagnostics) = Document::parse_as(&yaml, Format::Yaml);
            let as_expected = document.is_sound() != fails;
            if as_expected {
                right += 1;
            } else {
                wrong.push(format!(
                    "{}: {diagnostics:?}",
                    path.file_stem().unwrap().to_string_lossy()
                ));
            }
        }
    }
    println!(
        "yaml-test-suite: {right} right, {} wrong: {wrong:#?}",
        wrong.len()
    );
    assert!(
        wrong.len() * 20 <= right,
        "more than 5 % are wrong: {wrong:#?}"
    );
}
