//! What is otherwise on a gateway than it was deployed, in API words.
//!
//! It refuses to tell a difference that may be none: only what both pictures tell is compared. It knows no vendor.
//!
//! Invariant: two equal pictures have no drift between them, and neither has a picture to one that tells less.

use gw_model::OperationKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::picture::{Facet, Facets, Part, Picture, Reach, canonical};

/// One difference between what was deployed and what is live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Drift {
    /// Of what.
    pub part: Part,
    /// In which respect; `None` for the whole part.
    pub facet: Option<Facet>,
    /// What became of it.
    pub kind: DriftKind,
    /// In one sentence: `GET /pets is open to everyone; it was deployed with an authorizer`.
    pub sentence: String,
    /// Whether fewer checks stand between a caller and the backend, or other ones.
    pub lowers_security: bool,
    /// Whether callers meet it.
    pub reach: Reach,
    /// How it was deployed, as JSON; `None` for nothing.
    pub expected: Option<String>,
    /// How it is, as JSON; `None` for nothing.
    pub live: Option<String>,
    /// The operations of the document it is about.
    pub operations: Vec<OperationKey>,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum DriftKind {
    /// It is gone.
    Removed,
    /// It came.
    Added,
    /// It is otherwise.
    Changed,
}

impl Drift {
    /// Names what it is about, whatever the values: equal keys are about the same thing.
    pub fn key(&self) -> String {
        key(&self.part, self.facet)
    }
}

fn key(part: &Part, facet: Option<Facet>) -> String {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let facet = facet.map(|facet| word(serde_json::to_value(facet).unwrap_or_default()));
    match facet {
        Some(facet) => format!("{part}: {facet}"),
        None => part.to_string(),
    }
}

/// Every difference: what lowers security first, then other security, then what is gone, came and changed.
pub fn compare(expected: &Picture, live: &Picture) -> Vec<Drift> {
    let comparing = Comparing { expected, live };
    let mut found = Vec::new();
    if let Some(absent) = &live.absent {
        found.push(Drift {
            reach: Reach::Callers,
            ..comparing.drift(
                &absent.part,
                None,
                DriftKind::Removed,
                absent.sentence.clone(),
            )
        });
    }
    for (part, facets) in &expected.parts {
        match live.parts.get(part) {
            Some(now) => comparing.facets(part, facets, now, &mut found),
            None if live.absent.is_some() || live.untold.contains(&part.kind()) => {}
            None => found.push(comparing.removed(part, facets)),
        }
    }
    for (part, facets) in &live.parts {
        if !expected.parts.contains_key(part) && !expected.untold.contains(&part.kind()) {
            found.push(comparing.added(part, facets));
        }
    }
    found.sort_by_key(|drift| {
        let is_security = drift.facet.is_some_and(Facet::is_security);
        (!drift.lowers_security, !is_security, drift.kind)
    });
    found
}

struct Comparing<'p> {
    expected: &'p Picture,
    live: &'p Picture,
}

impl Comparing<'_> {
    fn drift(&self, part: &Part, facet: Option<Facet>, kind: DriftKind, sentence: String) -> Drift {
        let reach = if part.acts_at_once() {
            Reach::Callers
        } else {
            self.live.reach
        };
        Drift {
            part: part.clone(),
            facet,
            kind,
            sentence,
            lowers_security: false,
            reach,
            expected: None,
            live: None,
            operations: self.operations(part),
        }
    }

    /// The document's operations behind one of the gateway's. What was added by hand beside others is called as they are.
    fn operations(&self, part: &Part) -> Vec<OperationKey> {
        let Part::Operation(key) = part else {
            return Vec::new();
        };
        let known = &self.expected.stands_for;
        if let Some(known) = known.get(key) {
            return known.clone();
        }
        let beside = known
            .iter()
            .find(|(other, _)| other.path == key.path)
            .and_then(|(_, documents)| documents.first());
        let path = beside.map_or(&key.path, |beside| &beside.path);
        vec![OperationKey::new(key.method, path.clone())]
    }

    fn removed(&self, part: &Part, was: &Facets) -> Drift {
        let sentence = match part {
            Part::Operation(operation) => format!("{operation} is gone"),
            _ => format!("{} is gone", capital(part)),
        };
        Drift {
            expected: Some(text(&whole(was))),
            ..self.drift(part, None, DriftKind::Removed, sentence)
        }
    }

    fn added(&self, part: &Part, now: &Facets) -> Drift {
        let is_open = now.get(&Facet::Authorization).is_some_and(is_open)
            && now.get(&Facet::ApiKey) != Some(&Value::Bool(true));
        let sentence = match part {
            Part::Operation(operation) if is_open => {
                format!("{operation} was added by hand, open to everyone")
            }
            Part::Operation(operation) => format!("{operation} was added by hand"),
            _ => format!("{} was added by hand", capital(part)),
        };
        Drift {
            lowers_security: is_open,
            live: Some(text(&whole(now))),
            ..self.drift(part, None, DriftKind::Added, sentence)
        }
    }

    fn facets(&self, part: &Part, was: &Facets, now: &Facets, found: &mut Vec<Drift>) {
        for (facet, before) in was {
            let Some(after) = now.get(facet) else {
                continue;
            };
            let (before, after) = (canonical(before.clone()), canonical(after.clone()));
            if before == after {
                continue;
            }
            let sentence = sentence(part, *facet, &before, &after);
            let lowers_security = lowers(*facet, &before, &after);
            found.push(Drift {
                lowers_security,
                expected: Some(text(&before)),
                live: Some(text(&after)),
                ..self.drift(part, Some(*facet), DriftKind::Changed, sentence)
            });
        }
    }
}

