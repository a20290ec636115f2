//! Forgetting that an API is on a gateway, for gateways that no longer exist.
//!
//! It refuses to forget in silence: what is left behind stands in a run of its own, and every journal that had no good
//! end gets an honest one.

use gw_deploy::{Entry, Outcome, RunHeader};
use gw_model::{Code, DeploymentId, Fault, Retry, UnixMillis};
use rusqlite::{Connection, params};

use crate::error::CatalogError;
use crate::named::from_json;
use crate::runs::{Runs, insert, write_entry};
use crate::{pending, placements};

impl Runs<'_> {
    /// Forgets that an API is on a gateway, calling nothing. `header` begins the run that says so; its `found` is what is
    /// left behind. Runs there that have no end, and a last one that is stuck, end as forgotten.
    ///
    /// The caller makes sure that no process carries one of them on. Fails with `catalog.not-found`.
    pub fn forget(&self, header: &RunHeader, at: UnixMillis) -> Result<(), Fault> {
        self.0.write(|db| {
            for (deployment, fault) in open_runs(db, header)? {
                let entry = Entry::Finished {
                    outcome: Outcome::Forgotten,
                    fault: Some(fault),
                    invoke_url: None,
                };
                write_entry(db, &deployment, at, &entry)?;
            }
            insert(db, header)?;
            let entry = Entry::Finished {
                outcome: Outcome::Forgotten,
                fault: None,
                invoke_url: None,
            };
            write_entry(db, &header.deployment, at, &entry)?;
            placements::delete(db, &header.api, &header.gateway)?;
            pending::remove(db, &header.api, &header.gateway)
        })
    }
}

/// The runs there that have no end or a stuck one, with the fault their last entry keeps.
fn open_runs(
    db: &Connection,
    header: &RunHeader,
) -> Result<Vec<(DeploymentId, Fault)>, CatalogError> {
    let mut statement = db.prepare_cached(
        "SELECT deployment, finish FROM runs WHERE api = ?1 AND gateway = ?2 AND (
             finished_at IS NULL OR (
                 finish ->> '$.outcome' = 'stuck'
                 AND row = (SELECT max(row) FROM runs WHERE api = ?1 AND gateway = ?2)
             )
         ) ORDER BY row",
    )?;
    let found: Vec<(String, Option<String>)> = statement
        .query_map(
            params![header.api.as_str(), header.gateway.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    found
        .into_iter()
        .map(|(deployment, finish)| {
            let finish: Option<Entry> = finish
                .map(|text| from_json(&text, "journal entry"))
                .transpose()?;
            let fault = match finish {
                Some(Entry::Finished {
                    fault: Some(fault), ..
                }) => fault,
                _ => interrupted(&deployment),
            };
            Ok((DeploymentId::new(deployment), fault))
        })
        .collect()
}

fn interrupted(deployment: &str) -> Fault {
    Fault::new(
        Code::DeployInterrupted,
        format!(
            "The run {deployment} was interrupted and then forgotten: nobody looked how far it came"
        ),
        "Its journal names what it may have left on the gateway",
    )
    .retry(Retry::Never)
    .fact("deployment", deployment)
}
