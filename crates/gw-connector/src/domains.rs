//! Custom domains: which of a gateway's own names lead to an API.
//!
//! It refuses to make or delete a domain: it only says, maps and unmaps what leads where.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A custom domain's base path that leads to an API's stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DomainMapping {
    /// The domain's name: `api.example.com`.
    pub domain: String,
    /// Below which first part of the path: `orders`; empty for all of them.
    pub base_path: String,
    /// Where callers reach the API through it, without a slash at the end.
    pub url: String,
}

/// What is to be of one base path of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingGoal {
    /// The domain's name.
    pub domain: String,
    /// `orders`; empty for all paths.
    pub base_path: String,
    /// Whether it leads to the API, or nowhere.
    pub mapped: bool,
}
