//! Registered key managers.
//!
//! It refuses to remove one that a policy or an application names.

use gw_model::{Fault, KeyManager, KeyManagerId};
use rusqlite::Connection;

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::named::{self, Named};

/// The key managers of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct KeyManagers<'a>(pub(crate) &'a Catalog);

impl Named for KeyManager {
    const TABLE: &'static str = "key_managers";
    const NOUN: &'static str = "key manager";

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl KeyManagers<'_> {
    /// Registers one. Fails with `catalog.duplicate-name`.
    pub fn create(&self, key_manager: &KeyManager) -> Result<(), Fault> {
        self.0.write(|db| named::create(db, key_manager))
    }

    /// Replaces the one with the same id. Fails with `catalog.duplicate-name` or `catalog.not-found`.
    pub fn update(&self, key_manager: &KeyManager) -> Result<(), Fault> {
        self.0.write(|db| named::update(db, key_manager))
    }

    /// By id. Fails with `catalog.not-found`.
    pub fn get(&self, id: &KeyManagerId) -> Result<KeyManager, Fault> {
        self.0.read(|db| named::get(db, id.as_str()))
    }

    /// By name, in any case. Fails with `catalog.not-found`.
    pub fn by_name(&self, name: &str) -> Result<KeyManager, Fault> {
        self.0.read(|db| named::by_name(db, name))
    }

    /// All, by name.
    pub fn list(&self) -> Result<Vec<KeyManager>, Fault> {
        self.0.read(named::list)
    }

    /// Forgets one. Fails with `catalog.in-use`, naming the APIs and applications that need it (fact `used-by`), or
    /// `catalog.not-found`.
    pub fn remove(&self, id: &KeyManagerId) -> Result<(), Fault> {
        self.0.write(|db| {
            let key_manager: KeyManager = named::get(db, id.as_str())?;
            let mut users = named::column(
                db,
                "SELECT 'API ' || (record ->> '$.name') || '@' || (record ->> '$.version') FROM apis
                 WHERE key_manager = ?1 ORDER BY name_key, version_order",
                [id.as_str()],
            )?;
            users.extend(named::column(
                db,
                "SELECT 'application ' || name FROM applications WHERE key_manager = ?1 ORDER BY name",
                [id.as_str()],
            )?);
            if !users.is_empty() {
                let advice = "Detach the policies and remove the applications first, or give them another key manager.";
                return Err(named::in_use("key manager", &key_manager.name, &users, "is used by", advice).into());
            }
            named::remove::<KeyManager>(db, id.as_str())
        })
    }
}

/// Refuses a reference to a key manager that is not there.
pub(crate) fn must_exist(db: &Connection, id: &KeyManagerId) -> Result<(), CatalogError> {
    named::get::<KeyManager>(db, id.as_str()).map(|_| ())
}
