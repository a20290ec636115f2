//! Custom domains: found by the API they lead to, mapped, unmapped, left alone. On ministack, which has both calls and
//! their answers as AWS writes them.

use gw_connector::{Change, Connector, LiveState, MappingGoal, Observed, Outputs};
use gw_model::Code;
use gw_testkit::{Localemu, Ministack};
use serde_json::{Value, json};

use crate::world::{connector, request};

/// A call as the emulator's own tools make it.
async fn call(method: &str, path: &str, body: &Value) -> Value {
    let credential = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/apigateway/aws4_request";
    let headers = [
        ("Authorization", credential),
        ("Content-Type", "application/json"),
    ];
    let url = format!("{}{path}", Ministack::shared().unwrap().url());
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let reply = request(method, &url, &headers, &body).await;
    assert!(reply.status < 300, "{method} {path}: {}", reply.text());
    if reply.text().is_empty() {
        Value::Null
    } else {
        reply.json()
    }
}

fn observed(id: &str) -> Observed {
    Observed {
        state: LiveState::Live,
        found: Outputs::from([("rest-api-id".to_owned(), id.to_owned())]),
        digest: None,
        invoke_url: None,
        stage: None,
    }
}

#[tokio::test]
async fn a_base_path_is_mapped_found_unmapped_and_never_taken_from_another_api() {
    let aws = connector(Ministack::shared().unwrap().url(), "test", "test");
    // The emulator is shared, and its account too.
    let domain = format!("d{}.example.com", Localemu::fresh_account());
    let id = call("POST", "/restapis", &json!({ "name": "a" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    call("POST", "/domainnames", &json!({ "domainName": domain })).await;
    let other = json!({ "basePath": "theirs", "restApiId": "other1", "stage": "live" });
    let mappings = format!("/domainnames/{domain}/basepathmappings");
    call("POST", &mappings, &other).await;
    let mut seen = observed(&id);
    assert_eq!(aws.domains(&seen).await.unwrap(), []);

    let goal = |base_path: &str, mapped| MappingGoal {
        domain: domain.clone(),
        base_path: base_path.to_owned(),
        mapped,
    };
    let theirs = aws.prepare_mapping(&goal("theirs", true), &mut seen).await;
    let fault = theirs.unwrap_err();
    assert_eq!(fault.code, Code::AwsConflict, "{fault}");
    assert!(fault.summary.contains("other1"), "{fault}");

    let mark = gw_connector::Mark::new("gw-map");
    let changes = aws
        .prepare_mapping(&goal("orders", true), &mut seen)
        .await
        .unwrap();
    let [map] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    let journaled = Change {
        payload: String::new(),
        ..map.clone()
    };
    assert_eq!(
        aws.probe(&journaled, &mark, &seen.found).await.unwrap(),
        None
    );
    let receipt = aws.apply(map, &mark, &seen.found).await.unwrap();
    assert!(receipt.outputs.contains_key("invoke-url"));
    let probed = aws.probe(&journaled, &mark, &seen.found).await.unwrap();
    assert_eq!(probed.unwrap().outputs, receipt.outputs);
    let rows = aws.domains(&seen).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].url, format!("https://{domain}/orders"));
    let again = aws.prepare_mapping(&goal("orders", true), &mut seen).await;
    assert_eq!(again.unwrap(), []);

    let changes = aws
        .prepare_mapping(&goal("orders", false), &mut seen)
        .await
        .unwrap();
    let unmapped = aws.apply(&changes[0], &mark, &seen.found).await.unwrap();
    assert_eq!(aws.domains(&seen).await.unwrap(), []);
    for _ in 0..2 {
        aws.undo(&unmapped, &seen.found).await.unwrap();
    }
    assert_eq!(aws.domains(&seen).await.unwrap().len(), 1);
    for _ in 0..2 {
        aws.undo(&receipt, &seen.found).await.unwrap();
    }
    assert_eq!(aws.domains(&seen).await.unwrap(), []);
    // The domain and what others mapped are still there.
    let left = call("GET", &mappings, &Value::Null).await;
    assert_eq!(left["item"].as_array().unwrap().len(), 1, "{left}");
}
