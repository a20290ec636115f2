//! vault

pub mod wire;
