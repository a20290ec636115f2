//! The resident key manager: Gatewright's own, on loopback, so that the journey needs no account anywhere.
//!
//! It refuses to be a product of its own: one signing algorithm, two grants, no users, no sessions, no HTTP. gw-local
//! serves it.

pub mod authorize;
pub mod key;
pub mod token_endpoint;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use gw_model::{Fault, Secret};
use serde_json::{Value, json};

pub use authorize::{Authorize, Consent};
pub use key::ResidentKey;
pub use token_endpoint::{HttpAnswer, TokenCall};

/// A client the resident key manager knows.
pub struct ResidentClient {
    /// Public identifier.
    pub id: String,
    /// For people.
    pub name: String,
    /// `None` for a public client, which may only sign in with PKCE.
    pub secret: Option<Secret<String>>,
    /// Scopes it may have; `None` for any.
    pub scopes: Option<Vec<String>>,
    /// Audiences it may ask for, the first when it names none; empty for any.
    pub audiences: Vec<String>,
}

/// Where the resident key manager's clients are registered.
#[async_trait]
pub trait ResidentClients: Send + Sync {
    /// The client with this id.
    async fn find(&self, client_id: &str) -> Result<Option<ResidentClient>, Fault>;
}

/// Clients in memory.
#[async_trait]
impl ResidentClients for Vec<ResidentClient> {
    async fn find(&self, client_id: &str) -> Result<Option<ResidentClient>, Fault> {
        Ok(self
            .iter()
            .find(|client| client.id == client_id)
            .map(|client| ResidentClient {
                id: client.id.clone(),
                name: client.name.clone(),
                secret: client.secret.clone(),
                scopes: client.scopes.clone(),
                audiences: client.audiences.clone(),
            }))
    }
}

/// The pairs of a form, in order.
pub fn read_form(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// How long a token lives.
pub const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// The resident key manager under one issuer.
pub struct Resident {
    issuer: String,
    keys: RwLock<Keys>,
    clients: Arc<dyn ResidentClients>,
    lifetime: Duration,
    codes: authorize::Codes,
}

struct Keys {
    signing: Arc<ResidentKey>,
    published: Vec<Value>,
}

impl Resident {
    /// A key manager that signs with `key` for the clients given. `issuer` is its base URL without a slash at the end.
    pub fn new(
        issuer: impl Into<String>,
        key: ResidentKey,
        clients: Arc<dyn ResidentClients>,
    ) -> Self {
        let published = vec![key.public_jwk()];
        Self {
            issuer: issuer.into(),
            keys: RwLock::new(Keys {
                signing: Arc::new(key),
                published,
            }),
            clients,
            lifetime: TOKEN_LIFETIME,
            codes: authorize::Codes::default(),
        }
    }

    /// Sets how long tokens live.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs with another key from now on. The old one stays published for tokens still alive, unless it must not.
    pub fn rotate(&self, key: ResidentKey, keep_old: bool) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if !keep_old {
            keys.published.clear();
        }
        keys.published.push(key.public_jwk());
        keys.signing = Arc::new(key);
    }

    /// The discovery document (OpenID Connect Discovery §3, RFC 8414 §2).
    pub fn discovery(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/jwks"),
            "token_endpoint": format!("{issuer}/token"),
            "authorization_endpoint": format!("{issuer}/authorize"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["client_credentials", "authorization_code"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// The published keys.
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.keys.read().unwrap_or_else(PoisonError::into_inner).published })
    }

    pub(crate) fn signing(&self) -> Arc<ResidentKey> {
        Arc::clone(
            &self
                .keys
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .signing,
        )
    }
}
