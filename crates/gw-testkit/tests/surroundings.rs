//! The surroundings themselves: that the emulators and providers are the ones the other tests take them for.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test")]

use gw_testkit::{
    Answer, Backend, Broken, CountingProxy, Localemu, Ministack, OauthMock, OidcProvider, Reply,
    TokenRequest, request,
};
use serde_json::{Value, json};

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/apigateway/aws4_request, \
                      SignedHeaders=host, Signature=00";

fn aws(method: &str, url: &str, body: &Value) -> Reply {
    let headers = [
        ("authorization", SIGNED),
        ("content-type", "application/json"),
    ];
    request(method, url, &headers, body.to_string()).unwrap()
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(part)
            .unwrap(),
    )
    .unwrap()
}

/// Imports through the proxy, deploys, calls; a gateway response tells the patched emulator from the stock one.
#[test]
fn localemu_imports_deploys_and_answers_as_patched() {
    let localemu = Localemu::start().unwrap();
    let proxy = CountingProxy::start(localemu.url()).unwrap();
    let backend = Backend::start().unwrap();
    backend.answer(
        "GET",
        "/pets",
        Answer::status(203).header("x-from", "backend").body("woof"),
    );

    let document = json!({
        "openapi": "3.0.1",
        "info": { "title": "pets", "version": "1" },
        "paths": { "/pets": { "get": {
            "responses": {},
            "x-amazon-apigateway-integration": {
                "type": "http_proxy", "httpMethod": "GET", "uri": format!("{}/pets", backend.url()),
            },
        } } },
        "x-amazon-apigateway-gateway-responses": { "MISSING_AUTHENTICATION_TOKEN": { "statusCode": 418 } },
    });
    let api = aws(
        "POST",
        &format!("{}/restapis?mode=import", proxy.url()),
        &document,
    )
    .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let deployed = aws(
        "POST",
        &format!("{}/restapis/{api}/deployments", proxy.url()),
        &json!({ "stageName": "v1" }),
    );
    assert_eq!(deployed.status, 201, "{}", deployed.text());

    let answer = request(
        "GET",
        &format!("{}/pets", localemu.invoke_url(&api, "v1")),
        &[],
        "",
    )
    .unwrap();
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (203, "woof"),
        "{answer:?}"
    );
    assert_eq!(answer.header("x-from"), Some("backend"));
    let unknown = request(
        "GET",
        &format!("{}/nothing", localemu.invoke_url(&api, "v1")),
        &[],
        "",
    )
    .unwrap();
    assert_eq!(unknown.status, 418, "{}", unknown.text());
    assert_eq!(proxy.tally().api_gateway_changes, 2, "{}", proxy.summary());
}

/// Many tests share one emulator, and then it has more descriptors than `select` can wait for.
#[test]
fn localemu_reads_a_functions_answer_whatever_the_number_of_its_descriptor() {
    let python = Localemu::python().unwrap();
    let script = gw_testkit::repository().join("tests/emulators/high_descriptor.py");
    let output = std::process::Command::new(python).arg(script).output();
    let output = output.unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn an_enforcing_ministack_refuses_what_is_not_signed() {
    let open = Ministack::start().unwrap();
    assert_eq!(
        request(
            "GET",
            &format!("{}/restapis", open.url()),
            &[("authorization", SIGNED)],
            ""
        )
        .unwrap()
        .status,
        200
    );
    let enforcing = Ministack::start_enforcing().unwrap();
    let stranger = SIGNED.replace("000000000000", "AKIASTRANGER");
    let headers = [("authorization", stranger.as_str())];
    let refused = request(
        "GET",
        &format!("{}/restapis", enforcing.url()),
        &headers,
        "",
    )
    .unwrap();
    assert_eq!(refused.status, 403, "{}", refused.text());
}

#[test]
fn the_certified_provider_issues_tokens_with_audience_and_scope() {
    let provider = OidcProvider::start().unwrap();
    let asked = TokenRequest {
        scope: Some("pets:read"),
        ..TokenRequest::default()
    };
    let claims = claims(&provider.token(&asked).unwrap());
    assert_eq!(claims["iss"], provider.issuer());
    assert_eq!(
        (&claims["aud"], &claims["scope"]),
        (&json!(gw_testkit::DEFAULT_AUDIENCE), &json!("pets:read"))
    );
    assert!(
        provider
            .token(&TokenRequest {
                client_secret: "wrong",
                ..asked
            })
            .is_err()
    );
    let keys = request("GET", &provider.jwks_url(), &[], "")
        .unwrap()
        .json();
    assert_eq!(keys["keys"][0]["alg"], "RS256");
}

#[test]
fn the_mock_breaks_a_token_in_one_way_at_a_time() {
    let mock = OauthMock::start().unwrap();
    let asked = TokenRequest::default();
    let good = mock.token(&asked).unwrap();
    let now = claims(&good)["iat"].as_i64().unwrap();
    for broken in Broken::ALL {
        let token = mock.broken_token(broken, &asked).unwrap();
        let (claims, good) = (claims(&token), claims(&good));
        let same = |name: &str| claims[name] == good[name];
        match broken {
            Broken::Expired => assert!(claims["exp"].as_i64().unwrap() < now),
            Broken::NotYetValid => assert!(claims["nbf"].as_i64().unwrap() > now),
            Broken::WrongAudience => assert!(!same("aud") && same("iss")),
            Broken::WrongIssuer => assert!(!same("iss") && same("aud")),
            Broken::MissingScope => assert_eq!(claims["scope"], Value::Null),
            Broken::WrongScope => assert!(!same("scope")),
            Broken::AlgNone => assert!(token.ends_with('.')),
            Broken::Hs256PublicKey | Broken::UnknownKey | Broken::WrongSignature => {
                assert!(
                    same("iss") && same("aud") && same("scope"),
                    "{broken:?}: {claims}"
                );
            }
        }
    }
}
