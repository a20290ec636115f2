//! The steps from an empty file to the tables of this version. Each step's SQL lies beside the Rust that reads its tables.
//!
//! It refuses to go back, and to touch a file that a newer version wrote.
//!
//! Invariant: a step that was released is never edited; a change of the tables is a new step with the next number.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use gw_model::{Code, Fault, Retry};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{CatalogError, damaged};

/// `GWCT`: marks the file as a Gatewright catalog (SQLite's `application_id`).
const APPLICATION_ID: u32 = 0x4757_4354;

/// Step N brings the file to version N (`user_version`).
const STEPS: &[&str] = &[
    include_str!("gateways.0001.sql"),
    include_str!("key_managers.0002.sql"),
    include_str!("applications.0003.sql"),
    include_str!("apis.0004.sql"),
    include_str!("revisions.0005.sql"),
    include_str!("plans.0006.sql"),
    include_str!("runs.0007.sql"),
    include_str!("placements.0008.sql"),
    include_str!("history.0009.sql"),
    include_str!("settings.0010.sql"),
    include_str!("apis.0011.sql"),
    include_str!("pending.0012.sql"),
    include_str!("prunings.0013.sql"),
    include_str!("drifts.0014.sql"),
    include_str!("stages.0015.sql"),
];

/// The version this program writes.
pub(crate) fn newest() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// Looks at the file's first bytes without SQLite, which would make files beside it.
///
/// Fails when it is of a newer version, another program's, or no SQLite file at all; an empty or missing file passes.
pub(crate) fn check_header(path: &Path) -> Result<(), Fault> {
    let mut header = [0_u8; 100];
    let filled = match File::open(path) {
        Ok(file) => read_up_to(file, &mut header),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    }
    .map_err(|error| {
        Fault::new(
            Code::CatalogUnavailable,
            format!("The catalog {} cannot be read: {error}", path.display()),
            "Check that the file is a regular file and that you may read it.",
        )
        .fact("file", path.display().to_string())
    })?;
    if filled == 0 {
        return Ok(());
    }
    let shown = path.display().to_string();
    if filled < header.len() || !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged(&shown));
    }
    let version = u32::from_be_bytes([header[60], header[61], header[62], header[63]]);
    let application = u32::from_be_bytes([header[68], header[69], header[70], header[71]]);
    if application == APPLICATION_ID && version > newest() {
        return Err(newer(&shown, version));
    }
    Ok(())
}

/// Brings the file to the newest version, in one transaction.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), CatalogError> {
    let shown = path.display().to_string();
    // In one transaction: between two reads another process may make the tables, and half of each looks like a file of
    // another program.
    let as_found = version_of(&*connection.transaction()?, &shown)?;
    if as_found == newest() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again under the lock: another process may have done it in between.
    let found = version_of(&transaction, &shown)?;
    for (step, sql) in (1_u32..).zip(STEPS).filter(|(step, _)| *step > found) {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()?;
    Ok(())
}

fn version_of(connection: &Connection, shown: &str) -> Result<u32, CatalogError> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: u32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let empty: bool = connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)",
        [],
        |row| row.get(0),
    )?;
    if application != APPLICATION_ID && !(empty && version == 0) {
        return Err(Fault::new(
            Code::CatalogUnavailable,
            format!("The file {shown} is a database of another program"),
            "Choose another home folder with --home or GATEWRIGHT_HOME, or move the file away. It was not changed.",
        )
        .fact("file", shown)
        .into());
    }
    if version > newest() {
        return Err(newer(shown, version).into());
    }
    Ok(version)
}

fn newer(shown: &str, found: u32) -> Fault {
    Fault::new(
        Code::CatalogNewer,
        format!("The catalog {shown} was written by a newer Gatewright (version {found}; this one reads up to {})", newest()),
        "Install that newer Gatewright again, or use another home folder with --home or GATEWRIGHT_HOME. The file was not \
         changed.",
    )
    .retry(Retry::Never)
    .fact("file", shown)
    .fact("found", found.to_string())
    .fact("known", newest().to_string())
}

fn read_up_to(mut file: File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps() {
        let mut numbers: Vec<u32> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
            .unwrap()
            .filter_map(|entry| {
                let name = entry.unwrap().file_name().into_string().unwrap();
                name.strip_suffix(".sql")?.rsplit_once('.')?.1.parse().ok()
            })
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=newest()).collect::<Vec<_>>());
    }
}
