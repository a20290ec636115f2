//! Drift of a stage's settings: what AWS fills in, what was wanted, what was set by hand.

use gw_aws::picture::{self, Serves, stage_facets};
use gw_connector::compare;
use serde_json::{Value, json};

use crate::decorated::{Dice, answers};
use crate::drift::{aws, imported, known};

#[test]
fn settings_aws_fills_in_are_not_set_and_others_are_told() {
    let filled = json!({
        "deploymentId": "d1", "description": "gatewright plan=p build=b mark=m deployment=d1",
        "methodSettings": {"*/*": {"metricsEnabled": false, "loggingLevel": "OFF", "dataTraceEnabled": false,
            "throttlingBurstLimit": 5000, "throttlingRateLimit": 10000.0, "cachingEnabled": false, "cacheTtlInSeconds": 300}},
    });
    let target = gw_connector::Target {
        known_digest: Some("p".to_owned()),
        ..known()
    };
    let expected = picture::expected(&gw_aws_import::samples::pets(), &target, &aws());
    let told = |stage: &Value| {
        let serves = Serves::of(stage, Some("p"), None);
        let mut seen = answers(
            &imported(&gw_aws_import::samples::pets()),
            "api_1",
            &mut Dice(1),
        );
        seen.stage = stage_facets(stage, &serves, Some("p"));
        (seen.function, seen.role, seen.permission) = (Some(true), Some(true), Some(true));
        let found = compare(&expected, &seen.picture(&aws()));
        found
            .into_iter()
            .map(|drift| drift.sentence)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&filled), [""; 0]);
    let mut set = filled;
    set["methodSettings"]["*/*"]["throttlingRateLimit"] = json!(5);
    set["methodSettings"]["pets/GET"] = json!({"loggingLevel": "INFO"});
    set["tracingEnabled"] = json!(true);
    set["canarySettings"] = json!({"deploymentId": "d9", "percentTraffic": 10.0});
    let mut found = told(&set);
    found.sort();
    assert_eq!(
        found,
        [
            "The stage is otherwise in its canary",
            "The stage is otherwise in its logging",
            "The stage is otherwise in its throttling",
            "The stage traces calls",
        ]
    );
}

#[test]
fn what_is_wanted_of_a_stage_is_compared_with_what_it_has() {
    let wanted = json!({
        "variables": {"a": "1", "gone": null}, "throttle": {"rate": 5, "burst": 10}, "logging": "error", "tracing": true,
        "operations": {"POST /pets": {"throttle": {"rate": 1, "burst": 2}}},
        "access_log": {"kind": "on", "destination": "arn:aws:logs:x", "format": "f"},
    });
    let target = gw_connector::Target {
        known_digest: Some("p".to_owned()),
        settings: serde_json::from_value(wanted).unwrap(),
        ..known()
    };
    let expected = picture::expected(&gw_aws_import::samples::pets(), &target, &aws());
    // As AWS answers a stage that was set so: every field of an entry, keys as they were first written.
    let entry = |rate: u32, burst: u32| {
        json!({"metricsEnabled": false, "loggingLevel": "ERROR", "dataTraceEnabled": false,
            "throttlingBurstLimit": burst, "throttlingRateLimit": rate, "cachingEnabled": false, "cacheTtlInSeconds": 300})
    };
    let stage = json!({
        "deploymentId": "d1", "description": "gatewright plan=p build=b mark=m deployment=d1", "tracingEnabled": true,
        "variables": {"a": "1"}, "methodSettings": {"*/*": entry(5, 10), "pets/POST": entry(1, 2)},
        "accessLogSettings": {"destinationArn": "arn:aws:logs:x", "format": "f"},
    });
    let told = |stage: &Value| {
        let serves = Serves::of(stage, Some("p"), None);
        let mut seen = answers(
            &imported(&gw_aws_import::samples::pets()),
            "api_1",
            &mut Dice(1),
        );
        seen.stage = stage_facets(stage, &serves, Some("p"));
        (seen.function, seen.role, seen.permission) = (Some(true), Some(true), Some(true));
        let found = compare(&expected, &seen.picture(&aws()));
        let mut said: Vec<String> = found.into_iter().map(|drift| drift.sentence).collect();
        said.sort();
        said
    };
    assert_eq!(told(&stage), [""; 0]);
    let mut by_hand = stage;
    by_hand["variables"] = json!({"a": "2", "gone": "back"});
    by_hand["methodSettings"]["pets/POST"]["throttlingRateLimit"] = json!(100);
    by_hand["methodSettings"]["*/*"]["loggingLevel"] = json!("OFF");
    by_hand["tracingEnabled"] = json!(false);
    assert_eq!(
        told(&by_hand),
        [
            "The stage has the new variable 'gone' and has another value in the variable 'a'",
            "The stage is otherwise in its logging",
            "The stage is otherwise in its throttling",
            "The stage no longer traces calls",
        ]
    );
}
