//! Identities of catalog objects: opaque strings that never change, unlike names.
//!
//! It refuses to make ids up: use cases do, because randomness is not pure.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id that already exists.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as stored and sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A registered gateway.
    GatewayId,
    /// An API in the catalog.
    ApiId,
    /// A revision: `rev_` and the hex SHA-256 of what it holds, so equal content has an equal id.
    RevisionId,
    /// One run of changes for one revision on one gateway.
    DeploymentId,
    /// A registered key manager.
    KeyManagerId,
    /// A client registered with a key manager.
    ApplicationId,
}
