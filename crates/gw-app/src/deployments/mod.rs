//! Deployments: plan, start, cancel, recover; what ran and what is where.
//!
//! It refuses to carry out anything but the plan that was shown: a changed API refuses the start.

mod back;
mod compare;
pub mod consents;
mod fleet;
mod forget;
mod history;
pub mod history_wire;
mod later;
mod place;
mod plan;
mod prune;
mod run;
mod told;
mod untouched;
pub mod wire;

use gw_catalog::{Page, RunFilter, RunRow};
use gw_deploy::Journal as _;
use gw_model::{ApiId, DeploymentId, Fault, RevisionId};

use crate::app::App;
use crate::wire::{
    DeploymentDetail, DeploymentPage, DeploymentRequest, DeploymentRow, DeploymentSearch,
    PlacementRow, PlacementSearch,
};

pub use compare::diff;
pub use consents::CONSENTS;
pub(crate) use fleet::Ahead;
pub use forget::{forget, traces};
pub use history::{KEEP, kept, revisions, set_keep};
pub use later::{drop_pending, later, pending, resume, resume_and_wait};
pub(crate) use later::{due_now, keep_trying};
pub(crate) use place::{WorkingId, placements_of, reached_at};
pub use plan::plan;
pub(crate) use plan::{Means, target};
pub(crate) use run::{RunHandle, adopt, is_running, spawn};
pub use run::{cancel, recover, recover_interrupted, start, wait};

/// The revision that would be published now.
pub async fn working_revision(app: &App, api: &ApiId) -> Result<RevisionId, Fault> {
    Ok(crate::apis::working::revision(app, api).await?.id())
}

/// A revision that was deployed before, by its id or the beginning of it.
pub async fn stored_revision(app: &App, api: &ApiId, text: &str) -> Result<RevisionId, Fault> {
    back::find_revision(app, api, text).await
}

/// Runs, newest first.
pub async fn list(app: &App, request: DeploymentSearch) -> Result<DeploymentPage, Fault> {
    let page = Page {
        offset: request.offset,
        limit: if request.limit == 0 {
            100
        } else {
            request.limit
        },
    };
    let filter = RunFilter {
        api: request.api,
        gateway: request.gateway,
    };
    let found = app
        .catalog(move |catalog| catalog.runs().list(&filter, page))
        .await?;
    let total = u32::try_from(found.total).unwrap_or(u32::MAX);
    let mut rows = Vec::with_capacity(found.items.len());
    for run in found.items {
        rows.push(row(app, run).await?);
    }
    Ok(DeploymentPage { rows, total })
}

/// One run with its journal, and what the gateway said about the document; without a journal while its gateway is still
/// being looked at.
pub async fn get(app: &App, request: DeploymentRequest) -> Result<DeploymentDetail, Fault> {
    if let Some(ahead) = fleet::ahead(app, &request.deployment) {
        return Ok(ahead);
    }
    let (found, (header, records), pruned) = app
        .catalog(move |catalog| {
            let found = catalog.runs().get(&request.deployment)?;
            let pruned = catalog.prunings().after(&request.deployment)?;
            Ok((found, catalog.read(&request.deployment)?, pruned))
        })
        .await?;
    let findings = told::told(app, &header, &records).await?;
    let mut row = row(app, found).await?;
    row.fault = row.fault.map(|fault| told::placed(fault, &findings));
    Ok(DeploymentDetail {
        row,
        header,
        records,
        findings,
        pruned,
    })
}

/// What is where: the cells of the fleet matrix.
pub async fn placements(app: &App, request: PlacementSearch) -> Result<Vec<PlacementRow>, Fault> {
    let apis = app
        .catalog(move |catalog| match request.api {
            Some(id) => Ok(vec![catalog.apis().get(&id)?]),
            None => catalog.apis().deployed(),
        })
        .await?;
    let mut found = placements_of(app, &apis).await?;
    let in_order = apis.iter().filter_map(|api| found.remove(&api.id));
    Ok(in_order.flatten().collect())
}

async fn row_of(app: &App, deployment: &DeploymentId) -> Result<DeploymentRow, Fault> {
    let id = deployment.clone();
    let found = app.catalog(move |catalog| catalog.runs().get(&id)).await?;
    row(app, found).await
}

async fn row(app: &App, run: RunRow) -> Result<DeploymentRow, Fault> {
    let running = run.outcome.is_none() && is_running(app, &run.header.deployment).await?;
    let (goal, percent) = (run.header.goal(), run.header.percent());
    Ok(DeploymentRow {
        deployment: run.header.deployment,
        api: run.header.api,
        api_name: run.api_name,
        api_version: run.api_version,
        gateway: run.header.gateway,
        gateway_name: run.gateway_name,
        goal,
        percent,
        revision: run.header.revision,
        started_at: run.header.started_at,
        finished_at: run.finished_at,
        outcome: run.outcome,
        running,
        fault: run.fault,
        invoke_url: run.invoke_url,
    })
}
