//! Hostile documents, one table for every crate that reads them: each kind with a text of it and the rule that tells it.
//!
//! It refuses to judge: the tests that include it do.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "each test that includes this uses its own part, says what it measured and stops on trouble"
)]

pub mod child;
mod sharing;
mod texts;

/// One hostile document.
pub struct Case {
    /// What is hostile about it; several cases may be of one kind.
    pub kind: &'static str,
    /// Its name, unique.
    pub name: &'static str,
    /// Makes it; made where it is used, because some are large.
    pub make: fn() -> Vec<u8>,
    /// The rule of a finding that must be in the report; `None` for what is read without harm and needs none.
    pub rule: Option<&'static str>,
}

/// The kinds that the project measured other tools with.
pub const KINDS: [&str; 28] = [
    "alias bombs",
    "mappings that double",
    "quadratic blow-up",
    "deep nesting in JSON",
    "deep nesting in YAML",
    "self references",
    "cyclic references",
    "exponential allOf",
    "path self-reference",
    "file traversal",
    "loopback references",
    "duplicate keys",
    "huge scalars",
    "50,000 paths",
    "big numbers",
    "merge keys",
    "tags",
    "UTF-16",
    "byte order marks",
    "prototype keys",
    "patterns that take for ever",
    "alias cycles",
    "bad dates",
    "NUL",
    "control characters",
    "invalid UTF-8",
    "Norway",
    "path tricks",
];

/// Every case, in the order of the kinds; then those of this project's own.
pub fn cases() -> Vec<Case> {
    let mut all = texts::cases();
    all.extend(sharing::cases());
    all
}

/// The first lines of a document that is whole but for its paths.
pub const HEAD: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\n";

fn case(
    kind: &'static str,
    name: &'static str,
    rule: Option<&'static str>,
    make: fn() -> Vec<u8>,
) -> Case {
    Case {
        kind,
        name,
        make,
        rule,
    }
}

/// A document with one operation that answers with the schema `S0`, and these lines under `components.schemas`.
fn answering(schemas: &str) -> Vec<u8> {
    format!(
        "{HEAD}paths:\n  /a:\n    get: {{ responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }} }} }}\ncomponents:\n  schemas:\n{schemas}"
    )
    .into_bytes()
}
