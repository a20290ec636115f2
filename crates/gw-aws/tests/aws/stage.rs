//! Stage settings: set on purpose, kept otherwise, taken back, found again after a lost answer.

use gw_connector::{Connector, Goal, LiveState, Receipt};
use gw_deploy::Outcome;
use gw_model::{AccessLog, HttpMethod, LogLevel, StageSettings, Throttle};
use gw_testkit::{Call, Rule};
use serde_json::{Value, json};

use crate::engine::publish;
use crate::world::{World, mock, plan, provisioned, request, route, scope, wide};

const LOG: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:access";

fn settings() -> StageSettings {
    StageSettings {
        variables: [("stock".to_owned(), Some("green".to_owned()))].into(),
        throttle: Some(Throttle {
            rate: 100.0,
            burst: 50,
        }),
        metrics: Some(true),
        tracing: Some(true),
        ..StageSettings::default()
    }
}

#[tokio::test]
async fn a_new_stage_opens_with_its_settings_and_again_is_nothing() {
    let mut world = World::new();
    world.target.settings = settings();
    let plan = wide(3, 3);
    let receipts = world.publish(&plan).await.unwrap();
    let verbs: Vec<&str> = receipts.iter().map(|it| it.verb.as_str()).collect();
    assert_eq!(
        verbs[verbs.len() - 2..],
        ["aws.create-stage", "aws.set-stage"]
    );
    let stage = world.stage().await;
    assert_eq!(stage["variables"], json!({"stock": "green"}));
    assert_eq!(stage["tracingEnabled"], true);
    let every = &stage["methodSettings"]["*/*"];
    assert_eq!(every["throttlingRateLimit"], 100.0);
    assert_eq!(every["throttlingBurstLimit"], 50);
    assert_eq!(every["metricsEnabled"], true);
    world.proxy.clear();
    assert_eq!(world.publish(&plan).await.unwrap(), []);
    assert_eq!(
        world.proxy.tally().control_plane(),
        1,
        "{}",
        world.proxy.summary()
    );
}

#[tokio::test]
async fn other_settings_of_an_unchanged_api_are_one_call_and_callers_stay_where_they_are() {
    let mut world = World::new();
    let plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    let before = world.observe().await;
    world.target.settings = settings();
    world.proxy.clear();
    world.publish(&plan).await.unwrap();
    let tally = world.proxy.tally();
    assert_eq!(tally.api_gateway_changes, 1, "{}", world.proxy.summary());
    assert_eq!(tally.control_plane(), 2, "{}", world.proxy.summary());
    let after = world.observe().await;
    assert_eq!(
        after.found["stage-deployment-id"],
        before.found["stage-deployment-id"]
    );
    assert_eq!(
        (after.state, after.digest),
        (LiveState::Live, before.digest)
    );
    assert_eq!(world.publish(&plan).await.unwrap(), []);
}

#[tokio::test]
async fn a_redeployment_leaves_everything_it_was_not_asked_for() {
    let mut world = World::new();
    let mut plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    world
        .patch_stage(json!([
            {"op": "replace", "path": "/variables/by_hand", "value": "yes"},
            {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "77"},
            {"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"},
            {"op": "replace", "path": "/~1r1/GET/throttling/burstLimit", "value": "9"},
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": LOG},
            {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
            {"op": "replace", "path": "/clientCertificateId", "value": "cert1"},
            {"op": "replace", "path": "/tracingEnabled", "value": "true"},
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "10"},
        ]))
        .await;
    let kept = [
        "variables",
        "methodSettings",
        "accessLogSettings",
        "clientCertificateId",
        "tracingEnabled",
        "canarySettings",
        "webAclArn",
        "tags",
    ];
    let before = world.stage().await;
    assert_eq!(before["variables"]["by_hand"], "yes");
    plan.routes[0].summary = "Changed".to_owned();
    world.publish(&plan).await.unwrap();
    let after = world.stage().await;
    assert_ne!(after["deploymentId"], before["deploymentId"]);
    for field in kept {
        assert_eq!(after[field], before[field], "{field}");
    }
    // The same with one setting changed: only that one is another.
    world.target.settings.throttle = Some(Throttle {
        rate: 5.0,
        burst: before["methodSettings"]["*/*"]["throttlingBurstLimit"]
            .as_i64()
            .and_then(|it| i32::try_from(it).ok())
            .unwrap(),
    });
    plan.routes[0].summary = "Changed again".to_owned();
    world.publish(&plan).await.unwrap();
    let mut expected = before.clone();
    expected["methodSettings"]["*/*"]["throttlingRateLimit"] = json!(5.0);
    let after = world.stage().await;
    for field in kept {
        assert_eq!(after[field], expected[field], "{field}");
    }
}

