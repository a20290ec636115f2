//! What readings become, and that none of it opens an operation.

use gw_model::{ApiId, Backend, Policies, Revision, Severity};
use gw_plan::{OwnKind, RouteBackend, RouteSecurity};
use serde_json::{Value, json};

use super::{Readings, document, http_api, undeployed};
use crate::compile;
use crate::samples::aws;

const AUTHORIZER: &str = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:auth/invocations";

fn revision(text: &str) -> Revision {
    Revision {
        api: ApiId::new("api_1"),
        name: "Orders".to_owned(),
        version: "2.1".to_owned(),
        base_path: "/".to_owned(),
        backend: Backend::Mock,
        policies: Policies::default(),
        key_manager: None,
        document: text.to_owned(),
    }
}

fn method(authorization: &str, further: Value) -> Value {
    let mut method = json!({
        "httpMethod": "GET",
        "authorizationType": authorization,
        "apiKeyRequired": false,
        "methodResponses": {"200": {"statusCode": "200"}},
        "methodIntegration": {
            "type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://backend.example.test/x",
            "connectionType": "INTERNET", "passthroughBehavior": "WHEN_NO_MATCH",
            "timeoutInMillis": 29000, "cacheNamespace": "r", "cacheKeyParameters": [],
        },
    });
    for (key, value) in further.as_object().into_iter().flatten() {
        method[key] = value.clone();
    }
    method
}

/// One of everything AWS holds.
fn readings() -> Readings {
    Readings {
        api: json!({
            "id": "abc", "name": "Orders", "version": "2.1",
            "description": "By hand\n\n[Gatewright gw-1]",
            "binaryMediaTypes": ["image/png"], "minimumCompressionSize": 1024, "apiKeySource": "HEADER",
            "endpointConfiguration": {"types": ["REGIONAL"]}, "disableExecuteApiEndpoint": true,
            "policy": r#"{\"Version\":\"2012-10-17\",\"Statement\":[]}"#,
        }),
        resources: vec![
            json!({"id": "r0", "path": "/"}),
            json!({"id": "r", "path": "/orders", "resourceMethods": {
                "POST": {
                    "httpMethod": "POST", "authorizationType": "CUSTOM", "authorizerId": "a1",
                    "apiKeyRequired": true, "requestValidatorId": "v1", "operationName": "makeOrder",
                    "requestParameters": {
                        "method.request.querystring.dry": false, "method.request.header.Authorization": true,
                    },
                    "requestModels": {"application/json": "Order"},
                    "methodResponses": {
                        "200": {"responseModels": {"application/json": "Order"},
                            "responseParameters": {"method.response.header.X-R": true}},
                        "409": {"responseModels": {"application/json": "Empty"}},
                    },
                    "methodIntegration": {
                        "type": "AWS", "httpMethod": "POST",
                        "uri": "arn:aws:apigateway:eu-west-1:sqs:path/111122223333/orders",
                        "credentials": "arn:aws:iam::111122223333:role/send",
                        "requestParameters": {
                            "integration.request.header.X-Who": "method.request.header.Authorization",
                        },
                        "requestTemplates": {"application/json": "Action=SendMessage"},
                        "passthroughBehavior": "NEVER", "timeoutInMillis": 5000, "cacheNamespace": "r",
                        "integrationResponses": {
                            "200": {"statusCode": "200", "responseTemplates": {"application/json": null},
                                "responseParameters": {"method.response.header.X-Id": "'1'"}},
                            "409": {"statusCode": "409", "selectionPattern": "4\\d{2}"},
                        },
                    },
                },
                "OPTIONS": method("NONE", json!({"methodIntegration": {"type": "MOCK",
                    "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
                    "integrationResponses": {"200": {"statusCode": "200"}}}})),
            }}),
            json!({"id": "r", "path": "/orders/{id}", "resourceMethods": {
                "GET": method("AWS_IAM", json!({})),
                "PUT": method("COGNITO_USER_POOLS", json!({"authorizerId": "a2", "authorizationScopes": ["w", "r"]})),
                "ANY": method("NONE", json!({"apiKeyRequired": true})),
            }}),
        ],
        authorizers: vec![
            json!({"id": "a2", "name": "pool", "type": "COGNITO_USER_POOLS", "authType": "cognito_user_pools",
                "providerARNs": ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/p"],
                "identitySource": "method.request.header.Authorization"}),
            json!({"id": "a1", "name": "checks", "type": "REQUEST", "authorizerUri": AUTHORIZER,
                "identitySource": "method.request.header.Authorization, context.identity.sourceIp",
                "authorizerResultTtlInSeconds": 60}),
            json!({"id": "a3", "name": "spare", "type": "TOKEN", "authorizerUri": AUTHORIZER,
                "identitySource": "method.request.header.X-Token", "identityValidationExpression": "^x"}),
        ],
        models: vec![
            json!({"name": "Order", "contentType": "application/json", "schema": json!({
                "$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "line": {"$ref": "https://apigateway.amazonaws.com/restapis/abc/models/Line"},
                    "own": {"$ref": "#/definitions/Part"},
                },
                "definitions": {"Part": {"type": "integer"}},
            }).to_string()}),
            json!({"name": "Line", "contentType": "application/json", "schema": "{\"type\": \"object\"}"}),
        ],
        validators: vec![
            json!({"id": "v1", "name": "all of it", "validateRequestBody": true, "validateRequestParameters": true}),
        ],
        responses: vec![
            json!({"responseType": "THROTTLED", "defaultResponse": true, "statusCode": "429"}),
            json!({"responseType": "UNAUTHORIZED", "defaultResponse": false, "statusCode": "401",
                "responseTemplates": {"application/json": "{}"}}),
        ],
    }
}

