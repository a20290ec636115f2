//! Pacing on time that stands still.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gw_connector::{Change, RemoteCall, StepEffect};
use gw_deploy::{CallQuota, Lane, Pacer, QuotaTable, Rate, ServiceQuota, Wait, eta, eta_together};
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

#[tokio::test(start_paused = true)]
async fn a_call_with_its_own_quota_waits_for_it_and_says_so() {
    let (pacer, lane, began) = (Pacer::new(), lane("a/r"), Instant::now());
    let waits = Mutex::new(Vec::new());
    for _ in 0..3 {
        pacer
            .acquire(&lane, &call("CreateDeployment"), &|wait| {
                waits.lock().unwrap().push(wait);
            })
            .await;
    }
    assert_eq!(began.elapsed().as_secs(), 10);
    let waits = waits.into_inner().unwrap();
    assert_eq!(waits.len(), 2);
    assert_eq!(waits[0].duration.as_secs(), 5);
    assert_eq!(
        waits[0].reason,
        "apigateway takes one CreateDeployment every 5.0 s here"
    );
}

#[tokio::test(start_paused = true)]
async fn the_total_has_a_burst_and_then_its_rate() {
    let (pacer, lane, began) = (Pacer::new(), lane("a/r"), Instant::now());
    for _ in 0..40 {
        pacer.acquire(&lane, &call("GetStage"), &unheard).await;
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    for _ in 0..10 {
        pacer.acquire(&lane, &call("GetStage"), &unheard).await;
    }
    assert_eq!(began.elapsed().as_millis(), 1000);
}

#[tokio::test(start_paused = true)]
async fn lanes_do_not_wait_for_each_other() {
    let (pacer, began) = (Pacer::new(), Instant::now());
    for region in 0..20 {
        pacer
            .acquire(
                &lane(&format!("a/r{region}")),
                &call("CreateDeployment"),
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
        pacer.acquire(lane, &call("CreateRestApi"), &unheard).await;
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
                .acquire(&lane, &call("CreateDeployment"), &unheard)
                .await;
        }));
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    pacer.acquire(&lane, &call("GetStage"), &unheard).await;
    assert!(
        began.elapsed() < Duration::from_millis(200),
        "a read waited {:?}",
        began.elapsed()
    );
    for task in queue {
        task.await.unwrap();
    }
    assert_eq!(began.elapsed().as_secs(), 49 * 5);
}

#[tokio::test(start_paused = true)]
async fn after_a_refusal_everyone_waits_and_goes_slower_for_a_while() {
    let (pacer, lane, began) = (Arc::new(Pacer::new()), lane("a/r"), Instant::now());
    let deploy = call("CreateDeployment");
    pacer.acquire(&lane, &deploy, &unheard).await;
    let (other, other_lane) = (Arc::clone(&pacer), lane.clone());
    let waiting = tokio::spawn(async move {
        other
            .acquire(&other_lane, &call("CreateDeployment"), &unheard)
            .await;
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    pacer.throttled(
        &lane,
        std::slice::from_ref(&deploy),
        Duration::from_secs(30),
    );
    waiting.await.unwrap();
    assert_eq!(
        began.elapsed().as_secs(),
        31,
        "who had a turn at 5 s waits for the pause, too"
    );
    pacer.acquire(&lane, &deploy, &unheard).await;
    assert!(
        began.elapsed().as_secs() >= 31,
        "the turn after a pause comes after it"
    );
    let now = Instant::now();
    pacer.acquire(&lane, &deploy, &unheard).await;
    assert_eq!(now.elapsed().as_secs(), 10, "twice as slow");
    for _ in 0..20 {
        pacer.went_through(&lane, std::slice::from_ref(&deploy));
    }
    pacer.acquire(&lane, &deploy, &unheard).await;
    let now = Instant::now();
    pacer.acquire(&lane, &deploy, &unheard).await;
    assert_eq!(now.elapsed().as_secs(), 5, "back to the quota");
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_gives_the_turn_back() {
    let (pacer, lane) = (Pacer::new(), lane("a/r"));
    let began = Instant::now();
    pacer
        .acquire(&lane, &call("CreateDeployment"), &unheard)
        .await;
    let stopped = tokio::time::timeout(
        Duration::from_secs(1),
        pacer.acquire(&lane, &call("CreateDeployment"), &unheard),
    )
    .await;
    assert!(stopped.is_err());
    pacer
        .acquire(&lane, &call("CreateDeployment"), &unheard)
        .await;
    assert_eq!(began.elapsed().as_secs(), 5);
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
        eta_together(&runs, &table()).as_secs(),
        49 * 5,
        "five seconds each: CreateDeployment decides"
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
                    let turn = tokio::time::timeout(patience, pacer.acquire(&lane, &call, &unheard)).await;
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
