//! Applications: clients registered with a key manager.
//!
//! It refuses to hold the client secret: that is in the vault.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{ApplicationId, KeyManagerId};
use crate::secret::SecretRef;
use crate::time::UnixMillis;

/// A client registered with a key manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Application {
    /// Never changes.
    pub id: ApplicationId,
    /// Unique; `[a-z0-9][a-z0-9-]{0,62}`.
    pub name: String,
    /// Where it is registered.
    pub key_manager: KeyManagerId,
    /// Public identifier.
    pub client_id: String,
    /// How it proves itself.
    pub authentication: ClientAuthentication,
    /// The client secret's place; `None` for a public client.
    pub secret: Option<SecretRef>,
    /// Scopes asked for when none are named.
    pub scopes: Vec<String>,
    /// Sent as `audience` (Auth0) or `resource` (RFC 8707) when set.
    pub audience: Option<String>,
    /// When it was registered.
    pub created_at: UnixMillis,
    /// When it was last edited.
    pub updated_at: UnixMillis,
}

/// How a client proves itself at the token endpoint (RFC 6749 §2.3, OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// HTTP Basic.
    ClientSecretBasic,
    /// In the form body.
    ClientSecretPost,
    /// A public client: nothing is sent but the client id.
    None,
}
