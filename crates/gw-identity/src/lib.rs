//! OAuth 2.0 and OpenID Connect: discovery, tokens, keys, checks, and the resident key manager's own logic.
//!
//! It refuses to keep a token or a client secret anywhere but in memory, to fall back from a check that failed, and to
//! serve HTTP beyond the one loopback page a sign-in ends on.

pub mod claims;
pub mod discovery;
pub mod jwk;
pub mod key_set;
pub mod preset;
pub mod resident;
pub mod sign_in;
pub mod store;
pub mod token;
pub mod verify;

mod clock;
mod encoding;

pub use claims::Claims;
pub use discovery::{Discovered, discover};
pub use jwk::{Key, KeyInfo};
pub use key_set::KeySet;
pub use preset::{Preset, PresetField, preset, presets};
pub use sign_in::{AuthorizationCode, SignIn, SignInRequest};
pub use store::{MemoryTokens, TokenKey, TokenStore};
pub use token::{Client, TokenRequest, TokenSet, client_credentials, exchange_code, refresh};
pub use verify::{Refusal, TokenRules, Verified};
