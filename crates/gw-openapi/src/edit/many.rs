//! Several edits in one go, for who compares the result with what was meant by himself.
//!
//! It refuses to check anything but that each edit has a place in the text.

use serde_json::Value;

use super::{EditError, patch, steps, write};
use crate::document::Document;

/// Sets values at pointers none of which is inside another.
pub(crate) fn set_all<'v>(
    document: &Document,
    sets: impl IntoIterator<Item = (&'v String, &'v Value)>,
) -> Result<String, EditError> {
    let mut patch = patch::Patch::new(document);
    for (at, value) in sets {
        patch
            .set(&steps(at), value)
            .map_err(|refused| match refused {
                patch::Refused::Shared => EditError::Shared(at.clone()),
                patch::Refused::Layout => EditError::Layout(at.clone()),
            })?;
    }
    Ok(patch.apply())
}

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
