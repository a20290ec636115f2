//! Stages: what is wanted of them, beside what they have.
//!
//! It refuses to change a stage: the next publication does, with its plan shown first.

pub mod wire;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash as _, Hasher as _};

use gw_catalog::{Catalog, Standing};
use gw_connector::LiveState;
use gw_model::{ApiId, Fault, Gateway, GatewayId, StageSettings};

use crate::apis::Working;
use crate::app::App;
use crate::connect;
use crate::deployments;
use crate::names::invalid;
use crate::wire::{LogFormat, StageRequest, StageSet, StageView};

/// What is wanted of a stage, and what it has now.
pub async fn get(app: &App, request: StageRequest) -> Result<StageView, Fault> {
    let working = Working::load(app, &request.api).await?;
    let id = request.gateway.clone();
    let gateway = app
        .catalog(move |catalog| catalog.gateways().get(&id))
        .await?;
    let target = deployments::target(app, &working, &gateway).await?;
    let mut view = StageView {
        available: connect::capabilities(gateway.kind()).stage_settings,
        wanted: target.settings.clone(),
        live: LiveState::Absent,
        found: None,
        changes: Vec::new(),
        log_formats: connect::log_formats(),
        cache_sizes: connect::cache_sizes(),
        fault: None,
    };
    if !view.available {
        return Ok(view);
    }
    let seen = async {
        let connection = connect::connect(app, &gateway).await?;
        let observed = connection.connector.observe(&target).await?;
        let changes = connection
            .connector
            .setting_changes(&working.plan, &target, &observed);
        Ok((observed, changes))
    };
    match seen.await {
        Ok((observed, changes)) => {
            view.live = observed.state;
            view.found = observed.stage;
            view.changes = changes;
        }
        Err(fault) => view.fault = Some(fault),
    }
    Ok(view)
}

/// Sets what is wanted, all of it. Nothing is called.
pub async fn set(app: &App, request: StageSet) -> Result<StageSettings, Fault> {
    let StageSet {
        api,
        gateway,
        settings,
    } = request;
    let working = Working::load(app, &api).await?;
    let id = gateway.clone();
    let there = app
        .catalog(move |catalog| catalog.gateways().get(&id))
        .await?;
    check(&working, &there, &settings)?;
    let kept = settings.clone();
    app.catalog(move |catalog| catalog.stages().put(&api, &gateway, &kept))
        .await?;
    Ok(settings)
}

/// What is wanted of a stage. Nothing is asked of the gateway.
pub async fn wanted(app: &App, api: &ApiId, gateway: &GatewayId) -> Result<StageSettings, Fault> {
    let (api, gateway) = (api.clone(), gateway.clone());
    app.catalog(move |catalog| catalog.stages().get(&api, &gateway))
        .await
}

/// A short text for each gateway that stands for what is wanted of the API's stage there: a start that shows another one
/// was planned before something was set.
pub(crate) async fn fingerprints(
    app: &App,
    api: &ApiId,
    gateways: &[GatewayId],
) -> Result<BTreeMap<GatewayId, String>, Fault> {
    let mut all = BTreeMap::new();
    for gateway in gateways {
        let settings = wanted(app, api, gateway).await?;
        let mut hasher = DefaultHasher::new();
        let text = serde_json::to_string(&settings).unwrap_or_default();
        text.hash(&mut hasher);
        all.insert(gateway.clone(), format!("{:016x}", hasher.finish()));
    }
    Ok(all)
}

/// Where more is wanted of the stage than was published last. A publication that does not say what it was told counts as
/// none: a plan finds out.
pub(crate) fn ahead(
    catalog: &Catalog,
    standings: &[Standing],
) -> Result<HashSet<(ApiId, GatewayId)>, Fault> {
    let mut ahead = HashSet::new();
    for placement in standings.iter().filter_map(|it| it.placement.as_ref()) {
        let Some(published) = &placement.settings else {
            continue;
        };
        let (api, gateway) = (&placement.api, &placement.gateway);
        if catalog.stages().get(api, gateway)?.asks_beyond(published) {
            ahead.insert((api.clone(), gateway.clone()));
        }
    }
    Ok(ahead)
}

/// Formats of access logs to choose from.
pub fn log_formats() -> Vec<LogFormat> {
    connect::log_formats()
}

fn check(working: &Working, gateway: &Gateway, settings: &StageSettings) -> Result<(), Fault> {
    if settings.is_empty() {
        return Ok(());
    }
    if !connect::capabilities(gateway.kind()).stage_settings {
        return Err(invalid(
            "gateway",
            format!("{} is a gateway without stage settings", gateway.name),
            "Choose a gateway of AWS; the local gateway has none of them",
        ));
    }
    let routes = &working.plan.routes;
    for operation in settings.operations.keys() {
        if !routes.iter().any(|route| route.operation == *operation) {
            return Err(invalid(
                &format!("operations/{operation}"),
                format!(
                    "{}@{} has no operation {operation}",
                    working.api.name, working.api.version
                ),
                "Check method and path; they must stand in the document as written",
            ));
        }
    }
    match connect::setting_refusals(settings).into_iter().next() {
        None => Ok(()),
        Some(refusal) => Err(invalid(&refusal.setting, refusal.summary, refusal.advice)),
    }
}
