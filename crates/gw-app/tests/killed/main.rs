//! A process that publishes, goes back or withdraws is killed (SIGKILL) after each of its journal writes, and after each of its
//! remote calls; another one takes over. Real processes, a real catalog file, an emulator over HTTP.
//!
//! Whatever happens, the gateway must be exactly as before or exactly as wanted, with nothing left over, and the journal
//! must explain it. Two things are not compared: the draft of the REST API, which is not served, and the code of the
//! function that no version holds, which nobody asks (decision 7).

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test's own steps must succeed; one that cannot go on should say where"
)]

mod job;
mod remote;
mod site;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use gw_deploy::{Entry, Journal as _, Outcome, StepStatus, fold};
use gw_model::Code;
use gw_testkit::{Inventory, Rule};

use job::{Aim, Job};
use remote::{serves_as_before, serves_as_wanted};
use site::{Ended, Site};

/// Sites worked on at one time, each by processes of its own.
const WORKERS: u32 = 2;

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// When so many journal writes are durable, a run's begin included.
    Write(u32),
    /// When the endpoint has answered so many calls, before the process hears the last answer.
    Call(u32),
}

#[test]
fn a_first_publication_killed_after_each_write() {
    // Begin, plan, intent and receipt of eleven steps, end.
    assert_eq!(everywhere(Aim::First, Moment::Write), 25);
}

#[test]
fn a_first_publication_killed_after_each_call() {
    // One look before, eleven steps, reading back is two calls.
    assert_eq!(everywhere(Aim::First, Moment::Call), 13);
}

#[test]
fn a_second_publication_killed_after_each_write() {
    assert_eq!(everywhere(Aim::Second, Moment::Write), 19);
}

#[test]
fn a_second_publication_killed_after_each_call() {
    assert_eq!(everywhere(Aim::Second, Moment::Call), 10);
}

#[test]
fn a_publication_with_settings_killed_after_each_write() {
    // Two steps more: what the stage has is noted, and tags are set.
    assert_eq!(everywhere(Aim::Settings, Moment::Write), 23);
}

#[test]
fn a_publication_with_settings_killed_after_each_call() {
    assert_eq!(everywhere(Aim::Settings, Moment::Call), 11);
}

#[test]
fn a_way_back_killed_after_each_write() {
    // Begin, plan, intent and receipt of the one step, end.
    assert_eq!(everywhere(Aim::Return, Moment::Write), 5);
}

#[test]
fn a_way_back_killed_after_each_call() {
    // Three looks at what is kept, one at what is live, the step.
    assert_eq!(everywhere(Aim::Return, Moment::Call), 5);
}

#[test]
fn a_canary_killed_after_each_write() {
    // As a second publication: the last step opens the canary instead of moving the stage.
    assert_eq!(everywhere(Aim::Canary, Moment::Write), 19);
}

#[test]
fn a_canary_killed_after_each_call() {
    assert_eq!(everywhere(Aim::Canary, Moment::Call), 10);
}

#[test]
fn a_withdrawal_killed_after_each_write() {
    assert_eq!(everywhere(Aim::Withdrawal, Moment::Write), 11);
}

#[test]
fn a_withdrawal_killed_after_each_call() {
    assert_eq!(everywhere(Aim::Withdrawal, Moment::Call), 5);
}

#[test]
fn whoever_takes_over_is_killed_too_until_it_comes_through() {
    // With as much as possible to take back, or to carry on with.
    for (aim, first) in [
        (Aim::First, Moment::Call(12)),
        (Aim::Second, Moment::Call(9)),
        (Aim::Withdrawal, Moment::Call(2)),
    ] {
        for moment in [Moment::Write, Moment::Call] {
            let site = Site::before(aim);
            let before = site.look();
            let job = site.job(aim);
            assert_eq!(site.child(&job, Some(first)), Ended::Killed);
            let mut killed = 0;
            while let Ended::Killed = site.child(&job.recovery(), Some(moment(killed + 1))) {
                killed += 1;
                assert!(killed < 60, "taking over never ends");
            }
            assert!(killed > 2, "{aim:?}: killed {killed} times only");
            let context = format!(
                "{aim:?} killed at {first:?}, then {killed} times at a {moment:?}",
                moment = moment(0)
            );
            settled(&site, &job, &before, &context);
        }
    }
}

#[test]
fn a_change_that_arrives_after_its_process_was_killed_leaves_nothing() {
    // Each change of a first publication, of another one, with settings and as a canary, of a way back and of a withdrawal.
    let changes = [
        (Aim::First, 9),
        (Aim::Second, 6),
        (Aim::Settings, 7),
        (Aim::Canary, 6),
        (Aim::Return, 1),
        (Aim::Withdrawal, 4),
    ];
    let all = changes.map(|(aim, count)| (0..count).map(move |which| (aim, which)));
    let all: Vec<(Aim, u64)> = all.into_iter().flatten().collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((aim, which)) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                    comes_late(*aim, *which);
                }
            });
        }
    });
}

fn comes_late(aim: Aim, which: u64) {
    let site = Site::before(aim);
    let before = site.look();
    let job = Job {
        settle_ms: 5_000,
        ..site.job(aim)
    };
    let late = Rule::changes()
        .after(which)
        .late(Duration::from_millis(300));
    let context = format!("{aim:?}, change {which} comes late");
    assert_eq!(
        site.child_killed_by(&job, late.times(1)),
        Ended::Killed,
        "{context}"
    );
    job.recovery().carry_out().unwrap();
    settled(&site, &job, &before, &context);
}

