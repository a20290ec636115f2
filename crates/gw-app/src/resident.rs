//! The resident key manager: registered from the start, its signing key in the vault, served beside local gateways.
//!
//! It refuses other clients than the applications registered with it.

use std::sync::Arc;

use async_trait::async_trait;
use gw_http::{CancellationToken, Oversize, Request, Url};
use gw_identity::resident::{ResidentClient, ResidentClients, ResidentKey};
use gw_local::{HeldPort, ResidentServing};
use gw_model::{Code, Fault, KeyManager, KeyManagerId, KeyManagerKind, Secret, SecretRef};

use crate::app::{App, blocking, new_id, now};
use crate::commands::Feature;
use crate::wire::Serving;

/// Its name.
pub(crate) const NAME: &str = "resident";

/// Where its signing key lies.
const KEY: &str = "resident/signing-key";

/// Registers it in a new catalog, with a port of its own that stays: the issuer is part of every token. The port is held
/// until it is served.
pub(crate) async fn ensure_registered(app: &App) -> Result<(), Fault> {
    if registered(app).await?.is_some() {
        return Ok(());
    }
    let held = HeldPort::any().map_err(no_port)?;
    let issuer = gw_local::resident::issuer(held.port());
    let at = now();
    let key_manager = KeyManager {
        id: KeyManagerId::new(new_id()),
        name: NAME.to_owned(),
        display_name: "Resident key manager".to_owned(),
        kind: KeyManagerKind::Resident,
        jwks_uri: format!("{issuer}/jwks"),
        token_endpoint: format!("{issuer}/token"),
        authorization_endpoint: Some(format!("{issuer}/authorize")),
        issuer,
        algorithms: vec!["RS256".to_owned()],
        created_at: at,
        updated_at: at,
    };
    let outcome = app
        .catalog(move |catalog| catalog.key_managers().create(&key_manager))
        .await;
    match outcome {
        // Another process was faster.
        Err(fault) if fault.code == Code::CatalogDuplicateName => Ok(()),
        Ok(()) => {
            app.inner().served.hold(held);
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

fn no_port(error: std::io::Error) -> Fault {
    let advice = "Close programs that listen on this machine";
    Fault::new(
        Code::LocalPortInUse,
        "No loopback port is free for the resident key manager",
        advice,
    )
    .because(error)
}

async fn registered(app: &App) -> Result<Option<KeyManager>, Fault> {
    app.catalog(|catalog| {
        let known = catalog.key_managers().list()?;
        Ok(known
            .into_iter()
            .find(|it| it.kind == KeyManagerKind::Resident))
    })
    .await
}

/// The resident key manager's record.
pub(crate) async fn record(app: &App) -> Result<KeyManager, Fault> {
    registered(app).await?.ok_or_else(|| {
        let advice = "Start Gatewright again: it registers the resident key manager anew";
        Fault::new(
            Code::CatalogNotFound,
            "The resident key manager is not registered",
            advice,
        )
    })
}

/// Whether it is being served.
pub(crate) async fn state_of(app: &App, key_manager: &KeyManager) -> Serving {
    let served = &app.inner().served;
    let address = key_manager.issuer.clone();
    if served.resident().0 {
        return Serving::Here { address };
    }
    let elsewhere = answers(app, key_manager).await;
    // Looked at again: it may have been started here while its port was asked.
    match (served.resident(), elsewhere) {
        ((true, _), _) => Serving::Here { address },
        (_, true) => Serving::Elsewhere { address },
        ((false, failed), false) => {
            failed.map_or(Serving::Stopped, |fault| Serving::Failed { fault })
        }
    }
}

/// Serves it from this process, unless it is served already.
pub(crate) async fn ensure_serving(app: &App) -> Result<(), Fault> {
    let key_manager = record(app).await?;
    let served = &app.inner().served;
    let _alone = served.starting_resident.lock().await;
    if served.resident().0 || answers(app, &key_manager).await {
        return Ok(());
    }
    let outcome = match start(app, &key_manager).await {
        // Another process was faster.
        Err(fault) if fault.code == Code::LocalPortInUse && answers(app, &key_manager).await => {
            return Ok(());
        }
        Err(fault) => {
            served.resident_ended(Err(fault.clone()));
            Err(fault)
        }
        Ok(server) => {
            served.resident_ended(Ok(server));
            Ok(())
        }
    };
    app.changed(&[Feature::KeyManagers]);
    outcome
}

async fn start(app: &App, key_manager: &KeyManager) -> Result<ResidentServing, Fault> {
    let key = signing_key(app).await?;
    let clients = Arc::new(Registered {
        app: app.downgrade(),
        key_manager: key_manager.id.clone(),
    });
    let port = port_of(key_manager);
    match app.inner().served.take_held(port) {
        Some(held) => gw_local::resident::serve_on(held, key, clients),
        None => gw_local::resident::serve(port, key, clients).await,
    }
}

fn port_of(key_manager: &KeyManager) -> u16 {
    Url::parse(&key_manager.issuer)
        .ok()
        .and_then(|url| url.port())
        .unwrap_or_default()
}

/// Serves it anew after another vault was opened: its key may be another one there.
pub(crate) async fn restart_with_new_vault(app: &App) {
    if let Some(running) = app.inner().served.take_resident() {
        running.serving.shutdown().await;
        // The key managers' page shows why it is not served.
        let _ = ensure_serving(app).await;
    }
}

/// The signing key; made when the vault has none.
async fn signing_key(app: &App) -> Result<ResidentKey, Fault> {
    let reference = SecretRef::new(KEY);
    match app.secret(&reference).await {
        Ok(secret) => ResidentKey::from_secret(&secret),
        Err(fault) if fault.code == Code::VaultMissing => {
            // Making an RSA key takes a while.
            let key = blocking(ResidentKey::generate).await?;
            app.keep_secret(&reference, key.to_secret()?).await?;
            Ok(key)
        }
        Err(fault) => Err(fault),
    }
}

/// Whether something at its issuer says that it is this key manager. A port that is held here would not answer.
async fn answers(app: &App, key_manager: &KeyManager) -> bool {
    if app.inner().served.holds(port_of(key_manager)) {
        return false;
    }
    let Ok(url) = Url::parse(&format!(
        "{}/.well-known/openid-configuration",
        key_manager.issuer
    )) else {
        return false;
    };
    let request = Request::get(url)
        .timeout(std::time::Duration::from_secs(2))
        .at_most(64 * 1024, Oversize::Refuse);
    let Ok(answer) = app
        .inner()
        .http
        .send(request, &CancellationToken::new())
        .await
    else {
        return false;
    };
    let said: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    said.is_some_and(|said| said["issuer"] == key_manager.issuer.as_str())
}

/// A client secret nobody can guess: two random UUIDs' worth, written without a pattern.
pub(crate) fn new_client_secret() -> Secret<String> {
    let random = || uuid::Uuid::new_v4().simple().to_string();
    Secret::new(format!("{}{}", random(), random()))
}

/// The applications registered with it.
struct Registered {
    app: crate::app::WeakApp,
    key_manager: KeyManagerId,
}

#[async_trait]
impl ResidentClients for Registered {
    async fn find(&self, client_id: &str) -> Result<Option<ResidentClient>, Fault> {
        let Some(app) = self.app.upgrade() else {
            return Ok(None);
        };
        let (key_manager, wanted) = (self.key_manager.clone(), client_id.to_owned());
        let found = app
            .catalog(move |catalog| {
                let all = catalog.applications().list()?;
                Ok(all
                    .into_iter()
                    .find(|it| it.key_manager == key_manager && it.client_id == wanted))
            })
            .await?;
        let Some(application) = found else {
            return Ok(None);
        };
        let secret = match &application.secret {
            None => None,
            Some(reference) => Some(app.secret(reference).await?),
        };
        let scopes = if application.scopes.is_empty() {
            None
        } else {
            Some(application.scopes)
        };
        Ok(Some(ResidentClient {
            id: application.client_id,
            name: application.name,
            secret,
            scopes,
            audiences: application.audience.into_iter().collect(),
        }))
    }
}
