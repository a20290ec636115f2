//! What comes back, what does not, and what is said about it.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

use std::time::Duration;

use axum::Router;
use axum::body::Body as AxumBody;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures::{StreamExt, stream};
use gw_http::{
    AddressRules, Body, Bytes, CancellationToken, Client, Method, Oversize, Request, StatusCode,
    Url,
};
use gw_model::{Code, Effect, Fault};

async fn server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let elsewhere = base.replace("127.0.0.1", "localhost");
    let router = Router::new()
        .route(
            "/hello",
            get(|| async { ([("x-b", "1"), ("x-a", "2")], "hello") }),
        )
        .route("/big", get(|| async { vec![b'x'; 100_000] }))
        .route("/chunks", get(chunks))
        .route("/never", get(never).post(never))
        .route("/there", get(|| async { Redirect::temporary("/hello") }))
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route(
            "/away",
            get(move || async move { Redirect::temporary(&format!("{elsewhere}/headers")) }),
        )
        .route(
            "/headers",
            get(|headers: HeaderMap| async move { format!("{headers:?}") }),
        )
        .route(
            "/teapot",
            get(|| async { (StatusCode::IM_A_TEAPOT, "short and stout") }),
        )
        .route(
            "/count",
            post(|body: Bytes| async move { body.len().to_string() }),
        );
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

async fn chunks() -> Response {
    let many = stream::iter(0..1000);
    let body = many.map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&[b'y'; 1024])));
    AxumBody::from_stream(body).into_response()
}

async fn never() -> &'static str {
    std::future::pending().await
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

async fn fails(client: &Client, request: Request) -> Fault {
    client
        .send(request, &CancellationToken::new())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn every_status_is_an_answer() {
    let base = server().await;
    let client = Client::new().unwrap();
    let send = async |path: &str| {
        client
            .send(
                Request::get(url(&format!("{base}{path}"))),
                &CancellationToken::new(),
            )
            .await
            .unwrap()
    };
    let hello = send("/hello").await;
    assert_eq!(
        (hello.status.as_u16(), &hello.body[..], hello.size),
        (200, &b"hello"[..], 5)
    );
    assert!(!hello.truncated && hello.timings.first_byte <= hello.timings.total);
    assert_eq!(hello.media_type(), "text/plain");
    let own: Vec<&str> = hello
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-"))
        .collect();
    assert_eq!(own, ["x-b", "x-a"], "headers are out of order");
    assert!(hello.peer.is_some());
    assert_eq!(send("/teapot").await.status.as_u16(), 418);
    assert_eq!(
        send("/there").await.status.as_u16(),
        307,
        "a redirect was followed unasked"
    );
}

#[tokio::test]
async fn a_body_is_sent_from_memory_or_as_it_comes() {
    let base = server().await;
    let client = Client::new().unwrap();
    let chunks = stream::iter((0..100).map(|_| Ok(Bytes::from_static(&[0; 1000]))));
    for (body, expected) in [
        (Body::Empty, "0"),
        (Body::from("12345".to_owned()), "5"),
        (Body::stream(chunks), "100000"),
    ] {
        let request = Request::new(Method::POST, url(&format!("{base}/count"))).body(body);
        assert_eq!(
            client
                .send(request, &CancellationToken::new())
                .await
                .unwrap()
                .body,
            expected
        );
    }
}

#[tokio::test]
async fn answers_have_a_size_limit() {
    let base = server().await;
    let client = Client::new().unwrap();
    for path in ["/big", "/chunks"] {
        let request = || Request::get(url(&format!("{base}{path}")));
        let fault = fails(&client, request().at_most(1000, Oversize::Refuse)).await;
        assert_eq!(fault.code, Code::NetworkTooLarge, "{path}");
        let cut = client
            .send(
                request().at_most(1000, Oversize::Truncate),
                &CancellationToken::new(),
            )
            .await
            .unwrap();
        assert_eq!((cut.body.len(), cut.truncated), (1000, true), "{path}");
    }
    let exact = Request::get(url(&format!("{base}/big"))).at_most(100_000, Oversize::Refuse);
    let exact = client.send(exact, &CancellationToken::new()).await.unwrap();
    assert_eq!((exact.size, exact.truncated), (100_000, false));
    let cut = Request::get(url(&format!("{base}/big"))).at_most(10, Oversize::Truncate);
    assert_eq!(
        client
            .send(cut, &CancellationToken::new())
            .await
            .unwrap()
            .size,
        100_000,
        "the declared size"
    );
}

#[tokio::test]
async fn time_and_the_user_end_a_request() {
    let base = server().await;
    let client = Client::new().unwrap();
    let request = |method| {
        Request::new(method, url(&format!("{base}/never?token=abc")))
            .timeout(Duration::from_millis(100))
    };
    let fault = fails(&client, request(Method::GET)).await;
    assert_eq!(
        (fault.code, fault.effect),
        (Code::NetworkTimeout, Effect::None)
    );
    let fault = fails(&client, request(Method::POST)).await;
    assert_eq!(
        (fault.code, fault.effect),
        (Code::NetworkTimeout, Effect::Unknown)
    );
    assert!(
        !format!("{fault:?}").contains("abc"),
        "a query string is in the fault"
    );
    let cancel = CancellationToken::new();
    let waiting = client.send(
        request(Method::POST).timeout(Duration::from_mins(1)),
        &cancel,
    );
    let (fault, ()) = tokio::join!(waiting, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    });
    assert_eq!(fault.unwrap_err().code, Code::RequestCancelled);
}

