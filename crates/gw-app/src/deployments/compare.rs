//! How two states of an API differ: in what callers notice, and in the text of the document.
//!
//! It refuses to call live what the gateway does not say is live.

use gw_connector::LiveState;
use gw_model::{Code, Fault};
use gw_plan::Plan;

use super::{back, history};
use crate::apis::Working;
use crate::app::App;
use crate::connect;
use crate::wire::{DiffRequest, DiffSide, DiffView, KeptRequest};

/// Compares two states, each `working`, `live` or a revision.
pub async fn diff(app: &App, request: DiffRequest) -> Result<DiffView, Fault> {
    let before = side(app, &request, &request.from).await?;
    let after = side(app, &request, &request.to).await?;
    let name = |side: &Side| {
        let text = side.document.trim_start();
        let end = if text.starts_with('{') {
            "json"
        } else {
            "yaml"
        };
        format!("{}.{end}", side.plan.name)
    };
    Ok(DiffView {
        changes: gw_plan::diff(&before.plan, &after.plan),
        document: gw_openapi::fix::unified(&before.document, &after.document, &name(&after)),
        from: before.told,
        to: after.told,
    })
}

struct Side {
    told: DiffSide,
    plan: Plan,
    document: String,
}

async fn side(app: &App, request: &DiffRequest, word: &str) -> Result<Side, Fault> {
    match word {
        "working" => {
            let working = Working::load(app, &request.api).await?;
            told(app, working, "working".to_owned(), None).await
        }
        "live" => live(app, request).await,
        text => {
            let revision = back::find_revision(app, &request.api, text).await?;
            let working = Working::of_revision(app, &request.api, &revision).await?;
            told(app, working, revision.to_string(), None).await
        }
    }
}

/// What the gateway says is live, as it was planned then.
async fn live(app: &App, request: &DiffRequest) -> Result<Side, Fault> {
    let Some(gateway) = request.gateway.clone() else {
        return Err(Fault::new(
            Code::RequestInvalid,
            "Nothing says on which gateway it is live",
            "Name the gateway",
        ));
    };
    let asked = KeptRequest {
        api: request.api.clone(),
        gateway,
    };
    let (api, gateway, target) = history::target_of(app, &asked).await?;
    let connection = connect::connect(app, &gateway).await?;
    let observed = connection.connector.observe(&target).await?;
    let title = format!("{}@{}", api.name, api.version);
    if observed.state != LiveState::Live {
        return Err(Fault::new(
            Code::DeployNotDeployed,
            format!("{title} is not deployed to {}", gateway.name),
            "Deploy it first",
        ));
    }
    let digest = observed.digest;
    let (id, on) = (api.id.clone(), gateway.id.clone());
    let (plan, revision) = app
        .catalog(move |catalog| {
            let Some(digest) = digest else {
                return Ok((None, None));
            };
            let placed = catalog
                .placements()
                .get(&id, &on)?
                .filter(|placed| placed.digest.as_deref() == Some(&digest))
                .and_then(|placed| placed.revision);
            let revision = match placed {
                Some(revision) => Some(revision),
                None => catalog
                    .runs()
                    .last_with_digest(&id, &digest)?
                    .and_then(|run| run.revision),
            };
            Ok((catalog.plans().get(&digest)?, revision))
        })
        .await?;
    let Some(revision) = revision else {
        return Err(Fault::new(
            Code::CatalogNotFound,
            format!(
                "What is live of {title} on {} was not deployed from this catalog",
                gateway.name
            ),
            "Compare with the catalog it was deployed from, or look at what changed there with a plan",
        ));
    };
    let working = Working::of_revision(app, &api.id, &revision).await?;
    told(app, working, format!("live on {}", gateway.name), plan).await
}

async fn told(
    app: &App,
    working: Working,
    said: String,
    plan: Option<Plan>,
) -> Result<Side, Fault> {
    let revision = working.revision.id();
    let id = revision.clone();
    let made_at = app
        .catalog(move |catalog| catalog.revisions().made_at(&id))
        .await?;
    Ok(Side {
        told: DiffSide {
            said,
            revision,
            made_at,
        },
        plan: plan.unwrap_or(working.plan),
        document: working.revision.document,
    })
}
