//! The local SQLite catalog: designs, deployments, journals, history.
//!
//! It refuses to hold a secret (a `SecretRef` at most), to know a clock or make ids up (callers bring both), and to lose
//! anything: every write is one transaction that is on the disk when the call returns, or did not happen.
//!
//! Calls block for as long as a disk write takes, or for the waiting time given to [`Catalog::open_waiting`] when another
//! process writes. Async callers put them on a blocking thread.

mod apis;
mod applications;
mod body;
mod catalog;
mod drifts;
mod error;
mod forget;
mod former;
mod gateways;
mod history;
mod key_managers;
mod lineage;
mod migrations;
mod named;
mod page;
mod pending;
mod placements;
mod plans;
mod prunings;
mod revisions;
mod runs;
mod settings;
mod stages;
mod standings;
mod versions;

pub use apis::Apis;
pub use applications::Applications;
pub use body::{BodyEncoding, KeptBody};
pub use catalog::Catalog;
pub use drifts::{Drifts, Ignored, Looked};
pub use gateways::Gateways;
pub use history::{
    Exchange, ExchangeOutcome, Header, History, HistoryEntry, HistoryRow, SentRequest, Timings,
};
pub use key_managers::KeyManagers;
pub use page::{Page, Paged};
pub use pending::{Pending, PendingWithdrawal};
pub use placements::{PlacedCanary, Placement, PlacementState, Placements};
pub use plans::Plans;
pub use prunings::{Pruning, PruningState, Prunings};
pub use revisions::{RevisionRow, Revisions};
pub use runs::{RunFilter, RunRow, Runs};
pub use settings::Settings;
pub use stages::Stages;
pub use standings::Standing;
