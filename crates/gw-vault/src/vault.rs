//! The vault: one place for secrets, whichever the user chose.
//!
//! It refuses to look in a second place when the first does not have a secret.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use gw_model::{Fault, Secret, SecretRef};

use crate::choice::Choice;
use crate::file::FilePlace;
use crate::keychain::Keychain;
use crate::memory::Memory;
use crate::status::VaultStatus;
use crate::{fault, platform};

/// Keeps secrets under references.
pub struct Vault {
    home: PathBuf,
    wait: Duration,
    place: RwLock<Chosen>,
}

#[derive(Clone)]
enum Chosen {
    Keychain(Arc<Keychain>),
    File(Arc<FilePlace>),
    Memory(Arc<Memory>),
}

/// What every place for secrets does.
pub(crate) trait Place: Send + Sync {
    fn status(&self) -> VaultStatus;
    fn get(&self, reference: &SecretRef) -> Result<Secret<String>, Fault>;
    fn put(&self, reference: &SecretRef, secret: &Secret<String>) -> Result<(), Fault>;
    fn delete(&self, reference: &SecretRef) -> Result<(), Fault>;
}

impl Vault {
    /// How long a call waits for a person to unlock the keychain.
    pub const WAIT: Duration = Duration::from_mins(1);

    /// The fewest characters of a new vault file's passphrase.
    pub const SHORTEST_PASSPHRASE: usize = 8;

    /// The vault of a home folder: the one its `vault.json` names, else the OS keychain. Nothing is asked or unlocked yet.
    ///
    /// Two homes do not share secrets: the keychain's service name holds a digest of the folder's path.
    ///
    /// Fails with `vault.damaged` or `file.unreadable` when `vault.json` cannot be understood.
    pub fn open(home: &Path) -> Result<Self, Fault> {
        Self::open_waiting(home, Self::WAIT)
    }

    /// As [`Vault::open`], with another time to wait for a person.
    pub fn open_waiting(home: &Path, wait: Duration) -> Result<Self, Fault> {
        let place = match Choice::read(home)? {
            Choice::Keychain => Chosen::Keychain(Arc::new(platform::keychain(home, wait))),
            Choice::File { path } => Chosen::File(Arc::new(FilePlace::new(home.join(path)))),
        };
        Ok(Self {
            home: home.to_owned(),
            wait,
            place: RwLock::new(place),
        })
    }

    /// A vault that is forgotten with the process.
    pub fn memory() -> Self {
        Self {
            home: PathBuf::new(),
            wait: Self::WAIT,
            place: RwLock::new(Chosen::Memory(Arc::new(Memory::default()))),
        }
    }

    /// Where secrets are kept, and whether they can be reached. Opens no prompt; takes 5 seconds at most.
    pub fn status(&self) -> VaultStatus {
        self.place().status()
    }

    /// The secret under a reference.
    ///
    /// Fails with `vault.missing-secret`, `vault.locked`, `vault.unavailable` or `vault.damaged`.
    pub fn get(&self, reference: &SecretRef) -> Result<Secret<String>, Fault> {
        self.place().get(reference)
    }

    /// Keeps a secret, instead of the one that was there. Twice equals once.
    ///
    /// Fails with `vault.locked`, `vault.unavailable` or `vault.damaged`; the effect is unknown only when a keychain may
    /// still carry it out after its prompt is answered.
    pub fn put(&self, reference: &SecretRef, secret: &Secret<String>) -> Result<(), Fault> {
        self.place().put(reference, secret)
    }

    /// Removes a secret; one that is not there is removed already. Fails as [`Vault::put`] does.
    pub fn delete(&self, reference: &SecretRef) -> Result<(), Fault> {
        self.place().delete(reference)
    }

    /// Where a vault file goes unless the user names another place.
    pub fn default_file(&self) -> PathBuf {
        self.home.join("secrets.age.json")
    }

    /// Makes a vault file, unlocked, and chooses it for this home folder. Secrets in the keychain stay there, unused.
    ///
    /// Fails with `request.invalid` for a passphrase under [`Vault::SHORTEST_PASSPHRASE`] characters,
    /// `file.unwritable` when there is a file already, or `vault.damaged` when it cannot be written.
    pub fn create_file(&self, path: &Path, passphrase: &Secret<String>) -> Result<(), Fault> {
        let path = absolute(path)?;
        if passphrase.reveal().chars().count() < Self::SHORTEST_PASSPHRASE {
            return Err(fault::weak_passphrase(Self::SHORTEST_PASSPHRASE));
        }
        self.choose_file(FilePlace::create(path, passphrase)?)
    }

    /// Unlocks a vault file that exists and chooses it for this home folder.
    ///
    /// Fails with `vault.wrong-passphrase`, `vault.damaged`, or `vault.unavailable` when there is no such file; then the
    /// choice is as it was.
    pub fn unlock_file(&self, path: &Path, passphrase: &Secret<String>) -> Result<(), Fault> {
        let place = FilePlace::new(absolute(path)?);
        place.unlock(passphrase)?;
        self.choose_file(place)
    }

    /// Unlocks the chosen vault file. With the keychain or in memory there is nothing to unlock.
    ///
    /// Fails as [`Vault::unlock_file`] does.
    pub fn unlock(&self, passphrase: &Secret<String>) -> Result<(), Fault> {
        match self.chosen() {
            Chosen::File(place) => place.unlock(passphrase),
            Chosen::Keychain(_) | Chosen::Memory(_) => Ok(()),
        }
    }

    /// Forgets the chosen vault file's key, so that the passphrase is needed again.
    pub fn lock(&self) {
        if let Chosen::File(place) = self.chosen() {
            place.lock();
        }
    }

    /// Protects the chosen vault file with another passphrase; its secrets stay.
    ///
    /// Fails with `vault.wrong-passphrase`, `request.invalid`, or `vault.damaged`; then the old passphrase still holds.
    pub fn change_passphrase(
        &self,
        old: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), Fault> {
        if new.reveal().chars().count() < Self::SHORTEST_PASSPHRASE {
            return Err(fault::weak_passphrase(Self::SHORTEST_PASSPHRASE));
        }
        match self.chosen() {
            Chosen::File(place) => place.change_passphrase(old, new),
            Chosen::Keychain(_) | Chosen::Memory(_) => Ok(()),
        }
    }

    /// Chooses the OS keychain for this home folder. A vault file stays where it is, unused.
    pub fn use_keychain(&self) -> Result<(), Fault> {
        Choice::Keychain.write(&self.home)?;
        self.set(Chosen::Keychain(Arc::new(platform::keychain(
            &self.home, self.wait,
        ))));
        Ok(())
    }

    fn choose_file(&self, place: FilePlace) -> Result<(), Fault> {
        Choice::of_file(&absolute(&self.home)?, place.path()).write(&self.home)?;
        self.set(Chosen::File(Arc::new(place)));
        Ok(())
    }

    fn chosen(&self) -> Chosen {
        self.place
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A handle, so that no lock is held while a keychain waits for a person.
    fn place(&self) -> Arc<dyn Place> {
        match self.chosen() {
            Chosen::Keychain(place) => place,
            Chosen::File(place) => place,
            Chosen::Memory(place) => place,
        }
    }

    fn set(&self, chosen: Chosen) {
        *self.place.write().unwrap_or_else(PoisonError::into_inner) = chosen;
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    std::path::absolute(path).map_err(|error| fault::unreadable(path, error))
}
