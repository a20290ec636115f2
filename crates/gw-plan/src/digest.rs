//! One short text that stands for everything a plan makes a gateway do.
//!
//! It refuses to count what no gateway sees: two revisions that differ in comments only have one digest.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::plan::Plan;

/// Hex SHA-256 of the plan's JSON with sorted keys, without its revision.
///
/// Invariant: plans that differ in anything but `revision` have different digests.
pub fn digest(plan: &Plan) -> String {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.remove("revision");
    }
    let text = sorted(value).to_string();
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            fields
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect::<Map<_, _>>()
                .into()
        }
        other => other,
    }
}
