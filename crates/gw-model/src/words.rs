//! Numbers of things, in words people read.
//!
//! It refuses irregular plurals.

use std::fmt::Display;

/// `1 operation`, `3 operations`.
pub fn counted(count: impl Display + PartialEq + From<u8>, noun: &str) -> String {
    let plural = if count == 1.into() { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_no_plural_and_none_is() {
        let told = [0_u32, 1, 2].map(|count| counted(count, "operation"));
        assert_eq!(told, ["0 operations", "1 operation", "2 operations"]);
    }
}
