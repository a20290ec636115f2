//! The page's generated files: types and command names from gw-app, styles from the design tokens.
//!
//! Invariant: `check` passes exactly when `write` would change nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::metadata::{Metadata, run};

const BINDINGS: &str = "ui/src/ipc/generated.ts";
const TOKENS: &str = "ui/scripts/tokens.mjs";

pub fn write(root: &Path) -> Result<String, Failure> {
    let bindings = bindings(root)?;
    let target = root.join(BINDINGS);
    fs::write(&target, bindings).map_err(Failure::io(format!("writing {BINDINGS}")))?;
    run(Command::new("node").arg(TOKENS).current_dir(root))?;
    Ok("codegen: the page's bindings and tokens are written\n".to_owned())
}

pub fn check(root: &Path) -> Result<String, Failure> {
    let bindings = bindings(root)?;
    let there = fs::read_to_string(root.join(BINDINGS))
        .map_err(Failure::io(format!("reading {BINDINGS}")))?;
    if there != bindings {
        return Err(Failure::Stale(PathBuf::from(BINDINGS)));
    }
    run(Command::new("node")
        .args([TOKENS, "--check"])
        .current_dir(root))?;
    Ok("codegen: the page's bindings and tokens are current\n".to_owned())
}

/// Builds with the selection that `.ci/test` uses, so that nothing is compiled twice with other features.
fn bindings(root: &Path) -> Result<String, Failure> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    run(Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--example", "bindings"])
        .current_dir(root))?;
    let program = Metadata::read(root)?
        .target_directory
        .join("debug/examples/bindings");
    let printed = run(&mut Command::new(program))?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}
