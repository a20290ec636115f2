//! The known word nearest to a misspelt one.
//!
//! It refuses to guess: what is too far off has none.

/// The nearest of `known`, when at most a third of the letters have to change.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = word.chars().count();
    if length > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    known
        .into_iter()
        .filter(|other| !other.is_empty() && other.len().abs_diff(length) <= 4)
        .map(|other| (distance(&lower, &other.to_lowercase()), other))
        .filter(|(steps, _)| *steps <= (length / 3).clamp(1, 4))
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, other)| other)
}

/// How many letters have to be added, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, char) in one.chars().enumerate() {
        let mut diagonal = at;
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
        for (column, known) in other.iter().enumerate() {
            let left = row.get(column).copied().unwrap_or_default();
            let Some(cell) = row.get_mut(column + 1) else {
                break;
            };
            let changed = diagonal + usize::from(char != *known);
            diagonal = *cell;
            *cell = changed.min(left + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_are_recognised_and_others_are_not() {
        let known = ["description", "summary", "operationId", "deprecated"];
        assert_eq!(nearest("desciption", known), Some("description"));
        assert_eq!(nearest("operationID", known), Some("operationId"));
        assert_eq!(nearest("sumary", known), Some("summary"));
        assert_eq!(nearest("parameters", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
