//! A path cut into segments, each by what AWS can do with it.
//!
//! It refuses to know other paths: names are settled by the tree.

/// A segment of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Fixed text that AWS takes.
    Literal(String),
    /// A whole segment that varies.
    Variable {
        /// Its name in the document.
        name: String,
        /// Whether it takes the rest of the path, as `{proxy+}`.
        greedy: bool,
    },
    /// A segment of which a part varies, as `report.{format}`: AWS knows whole variables only (GW011).
    Partly {
        /// As written.
        text: String,
        /// A name for the variable it becomes.
        name: String,
    },
    /// Fixed text with characters that AWS does not take (GW010).
    Odd {
        /// As written.
        text: String,
    },
}

/// A path without its query or fragment, and those.
pub(super) fn split_query(path: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (at, char) in path.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '?' | '#' if depth == 0 => return path.split_at(at),
            _ => {}
        }
    }
    (path, "")
}

/// The segments of a path; empty ones are none (GW017).
pub(super) fn segments(path: &str) -> Vec<Segment> {
    cut(path).into_iter().map(read).collect()
}

/// Slashes inside braces do not part segments.
fn cut(path: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut depth) = (0, 0_u32);
    for (at, char) in path.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                pieces.push(path.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(path.get(from..).unwrap_or_default());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn read(text: &str) -> Segment {
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|inner| !inner.contains(['{', '}']));
    if let Some(inner) = inner {
        let greedy = inner.ends_with('+');
        let name = inner.trim_end_matches('+');
        if !name.is_empty() {
            return Segment::Variable {
                name: name.to_owned(),
                greedy,
            };
        }
    }
    if text.contains('{') && text.contains('}') {
        return Segment::Partly {
            text: text.to_owned(),
            name: joined_names(text),
        };
    }
    if text.chars().all(is_taken) {
        Segment::Literal(text.to_owned())
    } else {
        Segment::Odd {
            text: text.to_owned(),
        }
    }
}

/// Characters of a fixed segment (API Gateway important notes).
fn is_taken(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_-.,:".contains(char)
}

/// `{a}.{b}` is `a_b`.
fn joined_names(text: &str) -> String {
    let names: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_end_matches('+'))
        .filter(|name| !name.is_empty())
        .collect();
    names.join("_")
}

/// A name AWS takes for a variable, in paths and in mapping expressions.
pub(super) fn plain_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() || "_-.".contains(char) {
                char
            } else {
                '_'
            }
        })
        .collect();
    let trimmed = plain.trim_matches(['_', '-', '.']);
    if trimmed.is_empty() {
        "segment".to_owned()
    } else if plain == name {
        plain
    } else {
        trimmed.to_owned()
    }
}
