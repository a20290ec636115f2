//! Refusals are explained, and guesses called guesses.

use std::collections::BTreeMap;

use gw_console::{AnswerBody, Answered, Case, Note, Pair, SentToken, disagreements, judge};
use gw_model::{ApiId, AwsAuthorizer, GatewayKind, HttpMethod, OperationKey, RevisionId};
use gw_plan::{MockAnswer, Plan, Route, RouteBackend, RouteSecurity, TokenCheck};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;

fn plan() -> Plan {
    let route = |method, path: &str, backend, security| Route {
        operation: OperationKey::new(method, path),
        operation_id: String::new(),
        summary: String::new(),
        backend,
        security,
        parameters: Vec::new(),
        contract: gw_plan::Contract::default(),
    };
    let token = |scopes: &[&str]| RouteSecurity::Token {
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    };
    let http = || RouteBackend::Http {
        url: "https://backend.example/x".to_owned(),
    };
    let answer = MockAnswer {
        status: 200,
        content_type: String::new(),
        headers: BTreeMap::new(),
        body: String::new(),
    };
    Plan {
        api: ApiId::new("a"),
        revision: RevisionId::new("r"),
        name: "a".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: vec![
            route(
                HttpMethod::Get,
                "/orders/{id}",
                http(),
                token(&["orders:read"]),
            ),
            route(
                HttpMethod::Get,
                "/orders/mine",
                http(),
                token(&["orders:mine"]),
            ),
            route(
                HttpMethod::Get,
                "/health",
                RouteBackend::Mock { answer },
                RouteSecurity::Open { declared: true },
            ),
        ],
        token_check: Some(TokenCheck {
            issuer: "https://idp.example/".to_owned(),
            jwks_uri: "https://idp.example/jwks".to_owned(),
            audience: "orders".to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 300,
        }),
        cors: None,
        resources: 3,
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
    }
}

fn good() -> Value {
    json!({"iss": "https://idp.example/", "aud": ["other", "orders"], "exp": NOW + 60, "scope": "a orders:read orders:mine"})
}

fn answer(status: u16, kind: &str, body: &str) -> Answered {
    let headers = if kind.is_empty() {
        Vec::new()
    } else {
        vec![Pair::new("x-amzn-errortype", kind)]
    };
    Answered {
        url: "https://x/".to_owned(),
        status,
        reason: String::new(),
        total_ms: 1.0,
        first_byte_ms: 1.0,
        size: body.len() as u64,
        size_exact: true,
        headers,
        body: AnswerBody::Text {
            raw: body.to_owned(),
            pretty: None,
            language: "json".to_owned(),
            truncated: false,
        },
    }
}

fn notes(answer: &Answered, method: HttpMethod, path: &str, token: SentToken<'_>) -> Vec<Note> {
    let plan = plan();
    let case = Case {
        gateway: GatewayKind::Aws,
        plan: Some(&plan),
        method,
        path,
        token,
        now: NOW,
    };
    let notes = judge(answer, &case);
    for note in &notes {
        assert!(
            note.cause.ends_with('.') && note.next.ends_with('.'),
            "{note:?}"
        );
    }
    notes
}

fn unauthorized() -> Answered {
    answer(
        401,
        "UnauthorizedException",
        "{\"message\":\"Unauthorized\"}",
    )
}

fn missing() -> Answered {
    answer(
        403,
        "MissingAuthenticationTokenException",
        "{\"message\":\"Missing Authentication Token\"}",
    )
}

#[test]
fn no_token_is_said_with_the_scope_it_needs() {
    let notes = notes(
        &unauthorized(),
        HttpMethod::Get,
        "/orders/7",
        SentToken::None,
    );
    assert_eq!(notes.len(), 1);
    assert!(
        !notes[0].guess
            && notes[0]
                .cause
                .contains("GET /orders/{id} asks for one with the scope orders:read"),
        "{notes:?}"
    );
}

