//! What AWS's messages mean, and where in an API's document they lead.
//!
//! It refuses to guess: a message that is not known is said to be unknown.

use gw_aws_import::explain::{Explanation, Origins, locate, messages};
use gw_aws_import::rules;
use gw_model::{Fault, Place};

use super::{Working, count};
use crate::app::App;
use crate::connect;
use crate::wire::{ApiExplain, Explained, ExplainedMessage, RuleName};

/// Explains what AWS answered.
pub async fn explain(app: &App, request: ApiExplain) -> Result<Explained, Fault> {
    let working = match &request.api {
        Some(api) => Some(Working::load(app, api).await?),
        None => None,
    };
    let look = working.as_ref().map(|working| {
        let compiled = gw_aws_import::compile(&working.plan, &connect::any_aws_target());
        (working, Origins::of(&working.plan, &compiled))
    });
    let place_of = |message: &str| {
        let (working, origins) = look.as_ref()?;
        locate(message, &working.document, &working.plan, origins)
    };
    let explained: Vec<ExplainedMessage> = messages(&request.message)
        .into_iter()
        .map(|message| one(message, place_of(message)))
        .collect();
    let known = explained.iter().filter(|each| each.meaning.is_some());
    Ok(Explained {
        known: count(known.count()),
        messages: explained,
    })
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
