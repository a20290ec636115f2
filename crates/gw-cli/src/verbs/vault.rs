//! `gatewright vault`.
//!
//! It refuses to choose for the user.

use gw_app::wire::{Empty, Passphrase, VaultStatus};
use gw_app::{App, status, vault};
use gw_model::Fault;

use crate::args::VaultVerb;
use crate::output::Reply;
use crate::secrets;

/// Runs one verb.
pub async fn run(app: &App, verb: VaultVerb) -> Result<Reply, Fault> {
    let state = match verb {
        VaultVerb::Status => status::status(app, Empty {}).await?.vault,
        VaultVerb::CreateFile { secret } => {
            let passphrase = match secrets::vault_passphrase() {
                Some(passphrase) if !secret.secret_stdin && secret.secret_env.is_none() => {
                    passphrase
                }
                _ => secrets::read(&secret, "passphrase of the vault file")?,
            };
            vault::create_file(app, Passphrase { passphrase }).await?
        }
        VaultVerb::UseKeychain => vault::use_keychain(app, Empty {}).await?,
    };
    let text = match &state {
        VaultStatus::Keychain { name } => format!("Secrets are in the OS keychain ({name})"),
        VaultStatus::KeychainLocked { name } => format!("The OS keychain ({name}) is locked"),
        VaultStatus::NoKeychain { why } => format!(
            "No keychain answers here: {why}\nhint: start one, or choose a vault file: gatewright vault create-file"
        ),
        VaultStatus::File { path, locked: true } => {
            format!("Secrets are in {path}; it is locked: set GATEWRIGHT_VAULT_PASSPHRASE")
        }
        VaultStatus::File {
            path,
            locked: false,
        } => format!("Secrets are in {path}, encrypted with your passphrase"),
        VaultStatus::FileMissing { path } => format!(
            "The vault file {path} is gone\nhint: bring it back, or choose again: gatewright vault use-keychain"
        ),
        VaultStatus::Memory => "Secrets are in memory only".to_owned(),
    };
    Ok(Reply::new(state, text))
}
