//! Canaries on a local gateway: planned, run, told, and ended by whatever else is deployed.

use std::collections::BTreeSet;

use gw_app::deployments;
use gw_model::DeploymentId;
use serde_json::{Value, json};

use crate::world::{NOTES, World, oauth, request};

/// Gives the list of notes another example.
async fn edit(world: &World, api: &Value, number: u32) {
    let edited = NOTES.replace("example: [one, two]", &format!("example: ['{number}']"));
    let edition = world.edition(api).await;
    let save = json!({ "api": api, "edition": edition, "text": edited });
    world.ok("apis.save_document", save).await;
}

async fn plan(world: &World, api: &Value, gateway: &Value, goal: &str, percent: Value) -> Value {
    let asked = json!({ "api": api, "gateways": [gateway], "goal": goal, "percent": percent });
    world.ok("deployments.plan", asked).await
}

/// Carries out what a plan showed, with every consent; the run's row.
async fn start(world: &World, plan: &Value) -> Value {
    let target = &plan["targets"][0];
    assert!(target["fault"].is_null(), "{target}");
    let request = json!({
        "api": plan["api"], "gateways": [target["gateway"]], "goal": plan["goal"], "percent": plan["percent"],
        "revision": plan["revision"], "to": target["returns_to"]["id"], "consents": deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", request).await;
    let id = started["runs"][0]["deployment"].as_str();
    let id = DeploymentId::new(id.unwrap_or_else(|| panic!("{started}")));
    deployments::wait(&world.app, &id).await.unwrap();
    let got = world
        .ok("deployments.get", json!({ "deployment": id }))
        .await;
    assert_eq!(got["row"]["outcome"], "live", "{}", got["row"]);
    got["row"].clone()
}

async fn go(world: &World, api: &Value, gateway: &Value, goal: &str, percent: Value) -> Value {
    let plan = plan(world, api, gateway, goal, percent).await;
    start(world, &plan).await
}

async fn kept(world: &World, api: &Value, gateway: &Value) -> Vec<Value> {
    let asked = json!({ "api": api, "gateway": gateway });
    let list = world.ok("deployments.kept", asked).await;
    list["rows"].as_array().unwrap().clone()
}

async fn cell(world: &World) -> Value {
    world.ok("deployments.placements", json!({})).await[0].clone()
}

/// What answers: each example with half of the requests stays away once in 2⁴⁰ times.
async fn said(world: &World, api: &Value, gateway: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for _ in 0..40 {
        let send = json!({ "exchange": "e", "request": request(api, gateway, "GET", "/notes") });
        let answer = world.ok("console.send", send).await;
        found.insert(
            answer["body"]["raw"]
                .as_str()
                .unwrap()
                .replace(['[', ']', '"', '\n', ' '], ""),
        );
    }
    found
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn a_canary_is_begun_shared_promoted_and_gone_back_from() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let first = plan(&world, &api, &gateway, "publish", json!(10)).await;
    assert_eq!(first["targets"][0]["fault"]["code"], "deploy.not-deployed");
    for goal in ["promote", "drop", "share"] {
        let none = plan(
            &world,
            &api,
            &gateway,
            goal,
            if goal == "share" {
                json!(5)
            } else {
                Value::Null
            },
        )
        .await;
        assert_eq!(
            none["targets"][0]["fault"]["code"], "deploy.no-canary",
            "{goal}"
        );
    }
    world.publish(&api, &gateway).await;
    let live = cell(&world).await["revision"].clone();
    let same = plan(&world, &api, &gateway, "publish", json!(10)).await;
    assert_eq!(same["targets"][0]["fault"]["code"], "plan.refused");

    edit(&world, &api, 2).await;
    let shown = plan(&world, &api, &gateway, "publish", json!(50)).await;
    let target = &shown["targets"][0];
    assert_eq!(shown["percent"], 50.0);
    assert!(
        !target["changes"].as_array().unwrap().is_empty(),
        "{target}"
    );
    let steps = target["steps"].as_array().unwrap();
    assert!(
        steps.last().unwrap()["sentence"]
            .as_str()
            .unwrap()
            .contains("50 % of the requests"),
        "{steps:?}"
    );
    let row = start(&world, &shown).await;
    assert_eq!(
        (&row["goal"], &row["percent"]),
        (&json!("publish"), &json!(50.0))
    );
    let canary = row["revision"].clone();
    assert_ne!(canary, live);
    let now = cell(&world).await;
    assert_eq!((&now["revision"], &now["state"]), (&live, &json!("behind")));
    assert_eq!(
        now["canary"],
        json!({ "revision": canary, "percent": 50.0 })
    );
    assert_eq!(said(&world, &api, &gateway).await, set(&["2", "one,two"]));
    let rows = kept(&world, &api, &gateway).await;
    assert_eq!(
        (&rows[0]["canary"], &rows[0]["live"], &rows[0]["revision"]),
        (&json!(50.0), &json!(false), &canary)
    );
    assert_eq!(
        (&rows[1]["canary"], &rows[1]["live"], &rows[1]["revision"]),
        (&Value::Null, &json!(true), &live)
    );
    let drift = world
        .ok("drift.check", json!({ "api": api, "gateway": gateway }))
        .await;
    assert_eq!(drift["places"][0]["drifts"], json!([]), "{drift}");

    // Another share; the plan was shown for the canary that runs.
    let row = go(&world, &api, &gateway, "share", json!(100)).await;
    assert_eq!(
        (&row["goal"], &row["percent"], &row["revision"]),
        (&json!("share"), &json!(100.0), &Value::Null)
    );
    assert_eq!(
        cell(&world).await["canary"],
        json!({ "revision": canary, "percent": 100.0 })
    );
    assert_eq!(said(&world, &api, &gateway).await, set(&["2"]));
    let again = plan(&world, &api, &gateway, "share", json!(100)).await;
    assert_eq!(again["targets"][0]["steps"], json!([]));
    let stale = plan(&world, &api, &gateway, "promote", Value::Null).await;
    edit(&world, &api, 3).await;
    go(&world, &api, &gateway, "publish", json!(0)).await;
    assert_eq!(said(&world, &api, &gateway).await, set(&["one,two"]));
    let start_stale = json!({
        "api": api, "gateways": [gateway], "goal": "promote", "revision": stale["revision"],
        "to": stale["targets"][0]["returns_to"]["id"], "consents": deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", start_stale).await;
    assert_eq!(
        started["runs"][0]["fault"]["code"],
        "catalog.changed-meanwhile"
    );

    let shown = plan(&world, &api, &gateway, "promote", Value::Null).await;
    let third = kept(&world, &api, &gateway).await[0]["revision"].clone();
    assert_eq!(shown["revision"], third);
    let row = start(&world, &shown).await;
    assert_eq!(
        (&row["goal"], &row["revision"]),
        (&json!("promote"), &third)
    );
    let now = cell(&world).await;
    assert_eq!(
        (&now["revision"], &now["state"], &now["canary"]),
        (&third, &json!("live"), &Value::Null)
    );
    assert_eq!(said(&world, &api, &gateway).await, set(&["3"]));

    // Going back leads to what was live before, and never to what was only a canary.
    let rows = kept(&world, &api, &gateway).await;
    let previous: Vec<&Value> = rows.iter().filter(|row| row["previous"] == true).collect();
    assert_eq!(
        (previous.len(), &previous[0]["revision"]),
        (1, &live),
        "{rows:?}"
    );
    edit(&world, &api, 4).await;
    go(&world, &api, &gateway, "publish", json!(50)).await;
    let shown = plan(&world, &api, &gateway, "return", Value::Null).await;
    let sentence = shown["targets"][0]["steps"][0]["sentence"]
        .as_str()
        .unwrap();
    assert!(
        sentence.contains("drop the canary that got 50 %"),
        "{sentence}"
    );
    start(&world, &shown).await;
    assert_eq!(cell(&world).await["canary"], Value::Null);
    assert_eq!(said(&world, &api, &gateway).await, set(&["one,two"]));
}

#[tokio::test]
async fn a_canary_that_lets_more_callers_in_needs_the_same_yes_each_time() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let policy = oauth(&world.resident().await, json!({}));
    let attach = json!({ "api": api, "edition": 1, "oauth": policy });
    world.ok("policies.attach", attach).await;
    world.publish(&api, &gateway).await;
    let edition = world.edition(&api).await;
    let detach = json!({ "api": api, "edition": edition });
    world.ok("policies.detach", detach).await;
    let keys = |plan: &Value| -> Vec<String> {
        let consents = plan["targets"][0]["consents"].as_array().unwrap();
        consents
            .iter()
            .map(|it| it["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let shown = plan(&world, &api, &gateway, "publish", json!(10)).await;
    assert!(
        keys(&shown).contains(&"lowers-security".to_owned()),
        "{:?}",
        keys(&shown)
    );
    let request = json!({
        "api": api, "gateways": [gateway], "goal": "publish", "percent": 10, "revision": shown["revision"], "consents": [],
    });
    let started = world.ok("deployments.start", request).await;
    assert_eq!(started["runs"][0]["fault"]["code"], "deploy.consent-needed");
    start(&world, &shown).await;
    let promote = plan(&world, &api, &gateway, "promote", Value::Null).await;
    assert!(keys(&promote).contains(&"lowers-security".to_owned()));
    assert_eq!(promote["targets"][0]["changes"][0]["lowers_security"], true);
    let share = plan(&world, &api, &gateway, "share", json!(90)).await;
    assert!(keys(&share).contains(&"lowers-security".to_owned()));
    let dropped = plan(&world, &api, &gateway, "drop", Value::Null).await;
    assert_eq!(
        (keys(&dropped), &dropped["targets"][0]["changes"]),
        (Vec::new(), &json!([]))
    );
    start(&world, &dropped).await;
    assert_eq!(cell(&world).await["canary"], Value::Null);
}

#[tokio::test]
async fn pruning_keeps_a_canary_and_a_deployment_of_what_is_live_ends_it() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    world.publish(&api, &gateway).await;
    world.ok("deployments.set_keep", json!({ "keep": 1 })).await;
    for number in 2..=5 {
        edit(&world, &api, number).await;
        go(&world, &api, &gateway, "publish", json!(50)).await;
    }
    let rows = kept(&world, &api, &gateway).await;
    assert_eq!(rows.len(), 2, "the canary and what is live: {rows:?}");
    assert_eq!(said(&world, &api, &gateway).await, set(&["5", "one,two"]));
    let live = cell(&world).await["revision"].clone();
    let asked = json!({ "api": api, "gateways": [gateway], "goal": "publish", "to": live });
    let shown = world.ok("deployments.plan", asked).await;
    let steps = shown["targets"][0]["steps"].as_array().unwrap().clone();
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(
        steps[0]["sentence"]
            .as_str()
            .unwrap()
            .starts_with("Drop the canary")
    );
    let request = json!({
        "api": api, "gateways": [gateway], "goal": "publish", "revision": live, "to": live,
        "consents": deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", request).await;
    let id = DeploymentId::new(started["runs"][0]["deployment"].as_str().unwrap());
    deployments::wait(&world.app, &id).await.unwrap();
    assert_eq!(cell(&world).await["canary"], Value::Null);
    assert_eq!(said(&world, &api, &gateway).await, set(&["one,two"]));
}

#[tokio::test]
async fn a_share_belongs_to_a_canary_and_to_nothing_else() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    for (gateways, goal, percent) in [
        (vec![&gateway], "share", Value::Null),
        (vec![&gateway], "promote", json!(10)),
        (vec![&gateway], "withdraw", json!(10)),
        (vec![&gateway], "publish", json!(100.5)),
        (vec![&gateway], "publish", json!(1.234)),
        (vec![&gateway, &gateway], "promote", Value::Null),
    ] {
        let asked = json!({ "api": api, "gateways": gateways, "goal": goal, "percent": percent });
        world
            .refused("deployments.plan", asked, "request.invalid")
            .await;
    }
}
