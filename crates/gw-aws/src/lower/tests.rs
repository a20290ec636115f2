//! What a plan becomes, and in which order.

use gw_connector::{Change, Goal, LiveState, Observed, StepEffect};
use gw_model::{AwsAuthorizer, Code, HttpMethod};
use gw_plan::{Plan, RouteBackend, RouteSecurity};
use serde_json::{Value, json};

use super::samples::{any_origin, aws, nothing, pets, route, target, wide};
use super::{lower, verb};
use crate::names;
use crate::package::package;
use gw_aws_import::{compile, compile_signed};

fn publish(plan: &Plan, observed: &Observed) -> Vec<Change> {
    lower(Goal::Publish(plan), &target(), &aws(), observed).unwrap()
}

fn verbs(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.verb.as_str()).collect()
}

fn parsed(plan: &Plan) -> Value {
    serde_json::from_str(&compile(plan, &aws()).document.unwrap()).unwrap()
}

/// What observing would find after publishing a plan.
fn published(plan: &Plan) -> Observed {
    let changes = publish(plan, &nothing());
    let step: Value = serde_json::from_str(&changes.last().unwrap().payload).unwrap();
    let mut observed = nothing();
    observed.state = LiveState::Live;
    observed.digest = Some(gw_plan::digest(plan));
    let package = plan
        .token_check
        .as_ref()
        .map(|check| package(plan, check, &compile(plan, &aws())).unwrap());
    let mut found =
        |name: &str, value: &str| observed.found.insert(name.to_owned(), value.to_owned());
    found(names::REST_API_ID, "abc123");
    found(names::STAGE_DEPLOYMENT_ID, "dep1");
    found(names::BUILD, step["build"].as_str().unwrap());
    if let Some(package) = package {
        found(names::ROLE_ARN, "arn:aws:iam::111122223333:role/r");
        found(
            names::FUNCTION_ARN,
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
        );
        found(
            names::FUNCTION_VERSION_ARN,
            "arn:aws:lambda:eu-west-1:111122223333:function:f:1",
        );
        found(names::FUNCTION_DIGEST, &package.digest);
    }
    observed
}

#[test]
fn the_document_says_everything_aws_needs() {
    let mut plan = pets();
    plan.cors = Some(any_origin(&[
        ("/pets/{id}", &[HttpMethod::Get]),
        ("/pets", &[HttpMethod::Post]),
    ]));
    insta::assert_json_snapshot!(parsed(&plan));
}

#[test]
fn only_the_imported_document_is_signed() {
    let signed = compile_signed(&pets(), &aws()).document.unwrap();
    assert!(
        signed.contains("[Gatewright {{gatewright:mark}}]"),
        "{signed}"
    );
    assert!(
        !compile(&pets(), &aws())
            .document
            .unwrap()
            .contains("gatewright:mark")
    );
}

#[test]
fn every_operation_says_who_may_call_it() {
    let value = parsed(&pets());
    assert_eq!(value["paths"]["/health"]["get"]["security"], json!([]));
    assert_eq!(
        value["paths"]["/pets"]["post"]["security"],
        json!([{"gatewright": []}])
    );
    assert!(value.get("security").is_none());
}

#[test]
fn an_authorizer_of_the_users_is_asked_by_token() {
    let mut plan = pets();
    plan.token_check.as_mut().unwrap().aws = AwsAuthorizer::Existing {
        lambda_arn: "arn:aws:lambda:eu-west-1:111122223333:function:auth:live".to_owned(),
        invoke_role_arn: Some("arn:aws:iam::111122223333:role/invoke".to_owned()),
    };
    let authorizer = parsed(&plan)["components"]["securitySchemes"]["gatewright"]["x-amazon-apigateway-authorizer"].take();
    assert_eq!(
        authorizer,
        json!({
            "type": "token",
            "authorizerUri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:auth:live/invocations",
            "authorizerResultTtlInSeconds": 300,
            "authorizerCredentials": "arn:aws:iam::111122223333:role/invoke",
        })
    );
    let changes = publish(&plan, &nothing());
    assert!(!verbs(&changes).contains(&verb::CREATE_FUNCTION));
    let import = changes
        .iter()
        .flat_map(|change| &change.calls)
        .find(|call| call.name == "PutRestApi");
    let permission = &import.unwrap().permission;
    assert!(
        permission.ends_with("; iam:PassRole on arn:aws:iam::111122223333:role/invoke"),
        "{permission}"
    );
}

