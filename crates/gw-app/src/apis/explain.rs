//! What AWS's messages mean, and where in an API's document they lead.
//!
//! It refuses to guess: a message that is not known is said to be unknown.

use gw_aws_import::explain::{Explanation, Message, Origins, locate, messages};
use gw_aws_import::rules;
use gw_model::{Fault, Place, Revision};
use gw_openapi::Document;
use gw_plan::Plan;

use super::{count, working};
use crate::app::{App, blocking};
use crate::connect;
use crate::wire::{ApiExplain, Explained, ExplainedMessage, RuleName};

/// Explains what AWS answered.
pub async fn explain(app: &App, request: ApiExplain) -> Result<Explained, Fault> {
    let revision = match &request.api {
        Some(api) => Some(working::revision(app, api).await?),
        None => None,
    };
    blocking(move || {
        let origin = revision.as_ref().map(Origin::of);
        let place_of = |text: &str| origin.as_ref()?.place(text);
        let explained: Vec<ExplainedMessage> = messages(&request.message)
            .into_iter()
            .map(|Message { text, .. }| one(text, place_of(text)))
            .collect();
        let known = explained.iter().filter(|each| each.meaning.is_some());
        Ok(Explained {
            known: count(known.count()),
            messages: explained,
        })
    })
    .await
}

/// A document and what its parts are called on AWS: leads AWS's words to their places.
pub(crate) struct Origin {
    document: Document,
    plan: Plan,
    names: Origins,
}

impl Origin {
    /// Reads and compiles what was, or would be, published.
    pub(crate) fn of(revision: &Revision) -> Self {
        let (document, _) = Document::parse(&revision.document);
        let (plan, _) = gw_plan::compile_document(revision, &document);
        let compiled = gw_aws_import::compile(&plan, &connect::any_aws_target());
        let names = Origins::of(&plan, &compiled);
        Self {
            document,
            plan,
            names,
        }
    }

    /// Where a message of AWS leads.
    pub(crate) fn place(&self, message: &str) -> Option<Place> {
        locate(message, &self.document, &self.plan, &self.names)
    }
}

fn one(message: &str, place: Option<Place>) -> ExplainedMessage {
    let known = gw_aws_import::explain(message);
    ExplainedMessage {
        message: message.to_owned(),
        meaning: known.map(|known| known.sentence.to_owned()),
        rules: known.map(named).unwrap_or_default(),
        advice: known.map_or("", |known| known.advice).to_owned(),
        place,
    }
}

fn named(known: Explanation) -> Vec<RuleName> {
    let rules = known.rules.iter().filter_map(|id| rules::rule(id));
    rules
        .map(|rule| RuleName {
            id: rule.id.to_owned(),
            title: rule.title.to_owned(),
        })
        .collect()
}
