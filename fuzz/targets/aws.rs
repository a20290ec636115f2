//! Plans to the document AWS imports, and what is told of it: any document, with each kind of backend, with requests
//! checked and not. The document is JSON, is the same the second time, has an operation for each route that is served,
//! is absent exactly when something is refused, and every note leads to a place.
//!
//! It refuses to judge what AWS would say: the corpus has judges for that.
#![no_main]

use std::collections::BTreeSet;

use gw_aws_import::{Fidelity, compile, fix, report, rules};
use gw_model::{
    ApiId, AwsCredentials, AwsTarget, Backend, CorsPolicy, EndpointType, Policies, Revision,
    ValidationPolicy,
};
use gw_openapi::Document;
use gw_plan::compile_document;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let (document, _) = Document::parse(text);
    check(&document, text, Backend::Mock, false);
    let url = "https://backend.example/base".to_owned();
    check(&document, text, Backend::Http { url }, true);
});

fn check(document: &Document, text: &str, backend: Backend, checked: bool) {
    let (plan, _) = compile_document(&revision(text, backend, checked), document);
    let target = target();
    let compiled = compile(&plan, &target);
    let refused = compiled
        .notes
        .iter()
        .any(|note| note.fidelity == Fidelity::Refused);
    assert_eq!(compiled.document.is_none(), refused);
    assert_eq!(compile(&plan, &target).document, compiled.document);
    if let Some(text) = &compiled.document {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        for served in &compiled.served {
            let method = served.method.document_key();
            assert!(
                value["paths"][&served.path].get(method).is_some(),
                "{method} {} is served and not in {text}",
                served.path
            );
        }
    }
    let told: BTreeSet<usize> = compiled.served.iter().map(|served| served.route).collect();
    let found = report(document, &plan, &compiled);
    assert_eq!(found.operations.len(), plan.routes.len());
    for (at, operation) in found.operations.iter().enumerate() {
        assert!(
            told.contains(&at) || operation.fidelity > Fidelity::Changed,
            "{} is left out in silence",
            operation.operation
        );
    }
    let diagnostics = rules::findings(&compiled.notes, document, &plan, &target);
    for finding in diagnostics.iter().filter(|finding| finding.fixable).take(3) {
        assert!(fix::fix(document, finding).is_some(), "{finding:?}");
    }
}

fn revision(text: &str, backend: Backend, checked: bool) -> Revision {
    let validation = ValidationPolicy {
        parameters: true,
        body: true,
    };
    Revision {
        api: ApiId::new("api_1"),
        name: "n".to_owned(),
        version: "1".to_owned(),
        base_path: "/".to_owned(),
        backend,
        policies: Policies {
            oauth: None,
            cors: checked.then(CorsPolicy::default),
            validation: checked.then_some(validation),
        },
        key_manager: None,
        document: text.to_owned(),
    }
}

fn target() -> AwsTarget {
    AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "fuzz".to_owned(),
        },
        endpoint_url: None,
    }
}
