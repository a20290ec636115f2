//! Each rule with a plan that breaks it and the next best that does not.

use gw_model::{AwsAuthorizer, AwsTarget, EndpointType, HttpMethod, Severity};
use gw_plan::{Parameter, ParameterLocation, Plan, RouteBackend, RouteSecurity};

use super::lint;
use crate::samples::{any_origin, aws, pets, route, wide};

fn found(plan: &Plan, target: &AwsTarget) -> Vec<String> {
    lint("", plan, target)
        .into_iter()
        .map(|diagnostic| diagnostic.rule)
        .collect()
}

fn with_paths(paths: &[&str]) -> Plan {
    let mut plan = pets();
    plan.token_check = None;
    plan.routes = paths
        .iter()
        .map(|path| {
            route(
                HttpMethod::Get,
                path,
                RouteSecurity::Open { declared: true },
            )
        })
        .collect();
    plan
}

fn check_paths(rule: &str, breaks: &[&[&str]], keeps: &[&[&str]]) {
    for paths in breaks {
        assert!(
            found(&with_paths(paths), &aws()).contains(&rule.to_owned()),
            "{rule} missed {paths:?}"
        );
    }
    for paths in keeps {
        assert!(
            !found(&with_paths(paths), &aws()).contains(&rule.to_owned()),
            "{rule} wrongly found in {paths:?}"
        );
    }
}

#[test]
fn a_plan_aws_takes_has_no_findings() {
    assert_eq!(found(&pets(), &aws()), Vec::<String>::new());
}

#[test]
fn paths_aws_refuses_are_found() {
    check_paths(
        "GW010",
        &[&["/users/@me"], &["/a b"], &["/a#b"], &["/é"], &["/{a b}"]],
        &[&["/a_b-c.d,e:f/{id}"], &["/a.{ext}"]],
    );
    check_paths(
        "GW011",
        &[&["/a.{ext}"], &["/x{id}"], &["/{a}{b}"], &["/{a}-{b}"]],
        &[&["/{id}/a.b"], &["/@me"]],
    );
    check_paths(
        "GW012",
        &[&["/u/{id}", "/u/{name}/x"], &["/{a}", "/{b+}"]],
        &[&["/u/{id}", "/u/{id}/x", "/v/{name}", "/u/{id}/{name}"]],
    );
    check_paths(
        "GW013",
        &[&["/{proxy+}/x"], &["/a/{p+}/{q}"]],
        &[&["/a/{p+}", "/a"]],
    );
    check_paths(
        "GW014",
        &[&["/ping"], &["/sping/x"]],
        &[&["/a/ping"], &["/pings"]],
    );
    check_paths("GW016", &[&["/items:batchGet"]], &[&["/items"]]);
    check_paths(
        "GW017",
        &[&["/a", "/a/"]],
        &[&["/a/"], &["/a", "/b"], &["/"]],
    );
}

#[test]
fn quotas_are_counted() {
    let mut plan = wide(300);
    assert!(found(&plan, &aws()).is_empty());
    plan.resources = 301;
    let findings = lint("", &plan, &aws());
    assert_eq!(findings[0].rule, "GW015");
    assert_eq!(
        findings[0].message,
        "The API has 301 resources, and AWS allows 300"
    );

    plan.resources = 300;
    plan.routes[0].backend = RouteBackend::Verbatim {
        integration: format!("\"{}\"", "x".repeat(7 << 20)),
    };
    assert_eq!(found(&plan, &aws()), ["GW003"]);
    plan.routes.clear();
    assert_eq!(found(&plan, &aws()), ["GW006"]);
}

#[test]
fn operations_and_backends_aws_refuses_are_found() {
    let mut plan = with_paths(&["/a"]);
    plan.routes[0].operation.method = HttpMethod::Trace;
    assert_eq!(found(&plan, &aws()), ["GW021"]);

    for (backend, rule) in [
        (
            RouteBackend::Http {
                url: "ftp://x".to_owned(),
            },
            Some("GW025"),
        ),
        (
            RouteBackend::Http {
                url: "https:///x".to_owned(),
            },
            Some("GW025"),
        ),
        (
            RouteBackend::Http {
                url: "${stageVariables.host}/x".to_owned(),
            },
            Some("GW025"),
        ),
        (
            RouteBackend::Http {
                url: "https://${stageVariables.host}/x".to_owned(),
            },
            None,
        ),
        (
            RouteBackend::Http {
                url: "http://127.0.0.1:8080/x".to_owned(),
            },
            Some("aws-backend-unreachable"),
        ),
        (
            RouteBackend::Http {
                url: "http://[::1]:8080/x".to_owned(),
            },
            Some("aws-backend-unreachable"),
        ),
        (
            RouteBackend::Lambda {
                uri: "arn:aws:sqs:eu-west-1:1:q".to_owned(),
                credentials: None,
            },
            Some("GW026"),
        ),
        (
            RouteBackend::Lambda {
                uri: "arn:aws:lambda:eu-west-1:1:function:f".to_owned(),
                credentials: None,
            },
            None,
        ),
    ] {
        plan = with_paths(&["/a"]);
        plan.routes[0].backend = backend.clone();
        assert_eq!(
            found(&plan, &aws()),
            rule.into_iter().collect::<Vec<_>>(),
            "{backend:?}"
        );
    }

    plan.routes[0].backend = RouteBackend::Http {
        url: "http://localhost/x".to_owned(),
    };
    let emulator = AwsTarget {
        endpoint_url: Some("http://127.0.0.1:4566".to_owned()),
        ..aws()
    };
    assert!(found(&plan, &emulator).is_empty());
}

