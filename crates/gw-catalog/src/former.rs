//! What documents said before: what undoing a change of a document goes back to.
//!
//! It refuses to grow: of each document the last changes are kept, and of large ones fewer.

use gw_model::ApiId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::CatalogError;

/// Most former texts of one document.
pub(crate) const MOST: u32 = 20;
/// Most bytes of all former texts of one document; the last is kept whatever its size.
pub(crate) const LARGEST: u64 = 64 * 1024 * 1024;

/// Keeps what a document says now, if `text` is something else.
pub(crate) fn keep(db: &Connection, api: &ApiId, text: &str) -> Result<(), CatalogError> {
    let kept = db
        .prepare_cached(
            "INSERT INTO former_documents (api, edition, text)
             SELECT apis.id, apis.edition, documents.text FROM apis JOIN documents ON documents.api = apis.id
             WHERE apis.id = ?1 AND documents.text IS NOT ?2",
        )?
        .execute(params![api.as_str(), text])?;
    if kept > 0 {
        db.prepare_cached(
            "DELETE FROM former_documents WHERE row IN (
                 SELECT row FROM (
                     SELECT row, row_number() OVER newest AS number, sum(octet_length(text)) OVER newest AS bytes
                     FROM former_documents WHERE api = ?1 WINDOW newest AS (ORDER BY edition DESC)
                 ) WHERE number > ?2 OR (number > 1 AND bytes > ?3)
             )",
        )?
        .execute(params![api.as_str(), MOST, LARGEST])?;
    }
    Ok(())
}

/// The newest of them.
pub(crate) fn last(db: &Connection, api: &ApiId) -> Result<Option<String>, CatalogError> {
    Ok(db
        .prepare_cached(
            "SELECT text FROM former_documents WHERE api = ?1 ORDER BY edition DESC LIMIT 1",
        )?
        .query_row([api.as_str()], |row| row.get(0))
        .optional()?)
}

/// Forgets the newest: it was gone back to.
pub(crate) fn forget_last(db: &Connection, api: &ApiId) -> Result<(), CatalogError> {
    db.prepare_cached(
        "DELETE FROM former_documents WHERE api = ?1
         AND edition = (SELECT max(edition) FROM former_documents WHERE api = ?1)",
    )?
    .execute([api.as_str()])?;
    Ok(())
}
