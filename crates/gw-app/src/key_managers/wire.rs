//! What `key_managers.*` takes and gives.

use gw_model::{KeyManager, KeyManagerId, KeyManagerKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::gateways::wire::Serving;

/// One key manager by id.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeyManagerRequest {
    /// Which.
    pub key_manager: KeyManagerId,
}

/// A key manager as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct KeyManagerRow {
    /// What is registered.
    pub key_manager: KeyManager,
    /// For the resident one: whether it is being served.
    pub serving: Option<Serving>,
    /// Names of applications registered with it.
    pub applications: Vec<String>,
    /// Names of APIs whose policy trusts it.
    pub apis: Vec<String>,
}

/// An address to discover from.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DiscoverRequest {
    /// An issuer, or the URL of a discovery document.
    pub url: String,
}

/// What a discovery document says, checked live.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Discovered {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where tokens are fetched.
    pub token_endpoint: String,
    /// Where people sign in.
    pub authorization_endpoint: Option<String>,
    /// Signature algorithms of its keys that Gatewright accepts.
    pub algorithms: Vec<String>,
    /// How many usable signing keys it publishes now.
    pub keys: u32,
    /// Scopes it names.
    pub scopes: Vec<String>,
    /// What to know about this provider.
    pub notes: Vec<String>,
}

/// A key manager to register or its new settings.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeyManagerInput {
    /// Unique; `[a-z0-9][a-z0-9-]{0,62}`. Ignored when editing.
    pub name: String,
    /// For people; the name when empty.
    pub display_name: String,
    /// Which provider.
    pub kind: KeyManagerKind,
    /// The `iss`.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where tokens are fetched.
    pub token_endpoint: String,
    /// Where people sign in.
    pub authorization_endpoint: Option<String>,
    /// Signature algorithms accepted.
    pub algorithms: Vec<String>,
}

/// A key manager's new settings.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeyManagerUpdate {
    /// Which.
    pub key_manager: KeyManagerId,
    /// The settings.
    pub input: KeyManagerInput,
}

/// A provider with a preset.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PresetRow {
    /// Which provider.
    pub kind: KeyManagerKind,
    /// Its name.
    pub title: String,
    /// The issuer, with `{field}` for what the user fills in.
    pub issuer_template: String,
    /// What the user fills in.
    pub fields: Vec<PresetField>,
    /// What to know about this provider.
    pub notes: Vec<String>,
}

/// One thing a preset asks for.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PresetField {
    /// As in the template.
    pub name: String,
    /// For the form.
    pub label: String,
    /// An example value.
    pub example: String,
    /// Used when it is left empty; empty when it must be filled in.
    pub default: String,
}
