//! APIs others made, on an emulator: found, taken over, planned without a change, edited, deployed, and not deleted by
//! mistake.

use gw_app::deployments::{self, consents};
use gw_model::DeploymentId;
use gw_testkit::{CountingProxy, Localemu, Ministack, Rule, request};
use serde_json::{Value, json};

use crate::world::{World, access_key, aws_gateway};

/// Someone else, with calls of their own.
struct Hand {
    url: String,
    key: String,
}

impl Hand {
    async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
            self.key
        );
        let (url, method) = (format!("{}{path}", self.url), method.to_owned());
        let reply = tokio::task::spawn_blocking(move || {
            let headers = [
                ("Authorization", credential.as_str()),
                ("Content-Type", "application/json"),
                ("Accept", "application/json"),
            ];
            let body = if body.is_null() {
                String::new()
            } else {
                body.to_string()
            };
            request(&method, &url, &headers, body).unwrap()
        })
        .await
        .unwrap();
        assert!(
            (200..300).contains(&reply.status),
            "{path}: {}",
            reply.text()
        );
        reply.json()
    }

    /// `GET /open` for everyone and `GET /keyed` for holders of a key, live on these stages.
    async fn api(&self, name: &str, stages: &[&str]) -> String {
        let made = self
            .call("POST", "/restapis", json!({"name": name, "version": "3"}))
            .await;
        let id = made["id"].as_str().unwrap().to_owned();
        let base = format!("/restapis/{id}");
        let resources = self
            .call("GET", &format!("{base}/resources"), Value::Null)
            .await;
        let root = resources["item"][0]["id"].as_str().unwrap().to_owned();
        for (part, key) in [("open", false), ("keyed", true)] {
            let made = self
                .call(
                    "POST",
                    &format!("{base}/resources/{root}"),
                    json!({"pathPart": part}),
                )
                .await;
            let method = format!(
                "{base}/resources/{}/methods/GET",
                made["id"].as_str().unwrap()
            );
            for (path, body) in [
                (
                    "",
                    json!({"authorizationType": "NONE", "apiKeyRequired": key}),
                ),
                ("/responses/200", json!({})),
                (
                    "/integration",
                    json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}),
                ),
                (
                    "/integration/responses/200",
                    json!({"responseTemplates": {"application/json": "{\"said\":\"before\"}"}}),
                ),
            ] {
                self.call("PUT", &format!("{method}{path}"), body).await;
            }
        }
        for stage in stages {
            self.call(
                "POST",
                &format!("{base}/deployments"),
                json!({"stageName": stage, "variables": {"kept": "yes"}}),
            )
            .await;
        }
        id
    }
}

async fn met(url: &str, path: &str) -> (u16, String) {
    let url = format!("{url}{path}");
    let headers = [("Content-Type", "application/json")];
    let reply = tokio::task::spawn_blocking(move || request("GET", &url, &headers, String::new()))
        .await
        .unwrap()
        .unwrap();
    (reply.status, reply.text())
}

