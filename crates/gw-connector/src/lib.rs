//! The port every gateway is reached through: what a connector can do, what it saw, what it will change, what it did,
//! and what became of it since.
//!
//! It refuses state and retry inside a connector, and vendor names outside plain strings. Capability is data.

pub mod canary;
pub mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod discovery;
pub mod domains;
pub mod drift;
pub mod kept;
pub mod names;
pub mod observed;
pub mod picture;
pub mod port;

pub use canary::CanaryChange;
pub use change::{Change, Mark, Outputs, Receipt, RemoteCall, StepEffect};
pub use discovery::{Found, FoundStage, Listing, Owner, Protocol, ReadApi};
pub use domains::{DomainMapping, MappingGoal};
pub use drift::{Drift, DriftKind, compare};
/// What a connector lints beside the plan made of it.
pub use gw_openapi::Document;
pub use kept::{Kept, surplus};
pub use observed::{
    Capabilities, Identity, LiveState, Observed, Permission, PermissionState, SettingChange,
    StageFound, Target,
};
pub use picture::{Absence, Facet, Facets, Part, PartKind, Picture, Reach};
pub use port::{Connector, Goal};
