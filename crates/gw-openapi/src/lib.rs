//! Parse, lint, edit, bundle and sample an OpenAPI document, in JSON or YAML, 2.0 to 3.2.
//!
//! It refuses to fail on any text: what is wrong is a diagnostic with a line and a column. It refuses to read other files
//! or addresses, and to know what any vendor accepts.

mod builder;
pub mod bundle;
pub mod document;
pub mod edit;
pub mod extract;
mod finding;
pub mod fix;
mod json;
mod lines;
pub mod lint;
mod near;
pub mod operation;
pub mod pointer;
pub mod read;
pub mod refs;
pub mod sample;
mod scalar;
pub mod tree;
mod yaml;

pub use document::{Document, Format, MAX_TEXT, SpecVersion};
pub use lint::{Ruleset, lint, lint_with};
pub use near::{Draft, move_along};
pub use operation::{
    Content, Operation, Parameter, ParameterLocation, RequestBody, Response, SecurityRequirement,
};
pub use refs::RefTrouble;
pub use tree::{Key, Kind, Node, NodeId};
