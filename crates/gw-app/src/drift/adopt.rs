//! Bringing what was changed on a gateway into the document and its policies.
//!
//! It refuses what a document cannot say, with the reason, and to write a document anew: only the lines of what is adopted
//! change.

use gw_connector::{Drift, DriftKind, Facet, Part};
use gw_model::{Api, Code, Fault, GatewayKind, OperationKey, OperationSecurity, StageSettings};
use gw_openapi::{Document, edit};
use serde_json::{Value, json};

use super::found;
use super::settings::{Entry, entries, want};
use crate::apis::{Working, count};
use crate::app::{App, now};
use crate::wire::DriftAdopt;

/// The key of an operation's own integration.
const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// What adopting a difference does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// The operation is removed from the document.
    Remove(OperationKey),
    /// The operation is added to the document.
    Add {
        operation: OperationKey,
        integration: Option<Value>,
        parameters: Vec<(String, String)>,
        is_open: bool,
    },
    /// The document spells the operation's integration out.
    Integration(OperationKey, Value),
    /// The policy makes the operation public.
    MakePublic(OperationKey),
    /// The policy no longer makes the operation public.
    Protect(OperationKey),
    /// The document has this description.
    Description(String),
    /// These settings of the stage are wanted as they are.
    Stage(Facet, Vec<Entry>),
}

impl Way {
    /// In one sentence.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Remove(operation) => format!("Removes {operation} from the document"),
            Self::Add {
                operation,
                is_open: true,
                ..
            } => {
                format!("Adds {operation} to the document with its integration, open to everyone")
            }
            Self::Add { operation, .. } => {
                format!("Adds {operation} to the document with its integration")
            }
            Self::Integration(operation, _) => {
                format!(
                    "Writes the live integration into {operation}, in place of the API's backend"
                )
            }
            Self::MakePublic(operation) => {
                format!("Makes {operation} public in the OAuth policy: everyone may call it")
            }
            Self::Protect(operation) => {
                format!("Takes the policy's exception for {operation} away: it asks for a token")
            }
            Self::Description(_) => "Writes the live description into the document".to_owned(),
            Self::Stage(facet, _) => {
                let words = facet.words().trim_start_matches("its ");
                format!("Wants the {words} of the stage as found there from now on")
            }
        }
    }
}

/// How a difference can be adopted, or why it cannot.
pub(super) fn way(
    drift: &Drift,
    working: &Working,
    kind: GatewayKind,
    wanted: &StageSettings,
) -> Result<Way, &'static str> {
    let live: Value = drift
        .live
        .as_deref()
        .and_then(|live| serde_json::from_str(live).ok())
        .unwrap_or_default();
    if let (Part::Api, Some(Facet::Description)) = (&drift.part, drift.facet) {
        return Ok(Way::Description(
            live.as_str().unwrap_or_default().to_owned(),
        ));
    }
    if let (Part::Stage, Some(facet)) = (&drift.part, drift.facet)
        && facet.is_wanted(wanted)
    {
        let entries = entries(drift);
        want(&mut wanted.clone(), facet, &entries)?;
        return Ok(Way::Stage(facet, entries));
    }
    let Part::Operation(_) = drift.part else {
        return Err(match drift.part {
            Part::Stage => "A document says nothing of a stage: change it back, or let it be",
            Part::Object(_) | Part::Authorizer(_) => {
                "Gatewright makes it from the OAuth policy: change that, or let it be"
            }
            _ => "Gatewright does not write this into a document: deploy again, or let it be",
        });
    };
    let [operation] = drift.operations.as_slice() else {
        return Err(
            "It stands for several operations of the document, which differ in their paths",
        );
    };
    let operation = operation.clone();
    let is_preflight = working.plan.cors.is_some()
        && working.document.operation(&operation).is_none()
        && drift.kind != DriftKind::Added;
    if is_preflight {
        return Err("The CORS policy makes this operation: change that, or let it be");
    }
    match (drift.kind, drift.facet) {
        (DriftKind::Removed, _) => Ok(Way::Remove(operation)),
        (DriftKind::Added, _) => {
            if kind == GatewayKind::Local {
                return Err("A local gateway serves plans only: deploy again");
            }
            added(operation, &live, working)
        }
        (_, Some(Facet::Authorization)) => {
            let Some(oauth) = &working.api.policies.oauth else {
                return Err("Without an OAuth policy there is nothing to say it in");
            };
            let is_public = matches!(
                oauth.operations.get(&operation),
                Some(OperationSecurity::Public)
            );
            match live["kind"].as_str() {
                Some("open") => Ok(Way::MakePublic(operation)),
                Some("authorizer" | "token") if is_public && is_own(&live) => {
                    Ok(Way::Protect(operation))
                }
                _ => Err("A policy cannot say this: only tokens of a key manager, or everyone"),
            }
        }
        (_, Some(Facet::Backend)) if live["type"].is_string() => {
            Ok(Way::Integration(operation, live))
        }
        (_, Some(Facet::Checks)) => {
            Err("Validation is switched on and off for the whole API: see its policy")
        }
        _ => Err("Gatewright does not write this into a document: deploy again, or let it be"),
    }
}

/// Whether it is the authorizer Gatewright makes, or a token a local gateway checks.
fn is_own(authorization: &Value) -> bool {
    authorization["kind"] == "token" || authorization["name"] == "gatewright"
}

