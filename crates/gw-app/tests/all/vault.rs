//! The vault file: chosen, opened, refused.

use gw_app::VaultUse;
use gw_testkit::Sandbox;
use serde_json::{Value, json};

use crate::world::{World, access_key, application, aws_gateway};

const PASSPHRASE: &str = "correct horse battery staple";

#[tokio::test]
async fn a_vault_file_keeps_secrets_for_the_next_start() {
    let world = World::opened(Sandbox::new().unwrap(), VaultUse::Chosen, None)
        .await
        .unwrap();
    world
        .refused(
            "vault.create_file",
            json!({ "passphrase": "short" }),
            "request.invalid",
        )
        .await;
    let status = world
        .ok("vault.create_file", json!({ "passphrase": PASSPHRASE }))
        .await;
    assert_eq!(
        (&status["kind"], &status["locked"]),
        (&json!("file"), &json!(false)),
        "{status}"
    );
    let key_manager = world.resident().await;
    let made = world
        .ok("applications.create", application("client", &key_manager))
        .await;
    let ask = json!({ "application": made["id"], "scopes": [], "audience": null });
    world.ok("applications.token", ask.clone()).await;
    let World { sandbox, app, .. } = world;
    drop(app);

    let world = World::opened(sandbox, VaultUse::Chosen, None)
        .await
        .unwrap();
    let status = world.ok("app.status", Value::Null).await;
    assert_eq!(status["vault"]["locked"], true);
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    world
        .refused(
            "gateways.create",
            aws_gateway("prod", "eu-west-1", "prod", "", &key),
            "vault.locked",
        )
        .await;
    assert_eq!(
        world.ok("gateways.list", Value::Null).await,
        json!([]),
        "a refused gateway is not half there"
    );
    world
        .refused("applications.token", ask.clone(), "vault.locked")
        .await;
    world
        .refused(
            "vault.unlock",
            json!({ "passphrase": "not the passphrase" }),
            "vault.wrong-passphrase",
        )
        .await;
    world
        .ok("vault.unlock", json!({ "passphrase": PASSPHRASE }))
        .await;
    world.ok("applications.token", ask).await;
    let World { sandbox, app, .. } = world;
    drop(app);

    let wrong = World::opened(sandbox, VaultUse::Chosen, Some("not the passphrase")).await;
    assert_eq!(wrong.err().unwrap().code.as_str(), "vault.wrong-passphrase");
}

#[tokio::test]
async fn memory_is_not_mixed_with_files_or_keychains() {
    let world = World::new().await;
    let status = world.ok("app.status", Value::Null).await;
    assert_eq!(status["vault"]["kind"], "memory");
    for (name, request) in [
        ("vault.create_file", json!({ "passphrase": PASSPHRASE })),
        ("vault.use_keychain", json!({})),
    ] {
        let fault = world.call(name, request).await.unwrap_err();
        assert!(!fault.advice.is_empty(), "{fault:?}");
    }
    assert_eq!(
        world.ok("app.status", Value::Null).await["vault"]["kind"],
        "memory"
    );
}
