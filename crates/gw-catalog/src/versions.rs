//! Order and sameness of names and versions.
//!
//! It refuses to know semantic versioning: versions of real documents are any text.

use std::fmt::Write;

/// Equal for names that differ only in case or in space around them.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Sorts as people do: runs of digits by their value, the rest as text, so `1.9` comes before `1.10`.
pub(crate) fn order_key(version: &str) -> String {
    let folded = fold(version);
    let mut key = String::with_capacity(folded.len() + 8);
    let mut digits = String::new();
    for character in folded.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
        } else {
            push_number(&mut key, &mut digits);
            key.push(character);
        }
    }
    push_number(&mut key, &mut digits);
    key
}

/// Longer numbers are larger once leading zeros are gone; a letter for the length keeps them in order as text.
fn push_number(key: &mut String, digits: &mut String) {
    if digits.is_empty() {
        return;
    }
    let value = digits.trim_start_matches('0');
    // Writing to a string does not fail.
    let _ = write!(key, "{:03}", value.len().min(999));
    key.push_str(value);
    digits.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_people_do() {
        let mut versions = [
            "1.10.0",
            "v2",
            "1.9.0",
            "1.9.0-rc1",
            "0.1",
            "2024-11-23",
            "10",
            "1.9.01",
        ];
        versions.sort_by_key(|version| order_key(version));
        assert_eq!(
            versions,
            [
                "0.1",
                "1.9.0",
                "1.9.0-rc1",
                "1.9.01",
                "1.10.0",
                "10",
                "2024-11-23",
                "v2"
            ]
        );
    }

    #[test]
    fn names_that_differ_in_case_are_the_same() {
        assert_eq!(fold(" Café "), fold("CAFÉ"));
    }
}
