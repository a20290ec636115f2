//! Revisions compiled, digested and compared, on the sample API and on small documents.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gw_model::{
    ApiId, AwsAuthorizer, Backend, CorsPolicy, Diagnostic, HttpMethod, KeyManagerId,
    KeyManagerSnapshot, OauthPolicy, OperationKey, OperationSecurity, Policies, Revision,
    RevisionId, Severity,
};
use gw_plan::{
    Plan, PlanChangeKind, RouteBackend, RouteSecurity, TokenCheck, compile, diff, digest,
};

const SAMPLE: &str = include_str!("../../../assets/samples/petstore.yaml");

fn revision(document: &str) -> Revision {
    Revision {
        api: ApiId::new("api_1"),
        name: "petstore".to_owned(),
        version: "1.0.0".to_owned(),
        base_path: "/petstore".to_owned(),
        backend: Backend::Mock,
        policies: Policies::default(),
        key_manager: None,
        document: document.to_owned(),
    }
}

fn key(text: &str) -> OperationKey {
    text.parse().unwrap()
}

/// The sample as the demo protects it.
fn secured() -> Revision {
    let scopes = |scope: &str| OperationSecurity::Scopes {
        scopes: vec![scope.to_owned()],
    };
    let operations = BTreeMap::from([
        (key("GET /health"), OperationSecurity::Public),
        (key("POST /pets"), scopes("pets:write")),
        (key("DELETE /pets/{petId}"), scopes("pets:write")),
        (key("POST /orders"), scopes("pets:write")),
    ]);
    let oauth = OauthPolicy {
        key_manager: KeyManagerId::new("km_1"),
        audience: "petstore".to_owned(),
        scopes: vec!["pets:read".to_owned()],
        operations,
        aws: AwsAuthorizer::Provision,
        ttl_seconds: 300,
    };
    Revision {
        policies: Policies {
            oauth: Some(oauth),
            cors: Some(CorsPolicy::default()),
            validation: None,
        },
        key_manager: Some(KeyManagerSnapshot {
            issuer: "https://id.example.com/".to_owned(),
            jwks_uri: "https://id.example.com/jwks".to_owned(),
            algorithms: vec!["RS256".to_owned()],
        }),
        ..revision(SAMPLE)
    }
}

type Change = fn(&mut Plan);

fn check(plan: &mut Plan) -> &mut TokenCheck {
    plan.token_check.as_mut().unwrap()
}

fn rules(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics
        .iter()
        .map(|found| found.rule.as_str())
        .collect()
}

fn paths(list: &str) -> String {
    let mut document = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths:\n".to_owned();
    for path in list.split(' ') {
        let _ = write!(
            document,
            "  {path}:\n    get: {{ responses: {{ '200': {{ description: x }} }} }}\n"
        );
    }
    document
}

#[test]
fn the_sample_compiles_as_it_is_shown() {
    let (mut plan, diagnostics) = compile(&secured());
    let infos = diagnostics
        .iter()
        .filter(|found| found.severity > Severity::Info)
        .count();
    assert_eq!(infos, 0, "{diagnostics:?}");
    // Every edit of the sample changes it.
    plan.revision = RevisionId::new("rev_of_the_sample");
    insta::assert_json_snapshot!(plan);
}

#[test]
fn without_a_policy_every_route_is_open_and_the_document_is_not_believed() {
    let (plan, diagnostics) = compile(&revision(SAMPLE));
    assert!(
        plan.routes
            .iter()
            .all(|route| route.security == RouteSecurity::Open { declared: false })
    );
    assert_eq!(plan.token_check, None);
    let warned = diagnostics
        .iter()
        .filter(|found| found.rule == "security-not-enforced")
        .count();
    assert_eq!(
        warned,
        plan.routes.len() - 1,
        "all but GET /health: {diagnostics:?}"
    );
    let first = &diagnostics[0];
    assert!(
        first.place.line > 1 && first.place.pointer == "/paths/~1pets/get",
        "{first:?}"
    );
}

#[test]
fn an_override_of_no_operation_is_an_error() {
    let mut wrong = secured();
    let policy = wrong.policies.oauth.as_mut().unwrap();
    policy
        .operations
        .insert(key("GET /pet"), OperationSecurity::Public);
    let (_, diagnostics) = compile(&wrong);
    let found = diagnostics
        .iter()
        .find(|found| found.rule == "policy-unknown-operation")
        .unwrap();
    assert_eq!(found.severity, Severity::Error);
    assert!(found.message.contains("GET /pet"), "{}", found.message);
}

