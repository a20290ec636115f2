//! Key managers: OAuth 2.0 / OpenID Connect providers.
//!
//! It refuses to talk to them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::KeyManagerId;
use crate::time::UnixMillis;

/// A registered key manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyManager {
    /// Never changes.
    pub id: KeyManagerId,
    /// Unique; `[a-z0-9][a-z0-9-]{0,62}`. The resident one is called `resident`.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// Which provider it is.
    pub kind: KeyManagerKind,
    /// The `iss` of its tokens, to the letter.
    pub issuer: String,
    /// Where its signing keys are published.
    pub jwks_uri: String,
    /// Where tokens are fetched.
    pub token_endpoint: String,
    /// Where people sign in; `None` when it has no such flow.
    pub authorization_endpoint: Option<String>,
    /// Signature algorithms accepted from it, for example `RS256`.
    pub algorithms: Vec<String>,
    /// When it was registered.
    pub created_at: UnixMillis,
    /// When it was last edited.
    pub updated_at: UnixMillis,
}

/// Providers with a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum KeyManagerKind {
    /// Gatewright's own, on loopback, for the local gateway.
    Resident,
    /// Any provider with a discovery document.
    Oidc,
    /// Auth0.
    Auth0,
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    EntraId,
    /// Google.
    Google,
    /// Amazon Cognito.
    Cognito,
    /// Keycloak.
    Keycloak,
    /// WSO2 Identity Server or API Manager.
    Wso2,
}
