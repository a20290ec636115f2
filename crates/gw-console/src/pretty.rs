//! Indenting JSON and XML for reading.
//!
//! It refuses to parse into values: numbers keep every digit, keys their order and doubles, text its escapes.

use serde::de::IgnoredAny;

/// Indented by two spaces; `None` when it is not one JSON value.
pub fn json(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0usize;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                out.push(char);
                let mut escaped = false;
                for char in chars.by_ref() {
                    out.push(char);
                    match char {
                        _ if escaped => escaped = false,
                        '\\' => escaped = true,
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '{' | '[' => {
                out.push(char);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            char if char.is_ascii_whitespace() => {}
            char => out.push(char),
        }
    }
    Some(out)
}

/// Whether it is a whole JSON object or array.
pub fn is_json_container(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Elements on lines of their own, indented by two spaces; elements that hold text stay as they are. `None` when the tags
/// do not match up.
pub fn xml(text: &str) -> Option<String> {
    let pieces = pieces(text)?;
    let mixed = mixed(&pieces)?;
    let mut out = String::with_capacity(text.len() * 2);
    // Of each open element, whether it holds text.
    let mut open: Vec<bool> = Vec::new();
    let mut just_opened = false;
    for (piece, holds_text) in pieces.iter().zip(mixed) {
        if matches!(piece, Piece::Close(_)) {
            let held_text = open.pop().unwrap_or_default();
            just_opened |= held_text;
        }
        let inline = open.contains(&true);
        match piece {
            Piece::Text(text) => {
                if inline {
                    out.push_str(text);
                }
                continue;
            }
            Piece::Open(tag) | Piece::Other(tag) | Piece::Close(tag) => {
                let joined = matches!(piece, Piece::Close(_)) && just_opened;
                if !inline && !joined && !out.is_empty() {
                    line(&mut out, open.len());
                }
                out.push_str(tag);
            }
        }
        just_opened = matches!(piece, Piece::Open(_));
        if just_opened {
            open.push(holds_text);
        }
    }
    Some(out)
}

#[derive(Debug)]
enum Piece<'a> {
    Open(&'a str),
    Close(&'a str),
    /// Empty elements, comments, declarations, instructions, CDATA.
    Other(&'a str),
    Text(&'a str),
}

fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(stripped) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            pieces.push(Piece::Text(&rest[..end]));
            rest = &rest[end..];
            continue;
        };
        let length = if stripped.starts_with("!--") {
            rest.find("-->")? + 3
        } else if stripped.starts_with("![CDATA[") {
            rest.find("]]>")? + 3
        } else {
            tag_length(rest)?
        };
        let tag = &rest[..length];
        pieces.push(match stripped.as_bytes().first()? {
            b'/' => Piece::Close(tag),
            b'!' | b'?' => Piece::Other(tag),
            _ if tag.ends_with("/>") => Piece::Other(tag),
            _ => Piece::Open(tag),
        });
        rest = &rest[length..];
    }
    Some(pieces)
}

/// To the `>` that is not in a quoted attribute.
fn tag_length(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// For each piece, whether it opens an element that holds text or CDATA directly. `None` when tags do not match up.
fn mixed(pieces: &[Piece<'_>]) -> Option<Vec<bool>> {
    let mut holds_text = vec![false; pieces.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open(_) => open.push(index),
            Piece::Close(tag) => {
                let Piece::Open(opened) = pieces[open.pop()?] else {
                    return None;
                };
                if name(opened) != name(tag) {
                    return None;
                }
            }
            Piece::Text(text) if text.trim().is_empty() => {}
            Piece::Text(_) => holds_text[*open.last()?] = true,
            Piece::Other(tag) if tag.starts_with("<![CDATA[") => holds_text[*open.last()?] = true,
            Piece::Other(_) => {}
        }
    }
    open.is_empty().then_some(holds_text)
}

fn name(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    inner
        .split(|char: char| char.is_whitespace() || matches!(char, '>' | '/'))
        .next()
        .unwrap_or_default()
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}
