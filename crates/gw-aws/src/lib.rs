//! The AWS API Gateway connector: REST APIs, with Lambda, IAM and STS for the authorizer it provisions.
//!
//! It refuses retry, pacing and state: those are the deploy engine's. What AWS accepts ([`lint`]), how a plan becomes
//! AWS's import document and calls ([`lower`]), what is in the function's package ([`package`]) and what AWS's messages
//! mean ([`explain`]) are pure.

pub mod explain;
pub mod lint;
pub mod lower;
pub mod names;
pub mod package;
pub mod profiles;
pub mod regions;

pub use explain::explain;
pub use profiles::profiles;
pub use regions::{Region, regions};
