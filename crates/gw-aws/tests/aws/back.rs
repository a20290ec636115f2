//! Going back to what AWS keeps, counted; and deleting what is beyond.

use gw_connector::{Connector, Goal, Outputs, StepEffect, surplus};
use gw_deploy::{Entry, Lane, Outcome, RunHeader, mark_of, recover};
use gw_model::{Code, DeploymentId, HttpMethod, UnixMillis};
use gw_testkit::{OauthMock, TokenRequest};

use crate::engine::context;
use crate::world::{World, edition, mock, plan, provisioned, request, route, scope};

async fn said(world: &World) -> serde_json::Value {
    world.call("GET", "/a", &[], "").await.json()["edition"].clone()
}

#[tokio::test]
async fn going_back_is_one_call_and_so_is_going_forward() {
    let mut world = World::new();
    world.publish(&edition(1)).await.unwrap();
    world.publish(&edition(2)).await.unwrap();
    let kept = world.kept().await;
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(
        (&kept[0].digest, kept[0].live),
        (&Some(gw_plan::digest(&edition(2))), true)
    );
    assert!(!kept[1].live && kept[1].made_at.is_some(), "{kept:?}");

    world.proxy.clear();
    let receipts = world.go_back(&kept[1]).await.unwrap();
    let tally = world.proxy.tally();
    assert_eq!(
        (tally.api_gateway_changes, tally.other_changes),
        (1, 0),
        "{}",
        world.proxy.summary()
    );
    // Looking where it stands is the other one.
    assert_eq!(tally.control_plane(), 2, "{}", world.proxy.summary());
    assert_eq!(receipts.len(), 1);
    assert_eq!(said(&world).await, 1);
    let observed = world.observe().await;
    assert_eq!(observed.digest, Some(gw_plan::digest(&edition(1))));
    assert_eq!(observed.found["stage-deployment-id"], kept[1].id);
    assert!(
        world.publish(&edition(1)).await.unwrap().is_empty(),
        "what is live again is unchanged"
    );
    assert!(world.go_back(&kept[1]).await.unwrap().is_empty());

    world.proxy.clear();
    world.go_back(&kept[0]).await.unwrap();
    assert_eq!(world.proxy.tally().api_gateway_changes, 1);
    assert_eq!(said(&world).await, 2);
    world.publish(&edition(3)).await.unwrap();
    assert_eq!(said(&world).await, 3);
    assert_eq!(world.kept().await.len(), 3);
}

#[tokio::test]
async fn going_back_brings_the_former_authorizer_back() {
    let provider = OauthMock::start().unwrap();
    let check = provisioned(provider.issuer(), &provider.jwks_url(), 0);
    let asks = |scopes: &str| {
        plan(
            vec![route(HttpMethod::Get, "/a", mock("{}"), scope(scopes))],
            Some(check.clone()),
        )
    };
    let token = |scopes: &str| {
        let asked = TokenRequest {
            scope: Some(scopes),
            ..TokenRequest::default()
        };
        provider.token(&asked).unwrap()
    };
    let mut world = World::new();
    world.publish(&asks("pets:read")).await.unwrap();
    world.publish(&asks("pets:write")).await.unwrap();
    let (read, write) = (token("pets:read"), token("pets:write"));
    assert_eq!(world.status_with(&read, "GET", "/a").await, 403);
    let kept = world.kept().await;
    assert!(kept.iter().all(|one| one.broken.is_none()), "{kept:?}");

    world.proxy.clear();
    world.go_back(&kept[1]).await.unwrap();
    let tally = world.proxy.tally();
    assert_eq!((tally.api_gateway_changes, tally.other_changes), (1, 0));
    assert_eq!(world.status_with(&read, "GET", "/a").await, 200);
    assert_eq!(world.status_with(&write, "GET", "/a").await, 403);
    assert_eq!(world.call("GET", "/a", &[], "").await.status, 401);

    // What the newer one asked is still there for going forward and for publishing it anew.
    world.go_back(&kept[0]).await.unwrap();
    assert_eq!(world.status_with(&write, "GET", "/a").await, 200);
    assert_eq!(world.status_with(&read, "GET", "/a").await, 403);
}

