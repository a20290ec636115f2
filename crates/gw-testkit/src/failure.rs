//! Why a test's surroundings could not be set up. Refuses to stand for a failure of the thing under test.

use std::io;
use std::path::PathBuf;

/// A piece of the test's surroundings that did not come up.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file or socket operation of the test kit itself.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A program the tests need is not installed.
    #[error("{program} is not installed; run `{install}`")]
    Missing {
        /// The file looked for.
        program: PathBuf,
        /// The command that installs it, from the repository's root.
        install: &'static str,
    },
    /// A started program ended, or did not answer in time.
    #[error("{name} did not become ready: {why}; the end of {}:\n{tail}", log.display())]
    NotReady {
        /// The program's name.
        name: String,
        /// It ended, or time ran out.
        why: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A loopback request that got no answer, or one that says nothing useful.
    #[error("{what}: {why}")]
    Http {
        /// Method and URL.
        what: String,
        /// Why there is no usable answer.
        why: String,
    },
}

impl Failure {
    /// Wraps an operating system error with what was being done.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
