//! Every command of the table as hosts dispatch it: JSON in, JSON out, on a home of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own steps must succeed; one that cannot go on should say where"
)]

mod apis;
mod applications;
mod by_hand;
mod canaries;
mod canary;
mod consents;
mod console;
mod deployments;
mod discovery;
mod domains;
mod drafts;
mod drift;
mod fixes;
mod gateways;
mod history;
mod hostile;
mod key_managers;
mod lifecycle;
mod operations;
mod policies;
mod references;
mod rulesets;
mod samples;
mod serving;
mod stages;
mod table;
mod vault;
mod world;
