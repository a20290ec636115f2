//! Every command of the table, dispatched. A command without a line here fails the test.

use std::collections::BTreeSet;

use gw_app::commands::TABLE;
use gw_testkit::OidcProvider;
use serde_json::{Value, json};

use crate::world::{
    NOTES, World, access_key, aws_gateway, aws_target, closed, local_gateway, request,
};

#[tokio::test]
async fn every_command_does_what_it_is_asked() {
    let provider = tokio::task::spawn_blocking(OidcProvider::start)
        .await
        .unwrap()
        .unwrap();
    let world = World::new().await;
    vault(&world).await;
    let sample = world.sample().await;
    gateways(&world).await;
    apis(&world).await;
    key_managers(&world, provider.issuer()).await;
    deployments(&world, &sample).await;
    applications(&world, &sample).await;
    console(&world, &sample).await;

    let called: BTreeSet<String> = world
        .said()
        .into_iter()
        .map(|said| said.by)
        .filter(|by| by != "event")
        .collect();
    let known: BTreeSet<String> = TABLE
        .iter()
        .map(|command| command.name.to_owned())
        .collect();
    assert_eq!(called, known);
}

async fn vault(world: &World) {
    world.ok("app.status", Value::Null).await;
    // What these do on a real home is in the tests of the vault; memory has no place for a choice.
    for name in ["vault.create_file", "vault.unlock", "vault.use_keychain"] {
        let request = if name == "vault.use_keychain" {
            json!({})
        } else {
            json!({ "passphrase": "long enough for a file" })
        };
        let _ = world.call(name, request).await;
        assert_eq!(
            world.ok("app.status", Value::Null).await["vault"]["kind"],
            "memory",
            "{name} changed where secrets go"
        );
    }
}

async fn gateways(world: &World) {
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let aws = world
        .ok(
            "gateways.create",
            aws_gateway("prod", "eu-west-1", "prod", &closed(), &key),
        )
        .await;
    let id = json!({ "gateway": aws["id"] });
    world.ok("gateways.list", Value::Null).await;
    world.ok("gateways.get", id.clone()).await;
    let keep = aws_target("eu-west-1", "prod", &closed(), &json!({ "from": "keep" }));
    let update =
        json!({ "gateway": aws["id"], "display_name": "P", "description": "", "target": keep });
    world.ok("gateways.update", update).await;
    world
        .refused("gateways.test", id.clone(), "network.unreachable")
        .await;
    let keep = aws_target("eu-west-1", "prod", &closed(), &json!({ "from": "keep" }));
    world
        .refused(
            "gateways.test_target",
            json!({ "gateway": aws["id"], "target": keep }),
            "network.unreachable",
        )
        .await;
    world.ok("gateways.removal", id.clone()).await;
    world
        .refused("discovery.list", id.clone(), "network.unreachable")
        .await;
    let api = json!({ "id": "abc123", "protocol": "rest" });
    let stages = json!({ "gateway": aws["id"], "apis": [api] });
    let stages = world.ok("discovery.stages", stages).await;
    assert_eq!(stages[0]["fault"]["code"], "network.unreachable");
    let import = json!({
        "gateway": aws["id"], "id": "abc123", "protocol": null, "stage": null, "name": null, "version": null,
        "document_only": false,
    });
    world
        .refused("discovery.import", import, "network.unreachable")
        .await;
    world.ok("gateways.regions", Value::Null).await;
    world.ok("gateways.profiles", Value::Null).await;
    world.ok("gateways.remove", id).await;
    let port = gw_testkit::free_port().unwrap();
    let local = json!({ "gateway": world.ok("gateways.create", local_gateway("second", port)).await["id"] });
    world.ok("gateways.start", local.clone()).await;
    world.ok("gateways.stop", local.clone()).await;
    world.ok("gateways.remove", local).await;
}

