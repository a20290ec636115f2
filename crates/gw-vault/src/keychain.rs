//! The OS keychain, whichever it is.
//!
//! It refuses to wait without end: a keychain that asks a person is given time, then the call fails with what to do.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gw_model::{Effect, Fault, Secret, SecretRef};
use keyring_core::{CredentialStore, Error};
use zeroize::Zeroizing;

use crate::fault;
use crate::parts::Entries;
use crate::status::VaultStatus;
use crate::vault::Place;
use crate::worker::{NoResult, Worker, within};

/// How long looking may take.
const LOOK: Duration = Duration::from_secs(5);

/// What differs between operating systems.
pub(crate) trait Platform: Send + Sync {
    /// A connection to the keychain.
    fn connect(&self) -> keyring_core::Result<Arc<CredentialStore>>;
    /// Whether it would answer now. Opens no prompt.
    fn look(&self) -> Look;
    /// The most bytes of one entry.
    fn longest_entry(&self) -> usize;
}

/// Whether a keychain would answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Ready { name: String },
    Locked { name: String },
    Absent { why: String },
}

/// A connection that outlives calls; `None` until the first, and after a failure.
type Connection = Option<Arc<CredentialStore>>;

pub(crate) struct Keychain {
    platform: Arc<dyn Platform>,
    service: String,
    wait: Duration,
    worker: Mutex<Option<Arc<Worker<Connection>>>>,
}

impl Keychain {
    pub(crate) fn new(platform: Arc<dyn Platform>, service: String, wait: Duration) -> Self {
        Self {
            platform,
            service,
            wait,
            worker: Mutex::new(None),
        }
    }

    fn look(&self) -> Look {
        let platform = Arc::clone(&self.platform);
        within(LOOK, move || platform.look()).unwrap_or_else(|| Look::Absent {
            why: format!("it did not answer within {} seconds", LOOK.as_secs()),
        })
    }

    /// Does something with the keychain's entries. It must come to the same when done twice: a connection that was lost is
    /// made anew and the work done again.
    fn call<T: Send + 'static>(
        &self,
        reference: &SecretRef,
        work: impl Fn(&Entries<'_>) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let worker = self.worker()?;
        let (platform, service) = (Arc::clone(&self.platform), self.service.clone());
        let outcome = worker.run(self.wait, move |connection| {
            attempt(connection, &*platform, &service, work)
        });
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.fault(error, reference)),
            Err(NoResult::NotBegun) => Err(self.locked(Effect::None)),
            Err(NoResult::Running) => Err(self.locked(Effect::Unknown)),
            Err(NoResult::Gone) => {
                *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Err(fault::keychain_failed(
                    "the connection to it broke down",
                    Effect::Unknown,
                ))
            }
        }
    }

    /// The thread to ask. When it hangs in a prompt and the keychain is open by now, another takes its place.
    fn worker(&self) -> Result<Arc<Worker<Connection>>, Fault> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|worker| worker.is_stuck()) {
            match self.look() {
                Look::Ready { .. } => *slot = None,
                Look::Locked { name } => return Err(fault::keychain_locked(&name, Effect::None)),
                Look::Absent { why } => return Err(fault::no_keychain(&why)),
            }
        }
        if let Some(worker) = &*slot {
            return Ok(Arc::clone(worker));
        }
        let worker = Worker::start(|| None)
            .map(Arc::new)
            .map_err(|error| fault::keychain_failed(&error.to_string(), Effect::None))?;
        *slot = Some(Arc::clone(&worker));
        Ok(worker)
    }

    fn locked(&self, effect: Effect) -> Fault {
        match self.look() {
            Look::Ready { name } | Look::Locked { name } => fault::keychain_locked(&name, effect),
            Look::Absent { why } => fault::no_keychain(&why).effect(effect),
        }
    }

    fn fault(&self, error: Error, reference: &SecretRef) -> Fault {
        let why = error.to_string();
        let fault = match &error {
            Error::NoEntry => fault::missing(reference, "the keychain"),
            Error::NoStorageAccess(_) => self.locked(Effect::None),
            Error::BadEncoding(_) => fault::entry_damaged(reference, "it is not text"),
            Error::BadDataFormat(_, why) => fault::entry_damaged(reference, &why.to_string()),
            Error::Ambiguous(_) => {
                fault::entry_damaged(reference, "there is more than one of them")
            }
            _ => match self.look() {
                Look::Absent { why } => fault::no_keychain(&why),
                Look::Locked { name } => fault::keychain_locked(&name, Effect::None),
                Look::Ready { .. } => fault::keychain_failed(&why, Effect::Unknown),
            },
        };
        // Some of keyring's errors hold the bytes that were read: they end here.
        fault
    }
}

fn attempt<T>(
    connection: &mut Connection,
    platform: &dyn Platform,
    service: &str,
    work: impl Fn(&Entries<'_>) -> keyring_core::Result<T>,
) -> keyring_core::Result<T> {
    let kept = connection.take();
    let was_kept = kept.is_some();
    let store = kept.map_or_else(|| platform.connect(), Ok)?;
    let outcome = work(&Entries {
        store: store.as_ref(),
        service,
        longest: platform.longest_entry(),
    });
    match outcome {
        // The keychain was restarted since the last call, perhaps.
        Err(Error::PlatformFailure(_)) if was_kept => {
            drop(store);
            attempt(connection, platform, service, work)
        }
        Err(Error::PlatformFailure(_)) => outcome,
        outcome => {
            *connection = Some(store);
            outcome
        }
    }
}

impl Place for Keychain {
    fn status(&self) -> VaultStatus {
        match self.look() {
            Look::Ready { name } => VaultStatus::Keychain { name },
            Look::Locked { name } => VaultStatus::KeychainLocked { name },
            Look::Absent { why } => VaultStatus::NoKeychain { why },
        }
    }

    fn get(&self, reference: &SecretRef) -> Result<Secret<String>, Fault> {
        let name = reference.as_str().to_owned();
        let bytes = self.call(reference, move |entries| entries.get(&name))?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Secret::new(text.to_owned())),
            Err(_) => Err(fault::entry_damaged(reference, "it is not text")),
        }
    }

    fn put(&self, reference: &SecretRef, secret: &Secret<String>) -> Result<(), Fault> {
        let name = reference.as_str().to_owned();
        let bytes = Zeroizing::new(secret.reveal().clone().into_bytes());
        self.call(reference, move |entries| entries.put(&name, &bytes))
    }

    fn delete(&self, reference: &SecretRef) -> Result<(), Fault> {
        let name = reference.as_str().to_owned();
        self.call(reference, move |entries| entries.delete(&name))
    }
}
