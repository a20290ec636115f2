//! Keys and permissions that an emulator really verifies: ministack checks signatures and IAM policies.

use gw_connector::{Connector, LiveState, Outputs, PermissionState};
use gw_model::{Code, Effect};
use gw_testkit::{CountingProxy, Ministack, Rule};
use serde_json::json;

use crate::world::{connector, request, target};

/// IAM's query protocol as the root user, whose signature the emulator does not verify.
async fn iam(endpoint: &str, form: &str) -> String {
    let authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
    let headers = [
        ("Authorization", authorization),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let reply = request(
        "POST",
        &format!("{endpoint}/"),
        &headers,
        &format!("{form}&Version=2010-05-08"),
    )
    .await;
    assert_eq!(reply.status, 200, "{form}: {}", reply.text());
    reply.text()
}

fn element(xml: &str, name: &str) -> String {
    let start = xml.find(&format!("<{name}>")).expect(name) + name.len() + 2;
    let end = xml.find(&format!("</{name}>")).expect(name);
    xml[start..end].to_owned()
}

/// A user with a policy, and its access key.
async fn user(endpoint: &str, name: &str, policy: Option<&str>) -> (String, String) {
    iam(endpoint, &format!("Action=CreateUser&UserName={name}")).await;
    if let Some(policy) = policy {
        let policy = policy
            .bytes()
            .fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        iam(
            endpoint,
            &format!("Action=PutUserPolicy&UserName={name}&PolicyName=p&PolicyDocument={policy}"),
        )
        .await;
    }
    let key = iam(endpoint, &format!("Action=CreateAccessKey&UserName={name}")).await;
    (
        element(&key, "AccessKeyId"),
        element(&key, "SecretAccessKey"),
    )
}

#[tokio::test]
async fn wrong_keys_missing_permissions_and_denials_are_told_apart() {
    let emulator = Ministack::start_enforcing().unwrap();
    let url = emulator.url();
    let may = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["apigateway:GET", "iam:SimulatePrincipalPolicy"], "Resource": "*"},
    ]});
    let denied = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "apigateway:*", "Resource": "*"},
    ]});
    let (id, secret) = user(url, "reader", Some(&may.to_string())).await;
    let reader = connector(url, &id, &secret);
    let identity = reader.identify().await.unwrap();
    assert!(
        identity.principal.ends_with(":user/reader"),
        "{}",
        identity.principal
    );
    assert_eq!(
        reader
            .observe(&target("a", Outputs::new()))
            .await
            .unwrap()
            .state,
        LiveState::Absent
    );
    let state = |action: &str| {
        identity
            .permissions
            .iter()
            .find(|it| it.action == action)
            .map(|it| it.state)
    };
    assert_eq!(state("apigateway:GET"), Some(PermissionState::Allowed));
    assert_eq!(state("apigateway:PUT"), Some(PermissionState::Denied));

    let fault = connector(url, &id, "not-the-secret")
        .identify()
        .await
        .unwrap_err();
    assert_eq!(
        fault.code,
        Code::AwsCredentials,
        "{fault} {:?}",
        fault.facts
    );
    let fault = connector(url, &id, "not-the-secret")
        .observe(&target("a", Outputs::new()))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.effect),
        (Code::AwsCredentials, Effect::None),
        "{fault} {:?}",
        fault.facts
    );
    let fault = connector(url, "AKIAIOSFODNN7EXAMPLE", &secret)
        .identify()
        .await
        .unwrap_err();
    assert_eq!(
        fault.code,
        Code::AwsCredentials,
        "{fault} {:?}",
        fault.facts
    );

    for (name, policy) in [("nobody", None), ("barred", Some(denied.to_string()))] {
        let (id, secret) = user(url, name, policy.as_deref()).await;
        let connector = connector(url, &id, &secret);
        assert!(connector.identify().await.is_ok(), "{name}");
        let fault = connector
            .observe(&target("a", Outputs::new()))
            .await
            .unwrap_err();
        assert_eq!(fault.code, Code::AwsDenied, "{fault} {:?}", fault.facts);
        assert!(fault.advice.contains("apigateway:GET"), "{}", fault.advice);
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_not_taken_for_a_wrong_key() {
    let emulator = Ministack::start().unwrap();
    let proxy = CountingProxy::start(emulator.url()).unwrap();
    for message in [
        "Signature expired: 20260101T000000Z is now earlier than 20260101T001500Z (20260101T002000Z - 5 min.)",
        "Signature not yet current: 20260101T003000Z is still later than 20260101T000500Z (20260101T000000Z + 5 min.)",
    ] {
        proxy.heal();
        proxy.inject(Rule::any().fail(403, "SignatureDoesNotMatch", message));
        let fault = connector(&proxy.url(), "test", "test")
            .identify()
            .await
            .unwrap_err();
        assert_eq!(fault.code, Code::AwsClockSkew, "{fault} {:?}", fault.facts);
    }
}

#[test]
fn a_profile_that_is_not_there_is_told_as_such() {
    use gw_aws::{AwsAccess, AwsConnector};
    use gw_model::{AwsCredentials, AwsTarget, EndpointType};
    let name = "gatewright-test-no-such-profile";
    let aws = AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: name.to_owned(),
        },
        endpoint_url: Some("http://127.0.0.1:9".to_owned()),
    };
    let connector = AwsConnector::new(
        aws,
        AwsAccess::Profile {
            name: name.to_owned(),
        },
    )
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let fault = runtime.block_on(connector.identify()).unwrap_err();
    assert_eq!(fault.code, Code::AwsProfile, "{fault} {:?}", fault.facts);
    assert!(fault.advice.contains(name), "{}", fault.advice);
}
