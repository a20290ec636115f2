//! Hostile documents compiled for AWS, reported on and mended: each ends within 5 CPU seconds and 512 MB.
#![cfg(target_os = "linux")]

#[path = "../../gw-openapi/tests/hostile_cases/mod.rs"]
mod hostile_cases;

use gw_aws_import::{compile, fix, report, rules};
use gw_model::{
    ApiId, AwsCredentials, AwsTarget, Backend, CorsPolicy, Diagnostic, EndpointType, Policies,
    Revision, ValidationPolicy,
};
use gw_openapi::Document;
use gw_plan::compile_document;

/// Fixes are asked for one at a time, and each looks at the whole document.
const FIXED: usize = 3;

#[test]
fn every_hostile_document_ends_in_a_report() {
    hostile_cases::child::run_all("every_hostile_document_ends_in_a_report", reported);
}

fn reported(bytes: &[u8]) -> Vec<Diagnostic> {
    let (document, mut found) = Document::parse_bytes(bytes);
    found.extend(gw_openapi::lint(&document));
    found.extend(compile_document(&revision(document.text(), Backend::Mock), &document).1);
    let url = "https://backend.example".to_owned();
    found.extend(on_aws(&document, Backend::Http { url }));
    found
}

fn on_aws(document: &Document, backend: Backend) -> Vec<Diagnostic> {
    let (plan, mut found) = compile_document(&revision(document.text(), backend), document);
    let target = target();
    let compiled = compile(&plan, &target);
    let of_aws = rules::findings(&compiled.notes, document, &plan, &target);
    let told = report(document, &plan, &compiled);
    assert_eq!(told.operations.len(), plan.routes.len());
    drop((told, compiled));
    for finding in of_aws.iter().filter(|finding| finding.fixable).take(FIXED) {
        assert!(fix::fix(document, finding).is_some(), "{finding:?}");
    }
    found.extend(of_aws);
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
            validation: Some(ValidationPolicy {
                parameters: true,
                body: true,
            }),
            ..Policies::default()
        },
        key_manager: None,
        document: document.to_owned(),
    }
}

fn target() -> AwsTarget {
    AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "test".to_owned(),
        },
        endpoint_url: None,
    }
}
