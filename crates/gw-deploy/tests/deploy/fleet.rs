//! Fifty APIs into one account and region that enforces its quotas, on time that stands still: how long it takes by the
//! quotas, and what becomes of it when calls fail.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{
    Capabilities, Change, Connector, Document, Goal, Identity, LiveState, Mark, Observed, Outputs,
    Receipt, RemoteCall, StepEffect, Target,
};
use gw_deploy::{
    CallQuota, Context, Lane, Outcome, Pacer, Publication, QuotaTable, Rate, RetryRules, Run,
    RunEnd, ServiceQuota, Ticket, Turns, eta_together, prepare_with, run,
};
use gw_model::{ApiId, Code, DeploymentId, Diagnostic, Effect, Fault};
use gw_plan::Plan;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::stage::{Ears, Memory, TestClock, plan, target};
use crate::world::{never, soon};

const OWN: [(&str, u64); 4] = [
    ("CreateRestApi", 3_000),
    ("PutRestApi", 1_000),
    ("CreateDeployment", 5_000),
    ("DeleteRestApi", 30_000),
];

/// AWS's table as far as these calls need it.
fn table() -> Arc<QuotaTable> {
    let own = OWN.map(|(name, every)| {
        let quota = CallQuota {
            rate: Some(Rate::one_per(Duration::from_millis(every))),
            takes: Duration::ZERO,
        };
        (name.to_owned(), quota)
    });
    let total = Rate {
        every: Duration::from_millis(100),
        burst: 40,
    };
    let service = ServiceQuota {
        total: Some(total),
        calls: own.into(),
    };
    Arc::new(QuotaTable {
        services: [("apigateway".to_owned(), service)].into(),
        usual: Duration::ZERO,
    })
}

/// An account and region: refuses what comes too early, answers late, and fails as often as it is told to.
struct Account {
    /// Tokens left and when they were counted; by call, and the total under no name.
    tokens: Mutex<BTreeMap<&'static str, (f64, Instant)>>,
    /// How many of a thousand calls fail.
    failing: u64,
    random: Mutex<u64>,
    /// Calls that came too early.
    early: Mutex<Vec<String>>,
    calls: Mutex<u32>,
    /// Mark and verb of what is there.
    there: Mutex<BTreeSet<(String, String)>>,
}

impl Account {
    fn new(failing: u64) -> Arc<Self> {
        Arc::new(Self {
            tokens: Mutex::default(),
            failing,
            random: Mutex::new(failing + 7),
            early: Mutex::default(),
            calls: Mutex::default(),
            there: Mutex::default(),
        })
    }

    /// A number below `bound`, the same in every run of the test.
    fn random(&self, bound: u64) -> u64 {
        let mut state = self.random.lock().unwrap();
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % bound
    }

    fn admit(&self, name: &str) -> bool {
        let now = Instant::now();
        let mut tokens = self.tokens.lock().unwrap();
        let own = OWN.iter().find(|(own, _)| *own == name);
        let asked = own.map(|(own, every)| (*own, *every, 1.0));
        let asked: Vec<_> = asked.into_iter().chain([("", 100, 40.0)]).collect();
        for (key, every, burst) in &asked {
            let (left, at) = tokens.entry(key).or_insert((*burst, now));
            let back =
                (now - *at).as_secs_f64() * 1_000.0 / f64::from(u32::try_from(*every).unwrap());
            (*left, *at) = ((*left + back).min(*burst), now);
        }
        if asked.iter().any(|(key, ..)| tokens[key].0 < 0.999) {
            return false;
        }
        for (key, ..) in &asked {
            tokens.get_mut(key).unwrap().0 -= 1.0;
        }
        true
    }

    /// One call: its way there, the quotas, its fate, its way back. `act` is what it does.
    async fn call<R>(
        &self,
        turns: &Turns,
        name: &str,
        act: impl FnOnce() -> R,
    ) -> Result<R, Fault> {
        turns.take("apigateway", name).await;
        sleep(Duration::from_millis(5 + self.random(35))).await;
        *self.calls.lock().unwrap() += 1;
        if !self.admit(name) {
            self.early.lock().unwrap().push(name.to_owned());
            turns.refused("apigateway", name, None);
            return Err(soon(Code::AwsThrottled));
        }
        if self.random(1_000) < self.failing {
            return match self.random(5) {
                0 => {
                    turns.refused("apigateway", name, None);
                    Err(soon(Code::AwsThrottled))
                }
                1 => Err(soon(Code::AwsConflict)),
                2 => Err(soon(Code::AwsUnavailable).effect(Effect::Unknown)),
                3 => {
                    act();
                    Err(soon(Code::AwsUnavailable).effect(Effect::Unknown))
                }
                _ => {
                    act();
                    pending().await
                }
            };
        }
        let answer = act();
        sleep(Duration::from_millis(self.random(400))).await;
        Ok(answer)
    }
}

