//! The local gateway and the OAuth client against providers nobody here wrote: a certified one, and one that lies.
//!
//! Where they are not installed, these tests say so and pass; `make test` installs them.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gw_http::{Answer, Body, CancellationToken, Url};
use gw_identity::{
    Claims, Client, SignIn, SignInRequest, TokenRequest, client_credentials, discover,
    exchange_code,
};
use gw_model::{AwsAuthorizer, ClientAuthentication, Code, KeyManagerKind, Secret};
use gw_plan::TokenCheck;
use gw_testkit::{Broken, DEFAULT_AUDIENCE, Failure, OauthMock, OidcProvider};

use support::*;

const CLIENTS: &str = r#"[
    {"client_id": "svc", "client_secret": "svc:secret&more", "grant_types": ["client_credentials"],
     "redirect_uris": [], "response_types": [], "scope": "pets:read pets:write"},
    {"client_id": "app", "token_endpoint_auth_method": "none", "application_type": "native",
     "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
     "redirect_uris": ["http://127.0.0.1/callback"]}
]"#;

/// A provider, or `None` when it is not installed.
fn present<T>(started: Result<T, Failure>) -> Option<T> {
    match started {
        Ok(provider) => Some(provider),
        Err(missing @ Failure::Missing { .. }) => {
            println!("skipped: {missing}");
            None
        }
        Err(failure) => panic!("{failure}"),
    }
}

async fn protect(world: &World, issuer: &str, jwks_uri: &str) -> String {
    let check = TokenCheck {
        issuer: issuer.to_owned(),
        jwks_uri: jwks_uri.to_owned(),
        audience: DEFAULT_AUDIENCE.to_owned(),
        algorithms: vec!["RS256".to_owned()],
        aws: AwsAuthorizer::Provision,
        ttl_seconds: 300,
    };
    let routes = vec![
        route("GET /pets", mock("[]"), scopes(&["pets:read"])),
        route("POST /pets", mock("{}"), scopes(&["pets:write"])),
    ];
    world.publish(&plan("pets", "/", routes, Some(check))).await
}

async fn call(world: &World, base: &str, method: &str, token: &str) -> u16 {
    let header = format!("Bearer {token}");
    let answer = world
        .call(
            method,
            &format!("{base}/pets"),
            &[("authorization", &header)],
        )
        .await;
    answer.status.as_u16()
}

#[tokio::test]
async fn a_certified_provider_is_discovered_asked_and_believed() {
    let Some(provider) = present(OidcProvider::start_with(&[("CLIENTS", CLIENTS)])) else {
        return;
    };
    let world = World::start().await;
    let cancel = CancellationToken::new();
    let found = discover(&world.http, provider.issuer(), &cancel)
        .await
        .unwrap();
    assert_eq!(found.issuer, provider.issuer());
    assert_eq!(found.jwks_uri, provider.jwks_url());
    assert_eq!(found.token_endpoint, provider.token_endpoint());
    assert_eq!(found.algorithms, ["RS256"]);
    assert!(found.pkce);

    let base = protect(&world, &found.issuer, &found.jwks_uri).await;
    let mut client = Client {
        id: "svc".to_owned(),
        secret: Some(Secret::new("svc:secret&more".to_owned())),
        authentication: ClientAuthentication::ClientSecretBasic,
    };
    let mut asked = TokenRequest::new(found.token_endpoint.clone(), KeyManagerKind::Oidc);
    asked.scopes = vec!["pets:read".to_owned()];
    asked.audience = Some(DEFAULT_AUDIENCE.to_owned());
    let tokens = client_credentials(&world.http, &client, &asked, &cancel)
        .await
        .unwrap();
    let token = tokens.access_token.reveal();
    assert_eq!(Claims::read(token).unwrap().audiences, [DEFAULT_AUDIENCE]);
    assert_eq!(call(&world, &base, "GET", token).await, 200);
    assert_eq!(call(&world, &base, "POST", token).await, 403);

    let refused = async |client: &Client, asked: &TokenRequest| {
        client_credentials(&world.http, client, asked, &cancel)
            .await
            .err()
            .unwrap()
            .code
    };
    let mut other = asked.clone();
    other.scopes = vec!["x:read".to_owned()];
    assert_eq!(refused(&client, &other).await, Code::IdentityScopeRefused);
    other = asked.clone();
    other.audience = Some("https://nobody.example.test".to_owned());
    assert_eq!(refused(&client, &other).await, Code::IdentityScopeRefused);
    client.secret = Some(Secret::new("wrong".to_owned()));
    assert_eq!(refused(&client, &asked).await, Code::IdentityClientRefused);
}

