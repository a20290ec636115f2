//! Looking at gateways.
//!
//! It refuses to look at two APIs of one lane at once: their calls share a quota, and a deployment goes first.

use std::collections::HashMap;

use futures::future::join_all;
use gw_catalog::Looked;
use gw_connector::{Drift, Facet, Part, Target, compare};
use gw_deploy::Ticket;
use gw_model::{ApiId, Fault, GatewayId, StageSettings};
use gw_plan::Plan;

use super::settings::entries;
use super::{Place, comparable};
use crate::app::{App, now};
use crate::connect;

/// Looks at every place, gateways side by side; gives the faults of those that could not be looked at.
pub(super) async fn at_all(app: &App, places: &[Place]) -> HashMap<(ApiId, GatewayId), Fault> {
    let mut by_gateway: HashMap<&GatewayId, Vec<&Place>> = HashMap::new();
    for place in places {
        by_gateway.entry(&place.gateway.id).or_default().push(place);
    }
    let all = by_gateway.into_values().map(|places| async move {
        let mut faults = Vec::new();
        for place in places {
            if let Err(fault) = at(app, place).await {
                faults.push((place.key(), fault));
            }
        }
        faults
    });
    join_all(all).await.into_iter().flatten().collect()
}

async fn at(app: &App, place: &Place) -> Result<(), Fault> {
    let plan = comparable(place)?;
    let ticket = Ticket::bulk(format!("drift/{}", place.gateway.id));
    let connection = connect::connect_for(app, &place.gateway, ticket).await?;
    let published = place.placement.settings.as_ref();
    let target = target(place, plan, published.cloned().unwrap_or_default());
    let live = connection.connector.examine(&target).await?;
    let mut expected = connection.connector.expect(plan, &target);
    if let (None, Some(stage)) = (published, expected.parts.get_mut(&Part::Stage)) {
        // The run did not tell what was wanted then; what is wanted now may have been set by it.
        stage.retain(|facet, _| !facet.is_wanted(&place.wanted));
    }
    let looked = Looked {
        at: now(),
        deployment: place.placement.deployment.clone(),
        found: compare(&expected, &live),
    };
    let (api, gateway) = place.key();
    app.catalog(move |catalog| catalog.drifts().put(&api, &gateway, &looked))
        .await
}

/// What to look for: what the last run there learnt, and a stage with these settings.
pub(super) fn target(place: &Place, plan: &Plan, settings: StageSettings) -> Target {
    Target {
        gateway: place.gateway.id.clone(),
        api: place.api.id.clone(),
        api_name: plan.name.clone(),
        api_version: plan.version.clone(),
        known: place.placement.outputs.clone(),
        known_digest: place.placement.digest.clone(),
        settings,
    }
}

/// Whether deploying again puts it back: what Gatewright sets, and not what it leaves as found.
pub(super) fn is_overwritten(drift: &Drift, wanted: &StageSettings) -> bool {
    match (&drift.part, drift.facet) {
        (Part::Stage, None | Some(Facet::Deployment)) => true,
        (Part::Stage, Some(Facet::Variables)) => {
            let all = entries(drift);
            all.iter()
                .all(|entry| wanted.variables.contains_key(&entry.name))
        }
        (Part::Stage, Some(facet)) => facet.is_wanted(wanted),
        // An import changes neither; a tag is set when the API is made.
        (Part::Api, Some(facet)) => !matches!(
            facet,
            Facet::EndpointType | Facet::Mark | Facet::DefaultAddress | Facet::Policy
        ),
        _ => true,
    }
}
