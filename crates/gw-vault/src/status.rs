//! Where secrets are kept, and whether they can be reached now.
//!
//! It refuses to ask anybody anything: looking never opens a prompt.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where secrets are kept, and whether they can be reached now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum VaultStatus {
    /// In the OS keychain, which answers.
    Keychain {
        /// As people know it: `Secret Service (Login)`, `macOS Keychain`, `Windows Credential Manager`.
        name: String,
    },
    /// In the OS keychain, which will ask the person at the screen before it answers.
    KeychainLocked {
        /// As people know it.
        name: String,
    },
    /// The OS keychain was to be used, and none answers.
    NoKeychain {
        /// What the system said.
        why: String,
    },
    /// In a file that a passphrase protects.
    File {
        /// Where it is.
        path: String,
        /// Whether the passphrase is still to be given.
        locked: bool,
    },
    /// In a file that is not there any more.
    FileMissing {
        /// Where it was.
        path: String,
    },
    /// In this process's memory only, for demonstrations and tests.
    Memory,
}

impl VaultStatus {
    /// Whether secrets can be read and kept without asking anybody.
    pub const fn is_ready(&self) -> bool {
        matches!(
            self,
            Self::Keychain { .. } | Self::File { locked: false, .. } | Self::Memory
        )
    }
}
