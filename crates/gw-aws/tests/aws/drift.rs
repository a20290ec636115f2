//! What became of a deployed API: nothing when nobody touched it, and each thing that was changed behind our back.

use gw_aws::picture::{self, Serves, stage_facets};
use gw_connector::{Connector, Drift, Goal, Reach, compare};
use gw_model::{AwsAuthorizer, AwsTarget, CorsPolicy, HttpMethod};
use gw_plan::{
    Body, Checks, Media, Parameter, ParameterLocation, Plan, PlanCors, RouteBackend, SchemaText,
    TokenCheck,
};
use serde_json::{Value, json};

use crate::decorated::{Dice, answers, export, stage};
use crate::world::{OPEN, World, mock, plan, provisioned, request, route, scope, target};

pub fn aws() -> AwsTarget {
    gw_aws_import::samples::aws()
}

/// Every kind of backend, policy and check.
fn everything() -> Plan {
    let check = provisioned(
        "https://issuer.example.test",
        "http://127.0.0.1:1/jwks",
        300,
    );
    let http = |path: &str| RouteBackend::Http {
        url: format!("https://backend.example.test{path}"),
    };
    let mut search = route(HttpMethod::Get, "/pets", http("/pets"), scope("pets:read"));
    search.parameters = vec![
        Parameter {
            name: "limit".to_owned(),
            location: ParameterLocation::Query,
            required: true,
        },
        Parameter {
            name: "X-Trace".to_owned(),
            location: ParameterLocation::Header,
            required: false,
        },
    ];
    search.contract.checks = Checks {
        parameters: true,
        body: false,
    };
    let mut add = route(
        HttpMethod::Post,
        "/pets",
        http("/pets"),
        scope("pets:write"),
    );
    let pointer = "/components/schemas/Pet".to_owned();
    let schema = SchemaText {
        pointer: pointer.clone(),
        text: format!("{{\"$ref\":\"#{pointer}\"}}"),
    };
    let media = Media {
        media_type: "application/json".to_owned(),
        schema: Some(schema),
    };
    add.contract.body = Some(Body {
        required: true,
        content: vec![media],
    });
    add.contract.checks = Checks {
        parameters: false,
        body: true,
    };
    let written = json!({
        "type": "AWS", "httpMethod": "POST", "credentials": "arn:aws:iam::111122223333:role/r",
        "uri": "arn:aws:apigateway:${AWS::Region}:sqs:path/111122223333/q",
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$input.body"},
        "responses": {"default": {"statusCode": 202}, "4\\d{2}": {"statusCode": "400", "responseTemplates": {"application/json": "{}"}}},
    });
    let written = RouteBackend::Verbatim {
        integration: written.to_string(),
    };
    let lambda = RouteBackend::Lambda {
        uri: "arn:aws:lambda:eu-west-1:111122223333:function:pets".to_owned(),
        credentials: None,
    };
    let routes = vec![
        route(HttpMethod::Get, "/health", mock("{\"up\":true}"), OPEN),
        search,
        add,
        route(
            HttpMethod::Get,
            "/pets/{petId}",
            http("/pets/{petId}"),
            scope("pets:read"),
        ),
        route(HttpMethod::Put, "/queue", written, scope("pets:write")),
        route(HttpMethod::Any, "/any/{proxy+}", lambda, scope("pets:read")),
    ];
    let mut plan = plan(routes, Some(check));
    plan.schemas.texts.insert(
        "/components/schemas/Pet".to_owned(),
        r##"{"type":"object","required":["name","kind"],"properties":{"name":{"type":"string","description":"d"},"kind":{"enum":["cat","dog"]},"owner":{"$ref":"#/components/schemas/Owner"}}}"##.to_owned(),
    );
    plan.schemas.texts.insert(
        "/components/schemas/Owner".to_owned(),
        r#"{"type":"object","properties":{"title":{"type":"string","maxLength":20}}}"#.to_owned(),
    );
    plan.cors = Some(PlanCors {
        policy: CorsPolicy::default(),
        methods: [("/pets".to_owned(), vec![HttpMethod::Get, HttpMethod::Post])].into(),
    });
    plan
}

pub fn known() -> gw_connector::Target {
    let version = "arn:aws:lambda:eu-west-1:111122223333:function:f:7";
    let mut target = target(
        "api_1",
        [("function-version-arn".to_owned(), version.to_owned())].into(),
    );
    target
        .known
        .insert("permission-id".to_owned(), "gw-dep_1".to_owned());
    target
}

