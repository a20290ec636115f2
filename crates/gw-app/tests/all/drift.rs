//! Drift: found, adopted, let be, put back, and what is gone forgotten.

use std::path::PathBuf;

use gw_model::DeploymentId;
use gw_testkit::{CountingProxy, Localemu, request as http};
use serde_json::{Value, json};

use crate::world::{World, access_key, aws_gateway, oauth};

/// What a local gateway serves.
fn live_file(world: &World, gateway: &Value) -> PathBuf {
    let id = gateway.as_str().unwrap();
    let mut found = Vec::new();
    let mut open = vec![world.home()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.ends_with("live.json") && path.to_string_lossy().contains(id) {
                found.push(path);
            }
        }
    }
    found.pop().unwrap()
}

async fn check(world: &World, api: &Value, gateway: &Value) -> Value {
    let report = world
        .ok("drift.check", json!({ "api": api, "gateway": gateway }))
        .await;
    let place = report["places"][0].clone();
    assert!(place["fault"].is_null(), "{place}");
    place
}

fn sentences(place: &Value) -> Vec<&str> {
    let drifts = place["drifts"].as_array().unwrap();
    drifts
        .iter()
        .map(|drift| drift["drift"]["sentence"].as_str().unwrap())
        .collect()
}

fn of<'p>(place: &'p Value, key: &str) -> &'p Value {
    let drifts = place["drifts"].as_array().unwrap();
    drifts
        .iter()
        .find(|drift| drift["key"] == key)
        .unwrap_or_else(|| panic!("no {key} in {place:#}"))
}

/// Deploys although nothing of the document changed.
async fn again(world: &World, api: &Value, gateway: &Value) -> Value {
    let asked = json!({ "api": api, "gateways": [gateway], "goal": "publish", "again": true });
    let plan = world.ok("deployments.plan", asked).await;
    assert!(
        !plan["targets"][0]["steps"].as_array().unwrap().is_empty(),
        "{plan:#}"
    );
    let start = json!({
        "api": api, "gateways": [gateway], "goal": "publish", "revision": plan["revision"],
        "consents": gw_app::deployments::CONSENTS, "again": true,
    });
    let started = world.ok("deployments.start", start).await;
    let id = DeploymentId::new(started["runs"][0]["deployment"].as_str().unwrap());
    gw_app::deployments::wait(&world.app, &id).await.unwrap();
    world
        .ok("deployments.get", json!({ "deployment": id }))
        .await["row"]
        .clone()
}