/// A browser as far as a sign-in needs one: it keeps cookies.
#[derive(Default)]
struct Browser(BTreeMap<String, String>);

impl Browser {
    async fn go(&mut self, world: &World, method: &str, url: &Url, form: &str) -> Answer {
        let cookies: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut asked = request(method, url.as_str(), &[("cookie", &cookies.join("; "))]);
        if !form.is_empty() {
            let kind = "application/x-www-form-urlencoded".parse().unwrap();
            asked = asked.header("content-type".parse().unwrap(), kind);
            asked = asked.body(Body::from(form.to_owned()));
        }
        let answer = world.send(asked).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.0.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

#[tokio::test]
async fn a_person_signs_in_at_a_certified_provider() {
    let Some(provider) = present(OidcProvider::start_with(&[("CLIENTS", CLIENTS)])) else {
        return;
    };
    let world = World::start().await;
    let cancel = CancellationToken::new();
    let found = discover(&world.http, provider.issuer(), &cancel)
        .await
        .unwrap();
    let sign_in = SignIn::start(SignInRequest {
        authorization_endpoint: found.authorization_endpoint.unwrap(),
        issuer: found.issuer.clone(),
        kind: KeyManagerKind::Oidc,
        client_id: "app".to_owned(),
        scopes: vec!["openid".to_owned(), "pets:read".to_owned()],
        audience: Some(DEFAULT_AUDIENCE.to_owned()),
        redirect_port: 0,
    })
    .await
    .unwrap();
    let sign_in = Arc::new(sign_in);
    let waiting = {
        let (sign_in, cancel) = (Arc::clone(&sign_in), cancel.clone());
        tokio::spawn(async move { sign_in.wait(Duration::from_secs(30), &cancel).await })
    };

    let mut browser = Browser::default();
    let mut url = sign_in.url().clone();
    let mut answer = browser.go(&world, "GET", &url, "").await;
    for _ in 0..12 {
        if let Some(location) = answer.header("location") {
            url = url.join(location).unwrap();
            answer = browser.go(&world, "GET", &url, "").await;
        } else if url.path().starts_with("/interaction/") {
            let page = String::from_utf8_lossy(&answer.body).into_owned();
            let form = if page.contains(r#"name="prompt" value="login""#) {
                "prompt=login&login=someone&password=any"
            } else {
                "prompt=consent"
            };
            answer = browser.go(&world, "POST", &url, form).await;
        } else {
            break;
        }
    }
    assert_eq!(
        url.path(),
        "/callback",
        "the sign-in ended at {url}: {:?}",
        answer.body
    );
    let code = waiting.await.unwrap().unwrap();

    let public = Client {
        id: "app".to_owned(),
        secret: None,
        authentication: ClientAuthentication::None,
    };
    let mut asked = TokenRequest::new(found.token_endpoint, KeyManagerKind::Oidc);
    asked.audience = Some(DEFAULT_AUDIENCE.to_owned());
    let tokens = exchange_code(&world.http, &public, &asked, &code, &cancel)
        .await
        .unwrap();
    let claims = Claims::read(tokens.access_token.reveal()).unwrap();
    assert_eq!(
        (claims.subject.as_deref(), claims.scopes),
        (Some("someone"), vec!["pets:read".to_owned()])
    );
    let base = protect(&world, &found.issuer, &found.jwks_uri).await;
    assert_eq!(
        call(&world, &base, "GET", tokens.access_token.reveal()).await,
        200
    );
    let again = exchange_code(&world.http, &public, &asked, &code, &cancel).await;
    assert_eq!(again.err().unwrap().code, Code::IdentityGrantRefused);
}

#[tokio::test]
async fn a_provider_that_lies_is_not_believed() {
    let Some(provider) = present(OauthMock::start()) else {
        return;
    };
    let world = World::start().await;
    let base = protect(&world, provider.issuer(), &provider.jwks_url()).await;
    let asked = gw_testkit::TokenRequest::default();
    let good = provider.token(&asked).unwrap();
    assert_eq!(call(&world, &base, "GET", &good).await, 200);
    for broken in Broken::ALL {
        let token = provider.broken_token(broken, &asked).unwrap();
        let expected = if broken.is_sound() { 403 } else { 401 };
        assert_eq!(
            call(&world, &base, "GET", &token).await,
            expected,
            "{broken:?}"
        );
    }
    assert_eq!(call(&world, &base, "GET", &good).await, 200);
}