/// The document as it is imported.
pub fn imported(plan: &Plan) -> Value {
    let text = gw_aws_import::compile_signed(plan, &aws())
        .document
        .unwrap();
    let text = text
        .replace(
            "{{gatewright:function-version-arn}}",
            "arn:aws:lambda:eu-west-1:111122223333:function:f:7",
        )
        .replace("{{gatewright:mark}}", "gw-dep_1")
        .replace("${AWS::Region}", "eu-west-1");
    serde_json::from_str(&text).unwrap()
}

fn untouched(plan: &Plan, seed: u64) -> Vec<Drift> {
    let digest = gw_plan::digest(plan);
    let mut target = known();
    target.known_digest = Some(digest.clone());
    let mut dice = Dice(seed);
    let mut seen = answers(&imported(plan), "api_1", &mut dice);
    let stage = dice.value(&stage(&digest));
    let serves = Serves::of(&stage, Some(&digest), None);
    seen.stage = stage_facets(&stage, &serves, Some(&digest));
    (seen.function, seen.role, seen.permission) = (Some(true), Some(true), Some(true));
    compare(
        &picture::expected(plan, &target, &aws()),
        &seen.picture(&aws()),
    )
}

#[test]
fn an_untouched_api_has_no_drift_however_aws_decorates_and_orders_it() {
    let full = everything();
    for seed in 0..200 {
        assert_eq!(untouched(&full, seed), [], "seed {seed}");
    }
    let mut existing = full.clone();
    if let Some(check) = &mut existing.token_check {
        check.aws = AwsAuthorizer::Existing {
            lambda_arn: "arn:aws:lambda:eu-west-1:111122223333:function:mine".to_owned(),
            invoke_role_arn: Some("arn:aws:iam::111122223333:role/invoke".to_owned()),
        };
    }
    assert_eq!(untouched(&existing, 1), []);
    for plan in [
        gw_aws_import::samples::pets(),
        gw_aws_import::samples::wide(300),
    ] {
        assert_eq!(untouched(&plan, 2), []);
    }
}

#[test]
fn a_copy_that_aws_exports_in_its_own_way_has_no_drift_in_what_callers_meet() {
    let plan = everything();
    let digest = gw_plan::digest(&plan);
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut seen = answers(&imported(&plan), "api_1", &mut dice);
        let mut moved = stage(&digest);
        moved["deploymentId"] = json!("d2");
        let serves = Serves::of(&moved, Some(&digest), None);
        assert!(
            matches!(&serves, Serves::Other(words) if words.contains("by hand")),
            "{serves:?}"
        );
        seen.stage = stage_facets(&moved, &serves, Some(&digest));
        seen.serves_ours = false;
        seen.export = Some(export(&imported(&plan), &mut dice));
        (seen.function, seen.role, seen.permission) = (Some(true), Some(true), Some(true));
        let mut target = known();
        target.known_digest = Some(digest.clone());
        let found = compare(
            &picture::expected(&plan, &target, &aws()),
            &seen.picture(&aws()),
        );
        let told: Vec<&str> = found.iter().map(|drift| drift.sentence.as_str()).collect();
        assert_eq!(
            told,
            ["The stage serves the deployment d2, which was made by hand"],
            "seed {seed}"
        );

        // The copy differs from the draft: callers meet the copy.
        let mut copy = export(&imported(&plan), &mut dice);
        copy["paths"]["/health"]["get"]["x-amazon-apigateway-integration"]["requestTemplates"]["text/plain"] =
            json!("{\"statusCode\": 500}");
        copy["paths"].as_object_mut().unwrap().remove("/queue");
        seen.export = Some(copy);
        let found = compare(
            &picture::expected(&plan, &target, &aws()),
            &seen.picture(&aws()),
        );
        let gone = found
            .iter()
            .find(|drift| drift.sentence == "PUT /queue is gone")
            .unwrap();
        assert_eq!(gone.reach, Reach::Callers);
        assert!(
            found.iter().any(|drift| drift
                .sentence
                .starts_with("GET /health reaches its backend otherwise")),
            "{found:#?}"
        );
    }
}

#[test]
fn an_export_without_security_does_not_make_operations_open() {
    let plan = everything();
    let digest = gw_plan::digest(&plan);
    let mut dice = Dice(3);
    let mut seen = answers(&imported(&plan), "api_1", &mut dice);
    let mut copy = export(&imported(&plan), &mut dice);
    copy["components"]
        .as_object_mut()
        .unwrap()
        .remove("securitySchemes");
    for (_, item) in copy["paths"].as_object_mut().unwrap() {
        for (_, operation) in item.as_object_mut().unwrap() {
            operation.as_object_mut().unwrap().remove("security");
        }
    }
    seen.serves_ours = false;
    seen.export = Some(copy);
    (seen.function, seen.role, seen.permission) = (Some(true), Some(true), Some(true));
    let mut target = known();
    target.known_digest = Some(digest);
    assert_eq!(
        compare(
            &picture::expected(&plan, &target, &aws()),
            &seen.picture(&aws())
        ),
        []
    );
}

