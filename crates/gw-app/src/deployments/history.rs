//! What gateways keep of an API, and which revisions of it were deployed.
//!
//! It refuses to mix the two: what is kept the gateway says, what was deployed the catalog says.

use gw_catalog::Page;
use gw_connector::Target;
use gw_model::{Api, Code, Fault, Gateway};

use super::back;
use crate::apis::working;
use crate::app::App;
use crate::connect;
use crate::wire::{
    Done, KeepSet, KeptList, KeptRequest, RevisionLine, RevisionList, RevisionSearch,
};

/// How many kept deployments stay on each gateway unless the user says otherwise.
pub const KEEP: u32 = 10;

const KEEP_KEY: &str = "deployments.keep";

/// What one gateway keeps of an API. Asks the gateway; changes nothing.
pub async fn kept(app: &App, request: KeptRequest) -> Result<KeptList, Fault> {
    let (api, gateway, target) = target_of(app, &request).await?;
    drop(api);
    let connection = connect::connect(app, &gateway).await?;
    let kept = connection.connector.kept(&target).await?;
    Ok(KeptList {
        gateway: gateway.id.clone(),
        gateway_kind: gateway.kind(),
        gateway_name: gateway.name,
        rows: back::tell(app, &target, &kept).await?,
        keep: keep(app).await?,
    })
}

/// Revisions of an API that were ever deployed, newest first.
pub async fn revisions(app: &App, request: RevisionSearch) -> Result<RevisionList, Fault> {
    let page = Page {
        offset: request.offset,
        limit: if request.limit == 0 {
            100
        } else {
            request.limit
        },
    };
    let working = working::revision(app, &request.api).await?.id();
    let api = request.api.clone();
    let (found, placements, gateways) = app
        .catalog(move |catalog| {
            Ok((
                catalog.revisions().list(&api, page)?,
                catalog.placements().of_api(&api)?,
                catalog.gateways().list()?,
            ))
        })
        .await?;
    let name_of = |placed: &gw_catalog::Placement| {
        gateways
            .iter()
            .find(|gateway| gateway.id == placed.gateway)
            .map(|gateway| gateway.name.clone())
    };
    let rows = found.items.into_iter().map(|row| RevisionLine {
        live_on: placements
            .iter()
            .filter(|placed| {
                placed.invoke_url.is_some() && placed.revision.as_ref() == Some(&row.id)
            })
            .filter_map(name_of)
            .collect(),
        id: row.id,
        name: row.name,
        version: row.version,
        made_at: row.made_at,
    });
    Ok(RevisionList {
        working,
        rows: rows.collect(),
        total: u32::try_from(found.total).unwrap_or(u32::MAX),
    })
}

/// Sets how many kept deployments stay on each gateway. What is beyond goes after the next deployment there.
pub async fn set_keep(app: &App, request: KeepSet) -> Result<Done, Fault> {
    if !(1..=100).contains(&request.keep) {
        return Err(Fault::new(
            Code::RequestInvalid,
            format!("{} kept deployments are not possible", request.keep),
            "Choose a number from 1 to 100",
        ));
    }
    app.catalog(move |catalog| catalog.settings().put(KEEP_KEY, &request.keep))
        .await?;
    Ok(Done {})
}

/// How many kept deployments stay on each gateway.
pub(super) async fn keep(app: &App) -> Result<u32, Fault> {
    let kept: Option<u32> = app
        .catalog(move |catalog| catalog.settings().get(KEEP_KEY))
        .await?;
    Ok(kept.unwrap_or(KEEP))
}

/// An API and a gateway, and what is known of one on the other.
pub(super) async fn target_of(
    app: &App,
    request: &KeptRequest,
) -> Result<(Api, Gateway, Target), Fault> {
    let (api, gateway) = (request.api.clone(), request.gateway.clone());
    app.catalog(move |catalog| {
        let api = catalog.apis().get(&api)?;
        let gateway: Gateway = catalog.gateways().get(&gateway)?;
        let placement = catalog.placements().get(&api.id, &gateway.id)?;
        let (known, known_digest) = placement
            .map(|placed| (placed.outputs, placed.digest))
            .unwrap_or_default();
        let target = Target {
            gateway: gateway.id.clone(),
            api: api.id.clone(),
            api_name: api.name.clone(),
            api_version: api.version.clone(),
            known,
            known_digest,
            settings: gw_model::StageSettings::default(),
        };
        Ok((api, gateway, target))
    })
    .await
}