#[test]
fn everything_aws_holds_is_in_the_document() {
    let adopted = document(&readings());
    assert_eq!(adopted.notes, [] as [&str; 0]);
    assert_eq!(adopted.protected, 4);
    insta::assert_snapshot!(adopted.document);
}

#[test]
fn the_order_of_the_readings_is_of_no_matter() {
    let mut other = readings();
    for list in [
        &mut other.resources,
        &mut other.authorizers,
        &mut other.models,
        &mut other.responses,
    ] {
        list.reverse();
    }
    assert_eq!(document(&other), document(&readings()));
}

#[test]
fn no_protected_operation_is_planned_or_compiled_as_open() {
    let adopted = document(&readings());
    let (plan, diagnostics) = gw_plan::compile(&revision(&adopted.document));
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert_eq!(errors, [] as [&gw_model::Diagnostic; 0]);
    let kinds: Vec<(String, Vec<OwnKind>)> = plan
        .routes
        .iter()
        .map(|route| {
            let kinds = match &route.security {
                RouteSecurity::Own { schemes } => schemes.iter().map(|one| one.kind).collect(),
                RouteSecurity::Open { declared: false } => Vec::new(),
                other => panic!("{other:?}"),
            };
            (route.operation.to_string(), kinds)
        })
        .collect();
    let expected = [
        ("OPTIONS /orders", vec![]),
        ("POST /orders", vec![OwnKind::Authorizer, OwnKind::ApiKey]),
        ("ANY /orders/{id}", vec![OwnKind::ApiKey]),
        ("GET /orders/{id}", vec![OwnKind::Iam]),
        ("PUT /orders/{id}", vec![OwnKind::UserPools]),
    ];
    let mut kinds = kinds;
    kinds.sort_by_key(|(name, _)| {
        name.split_once(' ')
            .map(|(a, b)| (b.to_owned(), a.to_owned()))
    });
    let mut expected = expected
        .map(|(name, kinds)| (name.to_owned(), kinds))
        .to_vec();
    expected.sort_by_key(|(name, _)| {
        name.split_once(' ')
            .map(|(a, b)| (b.to_owned(), a.to_owned()))
    });
    assert_eq!(kinds, expected);

    let compiled: Value = serde_json::from_str(&compile(&plan, &aws()).document.unwrap()).unwrap();
    let security = |path: &str, method: &str| compiled["paths"][path][method]["security"].clone();
    assert_eq!(
        security("/orders", "post"),
        json!([{"checks": []}, {"api_key": []}])
    );
    assert_eq!(security("/orders/{id}", "get"), json!([{"sigv4": []}]));
    assert_eq!(
        security("/orders/{id}", "put"),
        json!([{"pool": ["r", "w"]}])
    );
    assert_eq!(
        security("/orders/{id}", "x-amazon-apigateway-any-method"),
        json!([{"api_key": []}])
    );
    assert_eq!(security("/orders", "options"), json!([]));
    let read: Value = serde_json::from_str(&adopted.document).unwrap();
    assert_eq!(
        compiled["components"]["securitySchemes"], read["components"]["securitySchemes"],
        "every authorizer goes back as it came, the spare one too"
    );
}

