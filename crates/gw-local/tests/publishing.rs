//! Publishing while requests come, and what stands in its way.
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gw_connector::{Connector, Goal, LiveState, Mark, surplus};
use gw_http::Client;
use gw_local::{LocalConnector, LocalGatewayConfig, StateDir, serve};
use gw_model::{Code, GatewayId, LocalTarget, Severity};
use gw_plan::RouteBackend;
use serde_json::Value;

use support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switching_plans_under_load_fails_no_request() {
    let world = Arc::new(World::start().await);
    let edition = |name: &str| {
        let back = format!("{}/{name}", world.backend.url);
        let routes = vec![
            route("GET /mock", mock(name), OPEN),
            route("GET /passed", http(back), scopes(&["pets:read"])),
        ];
        plan("pets", "/pets", routes, Some(world.check()))
    };
    let base = world.publish(&edition("one")).await;
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..6)
        .map(|_| {
            let (world, base, stop) = (Arc::clone(&world), base.clone(), Arc::clone(&stop));
            let header = format!("Bearer {}", world.token(&world.claims()));
            tokio::spawn(async move {
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    let mock = world.call("GET", &format!("{base}/mock"), &[]).await;
                    assert_eq!(mock.status.as_u16(), 200);
                    let passed = world
                        .call(
                            "GET",
                            &format!("{base}/passed"),
                            &[("authorization", &header)],
                        )
                        .await;
                    assert_eq!(passed.status.as_u16(), 299);
                    count += 1;
                }
                count
            })
        })
        .collect();
    for round in 0..20 {
        let name = ["two", "one"][round % 2];
        world.publish(&edition(name)).await;
        let seen = world.call("GET", &format!("{base}/mock"), &[]).await;
        assert_eq!(
            seen.body, name,
            "the call after the switch meets the plan before it"
        );
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        assert!(caller.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn the_same_plan_again_takes_no_change() {
    let world = World::start().await;
    let same = plan("pets", "/", vec![route("GET /", mock("1"), OPEN)], None);
    world.publish(&same).await;
    let observed = world.connector.observe(&target("pets")).await.unwrap();
    assert_eq!(observed.state, LiveState::Live);
    assert_eq!(observed.digest, Some(gw_plan::digest(&same)));
    let changes = world
        .connector
        .lower(Goal::Publish(&same), &target("pets"), &observed)
        .unwrap();
    assert_eq!(changes, []);
}

#[tokio::test]
async fn old_deployments_go_and_a_withdrawal_leaves_nothing() {
    let world = World::start().await;
    let files = |part: &str| {
        let folder = world.folder.path().join("state").join(part);
        std::fs::read_dir(folder).unwrap().count()
    };
    for edition in 0..14 {
        let body = edition.to_string();
        world
            .publish(&plan(
                "pets",
                "/",
                vec![route("GET /", mock(&body), OPEN)],
                None,
            ))
            .await;
    }
    assert_eq!((files("deployments"), files("plans")), (14, 14));
    let target = target("pets");
    let observed = world.connector.observe(&target).await.unwrap();
    let kept = world.connector.kept(&target).await.unwrap();
    let gone = surplus(&kept, 10, &[]);
    let goal = Goal::Prune {
        surplus: &gone,
        kept: &kept,
    };
    for change in world.connector.lower(goal, &target, &observed).unwrap() {
        let mark = Mark::new("gw-prune");
        let made = world.connector.apply(&change, &mark, &observed.found);
        made.await.unwrap();
    }
    assert_eq!((files("deployments"), files("plans")), (10, 10));
    let base = world.gateway.base_url();
    let live = world.call("GET", &format!("{base}/"), &[]).await;
    assert_eq!(live.body, "13");
    let changes = world
        .connector
        .lower(Goal::Withdraw, &target, &observed)
        .unwrap();
    for change in &changes {
        world
            .connector
            .apply(change, &Mark::new("gw-withdraw"), &observed.found)
            .await
            .unwrap();
    }
    assert_eq!((files("deployments"), files("plans")), (0, 0));
    let gone = world
        .call("GET", &format!("{}/", world.gateway.base_url()), &[])
        .await;
    assert_eq!(gone.status.as_u16(), 403);
}

#[tokio::test]
async fn a_taken_base_path_is_refused_before_and_at_the_switch() {
    let world = World::start().await;
    let of = |api: &str, base: &str| plan(api, base, vec![route("GET /", mock(api), OPEN)], None);
    world.publish(&of("first", "/shop")).await;
    let target = target("second");
    let observed = world.connector.observe(&target).await.unwrap();
    let fault = world
        .connector
        .lower(Goal::Publish(&of("second", "/shop/")), &target, &observed)
        .unwrap_err();
    assert_eq!(fault.code, Code::LocalBasePathTaken);
    assert_eq!(fault.facts["api"], "first 1");

    // Taken by somebody else between looking and switching.
    let late = of("second", "/late");
    let changes = world
        .connector
        .lower(Goal::Publish(&late), &target, &observed)
        .unwrap();
    world.publish(&of("third", "/late")).await;
    let mark = Mark::new("gw-late");
    let mut outputs = observed.found;
    for change in &changes[..2] {
        outputs.extend(
            world
                .connector
                .apply(change, &mark, &outputs)
                .await
                .unwrap()
                .outputs,
        );
    }
    let fault = world
        .connector
        .apply(&changes[2], &mark, &outputs)
        .await
        .unwrap_err();
    assert_eq!(fault.code, Code::LocalBasePathTaken);
    let url = format!("{}/late/", world.gateway.base_url());
    assert_eq!(world.call("GET", &url, &[]).await.body, "third");
}

#[tokio::test]
async fn longer_base_paths_win_and_stay_apart() {
    let world = World::start().await;
    for (api, base) in [("root", "/"), ("shop", "/shop"), ("deep", "/shop/v2")] {
        world
            .publish(&plan(
                api,
                base,
                vec![route("GET /{x+}", mock(api), OPEN)],
                None,
            ))
            .await;
    }
    let base = world.gateway.base_url();
    for (path, expected) in [
        ("/a", "root"),
        ("/shop/a", "shop"),
        ("/shop/v2/a", "deep"),
        ("/shopping/a", "root"),
    ] {
        assert_eq!(
            world.call("GET", &format!("{base}{path}"), &[]).await.body,
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_only_aws_can_serve_is_named() {
    let world = World::start().await;
    let only_aws = plan(
        "pets",
        "/",
        vec![
            route("GET /ok", mock("1"), OPEN),
            route(
                "GET /fn",
                RouteBackend::Lambda {
                    uri: "arn:aws:lambda:…".to_owned(),
                    credentials: None,
                },
                OPEN,
            ),
            route(
                "POST /own",
                RouteBackend::Verbatim {
                    integration: "{}".to_owned(),
                },
                OPEN,
            ),
            route("GET /{a}-{b}", mock("1"), OPEN),
            route("GET /x/{id}", http("https://backend.example/{other}"), OPEN),
        ],
        None,
    );
    let findings = gw_local::lint::lint(&only_aws);
    let rules: Vec<&str> = findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        [
            "local-only-aws",
            "local-only-aws",
            "local-bad-path",
            "local-no-such-parameter"
        ]
    );
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Error)
    );
    assert_eq!(findings[0].place.pointer, "/paths/~1fn/get");
    let observed = world.connector.observe(&target("pets")).await.unwrap();
    let fault = world
        .connector
        .lower(Goal::Publish(&only_aws), &target("pets"), &observed)
        .unwrap_err();
    assert_eq!(fault.code, Code::PlanRefused);
}

#[test]
fn requests_that_pass_unchecked_are_told_once() {
    let mut checked = route("GET /a", mock("1"), OPEN);
    checked.contract.checks.parameters = true;
    let mut also = route("POST /b", mock("1"), OPEN);
    also.contract.checks.body = true;
    let routes = vec![checked, also, route("GET /c", mock("1"), OPEN)];
    let findings = gw_local::lint::lint(&plan("pets", "/pets", routes, None));
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].rule.as_str(), findings[0].severity),
        ("local-unchecked-requests", Severity::Info)
    );
    assert!(findings[0].message.contains("2 operations"));
}

