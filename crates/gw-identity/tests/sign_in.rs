//! Signing in, with a browser played by an HTTP client.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

use std::sync::Arc;
use std::time::Duration;

use gw_http::{CancellationToken, Client as Http, Request, Url};
use gw_identity::{SignIn, SignInRequest};
use gw_model::{Code, KeyManagerKind};

fn asked(port: u16) -> SignInRequest {
    SignInRequest {
        authorization_endpoint: "https://sso.example/authorize?tenant=1".to_owned(),
        issuer: "https://sso.example".to_owned(),
        kind: KeyManagerKind::Oidc,
        client_id: "desk".to_owned(),
        scopes: vec!["openid".to_owned(), "pets:read".to_owned()],
        audience: Some("https://api.example".to_owned()),
        redirect_port: port,
    }
}

fn query(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
        .unwrap()
}

async fn visit(url: &str) -> (u16, String) {
    let request = Request::get(Url::parse(url).unwrap());
    let answer = Http::new()
        .unwrap()
        .send(request, &CancellationToken::new())
        .await
        .unwrap();
    (
        answer.status.as_u16(),
        String::from_utf8_lossy(&answer.body).into_owned(),
    )
}

#[tokio::test]
async fn the_browser_s_answer_arrives_and_impostors_do_not() {
    let sign_in = Arc::new(SignIn::start(asked(0)).await.unwrap());
    let url = sign_in.url().clone();
    assert_eq!(query(&url, "tenant"), "1");
    assert_eq!(query(&url, "response_type"), "code");
    assert_eq!(query(&url, "code_challenge_method"), "S256");
    assert_eq!(query(&url, "scope"), "openid pets:read");
    let redirect = query(&url, "redirect_uri");
    assert!(redirect.starts_with("http://127.0.0.1:"), "{redirect}");
    let state = query(&url, "state");
    assert!(state.len() >= 22, "{state} can be guessed");

    let waiting = {
        let sign_in = Arc::clone(&sign_in);
        tokio::spawn(async move {
            sign_in
                .wait(Duration::from_secs(20), &CancellationToken::new())
                .await
        })
    };
    for (target, expected) in [
        (format!("{redirect}?code=evil"), 400),
        (format!("{redirect}?code=evil&state=guess"), 400),
        (
            format!("{redirect}?code=evil&state={state}&iss=https%3A%2F%2Fevil.example"),
            400,
        ),
        (format!("{redirect}?code=a&code=b&state={state}"), 400),
        (redirect.replace("/callback", "/favicon.ico"), 404),
    ] {
        assert_eq!(visit(&target).await.0, expected, "{target}");
    }
    let good = format!("{redirect}?code=c0de&state={state}&iss=https%3A%2F%2Fsso.example");
    let (status, page) = visit(&good).await;
    assert_eq!(status, 200);
    assert!(page.contains("You can close this window"), "{page}");
    let code = waiting.await.unwrap().unwrap();
    assert_eq!(code.code.reveal(), "c0de");
    assert_eq!(code.redirect_uri, redirect);
    assert!(code.verifier.reveal().len() >= 43);
    assert_eq!(
        sign_in.paste(&good).unwrap_err().code,
        Code::RequestInvalid,
        "a code was taken twice"
    );
}

#[tokio::test]
async fn a_pasted_address_will_do() {
    let sign_in = SignIn::start(asked(0)).await.unwrap();
    let state = query(sign_in.url(), "state");
    for junk in [
        "",
        "https://example.com",
        "code=1",
        &format!("code=1&state={state}x"),
    ] {
        assert_eq!(
            sign_in.paste(junk).unwrap_err().code,
            Code::RequestInvalid,
            "{junk:?}"
        );
    }
    sign_in
        .paste(&format!(
            "  http://127.0.0.1:9/callback?state={state}&code=pasted \n"
        ))
        .unwrap();
    let code = sign_in
        .wait(Duration::from_secs(5), &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(code.code.reveal(), "pasted");
}

#[tokio::test]
async fn a_refusal_a_timeout_and_a_cancel_say_what_they_are() {
    let sign_in = Arc::new(SignIn::start(asked(0)).await.unwrap());
    let (redirect, state) = (
        sign_in.redirect_uri().to_owned(),
        query(sign_in.url(), "state"),
    );
    let waiting = {
        let sign_in = Arc::clone(&sign_in);
        tokio::spawn(async move {
            sign_in
                .wait(Duration::from_secs(20), &CancellationToken::new())
                .await
        })
    };
    visit(&format!(
        "{redirect}?error=access_denied&error_description=not+today&state={state}"
    ))
    .await;
    let fault = waiting.await.unwrap().err().unwrap();
    assert_eq!(fault.code, Code::IdentityGrantRefused);
    assert_eq!(fault.facts["error-description"], "not today");

    let port = Url::parse(&redirect).unwrap().port().unwrap();
    let fault = SignIn::start(asked(port)).await.err().unwrap();
    assert_eq!(
        (fault.code, fault.facts["port"].as_str()),
        (Code::LocalPortInUse, port.to_string().as_str())
    );

    let quiet = SignIn::start(asked(0)).await.unwrap();
    let fault = quiet
        .wait(Duration::from_millis(50), &CancellationToken::new())
        .await
        .err()
        .unwrap();
    assert_eq!(fault.code, Code::IdentitySignInTimeout);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let fault = quiet
        .wait(Duration::from_secs(20), &cancel)
        .await
        .err()
        .unwrap();
    assert_eq!(fault.code, Code::RequestCancelled);
}
