//! status

pub mod wire;
