//! Who gets in: real tokens of the resident key manager, and every way to make one worse.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gw_http::CancellationToken;
use gw_identity::resident::ResidentKey;
use gw_identity::{Client, TokenRequest, client_credentials};
use gw_model::{ClientAuthentication, KeyManagerKind, Secret};
use serde_json::{Value, json};

use support::*;

/// A plan with a route for every need.
async fn protected(world: &World) -> String {
    let routes = vec![
        route("GET /open", mock(r#"{"open":true}"#), OPEN),
        route("GET /any-token", mock("{}"), scopes(&[])),
        route("GET /pets", mock(r#"{"pets":[]}"#), scopes(&["pets:read"])),
        route(
            "POST /pets",
            mock("{}"),
            scopes(&["pets:read", "pets:write"]),
        ),
        route(
            "GET /pets/{id}",
            http(format!("{}/pets/{{id}}", world.backend.url)),
            scopes(&["pets:read"]),
        ),
    ];
    world
        .publish(&plan("pets", "/pets-api", routes, Some(world.check())))
        .await
}

async fn status(world: &World, url: &str, token: &str) -> u16 {
    world
        .call("GET", url, &[("authorization", &format!("Bearer {token}"))])
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn a_fetched_token_opens_what_its_scopes_name() {
    let world = World::start().await;
    let base = protected(&world).await;
    for authentication in [
        ClientAuthentication::ClientSecretBasic,
        ClientAuthentication::ClientSecretPost,
    ] {
        let client = Client {
            id: CLIENT.to_owned(),
            secret: Some(Secret::new(SECRET.to_owned())),
            authentication,
        };
        let endpoint = format!("{}/token", world.resident.issuer());
        let mut asked = TokenRequest::new(endpoint, KeyManagerKind::Resident);
        asked.scopes = vec!["pets:read".to_owned()];
        asked.audience = Some(AUDIENCE.to_owned());
        let tokens = client_credentials(&world.http, &client, &asked, &CancellationToken::new())
            .await
            .unwrap();
        let token = tokens.access_token.reveal();
        assert_eq!(tokens.scopes, ["pets:read"]);
        assert!(tokens.is_fresh(Duration::from_mins(1)));
        assert_eq!(status(&world, &format!("{base}/pets"), token).await, 200);
        assert_eq!(
            status(&world, &format!("{base}/any-token"), token).await,
            200
        );
        assert_eq!(status(&world, &format!("{base}/pets/7"), token).await, 299);
        let header = format!("Bearer {token}");
        let write = world
            .call(
                "POST",
                &format!("{base}/pets"),
                &[("authorization", &header)],
            )
            .await;
        assert_eq!(write.status.as_u16(), 403);
        assert_eq!(
            write.header("x-amzn-errortype"),
            Some("AccessDeniedException")
        );
        let said: Value = serde_json::from_slice(&write.body).unwrap();
        assert!(
            said["Message"]
                .as_str()
                .unwrap()
                .starts_with("User is not authorized to access this resource")
        );
    }
}

#[tokio::test]
async fn without_a_token_aws_s_answer_comes() {
    let world = World::start().await;
    let base = protected(&world).await;
    let good = world.token(&world.claims());
    let url = format!("{base}/pets");
    for headers in [
        vec![],
        vec![("authorization", "")],
        vec![("authorization", "Bearer ")],
        vec![("authorization", "Bearer junk")],
        vec![("authorization", good.as_str())],
        vec![("authorization", "Basic c2hvcDpzM2NyM3Q=")],
    ] {
        let answer = world.call("GET", &url, &headers).await;
        assert_eq!(answer.status.as_u16(), 401, "{headers:?}");
        assert_eq!(&answer.body[..], br#"{"message":"Unauthorized"}"#);
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("UnauthorizedException")
        );
        assert_eq!(answer.media_type(), "application/json");
        assert!(answer.header("x-amzn-requestid").is_some());
    }
    let twice = format!("Bearer {good}");
    let answer = world
        .call(
            "GET",
            &url,
            &[("authorization", &twice), ("authorization", &twice)],
        )
        .await;
    assert_eq!(
        answer.status.as_u16(),
        401,
        "two Authorization headers were taken"
    );
    assert_eq!(
        world
            .call("GET", &format!("{base}/open"), &[])
            .await
            .status
            .as_u16(),
        200
    );
    assert_eq!(
        world.backend.hits.load(std::sync::atomic::Ordering::SeqCst),
        0
    );
}

#[tokio::test]
async fn every_spoilt_token_is_refused() {
    let world = World::start().await;
    let base = protected(&world).await;
    let url = format!("{base}/pets");
    let good = world.token(&world.claims());
    assert_eq!(status(&world, &url, &good).await, 200, "the good token");

    let with = |name: &str, value: Value| {
        let mut claims = world.claims();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = world.claims();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let spoilt_claims = [
        ("wrong issuer", with("iss", json!("http://127.0.0.1:1"))),
        (
            "issuer with a slash",
            with("iss", json!(format!("{}/", world.resident.issuer()))),
        ),
        (
            "issuer as a list",
            with("iss", json!([world.resident.issuer()])),
        ),
        ("no issuer", without("iss")),
        (
            "wrong audience",
            with("aud", json!("https://other.example.test")),
        ),
        (
            "audience in another case",
            with("aud", json!(AUDIENCE.to_uppercase())),
        ),
        ("no audience", without("aud")),
        ("expired", with("exp", json!(now() - 60))),
        ("no expiry", without("exp")),
        ("expiry as text", with("exp", json!("9999999999"))),
        ("not valid yet", with("nbf", json!(now() + 120))),
        ("issued ahead", with("iat", json!(now() + 120))),
    ];
    for (what, claims) in spoilt_claims {
        assert_eq!(
            status(&world, &url, &world.token(&claims)).await,
            401,
            "{what}"
        );
    }

    let claims = encode(world.claims().to_string());
    let unsigned = |header: Value, signature: &str| {
        format!("{}.{claims}.{signature}", encode(header.to_string()))
    };
    let kid = world.key.id();
    for alg in ["none", "None", "nOnE", ""] {
        let token = unsigned(json!({ "alg": alg, "kid": kid }), "");
        assert_eq!(status(&world, &url, &token).await, 401, "alg {alg:?}");
    }

    // HS256 made with the public key, in every spelling an attacker could try.
    let jwk = world.key.public_jwk();
    let head = encode(json!({ "alg": "HS256", "typ": "JWT", "kid": kid }).to_string());
    let message = format!("{head}.{claims}");
    let modulus = jwk["n"].as_str().unwrap();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(modulus)
    );
    for secret in [
        modulus.as_bytes(),
        pem.as_bytes(),
        jwk.to_string().as_bytes(),
        b"",
    ] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        let token = format!(
            "{message}.{}",
            encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()))
        );
        assert_eq!(
            status(&world, &url, &token).await,
            401,
            "HS256 with the public key"
        );
    }

    let stranger = ResidentKey::generate().unwrap();
    let foreign = stranger.sign("at+jwt", &world.claims()).unwrap();
    assert_eq!(
        status(&world, &url, foreign.reveal()).await,
        401,
        "unknown key id"
    );
    let (_, rest) = foreign.reveal().split_once('.').unwrap();
    let borrowed = format!("{}.{rest}", good.split_once('.').unwrap().0);
    assert_eq!(
        status(&world, &url, &borrowed).await,
        401,
        "a known key id over a foreign signature"
    );
    let embedded = json!({ "alg": "RS256", "kid": "embedded", "jwk": stranger.public_jwk() });
    assert_eq!(
        status(&world, &url, &unsigned(embedded, "AAAA")).await,
        401,
        "a key in the header"
    );
    let critical = json!({ "alg": "RS256", "kid": kid, "crit": ["x"], "x": 1 });
    assert_eq!(
        status(&world, &url, &unsigned(critical, "AAAA")).await,
        401,
        "a critical extension"
    );

    let logout = world.key.sign("logout+jwt", &world.claims()).unwrap();
    assert_eq!(
        status(&world, &url, logout.reveal()).await,
        401,
        "a token of another type"
    );
    let (message, signature) = good.rsplit_once('.').unwrap();
    let cut = &signature[..signature.len() - 4];
    for spoilt in [
        format!("{message}."),
        format!("{message}.{cut}"),
        format!("{message}.{signature}="),
        format!("{message}.{signature}.x"),
        message.to_owned(),
        format!("{good}{}", "A".repeat(20_000)),
    ] {
        assert_eq!(
            status(&world, &url, &spoilt).await,
            401,
            "{} bytes",
            spoilt.len()
        );
    }
    let other_claims = world.token(&with("scope", json!("pets:read pets:write")));
    let payload = other_claims.split('.').nth(1).unwrap();
    let (head, rest) = good.split_once('.').unwrap();
    let signature = rest.split_once('.').unwrap().1;
    assert_eq!(
        status(&world, &url, &format!("{head}.{payload}.{signature}")).await,
        401,
        "claims changed"
    );
    assert_eq!(
        status(&world, &url, &good).await,
        200,
        "the good token, still"
    );
}

#[tokio::test]
async fn a_token_is_refused_once_its_life_and_the_leeway_are_over() {
    let world = World::start().await;
    let base = protected(&world).await;
    let url = format!("{base}/pets");
    let mut claims = world.claims();
    // Within the leeway: good now, for two more seconds.
    claims["exp"] = json!(now() - 28);
    let token = world.token(&claims);
    assert_eq!(status(&world, &url, &token).await, 200);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while status(&world, &url, &token).await == 200 {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the token is still good long after its expiry"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_rotated_key_is_found_at_once() {
    let world = World::start().await;
    let base = protected(&world).await;
    let url = format!("{base}/pets");
    assert_eq!(
        status(&world, &url, &world.token(&world.claims())).await,
        200
    );
    let next = ResidentKey::generate().unwrap();
    let token = next.sign("at+jwt", &world.claims()).unwrap();
    world.resident.resident.rotate(
        ResidentKey::from_secret(&next.to_secret().unwrap()).unwrap(),
        true,
    );
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while status(&world, &url, token.reveal()).await != 200 {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the new key is not found"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        status(&world, &url, &world.token(&world.claims())).await,
        200,
        "the old key is published still"
    );
}

#[tokio::test]
async fn without_keys_the_authorizer_fails_and_lets_nobody_in() {
    let world = World::start().await;
    let mut check = world.check();
    check.jwks_uri = format!("{}/not-there", world.resident.issuer());
    let routes = vec![route("GET /pets", mock("{}"), scopes(&["pets:read"]))];
    let base = world.publish(&plan("pets", "/", routes, Some(check))).await;
    let header = format!("Bearer {}", world.token(&world.claims()));
    let answer = world
        .call(
            "GET",
            &format!("{base}/pets"),
            &[("authorization", &header)],
        )
        .await;
    assert_eq!(answer.status.as_u16(), 500);
    assert_eq!(&answer.body[..], br#"{"message":null}"#);
    assert_eq!(
        world
            .call("GET", &format!("{base}/pets"), &[])
            .await
            .status
            .as_u16(),
        401
    );
}
