//! A stage's settings as AWS has them, in the fields AWS knows, and in the words every gateway shares.
//!
//! It refuses to lose a value: going back to former settings needs them to the letter.

use std::collections::BTreeMap;

use aws_sdk_apigateway::operation::get_stage::GetStageOutput;
use aws_sdk_apigateway::types::MethodSetting;
use serde::{Deserialize, Serialize};

use gw_connector::StageFound;
use gw_model::{
    AccessLog, CacheSettings, LogLevel, OperationKey, OperationSettings, Percent, StageSettings,
    Throttle,
};

use crate::lower::Patch;
use crate::names::Label;

/// The entry of a stage's method settings that stands for every method.
pub(crate) const EVERY_METHOD: &str = "*/*";

/// What a stage has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LiveStage {
    pub variables: BTreeMap<String, String>,
    /// Size of the cache cluster; `None` when there is none.
    pub cache: Option<String>,
    pub tracing: bool,
    /// Destination and format.
    pub access_log: Option<(String, String)>,
    /// By AWS's key, as it was first written: `*/*`, `~1pets~1{id}/GET` or `pets/GET`.
    pub methods: BTreeMap<String, Method>,
    pub tags: BTreeMap<String, String>,
    /// Whether it has a canary, whoever set it.
    #[serde(default)]
    pub canary: bool,
}

/// The path of a stage's canary in a patch operation: `replace` below it, which also makes one, and `remove` of all of it
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html> and its pages on creating, updating,
/// promoting and turning off).
pub(crate) const CANARY: &str = "/canarySettings";

/// A canary that Gatewright set, as found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnCanary {
    pub deployment: String,
    pub plan: String,
    pub build: String,
    pub percent: Percent,
    /// Whether someone gave it variables of its own.
    pub variables: bool,
    /// What makes it again as it is.
    pub patches: Vec<Patch>,
}

impl OwnCanary {
    /// The stage's label says which deployment is a canary of Gatewright's: another one is not.
    pub(crate) fn of(stage: &GetStageOutput) -> Option<Self> {
        let canary = stage.canary_settings()?;
        let label = Label::read(stage.description()?)?;
        if label.canary.is_empty() || canary.deployment_id() != Some(&label.canary) {
            return None;
        }
        let mut patches = canary_patches(&label.canary, &canary.percent_traffic().to_string());
        let mut also = |path: String, value: &str| {
            patches.push(Patch {
                path: format!("{CANARY}/{path}"),
                value: Some(value.to_owned()),
            });
        };
        if canary.use_stage_cache() {
            also("useStageCache".to_owned(), "true");
        }
        let variables = canary.stage_variable_overrides();
        for (name, value) in variables.into_iter().flatten() {
            also(format!("stageVariableOverrides/{name}"), value);
        }
        Some(Self {
            deployment: label.canary,
            plan: label.canary_plan,
            build: label.canary_build,
            percent: Percent::near(canary.percent_traffic()),
            variables: variables.is_some_and(|all| !all.is_empty()),
            patches,
        })
    }
}

/// What makes a deployment the canary, or gives it another share.
pub(crate) fn canary_patches(deployment: &str, percent: &str) -> Vec<Patch> {
    let replace = |field: &str, value: &str| Patch {
        path: format!("{CANARY}/{field}"),
        value: Some(value.to_owned()),
    };
    vec![
        replace("deploymentId", deployment),
        replace("percentTraffic", percent),
    ]
}

/// One entry of the method settings. AWS answers every field of an entry, whichever were set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Method {
    pub metrics: bool,
    pub logging: String,
    pub full_requests: bool,
    pub rate: f64,
    pub burst: i32,
    pub caching: bool,
    pub ttl_seconds: i32,
    pub encrypted: bool,
}

/// What holds for a method without an entry.
impl Default for Method {
    fn default() -> Self {
        Self {
            metrics: false,
            logging: "OFF".to_owned(),
            full_requests: false,
            rate: Throttle::NONE.rate,
            burst: Throttle::NONE.burst,
            caching: false,
            ttl_seconds: 300,
            encrypted: false,
        }
    }
}

/// A field of a method's entry, as a patch operation's path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Metrics,
    Logging,
    FullRequests,
    Rate,
    Burst,
    Caching,
    Ttl,
    Encrypted,
}

impl Field {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Metrics => "metrics/enabled",
            Self::Logging => "logging/loglevel",
            Self::FullRequests => "logging/dataTrace",
            Self::Rate => "throttling/rateLimit",
            Self::Burst => "throttling/burstLimit",
            Self::Caching => "caching/enabled",
            Self::Ttl => "caching/ttlInSeconds",
            Self::Encrypted => "caching/dataEncrypted",
        }
    }
}

impl Method {
    /// A field as a patch operation writes it.
    pub(crate) fn text(&self, field: Field) -> String {
        match field {
            Field::Metrics => self.metrics.to_string(),
            Field::Logging => self.logging.clone(),
            Field::FullRequests => self.full_requests.to_string(),
            Field::Rate => self.rate.to_string(),
            Field::Burst => self.burst.to_string(),
            Field::Caching => self.caching.to_string(),
            Field::Ttl => self.ttl_seconds.to_string(),
            Field::Encrypted => self.encrypted.to_string(),
        }
    }

    fn of(setting: &MethodSetting) -> Self {
        Self {
            metrics: setting.metrics_enabled(),
            logging: setting.logging_level().unwrap_or("OFF").to_owned(),
            full_requests: setting.data_trace_enabled(),
            rate: setting.throttling_rate_limit(),
            burst: setting.throttling_burst_limit(),
            caching: setting.caching_enabled(),
            ttl_seconds: setting.cache_ttl_in_seconds(),
            encrypted: setting.cache_data_encrypted(),
        }
    }

