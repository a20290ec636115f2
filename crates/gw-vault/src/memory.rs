//! Secrets for as long as the process lives: demonstrations and tests.
//!
//! It refuses to touch the disk.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gw_model::{Fault, Secret, SecretRef};

use crate::fault;
use crate::status::VaultStatus;
use crate::vault::Place;

#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<SecretRef, Secret<String>>>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<SecretRef, Secret<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place for Memory {
    fn status(&self) -> VaultStatus {
        VaultStatus::Memory
    }

    fn get(&self, reference: &SecretRef) -> Result<Secret<String>, Fault> {
        self.lock()
            .get(reference)
            .cloned()
            .ok_or_else(|| fault::missing(reference, "memory"))
    }

    fn put(&self, reference: &SecretRef, secret: &Secret<String>) -> Result<(), Fault> {
        self.lock().insert(reference.clone(), secret.clone());
        Ok(())
    }

    fn delete(&self, reference: &SecretRef) -> Result<(), Fault> {
        self.lock().remove(reference);
        Ok(())
    }
}