#[test]
fn parameters_that_aws_changes_are_told() {
    let parameter = |name: &str, location| Parameter {
        name: name.to_owned(),
        location,
        required: false,
    };
    for (parameters, rule) in [
        (
            vec![
                parameter("id", ParameterLocation::Path),
                parameter("id", ParameterLocation::Query),
            ],
            Some("GW031"),
        ),
        (
            vec![parameter("id", ParameterLocation::Cookie)],
            Some("GW032"),
        ),
        (
            vec![parameter("Via", ParameterLocation::Header)],
            Some("GW034"),
        ),
        (
            vec![
                parameter("X-Id", ParameterLocation::Header),
                parameter("id", ParameterLocation::Query),
            ],
            None,
        ),
    ] {
        let mut plan = with_paths(&["/a"]);
        plan.routes[0].parameters = parameters;
        assert_eq!(found(&plan, &aws()), rule.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn security_that_is_missing_or_cannot_work_is_found() {
    let mut plan = with_paths(&["/a", "/b"]);
    plan.routes[1].security = RouteSecurity::Open { declared: false };
    assert_eq!(found(&plan, &aws()), ["GW074"]);

    let check = |change: fn(&mut gw_plan::TokenCheck)| {
        let mut plan = pets();
        change(plan.token_check.as_mut().unwrap());
        found(&plan, &aws())
    };
    let existing = |arn: &str| AwsAuthorizer::Existing {
        lambda_arn: arn.to_owned(),
        invoke_role_arn: None,
    };
    let mut plan = pets();
    for (arn, fits) in [
        ("arn:aws:lambda:eu-west-1:111122223333:function:auth", true),
        (
            "arn:aws:lambda:eu-west-1:111122223333:function:auth:live",
            true,
        ),
        ("auth", false),
        ("arn:aws:lambda:eu-west-1:1:function:auth", false),
        ("arn:aws:iam::111122223333:role/x", false),
    ] {
        plan.token_check.as_mut().unwrap().aws = existing(arn);
        assert_eq!(found(&plan, &aws()).is_empty(), fits, "{arn}");
    }
    assert_eq!(
        check(|check| check.ttl_seconds = 3601),
        ["aws-authorizer-ttl"]
    );
    assert_eq!(
        check(|check| check.algorithms = vec!["EdDSA".to_owned()]),
        ["aws-authorizer-algorithms"]
    );
    assert_eq!(
        check(|check| check.jwks_uri = "http://127.0.0.1:9/jwks".to_owned()),
        ["aws-keys-unreachable"]
    );
}

#[test]
fn gateways_that_cannot_take_any_api_are_told() {
    let private = AwsTarget {
        endpoint_type: EndpointType::Private,
        ..aws()
    };
    assert_eq!(found(&pets(), &private), ["aws-private-policy"]);
    for stage in ["", "a b", "a/b", &"x".repeat(129)] {
        let target = AwsTarget {
            stage: stage.to_owned(),
            ..aws()
        };
        assert_eq!(found(&pets(), &target), ["aws-stage-name"], "{stage:?}");
    }
}

#[test]
fn what_cors_cannot_do_is_told() {
    let mut plan = with_paths(&["/a"]);
    plan.cors = Some(any_origin(&[("/a", &[HttpMethod::Get])]));
    let findings = lint("", &plan, &aws());
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].rule.as_str(), findings[0].severity),
        ("aws-cors-answers", Severity::Info)
    );
}

#[test]
fn findings_point_at_the_operation() {
    let document = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths:\n  /users/@me:\n    get:\n      responses: {}\n";
    let finding = &lint(document, &with_paths(&["/users/@me"]), &aws())[0];
    assert_eq!((finding.rule.as_str(), finding.place.line), ("GW010", 5));
}
