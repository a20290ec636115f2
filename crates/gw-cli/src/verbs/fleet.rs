//! Many gateways in one command: which they are, and waiting for all of their runs.
//!
//! It refuses to let one run wait for another: they are waited for together, and cancelled together.

use gw_app::wire::{DeploymentDetail, DeploymentRequest, PlacementSearch, PlacementState, Started};
use gw_app::{App, deployments};
use gw_model::{Api, Code, DeploymentId, Fault, GatewayId};
use tokio::task::JoinSet;

use super::deploy::{Named, find};
use crate::args::DeployArgs;
use crate::output;

/// The gateways a command names: by name, all of them, or those where the last run of the API failed.
pub async fn chosen(app: &App, api: &Api, args: &DeployArgs) -> Result<Named, Fault> {
    let mut named = if args.gateways.is_empty() {
        every(app).await?
    } else {
        find(app, &args.api, &args.gateways).await?.1
    };
    if args.failed {
        let search = PlacementSearch {
            api: Some(api.id.clone()),
        };
        let placements = deployments::placements(app, search).await?;
        named.retain(|(id, _)| {
            placements
                .iter()
                .any(|place| place.gateway == *id && has_failed(place.state))
        });
    }
    if named.is_empty() {
        return Err(nowhere(api, args.failed));
    }
    Ok(named)
}

/// How the run on a gateway ended, or why it did not begin.
pub type RunResult = (GatewayId, Result<DeploymentDetail, Fault>);

/// Waits for all runs. When the user interrupts, all are cancelled at their next safe point, and waited for.
pub async fn ends(app: &App, started: Started) -> Vec<RunResult> {
    let mut results: Vec<Option<RunResult>> = Vec::new();
    let mut waiting = JoinSet::new();
    let mut under_way: Vec<DeploymentId> = Vec::new();
    for (index, run) in started.runs.into_iter().enumerate() {
        results.push(match (run.deployment, run.fault) {
            (Some(deployment), _) => {
                under_way.push(deployment.clone());
                let app = app.clone();
                waiting.spawn(async move { (index, (run.gateway, end(&app, deployment).await)) });
                None
            }
            (None, Some(fault)) => Some((run.gateway, Err(fault))),
            (None, None) => None,
        });
    }
    let mut is_cancelled = false;
    loop {
        tokio::select! {
            ended = waiting.join_next() => match ended {
                Some(Ok((index, result))) => {
                    if let Some(place) = results.get_mut(index) {
                        *place = Some(result);
                    }
                }
                Some(Err(_)) => {}
                None => break,
            },
            () = super::gateway::interrupted(), if !is_cancelled => {
                is_cancelled = true;
                output::note("Cancelling at the next safe point…");
                for deployment in &under_way {
                    let request = DeploymentRequest { deployment: deployment.clone() };
                    // One that has ended meanwhile is told by its end.
                    let _ = deployments::cancel(app, request).await;
                }
            }
        }
    }
    results.into_iter().flatten().collect()
}

async fn end(app: &App, deployment: DeploymentId) -> Result<DeploymentDetail, Fault> {
    deployments::wait(app, &deployment).await?;
    deployments::get(app, DeploymentRequest { deployment }).await
}

async fn every(app: &App) -> Result<Named, Fault> {
    let rows = gw_app::gateways::list(app, gw_app::wire::Empty {}).await?;
    let named = rows
        .into_iter()
        .map(|row| (row.gateway.id, row.gateway.name));
    Ok(named.collect())
}

fn has_failed(state: PlacementState) -> bool {
    matches!(
        state,
        PlacementState::Failed | PlacementState::Stuck | PlacementState::Interrupted
    )
}

fn nowhere(api: &Api, failed: bool) -> Fault {
    if failed {
        return Fault::new(
            Code::RequestInvalid,
            format!("No last run of {}@{} failed there", api.name, api.version),
            "See where it stands with `gatewright deployments`; where a run could not even begin, name the gateway",
        );
    }
    Fault::new(
        Code::RequestInvalid,
        "There is no gateway",
        "Add one with `gatewright gateway add`",
    )
}