#[tokio::test]
async fn a_base_path_that_is_none_is_not_served_at_the_root() {
    assert_eq!(
        gw_local::lint::lint(&plan("pets", "none", Vec::new(), None)).len(),
        1
    );
    for base in ["orders", "/a/../b", "/%2e%2e/x"] {
        let findings = gw_local::lint::lint(&plan(
            "pets",
            base,
            vec![route("GET /", mock("1"), OPEN)],
            None,
        ));
        let rules: Vec<&str> = findings
            .iter()
            .map(|finding| finding.rule.as_str())
            .collect();
        assert_eq!(rules, ["local-bad-base-path"], "{base}");
    }
}

#[tokio::test]
async fn a_protected_route_without_a_check_never_goes_live() {
    let world = World::start().await;
    let unchecked = plan(
        "pets",
        "/",
        vec![route("GET /", mock("1"), scopes(&["a"]))],
        None,
    );
    let observed = world.connector.observe(&target("pets")).await.unwrap();
    let fault = world
        .connector
        .lower(Goal::Publish(&unchecked), &target("pets"), &observed)
        .unwrap_err();
    assert_eq!(fault.code, Code::PlanRefused);
}

#[tokio::test]
async fn a_damaged_directory_stops_publishing_and_not_serving() {
    let world = World::start().await;
    let base = world
        .publish(&plan(
            "pets",
            "/",
            vec![route("GET /", mock("1"), OPEN)],
            None,
        ))
        .await;
    assert_eq!(world.call("GET", &format!("{base}/"), &[]).await.body, "1");
    std::fs::write(world.folder.path().join("state/live.json"), "{ half").unwrap();
    assert_eq!(world.call("GET", &format!("{base}/"), &[]).await.body, "1");
    let health = world
        .call("GET", &format!("{base}/_gatewright/health"), &[])
        .await;
    let health: Value = serde_json::from_slice(&health.body).unwrap();
    assert!(
        health["trouble"][0].as_str().unwrap().contains("live.json"),
        "{health}"
    );
    let fault = world.connector.observe(&target("pets")).await.unwrap_err();
    assert_eq!(fault.code, Code::LocalState);
    assert!(fault.facts["file"].ends_with("live.json"));
}

