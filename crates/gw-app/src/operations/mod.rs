//! operations

pub mod wire;
