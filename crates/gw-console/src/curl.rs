//! The same request as a command line for a POSIX shell.
//!
//! It refuses to write a secret where a placeholder will do: with `redact` a variable stands for each.

use gw_http::{Body, Method, Request};

use crate::redact::is_secret_name;

/// The variable that stands for the token.
pub const TOKEN_PLACEHOLDER: &str = "GATEWRIGHT_TOKEN";

/// A `curl` command that sends what `request` sends. With `redact`, `$GATEWRIGHT_TOKEN` stands for the bearer token
/// wherever it is, and `$GATEWRIGHT_` and the name for other secrets; without it they are written out.
pub fn curl(request: &Request, redact: bool) -> String {
    let writer = Writer {
        token: if redact { bearer(request) } else { None },
        redact,
    };
    let mut lines = vec![format!(
        "{} {}",
        command(request),
        writer.url(request.url.as_str())
    )];
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        lines.push(format!("--header {}", writer.header(name.as_str(), &value)));
    }
    match &request.body {
        Body::Bytes(bytes) if request.method != Method::HEAD => {
            if !request.headers.contains_key("content-type") {
                // Otherwise curl says it is a form.
                lines.push("--header 'Content-Type:'".to_owned());
            }
            lines.push(format!(
                "--data-raw {}",
                writer.text(&String::from_utf8_lossy(bytes))
            ));
        }
        Body::Bytes(_) | Body::Empty | Body::Stream(_) => {}
    }
    lines.join(" \\\n  ")
}

fn command(request: &Request) -> String {
    let mut command = "curl".to_owned();
    if request.url.as_str().contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    match request.method {
        Method::HEAD => command.push_str(" --head"),
        ref method => {
            command.push_str(" --request ");
            command.push_str(method.as_str());
        }
    }
    command
}

/// The token of a bearer authorization, when it is long enough to be told from other text.
fn bearer(request: &Request) -> Option<String> {
    let value = request.headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() >= 6).then(|| token.trim().to_owned())
}

struct Writer {
    token: Option<String>,
    redact: bool,
}

impl Writer {
    fn url(&self, url: &str) -> String {
        let Some((place, query)) = url.split_once('?').filter(|_| self.redact) else {
            return self.text(url);
        };
        let mut word = Word::default();
        self.push(&mut word, place);
        for (index, part) in query.split('&').enumerate() {
            word.literal(if index == 0 { "?" } else { "&" });
            match part.split_once('=') {
                Some((name, value)) if !value.is_empty() && is_secret_name(name) => {
                    word.literal(name);
                    word.literal("=");
                    word.variable(&variable(name));
                }
                _ => self.push(&mut word, part),
            }
        }
        word.written()
    }

    fn header(&self, name: &str, value: &str) -> String {
        let shown = title_case(name);
        let mut word = Word::default();
        if value.is_empty() {
            // A colon with nothing behind it would remove the header.
            word.literal(&format!("{shown};"));
            return word.written();
        }
        word.literal(&format!("{shown}: "));
        if !self.redact || !is_secret_name(name) {
            self.push(&mut word, value);
        } else if let Some((scheme, _)) = value.split_once(' ').filter(|_| name == "authorization")
        {
            word.literal(scheme);
            word.literal(" ");
            let bearer = scheme.eq_ignore_ascii_case("bearer");
            word.variable(&if bearer {
                TOKEN_PLACEHOLDER.to_owned()
            } else {
                variable(name)
            });
        } else {
            word.variable(&variable(name));
        }
        word.written()
    }

    fn text(&self, text: &str) -> String {
        let mut word = Word::default();
        self.push(&mut word, text);
        word.written()
    }

    /// Text with the token replaced.
    fn push(&self, word: &mut Word, text: &str) {
        let Some(token) = &self.token else {
            return word.literal(text);
        };
        for (index, part) in text.split(token.as_str()).enumerate() {
            if index > 0 {
                word.variable(TOKEN_PLACEHOLDER);
            }
            word.literal(part);
        }
    }
}

/// One argument, being written.
#[derive(Default)]
struct Word {
    done: String,
    literal: String,
}

impl Word {
    fn literal(&mut self, text: &str) {
        self.literal.push_str(text);
    }

    fn variable(&mut self, name: &str) {
        self.flush();
        self.done.extend(["\"$", name, "\""]);
    }

    fn flush(&mut self) {
        let literal = std::mem::take(&mut self.literal);
        if !literal.is_empty() {
            self.done.push_str(&quoted(&literal));
        }
    }

    fn written(mut self) -> String {
        self.flush();
        if self.done.is_empty() {
            "''".to_owned()
        } else {
            self.done
        }
    }
}

/// Single quotes keep everything but themselves from the shell.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn variable(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() {
                char.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("GATEWRIGHT_{name}")
}

fn title_case(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}
