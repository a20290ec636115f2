//! What is wanted of a stage against what it has: the patch operations that lead there, those that lead back, the words.
//!
//! It refuses to touch what nobody asked for: a firewall, a client certificate, a canary and every field that is left as
//! found are in no operation.
//!
//! Invariant: an entry of the method settings that was there gets its former values back, field by field; one that was
//! not is removed whole, because AWS removes no single field.

use gw_connector::SettingChange;
use gw_model::{
    AccessLog, CacheSettings, OperationKey, OperationSettings, StageSettings, Throttle,
};
use serde::{Deserialize, Serialize};

use crate::live_stage::{EVERY_METHOD, Field, LiveStage, Method, level_text};

/// A patch operation of `UpdateStage`: replaces, or removes without a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Patch {
    pub path: String,
    pub value: Option<String>,
}

/// One setting that is to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub change: SettingChange,
    /// Empty for a tag: tags are set by a call of their own.
    pub patches: Vec<Patch>,
    pub back: Vec<Patch>,
}

/// Everything that is to be otherwise, in the order of the settings. `path_of` says where an operation of the document
/// is on AWS; one that is not there is left out.
pub(crate) fn differences(
    wanted: &StageSettings,
    live: &LiveStage,
    path_of: &dyn Fn(&OperationKey) -> Option<OperationKey>,
) -> Vec<Difference> {
    let comparison = Comparison { wanted, live };
    let mut all = comparison.variables();
    all.extend(comparison.throttle());
    all.extend(comparison.logging());
    all.extend(comparison.access_log());
    all.extend(comparison.cache());
    for (operation, settings) in &wanted.operations {
        if let Some(there) = path_of(operation) {
            all.extend(comparison.operation(operation, &there, settings));
        }
    }
    all.extend(comparison.tracing());
    all.extend(comparison.tags());
    all
}

/// The way there, all of it.
pub(crate) fn patches(differences: &[Difference]) -> Vec<Patch> {
    let all = differences.iter().flat_map(|it| it.patches.iter().cloned());
    all.collect()
}

/// The way back, each operation once.
pub(crate) fn back(differences: &[Difference]) -> Vec<Patch> {
    let mut all: Vec<Patch> = Vec::new();
    for patch in differences.iter().flat_map(|it| &it.back) {
        if !all.contains(patch) {
            all.push(patch.clone());
        }
    }
    all
}

