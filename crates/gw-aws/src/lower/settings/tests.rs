//! Which patch operations lead to what is wanted, and which lead back.

use gw_connector::{Change, Goal, LiveState, Observed, StageFound, StepEffect};
use gw_model::{
    AccessLog, CacheSettings, LogLevel, OperationKey, OperationSettings, StageSettings, Throttle,
};

use super::{Difference, back, differences, patches};
use crate::live_stage::{LiveStage, Method};
use crate::lower::samples::{aws, nothing, target, wide};
use crate::lower::{Before, StageMove, Step, lower, verb};
use crate::names;

fn found(wanted: &StageSettings, live: &LiveStage) -> Vec<Difference> {
    differences(wanted, live, &|operation| Some(operation.clone()))
}

/// `path=value`, or `-path` for one that is removed.
fn texts(patches: &[super::Patch]) -> Vec<String> {
    let text = |patch: &super::Patch| match &patch.value {
        Some(value) => format!("{}={value}", patch.path),
        None => format!("-{}", patch.path),
    };
    patches.iter().map(text).collect()
}

fn read(json: &str) -> StageSettings {
    serde_json::from_str(json).unwrap()
}

/// A stage with something of everything.
fn furnished() -> LiveStage {
    let every = Method {
        logging: "INFO".to_owned(),
        rate: 10_000.0,
        burst: 5_000,
        ..Method::default()
    };
    let orders = Method {
        rate: 5.0,
        burst: 7,
        ..Method::default()
    };
    LiveStage {
        variables: [("stock".to_owned(), "blue".to_owned())].into(),
        cache: Some("0.5".to_owned()),
        tracing: true,
        access_log: Some(("arn:aws:logs:x:1:log-group:a".to_owned(), "f".to_owned())),
        methods: [
            ("*/*".to_owned(), every),
            ("orders/{id}/GET".to_owned(), orders),
        ]
        .into(),
        canary: false,
        tags: [("team".to_owned(), "shop".to_owned())].into(),
    }
}