fn added(operation: OperationKey, live: &Value, working: &Working) -> Result<Way, &'static str> {
    let authorization = &live["authorization"];
    let is_open = authorization["kind"] == "open";
    if !is_open && !is_own(authorization) {
        return Err("It asks for something a policy cannot say: only tokens of a key manager");
    }
    if live["api-key"] == true {
        return Err("It asks for an API key, which a policy cannot say");
    }
    if !is_open && working.api.policies.oauth.is_none() {
        return Err("It asks for a token, and no OAuth policy is attached");
    }
    let integration = live.get("backend").filter(|it| it["type"].is_string());
    let parameters = live["parameters"].as_array().into_iter().flatten();
    Ok(Way::Add {
        operation,
        integration: integration.cloned(),
        parameters: parameters
            .filter_map(|parameter| {
                let (place, name) = parameter.as_str()?.split_once(' ')?;
                Some((place.to_owned(), name.to_owned()))
            })
            .collect(),
        is_open,
    })
}

/// Brings differences found last into the document and its policies, in one edit.
pub async fn adopt(app: &App, request: DriftAdopt) -> Result<Api, Fault> {
    if request.keys.is_empty() {
        return Err(crate::names::invalid(
            "keys",
            "No difference is named",
            "Name at least one that was found",
        ));
    }
    let working = Working::load(app, &request.api).await?;
    let (api, gateway) = (request.api.clone(), request.gateway.clone());
    let (looked, kind, before) = app
        .catalog(move |catalog| {
            let looked = catalog.drifts().get(&api, &gateway)?;
            let kind = catalog.gateways().get(&gateway)?.kind();
            Ok((looked, kind, catalog.stages().get(&api, &gateway)?))
        })
        .await?;
    let mut ways = Vec::new();
    for key in &request.keys {
        let drift = found(looked.as_ref(), key)?;
        let way = way(drift, &working, kind, &before).map_err(|why| {
            Fault::new(
                Code::RequestInvalid,
                format!("'{key}' cannot be adopted: {why}"),
                "Deploy again to put it back, or let it be",
            )
            .fact("field", "keys")
        })?;
        ways.push(way);
    }
    let mut api = working.api.clone();
    let mut text = working.revision.document.clone();
    let mut wanted = before.clone();
    for way in ways {
        text = apply(&text, &mut api, &mut wanted, way)?;
    }
    let (document, _) = Document::parse(&text);
    api.operations = count(document.operations().len());
    api.edition = request.edition;
    api.updated_at = now();
    let gateway = request.gateway;
    app.catalog(move |catalog| {
        let api = catalog.apis().update(&api, Some(&text))?;
        if wanted != before {
            catalog.stages().put(&api.id, &gateway, &wanted)?;
        }
        Ok(api)
    })
    .await
}

fn apply(text: &str, api: &mut Api, wanted: &mut StageSettings, way: Way) -> Result<String, Fault> {
    let (document, _) = Document::parse(text);
    let edited = match way {
        Way::Remove(operation) => {
            if let Some(oauth) = &mut api.policies.oauth {
                oauth.operations.remove(&operation);
            }
            if document.operation(&operation).is_none() {
                return Ok(text.to_owned());
            }
            edit::remove_operation(&document, &operation)
        }
        Way::Add {
            operation,
            integration,
            parameters,
            is_open,
        } => {
            if let (true, Some(oauth)) = (is_open, &mut api.policies.oauth) {
                oauth
                    .operations
                    .insert(operation.clone(), OperationSecurity::Public);
            }
            let value = new_operation(&operation, integration, &parameters);
            edit::put_operation(&document, &operation, &value)
        }
        Way::Integration(operation, integration) => {
            let at = format!(
                "/paths/{}/{}/{INTEGRATION}",
                operation.path.replace('~', "~0").replace('/', "~1"),
                operation.method.document_key()
            );
            edit::set(&document, &at, &integration)
        }
        Way::MakePublic(operation) => {
            if let Some(oauth) = &mut api.policies.oauth {
                oauth
                    .operations
                    .insert(operation, OperationSecurity::Public);
            }
            return Ok(text.to_owned());
        }
        Way::Protect(operation) => {
            if let Some(oauth) = &mut api.policies.oauth {
                oauth.operations.remove(&operation);
            }
            return Ok(text.to_owned());
        }
        Way::Description(words) => edit::set(&document, "/info/description", &json!(words)),
        Way::Stage(facet, entries) => {
            // `way` has seen that it can be wanted.
            let _wanted = want(wanted, facet, &entries);
            return Ok(text.to_owned());
        }
    };
    edited.map_err(|error| {
        Fault::new(
            Code::RequestInvalid,
            format!("The document cannot be changed there: {error}"),
            "Edit the text of the document instead",
        )
        .fact("field", "keys")
    })
}

fn new_operation(
    operation: &OperationKey,
    integration: Option<Value>,
    parameters: &[(String, String)],
) -> Value {
    let mut value = edit::new_operation(operation, "", "");
    let Some(fields) = value.as_object_mut() else {
        return value;
    };
    if !parameters.is_empty() {
        let declared = parameters.iter().map(|(place, name)| {
            json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}})
        });
        let list = fields
            .entry("parameters")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Some(list) = list.as_array_mut() {
            list.extend(declared);
        }
    }
    if let Some(integration) = integration {
        fields.insert(INTEGRATION.to_owned(), integration);
    }
    value
}