#[test]
fn each_claim_that_disagrees_is_named() {
    let cases = [
        (
            "iss",
            json!("https://other.example"),
            "issued by 'https://other.example'",
        ),
        ("iss", json!("https://idp.example"), "slash at the end"),
        ("iss", json!(null), "names no issuer"),
        ("aud", json!("else"), "is for 'else'"),
        ("aud", json!(null), "has no audience"),
        ("exp", json!(NOW - 600), "expired 10 min ago"),
        ("exp", json!(NOW), "expired 0 s ago"),
        ("exp", json!(null), "no expiry"),
        ("nbf", json!(1_800_000_090.5), "valid only in 90 s"),
        (
            "scope",
            json!("orders:write"),
            "asks for the scope orders:read, and the token has orders:write",
        ),
        ("scope", json!(null), "the token has none"),
    ];
    for (claim, value, expected) in cases {
        let mut claims = good();
        claims[claim] = value;
        let found = notes(
            &unauthorized(),
            HttpMethod::Get,
            "/orders/7",
            SentToken::Claims(&claims),
        );
        assert_eq!(found.len(), 1, "{claim}: {found:?}");
        assert!(
            found[0].cause.contains(expected) && !found[0].guess,
            "{claim}: {found:?}"
        );
    }
    let check = plan().token_check.unwrap();
    assert_eq!(
        disagreements(&good(), &check, &["orders:read".to_owned()], NOW),
        []
    );
    let entra = json!({"iss": "https://idp.example/", "aud": "orders", "exp": NOW + 1, "scp": ["orders:read"]});
    assert_eq!(
        disagreements(&entra, &check, &["orders:read".to_owned()], NOW),
        []
    );
    let cognito = json!({"iss": "https://idp.example/", "client_id": "orders", "exp": NOW + 1});
    assert!(
        disagreements(&cognito, &check, &[], NOW)[0]
            .sentence
            .contains("only client_id 'orders'")
    );
}

#[test]
fn a_refused_token_that_fits_is_a_guess_at_its_signature() {
    let notes = notes(
        &unauthorized(),
        HttpMethod::Get,
        "/orders/7",
        SentToken::Claims(&good()),
    );
    assert!(
        notes[0].guess && notes[0].cause.contains("https://idp.example/jwks"),
        "{notes:?}"
    );
}

#[test]
fn an_opaque_token_and_an_open_route_are_told() {
    let opaque = notes(
        &unauthorized(),
        HttpMethod::Get,
        "/orders/7",
        SentToken::Opaque,
    );
    assert!(opaque[0].cause.contains("not a JWT"));
    let open = notes(&unauthorized(), HttpMethod::Get, "/health", SentToken::None);
    assert!(
        open[0].guess
            && open[0]
                .cause
                .contains("GET /health is open in the published plan"),
        "{open:?}"
    );
}

#[test]
fn denied_names_the_scope_of_the_route_that_was_called() {
    let denied = answer(
        403,
        "AccessDeniedException",
        "{\"Message\":\"User is not authorized to access this resource with an explicit deny\"}",
    );
    let mut claims = good();
    claims["scope"] = json!("orders:read");
    let found = notes(
        &denied,
        HttpMethod::Get,
        "/orders/mine",
        SentToken::Claims(&claims),
    );
    assert!(
        found[0].cause.contains("orders:mine") && !found[0].guess,
        "the literal route is the one: {found:?}"
    );
    let found = notes(
        &denied,
        HttpMethod::Get,
        "/orders/7",
        SentToken::Claims(&good()),
    );
    assert!(
        found[0].guess && found[0].cause.contains("kept authorizer answer"),
        "{found:?}"
    );
}

