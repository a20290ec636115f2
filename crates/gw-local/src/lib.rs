//! The embedded local gateway and the resident key manager's server.
