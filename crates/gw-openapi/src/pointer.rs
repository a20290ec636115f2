//! JSON pointers (RFC 6901), plain and in URI fragments.
//!
//! It refuses to resolve anything: the document does.

/// One step as it stands in a pointer: `~` and `/` escaped.
pub fn escape(step: &str) -> String {
    if step.contains(['~', '/']) {
        step.replace('~', "~0").replace('/', "~1")
    } else {
        step.to_owned()
    }
}

/// One step as it stands in a document.
pub fn unescape(step: &str) -> String {
    if step.contains('~') {
        step.replace("~1", "/").replace("~0", "~")
    } else {
        step.to_owned()
    }
}

/// The pointer in a URI fragment: percent escapes decoded. Bytes that are no UTF-8 are replaced.
pub fn from_fragment(fragment: &str) -> String {
    if !fragment.contains('%') {
        return fragment.to_owned();
    }
    let bytes = fragment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| fragment.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(value) = escaped {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_survive_escaping() {
        for step in ["/pets/{id}", "~", "~1", "a~0/b", "", "ü"] {
            assert_eq!(unescape(&escape(step)), step);
        }
        assert_eq!(escape("/pets/{id}"), "~1pets~1{id}");
    }

    #[test]
    fn fragments_are_decoded_and_junk_is_kept() {
        assert_eq!(
            from_fragment("/paths/~1pets~1%7Bid%7D"),
            "/paths/~1pets~1{id}"
        );
        assert_eq!(from_fragment("/a%2"), "/a%2");
        assert_eq!(from_fragment("/a%zz%é"), "/a%zz%é");
    }
}
