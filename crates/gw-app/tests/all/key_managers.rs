//! Key managers: discovered live, registered, in use, removed.

use gw_testkit::OidcProvider;
use serde_json::{Value, json};

use crate::world::{World, application, closed, oauth};

fn input(name: &str, found: &Value) -> Value {
    json!({
        "name": name, "display_name": "", "kind": "oidc", "issuer": found["issuer"], "jwks_uri": found["jwks_uri"],
        "token_endpoint": found["token_endpoint"], "authorization_endpoint": found["authorization_endpoint"],
        "algorithms": found["algorithms"],
    })
}

#[tokio::test]
async fn a_provider_is_discovered_registered_and_asked_for_a_token() {
    let provider = tokio::task::spawn_blocking(OidcProvider::start)
        .await
        .unwrap()
        .unwrap();
    let world = World::new().await;
    let found = world
        .ok("key_managers.discover", json!({ "url": provider.issuer() }))
        .await;
    assert_eq!(
        (&found["issuer"], &found["token_endpoint"]),
        (&json!(provider.issuer()), &json!(provider.token_endpoint()))
    );
    assert!(found["keys"].as_u64().unwrap() >= 1);
    let by_document = format!("{}/.well-known/openid-configuration", provider.issuer());
    assert_eq!(
        world
            .ok("key_managers.discover", json!({ "url": by_document }))
            .await,
        found
    );

    let made = world
        .ok("key_managers.create", input("corporate", &found))
        .await;
    world
        .refused(
            "key_managers.create",
            input("corporate", &found),
            "catalog.duplicate-name",
        )
        .await;
    let live = world
        .ok("key_managers.check", json!({ "key_manager": made["id"] }))
        .await;
    assert_eq!(live["keys"], found["keys"]);

    let mut client = application("svc", &made["id"]);
    client["scopes"] = json!(["pets:read"]);
    client["audience"] = json!(gw_testkit::DEFAULT_AUDIENCE);
    let fault = world
        .refused("applications.create", client.clone(), "request.invalid")
        .await;
    assert_eq!(
        fault.facts["field"], "client_id",
        "only the resident key manager makes one up"
    );
    client["client_id"] = json!("svc");
    let fault = world
        .refused("applications.create", client.clone(), "request.invalid")
        .await;
    assert_eq!(fault.facts["field"], "secret");
    client["secret"] = json!("wrong-secret");
    let app = world.ok("applications.create", client).await;
    let ask = json!({ "application": app["id"], "scopes": [], "audience": null });
    world
        .refused("applications.token", ask.clone(), "identity.client-refused")
        .await;
    let update = json!({ "application": app["id"], "input": {
        "name": "", "key_manager": made["id"], "client_id": "svc", "authentication": "client_secret_basic",
        "secret": "svc-secret", "scopes": ["pets:read"], "audience": gw_testkit::DEFAULT_AUDIENCE,
    } });
    world.ok("applications.update", update).await;
    let token = world.ok("applications.token", ask).await;
    assert_eq!(token["scopes"], json!(["pets:read"]));

    let api = world.notes(json!({ "kind": "mock" })).await;
    let attach = json!({ "api": api["id"], "edition": 1, "oauth": oauth(&made["id"], json!({})) });
    world.ok("policies.attach", attach).await;
    let row = world
        .ok("key_managers.get", json!({ "key_manager": made["id"] }))
        .await;
    assert_eq!(row["applications"], json!(["svc"]));
    assert!(row["apis"][0].as_str().unwrap().contains("Notes"), "{row}");
    let fault = world
        .refused(
            "key_managers.remove",
            json!({ "key_manager": made["id"] }),
            "catalog.in-use",
        )
        .await;
    let said = format!("{} {:?}", fault.summary, fault.facts);
    assert!(
        said.contains("svc") || said.contains("Notes"),
        "by what is not said: {said}"
    );
    world
        .ok("applications.remove", json!({ "application": app["id"] }))
        .await;
    world
        .refused(
            "key_managers.remove",
            json!({ "key_manager": made["id"] }),
            "catalog.in-use",
        )
        .await;
    world
        .ok("policies.detach", json!({ "api": api["id"], "edition": 2 }))
        .await;
    world
        .ok("key_managers.remove", json!({ "key_manager": made["id"] }))
        .await;
}

