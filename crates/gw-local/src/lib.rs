//! The embedded local gateway and the resident key manager's server.
//!
//! It refuses to listen beyond loopback, to serve what AWS only can (Lambda, spelled-out integrations), and to know the
//! catalog: what is live is a state directory, so that a deploying and a serving process need nothing else in common.

pub mod connector;
pub mod lint;
pub mod port;
pub mod resident;
pub mod serve;
pub mod state;
pub mod table;

mod answer;
mod apply;
mod cors;
mod dispatch;
mod guard;
mod live;
mod lower;
mod observe;
mod path;
mod picture;
mod proxy;

pub use connector::{LocalConnector, served_gateway};
pub use picture::expect;
pub use port::HeldPort;
pub use resident::ResidentServing;
pub use serve::{LocalGatewayConfig, Serving, serve, serve_on};
pub use state::StateDir;
