//! The console without a gateway: requests built and sent to loopback servers, curl run by a real shell, answers judged.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod answers;
mod build;
mod curl;
mod judge;
mod redact;
mod server;
