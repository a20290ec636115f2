//! Publishing first, again, unchanged and taking back, with every call counted.

use gw_connector::{Connector, Goal, LiveState, StepEffect};
use gw_model::Code;

use crate::world::{World, wide};

#[tokio::test]
async fn three_hundred_operations_take_a_constant_number_of_calls() {
    let mut world = World::new();
    let mut plan = wide(300, 120);
    world.publish(&plan).await.unwrap();
    let first = world.proxy.tally();
    assert!(first.api_gateway_changes <= 4, "{}", world.proxy.summary());
    assert!(first.control_plane() <= 8, "{}", world.proxy.summary());
    for (path, n) in [("/r0", 0), ("/r119", 119)] {
        assert_eq!(
            world.call("GET", path, &[], "").await.json(),
            serde_json::json!({"n": n})
        );
    }
    assert_eq!(
        world.call("PUT", "/r59", &[], "").await.json(),
        serde_json::json!({"n": 299})
    );

    plan.routes[0].summary = "Changed".to_owned();
    plan.routes[1].backend = crate::world::mock("{\"n\":\"changed\"}");
    world.proxy.clear();
    world.publish(&plan).await.unwrap();
    let again = world.proxy.tally();
    assert!(again.api_gateway_changes <= 3, "{}", world.proxy.summary());
    assert!(again.control_plane() <= 6, "{}", world.proxy.summary());
    assert_eq!(
        world.call("GET", "/r1", &[], "").await.json(),
        serde_json::json!({"n": "changed"})
    );

    world.proxy.clear();
    assert_eq!(world.publish(&plan).await.unwrap(), []);
    let unchanged = world.proxy.tally();
    assert_eq!(
        (unchanged.api_gateway_changes, unchanged.other_changes),
        (0, 0),
        "{}",
        world.proxy.summary()
    );
    assert_eq!(unchanged.control_plane(), 1, "{}", world.proxy.summary());
}

#[tokio::test]
async fn twenty_six_and_three_hundred_resources_are_taken() {
    for resources in [26, 300] {
        let mut world = World::new();
        world.publish(&wide(resources, resources)).await.unwrap();
        let last = format!("/r{}", resources - 1);
        assert_eq!(world.call("GET", &last, &[], "").await.status, 200);
    }
}

#[tokio::test]
async fn three_hundred_and_one_resources_are_refused_without_a_call() {
    let world = World::new();
    let observed = world.observe().await;
    world.proxy.clear();
    let fault = world
        .connector
        .lower(Goal::Publish(&wide(301, 301)), &world.target, &observed)
        .unwrap_err();
    assert_eq!(fault.code, Code::PlanTooManyResources);
    assert!(fault.summary.contains("301"), "{}", fault.summary);
    assert_eq!(world.proxy.calls(), []);
}

#[tokio::test]
async fn what_a_run_made_is_found_again_by_tag_when_the_catalog_forgot() {
    let mut world = World::new();
    let plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    let known = world.observe().await;
    world.target.known.clear();
    let found = world.observe().await;
    assert_eq!(found.found["rest-api-id"], known.found["rest-api-id"]);
    assert_eq!(
        (found.state, &found.digest),
        (LiveState::Live, &known.digest)
    );
    assert_eq!(world.publish(&plan).await.unwrap(), []);
}

#[tokio::test]
async fn an_api_deleted_by_hand_is_absent_and_can_be_published_anew() {
    let mut world = World::new();
    let plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    let id = world.observe().await.found["rest-api-id"].clone();
    let url = format!("{}/restapis/{id}", world.proxy.url());
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
        world.account
    );
    assert_eq!(
        crate::world::request("DELETE", &url, &[("Authorization", &scope)], "")
            .await
            .status,
        202
    );
    assert_eq!(world.observe().await.state, LiveState::Absent);
    assert_eq!(world.withdraw().await.unwrap(), []);
    world.publish(&plan).await.unwrap();
    assert_eq!(world.observe().await.state, LiveState::Live);
}

#[tokio::test]
async fn the_calls_told_before_are_the_calls_made() {
    let mut world = World::new();
    let plan = wide(5, 5);
    let observed = world.observe().await;
    world.proxy.clear();
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    world.run(&changes, observed.found).await.unwrap();
    let told: usize = changes.iter().map(|change| change.calls.len()).sum();
    assert_eq!(
        world.proxy.tally().control_plane(),
        told,
        "{}",
        world.proxy.summary()
    );
    let writes = changes
        .iter()
        .filter(|change| change.effect != StepEffect::Read)
        .count();
    assert_eq!(world.proxy.tally().api_gateway_changes, writes);
}

#[tokio::test]
async fn withdrawing_leaves_nothing_and_twice_is_once() {
    let mut world = World::new();
    world.publish(&wide(3, 3)).await.unwrap();
    world.withdraw().await.unwrap();
    assert_eq!(world.observe().await.state, LiveState::Absent);
    assert_eq!(world.withdraw().await.unwrap(), []);
}

#[tokio::test]
async fn a_stage_moved_by_hand_is_not_taken_for_unchanged() {
    let mut world = World::new();
    let mut plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    let former = world.observe().await.found["stage-deployment-id"].clone();
    plan.routes[0].summary = "Changed".to_owned();
    world.publish(&plan).await.unwrap();
    let observed = world.observe().await;
    let url = format!(
        "{}/restapis/{}/stages/live",
        world.proxy.url(),
        observed.found["rest-api-id"]
    );
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
        world.account
    );
    let patch = serde_json::json!({"patchOperations": [{"op": "replace", "path": "/deploymentId", "value": former}]});
    let headers = [
        ("Authorization", scope.as_str()),
        ("Content-Type", "application/json"),
    ];
    assert_eq!(
        crate::world::request("PATCH", &url, &headers, &patch.to_string())
            .await
            .status,
        200
    );
    assert_eq!(world.observe().await.digest, None);
    assert!(!world.publish(&plan).await.unwrap().is_empty());
}
