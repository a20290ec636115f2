//! An authorizer of the user's: asked as a TOKEN authorizer, and nothing of it is made or deleted.

use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gw_connector::LiveState;
use gw_model::{AwsAuthorizer, HttpMethod};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::world::{OPEN, World, mock, plan, provisioned, request, route, scope};

const SOURCE: &str = "export const handler = async (event) => {
  if (event.authorizationToken !== 'let me in') throw new Error('Unauthorized');
  const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }];
  return { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement } };
};";

#[tokio::test]
async fn a_function_of_the_users_is_asked_and_left_alone() {
    let mut world = World::new();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("index.mjs", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(SOURCE.as_bytes()).unwrap();
    let zip = STANDARD.encode(zip.finish().unwrap().into_inner());
    let function = json!({
        "FunctionName": "mine",
        "Runtime": "nodejs22.x",
        "Handler": "index.handler",
        "Role": format!("arn:aws:iam::{}:role/r", world.account),
        "Code": {"ZipFile": zip},
    });
    let credential = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/lambda/aws4_request",
        world.account
    );
    let headers = [
        ("Authorization", credential.as_str()),
        ("Content-Type", "application/json"),
    ];
    let functions = format!("{}/2015-03-31/functions", world.proxy.url());
    let made = request("POST", &functions, &headers, &function.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let arn = made.json()["FunctionArn"].as_str().unwrap().to_owned();
    let permission = json!({"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"});
    let allowed = request(
        "POST",
        &format!("{functions}/mine/policy"),
        &headers,
        &permission.to_string(),
    )
    .await;
    assert_eq!(allowed.status, 201, "{}", allowed.text());

    let mut check = provisioned(
        "https://issuer.example.test",
        "https://issuer.example.test/jwks",
        0,
    );
    check.aws = AwsAuthorizer::Existing {
        lambda_arn: arn,
        invoke_role_arn: None,
    };
    let routes = vec![
        route(HttpMethod::Get, "/a", mock("{}"), scope("x")),
        route(HttpMethod::Get, "/b", mock("{}"), OPEN),
    ];
    world.proxy.clear();
    world.publish(&plan(routes, Some(check))).await.unwrap();
    let tally = world.proxy.tally();
    assert_eq!(
        (tally.other_changes, tally.other_reads),
        (0, 0),
        "{}",
        world.proxy.summary()
    );
    assert!(
        tally.api_gateway_changes <= 4 && tally.control_plane() <= 8,
        "{}",
        world.proxy.summary()
    );

    assert_eq!(
        world
            .call("GET", "/a", &[("Authorization", "let me in")], "")
            .await
            .status,
        200
    );
    assert_eq!(
        world
            .call("GET", "/a", &[("Authorization", "please")], "")
            .await
            .status,
        401
    );
    assert_eq!(world.call("GET", "/a", &[], "").await.status, 401);
    assert_eq!(world.call("GET", "/b", &[], "").await.status, 200);

    world.withdraw().await.unwrap();
    assert_eq!(world.observe().await.state, LiveState::Absent);
    assert_eq!(
        request("GET", &format!("{functions}/mine"), &headers, "")
            .await
            .status,
        200,
        "it is still there"
    );
}
