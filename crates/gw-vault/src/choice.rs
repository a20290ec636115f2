//! Which way to keep secrets the user chose: `vault.json` in the home folder, without secrets.
//!
//! It refuses to guess: a file it cannot read is a fault, not a default.

use std::path::{Path, PathBuf};

use gw_model::Fault;
use serde::{Deserialize, Serialize};

use crate::{atomic, fault};

/// Where secrets are to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "use", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Choice {
    /// The OS keychain: also what holds while nothing was chosen.
    Keychain,
    /// A vault file.
    File {
        /// Relative paths start at the home folder, so a home that moves takes its vault along.
        path: PathBuf,
    },
}

impl Choice {
    /// The choice of a home folder.
    pub(crate) fn read(home: &Path) -> Result<Self, Fault> {
        let path = place(home);
        match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                fault::file_damaged(&path, "it does not say where secrets are kept").because(error)
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::Keychain),
            Err(error) => Err(fault::unreadable(&path, error)),
        }
    }

    /// Makes it the choice of a home folder, which is made when it is missing.
    pub(crate) fn write(&self, home: &Path) -> Result<(), Fault> {
        let path = place(home);
        let text =
            serde_json::to_vec_pretty(self).map_err(|error| fault::unwritable(&path, error))?;
        std::fs::create_dir_all(home)
            .and_then(|()| atomic::replace(&path, &text))
            .map_err(|error| fault::unwritable(&path, error))
    }

    /// The choice of the vault file at `path`.
    pub(crate) fn of_file(home: &Path, path: &Path) -> Self {
        Self::File {
            path: path.strip_prefix(home).unwrap_or(path).to_owned(),
        }
    }
}

fn place(home: &Path) -> PathBuf {
    home.join("vault.json")
}
