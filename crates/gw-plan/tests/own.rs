//! What a document says to AWS itself: carried, digested, told apart, and never dropped for an open operation.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use gw_model::{
    ApiId, AwsAuthorizer, Backend, KeyManagerId, KeyManagerSnapshot, OauthPolicy, Policies,
    Revision, Severity, ValidationPolicy,
};
use gw_plan::{Checks, OwnKind, Plan, PlanChangeKind, RouteSecurity, compile, diff, digest};

const DOCUMENT: &str = "\
openapi: 3.0.1
info: { title: orders, version: '1' }
x-amazon-apigateway-policy: { Version: '2012-10-17' }
x-amazon-apigateway-binary-media-types: []
x-amazon-apigateway-request-validators:
  all: { validateRequestBody: true, validateRequestParameters: true }
paths:
  /orders:
    post:
      security: [{ checks: [] }, { key: [] }]
      x-amazon-apigateway-request-validator: all
      parameters: [{ name: dry, in: query, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
      x-amazon-apigateway-integration: { type: mock, responses: { default: { statusCode: '200' } } }
    get:
      security: [{ pool: [orders:read] }]
      responses: { '200': { description: ok } }
      x-amazon-apigateway-integration: { type: mock, responses: { default: { statusCode: '200' } } }
  /open:
    get:
      security: []
      responses: { '200': { description: ok } }
      x-amazon-apigateway-integration: { type: mock, responses: { default: { statusCode: '200' } } }
components:
  securitySchemes:
    checks:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authtype: custom
      x-amazon-apigateway-authorizer: { type: token, authorizerUri: 'arn:x', authorizerResultTtlInSeconds: 60 }
    pool:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authtype: cognito_user_pools
      x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: ['arn:p'] }
    signed: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }
    key: { type: apiKey, name: x-api-key, in: header }
    bearer: { type: http, scheme: bearer }
";

fn revision(document: &str) -> Revision {
    Revision {
        api: ApiId::new("api_1"),
        name: "orders".to_owned(),
        version: "1".to_owned(),
        base_path: "/".to_owned(),
        backend: Backend::Mock,
        policies: Policies::default(),
        key_manager: None,
        document: document.to_owned(),
    }
}

fn planned(document: &str) -> Plan {
    let (plan, diagnostics) = compile(&revision(document));
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    plan
}

