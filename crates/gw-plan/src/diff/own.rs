//! Changes of what a document says to AWS itself.
//!
//! It refuses to judge resource policies: any change of one may let more callers in.

use std::collections::BTreeMap;

use super::of_api;
use crate::plan::{Own, PlanChange, PlanChangeKind};

/// Tells every difference between two documents' words to AWS.
pub(super) fn compare(old: &Own, new: &Own, changes: &mut Vec<PlanChange>) {
    for (name, before, after) in differences(&old.schemes, &new.schemes) {
        // That operations begin or cease to ask it is told operation by operation.
        let sentence = match (before, after) {
            (Some(_), Some(_)) => format!("The security scheme '{name}' of the document changes"),
            (None, _) => format!("The security scheme '{name}' of the document is added"),
            (_, None) => format!("The security scheme '{name}' of the document is removed"),
        };
        changes.push(of_api(PlanChangeKind::Security, sentence));
    }
    for (key, before, after) in differences(&old.settings, &new.settings) {
        changes.push(setting(key, before, after));
    }
}

fn setting(key: &str, before: Option<&str>, after: Option<&str>) -> PlanChange {
    let what = key.trim_start_matches("x-amazon-apigateway-");
    let (name, kind) = match what {
        "policy" => ("resource policy", PlanChangeKind::Security),
        "api-key-source" => ("place AWS takes API keys from", PlanChangeKind::Security),
        "endpoint-configuration" => ("endpoint's configuration", PlanChangeKind::Security),
        "endpoint-access-mode" => ("endpoint's access mode", PlanChangeKind::Security),
        "security-policy" => ("endpoint's TLS policy", PlanChangeKind::Security),
        "gateway-responses" => ("answers of the gateway itself", PlanChangeKind::Changed),
        "binary-media-types" => ("list of binary media types", PlanChangeKind::Changed),
        "minimum-compression-size" => ("size answers are compressed from", PlanChangeKind::Changed),
        other => (other, PlanChangeKind::Changed),
    };
    let is_less = match what {
        "policy" | "endpoint-configuration" | "endpoint-access-mode" | "security-policy" => {
            before.is_some()
        }
        _ => false,
    };
    let sentence = match (before, after) {
        (None, _) => format!("The document sets the {name}"),
        (_, None) => format!("The document no longer sets the {name}"),
        _ if is_less => {
            format!("The document sets the {name} otherwise, which may let more callers in")
        }
        _ => format!("The document sets the {name} otherwise"),
    };
    PlanChange {
        lowers_security: is_less,
        ..of_api(kind, sentence)
    }
}

/// What differs, by name.
fn differences<'m>(
    old: &'m BTreeMap<String, String>,
    new: &'m BTreeMap<String, String>,
) -> Vec<(&'m str, Option<&'m str>, Option<&'m str>)> {
    let mut names: Vec<&str> = old.keys().chain(new.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let of = |map: &'m BTreeMap<String, String>| map.get(name).map(String::as_str);
            (name, of(old), of(new))
        })
        .filter(|(_, before, after)| before != after)
        .collect()
}
