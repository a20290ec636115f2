//! What is on a gateway whoever made it, and taking it over.
//!
//! It refuses to change anything there: an API is taken over by a run without changes, and proved by a plan without
//! changes.

pub mod wire;

use std::collections::HashMap;

use futures::future::join_all;
use gw_connector::names::OUTPUT_ADOPTED;
use gw_connector::{FoundStage, LiveState, Observed, Owner, Protocol, ReadApi, Target};
use gw_model::{
    Api, ApiId, Backend, Code, Fault, Gateway, GatewayId, GatewayTarget, StageSettings,
};

use crate::apis;
use crate::apis::Working;
use crate::app::App;
use crate::connect::{self, Connection};
use crate::deployments;
use crate::names::{check_api_name, invalid};
use crate::wire::{
    ApiImport, DiscoveryFound, DiscoveryImport, DiscoveryImported, DiscoveryList, DiscoveryStages,
    FoundId, FoundRow, FoundStages, ImportSource, ManagedApi, PlanRequest, RunGoal,
};

/// Output of AWS runs: the REST API's id, by which what was found is known again.
const REST_API_ID: &str = "rest-api-id";

/// Calls that read stages side by side; the pacer keeps them within the quota.
const SIDE_BY_SIDE: usize = 4;

/// Most APIs whose stages are read at once.
const MOST: usize = 100;

/// Every API of a gateway's account and region, with who looks after it.
pub async fn list(app: &App, request: DiscoveryList) -> Result<DiscoveryFound, Fault> {
    let (gateway, connection) = reach(app, &request.gateway).await?;
    let listing = connection.connector.discover().await?;
    let managed = managed_on(app, &gateway.id).await?;
    let mut apis = Vec::with_capacity(listing.apis.len());
    for one in listing.apis {
        let known = match managed.get(&one.id) {
            Some(known) => Some(known.clone()),
            None => match &one.owner {
                Owner::Gatewright { api } => known_api(app, api).await?,
                _ => None,
            },
        };
        apis.push(FoundRow {
            found: one,
            managed: known,
        });
    }
    Ok(DiscoveryFound {
        apis,
        faults: listing.faults,
    })
}

/// The stages of some APIs. One that cannot be read does not keep the others back.
pub async fn stages(app: &App, request: DiscoveryStages) -> Result<Vec<FoundStages>, Fault> {
    if request.apis.len() > MOST {
        return Err(invalid(
            "apis",
            format!("The stages of {MOST} APIs at most are read at once"),
            "Ask for fewer",
        ));
    }
    let (_, connection) = reach(app, &request.gateway).await?;
    let mut read = Vec::with_capacity(request.apis.len());
    for some in request.apis.chunks(SIDE_BY_SIDE) {
        let all = some.iter().map(|api| stages_of(&connection, api));
        read.extend(join_all(all).await);
    }
    Ok(read)
}