#[tokio::test]
async fn going_back_gives_the_stage_its_former_settings_and_twice_is_once() {
    let mut world = World::new();
    let mut plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    world
        .patch_stage(json!([
            {"op": "replace", "path": "/variables/stock", "value": "blue"},
            {"op": "replace", "path": "/tracingEnabled", "value": "false"},
        ]))
        .await;
    world.target.settings = StageSettings {
        variables: [
            ("stock".to_owned(), Some("green".to_owned())),
            ("fresh".to_owned(), Some("x".to_owned())),
        ]
        .into(),
        access_log: Some(AccessLog::On {
            destination: LOG.to_owned(),
            format: "$context.requestId".to_owned(),
        }),
        ..settings()
    };
    for moved in [false, true] {
        if moved {
            plan.routes[0].summary = "Changed".to_owned();
        }
        let before = world.stage().await;
        let observed = world.observe().await;
        let changes = world
            .connector
            .lower(Goal::Publish(&plan), &world.target, &observed)
            .unwrap();
        let known = world.target.known.clone();
        let receipts = world.run(&changes, observed.found).await.unwrap();
        let outputs = world.target.known.clone();
        let during = world.stage().await;
        assert_eq!(during["variables"], json!({"stock": "green", "fresh": "x"}));
        assert_eq!(during["accessLogSettings"]["destinationArn"], LOG);
        let writes = receipts
            .iter()
            .rev()
            .filter(|it| it.verb != "aws.read-back");
        for receipt in writes.collect::<Vec<&Receipt>>() {
            for _ in 0..2 {
                world.connector.undo(receipt, &outputs).await.unwrap();
            }
        }
        assert_eq!(world.stage().await, before, "moved: {moved}");
        world.target.known = known;
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_the_mark_and_a_refused_call_leaves_nothing() {
    let mut world = World::new();
    let plan = wide(3, 3);
    world.publish(&plan).await.unwrap();
    world.target.settings = settings();
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    let (note, set) = (&changes[0], &changes[1]);
    let mut outputs = observed.found.clone();
    let noted = world.apply(note, &outputs).await.unwrap();
    outputs.extend(noted.outputs);
    let other = gw_connector::Mark::new("gw-settings");
    assert_eq!(
        world.connector.probe(set, &other, &outputs).await.unwrap(),
        None
    );
    world.proxy.inject(Rule::changes().drop_answer().times(1));
    let fault = world
        .connector
        .apply(set, &other, &outputs)
        .await
        .unwrap_err();
    assert_eq!(fault.effect, gw_model::Effect::Unknown);
    let journaled = gw_connector::Change {
        payload: String::new(),
        ..set.clone()
    };
    let found = world
        .connector
        .probe(&journaled, &other, &outputs)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.stage().await["variables"], json!({"stock": "green"}));
    outputs.extend(found.outputs.clone());
    world.connector.undo(&found, &outputs).await.unwrap();
    assert_eq!(world.stage().await["variables"]["stock"], json!(null));
    assert_eq!(world.observe().await, observed);
}

#[tokio::test]
async fn tags_are_set_by_a_call_of_their_own_and_taken_back() {
    let mut world = World::new();
    let plan = wide(2, 2);
    world.publish(&plan).await.unwrap();
    world.target.settings.tags = [("team".to_owned(), "core".to_owned())].into();
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    let verbs: Vec<&str> = changes.iter().map(|it| it.verb.as_str()).collect();
    assert_eq!(verbs, ["aws.note-stage", "aws.tag-stage"]);
    let receipts = world.run(&changes, observed.found).await.unwrap();
    let arn = format!(
        "arn:aws:apigateway:eu-west-1::/restapis/{}/stages/live",
        world.target.known["rest-api-id"]
    );
    let path = format!("/tags/{}", arn.replace('/', "%2F").replace(':', "%3A"));
    let tags = world.by_hand("GET", &path, Value::Null).await;
    assert_eq!(tags["tags"]["team"], "core");
    assert_eq!(tags["tags"]["gatewright:mark"], world.mark().as_str());
    let outputs = world.target.known.clone();
    let probed = world
        .connector
        .probe(&changes[1], &world.mark(), &outputs)
        .await
        .unwrap();
    assert!(probed.is_some());
    for _ in 0..2 {
        world.connector.undo(&receipts[1], &outputs).await.unwrap();
    }
    let tags = world.by_hand("GET", &path, Value::Null).await;
    assert_eq!(tags["tags"].get("team"), None, "{tags}");
}

/// Their turns are taken before: a wait that nobody took is not told, and counts against the call's limit of time.
#[tokio::test]
async fn every_change_of_taking_a_run_back_was_announced() {
    let guarded = |body: &str| {
        let routes = vec![route(HttpMethod::Get, "/a", mock(body), scope("pets:read"))];
        let check = provisioned("https://id.example", "https://id.example/jwks", 0);
        plan(routes, Some(check))
    };
    let mut world = World::new();
    world.target.settings = settings();
    let first = world.publish(&guarded("1")).await.unwrap();
    taken_back(&world, &first).await;

    let mut world = World::new();
    world.publish(&guarded("1")).await.unwrap();
    world.target.settings = settings();
    world.target.settings.tags = [("team".to_owned(), "core".to_owned())].into();
    let settings_only = world.publish(&guarded("1")).await.unwrap();
    taken_back(&world, &settings_only).await;
    let second = world.publish(&guarded("2")).await.unwrap();
    taken_back(&world, &second).await;
}

async fn taken_back(world: &World, receipts: &[Receipt]) {
    let outputs = world.target.known.clone();
    for receipt in receipts.iter().rev() {
        world.proxy.clear();
        world.connector.undo(receipt, &outputs).await.unwrap();
        let told = world.connector.undo_calls(receipt);
        for call in world.proxy.calls().iter().filter(|call| call.mutating) {
            // Entries of a stage are removed by a second call of the same name.
            let is_told = told.iter().any(|told| told.name == name_of(call));
            assert!(is_told, "{}: {call} was not told", receipt.verb);
        }
    }
}

/// AWS's name of a call that changes something.
fn name_of(call: &Call) -> &str {
    if let Some(action) = &call.action {
        return action;
    }
    let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("PATCH", ["restapis", _, "stages", _]) => "UpdateStage",
        ("DELETE", ["restapis", _, "stages", _]) => "DeleteStage",
        ("DELETE", ["restapis", _, "deployments", _]) => "DeleteDeployment",
        ("DELETE", ["restapis", _]) => "DeleteRestApi",
        ("PUT", ["tags", _]) => "TagResource",
        ("DELETE", ["tags", _]) => "UntagResource",
        ("DELETE", [_, "functions", _]) => "DeleteFunction",
        ("DELETE", [_, "functions", _, "policy", _]) => "RemovePermission",
        _ => panic!("{call}"),
    }
}

