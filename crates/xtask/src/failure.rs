//! Why a chore could not be done, or what it found. Refuses to be caught: every one ends the program.

use std::fmt;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("{program} failed:\n{output}")]
    Program { program: String, output: String },
    #[error("cargo metadata could not be read: {0}")]
    Metadata(#[from] serde_json::Error),
    #[error("{} is stale; run `cargo xtask codegen`", .0.display())]
    Stale(PathBuf),
    #[error("{}", Listing(.0))]
    Untidy(Vec<Defect>),
}

impl Failure {
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// One broken rule and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Defect {
    /// A file with its line, or a crate.
    pub place: String,
    pub message: String,
}

impl Defect {
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

struct Listing<'a>(&'a [Defect]);

impl fmt::Display for Listing<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for defect in self.0 {
            writeln!(formatter, "{}: {}", defect.place, defect.message)?;
        }
        write!(formatter, "tidy: {} defects", self.0.len())
    }
}
