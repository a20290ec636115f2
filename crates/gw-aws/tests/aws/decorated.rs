//! Answers of AWS and exports made from a document by the rules AWS documents: defaults filled in, upper case, ids, other
//! orders, things of AWS's own. Refuses the code under test: it is written from the rules.

use gw_aws::picture::Seen;
use serde_json::{Map, Value, json};

/// A small generator of numbers: the same seed shuffles the same way.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides.max(1)
    }

    fn shuffled<T>(&mut self, mut items: Vec<T>) -> Vec<T> {
        for at in (1..items.len()).rev() {
            let other = self.roll(at + 1);
            items.swap(at, other);
        }
        items
    }

    /// The same value with its keys in another order at every depth; the order of lists means something and stays.
    pub fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields: Vec<(String, Value)> = fields
                    .iter()
                    .map(|(key, value)| (key.clone(), self.value(value)))
                    .collect();
                self.shuffled(fields)
                    .into_iter()
                    .collect::<Map<_, _>>()
                    .into()
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            other => other.clone(),
        }
    }
}

const METHODS: [&str; 8] = [
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "x-amazon-apigateway-any-method",
];

/// What the calls answer of an API that was imported from a document and left alone.
pub fn answers(document: &Value, api: &str, dice: &mut Dice) -> Seen {
    let mut resources = vec![json!({"id": "root", "path": "/"})];
    for (at, (path, item)) in document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let mut methods = Map::new();
        for key in METHODS {
            if let Some(operation) = item.get(key) {
                let name = if key.starts_with("x-") {
                    "ANY".to_owned()
                } else {
                    key.to_uppercase()
                };
                methods.insert(name.clone(), method(&name, operation, document, at));
            }
        }
        let mut resource = json!({"id": format!("r{at}"), "parentId": "root", "path": path, "pathPart": path.rsplit('/').next()});
        resource["resourceMethods"] = dice.value(&Value::Object(methods));
        resources.push(resource);
    }
    let models = document["components"]["schemas"].as_object();
    let mut listed: Vec<Value> = models
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let schema = dice.value(&as_stored(schema, api, name));
            json!({"id": format!("m{name}"), "name": name, "contentType": "application/json", "schema": schema.to_string()})
        })
        .collect();
    // Every REST API has these two.
    for name in ["Empty", "Error"] {
        listed.push(json!({"id": name, "name": name, "contentType": "application/json", "schema": "{\"title\":\"x\",\"type\":\"object\"}"}));
    }
    let binary = document["x-amazon-apigateway-binary-media-types"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let rest_api = json!({
        "id": "abc123", "name": document["info"]["title"], "version": document["info"]["version"],
        "description": document["info"]["description"].as_str().unwrap_or_default().replace("{{gatewright:mark}}", "gw-dep_1"),
        "createdDate": 1_767_225_600, "apiKeySource": "HEADER", "disableExecuteApiEndpoint": false, "rootResourceId": "root",
        "binaryMediaTypes": dice.shuffled(binary),
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}, "securityPolicy": "TLS_1_0",
        "tags": {"gatewright:api": api, "gatewright:mark": "gw-dep_1", "cost-center": "42"},
    });
    Seen {
        rest_api: dice.value(&rest_api),
        resources: dice.shuffled(resources),
        authorizers: authorizers(document),
        gateway_responses: gateway_responses(document, dice),
        validators: validators(document),
        models: dice.shuffled(listed),
        serves_ours: true,
        ..Seen::default()
    }
}

