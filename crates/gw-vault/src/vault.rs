//! The vault: one place for secrets, whichever the user chose.
//!
//! It refuses to look in a second place when the first does not have a secret. The choice is read anew for every call, so
//! that two processes on one home never keep secrets in two places.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use gw_model::{Code, Fault, Secret, SecretRef};

use crate::choice::Choice;
use crate::file::FilePlace;
use crate::keychain::Keychain;
use crate::memory::Memory;
use crate::status::VaultStatus;
use crate::{fault, platform};

/// Keeps secrets under references.
pub struct Vault {
    /// `None` for a vault in memory, which follows no choice.
    home: Option<PathBuf>,
    wait: Duration,
    place: RwLock<Chosen>,
}

/// What was chosen, and the way there.
#[derive(Clone)]
struct Chosen {
    choice: Choice,
    way: Way,
}

#[derive(Clone)]
enum Way {
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
        let chosen = Chosen::new(Choice::read(home)?, home, wait);
        Ok(Self {
            home: Some(home.to_owned()),
            wait,
            place: RwLock::new(chosen),
        })
    }

    /// A vault that is forgotten with the process.
    pub fn memory() -> Self {
        Self {
            home: None,
            wait: Self::WAIT,
            place: RwLock::new(Chosen {
                choice: Choice::Keychain,
                way: Way::Memory(Arc::new(Memory::default())),
            }),
        }
    }

    /// Where secrets are kept, and whether they can be reached. Opens no prompt; takes 5 seconds at most.
    pub fn status(&self) -> VaultStatus {
        // With a choice that cannot be read any more, what held so far is what is still in use.
        let way = self.way().unwrap_or_else(|_| self.current().way);
        way.place().status()
    }

    /// The secret under a reference.
    ///
    /// Fails with `vault.missing-secret`, `vault.locked`, `vault.unavailable` or `vault.damaged`.
    pub fn get(&self, reference: &SecretRef) -> Result<Secret<String>, Fault> {
        self.way()?.place().get(reference)
    }

    /// Keeps a secret, instead of the one that was there. Twice equals once.
    ///
    /// Fails with `vault.locked`, `vault.unavailable` or `vault.damaged`; the effect is unknown only when a keychain may
    /// still carry it out after its prompt is answered.
    pub fn put(&self, reference: &SecretRef, secret: &Secret<String>) -> Result<(), Fault> {
        self.way()?.place().put(reference, secret)
    }

    /// Removes a secret; one that is not there is removed already. Fails as [`Vault::put`] does.
    pub fn delete(&self, reference: &SecretRef) -> Result<(), Fault> {
        self.way()?.place().delete(reference)
    }

    /// Where a vault file goes unless the user names another place.
    pub fn default_file(&self) -> PathBuf {
        self.home
            .as_deref()
            .unwrap_or(Path::new(""))
            .join("secrets.age.json")
    }

    /// Makes a vault file, unlocked, and chooses it for this home folder. A vault file that is there already is unlocked
    /// and chosen as it is. Secrets in the keychain stay there, unused.
    ///
    /// Fails with `request.invalid` for a passphrase under [`Vault::SHORTEST_PASSPHRASE`] characters,
    /// `vault.wrong-passphrase` for a vault that is there, `file.unwritable` when another file is there, or
    /// `vault.damaged` when it cannot be written.
    pub fn create_file(&self, path: &Path, passphrase: &Secret<String>) -> Result<(), Fault> {
        self.lasting_home()?;
        let path = absolute(path)?;
        if passphrase.reveal().chars().count() < Self::SHORTEST_PASSPHRASE {
            return Err(fault::weak_passphrase(Self::SHORTEST_PASSPHRASE));
        }
        if !path.exists() {
            return self.choose_file(FilePlace::create(path, passphrase)?);
        }
        let place = FilePlace::new(path);
        match place.unlock(passphrase) {
            Ok(()) => self.choose_file(place),
            Err(fault) if fault.code == Code::VaultWrongPassphrase => Err(fault),
            Err(_) => Err(fault::file_exists(place.path())),
        }
    }

    /// Unlocks a vault file that exists and chooses it for this home folder.
    ///
    /// Fails with `vault.wrong-passphrase`, `vault.damaged`, or `vault.unavailable` when there is no such file; then the
    /// choice is as it was.
    pub fn unlock_file(&self, path: &Path, passphrase: &Secret<String>) -> Result<(), Fault> {
        self.lasting_home()?;
        let place = FilePlace::new(absolute(path)?);
        place.unlock(passphrase)?;
        self.choose_file(place)
    }

    /// Unlocks the chosen vault file. With the keychain or in memory there is nothing to unlock.
    ///
    /// Fails as [`Vault::unlock_file`] does.
    pub fn unlock(&self, passphrase: &Secret<String>) -> Result<(), Fault> {
        match self.way()? {
            Way::File(place) => place.unlock(passphrase),
            Way::Keychain(_) | Way::Memory(_) => Ok(()),
        }
    }

    /// Forgets the chosen vault file's key, so that the passphrase is needed again.
    pub fn lock(&self) {
        if let Way::File(place) = self.current().way {
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
        match self.way()? {
            Way::File(place) => place.change_passphrase(old, new),
            Way::Keychain(_) | Way::Memory(_) => Ok(()),
        }
    }

    /// Chooses the OS keychain for this home folder. A vault file stays where it is, unused.
    pub fn use_keychain(&self) -> Result<(), Fault> {
        let home = self.lasting_home()?;
        Choice::Keychain.write(home)?;
        self.set(Chosen::new(Choice::Keychain, home, self.wait));
        Ok(())
    }

    fn choose_file(&self, place: FilePlace) -> Result<(), Fault> {
        let home = self.lasting_home()?;
        let choice = Choice::of_file(&absolute(home)?, place.path());
        choice.write(home)?;
        self.set(Chosen {
            choice,
            way: Way::File(Arc::new(place)),
        });
        Ok(())
    }

    /// The way to the secrets, as the choice says now: another process may have changed it.
    fn way(&self) -> Result<Way, Fault> {
        let current = self.current();
        let Some(home) = &self.home else {
            return Ok(current.way);
        };
        let choice = Choice::read(home)?;
        if choice == current.choice {
            return Ok(current.way);
        }
        let chosen = Chosen::new(choice, home, self.wait);
        self.set(chosen.clone());
        Ok(chosen.way)
    }

    fn lasting_home(&self) -> Result<&Path, Fault> {
        self.home.as_deref().ok_or_else(fault::in_memory)
    }

    fn current(&self) -> Chosen {
        self.place
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, chosen: Chosen) {
        *self.place.write().unwrap_or_else(PoisonError::into_inner) = chosen;
    }
}

impl Chosen {
    fn new(choice: Choice, home: &Path, wait: Duration) -> Self {
        let way = match &choice {
            Choice::Keychain => Way::Keychain(Arc::new(platform::keychain(home, wait))),
            Choice::File { path } => Way::File(Arc::new(FilePlace::new(home.join(path)))),
        };
        Self { choice, way }
    }
}

impl Way {
    /// A handle, so that no lock is held while a keychain waits for a person.
    fn place(self) -> Arc<dyn Place> {
        match self {
            Self::Keychain(place) => place,
            Self::File(place) => place,
            Self::Memory(place) => place,
        }
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
