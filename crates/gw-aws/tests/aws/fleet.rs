//! Many APIs into one account and region, through a proxy that enforces AWS's quotas and fails a third or half of all
//! calls.

use std::sync::Arc;
use std::time::Duration;

use gw_aws::{AwsConnector, quotas};
use gw_connector::{Goal, Outputs};
use gw_deploy::{
    Context, Lane, Outcome, Pacer, Publication, QuotaTable, RetryRules, Run, RunEnd, SystemClock,
    Ticket, Turns, Unheard, prepare_with, recover, run,
};
use gw_model::{ApiId, DeploymentId, EndpointType, Fault, HttpMethod};
use gw_plan::Plan;
use gw_testkit::{CountingProxy, Fate, Inventory, Localemu, Quotas, Rule};
use tokio_util::sync::CancellationToken;

use crate::engine::Memory;
use crate::world::{
    OPEN, access, aws, mock, plan, provisioned, request, route, scope, target, wide,
};

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

/// An account and region behind a proxy, and the engine before it.
struct Fleet {
    context: Context,
    account: String,
    lane: Lane,
    proxy: CountingProxy,
}

impl Fleet {
    fn new(lane: Lane, retry: RetryRules) -> Self {
        let context = Context {
            journal: Arc::new(Memory::default()),
            pacer: Arc::new(Pacer::new()),
            clock: Arc::new(SystemClock),
            events: Arc::new(Unheard),
            retry,
        };
        Self {
            context,
            account: Localemu::fresh_account(),
            lane,
            proxy: CountingProxy::start(Localemu::shared().unwrap().url()).unwrap(),
        }
    }

    fn deployment(&self, number: usize) -> DeploymentId {
        DeploymentId::new(format!("fleet-{}-{number}", self.account))
    }

    /// A connector in which every call of a run waits for its turn, as in the app.
    fn connector(&self, number: usize) -> AwsConnector {
        let ticket = Ticket::run(&self.deployment(number));
        let turns = Turns::new(Arc::clone(&self.context.pacer), self.lane.clone(), ticket);
        let access = access(&self.account, "test");
        AwsConnector::paced(aws(&self.proxy.url()), access, turns).unwrap()
    }

    /// Publishes so many APIs side by side. What could not even be looked at gives the fault.
    async fn publish(&self, apis: usize, plan: &Plan) -> Vec<Result<RunEnd, Fault>> {
        let one = |number: usize| {
            let (way, context) = (self.connector(number), self.context.clone());
            let (deployment, lane) = (self.deployment(number), self.lane.clone());
            let target = target(&api(number), Outputs::new());
            let mut plan = plan.clone();
            plan.api = ApiId::new(api(number));
            tokio::spawn(async move {
                let goal = Goal::Publish(&plan);
                // Looking is not what these tests are about: it goes on until it succeeds.
                let looking = RetryRules {
                    attempts: 14,
                    ..context.retry.clone()
                };
                let prepared = prepare_with(&way, goal, &target, &looking).await?;
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
                run(&context, &way, one).await
            })
        };
        let tasks: Vec<_> = (0..apis).map(one).collect();
        let mut ends = Vec::new();
        for task in tasks {
            ends.push(task.await.unwrap());
        }
        ends
    }

    async fn publish_all(&self, apis: usize) -> Vec<RunEnd> {
        let ends = self.publish(apis, &wide(4, 2)).await;
        ends.into_iter().map(Result::unwrap).collect()
    }
}

fn api(number: usize) -> String {
    format!("api_{number}")
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
    let fleet = Fleet::new(lane(10), RetryRules::default());
    let proxy = &fleet.proxy;
    proxy.enforce(Quotas::aws().faster(20));
    let ends = fleet.publish_all(APIS).await;
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
    let retry = RetryRules {
        first_wait: Duration::from_millis(200),
        ..RetryRules::default()
    };
    let fleet = Fleet::new(Lane::unlimited("a/r"), retry);
    let proxy = &fleet.proxy;
    proxy.enforce(Quotas::aws().faster(20));
    let ends = fleet.publish_all(APIS).await;
    assert!(!proxy.refused().is_empty(), "the quotas were not tight");
    assert_eq!(live(&ends), APIS, "{}", proxy.summary());
}

