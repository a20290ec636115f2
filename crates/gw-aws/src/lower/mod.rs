//! A plan to the one document AWS imports and the ordered calls that bring it live.
//!
//! It refuses I/O, and plans AWS would not take: those end in a fault before any call.
//!
//! Invariant: the stage's deployment id is the last thing a publication changes, and everything callers meet until then
//! stays as it was: the document of a live stage is a copy, and a provisioned function is asked by published version.

mod back;
mod calls;
mod canary;
mod changes;
mod logs;
mod mapping;
mod provision;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod settings;
mod stage;
mod step;
#[cfg(test)]
mod tests;
mod untouched;

pub(crate) use changes::{lower, setting_changes};
pub(crate) use mapping::mapping_changes;
pub(crate) use settings::Patch;
pub(crate) use step::{Before, Expectation, NewStage, OwnCheck, Owner, StageMove, Step, verb};
pub(crate) use untouched::untouched;
