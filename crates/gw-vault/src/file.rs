//! A vault file: opened with a passphrase, shared by processes.
//!
//! It refuses to replace a file it cannot read, and to keep secrets in memory between calls: only the key stays.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use age::x25519;
use gw_model::{Fault, Secret, SecretRef};

use crate::sealed::{SealError, Sealed, Secrets, WORK};
use crate::status::VaultStatus;
use crate::vault::Place;
use crate::{atomic, fault};

pub(crate) struct FilePlace {
    path: PathBuf,
    identity: Mutex<Option<x25519::Identity>>,
}

impl FilePlace {
    /// A file that is there already, locked.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            identity: Mutex::new(None),
        }
    }

    /// Makes the file.
    pub(crate) fn create(path: PathBuf, passphrase: &Secret<String>) -> Result<Self, Fault> {
        Self::create_with_work(path, passphrase, WORK)
    }

    fn create_with_work(
        path: PathBuf,
        passphrase: &Secret<String>,
        work: u8,
    ) -> Result<Self, Fault> {
        let place = Self::new(path);
        if let Some(folder) = place.path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| fault::unwritable(&place.path, error))?;
        }
        let _held = place.hold()?;
        if place.path.symlink_metadata().is_ok() {
            return Err(fault::file_exists(&place.path));
        }
        let (sealed, identity) =
            Sealed::create(passphrase, work).map_err(|error| place.fault(error))?;
        place.write(&sealed)?;
        *place.identity() = Some(identity);
        Ok(place)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn unlock(&self, passphrase: &Secret<String>) -> Result<(), Fault> {
        let sealed = self.read()?;
        let identity = sealed
            .identity(passphrase)
            .map_err(|error| self.fault(error))?;
        // A key that opens nothing must not count as unlocked.
        sealed
            .secrets(&identity)
            .map_err(|error| self.fault(error))?;
        *self.identity() = Some(identity);
        Ok(())
    }

    pub(crate) fn lock(&self) {
        *self.identity() = None;
    }

    pub(crate) fn change_passphrase(
        &self,
        old: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), Fault> {
        let _held = self.hold()?;
        let sealed = self.read()?;
        let identity = sealed.identity(old).map_err(|error| self.fault(error))?;
        let changed = sealed
            .with_passphrase(&identity, new, WORK)
            .map_err(|error| self.fault(error))?;
        self.write(&changed)?;
        *self.identity() = Some(identity);
        Ok(())
    }

    fn edit(&self, edit: impl FnOnce(&mut Secrets)) -> Result<(), Fault> {
        let identity = self.unlocked()?;
        let _held = self.hold()?;
        // Read again under the lock: another process may have kept a secret since.
        let sealed = self.read()?;
        let mut secrets = sealed
            .secrets(&identity)
            .map_err(|error| self.fault(error))?;
        edit(&mut secrets);
        let edited = sealed
            .with_secrets(&identity, &secrets)
            .map_err(|error| self.fault(error))?;
        self.write(&edited)
    }

    fn unlocked(&self) -> Result<x25519::Identity, Fault> {
        self.identity().clone().ok_or_else(|| {
            if self.path.exists() {
                fault::file_locked(&self.path)
            } else {
                fault::file_missing(&self.path)
            }
        })
    }

    fn read(&self) -> Result<Sealed, Fault> {
        let text = std::fs::read(&self.path).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                fault::file_missing(&self.path)
            } else {
                fault::unreadable(&self.path, error)
            }
        })?;
        Sealed::parse(&text).map_err(|error| self.fault(error))
    }

    fn write(&self, sealed: &Sealed) -> Result<(), Fault> {
        let text = sealed.to_text().map_err(|error| self.fault(error))?;
        atomic::replace(&self.path, &text).map_err(|error| fault::unwritable(&self.path, error))
    }

    fn hold(&self) -> Result<std::fs::File, Fault> {
        atomic::hold(&self.path).map_err(|error| fault::unwritable(&self.path, error))
    }

    fn identity(&self) -> MutexGuard<'_, Option<x25519::Identity>> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, error: SealError) -> Fault {
        match error {
            SealError::WrongPassphrase => fault::wrong_passphrase(&self.path),
            SealError::OtherKey => {
                // Somebody made a new vault in its place: its passphrase is another.
                self.lock();
                fault::file_locked(&self.path)
            }
            SealError::Damaged(why) => fault::file_damaged(&self.path, &why),
            SealError::Sealing(_) => fault::unwritable(&self.path, error),
        }
    }
}

impl Place for FilePlace {
    fn status(&self) -> VaultStatus {
        let path = self.path.display().to_string();
        if !self.path.exists() {
            return VaultStatus::FileMissing { path };
        }
        VaultStatus::File {
            path,
            locked: self.identity().is_none(),
        }
    }

    fn get(&self, reference: &SecretRef) -> Result<Secret<String>, Fault> {
        let identity = self.unlocked()?;
        let mut secrets = self
            .read()?
            .secrets(&identity)
            .map_err(|error| self.fault(error))?;
        secrets.remove(reference.as_str()).ok_or_else(|| {
            fault::missing(
                reference,
                &format!("the vault file {}", self.path.display()),
            )
        })
    }

    fn put(&self, reference: &SecretRef, secret: &Secret<String>) -> Result<(), Fault> {
        self.edit(|secrets| {
            secrets.insert(reference.as_str().to_owned(), secret.clone());
        })
    }

    fn delete(&self, reference: &SecretRef) -> Result<(), Fault> {
        self.edit(|secrets| {
            secrets.remove(reference.as_str());
        })
    }
}