struct Way {
    account: Arc<Account>,
    turns: Turns,
}

fn remote(name: &str) -> RemoteCall {
    RemoteCall {
        service: "apigateway".to_owned(),
        name: name.to_owned(),
        target: String::new(),
        permission: String::new(),
    }
}

fn receipt(verb: &str) -> Receipt {
    let url = (OUTPUT_INVOKE_URL.to_owned(), "account://".to_owned());
    Receipt {
        verb: verb.to_owned(),
        outputs: Outputs::from([url]),
        request_id: None,
        created: true,
        warnings: Vec::new(),
    }
}

const STEPS: [(&str, StepEffect); 5] = [
    ("CreateRestApi", StepEffect::Write),
    ("PutRestApi", StepEffect::Write),
    ("GetResources", StepEffect::Read),
    ("CreateDeployment", StepEffect::Write),
    ("CreateStage", StepEffect::MovesTraffic),
];

#[async_trait]
impl Connector for Way {
    fn capabilities(&self) -> Capabilities {
        unreachable!()
    }

    fn lint(&self, _: &Document, _: &Plan) -> Vec<Diagnostic> {
        Vec::new()
    }

    async fn identify(&self) -> Result<Identity, Fault> {
        Err(never(Code::AwsDenied))
    }

    async fn observe(&self, _: &Target) -> Result<Observed, Fault> {
        let nothing = || Observed {
            state: LiveState::Absent,
            found: Outputs::new(),
            digest: None,
            invoke_url: None,
            stage: None,
        };
        self.account.call(&self.turns, "GetRestApis", nothing).await
    }

    fn lower(&self, _: Goal<'_>, _: &Target, _: &Observed) -> Result<Vec<Change>, Fault> {
        let change = |(name, effect): (&str, StepEffect)| Change {
            verb: name.to_owned(),
            sentence: format!("Do {name}"),
            effect,
            calls: vec![remote(name)],
            payload: String::new(),
        };
        Ok(STEPS.map(change).into())
    }

    async fn apply(&self, change: &Change, mark: &Mark, _: &Outputs) -> Result<Receipt, Fault> {
        let there = (mark.as_str().to_owned(), change.verb.clone());
        let act = || {
            let is_new = self.account.there.lock().unwrap().insert(there);
            assert!(
                is_new || change.effect == StepEffect::Read,
                "{} twice",
                change.verb
            );
            receipt(&change.verb)
        };
        self.account.call(&self.turns, &change.verb, act).await
    }

    async fn probe(
        &self,
        change: &Change,
        mark: &Mark,
        _: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let there = (mark.as_str().to_owned(), change.verb.clone());
        let act = || {
            let there = self.account.there.lock().unwrap().contains(&there);
            there.then(|| receipt(&change.verb))
        };
        self.account.call(&self.turns, "GetStage", act).await
    }

    fn undo_calls(&self, receipt: &Receipt) -> Vec<RemoteCall> {
        vec![remote(undoing(&receipt.verb))]
    }

    async fn undo(&self, receipt: &Receipt, _: &Outputs) -> Result<(), Fault> {
        let own = self.turns_of_run();
        let act = || {
            let mut there = self.account.there.lock().unwrap();
            there.remove(&(own, receipt.verb.clone()));
        };
        self.account
            .call(&self.turns, undoing(&receipt.verb), act)
            .await
    }
}

impl Way {
    /// The mark of the run that holds these turns.
    fn turns_of_run(&self) -> String {
        format!("gw-{}", self.turns.ticket().run)
    }
}

fn undoing(verb: &str) -> &'static str {
    match verb {
        "CreateRestApi" => "DeleteRestApi",
        "CreateDeployment" => "DeleteDeployment",
        _ => "DeleteStage",
    }
}

