//! The vault file's content: secrets sealed to a key, and the key sealed with the passphrase.
//!
//! Both parts are ordinary age files (age-encryption.org/v1), so the `age` program opens them too: `identity` with the
//! passphrase, then `secrets` with what was in it. The passphrase is worked on once per unlocking, not on every write.
//!
//! It refuses a file whose parts do not belong together.

use std::collections::BTreeMap;

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, scrypt, x25519};
use gw_model::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::digest::hex_digest;

/// Work to try one passphrase: 2^17 rounds, 128 MiB, about half a second (OWASP Password Storage Cheat Sheet: scrypt).
pub(crate) const WORK: u8 = 17;

/// The most work a file may ask for: 1 GiB, some seconds. A file from somewhere else must not exhaust the machine.
const MOST_WORK: u8 = 20;

const FORMAT: &str = "gatewright-vault";
const VERSION: u32 = 1;

/// Secrets by reference.
pub(crate) type Secrets = BTreeMap<String, Secret<String>>;

/// The file as JSON.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Sealed {
    format: String,
    version: u32,
    /// An X25519 identity, sealed with the passphrase.
    identity: String,
    /// A JSON object of secrets, sealed to that identity.
    secrets: String,
    /// SHA-256 over both, in hex: tells a damaged file from a wrong passphrase.
    check: String,
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("wrong passphrase")]
    WrongPassphrase,
    #[error("the key of another vault file")]
    OtherKey,
    #[error("{0}")]
    Damaged(String),
    #[error("sealing failed: {0}")]
    Sealing(String),
}

impl Sealed {
    /// A new key, sealed with the passphrase, and no secrets.
    pub(crate) fn create(
        passphrase: &Secret<String>,
        work: u8,
    ) -> Result<(Self, x25519::Identity), SealError> {
        let identity = x25519::Identity::generate();
        let sealed = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            identity: seal_identity(&identity, passphrase, work)?,
            secrets: seal_secrets(&identity, &Secrets::new())?,
            check: String::new(),
        };
        Ok((sealed.checked(), identity))
    }

    /// Reads the file's text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, SealError> {
        let sealed: Self =
            serde_json::from_slice(text).map_err(|error| SealError::Damaged(error.to_string()))?;
        if sealed.format != FORMAT {
            return Err(SealError::Damaged(
                "it is not a Gatewright vault".to_owned(),
            ));
        }
        if sealed.version > VERSION {
            return Err(SealError::Damaged(format!(
                "a newer Gatewright wrote it (version {}; this one reads {VERSION})",
                sealed.version
            )));
        }
        if sealed.check != sealed.digest() {
            return Err(SealError::Damaged("its checksum does not fit".to_owned()));
        }
        Ok(sealed)
    }

    /// The file's text.
    pub(crate) fn to_text(&self) -> Result<Vec<u8>, SealError> {
        serde_json::to_vec_pretty(self).map_err(|error| SealError::Sealing(error.to_string()))
    }

    /// The key, opened with the passphrase.
    pub(crate) fn identity(
        &self,
        passphrase: &Secret<String>,
    ) -> Result<x25519::Identity, SealError> {
        let mut opener = scrypt::Identity::new(SecretString::from(passphrase.reveal().clone()));
        opener.set_max_work_factor(MOST_WORK);
        let text = open(&opener, &self.identity).map_err(|error| match error {
            DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed
            | DecryptError::NoMatchingKeys => SealError::WrongPassphrase,
            other => SealError::Damaged(other.to_string()),
        })?;
        std::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| SealError::Damaged("what the passphrase opens is no key".to_owned()))
    }

    /// The secrets, opened with the key.
    pub(crate) fn secrets(&self, identity: &x25519::Identity) -> Result<Secrets, SealError> {
        let text = open(identity, &self.secrets).map_err(|error| match error {
            DecryptError::NoMatchingKeys => SealError::OtherKey,
            other => SealError::Damaged(other.to_string()),
        })?;
        // The parser's own words would quote what it read.
        serde_json::from_slice(&text)
            .map_err(|_| SealError::Damaged("what it holds is no list of secrets".to_owned()))
    }

    /// The same file with other secrets.
    pub(crate) fn with_secrets(
        &self,
        identity: &x25519::Identity,
        secrets: &Secrets,
    ) -> Result<Self, SealError> {
        Ok(Self {
            secrets: seal_secrets(identity, secrets)?,
            ..self.clone()
        }
        .checked())
    }

    /// The same file under another passphrase.
    pub(crate) fn with_passphrase(
        &self,
        identity: &x25519::Identity,
        passphrase: &Secret<String>,
        work: u8,
    ) -> Result<Self, SealError> {
        Ok(Self {
            identity: seal_identity(identity, passphrase, work)?,
            ..self.clone()
        }
        .checked())
    }

    fn checked(mut self) -> Self {
        self.check = self.digest();
        self
    }

    fn digest(&self) -> String {
        hex_digest(&[self.identity.as_bytes(), self.secrets.as_bytes()])
    }
}

fn seal_identity(
    identity: &x25519::Identity,
    passphrase: &Secret<String>,
    work: u8,
) -> Result<String, SealError> {
    let mut sealer = scrypt::Recipient::new(SecretString::from(passphrase.reveal().clone()));
    sealer.set_work_factor(work);
    let text = identity.to_string();
    age::encrypt_and_armor(&sealer, text.expose_secret().as_bytes())
        .map_err(|error| SealError::Sealing(error.to_string()))
}

fn seal_secrets(identity: &x25519::Identity, secrets: &Secrets) -> Result<String, SealError> {
    let plain: BTreeMap<&str, &str> = secrets
        .iter()
        .map(|(reference, secret)| (reference.as_str(), secret.reveal().as_str()))
        .collect();
    // Room for all of it at once: a buffer that grows leaves copies behind that nobody wipes.
    let room: usize = plain
        .iter()
        .map(|(reference, secret)| (reference.len() + secret.len()) * 6 + 6)
        .sum();
    let mut text = Zeroizing::new(Vec::with_capacity(room + 2));
    serde_json::to_writer(&mut *text, &plain)
        .map_err(|error| SealError::Sealing(error.to_string()))?;
    age::encrypt_and_armor(&identity.to_public(), &text)
        .map_err(|error| SealError::Sealing(error.to_string()))
}

fn open(identity: &impl age::Identity, sealed: &str) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    age::decrypt(identity, sealed.as_bytes()).map(Zeroizing::new)
}