fn method(name: &str, operation: &Value, document: &Value, at: usize) -> Value {
    let asks = operation["security"][0]
        .as_object()
        .and_then(|one| one.keys().next());
    let mut parameters = Map::new();
    for one in operation["parameters"].as_array().into_iter().flatten() {
        let place = match one["in"].as_str() {
            Some("query") => "querystring",
            Some(other) => other,
            None => "",
        };
        let key = format!(
            "method.request.{place}.{}",
            one["name"].as_str().unwrap_or_default()
        );
        parameters.insert(key, one["required"].clone());
    }
    let mut method = json!({
        "httpMethod": name, "apiKeyRequired": false, "operationName": operation["operationId"],
        "authorizationType": if asks.is_some() { "CUSTOM" } else { "NONE" },
        "methodResponses": {"200": {"statusCode": "200", "responseModels": {"application/json": "Empty"}}},
        "methodIntegration": integration(&operation["x-amazon-apigateway-integration"], name, at),
    });
    if !parameters.is_empty() {
        method["requestParameters"] = Value::Object(parameters);
    }
    if let Some(scheme) = asks {
        method["authorizerId"] = json!(format!("a-{scheme}"));
    }
    if let Some(validator) = operation["x-amazon-apigateway-request-validator"].as_str() {
        method["requestValidatorId"] = json!(format!("v-{validator}"));
    }
    let content = operation["requestBody"]["content"].as_object();
    let bound: Map<String, Value> = content
        .into_iter()
        .flatten()
        .filter_map(|(media, one)| {
            Some((
                media.clone(),
                json!(one["schema"]["$ref"].as_str()?.rsplit('/').next()),
            ))
        })
        .collect();
    if !bound.is_empty() {
        method["requestModels"] = Value::Object(bound);
    }
    let _ = document;
    method
}

/// With everything AWS fills in, and responses by status.
fn integration(value: &Value, method: &str, at: usize) -> Value {
    let kind = value["type"].as_str().unwrap_or_default().to_uppercase();
    let mut filled = json!({
        "type": kind, "timeoutInMillis": 29000, "cacheNamespace": format!("r{at}"), "cacheKeyParameters": [],
        "passthroughBehavior": value["passthroughBehavior"].as_str().unwrap_or("when_no_match").to_uppercase(),
        "responseTransferMode": "BUFFERED",
    });
    for name in [
        "uri",
        "httpMethod",
        "credentials",
        "requestParameters",
        "requestTemplates",
        "contentHandling",
        "connectionId",
    ] {
        if !value[name].is_null() && value[name] != json!({}) {
            filled[name] = value[name].clone();
        }
    }
    if kind != "MOCK" {
        filled["connectionType"] = value["connectionType"]
            .as_str()
            .map_or(json!("INTERNET"), |kind| json!(kind));
        filled["tlsConfig"] = json!({"insecureSkipVerification": false});
        if filled["httpMethod"].is_null() {
            filled["httpMethod"] = json!(method);
        }
    }
    if kind.ends_with("_PROXY") {
        filled["integrationResponses"] =
            json!({"200": {"statusCode": "200", "responseTemplates": {"application/json": null}}});
        return filled;
    }
    let mut responses = Map::new();
    for (pattern, one) in value["responses"].as_object().into_iter().flatten() {
        let status = match &one["statusCode"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut entry =
            json!({"statusCode": status, "responseTemplates": {"application/json": null}});
        for name in ["responseParameters", "responseTemplates", "contentHandling"] {
            if !one[name].is_null() {
                entry[name] = one[name].clone();
            }
        }
        if pattern != "default" {
            entry["selectionPattern"] = json!(pattern);
        }
        responses.insert(status, entry);
    }
    filled["integrationResponses"] = Value::Object(responses);
    filled
}

fn authorizers(document: &Value) -> Vec<Value> {
    let schemes = document["components"]["securitySchemes"].as_object();
    schemes
        .into_iter()
        .flatten()
        .map(|(name, scheme)| {
            let own = &scheme["x-amazon-apigateway-authorizer"];
            let source = own["identitySource"].as_str().map_or_else(
                || format!("method.request.header.{}", scheme["name"].as_str().unwrap_or_default()),
                |source| source.replace(", ", ","),
            );
            json!({
                "id": format!("a-{name}"), "name": name, "type": own["type"].as_str().unwrap_or_default().to_uppercase(),
                "authType": "custom", "authorizerUri": own["authorizerUri"], "identitySource": source,
                "authorizerCredentials": own["authorizerCredentials"],
                "authorizerResultTtlInSeconds": own["authorizerResultTtlInSeconds"],
            })
        })
        .collect()
}

fn gateway_responses(document: &Value, dice: &mut Dice) -> Vec<Value> {
    let own = document["x-amazon-apigateway-gateway-responses"].as_object();
    let mut listed: Vec<Value> = ["UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED", "QUOTA_EXCEEDED"]
        .iter()
        .map(|kind| {
            json!({
                "responseType": kind, "statusCode": "401", "defaultResponse": true, "responseParameters": {},
                "responseTemplates": {"application/json": "{\"message\":$context.error.messageString}"},
            })
        })
        .collect();
    for (kind, one) in own.into_iter().flatten() {
        let mut one = dice.value(one);
        one["responseType"] = json!(kind);
        one["defaultResponse"] = json!(false);
        one["statusCode"] = Value::Null;
        listed.push(one);
    }
    dice.shuffled(listed)
}

fn validators(document: &Value) -> Vec<Value> {
    let own = document["x-amazon-apigateway-request-validators"].as_object();
    own.into_iter()
        .flatten()
        .map(|(name, one)| {
            json!({
                "id": format!("v-{name}"), "name": name,
                "validateRequestBody": one["validateRequestBody"], "validateRequestParameters": one["validateRequestParameters"],
            })
        })
        .collect()
}

/// A model as it is stored: decorated, with references as addresses below the REST API.
fn as_stored(schema: &Value, api: &str, name: &str) -> Value {
    let text = schema.to_string().replace(
        "#/components/schemas/",
        &format!("https://apigateway.amazonaws.com/restapis/{api}/models/"),
    );
    let mut stored: Value = serde_json::from_str(&text).unwrap();
    if let Some(fields) = stored.as_object_mut() {
        fields.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-04/schema#"),
        );
        fields.entry("title").or_insert_with(|| json!(name));
    }
    stored
}