fn whole(facets: &Facets) -> Value {
    let named = facets.iter().map(|(facet, value)| {
        let name = serde_json::to_value(facet).unwrap_or_default();
        (
            name.as_str().unwrap_or_default().to_owned(),
            canonical(value.clone()),
        )
    });
    Value::Object(named.collect())
}

fn text(value: &Value) -> String {
    value.to_string()
}

fn is_open(authorization: &Value) -> bool {
    authorization["kind"] == "open"
}

fn lowers(facet: Facet, before: &Value, after: &Value) -> bool {
    match facet {
        Facet::Authorization => !is_open(before),
        Facet::ApiKey => *before == Value::Bool(true),
        // Who checks, by what, and for how long: any other answer may let others in.
        Facet::Function | Facet::Identity | Facet::Policy => true,
        Facet::Lifetime => after.as_u64() > before.as_u64(),
        Facet::Checks => ["body", "parameters"]
            .iter()
            .any(|check| before[*check] == true && after[*check] == false),
        _ => false,
    }
}

fn sentence(part: &Part, facet: Facet, before: &Value, after: &Value) -> String {
    let name = capital(part);
    match facet {
        Facet::Authorization => match (is_open(before), is_open(after)) {
            (false, true) => format!(
                "{name} is open to everyone; it was deployed with {}",
                who(before)
            ),
            (true, false) => format!("{name} asks for {}; it was deployed open", who(after)),
            _ => format!("{name} asks for {} instead of {}", who(after), who(before)),
        },
        Facet::ApiKey if *after == Value::Bool(true) => format!("{name} asks for an API key"),
        Facet::ApiKey => format!("{name} no longer asks for an API key"),
        Facet::Function => format!("{name} asks {} instead of {}", plain(after), plain(before)),
        Facet::Lifetime => format!(
            "{name} keeps an answer for {} s instead of {} s",
            plain(after),
            plain(before)
        ),
        Facet::Backend => backend(&name, before, after),
        Facet::Deployment => format!("{name} serves {}", plain(after)),
        Facet::Parameters => listed(&name, "demands", "no longer demands", before, after),
        Facet::BinaryTypes => listed(
            &name,
            "passes as bytes",
            "no longer passes as bytes",
            before,
            after,
        ),
        Facet::Variables => keyed(&name, "variable", before, after),
        Facet::Tracing if *after == Value::Bool(true) => format!("{name} traces calls"),
        Facet::Tracing => format!("{name} no longer traces calls"),
        Facet::Mark => format!("{name} has lost the tag that says whose it is"),
        Facet::Permission => {
            format!("{name} may no longer be asked by the API: its permission is gone")
        }
        other => format!("{name} is otherwise in {}", other.words()),
    }
}

fn who(authorization: &Value) -> String {
    match authorization["kind"].as_str() {
        Some("authorizer") => format!("the authorizer '{}'", plain(&authorization["name"])),
        Some("token") => "a token".to_owned(),
        Some("iam") => "AWS credentials (IAM)".to_owned(),
        Some("cognito") => format!("a Cognito token ('{}')", plain(&authorization["name"])),
        Some("open") => "nothing".to_owned(),
        Some(other) => other.to_owned(),
        None => "something unknown".to_owned(),
    }
}

