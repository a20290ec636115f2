//! Revisions to plans: any document, with each kind of backend and with and without policies. A plan reads back as it
//! was written, has one digest, differs in nothing from itself, and has every operation of the document once.
//!
//! It refuses to lower: that is the target `aws`.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use gw_model::{
    ApiId, AwsAuthorizer, Backend, CorsPolicy, KeyManagerId, KeyManagerSnapshot, OauthPolicy,
    Policies, Revision,
};
use gw_openapi::Document;
use gw_plan::{Plan, compile, diff, digest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let open = revision(text, Backend::Mock, false);
    let closed = revision(
        text,
        Backend::Http {
            url: "https://backend.example".to_owned(),
        },
        true,
    );
    let (first, _) = compile(&open);
    let (second, diagnostics) = compile(&closed);
    for plan in [&first, &second] {
        check(plan);
    }
    let (document, _) = Document::parse(text);
    assert_eq!(second.routes.len(), document.operations().len());
    let keys: BTreeSet<_> = second.routes.iter().map(|route| &route.operation).collect();
    assert_eq!(
        keys.len(),
        second.routes.len(),
        "an operation twice: {diagnostics:?}"
    );
    drop(diff(&first, &second));
    assert_eq!(
        compile(&closed).0,
        second,
        "it compiles to another plan the second time"
    );
});

fn check(plan: &Plan) {
    let text = serde_json::to_string(plan).unwrap_or_default();
    let back: Result<Plan, _> = serde_json::from_str(&text);
    assert_eq!(back.as_ref().ok(), Some(plan), "{text}");
    assert_eq!(digest(plan).len(), 64);
    assert_eq!(diff(plan, plan), []);
}

fn revision(text: &str, backend: Backend, protected: bool) -> Revision {
    let oauth = OauthPolicy {
        key_manager: KeyManagerId::new("km_1"),
        audience: "https://api.example".to_owned(),
        scopes: vec!["a:read".to_owned()],
        operations: BTreeMap::new(),
        aws: AwsAuthorizer::Provision,
        ttl_seconds: 60,
    };
    Revision {
        api: ApiId::new("api_1"),
        name: "n".to_owned(),
        version: "1".to_owned(),
        base_path: "/".to_owned(),
        backend,
        policies: Policies {
            oauth: protected.then_some(oauth),
            cors: protected.then(CorsPolicy::default),
            validation: None,
        },
        key_manager: protected.then(|| KeyManagerSnapshot {
            issuer: "https://login.example".to_owned(),
            jwks_uri: "https://login.example/jwks".to_owned(),
            algorithms: vec!["RS256".to_owned()],
        }),
        document: text.to_owned(),
    }
}
