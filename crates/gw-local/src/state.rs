//! What is live on a local gateway, on disk.
//!
//! ```text
//! <directory>/
//!   plans/<digest>.json        immutable
//!   deployments/<mark>.json    which run wrote which plan for which API
//!   live.json                  which plan of which API is served; replaced in one rename
//!   lock                       held by whoever writes
//! ```
//!
//! It refuses to change a plan once written, and to let a reader see half a change.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gw_connector::Mark;
use gw_model::{ApiId, Code, Fault, Percent, UnixMillis};
use gw_plan::Plan;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A local gateway's directory; nothing is read or made before it is needed.
#[derive(Clone, Debug)]
pub struct StateDir(PathBuf);

/// One API that is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveApi {
    /// Which.
    pub api: ApiId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `/` or `/orders/v1`.
    pub base_path: String,
    /// Digest of its plan.
    pub digest: String,
    /// The run that switched to it.
    pub mark: Mark,
    /// The run whose deployment it is, when that is another one: it was returned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Mark>,
    /// What a share of the requests meets instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<LocalCanary>,
    /// What was served before, so that the switch can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Box<LiveApi>>,
}

/// A plan beside the one that is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalCanary {
    /// Digest of its plan.
    pub digest: String,
    /// The run whose deployment it is.
    pub deployed_by: Mark,
    /// The share of the requests that meets it.
    pub percent: Percent,
}

/// Everything that is served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Grows by one with each change.
    pub version: u64,
    /// The APIs.
    pub apis: Vec<LiveApi>,
}

impl LiveApi {
    /// The run whose deployment is served.
    pub fn deployed_by(&self) -> &Mark {
        self.kept.as_ref().unwrap_or(&self.mark)
    }

    /// Whether a run's deployment is served, to all or as a canary.
    pub fn serves(&self, deployed_by: &Mark) -> bool {
        let canary = self.canary.as_ref();
        self.deployed_by() == deployed_by
            || canary.is_some_and(|canary| canary.deployed_by == *deployed_by)
    }
}

impl Live {
    /// The entry of one API.
    pub fn of(&self, api: &ApiId) -> Option<&LiveApi> {
        self.apis.iter().find(|entry| entry.api == *api)
    }

    /// Another API that has this base path.
    pub fn taken_by(&self, base_path: &str, api: &ApiId) -> Option<&LiveApi> {
        self.apis
            .iter()
            .find(|entry| entry.api != *api && same_base(&entry.base_path, base_path))
    }
}

/// Whether two base paths are the same but for slashes at the end.
pub fn same_base(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// Which plan one run wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// For which API.
    pub api: ApiId,
    /// The plan.
    pub digest: String,
    /// Whether the run made the plan's file or found it.
    pub created: bool,
    /// The run.
    pub mark: Mark,
    /// Order of writing among the deployments of this directory.
    pub sequence: u64,
}

/// Tells whether `live.json` was replaced since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<std::time::SystemTime>,
    length: u64,
    file: u64,
}

