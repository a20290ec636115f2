//! `gatewright key-manager`.
//!
//! It refuses to register what does not answer.

use gw_app::wire::{DiscoverRequest, Empty, KeyManagerInput, KeyManagerRequest};
use gw_app::{App, key_managers, resolve};
use gw_model::{Fault, KeyManagerKind};
use serde_json::json;

use super::word;
use crate::args::KeyManagerVerb;
use crate::output::{self, Reply};

/// Runs one verb.
pub async fn run(app: &App, verb: KeyManagerVerb) -> Result<Reply, Fault> {
    match verb {
        KeyManagerVerb::Add {
            name,
            issuer,
            discovery_url,
        } => {
            let url = issuer.or(discovery_url).unwrap_or_default();
            add(app, name, url).await
        }
        KeyManagerVerb::List => list(app).await,
        KeyManagerVerb::Show { name } => show(app, &name).await,
        KeyManagerVerb::Remove { name } => {
            let key_manager = resolve::key_manager(app, &name).await?;
            key_managers::remove(
                app,
                KeyManagerRequest {
                    key_manager: key_manager.id.clone(),
                },
            )
            .await?;
            Ok(Reply::new(
                json!({ "removed": key_manager.id, "name": name }),
                format!("Removed key manager {name}"),
            ))
        }
    }
}

async fn add(app: &App, name: String, url: String) -> Result<Reply, Fault> {
    let found = key_managers::discover(app, DiscoverRequest { url }).await?;
    for note in &found.notes {
        output::note(note);
    }
    let input = KeyManagerInput {
        name,
        display_name: String::new(),
        kind: KeyManagerKind::Oidc,
        issuer: found.issuer,
        jwks_uri: found.jwks_uri,
        token_endpoint: found.token_endpoint,
        authorization_endpoint: found.authorization_endpoint,
        algorithms: found.algorithms,
    };
    let key_manager = key_managers::create(app, input).await?;
    let text = format!(
        "Registered key manager {}: {} signing keys",
        key_manager.name, found.keys
    );
    Ok(Reply::new(key_manager, text))
}

async fn list(app: &App) -> Result<Reply, Fault> {
    let rows = key_managers::list(app, Empty {}).await?;
    let lines = rows
        .iter()
        .map(|row| {
            let of = &row.key_manager;
            [
                of.name.clone(),
                word(of.kind),
                of.issuer.clone(),
                row.applications.join(", "),
                row.apis.join(", "),
            ]
        })
        .collect();
    let text = output::table(
        ["name", "kind", "issuer", "applications", "apis"],
        lines,
        "No key managers.",
    );
    Ok(Reply::new(rows, text))
}

async fn show(app: &App, name: &str) -> Result<Reply, Fault> {
    let key_manager = resolve::key_manager(app, name).await?;
    let request = KeyManagerRequest {
        key_manager: key_manager.id,
    };
    let row = key_managers::get(app, request.clone()).await?;
    let live = key_managers::check_live(app, request).await;
    let of = &row.key_manager;
    let mut facts = vec![
        ("name", of.name.clone()),
        ("kind", word(of.kind)),
        ("issuer", of.issuer.clone()),
        ("keys at", of.jwks_uri.clone()),
        ("tokens at", of.token_endpoint.clone()),
        ("algorithms", of.algorithms.join(", ")),
    ];
    if let Some(endpoint) = &of.authorization_endpoint {
        facts.push(("sign-in at", endpoint.clone()));
    }
    let check = match &live {
        Ok(found) => json!({ "ok": true, "keys": found.keys }),
        Err(fault) => json!({ "ok": false, "fault": fault }),
    };
    facts.push((
        "live",
        match &live {
            Ok(found) => format!("answers, {} signing keys", found.keys),
            Err(fault) => format!("{} [{}]", fault.summary, fault.code),
        },
    ));
    let text = output::facts(&facts);
    let mut value = serde_json::to_value(&row).unwrap_or_default();
    value["check"] = check;
    Ok(Reply::new(value, text))
}
