//! Revisions: immutable, content-addressed snapshots of what is deployed.
//!
//! It refuses to change after it was made: edits make another one.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::api::Backend;
use crate::id::{ApiId, RevisionId};
use crate::policy::Policies;

/// Everything a gateway needs to know of an API at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Revision {
    /// Which API.
    pub api: ApiId,
    /// Its name then.
    pub name: String,
    /// Its version then.
    pub version: String,
    /// Its base path then.
    pub base_path: String,
    /// Its backend then.
    pub backend: Backend,
    /// Its policies then.
    pub policies: Policies,
    /// What the OAuth policy's key manager was then.
    pub key_manager: Option<KeyManagerSnapshot>,
    /// The document's text, byte for byte.
    pub document: String,
}

/// What a gateway must know to check a key manager's tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyManagerSnapshot {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Algorithms accepted.
    pub algorithms: Vec<String>,
}

impl Revision {
    /// `rev_` and the first 32 hex digits of the SHA-256 of its canonical JSON.
    ///
    /// Invariant: equal content has an equal id, and nothing else does.
    pub fn id(&self) -> RevisionId {
        // Digested piece by piece: documents can have many megabytes.
        let mut canonical = BufWriter::with_capacity(64 * 1024, Sha256::new());
        // A digest takes everything, and so does JSON: all keys are text.
        let _ = serde_json::to_writer(&mut canonical, self);
        let _ = canonical.flush();
        let digest = canonical.get_ref().clone().finalize();
        let mut id = "rev_".to_owned();
        for byte in digest.iter().take(16) {
            // Writing to a string cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        RevisionId::new(id)
    }
}