async fn stages_of(connection: &Connection, api: &FoundId) -> FoundStages {
    let (stages, fault) = match connection.connector.stages(api.protocol, &api.id).await {
        Ok(stages) => (stages, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    FoundStages {
        id: api.id.clone(),
        stages,
        fault,
    }
}

/// Imports an API into the catalog and, where it is what the gateway stands for, takes it over without changing it.
pub async fn import(app: &App, request: DiscoveryImport) -> Result<DiscoveryImported, Fault> {
    let (gateway, connection) = reach(app, &request.gateway).await?;
    if let Some(known) = managed_on(app, &gateway.id).await?.get(&request.id)
        && !request.document_only
    {
        return Err(Fault::new(
            Code::CatalogDuplicateName,
            format!(
                "{} is managed already, as {}@{}",
                request.id, known.name, known.version
            ),
            "Open that API, or import the document only",
        )
        .fact("api", known.api.as_str()));
    }
    let (protocol, stage) = choose(&gateway, &connection, &request).await?;
    let mut read = connection
        .connector
        .read_api(protocol, &request.id, stage.as_deref())
        .await?;
    let api = store(app, &request, &read).await?;
    if protocol == Protocol::Rest && api.api.name != read.name {
        read.notes.push(format!(
            "On AWS it is called '{}'; a deployment names it '{}'",
            read.name, api.api.name
        ));
    }
    if let Owner::CloudFormation { stack } = &read.owner {
        read.notes.push(format!(
            "The CloudFormation stack '{stack}' made it and will change it back: take it out of the stack before you deploy"
        ));
    }
    let mut imported = DiscoveryImported {
        operations: api.operations,
        protected: read.protected,
        stage: read.stage.clone(),
        managed: false,
        why_not: why_not(&gateway, protocol, &request, &read),
        deployment: None,
        would_change: Vec::new(),
        fault: None,
        notes: read.notes.clone(),
        undeployed: read.undeployed.clone(),
        diagnostics: api.diagnostics,
        api: api.api,
    };
    if imported.why_not.is_empty() {
        take_over(app, &gateway, connection, &read, &mut imported).await?;
    }
    Ok(imported)
}

/// Why an API is not taken over; empty when it is.
fn why_not(
    gateway: &Gateway,
    protocol: Protocol,
    request: &DiscoveryImport,
    read: &ReadApi,
) -> String {
    if request.document_only {
        return "Only the document was asked for".to_owned();
    }
    if protocol != Protocol::Rest {
        return "HTTP APIs are kept as documents".to_owned();
    }
    let Some(stage) = &read.stage else {
        return "It has no stage, so nothing of it is live".to_owned();
    };
    match own_stage(gateway) {
        Some(own) if own == stage.name => String::new(),
        Some(own) => format!(
            "The gateway {} stands for the stage '{own}', and this is '{}': add a gateway for that stage to manage it",
            gateway.name, stage.name
        ),
        None => "This kind of gateway has nothing to take over".to_owned(),
    }
}

/// A run without changes makes the catalog know what is live; a plan then proves that nothing differs.
async fn take_over(
    app: &App,
    gateway: &Gateway,
    connection: Connection,
    read: &ReadApi,
    imported: &mut DiscoveryImported,
) -> Result<(), Fault> {
    let working = Working::load(app, &imported.api.id).await?;
    let mut found = read.outputs.clone();
    if !read.undeployed.is_empty() {
        // What the stage serves is not what was read, so no plan may be taken for live.
        found.insert(OUTPUT_ADOPTED.to_owned(), "draft".to_owned());
    }
    let target = Target {
        gateway: gateway.id.clone(),
        api: working.api.id.clone(),
        api_name: working.api.name.clone(),
        api_version: working.api.version.clone(),
        known: found.clone(),
        known_digest: None,
        settings: StageSettings::default(),
    };
    let observed = Observed {
        state: LiveState::Live,
        found,
        digest: Some(gw_plan::digest(&working.plan)),
        invoke_url: read.stage.as_ref().map(|stage| stage.invoke_url.clone()),
        stage: None,
    };
    let deployment = deployments::adopt(app, &working, connection, target, observed).await?;
    deployments::wait(app, &deployment).await?;
    imported.managed = true;
    imported.deployment = Some(deployment);
    let request = PlanRequest {
        api: working.api.id.clone(),
        gateways: vec![gateway.id.clone()],
        goal: RunGoal::Publish,
        percent: None,
        to: None,
        again: None,
    };
    for target in deployments::plan(app, request).await?.targets {
        imported.fault = target.fault;
        imported.would_change = target.steps.into_iter().map(|step| step.sentence).collect();
    }
    Ok(())
}

/// The kind of an API, and the stage to read.
async fn choose(
    gateway: &Gateway,
    connection: &Connection,
    request: &DiscoveryImport,
) -> Result<(Protocol, Option<String>), Fault> {
    let connector = connection.connector.as_ref();
    let (protocol, stages) = match request.protocol {
        Some(protocol) => (protocol, connector.stages(protocol, &request.id).await?),
        None => match connector.stages(Protocol::Rest, &request.id).await {
            Err(fault) if fault.code == Code::AwsGone => {
                match connector.stages(Protocol::Http, &request.id).await {
                    Ok(stages) => (Protocol::Http, stages),
                    // What was asked for first says best what is wrong.
                    Err(_) => return Err(fault),
                }
            }
            outcome => (Protocol::Rest, outcome?),
        },
    };
    if request.stage.is_some() {
        return Ok((protocol, request.stage.clone()));
    }
    let has = |name: &str| stages.iter().any(|stage: &FoundStage| stage.name == name);
    if let Some(own) = own_stage(gateway).filter(|own| has(own)) {
        return Ok((protocol, Some(own.to_owned())));
    }
    match stages.as_slice() {
        [] => Ok((protocol, None)),
        [only] => Ok((protocol, Some(only.name.clone()))),
        several => {
            let names: Vec<&str> = several.iter().map(|stage| stage.name.as_str()).collect();
            Err(invalid(
                "stage",
                format!("{} has several stages", request.id),
                format!("Name one of them: {}", names.join(", ")),
            ))
        }
    }
}

async fn store(
    app: &App,
    request: &DiscoveryImport,
    read: &ReadApi,
) -> Result<crate::wire::ApiImported, Fault> {
    let name = request.name.clone().unwrap_or_else(|| {
        let name = read.name.replace('@', " ");
        if check_api_name(name.trim()).is_ok() {
            name.trim().to_owned()
        } else {
            request.id.clone()
        }
    });
    let import = ApiImport {
        source: ImportSource::Text {
            text: read.document.clone(),
            file_name: Some(format!("The API {}", request.id)),
        },
        name: Some(name),
        version: request.version.clone(),
        base_path: None,
        // Every operation says itself where it goes.
        backend: Some(Backend::Mock),
        remote_refs: false,
        private_refs: false,
    };
    apis::import(app, import).await.map_err(|fault| {
        if fault.code == Code::CatalogDuplicateName {
            Fault {
                advice: "Give it another name or version".to_owned(),
                ..fault
            }
        } else {
            fault
        }
    })
}

async fn reach(app: &App, id: &GatewayId) -> Result<(Gateway, Connection), Fault> {
    let id = id.clone();
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&id))
        .await?;
    let connection = connect::connect(app, &gateway).await?;
    Ok((gateway, connection))
}

