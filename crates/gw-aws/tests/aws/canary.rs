//! Canaries on AWS: which requests meet them, what each costs in calls, and what others set.

use std::collections::BTreeMap;

use gw_connector::{CanaryChange, Connector, Goal, LiveState, StepEffect, compare, surplus};
use gw_deploy::{Lane, Outcome, recover};
use gw_model::{Code, HttpMethod, Percent, StageSettings};
use gw_plan::Plan;
use gw_testkit::{OauthMock, Rule, TokenRequest};
use serde_json::{Value, json};

use crate::back::interrupted;
use crate::engine::reach;
use crate::world::{World, edition, mock, plan, provisioned, request, route, scope};

const PROMOTE: Goal<'static> = Goal::Canary(CanaryChange::Promote);
const DROP: Goal<'static> = Goal::Canary(CanaryChange::Drop);

fn share(percent: u16) -> Goal<'static> {
    Goal::Canary(CanaryChange::Share {
        percent: Percent::whole(percent),
    })
}

fn beside(plan: &Plan, percent: u16) -> Goal<'_> {
    Goal::PublishCanary(plan, Percent::whole(percent))
}

/// How often each edition answered.
async fn said(world: &World, calls: u32) -> BTreeMap<u64, u32> {
    let url = world.observe().await.invoke_url.unwrap();
    let mut counts = BTreeMap::new();
    for _ in 0..calls {
        let reply = request("GET", &format!("{url}/a"), &[], "").await;
        let edition = reply.json()["edition"].as_u64().unwrap();
        *counts.entry(edition).or_default() += 1;
    }
    counts
}

impl World {
    /// The stage as the emulator has it, without the times and the label.
    async fn bare_stage(&self) -> Value {
        let mut stage = self.stage().await;
        stage.as_object_mut().unwrap().remove("description");
        stage
    }

    async fn drifts(&self, plan: &Plan) -> Vec<String> {
        let mut target = self.target.clone();
        target.known_digest = Some(gw_plan::digest(plan));
        let expected = self.connector.expect(plan, &target);
        let found = self.connector.examine(&target).await.unwrap();
        let drifts = compare(&expected, &found);
        drifts.into_iter().map(|drift| drift.sentence).collect()
    }
}

#[tokio::test]
async fn a_share_of_the_requests_meets_it_and_each_change_is_one_call() {
    let mut world = World::new();
    let (one, two) = (edition(1), edition(2));
    world.publish(&one).await.unwrap();
    let observed = world.observe().await;

    world.proxy.clear();
    let receipts = world.reach(beside(&two, 50)).await.unwrap();
    assert_eq!(receipts.last().unwrap().verb, "aws.update-stage");
    // Import, copy, stage: as any publication.
    assert_eq!(
        world.proxy.tally().api_gateway_changes,
        3,
        "{}",
        world.proxy.summary()
    );
    // Neither stays away from 200 calls but once in 2²⁰⁰ times, nor gets less than 60 of them but once in 10⁸ times.
    let counts = said(&world, 200).await;
    assert_eq!(counts.values().sum::<u32>(), 200);
    assert!(counts[&1] > 60 && counts[&2] > 60, "{counts:?}");

    let beside_it = world.observe().await;
    assert_eq!(
        (beside_it.state, &beside_it.digest),
        (LiveState::Live, &observed.digest)
    );
    assert_eq!(
        beside_it.found["stage-deployment-id"],
        observed.found["stage-deployment-id"]
    );
    let kept = world.kept().await;
    assert_eq!(
        (kept[0].canary, kept[0].live),
        (Some(Percent::whole(50)), false)
    );
    assert_eq!((kept[1].canary, kept[1].live), (None, true));
    assert_eq!(
        kept[0].held_by.as_deref(),
        Some("the canary of the stage 'live'")
    );
    assert!(
        surplus(&kept, 0, &[]).is_empty(),
        "a canary is never pruned"
    );
    assert_eq!(
        world.drifts(&one).await,
        [""; 0],
        "what Gatewright set is no drift"
    );
    assert_eq!(
        world.reach(beside(&two, 50)).await.unwrap(),
        [],
        "it is so already"
    );

    for (percent, expected) in [(100, vec![2]), (0, vec![1])] {
        world.proxy.clear();
        world.reach(share(percent)).await.unwrap();
        let tally = world.proxy.tally();
        assert_eq!((tally.api_gateway_changes, tally.other_changes), (1, 0));
        assert_eq!(tally.control_plane(), 2, "{}", world.proxy.summary());
        let met: Vec<u64> = said(&world, 60).await.into_keys().collect();
        assert_eq!(met, expected, "{percent} %");
        assert_eq!(world.drifts(&one).await, [""; 0]);
    }

    world.proxy.clear();
    world.reach(PROMOTE).await.unwrap();
    assert_eq!(world.proxy.tally().api_gateway_changes, 1);
    assert!(said(&world, 60).await.into_keys().eq([2]));
    assert_eq!(world.bare_stage().await.get("canarySettings"), None);
    assert_eq!(world.observe().await.digest, Some(gw_plan::digest(&two)));
    assert_eq!(
        world.publish(&two).await.unwrap(),
        [],
        "it is live as any other"
    );
    assert_eq!(world.drifts(&two).await, [""; 0]);

    world.reach(beside(&one, 30)).await.unwrap();
    world.proxy.clear();
    world.reach(DROP).await.unwrap();
    assert_eq!(world.proxy.tally().api_gateway_changes, 1);
    assert!(said(&world, 60).await.into_keys().eq([2]));
    for goal in [PROMOTE, DROP, share(5)] {
        assert_eq!(
            world.reach(goal).await.unwrap_err().code,
            Code::DeployNoCanary
        );
    }
}

