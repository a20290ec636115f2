//! Going back on a local gateway, what is kept there, and how revisions differ.

use gw_app::deployments;
use gw_model::DeploymentId;
use serde_json::{Value, json};

use crate::world::{NOTES, World, oauth, request};

/// The notes API whose list says an edition, published.
async fn publish(world: &World, api: &Value, gateway: &Value, number: u32) {
    if number > 1 {
        let edited = NOTES.replace("example: [one, two]", &format!("example: ['{number}']"));
        let edition = world.edition(api).await;
        world
            .ok(
                "apis.save_document",
                json!({ "api": api, "edition": edition, "text": edited }),
            )
            .await;
    }
    world.publish(api, gateway).await;
}

async fn kept(world: &World, api: &Value, gateway: &Value) -> Vec<Value> {
    let list = world
        .ok(
            "deployments.kept",
            json!({ "api": api, "gateway": gateway }),
        )
        .await;
    list["rows"].as_array().unwrap().clone()
}

async fn plan_return(world: &World, api: &Value, gateway: &Value, to: Value) -> Value {
    let asked = json!({ "api": api, "gateways": [gateway], "goal": "return", "to": to });
    world.ok("deployments.plan", asked).await
}

/// Carries out what a plan showed, with every consent; the run's row.
async fn start(world: &World, plan: &Value) -> Value {
    let target = &plan["targets"][0];
    assert!(target["fault"].is_null(), "{target}");
    let request = json!({
        "api": plan["api"], "gateways": [target["gateway"]], "goal": "return", "revision": plan["revision"],
        "to": target["returns_to"]["id"], "consents": deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", request).await;
    let id = DeploymentId::new(
        started["runs"][0]["deployment"]
            .as_str()
            .unwrap_or_else(|| panic!("{started}")),
    );
    deployments::wait(&world.app, &id).await.unwrap();
    world
        .ok("deployments.get", json!({ "deployment": id }))
        .await["row"]
        .clone()
}

async fn said(world: &World, api: &Value, gateway: &Value) -> String {
    let send = json!({ "exchange": "e", "request": request(api, gateway, "GET", "/notes") });
    let answer = world.ok("console.send", send).await;
    assert_eq!(answer["status"], 200, "{answer}");
    answer["body"]["raw"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

#[tokio::test]
async fn going_back_is_planned_run_and_told_like_a_deployment() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    for number in 1..=3 {
        publish(&world, &api, &gateway, number).await;
    }
    let rows = kept(&world, &api, &gateway).await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(
        (&rows[0]["live"], &rows[1]["previous"], &rows[2]["previous"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert!(
        rows.iter()
            .all(|row| row["revision"].is_string() && row["deployment"].is_string()),
        "{rows:?}"
    );

    let plan = plan_return(&world, &api, &gateway, Value::Null).await;
    let target = &plan["targets"][0];
    assert_eq!(plan["revision"], rows[1]["revision"]);
    assert_eq!(target["returns_to"]["id"], rows[1]["id"]);
    assert_eq!(target["steps"].as_array().unwrap().len(), 1, "{target}");
    assert_eq!(target["steps"][0]["calls"].as_array().unwrap().len(), 1);
    assert!(
        !target["changes"].as_array().unwrap().is_empty(),
        "{target}"
    );
    let row = start(&world, &plan).await;
    assert_eq!(
        (&row["goal"], &row["outcome"], &row["revision"]),
        (&json!("return"), &json!("live"), &rows[1]["revision"])
    );
    assert!(said(&world, &api, &gateway).await.contains('2'));
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(
        (&cells[0]["state"], &cells[0]["revision"]),
        (&json!("behind"), &rows[1]["revision"])
    );

    // Further back, never to what was left; and forward by name.
    let plan = plan_return(&world, &api, &gateway, Value::Null).await;
    assert_eq!(plan["targets"][0]["returns_to"]["id"], rows[2]["id"]);
    start(&world, &plan).await;
    assert!(said(&world, &api, &gateway).await.contains("one"));
    let fault = plan_return(&world, &api, &gateway, Value::Null).await;
    assert_eq!(fault["targets"][0]["fault"]["code"], "deploy.not-kept");
    let short = rows[0]["revision"].as_str().unwrap().get(..10).unwrap();
    let plan = plan_return(&world, &api, &gateway, json!(short)).await;
    start(&world, &plan).await;
    assert!(said(&world, &api, &gateway).await.contains('3'));
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["state"], "live");

    let again = plan_return(&world, &api, &gateway, json!(rows[0]["id"])).await;
    assert_eq!(
        again["targets"][0]["steps"],
        json!([]),
        "it is live already"
    );
    let asked = json!({ "api": api, "gateways": [gateway, gateway], "goal": "return" });
    world
        .refused("deployments.plan", asked, "request.invalid")
        .await;
}

#[tokio::test]
async fn going_back_to_what_lets_more_callers_in_needs_a_yes_of_its_own() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    publish(&world, &api, &gateway, 1).await;
    let policy = oauth(&world.resident().await, json!({}));
    world
        .ok(
            "policies.attach",
            json!({ "api": api, "edition": 1, "oauth": policy }),
        )
        .await;
    world.publish(&api, &gateway).await;
    let plan = plan_return(&world, &api, &gateway, Value::Null).await;
    let target = &plan["targets"][0];
    let keys: Vec<&str> = target["consents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|consent| consent["key"].as_str().unwrap())
        .collect();
    assert!(keys.contains(&"lowers-security"), "{keys:?}");
    assert_eq!(target["changes"][0]["lowers_security"], true);
    let request = json!({
        "api": api, "gateways": [gateway], "goal": "return", "revision": plan["revision"],
        "to": target["returns_to"]["id"], "consents": [],
    });
    let started = world.ok("deployments.start", request).await;
    assert_eq!(started["runs"][0]["fault"]["code"], "deploy.consent-needed");
}

#[tokio::test]
async fn twelve_deployments_leave_ten_and_what_went_is_told() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    for number in 1..=12 {
        publish(&world, &api, &gateway, number).await;
    }
    let rows = kept(&world, &api, &gateway).await;
    assert_eq!(rows.len(), 10);
    let page = world.ok("deployments.list", json!({ "api": api })).await;
    let last = json!({ "deployment": page["rows"][0]["deployment"] });
    let pruned = world.ok("deployments.get", last).await["pruned"].clone();
    let states: Vec<&str> = pruned
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["intended", "gone"], "{pruned}");

    // What is gone says so, and its revision can be deployed again.
    let list = world
        .ok("deployments.revisions", json!({ "api": api }))
        .await;
    assert_eq!(list["total"], 12);
    let oldest = list["rows"][11]["id"].clone();
    let plan = plan_return(&world, &api, &gateway, oldest.clone()).await;
    let fault = &plan["targets"][0]["fault"];
    assert_eq!(fault["code"], "deploy.not-kept");
    assert!(
        fault["advice"]
            .as_str()
            .unwrap()
            .contains(oldest.as_str().unwrap()),
        "{fault}"
    );
    let asked = json!({ "api": api, "gateways": [gateway], "goal": "publish", "to": oldest });
    let plan = world.ok("deployments.plan", asked).await;
    assert_eq!(plan["revision"], oldest);
    let request = json!({
        "api": api, "gateways": [gateway], "goal": "publish", "revision": oldest, "to": oldest,
        "consents": deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", request).await;
    let id = DeploymentId::new(started["runs"][0]["deployment"].as_str().unwrap());
    let row = deployments::wait(&world.app, &id).await.unwrap();
    assert_eq!(serde_json::to_value(row.outcome).unwrap(), "live");
    assert!(said(&world, &api, &gateway).await.contains("one"));
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(
        (&cells[0]["state"], &cells[0]["revision"]),
        (&json!("behind"), &oldest)
    );

    // Fewer may stay; what is live always does.
    world
        .refused(
            "deployments.set_keep",
            json!({ "keep": 0 }),
            "request.invalid",
        )
        .await;
    world.ok("deployments.set_keep", json!({ "keep": 1 })).await;
    let rows = kept(&world, &api, &gateway).await;
    let plan = plan_return(&world, &api, &gateway, rows[9]["id"].clone()).await;
    start(&world, &plan).await;
    let left: Vec<Value> = kept(&world, &api, &gateway)
        .await
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(
        left,
        [rows[0]["id"].clone(), rows[9]["id"].clone()],
        "the newest, and the one that is live"
    );
}

#[tokio::test]
async fn any_two_states_can_be_compared() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    publish(&world, &api, &gateway, 1).await;
    publish(&world, &api, &gateway, 2).await;
    let edited = NOTES.replace("summary: List notes", "summary: All notes");
    let edition = world.edition(&api).await;
    world
        .ok(
            "apis.save_document",
            json!({ "api": api, "edition": edition, "text": edited }),
        )
        .await;
    let list = world
        .ok("deployments.revisions", json!({ "api": api }))
        .await;
    assert_eq!(list["rows"][0]["live_on"], json!(["here"]));
    assert_ne!(list["working"], list["rows"][0]["id"]);
    let diff = async |from: &str, to: &str| {
        let asked = json!({ "api": api, "gateway": gateway, "from": from, "to": to });
        world.ok("deployments.diff", asked).await
    };
    let (newer, older) = (&list["rows"][0]["id"], &list["rows"][1]["id"]);
    let between = diff(older.as_str().unwrap(), newer.as_str().unwrap()).await;
    assert!(
        !between["changes"].as_array().unwrap().is_empty(),
        "{between}"
    );
    let text = between["document"].as_str().unwrap();
    assert!(
        text.contains("-              example: [one, two]"),
        "{text}"
    );
    assert!(text.contains("+              example: ['2']"), "{text}");

    let to_working = diff("live", "working").await;
    assert_eq!(to_working["from"]["said"], "live on here");
    assert_eq!(&to_working["from"]["revision"], newer);
    assert!(
        to_working["document"]
            .as_str()
            .unwrap()
            .contains("+      summary: All notes")
    );
    let same = diff("live", newer.as_str().unwrap()).await;
    assert_eq!(
        (&same["changes"], &same["document"]),
        (&json!([]), &json!(""))
    );
    for (word, code) in [
        ("rev_0000", "catalog.not-found"),
        ("nonsense", "request.invalid"),
    ] {
        let asked = json!({ "api": api, "gateway": gateway, "from": word, "to": "live" });
        world.refused("deployments.diff", asked, code).await;
    }
    let nowhere = json!({ "api": api, "gateway": null, "from": "live", "to": "working" });
    world
        .refused("deployments.diff", nowhere, "request.invalid")
        .await;
}
