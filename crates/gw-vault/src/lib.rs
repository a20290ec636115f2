//! Secrets in the OS keychain, or in a passphrase file the user chose.
//!
//! It refuses to fall back: where no keychain answers and no file was chosen, keeping a secret fails and says so. It
//! refuses to write a secret to disk in the clear, and to hand one to anything that can print it.
//!
//! Calls block: a locked keychain asks the person at the screen, and a call waits for the answer up to [`Vault::WAIT`].
//! Async callers put them on a blocking thread.

mod atomic;
mod choice;
mod digest;
mod fault;
mod file;
mod keychain;
mod memory;
mod parts;
mod platform;
mod sealed;
mod status;
mod vault;
mod worker;

pub use status::VaultStatus;
pub use vault::Vault;
