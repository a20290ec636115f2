//! Scripts in descriptions.
//!
//! It refuses to read Markdown: it looks for the few forms in which a page that shows it would run a script.

use super::rules::Id;
use super::{At, Lint};
use crate::tree::Node;

impl<'d> Lint<'d> {
    /// A text for people.
    pub(super) fn prose(&mut self, node: Node<'d>) {
        if !self.is_on(Id::MarkdownUnsafe) {
            return;
        }
        if let Some(what) = node.as_str().and_then(script) {
            self.report(Id::MarkdownUnsafe, At::Key(node), || {
                format!("This description has {what}")
            });
        }
    }
}

/// What of a text would run as a script.
fn script(text: &str) -> Option<&'static str> {
    for (at, _) in text.match_indices('<') {
        let rest = text.as_bytes().get(at + 1..).unwrap_or_default();
        if rest.first().is_some_and(u8::is_ascii_alphabetic)
            && let Some(what) = tag(rest)
        {
            return Some(what);
        }
    }
    for (at, _) in text.match_indices("](") {
        if is_script_address(text.as_bytes().get(at + 2..).unwrap_or_default()) {
            return Some("a link to 'javascript:'");
        }
    }
    None
}

/// What is wrong with a tag, from its name on.
fn tag(rest: &[u8]) -> Option<&'static str> {
    let starts = |word: &[u8]| {
        rest.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if starts(b"script") && !rest.get(6).is_some_and(u8::is_ascii_alphanumeric) {
        return Some("a '<script>'");
    }
    let end = rest
        .iter()
        .position(|&byte| byte == b'>')
        .unwrap_or(rest.len());
    let inside = rest.get(..end).unwrap_or_default();
    for (at, _) in inside.iter().enumerate().filter(|(_, byte)| **byte == b'=') {
        let name = inside.get(..at).unwrap_or_default().trim_ascii_end();
        let start = name
            .iter()
            .rposition(|byte| !byte.is_ascii_alphabetic())
            .map_or(0, |before| before + 1);
        let name = name.get(start..).unwrap_or_default();
        if name.len() > 2
            && name
                .get(..2)
                .is_some_and(|on| on.eq_ignore_ascii_case(b"on"))
            && start > 0
        {
            return Some("a tag with an event attribute");
        }
        let link = name.eq_ignore_ascii_case(b"href") || name.eq_ignore_ascii_case(b"src");
        if link && is_script_address(inside.get(at + 1..).unwrap_or_default()) {
            return Some("a link to 'javascript:'");
        }
    }
    None
}

fn is_script_address(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let rest = match rest.first() {
        Some(b'"' | b'\'') => rest.get(1..).unwrap_or_default().trim_ascii_start(),
        _ => rest,
    };
    rest.get(..11)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"javascript:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_and_other_tags_are_not() {
        for text in [
            "a <SCRIPT src=x>",
            "<img src=x onerror=alert(1)>",
            "<a href = \"javascript:x\">",
            "[x](javascript:alert(1))",
            "<b onclick = x>",
        ] {
            assert!(script(text).is_some(), "{text}");
        }
        for text in [
            "<p>Returns <code>a = b</code></p>",
            "a < b and on = off",
            "<scripture>",
            "see [x](https://example.com/?javascript:)",
            "<a href='https://example.com/one'>",
            "on=1 <",
        ] {
            assert!(script(text).is_none(), "{text}");
        }
    }
}