#[tokio::test]
async fn what_does_not_answer_or_is_not_secure_is_refused() {
    let world = World::new().await;
    let nobody = closed();
    let fault = world
        .call("key_managers.discover", json!({ "url": nobody }))
        .await
        .unwrap_err();
    assert_eq!(fault.code.as_str(), "network.unreachable", "{fault:?}");
    let backend = gw_testkit::Backend::start().unwrap();
    let fault = world
        .call("key_managers.discover", json!({ "url": backend.url() }))
        .await
        .unwrap_err();
    assert_eq!(
        fault.code.as_str(),
        "identity.discovery-failed",
        "{fault:?}"
    );
    let good = json!({
        "issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks",
        "token_endpoint": "https://idp.example/token", "authorization_endpoint": null, "algorithms": ["RS256"],
    });
    let with = |field: &str, value: Value| {
        let mut input = input("idp", &good);
        input[field] = value;
        input
    };
    for (field, value) in [
        ("issuer", json!("http://idp.example")),
        ("jwks_uri", json!("idp.example/jwks")),
        ("token_endpoint", json!("http://10.0.0.1/token")),
        ("authorization_endpoint", json!("ftp://idp.example")),
        ("algorithms", json!([])),
        ("algorithms", json!(["none"])),
        ("algorithms", json!(["HS256"])),
        ("kind", json!("resident")),
    ] {
        let fault = world
            .refused("key_managers.create", with(field, value), "request.invalid")
            .await;
        assert_eq!(fault.facts["field"], field);
    }
    let made = world.ok("key_managers.create", input("idp", &good)).await;
    let mut update = input("idp", &good);
    update["display_name"] = json!("The provider");
    let update = json!({ "key_manager": made["id"], "input": update });
    assert_eq!(
        world.ok("key_managers.update", update).await["display_name"],
        "The provider"
    );
}

#[tokio::test]
async fn the_resident_one_is_there_from_the_start_and_stays() {
    let world = World::new().await;
    let id = world.resident().await;
    let before = world
        .ok("key_managers.get", json!({ "key_manager": id }))
        .await;
    assert_eq!(before["serving"]["state"], "stopped");
    let live = world
        .ok("key_managers.check", json!({ "key_manager": id }))
        .await;
    assert_eq!(
        (&live["issuer"], &live["keys"]),
        (&before["key_manager"]["issuer"], &json!(1))
    );
    world
        .refused(
            "key_managers.remove",
            json!({ "key_manager": id }),
            "catalog.in-use",
        )
        .await;
    let update = json!({ "key_manager": id, "input": input("resident", &live) });
    world
        .refused("key_managers.update", update, "request.invalid")
        .await;
    let issuer = before["key_manager"]["issuer"].clone();
    let world = world.reopened().await;
    let id = world.resident().await;
    let again = world
        .ok("key_managers.get", json!({ "key_manager": id }))
        .await;
    assert_eq!(
        again["key_manager"]["issuer"], issuer,
        "tokens name it: it must stay"
    );
}

#[tokio::test]
async fn presets_say_what_to_fill_in() {
    let world = World::new().await;
    let presets = world.ok("key_managers.presets", Value::Null).await;
    let text = presets.to_string();
    for title in [
        "Auth0", "Okta", "Entra", "Google", "Cognito", "Keycloak", "WSO2",
    ] {
        assert!(text.contains(title), "{title} has no preset");
    }
    for preset in presets.as_array().unwrap() {
        let template = preset["issuer_template"].as_str().unwrap();
        for field in preset["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert!(
                template.contains(&format!("{{{name}}}")),
                "{template} has no {name}"
            );
        }
    }
}
