//! Rules about what the document says of itself.
//!
//! It refuses to know operations.

use std::collections::BTreeSet;

use gw_model::Place;
use gw_openapi::{Document, Node, SpecVersion};

use super::scan::Seen;
use super::{Found, Rule, Subject, at_key, counted};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW001",
        check: newer_version,
    },
    Rule {
        id: "GW004",
        check: outward_references,
    },
    Rule {
        id: "GW005",
        check: server_path,
    },
    Rule {
        id: "GW007",
        check: other_name,
    },
    Rule {
        id: "GW008",
        check: callbacks,
    },
    Rule {
        id: "GW009",
        check: tags,
    },
];

pub(super) const OF_UNREADABLE: &[Rule] = &[Rule {
    id: "GW002",
    check: unreadable,
}];

fn unreadable(subject: &Subject<'_>, found: &mut Found) {
    let document = subject.document;
    let (place, message) = if document.is_sound() {
        let place = first_of(document, &["doc-unsupported", "doc-empty"]);
        (place, "AWS cannot read this as an OpenAPI document")
    } else {
        let place = first_of(document, &["doc-malformed", "doc-hostile"]);
        (place, "AWS cannot read the document from here on")
    };
    found.add(|| (place, message.to_owned()));
}

/// Where reading stopped: read again, for a document does not keep what was wrong with it.
fn first_of(document: &Document, rules: &[&str]) -> Place {
    let (_, wrong) = Document::parse_as(document.text(), document.format());
    let first = wrong
        .into_iter()
        .find(|finding| rules.contains(&finding.rule.as_str()));
    first.map(|finding| finding.place).unwrap_or_default()
}

fn newer_version(subject: &Subject<'_>, found: &mut Found) {
    if let Some(SpecVersion::V3_1 | SpecVersion::V3_2) = subject.document.version() {
        let text = subject.document.at("/openapi").and_then(Node::scalar_text);
        found.add(|| {
            let message = format!(
                "The document is OpenAPI {}; it is compiled down to 3.0 for AWS",
                text.unwrap_or_default()
            );
            (subject.place_at("/openapi"), message)
        });
    }
}

fn outward_references(subject: &Subject<'_>, found: &mut Found) {
    let mut told = BTreeSet::new();
    for &node in &subject.scan.outward {
        let target = node.as_str().unwrap_or_default();
        if told.insert(target) {
            found.add(|| {
                let short: String = target.chars().take(80).collect();
                (
                    at_key(node),
                    format!("The reference '{short}' leads out of this document"),
                )
            });
        }
    }
}

fn server_path(subject: &Subject<'_>, found: &mut Found) {
    let servers = subject.document.servers();
    let path_of = |url: &String| {
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let path = rest.find('/').and_then(|at| rest.get(at..))?;
        let path = path.split(['?', '#']).next()?.trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    let Some((index, path)) = servers
        .iter()
        .enumerate()
        .find_map(|(index, url)| Some((index, path_of(url)?)))
    else {
        return;
    };
    found.add(|| {
        let place = if subject.document.version() == Some(SpecVersion::V2) {
            subject.place_at("/basePath")
        } else {
            subject.place_at(&format!("/servers/{index}/url"))
        };
        let region = &subject.target.region;
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let stage = &subject.target.stage;
        let routes = &subject.plan.routes;
        let example = routes.first().map_or("/", |route| route.operation.path.as_str());
        let message = format!(
            "'{path}' is no part of the URL on AWS: {example} is at https://API.execute-api.{region}.amazonaws.com{suffix}/{stage}{example}"
        );
        (place, message)
    });
}

fn other_name(subject: &Subject<'_>, found: &mut Found) {
    let (title, name) = (subject.document.title(), &subject.plan.name);
    // `pet-store` is Pet Store to everybody.
    let spoken = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    if let Some(title) = title.filter(|title| spoken(title) != spoken(name)) {
        found.add(|| {
            let short: String = title.chars().take(80).collect();
            let message = format!("On AWS the API is called '{name}' and not '{short}'");
            (subject.place_at("/info/title"), message)
        });
    }
}

fn callbacks(subject: &Subject<'_>, found: &mut Found) {
    let hooks = subject.document.at("/webhooks");
    if let Some(hooks) = hooks.filter(|hooks| !hooks.is_empty()) {
        let count = counted(hooks.len(), "webhook is", "webhooks are");
        found.add(|| (at_key(hooks), format!("{count} left out on AWS")));
    }
    let mut tell = |seen: &Seen<'_>, one: &str, many: &str| {
        if let Some(first) = seen.first {
            let count = counted(seen.count, one, many);
            found.add(|| (at_key(first), format!("{count} left out on AWS")));
        }
    };
    tell(
        &subject.scan.callbacks,
        "set of callbacks is",
        "sets of callbacks are",
    );
    tell(&subject.scan.links, "set of links is", "sets of links are");
}

fn tags(subject: &Subject<'_>, found: &mut Found) {
    if let Some(first) = subject.scan.tags.first {
        found.add(|| {
            let message = "Tags and external documentation are left out on AWS".to_owned();
            (at_key(first), message)
        });
    }
}
