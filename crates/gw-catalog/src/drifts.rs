//! What was found when gateways were looked at, and what is let be.
//!
//! It refuses to look: whoever looked says what was found and when. What was found before the last run there is not told.

use gw_connector::Drift;
use gw_model::{ApiId, DeploymentId, Fault, GatewayId, UnixMillis};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::named::{from_json, to_json};

/// The drifts of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Drifts<'a>(pub(crate) &'a Catalog);

/// What was found of one API on one gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// When.
    pub at: UnixMillis,
    /// The run whose work was looked at: a later one makes this old.
    pub deployment: DeploymentId,
    /// What was otherwise.
    pub found: Vec<Drift>,
}

/// A difference that is let be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// [`Drift::key`].
    pub subject: String,
    /// How it was then; the empty text for nothing.
    pub live: String,
}

impl Ignored {
    /// Whether it is about this difference as it is now.
    pub fn covers(&self, drift: &Drift) -> bool {
        self.subject == drift.key() && self.live == drift.live.as_deref().unwrap_or_default()
    }
}

impl Drifts<'_> {
    /// Keeps what was found, in the place of what was found before.
    pub fn put(&self, api: &ApiId, gateway: &GatewayId, looked: &Looked) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached(
                "INSERT INTO drifts (api, gateway, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT (api, gateway) DO UPDATE SET record = excluded.record",
            )?
            .execute(params![
                api.as_str(),
                gateway.as_str(),
                to_json(looked, "drift")?
            ])?;
            Ok(())
        })
    }

    /// What was found last, if the run that was looked at is still the one that left what is there.
    pub fn get(&self, api: &ApiId, gateway: &GatewayId) -> Result<Option<Looked>, Fault> {
        self.0.read(|db| {
            let record: Option<String> = db
                .prepare_cached(
                    "SELECT drifts.record FROM drifts
                     JOIN placements ON placements.api = drifts.api AND placements.gateway = drifts.gateway
                     WHERE drifts.api = ?1 AND drifts.gateway = ?2
                       AND drifts.record ->> '$.deployment' = placements.record ->> '$.deployment'",
                )?
                .query_row([api.as_str(), gateway.as_str()], |row| row.get(0))
                .optional()?;
            record.map(|record| from_json(&record, "drift")).transpose()
        })
    }

    /// Lets a difference be for as long as it is as it is.
    pub fn ignore(
        &self,
        api: &ApiId,
        gateway: &GatewayId,
        ignored: &Ignored,
        at: UnixMillis,
    ) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached(
                "INSERT INTO ignored_drifts (api, gateway, subject, live, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (api, gateway, subject) DO UPDATE SET live = excluded.live, at = excluded.at",
            )?
            .execute(params![
                api.as_str(),
                gateway.as_str(),
                ignored.subject,
                ignored.live,
                at.0
            ])?;
            Ok(())
        })
    }

    /// Tells a difference again; one that was not let be is told already.
    pub fn mind(&self, api: &ApiId, gateway: &GatewayId, subject: &str) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached(
                "DELETE FROM ignored_drifts WHERE api = ?1 AND gateway = ?2 AND subject = ?3",
            )?
            .execute([api.as_str(), gateway.as_str(), subject])?;
            Ok(())
        })
    }

    /// What is let be of one API on one gateway.
    pub fn ignored(&self, api: &ApiId, gateway: &GatewayId) -> Result<Vec<Ignored>, Fault> {
        self.0.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT subject, live FROM ignored_drifts WHERE api = ?1 AND gateway = ?2 ORDER BY subject",
            )?;
            let rows = statement.query_map([api.as_str(), gateway.as_str()], |row| {
                Ok(Ignored {
                    subject: row.get(0)?,
                    live: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
