//! The folder everything Gatewright writes goes below.
//!
//! It refuses to write anywhere else.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use gw_model::{Code, Fault, GatewayId};

/// A home folder: catalog, vault choice, local gateways' state, run locks.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// The folder named, or the platform's folder for application data. Made when it is missing; readable by its owner
    /// only.
    pub fn locate(named: Option<&Path>) -> Result<Self, Fault> {
        let path = match named {
            Some(path) => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            None => match ProjectDirs::from("dev", "Gatewright", "gatewright") {
                Some(folders) => folders.data_dir().to_owned(),
                None => {
                    let advice = "Give --home DIR or set GATEWRIGHT_HOME";
                    return Err(Fault::new(
                        Code::AppHomeUnusable,
                        "This user has no home folder",
                        advice,
                    ));
                }
            },
        };
        make_private(&path)?;
        Ok(Self(path))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite catalog.
    pub fn catalog(&self) -> PathBuf {
        self.0.join("catalog.db")
    }

    /// State of a local gateway: what its serving process reads.
    pub fn local_gateway(&self, gateway: &GatewayId) -> PathBuf {
        self.0.join("local").join(gateway.as_str())
    }

    /// Locks of runs under way, so that another process can tell an interrupted run from a live one.
    pub fn run_locks(&self) -> PathBuf {
        self.0.join("runs")
    }
}

/// Makes a folder only its owner can read.
pub fn make_private(path: &Path) -> Result<(), Fault> {
    let failed = |error: std::io::Error| {
        let summary = format!("The folder {} cannot be used", path.display());
        Fault::new(
            Code::AppHomeUnusable,
            summary,
            "Give --home a folder that you may write to",
        )
        .fact("folder", path.display().to_string())
        .fact("reason", error.to_string())
        .because(error)
    };
    std::fs::create_dir_all(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}
