//! The console: prefilled, sent, cancelled, shown as curl, remembered.

use std::time::Duration;

use gw_testkit::{Answer, Backend};
use serde_json::{Value, json};

use crate::world::{World, request};

#[tokio::test]
async fn the_form_is_filled_from_the_schema_and_what_is_sent_arrives() {
    let world = World::new().await;
    let backend = Backend::start().unwrap();
    let gateway = world.local("here").await;
    let api = world
        .notes(json!({ "kind": "http", "url": backend.url() }))
        .await;
    let ask =
        |operation: &str| json!({ "api": api["id"], "gateway": gateway, "operation": operation });
    let form = world.ok("console.prepare", ask("POST /notes")).await;
    assert!(form["base_url"].is_null(), "it is not deployed yet");
    assert_eq!(form["content_type"], "application/json");
    assert!(form["body"].as_str().unwrap().contains("hello"), "{form}");
    let form = world.ok("console.prepare", ask("GET /notes/{id}")).await;
    assert_eq!(
        (
            &form["parameters"][0]["name"],
            &form["parameters"][0]["value"]
        ),
        (&json!("id"), &json!("n-1"))
    );
    world
        .refused(
            "console.prepare",
            ask("GET /nowhere"),
            "document.unknown-operation",
        )
        .await;

    let mut sent = request(&api["id"], &gateway, "POST", "/notes");
    sent["body"] = json!("{\"text\":\"hi\"}");
    sent["headers"] = json!([{ "name": "Content-Type", "value": "application/json" }]);
    sent["query"] = json!([{ "name": "q", "value": "a b&c" }]);
    let send = json!({ "exchange": "1", "request": sent });
    world
        .refused("console.send", send.clone(), "deploy.not-deployed")
        .await;
    world.publish(&api["id"], &gateway).await;
    let answer = world.ok("console.send", send).await;
    assert_eq!(
        (&answer["status"], &answer["reason"]),
        (&json!(200), &json!("OK"))
    );
    let arrived = backend.last().unwrap();
    assert_eq!(
        (arrived.method.as_str(), arrived.path.as_str()),
        ("POST", "/notes")
    );
    let query: Vec<_> = url::form_urlencoded::parse(arrived.query.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(query, [("q".to_owned(), "a b&c".to_owned())]);
    assert_eq!(arrived.body, b"{\"text\":\"hi\"}");
    assert!(
        arrived.header("authorization").is_none(),
        "no token was asked for"
    );
}

#[tokio::test]
async fn a_slow_exchange_is_cancelled_and_remembered() {
    let world = World::new().await;
    let backend = Backend::start().unwrap();
    backend.answer(
        "GET",
        "/notes",
        Answer::status(200).after(Duration::from_mins(10)),
    );
    let gateway = world.local("here").await;
    let api = world
        .notes(json!({ "kind": "http", "url": backend.url() }))
        .await;
    world.publish(&api["id"], &gateway).await;
    let send =
        json!({ "exchange": "slow", "request": request(&api["id"], &gateway, "GET", "/notes") });
    let cancel = async {
        while backend.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world
            .ok("console.cancel", json!({ "exchange": "slow" }))
            .await;
    };
    let (outcome, ()) = tokio::join!(world.call("console.send", send), cancel);
    assert_eq!(outcome.unwrap_err().code.as_str(), "request.cancelled");
    let page = world.ok("console.history", Value::Null).await;
    assert_eq!(
        (&page["total"], &page["rows"][0]["failed"]),
        (&json!(1), &json!("request.cancelled"))
    );
    world
        .ok("console.cancel", json!({ "exchange": "slow" }))
        .await;
}

#[tokio::test]
async fn curl_is_the_same_request_without_the_token() {
    let world = World::new().await;
    let sample = world.sample().await;
    world.publish(&sample["api"], &sample["gateway"]).await;
    let ask = json!({ "application": sample["application"], "scopes": [], "audience": null });
    world.ok("applications.token", ask).await;
    let held = json!({ "application": sample["application"] });
    let token = world.ok("applications.reveal_token", held).await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut request = request(&sample["api"], &sample["gateway"], "GET", "/pets");
    request["application"] = sample["application"].clone();
    request["headers"] = json!([{ "name": "X-Note", "value": "it's" }]);
    let text = world.ok("console.curl", request).await["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.contains("$GATEWRIGHT_TOKEN") && !text.contains(&token),
        "{text}"
    );
    // A shell runs it as it stands: put the token back and ask the gateway by the text alone.
    world
        .ok("gateways.start", json!({ "gateway": sample["gateway"] }))
        .await;
    let script = format!(
        "{} --silent --output /dev/null --write-out '%{{http_code}}'",
        text.trim_end()
    );
    let run = move || {
        std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .env("GATEWRIGHT_TOKEN", token)
            .output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).ends_with("200"),
        "{text}\n{output:?}"
    );
}

#[tokio::test]
async fn history_survives_and_is_forgotten_when_asked() {
    let world = World::new().await;
    let sample = world.sample().await;
    world.publish(&sample["api"], &sample["gateway"]).await;
    for path in ["/health", "/pets"] {
        let request = request(&sample["api"], &sample["gateway"], "GET", path);
        world
            .ok(
                "console.send",
                json!({ "exchange": path, "request": request }),
            )
            .await;
    }
    let before = world
        .ok("console.history", json!({ "api": sample["api"] }))
        .await;
    assert_eq!(before["total"], 2);
    let world = world.reopened().await;
    let after = world
        .ok("console.history", json!({ "api": sample["api"] }))
        .await;
    assert_eq!(after, before);
    let newest = &after["rows"][0];
    assert_eq!(
        (&newest["status"], &newest["method"]),
        (&json!(401), &json!("GET"))
    );
    let detail = world
        .ok(
            "console.history_entry",
            json!({ "history": newest["history"] }),
        )
        .await;
    assert_eq!(
        (&detail["request"]["path"], &detail["operation"]),
        (&json!("/pets"), &json!("GET /pets"))
    );
    assert_eq!(detail["answer"]["status"], 401);
    let part = world
        .ok("console.history", json!({ "offset": 1, "limit": 1 }))
        .await;
    assert_eq!(part["rows"].as_array().unwrap().len(), 1);
    world.ok("console.clear_history", Value::Null).await;
    assert_eq!(world.ok("console.history", Value::Null).await["total"], 0);
    world
        .refused(
            "console.history_entry",
            json!({ "history": newest["history"] }),
            "catalog.not-found",
        )
        .await;
}

#[tokio::test]
async fn a_refusal_is_explained() {
    let world = World::new().await;
    let sample = world.sample().await;
    world.publish(&sample["api"], &sample["gateway"]).await;
    let request = request(&sample["api"], &sample["gateway"], "GET", "/pets");
    let answer = world
        .ok(
            "console.send",
            json!({ "exchange": "e", "request": request }),
        )
        .await;
    assert_eq!(answer["status"], 401);
    let note = &answer["notes"][0];
    assert!(
        !note["cause"].as_str().unwrap().is_empty() && !note["next"].as_str().unwrap().is_empty(),
        "{answer}"
    );
}
