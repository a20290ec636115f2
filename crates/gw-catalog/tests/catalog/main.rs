//! The catalog on real files, as its users see it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test's own steps must succeed, and a child process talks to its test"
)]

mod apis;
mod drifts;
mod fixture;
#[cfg(target_os = "linux")]
mod full_disk;
mod history;
mod journal;
mod lifecycle;
mod named;
mod opening;
mod placements;
mod processes;
mod revisions;
mod stages;
