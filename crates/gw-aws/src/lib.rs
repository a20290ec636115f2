//! The AWS API Gateway connector: REST APIs, with Lambda, IAM and STS for the authorizer it provisions.
//!
//! It refuses retry, state and to decide whose turn it is: those are the deploy engine's; [`AwsConnector::paced`] waits. What AWS accepts and how a plan becomes the
//! document it imports is `gw-aws-import`; the calls that bring it live ([`lower`]) and what is in the function's package
//! ([`package`]) are pure too.

pub mod connector;
pub mod lower;
pub mod names;
pub mod package;
pub mod picture;
pub mod profiles;
pub mod quotas;
pub mod regions;

mod discover;
mod examine;
mod fault;
mod identify;
mod kept;
mod live_stage;
mod observe;
mod read;
mod turns;
mod verbs;

pub use connector::{AwsAccess, AwsConnector};
pub use fault::refused_import;
pub use gw_aws_import::{explain, lint};
pub use profiles::{Profile, profiles};
pub use quotas::quotas;
pub use regions::{Region, regions};
