//! What `vault.*` takes and gives.

pub use gw_vault::VaultStatus;

use gw_model::Secret;
use serde::Deserialize;
use ts_rs::TS;

/// A passphrase for the vault file.
#[derive(Deserialize, TS)]
pub struct Passphrase {
    /// The passphrase.
    #[ts(type = "string")]
    pub passphrase: Secret<String>,
}
