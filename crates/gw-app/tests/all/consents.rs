//! What a plan asks consent for, what production asks besides, and what a plan says stays.

use gw_model::DeploymentId;
use serde_json::{Value, json};

use crate::world::{NOTES, World, oauth};

async fn plan(world: &World, api: &Value, gateways: &[&Value], goal: &str) -> Value {
    let asked = json!({ "api": api, "gateways": gateways, "goal": goal });
    world.ok("deployments.plan", asked).await
}

/// Starts with these consents and names; the one run.
async fn start(
    world: &World,
    (api, gateway): (&Value, &Value),
    goal: &str,
    consents: &[&str],
    confirmed: &[&str],
) -> Value {
    let revision = plan(world, api, &[gateway], goal).await["revision"].clone();
    let start = json!({
        "api": api, "gateways": [gateway], "goal": goal, "revision": revision,
        "consents": consents, "confirmed": confirmed,
    });
    let run = world.ok("deployments.start", start).await["runs"][0].clone();
    if let Some(id) = run["deployment"].as_str() {
        gw_app::deployments::wait(&world.app, &DeploymentId::new(id))
            .await
            .unwrap();
    }
    run
}

fn keys(target: &Value) -> Vec<String> {
    let consents = target["consents"].as_array().unwrap();
    consents
        .iter()
        .map(|consent| consent["key"].as_str().unwrap().to_owned())
        .collect()
}

async fn mark(world: &World, gateway: &Value, production: &Value) -> Value {
    let row = world
        .ok("gateways.get", json!({ "gateway": gateway }))
        .await;
    let update = json!({
        "gateway": gateway, "display_name": "", "description": "", "production": production,
        "target": { "kind": "local", "port": row["gateway"]["target"]["port"] },
    });
    world.ok("gateways.update", update).await["production"].clone()
}

async fn save(world: &World, api: &Value, text: &str) {
    let edition = world.edition(api).await;
    let save = json!({ "api": api, "edition": edition, "text": text });
    world.ok("apis.save_document", save).await;
}

#[tokio::test]
async fn taking_operations_away_needs_a_yes_that_names_them() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    world.publish(&api, &gateway).await;
    let without = NOTES.split("  /notes/{id}:").next().unwrap();
    save(&world, &api, without).await;
    let target = plan(&world, &api, &[&gateway], "publish").await["targets"][0].clone();
    assert_eq!(keys(&target), ["open-operations", "removes-operations"]);
    let asked = &target["consents"][1];
    assert_eq!(asked["operations"], json!(["GET /notes/{id}"]));
    assert!(
        asked["sentence"]
            .as_str()
            .unwrap()
            .contains("GET /notes/{id}"),
        "{asked}"
    );
    assert_eq!(asked["typed"], Value::Null, "it is not production");

    let place = (&api, &gateway);
    let refused = start(&world, place, "publish", &["open-operations"], &["here"]).await;
    assert_eq!(refused["fault"]["code"], "deploy.consent-needed");
    assert_eq!(refused["fault"]["facts"]["consents"], "removes-operations");
    let both = ["open-operations", "removes-operations"];
    let run = start(&world, place, "publish", &both, &[]).await;
    assert!(run["fault"].is_null(), "{run}");
}

