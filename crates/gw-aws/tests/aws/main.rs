//! The connector against AWS emulators over HTTP that nobody here wrote. They say nothing about AWS beyond what their
//! authors checked against it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

mod authorizer;
mod back;
mod canary;
mod conformance;
mod credentials;
mod decorated;
mod discovery;
mod domains;
mod drift;
mod drift_stage;
mod engine;
mod existing;
mod faults;
mod fleet;
mod hand;
mod passing;
mod publish;
mod read_back;
mod second_opinion;
mod stage;
mod world;
