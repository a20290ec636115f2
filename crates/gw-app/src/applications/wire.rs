//! What `applications.*` takes and gives.

use gw_model::{
    Application, ApplicationId, ClientAuthentication, KeyManagerId, Secret, UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One application by id.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ApplicationRequest {
    /// Which.
    pub application: ApplicationId,
}

/// An application as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ApplicationRow {
    /// What is registered.
    pub application: Application,
    /// Its key manager's name.
    pub key_manager_name: String,
    /// The token held in memory; `None` when there is none.
    pub token: Option<TokenState>,
}

/// An application to register or its new settings.
#[derive(Deserialize, TS)]
pub struct ApplicationInput {
    /// Unique; `[a-z0-9][a-z0-9-]{0,62}`. Ignored when editing.
    pub name: String,
    /// Where it is registered. Ignored when editing.
    pub key_manager: KeyManagerId,
    /// Public identifier; empty with the resident key manager makes one.
    pub client_id: String,
    /// How it proves itself.
    pub authentication: ClientAuthentication,
    /// The client secret; `None` keeps what is stored, and with the resident key manager makes one.
    #[ts(type = "string | null")]
    pub secret: Option<Secret<String>>,
    /// Scopes asked for when none are named.
    pub scopes: Vec<String>,
    /// Audience or resource asked for.
    pub audience: Option<String>,
}

/// An application's new settings.
#[derive(Deserialize, TS)]
pub struct ApplicationUpdate {
    /// Which.
    pub application: ApplicationId,
    /// The settings.
    pub input: ApplicationInput,
}

/// A token to fetch by client credentials.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct TokenRequest {
    /// Whose.
    pub application: ApplicationId,
    /// Scopes; empty for the application's own.
    pub scopes: Vec<String>,
    /// Audience or resource; `None` for the application's own.
    pub audience: Option<String>,
}

/// A token in memory, without the token.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TokenState {
    /// Whose.
    pub application: ApplicationId,
    /// When it was fetched.
    pub obtained_at: UnixMillis,
    /// When it ends; `None` when the provider does not say.
    pub expires_at: Option<UnixMillis>,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// Its claims as JSON text; `None` when it is opaque.
    pub claims: Option<String>,
    /// Whether it can be refreshed without signing in.
    pub refreshable: bool,
}

/// A token, shown because the user asked.
#[derive(Serialize, TS)]
pub struct RevealedToken {
    /// The token.
    pub token: String,
}

/// A sign-in under way: open `url` in the system browser; the end comes as an event.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SignIn {
    /// Names this sign-in.
    pub sign_in: String,
    /// Where to sign in.
    pub url: String,
    /// The loopback address the provider must allow as redirect URI.
    pub redirect_uri: String,
}

/// A sign-in to begin.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SignInRequest {
    /// Whose.
    pub application: ApplicationId,
    /// Scopes; empty for the application's own.
    pub scopes: Vec<String>,
    /// Fixed loopback port for providers that compare it; `None` for any free one.
    pub redirect_port: Option<u16>,
}

/// A sign-in to end by hand: cancelled, or with the address the browser could not open.
#[derive(Deserialize, TS)]
pub struct SignInEnd {
    /// Which.
    pub sign_in: String,
    /// The pasted address; `None` cancels.
    #[ts(type = "string | null")]
    pub redirect_url: Option<Secret<String>>,
}
