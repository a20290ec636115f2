//! policies

pub mod wire;
