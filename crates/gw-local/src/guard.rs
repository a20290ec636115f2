//! Who may pass: checks a request's token, and remembers the answer as long as API Gateway would.
//!
//! It refuses to remember a token: only its hash is kept, with what it was good for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use gw_identity::verify::Refusal as TokenRefusal;
use gw_identity::{KeySet, TokenRules};
use gw_plan::TokenCheck;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::answer::Refusal;

/// Clock difference allowed, in seconds; as the authorizer provisioned on AWS allows.
const LEEWAY_SECONDS: u64 = 30;
/// Tokens remembered at most.
const REMEMBERED: usize = 4096;

/// Checks the tokens of one API.
pub(crate) struct Guard {
    check: TokenCheck,
    rules: TokenRules,
    keys: Arc<KeySet>,
    remembered: RwLock<HashMap<[u8; 32], Passed>>,
}

#[derive(Clone)]
struct Passed {
    scopes: Arc<[String]>,
    until: Instant,
}

impl Guard {
    pub(crate) fn new(check: &TokenCheck, keys: Arc<KeySet>) -> Self {
        let rules = TokenRules {
            issuer: check.issuer.clone(),
            audience: check.audience.clone(),
            algorithms: check.algorithms.clone(),
            leeway_seconds: LEEWAY_SECONDS,
        };
        Self {
            check: check.clone(),
            rules,
            keys,
            remembered: RwLock::default(),
        }
    }

    /// Whether it checks in this way.
    pub(crate) fn is_for(&self, check: &TokenCheck) -> bool {
        self.check == *check
    }

    pub(crate) fn keys(&self) -> &Arc<KeySet> {
        &self.keys
    }

    /// Lets a request pass, or says how to refuse it.
    pub(crate) async fn judge(
        &self,
        headers: &HeaderMap,
        needed: &[String],
    ) -> Result<(), Refusal> {
        let token = bearer(headers).ok_or(Refusal::Unauthorized)?;
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if let Some(scopes) = self.recall(&key) {
            return covers(&scopes, needed);
        }
        let verified =
            self.keys
                .verify(token, &self.rules)
                .await
                .map_err(|refusal| match refusal {
                    TokenRefusal::KeysUnavailable => Refusal::AuthorizerFailed,
                    _ => Refusal::Unauthorized,
                })?;
        let scopes: Arc<[String]> = verified.scopes.into();
        self.remember(key, &scopes, verified.expires_at);
        covers(&scopes, needed)
    }

    fn recall(&self, key: &[u8; 32]) -> Option<Arc<[String]>> {
        let remembered = self
            .remembered
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        remembered
            .get(key)
            .filter(|passed| Instant::now() < passed.until)
            .map(|passed| Arc::clone(&passed.scopes))
    }

    fn remember(&self, key: [u8; 32], scopes: &Arc<[String]>, expires_at: i64) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let left = u64::try_from(expires_at).unwrap_or(0).saturating_sub(now);
        let keep = Duration::from_secs(left.min(u64::from(self.check.ttl_seconds)));
        if keep.is_zero() {
            return;
        }
        let mut remembered = self
            .remembered
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            let now = Instant::now();
            remembered.retain(|_, passed| passed.until > now);
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
        }
        remembered.insert(
            key,
            Passed {
                scopes: Arc::clone(scopes),
                until: Instant::now() + keep,
            },
        );
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start_matches(' '))
        .filter(|token| !token.is_empty())
}

fn covers(scopes: &[String], needed: &[String]) -> Result<(), Refusal> {
    if needed
        .iter()
        .all(|scope| scopes.binary_search(scope).is_ok())
    {
        Ok(())
    } else {
        Err(Refusal::AccessDenied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(ttl_seconds: u32) -> Guard {
        let check = TokenCheck {
            issuer: "https://issuer.example".to_owned(),
            jwks_uri: "https://issuer.example/jwks".to_owned(),
            audience: "api".to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: gw_model::AwsAuthorizer::Provision,
            ttl_seconds,
        };
        let http = gw_http::Client::new().unwrap();
        Guard::new(
            &check,
            Arc::new(KeySet::new(http, "https://issuer.example/jwks")),
        )
    }

    fn now() -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_secs()).unwrap()
    }

    #[test]
    fn a_token_is_remembered_no_longer_than_it_lives_and_the_policy_says() {
        let scopes: Arc<[String]> = vec!["a".to_owned()].into();
        let left = |guard: &Guard| {
            let held = guard.remembered.read().unwrap();
            held.get(&[1; 32])
                .map(|passed| passed.until - Instant::now())
        };
        let kept = guard(300);
        kept.remember([1; 32], &scopes, now() - 1);
        assert_eq!(left(&kept), None, "an expired token is remembered");
        kept.remember([1; 32], &scopes, now() + 100);
        assert!(left(&kept).unwrap() <= Duration::from_secs(100));
        assert_eq!(kept.recall(&[1; 32]).as_deref(), Some(&*scopes));
        kept.remember([1; 32], &scopes, now() + 9000);
        assert!(left(&kept).unwrap() <= Duration::from_mins(5));
        let never = guard(0);
        never.remember([1; 32], &scopes, now() + 100);
        assert_eq!(left(&never), None, "a policy of 0 seconds remembers");
    }

    #[test]
    fn a_flood_of_tokens_does_not_fill_the_memory() {
        let guard = guard(300);
        for number in 0..(REMEMBERED * 3) {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_le_bytes());
            guard.remember(key, &Vec::new().into(), now() + 100);
        }
        assert!(guard.remembered.read().unwrap().len() <= REMEMBERED);
    }
}