#[test]
fn integrations_follow_their_backends() {
    let mut plan = wide(5);
    let integration = |plan: &Plan, path: &str, method: &str| {
        parsed(plan)["paths"][path][method]["x-amazon-apigateway-integration"].take()
    };
    plan.routes = vec![route(
        HttpMethod::Any,
        "/files/{path+}",
        RouteSecurity::Open { declared: true },
    )];
    assert_eq!(
        integration(&plan, "/files/{path+}", "x-amazon-apigateway-any-method"),
        json!({
            "type": "http_proxy",
            "httpMethod": "ANY",
            "uri": "https://backend.example.test/files/{path}",
            "passthroughBehavior": "when_no_match",
            "requestParameters": {"integration.request.path.path": "method.request.path.path"},
        })
    );
    assert_eq!(
        parsed(&plan)["x-amazon-apigateway-binary-media-types"],
        json!(["*/*"])
    );

    plan.routes[0].backend = RouteBackend::Lambda {
        uri: "arn:aws:lambda:eu-west-1:1:function:f".to_owned(),
        credentials: None,
    };
    let lambda = integration(&plan, "/files/{path+}", "x-amazon-apigateway-any-method");
    assert_eq!(
        (lambda["type"].as_str(), lambda["httpMethod"].as_str()),
        (Some("aws_proxy"), Some("POST"))
    );
    assert!(
        parsed(&plan)
            .get("x-amazon-apigateway-binary-media-types")
            .is_none()
    );

    plan.routes[0].backend = RouteBackend::Verbatim {
        integration: r#"{"type":"aws","uri":"arn:aws:apigateway:eu-west-1:dynamodb:action/GetItem","responses":{"x":{"statusCode":"201"}}}"#.to_owned(),
    };
    assert_eq!(
        integration(&plan, "/files/{path+}", "x-amazon-apigateway-any-method")["type"],
        "aws"
    );
    assert!(
        parsed(&plan)["paths"]["/files/{path+}"]["x-amazon-apigateway-any-method"]["responses"]
            .get("201")
            .is_some()
    );
}

