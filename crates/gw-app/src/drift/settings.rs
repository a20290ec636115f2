//! Settings of a stage that differ: which, and how they are wanted as they were found.
//!
//! It refuses what it cannot want to the letter: single operations, and settings no gateway is asked for.

use gw_connector::{Drift, Facet};
use gw_model::{AccessLog, CacheSettings, LogLevel, StageSettings, Throttle};
use serde_json::Value;

/// The entry that stands for every operation.
const EVERY: &str = "*/*";

/// One setting that differs; null for one that is not set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Its name; the facet's own value has none.
    pub(super) name: String,
    expected: Value,
    live: Value,
}

/// What differs of a facet, entry by entry.
pub(super) fn entries(drift: &Drift) -> Vec<Entry> {
    let read = |text: &Option<String>| -> Value {
        text.as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    };
    let (expected, live) = (read(&drift.expected), read(&drift.live));
    let (Some(before), Some(after)) = (expected.as_object(), live.as_object()) else {
        return vec![Entry {
            name: String::new(),
            expected,
            live,
        }];
    };
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let entry = |name: &String| Entry {
        name: name.clone(),
        expected: before.get(name).cloned().unwrap_or_default(),
        live: after.get(name).cloned().unwrap_or_default(),
    };
    let all = names.into_iter().map(entry);
    all.filter(|entry| entry.expected != entry.live).collect()
}

/// Wants what was found. A variable that is gone is no longer wanted; another setting that is gone is wanted as a new stage
/// has it.
pub(super) fn want(
    wanted: &mut StageSettings,
    facet: Facet,
    entries: &[Entry],
) -> Result<(), &'static str> {
    for entry in entries {
        let live = &entry.live;
        match (facet, entry.name.as_str()) {
            (Facet::Variables, name) => match live.as_str() {
                Some(value) => {
                    let value = Some(value.to_owned());
                    wanted.variables.insert(name.to_owned(), value);
                }
                None => {
                    wanted.variables.remove(name);
                }
            },
            (Facet::Tracing, _) => wanted.tracing = Some(live == &Value::Bool(true)),
            (Facet::Throttling, EVERY) => wanted.throttle = Some(throttle(live)),
            (Facet::Logging, EVERY) => logging(wanted, &entry.expected, live),
            (Facet::Logging, "access") => wanted.access_log = Some(access_log(live)),
            (Facet::Caching, "cluster") => cache(wanted, live.as_str()),
            (Facet::Caching, EVERY) if live["cachingEnabled"] == true => lifetime(wanted, live),
            (Facet::Caching, EVERY) if entries.iter().any(is_gone_cluster) => {}
            (Facet::Caching, EVERY) => {
                return Err(
                    "Nothing is kept although there is a cache: switch the cache off, or let it be",
                );
            }
            _ => return Err("It is about a single operation: set it on the stage, or let it be"),
        }
    }
    Ok(())
}

fn is_gone_cluster(entry: &Entry) -> bool {
    entry.name == "cluster" && entry.live.is_null()
}

fn throttle(live: &Value) -> Throttle {
    let rate = live["throttlingRateLimit"].as_f64();
    let burst = live["throttlingBurstLimit"].as_f64();
    let whole = burst.and_then(|burst| format!("{burst:.0}").parse().ok());
    Throttle {
        rate: rate.unwrap_or(Throttle::NONE.rate),
        burst: whole.unwrap_or(Throttle::NONE.burst),
    }
}

fn logging(wanted: &mut StageSettings, expected: &Value, live: &Value) {
    if expected["loggingLevel"] != live["loggingLevel"] {
        wanted.logging = Some(match live["loggingLevel"].as_str() {
            Some("INFO") => LogLevel::Info,
            Some("ERROR") => LogLevel::Error,
            _ => LogLevel::Off,
        });
    }
    for (name, setting) in [
        ("dataTraceEnabled", &mut wanted.full_requests),
        ("metricsEnabled", &mut wanted.metrics),
    ] {
        if expected[name] != live[name] {
            *setting = Some(live[name] == Value::Bool(true));
        }
    }
}

fn access_log(live: &Value) -> AccessLog {
    let text = |name: &str| live[name].as_str().map(str::to_owned);
    match text("destinationArn") {
        None => AccessLog::Off,
        Some(destination) => AccessLog::On {
            destination,
            format: text("format").unwrap_or_default(),
        },
    }
}

