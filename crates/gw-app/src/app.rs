//! The app: home, catalog, vault, what runs and what is served. Cheap to clone; clones share everything.
//!
//! It refuses globals: two apps with two homes live side by side in one process.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use gw_catalog::Catalog;
use gw_deploy::Pacer;
use gw_identity::MemoryTokens;
use gw_model::{ApiId, Code, DeploymentId, Fault, Secret, SecretRef, UnixMillis};
use gw_vault::Vault;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::applications::OpenSignIn;
use crate::commands::Feature;
use crate::event::AppEvent;
use crate::home::Home;
use crate::serving::Served;

/// How an app is opened.
pub struct AppOptions {
    /// Where everything is.
    pub home: Home,
    /// Where secrets go.
    pub vault: VaultUse,
    /// Opens the vault file, when that was chosen.
    pub passphrase: Option<Secret<String>>,
}

/// Where secrets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultUse {
    /// The OS keychain, or the vault file the user chose for this home.
    Chosen,
    /// Memory only: for the throw-away demonstration.
    Memory,
}

/// An open app.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// What every clone shares.
pub(crate) struct Inner {
    pub(crate) home: Home,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) vault: Arc<Vault>,
    /// For key managers, the console and health checks: loopback is a normal address here.
    pub(crate) http: gw_http::Client,
    pub(crate) tokens: MemoryTokens,
    pub(crate) token_states: Mutex<HashMap<gw_model::ApplicationId, crate::applications::Held>>,
    pub(crate) pacer: Arc<Pacer>,
    pub(crate) runs: Mutex<HashMap<DeploymentId, crate::deployments::RunHandle>>,
    pub(crate) ahead: Mutex<crate::deployments::Ahead>,
    pub(crate) exchanges: Mutex<HashMap<String, CancellationToken>>,
    pub(crate) drafts: Mutex<crate::apis::Drafts>,
    pub(crate) sign_ins: Mutex<HashMap<String, Arc<OpenSignIn>>>,
    pub(crate) served: Served,
    pub(crate) working_ids: Mutex<HashMap<ApiId, crate::deployments::WorkingId>>,
    /// Whether the host stays open, so that local gateways are worth serving unasked.
    pub(crate) stays_open: AtomicBool,
    /// Wakes who carries out what waits for a gateway.
    pub(crate) due: Arc<tokio::sync::Notify>,
    events: broadcast::Sender<AppEvent>,
}

impl App {
    /// Opens catalog and vault, and makes what every catalog has: the resident key manager.
    pub async fn open(options: AppOptions) -> Result<Self, Fault> {
        let AppOptions {
            home,
            vault,
            passphrase,
        } = options;
        let (home, catalog, vault) = blocking(move || {
            let catalog = Catalog::open(home.catalog())?;
            let vault = match vault {
                VaultUse::Memory => Vault::memory(),
                VaultUse::Chosen => Vault::open(home.path())?,
            };
            if let Some(passphrase) = passphrase {
                crate::vault::unlock_when_locked(&vault, &passphrase)?;
            }
            Ok((home, catalog, vault))
        })
        .await?;
        let app = Self {
            inner: Arc::new(Inner {
                home,
                catalog: Arc::new(catalog),
                vault: Arc::new(vault),
                http: gw_http::Client::new()?,
                tokens: MemoryTokens::default(),
                token_states: Mutex::default(),
                pacer: Arc::new(Pacer::new()),
                runs: Mutex::default(),
                ahead: Mutex::default(),
                exchanges: Mutex::default(),
                drafts: Mutex::default(),
                sign_ins: Mutex::default(),
                served: Served::default(),
                working_ids: Mutex::default(),
                stays_open: AtomicBool::new(false),
                due: Arc::default(),
                events: broadcast::channel(1_024).0,
            }),
        };
        crate::resident::ensure_registered(&app).await?;
        Ok(app)
    }

    /// The home folder.
    pub fn home(&self) -> &Home {
        &self.inner.home
    }

    /// Everything told from now on. A receiver that lags reads the state again.
    pub fn subscribe(&self) -> broadcast::Receiver<AppEvent> {
        self.inner.events.subscribe()
    }

    /// Tells every host.
    pub(crate) fn tell(&self, event: AppEvent) {
        // Nobody listening is normal: the command line often does not.
        let _ = self.inner.events.send(event);
    }

    /// Tells every host what to read again.
    pub(crate) fn changed(&self, features: &[Feature]) {
        if !features.is_empty() {
            self.tell(AppEvent::Changed {
                features: features.to_vec(),
            });
        }
    }

    /// A way back to the app for what the app itself keeps alive.
    pub(crate) fn downgrade(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.inner))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The catalog for ports that keep it.
    pub(crate) fn shared_catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.inner.catalog)
    }

    /// Works on the catalog away from the async threads.
    pub(crate) async fn catalog<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Catalog) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let catalog = Arc::clone(&self.inner.catalog);
        blocking(move || work(&catalog)).await
    }

    /// Works on the vault away from the async threads: a locked keychain waits for a person.
    pub(crate) async fn vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let vault = Arc::clone(&self.inner.vault);
        blocking(move || work(&vault)).await
    }

    /// A secret by reference.
    pub(crate) async fn secret(&self, reference: &SecretRef) -> Result<Secret<String>, Fault> {
        let reference = reference.clone();
        self.vault(move |vault| vault.get(&reference)).await
    }

    /// Stores a secret.
    pub(crate) async fn keep_secret(
        &self,
        reference: &SecretRef,
        secret: Secret<String>,
    ) -> Result<(), Fault> {
        let reference = reference.clone();
        self.vault(move |vault| vault.put(&reference, &secret))
            .await
    }

    /// Removes a secret; one that is gone is done.
    pub(crate) async fn drop_secret(&self, reference: &SecretRef) -> Result<(), Fault> {
        let reference = reference.clone();
        self.vault(move |vault| vault.delete(&reference)).await
    }
}

/// An app that may be gone.
pub(crate) struct WeakApp(Weak<Inner>);

impl WeakApp {
    /// The app, while it lives.
    pub(crate) fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(|inner| App { inner })
    }
}

/// Runs blocking work on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => {
            let advice = "This is a defect: report it with what you did. Nothing else is affected";
            Err(Fault::new(Code::AppDefect, "A worker thread ended early", advice).because(error))
        }
    }
}

/// Now.
pub(crate) fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A new id, ordered by time.
pub(crate) fn new_id() -> String {
    Uuid::now_v7().simple().to_string()
}

/// Locks; what a panicking holder left is still the truth, since every change under these locks is one statement.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