fn own_stage(gateway: &Gateway) -> Option<&str> {
    match &gateway.target {
        GatewayTarget::Aws(aws) => Some(&aws.stage),
        GatewayTarget::Local(_) => None,
    }
}

/// The APIs of this catalog on a gateway, by the gateway's own ids.
async fn managed_on(app: &App, gateway: &GatewayId) -> Result<HashMap<String, ManagedApi>, Fault> {
    let gateway = gateway.clone();
    app.catalog(move |catalog| {
        let placements = catalog.placements().on_gateway(&gateway)?;
        placements
            .into_iter()
            .filter_map(|placed| Some((placed.outputs.get(REST_API_ID)?.clone(), placed.api)))
            .map(|(id, api)| Ok((id, managed(catalog.apis().get(&api)?))))
            .collect()
    })
    .await
}

/// An API that a tag names; `None` when it is another catalog's.
async fn known_api(app: &App, api: &ApiId) -> Result<Option<ManagedApi>, Fault> {
    let api = api.clone();
    app.catalog(move |catalog| match catalog.apis().get(&api) {
        Ok(api) => Ok(Some(managed(api))),
        Err(fault) if fault.code == Code::CatalogNotFound => Ok(None),
        Err(fault) => Err(fault),
    })
    .await
}

fn managed(api: Api) -> ManagedApi {
    ManagedApi {
        api: api.id,
        name: api.name,
        version: api.version,
    }
}
