//! The file: opening it, and the two ways to use it.
//!
//! It refuses a write outside a transaction.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gw_model::{Code, Fault};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::apis::Apis;
use crate::applications::Applications;
use crate::drifts::Drifts;
use crate::error::CatalogError;
use crate::gateways::Gateways;
use crate::history::History;
use crate::key_managers::KeyManagers;
use crate::migrations;
use crate::pending::Pending;
use crate::placements::Placements;
use crate::plans::Plans;
use crate::prunings::Prunings;
use crate::revisions::Revisions;
use crate::runs::Runs;
use crate::settings::Settings;
use crate::stages::Stages;

/// An open catalog. Several processes may have the same one open; a write waits for another's to end.
pub struct Catalog {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Catalog {
    /// How long [`Catalog::open`] lets a call wait for another process's write.
    pub const WAIT: Duration = Duration::from_secs(5);

    /// Opens the catalog, making file and folder when they are missing and bringing an older file up to date.
    ///
    /// Fails with `catalog.newer-version`, `catalog.damaged`, `catalog.unavailable`, `catalog.busy` or
    /// `catalog.disk-full`; then the file is as it was.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Fault> {
        Self::open_waiting(path, Self::WAIT)
    }

    /// As [`Catalog::open`], with another time to wait before a call fails with `catalog.busy`.
    pub fn open_waiting(path: impl AsRef<Path>, wait: Duration) -> Result<Self, Fault> {
        let path = path.as_ref();
        migrations::check_header(path)?;
        make_private(path)?;
        let connection = connect(path, wait).map_err(|error| error.into_fault(path))?;
        Ok(Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Registered gateways.
    pub const fn gateways(&self) -> Gateways<'_> {
        Gateways(self)
    }

    /// Registered key managers.
    pub const fn key_managers(&self) -> KeyManagers<'_> {
        KeyManagers(self)
    }

