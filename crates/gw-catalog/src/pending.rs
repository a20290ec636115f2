//! Undeployments that wait for a gateway to answer again.
//!
//! It refuses to outlive what it is about: a publication there, a withdrawal that ended well, and the removal of API or
//! gateway each take it away.

use gw_model::{ApiId, Fault, GatewayId, UnixMillis};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::named::{column, from_json, to_json};

/// The pending undeployments of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a>(pub(crate) &'a Catalog);

/// An undeployment to be carried out later, with what was agreed to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingWithdrawal {
    /// Which API.
    pub api: ApiId,
    /// Off which gateway.
    pub gateway: GatewayId,
    /// Keys of the consents given.
    pub consents: Vec<String>,
    /// Names that were typed.
    pub confirmed: Vec<String>,
    /// When it was asked for.
    pub asked_at: UnixMillis,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub tried_at: Option<UnixMillis>,
    /// When it is tried next by a host that stays open.
    pub next_at: UnixMillis,
    /// Why it failed last.
    pub fault: Option<Fault>,
}

impl Pending<'_> {
    /// Writes one down, in the place of an earlier one. Fails with `catalog.not-found` when API or gateway are gone.
    pub fn put(&self, pending: &PendingWithdrawal) -> Result<(), Fault> {
        self.0.write(|db| {
            crate::apis::get(db, &pending.api)?;
            crate::named::get::<gw_model::Gateway>(db, pending.gateway.as_str())?;
            db.prepare_cached(
                "INSERT INTO pending (api, gateway, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT (api, gateway) DO UPDATE SET record = excluded.record",
            )?
            .execute(params![
                pending.api.as_str(),
                pending.gateway.as_str(),
                to_json(pending, "pending undeployment")?
            ])?;
            Ok(())
        })
    }

    /// Changes one while it is there: one that was carried out or dropped meanwhile stays away.
    pub fn update(&self, pending: &PendingWithdrawal) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached("UPDATE pending SET record = ?3 WHERE api = ?1 AND gateway = ?2")?
                .execute(params![
                    pending.api.as_str(),
                    pending.gateway.as_str(),
                    to_json(pending, "pending undeployment")?
                ])?;
            Ok(())
        })
    }

    /// One; `None` when none waits there.
    pub fn get(
        &self,
        api: &ApiId,
        gateway: &GatewayId,
    ) -> Result<Option<PendingWithdrawal>, Fault> {
        self.0.read(|db| {
            let record: Option<String> = db
                .prepare_cached("SELECT record FROM pending WHERE api = ?1 AND gateway = ?2")?
                .query_row([api.as_str(), gateway.as_str()], |row| row.get(0))
                .optional()?;
            record
                .map(|record| from_json(&record, "pending undeployment"))
                .transpose()
        })
    }

    /// All, by API name and version, then gateway name.
    pub fn list(&self) -> Result<Vec<PendingWithdrawal>, Fault> {
        self.0.read(|db| {
            column(
                db,
                "SELECT pending.record FROM pending
                 JOIN apis ON apis.id = pending.api JOIN gateways ON gateways.id = pending.gateway
                 ORDER BY apis.name_key, apis.version_order, gateways.name",
                [],
            )?
            .iter()
            .map(|record| from_json(record, "pending undeployment"))
            .collect()
        })
    }

    /// Drops one; one that is not there is dropped already.
    pub fn remove(&self, api: &ApiId, gateway: &GatewayId) -> Result<(), Fault> {
        self.0.write(|db| remove(db, api, gateway))
    }
}

pub(crate) fn remove(
    db: &Connection,
    api: &ApiId,
    gateway: &GatewayId,
) -> Result<(), CatalogError> {
    db.prepare_cached("DELETE FROM pending WHERE api = ?1 AND gateway = ?2")?
        .execute([api.as_str(), gateway.as_str()])?;
    Ok(())
}
