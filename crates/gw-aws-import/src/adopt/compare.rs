//! Whether a stage serves what was read: AWS's readings are of the draft, callers meet a copy made earlier.
//!
//! It refuses to say that the two agree where nothing could be compared: then nothing is told, and nothing is claimed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::text;

/// Most differences told one by one.
const MOST: usize = 20;

/// Where a stage serves something else than a document says, one sentence each.
///
/// `export` is AWS's export of the stage, `summary` the `apiSummary` of its deployment, path by path and method by method.
/// Either may be missing.
pub fn undeployed(document: &str, export: Option<&Value>, summary: Option<&Value>) -> Vec<String> {
    let read: Value = serde_json::from_str(document).unwrap_or_default();
    let drafted = operations(&read);
    let mut told = Vec::new();
    if let Some(summary) = summary
        .and_then(Value::as_object)
        .filter(|it| !it.is_empty())
    {
        let mut live: BTreeMap<(String, String), &Value> = BTreeMap::new();
        for (path, methods) in summary {
            for (method, snapshot) in methods.as_object().into_iter().flatten() {
                live.insert((path.clone(), method.to_ascii_uppercase()), snapshot);
            }
        }
        sets(&drafted, &live, &mut told);
        for (key, snapshot) in &live {
            if let Some(operation) = drafted.get(key) {
                authorization(&read, key, operation, snapshot, &mut told);
            }
        }
    }
    if let Some(export) = export {
        let live = operations(export);
        if !live.is_empty() {
            sets(&drafted, &live, &mut told);
            for (key, exported) in &live {
                if let Some(operation) = drafted.get(key) {
                    integration(key, operation, exported, &mut told);
                }
            }
        }
    }
    told.sort();
    told.dedup();
    if told.len() > MOST {
        let rest = told.len() - MOST;
        told.truncate(MOST);
        told.push(format!("and {rest} more"));
    }
    told
}

/// Operations by path and method, as AWS names methods.
fn operations(document: &Value) -> BTreeMap<(String, String), &Value> {
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let method = if method == "x-amazon-apigateway-any-method" {
                "ANY".to_owned()
            } else {
                method.to_ascii_uppercase()
            };
            found.insert((path.clone(), method), operation);
        }
    }
    found
}

fn sets(
    drafted: &BTreeMap<(String, String), &Value>,
    live: &BTreeMap<(String, String), &Value>,
    told: &mut Vec<String>,
) {
    for (path, method) in drafted.keys().filter(|key| !live.contains_key(*key)) {
        told.push(format!("{method} {path} is not deployed yet"));
    }
    for (path, method) in live.keys().filter(|key| !drafted.contains_key(*key)) {
        told.push(format!(
            "{method} {path} is still deployed, and was removed"
        ));
    }
}

fn authorization(
    document: &Value,
    (path, method): &(String, String),
    operation: &Value,
    snapshot: &Value,
    told: &mut Vec<String>,
) {
    let mut kind = "NONE";
    let mut key = false;
    let schemes = &document["components"]["securitySchemes"];
    for name in operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys)
    {
        match text(&schemes[name], "x-amazon-apigateway-authtype") {
            "" => key = true,
            "awsSigv4" => kind = "AWS_IAM",
            "cognito_user_pools" => kind = "COGNITO_USER_POOLS",
            _ => kind = "CUSTOM",
        }
    }
    let live = text(snapshot, "authorizationType");
    if !live.is_empty() && live != kind {
        told.push(format!(
            "{method} {path} is deployed with the authorization {live}, and was changed to {kind}"
        ));
    }
    if let Some(live) = snapshot["apiKeyRequired"].as_bool()
        && live != key
    {
        let (now, then) = if live {
            ("an", "none any more")
        } else {
            ("no", "one")
        };
        told.push(format!(
            "{method} {path} is deployed asking for {now} API key, and was changed to ask for {then}"
        ));
    }
}

fn integration(
    (path, method): &(String, String),
    operation: &Value,
    exported: &Value,
    told: &mut Vec<String>,
) {
    let key = "x-amazon-apigateway-integration";
    let (drafted, live) = (&operation[key], &exported[key]);
    if !live.is_object() {
        return;
    }
    let differs = ["type", "uri"].iter().any(|field| {
        let of = |value| text(value, field).to_ascii_lowercase();
        of(drafted) != of(live)
    });
    if differs {
        told.push(format!(
            "{method} {path} is deployed with another integration"
        ));
    }
}
