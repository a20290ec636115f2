//! What was deleted of what gateways kept for going back, after which run.
//!
//! It refuses to change a line: an intent stays, and what came of it is a line of its own.

use gw_deploy::Outcome;
use gw_model::{ApiId, DeploymentId, Fault, GatewayId, UnixMillis};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalog::Catalog;
use crate::lineage::{FINISHED, Finished};
use crate::named::{column, from_json, to_json};

/// The prunings of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Prunings<'a>(pub(crate) &'a Catalog);

/// One line: that something is about to be deleted, or what came of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Pruning {
    /// The run after which it was done.
    pub deployment: DeploymentId,
    /// When the line was written.
    pub at: UnixMillis,
    /// What is deleted, in one sentence.
    pub sentence: String,
    /// The gateway's name of the kept deployment; `None` when something else goes, or nothing could be looked at.
    pub kept: Option<String>,
    /// How far it came.
    pub state: PruningState,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// How far the deletion of one thing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PruningState {
    /// Written before the call.
    Intended,
    /// It is gone.
    Gone,
    /// It may be there still; the next deployment deletes it.
    Failed,
}

impl Prunings<'_> {
    /// Adds a line.
    pub fn add(&self, line: &Pruning) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached("INSERT INTO prunings (deployment, record) VALUES (?1, ?2)")?
                .execute(params![line.deployment.as_str(), to_json(line, "pruning")?])?;
            Ok(())
        })
    }

    /// The lines of one run, in their order.
    pub fn after(&self, deployment: &DeploymentId) -> Result<Vec<Pruning>, Fault> {
        self.0.read(|db| {
            let sql = "SELECT record FROM prunings WHERE deployment = ?1 ORDER BY row";
            column(db, sql, [deployment.as_str()])?
                .iter()
                .map(|record| from_json(record, "pruning"))
                .collect()
        })
    }

    /// At most how many deployments of Gatewright's a gateway keeps of an API: those published since it was last
    /// withdrawn, without those deleted since.
    pub fn most_kept(&self, api: &ApiId, gateway: &GatewayId) -> Result<usize, Fault> {
        self.0.read(|db| {
            let mut statement = db.prepare_cached(FINISHED)?;
            let mut rows = statement.query(params![api.as_str(), gateway.as_str()])?;
            let (mut made, mut deleted) = (0_usize, 0_usize);
            while let Some(row) = rows.next()? {
                let run = Finished::from_row(row)?;
                match run.outcome() {
                    Some(Outcome::Withdrawn) => break,
                    // One that got stuck may have left its deployment, too.
                    Some(Outcome::Live | Outcome::Stuck) if run.header.makes() => {
                        made += 1;
                    }
                    _ => {}
                }
                let gone: usize = db
                    .prepare_cached(
                        "SELECT count(*) FROM prunings WHERE deployment = ?1
                         AND record ->> '$.state' = 'gone' AND record ->> '$.kept' IS NOT NULL",
                    )?
                    .query_row([run.header.deployment.as_str()], |row| row.get(0))?;
                deleted += gone;
            }
            Ok(made.saturating_sub(deleted))
        })
    }
}
