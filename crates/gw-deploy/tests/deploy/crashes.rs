//! Crashes at every moment, also while recovering; and chance.

use std::collections::BTreeMap;

use gw_connector::Goal;
use gw_deploy::{Outcome, StepStatus, fold};
use gw_model::{Code, DeploymentId, Effect};
use proptest::prelude::*;

use crate::stage::{Stage, plan};
use crate::world::{Mishap, RemoteApi, never, soon};

/// What a run is to do, on what is there before.
#[derive(Clone, Copy, Debug)]
enum Scene {
    First,
    Second,
    Withdrawal,
}

const SCENES: [Scene; 3] = [Scene::First, Scene::Second, Scene::Withdrawal];

/// A stage with the scene's past on it.
async fn set(scene: Scene) -> Stage {
    let stage = Stage::new();
    if !matches!(scene, Scene::First) {
        let end = stage
            .go("before", Goal::Publish(&plan(1)))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(end.outcome, Outcome::Live);
    }
    stage.world.crash.at(None);
    stage
}

async fn play(stage: &Stage, scene: Scene) -> Option<Outcome> {
    let plan = plan(2);
    let goal = match scene {
        Scene::First | Scene::Second => Goal::Publish(&plan),
        Scene::Withdrawal => Goal::Withdraw,
    };
    stage.go("run", goal).await.map(|end| end.unwrap().outcome)
}

/// What callers and owners can tell apart: drafts are neither served nor kept.
fn visible(mut apis: BTreeMap<String, RemoteApi>) -> BTreeMap<String, RemoteApi> {
    for api in apis.values_mut() {
        api.draft = None;
    }
    apis
}

/// The gateway must be as the journal says: exactly the old state or exactly the new one.
fn agree(stage: &Stage, scene: Scene, old: &BTreeMap<String, RemoteApi>, context: &str) {
    let state = fold(&stage.journal.records(&DeploymentId::new("run")));
    let now = visible(stage.world.snapshot());
    let doubts = state
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::InDoubt)
        .count();
    assert_eq!(doubts, 0, "{context}: the journal leaves doubts");
    match state
        .outcome
        .unwrap_or_else(|| panic!("{context}: not finished"))
    {
        Outcome::Live => {
            assert_eq!(now.len(), 1, "{context}");
            let id = now.keys().next().unwrap();
            assert_eq!(stage.world.served(id), Some(plan(2)), "{context}");
            let deployments = if matches!(scene, Scene::First) { 1 } else { 2 };
            assert_eq!(now[id].deployments.len(), deployments, "{context}: orphans");
            assert_eq!(state.invoke_url, Some(format!("world://{id}")), "{context}");
        }
        Outcome::Withdrawn => assert!(now.is_empty(), "{context}: {now:?}"),
        Outcome::RolledBack | Outcome::Cancelled => assert_eq!(&now, old, "{context}"),
        other => panic!("{context}: ended {other:?}"),
    }
}

