//! Deployments on a local gateway: planned, agreed to, run, compared, withdrawn, and ended after an interruption.

use gw_catalog::Catalog;
use gw_deploy::{Entry, Journal as _, Record, RunHeader};
use gw_model::DeploymentId;
use gw_testkit::request as http;
use serde_json::{Value, json};

use crate::world::{NOTES, World, access_key, aws_gateway, closed, oauth};

#[tokio::test]
async fn an_open_api_is_deployed_only_when_that_was_agreed_to() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let asked = json!({ "api": api["id"], "gateways": [gateway], "goal": "publish" });
    let plan = world.ok("deployments.plan", asked).await;
    let target = &plan["targets"][0];
    assert_eq!(target["live"], "absent");
    assert_eq!(target["consents"][0]["key"], "open-operations");
    assert_eq!(target["changes"].as_array().unwrap().len(), 3, "{target}");
    assert!(!target["steps"].as_array().unwrap().is_empty());
    assert!(
        target["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["payload"] == ""),
        "payloads are left out"
    );
    assert_eq!(
        world.ok("deployments.list", Value::Null).await["total"],
        0,
        "a plan changes nothing"
    );

    let start = json!({
        "api": api["id"], "gateways": [gateway], "goal": "publish", "revision": plan["revision"], "consents": [],
    });
    let started = world.ok("deployments.start", start).await;
    assert!(started["runs"][0]["deployment"].is_null());
    assert_eq!(started["runs"][0]["fault"]["code"], "deploy.consent-needed");
    assert_eq!(
        world.ok("deployments.list", Value::Null).await["total"],
        0,
        "nothing ran"
    );
}

#[tokio::test]
async fn a_run_is_told_listed_and_not_repeated() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let url = world.publish(&api["id"], &gateway).await;
    world
        .ok("gateways.start", json!({ "gateway": gateway }))
        .await;
    let asked = format!("{url}/notes");
    let reply = tokio::task::spawn_blocking(move || http("GET", &asked, &[], ""))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((reply.status, reply.json()), (200, json!(["one", "two"])));

    let again = world.run(&api["id"], &[&gateway], "publish").await;
    assert_eq!(again[0]["outcome"], "unchanged");
    let page = world
        .ok(
            "deployments.list",
            json!({ "api": api["id"], "gateway": gateway }),
        )
        .await;
    assert_eq!(page["total"], 2);
    let detail = world
        .ok(
            "deployments.get",
            json!({ "deployment": again[0]["deployment"] }),
        )
        .await;
    let kinds: Vec<&str> = detail["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["entry"]["kind"].as_str().unwrap())
        .collect();
    assert!(
        !kinds.contains(&"intended"),
        "an unchanged run tried something: {kinds:?}"
    );
    let cells = world
        .ok("deployments.placements", json!({ "api": api["id"] }))
        .await;
    assert_eq!(
        (&cells[0]["state"], &cells[0]["invoke_url"]),
        (&json!("live"), &json!(url))
    );
    let told: Vec<String> = world
        .said()
        .into_iter()
        .filter(|said| said.by == "event")
        .map(|said| said.text)
        .collect();
    for kind in ["\"started\"", "\"step-done\"", "\"finished\""] {
        assert!(
            told.iter().any(|text| text.contains(kind)),
            "no {kind} event in {told:#?}"
        );
    }

    let edited = NOTES.replace("example: [one, two]", "example: [three]");
    world
        .ok(
            "apis.save_document",
            json!({ "api": api["id"], "edition": 1, "text": edited }),
        )
        .await;
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["state"], "behind");
    let cancel = json!({ "deployment": again[0]["deployment"] });
    world.ok("deployments.cancel", cancel).await;

    let plan = json!({ "api": api["id"], "gateways": [gateway], "goal": "withdraw" });
    let plan = world.ok("deployments.plan", plan).await;
    assert_eq!(plan["targets"][0]["consents"][0]["key"], "withdraw");
    let rows = world.run(&api["id"], &[&gateway], "withdraw").await;
    assert_eq!(rows[0]["outcome"], "withdrawn");
    let asked = format!("{url}/notes");
    let reply = tokio::task::spawn_blocking(move || http("GET", &asked, &[], ""))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        reply.status, 403,
        "what is withdrawn is not there, as AWS says it"
    );
    assert_eq!(
        world.ok("deployments.placements", json!({})).await,
        json!([])
    );
}

#[tokio::test]
async fn only_the_plan_that_was_seen_is_carried_out() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let asked = json!({ "api": api["id"], "gateways": [gateway], "goal": "publish" });
    let plan = world.ok("deployments.plan", asked).await;
    let edited = NOTES.replace("List notes", "All notes");
    world
        .ok(
            "apis.save_document",
            json!({ "api": api["id"], "edition": 1, "text": edited }),
        )
        .await;
    let start = json!({
        "api": api["id"], "gateways": [gateway], "goal": "publish", "revision": plan["revision"],
        "consents": gw_app::deployments::CONSENTS,
    });
    world
        .refused("deployments.start", start, "catalog.changed-meanwhile")
        .await;
}

