//! The deploy engine over the connector: each call's answer lost in turn, and each call refused in turn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gw_connector::{Goal, LiveState};
use gw_deploy::{
    Context, Entry, Journal, Lane, Outcome, Pacer, Publication, Record, RetryRules, Run, RunEnd,
    RunHeader, SystemClock, Unheard, prepare, run,
};
use gw_model::{DeploymentId, Fault, HttpMethod, UnixMillis};
use gw_plan::Plan;
use gw_testkit::{OauthMock, Rule};
use tokio_util::sync::CancellationToken;

use crate::world::{OPEN, World, mock, plan, provisioned, request, route, scope};

/// A journal that lives as long as the test.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<DeploymentId, (RunHeader, Vec<Record>)>>);

impl Journal for Memory {
    fn begin(&self, header: &RunHeader) -> Result<(), Fault> {
        self.0
            .lock()
            .unwrap()
            .insert(header.deployment.clone(), (header.clone(), Vec::new()));
        Ok(())
    }

    fn append(
        &self,
        deployment: &DeploymentId,
        at: UnixMillis,
        entry: &Entry,
    ) -> Result<Record, Fault> {
        let mut runs = self.0.lock().unwrap();
        let records = &mut runs.get_mut(deployment).unwrap().1;
        let seq = u32::try_from(records.len()).unwrap() + 1;
        records.push(Record {
            seq,
            at,
            entry: entry.clone(),
        });
        Ok(records.last().unwrap().clone())
    }

    fn read(&self, deployment: &DeploymentId) -> Result<(RunHeader, Vec<Record>), Fault> {
        Ok(self.0.lock().unwrap()[deployment].clone())
    }

    fn unfinished(&self) -> Result<Vec<DeploymentId>, Fault> {
        Ok(Vec::new())
    }
}

pub(crate) fn context() -> Context {
    let retry = RetryRules {
        first_wait: Duration::from_millis(10),
        ..RetryRules::default()
    };
    Context {
        journal: Arc::new(Memory::default()),
        pacer: Arc::new(Pacer::new()),
        clock: Arc::new(SystemClock),
        events: Arc::new(Unheard),
        retry,
    }
}

async fn publish(world: &mut World, plan: &Plan, name: &str) -> RunEnd {
    let prepared = prepare(&world.connector, Goal::Publish(plan), &world.target)
        .await
        .unwrap();
    let one = Run {
        deployment: DeploymentId::new(name),
        target: world.target.clone(),
        publishes: Some(Publication {
            revision: plan.revision.clone(),
            digest: gw_plan::digest(plan),
        }),
        returns_to: None,
        observed: prepared.observed,
        changes: prepared.changes,
        lane: Lane::unlimited("test"),
        cancel: CancellationToken::new(),
    };
    let end = run(&context(), &world.connector, one).await.unwrap();
    if end.outcome == Outcome::Live {
        world.target.known = end.outputs.clone();
    }
    end
}

fn protected(provider: &OauthMock) -> Plan {
    let routes = vec![
        route(HttpMethod::Get, "/a", mock("{}"), scope("pets:read")),
        route(HttpMethod::Get, "/b", mock("{}"), OPEN),
    ];
    plan(
        routes,
        Some(provisioned(provider.issuer(), &provider.jwks_url(), 0)),
    )
}

/// How many REST APIs and functions are in the world's account.
async fn things(world: &World) -> (usize, usize) {
    let count = async |path: &str, service: &str, keys: [&str; 2]| {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/{service}/aws4_request",
            world.account
        );
        let reply = request(
            "GET",
            &format!("{}{path}", world.proxy.url()),
            &[("Authorization", &scope)],
            "",
        )
        .await;
        let value = reply.json();
        let list = keys.iter().find_map(|key| value[*key].as_array());
        list.map_or(0, Vec::len)
    };
    (
        count("/restapis", "apigateway", ["item", "items"]).await,
        count(
            "/2015-03-31/functions",
            "lambda",
            ["Functions", "functions"],
        )
        .await,
    )
}

#[tokio::test]
async fn whichever_answer_is_lost_the_run_ends_live_with_nothing_twice() {
    let provider = OauthMock::start().unwrap();
    let plan = protected(&provider);
    let mut broken = 0;
    for step in 0..10 {
        let mut world = World::new();
        world
            .proxy
            .inject(Rule::changes().after(step).drop_answer().times(1));
        let end = publish(&mut world, &plan, &format!("lost-{step}")).await;
        assert_eq!(
            end.outcome,
            Outcome::Live,
            "answer {step}: {:?}\n{}",
            end.fault,
            world.proxy.summary()
        );
        broken += world
            .proxy
            .calls()
            .iter()
            .filter(|call| call.broken)
            .count();
        world.proxy.heal();
        assert_eq!(
            things(&world).await,
            (1, 1),
            "answer {step}: {}",
            world.proxy.summary()
        );
        assert_eq!(world.call("GET", "/a", &[], "").await.status, 401);
        assert!(
            prepare(&world.connector, Goal::Publish(&plan), &world.target)
                .await
                .unwrap()
                .changes
                .is_empty()
        );
        world.withdraw().await.unwrap();
        assert_eq!(
            things(&world).await,
            (0, 0),
            "answer {step}: {}",
            world.proxy.summary()
        );
    }
    // Role, policy, function, version, API, permission, import, deployment, stage.
    assert_eq!(broken, 9);
}

#[tokio::test]
async fn whichever_call_is_refused_nothing_is_left() {
    let provider = OauthMock::start().unwrap();
    let plan = protected(&provider);
    for step in 0..9 {
        let mut world = World::new();
        world.proxy.inject(
            Rule::changes()
                .after(step)
                .fail(400, "BadRequestException", "No.")
                .times(1),
        );
        let end = publish(&mut world, &plan, &format!("refused-{step}")).await;
        assert_eq!(
            end.outcome,
            Outcome::RolledBack,
            "call {step}: {:?}\n{}",
            end.fault,
            world.proxy.summary()
        );
        assert!(end.fault.unwrap().facts.contains_key("aws-message"));
        assert_eq!(
            things(&world).await,
            (0, 0),
            "call {step}: {}",
            world.proxy.summary()
        );
        assert_eq!(world.observe().await.state, LiveState::Absent);
    }
}

#[tokio::test]
async fn whichever_call_of_a_second_run_is_refused_the_first_stays() {
    let provider = OauthMock::start().unwrap();
    let first = protected(&provider);
    let mut second = first.clone();
    second.routes[1].security = scope("pets:write");
    let mut world = World::new();
    assert_eq!(
        publish(&mut world, &first, "first").await.outcome,
        Outcome::Live
    );
    let before = world.observe().await;
    for step in 0..6 {
        world.proxy.heal();
        world.proxy.inject(
            Rule::changes()
                .after(step)
                .fail(400, "BadRequestException", "No.")
                .times(1),
        );
        let end = publish(&mut world, &second, &format!("second-{step}")).await;
        assert_eq!(
            end.outcome,
            Outcome::RolledBack,
            "call {step}: {:?}\n{}",
            end.fault,
            world.proxy.summary()
        );
        assert_eq!(world.observe().await, before, "call {step}");
        assert_eq!(
            world.call("GET", "/b", &[], "").await.status,
            200,
            "call {step}"
        );
    }
    world.proxy.heal();
    assert_eq!(
        publish(&mut world, &second, "second").await.outcome,
        Outcome::Live
    );
    assert_eq!(world.call("GET", "/b", &[], "").await.status, 401);
}
