//! Policies: what may be attached, what it comes to, and what is refused.

use serde_json::{Value, json};

use crate::world::{World, oauth};

#[tokio::test]
async fn a_policy_protects_every_operation_but_those_it_names() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let id = &api["id"];
    let key_manager = world.resident().await;
    let open = world.ok("policies.get", json!({ "api": id })).await;
    assert_eq!(
        open["operations"][0]["security"],
        json!({ "kind": "open", "declared": false })
    );
    let mut policy = oauth(&key_manager, json!({ "GET /notes": { "kind": "public" } }));
    policy["scopes"] = json!(["b", "a", "b"]);
    let view = world
        .ok(
            "policies.attach",
            json!({ "api": id, "edition": 1, "oauth": policy }),
        )
        .await;
    assert_eq!(
        view["operations"][0]["security"],
        json!({ "kind": "open", "declared": true })
    );
    assert_eq!(
        view["operations"][1]["security"],
        json!({ "kind": "token", "scopes": ["a", "b"] })
    );
    assert_eq!(view["edition"], 2);
    let stale = json!({ "api": id, "edition": 1 });
    world
        .refused("policies.detach", stale, "catalog.changed-meanwhile")
        .await;
    let view = world
        .ok("policies.detach", json!({ "api": id, "edition": 2 }))
        .await;
    assert!(view["policies"]["oauth"].is_null());
}

#[tokio::test]
async fn a_policy_that_would_not_hold_is_refused() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let key_manager = world.resident().await;
    let attach = |oauth: Value| json!({ "api": api["id"], "edition": 1, "oauth": oauth });
    let with = |field: &str, value: Value| {
        let mut policy = oauth(&key_manager, json!({}));
        policy[field] = value;
        policy
    };
    let unknown = with(
        "operations",
        json!({ "GET /nowhere": { "kind": "public" } }),
    );
    let fault = world
        .refused("policies.attach", attach(unknown), "policy.invalid")
        .await;
    assert_eq!(fault.facts["operation"], "GET /nowhere");
    let strange = with("key_manager", json!("none"));
    world
        .refused("policies.attach", attach(strange), "catalog.not-found")
        .await;
    for (field, value) in [
        ("audience", json!(" ")),
        ("ttl_seconds", json!(3_601)),
        (
            "aws",
            json!({ "kind": "existing", "lambda_arn": "arn:aws:s3:::bucket", "invoke_role_arn": null }),
        ),
    ] {
        let fault = world
            .refused(
                "policies.attach",
                attach(with(field, value)),
                "request.invalid",
            )
            .await;
        assert!(fault.facts["field"] == field || field == "aws", "{fault:?}");
    }
    let scope = with("scopes", json!(["two words"]));
    world
        .refused("policies.attach", attach(scope), "request.invalid")
        .await;
    assert_eq!(world.edition(&api["id"]).await, 1, "nothing was saved");
}

#[tokio::test]
async fn cross_origin_rules_are_those_browsers_keep() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let cors = |origins: Value, credentials: bool| {
        json!({
            "api": api["id"], "edition": 1, "cors": {
                "allow_origins": origins, "allow_headers": ["Authorization"], "expose_headers": [],
                "allow_credentials": credentials, "max_age_seconds": 60,
            },
        })
    };
    for wrong in [
        cors(json!([]), false),
        cors(json!(["*"]), true),
        cors(json!(["*", "https://a.example"]), false),
        cors(json!(["https://a.example/path"]), false),
        cors(json!(["a.example"]), false),
    ] {
        world
            .refused("policies.set_cors", wrong, "request.invalid")
            .await;
    }
    let mut header = cors(json!(["*"]), false);
    header["cors"]["allow_headers"] = json!(["X-A: b"]);
    world
        .refused("policies.set_cors", header, "request.invalid")
        .await;
    let view = world
        .ok(
            "policies.set_cors",
            cors(json!(["https://a.example"]), true),
        )
        .await;
    assert_eq!(
        view["policies"]["cors"]["allow_origins"],
        json!(["https://a.example"])
    );
    let off = world
        .ok(
            "policies.set_cors",
            json!({ "api": api["id"], "edition": 2, "cors": null }),
        )
        .await;
    assert!(off["policies"]["cors"].is_null());
}

#[tokio::test]
async fn requests_are_checked_when_that_is_asked_and_only_then() {
    let world = World::new().await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let set = |edition: u64, validation: Value| json!({ "api": api["id"], "edition": edition, "validation": validation });
    let view = world
        .ok(
            "policies.set_validation",
            set(1, json!({ "parameters": false, "body": true })),
        )
        .await;
    assert_eq!(
        view["policies"]["validation"],
        json!({ "parameters": false, "body": true })
    );
    world
        .refused(
            "policies.set_validation",
            set(1, json!(null)),
            "catalog.changed-meanwhile",
        )
        .await;
    let local = json!({ "subject": { "from": "api", "api": api["id"] }, "target": "local" });
    let told = |report: &Value| {
        report["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| {
                finding["rule"] == "local-unchecked-requests" && finding["severity"] == "info"
            })
    };
    assert!(told(&world.ok("apis.lint", local.clone()).await));
    let nothing = json!({ "parameters": false, "body": false });
    let view = world.ok("policies.set_validation", set(2, nothing)).await;
    assert!(
        view["policies"]["validation"].is_null(),
        "checking nothing is no policy"
    );
    assert_eq!(view["edition"], 3);
    assert!(!told(&world.ok("apis.lint", local).await));
}