#[tokio::test]
async fn a_canary_asks_its_own_version_of_the_authorizer() {
    let provider = OauthMock::start().unwrap();
    let check = provisioned(provider.issuer(), &provider.jwks_url(), 0);
    let asks = |scopes: &str| {
        let routes = vec![route(HttpMethod::Get, "/a", mock("{}"), scope(scopes))];
        plan(routes, Some(check.clone()))
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
    let second = asks("pets:write");
    world.reach(beside(&second, 50)).await.unwrap();
    let (read, write) = (token("pets:read"), token("pets:write"));
    for token in [&read, &write] {
        let mut statuses = std::collections::BTreeSet::new();
        for _ in 0..60 {
            statuses.insert(world.status_with(token, "GET", "/a").await);
        }
        assert!(
            statuses.into_iter().eq([200, 403]),
            "each is let in by one of the two"
        );
    }
    world.reach(PROMOTE).await.unwrap();
    assert_eq!(world.status_with(&write, "GET", "/a").await, 200);
    assert_eq!(world.status_with(&read, "GET", "/a").await, 403);
    let kept = world.kept().await;
    world.go_back(&kept[1]).await.unwrap();
    assert_eq!(world.status_with(&read, "GET", "/a").await, 200);
}

#[tokio::test]
async fn whatever_else_is_deployed_ends_it_in_the_same_call() {
    let mut world = World::new();
    let (one, two, three) = (edition(1), edition(2), edition(3));
    world.publish(&one).await.unwrap();
    let refused = async |world: &mut World| world.reach(beside(&one, 10)).await.unwrap_err().code;
    assert_eq!(
        refused(&mut world).await,
        Code::PlanRefused,
        "it is live already"
    );

    // Another canary takes its place.
    world.reach(beside(&two, 50)).await.unwrap();
    world.reach(beside(&three, 50)).await.unwrap();
    assert!(said(&world, 60).await.into_keys().eq([1, 3]));

    // A publication, of what is live or of something else.
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&one), &world.target, &observed)
        .unwrap();
    assert_eq!(changes.len(), 1);
    assert!(
        changes[0]
            .sentence
            .starts_with("Drop the canary that got 50 %"),
        "{changes:?}"
    );
    world.publish(&one).await.unwrap();
    assert!(said(&world, 40).await.into_keys().eq([1]));
    world.reach(beside(&two, 50)).await.unwrap();
    let receipts = world.publish(&three).await.unwrap();
    assert_eq!(receipts.len(), 4, "import, read back, copy, stage");
    assert!(said(&world, 40).await.into_keys().eq([3]));

    // Going back.
    world.reach(beside(&two, 50)).await.unwrap();
    let kept = world.kept().await;
    let first = kept.last().unwrap();
    world.proxy.clear();
    world.go_back(first).await.unwrap();
    assert_eq!(world.proxy.tally().api_gateway_changes, 1);
    assert!(said(&world, 40).await.into_keys().eq([1]));
    assert_eq!(world.bare_stage().await.get("canarySettings"), None);

    // Settings go along with a canary, and leave one that stays.
    world.target.settings = StageSettings {
        tracing: Some(true),
        ..StageSettings::default()
    };
    world.reach(beside(&two, 50)).await.unwrap();
    assert_eq!(world.bare_stage().await["tracingEnabled"], true);
    world.target.settings.tracing = Some(false);
    world.proxy.clear();
    world.reach(beside(&two, 50)).await.unwrap();
    assert_eq!(world.proxy.tally().api_gateway_changes, 1);
    assert_eq!(world.bare_stage().await["tracingEnabled"], false);
    assert!(said(&world, 60).await.into_keys().eq([1, 2]));
    world.withdraw().await.unwrap();
    assert_eq!(world.observe().await.state, LiveState::Absent);
    let fault = world.reach(beside(&two, 50)).await.unwrap_err();
    assert_eq!(
        fault.code,
        Code::DeployNotDeployed,
        "nothing is there to run beside"
    );
}

