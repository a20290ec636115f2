//! Custom domains: which lead to an API, and letting one lead there or nowhere.
//!
//! It refuses to make or delete a domain, and to map an API that is not there.

pub mod wire;

use gw_connector::{LiveState, MappingGoal};
use gw_deploy::{Prepared, Publication};
use gw_model::{Code, DeploymentId, Fault, Gateway};
use tokio_util::sync::CancellationToken;

use crate::apis::Working;
use crate::app::{App, new_id};
use crate::connect;
use crate::deployments::{self, Means};
use crate::names::invalid;
use crate::wire::{DomainList, DomainRequest, DomainSearch, StartedRun};

/// The domains that lead to an API on a gateway. Asks the gateway for every domain it has.
pub async fn list(app: &App, request: DomainSearch) -> Result<DomainList, Fault> {
    let working = Working::load(app, &request.api).await?;
    let gateway = gateway(app, &request.gateway).await?;
    let mut list = DomainList {
        available: connect::capabilities(gateway.kind()).stage_settings,
        rows: Vec::new(),
        fault: None,
    };
    if !list.available {
        return Ok(list);
    }
    let target = deployments::target(app, &working, &gateway).await?;
    let seen = async {
        let connector = connect::connect(app, &gateway).await?.connector;
        let observed = connector.observe(&target).await?;
        connector.domains(&observed).await
    };
    match seen.await {
        Ok(rows) => list.rows = rows,
        Err(fault) => list.fault = Some(fault),
    }
    Ok(list)
}

/// Lets a base path of a domain lead to an API that is live. Returns once the run has begun.
pub async fn map(app: &App, request: DomainRequest) -> Result<StartedRun, Fault> {
    lead(app, request, true).await
}

/// Lets a base path of a domain lead nowhere. Returns once the run has begun.
pub async fn unmap(app: &App, request: DomainRequest) -> Result<StartedRun, Fault> {
    lead(app, request, false).await
}

async fn lead(app: &App, request: DomainRequest, mapped: bool) -> Result<StartedRun, Fault> {
    let goal = goal(&request, mapped)?;
    let working = Working::load(app, &request.api).await?;
    let gateway = gateway(app, &request.gateway).await?;
    let (api, at) = (working.api.id.clone(), gateway.id.clone());
    let placement = app
        .catalog(move |catalog| catalog.placements().get(&api, &at))
        .await?;
    let mut target = deployments::target(app, &working, &gateway).await?;
    // A mapping sets nothing of the stage: what was wanted when the API was published last stays what was carried out.
    if let Some(published) = placement.as_ref().and_then(|it| it.settings.clone()) {
        target.settings = published;
    }
    let connection = connect::connect(app, &gateway).await?;
    let mut observed = connection.connector.observe(&target).await?;
    let published = placement.and_then(|it| Some((it.revision?, it.digest?)));
    let Some((revision, digest)) = published.filter(|_| observed.state == LiveState::Live) else {
        return Err(Fault::new(
            Code::DeployNotDeployed,
            format!(
                "{}@{} is not live on {}",
                working.api.name, working.api.version, gateway.name
            ),
            "Deploy it there first",
        ));
    };
    let connector = &connection.connector;
    let changes = connector.prepare_mapping(&goal, &mut observed).await?;
    let means = Means {
        connection,
        target,
        prepared: Prepared { observed, changes },
        takes_along: Vec::new(),
        returning: None,
        canary: None,
    };
    let publication = Publication { revision, digest };
    let deployment = DeploymentId::new(new_id());
    let (id, cancel) = (deployment.clone(), CancellationToken::new());
    deployments::spawn(app, id, cancel, means, Some(publication)).await?;
    Ok(StartedRun {
        gateway: gateway.id,
        deployment: Some(deployment),
        fault: None,
    })
}

async fn gateway(app: &App, id: &gw_model::GatewayId) -> Result<Gateway, Fault> {
    let id = id.clone();
    app.catalog(move |catalog| catalog.gateways().get(&id))
        .await
}

fn goal(request: &DomainRequest, mapped: bool) -> Result<MappingGoal, Fault> {
    let domain = request.domain.trim().to_ascii_lowercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-.*".contains(c);
    if !domain.contains('.') || !domain.chars().all(is_name) {
        return Err(invalid(
            "domain",
            format!("'{}' is not the name of a domain", request.domain),
            "Write it without scheme and path, as api.example.com",
        ));
    }
    let base_path = request.base_path.trim_matches('/').to_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || "$-_.+!*'()".contains(c);
    if !base_path.chars().all(fits) {
        return Err(invalid(
            "base_path",
            format!("'{}' is not one part of a path", request.base_path),
            "Use letters, digits and $-_.+!*'() without slashes, or leave it empty for all paths",
        ));
    }
    Ok(MappingGoal {
        domain,
        base_path,
        mapped,
    })
}
