//! Which runs made what a gateway serves, and what it can go back to.
//!
//! It refuses to say what is there: that is the gateway's to tell. This says who made it, and in which order.

use gw_deploy::{Entry, Outcome, RunHeader};
use gw_model::{ApiId, DeploymentId, Fault, GatewayId, RevisionId};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::CatalogError;
use crate::named::{column, from_json, to_json};
use crate::runs::Runs;

/// Ended runs of an API on a gateway, newest first.
pub(crate) const FINISHED: &str = "SELECT header, finish FROM runs
     WHERE api = ?1 AND gateway = ?2 AND finish IS NOT NULL ORDER BY row DESC";

/// A run that ended.
pub(crate) struct Finished {
    pub(crate) header: RunHeader,
    finish: Entry,
}

impl Finished {
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, CatalogError> {
        let (header, finish): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(Self {
            header: from_json(&header, "run")?,
            finish: from_json(&finish, "journal entry")?,
        })
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        match self.finish {
            Entry::Finished { outcome, .. } => Some(outcome),
            _ => None,
        }
    }
}

impl Runs<'_> {
    /// The runs that changed what is live on a gateway since the API was last withdrawn there, newest first.
    pub fn lineage(&self, api: &ApiId, gateway: &GatewayId) -> Result<Vec<RunHeader>, Fault> {
        self.0.read(|db| {
            let mut statement = db.prepare_cached(FINISHED)?;
            let mut rows = statement.query(params![api.as_str(), gateway.as_str()])?;
            let mut headers = Vec::new();
            while let Some(row) = rows.next()? {
                let run = Finished::from_row(row)?;
                match run.outcome() {
                    Some(Outcome::Withdrawn) => break,
                    Some(Outcome::Live) if run.header.moves() => headers.push(run.header),
                    _ => {}
                }
            }
            Ok(headers)
        })
    }

    /// The headers of these runs, those that are not known left out.
    pub fn headers(&self, deployments: &[DeploymentId]) -> Result<Vec<RunHeader>, Fault> {
        self.0.read(|db| {
            let sql =
                "SELECT header FROM runs WHERE deployment IN (SELECT value FROM json_each(?1))";
            column(db, sql, [to_json(&deployments, "list of runs")?])?
                .iter()
                .map(|header| from_json(header, "run"))
                .collect()
        })
    }

    /// The newest run of an API that published a plan with this digest; `None` when none did.
    pub fn last_with_digest(&self, api: &ApiId, digest: &str) -> Result<Option<RunHeader>, Fault> {
        self.last_where("$.digest", api, digest)
    }

    /// The newest run of an API that published a revision; `None` when none did.
    pub fn last_with_revision(
        &self,
        api: &ApiId,
        revision: &RevisionId,
    ) -> Result<Option<RunHeader>, Fault> {
        self.last_where("$.revision", api, revision.as_str())
    }

    fn last_where(self, path: &str, api: &ApiId, value: &str) -> Result<Option<RunHeader>, Fault> {
        self.0.read(|db| {
            let header: Option<String> = db
                .prepare_cached(
                    "SELECT header FROM runs WHERE api = ?1 AND header ->> ?2 = ?3 ORDER BY row DESC LIMIT 1",
                )?
                .query_row(params![api.as_str(), path, value], |row| row.get(0))
                .optional()?;
            header.map(|header| from_json(&header, "run")).transpose()
        })
    }
}
