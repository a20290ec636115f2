//! What happens to a request on its way to the backend and back, and how AWS's own answers look.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::stream;
use gw_http::{Body, Bytes};
use gw_model::HttpMethod;
use serde_json::Value;

use support::*;

async fn told(world: &World, method: &str, url: &str, headers: &[(&str, &str)]) -> Value {
    let answer = world.call(method, url, headers).await;
    assert_eq!(answer.status.as_u16(), 299, "{url}: {:?}", answer.body);
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn requests_and_answers_pass_unchanged() {
    let world = World::start().await;
    let back = &world.backend.url;
    let routes = vec![
        route(
            "POST /orders/{order}/items/{item}",
            http(format!("{back}/v2/{{item}}/of/{{order}}?fixed=1")),
            OPEN,
        ),
        route(
            "GET /files/{path+}",
            http(format!("{back}/store/{{path}}")),
            OPEN,
        ),
    ];
    let base = world
        .publish(&plan("orders", "/orders/v1", routes, None))
        .await;
    assert!(base.ends_with("/orders/v1"), "{base}");

    let asked = request(
        "POST",
        &format!("{base}/orders/a%2Fb/items/x%20y?q=1&q=%C3%A9"),
        &[
            ("x-own", "kept"),
            ("connection", "x-gone"),
            ("x-gone", "1"),
            ("te", "trailers"),
            ("authorization", "Bearer z"),
        ],
    )
    .body(Body::from("{\"n\":1}".to_owned()));
    let answer = world.send(asked).await;
    assert_eq!(answer.status.as_u16(), 299);
    assert_eq!(answer.media_type(), "application/vnd.told+json");
    let twice: Vec<_> = answer.headers.get_all("x-backend").iter().collect();
    assert_eq!(twice, ["one", "two"]);
    assert!(
        answer.header("x-private").is_none(),
        "a hop-by-hop header came through"
    );
    assert_eq!(
        answer.header("x-amzn-remapped-x-amzn-requestid"),
        Some("theirs")
    );
    assert_ne!(answer.header("x-amzn-requestid"), Some("theirs"));
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(said["method"], "POST");
    assert_eq!(said["target"], "/v2/x%20y/of/a%2Fb?fixed=1&q=1&q=%C3%A9");
    assert_eq!(said["body"], "{\"n\":1}");
    let headers = &said["headers"];
    assert_eq!(headers["x-own"], "kept");
    assert_eq!(headers["authorization"], "Bearer z");
    assert_eq!(headers["content-length"], "7");
    assert_eq!(headers["x-forwarded-for"], "127.0.0.1");
    assert!(
        headers.get("x-gone").is_none() && headers.get("te").is_none(),
        "{headers}"
    );
    assert_eq!(
        headers["host"],
        back.trim_start_matches("http://"),
        "the backend is asked by its own name"
    );

    let said = told(&world, "GET", &format!("{base}/files/a/b%20c/d.txt?x"), &[]).await;
    assert_eq!(said["target"], "/store/a/b%20c/d.txt?x");
    let address = world.gateway.address.to_string();
    let bare =
        format!("GET /orders/v1/files/x HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let answer = raw(&address, &bare).await;
    assert!(answer.starts_with("HTTP/1.1 299"), "{answer}");
    for made_up in ["content-length", "transfer-encoding", "user-agent"] {
        assert!(
            !answer.contains(&format!("\"{made_up}")),
            "{made_up} was added: {answer}"
        );
    }
}

#[tokio::test]
async fn routes_match_as_on_aws() {
    let world = World::start().await;
    let routes = vec![
        route("ANY /pets/{proxy+}", mock("greedy"), OPEN),
        route("GET /pets/{id}", mock("variable"), OPEN),
        route("GET /pets/mine", mock("fixed"), OPEN),
        route("POST /pets/{petId}", mock("other name"), OPEN),
        route("GET /", mock("root"), OPEN),
        route("ANY /both", mock("any"), OPEN),
        route("GET /both", mock("get"), OPEN),
    ];
    let base = world.publish(&plan("pets", "/", routes, None)).await;
    for (method, path, expected) in [
        ("GET", "/pets/mine", "fixed"),
        ("GET", "/pets/mine/", "fixed"),
        ("GET", "/pets/7", "variable"),
        ("POST", "/pets/7", "other name"),
        ("GET", "/pets/7/toys", "greedy"),
        ("PUT", "/pets/7/toys/1", "greedy"),
        ("GET", "/pets/%6Dine", "fixed"),
        ("GET", "/", "root"),
        ("GET", "/both", "get"),
        ("PATCH", "/both", "any"),
    ] {
        let answer = world.call(method, &format!("{base}{path}"), &[]).await;
        assert_eq!(answer.body, expected, "{method} {path}");
    }
    for (method, path) in [
        ("GET", "/nothing"),
        ("DELETE", "/"),
        ("GET", "/petsy/1"),
        ("HEAD", "/pets/mine"),
    ] {
        let answer = world.call(method, &format!("{base}{path}"), &[]).await;
        assert_eq!(answer.status.as_u16(), 403, "{method} {path}");
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("MissingAuthenticationTokenException")
        );
        if method != "HEAD" {
            assert_eq!(
                &answer.body[..],
                br#"{"message":"Missing Authentication Token"}"#
            );
        }
    }
}

#[tokio::test]
async fn a_path_cannot_leave_its_route() {
    let world = World::start().await;
    let routes = vec![route(
        "GET /public/{name+}",
        http(format!("{}/public/{{name}}", world.backend.url)),
        OPEN,
    )];
    let base = world.publish(&plan("public", "/", routes, None)).await;
    let address = base.trim_start_matches("http://").to_owned();
    for path in [
        "/public/../secret",
        "/public/%2e%2e/secret",
        "/public/a/..%2f..",
        "/public/.%2E/x",
        "/../secret",
    ] {
        let answer = raw(
            &address,
            &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"),
        )
        .await;
        let reached =
            answer.contains(" 299 ") && !answer.contains("\"target\":\"/public/a/..%2F..\"");
        assert!(!reached, "{path} reached the backend: {answer}");
    }
    let answer = raw(
        &address,
        "GET /public/x HTTP/1.1\r\nhost: rebound.example\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 403"),
        "a foreign host name was served: {answer}"
    );
    assert!(answer.contains(r#"{"message":"Forbidden"}"#));
}

async fn raw(address: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn bodies_stream_both_ways_within_aws_s_limit() {
    let world = World::start().await;
    let back = &world.backend.url;
    let routes = vec![
        route("POST /upload", http(format!("{back}/upload")), OPEN),
        route("GET /download", http(format!("{back}/download/640")), OPEN),
    ];
    let base = world.publish(&plan("blobs", "/", routes, None)).await;

    // 40 MB down, more than is ever held.
    let answer = world.call("GET", &format!("{base}/download"), &[]).await;
    assert_eq!(answer.body.len(), 640 * 64 * 1024);

    let chunks = |count: usize| {
        Body::stream(stream::iter(
            (0..count).map(|_| Ok(Bytes::from(vec![1; 64 * 1024]))),
        ))
    };
    let fits = world
        .send(request("POST", &format!("{base}/upload"), &[]).body(chunks(150)))
        .await;
    assert_eq!(fits.body, (150 * 64 * 1024).to_string());
    let streamed = world
        .send(request("POST", &format!("{base}/upload"), &[]).body(chunks(400)))
        .await;
    assert_eq!(streamed.status.as_u16(), 413, "{:?}", streamed.body);
    assert_eq!(
        &streamed.body[..],
        br#"{"message":"HTTP content length exceeded 10485760 bytes."}"#
    );
    let declared =
        request("POST", &format!("{base}/upload"), &[]).body(Body::from(vec![1; 11 * 1024 * 1024]));
    assert_eq!(world.send(declared).await.status.as_u16(), 413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_connections_at_once_get_their_answers() {
    let world = std::sync::Arc::new(World::start().await);
    let back = format!("{}/x", world.backend.url);
    let routes = vec![route("GET /passed", http(back), scopes(&["pets:read"]))];
    let base = world
        .publish(&plan("pets", "/", routes, Some(world.check())))
        .await;
    let header = format!("Bearer {}", world.token(&world.claims()));
    let callers: Vec<_> = (0..256)
        .map(|_| {
            let (world, url, header) = (world.clone(), format!("{base}/passed"), header.clone());
            tokio::spawn(async move {
                for _ in 0..4 {
                    let answer = world.call("GET", &url, &[("authorization", &header)]).await;
                    assert_eq!(answer.status.as_u16(), 299);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(
        world.backend.hits.load(Ordering::SeqCst),
        1024,
        "a request was sent twice or never"
    );
}

#[tokio::test]
async fn a_backend_that_fails_is_answered_as_aws_does() {
    let world = World::with_timeout(Duration::from_millis(300)).await;
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let routes = vec![
        route(
            "GET /slow",
            http(format!("{}/slow", world.backend.url)),
            OPEN,
        ),
        route("GET /gone", http(format!("http://{closed}/")), OPEN),
    ];
    let mut failing = plan("failing", "/", routes, None);
    cors(&mut failing, &["https://app.example"], &[]);
    let base = world.publish(&failing).await;
    let origin = [("origin", "https://app.example")];
    let slow = world.call("GET", &format!("{base}/slow"), &origin).await;
    assert_eq!(
        (slow.status.as_u16(), &slow.body[..]),
        (504, &br#"{"message":"Endpoint request timed out"}"#[..])
    );
    assert_eq!(
        slow.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    let gone = world.call("GET", &format!("{base}/gone"), &origin).await;
    assert_eq!(gone.status.as_u16(), 504);
    assert_eq!(
        &gone.body[..],
        br#"{"message":"Network error communicating with endpoint"}"#
    );
    assert_eq!(
        gone.header("x-amzn-errortype"),
        Some("InternalServerErrorException")
    );
}

#[tokio::test]
async fn browsers_get_their_cross_origin_answers() {
    let world = World::start().await;
    let routes = vec![
        route("GET /pets", mock("{}"), scopes(&["pets:read"])),
        route(
            "POST /pets",
            http(format!("{}/pets", world.backend.url)),
            OPEN,
        ),
    ];
    let mut shared = plan("pets", "/", routes, Some(world.check()));
    cors(
        &mut shared,
        &["https://app.example", "http://localhost:5173"],
        &[("/pets", &[HttpMethod::Get, HttpMethod::Post])],
    );
    let base = world.publish(&shared).await;
    let url = format!("{base}/pets");

    let asked = [
        ("origin", "http://localhost:5173"),
        ("access-control-request-method", "POST"),
    ];
    let preflight = world.call("OPTIONS", &url, &asked).await;
    assert_eq!(preflight.status.as_u16(), 200);
    assert!(preflight.body.is_empty());
    assert_eq!(
        preflight.header("access-control-allow-origin"),
        Some("http://localhost:5173")
    );
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET,POST,OPTIONS")
    );
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        Some("Authorization,Content-Type")
    );
    assert_eq!(preflight.header("access-control-max-age"), Some("600"));
    assert_eq!(preflight.header("vary"), Some("Origin"));

    let foreign = world
        .call("OPTIONS", &url, &[("origin", "https://evil.example")])
        .await;
    assert!(foreign.header("access-control-allow-origin").is_none());

    let refused = world
        .call("GET", &url, &[("origin", "https://app.example")])
        .await;
    assert_eq!(refused.status.as_u16(), 401);
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    let passed = world
        .call("POST", &url, &[("origin", "https://app.example")])
        .await;
    assert_eq!(passed.status.as_u16(), 299);
    assert!(
        passed.header("access-control-allow-origin").is_none(),
        "the backend's answer was changed"
    );
    assert_eq!(
        world.backend.hits.load(Ordering::SeqCst),
        1,
        "a preflight reached the backend"
    );
}