#[tokio::test]
async fn what_a_local_gateway_serves_otherwise_is_found_adopted_let_be_and_put_back() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let nothing = json!({ "api": api, "gateway": gateway });
    world
        .refused("drift.check", nothing, "deploy.not-deployed")
        .await;
    world.publish(&api, &gateway).await;
    let file = live_file(&world, &gateway);
    let open = std::fs::read_to_string(&file).unwrap();

    let place = check(&world, &api, &gateway).await;
    assert_eq!(
        (place["drifts"].clone(), &place["removed"]),
        (json!([]), &Value::Null)
    );
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["drift"]["count"], 0);

    let policy = oauth(&world.resident().await, json!({}));
    let attach = json!({ "api": api, "edition": world.edition(&api).await, "oauth": policy });
    world.ok("policies.attach", attach).await;
    let place = check(&world, &api, &gateway).await;
    assert_eq!(
        place["drifts"],
        json!([]),
        "the document changed, the gateway did not"
    );
    assert_eq!(place["pending"].as_array().unwrap().len(), 3, "{place:#}");
    world.publish(&api, &gateway).await;
    let cells = world.ok("deployments.placements", json!({})).await;
    assert!(
        cells[0]["drift"].is_null(),
        "it was not looked at after that run"
    );

    // Someone puts back what was served before.
    std::fs::write(&file, &open).unwrap();
    let place = check(&world, &api, &gateway).await;
    let said = sentences(&place);
    assert_eq!(said.len(), 4, "{said:#?}");
    assert_eq!(
        said[0],
        "GET /notes is open to everyone; it was deployed with a token"
    );
    assert!(
        said[3].starts_with("The stage serves the plan"),
        "{said:#?}"
    );
    let cells = world.ok("deployments.placements", json!({})).await;
    let mark = &cells[0]["drift"];
    assert_eq!(
        (&mark["count"], &mark["lowers_security"]),
        (&json!(4), &json!(true))
    );

    let (get, post) = ("GET /notes: authorization", "POST /notes: authorization");
    let adopt =
        json!({ "api": api, "gateway": gateway, "keys": [get], "edition": place["edition"] });
    world.ok("drift.adopt", adopt).await;
    let policies = world.ok("policies.get", json!({ "api": api })).await;
    assert_eq!(
        policies["policies"]["oauth"]["operations"]["GET /notes"]["kind"],
        "public"
    );
    let stage =
        json!({ "api": api, "gateway": gateway, "keys": ["the stage: deployment"], "edition": 3 });
    world.refused("drift.adopt", stage, "request.invalid").await;
    let ignore =
        |ignore: bool| json!({ "api": api, "gateway": gateway, "key": post, "ignore": ignore });
    world.ok("drift.ignore", ignore(true)).await;
    let listed = world.ok("drift.list", json!({ "api": api })).await["places"][0].clone();
    assert_eq!(of(&listed, get)["state"], "adopted");
    assert_eq!(of(&listed, post)["state"], "ignored");
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["drift"]["count"], 3);
    world.ok("drift.ignore", ignore(false)).await;
    let listed = world.ok("drift.list", json!({ "api": api })).await["places"][0].clone();
    assert_eq!(of(&listed, post)["state"], "open");

    assert_eq!(again(&world, &api, &gateway).await["outcome"], "live");
    let place = check(&world, &api, &gateway).await;
    assert_eq!(sentences(&place), [""; 0]);

    std::fs::remove_file(&file).unwrap();
    let place = check(&world, &api, &gateway).await;
    assert!(
        place["removed"].as_str().unwrap().contains("is served"),
        "{place:#}"
    );
    assert_eq!(again(&world, &api, &gateway).await["outcome"], "live");
    assert_eq!(sentences(&check(&world, &api, &gateway).await), [""; 0]);
    std::fs::remove_file(&file).unwrap();
    check(&world, &api, &gateway).await;
    world
        .ok(
            "deployments.forget",
            json!({ "api": api, "gateway": gateway }),
        )
        .await;
    assert_eq!(
        world.ok("deployments.placements", json!({})).await,
        json!([])
    );
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_told_and_the_others_are_looked_at() {
    let world = World::new().await;
    let here = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    world.publish(&api, &here).await;
    let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
    let key = access_key(&Localemu::fresh_account(), "test", None);
    let aws = aws_gateway("there", "eu-west-1", "live", &proxy.url(), &key);
    let there = world.ok("gateways.create", aws).await["id"].clone();
    world.publish(&api, &there).await;
    drop(proxy);
    let report = world.ok("drift.check", json!({})).await;
    let places = report["places"].as_array().unwrap();
    assert_eq!(places.len(), 2);
    let at = |name: &str| {
        places
            .iter()
            .find(|place| place["gateway_name"] == name)
            .unwrap()
    };
    assert!(at("here")["fault"].is_null() && at("here")["at"].is_number());
    assert_eq!(at("there")["fault"]["code"], "network.unreachable");
}

/// Someone at AWS's console.
struct Hand {
    url: String,
    signed: String,
}

impl Hand {
    async fn does(&self, method: &str, path: &str, body: &Value) -> Value {
        let (method, url) = (method.to_owned(), format!("{}{path}", self.url));
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let signed = self.signed.clone();
        let reply = tokio::task::spawn_blocking(move || {
            let headers = [
                ("Authorization", signed.as_str()),
                ("Content-Type", "application/json"),
            ];
            http(&method, &url, &headers, body).unwrap()
        })
        .await
        .unwrap();
        assert!(
            reply.status < 300,
            "{path}: {} {}",
            reply.status,
            reply.text()
        );
        reply.json()
    }

    async fn resource(&self, path: &str) -> String {
        let listed = self.does("GET", "/resources?limit=500", &Value::Null).await;
        let items = listed["item"]
            .as_array()
            .or(listed["_embedded"]["item"].as_array())
            .unwrap();
        let found = items.iter().find(|item| item["path"] == path).unwrap();
        format!("/resources/{}", found["id"].as_str().unwrap())
    }
}

