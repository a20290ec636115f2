//! The deployment saga: journal, pacing, retry, undo, fan-out.
//!
//! It refuses to know a vendor: everything remote goes through [`gw_connector::Connector`].

pub mod event;
pub mod journal;

pub use event::{RunEvent, RunSink};
pub use journal::{Entry, Journal, Outcome, Record, RunHeader};
