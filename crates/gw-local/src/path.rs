//! Paths of requests and path templates of routes.
//!
//! It refuses `.` and `..`, however they are written: what a route protects must be what the backend sees.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// RFC 3986 §3.3: what may stand in a segment unencoded.
const NOT_IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The path with every character encoded in one way, without a slash at its end. `None` when it has a dot segment or
/// bytes that are no text.
pub(crate) fn normal(path: &str) -> Option<Cow<'_, str>> {
    let path = if path.len() > 1 {
        path.strip_suffix('/').unwrap_or(path)
    } else {
        path
    };
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return None;
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
    if path.bytes().all(plain) {
        return Some(Cow::Borrowed(path));
    }
    let mut normal = String::with_capacity(path.len() + 8);
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            normal.push('/');
        }
        let decoded = percent_decode_str(segment).decode_utf8().ok()?;
        if matches!(&*decoded, "." | "..") {
            return None;
        }
        normal.extend(utf8_percent_encode(&decoded, NOT_IN_SEGMENT));
    }
    Some(Cow::Owned(normal))
}

/// A piece of a path or URL template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Variable { name: String, greedy: bool },
}

/// Cuts a template at its `{name}` and `{name+}`.
pub(crate) fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let greedy = name.ends_with('+');
        pieces.push(Piece::Variable {
            name: name.trim_end_matches('+').to_owned(),
            greedy,
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_one_spelling() {
        for (raw, expected) in [
            ("/", "/"),
            ("/a/", "/a"),
            ("/a b", "/a%20b"),
            ("/a%20b", "/a%20b"),
            ("/%61", "/a"),
            ("/a%2fb", "/a%2Fb"),
            ("/%C3%A9", "/%C3%A9"),
            ("/x%5Cy", "/x%5Cy"),
            ("/a;b=1,2", "/a;b=1,2"),
            ("/a%25b", "/a%25b"),
        ] {
            assert_eq!(normal(raw).as_deref(), Some(expected), "{raw}");
        }
    }

    #[test]
    fn dot_segments_are_refused_however_they_are_written() {
        for raw in [
            "/..",
            "/a/../b",
            "/a/%2e%2e/b",
            "/a/.%2E",
            "/.",
            "/a/%2e",
            "/../",
            "/%ff",
        ] {
            assert_eq!(normal(raw), None, "{raw}");
        }
        assert!(normal("/a..b/...").is_some());
    }

    #[test]
    fn templates_are_cut_at_their_variables() {
        let text = |text: &str| Piece::Text(text.to_owned());
        let variable = |name: &str, greedy| Piece::Variable {
            name: name.to_owned(),
            greedy,
        };
        assert_eq!(
            pieces("/a/{id}/b/{rest+}"),
            [
                text("/a/"),
                variable("id", false),
                text("/b/"),
                variable("rest", true)
            ]
        );
        assert_eq!(
            pieces("/{a}.json"),
            [text("/"), variable("a", false), text(".json")]
        );
        assert_eq!(pieces("/a{b"), [text("/a{b")]);
    }
}
