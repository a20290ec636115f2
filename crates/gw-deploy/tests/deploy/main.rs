//! The deploy engine against a gateway in memory: crashes, lost answers, refusals, cancellation, pacing.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod conformance;
mod crashes;
mod ends;
mod fleet;
mod pacing;
mod stage;
mod world;