async fn apis(world: &World) {
    let create = json!({ "name": "Made", "version": "1", "base_path": "/made", "backend": { "kind": "mock" } });
    let made = world.ok("apis.create", create).await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    let id = json!({ "api": api["id"] });
    world.ok("apis.list", Value::Null).await;
    world.ok("apis.get", id.clone()).await;
    world.ok("apis.document", id.clone()).await;
    let update = json!({
        "api": api["id"], "edition": 1, "name": "Notes", "version": "1.0.1", "base_path": "/notes", "backend": { "kind": "mock" },
    });
    world.ok("apis.update", update).await;
    world
        .ok(
            "apis.save_document",
            json!({ "api": api["id"], "edition": 2, "text": NOTES }),
        )
        .await;
    world
        .ok(
            "apis.export",
            json!({ "api": api["id"], "format": "openapi" }),
        )
        .await;
    world
        .ok(
            "apis.lint",
            json!({ "subject": { "from": "api", "api": api["id"] } }),
        )
        .await;
    let draft = json!({ "draft": "one", "version": 1, "api": api["id"], "text": NOTES, "changes": [], "target": null });
    world.ok("apis.lint_draft", draft).await;
    world
        .ok("apis.close_draft", json!({ "draft": "one" }))
        .await;
    let all = json!({ "subject": { "from": "api", "api": api["id"] }, "target": null, "what": { "fix": "all" } });
    world.ok("apis.fix", all).await;
    // The text was saved as it is, so there is nothing to take back.
    world
        .refused(
            "apis.undo",
            json!({ "api": api["id"], "edition": 3 }),
            "request.invalid",
        )
        .await;
    world
        .ok(
            "apis.explain",
            json!({ "message": "No integration defined for method", "api": api["id"] }),
        )
        .await;
    let form = world
        .ok(
            "operations.get",
            json!({ "api": api["id"], "operation": "GET /notes" }),
        )
        .await;
    let put = json!({ "api": api["id"], "edition": 3, "replaces": "GET /notes", "form": form });
    world.ok("operations.put", put).await;
    world
        .ok(
            "operations.remove",
            json!({ "api": api["id"], "edition": 4, "operation": "GET /notes" }),
        )
        .await;
    let key_manager = world.resident().await;
    let policy = crate::world::oauth(&key_manager, json!({}));
    world
        .ok(
            "policies.attach",
            json!({ "api": api["id"], "edition": 5, "oauth": policy }),
        )
        .await;
    world.ok("policies.get", id.clone()).await;
    world
        .ok(
            "policies.set_cors",
            json!({ "api": api["id"], "edition": 6, "cors": null }),
        )
        .await;
    world
        .ok(
            "policies.set_validation",
            json!({ "api": api["id"], "edition": 7, "validation": null }),
        )
        .await;
    world
        .ok("policies.detach", json!({ "api": api["id"], "edition": 8 }))
        .await;
    world.ok("apis.removal", json!({ "api": made["id"] })).await;
    world.ok("apis.remove", json!({ "api": made["id"] })).await;
}

async fn key_managers(world: &World, issuer: &str) {
    let found = world
        .ok("key_managers.discover", json!({ "url": issuer }))
        .await;
    let input = json!({
        "name": "idp", "display_name": "", "kind": "oidc", "issuer": found["issuer"], "jwks_uri": found["jwks_uri"],
        "token_endpoint": found["token_endpoint"], "authorization_endpoint": found["authorization_endpoint"],
        "algorithms": found["algorithms"],
    });
    let made = world.ok("key_managers.create", input.clone()).await;
    let id = json!({ "key_manager": made["id"] });
    world.ok("key_managers.presets", Value::Null).await;
    world.ok("key_managers.list", Value::Null).await;
    world.ok("key_managers.get", id.clone()).await;
    world.ok("key_managers.check", id.clone()).await;
    world
        .ok(
            "key_managers.update",
            json!({ "key_manager": made["id"], "input": input }),
        )
        .await;
    world.ok("key_managers.remove", id).await;
}