/// What someone does behind our back.
struct Hand {
    api: String,
    headers: [(String, String); 2],
}

impl Hand {
    fn of(world: &World) -> Self {
        let signed = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/apigateway/aws4_request",
            world.account
        );
        Self {
            api: format!(
                "{}/restapis/{}",
                world.proxy.url(),
                world.target.known["rest-api-id"]
            ),
            headers: [
                ("Authorization".to_owned(), signed),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
        }
    }

    async fn does(&self, method: &str, path: &str, body: &Value) -> Value {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let reply = request(method, &format!("{}{path}", self.api), &headers, &body).await;
        assert!(
            reply.status < 300,
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

    async fn resource(&self, path: &str) -> String {
        let listed = self.does("GET", "/resources?limit=500", &Value::Null).await;
        let items = listed["item"]
            .as_array()
            .or(listed["_embedded"]["item"].as_array())
            .unwrap();
        let found = items.iter().find(|item| item["path"] == path).unwrap();
        format!("/resources/{}", found["id"].as_str().unwrap())
    }

    async fn replaces(&self, path: &str, of: &str, value: &str) {
        let patch = json!({"patchOperations": [{"op": "replace", "path": of, "value": value}]});
        self.does("PATCH", path, &patch).await;
    }
}

async fn found(world: &World, plan: &Plan) -> Vec<Drift> {
    let live = world.connector.examine(&world.target).await.unwrap();
    compare(&world.connector.expect(plan, &world.target), &live)
}

async fn told(world: &World, plan: &Plan) -> Vec<String> {
    found(world, plan)
        .await
        .into_iter()
        .map(|drift| drift.sentence)
        .collect()
}

fn small(check: Option<TokenCheck>) -> Plan {
    let security = if check.is_some() { scope("x") } else { OPEN };
    let http = RouteBackend::Http {
        url: "https://backend.example.test/b".to_owned(),
    };
    let mut plan = plan(
        vec![
            route(HttpMethod::Get, "/a", mock("{}"), security.clone()),
            route(HttpMethod::Get, "/b", http, security),
            route(HttpMethod::Get, "/c", mock("{}"), OPEN),
        ],
        check,
    );
    plan.cors = Some(PlanCors {
        policy: CorsPolicy::default(),
        methods: [("/a".to_owned(), vec![HttpMethod::Get])].into(),
    });
    plan
}

async fn deployed(plan: &Plan) -> World {
    let mut world = World::new();
    world.publish(plan).await.unwrap();
    world.target.known_digest = Some(gw_plan::digest(plan));
    world
}

#[tokio::test]
async fn what_was_deployed_and_left_alone_has_no_drift() {
    let full = everything();
    let world = deployed(&full).await;
    assert_eq!(told(&world, &full).await, [""; 0]);
    let bare = gw_aws_import::samples::wide(60);
    let world = deployed(&bare).await;
    assert_eq!(told(&world, &bare).await, [""; 0]);
}

#[tokio::test]
async fn each_change_behind_our_back_is_found_and_security_is_first() {
    let plan = small(Some(provisioned(
        "https://issuer.example.test",
        "http://127.0.0.1:1/jwks",
        300,
    )));
    let mut world = deployed(&plan).await;
    let hand = Hand::of(&world);
    let (a, b, c) = (
        hand.resource("/a").await,
        hand.resource("/b").await,
        hand.resource("/c").await,
    );
    hand.replaces(&format!("{a}/methods/GET"), "/authorizationType", "NONE")
        .await;
    let other = json!({"type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://elsewhere.example.test/b"});
    hand.does("PUT", &format!("{b}/methods/GET/integration"), &other)
        .await;
    hand.does("DELETE", &format!("{c}/methods/GET"), &Value::Null)
        .await;
    hand.does(
        "PUT",
        &format!("{c}/methods/DELETE"),
        &json!({"authorizationType": "NONE"}),
    )
    .await;
    let authorizers = hand.does("GET", "/authorizers", &Value::Null).await;
    let items = authorizers["item"]
        .as_array()
        .or(authorizers["_embedded"]["item"].as_array())
        .unwrap();
    let authorizer = items[0]["id"].as_str().unwrap();
    hand.replaces(
        &format!("/authorizers/{authorizer}"),
        "/authorizerResultTtlInSeconds",
        "3600",
    )
    .await;
    let answer = json!({"statusCode": "418", "responseTemplates": {"application/json": "{}"}});
    hand.does("PUT", "/gatewayresponses/UNAUTHORIZED", &answer)
        .await;
    hand.replaces("/stages/live", "/variables/backend", "blue")
        .await;

    let drifts = found(&world, &plan).await;
    let said: Vec<&str> = drifts.iter().map(|drift| drift.sentence.as_str()).collect();
    let expected = [
        "DELETE /c was added by hand, open to everyone",
        "GET /a is open to everyone; it was deployed with the authorizer 'gatewright'",
        "GET /b goes to https://elsewhere.example.test/b instead of https://backend.example.test/b",
        "GET /c is gone",
        "The authorizer 'gatewright' keeps an answer for 3600 s instead of 300 s",
        "The gateway response UNAUTHORIZED was added by hand",
        "The stage has the new variable 'backend'",
    ];
    let mut sorted = said.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected, "{said:#?}");
    let secure = drifts
        .iter()
        .rposition(|drift| drift.lowers_security)
        .unwrap();
    assert!(
        drifts[..=secure].iter().all(|drift| drift.lowers_security),
        "{said:#?}"
    );
    assert_eq!(
        secure, 2,
        "open, added open, and an answer kept for longer: {said:#?}"
    );
    let reach = |part: &str| {
        drifts
            .iter()
            .find(|drift| drift.sentence.starts_with(part))
            .unwrap()
            .reach
    };
    assert_eq!(
        (reach("GET /a"), reach("The stage")),
        (Reach::Draft, Reach::Callers)
    );
    assert_eq!(
        world.call("GET", "/c", &[], "").await.status,
        200,
        "callers still meet what was deployed"
    );

    // Doing everything again puts back what a publication sets.
    world
        .target
        .known
        .insert("in-doubt".to_owned(), "yes".to_owned());
    let observed = world.observe().await;
    let changes = world
        .connector
        .lower(Goal::Publish(&plan), &world.target, &observed)
        .unwrap();
    assert!(!changes.is_empty(), "nothing would be put back");
    world.run(&changes, observed.found).await.unwrap();
    assert_eq!(
        told(&world, &plan).await,
        ["The stage has the new variable 'backend'"]
    );
}

#[tokio::test]
async fn a_stage_moved_by_hand_is_told_and_what_callers_meet_is_not_called_a_draft() {
    let plan = small(None);
    let world = deployed(&plan).await;
    let hand = Hand::of(&world);
    let c = hand.resource("/c").await;
    hand.does("DELETE", &format!("{c}/methods/GET"), &Value::Null)
        .await;
    let made = hand.does("POST", "/deployments", &json!({})).await;
    let id = made["id"].as_str().unwrap();
    hand.replaces("/stages/live", "/deploymentId", id).await;
    let drifts = found(&world, &plan).await;
    let said: Vec<&str> = drifts.iter().map(|drift| drift.sentence.as_str()).collect();
    assert!(
        said.contains(
            &format!("The stage serves the deployment {id}, which was made by hand").as_str()
        ),
        "{said:#?}"
    );
    let gone = drifts
        .iter()
        .find(|drift| drift.sentence == "GET /c is gone")
        .unwrap();
    assert_ne!(gone.reach, Reach::Draft);
    assert_eq!(drifts.len(), 2, "{said:#?}");
}

#[tokio::test]
async fn what_is_gone_is_told_as_gone_and_can_be_made_again() {
    let plan = small(Some(provisioned(
        "https://issuer.example.test",
        "http://127.0.0.1:1/jwks",
        0,
    )));
    let mut world = deployed(&plan).await;
    let endpoint = world.proxy.url();
    let name = world.target.known["function-name"].clone();
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/lambda/aws4_request",
        world.account
    );
    let url = format!("{endpoint}/2015-03-31/functions/{name}");
    let reply = request("DELETE", &url, &[("Authorization", &signed)], "").await;
    assert!(reply.status < 300, "{} {}", reply.status, reply.text());
    assert_eq!(
        told(&world, &plan).await,
        ["The authorizer function is gone"]
    );

    let hand = Hand::of(&world);
    hand.does("DELETE", "/stages/live", &Value::Null).await;
    let said = told(&world, &plan).await;
    assert!(
        said.len() == 1 && said[0].starts_with("The stage 'live' of the REST API"),
        "{said:#?}"
    );

    hand.does("DELETE", "", &Value::Null).await;
    let said = told(&world, &plan).await;
    assert!(
        said.len() == 1 && said[0].contains("is no longer in eu-west-1"),
        "{said:#?}"
    );

    world
        .target
        .known
        .insert("in-doubt".to_owned(), "yes".to_owned());
    world.publish(&plan).await.unwrap();
    assert_eq!(told(&world, &plan).await, [""; 0]);
}
