//! The deployment saga: journal, pacing, retry, undo, fan-out.
//!
//! It refuses to know a vendor: everything remote goes through [`gw_connector::Connector`].

pub mod clock;
pub mod event;
pub mod fold;
pub mod journal;
pub mod pacer;
pub mod quota;
pub mod recover;
pub mod retry;
pub mod run;
pub mod ticket;

mod bucket;
mod line;
mod look;
mod saga;
mod step;
mod unwind;

pub use clock::{Clock, SystemClock};
pub use event::{RunEvent, RunSink, Unheard};
pub use fold::{RunState, StepState, StepStatus, fold};
pub use journal::{Entry, Journal, Outcome, Record, RunGoal, RunHeader};
pub use look::look;
pub use pacer::{Lane, Pacer, Turns, Wait};
pub use quota::{CallQuota, QuotaTable, Rate, ServiceQuota, eta, eta_together};
pub use recover::recover;
pub use retry::RetryRules;
pub use run::{
    Context, Prepared, Publication, Run, RunEnd, mark_of, prepare, prepare_with, run, run_many,
};
pub use ticket::{Priority, Ticket};
