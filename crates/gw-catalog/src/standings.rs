//! How APIs stand on the gateways they were ever deployed to: the last run on each, and what is there.
//!
//! It refuses to ask once per API: a list asks for all of its rows at once.

use gw_model::{ApiId, Fault};

use crate::named::{from_json, to_json};
use crate::placements::Placement;
use crate::runs::{COLUMNS, RunRow, Runs, StoredRun};

/// One API on one gateway.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The last run there.
    pub last: RunRow,
    /// What is there; `None` when nothing is.
    pub placement: Option<Placement>,
}

impl Runs<'_> {
    /// The last run of each of these APIs on each gateway, with what is there, in no order that is promised.
    pub fn standings(&self, apis: &[ApiId]) -> Result<Vec<Standing>, Fault> {
        if apis.is_empty() {
            return Ok(Vec::new());
        }
        self.0.read(|db| {
            let mut statement = db.prepare_cached(&sql())?;
            let stored: Vec<(StoredRun, Option<String>)> = statement
                .query_map([to_json(&apis, "list of APIs")?], |row| {
                    Ok((StoredRun::from_row(row)?, row.get("record")?))
                })?
                .collect::<Result<_, _>>()?;
            stored
                .into_iter()
                .map(|(run, placement)| {
                    Ok(Standing {
                        last: run.into_row()?,
                        placement: placement
                            .map(|record| from_json(&record, "placement"))
                            .transpose()?,
                    })
                })
                .collect()
        })
    }
}

fn sql() -> String {
    format!(
        "SELECT {COLUMNS}, placements.record AS record FROM runs
         LEFT JOIN placements ON placements.api = runs.api AND placements.gateway = runs.gateway
         WHERE runs.row IN (
             SELECT max(row) FROM runs WHERE api IN (SELECT value FROM json_each(?1)) GROUP BY api, gateway
         )"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;

    #[test]
    fn they_are_found_by_indexes() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path().join("catalog.db")).unwrap();
        let db = catalog.lock();
        let mut statement = db
            .prepare(&format!("EXPLAIN QUERY PLAN {}", sql()))
            .unwrap();
        let steps: Vec<String> = statement
            .query_map(["[]"], |row| row.get("detail"))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(
            steps
                .iter()
                .any(|step| step.contains("USING INDEX runs_by_api_and_gateway")),
            "{steps:?}"
        );
        assert!(
            !steps
                .iter()
                .any(|step| step.starts_with("SCAN runs") || step.starts_with("SCAN placements")),
            "{steps:?}"
        );
    }
}