#[test]
fn settings_integrations_and_answers_go_back_as_they_came() {
    let adopted = document(&readings());
    let (plan, _) = gw_plan::compile(&revision(&adopted.document));
    let compiled: Value = serde_json::from_str(&compile(&plan, &aws()).document.unwrap()).unwrap();
    let read: Value = serde_json::from_str(&adopted.document).unwrap();
    for key in [
        "api-key-source",
        "binary-media-types",
        "endpoint-configuration",
        "gateway-responses",
        "minimum-compression-size",
        "policy",
    ] {
        let key = format!("x-amazon-apigateway-{key}");
        assert!(read.get(&key).is_some(), "{key}");
        assert_eq!(compiled[&key], read[&key], "{key}");
    }
    let (before, after) = (
        &read["paths"]["/orders"]["post"],
        &compiled["paths"]["/orders"]["post"],
    );
    let key = "x-amazon-apigateway-integration";
    assert_eq!(after[key], before[key]);
    assert_eq!(after["x-amazon-apigateway-request-validator"], "all");
    assert_eq!(
        compiled["x-amazon-apigateway-request-validators"]["all"],
        json!({"validateRequestBody": true, "validateRequestParameters": true})
    );
    // A mapping reads it, so AWS must be told of it though it handles the header itself.
    let names: Vec<&str> = after["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["dry", "Authorization"]);
    let answers = after["responses"].as_object().unwrap();
    assert_eq!(answers.keys().collect::<Vec<_>>(), ["200", "409"]);
    assert!(answers["200"]["content"]["application/json"]["schema"].is_object());
    let headers = answers["200"]["headers"].as_object().unwrap();
    assert!(headers.contains_key("X-R") && headers.contains_key("X-Id"));
}

#[test]
fn an_authorizer_that_is_not_there_refuses_the_plan() {
    let mut lost = readings();
    lost.authorizers
        .retain(|authorizer| authorizer["id"] != "a1");
    let (plan, diagnostics) = gw_plan::compile(&revision(&document(&lost).document));
    let error = diagnostics
        .iter()
        .find(|found| found.severity == Severity::Error)
        .expect("an error");
    assert_eq!(error.rule, "own-security-unusable");
    assert!(error.message.contains("POST /orders"), "{}", error.message);
    assert_eq!(plan.routes.len(), 5);
}

#[test]
fn integrations_are_understood_where_they_are_plain() {
    let (plan, _) = gw_plan::compile(&revision(&document(&readings()).document));
    let kind = |name: &str| {
        let route = plan
            .routes
            .iter()
            .find(|route| route.operation.to_string() == name);
        match &route.unwrap().backend {
            RouteBackend::Http { .. } => "http",
            RouteBackend::Mock { .. } => "mock",
            RouteBackend::Lambda { .. } => "lambda",
            RouteBackend::Verbatim { .. } => "verbatim",
        }
    };
    assert_eq!(kind("OPTIONS /orders"), "mock");
    assert_eq!(kind("POST /orders"), "verbatim");
    assert_eq!(kind("GET /orders/{id}"), "http");
}

#[test]
fn what_the_stage_serves_otherwise_is_told() {
    let text = document(&readings()).document;
    let export: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(undeployed(&text, Some(&export), None), [] as [&str; 0]);
    let summary = json!({
        "/orders": {"POST": {"authorizationType": "CUSTOM", "apiKeyRequired": true}, "OPTIONS": {"apiKeyRequired": false}},
        "/orders/{id}": {"GET": {"authorizationType": "AWS_IAM"}, "PUT": {}, "ANY": {"apiKeyRequired": true}},
    });
    assert_eq!(undeployed(&text, None, Some(&summary)), [] as [&str; 0]);
    assert_eq!(undeployed(&text, None, Some(&json!({}))), [] as [&str; 0]);

    let mut live = export.clone();
    live["paths"]["/orders"]
        .as_object_mut()
        .unwrap()
        .remove("post");
    live["paths"]["/old"] = json!({"get": {}});
    live["paths"]["/orders/{id}"]["get"]["x-amazon-apigateway-integration"]["uri"] =
        json!("https://other.example.test");
    let mut open = summary.clone();
    open["/orders"]["POST"] = json!({"authorizationType": "NONE", "apiKeyRequired": false});
    assert_eq!(
        undeployed(&text, Some(&live), Some(&open)),
        [
            "GET /old is still deployed, and was removed",
            "GET /orders/{id} is deployed with another integration",
            "POST /orders is deployed asking for no API key, and was changed to ask for one",
            "POST /orders is deployed with the authorization NONE, and was changed to CUSTOM",
            "POST /orders is not deployed yet",
        ]
    );
}

#[test]
fn an_http_api_is_a_document_and_its_jwt_authorizer_refuses_the_plan() {
    let export = json!({
        "openapi": "3.0.1", "info": {"title": "Web", "version": "1"},
        "servers": [{"url": "https://abc.execute-api.eu-west-1.amazonaws.com"}],
        "x-amazon-apigateway-importexport-version": "1.0",
        "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.test"]},
        "paths": {"/a": {
            "get": {"responses": {"default": {"description": "d"}}, "security": [{"jwt": ["r"]}],
                "x-amazon-apigateway-integration": {"type": "http_proxy", "httpMethod": "GET", "uri": "https://b.test",
                    "payloadFormatVersion": "1.0"}},
            "put": {"responses": {"default": {"description": "d"}},
                "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST",
                    "uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations",
                    "payloadFormatVersion": "2.0"}},
        }},
        "components": {"securitySchemes": {"jwt": {"type": "oauth2", "x-amazon-apigateway-authorizer": {
            "type": "jwt", "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"issuer": "https://idp.test", "audience": ["api"]}}}}},
    });
    let read = http_api(&export.to_string()).unwrap();
    assert_eq!(read.protected, 1);
    assert!(!read.document.contains("execute-api.eu-west-1"));
    assert!(
        read.notes
            .iter()
            .any(|note| note.contains("https://idp.test")),
        "{:?}",
        read.notes
    );
    assert!(
        read.notes
            .iter()
            .any(|note| note.contains("payload format 2.0"))
    );
    let (_, diagnostics) = gw_plan::compile(&revision(&read.document));
    assert!(
        diagnostics
            .iter()
            .any(|found| found.rule == "own-security-unusable" && found.severity == Severity::Error),
        "published as it is, GET /a would be open"
    );
    assert_eq!(http_api("no json"), None);
}
