//! The vault on real files, as its users see it. On a real keychain: keychain.rs.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test's own steps must succeed, and a skipped test says so"
)]

mod choice;
mod file;
#[cfg(target_os = "linux")]
mod full_disk;
mod naughty;
