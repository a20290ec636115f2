//! Compiled plans, by digest.
//!
//! It refuses to check digests: the crate that makes plans makes them.

use gw_model::Fault;
use gw_plan::Plan;
use rusqlite::{OptionalExtension, params};

use crate::catalog::Catalog;
use crate::named::{from_json, to_json};

/// The plans of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Plans<'a>(pub(crate) &'a Catalog);

impl Plans<'_> {
    /// Stores a plan under its digest; storing it again changes nothing.
    pub fn put(&self, digest: &str, plan: &Plan) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached("INSERT INTO plans (digest, record) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING")?
                .execute(params![digest, to_json(plan, "plan")?])?;
            Ok(())
        })
    }

    /// By digest; `None` when it was never stored.
    pub fn get(&self, digest: &str) -> Result<Option<Plan>, Fault> {
        self.0.read(|db| {
            let record: Option<String> = db
                .prepare_cached("SELECT record FROM plans WHERE digest = ?1")?
                .query_row([digest], |row| row.get(0))
                .optional()?;
            record.map(|record| from_json(&record, "plan")).transpose()
        })
    }
}