#[tokio::test]
async fn production_counts_a_yes_only_with_its_name() {
    let world = World::new().await;
    let gateway = world.local("live").await;
    assert_eq!(mark(&world, &gateway, &json!(true)).await, true);
    assert_eq!(
        mark(&world, &gateway, &Value::Null).await,
        true,
        "who says nothing of the mark leaves it"
    );
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let target = plan(&world, &api, &[&gateway], "publish").await["targets"][0].clone();
    assert_eq!(target["production"], true);
    assert_eq!(target["consents"][0]["typed"], "live");
    let place = (&api, &gateway);
    for typed in [&[][..], &["Live"], &["Notes"]] {
        let refused = start(
            &world,
            place,
            "publish",
            &gw_app::deployments::CONSENTS,
            typed,
        )
        .await;
        assert_eq!(
            refused["fault"]["code"], "deploy.consent-needed",
            "{typed:?}"
        );
        assert_eq!(refused["fault"]["facts"]["confirm"], "live");
    }
    let unsaid = start(&world, place, "publish", &[], &["live"]).await;
    assert_eq!(
        unsaid["fault"]["facts"]["consent"], "open-operations",
        "a name alone agrees to nothing"
    );
    let run = start(&world, place, "publish", &["open-operations"], &["live"]).await;
    assert!(run["fault"].is_null(), "{run}");
    let run = start(&world, place, "withdraw", &["withdraw"], &["Notes@1.0.0"]).await;
    assert!(run["fault"].is_null(), "the API's name counts too: {run}");
}

#[tokio::test]
async fn a_plan_without_danger_asks_production_for_nothing() {
    let world = World::new().await;
    let gateway = world.local("live").await;
    mark(&world, &gateway, &json!(true)).await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let key_manager = world.resident().await;
    let edition = world.edition(&api).await;
    let attach = json!({ "api": api, "edition": edition, "oauth": oauth(&key_manager, json!({})) });
    world.ok("policies.attach", attach).await;
    let run = start(&world, (&api, &gateway), "publish", &[], &[]).await;
    assert!(run["fault"].is_null(), "{run}");
    // Letting more in names the operation and wants the name.
    let edition = world.edition(&api).await;
    let opened = oauth(&key_manager, json!({ "GET /notes": { "kind": "public" } }));
    let attach = json!({ "api": api, "edition": edition, "oauth": opened });
    world.ok("policies.attach", attach).await;
    let target = plan(&world, &api, &[&gateway], "publish").await["targets"][0].clone();
    assert_eq!(keys(&target), ["lowers-security"]);
    let sentence = target["consents"][0]["sentence"].as_str().unwrap();
    assert_eq!(sentence, "More callers get in than now: at GET /notes");
}

#[tokio::test]
async fn a_plan_says_what_stays() {
    let world = World::new().await;
    let (here, there) = (world.local("here").await, world.local("there").await);
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    world.publish(&api, &here).await;
    world.publish(&api, &there).await;
    let edited = NOTES.replace("summary: List notes", "summary: All notes");
    save(&world, &api, &edited).await;
    let view = plan(&world, &api, &[&here], "publish").await;
    assert_eq!(view["api_name"], "Notes@1.0.0");
    assert_eq!(
        view["untouched"],
        json!(["On there the API stays as it is"])
    );
    let stays = view["targets"][0]["untouched"].to_string();
    assert!(
        stays.contains("2 of 3 operations stay as they are"),
        "{stays}"
    );
    assert!(
        stays.contains("Other APIs on this gateway go on being served"),
        "{stays}"
    );
    let both = plan(&world, &api, &[&here, &there], "publish").await;
    assert_eq!(both["untouched"], json!([]));
}

#[tokio::test]
async fn what_is_live_is_compared_even_when_it_was_forgotten() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let key_manager = world.resident().await;
    let attach = json!({ "api": api, "edition": 1, "oauth": oauth(&key_manager, json!({})) });
    world.ok("policies.attach", attach).await;
    world.publish(&api, &gateway).await;
    world
        .ok(
            "deployments.forget",
            json!({ "api": api, "gateway": gateway }),
        )
        .await;
    let edition = world.edition(&api).await;
    world
        .ok("policies.detach", json!({ "api": api, "edition": edition }))
        .await;
    let target = plan(&world, &api, &[&gateway], "publish").await["targets"][0].clone();
    assert_eq!(target["live"], "live");
    assert!(
        keys(&target).contains(&"lowers-security".to_owned()),
        "the gateway says which plan is live, and it is known: {target}"
    );
}