/// A stage as a run left it, with what AWS and others put beside.
pub fn stage(plan_digest: &str) -> Value {
    json!({
        "deploymentId": "d1", "stageName": "live",
        "description": format!("gatewright plan={plan_digest} build=b mark=gw-dep_1 deployment=d1"),
        "cacheClusterEnabled": false, "cacheClusterStatus": "NOT_AVAILABLE", "methodSettings": {}, "tracingEnabled": false,
        "webAclArn": "arn:aws:wafv2:eu-west-1:1:regional/webacl/x", "clientCertificateId": "c1",
        "documentationVersion": "1", "tags": {"gatewright:api": "api_1", "other": "tag"},
        "createdDate": 1_767_225_600, "lastUpdatedDate": 1_767_225_601,
    })
}

/// What `GetExport` gives with `extensions=apigateway`.
pub fn export(document: &Value, dice: &mut Dice) -> Value {
    let mut out = document.clone();
    out["servers"] = json!([{"url": "https://abc123.execute-api.eu-west-1.amazonaws.com/{basePath}",
        "variables": {"basePath": {"default": "live"}}}]);
    out["x-amazon-apigateway-endpoint-configuration"] = json!({"ipAddressType": "ipv4"});
    for (_, item) in out["paths"].as_object_mut().into_iter().flatten() {
        for (key, operation) in item.as_object_mut().into_iter().flatten() {
            if operation["security"] == json!([]) {
                operation.as_object_mut().unwrap().remove("security");
            }
            let integration = &mut operation["x-amazon-apigateway-integration"];
            let kind = integration["type"]
                .as_str()
                .unwrap_or_default()
                .to_uppercase();
            // Exports are written in one case, documents in another.
            integration["type"] = json!(kind.to_lowercase());
            integration["timeoutInMillis"] = json!(29000);
            if kind != "MOCK" && integration["httpMethod"].is_null() {
                integration["httpMethod"] = json!(key.to_uppercase());
            }
            if integration["requestParameters"] == json!({}) {
                integration
                    .as_object_mut()
                    .unwrap()
                    .remove("requestParameters");
            }
            if kind.ends_with("_PROXY") {
                integration["responses"] = json!({"default": {"statusCode": "200"}});
            }
            operation["responses"]["200"] = json!({"description": "200 response", "content": {}});
        }
    }
    dice.value(&out)
}
