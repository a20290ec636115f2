//! Pacing on time that stands still.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gw_connector::{Change, RemoteCall, StepEffect};
use gw_deploy::{
    CallQuota, Lane, Pacer, QuotaTable, Rate, ServiceQuota, Ticket, Turns, Wait, eta, eta_together,
};
use proptest::prelude::*;
use tokio::time::Instant;

/// Part of AWS's table.
fn table() -> Arc<QuotaTable> {
    let own = |name: &str, seconds| {
        let rate = Some(Rate::one_per(Duration::from_secs(seconds)));
        (
            name.to_owned(),
            CallQuota {
                rate,
                takes: Duration::ZERO,
            },
        )
    };
    let service = ServiceQuota {
        total: Some(Rate {
            every: Duration::from_millis(100),
            burst: 40,
        }),
        calls: BTreeMap::from([
            own("CreateRestApi", 3),
            own("CreateDeployment", 5),
            own("PutRestApi", 1),
        ]),
    };
    Arc::new(QuotaTable {
        services: BTreeMap::from([("apigateway".to_owned(), service)]),
        usual: Duration::ZERO,
    })
}

fn lane(name: &str) -> Lane {
    Lane {
        name: name.to_owned(),
        quotas: table(),
    }
}

fn call(name: &str) -> RemoteCall {
    let text = String::new;
    RemoteCall {
        service: "apigateway".to_owned(),
        name: name.to_owned(),
        target: text(),
        permission: text(),
    }
}

fn unheard(_: Wait) {}

fn run(name: &str) -> Ticket {
    Ticket::run(&gw_model::DeploymentId::new(name))
}