/// The settings in a few words: `variables, throttle`.
pub(crate) fn in_short(differences: &[Difference]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for difference in differences.iter().filter(|it| !it.patches.is_empty()) {
        let word = difference.change.setting.split('/').next().unwrap_or("");
        let word = match word {
            "access_log" => "access log",
            "operations" => "single operations",
            "full_requests" => "whole requests in the log",
            word => word,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(", ")
}

struct Comparison<'a> {
    wanted: &'a StageSettings,
    live: &'a LiveStage,
}

impl Comparison<'_> {
    fn variables(&self) -> Vec<Difference> {
        let all = self.wanted.variables.iter();
        all.filter_map(|(name, wanted)| {
            let found = self.live.variables.get(name);
            if wanted.as_ref() == found {
                return None;
            }
            let sentence = match (wanted, found) {
                (Some(new), Some(old)) => {
                    format!("The stage variable '{name}' becomes '{new}' (was '{old}')")
                }
                (Some(new), None) => format!("The stage variable '{name}' is new: '{new}'"),
                (None, Some(old)) => {
                    format!("The stage variable '{name}' is removed (was '{old}')")
                }
                (None, None) => return None,
            };
            let path = format!("/variables/{name}");
            Some(Difference {
                change: change(format!("variables/{name}"), sentence),
                patches: vec![patch(&path, wanted.clone())],
                back: vec![patch(&path, found.cloned())],
            })
        })
        .collect()
    }

    fn throttle(&self) -> Option<Difference> {
        let wanted = self.wanted.throttle?;
        let found = self.every().map(throttle_of);
        let sentence = format!(
            "The stage's throttle becomes {} (was {})",
            throttle_words(Some(wanted), "the account's"),
            throttle_words(found, "the account's"),
        );
        self.fields(
            EVERY_METHOD,
            &throttle_fields(wanted),
            change("throttle", sentence),
        )
    }

    fn logging(&self) -> Vec<Difference> {
        let default = Method::default();
        let found = self.every().unwrap_or(&default);
        let on = |on: bool| if on { "on" } else { "off" };
        let mut all = Vec::new();
        if let Some(level) = self.wanted.logging {
            let text = level_text(level);
            let sentence = format!(
                "The gateway's log becomes {} (was {})",
                text.to_ascii_lowercase(),
                found.logging.to_ascii_lowercase()
            );
            all.extend(self.fields(
                EVERY_METHOD,
                &[(Field::Logging, text.to_owned())],
                change("logging", sentence),
            ));
        }
        if let Some(wanted) = self.wanted.full_requests {
            let sentence = format!(
                "Whole requests and answers in the gateway's log become {} (were {})",
                on(wanted),
                on(found.full_requests)
            );
            all.extend(self.fields(
                EVERY_METHOD,
                &[(Field::FullRequests, wanted.to_string())],
                change("full_requests", sentence),
            ));
        }
        if let Some(wanted) = self.wanted.metrics {
            let sentence = format!(
                "Metrics of each operation become {} (were {})",
                on(wanted),
                on(found.metrics)
            );
            all.extend(self.fields(
                EVERY_METHOD,
                &[(Field::Metrics, wanted.to_string())],
                change("metrics", sentence),
            ));
        }
        all
    }

    fn access_log(&self) -> Option<Difference> {
        let wanted = match self.wanted.access_log.as_ref()? {
            AccessLog::Off => None,
            AccessLog::On {
                destination,
                format,
            } => Some((destination, format)),
        };
        let found = self.live.access_log.as_ref().map(|(to, form)| (to, form));
        if wanted == found {
            return None;
        }
        let sentence = match (wanted, found) {
            (Some((new, _)), Some((old, _))) if new == old => {
                format!("The access log to {new} gets another format")
            }
            (Some((new, _)), Some((old, _))) => {
                format!("The access log goes to {new} (went to {old})")
            }
            (Some((new, _)), None) => format!("The access log goes to {new} (was off)"),
            (None, Some((old, _))) => format!("The access log is switched off (went to {old})"),
            (None, None) => return None,
        };
        let operations = |log: Option<(&String, &String)>| match log {
            None => vec![patch("/accessLogSettings", None)],
            Some((destination, format)) => vec![
                patch(
                    "/accessLogSettings/destinationArn",
                    Some(destination.clone()),
                ),
                patch("/accessLogSettings/format", Some(format.clone())),
            ],
        };
        Some(Difference {
            change: change("access_log", sentence),
            patches: operations(wanted),
            back: operations(found),
        })
    }

    fn cache(&self) -> Option<Difference> {
        let found = self.live.cache.as_deref();
        let cluster = |size: Option<&str>| match size {
            None => vec![patch("/cacheClusterEnabled", Some("false".to_owned()))],
            Some(size) => vec![
                patch("/cacheClusterEnabled", Some("true".to_owned())),
                patch("/cacheClusterSize", Some(size.to_owned())),
            ],
        };
        let was = found.map_or("was off".to_owned(), |size| format!("had {size} GB"));
        let CacheSettings::On {
            size_gb,
            ttl_seconds,
            encrypted,
        } = self.wanted.cache.as_ref()?
        else {
            found?;
            return Some(Difference {
                change: change("cache", format!("The cache is switched off ({was})")),
                patches: cluster(None),
                back: cluster(found),
            });
        };
        let mut fields = vec![(Field::Caching, "true".to_owned())];
        fields.extend(ttl_seconds.map(|ttl| (Field::Ttl, ttl.to_string())));
        fields.extend(encrypted.map(|on| (Field::Encrypted, on.to_string())));
        let mut told = format!("The cache has {size_gb} GB");
        if let Some(ttl) = ttl_seconds {
            told.push_str(&format!(", kept {ttl} s"));
        }
        if let Some(on) = encrypted {
            told.push_str(if *on {
                ", encrypted"
            } else {
                ", not encrypted"
            });
        }
        let change = change("cache", format!("{told} ({was})"));
        let of_methods = self.fields(EVERY_METHOD, &fields, change.clone());
        if found == Some(size_gb.as_str()) {
            return of_methods;
        }
        let (mut patches, mut back) = (cluster(Some(size_gb)), cluster(found));
        if let Some(of_methods) = of_methods {
            patches.extend(of_methods.patches);
            back.extend(of_methods.back);
        }
        Some(Difference {
            change,
            patches,
            back,
        })
    }

    fn operation(
        &self,
        operation: &OperationKey,
        there: &OperationKey,
        settings: &OperationSettings,
    ) -> Vec<Difference> {
        let known = self.live.key_of(there);
        let key = known.map_or_else(|| key(there), str::to_owned);
        let found = known.and_then(|key| self.live.methods.get(key));
        let mut all = Vec::new();
        if let Some(throttle) = settings.throttle {
            let sentence = format!(
                "The throttle of {operation} becomes {} (was {})",
                throttle_words(Some(throttle), "the stage's"),
                throttle_words(found.map(throttle_of), "the stage's"),
            );
            let change = change(format!("operations/{operation}/throttle"), sentence);
            all.extend(self.fields(&key, &throttle_fields(throttle), change));
        }
        if let Some(caching) = settings.caching {
            let sentence = format!(
                "Answers of {operation} are {}kept",
                if caching { "" } else { "not " }
            );
            let change = change(format!("operations/{operation}/caching"), sentence);
            all.extend(self.fields(&key, &[(Field::Caching, caching.to_string())], change));
        }
        if let (Some(first), None) = (all.first_mut(), found) {
            first.patches.extend(self.inherited(&key, settings));
        }
        all
    }

    /// A new entry holds for its method in every field, so it gets what the stage has in those nobody set.
    fn inherited(&self, key: &str, settings: &OperationSettings) -> Vec<Patch> {
        let (default, wanted) = (Method::default(), self.wanted);
        let stage = self.every().unwrap_or(&default);
        let mut fields = vec![
            (
                Field::Logging,
                wanted
                    .logging
                    .map_or_else(|| stage.logging.clone(), |it| level_text(it).to_owned()),
            ),
            (
                Field::FullRequests,
                wanted
                    .full_requests
                    .unwrap_or(stage.full_requests)
                    .to_string(),
            ),
            (
                Field::Metrics,
                wanted.metrics.unwrap_or(stage.metrics).to_string(),
            ),
        ];
        if settings.throttle.is_none() {
            fields.extend(throttle_fields(
                wanted.throttle.unwrap_or(throttle_of(stage)),
            ));
        }
        let caches = matches!(wanted.cache, Some(CacheSettings::On { .. })) || stage.caching;
        if settings.caching.is_none() {
            fields.push((Field::Caching, caches.to_string()));
        }
        fields.retain(|(field, value)| *value != default.text(*field));
        fields
            .into_iter()
            .map(|(field, value)| patch(&field_path(key, field), Some(value)))
            .collect()
    }

    fn tracing(&self) -> Option<Difference> {
        let wanted = self.wanted.tracing?;
        if wanted == self.live.tracing {
            return None;
        }
        let on = |on: bool| patch("/tracingEnabled", Some(on.to_string()));
        let sentence = if wanted {
            "Requests are traced with X-Ray (were not)"
        } else {
            "Requests are no longer traced with X-Ray"
        };
        Some(Difference {
            change: change("tracing", sentence),
            patches: vec![on(wanted)],
            back: vec![on(self.live.tracing)],
        })
    }

    fn tags(&self) -> Vec<Difference> {
        let all = self.wanted.tags.iter();
        all.filter_map(|(name, wanted)| {
            let found = self.live.tags.get(name);
            let sentence = match found {
                Some(found) if found == wanted => return None,
                Some(old) => format!("The tag '{name}' becomes '{wanted}' (was '{old}')"),
                None => format!("The tag '{name}' is new: '{wanted}'"),
            };
            Some(Difference {
                change: change(format!("tags/{name}"), sentence),
                patches: Vec::new(),
                back: Vec::new(),
            })
        })
        .collect()
    }

    fn every(&self) -> Option<&Method> {
        self.live.methods.get(EVERY_METHOD)
    }

    /// The fields of one entry that are to be otherwise; `None` when none is.
    fn fields(
        &self,
        key: &str,
        wanted: &[(Field, String)],
        change: SettingChange,
    ) -> Option<Difference> {
        let entry = self.live.methods.get(key);
        let default = Method::default();
        let found = entry.unwrap_or(&default);
        let differ = wanted
            .iter()
            .filter(|(field, value)| *value != found.text(*field));
        let (mut patches, mut back) = (Vec::new(), Vec::new());
        for (field, value) in differ {
            let path = field_path(key, *field);
            patches.push(patch(&path, Some(value.clone())));
            match entry {
                Some(entry) => back.push(patch(&path, Some(entry.text(*field)))),
                None => back.push(patch(&format!("/{key}"), None)),
            }
        }
        (!patches.is_empty()).then_some(Difference {
            change,
            patches,
            back,
        })
    }
}

