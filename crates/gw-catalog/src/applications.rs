//! Registered applications.
//!
//! It refuses an application whose key manager is not in the catalog.

use gw_model::{Application, ApplicationId, Fault};

use crate::catalog::Catalog;
use crate::key_managers;
use crate::named::{self, Named};

/// The applications of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Applications<'a>(pub(crate) &'a Catalog);

impl Named for Application {
    const TABLE: &'static str = "applications";
    const NOUN: &'static str = "application";

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Applications<'_> {
    /// Registers one. Fails with `catalog.duplicate-name`, or `catalog.not-found` for its key manager.
    pub fn create(&self, application: &Application) -> Result<(), Fault> {
        self.0.write(|db| {
            key_managers::must_exist(db, &application.key_manager)?;
            named::create(db, application)
        })
    }

    /// Replaces the one with the same id. Fails with `catalog.duplicate-name` or `catalog.not-found`.
    pub fn update(&self, application: &Application) -> Result<(), Fault> {
        self.0.write(|db| {
            key_managers::must_exist(db, &application.key_manager)?;
            named::update(db, application)
        })
    }

    /// By id. Fails with `catalog.not-found`.
    pub fn get(&self, id: &ApplicationId) -> Result<Application, Fault> {
        self.0.read(|db| named::get(db, id.as_str()))
    }

    /// By name, in any case. Fails with `catalog.not-found`.
    pub fn by_name(&self, name: &str) -> Result<Application, Fault> {
        self.0.read(|db| named::by_name(db, name))
    }

    /// All, by name.
    pub fn list(&self) -> Result<Vec<Application>, Fault> {
        self.0.read(named::list)
    }

    /// Forgets one. Fails with `catalog.not-found`. Its secret in the vault is the caller's to delete.
    pub fn remove(&self, id: &ApplicationId) -> Result<(), Fault> {
        self.0
            .write(|db| named::remove::<Application>(db, id.as_str()))
    }
}
