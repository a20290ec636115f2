//! What gateways, key managers and applications have in common: an id, a unique name, a record.
//!
//! It refuses two of one kind whose names differ only in case.

use gw_model::{Code, Fault};
use rusqlite::{Connection, OptionalExtension, Params, ffi, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::CatalogError;

/// A thing with an id and a name that is unique in its table.
pub(crate) trait Named: Serialize + DeserializeOwned {
    const TABLE: &'static str;
    /// As people call it.
    const NOUN: &'static str;
    fn id(&self) -> &str;
    fn name(&self) -> &str;
}

pub(crate) fn create<T: Named>(db: &Connection, thing: &T) -> Result<(), CatalogError> {
    let sql = format!("INSERT INTO {} (id, record) VALUES (?1, ?2)", T::TABLE);
    db.prepare_cached(&sql)?
        .execute(params![thing.id(), to_json(thing, T::NOUN)?])
        .map_err(|error| duplicate_or(error, thing))?;
    Ok(())
}

pub(crate) fn update<T: Named>(db: &Connection, thing: &T) -> Result<(), CatalogError> {
    let sql = format!("UPDATE {} SET record = ?2 WHERE id = ?1", T::TABLE);
    let changed = db
        .prepare_cached(&sql)?
        .execute(params![thing.id(), to_json(thing, T::NOUN)?])
        .map_err(|error| duplicate_or(error, thing))?;
    if changed == 0 {
        Err(not_found(T::NOUN, thing.name()).into())
    } else {
        Ok(())
    }
}

pub(crate) fn get<T: Named>(db: &Connection, id: &str) -> Result<T, CatalogError> {
    let sql = format!("SELECT record FROM {} WHERE id = ?1", T::TABLE);
    one(db, &sql, id)
}

pub(crate) fn by_name<T: Named>(db: &Connection, name: &str) -> Result<T, CatalogError> {
    let sql = format!("SELECT record FROM {} WHERE name = ?1", T::TABLE);
    one(db, &sql, name)
}

pub(crate) fn list<T: Named>(db: &Connection) -> Result<Vec<T>, CatalogError> {
    let sql = format!("SELECT record FROM {} ORDER BY name", T::TABLE);
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut things = Vec::new();
    while let Some(row) = rows.next()? {
        things.push(from_json(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
            T::NOUN,
        )?);
    }
    Ok(things)
}

pub(crate) fn remove<T: Named>(db: &Connection, id: &str) -> Result<(), CatalogError> {
    let sql = format!("DELETE FROM {} WHERE id = ?1", T::TABLE);
    let removed = db.prepare_cached(&sql)?.execute([id])?;
    if removed == 0 {
        Err(not_found(T::NOUN, id).into())
    } else {
        Ok(())
    }
}

/// Refuses a name or id that nothing has.
pub(crate) fn not_found(noun: &str, name: &str) -> Fault {
    Fault::new(
        Code::CatalogNotFound,
        format!("There is no {noun} '{name}' in the catalog"),
        format!("List what there is and use one of those names; another window may have removed this {noun}."),
    )
    .fact("kind", noun)
    .fact("name", name)
}

/// Refuses to remove what others still need, naming them.
pub(crate) fn in_use(
    noun: &str,
    name: &str,
    users: &[String],
    relation: &str,
    advice: &str,
) -> Fault {
    let named = users.join(", ");
    Fault::new(
        Code::CatalogInUse,
        format!("The {noun} '{name}' {relation} {named}"),
        advice,
    )
    .fact("kind", noun)
    .fact("name", name)
    .fact("used-by", named)
}

pub(crate) fn to_json<T: Serialize>(thing: &T, what: &str) -> Result<String, CatalogError> {
    serde_json::to_string(thing).map_err(|source| CatalogError::Unwritable {
        what: what.to_owned(),
        source,
    })
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, CatalogError> {
    serde_json::from_str(text).map_err(|source| CatalogError::Unreadable {
        what: what.to_owned(),
        source: Some(source),
    })
}

/// Reads the first column of every row as text.
pub(crate) fn column(
    db: &Connection,
    sql: &str,
    parameters: impl Params,
) -> Result<Vec<String>, CatalogError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn one<T: Named>(db: &Connection, sql: &str, key: &str) -> Result<T, CatalogError> {
    let record: Option<String> = db
        .prepare_cached(sql)?
        .query_row([key], |row| row.get(0))
        .optional()?;
    match record {
        Some(record) => from_json(&record, T::NOUN),
        None => Err(not_found(T::NOUN, key).into()),
    }
}

fn duplicate_or<T: Named>(error: rusqlite::Error, thing: &T) -> CatalogError {
    if CatalogError::is_constraint(&error, ffi::SQLITE_CONSTRAINT_UNIQUE)
        || CatalogError::is_constraint(&error, ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    {
        Fault::new(
            Code::CatalogDuplicateName,
            format!("There is a {} called '{}' already", T::NOUN, thing.name()),
            "Choose another name; capital and small letters count as the same.",
        )
        .fact("kind", T::NOUN)
        .fact("name", thing.name())
        .into()
    } else {
        error.into()
    }
}
