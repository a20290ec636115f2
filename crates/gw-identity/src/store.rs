//! Where fetched tokens wait to be used again.
//!
//! It refuses persistence: tokens are secrets with a short life, and fetching another is cheap.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use gw_model::{ApplicationId, Fault};

use crate::token::TokenSet;

/// What a token was fetched for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenKey {
    /// By which application.
    pub application: ApplicationId,
    /// With which scopes; sorted.
    pub scopes: Vec<String>,
    /// For which audience.
    pub audience: Option<String>,
}

impl TokenKey {
    /// Sorts the scopes, so their order does not matter.
    pub fn new(
        application: ApplicationId,
        mut scopes: Vec<String>,
        audience: Option<String>,
    ) -> Self {
        scopes.sort();
        scopes.dedup();
        Self {
            application,
            scopes,
            audience,
        }
    }
}

/// Keeps tokens between uses. An implementation must not write them to the catalog or a log.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The token fetched for this, expired or not.
    async fn get(&self, key: &TokenKey) -> Result<Option<TokenSet>, Fault>;
    /// Keeps a token, instead of the one before.
    async fn put(&self, key: TokenKey, tokens: TokenSet) -> Result<(), Fault>;
    /// Forgets every token of an application.
    async fn forget(&self, application: &ApplicationId) -> Result<(), Fault>;
}

/// Tokens in memory, gone when the process ends.
#[derive(Default)]
pub struct MemoryTokens(Mutex<HashMap<TokenKey, TokenSet>>);

#[async_trait]
impl TokenStore for MemoryTokens {
    async fn get(&self, key: &TokenKey) -> Result<Option<TokenSet>, Fault> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned())
    }

    async fn put(&self, key: TokenKey, tokens: TokenSet) -> Result<(), Fault> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, tokens);
        Ok(())
    }

    async fn forget(&self, application: &ApplicationId) -> Result<(), Fault> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|key, _| key.application != *application);
        Ok(())
    }
}
