//! Every request and response type of the command table, in one place for the macros that walk it.
//!
//! It refuses types of its own.

pub use gw_model::{Api, Application, Gateway, KeyManager, StageSettings};

pub use crate::apis::wire::*;
pub use crate::applications::wire::*;
pub use crate::console::wire::*;
pub use crate::deployments::history_wire::*;
pub use crate::deployments::wire::*;
pub use crate::discovery::wire::*;
pub use crate::domains::wire::*;
pub use crate::drift::wire::*;
pub use crate::gateways::wire::*;
pub use crate::key_managers::wire::*;
pub use crate::operations::wire::*;
pub use crate::policies::wire::*;
pub use crate::samples::wire::*;
pub use crate::stages::wire::*;
pub use crate::status::wire::*;
pub use crate::vault::wire::*;
