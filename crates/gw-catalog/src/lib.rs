//! The local SQLite catalog: designs, deployments, journals, history.
