//! Discovery, keys and tokens against a provider that can be made to misbehave.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::time::Duration;

use base64::Engine;
use gw_http::{CancellationToken, Client as Http};
use gw_identity::resident::ResidentKey;
use gw_identity::{
    Client, KeySet, Refusal, TokenRequest, TokenRules, client_credentials, discover, refresh,
};
use gw_model::{ClientAuthentication, Code, KeyManagerKind, Secret};
use serde_json::json;

use support::Provider;

const SECRET: &str = "very:secret&value";

fn never() -> CancellationToken {
    CancellationToken::new()
}

fn http() -> Http {
    Http::new().unwrap()
}

fn client(authentication: ClientAuthentication) -> Client {
    Client {
        id: "my app".to_owned(),
        secret: Some(Secret::new(SECRET.to_owned())),
        authentication,
    }
}

#[tokio::test]
async fn an_issuer_is_enough() {
    let provider = Provider::start().await;
    let key = ResidentKey::generate().unwrap();
    provider.set_up("/tenant/", &key);
    for address in [
        format!("{}/tenant/", provider.base),
        format!("{}/tenant", provider.base),
        format!("{}/tenant/.well-known/openid-configuration", provider.base),
    ] {
        let found = discover(&http(), &address, &never()).await.unwrap();
        assert_eq!(found.issuer, format!("{}/tenant/", provider.base));
        assert_eq!(found.jwks_uri, format!("{}/keys", provider.base));
        assert_eq!(
            found.authorization_endpoint,
            Some(format!("{}/authorize", provider.base))
        );
        assert_eq!(found.algorithms, ["RS256"], "the key names its algorithm");
        assert_eq!((found.keys.len(), found.keys[0].id.as_str()), (1, key.id()));
        assert!(found.pkce);
    }
    let bare = discover(&http(), &format!("{}/tenant", provider.base), &never())
        .await
        .unwrap();
    assert!(bare.notes[0].contains("to the letter"), "{:?}", bare.notes);
}

#[tokio::test]
async fn a_wrong_discovery_document_is_refused() {
    let key = ResidentKey::generate().unwrap();
    let spoilt = |name: &'static str, value: serde_json::Value| (name, value);
    for (name, value) in [
        spoilt("issuer", json!("https://evil.example")),
        spoilt("issuer", json!("")),
        spoilt("jwks_uri", json!("http://keys.example/jwks")),
        spoilt("jwks_uri", json!(null)),
        spoilt("token_endpoint", json!("http://tokens.example/token")),
        spoilt("token_endpoint", json!("not a url")),
    ] {
        let provider = Provider::start().await;
        let mut document = provider.set_up("", &key);
        document[name] = value.clone();
        provider.set("/.well-known/openid-configuration", 200, &document);
        let fault = discover(&http(), &provider.base, &never())
            .await
            .unwrap_err();
        assert_eq!(
            fault.code,
            Code::IdentityDiscovery,
            "{name} = {value}: {fault}"
        );
        assert!(!fault.advice.is_empty());
    }
    for address in ["http://issuer.example", "no url", "ftp://127.0.0.1"] {
        let fault = discover(&http(), address, &never()).await.unwrap_err();
        assert_eq!(fault.code, Code::IdentityDiscovery, "{address}");
    }
    let provider = Provider::start().await;
    let fault = discover(&http(), &provider.base, &never())
        .await
        .unwrap_err();
    assert!(fault.summary.contains("answered 404"), "{fault}");

    provider.set_up("", &key);
    provider.set(
        "/keys",
        200,
        &json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }),
    );
    let fault = discover(&http(), &provider.base, &never())
        .await
        .unwrap_err();
    assert!(fault.summary.contains("symmetric"), "{fault}");
}

