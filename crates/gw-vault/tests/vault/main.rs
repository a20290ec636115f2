//! The vault on real files and a real keychain, as its users see it.

mod choice;
mod file;
mod naughty;
#[cfg(target_os = "linux")]
mod secret_service;
