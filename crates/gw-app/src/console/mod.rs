//! console

pub mod wire;
