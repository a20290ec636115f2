//! Drift: what became of deployed APIs since, three ways: as it was deployed, as it is live, as the document says now.
//!
//! It refuses to take something that is gone, or a gateway that does not answer, for a failure of the whole: each place
//! tells its own. It refuses to change a gateway: what is to be put back is deployed again.

mod adopt;
mod look;
mod settings;
pub mod wire;

use std::collections::HashMap;

use gw_catalog::{Catalog, Ignored, Looked, Placement, PlacementState, Standing};
use gw_connector::{Drift, DriftKind, Picture};
use gw_model::{Api, ApiId, Code, Fault, Gateway, GatewayId, GatewayKind, StageSettings};
use gw_plan::{Plan, PlanChange, PlanChangeKind};
use serde_json::Value;

use crate::apis::Working;
use crate::app::{App, now};
use crate::connect;
use crate::wire::{
    Done, DriftIgnore, DriftMark, DriftPlace, DriftReport, DriftSearch, DriftState, DriftView,
};

pub use adopt::adopt;

/// Looks at every gateway asked for, and tells what is otherwise there than it was deployed.
pub async fn check(app: &App, request: DriftSearch) -> Result<DriftReport, Fault> {
    let places = places(app, &request).await?;
    let faults = look::at_all(app, &places).await;
    report(app, places, faults).await
}

/// What was found last; calls nothing.
pub async fn list(app: &App, request: DriftSearch) -> Result<DriftReport, Fault> {
    let places = places(app, &request).await?;
    report(app, places, HashMap::new()).await
}

/// Lets a difference be for as long as it is as it is, or tells it again.
pub async fn ignore(app: &App, request: DriftIgnore) -> Result<Done, Fault> {
    let DriftIgnore {
        api,
        gateway,
        key,
        ignore,
    } = request;
    app.catalog(move |catalog| {
        if !ignore {
            return catalog.drifts().mind(&api, &gateway, &key);
        }
        let looked = catalog.drifts().get(&api, &gateway)?;
        let drift = found(looked.as_ref(), &key)?;
        let ignored = Ignored {
            subject: key.clone(),
            live: drift.live.clone().unwrap_or_default(),
        };
        catalog.drifts().ignore(&api, &gateway, &ignored, now())
    })
    .await?;
    Ok(Done {})
}

/// What was found last of what is deployed, by API and gateway.
pub(crate) fn marks(
    catalog: &Catalog,
    standings: &[Standing],
) -> Result<HashMap<(ApiId, GatewayId), DriftMark>, Fault> {
    let drifts = catalog.drifts();
    let mut marks = HashMap::new();
    for placement in standings.iter().filter_map(|it| it.placement.as_ref()) {
        let (api, gateway) = (&placement.api, &placement.gateway);
        let Some(looked) = drifts.get(api, gateway)? else {
            continue;
        };
        let ignored = drifts.ignored(api, gateway)?;
        marks.insert((api.clone(), gateway.clone()), mark(&looked, &ignored));
    }
    Ok(marks)
}

/// What was found last of a placement, for a badge.
fn mark(looked: &Looked, ignored: &[Ignored]) -> DriftMark {
    let open: Vec<&Drift> = looked
        .found
        .iter()
        .filter(|drift| !ignored.iter().any(|ignored| ignored.covers(drift)))
        .collect();
    DriftMark {
        count: u32::try_from(open.len()).unwrap_or(u32::MAX),
        lowers_security: open.iter().any(|drift| drift.lowers_security),
        removed: looked.found.iter().any(is_whole),
        at: looked.at,
    }
}

/// One API on one gateway, as the catalog has it.
pub(crate) struct Place {
    pub(crate) api: Api,
    pub(crate) gateway: Gateway,
    pub(crate) placement: Placement,
    /// What went live; `None` when that is in doubt.
    pub(crate) plan: Option<Plan>,
    /// What is wanted of the stage now.
    pub(crate) wanted: StageSettings,
}

impl Place {
    fn key(&self) -> (ApiId, GatewayId) {
        (self.api.id.clone(), self.gateway.id.clone())
    }
}

