//! `gatewright explain`.
//!
//! It refuses to make something up: a message that is not known is said to be unknown, and the exit status is 3.

use gw_app::wire::{ApiExplain, ExplainedMessage};
use gw_app::{App, apis, resolve};
use gw_model::Fault;

use crate::output::Reply;

/// Explains what AWS said.
pub async fn run(app: &App, message: &str, api: Option<&str>) -> Result<Reply, Fault> {
    let named = match api {
        Some(api) => Some(resolve::api(app, api).await?),
        None => None,
    };
    let source = named
        .as_ref()
        .map(|api| format!("{}@{}", api.name, api.version));
    let request = ApiExplain {
        message: message.to_owned(),
        api: named.map(|api| api.id),
    };
    let explained = apis::explain(app, request).await?;
    let texts: Vec<String> = explained
        .messages
        .iter()
        .map(|message| describe(message, source.as_deref()))
        .collect();
    let exit = if explained.known == 0 { 3 } else { 0 };
    Ok(Reply::new(explained, texts.join("\n")).exit(exit))
}

fn describe(explained: &ExplainedMessage, source: Option<&str>) -> String {
    let mut text = format!("{}\n", explained.message);
    match &explained.meaning {
        Some(meaning) => text.push_str(&format!("    {meaning}\n")),
        None => text.push_str("    Gatewright does not know this message.\n"),
    }
    for rule in &explained.rules {
        text.push_str(&format!("    rule {}: {}\n", rule.id, rule.title));
    }
    match (&explained.place, source) {
        (Some(place), Some(source)) => text.push_str(&format!(
            "    at {source}:{}:{} ({})\n",
            place.line, place.column, place.pointer
        )),
        (None, Some(source)) => text.push_str(&format!(
            "    It does not say where in {source}; gatewright api lint {source} --for aws may.\n"
        )),
        _ => {}
    }
    if !explained.advice.is_empty() {
        text.push_str(&format!("    hint: {}\n", explained.advice));
    }
    text
}
