//! The provisioned function, really executed, with tokens that identity providers really issued.

use gw_connector::{Connector, Goal, LiveState};
use gw_model::HttpMethod;
use gw_plan::{Plan, RouteBackend};
use gw_testkit::{Answer, Backend, Broken, Localemu, OauthMock, OidcProvider, TokenRequest};

use crate::world::{OPEN, World, plan, provisioned, route, scope};

fn pets(backend: &Backend, issuer: &str, jwks_uri: &str, ttl_seconds: u32) -> Plan {
    let to = |path: &str| RouteBackend::Http {
        url: format!("{}{path}", backend.url()),
    };
    let routes = vec![
        route(HttpMethod::Get, "/health", to("/health"), OPEN),
        route(HttpMethod::Get, "/pets", to("/pets"), scope("pets:read")),
        route(HttpMethod::Post, "/pets", to("/pets"), scope("pets:write")),
        route(
            HttpMethod::Get,
            "/pets/{id}",
            to("/pets/{id}"),
            scope("pets:read"),
        ),
        // Below an open branch, and matched by the same wildcards as its neighbours: what a whole-API policy gets wrong.
        route(
            HttpMethod::Get,
            "/pets/{id}/secrets",
            to("/pets/{id}/secrets"),
            scope("pets:write"),
        ),
        route(
            HttpMethod::Get,
            "/pets/{id}/toys/{toy}",
            to("/pets/{id}/toys/{toy}"),
            scope("pets:read"),
        ),
    ];
    plan(routes, Some(provisioned(issuer, jwks_uri, ttl_seconds)))
}

#[tokio::test]
async fn tokens_of_a_certified_provider_open_what_their_scopes_open() {
    let backend = Backend::start().unwrap();
    backend.respond(|request| Answer::status(200).body(request.path.clone()));
    let provider = OidcProvider::start().unwrap();
    for ttl_seconds in [300, 0] {
        let mut world = World::new();
        world
            .publish(&pets(
                &backend,
                provider.issuer(),
                &provider.jwks_url(),
                ttl_seconds,
            ))
            .await
            .unwrap();
        let all = provider.token(&TokenRequest::default()).unwrap();
        let read_only = TokenRequest {
            client_id: "ro",
            client_secret: "ro-secret",
            scope: Some("pets:read"),
            resource: None,
        };
        let read = provider.token(&read_only).unwrap();

        // Twice over and in both orders, so that kept answers are used where they are kept.
        for _ in 0..2 {
            for (method, path, with_all, with_read) in [
                ("GET", "/pets", 200, 200),
                ("POST", "/pets", 200, 403),
                ("GET", "/pets/1", 200, 200),
                ("GET", "/pets/1/secrets", 200, 403),
                ("GET", "/pets/1/toys/secrets", 200, 200),
                ("GET", "/pets/2/toys/ball", 200, 200),
                ("GET", "/pets/2/secrets", 200, 403),
            ] {
                assert_eq!(
                    world.status_with(&read, method, path).await,
                    with_read,
                    "read only: {method} {path}"
                );
                assert_eq!(
                    world.status_with(&all, method, path).await,
                    with_all,
                    "all: {method} {path}"
                );
            }
        }
        for path in ["/pets", "/pets/1/secrets"] {
            let none = world.call("GET", path, &[], "").await;
            assert_eq!(
                (none.status, none.json()),
                (401, serde_json::json!({"message": "Unauthorized"}))
            );
            assert_eq!(world.status_with("junk", "GET", path).await, 401);
            assert_eq!(
                world
                    .call("GET", path, &[("Authorization", &all)], "")
                    .await
                    .status,
                401,
                "no scheme"
            );
            let basic = format!("Basic {all}");
            assert_eq!(
                world
                    .call("GET", path, &[("Authorization", &basic)], "")
                    .await
                    .status,
                401,
                "another scheme"
            );
        }
        assert_eq!(world.call("GET", "/health", &[], "").await.status, 200);
        let unknown = world.call("GET", "/nowhere", &[], "").await;
        assert_eq!(
            (unknown.status, unknown.json()["message"].as_str()),
            (403, Some("Missing Authentication Token"))
        );
        world.withdraw().await.unwrap();
        assert_eq!(world.observe().await.state, LiveState::Absent);
    }
}

#[tokio::test]
async fn every_broken_token_is_refused_before_the_backend() {
    let backend = Backend::start().unwrap();
    let provider = OauthMock::start().unwrap();
    let mut world = World::new();
    world
        .publish(&pets(
            &backend,
            provider.issuer(),
            &provider.jwks_url(),
            300,
        ))
        .await
        .unwrap();
    let good = provider
        .token(&TokenRequest {
            scope: Some("pets:read"),
            ..TokenRequest::default()
        })
        .unwrap();
    assert_eq!(world.status_with(&good, "GET", "/pets").await, 200);
    backend.clear();
    for broken in Broken::ALL {
        let token = provider
            .broken_token(broken, &TokenRequest::default())
            .unwrap();
        let expected = if broken.is_sound() { 403 } else { 401 };
        assert_eq!(
            world.status_with(&token, "GET", "/pets").await,
            expected,
            "{broken:?}"
        );
    }
    assert_eq!(backend.requests(), []);
}

