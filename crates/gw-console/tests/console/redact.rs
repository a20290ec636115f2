//! Nothing secret is left in what is stored.

use gw_console::{REDACTED, build, redact, redact_text, redact_url};
use gw_model::{HttpMethod, Secret};

use crate::build::{draft, pairs};

#[test]
fn secrets_leave_the_draft_and_the_rest_stays() {
    let token = Secret::new("canary/token+1==".to_owned());
    let mut full = draft(
        HttpMethod::Post,
        "/echo/canary/token+1==?access_token=canary2&limit=1",
    );
    full.path_parameters = pairs(&[("id", "canary/token+1==")]);
    full.query = pairs(&[
        ("api_key", "canary3"),
        ("copy", "x canary/token+1== y"),
        ("pageToken", "kept"),
        ("q", "kept"),
    ]);
    full.headers = pairs(&[
        ("Authorization", "Basic canary4"),
        ("cookie", "s=canary5"),
        ("X-API-Key", "canary6"),
        ("Ocp-Apim-Subscription-Key", "canary7"),
        ("Content-Type", "application/json"),
        ("X-Url", "http://x/?t=canary%2Ftoken%2B1%3D%3D"),
    ]);
    full.body = r#"{"name":"kept","password": "canary\"8", "list":["secret","kept"], "nested":{"client_secret":"canary9","n":1},
        "note":"the password","token":null}"#
        .to_owned();
    let clean = redact(&full, Some(&token));
    let stored = serde_json::to_string(&clean).unwrap();
    assert!(!stored.contains("canary"), "{stored}");
    assert_eq!(stored.matches("kept").count(), 4, "{stored}");
    assert!(
        clean
            .body
            .contains("\"note\":\"the password\",\"token\":null"),
        "{}",
        clean.body
    );
    assert!(
        clean.body.contains("[\"secret\",\"kept\"]"),
        "{}",
        clean.body
    );
    assert!(
        serde_json::from_str::<serde_json::Value>(&clean.body).is_ok(),
        "{}",
        clean.body
    );
    assert!(
        build("http://x", &clean, None).is_err(),
        "what was left out is sent"
    );
}

#[test]
fn forms_lose_their_secrets_too() {
    let mut form = draft(HttpMethod::Post, "/token");
    form.headers = pairs(&[(
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
    )]);
    form.body = "grant_type=client_credentials&client_secret=canary&client%5Fsecret=canary&scope=a"
        .to_owned();
    assert_eq!(
        redact(&form, None).body,
        format!(
            "grant_type=client_credentials&client_secret={REDACTED}&client%5Fsecret={REDACTED}&scope=a"
        )
    );
}

#[test]
fn a_draft_without_secrets_is_stored_as_it_is() {
    let mut plain = draft(HttpMethod::Post, "/pets?limit=1");
    plain.headers = pairs(&[("Accept", "*/*"), ("Idempotency-Id", "1")]);
    plain.body = "{\"a\": [1.0, \"b\\\"c\"]} trailing \"open".to_owned();
    assert_eq!(
        redact(&plain, Some(&Secret::new("unrelated".to_owned()))),
        plain
    );
}

#[test]
fn urls_lose_passwords_and_secret_parameters() {
    let token = Secret::new("eyJhbGciOi.J9".to_owned());
    let clean = redact_url(
        "https://user:canary@host:1/a/eyJhbGciOi.J9?X-Amz-Signature=canary&q=1#access_token=canary",
        Some(&token),
    );
    assert_eq!(
        clean,
        format!(
            "https://host:1/a/{REDACTED}?X-Amz-Signature={REDACTED}&q=1#access_token={REDACTED}"
        )
    );
    assert_eq!(redact_url("http://h/p?x=1&y=", None), "http://h/p?x=1&y=");
}

#[test]
fn a_tiny_token_does_not_shred_texts() {
    assert_eq!(
        redact_text("a banana", Some(&Secret::new("a".to_owned()))),
        "a banana"
    );
}
