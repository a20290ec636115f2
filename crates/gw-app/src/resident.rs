//! The resident key manager: registered from the start, its signing key in the vault, served beside local gateways.
//!
//! It refuses other clients than the applications registered with it.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use async_trait::async_trait;
use gw_http::{CancellationToken, Oversize, Request, Url};
use gw_identity::resident::{ResidentClient, ResidentClients, ResidentKey};
use gw_model::{Code, Fault, KeyManager, KeyManagerId, KeyManagerKind, Secret, SecretRef};

use crate::app::{App, blocking, new_id, now};
use crate::wire::Serving;

/// Its name.
pub(crate) const NAME: &str = "resident";

/// Where its signing key lies.
const KEY: &str = "resident/signing-key";

/// Registers it in a new catalog, with a port of its own that stays: the issuer is part of every token.
pub(crate) async fn ensure_registered(app: &App) -> Result<(), Fault> {
    app.catalog(|catalog| {
        let known = catalog.key_managers().list()?;
        if known.iter().any(|it| it.kind == KeyManagerKind::Resident) {
            return Ok(());
        }
        let issuer = gw_local::resident::issuer(free_port()?);
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
        match catalog.key_managers().create(&key_manager) {
            // Another process was faster.
            Err(fault) if fault.code == Code::CatalogDuplicateName => Ok(()),
            other => other,
        }
    })
    .await
}

fn free_port() -> Result<u16, Fault> {
    let bound =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| {
        let advice = "Close programs that listen on this machine";
        Fault::new(
            Code::LocalPortInUse,
            "No loopback port is free for the resident key manager",
            advice,
        )
        .because(error)
    })
}

/// The resident key manager's record.
pub(crate) async fn record(app: &App) -> Result<KeyManager, Fault> {
    let found = app
        .catalog(|catalog| {
            let known = catalog.key_managers().list()?;
            Ok(known
                .into_iter()
                .find(|it| it.kind == KeyManagerKind::Resident))
        })
        .await?;
    found.ok_or_else(|| {
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
    let failed = {
        let served = app.inner().served.lock().await;
        if served.resident.is_some() {
            return Serving::Here {
                address: key_manager.issuer.clone(),
            };
        }
        served.resident_failed.clone()
    };
    if answers(app, key_manager).await {
        return Serving::Elsewhere {
            address: key_manager.issuer.clone(),
        };
    }
    failed.map_or(Serving::Stopped, |fault| Serving::Failed { fault })
}

/// Serves it from this process, unless it is served already.
pub(crate) async fn ensure_serving(app: &App) -> Result<(), Fault> {
    let key_manager = record(app).await?;
    let mut served = app.inner().served.lock().await;
    if served.resident.is_some() || answers(app, &key_manager).await {
        return Ok(());
    }
    let started = start(app, &key_manager).await;
    match started {
        Ok(server) => {
            served.resident = Some(server);
            served.resident_failed = None;
            Ok(())
        }
        Err(fault) => {
            served.resident_failed = Some(fault.clone());
            Err(fault)
        }
    }
}

async fn start(app: &App, key_manager: &KeyManager) -> Result<gw_local::ResidentServing, Fault> {
    let key = signing_key(app).await?;
    let port = Url::parse(&key_manager.issuer)
        .ok()
        .and_then(|url| url.port())
        .unwrap_or_default();
    let clients = Arc::new(Registered {
        app: app.downgrade(),
        key_manager: key_manager.id.clone(),
    });
    gw_local::resident::serve(port, key, clients).await
}

/// Serves it anew after another vault was opened: its key may be another one there.
pub(crate) async fn restart_with_new_vault(app: &App) {
    let running = app.inner().served.lock().await.resident.take();
    if let Some(running) = running {
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

/// Whether something at its issuer says that it is this key manager.
async fn answers(app: &App, key_manager: &KeyManager) -> bool {
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
