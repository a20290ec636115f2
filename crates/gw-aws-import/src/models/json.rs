//! JSON as a tree that borrows from its text.
//!
//! It refuses to fail: what cannot be read is `None`, and nesting beyond a bound is not read.

use std::borrow::Cow;

use serde_json::Number;

/// Deeper nesting is not read; documents nest at most 250.
const MAX_DEPTH: usize = 512;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'p> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'p, str>),
    Array(Vec<Json<'p>>),
    Object(Vec<(Cow<'p, str>, Json<'p>)>),
}

impl<'p> Json<'p> {
    /// Reads a whole text.
    pub(super) fn parse(text: &'p str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        (reader.at == text.len()).then_some(value)
    }

    pub(super) fn as_str(&self) -> Option<&Cow<'p, str>> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn entries(&self) -> &[(Cow<'p, str>, Self)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        get(self.entries(), key)
    }

    /// Whether two values are the same instance to a validator: `1` is `1.0`.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => one == two || one.as_f64() == two.as_f64(),
            (Self::Array(one), Self::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.is_same(two))
            }
            (Self::Object(one), Self::Object(two)) => {
                one.len() == two.len()
                    && one
                        .iter()
                        .all(|(key, value)| get(two, key).is_some_and(|other| value.is_same(other)))
            }
            _ => self == other,
        }
    }

    /// Writes compact JSON.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::String(text) => quote(text, out),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quote(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// The value of a key.
pub(super) fn get<'a, 'p>(
    entries: &'a [(Cow<'p, str>, Json<'p>)],
    key: &str,
) -> Option<&'a Json<'p>> {
    entries
        .iter()
        .find(|(found, _)| found == key)
        .map(|(_, value)| value)
}

/// A string as JSON.
pub(super) fn quote(plain: &str, out: &mut String) {
    let simple = !plain
        .bytes()
        .any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    if simple {
        out.push('"');
        out.push_str(plain);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(plain).to_string());
    }
}

struct Reader<'p> {
    text: &'p str,
    at: usize,
}

impl<'p> Reader<'p> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Json<'p>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        match self.peek()? {
            b'{' => {
                self.at += 1;
                let mut entries: Vec<(Cow<'p, str>, Json<'p>)> = Vec::new();
                if self.take(b'}').is_some() {
                    return Some(Json::Object(entries));
                }
                loop {
                    self.space();
                    let key = self.string()?;
                    self.take(b':')?;
                    entries.push((key, self.value(depth + 1)?));
                    if self.take(b',').is_none() {
                        self.take(b'}')?;
                        return Some(Json::Object(entries));
                    }
                }
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                if self.take(b']').is_some() {
                    return Some(Json::Array(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    if self.take(b',').is_none() {
                        self.take(b']')?;
                        return Some(Json::Array(items));
                    }
                }
            }
            b'"' => self.string().map(Json::String),
            _ => self.word(),
        }
    }

    fn string(&mut self) -> Option<Cow<'p, str>> {
        if self.peek()? != b'"' {
            return None;
        }
        let text = self.text;
        let start = self.at;
        let bytes = text.as_bytes();
        let mut at = start + 1;
        let mut plain = true;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => {
                    plain = false;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        self.at = at + 1;
        if plain {
            return text.get(start + 1..at).map(Cow::Borrowed);
        }
        let quoted = text.get(start..=at)?;
        serde_json::from_str::<String>(quoted).ok().map(Cow::Owned)
    }

    fn word(&mut self) -> Option<Json<'p>> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
        {
            self.at += 1;
        }
        match self.text.get(start..self.at)? {
            "null" => Some(Json::Null),
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            number => serde_json::from_str(number).ok().map(Json::Number),
        }
    }
}
