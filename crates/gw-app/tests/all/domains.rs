//! Custom domains on an emulator: mapped, shown, and in the way of undeploying until that was agreed to by name.

use gw_app::deployments::{self, consents};
use gw_model::DeploymentId;
use gw_testkit::{Localemu, request};
use serde_json::{Value, json};

use crate::world::{World, access_key, aws_gateway};

const DOMAIN: &str = "api.example.test";

/// Waits for the run, and gives how it ended.
async fn ended(world: &World, started: &Value) -> Value {
    let run = started["deployment"].as_str().unwrap();
    let run = DeploymentId::new(run);
    deployments::wait(&world.app, &run).await.unwrap();
    let detail = json!({ "deployment": run });
    world.ok("deployments.get", detail).await["row"]["outcome"].clone()
}

#[tokio::test]
async fn what_a_domain_leads_to_is_not_undeployed_without_a_yes_that_names_it() {
    let world = World::new().await;
    let emulator = tokio::task::spawn_blocking(Localemu::shared)
        .await
        .unwrap()
        .unwrap();
    let account = Localemu::fresh_account();
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=00"
    );
    tokio::task::spawn_blocking(move || {
        let url = format!("{}/domainnames", emulator.url());
        let domain = json!({ "domainName": DOMAIN, "endpointConfiguration": { "types": ["REGIONAL"] },
            "regionalCertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/x" });
        let headers = [("authorization", signed.as_str()), ("content-type", "application/json")];
        let made = request("POST", &url, &headers, domain.to_string()).unwrap();
        assert!(made.status < 300, "{}", made.text());
    })
    .await
    .unwrap();
    let key = access_key(&account, "secret", None);
    let gateway = world
        .ok(
            "gateways.create",
            aws_gateway("cloud", "eu-west-1", "live", emulator.url(), &key),
        )
        .await["id"]
        .clone();
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    world.publish(&api, &gateway).await;
    let place = json!({ "api": api, "gateway": gateway });
    let listed = world.ok("domains.list", place.clone()).await;
    assert_eq!(
        (&listed["rows"], &listed["fault"]),
        (&json!([]), &Value::Null)
    );

    let mut mapping = place.clone();
    mapping["domain"] = json!(DOMAIN);
    mapping["base_path"] = json!("notes");
    let started = world.ok("domains.map", mapping.clone()).await;
    assert_eq!(ended(&world, &started).await, "live");
    let listed = world.ok("domains.list", place.clone()).await;
    assert_eq!(
        listed["rows"],
        json!([{ "domain": DOMAIN, "base_path": "notes", "url": format!("https://{DOMAIN}/notes") }]),
        "{listed}"
    );

    // Every yes there is in general is not enough.
    let goal = json!({ "api": api, "gateways": [gateway], "goal": "withdraw" });
    let plan = world.ok("deployments.plan", goal).await;
    let target = &plan["targets"][0];
    let may = "apigateway:DELETE on arn:aws:apigateway:eu-west-1::/restapis/*";
    assert_eq!(target["permissions"], json!([may]), "{target:#}");
    assert!(target["eta_ms"].as_u64().unwrap() > 0, "{target:#}");
    let named = format!("domain:{DOMAIN}/notes");
    let asked: Vec<&Value> = target["consents"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|consent| consent["key"] == named)
        .collect();
    assert_eq!(asked.len(), 1, "{target:#}");
    let start = |consents: Value| {
        json!({
            "api": api, "gateways": [gateway], "goal": "withdraw", "revision": plan["revision"], "consents": consents,
        })
    };
    let refused = world
        .ok("deployments.start", start(json!(consents::CONSENTS)))
        .await;
    let fault = &refused["runs"][0]["fault"];
    assert_eq!(
        (&fault["code"], &fault["facts"]["consents"]),
        (&json!("deploy.consent-needed"), &json!(named)),
        "{refused}"
    );
    let standing = world.ok("deployments.placements", json!({})).await;
    assert_eq!(standing[0]["state"], "live");

    // Unmapped, it is undeployed like any other.
    let started = world.ok("domains.unmap", mapping.clone()).await;
    assert_eq!(ended(&world, &started).await, "live");
    let listed = world.ok("domains.list", place).await;
    assert_eq!(listed["rows"], json!([]));
    let started = world.ok("domains.map", mapping).await;
    assert_eq!(ended(&world, &started).await, "live");

    // Or with the yes that names it.
    let mut all: Vec<String> = consents::CONSENTS.iter().map(ToString::to_string).collect();
    all.push(named);
    let started = world.ok("deployments.start", start(json!(all))).await;
    assert_eq!(ended(&world, &started["runs"][0]).await, "withdrawn");
}
