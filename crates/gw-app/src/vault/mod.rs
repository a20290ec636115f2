//! Where secrets go: the OS keychain, or a file the user chose.
//!
//! It refuses to choose for the user.

pub mod wire;

use gw_model::{Fault, Secret};
use gw_vault::Vault;

use crate::app::App;
use crate::resident;
use crate::wire::{Empty, Passphrase, VaultStatus};

/// Makes a vault file with a passphrase and uses it from now on.
pub async fn create_file(app: &App, request: Passphrase) -> Result<VaultStatus, Fault> {
    app.vault(move |vault| vault.create_file(&vault.default_file(), &request.passphrase))
        .await?;
    after_opening(app).await
}

/// Opens the vault file the user chose.
pub async fn unlock(app: &App, request: Passphrase) -> Result<VaultStatus, Fault> {
    app.vault(move |vault| vault.unlock(&request.passphrase))
        .await?;
    after_opening(app).await
}

/// Uses the OS keychain from now on.
pub async fn use_keychain(app: &App, _request: Empty) -> Result<VaultStatus, Fault> {
    app.vault(Vault::use_keychain).await?;
    after_opening(app).await
}

/// Where secrets are.
pub(crate) async fn state(app: &App) -> Result<VaultStatus, Fault> {
    app.vault(|vault| Ok(vault.status())).await
}

/// Opens the chosen vault file when it is locked.
pub(crate) fn unlock_when_locked(vault: &Vault, passphrase: &Secret<String>) -> Result<(), Fault> {
    match vault.status() {
        VaultStatus::File { locked: true, .. } => vault.unlock(passphrase),
        _ => Ok(()),
    }
}

async fn after_opening(app: &App) -> Result<VaultStatus, Fault> {
    resident::restart_with_new_vault(app).await;
    state(app).await
}
