//! Deployments: their runs and journals.
//!
//! It refuses a second unfinished run of one API on one gateway, an entry after a run's end (but to take a stuck one up
//! again), and any edit of an entry.
//!
//! Invariant: what is where now ([`crate::Placement`]) changes in the same transaction as the entry that says so.

use gw_deploy::{Entry, Journal, Outcome, Record, RunHeader};
use gw_model::{Api, ApiId, Code, DeploymentId, Fault, Gateway, GatewayId, Retry, UnixMillis};
use rusqlite::{Connection, OptionalExtension, ffi, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::named::{self, from_json, not_found, to_json};
use crate::page::{Page, Paged};
use crate::pending;
use crate::placements::{self, Placement};

/// The runs of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a>(pub(crate) &'a Catalog);

/// Which runs are wanted; `None` for any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunFilter {
    /// Of this API.
    pub api: Option<ApiId>,
    /// On this gateway.
    pub gateway: Option<GatewayId>,
}

/// A run without its journal.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RunRow {
    /// What it was about.
    pub header: RunHeader,
    /// The API's name when it began.
    pub api_name: String,
    /// The API's version when it began.
    pub api_version: String,
    /// The gateway's name when it began.
    pub gateway_name: String,
    /// When it ended; `None` while it has not.
    pub finished_at: Option<UnixMillis>,
    /// How it ended; `None` while it has not.
    pub outcome: Option<Outcome>,
    /// Why it failed; `None` when it did not.
    pub fault: Option<Fault>,
    /// Where callers reached the API then.
    pub invoke_url: Option<String>,
}

impl Runs<'_> {
    /// One run. Fails with `catalog.not-found`. Its journal: [`Journal::read`].
    pub fn get(&self, deployment: &DeploymentId) -> Result<RunRow, Fault> {
        self.0.read(|db| {
            let stored = db
                .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE deployment = ?1"))?
                .query_row([deployment.as_str()], StoredRun::from_row)
                .optional()?;
            stored
                .ok_or_else(|| not_found("deployment", deployment.as_str()))?
                .into_row()
        })
    }

    /// A slice of the runs, newest first.
    pub fn list(&self, filter: &RunFilter, page: Page) -> Result<Paged<RunRow>, Fault> {
        let (api, gateway) = (
            filter.api.as_ref().map(ApiId::as_str),
            filter.gateway.as_ref().map(GatewayId::as_str),
        );
        // One statement each, so that each is answered by an index of its own.
        let condition = match (api, gateway) {
            (None, None) => "?1 IS NULL AND ?2 IS NULL",
            (Some(_), None) => "api = ?1 AND ?2 IS NULL",
            (None, Some(_)) => "?1 IS NULL AND gateway = ?2",
            (Some(_), Some(_)) => "api = ?1 AND gateway = ?2",
        };
        self.0.read(|db| {
            let total = db
                .prepare_cached(&format!("SELECT count(*) FROM runs WHERE {condition}"))?
                .query_row(params![api, gateway], |row| row.get(0))?;
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM runs WHERE {condition} ORDER BY row DESC LIMIT ?3 OFFSET ?4"
            ))?;
            let stored: Vec<StoredRun> = statement
                .query_map(
                    params![api, gateway, page.sql_limit(), page.offset],
                    StoredRun::from_row,
                )?
                .collect::<Result<_, _>>()?;
            let items = stored
                .into_iter()
                .map(StoredRun::into_row)
                .collect::<Result<_, _>>()?;
            Ok(Paged { items, total })
        })
    }
}

impl Journal for Catalog {
    fn begin(&self, header: &RunHeader) -> Result<(), Fault> {
        self.write(|db| {
            nothing_under_way(db, &header.api, &header.gateway)?;
            insert(db, header)?;
            // Whoever publishes there wants it there.
            if header.revision.is_some() {
                pending::remove(db, &header.api, &header.gateway)?;
            }
            Ok(())
        })
    }

    fn append(
        &self,
        deployment: &DeploymentId,
        at: UnixMillis,
        entry: &Entry,
    ) -> Result<Record, Fault> {
        self.write(|db| {
            let run = run_of(db, deployment)?;
            match (run.outcome, entry) {
                (None, _) => {}
                (Some(Outcome::Stuck), Entry::Resumed) => reopen(db, &run)?,
                (Some(_), _) => return Err(finished_already(deployment).into()),
            }
            let record = write_entry(db, deployment, at, entry)?;
            if let Entry::Finished { outcome, .. } = entry {
                placements::refresh(db, &run.header, run.before, &entries_of(db, deployment)?)?;
                if *outcome == Outcome::Withdrawn {
                    pending::remove(db, &run.header.api, &run.header.gateway)?;
                }
            }
            Ok(record)
        })
    }