#[tokio::test]
async fn logs_in_an_account_without_a_role_for_them_make_and_set_one_once() {
    let mut world = World::new();
    let plan = wide(2, 2);
    // The emulator's accounts come with one.
    let none =
        json!({"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]});
    world.by_hand("PATCH", "/account", none).await;
    world.target.settings.logging = Some(LogLevel::Error);
    assert_eq!(world.observe().await.found["account-log-role"], "none");
    let receipts = world.publish(&plan).await.unwrap();
    let set = receipts.iter().any(|it| it.verb == "aws.set-log-role");
    assert!(set);
    let now = world.observe().await.found["account-log-role"].clone();
    assert_ne!(now, "none");
    assert_eq!(world.publish(&plan).await.unwrap(), []);
    assert_eq!(
        world.stage().await["methodSettings"]["*/*"]["loggingLevel"],
        "ERROR"
    );
}

/// The engine over it: each call of a run that moves the stage and sets it, refused in turn and its answer lost in turn.
#[tokio::test]
async fn whichever_call_fails_the_stage_has_all_of_the_old_or_all_of_the_new() {
    let first = wide(2, 2);
    let mut second = first.clone();
    second.routes[0].summary = "Changed".to_owned();
    let mut world = World::new();
    world.publish(&first).await.unwrap();
    world
        .patch_stage(json!([{"op": "replace", "path": "/variables/stock", "value": "blue"}]))
        .await;
    let before = world.stage().await;
    world.target.settings = settings();
    // Import, deployment, stage.
    for step in 0..3 {
        let refuse = Rule::changes().after(step);
        let refuse = refuse.fail(400, "BadRequestException", "No.").times(1);
        world.proxy.heal();
        world.proxy.inject(refuse);
        let end = publish(&mut world, &second, &format!("refused-{step}")).await;
        assert_eq!(end.outcome, Outcome::RolledBack, "call {step}");
        assert_eq!(world.stage().await, before, "call {step}");
    }
    for step in 0..3 {
        world.proxy.heal();
        world
            .proxy
            .inject(Rule::changes().after(step).drop_answer().times(1));
        second.routes[0].summary = format!("Lost {step}");
        let variable = Some(format!("lost-{step}"));
        let variables = &mut world.target.settings.variables;
        variables.insert("stock".to_owned(), variable.clone());
        let end = publish(&mut world, &second, &format!("lost-{step}")).await;
        assert_eq!(end.outcome, Outcome::Live, "answer {step}: {:?}", end.fault);
        let stage = world.stage().await;
        assert_eq!(stage["variables"]["stock"].as_str(), variable.as_deref());
        assert_eq!(stage["methodSettings"]["*/*"]["throttlingBurstLimit"], 50);
    }
}

#[tokio::test]
async fn callers_over_a_stages_throttle_are_answered_429_and_others_again_when_it_is_wider() {
    let mut world = World::new();
    let plan = wide(2, 2);
    let limit = |rate, burst| Some(Throttle { rate, burst });
    world.target.settings.throttle = limit(1.0, 2);
    world.publish(&plan).await.unwrap();
    let url = world.observe().await.invoke_url.unwrap();
    let statuses = async || {
        let mut all = Vec::new();
        for _ in 0..12 {
            let reply = request("GET", &format!("{url}/r0"), &[], "").await;
            all.push(reply.status);
        }
        all
    };
    assert!(statuses().await.contains(&429));
    world.target.settings.throttle = limit(1000.0, 500);
    world.publish(&plan).await.unwrap();
    assert!(!statuses().await.contains(&429));
}