/// Takes turns one after the other, each on a task of its own, and tells who had them in which order.
struct Queue {
    pacer: Arc<Pacer>,
    lane: Lane,
    order: Arc<Mutex<Vec<String>>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Queue {
    /// A queue behind a call that has just taken the only token.
    async fn new(name: &str) -> Self {
        let queue = Self {
            pacer: Arc::new(Pacer::new()),
            lane: lane("a/r"),
            order: Arc::default(),
            tasks: Vec::new(),
        };
        let first = run("first");
        queue
            .pacer
            .acquire(&queue.lane, &call(name), &first, &unheard)
            .await;
        queue
    }

    /// Someone comes; when this returns they wait.
    async fn join(&mut self, name: &'static str, ticket: Ticket) {
        let (pacer, lane, order) = (
            Arc::clone(&self.pacer),
            self.lane.clone(),
            Arc::clone(&self.order),
        );
        self.tasks.push(tokio::spawn(async move {
            pacer.acquire(&lane, &call(name), &ticket, &unheard).await;
            order.lock().unwrap().push(ticket.run.to_string());
        }));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    async fn order(self) -> Vec<String> {
        for task in self.tasks {
            // Those that were dropped have no turn.
            let _ = task.await;
        }
        let order = self.order.lock().unwrap();
        order.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_with_its_own_quota_waits_for_it_and_says_so() {
    let (pacer, lane, began) = (Pacer::new(), lane("a/r"), Instant::now());
    let waits = Mutex::new(Vec::new());
    for _ in 0..3 {
        pacer
            .acquire(&lane, &call("CreateDeployment"), &run("a"), &|wait| {
                waits.lock().unwrap().push(wait);
            })
            .await;
    }
    assert_eq!(began.elapsed().as_secs(), 10);
    let waits = waits.into_inner().unwrap();
    assert_eq!(waits.len(), 2);
    // A twentieth is left for calls that are long on their way.
    assert_eq!(waits[0].duration.as_millis(), 5_250);
    assert_eq!(
        waits[0].reason,
        "apigateway takes one CreateDeployment every 5.0 s here"
    );
}

#[tokio::test(start_paused = true)]
async fn the_total_has_a_burst_and_then_its_rate() {
    let (pacer, lane, began) = (Pacer::new(), lane("a/r"), Instant::now());
    for _ in 0..36 {
        pacer
            .acquire(&lane, &call("GetStage"), &run("a"), &unheard)
            .await;
    }
    assert_eq!(
        began.elapsed(),
        Duration::ZERO,
        "a tenth of the burst is left alone"
    );
    for _ in 0..10 {
        pacer
            .acquire(&lane, &call("GetStage"), &run("a"), &unheard)
            .await;
    }
    assert_eq!(began.elapsed().as_millis(), 1050);
}

#[tokio::test(start_paused = true)]
async fn lanes_do_not_wait_for_each_other() {
    let (pacer, began) = (Pacer::new(), Instant::now());
    for region in 0..20 {
        pacer
            .acquire(
                &lane(&format!("a/r{region}")),
                &call("CreateDeployment"),
                &run("a"),
                &unheard,
            )
            .await;
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn another_quota_of_the_same_call_has_a_bucket_of_its_own() {
    let (pacer, began) = (Pacer::new(), Instant::now());
    let mut edge = (*table()).clone();
    let calls = &mut edge.services.get_mut("apigateway").unwrap().calls;
    calls.get_mut("CreateRestApi").unwrap().rate = Some(Rate::one_per(Duration::from_secs(30)));
    let edge = Lane {
        name: "a/r".to_owned(),
        quotas: Arc::new(edge),
    };
    for lane in [&edge, &lane("a/r"), &lane("a/r")] {
        pacer
            .acquire(lane, &call("CreateRestApi"), &run("a"), &unheard)
            .await;
    }
    assert_eq!(began.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_queue_for_one_call_does_not_hold_up_another() {
    let (pacer, lane, began) = (Arc::new(Pacer::new()), lane("a/r"), Instant::now());
    let mut queue = Vec::new();
    for _ in 0..50 {
        let (pacer, lane) = (Arc::clone(&pacer), lane.clone());
        queue.push(tokio::spawn(async move {
            pacer
                .acquire(&lane, &call("CreateDeployment"), &run("a"), &unheard)
                .await;
        }));
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    pacer
        .acquire(&lane, &call("GetStage"), &run("a"), &unheard)
        .await;
    assert!(
        began.elapsed() < Duration::from_millis(200),
        "a read waited {:?}",
        began.elapsed()
    );
    for task in queue {
        task.await.unwrap();
    }
    assert_eq!(began.elapsed().as_millis() / 1_000, 49 * 5_250 / 1_000);
}

#[tokio::test(start_paused = true)]
async fn after_a_refusal_everyone_waits_and_goes_slower_for_a_while() {
    let mut queue = Queue::new("CreateDeployment").await;
    let began = Instant::now();
    queue.join("CreateDeployment", run("other")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (pacer, lane) = (Arc::clone(&queue.pacer), queue.lane.clone());
    let turns = Turns::new(Arc::clone(&pacer), lane.clone(), run("one"));
    for _ in 0..3 {
        // What was on its way when the first was refused is refused, too: that is one refusal.
        turns.refused(
            "apigateway",
            "CreateDeployment",
            Some(Duration::from_secs(30)),
        );
    }
    assert_eq!(queue.order().await, ["other"]);
    assert_eq!(
        began.elapsed().as_secs(),
        31,
        "who would have had a turn at 5 s waits for the pause"
    );
    let mut took = Vec::new();
    for _ in 0..3 {
        let now = Instant::now();
        turns.take("apigateway", "CreateDeployment").await;
        took.push(now.elapsed().as_millis());
    }
    // Half as slow again, and then less so with each turn that goes well.
    assert_eq!(took, [7_875, 6_300, 5_250]);
    let now = Instant::now();
    turns.refused(
        "apigateway",
        "CreateDeployment",
        Some(Duration::from_hours(1)),
    );
    turns.take("apigateway", "CreateDeployment").await;
    assert_eq!(
        now.elapsed().as_secs(),
        60,
        "no pause is longer than a minute"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_quota_slows_its_service_only() {
    let (pacer, lane) = (Arc::new(Pacer::new()), lane("a/r"));
    let turns = Turns::new(pacer, lane, run("a"));
    let began = Instant::now();
    for _ in 0..100 {
        turns.take("iam", "GetRole").await;
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    turns.refused("iam", "GetRole", None);
    turns.take("lambda", "GetFunction").await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    turns.take("iam", "GetRole").await;
    assert_eq!(began.elapsed().as_millis(), 500);
}

#[tokio::test(start_paused = true)]
async fn runs_take_turns_however_many_calls_each_has_waiting() {
    let mut queue = Queue::new("CreateDeployment").await;
    for _ in 0..3 {
        queue.join("CreateDeployment", run("big")).await;
    }
    queue.join("CreateDeployment", run("small")).await;
    queue.join("CreateDeployment", run("late")).await;
    assert_eq!(queue.order().await, ["big", "small", "late", "big", "big"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_at_the_screen_goes_before_runs_and_runs_before_the_rest() {
    let mut queue = Queue::new("CreateDeployment").await;
    queue.join("CreateDeployment", Ticket::bulk("sweep")).await;
    for _ in 0..2 {
        queue.join("CreateDeployment", run("run")).await;
    }
    queue
        .join("CreateDeployment", Ticket::interactive("screen"))
        .await;
    assert_eq!(queue.order().await, ["screen", "run", "run", "sweep"]);
}

#[tokio::test(start_paused = true)]
async fn a_read_for_the_screen_passes_a_fleet_that_used_the_total_up() {
    let (pacer, lane) = (Arc::new(Pacer::new()), lane("a/r"));
    let mut fleet = Vec::new();
    for number in 0..500 {
        let turns = Turns::new(
            Arc::clone(&pacer),
            lane.clone(),
            run(&format!("run{number}")),
        );
        fleet.push(tokio::spawn(async move {
            turns.take("apigateway", "GetStage").await;
        }));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let screen = Turns::new(Arc::clone(&pacer), lane, Ticket::interactive("screen"));
    let began = Instant::now();
    screen.take("apigateway", "GetStage").await;
    assert!(began.elapsed().as_millis() <= 106, "{:?}", began.elapsed());
    for task in &fleet {
        task.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_told_anew_when_someone_more_urgent_comes() {
    let queue = Queue::new("CreateDeployment").await;
    let waits = Arc::new(Mutex::new(Vec::new()));
    let (pacer, lane, told) = (
        Arc::clone(&queue.pacer),
        queue.lane.clone(),
        Arc::clone(&waits),
    );
    let patient = tokio::spawn(async move {
        let tell = |wait: Wait| told.lock().unwrap().push(wait.duration.as_millis());
        pacer
            .acquire(&lane, &call("CreateDeployment"), &run("patient"), &tell)
            .await;
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let screen = Turns::new(
        Arc::clone(&queue.pacer),
        queue.lane.clone(),
        Ticket::interactive("screen"),
    );
    screen.take("apigateway", "CreateDeployment").await;
    patient.await.unwrap();
    assert_eq!(*waits.lock().unwrap(), [5_250, 9_500]);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_gives_the_place_back() {
    let (pacer, lane) = (Pacer::new(), lane("a/r"));
    let began = Instant::now();
    pacer
        .acquire(&lane, &call("CreateDeployment"), &run("a"), &unheard)
        .await;
    let stopped = tokio::time::timeout(
        Duration::from_secs(1),
        pacer.acquire(&lane, &call("CreateDeployment"), &run("a"), &unheard),
    )
    .await;
    assert!(stopped.is_err(), "there was no second token");
    pacer
        .acquire(&lane, &call("CreateDeployment"), &run("a"), &unheard)
        .await;
    assert_eq!(began.elapsed().as_millis(), 5_250);
}

fn change(names: &[&str]) -> Change {
    Change {
        verb: "v".to_owned(),
        sentence: "s".to_owned(),
        effect: StepEffect::Write,
        calls: names.iter().map(|name| call(name)).collect(),
        payload: String::new(),
    }
}

#[test]
fn the_estimate_is_the_quotas_floor() {
    let first = [
        change(&["CreateRestApi"]),
        change(&["PutRestApi"]),
        change(&["CreateDeployment", "CreateStage"]),
    ];
    assert_eq!(
        eta(&first, &table()),
        Duration::ZERO,
        "one of each fits the full buckets"
    );
    let runs: Vec<&[Change]> = vec![&first; 50];
    assert_eq!(
        eta_together(&runs, &table()).as_millis(),
        49 * 5_250,
        "five seconds each, and a twentieth: CreateDeployment decides"
    );
    assert_eq!(eta(&first, &QuotaTable::unlimited()), Duration::ZERO);
    let slow = QuotaTable {
        usual: Duration::from_secs(1),
        ..QuotaTable::unlimited()
    };
    assert_eq!(eta(&first, &slow).as_secs(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// However calls arrive and are dropped, no window of time holds more than the quota.
    #[test]
    fn no_window_holds_more_than_the_quota(
        arrivals in proptest::collection::vec((0u64..4000, any::<bool>()), 1..40),
        burst in 1u32..6,
    ) {
        let every = Duration::from_millis(700);
        let quota = ServiceQuota { total: Some(Rate { every, burst }), calls: BTreeMap::new() };
        let services = BTreeMap::from([("apigateway".to_owned(), quota)]);
        let quotas = Arc::new(QuotaTable { services, usual: Duration::ZERO });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut made = runtime.block_on(async {
            let (pacer, began) = (Arc::new(Pacer::new()), Instant::now());
            let mut tasks = Vec::new();
            for (after, patient) in arrivals {
                let (pacer, lane) = (Arc::clone(&pacer), Lane { name: "l".to_owned(), quotas: Arc::clone(&quotas) });
                tasks.push(tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(after)).await;
                    let patience = Duration::from_millis(if patient { 1_000_000 } else { 1500 });
                    let call = call("Any");
                    let turn = tokio::time::timeout(patience, pacer.acquire(&lane, &call, &run("a"), &unheard)).await;
                    turn.ok().map(|()| began.elapsed())
                }));
            }
            let mut made = Vec::new();
            for task in tasks {
                made.extend(task.await.unwrap());
            }
            made
        });
        made.sort();
        for (index, from) in made.iter().enumerate() {
            for (further, to) in made[index..].iter().enumerate() {
                let calls = u32::try_from(further + 1).unwrap();
                // A millisecond of grace: tokio's timers are that coarse.
                let apart = to.saturating_sub(*from) + Duration::from_millis(1);
                let allowed = burst + u32::try_from(apart.as_millis() / every.as_millis()).unwrap();
                prop_assert!(calls <= allowed, "{calls} calls between {from:?} and {to:?}");
            }
        }
    }
}
