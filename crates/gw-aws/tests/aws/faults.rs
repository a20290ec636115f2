//! What goes wrong is told apart: network, credentials, permission, clock, throttling, lost answers.

use gw_connector::{Connector, Goal, PermissionState};
use gw_model::{Code, Effect, HttpMethod, Retry};
use gw_testkit::{Callee, OauthMock, Rule, free_port};

use crate::world::{World, connector, mock, plan, provisioned, route, scope, wide};

#[tokio::test]
async fn identify_tells_account_principal_and_round_trip() {
    let world = World::new();
    let identity = world.connector.identify().await.unwrap();
    assert_eq!(
        (identity.account.as_str(), identity.region.as_str()),
        (world.account.as_str(), "eu-west-1")
    );
    assert!(
        identity.principal.contains(&world.account),
        "{}",
        identity.principal
    );
    // This emulator cannot simulate policies: that is not known, and not denied.
    assert!(!identity.permissions.is_empty());
    assert!(
        identity
            .permissions
            .iter()
            .all(|permission| permission.state != PermissionState::Denied)
    );
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_the_network() {
    let port = free_port().unwrap();
    let fault = connector(&format!("http://127.0.0.1:{port}"), "x", "x")
        .identify()
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.effect),
        (Code::NetworkUnreachable, Effect::None),
        "{fault} {:?}",
        fault.facts
    );
    let fault = connector("http://no-such-host.invalid", "x", "x")
        .identify()
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.effect),
        (Code::NetworkNameUnknown, Effect::None),
        "{fault} {:?}",
        fault.facts
    );
}

#[tokio::test]
async fn throttling_is_told_with_its_wait_and_without_an_effect() {
    let world = World::new();
    world
        .proxy
        .inject(Rule::changes().throttle().retry_after(3).times(1));
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&wide(1, 1)), &world.target, &observed)
        .unwrap();
    let fault = world
        .connector
        .apply(&changes[0], &world.mark(), &observed.found)
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.retry, fault.effect),
        (Code::AwsThrottled, Retry::Soon, Effect::None)
    );
    assert_eq!(
        fault.facts.get("retry-after-ms").map(String::as_str),
        Some("3000")
    );
    assert_eq!(
        world.proxy.tally().api_gateway_changes,
        1,
        "the connector does not retry"
    );
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_object_is_found_by_its_mark() {
    let world = World::new();
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&wide(1, 1)), &world.target, &observed)
        .unwrap();
    world.proxy.inject(Rule::changes().drop_answer().times(1));
    let fault = world
        .connector
        .apply(&changes[0], &world.mark(), &observed.found)
        .await
        .unwrap_err();
    assert_eq!(fault.effect, Effect::Unknown, "{fault} {:?}", fault.facts);
    let found = world
        .connector
        .probe(&changes[0], &world.mark(), &observed.found)
        .await
        .unwrap()
        .unwrap();
    assert!(found.created && found.outputs.contains_key("rest-api-id"));
    world.connector.undo(&found, &observed.found).await.unwrap();
    assert_eq!(
        world
            .connector
            .probe(&changes[0], &world.mark(), &observed.found)
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_call_that_never_left_has_no_effect_and_an_internal_error_may_have() {
    let world = World::new();
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&wide(1, 1)), &world.target, &observed)
        .unwrap();
    for (rule, code, effect) in [
        (Rule::changes().fail(500, "InternalFailure", "oops"), Code::AwsUnavailable, Effect::Unknown),
        (Rule::changes().fail(409, "ConflictException", "Unable to complete operation due to concurrent modification. Please try again later."), Code::AwsConflict, Effect::None),
        (Rule::changes().fail(403, "ExpiredTokenException", "The security token included in the request is expired"), Code::AwsExpired, Effect::None),
        (Rule::changes().fail(400, "BadRequestException", "Invalid OpenAPI input."), Code::AwsRefused, Effect::None),
    ] {
        world.proxy.heal();
        world.proxy.inject(rule);
        let fault = world.connector.apply(&changes[0], &world.mark(), &observed.found).await.unwrap_err();
        assert_eq!((fault.code, fault.effect), (code, effect), "{fault} {:?}", fault.facts);
    }
}

#[tokio::test]
async fn deleting_what_is_gone_is_done() {
    let mut world = World::new();
    world.publish(&wide(2, 2)).await.unwrap();
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Withdraw, &world.target, &observed)
        .unwrap();
    for _ in 0..2 {
        for change in &changes {
            world
                .connector
                .apply(change, &world.mark(), &observed.found)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_role_that_lambda_does_not_know_yet_is_waited_for() {
    let provider = OauthMock::start().unwrap();
    let mut world = World::new();
    let plan = plan(
        vec![route(HttpMethod::Get, "/a", mock("{}"), scope("x"))],
        Some(provisioned(provider.issuer(), &provider.jwks_url(), 0)),
    );
    let creates = |call: &gw_testkit::Call| {
        call.service == Callee::Lambda && call.method == "POST" && call.path.ends_with("/functions")
    };
    let message = "The role defined for the function cannot be assumed by Lambda.";
    let late = || Rule::on(creates).fail(400, "InvalidParameterValueException", message);
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    world.run(&changes[..2], observed.found).await.unwrap();
    world.proxy.inject(late().times(1));
    let fault = world
        .connector
        .apply(&changes[2], &world.mark(), &world.target.known)
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.retry, fault.effect),
        (Code::AwsNotReady, Retry::Soon, Effect::None)
    );
    assert_eq!(
        fault.facts["waits-for"],
        "the new role to be known to Lambda"
    );

    world.proxy.inject(late().times(2));
    world.publish(&plan).await.unwrap();
    assert_eq!(world.call("GET", "/a", &[], "").await.status, 401);
}

/// IAM is consistent in the end: a policy that was deleted a moment ago may still keep its role from being deleted.
#[tokio::test]
async fn a_role_whose_policy_still_counts_is_deleted_a_little_later() {
    let provider = OauthMock::start().unwrap();
    let mut world = World::new();
    let plan = plan(
        vec![route(HttpMethod::Get, "/a", mock("{}"), scope("x"))],
        Some(provisioned(provider.issuer(), &provider.jwks_url(), 0)),
    );
    world.publish(&plan).await.unwrap();
    let deletes = |call: &gw_testkit::Call| call.action.as_deref() == Some("DeleteRole");
    let message = "Cannot delete entity, must detach all policies first.";
    let conflict = || Rule::on(deletes).fail(409, "DeleteConflict", message);
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Withdraw, &world.target, &observed)
        .unwrap();
    let last = changes.last().unwrap().clone();
    assert_eq!(last.verb, "aws.delete-role");
    world
        .run(&changes[..changes.len() - 1], observed.found)
        .await
        .unwrap();

    world.proxy.inject(conflict().times(3));
    let fault = world
        .connector
        .apply(&last, &world.mark(), &world.target.known)
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.retry, fault.effect),
        (Code::AwsNotReady, Retry::Soon, Effect::None)
    );
    assert_eq!(fault.facts["waits-for"], "the role's policies to be gone");
    assert!(fault.advice.contains("detach it"), "{}", fault.advice);
    let known = world.target.known.clone();
    world.apply(&last, &known).await.unwrap();
    assert_eq!(world.observe().await.state, gw_connector::LiveState::Absent);
}
