//! What is served, and that hosts hear of it: ports are held, starts are told, other processes' writes are noticed.

use std::time::Duration;

use gw_app::{App, AppOptions, Home, VaultUse, stay_open};
use gw_testkit::Sandbox;
use serde_json::{Value, json};

use crate::world::{World, request};

/// Waits until an event of these features was told after the first `from` things said; how many were said then.
async fn told(world: &World, from: usize, features: &[&str]) -> usize {
    let is_wanted = |text: &str| {
        let event: Value = serde_json::from_str(text).unwrap_or_default();
        event["kind"] == "changed"
            && features.iter().all(|feature| {
                event["features"]
                    .as_array()
                    .unwrap()
                    .contains(&json!(feature))
            })
    };
    for _ in 0..600 {
        let said = world.said();
        let found = said
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, said)| said.by == "event" && is_wanted(&said.text));
        if let Some((at, _)) = found {
            return at;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was told of {features:?}: {:?}", world.said());
}

async fn serving(world: &World, gateway: &Value) -> Value {
    world
        .ok("gateways.get", json!({ "gateway": gateway }))
        .await["serving"]["state"]
        .clone()
}

#[tokio::test]
async fn two_apps_that_choose_a_port_at_the_same_moment_choose_two() {
    let (first, second) = (World::new().await, World::new().await);
    let create = |name: &str| json!({ "name": name, "display_name": "", "description": "", "target": { "kind": "local", "port": null } });
    let one = first.ok("gateways.create", create("one")).await;
    let other = second.ok("gateways.create", create("other")).await;
    assert_ne!(one["target"]["port"], other["target"]["port"]);
    for (world, gateway) in [(&second, &other), (&first, &one)] {
        let id = &gateway["id"];
        assert_eq!(
            serving(world, id).await,
            "stopped",
            "a held port is not served"
        );
        let started = world.ok("gateways.start", json!({ "gateway": id })).await;
        assert_eq!(started["state"], "here", "{started}");
        let rows = world.ok("key_managers.list", Value::Null).await;
        assert_eq!(rows[0]["serving"]["state"], "here", "{rows}");
    }
}

#[tokio::test]
async fn a_port_that_is_not_used_after_all_is_let_go() {
    let world = World::new().await;
    let create = json!({ "name": "one", "display_name": "", "description": "", "target": { "kind": "local", "port": null } });
    let gateway = world.ok("gateways.create", create).await;
    let port = u16::try_from(gateway["target"]["port"].as_u64().unwrap()).unwrap();
    assert!(std::net::TcpListener::bind(("127.0.0.1", port)).is_err());
    world
        .ok("gateways.remove", json!({ "gateway": gateway["id"] }))
        .await;
    std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
}

#[tokio::test]
async fn a_gateway_that_a_call_started_is_told() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    world.publish(&api["id"], &gateway).await;
    assert_eq!(serving(&world, &gateway).await, "stopped");
    let from = world.said().len();
    let send =
        json!({ "exchange": "e", "request": request(&api["id"], &gateway, "GET", "/notes") });
    assert_eq!(world.ok("console.send", send).await["status"], 200);
    told(&world, from, &["gateways"]).await;
    told(&world, from, &["key_managers"]).await;
    assert_eq!(serving(&world, &gateway).await, "here");
}

#[tokio::test]
async fn the_end_of_a_run_is_told_before_what_is_served_because_of_it() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    // Hosts that stay open serve what is there when they open; this one comes later.
    let from = world.said().len();
    stay_open(&world.app);
    told(&world, from, &["gateways"]).await;
    told(&world, from, &["key_managers"]).await;
    world
        .ok("gateways.stop", json!({ "gateway": gateway }))
        .await;
    let from = world.said().len();
    world.publish(&api["id"], &gateway).await;
    let finished = world.said()[from..]
        .iter()
        .position(|said| said.by == "event" && said.text.contains("\"finished\""))
        .unwrap();
    let ended = told(&world, from + finished, &["deployments", "apis"]).await;
    let served = told(&world, from + finished, &["gateways"]).await;
    assert!(ended < served, "{:?}", world.said());
    assert_eq!(serving(&world, &gateway).await, "here");
}

#[tokio::test]
async fn what_another_process_writes_is_told_to_hosts_that_stay_open() {
    let sandbox = Sandbox::new().unwrap();
    let home = sandbox.path("home");
    let world = World::opened(sandbox, VaultUse::Memory, None)
        .await
        .unwrap();
    stay_open(&world.app);
    // The look that others are compared with.
    told(&world, 0, &["deployments"]).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let other = App::open(AppOptions {
        home: Home::locate(Some(&home)).unwrap(),
        vault: VaultUse::Memory,
        passphrase: None,
    })
    .await
    .unwrap();
    let from = world.said().len();
    let api = json!({ "name": "Elsewhere", "version": "1", "base_path": "/e", "backend": { "kind": "mock" } });
    gw_app::dispatch(&other, "apis.create", api).await.unwrap();
    told(&world, from, &["apis", "deployments", "status"]).await;
    let page = world.ok("apis.list", json!({})).await;
    assert_eq!(page["rows"][0]["api"]["name"], "Elsewhere");
}

#[tokio::test]
async fn the_sample_is_installed_by_two_at_once() {
    let sandbox = Sandbox::new().unwrap();
    let home = sandbox.path("home");
    let world = World::opened(sandbox, VaultUse::Memory, None)
        .await
        .unwrap();
    let other = App::open(AppOptions {
        home: Home::locate(Some(&home)).unwrap(),
        vault: VaultUse::Memory,
        passphrase: None,
    })
    .await
    .unwrap();
    let (one, two) = tokio::join!(
        gw_app::dispatch(&world.app, "samples.install", json!({})),
        gw_app::dispatch(&other, "samples.install", json!({})),
    );
    assert_eq!(one.unwrap(), two.unwrap());
}