#[tokio::test]
async fn a_canary_that_others_set_is_told_and_left_alone() {
    let mut world = World::new();
    let (one, two, three) = (edition(1), edition(2), edition(3));
    world.publish(&one).await.unwrap();
    world.publish(&two).await.unwrap();
    let older = world.kept().await[1].id.clone();
    world
        .patch_stage(json!([
            {"op": "replace", "path": "/canarySettings/deploymentId", "value": older},
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "25"},
        ]))
        .await;
    let by_hand = world.bare_stage().await["canarySettings"].clone();
    let observed = world.observe().await;
    let told = observed.stage.unwrap().untouched;
    assert!(
        told.iter().any(|it| it.contains("did not set gets 25 %")),
        "{told:?}"
    );
    assert_eq!(
        world.drifts(&two).await,
        ["The stage is otherwise in its canary"]
    );
    assert!(world.kept().await.iter().all(|one| one.canary.is_none()));
    for goal in [PROMOTE, DROP, share(5), beside(&three, 5)] {
        assert_eq!(
            world.reach(goal).await.unwrap_err().code,
            Code::DeployNoCanary
        );
    }
    world.publish(&three).await.unwrap();
    assert_eq!(world.bare_stage().await["canarySettings"], by_hand);

    // One of Gatewright's that others changed is told, and taken back to the letter.
    world
        .patch_stage(json!([{"op": "remove", "path": "/canarySettings"}]))
        .await;
    world.reach(beside(&one, 10)).await.unwrap();
    world.patch_stage(json!([
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "33.333"},
            {"op": "replace", "path": "/canarySettings/stageVariableOverrides/stock", "value": "green"},
        ]))
        .await;
    assert_eq!(
        world.drifts(&three).await,
        ["The stage is otherwise in its canary"]
    );
    let fault = world.reach(PROMOTE).await.unwrap_err();
    assert!(fault.summary.contains("variables of its own"), "{fault}");
    let before = world.bare_stage().await;
    let known = world.target.known.clone();
    let receipts = world.reach(DROP).await.unwrap();
    assert_eq!(world.bare_stage().await.get("canarySettings"), None);
    let outputs = world.target.known.clone();
    for _ in 0..2 {
        world.connector.undo(&receipts[0], &outputs).await.unwrap();
        assert_eq!(world.bare_stage().await, before);
    }
    world.target.known = known;
}