#[tokio::test]
async fn what_was_changed_in_aws_is_adopted_into_the_document_or_put_back() {
    let world = World::new().await;
    let account = Localemu::fresh_account();
    let endpoint = Localemu::shared().unwrap().url();
    let gateway = aws_gateway(
        "prod",
        "eu-west-1",
        "live",
        endpoint,
        &access_key(&account, "test", None),
    );
    let gateway = world.ok("gateways.create", gateway).await["id"].clone();
    let api = world
        .notes(json!({ "kind": "http", "url": "https://notes.example" }))
        .await["id"]
        .clone();
    world.publish(&api, &gateway).await;
    assert_eq!(sentences(&check(&world, &api, &gateway).await), [""; 0]);

    let row = world.ok("deployments.list", json!({ "api": api })).await["rows"][0].clone();
    let url = row["invoke_url"].as_str().unwrap().to_owned();
    let id = url
        .split("/execute-api/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let hand = Hand {
        url: format!("{endpoint}/restapis/{id}"),
        signed: format!(
            "AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request"
        ),
    };
    let (notes, note) = (
        hand.resource("/notes").await,
        hand.resource("/notes/{id}").await,
    );
    let elsewhere = json!({
        "type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://elsewhere.example/{id}",
        "requestParameters": { "integration.request.path.id": "method.request.path.id" },
    });
    hand.does(
        "PUT",
        &format!("{note}/methods/GET/integration"),
        &elsewhere,
    )
    .await;
    hand.does("DELETE", &format!("{notes}/methods/POST"), &Value::Null)
        .await;
    hand.does("PUT", &format!("{note}/methods/DELETE"), &json!({ "authorizationType": "NONE", "requestParameters": { "method.request.path.id": true } })).await;
    let mut delete = elsewhere.clone();
    delete["httpMethod"] = json!("DELETE");
    hand.does(
        "PUT",
        &format!("{note}/methods/DELETE/integration"),
        &delete,
    )
    .await;

    let place = check(&world, &api, &gateway).await;
    let mut said = sentences(&place);
    said.sort_unstable();
    let expected = [
        "DELETE /notes/{id} was added by hand, open to everyone",
        "GET /notes/{id} goes to https://elsewhere.example/{id} instead of https://notes.example/notes/{id}",
        "POST /notes is gone",
    ];
    assert_eq!(said, expected, "{place:#}");
    assert_eq!(of(&place, "POST /notes")["drift"]["reach"], "draft");

    let keys = [
        "DELETE /notes/{id}",
        "GET /notes/{id}: backend",
        "POST /notes",
    ];
    let adopt =
        json!({ "api": api, "gateway": gateway, "keys": keys, "edition": place["edition"] });
    world.ok("drift.adopt", adopt).await;
    let document = world.ok("apis.document", json!({ "api": api })).await["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        document.contains("# Kept as it is.")
            && document.contains("https://elsewhere.example/{id}"),
        "{document}"
    );
    assert!(
        document.contains("delete:") && !document.contains("addNote"),
        "{document}"
    );
    let listed = world.ok("drift.list", json!({ "api": api })).await["places"][0].clone();
    for key in keys {
        assert_eq!(of(&listed, key)["state"], "adopted", "{listed:#}");
    }
    world.publish(&api, &gateway).await;
    let place = check(&world, &api, &gateway).await;
    assert_eq!(
        sentences(&place),
        [""; 0],
        "what was adopted and deployed is settled"
    );
    assert_eq!(place["pending"], json!([]));

    // What is not adopted is put back although the document is as it was.
    let notes = hand.resource("/notes").await;
    hand.does("DELETE", &format!("{notes}/methods/GET"), &Value::Null)
        .await;
    assert_eq!(
        sentences(&check(&world, &api, &gateway).await),
        ["GET /notes is gone"]
    );
    assert_eq!(
        world.run(&api, &[&gateway], "publish").await[0]["outcome"],
        "unchanged"
    );
    assert_eq!(again(&world, &api, &gateway).await["outcome"], "live");
    assert_eq!(sentences(&check(&world, &api, &gateway).await), [""; 0]);

    // What is gone is told in the list, and deploying makes it again.
    hand.does("DELETE", "", &Value::Null).await;
    let place = check(&world, &api, &gateway).await;
    assert!(
        place["removed"]
            .as_str()
            .unwrap()
            .contains("no longer in eu-west-1"),
        "{place:#}"
    );
    let cells = world.ok("deployments.placements", json!({})).await;
    assert_eq!(cells[0]["drift"]["removed"], true);
    assert_eq!(again(&world, &api, &gateway).await["outcome"], "live");
    assert_eq!(sentences(&check(&world, &api, &gateway).await), [""; 0]);
}

