//! Both forms of a plan, to the letter.

use gw_app::wire::Consent;
use gw_connector::{Change, LiveState, RemoteCall, StepEffect};
use gw_model::{
    ApiId, Code, Diagnostic, Fault, GatewayId, GatewayKind, OperationKey, Place, RevisionId,
    Severity,
};

use super::*;

fn target(name: &str) -> TargetPlan {
    TargetPlan {
        gateway: GatewayId::new(format!("gw_{name}")),
        gateway_name: name.to_owned(),
        gateway_kind: GatewayKind::Aws,
        production: false,
        account: Some("123456789012".to_owned()),
        region: "eu-west-1".to_owned(),
        live: LiveState::Live,
        changes: Vec::new(),
        settings: Vec::new(),
        steps: Vec::new(),
        diagnostics: Vec::new(),
        permissions: Vec::new(),
        eta_ms: 0,
        consents: Vec::new(),
        untouched: Vec::new(),
        returns_to: None,
        invoke_url: None,
        fault: None,
    }
}

fn change(kind: PlanChangeKind, operation: &str, what: &str, lowers_security: bool) -> PlanChange {
    let operation: OperationKey = operation.parse().unwrap();
    PlanChange {
        kind,
        sentence: format!("{operation} {what}"),
        operation: Some(operation),
        lowers_security,
    }
}

fn step(sentence: &str, calls: &[(&str, &str, &str)]) -> Change {
    Change {
        verb: "aws.step".to_owned(),
        sentence: sentence.to_owned(),
        effect: StepEffect::Write,
        calls: calls
            .iter()
            .map(|(name, target, permission)| RemoteCall {
                service: "apigateway".to_owned(),
                name: (*name).to_owned(),
                target: (*target).to_owned(),
                permission: (*permission).to_owned(),
            })
            .collect(),
        payload: String::new(),
    }
}

fn consent(key: &str, sentence: &str, operation: &str) -> Consent {
    Consent {
        key: key.to_owned(),
        sentence: sentence.to_owned(),
        operations: vec![operation.parse().unwrap()],
        typed: Some("prod".to_owned()),
    }
}

/// One gateway where much changes, one where nothing does, one that does not answer.
fn view() -> PlanView {
    let put = "apigateway:PUT on arn:aws:apigateway:eu-west-1::/restapis/*";
    let prod = TargetPlan {
        production: true,
        changes: vec![
            change(
                PlanChangeKind::Security,
                "GET /health",
                "becomes open to everyone: the policy is gone",
                true,
            ),
            change(
                PlanChangeKind::Security,
                "POST /orders",
                "becomes protected (scope orders:write)",
                false,
            ),
            change(
                PlanChangeKind::Removed,
                "GET /search",
                "is no longer served",
                false,
            ),
            change(
                PlanChangeKind::Added,
                "GET /customers",
                "is new, protected (any valid token)",
                false,
            ),
        ],
        steps: vec![
            step(
                "Import the document with 12 operations",
                &[("PutRestApi", "PUT /restapis/abc?mode=overwrite", put)],
            ),
            step(
                "Read back every operation",
                &[
                    ("GetResources", "GET /restapis/abc/resources", ""),
                    ("GetAuthorizers", "GET /restapis/abc/authorizers", ""),
                ],
            ),
        ],
        diagnostics: vec![Diagnostic {
            rule: "GW021".to_owned(),
            severity: Severity::Warning,
            place: Place {
                pointer: "/paths".to_owned(),
                line: 3,
                column: 1,
            },
            message: "ANY /legacy passes OPTIONS on".to_owned(),
            why: String::new(),
            fix: "Name the methods.".to_owned(),
            fixable: false,
        }],
        permissions: vec![put.to_owned()],
        eta_ms: 6_000,
        consents: vec![
            consent(
                "lowers-security",
                "More callers get in than now: at GET /health",
                "GET /health",
            ),
            consent(
                "open-operations",
                "No policy is attached: 1 operation is open to everyone: GET /health",
                "GET /health",
            ),
        ],
        untouched: vec![
            "9 of 12 operations stay as they are".to_owned(),
            "The settings of the stage 'prod' stay as found".to_owned(),
        ],
        invoke_url: Some("https://abc.execute-api.eu-west-1.amazonaws.com/prod".to_owned()),
        ..target("prod")
    };
    let same = TargetPlan {
        untouched: vec!["All 12 operations stay as they are".to_owned()],
        ..target("staging")
    };
    let fault = Fault::new(
        Code::AwsExpired,
        "The session of profile acme has expired",
        "Sign in again",
    );
    let silent = TargetPlan {
        fault: Some(fault.fact("profile", "acme")),
        ..target("far")
    };
    PlanView {
        api: ApiId::new("api_1"),
        api_name: "Orders@1.2.0".to_owned(),
        goal: RunGoal::Publish,
        percent: None,
        revision: RevisionId::new("rev_1"),
        stages: std::collections::BTreeMap::new(),
        eta_ms: 6_000,
        untouched: vec!["On local the API stays as it is".to_owned()],
        targets: vec![prod, same, silent],
    }
}

#[test]
fn text_says_everything_security_first() {
    insta::assert_snapshot!(describe(&view()));
}

#[test]
fn json_says_the_same() {
    insta::assert_json_snapshot!(view());
}

#[test]
fn one_gateway_needs_no_sum() {
    let mut view = view();
    view.targets.truncate(1);
    view.untouched.clear();
    let text = describe(&view);
    assert!(!text.contains("In all"), "{text}");
    let security = text.find("LOOSENS").unwrap();
    assert!(security < text.find("removed").unwrap(), "{text}");
}
