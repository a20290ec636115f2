//! Gateways: made, changed, tested, served, removed; and every wrong way to say so.

use gw_testkit::free_port;
use serde_json::{Value, json};

use crate::world::{World, access_key, aws_gateway, aws_target, closed, local_gateway};

#[tokio::test]
async fn a_gateway_is_made_shown_and_removed() {
    let world = World::new().await;
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let aws = world
        .ok(
            "gateways.create",
            aws_gateway("prod", "eu-west-1", "prod", "", &key),
        )
        .await;
    let local = world.local("here").await;
    assert_eq!(
        aws["display_name"], "prod",
        "an empty display name is the name"
    );
    assert_eq!(aws["target"]["credentials"]["hint"], "LE12");
    let rows = world.ok("gateways.list", Value::Null).await;
    let names: Vec<&str> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["gateway"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["here", "prod"]);
    let row = world.ok("gateways.get", json!({ "gateway": local })).await;
    assert_eq!(row["serving"]["state"], "stopped");
    world
        .ok("gateways.remove", json!({ "gateway": local }))
        .await;
    world
        .refused(
            "gateways.get",
            json!({ "gateway": local }),
            "catalog.not-found",
        )
        .await;
}

#[tokio::test]
async fn what_cannot_be_a_gateway_is_refused_by_field() {
    let world = World::new().await;
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    world.local("taken").await;
    let fault = world
        .refused(
            "gateways.create",
            local_gateway("taken", 9_000),
            "catalog.duplicate-name",
        )
        .await;
    assert_eq!(fault.facts["name"], "taken");
    world
        .refused(
            "gateways.create",
            aws_gateway("a", "eu-west-99", "prod", "", &key),
            "aws.unknown-region",
        )
        .await;
    let wrong = [
        (
            "name",
            aws_gateway("Not A Name", "eu-west-1", "prod", "", &key),
        ),
        ("stage", aws_gateway("a", "eu-west-1", "pr/od", "", &key)),
        ("stage", aws_gateway("a", "eu-west-1", "", "", &key)),
        (
            "endpoint_url",
            aws_gateway("a", "eu-west-1", "prod", "localhost:4566", &key),
        ),
        (
            "endpoint_url",
            aws_gateway(
                "a",
                "eu-west-1",
                "prod",
                "http://user:pass@127.0.0.1:1",
                &key,
            ),
        ),
        (
            "access_key_id",
            aws_gateway(
                "a",
                "eu-west-1",
                "prod",
                "",
                &access_key("x", "secret", None),
            ),
        ),
        (
            "secret_access_key",
            aws_gateway(
                "a",
                "eu-west-1",
                "prod",
                "",
                &access_key("AKIAEXAMPLE", " ", None),
            ),
        ),
        (
            "credentials",
            aws_gateway("a", "eu-west-1", "prod", "", &json!({ "from": "keep" })),
        ),
        (
            "profile",
            aws_gateway(
                "a",
                "eu-west-1",
                "prod",
                "",
                &json!({ "from": "profile", "profile": "" }),
            ),
        ),
        ("port", local_gateway("a", 0)),
    ];
    for (field, request) in wrong {
        let fault = world
            .refused("gateways.create", request, "request.invalid")
            .await;
        assert_eq!(fault.facts["field"], field, "{fault:?}");
    }
    let rows = world.ok("gateways.list", Value::Null).await;
    assert_eq!(
        rows.as_array().unwrap().len(),
        1,
        "a refused gateway is not half there"
    );
}

#[tokio::test]
async fn an_edit_keeps_the_credentials_until_new_ones_are_typed() {
    let world = World::new().await;
    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let made = world
        .ok(
            "gateways.create",
            aws_gateway("prod", "eu-west-1", "prod", "", &key),
        )
        .await;
    let update = |credentials: Value, stage: &str| {
        json!({
            "gateway": made["id"], "display_name": "Production", "description": "d",
            "target": aws_target("eu-west-1", stage, "", &credentials),
        })
    };
    let kept = world
        .ok("gateways.update", update(json!({ "from": "keep" }), "live"))
        .await;
    assert_eq!(kept["target"]["credentials"], made["target"]["credentials"]);
    assert_eq!(
        (&kept["target"]["stage"], &kept["display_name"]),
        (&json!("live"), &json!("Production"))
    );
    let new = world
        .ok(
            "gateways.update",
            update(access_key("AKIAOTHER0000000NEW1", "s", None), "live"),
        )
        .await;
    assert_eq!(new["target"]["credentials"]["hint"], "NEW1");
    assert_ne!(
        new["target"]["credentials"]["secret"],
        made["target"]["credentials"]["secret"]
    );
    let other_kind = json!({
        "gateway": made["id"], "display_name": "", "description": "", "target": { "kind": "local", "port": null },
    });
    assert_eq!(
        world
            .refused("gateways.update", other_kind, "request.invalid")
            .await
            .facts["field"],
        "target"
    );
}

