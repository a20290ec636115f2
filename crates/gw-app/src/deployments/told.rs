//! What gateways said about a document in a run, led to its place in the document that was published, and to where that
//! stands now.
//!
//! It refuses to guess: words that name no place have none, and a place that is gone leads nowhere.

use std::collections::HashSet;

use gw_aws_import::explain::{finding, messages};
use gw_deploy::{Entry, Record, RunHeader};
use gw_model::{ApiId, Code, Diagnostic, Fault, Revision, RevisionId, Severity};
use gw_openapi::Document;

use crate::apis::Origin;
use crate::app::{App, blocking};
use crate::wire::RunFinding;

/// What was said in a run: errors first, then in the order it was said, each once.
pub(super) async fn told(
    app: &App,
    header: &RunHeader,
    records: &[Record],
) -> Result<Vec<RunFinding>, Fault> {
    let said = said(records);
    let revision = match &header.revision {
        Some(id) if !said.is_empty() => published(app, id).await?,
        _ => None,
    };
    let Some(revision) = revision else {
        return Ok(said.into_iter().map(nowhere).collect());
    };
    let now = document_now(app, &header.api).await?;
    blocking(move || Ok(led(&revision, now, said))).await
}

/// A failed run's fault with the place of what was refused first, and all places when there are more.
pub(super) fn placed(fault: Fault, told: &[RunFinding]) -> Fault {
    let refused = told
        .iter()
        .map(|told| &told.finding)
        .filter(|finding| finding.severity == Severity::Error && finding.place.line > 0);
    let lines: Vec<String> = refused
        .clone()
        .map(|finding| {
            let place = &finding.place;
            format!("{}:{} {}", place.line, place.column, place.pointer)
        })
        .collect();
    let fault = match refused.clone().next() {
        Some(first) => crate::apis::at(fault, first),
        None => fault,
    };
    match lines.as_slice() {
        [] | [_] => fault,
        _ => fault.fact("places", lines.join("\n")),
    }
}

/// Warnings of what was done and errors of what was refused.
fn said(records: &[Record]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for record in records {
        match &record.entry {
            Entry::Done { receipt, .. } => found.extend(receipt.warnings.iter().cloned()),
            Entry::Failed { fault, .. } => {
                let answer = gw_aws::refused_import(fault).unwrap_or_default();
                if !answer.is_empty() {
                    found.extend(messages(answer).into_iter().map(finding));
                }
            }
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    found.retain(|finding| seen.insert((finding.severity, finding.message.clone())));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

async fn published(app: &App, id: &RevisionId) -> Result<Option<Revision>, Fault> {
    let id = id.clone();
    let found = app
        .catalog(move |catalog| catalog.revisions().get(&id))
        .await;
    unless_gone(found)
}

async fn document_now(app: &App, api: &ApiId) -> Result<Option<String>, Fault> {
    let id = api.clone();
    let found = app
        .catalog(move |catalog| catalog.apis().with_document(&id))
        .await;
    Ok(unless_gone(found)?.map(|(_, text)| text))
}

fn unless_gone<T>(found: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.code == Code::CatalogNotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn nowhere(finding: Diagnostic) -> RunFinding {
    RunFinding { finding, now: None }
}

fn led(revision: &Revision, now: Option<String>, said: Vec<Diagnostic>) -> Vec<RunFinding> {
    let origin = Origin::of(revision);
    let changed = now
        .as_deref()
        .filter(|text| *text != revision.document)
        .map(|text| Document::parse(text).0);
    let there = now.is_some();
    said.into_iter()
        .map(|mut finding| {
            let Some(place) = origin.place(&finding.message) else {
                return nowhere(finding);
            };
            let now = match &changed {
                Some(document) => document.place(&place.pointer),
                None => there.then(|| place.clone()),
            };
            finding.place = place;
            RunFinding { finding, now }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use gw_aws_import::explain::Message;
    use gw_connector::{Outputs, Receipt};
    use gw_model::{Place, UnixMillis};

    use super::*;

    fn record(entry: Entry) -> Record {
        Record {
            seq: 1,
            at: UnixMillis(1),
            entry,
        }
    }

    fn warned(texts: &[&str]) -> Record {
        let warning = |text: &&str| {
            finding(Message {
                text,
                warning: true,
            })
        };
        record(Entry::Done {
            step: 0,
            receipt: Receipt {
                verb: "put-rest-api".to_owned(),
                outputs: Outputs::new(),
                request_id: None,
                created: false,
                warnings: texts.iter().map(warning).collect(),
            },
        })
    }

    fn refused(call: &str, answer: &str) -> Record {
        let fault = Fault::new(Code::AwsRefused, "AWS would not", "Change it")
            .fact("call", call)
            .fact("aws-message", answer);
        record(Entry::Failed { step: 1, fault })
    }

    #[test]
    fn each_message_is_told_once_and_errors_first() {
        let answer = "Errors found during import:\n\tone\n\ttwo\nAdditionally, these warnings were found during import:\n\tthree";
        let records = [
            warned(&["three", "four", "three"]),
            refused("CreateStage", "another call's"),
            refused("PutRestApi", answer),
            refused("PutRestApi", answer),
        ];
        let told: Vec<(Severity, String)> = said(&records)
            .into_iter()
            .map(|finding| (finding.severity, finding.message))
            .collect();
        let of = |severity, text: &str| (severity, text.to_owned());
        assert_eq!(
            told,
            [
                of(Severity::Error, "one"),
                of(Severity::Error, "two"),
                of(Severity::Warning, "three"),
                of(Severity::Warning, "four"),
            ]
        );
    }

    #[test]
    fn a_fault_names_the_first_place_and_then_all() {
        let error = |line| {
            let mut finding = finding(Message {
                text: "x",
                warning: false,
            });
            finding.place = Place {
                pointer: format!("/paths/{line}"),
                line,
                column: 3,
            };
            nowhere(finding)
        };
        let fault = || Fault::new(Code::AwsRefused, "a", "b");
        assert!(placed(fault(), &[error(0)]).facts.is_empty());
        let one = placed(fault(), &[error(0), error(7)]);
        assert_eq!((one.facts["line"].as_str(), one.facts.len()), ("7", 4));
        let two = placed(fault(), &[error(7), error(9)]);
        assert_eq!(two.facts["pointer"], "/paths/7");
        assert_eq!(two.facts["places"], "7:3 /paths/7\n9:3 /paths/9");
    }
}