#[tokio::test]
async fn redirects_are_followed_when_asked_and_no_secret_follows_them_elsewhere() {
    let base = server().await;
    let client = Client::new().unwrap();
    let there = Request::get(url(&format!("{base}/there"))).redirects(2);
    let answer = client.send(there, &CancellationToken::new()).await.unwrap();
    assert_eq!(
        (&answer.body[..], answer.url.path()),
        (&b"hello"[..], "/hello")
    );
    let round = Request::get(url(&format!("{base}/loop"))).redirects(5);
    assert_eq!(
        client
            .send(round, &CancellationToken::new())
            .await
            .unwrap()
            .status
            .as_u16(),
        307
    );
    let away = Request::get(url(&format!("{base}/away")))
        .redirects(1)
        .header(
            "authorization".parse().unwrap(),
            "Bearer secret".parse().unwrap(),
        )
        .header("x-plain".parse().unwrap(), "kept".parse().unwrap());
    let answer = client.send(away, &CancellationToken::new()).await.unwrap();
    let headers = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        headers.contains("kept") && !headers.contains("secret"),
        "{headers}"
    );
}

#[tokio::test]
async fn what_keeps_an_answer_away_has_a_name() {
    let client = Client::new().unwrap();
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let fault = fails(
        &client,
        Request::new(Method::POST, url(&format!("http://{closed}/"))),
    )
    .await;
    assert_eq!(
        (fault.code, fault.effect),
        (Code::NetworkUnreachable, Effect::None),
        "{fault:?}"
    );
    assert_eq!(fault.facts["url"], format!("http://{closed}/"));
    let fault = fails(&client, Request::get(url("http://no-such-name.invalid/"))).await;
    assert_eq!(fault.code, Code::NetworkNameUnknown, "{fault:?}");
    let base = server().await.replace("http:", "https:");
    let fault = fails(&client, Request::get(url(&format!("{base}/hello")))).await;
    assert_eq!(fault.code, Code::NetworkTls, "{fault:?}");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rude = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            drop(stream);
        }
    });
    let fault = fails(
        &client,
        Request::new(Method::POST, url(&format!("http://{rude}/"))),
    )
    .await;
    assert_eq!(
        (fault.code, fault.effect),
        (Code::NetworkBadAnswer, Effect::Unknown),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_public_client_does_not_reach_this_machine() {
    let base = server().await;
    let client = Client::with_rules(AddressRules::PUBLIC).unwrap();
    let port = url(&base).port().unwrap();
    for address in [
        base.clone(),
        format!("http://localhost:{port}/hello"),
        format!("http://[::1]:{port}/hello"),
        format!("http://2130706433:{port}/hello"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let fault = fails(&client, Request::get(url(&address))).await;
        assert_eq!(
            fault.code,
            Code::NetworkRefusedAddress,
            "{address}: {fault:?}"
        );
    }
    // A name that is not written as a loopback one, and resolves to one.
    let name = hostname();
    if let Some(name) = name {
        let fault = fails(
            &client,
            Request::get(url(&format!("http://{name}:{port}/hello"))),
        )
        .await;
        assert!(
            matches!(
                fault.code,
                Code::NetworkRefusedAddress | Code::NetworkNameUnknown
            ),
            "{name}: {fault:?}"
        );
    }
}

fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/etc/hostname")
        .ok()?
        .trim()
        .to_owned();
    Url::parse(&format!("http://{name}/")).ok().map(|_| name)
}

#[tokio::test]
async fn an_invalid_header_or_address_never_panics() {
    let client = Client::new().unwrap();
    let fault = fails(&client, Request::get(url("file:///etc/passwd"))).await;
    assert_eq!(fault.code, Code::NetworkRefusedAddress);
    let forwarded = http::Request::builder()
        .uri("/no/host")
        .body(http_body_util::Empty::<Bytes>::new())
        .unwrap();
    assert_eq!(
        client.forward(forwarded).await.unwrap_err().code,
        Code::RequestInvalid
    );
}

#[tokio::test]
async fn nothing_secret_is_in_what_is_logged() {
    let base = server()
        .await
        .replace("127.0.0.1", "user:canary-1@127.0.0.1");
    let request = Request::new(Method::POST, url(&format!("{base}/count?token=canary-2")))
        .header(
            "authorization".parse().unwrap(),
            "Bearer canary-3".parse().unwrap(),
        )
        .body(Body::from("canary-4".to_owned()));
    let logged = format!("{request:?}");
    let answer = Client::new()
        .unwrap()
        .send(request, &CancellationToken::new())
        .await
        .unwrap();
    let logged = format!("{logged} {answer:?}");
    assert!(
        logged.contains("/count") && logged.contains("authorization"),
        "{logged}"
    );
    assert!(!logged.contains("canary"), "{logged}");
}

/// Run by the next test in a process of its own, whose environment names a proxy that is not there.
#[tokio::test]
#[ignore = "needs an environment of its own"]
async fn child_asks_this_machine_and_the_world() {
    let base = server().await;
    let client = Client::new().unwrap();
    let here = Request::get(url(&format!("{base}/hello")));
    assert_eq!(
        client
            .send(here, &CancellationToken::new())
            .await
            .unwrap()
            .body,
        "hello"
    );
    let fault = fails(&client, Request::get(url("http://example.com/"))).await;
    assert_eq!(
        fault.code,
        Code::NetworkUnreachable,
        "the proxy was not asked: {fault:?}"
    );
}

#[test]
fn a_proxy_is_asked_for_the_world_and_not_for_this_machine() {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child_asks_this_machine_and_the_world",
            "--ignored",
        ])
        .env("http_proxy", "http://127.0.0.1:1")
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stdout)
    );
}
