//! Models AWS imports: what schemas become, that nothing the document allows is refused, and that no loss is silent.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it read and stops on trouble"
)]

mod corpus;
mod generated;
mod rules;
mod suite;
mod support;
