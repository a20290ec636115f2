//! An import that is not what was planned stops the run before traffic moves.

use gw_connector::{Connector, Goal, LiveState};
use gw_model::{Code, HttpMethod};

use crate::world::{OPEN, World, mock, plan, provisioned, request, route, scope};

#[tokio::test]
async fn an_operation_opened_behind_our_back_stops_the_run() {
    let mut world = World::new();
    let check = provisioned("https://issuer.example.test", "http://127.0.0.1:1/jwks", 0);
    let routes = vec![
        route(HttpMethod::Get, "/a", mock("{}"), scope("x")),
        route(HttpMethod::Get, "/b", mock("{}"), OPEN),
    ];
    let plan = plan(routes, Some(check));
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    let at = changes
        .iter()
        .position(|change| change.verb == "aws.read-back")
        .unwrap();
    world.run(&changes[..at], observed.found).await.unwrap();
    let outputs = world.target.known.clone();
    assert!(
        world.apply(&changes[at], &outputs).await.is_ok(),
        "as planned"
    );

    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
        world.account
    );
    let headers = [
        ("Authorization", scope.as_str()),
        ("Content-Type", "application/json"),
    ];
    let api = format!("{}/restapis/{}", world.proxy.url(), outputs["rest-api-id"]);
    let resources = request("GET", &format!("{api}/resources?limit=500"), &headers, "")
        .await
        .json();
    let items = resources["item"]
        .as_array()
        .or(resources["_embedded"]["item"].as_array())
        .unwrap();
    let a = items.iter().find(|item| item["path"] == "/a").unwrap();
    let method = format!("{api}/resources/{}/methods/GET", a["id"].as_str().unwrap());
    let patch = serde_json::json!({"patchOperations": [{"op": "replace", "path": "/authorizationType", "value": "NONE"}]});
    assert_eq!(
        request("PATCH", &method, &headers, &patch.to_string())
            .await
            .status,
        200
    );

    let fault = world.apply(&changes[at], &outputs).await.unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["operations"].as_str()),
        (Code::PlanUnprotected, "GET /a")
    );
    assert_eq!(
        world.observe().await.state,
        LiveState::Partial,
        "no stage was opened"
    );
}

#[tokio::test]
async fn an_operation_that_is_not_in_the_plan_stops_the_run() {
    let mut world = World::new();
    let plan = plan(vec![route(HttpMethod::Get, "/a", mock("{}"), OPEN)], None);
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    let at = changes
        .iter()
        .position(|change| change.verb == "aws.read-back")
        .unwrap();
    world.run(&changes[..at], observed.found).await.unwrap();
    let outputs = world.target.known.clone();

    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
        world.account
    );
    let headers = [
        ("Authorization", scope.as_str()),
        ("Content-Type", "application/json"),
    ];
    let api = format!("{}/restapis/{}", world.proxy.url(), outputs["rest-api-id"]);
    let resources = request("GET", &format!("{api}/resources?limit=500"), &headers, "")
        .await
        .json();
    let items = resources["item"]
        .as_array()
        .or(resources["_embedded"]["item"].as_array())
        .unwrap();
    let a = items.iter().find(|item| item["path"] == "/a").unwrap();
    let method = format!(
        "{api}/resources/{}/methods/DELETE",
        a["id"].as_str().unwrap()
    );
    assert_eq!(
        request("PUT", &method, &headers, "{\"authorizationType\":\"NONE\"}")
            .await
            .status,
        201
    );

    let fault = world.apply(&changes[at], &outputs).await.unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["operations"].as_str()),
        (Code::AwsReadBack, "DELETE /a (not in the plan)")
    );
}
