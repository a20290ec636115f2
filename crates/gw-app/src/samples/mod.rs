//! samples

pub mod wire;