#[tokio::test]
async fn letting_more_callers_in_needs_a_yes_of_its_own() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let key_manager = world.resident().await;
    let closed = json!({ "api": api["id"], "edition": 1, "oauth": oauth(&key_manager, json!({})) });
    world.ok("policies.attach", closed).await;
    world.publish(&api["id"], &gateway).await;
    let opened = oauth(&key_manager, json!({ "POST /notes": { "kind": "public" } }));
    world
        .ok(
            "policies.attach",
            json!({ "api": api["id"], "edition": 2, "oauth": opened }),
        )
        .await;
    let asked = json!({ "api": api["id"], "gateways": [gateway], "goal": "publish" });
    let plan = world.ok("deployments.plan", asked).await;
    let target = &plan["targets"][0];
    assert_eq!(target["consents"][0]["key"], "lowers-security");
    assert_eq!(
        target["changes"][0]["lowers_security"], true,
        "security comes first: {target}"
    );
    assert!(
        target["changes"][0]["sentence"]
            .as_str()
            .unwrap()
            .contains("POST /notes"),
        "{target}"
    );
}

#[tokio::test]
async fn one_gateway_that_does_not_answer_hides_nothing_of_the_other() {
    let world = World::new().await;
    let local = world.local("here").await;
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let aws = world
        .ok(
            "gateways.create",
            aws_gateway("far", "eu-west-1", "prod", &closed(), &key),
        )
        .await["id"]
        .clone();
    let api = world.notes(json!({ "kind": "mock" })).await;
    let asked = json!({ "api": api["id"], "gateways": [aws, local], "goal": "publish" });
    let plan = world.ok("deployments.plan", asked).await;
    assert_eq!(plan["targets"][0]["fault"]["code"], "network.unreachable");
    assert!(plan["targets"][1]["fault"].is_null());
    let start = json!({
        "api": api["id"], "gateways": [aws, local], "goal": "publish", "revision": plan["revision"],
        "consents": gw_app::deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", start).await;
    let id = DeploymentId::new(started["runs"][1]["deployment"].as_str().unwrap());
    let row = gw_app::deployments::wait(&world.app, &id).await.unwrap();
    assert_eq!(serde_json::to_value(row.outcome).unwrap(), "live");
    // The other is still looked at meanwhile, for as long as that may help.
    let far = DeploymentId::new(started["runs"][0]["deployment"].as_str().unwrap());
    let fault = gw_app::deployments::wait(&world.app, &far)
        .await
        .unwrap_err();
    assert_eq!(fault.code.as_str(), "network.unreachable");
}

/// It takes the connection and says nothing, which ends only with the limit of a call, two minutes later.
#[tokio::test]
async fn one_gateway_that_never_answers_delays_nobody() {
    let world = World::new().await;
    let local = world.local("here").await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let far = aws_gateway("far", "eu-west-1", "prod", &url, &key);
    let far = world.ok("gateways.create", far).await["id"].clone();
    let api = world.notes(json!({ "kind": "mock" })).await;
    let asked = json!({ "api": api["id"], "gateways": [local], "goal": "publish" });
    let plan = world.ok("deployments.plan", asked).await;

    let began = std::time::Instant::now();
    let start = json!({
        "api": api["id"], "gateways": [far, local], "goal": "publish", "revision": plan["revision"],
        "consents": gw_app::deployments::CONSENTS,
    });
    let started = world.ok("deployments.start", start).await;
    let id =
        |index: usize| DeploymentId::new(started["runs"][index]["deployment"].as_str().unwrap());
    let row = gw_app::deployments::wait(&world.app, &id(1)).await.unwrap();
    assert_eq!(serde_json::to_value(row.outcome).unwrap(), "live");
    let took = began.elapsed();
    assert!(took < std::time::Duration::from_secs(30), "{took:?}");
    let far = world
        .ok("deployments.get", json!({ "deployment": id(0) }))
        .await;
    assert_eq!(far["row"]["running"], true, "it is looked at still: {far}");

    // Whoever has waited enough can say so, and it ends then.
    world
        .ok("deployments.cancel", json!({ "deployment": id(0) }))
        .await;
    let fault = gw_app::deployments::wait(&world.app, &id(0))
        .await
        .unwrap_err();
    assert_eq!(fault.code.as_str(), "request.cancelled");
    let took = began.elapsed();
    assert!(took < std::time::Duration::from_mins(1), "{took:?}");
}

#[tokio::test]
async fn two_apis_cannot_have_one_base_path() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let create = |name: &str| json!({ "name": name, "version": "1", "base_path": "/same", "backend": { "kind": "mock" } });
    let first = world.ok("apis.create", create("First")).await;
    let second = world.ok("apis.create", create("Second")).await;
    let form = json!({
        "operation": "GET /x", "operation_id": "", "summary": "", "description": "", "parameters": [],
        "request_body": null, "responses": [{ "status": "204", "description": "Done", "media_type": "", "example": "" }],
    });
    for api in [&first, &second] {
        world
            .ok(
                "operations.put",
                json!({ "api": api["id"], "edition": 1, "replaces": null, "form": form }),
            )
            .await;
    }
    world.publish(&first["id"], &gateway).await;
    let asked = json!({ "api": second["id"], "gateways": [gateway], "goal": "publish" });
    let plan = world.ok("deployments.plan", asked).await;
    assert_eq!(
        plan["targets"][0]["fault"]["code"], "local.base-path-taken",
        "{plan}"
    );
}

/// Leaves a journal as a process leaves it that died after it meant to do the first step.
pub fn interrupted(world: &World, of: &Value) -> DeploymentId {
    let header: RunHeader = serde_json::from_value(of["header"].clone()).unwrap();
    let records: Vec<Record> = serde_json::from_value(of["records"].clone()).unwrap();
    let deployment = DeploymentId::new(format!("{}x", header.deployment));
    let mark = gw_connector::Mark::new(format!("{}x", header.mark.as_str()));
    let header = RunHeader {
        deployment: deployment.clone(),
        mark,
        ..header
    };
    let catalog = Catalog::open(world.home().join("catalog.db")).unwrap();
    catalog.begin(&header).unwrap();
    let upto = records
        .iter()
        .position(|record| matches!(record.entry, Entry::Intended { .. }))
        .unwrap();
    for record in &records[..=upto] {
        catalog
            .append(&deployment, record.at, &record.entry)
            .unwrap();
    }
    deployment
}

#[tokio::test]
async fn a_run_that_a_dead_process_left_is_ended() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let first = world.run(&api["id"], &[&gateway], "publish").await;
    let detail = world
        .ok(
            "deployments.get",
            json!({ "deployment": first[0]["deployment"] }),
        )
        .await;
    let left = interrupted(&world, &detail);
    assert_eq!(
        world.ok("app.status", Value::Null).await["counts"]["running"],
        1
    );
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["state"], "interrupted");
    let running = |page: Value| page["rows"][0]["running"].clone();
    let page = world.ok("deployments.list", json!({})).await;
    assert_eq!(running(page), false, "nothing carries it on");
    let lock =
        std::fs::File::create(world.home().join("runs").join(format!("{left}.lock"))).unwrap();
    lock.lock().unwrap();
    let page = world.ok("deployments.list", json!({})).await;
    assert_eq!(running(page), true, "another process holds its lock");
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["state"], "deploying");
    drop(lock);
    world
        .refused(
            "deployments.cancel",
            json!({ "deployment": left }),
            "deploy.busy",
        )
        .await;

    let ended = world
        .ok("deployments.recover", json!({ "deployment": left }))
        .await;
    assert_eq!(ended["outcome"], "rolled-back", "{ended}");
    assert_eq!(
        world.ok("app.status", Value::Null).await["counts"]["running"],
        0
    );
    let send = json!({ "exchange": "e", "request": crate::world::request(&api["id"], &gateway, "GET", "/notes") });
    assert_eq!(
        world.ok("console.send", send).await["status"],
        200,
        "what was live still is"
    );

    let left = interrupted(&world, &detail_again(&detail));
    let rows = world.run(&api["id"], &[&gateway], "publish").await;
    assert_eq!(
        rows[0]["outcome"], "unchanged",
        "a start ends the dead run first"
    );
    let row = world
        .ok("deployments.get", json!({ "deployment": left }))
        .await["row"]
        .clone();
    assert_eq!(row["outcome"], "rolled-back");
}

/// The same detail under another id.
fn detail_again(detail: &Value) -> Value {
    let mut again = detail.clone();
    again["header"]["deployment"] = json!(format!(
        "{}y",
        detail["header"]["deployment"].as_str().unwrap()
    ));
    again["header"]["mark"] = json!(format!("{}y", detail["header"]["mark"].as_str().unwrap()));
    again
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_not_there() {
    let world = World::new().await;
    for name in [
        "deployments.get",
        "deployments.cancel",
        "deployments.recover",
    ] {
        world
            .refused(
                name,
                json!({ "deployment": "nothing" }),
                "catalog.not-found",
            )
            .await;
    }
    let asked = json!({ "api": "nothing", "gateways": [], "goal": "publish" });
    world
        .refused("deployments.plan", asked, "catalog.not-found")
        .await;
    world
        .refused("nowhere.nothing", Value::Null, "request.unknown-command")
        .await;
    let fault = world
        .refused("apis.get", json!({ "api": 7 }), "request.invalid")
        .await;
    assert!(
        !fault.summary.contains('7'),
        "a request may hold secrets: {fault:?}"
    );
}
