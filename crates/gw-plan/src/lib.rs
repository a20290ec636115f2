//! A revision compiled for gateways: routes, backends, security, CORS; digested and compared.
//!
//! It refuses to know any vendor: how a plan becomes a vendor's document is the connector's business.

pub mod plan;

pub use plan::{
    MockAnswer, Parameter, ParameterLocation, Plan, PlanCors, Route, RouteBackend,
    PlanChange, PlanChangeKind, RouteSecurity, TokenCheck,
};