#[tokio::test]
async fn a_client_proves_itself_as_registered() {
    let provider = Provider::start().await;
    provider.set(
        "/token",
        200,
        &json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 60 }),
    );
    let mut asked = TokenRequest::new(format!("{}/token", provider.base), KeyManagerKind::Oidc);
    asked.scopes = vec!["a".to_owned(), "b".to_owned()];
    asked.audience = Some("https://api.example".to_owned());
    let send = async |client: &Client, asked: &TokenRequest| {
        client_credentials(&http(), client, asked, &never())
            .await
            .unwrap()
    };
    let tokens = send(&client(ClientAuthentication::ClientSecretBasic), &asked).await;
    assert_eq!(tokens.access_token.reveal(), "at");
    assert!(tokens.is_fresh(Duration::from_secs(30)) && !tokens.is_fresh(Duration::from_secs(90)));
    send(&client(ClientAuthentication::ClientSecretPost), &asked).await;
    asked.kind = KeyManagerKind::Auth0;
    send(&client(ClientAuthentication::ClientSecretPost), &asked).await;
    asked.kind = KeyManagerKind::EntraId;
    asked.scopes.clear();
    send(&client(ClientAuthentication::ClientSecretPost), &asked).await;

    let came = provider.came("/token");
    // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    let expected = base64::engine::general_purpose::STANDARD.encode("my+app:very%3Asecret%26value");
    assert_eq!(came[0].authorization, Some(format!("Basic {expected}")));
    assert!(!came[0].form.contains_key("client_secret"));
    assert_eq!(came[0].form["grant_type"], "client_credentials");
    assert_eq!(came[0].form["scope"], "a b");
    assert_eq!(
        (
            came[0].form["audience"].as_str(),
            came[0].form["resource"].as_str()
        ),
        ("https://api.example", "https://api.example")
    );
    assert_eq!(
        (
            came[1].authorization.as_ref(),
            came[1].form["client_secret"].as_str()
        ),
        (None, SECRET)
    );
    assert_eq!(came[1].form["client_id"], "my app");
    assert!(
        came[2].form.contains_key("audience") && !came[2].form.contains_key("resource"),
        "Auth0 takes audience"
    );
    assert_eq!(came[3].form["scope"], "https://api.example/.default");
    assert!(
        !came[3].form.contains_key("audience") && !came[3].form.contains_key("resource"),
        "Entra ID takes scopes"
    );
}

#[tokio::test]
async fn a_public_client_sends_no_basic() {
    let provider = Provider::start().await;
    provider.set(
        "/token",
        200,
        &json!({ "access_token": "at", "token_type": "bearer" }),
    );
    let asked = TokenRequest::new(format!("{}/token", provider.base), KeyManagerKind::Oidc);
    let mut public = client(ClientAuthentication::ClientSecretBasic);
    public.secret = None;
    let old = Secret::new("old-refresh".to_owned());
    let tokens = refresh(&http(), &public, &asked, &old, &never())
        .await
        .unwrap();
    assert_eq!(
        tokens.refresh_token.unwrap().reveal(),
        "old-refresh",
        "the old one is kept when no new one comes"
    );
    let came = provider.came("/token");
    assert_eq!(
        (
            came[0].authorization.as_ref(),
            came[0].form["client_id"].as_str()
        ),
        (None, "my app")
    );
    let fault = client_credentials(&http(), &public, &asked, &never())
        .await
        .err()
        .unwrap();
    assert_eq!(fault.code, Code::IdentityUnsupported);
    assert_eq!(
        provider.came("/token").len(),
        1,
        "it was asked though the client cannot"
    );
}

