//! A canary beside what is live: begun, given another share, dropped, promoted, replaced; each taken back first.
//!
//! It refuses a split it did not see: both editions must answer while both have a share.

use gw_model::{Code, Percent};
use gw_plan::Plan;

use super::lifecycle::{Known, plan, untouched};
use super::plans::API_ID;
use super::steps::{Walk, ensure, lower, reach, target, told};
use super::{Harness, calls};
use crate::canary::CanaryChange;
use crate::change::StepEffect;
use crate::observed::Target;
use crate::port::Goal;

/// The second edition is live before and after.
pub(super) async fn runs(harness: &dyn Harness, known: &mut Known) -> Result<(), String> {
    let (second, third) = (plan(harness, 2), plan(harness, 3));
    let half = Goal::PublishCanary(&third, Percent::whole(50));
    let url = known.url.clone();

    go(harness, "canary-undone", half, known)
        .await?
        .unmake()
        .await?;
    calls::serves_only(harness, &url, 2).await?;
    none_runs(harness, known).await?;

    let before = known.digest.clone();
    settle(harness, "canary", half, known).await?;
    calls::serves_both(harness, &url, [2, 3]).await?;
    is_canary(harness, known, 50).await?;
    untouched(harness, 2, known).await?;

    let all = Goal::Canary(CanaryChange::Share {
        percent: Percent::whole(100),
    });
    go(harness, "share-undone", all, known)
        .await?
        .unmake()
        .await?;
    calls::serves_both(harness, &url, [2, 3]).await?;
    settle(harness, "share", all, known).await?;
    calls::serves_only(harness, &url, 3).await?;
    is_canary(harness, known, 100).await?;
    ensure(
        changes(harness, all, known).await?.is_empty(),
        "the share it has already takes changes",
    )?;

    let drop = Goal::Canary(CanaryChange::Drop);
    go(harness, "drop-undone", drop, known)
        .await?
        .unmake()
        .await?;
    calls::serves_only(harness, &url, 3).await?;
    settle(harness, "drop", drop, known).await?;
    calls::serves_only(harness, &url, 2).await?;
    none_runs(harness, known).await?;

    settle(harness, "canary-again", half, known).await?;
    let promote = Goal::Canary(CanaryChange::Promote);
    go(harness, "promote-undone", promote, known)
        .await?
        .unmake()
        .await?;
    calls::serves_both(harness, &url, [2, 3]).await?;
    settle(harness, "promote", promote, known).await?;
    calls::serves_only(harness, &url, 3).await?;
    none_runs(harness, known).await?;
    known.digest = Some(gw_plan::digest(&third));
    is_live(harness, known).await?;

    // An ordinary publication ends a canary in the call that moves traffic.
    let other = Goal::PublishCanary(&second, Percent::whole(50));
    settle(harness, "canary-before", other, known).await?;
    let wanted = changes(harness, Goal::Publish(&second), known).await?;
    let moves = |it: &&crate::change::Change| it.effect == StepEffect::MovesTraffic;
    ensure(
        wanted.iter().filter(moves).count() == 1,
        "replacing a canary moves traffic more than once",
    )?;
    settle(harness, "over-canary", Goal::Publish(&second), known).await?;
    calls::serves_only(harness, &url, 2).await?;
    none_runs(harness, known).await?;
    known.digest = before;
    is_live(harness, known).await
}

/// A gateway that cannot must say so; one that can refuses a canary beside nothing.
pub(super) async fn refuses_first(harness: &dyn Harness) -> Result<(), String> {
    let target = target_of(harness, &Known::default());
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    let plan: Plan = plan(harness, 1);
    let goal = Goal::PublishCanary(&plan, Percent::whole(10));
    match connector.lower(goal, &target, &observed) {
        Err(fault) if fault.code == Code::DeployNotDeployed => Ok(()),
        other => Err(format!("a canary beside nothing gives {other:?}")),
    }
}

async fn go<'a>(
    harness: &'a dyn Harness,
    mark: &str,
    goal: Goal<'_>,
    known: &Known,
) -> Result<Walk<'a>, String> {
    let mut walk = Walk::new(harness, mark);
    reach(&mut walk, goal, &target_of(harness, known)).await?;
    Ok(walk)
}

async fn settle(
    harness: &dyn Harness,
    mark: &str,
    goal: Goal<'_>,
    known: &mut Known,
) -> Result<(), String> {
    known.outputs = go(harness, mark, goal, known).await?.outputs;
    Ok(())
}

async fn changes(
    harness: &dyn Harness,
    goal: Goal<'_>,
    known: &Known,
) -> Result<Vec<crate::change::Change>, String> {
    let target = target_of(harness, known);
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    lower(connector.as_ref(), goal, &target, &observed)
}

/// It is kept, held and not live, and what is live is as before.
async fn is_canary(harness: &dyn Harness, known: &Known, percent: u16) -> Result<(), String> {
    let target = target_of(harness, known);
    let connector = harness.connector().await;
    let kept = connector.kept(&target).await.map_err(told("kept"))?;
    let share = Some(Percent::whole(percent));
    let canaries = kept.iter().filter(|one| one.canary == share && !one.live);
    ensure(
        canaries.filter(|one| one.held_by.is_some()).count() == 1,
        &format!("a canary with {percent} % is kept like this: {kept:?}"),
    )?;
    is_live(harness, known).await
}

async fn is_live(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let connector = harness.connector().await;
    let observed = connector.observe(&target_of(harness, known)).await;
    let observed = observed.map_err(told("observe"))?;
    ensure(
        observed.digest == known.digest,
        &format!("{:?} is observed, not {:?}", observed.digest, known.digest),
    )
}

async fn none_runs(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let target = target_of(harness, known);
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    match connector.lower(Goal::Canary(CanaryChange::Drop), &target, &observed) {
        Err(fault) if fault.code == Code::DeployNoCanary => Ok(()),
        other => Err(format!("dropping a canary that is none gives {other:?}")),
    }
}

fn target_of(harness: &dyn Harness, known: &Known) -> Target {
    target(harness, API_ID, &known.outputs, known.digest.clone())
}
