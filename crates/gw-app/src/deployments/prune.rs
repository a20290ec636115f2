//! Deleting what gateways keep beyond what is needed for going back, after a deployment.
//!
//! It refuses to fail a deployment: what could not be deleted is written down, told, and deleted after the next one.
//!
//! Invariant: what is live, what was live before it, what another stage or a canary serves, and what Gatewright did not
//! make stay.

use gw_catalog::{Pruning, PruningState};
use gw_connector::{Connector, Goal, Mark, Target, surplus};
use gw_model::{DeploymentId, Fault};

use super::{back, history};
use crate::app::{App, now};

/// Deletes what is beyond. Asks the gateway only when the catalog cannot rule out that there is something.
pub(super) async fn after(
    app: &App,
    connector: &dyn Connector,
    target: &Target,
    deployment: &DeploymentId,
) {
    if let Err(fault) = attempt(app, connector, target, deployment).await {
        let sentence = "Delete kept deployments beyond those needed for going back".to_owned();
        // A catalog that cannot be written now has told so already: the run's own journal is in it.
        let _ = note(
            app,
            deployment,
            (sentence, None),
            PruningState::Failed,
            Some(fault),
        )
        .await;
    }
}

async fn attempt(
    app: &App,
    connector: &dyn Connector,
    target: &Target,
    deployment: &DeploymentId,
) -> Result<(), Fault> {
    let keep = usize::try_from(history::keep(app).await?).unwrap_or(usize::MAX);
    let (api, gateway) = (target.api.clone(), target.gateway.clone());
    let most = app
        .catalog(move |catalog| catalog.prunings().most_kept(&api, &gateway))
        .await?;
    if most <= keep {
        return Ok(());
    }
    let kept = connector.kept(target).await?;
    let spare: Vec<String> = back::tell(app, target, &kept)
        .await?
        .into_iter()
        .filter(|row| row.previous)
        .map(|row| row.id)
        .collect();
    let gone = surplus(&kept, keep, &spare);
    if gone.is_empty() {
        return Ok(());
    }
    let observed = connector.observe(target).await?;
    let goal = Goal::Prune {
        surplus: &gone,
        kept: &kept,
    };
    let changes = connector.lower(goal, target, &observed)?;
    let mark = Mark::new(format!("gw-{deployment}"));
    // A version of a function goes only after everything that asks it.
    let mut all_gone = true;
    for (index, change) in changes.iter().enumerate() {
        let kept = gone.get(index).map(|one| one.id.clone());
        if kept.is_none() && !all_gone {
            break;
        }
        let what = (change.sentence.clone(), kept);
        note(app, deployment, what.clone(), PruningState::Intended, None).await?;
        let made = connector.apply(change, &mark, &observed.found).await;
        let (state, fault) = match made {
            Ok(_) => (PruningState::Gone, None),
            Err(fault) => (PruningState::Failed, Some(fault)),
        };
        all_gone &= fault.is_none();
        note(app, deployment, what, state, fault).await?;
    }
    Ok(())
}

async fn note(
    app: &App,
    deployment: &DeploymentId,
    (sentence, kept): (String, Option<String>),
    state: PruningState,
    fault: Option<Fault>,
) -> Result<(), Fault> {
    let line = Pruning {
        deployment: deployment.clone(),
        at: now(),
        sentence,
        kept,
        state,
        fault,
    };
    app.catalog(move |catalog| catalog.prunings().add(&line))
        .await
}