async fn places(app: &App, request: &DriftSearch) -> Result<Vec<Place>, Fault> {
    let request = request.clone();
    app.catalog(move |catalog| {
        let placements = match (&request.api, &request.gateway) {
            (Some(api), _) => catalog.placements().of_api(api)?,
            (None, Some(gateway)) => catalog.placements().on_gateway(gateway)?,
            (None, None) => catalog.placements().list()?,
        };
        let wanted = placements.into_iter().filter(|placement| {
            request
                .gateway
                .as_ref()
                .is_none_or(|gateway| *gateway == placement.gateway)
        });
        let places: Vec<Place> = wanted
            .map(|placement| {
                let plan = match placement.digest.as_deref() {
                    Some(digest) => catalog.plans().get(digest)?,
                    None => None,
                };
                let wanted = catalog.stages().get(&placement.api, &placement.gateway)?;
                Ok(Place {
                    wanted,
                    api: catalog.apis().get(&placement.api)?,
                    gateway: catalog.gateways().get(&placement.gateway)?,
                    placement,
                    plan,
                })
            })
            .collect::<Result<_, Fault>>()?;
        if let (true, Some(api), Some(gateway)) =
            (places.is_empty(), &request.api, &request.gateway)
        {
            let api = catalog.apis().get(api)?;
            let gateway = catalog.gateways().get(gateway)?;
            return Err(not_deployed(&api, &gateway));
        }
        Ok(places)
    })
    .await
}

fn not_deployed(api: &Api, gateway: &Gateway) -> Fault {
    let summary = format!(
        "{}@{} is not deployed on {}",
        api.name, api.version, gateway.name
    );
    Fault::new(
        Code::DeployNotDeployed,
        summary,
        "Deploy it there first: drift is what became of a deployment",
    )
}

async fn report(
    app: &App,
    places: Vec<Place>,
    mut faults: HashMap<(ApiId, GatewayId), Fault>,
) -> Result<DriftReport, Fault> {
    let mut told = Vec::with_capacity(places.len());
    // Places of one API come one after another.
    let mut working: Option<Working> = None;
    for place in places {
        if working.as_ref().is_none_or(|it| it.api.id != place.api.id) {
            working = Some(Working::load(app, &place.api.id).await?);
        }
        let Some(working) = &working else { continue };
        let fault = faults.remove(&place.key());
        told.push(view(app, place, working, fault).await?);
    }
    Ok(DriftReport { places: told })
}

async fn view(
    app: &App,
    place: Place,
    working: &Working,
    fault: Option<Fault>,
) -> Result<DriftPlace, Fault> {
    let (api, gateway) = place.key();
    let (looked, ignored) = app
        .catalog(move |catalog| {
            let drifts = catalog.drifts();
            Ok((drifts.get(&api, &gateway)?, drifts.ignored(&api, &gateway)?))
        })
        .await?;
    let pending = pending(&place, working);
    let beside = Beside {
        expected: connect::expect(
            &place.gateway,
            &working.plan,
            &look::target(&place, &working.plan, place.wanted.clone()),
        ),
        wanted: &place.wanted,
        pending: &pending,
        working,
        kind: place.gateway.kind(),
    };
    let found = looked
        .as_ref()
        .map_or(&[][..], |looked| looked.found.as_slice());
    let drifts = found
        .iter()
        .map(|drift| beside.view(drift, &ignored))
        .collect();
    Ok(DriftPlace {
        removed: found
            .iter()
            .find(|drift| is_whole(drift))
            .map(|drift| drift.sentence.clone()),
        drifts,
        pending,
        fault,
        at: looked.as_ref().map(|looked| looked.at),
        edition: place.api.edition,
        api: place.api.id,
        api_name: place.api.name,
        api_version: place.api.version,
        gateway_kind: place.gateway.kind(),
        gateway: place.gateway.id,
        gateway_name: place.gateway.name,
        deployment: place.placement.deployment,
    })
}

/// What the working document changes of what was deployed.
fn pending(place: &Place, working: &Working) -> Vec<PlanChange> {
    match &place.plan {
        Some(plan) => gw_plan::diff(plan, &working.plan),
        None => Vec::new(),
    }
}

/// Whether it is the API or its stage that is gone.
fn is_whole(drift: &Drift) -> bool {
    drift.kind == DriftKind::Removed
        && matches!(
            drift.part,
            gw_connector::Part::Api | gw_connector::Part::Stage
        )
}

