//! Which keychain this operating system has.
//!
//! It refuses every other use of the system's libraries: connecting and looking is all that differs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::digest::hex_digest;
use crate::keychain::{Keychain, Platform};

/// The keychain of this machine, as one home folder sees it.
pub(crate) fn keychain(home: &Path, wait: Duration) -> Keychain {
    Keychain::new(platform(), service_name(home), wait)
}

/// `gatewright:` and a digest of the home folder's path, so that a second home cannot read or delete the first one's.
fn service_name(home: &Path) -> String {
    let digest = hex_digest(&[real(home).as_os_str().as_encoded_bytes()]);
    format!("gatewright:{}", &digest[..16])
}

/// The path without links, the same before the folder is made and after.
fn real(home: &Path) -> PathBuf {
    let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
    for ancestor in home.ancestors() {
        if let Ok(there) = std::fs::canonicalize(ancestor) {
            return home
                .strip_prefix(ancestor)
                .map_or_else(|_| home.clone(), |rest| there.join(rest));
        }
    }
    home
}

#[cfg(all(unix, not(target_os = "macos")))]
fn platform() -> Arc<dyn Platform> {
    Arc::new(secret_service::SecretService)
}

#[cfg(target_os = "macos")]
fn platform() -> Arc<dyn Platform> {
    Arc::new(apple::MacKeychain)
}

#[cfg(windows)]
fn platform() -> Arc<dyn Platform> {
    Arc::new(windows::CredentialManager)
}

/// The Secret Service of the session bus: GNOME Keyring, KWallet, KeePassXC (specifications.freedesktop.org/secret-service).
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service {
    use std::sync::Arc;

    use keyring_core::CredentialStore;
    use secret_service::{EncryptionType, Error, blocking};

    use crate::keychain::{Look, Platform};
    use crate::parts::NO_LIMIT;

    pub(super) struct SecretService;

    impl Platform for SecretService {
        fn connect(&self) -> keyring_core::Result<Arc<CredentialStore>> {
            Ok(zbus_secret_service_keyring_store::Store::new()?)
        }

        fn look(&self) -> Look {
            match default_collection() {
                Ok((label, true)) => Look::Locked {
                    name: named(&label),
                },
                Ok((label, false)) => Look::Ready {
                    name: named(&label),
                },
                // A keychain without a keyring asks for a new password before it keeps anything.
                Err(Error::NoResult) => Look::Locked {
                    name: "Secret Service, no keyring yet".to_owned(),
                },
                Err(error) => Look::Absent {
                    why: error.to_string(),
                },
            }
        }

        fn longest_entry(&self) -> usize {
            NO_LIMIT
        }
    }

    fn default_collection() -> Result<(String, bool), Error> {
        // Nothing secret is asked for, so nothing needs encrypting on the bus.
        let service = blocking::SecretService::connect(EncryptionType::Plain)?;
        let collection = service.get_default_collection()?;
        Ok((
            collection.get_label().unwrap_or_default(),
            collection.is_locked()?,
        ))
    }

    fn named(label: &str) -> String {
        if label.is_empty() {
            "Secret Service".to_owned()
        } else {
            format!("Secret Service, keyring {label}")
        }
    }
}

#[cfg(target_os = "macos")]
mod apple {
    use std::sync::Arc;

    use keyring_core::CredentialStore;

    use crate::keychain::{Look, Platform};
    use crate::parts::NO_LIMIT;

    pub(super) struct MacKeychain;

    impl Platform for MacKeychain {
        fn connect(&self) -> keyring_core::Result<Arc<CredentialStore>> {
            Ok(apple_native_keyring_store::keychain::Store::new()?)
        }

        /// macOS tells a locked keychain only by asking for its password.
        fn look(&self) -> Look {
            match self.connect() {
                Ok(_) => Look::Ready {
                    name: "macOS Keychain".to_owned(),
                },
                Err(error) => Look::Absent {
                    why: error.to_string(),
                },
            }
        }

        fn longest_entry(&self) -> usize {
            NO_LIMIT
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::sync::Arc;

    use keyring_core::CredentialStore;

    use crate::keychain::{Look, Platform};

    pub(super) struct CredentialManager;

    impl Platform for CredentialManager {
        fn connect(&self) -> keyring_core::Result<Arc<CredentialStore>> {
            Ok(windows_native_keyring_store::Store::new()?)
        }

        /// Open whenever the user is signed in.
        fn look(&self) -> Look {
            match self.connect() {
                Ok(_) => Look::Ready {
                    name: "Windows Credential Manager".to_owned(),
                },
                Err(error) => Look::Absent {
                    why: error.to_string(),
                },
            }
        }

        /// CRED_MAX_CREDENTIAL_BLOB_SIZE (learn.microsoft.com, CREDENTIALW): 5 × 512 bytes.
        fn longest_entry(&self) -> usize {
            2560
        }
    }
}
