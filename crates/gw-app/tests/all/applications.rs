//! Applications and their tokens.

use gw_app::applications::wait_for_sign_in;
use serde_json::{Value, json};

use crate::world::{World, application};

#[tokio::test]
async fn the_resident_key_manager_makes_id_and_secret_and_gives_tokens() {
    let world = World::new().await;
    let key_manager = world.resident().await;
    let made = world
        .ok("applications.create", application("client", &key_manager))
        .await;
    let client_id = made["client_id"].as_str().unwrap();
    assert!(
        client_id.starts_with("client-") && client_id.len() > "client-".len(),
        "{client_id}"
    );
    assert!(
        made["secret"].is_string(),
        "the record names where the secret lies: {made}"
    );
    world
        .refused(
            "applications.create",
            application("client", &key_manager),
            "catalog.duplicate-name",
        )
        .await;

    let id = json!({ "application": made["id"] });
    world
        .refused("applications.reveal_token", id.clone(), "catalog.not-found")
        .await;
    let state = world
        .ok(
            "applications.token",
            json!({ "application": made["id"], "scopes": [], "audience": null }),
        )
        .await;
    assert_eq!(state["scopes"], json!(["notes:read"]));
    let claims: Value = serde_json::from_str(state["claims"].as_str().unwrap()).unwrap();
    assert!(
        claims["aud"].to_string().contains("https://notes.example"),
        "{claims}"
    );
    let token = world.ok("applications.reveal_token", id.clone()).await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(token.split('.').count(), 3);
    assert!(
        !state.to_string().contains(&token),
        "a state shows no token"
    );
    let rows = world.ok("applications.list", Value::Null).await;
    assert_eq!(
        (&rows[0]["key_manager_name"], &rows[0]["token"]["scopes"]),
        (&json!("resident"), &state["scopes"])
    );

    world.ok("applications.forget_token", id.clone()).await;
    world
        .refused("applications.reveal_token", id.clone(), "catalog.not-found")
        .await;
    world.ok("applications.remove", id.clone()).await;
    let ask = json!({ "application": made["id"], "scopes": [], "audience": null });
    world
        .refused("applications.token", ask, "catalog.not-found")
        .await;
}

#[tokio::test]
async fn a_scope_beyond_the_applications_own_is_refused() {
    let world = World::new().await;
    let key_manager = world.resident().await;
    let made = world
        .ok("applications.create", application("client", &key_manager))
        .await;
    let ask = json!({ "application": made["id"], "scopes": ["notes:admin"], "audience": null });
    world
        .refused("applications.token", ask, "identity.scope-refused")
        .await;
}

#[tokio::test]
async fn a_public_client_signs_in_and_can_be_stopped() {
    let world = World::new().await;
    let key_manager = world.resident().await;
    let mut public = application("spa", &key_manager);
    public["authentication"] = json!("none");
    let made = world.ok("applications.create", public).await;
    assert!(made["secret"].is_null());
    let ask = json!({ "application": made["id"], "scopes": [], "audience": null });
    world
        .refused("applications.token", ask, "identity.unsupported")
        .await;

    let begin = json!({ "application": made["id"], "scopes": [], "redirect_port": null });
    let begun = world.ok("applications.sign_in", begin).await;
    let url = begun["url"].as_str().unwrap();
    assert!(
        url.contains("code_challenge_method=S256") && url.contains("state="),
        "{url}"
    );
    assert!(
        begun["redirect_uri"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    let name = begun["sign_in"].as_str().unwrap();
    let app = world.app.clone();
    let waiting = {
        let name = name.to_owned();
        // Joined below, so the wait begins before the cancel ends it.
        let wait = async move { wait_for_sign_in(&app, &name).await };
        let mut wait = Box::pin(wait);
        assert!(futures::poll!(&mut wait).is_pending());
        wait
    };
    world
        .ok(
            "applications.end_sign_in",
            json!({ "sign_in": name, "redirect_url": null }),
        )
        .await;
    let fault = waiting.await.unwrap_err();
    assert_eq!(fault.code.as_str(), "request.cancelled", "{fault:?}");
    let over = json!({ "sign_in": "never-begun", "redirect_url": null });
    world
        .refused("applications.end_sign_in", over, "request.invalid")
        .await;
}

#[tokio::test]
async fn an_address_that_is_not_the_redirect_is_refused() {
    let world = World::new().await;
    let key_manager = world.resident().await;
    let mut public = application("spa", &key_manager);
    public["authentication"] = json!("none");
    let made = world.ok("applications.create", public).await;
    let begin = json!({ "application": made["id"], "scopes": [], "redirect_port": null });
    let begun = world.ok("applications.sign_in", begin).await;
    let pasted = json!({ "sign_in": begun["sign_in"], "redirect_url": "not an address" });
    assert!(
        world
            .call("applications.end_sign_in", pasted)
            .await
            .is_err()
    );
    world
        .ok(
            "applications.end_sign_in",
            json!({ "sign_in": begun["sign_in"], "redirect_url": null }),
        )
        .await;
}
