//! SHA-256 in hex.
//!
//! It refuses to be taken for protection: it tells damage and folders apart, nothing more.

use sha2::{Digest, Sha256};

/// 64 lower-case hex digits over the parts, one after another.
pub(crate) fn hex_digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let mut hex = String::with_capacity(64);
    for byte in hasher.finalize() {
        hex.extend(
            [byte >> 4, byte & 15].map(|half| char::from(b"0123456789abcdef"[usize::from(half)])),
        );
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4, appendix: the digest of "abc".
    #[test]
    fn digests_are_sha_256_in_hex() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex_digest(&[b"abc"]), expected);
        assert_eq!(hex_digest(&[b"a", b"", b"bc"]), expected);
    }
}