#[tokio::test]
async fn a_changed_scope_reaches_callers_with_the_switch_and_not_before() {
    let backend = Backend::start().unwrap();
    let provider = OidcProvider::start().unwrap();
    let mut world = World::new();
    let old = pets(&backend, provider.issuer(), &provider.jwks_url(), 0);
    world.publish(&old).await.unwrap();
    let first = world.observe().await;
    let read = provider
        .token(&TokenRequest {
            client_id: "ro",
            client_secret: "ro-secret",
            scope: Some("pets:read"),
            resource: None,
        })
        .unwrap();
    assert_eq!(world.status_with(&read, "GET", "/pets").await, 200);

    let mut new = old.clone();
    new.routes[1].security = scope("pets:write");
    let mut changes = world
        .connector
        .lower(Goal::Publish(&new), &world.target, &first)
        .unwrap();
    let switch = changes.pop().unwrap();
    let receipts = world.run(&changes, first.found.clone()).await.unwrap();
    assert_eq!(
        world.status_with(&read, "GET", "/pets").await,
        200,
        "before the switch"
    );
    let outputs = world.target.known.clone();
    let switched = world.apply(&switch, &outputs).await.unwrap();
    assert_eq!(
        world.status_with(&read, "GET", "/pets").await,
        403,
        "after the switch"
    );

    // Taken back, last first, each twice.
    for receipt in receipts.iter().chain([&switched]).rev() {
        for _ in 0..2 {
            world.connector.undo(receipt, &outputs).await.unwrap();
        }
    }
    assert_eq!(
        world.status_with(&read, "GET", "/pets").await,
        200,
        "after undoing"
    );
    let back = world.observe().await;
    assert_eq!(
        (&back.digest, &back.found["stage-deployment-id"]),
        (&first.digest, &first.found["stage-deployment-id"])
    );
}

#[tokio::test]
async fn a_function_left_behind_by_a_forgotten_run_is_taken_over() {
    let backend = Backend::start().unwrap();
    let provider = OidcProvider::start().unwrap();
    let mut world = World::new();
    let plan = pets(&backend, provider.issuer(), &provider.jwks_url(), 0);
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    // Role, policy, function; then the run is forgotten.
    world.run(&changes[..3], observed.found).await.unwrap();
    world.target.known.clear();
    let receipts = world.publish(&plan).await.unwrap();
    let made: Vec<(&str, bool)> = receipts
        .iter()
        .map(|receipt| (receipt.verb.as_str(), receipt.created))
        .collect();
    assert!(
        made.contains(&("aws.create-role", false))
            && made.contains(&("aws.create-function", false)),
        "{made:?}"
    );
    let token = provider.token(&TokenRequest::default()).unwrap();
    assert_eq!(world.status_with(&token, "GET", "/pets").await, 200);
    world.withdraw().await.unwrap();
    assert_eq!(world.observe().await.state, LiveState::Absent);
}

/// The emulator asks a function only with permission, so without it only kept answers can let a request through.
#[tokio::test]
async fn an_answer_is_kept_for_its_token_and_route_and_for_no_other() {
    let backend = Backend::start().unwrap();
    let provider = OidcProvider::start().unwrap();
    let mut world = World::new();
    let receipts = world
        .publish(&pets(
            &backend,
            provider.issuer(),
            &provider.jwks_url(),
            300,
        ))
        .await
        .unwrap();
    let token = provider.token(&TokenRequest::default()).unwrap();
    let other = provider.token(&TokenRequest::default()).unwrap();
    assert_eq!(world.status_with(&token, "GET", "/pets/1").await, 200);
    let permission = receipts
        .iter()
        .find(|receipt| receipt.verb == "aws.allow-invoke")
        .unwrap();
    world
        .connector
        .undo(permission, &world.target.known)
        .await
        .unwrap();

    assert_eq!(
        world.status_with(&token, "GET", "/pets/1").await,
        200,
        "kept"
    );
    assert_eq!(
        world.status_with(&token, "GET", "/pets/2").await,
        200,
        "kept for the whole route"
    );
    for (path, method) in [
        ("/pets", "GET"),
        ("/pets", "POST"),
        ("/pets/1/secrets", "GET"),
        ("/pets/1/toys/x", "GET"),
    ] {
        assert_eq!(
            world.status_with(&token, method, path).await,
            500,
            "not kept for {method} {path}"
        );
    }
    assert_eq!(
        world.status_with(&other, "GET", "/pets/1").await,
        500,
        "not kept for another token"
    );
    let said = Localemu::shared().unwrap().said(&world.account);
    assert!(said.contains("API Gateway may not invoke"), "{said}");
}