#[tokio::test]
async fn what_is_wanted_of_a_stage_and_was_changed_in_aws_is_told_put_back_or_wanted_so() {
    let world = World::new().await;
    let account = Localemu::fresh_account();
    let endpoint = Localemu::shared().unwrap().url();
    let key = access_key(&account, "test", None);
    let gateway = aws_gateway("prod", "eu-west-1", "live", endpoint, &key);
    let gateway = world.ok("gateways.create", gateway).await["id"].clone();
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let wanted = json!({
        "variables": { "stock": "green" }, "throttle": { "rate": 100.0, "burst": 200 }, "tracing": true,
        "operations": { "GET /notes": { "throttle": { "rate": 10.0, "burst": 20 }, "caching": null } },
    });
    let set = json!({ "api": api, "gateway": gateway, "settings": wanted });
    world.ok("stages.set", set).await;
    world.publish(&api, &gateway).await;
    assert_eq!(sentences(&check(&world, &api, &gateway).await), [""; 0]);
    // Another wish is no drift: nobody changed the gateway.
    let mut other = wanted.clone();
    other["throttle"]["rate"] = json!(50.0);
    let stage = |settings: &Value| json!({ "api": api, "gateway": gateway, "settings": settings });
    world.ok("stages.set", stage(&other)).await;
    assert_eq!(sentences(&check(&world, &api, &gateway).await), [""; 0]);
    world.ok("stages.set", stage(&wanted)).await;

    let row = world.ok("deployments.list", json!({ "api": api })).await["rows"][0].clone();
    let url = row["invoke_url"].as_str().unwrap().to_owned();
    let (_, rest) = url.split_once("/execute-api/").unwrap();
    let hand = Hand {
        url: format!("{endpoint}/restapis/{}", rest.split('/').next().unwrap()),
        signed: format!(
            "AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request"
        ),
    };
    let patch = |path: &str, value: &str| json!({ "op": "replace", "path": path, "value": value });
    let by_hand = json!({ "patchOperations": [
        patch("/variables/stock", "red"),
        patch("/*/*/throttling/rateLimit", "7"),
        patch("/tracingEnabled", "false"),
    ] });
    hand.does("PATCH", "/stages/live", &by_hand).await;
    let place = check(&world, &api, &gateway).await;
    let mut said = sentences(&place);
    said.sort_unstable();
    let expected = [
        "The stage has another value in the variable 'stock'",
        "The stage is otherwise in its throttling",
        "The stage no longer traces calls",
    ];
    assert_eq!(said, expected, "{place:#}");
    for key in ["variables", "throttling", "tracing"] {
        let drift = of(&place, &format!("the stage: {key}"));
        assert_eq!(
            (&drift["state"], &drift["overwritten"]),
            (&json!("open"), &json!(true)),
            "{drift:#}"
        );
    }

    // One is wanted as it was found, one is let be, and deploying again puts back what is wanted otherwise.
    let adopt = json!({
        "api": api, "gateway": gateway, "keys": ["the stage: variables"], "edition": place["edition"],
    });
    world.ok("drift.adopt", adopt).await;
    let view = world
        .ok("stages.get", json!({ "api": api, "gateway": gateway }))
        .await;
    assert_eq!(view["wanted"]["variables"], json!({ "stock": "red" }));
    assert_eq!(view["wanted"]["throttle"], wanted["throttle"]);
    let listed = world.ok("drift.list", json!({ "api": api })).await["places"][0].clone();
    assert_eq!(of(&listed, "the stage: variables")["state"], "adopted");
    assert_eq!(again(&world, &api, &gateway).await["outcome"], "live");
    let place = check(&world, &api, &gateway).await;
    assert_eq!(sentences(&place), [""; 0], "{place:#}");
    let view = world
        .ok("stages.get", json!({ "api": api, "gateway": gateway }))
        .await;
    let found = &view["found"]["settings"];
    assert_eq!(
        (
            &found["variables"]["stock"],
            &found["throttle"]["rate"],
            &found["tracing"]
        ),
        (&json!("red"), &json!(100.0), &json!(true))
    );
}
