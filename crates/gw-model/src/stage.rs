//! Stage settings: what can be set where callers reach an API, beside the API itself.
//!
//! It refuses to say what a vendor accepts: each connector checks that. No secret belongs in it: stage variables and log
//! formats can be read by everyone who may read the stage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::operation::OperationKey;

/// What is wanted of a stage, or what was found there.
///
/// Invariant: of what is wanted, a field that is `None`, and a name that a map does not have, stays as found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct StageSettings {
    /// Stage variables; `None` for one that is not to be there.
    #[ts(type = "Record<string, string | null>")]
    pub variables: BTreeMap<String, Option<String>>,
    /// The most requests of all callers together.
    pub throttle: Option<Throttle>,
    /// What is otherwise for single operations.
    #[ts(type = "Record<string, OperationSettings>")]
    pub operations: BTreeMap<OperationKey, OperationSettings>,
    /// How much of each request the gateway writes into its own log.
    pub logging: Option<LogLevel>,
    /// Whether that log has whole requests and answers, with all they carry.
    pub full_requests: Option<bool>,
    /// Whether numbers are kept for each operation.
    pub metrics: Option<bool>,
    /// One line for each request.
    pub access_log: Option<AccessLog>,
    /// Whether answers are kept and given again.
    pub cache: Option<CacheSettings>,
    /// Whether requests are traced through the services they pass.
    pub tracing: Option<bool>,
    /// Tags of the stage.
    #[ts(type = "Record<string, string>")]
    pub tags: BTreeMap<String, String>,
}

/// The most requests in a time.
///
/// Invariant: a rate is a number. JSON has no other, and that is where throttles come from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Throttle {
    /// Requests per second on average; −1 for no limit of its own.
    pub rate: f64,
    /// Requests at once; −1 for no limit of its own.
    pub burst: i32,
}

impl Eq for Throttle {}

impl Throttle {
    /// No limit of its own: the next wider one counts.
    pub const NONE: Self = Self {
        rate: -1.0,
        burst: -1,
    };
}

/// What is otherwise for one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OperationSettings {
    /// The most requests of all callers together.
    pub throttle: Option<Throttle>,
    /// Whether its answers are kept and given again.
    pub caching: Option<bool>,
}

/// How much a gateway writes into its own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// Requests that failed.
    Error,
    /// Every request.
    Info,
}

/// Where one line for each request goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AccessLog {
    /// Nowhere.
    Off,
    /// To a log.
    On {
        /// Which: the ARN of a log group or delivery stream.
        destination: String,
        /// How a line is made.
        format: String,
    },
}

/// Whether answers are kept and given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CacheSettings {
    /// They are not.
    Off,
    /// They are.
    On {
        /// Memory, in gigabytes, as the vendor writes it.
        size_gb: String,
        /// How long an answer is kept, in seconds; `None` as found.
        ttl_seconds: Option<u32>,
        /// Whether what is kept is encrypted; `None` as found.
        encrypted: Option<bool>,
    },
}

impl StageSettings {
    /// Whether everything stays as found.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something is wanted here that was not wanted before, or otherwise. What is no longer wanted stays as found,
    /// so that it asks for nothing.
    pub fn asks_beyond(&self, before: &Self) -> bool {
        fn one<T: PartialEq>(now: Option<&T>, before: Option<&T>) -> bool {
            now.is_some() && now != before
        }
        fn any<N: Ord, T: PartialEq>(now: &BTreeMap<N, T>, before: &BTreeMap<N, T>) -> bool {
            now.iter()
                .any(|(name, value)| before.get(name) != Some(value))
        }
        any(&self.variables, &before.variables)
            || one(self.throttle.as_ref(), before.throttle.as_ref())
            || self.operations.iter().any(|(operation, now)| {
                let before = before
                    .operations
                    .get(operation)
                    .copied()
                    .unwrap_or_default();
                one(now.throttle.as_ref(), before.throttle.as_ref())
                    || one(now.caching.as_ref(), before.caching.as_ref())
            })
            || one(self.logging.as_ref(), before.logging.as_ref())
            || one(self.full_requests.as_ref(), before.full_requests.as_ref())
            || one(self.metrics.as_ref(), before.metrics.as_ref())
            || one(self.access_log.as_ref(), before.access_log.as_ref())
            || one(self.cache.as_ref(), before.cache.as_ref())
            || one(self.tracing.as_ref(), before.tracing.as_ref())
            || any(&self.tags, &before.tags)
    }

    /// Whether the gateway has to be able to write logs.
    pub fn want_logs(&self) -> bool {
        matches!(self.logging, Some(LogLevel::Error | LogLevel::Info))
            || matches!(self.access_log, Some(AccessLog::On { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_stays_as_found() {
        let read: StageSettings = serde_json::from_str("{}").unwrap();
        assert!(read.is_empty() && !read.want_logs());
        let text = r#"{"variables": {"a": null}, "operations": {"GET /a": {"throttle": {"rate": 0.5, "burst": 1}}}, "logging": "error"}"#;
        let read: StageSettings = serde_json::from_str(text).unwrap();
        assert_eq!(read.variables["a"], None);
        let operation = &read.operations[&"GET /a".parse().unwrap()];
        assert_eq!(
            (operation.throttle.unwrap().rate, operation.caching),
            (0.5, None)
        );
        assert!(read.want_logs());
        let again: StageSettings =
            serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn only_what_is_wanted_anew_or_otherwise_is_asked_for() {
        let read = |text: &str| serde_json::from_str::<StageSettings>(text).unwrap();
        for (before, now, asks) in [
            ("{}", "{}", false),
            ("{}", r#"{"tracing": false}"#, true),
            (r#"{"tracing": true}"#, r#"{"tracing": true}"#, false),
            (r#"{"tracing": true}"#, "{}", false),
            (
                r#"{"variables": {"a": "1"}}"#,
                r#"{"variables": {"a": "2"}}"#,
                true,
            ),
            (
                r#"{"variables": {"a": "1"}}"#,
                r#"{"variables": {"a": null}}"#,
                true,
            ),
            (
                r#"{"variables": {"a": "1", "b": "2"}}"#,
                r#"{"variables": {"a": "1"}}"#,
                false,
            ),
            (
                r#"{"tags": {"a": "1"}}"#,
                r#"{"tags": {"a": "1", "b": "2"}}"#,
                true,
            ),
            (
                r#"{"operations": {"GET /a": {"caching": true}}}"#,
                r#"{"operations": {"GET /a": {"caching": true}, "GET /b": {}}}"#,
                false,
            ),
            (
                r#"{"operations": {"GET /a": {"caching": true}}}"#,
                r#"{"operations": {"GET /a": {"throttle": {"rate": 1, "burst": 1}}}}"#,
                true,
            ),
        ] {
            assert_eq!(read(now).asks_beyond(&read(before)), asks, "{before} {now}");
        }
    }
}
