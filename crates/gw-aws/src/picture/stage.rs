//! What a stage says: the copy callers meet, and settings that act at once.
//!
//! It refuses to mind what is left as found: the web ACL, the client certificate, documentation and other tools' tags.

use gw_connector::{Facet, Facets};
use gw_model::StageSettings;
use serde_json::{Map, Value, json};

use super::common::{flag, number, text, texts};
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

/// A stage as a run makes it. Of settings nobody wants from Gatewright, what was set by hand since is told; what is wanted
/// of the others, and what becomes of them, the next plan tells.
pub(super) fn expected(
    known: Option<&str>,
    wanted: &StageSettings,
    canary: Option<&str>,
) -> Facets {
    let canary = canary.and_then(|text| serde_json::from_str(text).ok());
    let mut facets = Facets::from([
        (Facet::Variables, json!({})),
        (Facet::Throttling, json!({})),
        (Facet::Logging, json!({})),
        (Facet::Caching, json!({})),
        (Facet::Tracing, json!(false)),
        (Facet::Canary, canary.unwrap_or_default()),
    ]);
    let operations = || wanted.operations.values();
    let is_wanted = [
        (Facet::Variables, !wanted.variables.is_empty()),
        (
            Facet::Throttling,
            wanted.throttle.is_some() || operations().any(|it| it.throttle.is_some()),
        ),
        (
            Facet::Logging,
            wanted.logging.is_some()
                || wanted.full_requests.is_some()
                || wanted.metrics.is_some()
                || wanted.access_log.is_some(),
        ),
        (
            Facet::Caching,
            wanted.cache.is_some() || operations().any(|it| it.caching.is_some()),
        ),
        (Facet::Tracing, wanted.tracing.is_some()),
    ];
    facets.retain(|facet, _| !is_wanted.contains(&(*facet, true)));
    if known.is_some() {
        facets.insert(Facet::Deployment, served(known));
    }
    facets
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
                into.insert(of.clone(), Value::Object(found));
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