#[test]
fn each_setting_has_its_way_there_and_back() {
    let bare = LiveStage::default();
    let full = furnished();
    let cases: &[(&str, &LiveStage, &[&str], &[&str])] = &[
        (
            r#"{"variables": {"stock": "green"}}"#,
            &bare,
            &["/variables/stock=green"],
            &["-/variables/stock"],
        ),
        (
            r#"{"variables": {"stock": "green"}}"#,
            &full,
            &["/variables/stock=green"],
            &["/variables/stock=blue"],
        ),
        (
            r#"{"variables": {"stock": null}}"#,
            &full,
            &["-/variables/stock"],
            &["/variables/stock=blue"],
        ),
        (
            r#"{"variables": {"stock": null, "other": null}}"#,
            &bare,
            &[],
            &[],
        ),
        (
            r#"{"throttle": {"rate": 0.5, "burst": 200}}"#,
            &bare,
            &[
                "/*/*/throttling/burstLimit=200",
                "/*/*/throttling/rateLimit=0.5",
            ],
            &["-/*/*"],
        ),
        (
            r#"{"throttle": {"rate": 100, "burst": 5000}}"#,
            &full,
            &["/*/*/throttling/rateLimit=100"],
            &["/*/*/throttling/rateLimit=10000"],
        ),
        (
            r#"{"throttle": {"rate": -1, "burst": -1}}"#,
            &bare,
            &[],
            &[],
        ),
        (
            r#"{"throttle": {"rate": -1, "burst": -1}}"#,
            &full,
            &[
                "/*/*/throttling/burstLimit=-1",
                "/*/*/throttling/rateLimit=-1",
            ],
            &[
                "/*/*/throttling/burstLimit=5000",
                "/*/*/throttling/rateLimit=10000",
            ],
        ),
        (
            r#"{"logging": "error", "full_requests": true, "metrics": true}"#,
            &bare,
            &[
                "/*/*/logging/loglevel=ERROR",
                "/*/*/logging/dataTrace=true",
                "/*/*/metrics/enabled=true",
            ],
            &["-/*/*"],
        ),
        (
            r#"{"logging": "off", "full_requests": false, "metrics": false}"#,
            &bare,
            &[],
            &[],
        ),
        (
            r#"{"logging": "off"}"#,
            &full,
            &["/*/*/logging/loglevel=OFF"],
            &["/*/*/logging/loglevel=INFO"],
        ),
        (
            r#"{"access_log": {"kind": "on", "destination": "d", "format": "f"}}"#,
            &bare,
            &[
                "/accessLogSettings/destinationArn=d",
                "/accessLogSettings/format=f",
            ],
            &["-/accessLogSettings"],
        ),
        (
            r#"{"access_log": {"kind": "off"}}"#,
            &full,
            &["-/accessLogSettings"],
            &[
                "/accessLogSettings/destinationArn=arn:aws:logs:x:1:log-group:a",
                "/accessLogSettings/format=f",
            ],
        ),
        (r#"{"access_log": {"kind": "off"}}"#, &bare, &[], &[]),
        (
            r#"{"cache": {"kind": "on", "size_gb": "1.6", "ttl_seconds": 60, "encrypted": true}}"#,
            &bare,
            &[
                "/cacheClusterEnabled=true",
                "/cacheClusterSize=1.6",
                "/*/*/caching/enabled=true",
                "/*/*/caching/ttlInSeconds=60",
                "/*/*/caching/dataEncrypted=true",
            ],
            &["/cacheClusterEnabled=false", "-/*/*"],
        ),
        (
            r#"{"cache": {"kind": "on", "size_gb": "0.5", "ttl_seconds": 300, "encrypted": null}}"#,
            &full,
            &["/*/*/caching/enabled=true"],
            &["/*/*/caching/enabled=false"],
        ),
        (
            r#"{"cache": {"kind": "off"}}"#,
            &full,
            &["/cacheClusterEnabled=false"],
            &["/cacheClusterEnabled=true", "/cacheClusterSize=0.5"],
        ),
        (
            r#"{"tracing": false}"#,
            &full,
            &["/tracingEnabled=false"],
            &["/tracingEnabled=true"],
        ),
        (r#"{"tracing": true}"#, &full, &[], &[]),
        (r#"{"tags": {"team": "shop"}}"#, &full, &[], &[]),
        (
            r#"{"operations": {"GET /orders/{id}": {"throttle": {"rate": 10, "burst": 7}}}}"#,
            &full,
            &["/orders/{id}/GET/throttling/rateLimit=10"],
            &["/orders/{id}/GET/throttling/rateLimit=5"],
        ),
        (
            r#"{"operations": {"POST /": {"throttle": {"rate": 1, "burst": 2}}}}"#,
            &bare,
            &[
                "/~1/POST/throttling/burstLimit=2",
                "/~1/POST/throttling/rateLimit=1",
            ],
            &["-/~1/POST"],
        ),
    ];
    for (wanted, live, there, ways_back) in cases {
        let found = found(&read(wanted), live);
        assert_eq!(texts(&patches(&found)), *there, "{wanted}");
        assert_eq!(texts(&back(&found)), *ways_back, "back from {wanted}");
    }
}

#[test]
fn a_new_entry_of_one_operation_keeps_what_the_stage_has_otherwise() {
    let wanted = read(
        r#"{"metrics": true, "operations": {"GET /orders": {"throttle": {"rate": 1, "burst": 2}}}}"#,
    );
    let found = found(&wanted, &furnished());
    assert_eq!(
        texts(&found.last().unwrap().patches),
        [
            "/~1orders/GET/throttling/burstLimit=2",
            "/~1orders/GET/throttling/rateLimit=1",
            "/~1orders/GET/logging/loglevel=INFO",
            "/~1orders/GET/metrics/enabled=true",
        ]
    );
    assert_eq!(texts(&back(&found[found.len() - 1..])), ["-/~1orders/GET"]);
}

#[test]
fn what_becomes_of_a_setting_is_said_with_what_it_was() {
    let wanted = read(
        r#"{"variables": {"stock": "green"}, "throttle": {"rate": 100, "burst": 200}, "tags": {"team": "core", "new": "x"},
            "operations": {"GET /orders": {"caching": false, "throttle": {"rate": 1, "burst": 2}}}}"#,
    );
    let sentences = |live: &LiveStage| -> Vec<String> {
        let found = found(&wanted, live);
        found.into_iter().map(|it| it.change.sentence).collect()
    };
    assert_eq!(
        sentences(&LiveStage::default()),
        [
            "The stage variable 'stock' is new: 'green'",
            "The stage's throttle becomes 100 requests/s, burst 200 (was the account's)",
            "The throttle of GET /orders becomes 1 requests/s, burst 2 (was the stage's)",
            "The tag 'new' is new: 'x'",
            "The tag 'team' is new: 'core'",
        ]
    );
    assert_eq!(
        sentences(&furnished())[..2],
        [
            "The stage variable 'stock' becomes 'green' (was 'blue')",
            "The stage's throttle becomes 100 requests/s, burst 200 (was 10000 requests/s, burst 5000)",
        ]
    );
}

/// What observing finds of a stage that serves this plan with these settings.
fn observed(plan: &gw_plan::Plan, live: &LiveStage) -> Observed {
    let changes = lower(Goal::Publish(plan), &target(), &aws(), &nothing()).unwrap();
    let step: serde_json::Value = serde_json::from_str(&changes.last().unwrap().payload).unwrap();
    let mut observed = nothing();
    observed.state = LiveState::Live;
    observed.digest = Some(gw_plan::digest(plan));
    for (name, value) in [
        (names::REST_API_ID, "abc123"),
        (names::STAGE_DEPLOYMENT_ID, "dep1"),
        (names::BUILD, step["build"].as_str().unwrap()),
    ] {
        observed.found.insert(name.to_owned(), value.to_owned());
    }
    observed.stage = Some(StageFound {
        settings: live.settings(),
        untouched: Vec::new(),
        detail: serde_json::to_string(live).unwrap(),
    });
    observed
}

fn publish(wanted: &StageSettings, plan: &gw_plan::Plan, observed: &Observed) -> Vec<Change> {
    let mut target = target();
    target.settings = wanted.clone();
    lower(Goal::Publish(plan), &target, &aws(), observed).unwrap()
}

fn verbs(changes: &[Change]) -> Vec<&str> {
    let last = changes.last().map(|change| change.effect);
    let early = changes
        .iter()
        .rev()
        .skip(1)
        .any(|change| change.effect == StepEffect::MovesTraffic);
    assert!(!early, "traffic moves before the last step");
    assert_ne!(last, Some(StepEffect::Read));
    changes.iter().map(|change| change.verb.as_str()).collect()
}

#[test]
fn settings_go_into_the_call_that_moves_the_stage() {
    let plan = wide(5);
    let mut changed = plan.clone();
    changed.routes[0].summary = "x".to_owned();
    let wanted = read(r#"{"variables": {"stock": "green"}, "tags": {"team": "core"}}"#);
    let seen = observed(&plan, &furnished());
    let changes = publish(&wanted, &changed, &seen);
    assert_eq!(
        verbs(&changes)[3..],
        [verb::NOTE_STAGE, verb::TAG_STAGE, verb::UPDATE_STAGE]
    );
    assert!(changes[3].calls.is_empty());
    let last = changes.last().unwrap();
    assert!(last.sentence.contains("set variables"), "{}", last.sentence);
    let Step::UpdateStage(StageMove { patches, .. }) = serde_json::from_str(&last.payload).unwrap()
    else {
        panic!("{}", last.payload);
    };
    assert_eq!(texts(&patches), ["/variables/stock=green"]);
    let Step::NoteStage { before } = serde_json::from_str(&changes[3].payload).unwrap() else {
        panic!("{}", changes[3].payload);
    };
    let tags = [
        (names::TAG_MARK.to_owned(), None),
        ("team".to_owned(), Some("shop".to_owned())),
    ];
    let expected = Before {
        patches: vec![super::patch("/variables/stock", Some("blue".to_owned()))],
        tags: tags.into(),
    };
    assert_eq!(before, expected);
}

#[test]
fn an_unchanged_api_with_other_settings_is_one_call_and_with_the_same_none() {
    let plan = wide(5);
    let seen = observed(&plan, &furnished());
    let wanted = read(r#"{"throttle": {"rate": 1, "burst": 2}}"#);
    let changes = publish(&wanted, &plan, &seen);
    assert_eq!(verbs(&changes), [verb::NOTE_STAGE, verb::SET_STAGE]);
    let calls: Vec<&str> = changes
        .iter()
        .flat_map(|change| &change.calls)
        .map(|call| call.name.as_str())
        .collect();
    assert_eq!(calls, ["UpdateStage"]);
    let tags = publish(&read(r#"{"tags": {"a": "b"}}"#), &plan, &seen);
    assert_eq!(verbs(&tags), [verb::NOTE_STAGE, verb::TAG_STAGE]);
    let as_it_is = StageSettings {
        cache: None,
        ..furnished().settings()
    };
    assert_eq!(publish(&as_it_is, &plan, &seen), []);
    assert_eq!(publish(&StageSettings::default(), &plan, &seen), []);
}

#[test]
fn a_new_stage_is_made_with_what_it_takes_and_opened_with_the_rest() {
    let plan = wide(5);
    let at_once =
        read(r#"{"variables": {"a": "b", "gone": null}, "tracing": true, "tags": {"t": "u"}}"#);
    let changes = publish(&at_once, &plan, &nothing());
    let last = changes.last().unwrap();
    assert_eq!(last.verb, verb::CREATE_STAGE);
    assert_eq!(last.effect, StepEffect::MovesTraffic);
    let Step::CreateStage { stage, .. } = serde_json::from_str(&last.payload).unwrap() else {
        panic!("{}", last.payload);
    };
    assert_eq!(stage.variables, [("a".to_owned(), "b".to_owned())].into());
    assert!(stage.tracing && !stage.opening && stage.tags.contains_key("t"));

    let wanted = StageSettings {
        throttle: Some(Throttle {
            rate: 1.0,
            burst: 1,
        }),
        cache: Some(CacheSettings::On {
            size_gb: "0.5".to_owned(),
            ttl_seconds: None,
            encrypted: None,
        }),
        ..at_once
    };
    let changes = publish(&wanted, &plan, &nothing());
    let verbs = verbs(&changes);
    assert_eq!(
        verbs[verbs.len() - 2..],
        [verb::CREATE_STAGE, verb::SET_STAGE]
    );
    assert_eq!(changes[verbs.len() - 2].effect, StepEffect::Write);
    let Step::UpdateStage(StageMove { patches, .. }) =
        serde_json::from_str(&changes.last().unwrap().payload).unwrap()
    else {
        panic!("{:?}", changes.last());
    };
    assert_eq!(
        texts(&patches),
        [
            "/*/*/throttling/burstLimit=1",
            "/*/*/throttling/rateLimit=1",
            "/*/*/caching/enabled=true"
        ]
    );
}

#[test]
fn an_account_without_a_role_for_logs_gets_one_before_anything_else() {
    let plan = wide(5);
    let wanted = StageSettings {
        logging: Some(LogLevel::Error),
        access_log: Some(AccessLog::Off),
        ..StageSettings::default()
    };
    let mut seen = observed(&plan, &LiveStage::default());
    assert_eq!(
        verbs(&publish(&wanted, &plan, &seen)),
        [verb::NOTE_STAGE, verb::SET_STAGE]
    );
    seen.found.insert(
        names::ACCOUNT_LOG_ROLE.to_owned(),
        names::NO_LOG_ROLE.to_owned(),
    );
    let changes = publish(&wanted, &plan, &seen);
    assert_eq!(
        verbs(&changes),
        [
            verb::CREATE_LOG_ROLE,
            verb::ATTACH_LOG_POLICY,
            verb::SET_LOG_ROLE,
            verb::NOTE_STAGE,
            verb::SET_STAGE
        ]
    );
    seen.found.insert(
        names::ACCOUNT_LOG_ROLE.to_owned(),
        "arn:aws:iam::1:role/theirs".to_owned(),
    );
    assert_eq!(publish(&wanted, &plan, &seen).len(), 2);
}

#[test]
fn an_operation_is_set_where_it_is_on_aws_and_one_that_is_gone_is_left_out() {
    let mut plan = wide(5);
    plan.routes[0].operation.path = "/pets/".to_owned();
    let operation = plan.routes[0].operation.clone();
    let of = OperationSettings {
        throttle: Some(Throttle {
            rate: 1.0,
            burst: 1,
        }),
        caching: None,
    };
    let gone = OperationKey::new(operation.method, "/nowhere");
    let wanted = StageSettings {
        operations: [(operation.clone(), of), (gone, of)].into(),
        ..StageSettings::default()
    };
    let changes = publish(&wanted, &plan, &observed(&plan, &LiveStage::default()));
    let Step::UpdateStage(StageMove { patches, .. }) =
        serde_json::from_str(&changes.last().unwrap().payload).unwrap()
    else {
        panic!("{changes:?}");
    };
    let method = operation.method;
    assert_eq!(
        texts(&patches),
        [
            format!("/~1pets/{method}/throttling/burstLimit=1"),
            format!("/~1pets/{method}/throttling/rateLimit=1")
        ]
    );
}