fn backend(name: &str, before: &Value, after: &Value) -> String {
    let at = |value: &Value| value["uri"].as_str().map(str::to_owned);
    match (at(before), at(after)) {
        (Some(was), Some(now)) if was != now => format!("{name} goes to {now} instead of {was}"),
        (Some(was), None) => format!("{name} no longer goes to {was}"),
        (None, Some(now)) => format!("{name} goes to {now}; it was answered by the gateway"),
        _ => {
            let keys = |value: &Value| -> Vec<String> {
                value
                    .as_object()
                    .into_iter()
                    .flat_map(|fields| fields.keys().cloned())
                    .collect()
            };
            let mut changed = keys(before);
            changed.extend(keys(after));
            changed.sort();
            changed.dedup();
            changed.retain(|key| before[key.as_str()] != after[key.as_str()]);
            format!(
                "{name} reaches its backend otherwise: {}",
                changed.join(", ")
            )
        }
    }
}

fn listed(name: &str, came: &str, went: &str, before: &Value, after: &Value) -> String {
    let items = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(plain).collect()
    };
    let (was, now) = (items(before), items(after));
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let here = these.iter().filter(|one| !those.contains(one));
        here.cloned().collect()
    };
    let (new, lost) = (only(&now, &was), only(&was, &now));
    let mut said = Vec::new();
    if !new.is_empty() {
        said.push(format!("{came} {}", new.join(", ")));
    }
    if !lost.is_empty() {
        said.push(format!("{went} {}", lost.join(", ")));
    }
    format!("{name} {}", said.join(" and "))
}

fn keyed(name: &str, noun: &str, before: &Value, after: &Value) -> String {
    let names = |these: &Value, those: &Value, both: bool| -> Vec<String> {
        let entries = these.as_object().into_iter().flatten();
        entries
            .filter(|(key, value)| match those.get(key.as_str()) {
                Some(other) => both && other != *value,
                None => !both,
            })
            .map(|(key, _)| format!("'{key}'"))
            .collect()
    };
    let said: Vec<String> = [
        ("has the new", names(after, before, false)),
        ("has lost the", names(before, after, false)),
        ("has another value in the", names(after, before, true)),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(verb, names)| {
        let plural = if names.len() == 1 { "" } else { "s" };
        format!("{verb} {noun}{plural} {}", names.join(", "))
    })
    .collect();
    format!("{name} {}", said.join(" and "))
}

/// A value as it stands in a sentence.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

fn capital(part: &Part) -> String {
    let words = part.to_string();
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_uppercase(), chars.as_str())
    })
}

#[cfg(test)]
mod tests {
    use gw_model::HttpMethod;
    use serde_json::json;

    use super::*;
    use crate::picture::{Absence, PartKind};

    fn operation(path: &str) -> Part {
        Part::Operation(OperationKey::new(HttpMethod::Get, path))
    }

    fn picture(parts: &[(Part, &[(Facet, Value)])]) -> Picture {
        let part = |(part, facets): &(Part, &[(Facet, Value)])| {
            (part.clone(), facets.iter().cloned().collect())
        };
        Picture {
            parts: parts.iter().map(part).collect(),
            ..Picture::default()
        }
    }

    fn said(expected: &Picture, live: &Picture) -> Vec<(String, bool)> {
        let told = |drift: Drift| (drift.sentence, drift.lowers_security);
        compare(expected, live).into_iter().map(told).collect()
    }

    #[test]
    fn what_is_told_in_one_picture_only_is_no_drift() {
        let full = picture(&[
            (
                operation("/a"),
                &[
                    (Facet::Authorization, json!({"kind": "open"})),
                    (Facet::ApiKey, json!(false)),
                ],
            ),
            (Part::Stage, &[(Facet::Variables, json!({}))]),
        ]);
        assert_eq!(compare(&full, &full), []);
        let less = picture(&[
            (operation("/a"), &[(Facet::ApiKey, json!(false))]),
            (Part::Stage, &[]),
        ]);
        assert_eq!(compare(&full, &less), []);
        assert_eq!(compare(&less, &full), []);
        let silent = Picture {
            untold: vec![PartKind::Operation, PartKind::Stage],
            ..Picture::default()
        };
        assert_eq!(compare(&full, &silent), []);
        assert_eq!(compare(&silent, &full), []);
    }

