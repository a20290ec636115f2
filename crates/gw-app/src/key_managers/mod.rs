//! Key managers: discover, register, check, remove.
//!
//! It refuses to register endpoints over plain HTTP other than on this machine.

pub mod wire;

use gw_identity::discovery::is_secure;
use gw_model::{Code, Fault, KeyManager, KeyManagerId, KeyManagerKind};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::app::{App, new_id, now};
use crate::names::{check_name, invalid};
use crate::resident;
use crate::wire::{
    DiscoverRequest, Discovered, Done, Empty, KeyManagerInput, KeyManagerRequest, KeyManagerRow,
    KeyManagerUpdate, PresetField, PresetRow,
};

/// Algorithms Gatewright can check: asymmetric only, so a public key can never sign.
const ALGORITHMS: [&str; 8] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
];

/// All key managers, by name; the resident one among them.
pub async fn list(app: &App, _request: Empty) -> Result<Vec<KeyManagerRow>, Fault> {
    let key_managers = app.catalog(|catalog| catalog.key_managers().list()).await?;
    let mut rows = Vec::with_capacity(key_managers.len());
    for key_manager in key_managers {
        rows.push(row(app, key_manager).await?);
    }
    Ok(rows)
}

/// One key manager.
pub async fn get(app: &App, request: KeyManagerRequest) -> Result<KeyManagerRow, Fault> {
    let key_manager = app
        .catalog(move |catalog| catalog.key_managers().get(&request.key_manager))
        .await?;
    row(app, key_manager).await
}

async fn row(app: &App, key_manager: KeyManager) -> Result<KeyManagerRow, Fault> {
    let id = key_manager.id.clone();
    let (applications, apis) = app
        .catalog(move |catalog| {
            let applications = catalog
                .applications()
                .list()?
                .into_iter()
                .filter(|application| application.key_manager == id)
                .map(|application| application.name)
                .collect();
            let apis = catalog.apis().trusting(&id)?;
            Ok((applications, apis))
        })
        .await?;
    let serving = match key_manager.kind {
        KeyManagerKind::Resident => Some(resident::state_of(app, &key_manager).await),
        _ => None,
    };
    Ok(KeyManagerRow {
        key_manager,
        serving,
        applications,
        apis,
    })
}

/// Reads a discovery document and checks its keys live. Changes nothing.
pub async fn discover(app: &App, request: DiscoverRequest) -> Result<Discovered, Fault> {
    let address = request.url.trim();
    let found =
        gw_identity::discover(&app.inner().http, address, &CancellationToken::new()).await?;
    Ok(Discovered {
        issuer: found.issuer,
        jwks_uri: found.jwks_uri,
        token_endpoint: found.token_endpoint,
        authorization_endpoint: found.authorization_endpoint,
        keys: crate::apis::count(
            found
                .keys
                .iter()
                .filter(|key| key.refused.is_empty())
                .count(),
        ),
        algorithms: found.algorithms,
        scopes: found.scopes,
        notes: found.notes,
    })
}

/// Providers with a preset.
#[expect(clippy::unused_async, reason = "every command of the table is awaited")]
pub async fn presets(_app: &App, _request: Empty) -> Result<Vec<PresetRow>, Fault> {
    let row = |preset: gw_identity::Preset| PresetRow {
        kind: preset.kind,
        title: preset.title,
        issuer_template: preset.issuer,
        fields: preset
            .fields
            .into_iter()
            .map(|field| PresetField {
                name: field.name,
                label: field.label,
                example: field.example,
                default: field.default,
            })
            .collect(),
        notes: preset.notes,
    };
    Ok(gw_identity::presets().into_iter().map(row).collect())
}