#[tokio::test]
async fn a_gateway_with_deployments_stays_and_says_which() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    world.publish(&api["id"], &gateway).await;
    let fault = world
        .refused(
            "gateways.remove",
            json!({ "gateway": gateway }),
            "catalog.in-use",
        )
        .await;
    let said = format!("{} {:?}", fault.summary, fault.facts);
    assert!(said.contains("Notes"), "which API is not said: {said}");
    let row = world
        .ok("gateways.get", json!({ "gateway": gateway }))
        .await;
    assert_eq!(row["deployed"][0]["name"], "Notes");
    let fault = world
        .refused("apis.remove", json!({ "api": api["id"] }), "catalog.in-use")
        .await;
    let said = format!("{} {:?}", fault.summary, fault.facts);
    assert!(said.contains("here"), "which gateway is not said: {said}");
    let rows = world.run(&api["id"], &[&gateway], "withdraw").await;
    assert_eq!(rows[0]["outcome"], "withdrawn");
    world
        .ok("gateways.remove", json!({ "gateway": gateway }))
        .await;
}

#[tokio::test]
async fn a_test_says_who_we_are_or_what_is_in_the_way() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    world
        .refused(
            "gateways.test",
            json!({ "gateway": gateway }),
            "local.not-serving",
        )
        .await;
    let serving = world
        .ok("gateways.start", json!({ "gateway": gateway }))
        .await;
    assert_eq!(serving["state"], "here");
    let test = world
        .ok("gateways.test", json!({ "gateway": gateway }))
        .await;
    assert_eq!(test["identity"]["account"], "this machine");
    let row = world
        .ok("gateways.get", json!({ "gateway": gateway }))
        .await;
    assert_eq!(
        row["last_test"]["account"], "this machine",
        "the last test is remembered"
    );

    let target = aws_target(
        "eu-west-1",
        "prod",
        &closed(),
        &access_key("AKIAEXAMPLE", "secret", None),
    );
    let fault = world
        .refused(
            "gateways.test_target",
            json!({ "gateway": null, "target": target }),
            "network.unreachable",
        )
        .await;
    assert!(
        fault.summary.contains("127.0.0.1"),
        "where is not said: {fault:?}"
    );
    let profile = json!({ "from": "profile", "profile": "no-such-profile-anywhere" });
    let target = aws_target("eu-west-1", "prod", &closed(), &profile);
    world
        .refused(
            "gateways.test_target",
            json!({ "gateway": null, "target": target }),
            "aws.profile-unusable",
        )
        .await;
}

#[tokio::test]
async fn a_local_gateway_is_served_once_and_a_taken_port_is_named() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let first = world
        .ok("gateways.start", json!({ "gateway": gateway }))
        .await;
    let again = world
        .ok("gateways.start", json!({ "gateway": gateway }))
        .await;
    assert_eq!(first, again);
    let stopped = world
        .ok("gateways.stop", json!({ "gateway": gateway }))
        .await;
    assert_eq!(stopped["state"], "stopped");

    let other = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port();
    let taken = world
        .ok("gateways.create", local_gateway("taken", port))
        .await["id"]
        .clone();
    let fault = world
        .refused(
            "gateways.start",
            json!({ "gateway": taken }),
            "local.port-in-use",
        )
        .await;
    assert!(fault.summary.contains(&port.to_string()), "{fault:?}");
    let row = world.ok("gateways.get", json!({ "gateway": taken })).await;
    assert_eq!(
        row["serving"]["fault"]["code"], "local.port-in-use",
        "the page shows why"
    );
    drop(other);
    assert_eq!(
        world
            .ok("gateways.start", json!({ "gateway": taken }))
            .await["state"],
        "here"
    );

    let key = access_key("AKIAEXAMPLEEXAMPLE12", "secret", None);
    let aws = world
        .ok(
            "gateways.create",
            aws_gateway("prod", "eu-west-1", "prod", "", &key),
        )
        .await["id"]
        .clone();
    world
        .refused(
            "gateways.start",
            json!({ "gateway": aws }),
            "local.not-serving",
        )
        .await;
}

#[tokio::test]
async fn a_deployed_local_gateway_is_reached_on_its_new_port() {
    let world = World::new().await;
    let gateway = world.local("here").await;
    let api = world.notes(json!({ "kind": "mock" })).await;
    world.publish(&api["id"], &gateway).await;
    let port = free_port().unwrap();
    let update = json!({
        "gateway": gateway, "display_name": "", "description": "", "target": { "kind": "local", "port": port },
    });
    let moved = world.ok("gateways.update", update).await;
    assert_eq!(moved["target"]["port"], port);
    let answer = world
        .ok("console.send", json!({ "exchange": "e", "request": crate::world::request(&api["id"], &gateway, "GET", "/notes") }))
        .await;
    assert_eq!(
        answer["status"], 200,
        "what is deployed is reached on the new port: {answer}"
    );
    let cells = world.ok("deployments.placements", Value::Null).await;
    assert!(
        cells[0]["invoke_url"]
            .as_str()
            .unwrap()
            .contains(&format!(":{port}/")),
        "{cells}"
    );
    let detail = world
        .ok(
            "console.history_entry",
            json!({ "history": answer["history"] }),
        )
        .await;
    assert_eq!(detail["request"]["path"], "/notes");
}

#[tokio::test]
async fn regions_and_profiles_are_lists_to_choose_from() {
    let world = World::new().await;
    let regions = world.ok("gateways.regions", Value::Null).await;
    assert!(
        regions
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["id"] == "eu-west-1" && row["name"] == "Europe (Ireland)")
    );
    assert!(world.ok("gateways.profiles", Value::Null).await.is_array());
}