    #[test]
    fn each_change_is_said_in_api_words_and_security_comes_first() {
        let open = json!({"kind": "open"});
        let asks = json!({"kind": "authorizer", "name": "gatewright"});
        let to = |uri: &str| json!({"type": "http_proxy", "uri": uri});
        let before = picture(&[
            (operation("/gone"), &[(Facet::Authorization, open.clone())]),
            (
                operation("/pets"),
                &[
                    (Facet::Authorization, asks.clone()),
                    (Facet::Backend, to("https://a.test")),
                ],
            ),
            (operation("/shut"), &[(Facet::Authorization, open.clone())]),
            (
                Part::Stage,
                &[
                    (Facet::Variables, json!({"a": "1", "b": "2"})),
                    (Facet::Tracing, json!(false)),
                ],
            ),
            (
                Part::Authorizer("gatewright".into()),
                &[(Facet::Lifetime, json!(300))],
            ),
        ]);
        let after = picture(&[
            (operation("/new"), &[(Facet::Authorization, open.clone())]),
            (
                operation("/pets"),
                &[
                    (Facet::Authorization, open),
                    (Facet::Backend, to("https://b.test")),
                ],
            ),
            (
                operation("/shut"),
                &[(Facet::Authorization, json!({"kind": "iam"}))],
            ),
            (
                Part::Stage,
                &[
                    (Facet::Variables, json!({"b": "3", "c": "4"})),
                    (Facet::Tracing, json!(true)),
                ],
            ),
            (
                Part::Authorizer("gatewright".into()),
                &[(Facet::Lifetime, json!(60))],
            ),
        ]);
        let told = said(&before, &after);
        let expected = [
            ("GET /new was added by hand, open to everyone", true),
            (
                "GET /pets is open to everyone; it was deployed with the authorizer 'gatewright'",
                true,
            ),
            (
                "GET /shut asks for AWS credentials (IAM); it was deployed open",
                false,
            ),
            (
                "The authorizer 'gatewright' keeps an answer for 60 s instead of 300 s",
                false,
            ),
            ("GET /gone is gone", false),
            (
                "The stage has the new variable 'c' and has lost the variable 'a' and has another value in the variable 'b'",
                false,
            ),
            ("The stage traces calls", false),
            (
                "GET /pets goes to https://b.test instead of https://a.test",
                false,
            ),
        ];
        let mut sorted = told.clone();
        sorted.sort();
        let mut wanted: Vec<(String, bool)> = expected
            .iter()
            .map(|(text, low)| ((*text).to_owned(), *low))
            .collect();
        wanted.sort();
        assert_eq!(sorted, wanted);
        let first_harmless = told.iter().position(|(_, low)| !low).unwrap();
        assert_eq!(first_harmless, 2, "{told:#?}");
    }

    #[test]
    fn what_is_gone_as_a_whole_is_told_once() {
        let before = picture(&[
            (operation("/a"), &[]),
            (Part::Stage, &[]),
            (Part::Object("authorizer function".into()), &[]),
        ]);
        let after = Picture {
            absent: Some(Absence {
                part: Part::Api,
                sentence: "The REST API x is gone".into(),
            }),
            ..Picture::default()
        };
        let found = compare(&before, &after);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].kind, found[0].key().as_str()),
            (DriftKind::Removed, "the API")
        );
    }

    #[test]
    fn operations_are_called_as_the_document_calls_them() {
        let aws = OperationKey::new(HttpMethod::Get, "/pets/{id}");
        let mut before = picture(&[(Part::Operation(aws.clone()), &[])]);
        let own = OperationKey::new(HttpMethod::Get, "/pets/{petId}");
        before.stands_for.insert(aws, vec![own.clone()]);
        let mut after = before.clone();
        after.parts.insert(
            Part::Operation(OperationKey::new(HttpMethod::Put, "/pets/{id}")),
            Facets::new(),
        );
        assert_eq!(
            compare(&before, &after)[0].operations,
            [OperationKey::new(HttpMethod::Put, "/pets/{petId}")]
        );
        let empty = Picture::default();
        assert_eq!(compare(&before, &empty)[0].operations, [own]);
    }

    #[test]
    fn a_draft_is_not_met_by_callers_but_the_stage_is() {
        let before = picture(&[
            (operation("/a"), &[(Facet::ApiKey, json!(false))]),
            (Part::Stage, &[(Facet::Tracing, json!(false))]),
        ]);
        let mut after = picture(&[
            (operation("/a"), &[(Facet::ApiKey, json!(true))]),
            (Part::Stage, &[(Facet::Tracing, json!(true))]),
        ]);
        after.reach = Reach::Draft;
        let found = compare(&before, &after);
        let reach = |facet: Facet| {
            found
                .iter()
                .find(|drift| drift.facet == Some(facet))
                .map(|drift| drift.reach)
        };
        assert_eq!(
            (reach(Facet::ApiKey), reach(Facet::Tracing)),
            (Some(Reach::Draft), Some(Reach::Callers))
        );
    }
}