#[tokio::test]
async fn a_plan_changed_on_disk_is_not_served() {
    let world = World::start().await;
    let guarded = plan(
        "pets",
        "/",
        vec![route("GET /", mock("1"), scopes(&["a"]))],
        Some(world.check()),
    );
    let target = target("pets");
    let observed = world.connector.observe(&target).await.unwrap();
    let changes = world
        .connector
        .lower(Goal::Publish(&guarded), &target, &observed)
        .unwrap();
    let mark = Mark::new("gw-tampered");
    let mut outputs = observed.found;
    outputs.extend(
        world
            .connector
            .apply(&changes[0], &mark, &outputs)
            .await
            .unwrap()
            .outputs,
    );
    let file = world
        .folder
        .path()
        .join(format!("state/plans/{}.json", gw_plan::digest(&guarded)));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(r#""scopes":["a"]"#, r#""scopes":[]"#)).unwrap();
    let fault = world
        .connector
        .apply(&changes[1], &mark, &outputs)
        .await
        .unwrap_err();
    assert_eq!(fault.code, Code::LocalState);
}

#[tokio::test]
async fn a_port_in_use_says_by_whom_and_a_gateway_that_is_down_says_so() {
    let world = World::start().await;
    let port = world.gateway.address.port();
    let id = GatewayId::new("gateway-under-test");
    let again = serve(LocalGatewayConfig::new(
        id.clone(),
        world.folder.path().join("state"),
        port,
    ))
    .await;
    let fault = again.err().unwrap();
    assert_eq!(fault.code, Code::LocalPortInUse);
    assert!(
        fault.summary.starts_with("This gateway is being served"),
        "{}",
        fault.summary
    );
    assert_eq!(fault.facts["port"], port.to_string());

    let identity = world.connector.identify().await.unwrap();
    assert_eq!(identity.account, "this machine");

    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = other.local_addr().unwrap().port();
    let fault = serve(LocalGatewayConfig::new(
        id.clone(),
        world.folder.path().join("other"),
        taken,
    ))
    .await
    .err()
    .unwrap();
    assert_eq!(fault.code, Code::LocalPortInUse);
    assert!(
        fault.summary.contains("another program"),
        "{}",
        fault.summary
    );
    drop(other);

    let state = StateDir::new(world.folder.path().join("down"));
    let down = LocalConnector::new(
        id,
        &LocalTarget { port: taken },
        state,
        Client::new().unwrap(),
    );
    assert_eq!(
        down.identify().await.unwrap_err().code,
        Code::LocalNotServing
    );
}
