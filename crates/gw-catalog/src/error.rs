//! What can go wrong with SQLite or a stored record, and how it reads as a fault.
//!
//! It refuses to pass SQLite's words to people without saying what to do; they stay as a fact.

use std::path::Path;

use gw_model::{Code, Effect, Fault, Retry};
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A failure inside the catalog, before it is told which file it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{what} cannot be read back")]
    Unreadable {
        what: String,
        source: Option<serde_json::Error>,
    },
    #[error("{what} cannot be written as JSON")]
    Unwritable {
        what: String,
        source: serde_json::Error,
    },
    #[error("{0}")]
    Refused(Fault),
}

impl From<Fault> for CatalogError {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

impl CatalogError {
    /// Whether a constraint of the kind `extended` (an SQLite extended result code) stopped the statement.
    pub(crate) fn is_constraint(error: &rusqlite::Error, extended: std::ffi::c_int) -> bool {
        matches!(error, rusqlite::Error::SqliteFailure(failure, _) if failure.extended_code == extended)
    }

    /// The fault for people and programs.
    pub(crate) fn into_fault(self, file: &Path) -> Fault {
        let shown = file.display().to_string();
        match self {
            Self::Refused(fault) => fault,
            Self::Sqlite(error) => sqlite_fault(error, &shown),
            Self::Unreadable { what, source } => {
                let mut fault = damaged(&shown).fact("record", what);
                fault.source = source.map(|source| Box::new(source) as _);
                fault
            }
            Self::Unwritable { what, source } => Fault::new(
                Code::AppDefect,
                format!("{what} could not be stored"),
                "This is a defect in Gatewright; please report it. Nothing was changed.",
            )
            .retry(Retry::Never)
            .because(source),
        }
    }
}

/// The fault for a file that is no catalog any more.
pub(crate) fn damaged(file: &str) -> Fault {
    Fault::new(
        Code::CatalogDamaged,
        format!("The catalog {file} is damaged"),
        "The file was left as it is. Put a copy of it from a backup in its place, or move it away to begin with an empty \
         catalog; what is deployed on gateways is not touched by either.",
    )
    .fact("file", file)
}

fn sqlite_fault(error: rusqlite::Error, file: &str) -> Fault {
    let words = error.to_string();
    let (code, extended) = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => (Some(failure.code), failure.extended_code),
        _ => (None, 0),
    };
    let fault = match code {
        Some(ErrorCode::DiskFull) => disk_full(file),
        // The WAL's index is grown before anything is written to it: no space for it is no space.
        Some(ErrorCode::SystemIoFailure) if extended == ffi::SQLITE_IOERR_SHMSIZE => {
            disk_full(file)
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::new(
            Code::CatalogBusy,
            format!("Another process is writing to the catalog {file}"),
            "Wait for the other Gatewright window or command to finish, then try again.",
        )
        .retry(Retry::Soon),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(file),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            Fault::new(
                Code::CatalogUnavailable,
                format!("The catalog {file} cannot be opened for writing"),
                "Check that the folder exists and that you may write to it and to the file.",
            )
        }
        Some(ErrorCode::SystemIoFailure) => Fault::new(
            Code::CatalogUnavailable,
            format!("The disk failed while the catalog {file} was read or written"),
            "Check the disk, then open Gatewright again: it says what was stored and what was not.",
        )
        .effect(Effect::Unknown),
        _ => Fault::new(
            Code::CatalogUnavailable,
            format!("The catalog {file} could not be read or written"),
            "Close other Gatewright windows and commands and try again; if it stays, report it with the fact named sqlite.",
        ),
    };
    fault
        .fact("file", file)
        .fact("sqlite", words)
        .because(error)
}

fn disk_full(file: &str) -> Fault {
    Fault::new(
        Code::CatalogDiskFull,
        format!("No space is left on the disk that holds the catalog {file}"),
        "Free some space and try again. Nothing was changed and nothing was lost.",
    )
}
