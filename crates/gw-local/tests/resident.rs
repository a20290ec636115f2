//! The resident key manager as any provider: discovered, asked, signed in at.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use gw_http::{Body, CancellationToken, Request, Url};
use gw_identity::{
    Claims, Client, SignIn, SignInRequest, TokenRequest, client_credentials, discover,
    exchange_code,
};
use gw_model::{ClientAuthentication, Code, KeyManagerKind, Secret};
use serde_json::Value;

use support::*;

fn shop() -> Client {
    Client {
        id: CLIENT.to_owned(),
        secret: Some(Secret::new(SECRET.to_owned())),
        authentication: ClientAuthentication::ClientSecretBasic,
    }
}

fn asked(world: &World) -> TokenRequest {
    TokenRequest::new(
        format!("{}/token", world.resident.issuer()),
        KeyManagerKind::Resident,
    )
}

#[tokio::test]
async fn it_is_discovered_like_any_other() {
    let world = World::start().await;
    let issuer = world.resident.issuer();
    let found = discover(&world.http, issuer, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(found.issuer, issuer);
    assert_eq!(found.algorithms, ["RS256"]);
    assert_eq!(found.keys[0].id, world.key.id());
    assert!(found.pkce);
    assert!(
        found
            .grant_types
            .iter()
            .any(|grant| grant == "client_credentials")
    );
}

#[tokio::test]
async fn its_tokens_say_what_rfc_9068_wants() {
    let world = World::start().await;
    let mut asked = asked(&world);
    asked.scopes = vec!["a".to_owned(), "b".to_owned()];
    asked.audience = Some(AUDIENCE.to_owned());
    let tokens = client_credentials(&world.http, &shop(), &asked, &CancellationToken::new())
        .await
        .unwrap();
    let claims = Claims::read(tokens.access_token.reveal()).unwrap();
    assert_eq!(claims.header["typ"], "at+jwt");
    assert_eq!(claims.header["kid"], world.key.id());
    assert_eq!(claims.issuer.as_deref(), Some(world.resident.issuer()));
    assert_eq!(claims.audiences, [AUDIENCE]);
    assert_eq!(claims.scopes, ["a", "b"]);
    assert_eq!(claims.payload["client_id"], CLIENT);
    assert_eq!(claims.subject.as_deref(), Some(CLIENT));
    assert!(claims.payload["jti"].as_str().unwrap().len() > 16);
    let life = claims.expires_at.unwrap().0 - claims.issued_at.unwrap().0;
    assert_eq!(life, 3_600_000);
}

async fn form(world: &World, fields: &str, authorization: Option<&str>) -> (u16, Value) {
    let mut request = request(
        "POST",
        &format!("{}/token", world.resident.issuer()),
        &[("content-type", "application/x-www-form-urlencoded")],
    )
    .body(Body::from(fields.to_owned()));
    if let Some(value) = authorization {
        request = request.header("authorization".parse().unwrap(), value.parse().unwrap());
    }
    let answer = world.send(request).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    (
        answer.status.as_u16(),
        serde_json::from_slice(&answer.body).unwrap(),
    )
}

#[tokio::test]
async fn wrong_requests_get_the_errors_of_rfc_6749() {
    let world = World::start().await;
    let secret = "client_secret=s3cr3t%3Awith%26special%3Dcharacters";
    for (fields, status, error) in [
        (
            format!("grant_type=client_credentials&client_id=shop&{secret}"),
            200,
            "",
        ),
        (
            format!("grant_type=client_credentials&client_id=shop&{secret}&client_id=shop"),
            400,
            "invalid_request",
        ),
        (
            "grant_type=client_credentials&client_id=shop&client_secret=wrong".to_owned(),
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&client_id=shop&client_secret=".to_owned(),
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&client_id=shop".to_owned(),
            401,
            "invalid_client",
        ),
        (
            format!("grant_type=client_credentials&client_id=nobody&{secret}"),
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials".to_owned(),
            401,
            "invalid_client",
        ),
        (
            format!("grant_type=password&client_id=shop&{secret}"),
            400,
            "unsupported_grant_type",
        ),
        (format!("client_id=shop&{secret}"), 400, "invalid_request"),
        (
            format!("grant_type=client_credentials&client_id=shop&{secret}&scope=a%22b"),
            400,
            "invalid_scope",
        ),
        (
            format!("grant_type=client_credentials&client_id=shop&{secret}&audience=a&resource=b"),
            400,
            "invalid_target",
        ),
        (
            format!("grant_type=authorization_code&client_id=shop&{secret}&code=x"),
            400,
            "invalid_grant",
        ),
    ] {
        let (got, body) = form(&world, &fields, None).await;
        assert_eq!(
            (got, body["error"].as_str().unwrap_or_default()),
            (status, error),
            "{fields}"
        );
    }
    let both = format!("grant_type=client_credentials&{secret}");
    let (status, body) = form(&world, &both, Some("Basic c2hvcDp4")).await;
    assert_eq!(
        (status, body["error"].as_str()),
        (400, Some("invalid_request")),
        "two proofs at once"
    );
    let answer = world
        .call(
            "GET",
            &format!("{}/jwks", world.resident.issuer()),
            &[("host", "rebound.example")],
        )
        .await;
    assert_eq!(
        answer.status.as_u16(),
        403,
        "a foreign host name was served"
    );
}

#[tokio::test]
async fn a_browser_signs_in_and_the_code_works_once() {
    let world = World::start().await;
    let issuer = world.resident.issuer().to_owned();
    let sign_in = SignIn::start(SignInRequest {
        authorization_endpoint: format!("{issuer}/authorize"),
        issuer: issuer.clone(),
        kind: KeyManagerKind::Resident,
        client_id: CLIENT.to_owned(),
        scopes: vec!["pets:read".to_owned()],
        audience: Some(AUDIENCE.to_owned()),
        redirect_port: 0,
    })
    .await
    .unwrap();
    let sign_in = Arc::new(sign_in);
    let waiting = {
        let sign_in = Arc::clone(&sign_in);
        tokio::spawn(async move {
            sign_in
                .wait(Duration::from_secs(20), &CancellationToken::new())
                .await
        })
    };
    let page = world.send(Request::get(sign_in.url().clone())).await;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    assert!(
        html.contains("The shop") && html.contains("pets:read") && html.contains(AUDIENCE),
        "{html}"
    );
    let ticket = html
        .split("name=\"ticket\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let agree = request(
        "POST",
        &format!("{issuer}/authorize"),
        &[("content-type", "application/x-www-form-urlencoded")],
    )
    .body(Body::from(format!("ticket={ticket}&agree=yes")));
    let answer = world.send(agree).await;
    assert_eq!(answer.status.as_u16(), 303);
    let back = answer.header("location").unwrap().to_owned();
    assert!(back.starts_with(sign_in.redirect_uri()), "{back}");
    let landed = world.send(Request::get(Url::parse(&back).unwrap())).await;
    assert_eq!(landed.status.as_u16(), 200);
    let code = waiting.await.unwrap().unwrap();
    let cancel = CancellationToken::new();
    let tokens = exchange_code(&world.http, &shop(), &asked(&world), &code, &cancel)
        .await
        .unwrap();
    let claims = Claims::read(tokens.access_token.reveal()).unwrap();
    assert_eq!(
        (claims.scopes, claims.audiences),
        (vec!["pets:read".to_owned()], vec![AUDIENCE.to_owned()])
    );
    let again = exchange_code(&world.http, &shop(), &asked(&world), &code, &cancel).await;
    assert_eq!(again.err().unwrap().code, Code::IdentityGrantRefused);
}

#[tokio::test]
async fn an_authorization_request_that_could_leak_a_code_is_refused() {
    let world = World::start().await;
    let base = format!("{}/authorize", world.resident.issuer());
    let good = "response_type=code&client_id=shop&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb\
                &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=s";
    let visit = async |query: String| {
        world
            .send(Request::get(
                Url::parse(&format!("{base}?{query}")).unwrap(),
            ))
            .await
    };
    assert_eq!(visit(good.to_owned()).await.status.as_u16(), 200);
    for (spoilt, why) in [
        (
            good.replace("127.0.0.1%3A9", "evil.example"),
            "a foreign redirect address",
        ),
        (
            good.replace("client_id=shop", "client_id=nobody"),
            "an unknown client",
        ),
        (format!("{good}&state=t"), "a repeated parameter"),
    ] {
        let answer = visit(spoilt).await;
        assert_eq!(answer.status.as_u16(), 400, "{why}");
        assert!(answer.header("location").is_none(), "{why}");
    }
    for (spoilt, error) in [
        (good.replace("S256", "plain"), "invalid_request"),
        (
            good.replace("code_challenge=E9", "code_challenge=E"),
            "invalid_request",
        ),
        (
            good.replace("response_type=code", "response_type=token"),
            "unsupported_response_type",
        ),
    ] {
        let answer = visit(spoilt).await;
        let location = answer.header("location").unwrap();
        assert!(
            location.contains(&format!("error={error}")) && location.contains("state=s"),
            "{location}"
        );
    }
}