async fn deployments(world: &World, sample: &Value) {
    let rows = world
        .run(&sample["api"], &[&sample["gateway"]], "publish")
        .await;
    let stage = json!({ "api": sample["api"], "gateway": sample["gateway"] });
    world.ok("stages.get", stage.clone()).await;
    world.ok("domains.list", stage.clone()).await;
    let mut mapping = stage.clone();
    mapping["domain"] = json!("api.example.com");
    mapping["base_path"] = json!("");
    for name in ["domains.map", "domains.unmap"] {
        world
            .refused(name, mapping.clone(), "request.invalid")
            .await;
    }
    let mut nothing = stage;
    nothing["settings"] = json!({});
    world.ok("stages.set", nothing).await;
    let run = json!({ "deployment": rows[0]["deployment"] });
    world.ok("deployments.list", Value::Null).await;
    world.ok("deployments.placements", Value::Null).await;
    let place = json!({ "api": sample["api"], "gateway": sample["gateway"] });
    world.ok("deployments.traces", place.clone()).await;
    let later =
        json!({ "api": sample["api"], "gateways": [sample["gateway"]], "consents": ["withdraw"] });
    world.ok("deployments.later", later).await;
    world.ok("deployments.drop_pending", place).await;
    assert_eq!(
        world.ok("deployments.pending", Value::Null).await,
        json!([])
    );
    assert_eq!(world.ok("deployments.resume", Value::Null).await, json!([]));
    // The sample is called below, so something else is forgotten.
    let other = world.notes(json!({ "kind": "mock" })).await["id"].clone();
    let place = json!({ "api": other, "gateway": sample["gateway"] });
    world.ok("deployments.forget", place).await;
    let there = json!({ "api": sample["api"], "gateway": sample["gateway"] });
    world.ok("deployments.kept", there).await;
    world
        .ok("deployments.revisions", json!({ "api": sample["api"] }))
        .await;
    let diff = json!({ "api": sample["api"], "gateway": sample["gateway"], "from": "live", "to": "working" });
    world.ok("deployments.diff", diff).await;
    world.ok("deployments.set_keep", json!({ "keep": 5 })).await;
    world.ok("deployments.cancel", run.clone()).await;
    let place = json!({ "api": sample["api"], "gateway": sample["gateway"] });
    let report = world.ok("drift.check", place.clone()).await;
    world.ok("drift.list", place).await;
    let edition = report["places"][0]["edition"].clone();
    let nothing = json!({ "api": sample["api"], "gateway": sample["gateway"], "keys": [], "edition": edition });
    world
        .refused("drift.adopt", nothing, "request.invalid")
        .await;
    let key = json!({ "api": sample["api"], "gateway": sample["gateway"], "key": "nothing", "ignore": false });
    world.ok("drift.ignore", key).await;
    // A run that ended well has nothing to recover, and stays as it ended.
    let _ = world.call("deployments.recover", run.clone()).await;
    assert_eq!(
        world.ok("deployments.get", run).await["row"]["outcome"],
        "live"
    );
}

async fn applications(world: &World, sample: &Value) {
    let key_manager = world.resident().await;
    let made = world
        .ok(
            "applications.create",
            crate::world::application("client", &key_manager),
        )
        .await;
    let mut input = crate::world::application("client", &key_manager);
    input["scopes"] = json!(["notes:write"]);
    world
        .ok(
            "applications.update",
            json!({ "application": made["id"], "input": input }),
        )
        .await;
    world.ok("applications.list", Value::Null).await;
    let id = json!({ "application": made["id"] });
    world
        .ok(
            "applications.token",
            json!({ "application": made["id"], "scopes": [], "audience": null }),
        )
        .await;
    world.ok("applications.reveal_token", id.clone()).await;
    world.ok("applications.forget_token", id.clone()).await;
    let begun = world
        .ok(
            "applications.sign_in",
            json!({ "application": sample["application"], "scopes": [], "redirect_port": null }),
        )
        .await;
    world
        .ok(
            "applications.end_sign_in",
            json!({ "sign_in": begun["sign_in"], "redirect_url": null }),
        )
        .await;
    world.ok("applications.remove", id).await;
}

async fn console(world: &World, sample: &Value) {
    let prepare =
        json!({ "api": sample["api"], "gateway": sample["gateway"], "operation": "GET /pets" });
    world.ok("console.prepare", prepare).await;
    let mut request = request(&sample["api"], &sample["gateway"], "GET", "/pets");
    request["application"] = sample["application"].clone();
    world.ok("console.curl", request.clone()).await;
    let answer = world
        .ok(
            "console.send",
            json!({ "exchange": "e", "request": request }),
        )
        .await;
    assert_eq!(answer["status"], 200);
    world.ok("console.cancel", json!({ "exchange": "e" })).await;
    world.ok("console.history", Value::Null).await;
    world
        .ok(
            "console.history_entry",
            json!({ "history": answer["history"] }),
        )
        .await;
    world.ok("console.clear_history", Value::Null).await;
}
