//! key_managers

pub mod wire;
