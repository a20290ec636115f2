//! A canary: a second deployment beside the one that is live, which a share of the requests meets.
//!
//! It refuses to know what either of them does, and canaries that others set.

use gw_model::{Code, Fault, Percent};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a run makes of a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CanaryChange {
    /// This share of the requests meets it.
    Share {
        /// How much.
        percent: Percent,
    },
    /// It is what is live, and no canary any more.
    Promote,
    /// Nobody meets it any more.
    Drop,
}

/// The fault of changing a canary where Gatewright set none.
pub fn no_canary(place: &str) -> Fault {
    Fault::new(
        Code::DeployNoCanary,
        format!("No canary that Gatewright set runs on {place}"),
        "Start one: `gatewright deploy API --gateway G --canary PERCENT`. One that others set is theirs to change",
    )
}

/// The fault of a canary beside nothing.
pub fn nothing_beside(place: &str) -> Fault {
    Fault::new(
        Code::DeployNotDeployed,
        format!("Nothing is live on {place} that a canary could run beside"),
        "Deploy once without a canary first",
    )
}

/// The fault of a canary of what is live.
pub fn live_already(name: &str) -> Fault {
    Fault::new(
        Code::PlanRefused,
        format!("All of '{name}' is live already, so a canary of it would show nothing"),
        "Change the API first, or deploy without a canary",
    )
}
