//! A revision compiled for gateways: routes, backends, security, CORS; digested and compared.
//!
//! It refuses to know any vendor beyond reading the integrations a document spells out: how a plan becomes a vendor's
//! document is the connector's business.

mod bounds;
pub mod compile;
mod contract;
pub mod diff;
pub mod digest;
mod integration;
mod own;
pub mod plan;

pub use compile::{compile, compile_document};
pub use diff::diff;
pub use digest::digest;
pub use plan::{
    Answer, Body, Checks, Contract, Dialect, Media, MockAnswer, Own, OwnKind, OwnScheme, Parameter,
    ParameterLocation, Plan, PlanChange, PlanChangeKind, PlanCors, Route, RouteBackend,
    RouteSecurity, SchemaText, Schemas, TokenCheck,
};
