//! The console's history: what was sent and what came, without secrets.
//!
//! It refuses bodies beyond what the catalog keeps: those are marked as cut.

use std::time::Duration;

use gw_catalog::{
    Exchange, ExchangeOutcome, Header, HistoryRow as KeptRow, KeptBody, Page, SentRequest, Timings,
};
use gw_console::{Answered, Draft};
use gw_model::{Fault, OperationKey, UnixMillis};

use crate::app::App;
use crate::wire::{
    AnswerBody, ConsoleAnswer, ConsoleRequest, Done, Empty, HistoryDetail, HistoryPage,
    HistoryRequest, HistoryRow, HistorySearch, Pair,
};

/// An exchange to keep, redacted.
pub(super) struct Kept {
    pub(super) at: UnixMillis,
    pub(super) url: String,
    pub(super) draft: Draft,
}

/// Keeps an exchange and gives its number.
pub(super) async fn keep(
    app: &App,
    request: &ConsoleRequest,
    operation: Option<&OperationKey>,
    kept: Kept,
    outcome: Result<&Answered, &Fault>,
) -> Result<i64, Fault> {
    let header = |pair: &Pair| Header {
        name: pair.name.clone(),
        value: pair.value.clone(),
    };
    let outcome = match outcome {
        Ok(answered) => ExchangeOutcome::Answered {
            status: answered.status,
            headers: answered.headers.iter().map(header).collect(),
            body: match &answered.body {
                AnswerBody::Empty => KeptBody::default(),
                AnswerBody::Text { raw, .. } => KeptBody::keep(raw.as_bytes(), answered.size),
                AnswerBody::Binary { .. } => KeptBody {
                    size: answered.size,
                    truncated: true,
                    ..KeptBody::default()
                },
            },
            timings: Timings {
                first_byte_ms: Some(whole(answered.first_byte_ms)),
                total_ms: whole(answered.total_ms),
            },
        },
        Err(fault) => ExchangeOutcome::Failed {
            fault: fault.clone(),
            timings: Timings {
                first_byte_ms: None,
                total_ms: u64::try_from(crate::app::now().0 - kept.at.0).unwrap_or_default(),
            },
        },
    };
    let exchange = Exchange {
        at: kept.at,
        api: request.api.clone(),
        gateway: request.gateway.clone(),
        application: request.application.clone(),
        operation: operation.cloned(),
        request: SentRequest {
            method: kept.draft.method,
            url: kept.url,
            headers: kept.draft.headers.iter().map(header).collect(),
            body: KeptBody::keep(kept.draft.body.as_bytes(), kept.draft.body.len() as u64),
        },
        outcome,
    };
    app.catalog(move |catalog| catalog.history().add(&exchange))
        .await
}

/// Milliseconds as the catalog keeps them.
fn whole(millis: f64) -> u64 {
    u64::try_from(Duration::from_secs_f64(millis.max(0.0) / 1_000.0).as_millis())
        .unwrap_or(u64::MAX)
}

/// Milliseconds as the page shows them.
fn exact(millis: u64) -> f64 {
    Duration::from_millis(millis).as_secs_f64() * 1_000.0
}

/// Exchanges, newest first.
pub async fn history(app: &App, request: HistorySearch) -> Result<HistoryPage, Fault> {
    let page = Page {
        offset: request.offset,
        limit: if request.limit == 0 {
            100
        } else {
            request.limit
        },
    };
    let found = app
        .catalog(move |catalog| catalog.history().list(request.api.as_ref(), page))
        .await?;
    let total = u32::try_from(found.total).unwrap_or(u32::MAX);
    Ok(HistoryPage {
        rows: found.items.into_iter().map(row).collect(),
        total,
    })
}

fn row(kept: KeptRow) -> HistoryRow {
    HistoryRow {
        history: kept.id,
        at: kept.at,
        api: kept.api,
        gateway: kept.gateway,
        method: kept.method,
        url: kept.url,
        status: kept.status,
        total_ms: exact(kept.total_ms),
        size: kept.size,
        failed: kept.failed,
    }
}

/// One exchange, ready to send again.
pub async fn history_entry(app: &App, request: HistoryRequest) -> Result<HistoryDetail, Fault> {
    let (entry, base) = app
        .catalog(move |catalog| {
            let entry = catalog.history().get(request.history)?;
            let placed = catalog
                .placements()
                .get(&entry.exchange.api, &entry.exchange.gateway)?;
            Ok((entry, placed.and_then(|placed| placed.invoke_url)))
        })
        .await?;
    let Exchange {
        at,
        api,
        gateway,
        application,
        operation,
        request: sent,
        outcome,
    } = entry.exchange;
    let base = base.unwrap_or_default();
    let pair = |header: &Header| Pair::new(&header.name, &header.value);
    let (status, failed, timings, answer) = match outcome {
        ExchangeOutcome::Failed { fault, timings } => (None, Some(fault), timings, None),
        ExchangeOutcome::Answered {
            status,
            headers,
            body,
            timings,
        } => {
            let headers: Vec<Pair> = headers.iter().map(pair).collect();
            let answer = ConsoleAnswer {
                history: entry.id,
                url: sent.url.clone(),
                status,
                reason: gw_http::StatusCode::from_u16(status)
                    .ok()
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default()
                    .to_owned(),
                total_ms: exact(timings.total_ms),
                first_byte_ms: exact(timings.first_byte_ms.unwrap_or_default()),
                size: body.size,
                size_exact: true,
                body: gw_console::answer::kept_body(&body.bytes(), &headers, body.truncated),
                headers,
                notes: Vec::new(),
            };
            (Some(status), None, timings, Some(answer))
        }
    };
    let (path, query) = below(&base, &sent.url);
    let method = sent.method;
    Ok(HistoryDetail {
        row: HistoryRow {
            history: entry.id,
            at,
            api: api.clone(),
            gateway: gateway.clone(),
            method,
            url: sent.url.clone(),
            status,
            total_ms: exact(timings.total_ms),
            size: answer.as_ref().map_or(0, |answer| answer.size),
            failed: failed.as_ref().map(|fault| fault.code),
        },
        request: ConsoleRequest {
            api,
            gateway,
            method,
            path,
            path_parameters: Vec::new(),
            query,
            headers: sent.headers.iter().map(pair).collect(),
            body: String::from_utf8_lossy(&sent.body.bytes()).into_owned(),
            application,
        },
        operation,
        answer,
        fault: failed,
    })
}

/// Path and query parameters of a URL below the API's base.
fn below(base: &str, url: &str) -> (String, Vec<Pair>) {
    // By path: a local gateway may have been on another port then.
    let prefix = url::Url::parse(base)
        .map(|base| base.path().trim_end_matches('/').to_owned())
        .unwrap_or_default();
    let rest = match url::Url::parse(url) {
        Ok(url) => {
            let path = url.path().strip_prefix(&prefix).unwrap_or(url.path());
            format!(
                "{path}{}",
                url.query()
                    .map(|query| format!("?{query}"))
                    .unwrap_or_default()
            )
        }
        Err(_) => url.to_owned(),
    };
    let (path, query) = rest.split_once('?').unwrap_or((&rest, ""));
    let query = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| Pair::new(name.into_owned(), value.into_owned()))
        .collect();
    (
        if path.is_empty() {
            "/".to_owned()
        } else {
            path.to_owned()
        },
        query,
    )
}

/// Forgets every exchange.
pub async fn clear_history(app: &App, _request: Empty) -> Result<Done, Fault> {
    app.catalog(|catalog| catalog.history().clear()).await?;
    Ok(Done {})
}
