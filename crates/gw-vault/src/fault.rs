//! What can go wrong with secrets, for people and programs.
//!
//! It refuses to mention a secret: only its reference.

use std::error::Error;
use std::path::Path;

use gw_model::{Code, Effect, Fault, Retry, SecretRef};

/// Neither way to keep secrets is open.
pub(crate) fn no_keychain(why: &str) -> Fault {
    Fault::new(
        Code::VaultUnavailable,
        format!("No keychain answers on this machine ({why})"),
        "Start a keychain (on Linux GNOME Keyring or KWallet, in your desktop session) and try again, or choose a vault \
         file that a passphrase protects. Gatewright keeps secrets in no other place.",
    )
    .fact("why", why)
}

/// The keychain waits for a person, or a person said no.
pub(crate) fn keychain_locked(name: &str, effect: Effect) -> Fault {
    Fault::new(
        Code::VaultLocked,
        format!("The keychain is locked ({name})"),
        "Unlock the keychain: answer its prompt, which may be behind another window, or open it with your system's password \
         program. Then try again. Without a screen, choose a vault file that a passphrase protects.",
    )
    .effect(effect)
    .fact("keychain", name)
}

/// A keychain that answered, but not as it should.
pub(crate) fn keychain_failed(why: &str, effect: Effect) -> Fault {
    Fault::new(
        Code::VaultUnavailable,
        format!("The keychain answered with a failure ({why})"),
        "Try again; if it stays, restart the keychain or log out and in, or choose a vault file that a passphrase protects.",
    )
    .retry(Retry::Soon)
    .effect(effect)
    .fact("why", why)
}

/// A stored secret that is not what was stored.
pub(crate) fn entry_damaged(reference: &SecretRef, why: &str) -> Fault {
    Fault::new(
        Code::VaultDamaged,
        format!(
            "The keychain's entry for '{}' is damaged: {why}",
            reference.as_str()
        ),
        "Enter the secret again; it replaces the entry.",
    )
    .fact("secret", reference.as_str())
}

/// The secret is not there.
pub(crate) fn missing(reference: &SecretRef, place: &str) -> Fault {
    Fault::new(
        Code::VaultMissing,
        format!("The secret '{}' is not in {place}", reference.as_str()),
        "Enter it again: edit the gateway or application it belongs to.",
    )
    .fact("secret", reference.as_str())
}

/// Nothing of this vault is to last.
pub(crate) fn in_memory() -> Fault {
    Fault::new(
        Code::RequestInvalid,
        "Secrets are kept in memory here, and where to keep them cannot be chosen",
        "Start Gatewright with a home folder of its own, without a demonstration.",
    )
}

/// The file's passphrase was not given yet.
pub(crate) fn file_locked(path: &Path) -> Fault {
    Fault::new(
        Code::VaultLocked,
        format!("The vault file {} is locked", path.display()),
        "Give its passphrase: in the window when it asks, on the command line in GATEWRIGHT_VAULT_PASSPHRASE.",
    )
    .fact("file", path.display().to_string())
}

/// The file's passphrase is another.
pub(crate) fn wrong_passphrase(path: &Path) -> Fault {
    Fault::new(
        Code::VaultWrongPassphrase,
        format!("This is not the passphrase of the vault file {}", path.display()),
        "Try again. Without its passphrase nobody can open the file; then move it away, make a new vault and enter the \
         secrets again.",
    )
    .fact("file", path.display().to_string())
}

/// The passphrase protects nothing.
pub(crate) fn weak_passphrase(shortest: usize) -> Fault {
    Fault::new(
        Code::RequestInvalid,
        format!("The passphrase is shorter than {shortest} characters"),
        "Choose a longer one: four or five words that belong together only for you are easy to keep in mind.",
    )
    .fact("field", "passphrase")
}

/// The file is not what was written.
pub(crate) fn file_damaged(path: &Path, why: &str) -> Fault {
    Fault::new(
        Code::VaultDamaged,
        format!("The vault file {} is damaged: {why}", path.display()),
        "The file was left as it is. Put a copy of it from a backup in its place, or choose a new vault file and enter the \
         secrets again.",
    )
    .fact("file", path.display().to_string())
}

/// The chosen file is gone.
pub(crate) fn file_missing(path: &Path) -> Fault {
    Fault::new(
        Code::VaultUnavailable,
        format!("The vault file {} is not there", path.display()),
        "Bring it back (a drive that is not connected? a backup?), or choose the keychain or a new vault file and enter the \
         secrets again.",
    )
    .fact("file", path.display().to_string())
}

/// A file is there already.
pub(crate) fn file_exists(path: &Path) -> Fault {
    Fault::new(
        Code::FileUnwritable,
        format!("There is a file at {} already", path.display()),
        "It is no vault file that can be read. Choose another place, or move the file away. It was not changed.",
    )
    .fact("file", path.display().to_string())
}

/// A file could not be read.
pub(crate) fn unreadable(path: &Path, error: std::io::Error) -> Fault {
    Fault::new(
        Code::FileUnreadable,
        format!("The file {} cannot be read: {error}", path.display()),
        "Check that it is a regular file and that you may read it.",
    )
    .fact("file", path.display().to_string())
    .because(error)
}

/// A file could not be written; the old one is still there.
pub(crate) fn unwritable(path: &Path, error: impl Error + Send + Sync + 'static) -> Fault {
    Fault::new(
        Code::VaultDamaged,
        format!("The file {} cannot be written: {error}", path.display()),
        "Check that there is space on the disk and that you may write to the folder, then try again. What was stored before \
         is still there.",
    )
    .fact("file", path.display().to_string())
    .because(error)
}
