//! Files that are replaced whole or not at all, and that only the user reads.
//!
//! It refuses to leave half a file, whatever happens in between.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces `path` with `content`. On the disk when it returns; on failure the old file is as it was.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // Through a link: the file it names is replaced, not the link.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let temporary = beside(&path, &format!("{}.new", std::process::id()));
    let written = write_new(&temporary, content).and_then(|()| std::fs::rename(&temporary, &path));
    if written.is_err() {
        // Its name is in nobody's way; if it cannot be removed either, the first failure is the one to tell.
        let _ = std::fs::remove_file(&temporary);
    }
    written?;
    sync_folder(&path)
}

/// Holds back other processes that change `path`; ends with the returned file.
pub(crate) fn hold(path: &Path) -> io::Result<File> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    let file = options.open(beside(&path, "lock"))?;
    file.lock()?;
    Ok(file)
}

/// `vault.age` → `.vault.age.<suffix>` in the same folder.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    path.with_file_name(format!(".{name}.{suffix}"))
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    // Left behind by a process with this id that was killed; nobody else writes under this name.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

/// On Windows a new file takes the rights of its folder, which is the user's own.
#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

/// The new name reaches the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Windows writes the name with the file and has no call for folders.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