#[test]
fn several_origins_are_answered_one_at_a_time() {
    let mut plan = pets();
    let mut cors = any_origin(&[("/pets", &[HttpMethod::Any])]);
    cors.policy.allow_origins = vec!["https://a.test".to_owned(), "https://b.test".to_owned()];
    cors.policy.allow_credentials = true;
    plan.cors = Some(cors);
    let value = parsed(&plan);
    let response = &value["paths"]["/pets"]["options"]["x-amazon-apigateway-integration"]["responses"]
        ["default"];
    let template = response["responseTemplates"]["application/json"]
        .as_str()
        .unwrap();
    assert!(
        template.contains(r#"$origin == "https://a.test" || $origin == "https://b.test""#),
        "{template}"
    );
    assert_eq!(
        response["responseParameters"]["method.response.header.Vary"],
        "'Origin'"
    );
    assert_eq!(
        response["responseParameters"]["method.response.header.Access-Control-Allow-Methods"],
        "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'"
    );
    assert!(
        value["x-amazon-apigateway-gateway-responses"]["DEFAULT_4XX"]["responseParameters"]
            .get("gatewayresponse.header.Access-Control-Allow-Credentials")
            .is_some()
    );
}

#[test]
fn the_first_publication_makes_everything_in_order() {
    let changes = publish(&pets(), &nothing());
    assert_eq!(
        verbs(&changes),
        [
            verb::CREATE_ROLE,
            verb::PUT_ROLE_POLICY,
            verb::CREATE_FUNCTION,
            verb::AWAIT_FUNCTION,
            verb::PUBLISH_VERSION,
            verb::CREATE_REST_API,
            verb::ALLOW_INVOKE,
            verb::PUT_REST_API,
            verb::READ_BACK,
            verb::CREATE_DEPLOYMENT,
            verb::CREATE_STAGE,
        ]
    );
}

#[test]
fn reading_back_says_how_many_operations_are_looked_at_for_what() {
    let said = |plan: &Plan| {
        let changes = publish(plan, &nothing());
        let mut of_verb = changes.iter().filter(|it| it.verb == verb::READ_BACK);
        of_verb.next().unwrap().sentence.clone()
    };
    let read = "Read back every operation and see that";
    let mut plan = pets();
    assert_eq!(said(&plan), format!("{read} 2 of them ask for a token"));
    let open = RouteSecurity::Open { declared: true };
    let mut routes = plan.routes.iter_mut();
    let protected = routes.find(|it| it.security != open);
    protected.unwrap().security = open.clone();
    assert_eq!(said(&plan), format!("{read} one of them asks for a token"));
    for route in &mut plan.routes {
        route.security = open.clone();
    }
    plan.token_check = None;
    assert_eq!(said(&plan), format!("{read} it is there"));
}

#[test]
fn each_call_tells_the_permission_it_needs() {
    let changes = publish(&pets(), &nothing());
    let calls = changes.iter().flat_map(|change| &change.calls);
    let told: Vec<_> = calls
        .map(|call| format!("{}: {}", call.name, call.permission))
        .collect();
    let function = names::function_name(&target().api, &aws().stage);
    let (rest, lambda, role) = (
        "arn:aws:apigateway:eu-west-1::",
        format!("arn:aws:lambda:eu-west-1:*:function:{function}"),
        format!("arn:aws:iam::*:role/{function}"),
    );
    assert_eq!(
        told,
        [
            format!("CreateRole: iam:CreateRole and iam:TagRole on {role}"),
            format!("PutRolePolicy: iam:PutRolePolicy on {role}"),
            format!(
                "CreateFunction: lambda:CreateFunction and lambda:TagResource on {lambda}; iam:PassRole on {role}"
            ),
            format!("GetFunctionConfiguration: lambda:GetFunctionConfiguration on {lambda}"),
            format!("PublishVersion: lambda:PublishVersion on {lambda}"),
            format!(
                "CreateRestApi: apigateway:POST on {rest}/restapis; apigateway:PUT on {rest}/tags/*"
            ),
            format!("AddPermission: lambda:AddPermission on {lambda}"),
            format!("PutRestApi: apigateway:PUT on {rest}/restapis/*"),
            format!("GetResources: apigateway:GET on {rest}/restapis/*"),
            format!("GetAuthorizers: apigateway:GET on {rest}/restapis/*"),
            format!("CreateDeployment: apigateway:POST on {rest}/restapis/*/deployments"),
            format!(
                "CreateStage: apigateway:POST on {rest}/restapis/*/stages; apigateway:PUT on {rest}/tags/*"
            ),
        ]
    );
}

#[test]
fn an_unchanged_plan_needs_no_call() {
    for plan in [pets(), wide(5)] {
        assert_eq!(publish(&plan, &published(&plan)), []);
    }
}

#[test]
fn a_changed_route_leaves_the_function_alone_and_changed_scopes_do_not() {
    let old = pets();
    let mut new = old.clone();
    new.routes[0].summary = "Health".to_owned();
    assert_eq!(
        verbs(&publish(&new, &published(&old))),
        [
            verb::PUT_REST_API,
            verb::READ_BACK,
            verb::CREATE_DEPLOYMENT,
            verb::UPDATE_STAGE,
        ]
    );
    new.routes[1].security = RouteSecurity::Token {
        scopes: vec!["pets:admin".to_owned()],
    };
    assert_eq!(
        verbs(&publish(&new, &published(&old))),
        [
            verb::UPDATE_FUNCTION,
            verb::AWAIT_FUNCTION,
            verb::PUBLISH_VERSION,
            verb::ALLOW_INVOKE,
            verb::PUT_REST_API,
            verb::READ_BACK,
            verb::CREATE_DEPLOYMENT,
            verb::UPDATE_STAGE,
        ]
    );
}

#[test]
fn a_stage_that_was_moved_by_hand_is_not_unchanged() {
    let plan = pets();
    let mut observed = published(&plan);
    observed.digest = None;
    assert_eq!(
        publish(&plan, &observed).last().unwrap().verb,
        verb::UPDATE_STAGE
    );
}

#[test]
fn calls_do_not_grow_with_the_api() {
    let plan = wide(300);
    let first = publish(&plan, &nothing());
    let gateway = |changes: &[Change], read: bool| {
        changes
            .iter()
            .filter(|change| (change.effect == StepEffect::Read) == read)
            .flat_map(|change| &change.calls)
            .filter(|call| call.service == "apigateway")
            .count()
    };
    // Observing takes one call more each time.
    assert_eq!((gateway(&first, false), gateway(&first, true)), (4, 1));
    let mut changed = plan.clone();
    changed.routes[0].summary = "x".to_owned();
    let again = publish(&changed, &published(&plan));
    assert_eq!((gateway(&again, false), gateway(&again, true)), (3, 1));
    assert_eq!(publish(&plan, &published(&plan)), []);
}

#[test]
fn traffic_moves_last_and_once() {
    for observed in [nothing(), published(&wide(5))] {
        let changes = publish(&pets(), &observed);
        let moves = changes
            .iter()
            .filter(|change| change.effect == StepEffect::MovesTraffic)
            .count();
        assert_eq!(
            (moves, changes.last().unwrap().effect),
            (1, StepEffect::MovesTraffic)
        );
    }
}

#[test]
fn what_aws_would_refuse_is_refused_before_any_call() {
    let fault = lower(Goal::Publish(&wide(753)), &target(), &aws(), &nothing()).unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["resources"].as_str()),
        (Code::PlanTooManyResources, "301")
    );
    let mut plan = wide(5);
    plan.routes[1].operation.path = "/a/{b+}/c".to_owned();
    let fault = lower(Goal::Publish(&plan), &target(), &aws(), &nothing()).unwrap_err();
    assert_eq!(
        (fault.code, fault.facts["rules"].as_str()),
        (Code::PlanRefused, "GW013")
    );
}

