//! What passes through the gateway: a backend's answer as it is, a mock's as planned, preflights and errors for browsers.

use gw_model::{CorsPolicy, HttpMethod};
use gw_plan::{PlanCors, RouteBackend};
use gw_testkit::{Answer, Backend};

use crate::world::{OPEN, World, mock, plan, route, scope};

fn to(backend: &Backend, path: &str) -> RouteBackend {
    RouteBackend::Http {
        url: format!("{}{path}", backend.url()),
    }
}

#[tokio::test]
async fn a_backends_status_headers_and_body_pass_unchanged() {
    let backend = Backend::start().unwrap();
    let bytes: Vec<u8> = (0..=255).collect();
    let sent = bytes.clone();
    backend.respond(move |request| match request.path.as_str() {
        "/be/teapot" => Answer::status(418)
            .header("x-kind", "short and stout")
            .body("no coffee"),
        "/be/made" => Answer::status(201)
            .header("location", "/made/1")
            .header("content-type", "application/json")
            .body("{}"),
        "/be/bytes" => Answer::status(200)
            .header("content-type", "application/octet-stream")
            .body(sent.clone()),
        "/be/broken" => Answer::status(503).body("out of order"),
        _ => Answer::status(404).body(format!("{} {}", request.path, request.query)),
    });
    let mut world = World::new();
    let paths = ["/teapot", "/made", "/bytes", "/broken", "/missing"];
    let mut routes: Vec<_> = paths
        .map(|path| {
            route(
                HttpMethod::Get,
                path,
                to(&backend, &format!("/be{path}")),
                OPEN,
            )
        })
        .into();
    routes.push(route(
        HttpMethod::Any,
        "/any/{proxy+}",
        to(&backend, "/be/any/{proxy}"),
        OPEN,
    ));
    routes.push(route(
        HttpMethod::Post,
        "/items/{id}",
        to(&backend, "/be/items/{id}"),
        OPEN,
    ));
    world.publish(&plan(routes, None)).await.unwrap();

    let teapot = world.call("GET", "/teapot", &[], "").await;
    assert_eq!(
        (teapot.status, teapot.header("x-kind"), teapot.text()),
        (418, Some("short and stout"), "no coffee".to_owned())
    );
    let made = world.call("GET", "/made", &[], "").await;
    assert_eq!(
        (made.status, made.header("location"), made.text()),
        (201, Some("/made/1"), "{}".to_owned())
    );
    assert_eq!(world.call("GET", "/bytes", &[], "").await.body, bytes);
    assert_eq!(world.call("GET", "/broken", &[], "").await.status, 503);
    assert_eq!(
        world.call("GET", "/missing?a=1&a=2", &[], "").await.text(),
        "/be/missing a=1&a=2"
    );

    let headers = [("X-Mine", "1"), ("Content-Type", "text/plain")];
    assert_eq!(
        world
            .call("POST", "/items/a%20b", &headers, "hello $x #y")
            .await
            .status,
        404
    );
    let seen = backend.last().unwrap();
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("POST", "/be/items/a%20b")
    );
    assert_eq!(
        (seen.header("x-mine"), seen.body.as_slice()),
        (Some("1"), b"hello $x #y".as_slice())
    );
    assert_eq!(
        world.call("DELETE", "/any/a/b/c", &[], "").await.status,
        404
    );
    let seen = backend.last().unwrap();
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("DELETE", "/be/any/a/b/c")
    );
}

#[tokio::test]
async fn mocks_answer_as_planned_whatever_the_caller_sends() {
    let mut world = World::new();
    let body = r##"{"price":"$5.00","tag":"#1","path":"C:\\x"}"##;
    world
        .publish(&plan(
            vec![route(HttpMethod::Post, "/m", mock(body), OPEN)],
            None,
        ))
        .await
        .unwrap();
    for content_type in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
    ] {
        let reply = world
            .call("POST", "/m", &[("Content-Type", content_type)], "{}")
            .await;
        assert_eq!(
            (reply.status, reply.header("x-mock")),
            (200, Some("yes")),
            "{content_type}: {}",
            reply.text()
        );
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(reply.json(), expected);
    }
}

#[tokio::test]
async fn browsers_get_preflights_and_readable_errors() {
    let backend = Backend::start().unwrap();
    let mut world = World::new();
    let mut plan = plan(
        vec![
            route(HttpMethod::Get, "/a/{id}", to(&backend, "/a/{id}"), OPEN),
            route(HttpMethod::Put, "/a/{id}", to(&backend, "/a/{id}"), OPEN),
            route(HttpMethod::Get, "/b", mock("{}"), scope("x")),
        ],
        Some(crate::world::provisioned(
            "https://issuer.example.test",
            "http://127.0.0.1:1/jwks",
            0,
        )),
    );
    let origins = |origins: &[&str]| CorsPolicy {
        allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
        ..CorsPolicy::default()
    };
    let methods = [("/a/{id}".to_owned(), vec![HttpMethod::Get, HttpMethod::Put])];
    plan.cors = Some(PlanCors {
        policy: origins(&["*"]),
        methods: methods.into(),
    });
    world.publish(&plan).await.unwrap();

    let ask = [
        ("Origin", "https://a.test"),
        ("Access-Control-Request-Method", "PUT"),
    ];
    let reply = world.call("OPTIONS", "/a/1", &ask, "").await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (200, Some("*")),
        "{}",
        reply.text()
    );
    assert_eq!(
        reply.header("access-control-allow-methods"),
        Some("GET,OPTIONS,PUT")
    );
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some("Authorization,Content-Type")
    );
    let refused = world
        .call("GET", "/b", &[("Origin", "https://a.test")], "")
        .await;
    assert_eq!(
        (
            refused.status,
            refused.header("access-control-allow-origin")
        ),
        (401, Some("*"))
    );
    assert_eq!(
        refused.json(),
        serde_json::json!({"message": "Unauthorized"})
    );

    plan.cors.as_mut().unwrap().policy = origins(&["https://a.test", "https://b.test"]);
    world.publish(&plan).await.unwrap();
    for (origin, expected) in [
        ("https://b.test", Some("https://b.test")),
        ("https://evil.test", None),
    ] {
        let reply = world
            .call("OPTIONS", "/a/1", &[("Origin", origin)], "")
            .await;
        let allowed = reply
            .header("access-control-allow-origin")
            .filter(|value| !value.is_empty());
        assert_eq!((reply.status, allowed), (200, expected));
    }
}

#[tokio::test]
async fn a_hand_written_integration_with_an_empty_template_can_be_read_back() {
    let integration = serde_json::json!({
        "type": "mock",
        "requestTemplates": {"application/json": "{\"statusCode\": 204}"},
        "responses": {"default": {"statusCode": "204", "responseTemplates": {"application/json": ""}}},
    });
    let backend = RouteBackend::Verbatim {
        integration: integration.to_string(),
    };
    let mut world = World::new();
    let plan = plan(
        vec![
            route(HttpMethod::Get, "/a/{id}", backend, OPEN),
            route(HttpMethod::Get, "/b", mock("{}"), OPEN),
        ],
        None,
    );
    world.publish(&plan).await.unwrap();
    assert_eq!(world.call("GET", "/a/1", &[], "").await.status, 204);
    assert_eq!(world.call("GET", "/b", &[], "").await.status, 200);
}