/// How the remote side behaves while a scene is played.
fn mishaps(kind: u32) -> Vec<(u32, Mishap)> {
    match kind {
        0 => vec![],
        1 => vec![(3, Mishap::Refuse(never(Code::AwsDenied)))],
        2 => vec![(1, Mishap::LoseAnswer)],
        3 => vec![
            (4, Mishap::Refuse(never(Code::AwsRefused))),
            (6, Mishap::LoseAnswer),
        ],
        _ => vec![(2, Mishap::Hang), (5, Mishap::LoseRequest)],
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_at_any_moment_the_gateway_is_as_the_journal_says() {
    let mut crashes = 0;
    for scene in SCENES {
        for kind in 0..5 {
            for moment in 1.. {
                let stage = set(scene).await;
                let old = visible(stage.world.snapshot());
                let calls = stage.world.calls();
                for (at, mishap) in mishaps(kind) {
                    stage.world.mishap(calls + at, mishap);
                }
                stage.world.crash.at(Some(moment));
                let context = format!("{scene:?}, mishaps {kind}, crash at {moment}");
                if play(&stage, scene).await.is_some() {
                    break;
                }
                crashes += 1;
                // And while recovering, at every moment, until it comes through.
                let mut again = 1;
                loop {
                    stage.world.crash.at(Some(again));
                    match stage.recover("run").await {
                        Some(Ok(_)) => break,
                        // The mishap met the question whether a step happened: it is asked again later.
                        Some(Err(fault)) => {
                            assert_eq!(fault.effect, Effect::None, "{context}: {fault}");
                        }
                        None => {}
                    }
                    again += 1;
                    assert!(again < 60, "{context}: recovery never ends");
                }
                stage.world.crash.at(None);
                let state = fold(&stage.journal.records(&DeploymentId::new("run")));
                if state.outcome == Some(Outcome::Stuck) {
                    stage.world.clear_mishaps();
                    stage.recover("run").await.unwrap().unwrap();
                }
                agree(&stage, scene, &old, &context);
            }
        }
    }
    assert!(crashes > 100, "only {crashes} crashes were tried");
}

#[tokio::test(start_paused = true)]
async fn recovering_what_is_over_changes_nothing() {
    let stage = set(Scene::First).await;
    play(&stage, Scene::First).await.unwrap();
    let (calls, before) = (
        stage.world.calls(),
        stage.journal.records(&DeploymentId::new("run")).len(),
    );
    let end = stage.recover("run").await.unwrap().unwrap();
    assert_eq!(end.outcome, Outcome::Live);
    let after = stage.journal.records(&DeploymentId::new("run")).len();
    assert_eq!((stage.world.calls(), after), (calls, before));
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_gateway_leaves_a_doubtful_run_for_later() {
    let stage = set(Scene::First).await;
    // Begin, plan, intent, then the effect of the first step without its receipt.
    stage.world.crash.at(Some(4));
    assert!(play(&stage, Scene::First).await.is_none());
    stage.world.crash.at(None);
    let calls = stage.world.calls();
    for call in 1..40 {
        stage
            .world
            .mishap(calls + call, Mishap::Refuse(soon(Code::NetworkUnreachable)));
    }
    let fault = stage.recover("run").await.unwrap().unwrap_err();
    assert_eq!(fault.code, Code::NetworkUnreachable);
    let state = fold(&stage.journal.records(&DeploymentId::new("run")));
    assert_eq!(
        state.outcome, None,
        "it is not given up while the gateway cannot be asked"
    );
    stage.world.clear_mishaps();
    assert_eq!(
        stage.recover("run").await.unwrap().unwrap().outcome,
        Outcome::RolledBack
    );
    assert!(stage.world.snapshot().is_empty());
}

fn any_mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        Just(Mishap::Refuse(soon(Code::AwsThrottled))),
        Just(Mishap::Refuse(soon(Code::AwsConflict))),
        Just(Mishap::Refuse(soon(Code::AwsUnavailable))),
        Just(Mishap::Refuse(never(Code::AwsDenied))),
        Just(Mishap::LoseAnswer),
        Just(Mishap::LoseRequest),
        Just(Mishap::Hang),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_ends_old_or_new_once_the_gateway_behaves(
        scene in proptest::sample::select(SCENES.to_vec()),
        mishaps in proptest::collection::btree_map(1u32..30, any_mishap(), 0..12),
        crash in proptest::option::of(1u32..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let stage = set(scene).await;
            let old = visible(stage.world.snapshot());
            let calls = stage.world.calls();
            for (at, mishap) in &mishaps {
                stage.world.mishap(calls + at, mishap.clone());
            }
            stage.world.crash.at(crash);
            let context = format!("{scene:?}, {mishaps:?}, crash at {crash:?}");
            let ended = play(&stage, scene).await;
            stage.world.crash.at(None);
            if ended.is_none_or(|outcome| outcome == Outcome::Stuck) {
                // Once while the gateway still misbehaves, then once more when it does not.
                if let Some(Err(fault)) = stage.recover("run").await {
                    assert!(!fault.advice.is_empty(), "{context}: no advice");
                }
                stage.world.clear_mishaps();
                stage.recover("run").await.unwrap().unwrap_or_else(|fault| panic!("{context}: {fault}"));
            }
            agree(&stage, scene, &old, &context);
        });
    }
}