/// The engine over it: each call refused in turn, and its answer lost in turn.
#[tokio::test]
async fn whichever_call_fails_there_is_all_of_the_old_or_all_of_the_new() {
    let mut world = World::new();
    let (one, two) = (edition(1), edition(2));
    world.publish(&one).await.unwrap();
    for (name, goal, calls) in [
        ("begin", beside(&two, 50), 3),
        ("share", share(70), 1),
        ("promote", PROMOTE, 1),
        ("begin-one", beside(&one, 50), 3),
        ("drop", DROP, 1),
    ] {
        let before = world.bare_stage().await;
        for call in 0..calls {
            world.proxy.heal();
            let rule = Rule::changes().after(call);
            world
                .proxy
                .inject(rule.fail(400, "BadRequestException", "No.").times(1));
            let end = reach(&mut world, goal, &format!("{name}-refused-{call}")).await;
            assert_eq!(end.outcome, Outcome::RolledBack, "{name} {call}");
            assert_eq!(world.bare_stage().await, before, "{name} {call}");
        }
        let deployments = world.kept().await.len();
        world.proxy.heal();
        let rule = Rule::changes().after(calls - 1).drop_answer();
        world.proxy.inject(rule.times(1));
        let end = reach(&mut world, goal, &format!("{name}-lost")).await;
        assert_eq!(end.outcome, Outcome::Live, "{name}: {:?}", end.fault);
        world.proxy.heal();
        assert_ne!(world.bare_stage().await, before, "{name}");
        let made = usize::from(calls == 3);
        assert_eq!(world.kept().await.len(), deployments + made, "{name}");
    }
    assert!(said(&world, 40).await.into_keys().eq([2]));
}

#[tokio::test]
async fn a_change_of_a_canary_survives_a_crash_on_either_side_of_its_call() {
    let mut world = World::new();
    let (one, two) = (edition(1), edition(2));
    world.publish(&one).await.unwrap();
    world.reach(beside(&two, 50)).await.unwrap();
    for (number, (goal, after_the_call, outcome, met)) in [
        (PROMOTE, false, Outcome::RolledBack, vec![1, 2]),
        (share(100), false, Outcome::RolledBack, vec![1, 2]),
        (share(100), true, Outcome::Live, vec![2]),
        (DROP, false, Outcome::RolledBack, vec![2]),
        (DROP, true, Outcome::Live, vec![1]),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("crash-{number}");
        let (ctx, deployment) = interrupted(&world, &name, goal, after_the_call).await;
        let lane = Lane::unlimited("test");
        let end = recover(&ctx, &world.connector, &world.target, lane, &deployment)
            .await
            .unwrap();
        assert_eq!(end.outcome, outcome, "{name}: {:?}", end.fault);
        assert!(said(&world, 60).await.into_keys().eq(met), "{name}");
    }
}

#[tokio::test]
async fn its_plan_says_what_it_does_and_moves_traffic_last() {
    let mut world = World::new();
    let (one, two) = (edition(1), edition(2));
    world.publish(&one).await.unwrap();
    let goal = Goal::PublishCanary(&two, "12.5".parse().unwrap());
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(goal, &world.target, &observed)
        .unwrap();
    let last = changes.last().unwrap();
    assert_eq!(last.effect, StepEffect::MovesTraffic);
    assert_eq!(
        last.sentence,
        "Let 12.5 % of the requests to the stage 'live' meet it as a canary: the others meet what is live"
    );
    world.reach(goal).await.unwrap();
    assert_eq!(
        world.bare_stage().await["canarySettings"]["percentTraffic"],
        12.5
    );
    let observed = world.observe().await;
    let sentence = |goal| {
        let changes = world
            .connector
            .lower(goal, &world.target, &observed)
            .unwrap();
        changes.last().unwrap().sentence.clone()
    };
    let three = edition(3);
    assert!(sentence(Goal::Publish(&three)).contains("and drop the canary that got 12.5 %"));
    assert!(sentence(beside(&three, 5)).contains("instead of the canary that got 12.5 %"));
}
