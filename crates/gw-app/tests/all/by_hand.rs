//! Undeploying what somebody took away by hand in AWS, kind by kind, and what somebody put there beside it.

use gw_testkit::{Localemu, request};
use serde_json::{Value, json};

use crate::world::{World, access_key, aws_gateway, oauth};

/// Calls the emulator as somebody with a console would. It checks no signature; the scope says which service is meant.
async fn by_hand(emulator: &str, service: &str, method: &str, path: &str, body: &str) -> Value {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=none"
    );
    let (method, url, body) = (
        method.to_owned(),
        format!("{emulator}{path}"),
        body.to_owned(),
    );
    let kind = if service == "iam" {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let reply = tokio::task::spawn_blocking(move || {
        let headers = [
            ("authorization", scope.as_str()),
            ("content-type", kind),
            ("x-amz-date", "20260101T000000Z"),
        ];
        request(&method, &url, &headers, body)
    })
    .await
    .unwrap()
    .unwrap();
    assert!(reply.status < 300, "{path}: {reply:?}");
    reply.json()
}

/// What is there, by kind; the last part of an ARN is its name.
async fn things(world: &World, api: &Value, gateway: &Value) -> [String; 3] {
    let place = json!({ "api": api, "gateway": gateway });
    let told = world.ok("deployments.traces", place).await;
    ["REST API", "Lambda function", "IAM role"].map(|kind| {
        let found = told["objects"]
            .as_array()
            .unwrap()
            .iter()
            .find(|object| object["kind"] == kind)
            .unwrap_or_else(|| panic!("no {kind} in {told}"));
        let id = found["id"].as_str().unwrap();
        id.rsplit([':', '/']).next().unwrap().to_owned()
    })
}

async fn undeployed(world: &World, api: &Value, gateway: &Value, what: &str) {
    let rows = world.run(api, &[gateway], "withdraw").await;
    assert_eq!(rows[0]["outcome"], "withdrawn", "{what}: {}", rows[0]);
    let left = world.ok("deployments.placements", json!({})).await;
    assert_eq!(left, json!([]), "{what}");
    let plan = json!({ "api": api, "gateways": [gateway], "goal": "withdraw" });
    let plan = world.ok("deployments.plan", plan).await;
    assert_eq!(
        plan["targets"][0]["steps"],
        json!([]),
        "{what}: something is left"
    );
}

#[tokio::test]
async fn what_was_taken_away_by_hand_counts_as_undeployed() {
    let world = World::new().await;
    let emulator = match tokio::task::spawn_blocking(Localemu::shared).await.unwrap() {
        Ok(emulator) => emulator.url().to_owned(),
        Err(failure) => panic!("{failure}"),
    };
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let gateway = world
        .ok(
            "gateways.create",
            aws_gateway("far", "eu-west-1", "byhand", &emulator, &key),
        )
        .await["id"]
        .clone();
    let api = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let provider = json!({
        "name": "idp", "display_name": "", "kind": "oidc", "issuer": "https://idp.example.com/",
        "jwks_uri": "https://idp.example.com/jwks", "token_endpoint": "https://idp.example.com/token",
        "authorization_endpoint": null, "algorithms": ["RS256"],
    });
    let key_manager = world.ok("key_managers.create", provider).await["id"].clone();
    let attach = json!({ "api": api, "edition": 1, "oauth": oauth(&key_manager, json!({})) });
    world.ok("policies.attach", attach).await;

    for gone in ["stage", "REST API", "function", "role", "everything"] {
        world.publish(&api, &gateway).await;
        let [id, function, role] = things(&world, &api, &gateway).await;
        let (rest_api, stage) = (
            format!("/restapis/{id}"),
            format!("/restapis/{id}/stages/byhand"),
        );
        let function = format!("/2015-03-31/functions/{function}");
        if gone == "stage" {
            by_hand(&emulator, "apigateway", "DELETE", &stage, "").await;
        }
        if matches!(gone, "REST API" | "everything") {
            by_hand(&emulator, "apigateway", "DELETE", &rest_api, "").await;
        }
        if matches!(gone, "function" | "everything") {
            by_hand(&emulator, "lambda", "DELETE", &function, "").await;
        }
        if matches!(gone, "role" | "everything") {
            let policy = format!(
                "Action=DeleteRolePolicy&Version=2010-05-08&RoleName={role}&PolicyName=write-its-own-log"
            );
            by_hand(&emulator, "iam", "POST", "/", &policy).await;
            let role = format!("Action=DeleteRole&Version=2010-05-08&RoleName={role}");
            by_hand(&emulator, "iam", "POST", "/", &role).await;
        }
        undeployed(&world, &api, &gateway, gone).await;
    }

    // Somebody else's stage of the same REST API would be deleted with it.
    world.publish(&api, &gateway).await;
    let [id, ..] = things(&world, &api, &gateway).await;
    let own = by_hand(
        &emulator,
        "apigateway",
        "GET",
        &format!("/restapis/{id}/stages/byhand"),
        "",
    )
    .await;
    let beta = json!({ "stageName": "beta", "deploymentId": own["deploymentId"] }).to_string();
    by_hand(
        &emulator,
        "apigateway",
        "POST",
        &format!("/restapis/{id}/stages"),
        &beta,
    )
    .await;
    let plan = json!({ "api": api, "gateways": [gateway], "goal": "withdraw" });
    let plan = world.ok("deployments.plan", plan).await;
    let consents = plan["targets"][0]["consents"].as_array().unwrap();
    let others = consents
        .iter()
        .find(|consent| consent["key"] == "removes-others")
        .unwrap_or_else(|| panic!("{plan}"));
    let sentence = others["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("stage 'beta'") && !sentence.contains("byhand"),
        "{sentence}"
    );
    let start = json!({
        "api": api, "gateways": [gateway], "goal": "withdraw", "revision": plan["revision"], "consents": ["withdraw"],
    });
    let run = world.ok("deployments.start", start).await["runs"][0].clone();
    assert_eq!(run["fault"]["facts"]["consents"], "removes-others", "{run}");
    undeployed(&world, &api, &gateway, "with another stage").await;
}
