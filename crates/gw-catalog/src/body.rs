//! Bodies of console calls, as much of them as the history keeps.
//!
//! It refuses to keep more than [`KeptBody::LARGEST`] bytes of one, and says so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A body, or its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeptBody {
    /// How `content` stands for bytes.
    pub encoding: BodyEncoding,
    /// What was kept.
    pub content: String,
    /// How long the whole body was, in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Whether something was left off.
    pub truncated: bool,
}

/// How text stands for bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum BodyEncoding {
    /// The bytes are this text in UTF-8.
    #[default]
    Text,
    /// The bytes are not text; Base64 with padding (RFC 4648 §4).
    Base64,
}

impl KeptBody {
    /// The most bytes of one body that are kept: 256 KiB.
    pub const LARGEST: usize = 256 * 1024;

    /// Keeps the beginning of a body. `size` is that of the whole, when `body` itself was cut short before.
    pub fn keep(body: &[u8], size: u64) -> Self {
        let whole = size.max(body.len() as u64);
        let kept = &body[..body.len().min(Self::LARGEST)];
        let (encoding, content, length) = match std::str::from_utf8(kept) {
            Ok(text) => (BodyEncoding::Text, text.to_owned(), kept.len()),
            // Only the last character is cut in two: the rest is text.
            Err(error) if error.error_len().is_none() && (kept.len() as u64) < whole => {
                let text = &kept[..error.valid_up_to()];
                (
                    BodyEncoding::Text,
                    String::from_utf8_lossy(text).into_owned(),
                    text.len(),
                )
            }
            Err(_) => (BodyEncoding::Base64, STANDARD.encode(kept), kept.len()),
        };
        Self {
            encoding,
            content,
            size: whole,
            truncated: (length as u64) < whole,
        }
    }

    /// The bytes that were kept.
    pub fn bytes(&self) -> Vec<u8> {
        match self.encoding {
            BodyEncoding::Text => self.content.clone().into_bytes(),
            BodyEncoding::Base64 => STANDARD.decode(&self.content).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_body_is_kept_whole() {
        for body in [
            &b""[..],
            b"{\"a\":1}",
            "žluťoučký".as_bytes(),
            &[0, 159, 146, 150],
        ] {
            let kept = KeptBody::keep(body, body.len() as u64);
            assert_eq!(
                (kept.bytes().as_slice(), kept.truncated, kept.size),
                (body, false, body.len() as u64)
            );
        }
    }

    #[test]
    fn a_large_body_is_cut_between_characters() {
        let body = format!("x{}", "é".repeat(KeptBody::LARGEST));
        let kept = KeptBody::keep(body.as_bytes(), body.len() as u64);
        assert_eq!((kept.encoding, kept.truncated), (BodyEncoding::Text, true));
        assert_eq!(kept.size, body.len() as u64);
        assert_eq!(kept.content.len(), KeptBody::LARGEST - 1);
        assert!(body.starts_with(&kept.content));
    }

    #[test]
    fn bytes_that_are_not_text_are_not_made_text() {
        let mut body = vec![b'a'; KeptBody::LARGEST + 10];
        body[5] = 0xff;
        let kept = KeptBody::keep(&body, body.len() as u64);
        assert_eq!(
            (kept.encoding, kept.truncated),
            (BodyEncoding::Base64, true)
        );
        assert_eq!(kept.bytes(), body[..KeptBody::LARGEST]);
    }

    #[test]
    fn a_body_cut_short_before_says_so() {
        let kept = KeptBody::keep(b"abc", 1_000_000);
        assert_eq!((kept.truncated, kept.size), (true, 1_000_000));
    }
}
