//! Secrets longer than a keychain's entries: cut into parts.
//!
//! Windows' Credential Manager takes 2,560 bytes an entry (CRED_MAX_CREDENTIAL_BLOB_SIZE); an AWS session token alone can
//! be longer. The head entry then says how many parts there are and what they must add up to.
//!
//! It refuses to return parts that do not belong together.

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use crate::digest::hex_digest;

/// The longest entry of a keychain that takes any length: nothing is ever cut there.
pub(crate) const NO_LIMIT: usize = usize::MAX;

/// How head entries begin.
const MARK: &str = "\u{1}gatewright-parts:";

/// Entries of one service, as long as the keychain lets them be.
pub(crate) struct Entries<'a> {
    pub(crate) store: &'a CredentialStore,
    pub(crate) service: &'a str,
    /// The most bytes of one entry.
    pub(crate) longest: usize,
}

impl Entries<'_> {
    /// The secret under a name.
    pub(crate) fn get(&self, name: &str) -> keyring_core::Result<Zeroizing<Vec<u8>>> {
        let head = Zeroizing::new(self.entry(name)?.get_secret()?);
        let Some((count, digest)) = self.read_head(&head) else {
            return Ok(head);
        };
        let mut whole = Zeroizing::new(Vec::with_capacity(count.min(64) * self.longest.min(4096)));
        for part in 1..=count {
            match self
                .entry(&part_name(name, part))?
                .get_secret()
                .map(Zeroizing::new)
            {
                Ok(bytes) => whole.extend_from_slice(&bytes),
                Err(Error::NoEntry) => return Err(broken("a part of it is missing")),
                Err(error) => return Err(error),
            }
        }
        if hex_digest(&[&whole]) == digest {
            Ok(whole)
        } else {
            Err(broken("its parts do not fit together"))
        }
    }

    /// Keeps a secret. The head is written last, so a failure in between leaves a secret that is told to be broken.
    pub(crate) fn put(&self, name: &str, secret: &[u8]) -> keyring_core::Result<()> {
        if self.longest == NO_LIMIT {
            return self.entry(name)?.set_secret(secret);
        }
        let before = self.parts(name)?;
        let mut count = 0;
        if secret.len() <= self.longest && !secret.starts_with(MARK.as_bytes()) {
            self.entry(name)?.set_secret(secret)?;
        } else {
            for chunk in secret.chunks(self.longest.max(1)) {
                count += 1;
                self.entry(&part_name(name, count))?.set_secret(chunk)?;
            }
            let head = format!("{MARK}{count}:{}", hex_digest(&[secret]));
            self.entry(name)?.set_secret(head.as_bytes())?;
        }
        self.drop_parts(name, count + 1, before)
    }

    /// Removes a secret and its parts; what is not there is removed already.
    pub(crate) fn delete(&self, name: &str) -> keyring_core::Result<()> {
        let parts = if self.longest == NO_LIMIT {
            0
        } else {
            self.parts(name)?
        };
        gone(self.entry(name)?.delete_credential())?;
        self.drop_parts(name, 1, parts)
    }

    fn drop_parts(&self, name: &str, first: usize, last: usize) -> keyring_core::Result<()> {
        for part in first..=last {
            gone(self.entry(&part_name(name, part))?.delete_credential())?;
        }
        Ok(())
    }

    /// How many parts a stored secret has.
    fn parts(&self, name: &str) -> keyring_core::Result<usize> {
        match self.entry(name)?.get_secret().map(Zeroizing::new) {
            Ok(head) => Ok(self.read_head(&head).map_or(0, |(count, _)| count)),
            Err(Error::NoEntry) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// How many parts follow and what they add up to; `None` when the entry is the secret itself.
    fn read_head(&self, head: &[u8]) -> Option<(usize, String)> {
        if self.longest == NO_LIMIT {
            return None;
        }
        let rest = std::str::from_utf8(head).ok()?.strip_prefix(MARK)?;
        let (count, digest) = rest.split_once(':')?;
        Some((count.parse().ok()?, digest.to_owned()))
    }

    fn entry(&self, name: &str) -> keyring_core::Result<Entry> {
        self.store.build(self.service, name, None)
    }
}

fn gone(outcome: keyring_core::Result<()>) -> keyring_core::Result<()> {
    match outcome {
        Err(Error::NoEntry) => Ok(()),
        outcome => outcome,
    }
}

fn part_name(name: &str, part: usize) -> String {
    format!("{name}#{part}")
}

fn broken(why: &str) -> Error {
    Error::BadDataFormat(Vec::new(), why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(longest: usize, secrets: &[&str]) {
        let store = keyring_core::mock::Store::new().unwrap();
        let entries = Entries {
            store: store.as_ref(),
            service: "gatewright:test",
            longest,
        };
        for secret in secrets {
            entries.put("gateway/1", secret.as_bytes()).unwrap();
            assert_eq!(
                entries.get("gateway/1").unwrap().as_slice(),
                secret.as_bytes()
            );
        }
        entries.delete("gateway/1").unwrap();
        entries.delete("gateway/1").unwrap();
        assert!(matches!(entries.get("gateway/1"), Err(Error::NoEntry)));
        for part in 1..20 {
            let left = entries
                .entry(&part_name("gateway/1", part))
                .unwrap()
                .get_secret();
            assert!(
                matches!(left, Err(Error::NoEntry)),
                "part {part} is left behind"
            );
        }
    }

    #[test]
    fn long_secrets_are_cut_and_put_together() {
        let long = "0123456789".repeat(20);
        check(80, &[&long, "short", &long[..81], &long[..80], "", &long]);
    }

    #[test]
    fn a_secret_that_looks_like_a_head_stays_itself() {
        check(80, &["\u{1}gatewright-parts:2:abc", "x"]);
        check(
            NO_LIMIT,
            &["\u{1}gatewright-parts:2:abc", "x", &"y".repeat(100_000)],
        );
    }

    #[test]
    fn parts_of_two_secrets_are_not_mixed() {
        let store = keyring_core::mock::Store::new().unwrap();
        let entries = Entries {
            store: store.as_ref(),
            service: "gatewright:test",
            longest: 80,
        };
        entries.put("a", &[b'x'; 200]).unwrap();
        entries
            .entry(&part_name("a", 2))
            .unwrap()
            .set_secret(&[b'y'; 80])
            .unwrap();
        assert!(matches!(entries.get("a"), Err(Error::BadDataFormat(..))));
        entries
            .entry(&part_name("a", 2))
            .unwrap()
            .delete_credential()
            .unwrap();
        assert!(matches!(entries.get("a"), Err(Error::BadDataFormat(..))));
    }
}