fn change(setting: impl Into<String>, sentence: impl Into<String>) -> SettingChange {
    SettingChange {
        setting: setting.into(),
        sentence: sentence.into(),
    }
}

fn patch(path: &str, value: Option<String>) -> Patch {
    Patch {
        path: path.to_owned(),
        value,
    }
}

fn field_path(key: &str, field: Field) -> String {
    format!("/{key}/{}", field.path())
}

/// The key of an operation's entry as AWS's reference writes it.
fn key(operation: &OperationKey) -> String {
    format!("{}/{}", operation.path.replace('/', "~1"), operation.method)
}

fn throttle_of(method: &Method) -> Throttle {
    Throttle {
        rate: method.rate,
        burst: method.burst,
    }
}

fn throttle_fields(throttle: Throttle) -> [(Field, String); 2] {
    [
        (Field::Burst, throttle.burst.to_string()),
        (Field::Rate, throttle.rate.to_string()),
    ]
}

fn throttle_words(throttle: Option<Throttle>, otherwise: &str) -> String {
    match throttle {
        Some(throttle) if throttle != Throttle::NONE => {
            format!("{} requests/s, burst {}", throttle.rate, throttle.burst)
        }
        _ => otherwise.to_owned(),
    }
}

#[cfg(test)]
mod tests;