#[test]
fn what_no_token_can_meet_is_an_error() {
    let mut wrong = secured();
    let policy = wrong.policies.oauth.as_mut().unwrap();
    policy.audience = " ".to_owned();
    policy.scopes.push("pets:read pets:write".to_owned());
    let scopes = vec![String::new(), "ok:1".to_owned(), "qu\"ote".to_owned()];
    policy
        .operations
        .insert(key("GET /pets"), OperationSecurity::Scopes { scopes });
    let (_, diagnostics) = compile(&wrong);
    assert_eq!(
        rules(&diagnostics),
        [
            "policy-no-audience",
            "policy-scope",
            "policy-scope",
            "policy-scope"
        ]
    );
    assert!(
        diagnostics
            .iter()
            .all(|found| found.severity == Severity::Error)
    );
}

#[test]
fn a_policy_whose_key_manager_is_gone_is_an_error() {
    let wrong = Revision {
        key_manager: None,
        ..secured()
    };
    let (plan, diagnostics) = compile(&wrong);
    assert!(rules(&diagnostics).contains(&"policy-no-key-manager"));
    assert!(
        plan.routes
            .iter()
            .any(|route| matches!(route.security, RouteSecurity::Token { .. })),
        "never opened"
    );
}

#[test]
fn the_backend_gets_the_operations_path() {
    let backend = Backend::Http {
        url: "https://backend.example/base/".to_owned(),
    };
    let (plan, diagnostics) = compile(&Revision {
        backend,
        ..revision(&paths("/a /b/{id} /c/{proxy+}"))
    });
    assert_eq!(diagnostics, []);
    let urls: Vec<_> = plan
        .routes
        .iter()
        .map(|route| match &route.backend {
            RouteBackend::Http { url } => url.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        urls,
        [
            "https://backend.example/base/a",
            "https://backend.example/base/b/{id}",
            "https://backend.example/base/c/{proxy}"
        ]
    );
    let names: Vec<_> = plan
        .routes
        .iter()
        .flat_map(|route| &route.parameters)
        .map(|known| known.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["id", "proxy"],
        "variables the document forgot to declare are parameters all the same"
    );
}

#[test]
fn a_backend_that_is_no_base_url_is_an_error() {
    for url in [
        "",
        "backend.example",
        "ftp://backend.example",
        "http://",
        "https:///x",
        "https://h?x=1",
    ] {
        let backend = Backend::Http {
            url: url.to_owned(),
        };
        let (_, diagnostics) = compile(&Revision {
            backend,
            ..revision(&paths("/a"))
        });
        assert_eq!(rules(&diagnostics), ["backend-url"], "{url:?}");
    }
}

#[test]
fn resources_are_the_distinct_path_nodes_below_the_root() {
    for (list, expected) in [
        ("/", 0),
        ("/a", 1),
        ("/a/b/c", 3),
        ("/a/b /a/c /a", 3),
        ("/a/{id} /a/{id}/b", 3),
        ("/a/", 1),
    ] {
        let (plan, _) = compile(&revision(&paths(list)));
        assert_eq!(plan.resources, expected, "{list}");
    }
}

#[test]
fn an_integration_in_the_document_wins() {
    let document = r#"
openapi: 3.0.1
info: { title: T, version: '1' }
paths:
  /lambda:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations
  /table:
    get:
      x-amazon-apigateway-integration: { type: aws, uri: "arn:aws:apigateway:eu-west-1:dynamodb:action/Scan", httpMethod: POST }
      responses: {}
  /broken:
    get:
      x-amazon-apigateway-integration: nothing
      responses: {}
"#;
    let (plan, diagnostics) = compile(&revision(document));
    assert!(matches!(
        plan.routes[0].backend,
        RouteBackend::Lambda { .. }
    ));
    assert_eq!(plan.routes[0].operation.method, HttpMethod::Any);
    assert!(matches!(
        plan.routes[1].backend,
        RouteBackend::Verbatim { .. }
    ));
    assert_eq!(rules(&diagnostics), ["integration-unreadable"]);
    assert_eq!(diagnostics[0].place.line, 17);
}

#[test]
fn preflights_know_the_methods_and_leave_own_options_alone() {
    let document = r"
openapi: 3.0.1
info: { title: T, version: '1' }
paths:
  /a: { get: { responses: {} }, post: { responses: {} } }
  /b: { get: { responses: {} }, options: { responses: {} } }
";
    let policies = Policies {
        cors: Some(CorsPolicy::default()),
        ..secured().policies
    };
    let oauth = policies.oauth.map(|policy| OauthPolicy {
        operations: BTreeMap::new(),
        ..policy
    });
    let (plan, diagnostics) = compile(&Revision {
        policies: Policies { oauth, ..policies },
        document: document.to_owned(),
        ..secured()
    });
    let methods = plan.cors.unwrap().methods;
    assert_eq!(
        methods,
        BTreeMap::from([("/a".to_owned(), vec![HttpMethod::Get, HttpMethod::Post])])
    );
    assert_eq!(rules(&diagnostics), ["cors-options-protected"]);

    let cors = CorsPolicy {
        allow_credentials: true,
        ..CorsPolicy::default()
    };
    let open = Policies {
        cors: Some(cors),
        ..Policies::default()
    };
    let (_, diagnostics) = compile(&Revision {
        policies: open,
        document: document.to_owned(),
        ..secured()
    });
    assert_eq!(rules(&diagnostics), ["cors-credentials-any-origin"]);
}

#[test]
fn a_document_that_cannot_be_read_is_told_and_never_panics() {
    for (document, rule) in [
        ("", "doc-empty"),
        ("{", "doc-malformed"),
        ("hello", "doc-unsupported"),
        (
            "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}",
            "plan-no-operations",
        ),
    ] {
        let (plan, diagnostics) = compile(&revision(document));
        assert!(
            rules(&diagnostics).contains(&rule),
            "{document:?}: {diagnostics:?}"
        );
        assert!(plan.routes.is_empty());
    }
}

#[test]
fn a_digest_follows_what_gateways_do_and_nothing_else() {
    let base = compile(&secured()).0;
    let commented = compile(&Revision {
        document: format!("# a comment\n{SAMPLE}"),
        ..secured()
    })
    .0;
    assert_ne!(base.revision, commented.revision);
    assert_eq!(digest(&base), digest(&commented));
    assert_eq!(diff(&base, &commented), []);
    assert_eq!(digest(&base).len(), 64);

    let mut seen = vec![digest(&base)];
    let mut expect_new = |what: &str, plan: &Plan| {
        let digest = digest(plan);
        assert!(!seen.contains(&digest), "{what} does not change the digest");
        assert_ne!(diff(&base, plan), [], "{what} is not told");
        seen.push(digest);
    };
    let changes: [(&str, Change); 13] = [
        ("a scope", |plan| {
            plan.routes[1].security = RouteSecurity::Token { scopes: vec![] }
        }),
        ("a backend", |plan| {
            plan.routes[1].backend = RouteBackend::Http {
                url: "https://x".to_owned(),
            }
        }),
        ("a parameter", |plan| {
            plan.routes[1].parameters[0].required = true;
        }),
        ("a summary", |plan| plan.routes[1].summary.push('!')),
        ("a route", |plan| drop(plan.routes.pop())),
        ("the issuer", |plan| check(plan).issuer.push('x')),
        ("the key address", |plan| check(plan).jwks_uri.push('x')),
        ("the audience", |plan| check(plan).audience.push('x')),
        ("the algorithms", |plan| {
            check(plan).algorithms.push("ES256".to_owned());
        }),
        ("the answer's life", |plan| check(plan).ttl_seconds = 0),
        ("CORS", |plan| plan.cors = None),
        ("the base path", |plan| plan.base_path.push('x')),
        ("the description", |plan| plan.description.push('x')),
    ];
    for (what, change) in changes {
        let mut plan = base.clone();
        change(&mut plan);
        expect_new(what, &plan);
    }
}

#[test]
fn differences_are_told_in_api_words_lowered_security_first() {
    let old = compile(&secured()).0;
    let mut opened = secured();
    opened.document = SAMPLE.replace("  /orders:\n    post:", "  /purchases:\n    post:");
    let policy = opened.policies.oauth.as_mut().unwrap();
    policy.operations.remove(&key("POST /orders"));
    policy
        .operations
        .insert(key("GET /pets"), OperationSecurity::Public);
    policy.operations.insert(
        key("GET /pets/{petId}"),
        OperationSecurity::Scopes {
            scopes: vec!["pets:admin".to_owned()],
        },
    );
    let new = compile(&opened).0;
    let told: Vec<String> = diff(&old, &new)
        .into_iter()
        .map(|change| {
            format!(
                "{}{:?}: {}",
                if change.lowers_security { "! " } else { "" },
                change.kind,
                change.sentence
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));

    let unprotected = compile(&revision(SAMPLE)).0;
    let back: Vec<_> = diff(&unprotected, &old)
        .into_iter()
        .filter(|change| change.kind == PlanChangeKind::Security)
        .collect();
    assert!(back.iter().all(|change| !change.lowers_security));
    assert!(
        back.iter()
            .any(|change| change.sentence == "POST /orders becomes protected (scope pets:write)"),
        "{back:?}"
    );
}
