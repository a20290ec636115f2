//! What the console sent and got, newest first.
//!
//! It refuses to redact: headers and bodies come here redacted already, or a secret would have passed through one place
//! too many. It keeps the last [`History::KEPT`] exchanges.

use gw_model::{
    ApiId, ApplicationId, Code, Fault, GatewayId, HttpMethod, OperationKey, UnixMillis,
};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::body::KeptBody;
use crate::catalog::Catalog;
use crate::named::{from_json, not_found, to_json};
use crate::page::{Page, Paged};

/// The console's history in a catalog.
#[derive(Clone, Copy, Debug)]
pub struct History<'a>(pub(crate) &'a Catalog);

/// One request and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Exchange {
    /// When it was sent.
    pub at: UnixMillis,
    /// Of which API.
    pub api: ApiId,
    /// To which gateway.
    pub gateway: GatewayId,
    /// Whose token it carried; `None` for none.
    pub application: Option<ApplicationId>,
    /// Which operation of the document; `None` for a path it does not have.
    pub operation: Option<OperationKey>,
    /// What was sent.
    pub request: SentRequest,
    /// What came of it.
    pub outcome: ExchangeOutcome,
}

/// A request as it was sent, redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SentRequest {
    /// Its method.
    pub method: HttpMethod,
    /// Full URL with query.
    pub url: String,
    /// In the order sent.
    pub headers: Vec<Header>,
    /// Its body.
    pub body: KeptBody,
}

/// What came of a request.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ExchangeOutcome {
    /// An answer.
    Answered {
        /// HTTP status.
        status: u16,
        /// In the order received.
        headers: Vec<Header>,
        /// Its body.
        body: KeptBody,
        /// How long it took.
        timings: Timings,
    },
    /// No answer.
    Failed {
        /// Why.
        fault: Fault,
        /// How long it was waited for.
        timings: Timings,
    },
}

/// A header line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Header {
    /// As sent or received.
    pub name: String,
    /// As sent or received, redacted.
    pub value: String,
}

/// How long an exchange took, in milliseconds from the moment it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Timings {
    /// Until the answer's status line; `None` when none came.
    #[ts(type = "number | null")]
    pub first_byte_ms: Option<u64>,
    /// Until the end of the body, or until it failed.
    #[ts(type = "number")]
    pub total_ms: u64,
}

/// An exchange as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryRow {
    /// Grows with time and is never used again.
    #[ts(type = "number")]
    pub id: i64,
    /// When it was sent.
    pub at: UnixMillis,
    /// Of which API.
    pub api: ApiId,
    /// To which gateway.
    pub gateway: GatewayId,
    /// The request's method.
    pub method: HttpMethod,
    /// The request's full URL.
    pub url: String,
    /// The answer's status; `None` when none came.
    pub status: Option<u16>,
    /// Why no answer came; `None` when one did.
    pub failed: Option<Code>,
    /// How long it took, in milliseconds.
    #[ts(type = "number")]
    pub total_ms: u64,
    /// Size of the answer's body, in bytes.
    #[ts(type = "number")]
    pub size: u64,
}

/// An exchange in full.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct HistoryEntry {
    /// Grows with time and is never used again.
    #[ts(type = "number")]
    pub id: i64,
    /// What was sent and got.
    pub exchange: Exchange,
}

impl History<'_> {
    /// How many exchanges are kept; older ones make room.
    pub const KEPT: u32 = 1000;

    /// Keeps an exchange and returns its id.
    pub fn add(&self, exchange: &Exchange) -> Result<i64, Fault> {
        self.0.write(|db| {
            db.prepare_cached("INSERT INTO history (summary, exchange) VALUES (?1, ?2)")?
                .execute([to_json(&summary(exchange), "history")?, to_json(exchange, "history")?])?;
            let id = db.last_insert_rowid();
            db.prepare_cached(
                "DELETE FROM history WHERE id <= (SELECT id FROM history ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            )?
            .execute([Self::KEPT])?;
            Ok(id)
        })
    }

    /// One in full. Fails with `catalog.not-found` when it made room for newer ones.
    pub fn get(&self, id: i64) -> Result<HistoryEntry, Fault> {
        self.0.read(|db| {
            let exchange: Option<String> = db
                .prepare_cached("SELECT exchange FROM history WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            let exchange = exchange.ok_or_else(|| not_found("exchange", &id.to_string()))?;
            Ok(HistoryEntry {
                id,
                exchange: from_json(&exchange, "history")?,
            })
        })
    }

    /// A slice, newest first; of one API, or of all.
    pub fn list(&self, api: Option<&ApiId>, page: Page) -> Result<Paged<HistoryRow>, Fault> {
        let condition = if api.is_some() {
            "api = ?1"
        } else {
            "?1 IS NULL"
        };
        let api = api.map(ApiId::as_str);
        self.0.read(|db| {
            let total = db
                .prepare_cached(&format!("SELECT count(*) FROM history WHERE {condition}"))?
                .query_row([api], |row| row.get(0))?;
            let mut statement = db.prepare_cached(&format!(
                "SELECT id, summary FROM history WHERE {condition} ORDER BY id DESC LIMIT ?2 OFFSET ?3"
            ))?;
            let mut rows = statement.query(params![api, page.sql_limit(), page.offset])?;
            let mut items = Vec::new();
            while let Some(row) = rows.next()? {
                let summary: HistoryRow =
                    from_json(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, "history")?;
                items.push(HistoryRow { id: row.get(0)?, ..summary });
            }
            Ok(Paged { items, total })
        })
    }

    /// Removes one; one that is not there is removed already.
    pub fn remove(&self, id: i64) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached("DELETE FROM history WHERE id = ?1")?
                .execute([id])?;
            Ok(())
        })
    }

    /// Removes all, from the disk too, and returns how many there were.
    pub fn clear(&self) -> Result<u64, Fault> {
        let removed = self.0.write(|db| {
            let removed = db.prepare_cached("DELETE FROM history")?.execute([])?;
            Ok(removed as u64)
        })?;
        // The log still holds them until it is started anew.
        self.0.checkpoint()?;
        Ok(removed)
    }
}

fn summary(exchange: &Exchange) -> HistoryRow {
    let (status, failed, timings, size) = match &exchange.outcome {
        ExchangeOutcome::Answered {
            status,
            body,
            timings,
            ..
        } => (Some(*status), None, timings, body.size),
        ExchangeOutcome::Failed { fault, timings } => (None, Some(fault.code), timings, 0),
    };
    HistoryRow {
        id: 0,
        at: exchange.at,
        api: exchange.api.clone(),
        gateway: exchange.gateway.clone(),
        method: exchange.request.method,
        url: exchange.request.url.clone(),
        status,
        failed,
        total_ms: timings.total_ms,
        size,
    }
}