fn kinds(plan: &Plan, operation: &str) -> Vec<OwnKind> {
    let route = plan
        .routes
        .iter()
        .find(|route| route.operation.to_string() == operation);
    match &route.unwrap().security {
        RouteSecurity::Own { schemes } => schemes.iter().map(|scheme| scheme.kind).collect(),
        RouteSecurity::Open { declared: false } => Vec::new(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_document_has_aws_check_is_in_the_plan() {
    let plan = planned(DOCUMENT);
    assert_eq!(
        kinds(&plan, "POST /orders"),
        [OwnKind::Authorizer, OwnKind::ApiKey]
    );
    assert_eq!(kinds(&plan, "GET /orders"), [OwnKind::UserPools]);
    assert_eq!(kinds(&plan, "GET /open"), []);
    let schemes: Vec<&str> = plan.own.schemes.keys().map(String::as_str).collect();
    assert_eq!(schemes, ["checks", "key", "pool", "signed"]);
    let settings: Vec<&str> = plan.own.settings.keys().map(String::as_str).collect();
    assert_eq!(
        settings,
        [
            "x-amazon-apigateway-binary-media-types",
            "x-amazon-apigateway-policy"
        ]
    );
    let checked = Checks {
        parameters: true,
        body: true,
    };
    assert_eq!(plan.routes[0].contract.checks, checked);
    assert_eq!(plan.routes[1].contract.checks, Checks::default());
}

#[test]
fn a_policy_wins_over_what_the_document_says() {
    let mut revision = revision(DOCUMENT);
    revision.policies.validation = Some(ValidationPolicy {
        parameters: false,
        body: false,
    });
    revision.policies.oauth = Some(OauthPolicy {
        key_manager: KeyManagerId::new("km_1"),
        audience: "orders".to_owned(),
        scopes: Vec::new(),
        operations: std::collections::BTreeMap::new(),
        aws: AwsAuthorizer::Provision,
        ttl_seconds: 300,
    });
    revision.key_manager = Some(KeyManagerSnapshot {
        issuer: "https://id.example.com/".to_owned(),
        jwks_uri: "https://id.example.com/jwks".to_owned(),
        algorithms: vec!["RS256".to_owned()],
    });
    let (plan, _) = compile(&revision);
    for route in &plan.routes {
        assert!(
            matches!(route.security, RouteSecurity::Token { .. }),
            "{}",
            route.operation
        );
        assert_eq!(route.contract.checks, Checks::default());
    }
    assert!(plan.own.schemes.is_empty(), "nothing asks for them");
    let changes = diff(&planned(DOCUMENT), &plan);
    assert!(
        changes.iter().any(|change| change.lowers_security
            && change
                .sentence
                .contains("the authorizer 'checks' and an API key")),
        "{changes:#?}"
    );
}

#[test]
fn documents_that_say_nothing_to_aws_are_as_before() {
    let plain = "openapi: 3.0.1\ninfo: { title: a, version: '1' }\npaths:\n  /a:\n    get:\n      security: [{ key: [] }]\n      responses: { '200': { description: ok } }\ncomponents:\n  securitySchemes:\n    key: { type: apiKey, name: X-API-Key, in: header }\n";
    let plan = planned(plain);
    // It is the backend that asks for this key.
    assert_eq!(kinds(&plan, "GET /a"), []);
    assert!(plan.own.is_empty());
    assert!(!serde_json::to_string(&plan).unwrap().contains("\"own\""));
}

#[test]
fn what_cannot_be_carried_is_an_error_and_not_open() {
    for (from, to, rule) in [
        ("authorizerUri: 'arn:x', ", "", "own-security-unusable"),
        ("providerARNs: ['arn:p']", "", "own-security-unusable"),
        ("type: token", "type: jwt", "own-security-unusable"),
        (
            "      x-amazon-apigateway-authorizer: { type: token, authorizerUri: 'arn:x', authorizerResultTtlInSeconds: 60 }\n",
            "",
            "own-security-unusable",
        ),
        ("{ key: [] }", "{ signed: [] }", "own-security-several"),
    ] {
        let document = DOCUMENT.replace(from, to);
        assert_ne!(document, DOCUMENT);
        let (_, diagnostics) = compile(&revision(&document));
        let errors: Vec<&str> = diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| found.rule.as_str())
            .collect();
        assert_eq!(errors, [rule], "{from}");
    }
}

#[test]
fn every_change_of_it_changes_the_digest_and_is_told_security_first() {
    let before = planned(DOCUMENT);
    for (from, to, kind, lowers, said) in [
        (
            "[{ checks: [] }, { key: [] }]",
            "[{ checks: [] }]",
            PlanChangeKind::Security,
            true,
            "POST /orders is protected by the authorizer 'checks' instead of the authorizer 'checks' and an API key",
        ),
        (
            "[{ checks: [] }, { key: [] }]",
            "[]",
            PlanChangeKind::Security,
            true,
            "POST /orders becomes open to everyone: its document no longer asks for anything (before: the authorizer 'checks' and an API key)",
        ),
        (
            "security: []",
            "security: [{ signed: [] }]",
            PlanChangeKind::Security,
            false,
            "GET /open becomes protected by IAM",
        ),
        (
            "[orders:read]",
            "[]",
            PlanChangeKind::Security,
            true,
            "GET /orders is protected by the user pools of 'pool' instead of the user pools of 'pool' (scope orders:read)",
        ),
        (
            "InSeconds: 60",
            "InSeconds: 90",
            PlanChangeKind::Security,
            false,
            "The security scheme 'checks' of the document changes",
        ),
        (
            "x-amazon-apigateway-policy: { Version: '2012-10-17' }\n",
            "",
            PlanChangeKind::Security,
            true,
            "The document no longer sets the resource policy",
        ),
        (
            "Version: '2012-10-17'",
            "Version: '2008-10-17'",
            PlanChangeKind::Security,
            true,
            "The document sets the resource policy otherwise, which may let more callers in",
        ),
        (
            "media-types: []",
            "media-types: ['image/png']",
            PlanChangeKind::Changed,
            false,
            "The document sets the list of binary media types otherwise",
        ),
        (
            "validateRequestBody: true",
            "validateRequestBody: false",
            PlanChangeKind::Security,
            true,
            "Of requests to POST /orders the gateway checks parameters only (before: parameters and body)",
        ),
    ] {
        let after = planned(&DOCUMENT.replace(from, to));
        assert_ne!(digest(&before), digest(&after), "{from}");
        let changes = diff(&before, &after);
        let first = &changes[0];
        assert_eq!(
            (first.kind, first.lowers_security, first.sentence.as_str()),
            (kind, lowers, said)
        );
    }
    assert_eq!(diff(&before, &before), []);
}
