//! The Connector port: trait, capability data, conformance suite.
