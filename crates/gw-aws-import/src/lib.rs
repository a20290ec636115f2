//! What AWS API Gateway accepts of a REST API, and a plan compiled to the document it imports, with every loss told.
//!
//! It refuses I/O, the AWS SDK and calls: sending the document is the connector's. It refuses to be silent: whatever AWS
//! does otherwise than the document says is a [`Note`], and notes are what findings and the fidelity report are made of.

mod authorizer;
mod cors;
pub mod document;
pub mod explain;
mod integration;
pub mod lint;
pub mod names;
mod note;
#[cfg(any(test, feature = "samples"))]
pub mod samples;

pub use explain::explain;
pub use lint::lint;
pub use note::{Fidelity, Note, Subject};
