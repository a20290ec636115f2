//! What `vault.*` takes and gives.

use gw_model::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where secrets go.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum VaultState {
    /// The OS keychain answers.
    Keychain {
        /// Its name, for example `Secret Service`.
        name: String,
    },
    /// The OS keychain is there but locked.
    KeychainLocked {
        /// Its name.
        name: String,
    },
    /// No keychain answers, and no vault file was chosen.
    NoKeychain {
        /// Why.
        why: String,
    },
    /// The vault file the user chose.
    File {
        /// Where.
        path: String,
        /// Whether the passphrase is still needed.
        locked: bool,
    },
    /// Memory only, for the throw-away demonstration.
    Memory,
}

/// A passphrase for the vault file.
#[derive(Deserialize, TS)]
pub struct Passphrase {
    /// The passphrase.
    #[ts(type = "string")]
    pub passphrase: Secret<String>,
}
