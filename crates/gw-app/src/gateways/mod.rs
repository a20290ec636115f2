//! gateways

pub mod wire;
