//! APIs: named, versioned products.
//!
//! It refuses to hold the document's text: that is large and kept apart.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::ApiId;
use crate::policy::Policies;
use crate::time::UnixMillis;

/// An API in the catalog, without its document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Api {
    /// Never changes.
    pub id: ApiId,
    /// Unique together with the version.
    pub name: String,
    /// For example `1.2.0`.
    pub version: String,
    /// Prefix on gateways whose APIs share one host (the local one); `/` or `/orders/v1`. AWS REST APIs have a host of
    /// their own, so it is not part of their URLs.
    pub base_path: String,
    /// Where operations go unless the document says otherwise for one.
    pub backend: Backend,
    /// What protects it and how.
    pub policies: Policies,
    /// How many operations its document has, counted when it was saved last.
    #[serde(default)]
    pub operations: u32,
    /// Grows by one with each saved edit of document, policies or settings; guards against lost updates.
    #[ts(type = "number")]
    pub edition: u64,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was last edited.
    pub updated_at: UnixMillis,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Backend {
    /// Passed on, with status, headers and body of the answer unchanged.
    Http {
        /// Base URL; the operation's path is appended.
        url: String,
    },
    /// Answered by the gateway from the document's examples.
    Mock,
}
