//! Many APIs into one account and region, through a proxy that enforces AWS's quotas or fails a third of all calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gw_aws::{AwsConnector, quotas};
use gw_connector::{Connector, Goal, Outputs};
use gw_deploy::{
    Context, Lane, Outcome, Pacer, Publication, QuotaTable, RetryRules, Run, RunEnd, SystemClock,
    Ticket, Turns, Unheard, prepare_with, run,
};
use gw_model::{ApiId, DeploymentId, EndpointType};
use gw_testkit::{Call, CountingProxy, Localemu, Quotas, Rule};
use tokio_util::sync::CancellationToken;

use crate::engine::Memory;
use crate::world::{access, aws, target, wide};

const APIS: usize = 20;

/// Our table, so many times faster.
fn table(times: u32) -> QuotaTable {
    let mut table = quotas(EndpointType::Regional);
    for service in table.services.values_mut() {
        let own = service.calls.values_mut().map(|call| &mut call.rate);
        for rate in own.chain([&mut service.total]).flatten() {
            rate.every /= times;
        }
    }
    table
}

/// Publishes APIs side by side, as the app does: every call of a run waits for its turn.
async fn publish(proxy: &CountingProxy, lane: &Lane, retry: RetryRules) -> Vec<RunEnd> {
    let context = Context {
        journal: Arc::new(Memory::default()),
        pacer: Arc::new(Pacer::new()),
        clock: Arc::new(SystemClock),
        events: Arc::new(Unheard),
        retry,
    };
    let account = Localemu::fresh_account();
    let one = |number: usize| {
        let deployment = DeploymentId::new(format!("fleet-{account}-{number}"));
        let ticket = Ticket::run(&deployment);
        let turns = Turns::new(Arc::clone(&context.pacer), lane.clone(), ticket);
        let way = AwsConnector::paced(aws(&proxy.url()), access(&account, "test"), turns).unwrap();
        let target = target(&format!("api_{number}"), Outputs::new());
        let (context, lane) = (context.clone(), lane.clone());
        tokio::spawn(async move {
            let mut plan = wide(4, 2);
            plan.api = ApiId::new(format!("api_{number}"));
            let goal = Goal::Publish(&plan);
            let prepared = prepare_with(&way, goal, &target, &context.retry)
                .await
                .unwrap();
            let one = Run {
                deployment,
                target,
                publishes: Some(Publication {
                    revision: plan.revision.clone(),
                    digest: gw_plan::digest(&plan),
                }),
                returns_to: None,
                canary: None,
                observed: prepared.observed,
                changes: prepared.changes,
                lane,
                cancel: CancellationToken::new(),
            };
            run(&context, &way, one).await.unwrap()
        })
    };
    let tasks: Vec<_> = (0..APIS).map(one).collect();
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.unwrap());
    }
    ends
}

fn live(ends: &[RunEnd]) -> usize {
    ends.iter()
        .filter(|end| end.outcome == Outcome::Live)
        .count()
}

/// The proxy is twice as fast as the engine thinks, so that a busy machine makes no refusal: one that comes all the same
/// is a quota that the engine does not know.
#[tokio::test]
async fn every_quota_that_the_proxy_enforces_is_kept() {
    let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
    proxy.enforce(Quotas::aws().faster(20));
    let lane = Lane {
        name: "a/r".to_owned(),
        quotas: Arc::new(table(10)),
    };
    let ends = publish(&proxy, &lane, RetryRules::default()).await;
    assert_eq!(live(&ends), APIS, "{}", proxy.summary());
    assert!(proxy.refused().is_empty(), "{}", proxy.summary());
    // Observing; making, importing, reading back, deploying, opening the stage.
    assert_eq!(
        proxy.tally().control_plane(),
        APIS * 6,
        "{}",
        proxy.summary()
    );
}

#[tokio::test]
async fn who_keeps_no_quota_is_refused_and_comes_through_all_the_same() {
    let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
    proxy.enforce(Quotas::aws().faster(20));
    let retry = RetryRules {
        first_wait: Duration::from_millis(200),
        ..RetryRules::default()
    };
    let ends = publish(&proxy, &Lane::unlimited("a/r"), retry).await;
    assert!(!proxy.refused().is_empty(), "the quotas were not tight");
    assert_eq!(live(&ends), APIS, "{}", proxy.summary());
}

#[tokio::test]
async fn with_a_third_of_all_calls_failing_every_api_is_live_once() {
    let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
    let conflict =
        "Unable to complete operation due to concurrent modification. Please try again later.";
    for rule in [
        sometimes(1).throttle(),
        sometimes(2).fail(409, "ConflictException", conflict),
        sometimes(3).fail(500, "InternalFailure", "oops"),
        sometimes(4).drop_answer(),
        sometimes(5).cut(),
    ] {
        proxy.inject(rule);
    }
    let retry = RetryRules {
        first_wait: Duration::from_millis(20),
        ..RetryRules::default()
    };
    let lane = Lane {
        name: "a/r".to_owned(),
        quotas: Arc::new(table(50)),
    };
    let ends = publish(&proxy, &lane, retry).await;
    let failed: Vec<_> = ends
        .iter()
        .filter(|end| end.outcome != Outcome::Live)
        .collect();
    assert!(failed.is_empty(), "{failed:?}\n{}", proxy.summary());
    let broken = proxy.calls().iter().filter(|call| call.broken).count();
    assert!(broken > APIS, "only {broken} calls failed");
    // What was made twice by a repeated call would be there twice.
    let (url, account) = (
        proxy.url(),
        ends[0]
            .deployment
            .as_str()
            .split('-')
            .nth(1)
            .unwrap()
            .to_owned(),
    );
    proxy.heal();
    let observer = AwsConnector::new(aws(&url), access(&account, "test")).unwrap();
    for (number, end) in ends.iter().enumerate() {
        let known = target(&format!("api_{number}"), end.outputs.clone());
        let seen = observer.observe(&known).await.unwrap();
        assert_eq!(seen.invoke_url, end.invoke_url);
    }
    let scope =
        format!("AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/apigateway/aws4_request");
    let listed = crate::world::request(
        "GET",
        &format!("{url}/restapis"),
        &[("Authorization", &scope)],
        "",
    )
    .await
    .json();
    let apis = listed["item"].as_array().or(listed["items"].as_array());
    assert_eq!(apis.map(Vec::len), Some(APIS));
}

/// Matches one call in fourteen, the same ones in every run of the test for the same order of calls.
fn sometimes(seed: u64) -> Rule {
    let state = AtomicU64::new(seed);
    Rule::on(move |call: &Call| {
        let next = state
            .load(Ordering::Relaxed)
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.store(next, Ordering::Relaxed);
        call.service != gw_testkit::Callee::DataPlane && (next >> 33).is_multiple_of(14)
    })
}
