//! The deploy engine over the connector: each call's answer lost in turn, each call late, and each call refused in turn.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gw_connector::{CanaryChange, Goal, LiveState};
use gw_deploy::{
    Context, Entry, Journal, Lane, Outcome, Pacer, Prepared, Publication, Record, RetryRules, Run,
    RunEnd, RunHeader, SystemClock, Unheard, prepare, run,
};
use gw_model::{DeploymentId, Fault, HttpMethod, UnixMillis};
use gw_plan::Plan;
use gw_testkit::{Call, Callee, Rule};
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
        settle: Duration::from_millis(600),
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

pub async fn publish(world: &mut World, plan: &Plan, name: &str) -> RunEnd {
    reach(world, Goal::Publish(plan), name).await
}

pub async fn reach(world: &mut World, goal: Goal<'_>, name: &str) -> RunEnd {
    let prepared = prepare(&world.connector, goal, &world.target)
        .await
        .unwrap();
    carry_out(world, goal, prepared, name).await
}

async fn carry_out(world: &mut World, goal: Goal<'_>, prepared: Prepared, name: &str) -> RunEnd {
    let publishes = match goal {
        Goal::Publish(plan) | Goal::PublishCanary(plan, _) => Some(Publication {
            revision: plan.revision.clone(),
            digest: gw_plan::digest(plan),
        }),
        _ => None,
    };
    let canary = match goal {
        Goal::Canary(change) => Some(change),
        Goal::PublishCanary(_, percent) => Some(CanaryChange::Share { percent }),
        _ => None,
    };
    let one = Run {
        deployment: DeploymentId::new(name),
        target: world.target.clone(),
        publishes,
        returns_to: None,
        canary,
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

/// A plan with an open operation, and one in which it is protected: other function code, another document.
fn plans() -> (Plan, Plan) {
    let routes = vec![
        route(HttpMethod::Get, "/a", mock("{}"), scope("pets:read")),
        route(HttpMethod::Get, "/b", mock("{}"), OPEN),
    ];
    // Nobody gets in here: the provider is never asked.
    let check = provisioned("https://id.example", "https://id.example/jwks", 0);
    let first = plan(routes, Some(check));
    let mut second = first.clone();
    second.routes[1].security = scope("pets:write");
    (first, second)
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

/// What a run is for; the second publication changes function and document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    First,
    Second,
    Withdrawal,
}

/// Plays a scene against rules that hold once it is planned; the end, and how many calls were broken.
async fn play(scene: Scene, rules: impl Fn() -> Vec<Rule>) -> (World, RunEnd, usize) {
    let (first, second) = plans();
    let mut world = World::new();
    if scene != Scene::First {
        assert_eq!(
            publish(&mut world, &first, "before").await.outcome,
            Outcome::Live
        );
    }
    let goal = match scene {
        Scene::First => Goal::Publish(&first),
        Scene::Second => Goal::Publish(&second),
        Scene::Withdrawal => Goal::Withdraw,
    };
    let prepared = prepare(&world.connector, goal, &world.target)
        .await
        .unwrap();
    world.proxy.clear();
    for rule in rules() {
        world.proxy.inject(rule);
    }
    let end = carry_out(&mut world, goal, prepared, "played").await;
    let broken = world
        .proxy
        .calls()
        .iter()
        .filter(|call| call.broken)
        .count();
    world.proxy.heal();
    (world, end, broken)
}

/// The world is as the scene wants it, with nothing in it twice.
async fn is_as_wanted(world: &mut World, scene: Scene, context: &str) {
    let (first, second) = plans();
    let (plan, protected) = match scene {
        Scene::First => (first, "/a"),
        Scene::Second => (second, "/b"),
        Scene::Withdrawal => {
            assert_eq!(things(world).await, (0, 0), "{context}");
            return;
        }
    };
    assert_eq!(things(world).await, (1, 1), "{context}");
    assert_eq!(
        world.call("GET", protected, &[], "").await.status,
        401,
        "{context}"
    );
    let again = prepare(&world.connector, Goal::Publish(&plan), &world.target).await;
    assert!(again.unwrap().changes.is_empty(), "{context}");
    world.withdraw().await.unwrap();
    assert_eq!(things(world).await, (0, 0), "{context}");
}

/// Plays a scene once for each of its calls, with that call broken; how often.
async fn each_call(scene: Scene, broken: impl Fn(Rule) -> Rule) -> u64 {
    for call in 0.. {
        let rule = || {
            let asked = AtomicBool::new(false);
            let counts = move |call: &Call| {
                // How often a new function is asked whether it is ready depends on the machine.
                let is_again =
                    call.path.ends_with("/configuration") && asked.swap(true, Ordering::SeqCst);
                call.service != Callee::DataPlane && !is_again
            };
            vec![broken(Rule::on(counts).after(call))]
        };
        let (mut world, end, struck) = play(scene, rule).await;
        let wanted = match scene {
            Scene::First | Scene::Second => Outcome::Live,
            Scene::Withdrawal => Outcome::Withdrawn,
        };
        let context = format!(
            "{scene:?}, call {call}: {:?}\n{}",
            end.fault,
            world.proxy.summary()
        );
        assert_eq!(end.outcome, wanted, "{context}");
        is_as_wanted(&mut world, scene, &context).await;
        if struck == 0 {
            return call;
        }
    }
    0
}

#[tokio::test]
async fn whichever_answer_is_lost_a_first_run_ends_live_with_nothing_twice() {
    // Role, policy, function and its state, version, API, permission, import, two looks, deployment, stage.
    assert_eq!(
        each_call(Scene::First, |rule| rule.drop_answer().times(1)).await,
        12
    );
}

#[tokio::test]
async fn whichever_answer_is_lost_a_second_run_ends_live_with_nothing_twice() {
    // Function and its state, version, permission, import, two looks, deployment, stage.
    assert_eq!(
        each_call(Scene::Second, |rule| rule.drop_answer().times(1)).await,
        9
    );
}

#[tokio::test]
async fn whichever_answer_is_lost_a_withdrawal_ends_with_nothing_left() {
    assert_eq!(
        each_call(Scene::Withdrawal, |rule| rule.drop_answer().times(1)).await,
        4
    );
}

#[tokio::test]
async fn losing_the_answer_to_the_question_too_changes_nothing() {
    // The call, and the first question whether it happened.
    for scene in [Scene::Second, Scene::Withdrawal] {
        each_call(scene, |rule| rule.drop_answer().times(2)).await;
    }
}

#[tokio::test]
async fn a_call_that_comes_late_is_not_made_twice() {
    let made: [fn(&Call) -> bool; 3] = [
        |call| call.action.as_deref() == Some("CreateRole"),
        |call| call.path == "/restapis" && call.method == "POST",
        |call| call.path.ends_with("/deployments") && call.method == "POST",
    ];
    for make in made {
        let late = || vec![Rule::on(make).late(Duration::from_millis(200)).times(1)];
        let (mut world, end, struck) = play(Scene::First, late).await;
        assert_eq!((end.outcome, struck), (Outcome::Live, 1), "{:?}", end.fault);
        let calls = world.proxy.calls();
        assert_eq!(calls.iter().filter(|call| make(call)).count(), 1);
        is_as_wanted(&mut world, Scene::First, "late").await;
    }
}

#[tokio::test]
async fn what_a_lost_try_made_is_known_as_the_runs_own_even_where_asking_is_answered_wrongly() {
    // IAM answers for a while that a new role is not there; then the second try meets the first one's role.
    let role = |action: &'static str| Rule::on(move |call| call.action.as_deref() == Some(action));
    let imports = |call: &Call| call.method == "PUT" && call.path.starts_with("/restapis/");
    let rules = || {
        vec![
            role("CreateRole").drop_answer().times(1),
            role("GetRole")
                .fail(404, "NoSuchEntity", "The role cannot be found.")
                .times(2),
            Rule::on(imports).fail(400, "BadRequestException", "No."),
        ]
    };
    let (world, end, _) = play(Scene::First, rules).await;
    assert_eq!(end.outcome, Outcome::RolledBack, "{:?}", end.fault);
    let left = world.observe().await;
    assert_eq!(left.state, LiveState::Absent);
    let made = world.proxy.calls();
    let deleted = |call: &&Call| call.action.as_deref() == Some("DeleteRole");
    assert_eq!(
        made.iter().filter(deleted).count(),
        1,
        "{}",
        world.proxy.summary()
    );
}

#[tokio::test]
async fn whichever_call_is_refused_nothing_is_left() {
    let (plan, _) = plans();
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
    let (first, second) = plans();
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
