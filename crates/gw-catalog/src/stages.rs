//! What is wanted of an API's stage on a gateway.
//!
//! It refuses to know what is there: connectors look. What is wanted goes with its API and its gateway.

use gw_model::{ApiId, Fault, GatewayId, StageSettings};
use rusqlite::{OptionalExtension, ffi, params};

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::named::{from_json, not_found, to_json};

/// The stage settings of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Stages<'a>(pub(crate) &'a Catalog);

impl Stages<'_> {
    /// What is wanted; empty when nothing is.
    pub fn get(&self, api: &ApiId, gateway: &GatewayId) -> Result<StageSettings, Fault> {
        self.0.read(|db| {
            let record: Option<String> = db
                .prepare_cached("SELECT record FROM stages WHERE api = ?1 AND gateway = ?2")?
                .query_row([api.as_str(), gateway.as_str()], |row| row.get(0))
                .optional()?;
            let read = record.map(|record| from_json(&record, "stage settings"));
            Ok(read.transpose()?.unwrap_or_default())
        })
    }

    /// Sets what is wanted; empty settings forget it. Fails with `catalog.not-found` when API or gateway is gone.
    pub fn put(
        &self,
        api: &ApiId,
        gateway: &GatewayId,
        settings: &StageSettings,
    ) -> Result<(), Fault> {
        self.0.write(|db| {
            let (api, gateway) = (api.as_str(), gateway.as_str());
            if settings.is_empty() {
                db.prepare_cached("DELETE FROM stages WHERE api = ?1 AND gateway = ?2")?
                    .execute([api, gateway])?;
                return Ok(());
            }
            let record = to_json(settings, "stage settings")?;
            db.prepare_cached(
                "INSERT INTO stages (api, gateway, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT (api, gateway) DO UPDATE SET record = excluded.record",
            )?
            .execute(params![api, gateway, record])
            .map_err(|error| {
                if CatalogError::is_constraint(&error, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) {
                    not_found("API or gateway", &format!("{api}/{gateway}")).into()
                } else {
                    CatalogError::from(error)
                }
            })?;
            Ok(())
        })
    }
}
