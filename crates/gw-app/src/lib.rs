//! Use cases: one module per feature, and the command table every host serves.
