//! Registered gateways.
//!
//! It refuses to remove a gateway something is deployed on, or a run is under way on.

use gw_model::{Fault, Gateway, GatewayId};

use crate::catalog::Catalog;
use crate::named::{self, Named};

/// The gateways of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Gateways<'a>(pub(crate) &'a Catalog);

impl Named for Gateway {
    const TABLE: &'static str = "gateways";
    const NOUN: &'static str = "gateway";

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Gateways<'_> {
    /// Registers one. Fails with `catalog.duplicate-name`.
    pub fn create(&self, gateway: &Gateway) -> Result<(), Fault> {
        self.0.write(|db| named::create(db, gateway))
    }

    /// Replaces the one with the same id. Fails with `catalog.duplicate-name` or `catalog.not-found`.
    pub fn update(&self, gateway: &Gateway) -> Result<(), Fault> {
        self.0.write(|db| named::update(db, gateway))
    }

    /// By id. Fails with `catalog.not-found`.
    pub fn get(&self, id: &GatewayId) -> Result<Gateway, Fault> {
        self.0.read(|db| named::get(db, id.as_str()))
    }

    /// By name, in any case. Fails with `catalog.not-found`.
    pub fn by_name(&self, name: &str) -> Result<Gateway, Fault> {
        self.0.read(|db| named::by_name(db, name))
    }

    /// All, by name.
    pub fn list(&self) -> Result<Vec<Gateway>, Fault> {
        self.0.read(named::list)
    }

    /// Forgets one. Fails with `catalog.in-use`, naming the APIs that are there (fact `used-by`), or `catalog.not-found`.
    pub fn remove(&self, id: &GatewayId) -> Result<(), Fault> {
        self.0.write(|db| {
            let gateway: Gateway = named::get(db, id.as_str())?;
            let placed = named::column(
                db,
                "SELECT (apis.record ->> '$.name') || '@' || (apis.record ->> '$.version')
                 FROM placements JOIN apis ON apis.id = placements.api
                 WHERE placements.gateway = ?1 ORDER BY apis.name_key, apis.version_order",
                [id.as_str()],
            )?;
            if !placed.is_empty() {
                let advice = "Undeploy these APIs first; what is gone on the gateway already counts as undeployed. If the gateway itself is gone, have them forgotten.";
                return Err(named::in_use("gateway", &gateway.name, &placed, "still runs", advice).into());
            }
            let running = named::column(
                db,
                "SELECT api_name || '@' || api_version FROM runs WHERE gateway = ?1 AND finished_at IS NULL ORDER BY row",
                [id.as_str()],
            )?;
            if !running.is_empty() {
                let advice = "Wait for the deployment to end, or cancel it, then remove the gateway. If it was interrupted, recover it or have it forgotten.";
                return Err(named::in_use("gateway", &gateway.name, &running, "is just being changed for", advice).into());
            }
            named::remove::<Gateway>(db, id.as_str())
        })
    }
}
