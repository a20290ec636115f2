//! The command line sends, through a real shell, what the console sends.

use gw_console::{Draft, Pair, build, curl, send};
use gw_http::{CancellationToken, Client};
use gw_model::{HttpMethod, Secret};
use proptest::prelude::*;
use tokio::process::Command;

use crate::build::{draft, pairs};
use crate::server::{Received, Server};

/// Sends a draft both ways; gives back both requests as the server saw them.
async fn both(draft: &Draft, token: Option<&str>) -> (Received, Received, String) {
    let mut server = Server::ok().await;
    let secret = token.map(|token| Secret::new(token.to_owned()));
    let request = build(&server.url, draft, secret.as_ref()).unwrap();
    let text = curl(&request, true);
    send(&Client::new().unwrap(), request, &CancellationToken::new())
        .await
        .unwrap();
    let ours = server.next().await;
    let shell = Command::new("sh")
        .arg("-c")
        .arg(format!("{text} --silent --show-error --noproxy '*'"))
        .env("GATEWRIGHT_TOKEN", token.unwrap_or("unset"))
        .env("GATEWRIGHT_X_API_KEY", "key 'with' \"quotes\" $HOME `id`")
        .env("GATEWRIGHT_API_KEY", "query-key")
        .output()
        .await
        .expect("sh and curl are there");
    assert!(
        shell.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&shell.stderr)
    );
    let theirs = server.next().await;
    (without_names(ours), without_names(theirs), text)
}

/// Who sends says so; everything else must be the same.
fn without_names(mut received: Received) -> Received {
    received
        .headers
        .retain(|(name, _)| !matches!(name.as_str(), "user-agent" | "connection"));
    received
}

#[tokio::test]
async fn the_shell_sends_the_same() {
    let mut posted = draft(HttpMethod::Post, "/pets/{id}/$HOME`id`");
    posted.path_parameters = pairs(&[("id", "it's [7] {a,b} & \"more\"")]);
    posted.query = pairs(&[("q", "$(touch /tmp/x); 'a' \\ \"b\" [1-3]"), ("empty", "")]);
    posted.headers = pairs(&[
        ("Content-Type", "application/json"),
        ("X-Quoted", "it's \"$HOME\" `id` \\ !x"),
        ("X-Empty", ""),
        ("X-Twice", "1"),
    ]);
    posted.body = "{\"say\": \"it's $HOME `id` \\\\ \\u00e9\"}\n\n@end ".to_owned();
    let (ours, theirs, text) = both(&posted, Some("eyJ.a-b_c.sig")).await;
    assert_eq!(ours, theirs, "{text}");
    assert_eq!(ours.header("authorization"), Some("Bearer eyJ.a-b_c.sig"));
    assert!(
        !text.contains("eyJ.a-b_c.sig") && text.contains("\"$GATEWRIGHT_TOKEN\""),
        "{text}"
    );
}

#[tokio::test]
async fn every_method_is_sent_alike() {
    for method in HttpMethod::ALL
        .into_iter()
        .filter(|method| *method != HttpMethod::Any)
    {
        let (ours, theirs, text) = both(&draft(method, "/x"), None).await;
        assert_eq!(ours, theirs, "{text}");
        assert_eq!(ours.method, method.as_str());
    }
}

#[tokio::test]
async fn a_body_that_looks_like_a_file_or_a_form_stays_a_body() {
    for body in ["@/etc/passwd", "a=b&c=d", "--head", "''", "-"] {
        let mut posted = draft(HttpMethod::Put, "/x");
        body.clone_into(&mut posted.body);
        let (ours, theirs, text) = both(&posted, None).await;
        assert_eq!(ours, theirs, "{text}");
        assert_eq!(ours.body, body.as_bytes());
    }
}

#[tokio::test]
async fn other_secrets_get_placeholders_of_their_own() {
    let mut server = Server::ok().await;
    let mut keyed = draft(HttpMethod::Get, "/x");
    keyed.headers = pairs(&[("X-Api-Key", "sekrit-1"), ("Cookie", "session=sekrit-2")]);
    keyed.query = pairs(&[("api_key", "sekrit-3"), ("page_token", "kept")]);
    let request = build(&server.url, &keyed, None).unwrap();
    let text = curl(&request, true);
    assert!(!text.contains("sekrit"), "{text}");
    assert!(text.contains("kept"), "{text}");
    let shell = Command::new("sh")
        .arg("-c")
        .arg(format!("{text} --silent --noproxy '*'"))
        .env("GATEWRIGHT_X_API_KEY", "key 'with' \"quotes\" $HOME `id`")
        .env("GATEWRIGHT_API_KEY", "query-key")
        .env("GATEWRIGHT_COOKIE", "session=c")
        .output()
        .await
        .unwrap();
    assert!(shell.status.success(), "{text}");
    let received = server.next().await;
    assert_eq!(
        received.header("x-api-key"),
        Some("key 'with' \"quotes\" $HOME `id`")
    );
    assert_eq!(received.header("cookie"), Some("session=c"));
    assert_eq!(received.target, "/x?api_key=query-key&page_token=kept");
    let whole = curl(&build(&server.url, &keyed, None).unwrap(), false);
    assert!(
        ["sekrit-1", "sekrit-2", "sekrit-3"]
            .iter()
            .all(|secret| whole.contains(secret)),
        "{whole}"
    );
}

#[test]
fn the_token_is_replaced_wherever_it_stands() {
    let token = Secret::new("tok-1234567890".to_owned());
    let mut echoing = draft(HttpMethod::Post, "/echo/{it}");
    echoing.path_parameters = pairs(&[("it", "tok-1234567890")]);
    echoing.query = pairs(&[("q", "x-tok-1234567890-y")]);
    echoing.headers = pairs(&[("X-Copy", "tok-1234567890")]);
    echoing.body = "{\"it\":\"tok-1234567890\"}".to_owned();
    let text = curl(&build("http://x", &echoing, Some(&token)).unwrap(), true);
    assert!(!text.contains("tok-1234567890"), "{text}");
    assert_eq!(text.matches("\"$GATEWRIGHT_TOKEN\"").count(), 5, "{text}");
}

proptest! {
    // Each case is a process.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_odd_for_the_shell(
        value in "[ -~é☃]{1,20}",
        query in "[ -~\n\té☃]{0,20}",
        header in "[!-~]([ -~]{0,18}[!-~])?",
        body in "[ -~\n\r\té☃]{0,60}",
    ) {
        prop_assume!(!value.split('/').any(|part| part == "." || part == ".."));
        let mut odd = draft(HttpMethod::Post, "/a/{value}");
        odd.path_parameters = vec![Pair::new("value", value)];
        odd.query = vec![Pair::new("query", query)];
        odd.headers = vec![Pair::new("X-Odd", header), Pair::new("Content-Type", "text/plain")];
        odd.body = body;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (ours, theirs, text) = runtime.block_on(both(&odd, Some("token-for-odd-text")));
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}
