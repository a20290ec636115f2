//! Preferences: JSON values under keys.
//!
//! It refuses to know what they mean.

use gw_model::Fault;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalog::Catalog;
use crate::named::{from_json, to_json};

/// The settings of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a>(pub(crate) &'a Catalog);

impl Settings<'_> {
    /// The value under a key; `None` when there is none, or when it is of another shape than asked for (an older version
    /// may have written it; a preference is not worth a failure).
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        self.0.read(|db| {
            let value: Option<String> = db
                .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()?;
            Ok(value.and_then(|value| from_json(&value, key).ok()))
        })
    }

    /// Sets or replaces a value.
    pub fn put<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached(
                "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![key, to_json(value, key)?])?;
            Ok(())
        })
    }

    /// Removes a value; one that is not there is removed already.
    pub fn remove(&self, key: &str) -> Result<(), Fault> {
        self.0.write(|db| {
            db.prepare_cached("DELETE FROM settings WHERE key = ?1")?
                .execute([key])?;
            Ok(())
        })
    }
}