/// Held while writing; other processes wait.
pub struct Lock(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

impl StateDir {
    /// A directory that need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What is served; nothing when nothing was ever deployed.
    pub fn live(&self) -> Result<Live, Fault> {
        let path = self.live_path();
        Ok(read::<Live>(&path)?.unwrap_or_default())
    }

    /// Cheap to ask: one file status.
    pub fn stamp(&self) -> Option<Stamp> {
        let status = fs::metadata(self.live_path()).ok()?;
        #[cfg(unix)]
        let file = std::os::unix::fs::MetadataExt::ino(&status);
        #[cfg(not(unix))]
        let file = 0;
        Some(Stamp {
            modified: status.modified().ok(),
            length: status.len(),
            file,
        })
    }

    /// A plan by its digest; `None` when it is not there.
    ///
    /// # Errors
    /// `local.state-unusable` when it cannot be read or is not what its name says.
    pub fn plan(&self, digest: &str) -> Result<Option<Plan>, Fault> {
        let path = self.plan_path(digest);
        let Some(plan) = read::<Plan>(&path)? else {
            return Ok(None);
        };
        if gw_plan::digest(&plan) == digest {
            Ok(Some(plan))
        } else {
            Err(unusable(&path, "it was changed after it was written"))
        }
    }

    /// Every deployment of an API that is kept, oldest first.
    pub fn deployments(&self, api: &ApiId) -> Result<Vec<Deployment>, Fault> {
        Ok(self
            .all_deployments()?
            .into_iter()
            .filter(|one| one.api == *api)
            .collect())
    }

    /// The deployment of one run.
    pub fn deployment(&self, mark: &Mark) -> Result<Option<Deployment>, Fault> {
        read(&self.deployment_path(mark))
    }

    /// When a run's deployment was written; `None` when it is gone or the file system does not tell.
    pub fn deployed_at(&self, mark: &Mark) -> Option<UnixMillis> {
        let status = fs::metadata(self.deployment_path(mark)).ok()?;
        let since = status
            .modified()
            .ok()?
            .duration_since(std::time::UNIX_EPOCH)
            .ok()?;
        i64::try_from(since.as_millis()).ok().map(UnixMillis)
    }

    /// Waits until nobody else writes.
    pub fn lock(&self) -> Result<Lock, Fault> {
        for part in ["plans", "deployments"] {
            fs::create_dir_all(self.0.join(part))
                .map_err(|error| io_fault(&self.0.join(part), error))?;
        }
        let path = self.0.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = file.map_err(|error| io_fault(&path, error))?;
        file.lock().map_err(|error| io_fault(&path, error))?;
        Ok(Lock(file))
    }

    pub(crate) fn write_plan(&self, _: &Lock, plan: &Plan, digest: &str) -> Result<bool, Fault> {
        if self.plan(digest).ok().flatten().is_some() {
            return Ok(false);
        }
        write(&self.plan_path(digest), plan)?;
        Ok(true)
    }

    pub(crate) fn write_deployment(
        &self,
        _: &Lock,
        mut deployment: Deployment,
    ) -> Result<(), Fault> {
        deployment.sequence = self
            .all_deployments()?
            .last()
            .map_or(0, |last| last.sequence)
            + 1;
        write(&self.deployment_path(&deployment.mark), &deployment)
    }

    pub(crate) fn write_live(&self, _: &Lock, mut live: Live) -> Result<(), Fault> {
        live.version += 1;
        write(&self.live_path(), &live)
    }

    /// Forgets a run's deployment, and its plan when nothing else needs it.
    pub(crate) fn forget(&self, _: &Lock, mark: &Mark) -> Result<(), Fault> {
        let Some(gone) = self.deployment(mark)? else {
            return Ok(());
        };
        remove(&self.deployment_path(mark))?;
        let served = self
            .live()?
            .apis
            .iter()
            .any(|entry| needs(entry, &gone.digest));
        if served
            || self
                .all_deployments()?
                .iter()
                .any(|other| other.digest == gone.digest)
        {
            return Ok(());
        }
        remove(&self.plan_path(&gone.digest))
    }

    fn all_deployments(&self) -> Result<Vec<Deployment>, Fault> {
        let folder = self.0.join("deployments");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_fault(&folder, error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| io_fault(&folder, error))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                found.extend(read::<Deployment>(&path)?);
            }
        }
        found.sort_by_key(|one| one.sequence);
        Ok(found)
    }

    fn live_path(&self) -> PathBuf {
        self.0.join("live.json")
    }

    fn plan_path(&self, digest: &str) -> PathBuf {
        self.0.join("plans").join(file_name(digest))
    }

    fn deployment_path(&self, mark: &Mark) -> PathBuf {
        self.0.join("deployments").join(file_name(mark.as_str()))
    }
}

fn needs(entry: &LiveApi, digest: &str) -> bool {
    let canary = entry.canary.as_ref();
    entry.digest == digest
        || canary.is_some_and(|canary| canary.digest == digest)
        || entry
            .previous
            .as_deref()
            .is_some_and(|previous| needs(previous, digest))
}

/// Digests and marks are `[A-Za-z0-9_-]`; anything else must not become a path.
fn file_name(text: &str) -> String {
    let safe: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!("{safe}.json")
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Fault> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_fault(path, error)),
    };
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|error| unusable(path, &format!("it is damaged ({error})")))
}

/// Writes beside, flushes to the disk, and renames: a reader sees the old file or the new one.
fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(path);
    let text = serde_json::to_vec(value).map_err(|error| unusable(path, &error.to_string()))?;
    let done = (|| {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The rename itself must survive a power cut too.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    })();
    done.map_err(|error| io_fault(path, error))
}

fn remove(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_fault(path, error)),
        _ => Ok(()),
    }
}

fn io_fault(path: &Path, error: io::Error) -> Fault {
    unusable(path, &error.to_string()).because(error)
}

fn unusable(path: &Path, why: &str) -> Fault {
    Fault::new(
        Code::LocalState,
        format!(
            "The local gateway's file {} cannot be used: {why}.",
            path.display()
        ),
        "Check free space and permissions; remove the file and deploy again when it is damaged.",
    )
    .fact("file", path.display().to_string())
}
