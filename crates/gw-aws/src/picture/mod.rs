//! What AWS has of an API and what it should have, as pictures that can be compared.
//!
//! It refuses calls: the answers of AWS come in as JSON. It refuses to see decoration: what AWS fills in, re-orders, spells
//! otherwise or adds for itself is gone before a value is put into a picture.
//!
//! AWS shows an API in three ways, and each tells something else: the resources, authorizers and so on are a draft; the
//! stage says which copy of it callers meet; an export of the stage is that copy. A copy never changes, so while the stage
//! serves the copy a run made, callers meet what was deployed, whatever the draft says.

mod adopted;
mod common;
mod document;
mod rest;
mod stage;

use gw_aws_import::{Compiled, compile_signed, is_protected};
use gw_connector::{Facet, Facets, Outputs, Part, PartKind, Picture, Target};
use gw_model::{AwsAuthorizer, AwsTarget, EndpointType, OperationKey};
use gw_plan::Plan;
use serde_json::{Value, json};

pub(crate) use adopted::is_as_found;
pub use rest::Seen;
pub(crate) use stage::canary;
pub use stage::{Serves, facets as stage_facets};

use crate::names::{self, output};

/// Words for the function a run made.
pub(crate) const FUNCTION: &str = "authorizer function";
/// Words for that function's role.
pub(crate) const ROLE: &str = "role of the authorizer function";

/// What is there of a plan that was published and left alone. `target.known` tells ids that AWS made up.
pub fn expected(plan: &Plan, target: &Target, aws: &AwsTarget) -> Picture {
    let compiled = compile_signed(plan, aws);
    let text = compiled.document.clone().unwrap_or_default();
    let known = &target.known;
    let same_compiler = is_build(&text, known) && !is_as_found(known);
    let text = match output(known, names::FUNCTION_VERSION_ARN) {
        Some(version) => text.replace(names::FUNCTION_PLACEHOLDER, version),
        None => text,
    };
    let Ok(document) = serde_json::from_str::<Value>(&text) else {
        return untold();
    };
    let mut picture = document::picture(&document, aws);
    picture.stands_for = stands_for(plan, &compiled);
    picture.parts.insert(Part::Api, api(&document, target, aws));
    picture.parts.insert(
        Part::Stage,
        stage::expected(
            target.known_digest.as_deref(),
            &target.settings,
            output(known, names::CANARY),
            &|operation| compiled.operation_there(plan, operation),
        ),
    );
    let provisions = plan
        .token_check
        .as_ref()
        .is_some_and(|check| is_protected(plan) && matches!(check.aws, AwsAuthorizer::Provision));
    if provisions {
        picture
            .parts
            .insert(Part::Object(FUNCTION.to_owned()), function(known));
        picture
            .parts
            .insert(Part::Object(ROLE.to_owned()), Facets::new());
    } else {
        // One that is left of another policy stays for the copies that ask it.
        picture.untold.push(PartKind::Object);
    }
    if !same_compiler {
        keep_what_any_version_says(&mut picture);
    }
    adopted::leave_as_found(&mut picture, plan, known);
    picture
}

/// Whether this version of the program compiles the plan to what was deployed. What a run did not tell is believed.
fn is_build(document: &str, known: &Outputs) -> bool {
    let function = output(known, names::FUNCTION_DIGEST).unwrap_or_default();
    let build = names::short_digest(&format!("{document}\n{function}"));
    output(known, names::BUILD).is_none_or(|known| known == build)
}

/// Another version of the program deployed it, which may have written integrations and models otherwise. Which operations
/// there are and who may call them is the plan's.
fn keep_what_any_version_says(picture: &mut Picture) {
    picture
        .untold
        .extend([PartKind::GatewayResponse, PartKind::Model]);
    let untold = picture.untold.clone();
    picture
        .parts
        .retain(|part, _| !untold.contains(&part.kind()));
    for (part, facets) in &mut picture.parts {
        match part {
            Part::Operation(_) => facets.retain(|facet, _| {
                matches!(facet, Facet::Authorization | Facet::ApiKey | Facet::Checks)
            }),
            Part::Authorizer(_) => facets.retain(|facet, _| *facet == Facet::Function),
            _ => {}
        }
    }
}

/// Nothing that can be compared: the plan was made for another version of this program, which compiled it otherwise.
fn untold() -> Picture {
    Picture {
        untold: vec![
            PartKind::Api,
            PartKind::Stage,
            PartKind::Operation,
            PartKind::Authorizer,
            PartKind::GatewayResponse,
            PartKind::Model,
            PartKind::Object,
        ],
        ..Picture::default()
    }
}

fn api(document: &Value, target: &Target, aws: &AwsTarget) -> Facets {
    let mut facets = document::api(document);
    let kind = match aws.endpoint_type {
        EndpointType::Regional => "REGIONAL",
        EndpointType::Edge => "EDGE",
        EndpointType::Private => "PRIVATE",
    };
    facets.insert(Facet::EndpointType, json!(kind));
    facets.insert(Facet::Mark, json!(target.api.as_str()));
    // A private API must have a policy, which is made elsewhere.
    if aws.endpoint_type != EndpointType::Private {
        facets.insert(Facet::Policy, Value::Null);
    }
    facets.insert(Facet::DefaultAddress, json!(true));
    facets
}

fn function(known: &Outputs) -> Facets {
    let mut facets = Facets::new();
    if output(known, names::PERMISSION_ID).is_some() {
        facets.insert(Facet::Permission, json!(true));
    }
    facets
}

fn stands_for(
    plan: &Plan,
    compiled: &Compiled,
) -> std::collections::BTreeMap<OperationKey, Vec<OperationKey>> {
    let mut known: std::collections::BTreeMap<OperationKey, Vec<OperationKey>> =
        std::collections::BTreeMap::new();
    for served in &compiled.served {
        if let Some(route) = plan.routes.get(served.route) {
            known
                .entry(OperationKey::new(served.method, served.path.clone()))
                .or_default()
                .push(route.operation.clone());
        }
    }
    known
}
