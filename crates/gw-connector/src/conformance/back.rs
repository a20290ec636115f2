//! Going back to a kept deployment and forward again, and deleting what is beyond.
//!
//! It refuses a way back that is more than one call, or that cannot be taken back.

use super::lifecycle::Known;
use super::plans::API_ID;
use super::steps::{Walk, ensure, lower, target, told};
use super::{Harness, calls};
use crate::change::StepEffect;
use crate::kept::Kept;
use crate::port::Goal;

/// What is kept, newest first; the second edition is live and the first is beside it.
pub(super) async fn kept(harness: &dyn Harness, known: &Known) -> Result<Vec<Kept>, String> {
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let connector = harness.connector().await;
    connector.kept(&target).await.map_err(told("kept"))
}

/// Back to the first edition, taken back, back again, and forward to the second.
pub(super) async fn returns(harness: &dyn Harness, known: &mut Known) -> Result<(), String> {
    let all = kept(harness, known).await?;
    let live: Vec<bool> = all.iter().map(|one| one.live).collect();
    ensure(
        live == [true, false],
        &format!("two editions are published, the second is live, and this is kept: {all:?}"),
    )?;
    ensure(
        all[0].digest == known.digest && all[1].digest.is_some(),
        &format!("the digests of what is kept are {all:?}"),
    )?;
    let (second, first) = (&all[0], &all[1]);

    let mut walk = go(harness, "back-undone", first, known).await?;
    calls::serves_edition(harness, &known.url, 1).await?;
    walk.unmake().await?;
    calls::serves_edition(harness, &known.url, 2).await?;
    is_live(harness, known, second).await?;

    let walk = go(harness, "back", first, known).await?;
    calls::serves_edition(harness, &known.url, 1).await?;
    known.outputs = walk.outputs;
    known.digest.clone_from(&first.digest);
    is_live(harness, known, first).await?;
    let again = kept(harness, known).await?;
    ensure(
        again.len() == 2 && again[1].live && !again[0].live,
        &format!("after going back this is kept: {again:?}"),
    )?;
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    let goal = Goal::Return(&again[1]);
    ensure(
        lower(connector.as_ref(), goal, &target, &observed)?.is_empty(),
        "going back to what is live takes changes",
    )?;

    let walk = go(harness, "forward", second, known).await?;
    calls::serves_edition(harness, &known.url, 2).await?;
    known.outputs = walk.outputs;
    known.digest.clone_from(&second.digest);
    is_live(harness, known, second).await
}

/// The first edition's deployment goes; what is live does not notice.
pub(super) async fn prunes(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let all = kept(harness, known).await?;
    let surplus = crate::kept::surplus(&all, 1, &[]);
    ensure(
        surplus.len() == 1 && !surplus[0].live,
        &format!("of {all:?} this may go: {surplus:?}"),
    )?;
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    let goal = Goal::Prune {
        surplus: &surplus,
        kept: &all,
    };
    let changes = lower(connector.as_ref(), goal, &target, &observed)?;
    let walk = Walk::new(harness, "prune");
    for change in &changes {
        ensure(
            change.effect == StepEffect::Write,
            &format!("'{}' is no deletion nobody notices", change.sentence),
        )?;
        // Twice equals once.
        for _ in 0..2 {
            let gone = connector.apply(change, &walk.mark, &observed.found).await;
            gone.map_err(told(&change.verb))?;
        }
    }
    let left = kept(harness, known).await?;
    ensure(
        left.len() == 1 && left[0].live,
        &format!("after pruning this is kept: {left:?}"),
    )?;
    calls::serves_edition(harness, &known.url, 2).await
}

async fn go<'a>(
    harness: &'a dyn Harness,
    mark: &str,
    to: &Kept,
    known: &Known,
) -> Result<Walk<'a>, String> {
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    let changes = lower(connector.as_ref(), Goal::Return(to), &target, &observed)?;
    let [change] = changes.as_slice() else {
        return Err(format!("going back takes {} changes", changes.len()));
    };
    ensure(
        change.effect == StepEffect::MovesTraffic && change.calls.len() == 1,
        &format!("going back is more than one call that moves traffic: {change:?}"),
    )?;
    let mut walk = Walk::new(harness, mark);
    walk.outputs.extend(observed.found);
    walk.make(&changes).await?;
    Ok(walk)
}

async fn is_live(harness: &dyn Harness, known: &Known, wanted: &Kept) -> Result<(), String> {
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    ensure(
        observed.digest == wanted.digest,
        &format!("{:?} is observed, not {:?}", observed.digest, wanted.digest),
    )
}
