//! applications

pub mod wire;