#[test]
fn paths_are_read_back_and_authorized_as_aws_has_them() {
    let mut plan = pets();
    let mut other = plan.routes[1].clone();
    other.operation.method = HttpMethod::Delete;
    other.operation.path = "/pets/{petId}/toys.{format}".to_owned();
    other.backend = RouteBackend::Mock {
        answer: gw_plan::MockAnswer {
            status: 204,
            content_type: String::new(),
            headers: std::collections::BTreeMap::new(),
            body: String::new(),
        },
    };
    plan.routes.push(other);
    let changes = publish(&plan, &nothing());
    let payload = |wanted: &str| {
        let change = changes.iter().find(|change| change.verb == wanted).unwrap();
        change.payload.clone()
    };
    assert!(payload(verb::READ_BACK).contains("/pets/{id}/{format}"));
    let check = plan.token_check.as_ref().unwrap();
    let package = package(&plan, check, &compile(&plan, &aws())).unwrap();
    let zip = String::from_utf8_lossy(&package.zip).into_owned();
    assert!(zip.contains("\"DELETE /pets/{id}/{format}\""));
}

#[test]
fn withdrawing_deletes_what_was_found_and_nothing_else() {
    let withdraw =
        |observed: &Observed| lower(Goal::Withdraw, &target(), &aws(), observed).unwrap();
    assert_eq!(
        verbs(&withdraw(&published(&pets()))),
        [
            verb::DELETE_REST_API,
            verb::DELETE_FUNCTION,
            verb::DELETE_ROLE_POLICY,
            verb::DELETE_ROLE,
        ]
    );
    assert_eq!(
        verbs(&withdraw(&published(&wide(5)))),
        [verb::DELETE_REST_API]
    );
    assert_eq!(withdraw(&nothing()), []);
}

#[test]
fn a_slash_at_a_paths_end_is_dropped_everywhere() {
    let mut plan = pets();
    plan.routes[2].operation.path = "/pets/".to_owned();
    assert!(parsed(&plan)["paths"].get("/pets").is_some());
    let payload = publish(&plan, &nothing())
        .into_iter()
        .find(|change| change.verb == verb::READ_BACK)
        .unwrap()
        .payload;
    assert!(payload.contains(r#""path":"/pets""#), "{payload}");
}