/// Makes runs side by side in one account and region, as the app does: each looks, then acts.
async fn publish(account: &Arc<Account>, runs: u32) -> Vec<(String, RunEnd)> {
    let ctx = Context {
        journal: Arc::new(Memory::default()),
        pacer: Arc::new(Pacer::new()),
        clock: Arc::new(TestClock::new()),
        events: Arc::new(Ears::default()),
        retry: RetryRules {
            call_limit: Duration::from_secs(20),
            ..RetryRules::default()
        },
    };
    let lane = Lane {
        name: "account/region".to_owned(),
        quotas: table(),
    };
    let one = |number: u32| {
        let deployment = DeploymentId::new(format!("d{number}"));
        let turns = Turns::new(
            Arc::clone(&ctx.pacer),
            lane.clone(),
            Ticket::run(&deployment),
        );
        let way = Way {
            account: Arc::clone(account),
            turns,
        };
        let target = Target {
            api: ApiId::new(format!("api{number}")),
            ..target()
        };
        let (ctx, lane) = (ctx.clone(), lane.clone());
        tokio::spawn(async move {
            let wanted = plan(1);
            let prepared = prepare_with(&way, Goal::Publish(&wanted), &target, &ctx.retry)
                .await
                .unwrap();
            let mark = gw_deploy::mark_of(&deployment).as_str().to_owned();
            let one = Run {
                deployment,
                target,
                publishes: Some(Publication {
                    revision: wanted.revision.clone(),
                    digest: "digest".to_owned(),
                }),
                returns_to: None,
                canary: None,
                observed: prepared.observed,
                changes: prepared.changes,
                lane,
                cancel: CancellationToken::new(),
            };
            (mark, run(&ctx, &way, one).await.unwrap())
        })
    };
    let tasks: Vec<_> = (0..runs).map(one).collect();
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.unwrap());
    }
    ends
}

fn count(ends: &[(String, RunEnd)], outcome: Outcome) -> usize {
    ends.iter()
        .filter(|(_, end)| end.outcome == outcome)
        .count()
}

#[tokio::test(start_paused = true)]
async fn fifty_apis_take_what_the_quotas_ask_and_none_is_refused() {
    let account = Account::new(0);
    let began = Instant::now();
    let ends = publish(&account, 50).await;
    assert_eq!(count(&ends, Outcome::Live), 50);
    assert_eq!(*account.early.lock().unwrap(), [""; 0]);
    assert_eq!(
        *account.calls.lock().unwrap(),
        50 * 6,
        "no call is made in vain"
    );
    // One deployment in five seconds is what AWS allows: forty-nine waits.
    let floor = Duration::from_secs(49 * 5);
    let took = began.elapsed();
    assert!(took >= floor, "{took:?} is less than the quotas allow");
    assert!(
        took <= floor.mul_f64(1.1) + Duration::from_secs(2),
        "{took:?}"
    );
    // What the plan screen promises is what it takes.
    let way = Way {
        account: Arc::clone(&account),
        turns: Turns::new(Arc::default(), Lane::unlimited("x"), Ticket::bulk("x")),
    };
    let nothing = way.observe(&target()).await.unwrap();
    let wanted = plan(1);
    let changes = way
        .lower(Goal::Publish(&wanted), &target(), &nothing)
        .unwrap();
    let eta = eta_together(&vec![changes.as_slice(); 50], &table());
    assert!(
        took.abs_diff(eta) < Duration::from_secs(10),
        "{took:?}, {eta:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn with_a_third_of_all_calls_failing_everything_completes() {
    let account = Account::new(300);
    let ends = publish(&account, 50).await;
    let failed: Vec<_> = ends
        .iter()
        .filter(|(_, end)| end.outcome != Outcome::Live)
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    let there = account.there.lock().unwrap();
    let deployments = there.iter().filter(|(_, verb)| verb == "CreateDeployment");
    assert_eq!(deployments.count(), 50);
}

#[tokio::test(start_paused = true)]
async fn with_half_of_all_calls_failing_everything_ends_and_says_what_to_do() {
    let account = Account::new(500);
    let ends = publish(&account, 50).await;
    let there = account.there.lock().unwrap();
    let of_run = |mark: &str| {
        let writes = there
            .iter()
            .filter(|(by, verb)| by == mark && verb != "GetResources");
        writes
            .map(|(_, verb)| verb.as_str())
            .collect::<BTreeSet<_>>()
    };
    for (mark, end) in &ends {
        let left = of_run(mark);
        if end.outcome == Outcome::Live {
            assert_eq!(left.len(), 4, "{mark}: {left:?}");
            continue;
        }
        let fault = end.fault.as_ref().expect("a failed run says why");
        assert!(
            !fault.summary.is_empty() && !fault.advice.is_empty(),
            "{fault:?}"
        );
        match end.outcome {
            Outcome::RolledBack => assert!(!left.contains("CreateRestApi"), "{mark}: {left:?}"),
            Outcome::Stuck => assert!(
                fault
                    .facts
                    .keys()
                    .any(|key| key.starts_with("left.") || key.starts_with("unknown.")),
                "{mark} names nothing: {fault:?}"
            ),
            other => panic!("{mark} ended {other:?}"),
        }
    }
    assert!(
        count(&ends, Outcome::Live) > 40,
        "{} of 50",
        count(&ends, Outcome::Live)
    );
}
