//! Use cases: one module per feature, and the command table every host serves.
//!
//! It refuses to know a window, a terminal or a page; hosts do.

pub mod apis;
pub mod applications;
pub mod bindings;
pub mod commands;
pub mod console;
pub mod deployments;
pub mod event;
pub mod gateways;
pub mod key_managers;
pub mod operations;
pub mod policies;
pub mod samples;
pub mod status;
pub mod vault;
pub mod wire;

pub use bindings::bindings;
pub use event::AppEvent;
