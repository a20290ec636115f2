//! Making changes step by step as the engine does, with the promises of `apply`, `probe` and `undo` checked on the way.
//!
//! It refuses to retry what failed: a fault is a failed check. What the remote side is not ready for yet is asked for again,
//! as the engine does.

use std::time::Duration;

use gw_model::{ApiId, Effect, Fault, Retry};
use gw_plan::Plan;

use super::Harness;
use crate::change::{Change, Mark, Outputs, Receipt, StepEffect};
use crate::observed::{Observed, Target};
use crate::port::{Connector, Goal};

/// How often a change is asked for again at most, and how long after.
const MOST_TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(200);

/// A run the suite makes by hand.
pub(super) struct Walk<'a> {
    pub(super) harness: &'a dyn Harness,
    pub(super) mark: Mark,
    pub(super) outputs: Outputs,
    pub(super) receipts: Vec<Receipt>,
}

pub(super) fn target(
    harness: &dyn Harness,
    api: &str,
    known: &Outputs,
    digest: Option<String>,
) -> Target {
    Target {
        gateway: harness.gateway(),
        api: ApiId::new(api),
        api_name: api.to_owned(),
        api_version: "1".to_owned(),
        known: known.clone(),
        known_digest: digest,
        settings: harness.settings(),
    }
}

/// Lowers twice, and holds the result to the port's invariants.
pub(super) fn lower(
    connector: &dyn Connector,
    goal: Goal<'_>,
    target: &Target,
    observed: &Observed,
) -> Result<Vec<Change>, String> {
    let changes = connector
        .lower(goal, target, observed)
        .map_err(told("lower"))?;
    let again = connector
        .lower(goal, target, observed)
        .map_err(told("lower, the second time,"))?;
    ensure(
        changes == again,
        "lower gives other changes the second time: it is not pure",
    )?;
    if let Goal::Publish(_) | Goal::PublishCanary(..) = goal {
        let early = changes
            .iter()
            .rev()
            .skip(1)
            .find(|change| change.effect == StepEffect::MovesTraffic);
        if let Some(change) = early {
            return Err(format!(
                "'{}' moves traffic and is not the last change",
                change.verb
            ));
        }
    }
    if let Goal::Canary(_) = goal {
        ensure(
            changes
                .iter()
                .all(|it| it.effect == StepEffect::MovesTraffic && it.calls.len() == 1)
                && changes.len() < 2,
            "changing a canary is more than one call that moves traffic",
        )?;
    }
    for change in &changes {
        ensure(
            !change.verb.is_empty() && !change.sentence.is_empty(),
            "a change has no verb or no sentence",
        )?;
    }
    Ok(changes)
}

pub(super) async fn publish(
    walk: &mut Walk<'_>,
    plan: &Plan,
    target: &Target,
) -> Result<(), String> {
    reach(walk, Goal::Publish(plan), target).await
}

/// Looks, lowers and makes; what is asked for must not be so already.
pub(super) async fn reach(
    walk: &mut Walk<'_>,
    goal: Goal<'_>,
    target: &Target,
) -> Result<(), String> {
    let connector = walk.harness.connector().await;
    let observed = connector.observe(target).await.map_err(told("observe"))?;
    let changes = lower(connector.as_ref(), goal, target, &observed)?;
    ensure(
        !changes.is_empty(),
        &format!("there is something to do, but no change: {goal:?}"),
    )?;
    walk.outputs.extend(observed.found);
    walk.make(&changes).await
}

impl<'a> Walk<'a> {
    pub(super) fn new(harness: &'a dyn Harness, mark: &str) -> Self {
        let mark = Mark::new(format!("gw-conformance-{mark}"));
        Self {
            harness,
            mark,
            outputs: Outputs::new(),
            receipts: Vec::new(),
        }
    }

    /// Makes the changes in order. Each is probed before and after, as if a restart lay between.
    pub(super) async fn make(&mut self, changes: &[Change]) -> Result<(), String> {
        for change in changes {
            let verb = &change.verb;
            let journaled = Change {
                payload: String::new(),
                ..change.clone()
            };
            let looks = change.effect == StepEffect::Read;
            let connector = self.harness.connector().await;
            if !looks {
                let before = connector.probe(&journaled, &self.mark, &self.outputs).await;
                let before = before.map_err(told(&format!("probe before {verb}")))?;
                ensure(
                    before.is_none(),
                    &format!("probe finds {verb} before it was made: {before:?}"),
                )?;
            }
            let receipt = self.apply(connector.as_ref(), change).await?;
            ensure(
                &receipt.verb == verb,
                &format!("the receipt of {verb} says {}", receipt.verb),
            )?;
            if !looks {
                let connector = self.harness.connector().await;
                let after = connector.probe(&journaled, &self.mark, &self.outputs).await;
                let after = after.map_err(told(&format!("probe after {verb}")))?;
                let Some(after) = after else {
                    return Err(format!("probe does not find {verb} after it was made"));
                };
                same_effect(&receipt, &after)?;
            }
            self.outputs.extend(receipt.outputs.clone());
            self.receipts.push(receipt);
        }
        Ok(())
    }

    async fn apply(&self, connector: &dyn Connector, change: &Change) -> Result<Receipt, String> {
        let mut tries = 0;
        loop {
            let made = connector.apply(change, &self.mark, &self.outputs).await;
            match made {
                Err(fault)
                    if fault.retry == Retry::Soon
                        && fault.effect == Effect::None
                        && tries < MOST_TRIES =>
                {
                    tries += 1;
                    std::thread::sleep(PAUSE);
                }
                made => return made.map_err(told(&change.verb)),
            }
        }
    }

    /// Takes everything back, last first, each twice.
    pub(super) async fn unmake(&mut self) -> Result<(), String> {
        for receipt in self.receipts.iter().rev() {
            for time in ["", ", the second time,"] {
                let connector = self.harness.connector().await;
                let undone = connector.undo(receipt, &self.outputs).await;
                undone.map_err(told(&format!("undo of {}{time}", receipt.verb)))?;
            }
        }
        self.receipts.clear();
        Ok(())
    }
}

/// A receipt that was probed must let the run go on and be undone as the one that was lost.
fn same_effect(applied: &Receipt, probed: &Receipt) -> Result<(), String> {
    let verb = &applied.verb;
    ensure(
        probed.verb == *verb,
        &format!("probe of {verb} gives a receipt of {}", probed.verb),
    )?;
    let kept = |(name, value): (&String, &String)| probed.outputs.get(name) == Some(value);
    ensure(
        applied.outputs.iter().all(kept),
        &format!(
            "probe of {verb} learns {:?}, apply learnt {:?}",
            probed.outputs, applied.outputs
        ),
    )?;
    ensure(
        probed.created == applied.created,
        &format!(
            "probe of {verb} says created: {}, apply said {}",
            probed.created, applied.created
        ),
    )
}

pub(super) fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// Words for a fault that should not have been.
pub(super) fn told(doing: &str) -> impl Fn(Fault) -> String {
    move |fault| {
        format!(
            "{doing} failed: {fault} {:?} (effect {:?})",
            fault.facts, fault.effect
        )
    }
}
