//! The provisioned function under an emulator of unrelated code, whose API is built by hand because it imports nothing.

use gw_model::HttpMethod;
use gw_testkit::{Backend, Broken, Localemu, Ministack, OauthMock, TokenRequest};
use serde_json::{Value, json};

use crate::world::{OPEN, mock, plan, provisioned, request, route, scope};

const REGION: &str = "us-east-1";

async fn call(method: &str, path: &str, service: &str, body: &Value) -> Value {
    let credential =
        format!("AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request");
    let headers = [
        ("Authorization", credential.as_str()),
        ("Content-Type", "application/json"),
    ];
    let url = format!("{}{path}", Ministack::shared().unwrap().url());
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let reply = request(method, &url, &headers, &body).await;
    assert!(
        (200..300).contains(&reply.status),
        "{method} {path}: {} {}",
        reply.status,
        reply.text()
    );
    reply.json()
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

/// `GET` routes `/pets`, `/pets/{id}` and `/pets/{id}/secrets`, the last with a scope of its own; gives the invoke URL.
async fn build(provider: &OauthMock, backend: &Backend, name: &str, ttl_seconds: u32) -> String {
    // The emulator is shared, and its account too.
    let name = format!("{name}-{}", Localemu::fresh_account());
    let check = provisioned(provider.issuer(), &provider.jwks_url(), ttl_seconds);
    let paths = [
        ("/pets", "pets:read"),
        ("/pets/{id}", "pets:read"),
        ("/pets/{id}/secrets", "pets:write"),
    ];
    let mut routes = vec![route(HttpMethod::Get, "/health", mock("{}"), OPEN)];
    routes.extend(
        paths.map(|(path, needed)| route(HttpMethod::Get, path, mock("{}"), scope(needed))),
    );
    let plan = plan(routes, Some(check.clone()));
    let compiled = gw_aws_import::compile(&plan, &gw_aws_import::samples::aws());
    let package = gw_aws::package::package(&plan, &check, &compiled).unwrap();
    let zip = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(&package.zip)
    };
    let function = json!({
        "FunctionName": name,
        "Runtime": "nodejs20.x",
        "Handler": gw_aws::package::HANDLER,
        "Role": "arn:aws:iam::000000000000:role/r",
        "Code": {"ZipFile": zip},
    });
    let function = text(
        &call("POST", "/2015-03-31/functions", "lambda", &function).await,
        "FunctionArn",
    );

    let api = text(
        &call("POST", "/restapis", "apigateway", &json!({"name": name})).await,
        "id",
    );
    let base = format!("/restapis/{api}");
    let authorizer = json!({
        "name": "a",
        "type": "REQUEST",
        "authorizerUri": gw_aws::names::invocation_uri(REGION, &function),
        // This emulator takes no other part of a request for an identity source, so it cannot keep answers by route.
        "identitySource": "method.request.header.Authorization",
        "authorizerResultTtlInSeconds": ttl_seconds,
    });
    let authorizer = text(
        &call(
            "POST",
            &format!("{base}/authorizers"),
            "apigateway",
            &authorizer,
        )
        .await,
        "id",
    );
    let resources = call(
        "GET",
        &format!("{base}/resources"),
        "apigateway",
        &Value::Null,
    )
    .await;
    let items = resources["item"]
        .as_array()
        .or(resources["items"].as_array())
        .unwrap();
    let mut parent = text(&items[0], "id");
    for part in ["pets", "{id}", "secrets"] {
        let made = call(
            "POST",
            &format!("{base}/resources/{parent}"),
            "apigateway",
            &json!({"pathPart": part}),
        )
        .await;
        parent = text(&made, "id");
        let method = format!("{base}/resources/{parent}/methods/GET");
        let custom = json!({"authorizationType": "CUSTOM", "authorizerId": authorizer});
        call("PUT", &method, "apigateway", &custom).await;
        let integration = json!({"type": "HTTP_PROXY", "httpMethod": "GET", "uri": backend.url()});
        call(
            "PUT",
            &format!("{method}/integration"),
            "apigateway",
            &integration,
        )
        .await;
    }
    call(
        "POST",
        &format!("{base}/deployments"),
        "apigateway",
        &json!({"stageName": "live"}),
    )
    .await;
    Ministack::shared().unwrap().invoke_url(&api, "live")
}

async fn status(url: &str, path: &str, token: &str) -> u16 {
    let value = format!("Bearer {token}");
    request(
        "GET",
        &format!("{url}{path}"),
        &[("Authorization", &value)],
        "",
    )
    .await
    .status
}

#[tokio::test]
async fn tokens_are_judged_the_same_by_unrelated_code() {
    let (provider, backend) = (OauthMock::start().unwrap(), Backend::start().unwrap());
    let url = build(&provider, &backend, "authorizer-exact", 0).await;
    let read = provider
        .token(&TokenRequest {
            scope: Some("pets:read"),
            ..TokenRequest::default()
        })
        .unwrap();
    for (path, expected) in [
        ("/pets", 200),
        ("/pets/1", 200),
        ("/pets/1/secrets", 403),
        ("/pets/secrets", 200),
    ] {
        assert_eq!(status(&url, path, &read).await, expected, "{path}");
    }
    let none = request("GET", &format!("{url}/pets"), &[], "").await;
    assert_eq!(none.status, 401, "{}", none.text());
    for broken in Broken::ALL {
        let token = provider
            .broken_token(broken, &TokenRequest::default())
            .unwrap();
        let expected = if broken.is_sound() { 403 } else { 401 };
        assert_eq!(status(&url, "/pets", &token).await, expected, "{broken:?}");
    }
}

/// A cache that forgets the route, as this emulator's does, must never open one.
#[tokio::test]
async fn an_answer_used_for_another_route_refuses() {
    let (provider, backend) = (OauthMock::start().unwrap(), Backend::start().unwrap());
    let url = build(&provider, &backend, "authorizer-kept", 300).await;
    let read = provider
        .token(&TokenRequest {
            scope: Some("pets:read"),
            ..TokenRequest::default()
        })
        .unwrap();
    assert_eq!(status(&url, "/pets", &read).await, 200);
    assert_eq!(status(&url, "/pets/1/secrets", &read).await, 403);
    assert_eq!(
        status(&url, "/pets/1", &read).await,
        403,
        "kept for /pets, so refused here, though its scope is held"
    );
}
