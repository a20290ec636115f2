//! Secrets in memory, and references to secrets at rest.
//!
//! It refuses to let a secret be printed, serialised, compared or turned into something that can be.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroize;

/// A value that must not leave memory by accident: no Serialize, Display, Debug, Deref or Eq, and wiped on drop.
///
/// Invariant: the only way to the value is [`Secret::reveal`], so every use can be found by searching for it.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value in.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value, for the one call that needs it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Lets a command's request carry a secret in; nothing lets one out.
impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

/// Where a secret lies in the vault. Safe to store and to show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct SecretRef(String);

impl SecretRef {
    /// A reference by name, for example `gateway/01J…/credentials`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name in the vault.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