#[tokio::test]
async fn what_the_provider_says_is_kept_and_no_secret_with_it() {
    let provider = Provider::start().await;
    let asked = TokenRequest::new(format!("{}/token", provider.base), KeyManagerKind::Oidc);
    let mine = client(ClientAuthentication::ClientSecretPost);
    for (status, error, code) in [
        (401, "invalid_client", Code::IdentityClientRefused),
        (400, "unauthorized_client", Code::IdentityClientRefused),
        (400, "invalid_scope", Code::IdentityScopeRefused),
        (400, "invalid_target", Code::IdentityScopeRefused),
        (403, "access_denied", Code::IdentityScopeRefused),
        (400, "invalid_grant", Code::IdentityGrantRefused),
        (400, "unsupported_grant_type", Code::IdentityUnsupported),
        (500, "server_error", Code::NetworkBadAnswer),
    ] {
        let description = format!("The secret {SECRET} is\nwrong");
        provider.set(
            "/token",
            status,
            &json!({ "error": error, "error_description": description }),
        );
        let fault = client_credentials(&http(), &mine, &asked, &never())
            .await
            .err()
            .unwrap();
        assert_eq!(fault.code, code, "{error}");
        assert_eq!(fault.facts["error"], error);
        assert!(fault.facts["error-description"].contains("is"), "{fault:?}");
        let told = format!("{fault:?} {}", serde_json::to_string(&fault).unwrap());
        assert!(!told.contains(SECRET), "{error} told the secret: {told}");
    }
    provider.set(
        "/token",
        200,
        &json!({ "id_token": "no access token", "echo": SECRET }),
    );
    let fault = client_credentials(&http(), &mine, &asked, &never())
        .await
        .err()
        .unwrap();
    assert_eq!(fault.code, Code::NetworkBadAnswer);
    assert!(!format!("{fault:?}").contains(SECRET));

    let plain = TokenRequest::new("http://tokens.example/token", KeyManagerKind::Oidc);
    let fault = client_credentials(&http(), &mine, &plain, &never())
        .await
        .err()
        .unwrap();
    assert_eq!(
        fault.code,
        Code::IdentityDiscovery,
        "a secret may not go over plain http"
    );
}

#[tokio::test]
async fn strangers_cannot_make_the_keys_be_fetched_again_and_again() {
    let provider = Provider::start().await;
    let key = ResidentKey::generate().unwrap();
    provider.set_up("", &key);
    let set = KeySet::new(http(), format!("{}/keys", provider.base))
        .refetch_after(Duration::from_millis(200));
    let rules = TokenRules {
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        algorithms: vec!["RS256".to_owned()],
        leeway_seconds: 0,
    };
    let claims = json!({ "iss": "i", "aud": "a", "exp": 99_999_999_999_i64, "scope": "x" });
    let good = key.sign("at+jwt", &claims).unwrap();
    let verified = set.verify(good.reveal(), &rules).await.unwrap();
    assert_eq!(verified.scopes, ["x"]);
    let next = ResidentKey::generate().unwrap();
    let early = next.sign("at+jwt", &claims).unwrap();
    for _ in 0..50 {
        let refusal = set.verify(early.reveal(), &rules).await.unwrap_err();
        assert_eq!(refusal, Refusal::UnknownKey(next.id().to_owned()));
    }
    assert!(
        provider.came("/keys").len() <= 3,
        "{} fetches",
        provider.came("/keys").len()
    );

    // Rotated: the new key is found once the pause is over, and the provider may be down afterwards.
    provider.set(
        "/keys",
        200,
        &json!({ "keys": [key.public_jwk(), next.public_jwk()] }),
    );
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while set.verify(early.reveal(), &rules).await.is_err() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the new key was never found"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    provider.set("/keys", 500, &json!({}));
    assert!(
        set.verify(good.reveal(), &rules).await.is_ok(),
        "keys at hand were forgotten"
    );

    let down = KeySet::new(http(), format!("{}/nowhere", provider.base));
    assert_eq!(
        down.verify(good.reveal(), &rules).await.unwrap_err(),
        Refusal::KeysUnavailable
    );
}

#[tokio::test]
async fn keys_behind_a_redirect_are_not_fetched() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new()
        .route(
            "/keys",
            axum::routing::get(|| async { axum::response::Redirect::temporary("/inside") }),
        )
        .route("/inside", axum::routing::get(|| async { r#"{"keys":[]}"# }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let fault = gw_identity::key_set::fetch(&http(), &format!("{base}/keys"))
        .await
        .err()
        .unwrap();
    assert!(fault.summary.contains("307"), "{fault}");
}
