//! What of an API that others made is theirs: Gatewright found it so, and minds no change of it.
//!
//! It refuses to leave out who may call: that is the document's from the moment the API was taken over.

use gw_connector::names::OUTPUT_ADOPTED;
use gw_connector::{Facet, Outputs, Part, PartKind, Picture};
use gw_plan::Plan;

use crate::names::{self, output};

/// Whether nothing was deployed since the API was taken over: AWS has it as others wrote it.
pub(crate) fn is_as_found(known: &Outputs) -> bool {
    output(known, OUTPUT_ADOPTED).is_some() && output(known, names::DEPLOYMENT_ID).is_none()
}

/// Takes out of a picture what the document says to AWS itself in words that are not compared, and what others set up.
pub(super) fn leave_as_found(picture: &mut Picture, plan: &Plan, known: &Outputs) {
    let says = |key: &str| plan.own.settings.contains_key(key);
    if let Some(api) = picture.parts.get_mut(&Part::Api) {
        if says("x-amazon-apigateway-policy") {
            api.remove(&Facet::Policy);
        }
        if says("x-amazon-apigateway-endpoint-configuration") {
            api.remove(&Facet::DefaultAddress);
        }
    }
    if output(known, OUTPUT_ADOPTED).is_none() {
        return;
    }
    if let Some(stage) = picture.parts.get_mut(&Part::Stage) {
        stage.retain(|facet, _| *facet == Facet::Deployment);
    }
    if let Some(api) = picture.parts.get_mut(&Part::Api) {
        api.remove(&Facet::EndpointType);
        if output(known, names::CLAIMED).is_none() {
            api.remove(&Facet::Mark);
        }
    }
    if !is_as_found(known) {
        return;
    }
    for (part, facets) in &mut picture.parts {
        if matches!(part, Part::Operation(_)) {
            facets.retain(|facet, _| matches!(facet, Facet::Authorization | Facet::ApiKey));
        }
    }
    if plan.own.schemes.is_empty() {
        picture.untold.push(PartKind::Authorizer);
    }
}
