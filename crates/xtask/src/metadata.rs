//! What `cargo metadata` says about the crates of the workspace. Refuses to resolve: direct dependencies only.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Failure;

#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
    #[serde(default)]
    metadata: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `None` is a normal dependency.
    pub kind: Option<String>,
}

/// Where a crate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Level(u64),
    /// Serves tests and chores; no crate of the product may need it.
    Beside,
}

impl Metadata {
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let output = run(Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .current_dir(root))?;
        Ok(serde_json::from_slice(&output)?)
    }

    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    /// The layer the manifest names; `None` when it names none.
    pub fn layer(&self) -> Option<Layer> {
        let value = self.metadata.as_ref()?.get("gatewright")?.get("layer")?;
        match value.as_str() {
            Some("beside") => Some(Layer::Beside),
            _ => value.as_u64().map(Layer::Level),
        }
    }

    #[cfg(test)]
    pub fn sample(
        name: &str,
        layer: serde_json::Value,
        dependencies: &[(&str, Option<&str>)],
    ) -> Self {
        let dependencies = dependencies
            .iter()
            .map(|(name, kind)| Dependency {
                name: (*name).to_owned(),
                kind: kind.map(str::to_owned),
            })
            .collect();
        let metadata = Some(serde_json::json!({ "gatewright": { "layer": layer } }));
        Self {
            name: name.to_owned(),
            dependencies,
            metadata,
        }
    }
}

/// Runs a program and gives what it printed.
pub fn run(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(Failure::io(format!("running {program}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Failure::Program {
        program,
        output: String::from_utf8_lossy(&said).into_owned(),
    })
}
