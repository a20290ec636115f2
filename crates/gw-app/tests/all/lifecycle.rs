//! What ends well although its gateway does not answer, is gone, or left a run half-way; and what a removal takes along.

use std::path::PathBuf;
use std::time::Duration;

use gw_app::stay_open;
use gw_model::DeploymentId;
use serde_json::{Value, json};

use crate::deployments::interrupted;
use crate::world::{World, access_key, aws_gateway, closed};

/// An API live on a local gateway; both ids.
async fn live(world: &World) -> (Value, Value) {
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    world.publish(&api, &gateway).await;
    (api, gateway)
}

fn place(api: &Value, gateway: &Value) -> Value {
    json!({ "api": api, "gateway": gateway })
}

/// Where a local gateway keeps what it serves.
fn folder(world: &World, gateway: &Value) -> PathBuf {
    let id = gw_model::GatewayId::new(gateway.as_str().unwrap());
    world.app.home().local_gateway(&id)
}

/// Makes a local gateway unusable, as one that does not answer; `mend` takes that back.
fn break_down(world: &World, gateway: &Value) {
    let folder = folder(world, gateway);
    std::fs::rename(&folder, folder.with_extension("away")).unwrap();
    std::fs::write(&folder, "not a folder").unwrap();
}

fn mend(world: &World, gateway: &Value) {
    let folder = folder(world, gateway);
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(folder.with_extension("away"), &folder).unwrap();
}

async fn later(world: &World, api: &Value, gateway: &Value) -> Value {
    let request = json!({ "api": api, "gateways": [gateway], "consents": ["withdraw"] });
    world.ok("deployments.later", request).await
}

async fn pending(world: &World) -> Value {
    world.ok("deployments.pending", Value::Null).await
}

#[tokio::test]
async fn what_a_gateway_held_is_forgotten_with_a_trace() {
    let world = World::new().await;
    let (api, gateway) = live(&world).await;
    let place = place(&api, &gateway);
    let told = world.ok("deployments.traces", place.clone()).await;
    assert_eq!(
        (&told["placed"], &told["unfinished"]),
        (&json!(true), &json!(0))
    );
    let gone = world
        .ok("gateways.removal", json!({ "gateway": gateway }))
        .await;
    assert_eq!(gone["blocked_by"][0]["api_name"], "Notes@1.0.0");
    world
        .refused(
            "gateways.remove",
            json!({ "gateway": gateway }),
            "catalog.in-use",
        )
        .await;

    let forgotten = world.ok("deployments.forget", place.clone()).await;
    let run = json!({ "deployment": forgotten["deployment"] });
    let detail = world.ok("deployments.get", run).await;
    assert_eq!(detail["row"]["outcome"], "forgotten");
    assert_eq!(detail["row"]["goal"], "withdraw");
    assert_eq!(detail["records"].as_array().unwrap().len(), 1);
    assert_eq!(
        world.ok("deployments.placements", json!({})).await,
        json!([])
    );
    let again = world.ok("deployments.forget", place).await;
    assert_eq!(again["deployment"], Value::Null, "twice equals once");

    world
        .ok("gateways.remove", json!({ "gateway": gateway }))
        .await;
    let page = world
        .ok("deployments.list", json!({ "gateway": gateway }))
        .await;
    assert_eq!(page["total"], 2, "what ran stays");
    assert_eq!(page["rows"][0]["gateway_name"], "here");
    world.ok("apis.remove", json!({ "api": api })).await;
    let page = world.ok("deployments.list", json!({})).await;
    assert_eq!(page["rows"][0]["api_name"], "Notes");
}

#[tokio::test]
async fn a_run_that_was_interrupted_does_not_stay_for_ever() {
    let world = World::new().await;
    let (api, gateway) = live(&world).await;
    let page = world.ok("deployments.list", json!({})).await;
    let first = json!({ "deployment": page["rows"][0]["deployment"] });
    let detail = world.ok("deployments.get", first).await;
    let left = interrupted(&world, &detail);
    let place = place(&api, &gateway);
    let told = world.ok("deployments.traces", place.clone()).await;
    assert_eq!(told["unfinished"], 1);

    let lock =
        std::fs::File::create(world.home().join("runs").join(format!("{left}.lock"))).unwrap();
    lock.lock().unwrap();
    world
        .refused("deployments.forget", place.clone(), "deploy.busy")
        .await;
    drop(lock);
    world.ok("deployments.forget", place).await;
    let run = json!({ "deployment": left });
    let detail = world.ok("deployments.get", run.clone()).await;
    assert_eq!(detail["row"]["outcome"], "forgotten");
    assert_eq!(detail["row"]["fault"]["code"], "deploy.interrupted");
    let last = detail["records"].as_array().unwrap().last().unwrap();
    assert_eq!(last["entry"]["kind"], "finished");
    let row = world.ok("deployments.recover", run).await;
    assert_eq!(row["outcome"], "forgotten", "nothing is left to recover");
    assert_eq!(
        world.ok("app.status", Value::Null).await["counts"]["running"],
        0
    );
    world.ok("apis.remove", json!({ "api": api })).await;
}

