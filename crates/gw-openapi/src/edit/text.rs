//! Values as text, for who cuts a document himself and compares the result with what was meant.
//!
//! It refuses to say where text goes.

use serde_json::Value;

use super::write;

/// A mapping or list as lines of YAML, the first without its margin.
pub(crate) fn block(value: &Value, column: usize, unit: usize) -> String {
    write::block_lines(value, column, unit)
        .trim_start()
        .to_owned()
}

/// A scalar of YAML in quotes.
pub(crate) fn quoted(text: &str) -> String {
    write::yaml_quoted(text)
}
