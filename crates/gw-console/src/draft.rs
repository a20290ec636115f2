//! The request as it is edited and kept.
//!
//! It refuses to hold the token that is attached while sending.

use gw_model::HttpMethod;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request that is not built yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Draft {
    /// Method; `ANY` cannot be sent.
    pub method: HttpMethod,
    /// Path below the API's base URL: a template, or with its values filled in, and perhaps a query string.
    pub path: String,
    /// Values for `{name}` in the path, as people write them.
    pub path_parameters: Vec<Pair>,
    /// Query parameters, in order, as people write them.
    pub query: Vec<Pair>,
    /// Headers, in order.
    pub headers: Vec<Pair>,
    /// Body; empty for none.
    pub body: String,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pair {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

impl Pair {
    /// From its parts.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}