#[test]
#[ignore = "the process that the other tests kill"]
fn child_carries_out_its_job() {
    let end = Job::given().carry_out().unwrap();
    println!("ended {:?}", end.outcome);
}

/// Plays a scene once for each moment, until one comes after its end. How often the process was killed.
fn everywhere(aim: Aim, moment: fn(u32) -> Moment) -> u32 {
    let (next, killed, over) = (AtomicU32::new(1), AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut site = None;
                while !over.load(Ordering::SeqCst) {
                    let moment = moment(next.fetch_add(1, Ordering::SeqCst));
                    let here = site.take().unwrap_or_else(|| Site::before(aim));
                    match strike(&here, aim, moment) {
                        Some(as_before) => {
                            killed.fetch_add(1, Ordering::SeqCst);
                            site = as_before.then_some(here);
                        }
                        None => over.store(true, Ordering::SeqCst),
                    }
                }
            });
        }
    });
    killed.into_inner()
}

/// One scene with one kill in it. Whether the site is as before; `None` when the process ended before the moment came.
fn strike(site: &Site, aim: Aim, moment: Moment) -> Option<bool> {
    let before = site.look();
    let job = site.job(aim);
    let context = format!("{aim:?} killed at {moment:?}");
    if site.child(&job, Some(moment)) == Ended::ByItself {
        let wanted = if aim == Aim::Withdrawal {
            Outcome::Withdrawn
        } else {
            Outcome::Live
        };
        assert_eq!(settled(site, &job, &before, &context), Some(wanted));
        return None;
    }
    // Nothing may have been changed that the journal does not know of.
    let changes = site.calls().iter().filter(|call| call.mutating).count();
    let intents = site
        .records(&job)
        .iter()
        .filter(|record| matches!(record.entry, Entry::Intended { .. }))
        .count();
    assert!(changes <= intents, "{context}: {}", site.proxy.summary());

    let begun = !site.catalog.unfinished().unwrap().is_empty();
    if begun {
        job.recovery().carry_out().unwrap();
    }
    let outcome = settled(site, &job, &before, &context);
    Some(match outcome {
        None | Some(Outcome::RolledBack) => true,
        // What a catalog holds cannot be undone by hand; what a withdrawal took cannot be put back.
        _ => false,
    })
}

/// Old or new, nothing left over, and told so by the journal; then every undo once more, and twice.
fn settled(site: &Site, job: &Job, before: &Inventory, context: &str) -> Option<Outcome> {
    assert!(site.catalog.unfinished().unwrap().is_empty(), "{context}");
    let now = site.look();
    let records = site.records(job);
    if records.is_empty() && site.header(job).is_none() {
        assert_eq!(&now, before, "{context}: nothing was begun");
        return None;
    }
    let state = fold(&records);
    let explained = format!(
        "{context}: {:#?}",
        state
            .steps
            .iter()
            .map(|step| (&step.change.verb, step.status))
            .collect::<Vec<_>>()
    );
    assert!(
        state
            .steps
            .iter()
            .all(|step| step.status != StepStatus::InDoubt),
        "{explained}"
    );
    let outcome = state.outcome.unwrap();
    match outcome {
        Outcome::RolledBack => {
            assert_eq!(&now, before, "{explained}");
            let fault = state.fault.as_ref().unwrap();
            assert_eq!(fault.code, Code::DeployInterrupted, "{explained}: {fault}");
            let stands = |status| matches!(status, StepStatus::Done | StepStatus::UndoFailed);
            let left = state.steps.iter().find(|step| {
                stands(step.status) && step.receipt.as_ref().is_some_and(|receipt| receipt.created)
            });
            assert!(left.is_none(), "{explained}");
            serves_as_before(&now, job.aim, context);
        }
        Outcome::Live => {
            assert!(
                state
                    .steps
                    .iter()
                    .all(|step| step.status == StepStatus::Done),
                "{explained}"
            );
            let made = now.without(before);
            let (plain, known) = (made.kinds(), &state.outputs);
            assert_eq!(plain, job.aim.makes(), "{explained}: {now:#?}");
            assert!(
                before.without(&now).kinds().is_empty(),
                "{explained}: {now:#?}"
            );
            for thing in made.names() {
                // A canary's deployment is told in what is known of the canary.
                let quoted = format!("\"{thing}\"");
                let is_known = known
                    .values()
                    .any(|value| value.ends_with(thing) || value.contains(&quoted))
                    || thing == gw_aws::names::ROLE_POLICY;
                assert!(
                    is_known,
                    "{explained}: no receipt tells of {thing}: {known:?}"
                );
            }
            serves_as_wanted(&now, job.aim, context);
        }
        Outcome::Withdrawn => {
            assert_eq!(now, Inventory::default(), "{explained}");
            serves_as_wanted(&now, job.aim, context);
        }
        other => panic!("{explained}: ended {other:?}: {:?}", state.fault),
    }
    assert_eq!(
        site.placed(),
        (outcome == Outcome::Live)
            || (outcome == Outcome::RolledBack
                && matches!(
                    job.aim,
                    Aim::Second | Aim::Settings | Aim::Return | Aim::Canary
                )),
        "{explained}"
    );
    for _ in 0..2 {
        site.undo_all(job, &state);
        let wanted = if outcome == Outcome::Withdrawn {
            &now
        } else {
            before
        };
        assert_eq!(&site.look(), wanted, "{explained}: taken back again");
    }
    Some(outcome)
}
