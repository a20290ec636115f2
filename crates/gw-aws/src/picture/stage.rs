//! What a stage says: the copy callers meet, and settings that act at once.
//!
//! It refuses to mind what is left as found: the web ACL, the client certificate, documentation and other tools' tags.

use gw_connector::{Facet, Facets};
use gw_model::{AccessLog, CacheSettings, OperationKey, StageSettings, Throttle};
use serde_json::{Map, Value, json};

use super::common::{flag, number, text, texts};
use crate::live_stage::{EVERY_METHOD, level_text, operation_of};
use crate::names::Label;

/// Which copy a stage serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Serves {
    /// The plan that was deployed.
    Known,
    /// Another one; in words.
    Other(String),
}

impl Serves {
    /// From the stage, the digest that was deployed, and the description of the copy itself, if it was asked for. A stage
    /// says in its description what it was moved to last.
    pub fn of(stage: &Value, known: Option<&str>, copy: Option<&str>) -> Self {
        let id = text(stage, "deploymentId").unwrap_or_default();
        let label = Label::read(stage["description"].as_str().unwrap_or_default());
        if let Some(label) = label.filter(|label| label.deployment == id) {
            if Some(label.plan.as_str()) == known {
                return Self::Known;
            }
            let words =
                format!("the deployment {id} of another plan, which Gatewright made elsewhere");
            return Self::Other(words);
        }
        let made = copy.and_then(Label::read);
        match made {
            // Someone pointed the stage at a copy of the same plan: callers meet what was deployed.
            Some(label) if Some(label.plan.as_str()) == known => Self::Known,
            Some(_) => Self::Other(format!("the deployment {id} of an earlier run")),
            None => Self::Other(format!("the deployment {id}, which was made by hand")),
        }
    }

    fn value(&self, known: Option<&str>) -> Value {
        match self {
            Self::Known => served(known),
            Self::Other(words) => json!(words),
        }
    }
}

fn served(known: Option<&str>) -> Value {
    json!(format!("the plan {}", known.unwrap_or_default()))
}

/// A stage as a run makes it of what is wanted, every other setting as a new stage has it: what was set by hand since is
/// told. `path_of`: where an operation of the document is on AWS.
pub(super) fn expected(
    known: Option<&str>,
    wanted: &StageSettings,
    canary: Option<&str>,
    path_of: &dyn Fn(&OperationKey) -> Option<OperationKey>,
) -> Facets {
    let mut facets = facets(&made(wanted, path_of), &Serves::Known, known);
    let canary = canary.and_then(|text| serde_json::from_str(text).ok());
    facets.insert(Facet::Canary, canary.unwrap_or_default());
    if known.is_none() {
        facets.remove(&Facet::Deployment);
    }
    facets
}

/// What AWS tells of a stage that was made with these settings.
fn made(wanted: &StageSettings, path_of: &dyn Fn(&OperationKey) -> Option<OperationKey>) -> Value {
    let mut every = Map::new();
    limits(&mut every, wanted.throttle);
    if let Some(level) = wanted.logging {
        every.insert("loggingLevel".to_owned(), json!(level_text(level)));
    }
    for (name, on) in [
        ("dataTraceEnabled", wanted.full_requests),
        ("metricsEnabled", wanted.metrics),
    ] {
        every.extend(on.map(|on| (name.to_owned(), json!(on))));
    }
    let mut stage = Map::new();
    if let Some(CacheSettings::On {
        size_gb,
        ttl_seconds,
        ..
    }) = &wanted.cache
    {
        every.insert("cachingEnabled".to_owned(), json!(true));
        let lifetime = ttl_seconds.map(|seconds| ("cacheTtlInSeconds".to_owned(), json!(seconds)));
        every.extend(lifetime);
        stage.insert("cacheClusterEnabled".to_owned(), json!(true));
        stage.insert("cacheClusterSize".to_owned(), json!(size_gb));
    }
    let mut methods = Map::new();
    for (operation, settings) in &wanted.operations {
        let Some(there) = path_of(operation) else {
            continue;
        };
        // A new entry gets what the stage has, all but how long answers are kept.
        let mut entry = every.clone();
        entry.remove("cacheTtlInSeconds");
        limits(&mut entry, settings.throttle);
        let caching = settings.caching;
        entry.extend(caching.map(|on| ("cachingEnabled".to_owned(), json!(on))));
        if settings.throttle.is_some() || caching.is_some() {
            let key = format!("{}/{}", there.path.replace('/', "~1"), there.method);
            methods.insert(key, Value::Object(entry));
        }
    }
    methods.insert(EVERY_METHOD.to_owned(), Value::Object(every));
    stage.insert("methodSettings".to_owned(), Value::Object(methods));
    let variables = wanted.variables.iter();
    let variables =
        variables.filter_map(|(name, value)| Some((name.clone(), json!(value.as_ref()?))));
    stage.insert("variables".to_owned(), Value::Object(variables.collect()));
    if let Some(AccessLog::On {
        destination,
        format,
    }) = &wanted.access_log
    {
        let log = json!({"destinationArn": destination, "format": format});
        stage.insert("accessLogSettings".to_owned(), log);
    }
    stage.insert(
        "tracingEnabled".to_owned(),
        json!(wanted.tracing == Some(true)),
    );
    Value::Object(stage)
}

