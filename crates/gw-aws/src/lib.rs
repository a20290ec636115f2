//! The AWS API Gateway connector: REST APIs, with Lambda, IAM and STS for the authorizer it provisions.
//!
//! It refuses retry, pacing and state: those are the deploy engine's. What AWS accepts ([`lint`]), how a plan becomes
//! AWS's import document and calls ([`lower`]), what is in the function's package ([`package`]) and what AWS's messages
//! mean ([`explain`]) are pure.

pub mod connector;
pub mod explain;
pub mod lint;
pub mod lower;
pub mod names;
pub mod package;
pub mod profiles;
pub mod quotas;
pub mod regions;

mod fault;
mod identify;
mod observe;
mod verbs;

pub use connector::{AwsAccess, AwsConnector};
pub use explain::explain;
pub use profiles::{Profile, profiles};
pub use quotas::quotas;
pub use regions::{Region, regions};
