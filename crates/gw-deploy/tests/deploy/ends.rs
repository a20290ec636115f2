//! How runs end, one cause at a time.

use gw_connector::Goal;
use gw_connector::names::{FACT_RETRY_AFTER_MS, FACT_WAITS_FOR};
use gw_deploy::{Entry, Outcome, Record, RunEvent, StepStatus, fold, run_many};
use gw_model::{Code, DeploymentId, UnixMillis};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::stage::{Stage, plan};
use crate::world::{Mishap, World, WorldConnector, never, soon};

#[tokio::test(start_paused = true)]
async fn a_publication_writes_intent_and_receipt_of_every_step_and_tells_where_it_is() {
    let stage = Stage::new();
    let end = stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::Live);
    assert_eq!(end.invoke_url.as_deref(), Some("world://api1"));
    let kinds: Vec<_> = stage
        .journal
        .records(&DeploymentId::new("d1"))
        .iter()
        .map(|record| match &record.entry {
            Entry::Planned { changes, .. } => {
                assert!(changes.iter().all(|change| change.payload.is_empty()));
                "planned".to_owned()
            }
            Entry::Intended { step, change, .. } => {
                assert_eq!(change.payload, "", "journals hold no payloads");
                format!("intended {step}")
            }
            Entry::Done { step, .. } => format!("done {step}"),
            Entry::Finished { .. } => "finished".to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    let steps = (0..5).flat_map(|step| [format!("intended {step}"), format!("done {step}")]);
    let expected: Vec<_> = ["planned".to_owned()]
        .into_iter()
        .chain(steps)
        .chain(["finished".to_owned()])
        .collect();
    assert_eq!(kinds, expected);
}

#[tokio::test(start_paused = true)]
async fn nothing_to_change_calls_nothing_and_is_unchanged() {
    let stage = Stage::new();
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let calls = stage.world.calls();
    let end = stage
        .go("d2", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (end.outcome, stage.world.calls()),
        (Outcome::Unchanged, calls)
    );
    assert_eq!(end.invoke_url.as_deref(), Some("world://api1"));
    assert_eq!(stage.outcomes("d2"), [Outcome::Unchanged]);
}

#[tokio::test(start_paused = true)]
async fn withdrawing_leaves_nothing_and_withdrawing_nothing_is_withdrawn() {
    let stage = Stage::new();
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let end = stage.go("d2", Goal::Withdraw).await.unwrap().unwrap();
    assert_eq!(end.outcome, Outcome::Withdrawn);
    assert!(stage.world.snapshot().is_empty());
    let end = stage.go("d3", Goal::Withdraw).await.unwrap().unwrap();
    assert_eq!(end.outcome, Outcome::Withdrawn);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_takes_everything_back_and_says_why() {
    for step in 1..=5 {
        let stage = Stage::new();
        stage
            .world
            .mishap(step, Mishap::Refuse(never(Code::AwsDenied)));
        let end = stage
            .go("d1", Goal::Publish(&plan(1)))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(end.outcome, Outcome::RolledBack, "at step {step}");
        assert_eq!(end.fault.unwrap().code, Code::AwsDenied);
        assert!(
            stage.world.snapshot().is_empty(),
            "something is left after step {step} was refused"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_done_last_is_taken_back_first_and_looking_is_not_taken_back() {
    let stage = Stage::new();
    stage
        .world
        .mishap(5, Mishap::Refuse(never(Code::AwsDenied)));
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let undone = |record: &Record| match record.entry {
        Entry::Undone { step } => Some(step),
        _ => None,
    };
    let records = stage.journal.records(&DeploymentId::new("d1"));
    assert_eq!(
        records.iter().filter_map(undone).collect::<Vec<_>>(),
        [3, 1, 0]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_second_publication_leaves_the_first_live() {
    let stage = Stage::new();
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let calls = stage.world.calls();
    // Put, read back, create deployment; the switch is the fourth.
    stage
        .world
        .mishap(calls + 4, Mishap::Refuse(never(Code::AwsDenied)));
    let end = stage
        .go("d2", Goal::Publish(&plan(2)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::RolledBack);
    assert_eq!(stage.world.served("api1"), Some(plan(1)));
    assert_eq!(
        stage.world.snapshot()["api1"].deployments.len(),
        1,
        "the new deployment is left behind"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out_about_and_never_repeated() {
    for step in [1, 2, 4, 5] {
        for mishap in [Mishap::LoseAnswer, Mishap::Hang] {
            let stage = Stage::new();
            stage.world.mishap(step, mishap.clone());
            let end = stage
                .go("d1", Goal::Publish(&plan(1)))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(end.outcome, Outcome::Live, "{mishap:?} at step {step}");
            for verb in [
                "world.create-api",
                "world.put-api",
                "world.create-deployment",
                "world.switch",
            ] {
                assert_eq!(
                    stage.world.applied(verb),
                    1,
                    "{verb} after {mishap:?} at step {step}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_made_again() {
    let stage = Stage::new();
    stage.world.mishap(1, Mishap::LoseRequest);
    let end = stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::Live);
    let state = fold(&stage.journal.records(&DeploymentId::new("d1")));
    assert_eq!(state.steps[0].attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_cannot_be_settled_is_stuck_and_touches_nothing_more() {
    let stage = Stage::new();
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let calls = stage.world.calls();
    stage.world.mishap(calls + 4, Mishap::LoseAnswer);
    for probe in 5..40 {
        stage.world.mishap(
            calls + probe,
            Mishap::Refuse(soon(Code::NetworkUnreachable)),
        );
    }
    let end = stage
        .go("d2", Goal::Publish(&plan(2)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::Stuck);
    let fault = end.fault.unwrap();
    assert_eq!(fault.code, Code::DeployStuck);
    assert!(
        fault.facts["unknown.4"].contains("world.switch"),
        "{:?}",
        fault.facts
    );
    assert!(
        fault.facts["left.3"].contains("new-deployment-id="),
        "{:?}",
        fault.facts
    );
    assert_eq!(
        stage.world.served("api1"),
        Some(plan(2)),
        "what may be live is left alone"
    );

    stage.world.clear_mishaps();
    let end = stage.recover("d2").await.unwrap().unwrap();
    assert_eq!(
        end.outcome,
        Outcome::Live,
        "it had happened, and now that is known"
    );
    assert_eq!(stage.outcomes("d2"), [Outcome::Stuck, Outcome::Live]);
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_fails_is_stuck_names_the_object_and_can_be_retried() {
    let stage = Stage::new();
    stage
        .world
        .mishap(5, Mishap::Refuse(never(Code::AwsDenied)));
    stage.world.refuse_undo("world.create-api");
    let end = stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::Stuck);
    let fault = end.fault.unwrap();
    assert!(
        fault.facts["left.1"].contains("api-id=api1"),
        "{:?}",
        fault.facts
    );
    assert!(
        !fault.facts.contains_key("left.4"),
        "the deployment was taken back: {:?}",
        fault.facts
    );
    let state = fold(&stage.journal.records(&DeploymentId::new("d1")));
    assert_eq!(state.steps[0].status, StepStatus::UndoFailed);

    stage.world.clear_mishaps();
    let end = stage.recover("d1").await.unwrap().unwrap();
    assert_eq!(end.outcome, Outcome::RolledBack);
    assert_eq!(
        end.fault.unwrap().code,
        Code::AwsDenied,
        "the first cause is told"
    );
    assert!(stage.world.snapshot().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stuck_run_that_may_not_be_taken_up_again_is_left_alone() {
    let stage = Stage::new();
    stage
        .world
        .mishap(5, Mishap::Refuse(never(Code::AwsDenied)));
    stage.world.refuse_undo("world.create-api");
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    stage.world.clear_mishaps();
    let (before, calls) = (stage.world.snapshot(), stage.world.calls());
    stage.journal.full_after(Some(0));
    stage.recover("d1").await.unwrap().unwrap_err();
    assert_eq!(
        (stage.world.snapshot(), stage.world.calls()),
        (before, calls),
        "something was called before it was written"
    );
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_that_fails_half_way_is_stuck_and_carried_on() {
    let stage = Stage::new();
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let calls = stage.world.calls();
    stage
        .world
        .mishap(calls + 2, Mishap::Refuse(never(Code::AwsDenied)));
    let end = stage.go("d2", Goal::Withdraw).await.unwrap().unwrap();
    assert_eq!(end.outcome, Outcome::Stuck);
    assert!(end.fault.unwrap().facts["not-removed.2"].contains("world.delete-api"));
    let end = stage.recover("d2").await.unwrap().unwrap();
    assert_eq!(end.outcome, Outcome::Withdrawn);
    assert!(stage.world.snapshot().is_empty());
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_wait_as_long_as_asked_and_say_so() {
    let stage = Stage::new();
    let throttled = soon(Code::AwsThrottled).fact(FACT_RETRY_AFTER_MS, "34000");
    stage.world.mishap(2, Mishap::Refuse(throttled));
    let began = Instant::now();
    let end = stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::Live);
    assert!(
        began.elapsed().as_secs() >= 34,
        "it waited {:?}",
        began.elapsed()
    );
    let waits: Vec<_> = stage
        .ears
        .heard()
        .into_iter()
        .filter_map(|event| match event {
            RunEvent::Waiting { step, until, .. } => Some((step, until)),
            _ => None,
        })
        .collect();
    assert_eq!(waits.first(), Some(&(1, UnixMillis(34000))));
}

#[tokio::test(start_paused = true)]
async fn endless_throttling_gives_up_and_takes_back() {
    let stage = Stage::new();
    for call in 2..60 {
        stage
            .world
            .mishap(call, Mishap::Refuse(soon(Code::AwsThrottled)));
    }
    let end = stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    // The undo of the first step is throttled for as long, too.
    assert_eq!(end.outcome, Outcome::Stuck);
    assert!(end.fault.unwrap().facts["left.1"].contains("api-id=api1"));
    stage.world.clear_mishaps();
    assert_eq!(
        stage.recover("d1").await.unwrap().unwrap().outcome,
        Outcome::RolledBack
    );
    assert!(stage.world.snapshot().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_only_needs_time_is_waited_for_and_named() {
    let stage = Stage::new();
    let propagating = soon(Code::AwsRefused).fact(FACT_WAITS_FOR, "the role to be usable");
    for call in 2..12 {
        stage
            .world
            .mishap(call, Mishap::Refuse(propagating.clone()));
    }
    let end = stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(end.outcome, Outcome::Live);
    let named = |event: &RunEvent| matches!(event, RunEvent::Waiting { reason, .. } if reason == "Waiting for the role to be usable");
    assert_eq!(
        stage
            .ears
            .heard()
            .iter()
            .filter(|event| named(event))
            .count(),
        10
    );
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_cannot_be_written_stops_every_call() {
    for entries in 0..12 {
        let stage = Stage::new();
        stage.journal.full_after(Some(entries));
        let end = stage.go("d1", Goal::Publish(&plan(1))).await.unwrap();
        assert_eq!(end.unwrap_err().code, Code::CatalogDiskFull);
        // One entry of the plan, then an intent and a receipt for each call: no call without a written intent.
        let intents = u32::try_from(entries / 2).unwrap();
        assert_eq!(
            stage.world.calls(),
            intents,
            "with room for {entries} entries"
        );
        stage.journal.full_after(None);
        let end = stage.recover("d1").await.unwrap().unwrap();
        match end.outcome {
            Outcome::Live => assert_eq!(stage.world.served("api1"), Some(plan(1))),
            Outcome::RolledBack => assert!(stage.world.snapshot().is_empty()),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_run_of_the_same_api_is_refused_while_one_is_unfinished() {
    let stage = Stage::new();
    stage.journal.full_after(Some(3));
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap_err();
    stage.journal.full_after(None);
    let fault = stage
        .go("d2", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(fault.code, Code::DeployBusy);
}

#[tokio::test(start_paused = true)]
async fn cancelling_takes_back_and_is_told_honestly() {
    // Cancelled at every moment there is: before the run, and after each journal entry or effect.
    for moment in 0..=13 {
        let stage = Stage::new();
        let cancel = CancellationToken::new();
        if moment == 0 {
            cancel.cancel();
        }
        let one = stage
            .make("d1", Goal::Publish(&plan(1)), cancel.clone())
            .await
            .unwrap();
        let connector = stage.connector();
        let watcher = async {
            while stage.world.crash.moments() < moment {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
            std::future::pending::<()>().await;
        };
        let end = tokio::select! {
            biased;
            () = watcher => unreachable!(),
            end = gw_deploy::run(&stage.ctx, connector.as_ref(), one) => end.unwrap(),
        };
        match end.outcome {
            Outcome::Live => assert_eq!(stage.world.served("api1"), Some(plan(1))),
            Outcome::Cancelled => {
                assert!(
                    stage.world.snapshot().is_empty(),
                    "something is left, cancelled at {moment}"
                );
                assert!(end.fault.is_none() && end.invoke_url.is_none());
            }
            other => panic!("{other:?} at {moment}"),
        }
        if moment == 0 {
            assert_eq!((end.outcome, stage.world.calls()), (Outcome::Cancelled, 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn cancelling_a_wait_ends_it_at_once() {
    let stage = Stage::new();
    stage.world.mishap(
        2,
        Mishap::Refuse(soon(Code::AwsThrottled).fact(FACT_RETRY_AFTER_MS, "50000")),
    );
    let cancel = CancellationToken::new();
    let began = Instant::now();
    let later = async {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        cancel.cancel();
    };
    let wanted = plan(1);
    let (end, ()) = tokio::join!(
        stage.go_until("d1", Goal::Publish(&wanted), cancel.clone()),
        later
    );
    assert_eq!(end.unwrap().unwrap().outcome, Outcome::Cancelled);
    assert!(
        began.elapsed().as_secs() < 50 + 6,
        "it took {:?}",
        began.elapsed()
    );
    assert!(stage.world.snapshot().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_under_way_is_not_stopped_half_way() {
    let stage = Stage::new();
    stage
        .go("d1", Goal::Publish(&plan(1)))
        .await
        .unwrap()
        .unwrap();
    let calls = stage.world.calls();
    stage
        .world
        .mishap(calls + 2, Mishap::Refuse(soon(Code::AwsUnavailable)));
    let cancel = CancellationToken::new();
    let during = async {
        while stage.world.calls() < calls + 2 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (end, ()) = tokio::join!(stage.go_until("d2", Goal::Withdraw, cancel.clone()), during);
    assert_eq!(end.unwrap().unwrap().outcome, Outcome::Withdrawn);
}

#[tokio::test(start_paused = true)]
async fn traffic_moves_last_or_nothing_is_begun() {
    let stage = Stage::new();
    let mut one = stage
        .make("d1", Goal::Publish(&plan(1)), CancellationToken::new())
        .await
        .unwrap();
    one.changes.reverse();
    let fault = gw_deploy::run(&stage.ctx, stage.connector().as_ref(), one)
        .await
        .unwrap_err();
    assert_eq!((fault.code, stage.world.calls()), (Code::AppDefect, 0));
}

#[tokio::test(start_paused = true)]
async fn gateways_side_by_side_do_not_touch_each_other() {
    let stage = Stage::new();
    let broken = World::new();
    broken.mishap(3, Mishap::Refuse(never(Code::AwsDenied)));
    let dead = World::new();
    for call in 1..400 {
        dead.mishap(call, Mishap::Hang);
    }
    let mut runs: Vec<(std::sync::Arc<dyn gw_connector::Connector>, gw_deploy::Run)> = Vec::new();
    let worlds = [
        ("good", stage.world.clone()),
        ("broken", broken.clone()),
        ("dead", dead.clone()),
    ];
    for (name, world) in worlds {
        let mut one = stage
            .make(name, Goal::Publish(&plan(1)), CancellationToken::new())
            .await
            .unwrap();
        one.target.gateway = gw_model::GatewayId::new(name);
        runs.push((std::sync::Arc::new(WorldConnector(world)), one));
    }
    let ends = run_many(&stage.ctx, runs).await;
    let outcomes: Vec<_> = ends
        .into_iter()
        .map(|(name, end)| (name.to_string(), end.unwrap().outcome))
        .collect();
    let expected = [
        ("good", Outcome::Live),
        ("broken", Outcome::RolledBack),
        ("dead", Outcome::Stuck),
    ];
    assert_eq!(
        outcomes,
        expected.map(|(name, outcome)| (name.to_owned(), outcome))
    );
    assert!(broken.snapshot().is_empty());
}
