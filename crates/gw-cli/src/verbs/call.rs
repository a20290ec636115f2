//! `gatewright call`.
//!
//! It refuses to print the token it attaches.

use gw_app::wire::{AnswerBody, ConsoleAnswer, ConsoleRequest, Pair, SendRequest};
use gw_app::{App, console, resolve};
use gw_model::{Code, Fault, HttpMethod};

use crate::args::CallArgs;
use crate::output::{self, Reply};

/// Sends one request and prints the answer.
pub async fn run(app: &App, args: &CallArgs) -> Result<Reply, Fault> {
    let request = request(app, args).await?;
    let answer = console::send(
        app,
        SendRequest {
            exchange: "command-line".to_owned(),
            request,
        },
    )
    .await?;
    for note in &answer.notes {
        let guess = if note.guess { "probably: " } else { "" };
        output::note(&format!("{guess}{}\nhint: {}", note.cause, note.next));
    }
    let text = describe(&answer, args.include);
    Ok(Reply::new(answer, text))
}

async fn request(app: &App, args: &CallArgs) -> Result<ConsoleRequest, Fault> {
    let api = resolve::api(app, &args.api).await?;
    let gateway = resolve::gateway(app, &args.gateway).await?;
    let application = match &args.application {
        Some(name) => Some(resolve::application(app, name).await?.id),
        None => None,
    };
    let method: HttpMethod = args.method.parse().map_err(|_| {
        let advice = "Use GET, PUT, POST, DELETE, PATCH, HEAD or OPTIONS";
        Fault::new(
            Code::RequestInvalid,
            format!("{} is not an HTTP method", args.method),
            advice,
        )
    })?;
    Ok(ConsoleRequest {
        api: api.id,
        gateway: gateway.id,
        method,
        path: args.path.clone(),
        path_parameters: Vec::new(),
        query: pairs(&args.query, '=', "-q 'name=value'")?,
        headers: pairs(&args.headers, ':', "-H 'Name: value'")?,
        body: body(args.data.as_deref())?,
        application,
    })
}

fn pairs(texts: &[String], between: char, form: &str) -> Result<Vec<Pair>, Fault> {
    texts
        .iter()
        .map(|text| match text.split_once(between) {
            Some((name, value)) if !name.trim().is_empty() => Ok(Pair {
                name: name.trim().to_owned(),
                value: value.trim_start().to_owned(),
            }),
            _ => Err(Fault::new(
                Code::RequestInvalid,
                format!("'{text}' has no name and value"),
                format!("Write {form}"),
            )),
        })
        .collect()
}

fn body(data: Option<&str>) -> Result<String, Fault> {
    match data {
        None => Ok(String::new()),
        Some(text) => match text.strip_prefix('@') {
            None => Ok(text.to_owned()),
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                let advice = "Check the path, and that the file is UTF-8 text";
                Fault::new(
                    Code::FileUnreadable,
                    format!("The body file {path} cannot be read"),
                    advice,
                )
                .because(error)
            }),
        },
    }
}

fn describe(answer: &ConsoleAnswer, include: bool) -> String {
    let mut text = String::new();
    if include {
        text.push_str(&format!("HTTP {} {}\n", answer.status, answer.reason));
        for header in &answer.headers {
            text.push_str(&format!("{}: {}\n", header.name, header.value));
        }
        text.push('\n');
    }
    match &answer.body {
        AnswerBody::Empty => {}
        AnswerBody::Text { raw, .. } => text.push_str(raw),
        AnswerBody::Binary { content_type } => {
            output::note(&format!(
                "{} bytes of {content_type}, not shown",
                answer.size
            ));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_queries_are_split_at_the_first_mark() {
        let headers = pairs(&["X-Time: 10:30".into()], ':', "").unwrap();
        assert_eq!(
            headers,
            [Pair {
                name: "X-Time".into(),
                value: "10:30".into()
            }]
        );
        let query = pairs(&["q=a=b".into()], '=', "").unwrap();
        assert_eq!(
            query,
            [Pair {
                name: "q".into(),
                value: "a=b".into()
            }]
        );
        assert!(pairs(&["nothing".into()], '=', "").is_err());
    }
}