/// The working document, as a gateway would have it.
struct Beside<'w> {
    expected: Picture,
    wanted: &'w StageSettings,
    pending: &'w [PlanChange],
    working: &'w Working,
    kind: GatewayKind,
}

impl Beside<'_> {
    fn view(&self, drift: &Drift, ignored: &[Ignored]) -> DriftView {
        let state = if ignored.iter().any(|ignored| ignored.covers(drift)) {
            DriftState::Ignored
        } else {
            self.state(drift)
        };
        let way = adopt::way(drift, self.working, self.kind, self.wanted);
        DriftView {
            key: drift.key(),
            drift: drift.clone(),
            state,
            adopt: way.as_ref().ok().map(adopt::Way::sentence),
            why_not: way.err().map(str::to_owned),
            overwritten: look::is_overwritten(drift, self.wanted),
        }
    }

    fn state(&self, drift: &Drift) -> DriftState {
        if is_whole(drift) {
            return DriftState::Open;
        }
        let part = self.expected.parts.get(&drift.part);
        match (drift.kind, drift.facet) {
            (DriftKind::Removed, _) => match part {
                None => DriftState::Adopted,
                Some(_) if self.changes(drift) => DriftState::Conflict,
                Some(_) => DriftState::Open,
            },
            (DriftKind::Added, _) => match part {
                None => DriftState::Open,
                Some(facets) if is_told(facets, drift) => DriftState::Adopted,
                Some(_) => DriftState::Conflict,
            },
            (DriftKind::Changed, Some(facet)) => {
                let now = part.and_then(|facets| facets.get(&facet)).map(text);
                if now == drift.live {
                    DriftState::Adopted
                } else if now == drift.expected {
                    DriftState::Open
                } else {
                    DriftState::Conflict
                }
            }
            (DriftKind::Changed, None) => DriftState::Open,
        }
    }

    /// Whether the working document changes an operation of it.
    fn changes(&self, drift: &Drift) -> bool {
        self.pending.iter().any(|change| {
            change.kind != PlanChangeKind::Removed
                && change
                    .operation
                    .as_ref()
                    .is_some_and(|operation| drift.operations.contains(operation))
        })
    }
}

/// Whether a part is as it was found, in all that is said of it.
fn is_told(facets: &gw_connector::Facets, drift: &Drift) -> bool {
    let live: Value = drift
        .live
        .as_deref()
        .and_then(|live| serde_json::from_str(live).ok())
        .unwrap_or_default();
    facets.iter().all(|(facet, value)| {
        let name = serde_json::to_value(facet).unwrap_or_default();
        let found = live.get(name.as_str().unwrap_or_default());
        found.is_none_or(|found| text(found) == text(value))
    })
}

fn text(value: &Value) -> String {
    gw_connector::picture::canonical(value.clone()).to_string()
}

/// A difference found last, by its key.
fn found<'l>(looked: Option<&'l Looked>, key: &str) -> Result<&'l Drift, Fault> {
    looked
        .into_iter()
        .flat_map(|looked| &looked.found)
        .find(|drift| drift.key() == key)
        .ok_or_else(|| {
            Fault::new(
                Code::CatalogNotFound,
                format!("No difference '{key}' was found when the gateway was looked at last"),
                "Look again: it may be settled, or a run changed what is there",
            )
            .fact("key", key)
        })
}

/// Whether a placement can be compared at all.
fn comparable(place: &Place) -> Result<&Plan, Fault> {
    if place.placement.state == PlacementState::Stuck {
        let summary = format!(
            "The last run of {}@{} on {} got stuck, so nobody knows what should be there",
            place.api.name, place.api.version, place.gateway.name
        );
        return Err(Fault::new(
            Code::DeployStuck,
            summary,
            "End that run first, or deploy again",
        ));
    }
    place.plan.as_ref().ok_or_else(|| {
        let summary = format!(
            "What was deployed of {}@{} on {} is not known to the letter",
            place.api.name, place.api.version, place.gateway.name
        );
        Fault::new(
            Code::DeployNotDeployed,
            summary,
            "Deploy again: from then on it can be compared",
        )
    })
}