#[test]
fn a_missing_authentication_token_is_a_wrong_url() {
    let found = notes(&missing(), HttpMethod::Post, "/orders/7", SentToken::None);
    assert!(
        !found[0].guess && found[0].cause.contains("has GET, but no POST"),
        "{found:?}"
    );
    let found = notes(&missing(), HttpMethod::Get, "/Orders", SentToken::None);
    assert!(
        !found[0].guess
            && found[0]
                .cause
                .contains("no path /Orders. The nearest is GET /orders/"),
        "{found:?}"
    );
    let found = notes(&missing(), HttpMethod::Get, "/nothing", SentToken::None);
    assert!(!found[0].cause.contains("nearest"), "{found:?}");
    let found = notes(&missing(), HttpMethod::Get, "/orders/7", SentToken::None);
    assert!(
        found[0].guess && found[0].cause.contains("may be another revision"),
        "{found:?}"
    );
    let echoed = answer(
        403,
        "IncompleteSignatureException",
        "{\"message\":\"'x' not a valid key=value pair (missing equal-sign) in Authorization header\"}",
    );
    let found = notes(
        &echoed,
        HttpMethod::Get,
        "/nothing",
        SentToken::Claims(&good()),
    );
    assert!(found[0].cause.contains("no path /nothing"), "{found:?}");
    let unknown = Case {
        gateway: GatewayKind::Aws,
        plan: None,
        method: HttpMethod::Get,
        path: "/x",
        token: SentToken::None,
        now: NOW,
    };
    assert!(judge(&missing(), &unknown)[0].guess);
}

#[test]
fn failures_of_the_authorizer_and_the_backend_are_told_apart() {
    let cases = [
        (
            answer(
                500,
                "AuthorizerConfigurationException",
                "{\"message\":null}",
            ),
            "authorizer itself failed",
            true,
        ),
        (
            answer(500, "", "{\"message\":null}"),
            "authorizer itself failed",
            true,
        ),
        (
            answer(
                504,
                "InternalServerErrorException",
                "{\"message\": \"Endpoint request timed out\"}",
            ),
            "https://backend.example/x did not answer",
            false,
        ),
        (
            answer(
                504,
                "",
                "{\"message\":\"Network error communicating with endpoint\"}",
            ),
            "could not reach the backend https://backend.example/x",
            false,
        ),
        (
            answer(
                502,
                "InternalServerErrorException",
                "{\"message\": \"Internal server error\"}",
            ),
            "failed at the backend",
            true,
        ),
        (
            answer(500, "", "{\"error\":\"mine\"}"),
            "https://backend.example/x's own",
            true,
        ),
        (
            answer(401, "", "{\"error\":\"mine\"}"),
            "that refused",
            true,
        ),
        (answer(503, "", "down"), "is unavailable", true),
        (
            answer(429, "", "{\"message\":\"Too Many Requests\"}"),
            "limits the rate",
            false,
        ),
        (
            answer(429, "", "{\"message\":\"Limit Exceeded\"}"),
            "quota",
            false,
        ),
        (
            answer(
                400,
                "",
                "{\"message\": \"Missing required request parameters: [q]\"}",
            ),
            "request validation",
            false,
        ),
        (
            answer(403, "ForbiddenException", "{\"message\":\"Forbidden\"}"),
            "API key",
            true,
        ),
        (
            answer(413, "", "{\"message\":\"Request Too Long\"}"),
            "larger",
            false,
        ),
        (
            answer(415, "", "{\"message\":\"Unsupported Media Type\"}"),
            "Content-Type",
            false,
        ),
    ];
    for (answer, expected, guess) in cases {
        let found = notes(
            &answer,
            HttpMethod::Get,
            "/orders/7",
            SentToken::Claims(&good()),
        );
        assert!(
            found[0].cause.contains(expected),
            "{}: {found:?}",
            answer.text()
        );
        assert_eq!(found[0].guess, guess, "{found:?}");
    }
}

#[test]
fn good_answers_need_no_words() {
    for status in [200, 204, 302, 404, 418] {
        assert_eq!(
            notes(
                &answer(status, "", "{}"),
                HttpMethod::Get,
                "/orders/7",
                SentToken::None
            ),
            []
        );
    }
}