    fn throttle(&self) -> Throttle {
        Throttle {
            rate: self.rate,
            burst: self.burst,
        }
    }
}

impl LiveStage {
    pub(crate) fn of(stage: &GetStageOutput) -> Self {
        let sorted = |map: Option<&std::collections::HashMap<String, String>>| {
            map.into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let log = stage.access_log_settings().and_then(|log| {
            let destination = log.destination_arn().filter(|arn| !arn.is_empty())?;
            Some((
                destination.to_owned(),
                log.format().unwrap_or_default().to_owned(),
            ))
        });
        let cache = stage.cache_cluster_enabled().then(|| {
            let size = stage.cache_cluster_size();
            size.map_or("0.5", |size| size.as_str()).to_owned()
        });
        Self {
            variables: sorted(stage.variables()),
            cache,
            tracing: stage.tracing_enabled(),
            access_log: log,
            methods: stage
                .method_settings()
                .into_iter()
                .flatten()
                .map(|(key, setting)| (key.clone(), Method::of(setting)))
                .collect(),
            tags: sorted(stage.tags()),
            canary: stage.canary_settings().is_some(),
        }
    }

    /// AWS's key of an operation's entry, as it stands there.
    pub(crate) fn key_of(&self, operation: &OperationKey) -> Option<&str> {
        let is_its = |key: &&String| operation_of(key).as_ref() == Some(operation);
        self.methods.keys().find(is_its).map(String::as_str)
    }

    /// Whether there is something under the path of a patch operation that would remove it.
    pub(crate) fn has(&self, path: &str) -> bool {
        match path.strip_prefix("/variables/") {
            Some(name) => self.variables.contains_key(name),
            None if path == "/accessLogSettings" => self.access_log.is_some(),
            None if path == CANARY => self.canary,
            None => self.methods.contains_key(path.trim_start_matches('/')),
        }
    }

    /// In the words every gateway shares.
    pub(crate) fn settings(&self) -> StageSettings {
        let every = self.methods.get(EVERY_METHOD);
        let cache = match &self.cache {
            None => CacheSettings::Off,
            Some(size_gb) => CacheSettings::On {
                size_gb: size_gb.clone(),
                ttl_seconds: every.and_then(|every| u32::try_from(every.ttl_seconds).ok()),
                encrypted: every.map(|every| every.encrypted),
            },
        };
        let access_log = match &self.access_log {
            None => AccessLog::Off,
            Some((destination, format)) => AccessLog::On {
                destination: destination.clone(),
                format: format.clone(),
            },
        };
        let operations = self.methods.iter().filter_map(|(key, method)| {
            let settings = OperationSettings {
                throttle: Some(method.throttle()),
                caching: Some(method.caching),
            };
            Some((operation_of(key)?, settings))
        });
        StageSettings {
            variables: self
                .variables
                .iter()
                .map(|(name, value)| (name.clone(), Some(value.clone())))
                .collect(),
            throttle: every.map(Method::throttle),
            operations: operations.collect(),
            logging: every.map(|every| level(&every.logging)),
            full_requests: every.map(|every| every.full_requests),
            metrics: every.map(|every| every.metrics),
            access_log: Some(access_log),
            cache: Some(cache),
            tracing: Some(self.tracing),
            tags: self.tags.clone(),
        }
    }
}

/// What a stage has, for people and for lowering.
pub(crate) fn found(stage: &GetStageOutput) -> StageFound {
    let live = LiveStage::of(stage);
    let mut untouched = Vec::new();
    if let Some(acl) = stage.web_acl_arn().filter(|acl| !acl.is_empty()) {
        untouched.push(format!("The firewall {acl} guards it"));
    }
    if let Some(id) = stage.client_certificate_id().filter(|id| !id.is_empty()) {
        untouched.push(format!("Backends are shown the client certificate {id}"));
    }
    if let Some(canary) = stage.canary_settings()
        && OwnCanary::of(stage).is_none()
    {
        untouched.push(format!(
            "A canary that Gatewright did not set gets {} % of the requests",
            canary.percent_traffic()
        ));
    }
    StageFound {
        settings: live.settings(),
        untouched,
        detail: serde_json::to_string(&live).unwrap_or_default(),
    }
}

/// The level as AWS writes it.
pub(crate) const fn level_text(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Off => "OFF",
        LogLevel::Error => "ERROR",
        LogLevel::Info => "INFO",
    }
}

fn level(text: &str) -> LogLevel {
    match text {
        "INFO" => LogLevel::Info,
        "ERROR" => LogLevel::Error,
        _ => LogLevel::Off,
    }
}

/// The operation an entry is of; `None` for the one of every method. AWS keeps a key as it was first written: with its
/// slashes as `~1`, as its reference does, or bare.
pub(crate) fn operation_of(key: &str) -> Option<OperationKey> {
    let (path, method) = key.rsplit_once('/')?;
    let path = path.replace("~1", "/");
    let method = method.parse().ok()?;
    Some(OperationKey::new(
        method,
        format!("/{}", path.trim_start_matches('/')),
    ))
}

#[cfg(test)]
mod tests {
    use super::operation_of;

    #[test]
    fn keys_are_read_however_they_were_written() {
        for (key, operation) in [
            ("~1pets~1{id}/GET", Some("GET /pets/{id}")),
            ("pets/GET", Some("GET /pets")),
            ("pets/{id}/ANY", Some("ANY /pets/{id}")),
            ("~1/POST", Some("POST /")),
            ("*/*", None),
            ("nothing", None),
        ] {
            let expected = operation.map(|text| text.parse().unwrap());
            assert_eq!(operation_of(key), expected, "{key}");
        }
    }
}
