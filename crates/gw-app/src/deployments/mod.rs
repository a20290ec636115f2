//! deployments

pub mod wire;
