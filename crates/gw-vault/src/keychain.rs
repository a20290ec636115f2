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
        // Some of keyring's errors hold the bytes that were read: they end here, and no fault keeps one as its cause.
        match &error {
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
        }
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

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use gw_model::Code;
    use keyring_core::api::{CredentialApi, CredentialStoreApi};
    use keyring_core::{Credential, Entry};

    use super::*;

    /// How the next calls of the keychain end, last first; `None` for well.
    type Script = Arc<Mutex<Vec<Option<Failure>>>>;

    type Failure = fn() -> Error;

    /// A keychain in memory that fails as told.
    #[derive(Debug)]
    struct Fake {
        kept: Mutex<HashMap<String, Vec<u8>>>,
        script: Script,
        connections: AtomicUsize,
        look: Look,
    }

    #[derive(Debug)]
    struct Slot(Arc<Fake>, String);

    struct Store(Arc<Fake>);

    impl Fake {
        fn next(&self) -> keyring_core::Result<()> {
            let next = self.script.lock().unwrap().pop().flatten();
            match next {
                Some(error) => Err(error()),
                None => Ok(()),
            }
        }
    }

    impl CredentialApi for Slot {
        fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
            self.0.next()?;
            self.0
                .kept
                .lock()
                .unwrap()
                .insert(self.1.clone(), secret.to_vec());
            Ok(())
        }

        fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
            self.0.next()?;
            self.0
                .kept
                .lock()
                .unwrap()
                .get(&self.1)
                .cloned()
                .ok_or(Error::NoEntry)
        }

        fn delete_credential(&self) -> keyring_core::Result<()> {
            self.0.next()?;
            self.0
                .kept
                .lock()
                .unwrap()
                .remove(&self.1)
                .map(|_| ())
                .ok_or(Error::NoEntry)
        }

        fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
            Ok(None)
        }

        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    impl CredentialStoreApi for Store {
        fn vendor(&self) -> String {
            "fake".to_owned()
        }

        fn id(&self) -> String {
            "fake".to_owned()
        }

        fn build(
            &self,
            service: &str,
            user: &str,
            _: Option<&HashMap<&str, &str>>,
        ) -> keyring_core::Result<Entry> {
            let slot = Slot(Arc::clone(&self.0), format!("{service}/{user}"));
            Ok(Entry::new_with_credential(Arc::new(slot)))
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    impl Platform for Arc<Fake> {
        fn connect(&self) -> keyring_core::Result<Arc<CredentialStore>> {
            self.connections.fetch_add(1, Ordering::SeqCst);
            Ok(Arc::new(Store(Arc::clone(self))))
        }

        fn look(&self) -> Look {
            self.look.clone()
        }

        fn longest_entry(&self) -> usize {
            crate::parts::NO_LIMIT
        }
    }

    fn ready() -> Look {
        Look::Ready {
            name: "fake".to_owned(),
        }
    }

    fn keychain(look: Look, script: &[Option<Failure>]) -> (Keychain, Arc<Fake>) {
        let fake = Arc::new(Fake {
            kept: Mutex::default(),
            script: Arc::new(Mutex::new(script.iter().rev().copied().collect())),
            connections: AtomicUsize::new(0),
            look,
        });
        let keychain = Keychain::new(
            Arc::new(Arc::clone(&fake)),
            "gatewright:test".to_owned(),
            Duration::from_secs(30),
        );
        (keychain, fake)
    }

    fn lost() -> Error {
        Error::PlatformFailure("org.freedesktop.Secret.Error.NoSession".into())
    }

    fn reference() -> SecretRef {
        SecretRef::new("gateway/1/credentials")
    }

    fn secret() -> Secret<String> {
        Secret::new("hunter2".to_owned())
    }

    #[test]
    fn one_connection_serves_many_calls_and_a_lost_one_is_made_anew() {
        let (keychain, fake) = keychain(ready(), &[None, Some(lost), None]);
        keychain.put(&reference(), &secret()).unwrap();
        assert_eq!(keychain.get(&reference()).unwrap().reveal(), "hunter2");
        assert_eq!(keychain.get(&reference()).unwrap().reveal(), "hunter2");
        assert_eq!(fake.connections.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_keychain_that_keeps_failing_is_given_up_not_asked_for_ever() {
        let (keychain, fake) = keychain(ready(), &[None, Some(lost), Some(lost)]);
        keychain.put(&reference(), &secret()).unwrap();
        let fault = keychain.put(&reference(), &secret()).unwrap_err();
        assert_eq!(
            (fault.code, fault.effect),
            (Code::VaultUnavailable, Effect::Unknown)
        );
        assert_eq!(fake.connections.load(Ordering::SeqCst), 2);
        keychain.put(&reference(), &secret()).unwrap();
    }

    #[test]
    fn a_panic_inside_the_systems_library_ends_one_call_only() {
        let panics: Failure = || std::panic::resume_unwind(Box::new(()));
        let (keychain, _) = keychain(ready(), &[Some(panics)]);
        assert_eq!(
            keychain.put(&reference(), &secret()).unwrap_err().code,
            Code::VaultUnavailable
        );
        keychain.put(&reference(), &secret()).unwrap();
        assert_eq!(keychain.get(&reference()).unwrap().reveal(), "hunter2");
    }

    #[test]
    fn every_failure_of_a_keychain_is_told_apart() {
        let locked = || Look::Locked {
            name: "fake".to_owned(),
        };
        let absent = || Look::Absent {
            why: "nobody there".to_owned(),
        };
        let cases: [(Look, Failure, Code); 7] = [
            (ready(), || Error::NoEntry, Code::VaultMissing),
            (
                locked(),
                || Error::NoStorageAccess("dismissed".into()),
                Code::VaultLocked,
            ),
            (
                ready(),
                || Error::NoStorageAccess("dismissed".into()),
                Code::VaultLocked,
            ),
            (absent(), lost, Code::VaultUnavailable),
            (locked(), lost, Code::VaultLocked),
            (ready(), || Error::Ambiguous(Vec::new()), Code::VaultDamaged),
            (
                ready(),
                || Error::BadDataFormat(b"hunter2".to_vec(), "torn".into()),
                Code::VaultDamaged,
            ),
        ];
        for (look, error, code) in cases {
            let (keychain, _) = keychain(look, &[Some(error), Some(error)]);
            let fault = keychain.get(&reference()).err().unwrap();
            assert_eq!(fault.code, code, "{fault}");
            assert!(!fault.advice.is_empty());
            assert!(
                !format!("{fault:?}").contains("hunter2"),
                "a fault shows a secret"
            );
        }
    }

    #[test]
    fn a_secret_that_is_not_text_is_damaged_and_not_shown() {
        let (keychain, fake) = keychain(ready(), &[]);
        fake.kept.lock().unwrap().insert(
            "gatewright:test/gateway/1/credentials".to_owned(),
            vec![0xff, b'h', b'i'],
        );
        let fault = keychain.get(&reference()).err().unwrap();
        assert_eq!(fault.code, Code::VaultDamaged);
        assert!(fault.source.is_none());
    }

    #[test]
    fn looking_says_what_the_system_says() {
        let (keychain, fake) = keychain(
            Look::Absent {
                why: "nobody there".to_owned(),
            },
            &[],
        );
        assert_eq!(
            keychain.status(),
            VaultStatus::NoKeychain {
                why: "nobody there".to_owned()
            }
        );
        assert_eq!(
            fake.connections.load(Ordering::SeqCst),
            0,
            "looking is not connecting"
        );
    }
}