    /// Registered applications.
    pub const fn applications(&self) -> Applications<'_> {
        Applications(self)
    }

    /// APIs and their documents.
    pub const fn apis(&self) -> Apis<'_> {
        Apis(self)
    }

    /// What was ever deployed, by content.
    pub const fn revisions(&self) -> Revisions<'_> {
        Revisions(self)
    }

    /// Compiled plans, by digest.
    pub const fn plans(&self) -> Plans<'_> {
        Plans(self)
    }

    /// What was deleted of what gateways kept.
    pub const fn prunings(&self) -> Prunings<'_> {
        Prunings(self)
    }

    /// Deployments: runs and their journals. Also behind [`gw_deploy::Journal`], which the catalog implements.
    pub const fn runs(&self) -> Runs<'_> {
        Runs(self)
    }

    /// What is where now.
    pub const fn placements(&self) -> Placements<'_> {
        Placements(self)
    }

    /// Undeployments that wait for their gateway.
    pub const fn pending(&self) -> Pending<'_> {
        Pending(self)
    }

    /// What was found to be otherwise on gateways than it was deployed.
    pub const fn drifts(&self) -> Drifts<'_> {
        Drifts(self)
    }

    /// What the console sent and got.
    pub const fn history(&self) -> History<'_> {
        History(self)
    }

    /// What is wanted of stages.
    pub const fn stages(&self) -> Stages<'_> {
        Stages(self)
    }

    /// Preferences.
    pub const fn settings(&self) -> Settings<'_> {
        Settings(self)
    }

    /// A number that is another one whenever another process has written; this one's own writes leave it.
    pub fn foreign_writes(&self) -> Result<i64, Fault> {
        let told = self
            .lock()
            .pragma_query_value(None, "data_version", |row| row.get(0));
        told.map_err(|error| CatalogError::from(error).into_fault(&self.path))
    }

    /// Reads one consistent state of the file.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
    ) -> Result<T, Fault> {
        self.within(TransactionBehavior::Deferred, |transaction| {
            work(transaction)
        })
    }

    /// Writes all of it or nothing.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
    ) -> Result<T, Fault> {
        // Immediate: a transaction that reads first and then finds another writer could not be waited for.
        self.within(TransactionBehavior::Immediate, |transaction| {
            work(transaction)
        })
    }

    fn within<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, Fault> {
        let attempt = || {
            let mut connection = self.lock();
            let transaction = connection.transaction_with_behavior(behavior)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        attempt().map_err(|error: CatalogError| error.into_fault(&self.path))
    }

    /// Moves the write-ahead log into the file and empties it, as far as other processes let it.
    pub(crate) fn checkpoint(&self) -> Result<(), Fault> {
        let outcome = self
            .lock()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        outcome.map_err(|error| CatalogError::from(error).into_fault(&self.path))
    }

    /// A panic in another thread's transaction rolled that transaction back; the connection is sound.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalog")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn connect(path: &Path, wait: Duration) -> Result<Connection, CatalogError> {
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(wait)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Every commit reaches the disk before the call returns: the journal's intents must survive a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is removed is overwritten: a cleared history is not left in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    // One large document must not leave a log of its size behind for ever.
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    migrations::migrate(&mut connection, path)?;
    write_ahead(&connection, wait)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Switches to write-ahead logging. SQLite does not wait for others here, however long its busy time-out is.
fn write_ahead(connection: &Connection, wait: Duration) -> Result<(), CatalogError> {
    let deadline = Instant::now() + wait;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == ErrorCode::DatabaseBusy && Instant::now() < deadline =>
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// Makes folder and file so that only the user reads them: histories hold bodies of real calls.
fn make_private(path: &Path) -> Result<(), Fault> {
    let unusable = |error: std::io::Error| {
        let code = if error.kind() == std::io::ErrorKind::StorageFull {
            Code::CatalogDiskFull
        } else {
            Code::CatalogUnavailable
        };
        Fault::new(
            code,
            format!("The catalog {} cannot be made: {error}", path.display()),
            "Check that the folder can be written to, or choose another with --home or GATEWRIGHT_HOME.",
        )
        .fact("file", path.display().to_string())
    };
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(unusable)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(unusable)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use gw_model::{AwsCredentials, Backend};

    use super::*;

    /// Lets the file grow no further than `more` pages from now: SQLite then fails as on a full disk (SQLITE_FULL).
    fn leave_room(catalog: &Catalog, more: i64) {
        let connection = catalog.lock();
        let pages: i64 = connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        connection
            .pragma_update(None, "max_page_count", pages + more)
            .unwrap();
    }

    fn api(name: &str) -> gw_model::Api {
        gw_model::Api {
            id: gw_model::ApiId::new(name),
            name: name.to_owned(),
            version: "1".to_owned(),
            base_path: "/".to_owned(),
            backend: Backend::Mock,
            policies: gw_model::Policies::default(),
            operations: 0,
            edition: 1,
            created_at: gw_model::UnixMillis(0),
            updated_at: gw_model::UnixMillis(0),
        }
    }

    #[test]
    fn a_full_disk_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        let catalog = Catalog::open(&path).unwrap();
        catalog.apis().create(&api("first"), "kept").unwrap();
        leave_room(&catalog, 0);
        let large = "x".repeat(1 << 20);
        let fault = catalog.apis().create(&api("second"), &large).unwrap_err();
        assert_eq!(
            (fault.code, fault.effect),
            (Code::CatalogDiskFull, gw_model::Effect::None)
        );
        let edited = catalog
            .apis()
            .update(&api("first"), Some(&large))
            .unwrap_err();
        assert_eq!(edited.code, Code::CatalogDiskFull);
        assert_eq!(catalog.apis().document(&api("first").id).unwrap(), "kept");
        assert_eq!(
            catalog.apis().get(&api("first").id).unwrap().edition,
            1,
            "half an edit was kept"
        );
        drop(catalog);
        let catalog = Catalog::open(&path).unwrap();
        assert_eq!(
            catalog
                .apis()
                .list("", crate::Page::default())
                .unwrap()
                .total,
            1
        );
        // Space was freed: the same edit goes through.
        catalog.apis().update(&api("first"), Some(&large)).unwrap();
        catalog.apis().create(&api("second"), &large).unwrap();
    }

    #[test]
    fn a_full_disk_while_opening_leaves_the_file_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "max_page_count", 3).unwrap();
        let fault = migrations::migrate(&mut connection, Path::new("catalog.db")).unwrap_err();
        assert_eq!(
            fault.into_fault(Path::new("catalog.db")).code,
            Code::CatalogDiskFull
        );
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 0);
    }

    #[test]
    fn commits_reach_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path().join("catalog.db")).unwrap();
        let connection = catalog.lock();
        let journal: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        let synchronous: i64 = connection
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap();
        let foreign_keys: bool = connection
            .pragma_query_value(None, "foreign_keys", |row| row.get(0))
            .unwrap();
        assert_eq!(
            (journal.as_str(), synchronous, foreign_keys),
            ("wal", 2, true)
        );
    }

    #[test]
    fn a_panic_in_a_transaction_takes_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path().join("catalog.db")).unwrap();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            catalog.write::<()>(|db| {
                db.execute("INSERT INTO settings (key, value) VALUES ('a', '1')", [])?;
                std::panic::resume_unwind(Box::new(()));
            })
        }));
        assert!(outcome.is_err());
        assert_eq!(catalog.settings().get::<u32>("a").unwrap(), None);
        catalog.settings().put("a", &2).unwrap();
        assert_eq!(catalog.settings().get::<u32>("a").unwrap(), Some(2));
    }

    #[test]
    fn only_references_to_secrets_are_stored() {
        // `Secret` has no Serialize, so nothing that holds one can be stored; this pins what a gateway's record holds.
        let credentials = AwsCredentials::AccessKey {
            secret: gw_model::SecretRef::new("gateway/1/credentials"),
            hint: "WXYZ".to_owned(),
        };
        let stored = serde_json::to_value(credentials).unwrap();
        assert_eq!(
            stored,
            serde_json::json!({ "from": "access-key", "secret": "gateway/1/credentials", "hint": "WXYZ" })
        );
    }
}