#[tokio::test]
async fn twelve_deployments_leave_ten_and_the_versions_they_ask() {
    let provider = OauthMock::start().unwrap();
    let check = provisioned(provider.issuer(), &provider.jwks_url(), 0);
    let mut world = World::new();
    for number in 1..=12 {
        // The first two ask a function of their own each.
        let wanted = format!("pets:{}", number.min(3));
        let mut next = plan(
            vec![route(HttpMethod::Get, "/a", mock("{}"), scope(&wanted))],
            Some(check.clone()),
        );
        next.routes[0].summary = number.to_string();
        world.publish(&next).await.unwrap();
    }
    let kept = world.kept().await;
    assert_eq!(kept.len(), 12);
    let marks: Vec<&str> = kept
        .iter()
        .map(|one| one.mark.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(
        (marks[0], marks[11]),
        ("gw-run-12", "gw-run-1"),
        "newest first"
    );
    let gone = surplus(&kept, 10, &[]);
    let observed = world.observe().await;
    let goal = Goal::Prune {
        surplus: &gone,
        kept: &kept,
    };
    let changes = world
        .connector
        .lower(goal, &world.target, &observed)
        .unwrap();
    let verbs: Vec<&str> = changes.iter().map(|change| change.verb.as_str()).collect();
    assert_eq!(
        verbs,
        [
            "aws.delete-deployment",
            "aws.delete-deployment",
            "aws.delete-version",
            "aws.delete-version"
        ]
    );
    assert!(
        changes
            .iter()
            .all(|change| change.effect == StepEffect::Write)
    );
    world.proxy.clear();
    let known = world.target.known.clone();
    for _ in 0..2 {
        // What is gone is done.
        world.run(&changes, observed.found.clone()).await.unwrap();
    }
    world.target.known = known;
    let left = world.kept().await;
    assert_eq!(left.len(), 10);
    assert!(left.iter().all(|one| one.broken.is_none()), "{left:?}");
    let asked = TokenRequest {
        scope: Some("pets:3"),
        ..TokenRequest::default()
    };
    let token = provider.token(&asked).unwrap();
    assert_eq!(world.status_with(&token, "GET", "/a").await, 200);
    world.go_back(&left[9]).await.unwrap();
    assert_eq!(world.status_with(&token, "GET", "/a").await, 200);
}

#[tokio::test]
async fn a_kept_deployment_that_is_gone_or_foreign_is_no_way_back() {
    let mut world = World::new();
    world.publish(&edition(1)).await.unwrap();
    world.publish(&edition(2)).await.unwrap();
    let kept = world.kept().await;
    let deployments = format!(
        "{}/restapis/{}/deployments",
        world.proxy.url(),
        world.target.known["rest-api-id"]
    );
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
        world.account
    );
    let headers = [
        ("Authorization", scope.as_str()),
        ("Content-Type", "application/json"),
    ];
    let made = request(
        "POST",
        &deployments,
        &headers,
        r#"{"description":"by hand"}"#,
    )
    .await;
    assert_eq!(made.status, 201);
    let foreign = world
        .kept()
        .await
        .into_iter()
        .find(|one| one.mark.is_none())
        .unwrap();
    let fault = world.go_back(&foreign).await.unwrap_err();
    assert_eq!(fault.code, Code::DeployNotKept);

    let gone = format!("{deployments}/{}", kept[1].id);
    let deleted = request("DELETE", &gone, &headers, "").await.status;
    assert!([202, 204].contains(&deleted), "{deleted}");
    let fault = world.go_back(&kept[1]).await.unwrap_err();
    assert!(!fault.advice.is_empty(), "{fault:?}");
    assert_eq!(said(&world).await, 2, "what is live stays");
}

/// Leaves a run of one call as a process leaves it that died in the middle: before the call, or after it.
pub async fn interrupted(
    world: &World,
    name: &str,
    goal: Goal<'_>,
    after_the_call: bool,
) -> (gw_deploy::Context, DeploymentId) {
    let ctx = context();
    let deployment = DeploymentId::new(name);
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(goal, &world.target, &observed)
        .unwrap();
    let (kept, canary) = match goal {
        Goal::Return(kept) => (Some(kept), None),
        Goal::Canary(change) => (None, Some(change)),
        _ => panic!("{goal:?} is more than one call"),
    };
    let header = RunHeader {
        deployment: deployment.clone(),
        api: world.target.api.clone(),
        gateway: world.target.gateway.clone(),
        revision: None,
        digest: kept.and_then(|kept| kept.digest.clone()),
        returned_to: kept.map(|kept| kept.id.clone()),
        settings: None,
        canary,
        mark: mark_of(&deployment),
        found: observed.found.clone(),
        started_at: UnixMillis(1),
    };
    ctx.journal.begin(&header).unwrap();
    let journaled = gw_connector::Change {
        payload: String::new(),
        ..changes[0].clone()
    };
    let entries = [
        Entry::Planned {
            first: 0,
            changes: vec![journaled.clone()],
        },
        Entry::Intended {
            step: 0,
            change: journaled,
            attempt: 1,
        },
    ];
    for entry in &entries {
        ctx.journal
            .append(&deployment, UnixMillis(2), entry)
            .unwrap();
    }
    if after_the_call {
        let outputs: Outputs = observed.found;
        world
            .connector
            .apply(&changes[0], &header.mark, &outputs)
            .await
            .unwrap();
    }
    (ctx, deployment)
}

#[tokio::test]
async fn going_back_survives_a_crash_on_either_side_of_its_call() {
    let mut world = World::new();
    world.publish(&edition(1)).await.unwrap();
    world.publish(&edition(2)).await.unwrap();
    let first = world.kept().await[1].clone();
    for (after_the_call, outcome, edition) in
        [(false, Outcome::RolledBack, 2), (true, Outcome::Live, 1)]
    {
        let name = format!("back-{after_the_call}");
        let goal = Goal::Return(&first);
        let (ctx, deployment) = interrupted(&world, &name, goal, after_the_call).await;
        let lane = Lane::unlimited("test");
        let end = recover(&ctx, &world.connector, &world.target, lane, &deployment)
            .await
            .unwrap();
        assert_eq!(end.outcome, outcome, "{:?}", end.fault);
        assert_eq!(said(&world).await, edition);
    }
}
