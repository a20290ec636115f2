//! What tests stand on: a temporary home, AWS emulators, identity providers, a backend that records, a proxy that counts
//! and breaks.
//!
//! Everything binds loopback only, writes only in its own temporary folder and ends with the value that owns it, or
//! with the test process if that dies first. All calls block, so they work in plain and in async tests alike.
//!
//! Refuses to be a normal dependency of any crate, and to know anything of Gatewright's own types.

mod backend;
mod emulator;
mod failure;
mod inventory;
mod process;
mod provider;
mod proxy;
mod sandbox;
mod wire;

pub use backend::{Answer, Backend, Recorded};
pub use emulator::{Localemu, Ministack};
pub use failure::Failure;
pub use inventory::Inventory;
pub use process::{Daemon, DaemonCommand};
pub use provider::{Broken, DEFAULT_AUDIENCE, OauthMock, OidcProvider, TokenRequest};
pub use proxy::{Call, Callee, CountingProxy, Fate, Quotas, Rule, Tally};
pub use sandbox::{Sandbox, free_port, repository};
pub use wire::{Reply, request};