fn cache(wanted: &mut StageSettings, size: Option<&str>) {
    let (kept, secret) = match wanted.cache.take() {
        Some(CacheSettings::On {
            ttl_seconds,
            encrypted,
            ..
        }) => (ttl_seconds, encrypted),
        _ => (None, None),
    };
    wanted.cache = Some(match size {
        None => CacheSettings::Off,
        Some(size) => CacheSettings::On {
            size_gb: size.to_owned(),
            ttl_seconds: kept,
            encrypted: secret,
        },
    });
}

fn lifetime(wanted: &mut StageSettings, live: &Value) {
    let seconds = live["cacheTtlInSeconds"].as_f64();
    if let (Some(seconds), Some(CacheSettings::On { ttl_seconds, .. })) =
        (seconds, &mut wanted.cache)
    {
        *ttl_seconds = format!("{seconds:.0}").parse().ok();
    }
}

#[cfg(test)]
mod tests {
    use gw_connector::{DriftKind, Part, Reach};
    use serde_json::json;

    use super::*;

    fn wants(
        before: &Value,
        facet: Facet,
        expected: &Value,
        live: &Value,
    ) -> Result<Value, &'static str> {
        let drift = Drift {
            part: Part::Stage,
            facet: Some(facet),
            kind: DriftKind::Changed,
            sentence: String::new(),
            lowers_security: false,
            reach: Reach::Callers,
            expected: Some(expected.to_string()),
            live: Some(live.to_string()),
            operations: Vec::new(),
        };
        let mut wanted: StageSettings = serde_json::from_value(before.clone()).unwrap();
        want(&mut wanted, facet, &entries(&drift))?;
        Ok(serde_json::to_value(wanted).unwrap())
    }

    #[test]
    fn what_was_found_is_wanted_and_nothing_else_changes() {
        let before = json!({"variables": {"a": "1", "b": "2", "c": "3"}, "metrics": true});
        let now = wants(
            &before,
            Facet::Variables,
            &json!({"a": "1", "b": "2", "c": "3"}),
            &json!({"a": "1", "b": "9", "d": "4"}),
        )
        .unwrap();
        assert_eq!(now["variables"], json!({"a": "1", "b": "9", "d": "4"}));
        assert_eq!(now["metrics"], json!(true));

        let now = wants(
            &json!({"throttle": {"rate": 5, "burst": 6}}),
            Facet::Throttling,
            &json!({"*/*": {"throttlingRateLimit": 5.0, "throttlingBurstLimit": 6.0}}),
            &json!({"*/*": {"throttlingRateLimit": 7.5}}),
        )
        .unwrap();
        assert_eq!(now["throttle"], json!({"rate": 7.5, "burst": -1}));

        let now = wants(
            &json!({"logging": "error"}),
            Facet::Logging,
            &json!({"*/*": {"loggingLevel": "ERROR"}}),
            &json!({"access": {"destinationArn": "arn:x", "format": "f"}}),
        )
        .unwrap();
        assert_eq!(
            (&now["logging"], &now["metrics"]),
            (&json!("off"), &json!(null))
        );
        assert_eq!(now["access_log"]["destination"], json!("arn:x"));

        let now = wants(
            &json!({"cache": {"kind": "on", "size_gb": "0.5", "ttl_seconds": 60, "encrypted": true}}),
            Facet::Caching,
            &json!({"cluster": "0.5", "*/*": {"cachingEnabled": true, "cacheTtlInSeconds": 60.0}}),
            &json!({"cluster": "1.6", "*/*": {"cachingEnabled": true, "cacheTtlInSeconds": 30.0}}),
        )
        .unwrap();
        assert_eq!(
            now["cache"],
            json!({"kind": "on", "size_gb": "1.6", "ttl_seconds": 30, "encrypted": true})
        );
        let tracing = wants(
            &json!({"tracing": true}),
            Facet::Tracing,
            &json!(true),
            &json!(false),
        );
        assert_eq!(tracing.unwrap()["tracing"], json!(false));
    }

    #[test]
    fn a_single_operation_is_not_guessed_at() {
        let wanted = wants(
            &json!({}),
            Facet::Throttling,
            &json!({}),
            &json!({"GET /pets": {"throttlingRateLimit": 1.0}}),
        );
        assert!(wanted.unwrap_err().contains("single operation"));
    }
}
