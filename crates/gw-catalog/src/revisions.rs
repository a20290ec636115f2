//! What was ever deployed, by content.
//!
//! It refuses to change a revision, and to hand one out whose bytes no longer have the digest in its id.

use gw_model::{ApiId, Fault, Revision, RevisionId, UnixMillis};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::named::{column, not_found};
use crate::page::{Page, Paged};

/// The revisions of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Revisions<'a>(pub(crate) &'a Catalog);

/// A revision without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RevisionRow {
    /// Which.
    pub id: RevisionId,
    /// Of which API.
    pub api: ApiId,
    /// The API's name then.
    pub name: String,
    /// The API's version then.
    pub version: String,
    /// When it was first stored.
    pub made_at: UnixMillis,
    /// Size of its canonical JSON, in bytes.
    #[ts(type = "number")]
    pub size: u64,
}

impl Revisions<'_> {
    /// Stores a revision and returns its id. Storing it again changes nothing, not even `made_at`.
    pub fn put(&self, revision: &Revision, at: UnixMillis) -> Result<RevisionId, Fault> {
        let id = revision.id();
        self.0.write(|db| {
            let content = serde_json::to_vec(revision)
                .map_err(|source| CatalogError::Unwritable { what: "revision".to_owned(), source })?;
            db.prepare_cached(
                "INSERT INTO revisions (id, api, name, version, made_at, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                id.as_str(),
                revision.api.as_str(),
                revision.name,
                revision.version,
                at.0,
                content
            ])?;
            Ok(())
        })?;
        Ok(id)
    }

    /// By id. Fails with `catalog.not-found`, or `catalog.damaged` when the stored bytes are not what they were.
    pub fn get(&self, id: &RevisionId) -> Result<Revision, Fault> {
        self.0.read(|db| {
            let content: Vec<u8> = db
                .prepare_cached("SELECT content FROM revisions WHERE id = ?1")?
                .query_row([id.as_str()], |row| row.get(0))
                .optional()?
                .ok_or_else(|| not_found("revision", id.as_str()))?;
            let unreadable = |source| CatalogError::Unreadable {
                what: format!("revision {id}"),
                source,
            };
            // The bytes, not the parsed value: the value may gain fields in later versions, the bytes do not change.
            if digest_id(&content) != id.as_str() {
                return Err(unreadable(None));
            }
            serde_json::from_slice(&content).map_err(|source| unreadable(Some(source)))
        })
    }

    /// An API's revisions whose ids begin so, two at most.
    pub fn beginning_with(&self, api: &ApiId, begin: &str) -> Result<Vec<RevisionId>, Fault> {
        self.0.read(|db| {
            let sql = "SELECT id FROM revisions WHERE api = ?1 AND substr(id, 1, length(?2)) = ?2 LIMIT 2";
            let found = column(db, sql, params![api.as_str(), begin])?;
            Ok(found.into_iter().map(RevisionId::new).collect())
        })
    }

    /// When a revision was first stored; `None` when it never was.
    pub fn made_at(&self, id: &RevisionId) -> Result<Option<UnixMillis>, Fault> {
        self.0.read(|db| {
            let at = db
                .prepare_cached("SELECT made_at FROM revisions WHERE id = ?1")?
                .query_row([id.as_str()], |row| row.get(0).map(UnixMillis))
                .optional()?;
            Ok(at)
        })
    }

    /// A slice of an API's revisions, newest first.
    pub fn list(&self, api: &ApiId, page: Page) -> Result<Paged<RevisionRow>, Fault> {
        self.0.read(|db| {
            let total = db
                .prepare_cached("SELECT count(*) FROM revisions WHERE api = ?1")?
                .query_row([api.as_str()], |row| row.get(0))?;
            let mut statement = db.prepare_cached(
                "SELECT id, api, name, version, made_at, length(content) FROM revisions WHERE api = ?1
                 ORDER BY made_at DESC, rowid DESC LIMIT ?2 OFFSET ?3",
            )?;
            let rows = statement.query_map(params![api.as_str(), page.sql_limit(), page.offset], |row| {
                Ok(RevisionRow {
                    id: RevisionId::new(row.get::<_, String>(0)?),
                    api: ApiId::new(row.get::<_, String>(1)?),
                    name: row.get(2)?,
                    version: row.get(3)?,
                    made_at: UnixMillis(row.get(4)?),
                    size: row.get(5)?,
                })
            })?;
            Ok(Paged { items: rows.collect::<Result<_, _>>()?, total })
        })
    }
}

/// As [`Revision::id`] makes it, from the stored bytes.
fn digest_id(content: &[u8]) -> String {
    let mut id = "rev_".to_owned();
    for byte in Sha256::digest(content).iter().take(16) {
        id.extend(
            [byte >> 4, byte & 15].map(|half| char::from(b"0123456789abcdef"[usize::from(half)])),
        );
    }
    id
}
