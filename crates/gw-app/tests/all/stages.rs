//! What is wanted of stages: kept, checked, shown.

use gw_testkit::Localemu;
use serde_json::{Value, json};

use crate::world::{World, access_key, aws_gateway, closed};

async fn with_aws(world: &World) -> (Value, Value) {
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let gateway = aws_gateway("prod", "eu-west-1", "prod", &closed(), &key);
    let gateway = world.ok("gateways.create", gateway).await["id"].clone();
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    (api, gateway)
}

#[tokio::test]
async fn what_is_wanted_is_kept_and_shown_also_when_nobody_answers() {
    let world = World::new().await;
    let (api, gateway) = with_aws(&world).await;
    let request = json!({ "api": api, "gateway": gateway });
    let empty = world.ok("stages.get", request.clone()).await;
    assert_eq!(empty["available"], true);
    assert_eq!(empty["fault"]["code"], "network.unreachable");
    assert_eq!(empty["found"], Value::Null);
    assert_eq!(empty["log_formats"].as_array().unwrap().len(), 4);
    let settings = json!({
        "variables": { "stock": "green", "old": null },
        "throttle": { "rate": 0.5, "burst": 2 },
        "operations": { "GET /notes": { "throttle": { "rate": 1.0, "burst": 1 }, "caching": null } },
        "logging": "error",
    });
    let set = json!({ "api": api, "gateway": gateway, "settings": settings });
    let kept = world.ok("stages.set", set).await;
    assert_eq!(kept["variables"], settings["variables"]);
    let world = world.reopened().await;
    assert_eq!(world.ok("stages.get", request).await["wanted"], kept);
}

#[tokio::test]
async fn what_aws_would_refuse_is_refused_with_its_field() {
    let world = World::new().await;
    let (api, gateway) = with_aws(&world).await;
    for (settings, field) in [
        (json!({ "variables": { "a-b": "x" } }), "variables/a-b"),
        (
            json!({ "throttle": { "rate": -3.0, "burst": 1 } }),
            "throttle",
        ),
        (json!({ "tags": { "aws:x": "y" } }), "tags/aws:x"),
        (
            json!({ "operations": { "GET /nowhere": { "caching": true } } }),
            "operations/GET /nowhere",
        ),
        (
            json!({ "access_log": { "kind": "on", "destination": "log", "format": "$context.requestId" } }),
            "access_log/destination",
        ),
    ] {
        let set = json!({ "api": api, "gateway": gateway, "settings": settings });
        let fault = world.refused("stages.set", set, "request.invalid").await;
        assert_eq!(fault.facts["field"], field);
    }
}

#[tokio::test]
async fn the_local_gateway_says_that_it_has_none() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let view = world
        .ok("stages.get", json!({ "api": api, "gateway": gateway }))
        .await;
    assert_eq!(
        (&view["available"], &view["fault"]),
        (&json!(false), &Value::Null)
    );
    let set = json!({ "api": api, "gateway": gateway, "settings": { "tracing": true } });
    let fault = world.refused("stages.set", set, "request.invalid").await;
    assert_eq!(fault.facts["field"], "gateway");
}

#[tokio::test]
async fn what_is_wanted_goes_with_its_api() {
    let world = World::new().await;
    let (api, gateway) = with_aws(&world).await;
    let set = json!({ "api": api, "gateway": gateway, "settings": { "tracing": true } });
    world.ok("stages.set", set.clone()).await;
    world.ok("apis.remove", json!({ "api": api })).await;
    world.refused("stages.set", set, "catalog.not-found").await;
    world
        .ok("gateways.remove", json!({ "gateway": gateway }))
        .await;
}

/// On an emulator: what was wanted is planned in words, deployed, shown as found, and planned no more.
#[tokio::test]
async fn a_deployment_carries_out_what_is_wanted_and_only_that() {
    let emulator = tokio::task::spawn_blocking(Localemu::shared)
        .await
        .unwrap()
        .unwrap();
    let world = World::new().await;
    let key = access_key(&Localemu::fresh_account(), "secret", None);
    let gateway = aws_gateway("emulated", "eu-west-1", "live", emulator.url(), &key);
    let gateway = world.ok("gateways.create", gateway).await["id"].clone();
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let plan = json!({ "api": api, "gateways": [gateway], "goal": "publish" });
    let stage = json!({ "api": api, "gateway": gateway });

    world.publish(&api, &gateway).await;
    let before = world.ok("stages.get", stage.clone()).await;
    assert_eq!(before["live"], "live");
    assert_eq!(before["found"]["settings"]["tracing"], false);
    assert_eq!(before["changes"], json!([]));
    let unchanged = world.ok("deployments.plan", plan.clone()).await;
    assert_eq!(unchanged["targets"][0]["settings"], json!([]));

    let settings = json!({
        "variables": { "stock": "green" },
        "throttle": { "rate": 100.0, "burst": 200 },
        "tracing": true,
    });
    let stands = async || world.ok("deployments.placements", json!({})).await[0]["state"].clone();
    assert_eq!(stands().await, "live");
    let set = json!({ "api": api, "gateway": gateway, "settings": settings });
    world.ok("stages.set", set).await;
    assert_eq!(stands().await, "behind", "more is wanted of the stage");
    let planned = world.ok("deployments.plan", plan.clone()).await;
    let target = &planned["targets"][0];
    let sentences: Vec<&str> = target["settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["sentence"].as_str().unwrap())
        .collect();
    assert_eq!(
        sentences,
        [
            "The stage variable 'stock' is new: 'green'",
            "The stage's throttle becomes 100 requests/s, burst 200 (was the account's)",
            "Requests are traced with X-Ray (were not)",
        ]
    );
    assert_eq!(target["changes"], json!([]), "the API is as it was");
    let calls: Vec<&Value> = target["steps"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|step| step["calls"].as_array().unwrap())
        .map(|call| &call["name"])
        .collect();
    assert_eq!(calls, ["UpdateStage"]);

    let rows = world.run(&api, &[&gateway], "publish").await;
    assert_eq!(rows[0]["outcome"], "live", "{}", rows[0]);
    assert!(rows[0]["invoke_url"].is_string());
    let after = world.ok("stages.get", stage).await;
    assert_eq!(after["found"]["settings"]["variables"]["stock"], "green");
    assert_eq!(after["changes"], json!([]));
    assert_eq!(stands().await, "live");
    let again = world.run(&api, &[&gateway], "publish").await;
    assert_eq!(again[0]["outcome"], "unchanged", "{}", again[0]);
    // What is no longer wanted stays as found: there is nothing to deploy.
    let less = json!({ "api": api, "gateway": gateway, "settings": { "tracing": true } });
    world.ok("stages.set", less).await;
    assert_eq!(stands().await, "live");
}

#[tokio::test]
async fn a_plan_shown_before_something_was_set_is_not_carried_out() {
    let world = World::new().await;
    let (api, gateway) = with_aws(&world).await;
    let request = json!({ "api": api, "gateways": [gateway], "goal": "publish" });
    let shown = world.ok("deployments.plan", request).await;
    let set = json!({ "api": api, "gateway": gateway, "settings": { "tracing": true } });
    world.ok("stages.set", set).await;
    let start = json!({
        "api": api, "gateways": [gateway], "goal": "publish", "revision": shown["revision"],
        "stages": shown["stages"], "consents": [],
    });
    world
        .refused("deployments.start", start, "catalog.changed-meanwhile")
        .await;
}