fn limits(entry: &mut Map<String, Value>, throttle: Option<Throttle>) {
    if let Some(throttle) = throttle {
        entry.insert("throttlingRateLimit".to_owned(), json!(throttle.rate));
        entry.insert("throttlingBurstLimit".to_owned(), json!(throttle.burst));
    }
}

/// A stage as AWS tells it.
pub fn facets(stage: &Value, serves: &Serves, known: Option<&str>) -> Facets {
    let mut throttling = Map::new();
    let mut logging = Map::new();
    let mut caching = Map::new();
    let settings = stage["methodSettings"].as_object();
    for (of, setting) in settings.into_iter().flatten() {
        for (into, found) in [
            (&mut throttling, throttle(setting)),
            (&mut logging, logs(setting)),
            (&mut caching, caches(setting)),
        ] {
            if !found.is_empty() {
                // AWS keeps a key as it was first written.
                let of = operation_of(of).map_or_else(|| of.clone(), |it| it.to_string());
                into.insert(of, Value::Object(found));
            }
        }
    }
    let access = texts(stage, "accessLogSettings");
    if !access.is_empty() {
        logging.insert("access".to_owned(), Value::Object(access));
    }
    if flag(stage, "cacheClusterEnabled") == Some(true) {
        let size = text(stage, "cacheClusterSize");
        caching.insert("cluster".to_owned(), json!(size));
    }
    let mut facets = Facets::from([
        (Facet::Deployment, serves.value(known)),
        (Facet::Variables, Value::Object(texts(stage, "variables"))),
        (Facet::Throttling, Value::Object(throttling)),
        (Facet::Logging, Value::Object(logging)),
        (Facet::Caching, Value::Object(caching)),
        (
            Facet::Tracing,
            json!(flag(stage, "tracingEnabled").unwrap_or_default()),
        ),
    ]);
    let settings = &stage["canarySettings"];
    let percent = number(settings, "percentTraffic").unwrap_or_default();
    let deployment = text(settings, "deploymentId").unwrap_or_default();
    facets.insert(Facet::Canary, canary(&deployment, percent));
    facets
}

/// A canary; one that nobody meets is none.
pub(crate) fn canary(deployment: &str, percent: f64) -> Value {
    if percent <= 0.0 {
        return Value::Null;
    }
    json!({"deployment": deployment, "percent": percent})
}

fn throttle(setting: &Value) -> Map<String, Value> {
    // An account's own limits, which AWS fills in (aws-facts 3.2), and its word for none.
    let mut kept = Map::new();
    for (name, defaults) in [
        ("throttlingBurstLimit", [5_000.0, -1.0]),
        ("throttlingRateLimit", [10_000.0, -1.0]),
    ] {
        if let Some(limit) = number(setting, name).filter(|limit| !defaults.contains(limit)) {
            kept.insert(name.to_owned(), json!(limit));
        }
    }
    kept
}

fn logs(setting: &Value) -> Map<String, Value> {
    let mut kept = Map::new();
    let level = text(setting, "loggingLevel").filter(|level| !level.eq_ignore_ascii_case("OFF"));
    if let Some(level) = level {
        kept.insert("loggingLevel".to_owned(), json!(level.to_ascii_uppercase()));
    }
    for name in ["metricsEnabled", "dataTraceEnabled"] {
        if flag(setting, name) == Some(true) {
            kept.insert(name.to_owned(), json!(true));
        }
    }
    kept
}

fn caches(setting: &Value) -> Map<String, Value> {
    let mut kept = Map::new();
    // The other settings of a cache mean nothing while it is off.
    if flag(setting, "cachingEnabled") == Some(true) {
        kept.insert("cachingEnabled".to_owned(), json!(true));
        let lifetime = number(setting, "cacheTtlInSeconds").unwrap_or(300.0);
        kept.insert("cacheTtlInSeconds".to_owned(), json!(lifetime));
    }
    kept
}
