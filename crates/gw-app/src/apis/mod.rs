//! apis

pub mod wire;
