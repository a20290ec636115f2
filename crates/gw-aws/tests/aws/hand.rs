//! Someone else: makes APIs by hand, call by call, as AWS's own console does.

use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::world::request;

const SOURCE: &str = "export const handler = async (event) => {
  if (event.authorizationToken !== 'let me in') throw new Error('Unauthorized');
  const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }];
  return { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement } };
};";

/// Someone else, with calls of their own.
pub struct Hand {
    /// The emulator's address.
    pub url: String,
    /// The access key's id.
    pub key: String,
}

impl Hand {
    pub async fn call(&self, service: &str, method: &str, path: &str, body: Value) -> Value {
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/{service}/aws4_request",
            self.key
        );
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
        let reply = request(method, &format!("{}{path}", self.url), &headers, &body).await;
        assert!(
            (200..300).contains(&reply.status),
            "{method} {path}: {} {}",
            reply.status,
            reply.text()
        );
        if reply.text().is_empty() {
            Value::Null
        } else {
            reply.json()
        }
    }

    pub async fn gateway(&self, method: &str, path: &str, body: Value) -> Value {
        self.call("apigateway", method, path, body).await
    }

    pub async fn made(&self, path: &str, body: Value) -> String {
        let made = self.gateway("POST", path, body).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    pub async fn tags(&self, api: &str) -> Value {
        let arn = format!("arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2F{api}");
        self.gateway("GET", &format!("/tags/{arn}"), Value::Null)
            .await["tags"]
            .clone()
    }

    pub async fn root(&self, api: &str) -> String {
        let resources = self
            .gateway("GET", &format!("/restapis/{api}/resources"), Value::Null)
            .await;
        let items = resources["item"]
            .as_array()
            .or(resources["items"].as_array());
        items.unwrap()[0]["id"].as_str().unwrap().to_owned()
    }

    async fn function(&self) -> String {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("index.mjs", SimpleFileOptions::default())
            .unwrap();
        zip.write_all(SOURCE.as_bytes()).unwrap();
        let zip = STANDARD.encode(zip.finish().unwrap().into_inner());
        let function = json!({
            "FunctionName": "checks",
            "Runtime": "nodejs22.x",
            "Handler": "index.handler",
            "Role": format!("arn:aws:iam::{}:role/r", self.key),
            "Code": {"ZipFile": zip},
        });
        let made = self
            .call("lambda", "POST", "/2015-03-31/functions", function)
            .await;
        let permission = json!({
            "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
        });
        self.call(
            "lambda",
            "POST",
            "/2015-03-31/functions/checks/policy",
            permission,
        )
        .await;
        made["FunctionArn"].as_str().unwrap().to_owned()
    }

    /// A REST API with one of everything, live on the stage `live`; gives its id.
    pub async fn orders(&self) -> String {
        let function = self.function().await;
        let api = self
            .made(
                "/restapis",
                json!({
                    "name": "Orders by hand", "version": "2.1", "description": "Made by hand",
                    "endpointConfiguration": {"types": ["REGIONAL"]}, "binaryMediaTypes": ["image/png"],
                    "minimumCompressionSize": 1024, "apiKeySource": "HEADER", "tags": {"team": "shop"},
                }),
            )
            .await;
        let base = format!("/restapis/{api}");
        let uri = gw_aws::names::invocation_uri("eu-west-1", &function);
        let authorizer = self
            .made(
                &format!("{base}/authorizers"),
                json!({
                    "name": "checks", "type": "TOKEN", "authorizerUri": uri,
                    "identitySource": "method.request.header.Authorization", "authorizerResultTtlInSeconds": 0,
                }),
            )
            .await;
        let validator = self
            .made(
                &format!("{base}/requestvalidators"),
                json!({"name": "all", "validateRequestBody": true, "validateRequestParameters": true}),
            )
            .await;
        for (name, schema) in [
            (
                "Line",
                json!({"type": "object", "properties": {"n": {"type": "integer"}}}),
            ),
            (
                "Order",
                json!({"type": "object", "required": ["id"], "properties": {
                    "id": {"type": "string"},
                    "line": {"$ref": format!("https://apigateway.amazonaws.com/restapis/{api}/models/Line")},
                }}),
            ),
        ] {
            let model = json!({"name": name, "contentType": "application/json", "schema": schema.to_string()});
            self.gateway("POST", &format!("{base}/models"), model).await;
        }
        self.gateway(
            "PUT",
            &format!("{base}/gatewayresponses/UNAUTHORIZED"),
            json!({"statusCode": "401", "responseParameters": {"gatewayresponse.header.X-Why": "'no token'"},
                "responseTemplates": {"application/json": "{\"m\":\"no\"}"}}),
        )
        .await;
        let root = self.root(&api).await;
        let orders = self
            .made(
                &format!("{base}/resources/{root}"),
                json!({"pathPart": "orders"}),
            )
            .await;
        let one = self
            .made(
                &format!("{base}/resources/{orders}"),
                json!({"pathPart": "{id}"}),
            )
            .await;
        let rest = self
            .made(
                &format!("{base}/resources/{root}"),
                json!({"pathPart": "{proxy+}"}),
            )
            .await;
        let at =
            |resource: &str, method: &str| format!("{base}/resources/{resource}/methods/{method}");
        let ok = |template: &str| {
            json!({"statusCode": "200", "responseTemplates": {"application/json": template},
                "responseParameters": {"method.response.header.X-Kind": "'mapped'"}})
        };
        for (path, method, integration, answer) in [
            (
                at(&orders, "POST"),
                json!({"authorizationType": "CUSTOM", "authorizerId": authorizer, "operationName": "makeOrder",
                    "requestValidatorId": validator, "requestModels": {"application/json": "Order"},
                    "requestParameters": {"method.request.querystring.dry": true}}),
                json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}),
                Some(ok("{\"made\":\"$context.stage\"}")),
            ),
            (
                at(&one, "GET"),
                json!({"authorizationType": "CUSTOM", "authorizerId": authorizer,
                    "requestParameters": {"method.request.path.id": true}}),
                json!({"type": "HTTP_PROXY", "httpMethod": "GET",
                    "uri": "http://${stageVariables.host}/_localemu/health?order={id}",
                    "requestParameters": {"integration.request.path.id": "method.request.path.id"}}),
                None,
            ),
            (
                at(&orders, "OPTIONS"),
                json!({"authorizationType": "NONE"}),
                json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}),
                Some(ok("")),
            ),
            (
                at(&rest, "ANY"),
                json!({"authorizationType": "NONE", "apiKeyRequired": true}),
                json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}}),
                Some(ok("{}")),
            ),
        ] {
            self.gateway("PUT", &path, method).await;
            let declared = json!({"responseModels": {"application/json": "Order"},
                "responseParameters": {"method.response.header.X-Kind": false}});
            self.gateway("PUT", &format!("{path}/responses/200"), declared)
                .await;
            self.gateway("PUT", &format!("{path}/integration"), integration)
                .await;
            if let Some(answer) = answer {
                self.gateway("PUT", &format!("{path}/integration/responses/200"), answer)
                    .await;
            }
        }
        let host = self.url.trim_start_matches("http://").to_owned();
        self.gateway(
            "POST",
            &format!("{base}/deployments"),
            json!({"stageName": "live", "variables": {"host": host, "kept": "yes"}}),
        )
        .await;
        api
    }
}
