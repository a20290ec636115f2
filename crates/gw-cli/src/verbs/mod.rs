//! One module per noun of the command line.
//!
//! It refuses rules: each only turns arguments into a request and an answer into words.

mod agree;
pub mod api;
pub mod application;
pub mod call;
pub mod demo;
pub mod deploy;
pub mod discovery;
pub mod domain;
pub mod drift;
pub mod explain;
pub mod fix;
pub mod fleet;
pub mod gateway;
pub mod history;
pub mod key_manager;
pub mod lifecycle;
pub mod plan;
pub mod policy;
pub mod stage;
pub mod vault;

use gw_app::wire::PlacementRow;

/// Where an API is, in a few words.
fn placements(rows: &[PlacementRow]) -> String {
    rows.iter()
        .map(|row| format!("{} ({})", row.gateway_name, stands(row)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// How it stands there: `behind, 10 % on rev_8ab…`.
fn stands(row: &PlacementRow) -> String {
    let state = word(row.state);
    let Some(canary) = &row.canary else {
        return state;
    };
    let revision = canary.revision.as_ref();
    let what = revision.map_or("another catalog's canary", |revision| revision.as_str());
    format!("{state}, {} % on {what}", canary.percent)
}

/// A wire word of an enum, as its JSON says.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