#[tokio::test]
async fn an_undeployment_waits_until_its_gateway_answers() {
    let world = World::new().await;
    let (api, gateway) = live(&world).await;
    break_down(&world, &gateway);
    let asked = json!({ "api": api, "gateways": [gateway], "consents": [] });
    let fault = world
        .refused("deployments.later", asked, "deploy.consent-needed")
        .await;
    assert_eq!(fault.facts["consent"], "withdraw");
    assert!(
        fault.summary.contains("3 operations"),
        "what callers lose is known without asking: {fault:?}"
    );
    let rows = later(&world, &api, &gateway).await;
    assert_eq!(rows[0]["attempts"], 0);

    let tried = world.ok("deployments.resume", json!({})).await;
    assert_eq!(tried[0]["fault"]["code"], "local.state-unusable", "{tried}");
    let rows = pending(&world).await;
    assert_eq!(
        (&rows[0]["attempts"], &rows[0]["fault"]["code"]),
        (&json!(1), &json!("local.state-unusable"))
    );
    assert!(rows[0]["next_at"].as_i64() > rows[0]["tried_at"].as_i64());

    mend(&world, &gateway);
    let tried = world.ok("deployments.resume", json!({ "api": api })).await;
    let id = DeploymentId::new(tried[0]["deployment"].as_str().unwrap());
    let row = gw_app::deployments::wait(&world.app, &id).await.unwrap();
    assert_eq!(serde_json::to_value(row.outcome).unwrap(), "withdrawn");
    assert_eq!(pending(&world).await, json!([]));
    assert_eq!(
        world.ok("deployments.placements", json!({})).await,
        json!([])
    );
}

#[tokio::test]
async fn hosts_that_stay_open_carry_it_out_by_themselves() {
    let world = World::new().await;
    let (api, gateway) = live(&world).await;
    later(&world, &api, &gateway).await;
    stay_open(&world.app);
    for _ in 0..600 {
        if pending(&world).await == json!([]) {
            let page = world.ok("deployments.list", json!({})).await;
            assert_eq!(page["rows"][0]["outcome"], "withdrawn", "{page}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it still waits: {}", pending(&world).await);
}

#[tokio::test]
async fn who_publishes_again_wants_it_there() {
    let world = World::new().await;
    let (api, gateway) = live(&world).await;
    later(&world, &api, &gateway).await;
    world.run(&api, &[&gateway], "publish").await;
    assert_eq!(pending(&world).await, json!([]));
}

#[tokio::test]
async fn production_says_its_name_for_later_too() {
    let world = World::new().await;
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let mut create = aws_gateway("far", "eu-west-1", "prod", &closed(), &key);
    create["production"] = json!(true);
    let gateway = world.ok("gateways.create", create).await["id"].clone();
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let mut asked = json!({ "api": api, "gateways": [gateway], "consents": ["withdraw"] });
    let fault = world
        .refused("deployments.later", asked.clone(), "deploy.consent-needed")
        .await;
    assert_eq!(fault.facts["confirm"], "far");
    asked["confirmed"] = json!(["far"]);
    world.ok("deployments.later", asked).await;
    let gone = world
        .ok("gateways.removal", json!({ "gateway": gateway }))
        .await;
    let vanishes = gone["vanishes"].to_string();
    for part in ["access key ending in LE12", "undeployment that waits"] {
        assert!(vanishes.contains(part), "{part}: {vanishes}");
    }
    world
        .ok("gateways.remove", json!({ "gateway": gateway }))
        .await;
    assert_eq!(pending(&world).await, json!([]), "it went with its gateway");
    let gone = world.ok("apis.removal", json!({ "api": api })).await;
    assert_eq!(gone["blocked_by"], json!([]));
}
