//! Hostile documents, read, judged, sampled and compiled: each ends in a report within 5 CPU seconds and 512 MB.
#![cfg(target_os = "linux")]

#[path = "../../gw-openapi/tests/hostile_cases/mod.rs"]
mod hostile_cases;

use gw_model::{ApiId, Backend, CorsPolicy, Diagnostic, Policies, Revision};
use gw_openapi::{Document, lint, sample};
use gw_plan::{compile, compile_document, digest};

/// Samples of single operations are asked for one at a time.
const SAMPLED: usize = 20;

#[test]
fn every_hostile_document_ends_in_a_report() {
    hostile_cases::child::run_all("every_hostile_document_ends_in_a_report", report);
}

fn report(bytes: &[u8]) -> Vec<Diagnostic> {
    let (document, mut found) = Document::parse_bytes(bytes);
    found.extend(lint(&document));
    drop(document.servers());
    let (operations, _) = document.bounded_operations();
    for operation in operations.iter().take(SAMPLED) {
        let answer = sample::answer(&document, operation);
        let request = sample::request(&document, operation);
        assert!(answer.body.len() + request.body.len() < 16 * 1024 * 1024);
    }
    let mock = revision(document.text(), Backend::Mock);
    let (plan, diagnostics) = compile_document(&mock, &document);
    assert_eq!(digest(&plan).len(), 64);
    found.extend(diagnostics);
    drop((plan, document));
    let url = "https://backend.example".to_owned();
    let (_, diagnostics) = compile(&revision(&mock.document, Backend::Http { url }));
    found.extend(diagnostics);
    found
}

fn revision(document: &str, backend: Backend) -> Revision {
    Revision {
        api: ApiId::new("api_1"),
        name: "n".to_owned(),
        version: "1".to_owned(),
        base_path: "/".to_owned(),
        backend,
        policies: Policies {
            cors: Some(CorsPolicy::default()),
            ..Policies::default()
        },
        key_manager: None,
        document: document.to_owned(),
    }
}
