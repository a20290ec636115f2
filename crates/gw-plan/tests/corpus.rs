//! Public documents and arbitrary text: compiled without a panic, to plans that read back as they were written.

#![expect(clippy::print_stdout, reason = "a test says what it read")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use gw_model::{ApiId, Backend, CorsPolicy, Policies, Revision, Severity};
use gw_plan::{Plan, compile, diff, digest};
use proptest::prelude::*;

fn documents() -> Vec<PathBuf> {
    let beside = |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let shared = std::env::var_os("GATEWRIGHT_SHARED")
        .map_or_else(|| beside("../../../shared"), PathBuf::from);
    let mut files = Vec::new();
    for folder in [beside("../gw-openapi/tests/fixtures"), shared.join("specs")] {
        match std::fs::read_dir(&folder) {
            Ok(entries) => files.extend(entries.filter_map(|entry| Some(entry.ok()?.path()))),
            Err(_) => println!("skipped: {} is not present", folder.display()),
        }
    }
    files.retain(|path| {
        path.extension()
            .is_some_and(|found| found == "json" || found == "yaml")
    });
    files.sort();
    files
}

fn revision(document: String, backend: Backend) -> Revision {
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
        document,
    }
}

fn check(plan: &Plan) {
    let text = serde_json::to_string(plan).unwrap_or_default();
    let back: Result<Plan, _> = serde_json::from_str(&text);
    assert_eq!(
        back.as_ref().ok(),
        Some(plan),
        "a stored plan reads back as it was"
    );
    assert_eq!(digest(plan).len(), 64);
    assert_eq!(diff(plan, plan), []);
}

#[test]
fn public_documents_compile() {
    for path in documents() {
        let Ok(text) = std::fs::read_to_string(&path) else {
            panic!("{} cannot be read", path.display())
        };
        for backend in [
            Backend::Mock,
            Backend::Http {
                url: "https://backend.example".to_owned(),
            },
        ] {
            let started = Instant::now();
            let (plan, diagnostics) = compile(&revision(text.clone(), backend));
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            println!(
                "{name}: {} routes, {} resources in {:.1?}",
                plan.routes.len(),
                plan.resources,
                started.elapsed()
            );
            let errors: Vec<_> = diagnostics
                .iter()
                .filter(|found| found.severity == Severity::Error)
                .collect();
            let empty = plan.routes.is_empty() && name.contains("webhook");
            assert!(errors.is_empty() || empty, "{name}: {errors:?}");
            check(&plan);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_compiles_to_a_plan_that_can_be_stored(
        text in any::<String>(),
        paths in prop::collection::vec("/[a-z{}+?# é/]{0,12}", 0..6),
        method in prop::sample::select(vec!["get", "options", "x-amazon-apigateway-any-method", "nothing"]),
        integration in any::<String>(),
    ) {
        check(&compile(&revision(text, Backend::Mock)).0);
        let items: serde_json::Map<_, _> = paths
            .into_iter()
            .map(|path| (path, serde_json::json!({ method: { "x-amazon-apigateway-integration": { "type": integration } } })))
            .collect();
        let document = serde_json::json!({ "openapi": "3.0.3", "paths": items }).to_string();
        check(&compile(&revision(document, Backend::Http { url: "http://b".to_owned() })).0);
    }
}
