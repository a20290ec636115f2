//! What a local gateway serves, as a picture, and what it should serve.
//!
//! It refuses to tell more than the plan does: a plan is all a local gateway knows.

use gw_connector::{Absence, Facet, Facets, Part, Picture, Target};
use gw_model::Fault;
use gw_plan::{Plan, RouteSecurity};
use serde_json::{Value, json};

use crate::connector::LocalConnector;

/// What a local gateway has of a plan that was published and left alone.
pub fn expect(plan: &Plan) -> Picture {
    let mut picture = of_plan(plan);
    let digest = gw_plan::digest(plan);
    picture.parts.insert(Part::Stage, serves(&digest));
    picture
}

pub(crate) fn examine(connector: &LocalConnector, target: &Target) -> Result<Picture, Fault> {
    let live = connector.state.live()?;
    let Some(entry) = live.of(&target.api) else {
        return Ok(gone(format!(
            "Nothing of {} is served on port {} any more",
            target.api_name, connector.port
        )));
    };
    let Some(plan) = connector.state.plan(&entry.digest)? else {
        return Ok(gone(format!(
            "The plan of {} on port {} is gone from the disk",
            target.api_name, connector.port
        )));
    };
    let mut picture = of_plan(&plan);
    picture.parts.insert(Part::Stage, serves(&entry.digest));
    Ok(picture)
}

fn serves(digest: &str) -> Facets {
    Facets::from([(Facet::Deployment, json!(format!("the plan {digest}")))])
}

fn gone(sentence: String) -> Picture {
    Picture {
        absent: Some(Absence {
            part: Part::Api,
            sentence,
        }),
        ..Picture::default()
    }
}

fn of_plan(plan: &Plan) -> Picture {
    let mut picture = Picture::default();
    for route in &plan.routes {
        let authorization = match &route.security {
            RouteSecurity::Open { .. } => json!({"kind": "open"}),
            RouteSecurity::Token { scopes } => json!({"kind": "token", "scopes": scopes}),
            RouteSecurity::Own { schemes } => json!({"kind": "own", "schemes": schemes}),
        };
        let backend = serde_json::to_value(&route.backend).unwrap_or(Value::Null);
        let facets = Facets::from([
            (Facet::Authorization, authorization),
            (Facet::Backend, backend),
        ]);
        picture
            .parts
            .insert(Part::Operation(route.operation.clone()), facets);
    }
    picture
}
