//! What AWS API Gateway accepts of a REST API, and a plan compiled to the document it imports, with every loss told.
//!
//! It refuses I/O, the AWS SDK and calls: sending the document is the connector's. It refuses to be silent: whatever AWS
//! does otherwise than the document says is a [`Note`], and notes are what findings and the fidelity report are made of.

pub mod adopt;
mod authorizer;
pub mod compile;
mod cors;
pub mod explain;
pub mod fix;
mod integration;
pub mod lint;
pub mod models;
pub mod names;
mod note;
mod operation;
mod own;
mod parameters;
pub mod paths;
pub mod report;
pub mod rules;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod stage;

pub use compile::{Compiled, MAX_DOCUMENT_BYTES, compile, compile_signed, is_protected};
pub use explain::explain;
pub use lint::lint;
pub use note::{Fidelity, Note, Subject};
pub use paths::{MAX_RESOURCES, Served};
pub use report::{FidelityNote, FidelityReport, OperationFidelity, report};
