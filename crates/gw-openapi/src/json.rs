//! Reads JSON (RFC 8259), strictly, into the positioned tree.
//!
//! It refuses what the standard refuses: trailing commas, comments, single quotes, control characters in strings.

use crate::builder::{Builder, Stopped};
use crate::tree::{Shape, Text};

/// Why reading ended early.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The text is no JSON from here on.
    Malformed { at: usize, message: String },
    /// A bound was passed, which the builder has told.
    Stopped,
}

impl From<Stopped> for Broken {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Reads the whole text; what came before an error is in the builder.
pub(crate) fn read(text: &str, builder: &mut Builder) -> Result<(), Broken> {
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    Reader {
        text,
        bytes: text.as_bytes(),
        at: start,
        builder,
    }
    .document()
}

struct Reader<'t, 'b> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    builder: &'b mut Builder,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<(), Broken> {
        self.skip_space();
        self.value()?;
        // No recursion: the builder remembers what is open.
        while self.builder.depth() > 0 {
            self.skip_space();
            match (self.peek(), self.builder.in_mapping()) {
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.at += 1;
                    self.builder.close(Some(self.at));
                }
                (Some(b','), mapping) => {
                    self.at += 1;
                    self.skip_space();
                    if mapping {
                        self.key()?;
                    }
                    self.value()?;
                }
                (_, true) => return Err(self.expected("a ',' or '}' after a value")),
                (_, false) => return Err(self.expected("a ',' or ']' after a value")),
            }
        }
        self.skip_space();
        if self.at < self.bytes.len() {
            Err(self.expected("nothing after the document's end"))
        } else {
            Ok(())
        }
    }

    /// One scalar, or the opening of a container together with its first key or item, so that a comma always stands
    /// between what `document` sees.
    fn value(&mut self) -> Result<(), Broken> {
        loop {
            let start = self.at;
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.builder.open(true, start, 0)?;
                    self.skip_space();
                    if self.peek() == Some(b'}') {
                        return Ok(());
                    }
                    self.key()?;
                }
                Some(b'[') => {
                    self.at += 1;
                    self.builder.open(false, start, 0)?;
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        return Ok(());
                    }
                }
                Some(b'"') => {
                    let text = self.string()?;
                    return Ok(self
                        .builder
                        .scalar(Shape::String(text), start, self.at, 0)?);
                }
                Some(b't') => return self.word("true", Shape::Bool(true)),
                Some(b'f') => return self.word("false", Shape::Bool(false)),
                Some(b'n') => return self.word("null", Shape::Null),
                Some(b'-' | b'0'..=b'9') => return self.number(),
                _ => return Err(self.expected("a value")),
            }
        }
    }

    fn key(&mut self) -> Result<(), Broken> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let end;
        match self.raw_string()? {
            Raw::Plain(text) => {
                end = self.at;
                self.builder.key(text, start, end)?;
            }
            Raw::Escaped(text) => {
                end = self.at;
                self.builder.key(&text, start, end)?;
            }
        }
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.expected("a ':' after a key"));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn string(&mut self) -> Result<Text, Broken> {
        let start = self.at + 1;
        Ok(match self.raw_string()? {
            Raw::Plain(_) => Builder::slice(start, self.at - 1),
            Raw::Escaped(text) => self.builder.keep(&text),
        })
    }

    fn raw_string(&mut self) -> Result<Raw<'t>, Broken> {
        self.at += 1;
        let start = self.at;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.at += 1;
            return Ok(Raw::Plain(text));
        }
        let mut decoded = self.text.get(start..self.at).unwrap_or_default().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Raw::Escaped(decoded));
                }
                Some(b'\\') => {
                    let char = self.escape()?;
                    decoded.push(char);
                }
                Some(byte) if byte < 0x20 => {
                    return Err(self.expected("an escape instead of a control character"));
                }
                Some(_) => {
                    let from = self.at;
                    self.skip_plain();
                    decoded.push_str(self.text.get(from..self.at).unwrap_or_default());
                }
                None => return Err(self.expected("the string's closing '\"'")),
            }
        }
    }

    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let stop = rest
            .iter()
            .position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
        self.at += stop.unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let letter = self.bytes.get(self.at + 1).copied();
        let char = match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.expected("an escape JSON knows")),
        };
        self.at += 2;
        Ok(char)
    }

    /// `\uXXXX`, two of them for characters beyond the basic plane; half a pair becomes the replacement character.
    fn unicode(&mut self) -> Result<char, Broken> {
        let high = self.hex()?;
        if (0xD800..0xDC00).contains(&high) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u")
        {
            let before = self.at;
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, Broken> {
        let digits = self
            .text
            .get(self.at + 2..self.at + 6)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                self.at += 6;
                Ok(value)
            }
            None => Err(self.expected("four hex digits after '\\u'")),
        }
    }

    fn number(&mut self) -> Result<(), Broken> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if matches!(
            self.peek(),
            Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'_')
        ) {
            return Err(self.expected("the number's end"));
        }
        Ok(self.builder.scalar(
            Shape::Number(Builder::slice(start, self.at)),
            start,
            self.at,
            0,
        )?)
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.expected("a digit"));
        }
        self.at += count;
        Ok(())
    }

    fn word(&mut self, word: &str, shape: Shape) -> Result<(), Broken> {
        let start = self.at;
        if self.bytes.get(start..start + word.len()) != Some(word.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(self.builder.scalar(shape, start, self.at, 0)?)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Broken {
        let found = match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            Some(char) if char.is_control() => {
                format!("a control character (U+{:04X})", u32::from(char))
            }
            Some(char) => format!("'{char}'"),
            None => "the end of the text".to_owned(),
        };
        Broken::Malformed {
            at: self.at,
            message: format!("This JSON is malformed: expected {what}, found {found}"),
        }
    }
}

enum Raw<'t> {
    Plain(&'t str),
    Escaped(String),
}