/// Registers a key manager.
pub async fn create(app: &App, request: KeyManagerInput) -> Result<KeyManager, Fault> {
    check_name("key manager", &request.name)?;
    check(&request)?;
    if request.kind == KeyManagerKind::Resident {
        return Err(invalid(
            "kind",
            "There is one resident key manager, from the start",
            "Choose another kind",
        ));
    }
    let at = now();
    let key_manager = KeyManager {
        id: KeyManagerId::new(new_id()),
        display_name: shown(&request.display_name, &request.name),
        name: request.name,
        kind: request.kind,
        issuer: request.issuer,
        jwks_uri: request.jwks_uri,
        token_endpoint: request.token_endpoint,
        authorization_endpoint: request.authorization_endpoint,
        algorithms: request.algorithms,
        created_at: at,
        updated_at: at,
    };
    app.catalog(move |catalog| {
        catalog.key_managers().create(&key_manager)?;
        Ok(key_manager)
    })
    .await
}

/// Changes a key manager's settings.
pub async fn update(app: &App, request: KeyManagerUpdate) -> Result<KeyManager, Fault> {
    check(&request.input)?;
    app.catalog(move |catalog| {
        let mut key_manager = catalog.key_managers().get(&request.key_manager)?;
        if key_manager.kind == KeyManagerKind::Resident {
            let advice = "Register another key manager instead";
            return Err(invalid(
                "key_manager",
                "The resident key manager keeps its settings",
                advice,
            ));
        }
        let input = request.input;
        key_manager.display_name = shown(&input.display_name, &key_manager.name);
        key_manager.kind = input.kind;
        key_manager.issuer = input.issuer;
        key_manager.jwks_uri = input.jwks_uri;
        key_manager.token_endpoint = input.token_endpoint;
        key_manager.authorization_endpoint = input.authorization_endpoint;
        key_manager.algorithms = input.algorithms;
        key_manager.updated_at = now();
        catalog.key_managers().update(&key_manager)?;
        Ok(key_manager)
    })
    .await
}

/// Forgets a key manager that nothing uses.
pub async fn remove(app: &App, request: KeyManagerRequest) -> Result<Done, Fault> {
    app.catalog(move |catalog| {
        let key_manager = catalog.key_managers().get(&request.key_manager)?;
        if key_manager.kind == KeyManagerKind::Resident {
            return Err(Fault::new(
                Code::CatalogInUse,
                "The resident key manager stays",
                "Local gateways need it; it does nothing while none is served",
            ));
        }
        catalog.key_managers().remove(&request.key_manager)
    })
    .await?;
    Ok(Done {})
}

/// Checks a registered key manager live: its discovery document, or its keys when it has none.
pub async fn check_live(app: &App, request: KeyManagerRequest) -> Result<Discovered, Fault> {
    let key_manager = app
        .catalog(move |catalog| catalog.key_managers().get(&request.key_manager))
        .await?;
    if key_manager.kind == KeyManagerKind::Resident {
        resident::ensure_serving(app).await?;
    }
    discover(
        app,
        DiscoverRequest {
            url: key_manager.issuer,
        },
    )
    .await
}

fn shown(display_name: &str, name: &str) -> String {
    let trimmed = display_name.trim();
    if trimmed.is_empty() {
        name.to_owned()
    } else {
        trimmed.to_owned()
    }
}

fn check(input: &KeyManagerInput) -> Result<(), Fault> {
    let endpoints = [
        ("issuer", Some(&input.issuer)),
        ("jwks_uri", Some(&input.jwks_uri)),
        ("token_endpoint", Some(&input.token_endpoint)),
        (
            "authorization_endpoint",
            input.authorization_endpoint.as_ref(),
        ),
    ];
    for (field, value) in endpoints {
        let Some(value) = value else { continue };
        if !Url::parse(value).is_ok_and(|url| is_secure(&url)) {
            return Err(invalid(
                field,
                format!("'{value}' is not an https address"),
                "Use https; plain http is taken on this machine only",
            ));
        }
    }
    if input.algorithms.is_empty() {
        let advice = "Name at least one, usually RS256";
        return Err(invalid(
            "algorithms",
            "No signature algorithm is accepted",
            advice,
        ));
    }
    match input
        .algorithms
        .iter()
        .find(|name| !ALGORITHMS.contains(&name.as_str()))
    {
        None => Ok(()),
        Some(name) => Err(invalid(
            "algorithms",
            format!("'{name}' is not an algorithm Gatewright accepts"),
            format!("Choose from {}", ALGORITHMS.join(", ")),
        )),
    }
}