    fn read(&self, deployment: &DeploymentId) -> Result<(RunHeader, Vec<Record>), Fault> {
        Self::read(self, |db| {
            Ok((run_of(db, deployment)?.header, entries_of(db, deployment)?))
        })
    }

    fn unfinished(&self) -> Result<Vec<DeploymentId>, Fault> {
        Self::read(self, |db| {
            let mut statement = db.prepare_cached(
                "SELECT deployment FROM runs WHERE finished_at IS NULL ORDER BY row",
            )?;
            let rows =
                statement.query_map([], |row| row.get::<_, String>(0).map(DeploymentId::new))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Writes a run down as begun.
pub(crate) fn insert(db: &Connection, header: &RunHeader) -> Result<(), CatalogError> {
    let api: Api = crate::apis::get(db, &header.api)?;
    let gateway: Gateway = named::get(db, header.gateway.as_str())?;
    db.prepare_cached(
        "INSERT INTO runs (deployment, header, api_name, api_version, gateway_name, before)
         VALUES (?1, ?2, ?3, ?4, ?5, (SELECT record FROM placements WHERE api = ?6 AND gateway = ?7))",
    )?
    .execute(params![
        header.deployment.as_str(),
        to_json(header, "run")?,
        api.name,
        api.version,
        gateway.name,
        header.api.as_str(),
        header.gateway.as_str()
    ])
    .map_err(|error| begun_already(error, &header.deployment))?;
    Ok(())
}

/// Appends an entry; one that ends the run ends its row too.
pub(crate) fn write_entry(
    db: &Connection,
    deployment: &DeploymentId,
    at: UnixMillis,
    entry: &Entry,
) -> Result<Record, CatalogError> {
    let seq: u32 = db
        .prepare_cached("SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE deployment = ?1")?
        .query_row([deployment.as_str()], |row| row.get(0))?;
    let text = to_json(entry, "journal entry")?;
    db.prepare_cached("INSERT INTO journal (deployment, seq, at, entry) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![deployment.as_str(), seq, at.0, text])?;
    if matches!(entry, Entry::Finished { .. }) {
        db.prepare_cached("UPDATE runs SET finished_at = ?2, finish = ?3 WHERE deployment = ?1")?
            .execute(params![deployment.as_str(), at.0, text])?;
    }
    Ok(Record {
        seq,
        at,
        entry: entry.clone(),
    })
}

pub(crate) const COLUMNS: &str = "header, api_name, api_version, gateway_name, finished_at, finish";

pub(crate) struct StoredRun {
    header: String,
    api_name: String,
    api_version: String,
    gateway_name: String,
    finished_at: Option<i64>,
    finish: Option<String>,
}

impl StoredRun {
    pub(crate) fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            header: row.get(0)?,
            api_name: row.get(1)?,
            api_version: row.get(2)?,
            gateway_name: row.get(3)?,
            finished_at: row.get(4)?,
            finish: row.get(5)?,
        })
    }

    pub(crate) fn into_row(self) -> Result<RunRow, CatalogError> {
        let finish: Option<Entry> = self
            .finish
            .map(|text| from_json(&text, "journal entry"))
            .transpose()?;
        let (outcome, fault, invoke_url) = match finish {
            Some(Entry::Finished {
                outcome,
                fault,
                invoke_url,
            }) => (Some(outcome), fault, invoke_url),
            _ => (None, None, None),
        };
        Ok(RunRow {
            header: from_json(&self.header, "run")?,
            api_name: self.api_name,
            api_version: self.api_version,
            gateway_name: self.gateway_name,
            finished_at: self.finished_at.map(UnixMillis),
            outcome,
            fault,
            invoke_url,
        })
    }
}

/// Refuses while a run of this API on this gateway has not ended.
pub(crate) fn nothing_under_way(
    db: &Connection,
    api: &ApiId,
    gateway: &GatewayId,
) -> Result<(), CatalogError> {
    let other: Option<(String, String)> = db
        .prepare_cached(
            "SELECT deployment, api_name || '@' || api_version || ' on ' || gateway_name FROM runs
             WHERE api = ?1 AND gateway = ?2 AND finished_at IS NULL",
        )?
        .query_row([api.as_str(), gateway.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match other {
        Some((deployment, place)) => Err(busy(&deployment, &place).into()),
        None => Ok(()),
    }
}

/// A run as the journal needs it.
struct Run {
    row: i64,
    header: RunHeader,
    /// What was there when it began.
    before: Option<Placement>,
    /// How it ended; `None` while it has not.
    outcome: Option<Outcome>,
}

fn run_of(db: &Connection, deployment: &DeploymentId) -> Result<Run, CatalogError> {
    let mut statement =
        db.prepare_cached("SELECT row, header, before, finish FROM runs WHERE deployment = ?1")?;
    let mut rows = statement.query([deployment.as_str()])?;
    let Some(stored) = rows.next()? else {
        return Err(not_found("deployment", deployment.as_str()).into());
    };
    let (header, before, finish): (String, Option<String>, Option<String>) =
        (stored.get(1)?, stored.get(2)?, stored.get(3)?);
    let finish: Option<Entry> = finish
        .map(|text| from_json(&text, "journal entry"))
        .transpose()?;
    Ok(Run {
        row: stored.get(0)?,
        header: from_json(&header, "run")?,
        before: before
            .map(|text| from_json(&text, "placement"))
            .transpose()?,
        outcome: finish.and_then(|entry| match entry {
            Entry::Finished { outcome, .. } => Some(outcome),
            _ => None,
        }),
    })
}

/// Makes a stuck run unfinished again, while nothing came after it: taking it back would take later runs' objects.
fn reopen(db: &Connection, run: &Run) -> Result<(), CatalogError> {
    let header = &run.header;
    nothing_under_way(db, &header.api, &header.gateway)?;
    let later: Option<String> = db
        .prepare_cached(
            "SELECT deployment FROM runs WHERE api = ?1 AND gateway = ?2 AND row > ?3 ORDER BY row DESC LIMIT 1",
        )?
        .query_row(params![header.api.as_str(), header.gateway.as_str(), run.row], |row| row.get(0))
        .optional()?;
    if let Some(later) = later {
        return Err(overtaken(&header.deployment, &later).into());
    }
    db.prepare_cached("UPDATE runs SET finished_at = NULL, finish = NULL WHERE row = ?1")?
        .execute([run.row])?;
    Ok(())
}

fn entries_of(db: &Connection, deployment: &DeploymentId) -> Result<Vec<Record>, CatalogError> {
    let mut statement =
        db.prepare_cached("SELECT seq, at, entry FROM journal WHERE deployment = ?1 ORDER BY seq")?;
    let mut rows = statement.query([deployment.as_str()])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = from_json(
            row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?,
            "journal entry",
        )?;
        records.push(Record {
            seq: row.get(0)?,
            at: UnixMillis(row.get(1)?),
            entry,
        });
    }
    Ok(records)
}

fn busy(deployment: &str, place: &str) -> Fault {
    Fault::new(
        Code::DeployBusy,
        format!("Another deployment of {place} has not ended"),
        "Wait for it to end or cancel it. If it was interrupted, Gatewright finishes or undoes it when it is started.",
    )
    .retry(Retry::Soon)
    .fact("deployment", deployment)
}

fn begun_already(error: rusqlite::Error, deployment: &DeploymentId) -> CatalogError {
    if CatalogError::is_constraint(&error, ffi::SQLITE_CONSTRAINT_UNIQUE) {
        defect(format!("The deployment {deployment} was begun twice")).into()
    } else {
        error.into()
    }
}

fn overtaken(deployment: &DeploymentId, later: &str) -> Fault {
    Fault::new(
        Code::CatalogChanged,
        format!("The deployment {deployment} cannot be cleaned up any more: {later} came after it"),
        "What the later deployment uses must stay. Remove by hand what the stuck one names as left behind, if it is still \
         there.",
    )
    .retry(Retry::Never)
    .fact("deployment", later)
}

fn finished_already(deployment: &DeploymentId) -> Fault {
    defect(format!(
        "The journal of the deployment {deployment} is closed and takes no more entries"
    ))
}

fn defect(summary: String) -> Fault {
    Fault::new(
        Code::AppDefect,
        summary,
        "This is a defect in Gatewright; please report it. Nothing was changed.",
    )
    .retry(Retry::Never)
}