#[tokio::test]
async fn what_others_made_is_taken_over_and_managed() {
    let emulator = tokio::task::spawn_blocking(Localemu::shared)
        .await
        .unwrap()
        .unwrap();
    let world = World::new().await;
    let hand = Hand {
        url: emulator.url().to_owned(),
        key: Localemu::fresh_account(),
    };
    let id = hand.api("Shop", &["live", "next"]).await;
    let other = hand.api("Shop", &["other"]).await;
    let key = access_key(&hand.key, "secret", None);
    let gateway = world
        .ok(
            "gateways.create",
            aws_gateway("cloud", "eu-west-1", "live", emulator.url(), &key),
        )
        .await["id"]
        .clone();

    let list = json!({ "gateway": gateway });
    let found = world.ok("discovery.list", list.clone()).await;
    let rows = found["apis"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{found}");
    assert!(rows.iter().all(|row| row["managed"].is_null()));
    assert_eq!(rows[0]["found"]["owner"]["kind"], "hand");
    let asked = json!({ "gateway": gateway, "apis": [{ "id": id, "protocol": "rest" }, { "id": "gone", "protocol": "rest" }] });
    let stages = world.ok("discovery.stages", asked).await;
    let names: Vec<&str> = stages[0]["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["live", "next"]);
    assert_eq!(stages[1]["fault"]["code"], "aws.gone");

    let import = |id: &str, more: Value| {
        let mut request = json!({
            "gateway": gateway, "id": id, "protocol": null, "stage": null, "name": null, "version": null,
            "document_only": false,
        });
        for (key, value) in more.as_object().unwrap() {
            request[key] = value.clone();
        }
        request
    };
    let imported = world.ok("discovery.import", import(&id, json!({}))).await;
    assert_eq!(
        (
            &imported["managed"],
            &imported["operations"],
            &imported["protected"]
        ),
        (&json!(true), &json!(2), &json!(1)),
        "{imported}"
    );
    assert_eq!(imported["would_change"], json!([]), "{imported}");
    assert!(imported["fault"].is_null(), "{imported}");
    let api = imported["api"]["id"].clone();
    let placed = world
        .ok("deployments.placements", json!({ "api": api }))
        .await;
    assert_eq!(placed[0]["state"], "live", "{placed}");
    let url = placed[0]["invoke_url"].as_str().unwrap().to_owned();
    let before = [met(&url, "/open").await, met(&url, "/keyed").await];
    assert_eq!((before[0].0, before[1].0), (200, 403), "{before:?}");

    // The same again, and one whose stage is not the gateway's.
    world
        .refused(
            "discovery.import",
            import(&id, json!({})),
            "catalog.duplicate-name",
        )
        .await;
    let document = world
        .ok(
            "discovery.import",
            import(&other, json!({ "name": "Other" })),
        )
        .await;
    assert_eq!(document["managed"], false);
    assert!(
        document["why_not"].as_str().unwrap().contains("'other'"),
        "{document}"
    );
    let rows = world.ok("discovery.list", list).await;
    let managed: Vec<&Value> = rows["apis"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !row["managed"].is_null())
        .collect();
    assert_eq!((managed.len(), &managed[0]["found"]["id"]), (1, &json!(id)));

    // Edited and deployed: the change is there, the rest as it was.
    let view = world.ok("apis.document", json!({ "api": api })).await;
    let text = view["text"]
        .as_str()
        .unwrap()
        .replacen("before", "after", 2);
    world
        .ok(
            "apis.save_document",
            json!({ "api": api, "text": text, "edition": view["edition"] }),
        )
        .await;
    let rows = world.run(&api, &[&gateway], "publish").await;
    assert_eq!(rows[0]["outcome"], "live", "{}", rows[0]);
    assert_eq!(rows[0]["invoke_url"], json!(url));
    assert_eq!(
        met(&url, "/open").await,
        (200, "{\"said\":\"after\"}".to_owned())
    );
    assert_eq!(met(&url, "/keyed").await, before[1]);
    assert_eq!(
        met(&url.replace("/live", "/next"), "/open").await,
        (200, "{\"said\":\"before\"}".to_owned()),
        "the other stage serves what it served"
    );
    let stage = hand
        .call("GET", &format!("/restapis/{id}/stages/live"), Value::Null)
        .await;
    assert_eq!(stage["variables"]["kept"], "yes");
    let rows = world.run(&api, &[&gateway], "publish").await;
    assert_eq!(rows[0]["outcome"], "unchanged");

    // Yeses that delete what Gatewright made do not delete what others made.
    let plan = world
        .ok(
            "deployments.plan",
            json!({ "api": api, "gateways": [gateway], "goal": "withdraw" }),
        )
        .await;
    let mut start = json!({
        "api": api, "gateways": [gateway], "goal": "withdraw", "revision": plan["revision"],
        "consents": [consents::WITHDRAW, consents::REMOVES_OTHERS],
    });
    let started = world.ok("deployments.start", start.clone()).await;
    let fault = &started["runs"][0]["fault"];
    assert_eq!(
        (&fault["code"], &fault["facts"]["consents"]),
        (
            &json!("deploy.consent-needed"),
            &json!(consents::WITHDRAW_ADOPTED)
        ),
        "{started}"
    );
    assert_eq!(met(&url, "/open").await.0, 200);
    start["consents"] = json!(consents::CONSENTS);
    let started = world.ok("deployments.start", start).await;
    let run = DeploymentId::new(started["runs"][0]["deployment"].as_str().unwrap());
    deployments::wait(&world.app, &run).await.unwrap();
    assert_ne!(met(&url, "/open").await.0, 200);
}

/// The export is AWS's own example of `ExportApi` (API Gateway's guide, "Export HTTP APIs"), which no emulator answers.
#[tokio::test]
async fn an_http_api_is_imported_as_a_document() {
    let emulator = tokio::task::spawn_blocking(Ministack::shared)
        .await
        .unwrap()
        .unwrap();
    let proxy = CountingProxy::start(emulator.url()).unwrap();
    let world = World::new().await;
    let hand = Hand {
        url: proxy.url(),
        key: Localemu::fresh_account(),
    };
    let name = format!("web-{}", hand.key);
    let made = hand
        .call(
            "POST",
            "/v2/apis",
            json!({"name": name, "protocolType": "HTTP"}),
        )
        .await;
    let id = made["apiId"].as_str().unwrap().to_owned();
    let export = json!({
        "openapi": "3.0.1",
        "info": {"title": name, "version": "2026-11-28"},
        "servers": [{"url": "https://abcdef.execute-api.eu-west-1.amazonaws.com/{basePath}",
            "variables": {"basePath": {"default": ""}}}],
        "paths": {"/pets": {
            "get": {"responses": {"default": {"description": "Default response for GET /pets"}},
                "security": [{"jwt": ["pets:read"]}],
                "x-amazon-apigateway-integration": {"payloadFormatVersion": "1.0", "type": "http_proxy",
                    "httpMethod": "GET", "uri": "https://pets.example/", "connectionType": "INTERNET"}},
            "post": {"responses": {"default": {"description": "Default response for POST /pets"}},
                "x-amazon-apigateway-integration": {"payloadFormatVersion": "1.0", "type": "http_proxy",
                    "httpMethod": "POST", "uri": "https://pets.example/", "connectionType": "INTERNET"}}}},
        "components": {"securitySchemes": {"jwt": {"type": "oauth2", "x-amazon-apigateway-authorizer": {
            "identitySource": "$request.header.Authorization", "type": "jwt",
            "jwtConfiguration": {"audience": ["pets"], "issuer": "https://id.example/"}}}}},
        "x-amazon-apigateway-importexport-version": "1.0",
    });
    proxy.inject(Rule::on(|call| call.path.contains("/exports/")).answer(&export));
    let key = access_key(&hand.key, "secret", None);
    let gateway = world
        .ok(
            "gateways.create",
            aws_gateway("cloud", "eu-west-1", "live", &proxy.url(), &key),
        )
        .await["id"]
        .clone();
    let found = world
        .ok("discovery.list", json!({ "gateway": gateway }))
        .await;
    let rows = found["apis"].as_array().unwrap();
    let row = rows.iter().find(|row| row["found"]["id"] == id).unwrap();
    assert_eq!(row["found"]["protocol"], "http", "{row}");

    let imported = world
        .ok(
            "discovery.import",
            json!({
                "gateway": gateway, "id": id, "protocol": "http", "stage": null, "name": "Web", "version": "1",
                "document_only": false,
            }),
        )
        .await;
    assert_eq!(
        (&imported["managed"], &imported["operations"]),
        (&json!(false), &json!(2)),
        "{imported}"
    );
    assert!(imported["why_not"].is_string(), "{imported}");
    let api = imported["api"]["id"].clone();
    let view = world.ok("apis.document", json!({ "api": api })).await;
    let text = view["text"].as_str().unwrap();
    assert!(
        text.contains("/pets") && text.contains("pets:read"),
        "{text}"
    );
    let placed = world
        .ok("deployments.placements", json!({ "api": api }))
        .await;
    assert_eq!(placed, json!([]), "nothing of it is managed");
}