/// Calls are answered 429, 409 or 5xx, cut off, or never answered, before or after they happen, while quotas are enforced.
#[tokio::test]
async fn with_a_third_of_all_calls_failing_every_api_is_live_once() {
    let retry = RetryRules {
        // No try of some hundreds may fail so often by chance.
        attempts: 14,
        ..hasty()
    };
    let fleet = Fleet::new(lane(10), retry);
    let ends = in_bad_weather(&fleet, 30, 40).await;
    let failed: Vec<_> = ends.iter().filter(|end| !is_live(end)).collect();
    assert!(failed.is_empty(), "{failed:?}\n{}", fleet.proxy.summary());
}

/// Fewer tries than usual, so that some give up and are taken back in the same weather.
#[tokio::test]
async fn with_half_of_all_calls_failing_what_gives_up_says_why_and_leaves_nothing() {
    let retry = RetryRules {
        attempts: 2,
        patient_attempts: 3,
        ..hasty()
    };
    let fleet = Fleet::new(lane(10), retry);
    let ends = in_bad_weather(&fleet, 50, 41).await;
    assert!(!ends.iter().all(is_live), "none gave up: nothing was shown");
}

/// Publishes APIs that make functions and roles, each in weather in which so many of a hundred calls fail. Afterwards it
/// clears up, clean-ups that failed are carried on, and exactly what ended live is there, and works.
async fn in_bad_weather(fleet: &Fleet, percent: u64, seed: u64) -> Vec<Result<RunEnd, Fault>> {
    const APIS: usize = 5;
    let routes = vec![
        route(HttpMethod::Get, "/open", mock("{}"), OPEN),
        route(HttpMethod::Get, "/guarded", mock("{}"), scope("pets:read")),
    ];
    // Nobody gets in here: the provider is never asked.
    let check = provisioned("https://id.example", "https://id.example/jwks", 0);
    let proxy = &fleet.proxy;
    proxy.enforce(Quotas::aws().faster(20));
    proxy.inject(Rule::weather(percent, seed));
    let ends = fleet.publish(APIS, &plan(routes, Some(check))).await;
    let fates = proxy.fates();
    proxy.heal();

    for fate in Fate::ALL {
        assert!(
            fates.contains_key(&fate),
            "no call met {fate}: {fates:?} {ends:#?}\n{}",
            proxy.summary()
        );
    }
    let mut lives = Vec::new();
    for (number, end) in ends.iter().enumerate() {
        let fault = match end {
            Ok(end) if end.outcome == Outcome::Live => {
                lives.push(end);
                continue;
            }
            Ok(end) => end.fault.as_ref().expect("a failed run says why"),
            Err(fault) => fault,
        };
        assert!(
            !fault.summary.is_empty() && !fault.advice.is_empty(),
            "{fault:?}"
        );
        let Ok(end) = end else { continue };
        if end.outcome == Outcome::Stuck {
            let names = |key: &String| key.starts_with("left.") || key.starts_with("unknown.");
            assert!(fault.facts.keys().any(names), "names nothing: {fault:?}");
            let target = target(&api(number), Outputs::new());
            let (way, lane) = (fleet.connector(number), fleet.lane.clone());
            let again = recover(&fleet.context, &way, &target, lane, &end.deployment).await;
            assert_eq!(again.unwrap().outcome, Outcome::RolledBack);
        } else {
            assert_eq!(end.outcome, Outcome::RolledBack, "{fault:?}");
        }
    }

    let mut wanted = Vec::new();
    for end in &lives {
        // Made twice by a repeated call, it would be there twice.
        wanted.extend([
            "api",
            "deployment",
            "function",
            "permission",
            "policy",
            "role",
            "stage",
            "version",
        ]);
        let url = end.invoke_url.as_deref().unwrap();
        for (path, status) in [("/open", 200), ("/guarded", 401)] {
            let answer = request("GET", &format!("{url}{path}"), &[], "").await;
            assert_eq!(answer.status, status, "{path} of {:?}", end.deployment);
        }
    }
    wanted.sort_unstable();
    let there = Inventory::of(&fleet.account, "eu-west-1").unwrap();
    assert_eq!(there.kinds(), wanted, "{there:#?}\n{ends:#?}");
    ends
}

/// Rules with waits for an emulator.
fn hasty() -> RetryRules {
    RetryRules {
        first_wait: Duration::from_millis(50),
        longest_wait: Duration::from_secs(2),
        call_limit: Duration::from_secs(3),
        settle: Duration::from_secs(1),
        ..RetryRules::default()
    }
}

fn lane(faster: u32) -> Lane {
    Lane {
        name: "a/r".to_owned(),
        quotas: Arc::new(table(faster)),
    }
}

fn is_live(end: &Result<RunEnd, Fault>) -> bool {
    matches!(end, Ok(end) if end.outcome == Outcome::Live)
}
