//! A temporary folder that everything a test writes goes into. Refuses to outlive the test.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::Failure;

/// A temporary home. Removed on drop.
#[derive(Debug)]
pub struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// Makes an empty one.
    pub fn new() -> Result<Self, Failure> {
        let root = tempfile::Builder::new()
            .prefix("gatewright-test-")
            .tempdir()
            .map_err(Failure::io("making a sandbox"))?;
        Ok(Self { root })
    }

    /// The folder itself; what `GATEWRIGHT_HOME` or `--home` should be in a test.
    pub fn home(&self) -> &Path {
        self.root.path()
    }

    /// A path in it; nothing is made.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(relative)
    }

    /// Writes a file in it, with the folders above, and gives its path.
    pub fn write(
        &self,
        relative: impl AsRef<Path>,
        contents: impl AsRef<[u8]>,
    ) -> Result<PathBuf, Failure> {
        let path = self.path(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .map_err(Failure::io(format!("making {}", parent.display())))?;
        }
        fs::write(&path, contents).map_err(Failure::io(format!("writing {}", path.display())))?;
        Ok(path)
    }

    /// Every file in it, however deep, whose bytes contain `needle`: the canary test's question.
    pub fn files_containing(&self, needle: impl AsRef<[u8]>) -> Result<Vec<PathBuf>, Failure> {
        let needle = needle.as_ref();
        let mut found = Vec::new();
        for path in self.files()? {
            let bytes =
                fs::read(&path).map_err(Failure::io(format!("reading {}", path.display())))?;
            if !needle.is_empty() && bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Every file in it, however deep, in path order.
    pub fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = Vec::new();
        collect(self.root.path(), &mut files).map_err(Failure::io("listing a sandbox"))?;
        files.sort();
        Ok(files)
    }
}

/// A loopback port that was free a moment ago. Prefer binding port 0 where the program under test can.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .map_err(Failure::io("looking for a free port"))?;
    let address = listener
        .local_addr()
        .map_err(Failure::io("looking for a free port"))?;
    Ok(address.port())
}

/// The root of the checkout the tests were built from.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_planted_bytes_however_deep_and_is_gone_afterwards() {
        let sandbox = Sandbox::new().unwrap();
        let deep = sandbox.write("a/b/c.bin", b"\x00\x01canary\xff").unwrap();
        sandbox.write("a/other", "nothing").unwrap();
        assert_eq!(sandbox.files_containing("canary").unwrap(), vec![deep]);
        assert_eq!(sandbox.files().unwrap().len(), 2);
        let home = sandbox.home().to_path_buf();
        drop(sandbox);
        assert!(!home.exists());
    }

    #[test]
    fn the_repository_is_where_the_workspace_is() {
        assert!(repository().join("Cargo.toml").is_file());
        assert!(repository().join("tests/emulators/install").is_file());
    }
}
