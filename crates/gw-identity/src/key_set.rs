//! A key manager's published keys, fetched when needed and kept.
//!
//! It refuses to be driven by strangers: a token with an unknown key id causes one fetch at most every few seconds, and
//! a redirect is not followed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use gw_http::{CancellationToken, Oversize, Request, Url};
use gw_model::{Code, Fault};

use crate::jwk::{self, Key, KeyInfo};
use crate::verify::{self, Refusal, TokenRules, Verified};

/// Keys are asked for again when they are older.
pub const FRESH_FOR: Duration = Duration::from_mins(10);
/// When the key manager does not answer, older keys still count for this long.
pub const USABLE_FOR: Duration = Duration::from_hours(24);
/// Between two fetches caused by unknown key ids or failures.
pub const REFETCH_AFTER: Duration = Duration::from_secs(5);

/// The keys of one JWKS address; share it between requests.
pub struct KeySet {
    http: gw_http::Client,
    uri: String,
    held: RwLock<Held>,
    fetching: tokio::sync::Mutex<()>,
    refetch_after: Duration,
}

#[derive(Clone, Default)]
struct Held {
    keys: Arc<[Key]>,
    fetched: Option<Instant>,
    tried: Option<Instant>,
}

impl KeySet {
    /// Keys of a JWKS address; nothing is fetched yet.
    pub fn new(http: gw_http::Client, uri: impl Into<String>) -> Self {
        Self {
            http,
            uri: uri.into(),
            held: RwLock::default(),
            fetching: tokio::sync::Mutex::new(()),
            refetch_after: REFETCH_AFTER,
        }
    }

    /// Sets the least time between two fetches caused by unknown key ids or failures.
    #[must_use]
    pub fn refetch_after(mut self, pause: Duration) -> Self {
        self.refetch_after = pause;
        self
    }

    /// Where the keys are.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Checks a token: header, key, signature, claims.
    ///
    /// # Errors
    /// The first reason found to refuse it.
    pub async fn verify(&self, token: &str, rules: &TokenRules) -> Result<Verified, Refusal> {
        let head = verify::head(token, rules)?;
        let held = self.current().await?;
        match verify::choose(&held, &head) {
            Err(Refusal::UnknownKey(id)) => {
                // The key manager may have rotated its keys.
                let renewed = self.renewed(&held).await.ok_or(Refusal::UnknownKey(id))?;
                verify::check(token, verify::choose(&renewed, &head)?, &head, rules)
            }
            chosen => verify::check(token, chosen?, &head, rules),
        }
    }

    /// The keys, at most [`FRESH_FOR`] old when the key manager answers.
    async fn current(&self) -> Result<Arc<[Key]>, Refusal> {
        let held = self.held();
        if held.fetched.is_some_and(|at| at.elapsed() < FRESH_FOR) {
            return Ok(held.keys);
        }
        let _turn = self.fetching.lock().await;
        let held = self.held();
        if held.fetched.is_some_and(|at| at.elapsed() < FRESH_FOR) {
            return Ok(held.keys);
        }
        if held
            .tried
            .is_none_or(|at| at.elapsed() >= self.refetch_after)
            && let Ok(keys) = self.fetch().await
        {
            return Ok(keys);
        }
        if held.fetched.is_some_and(|at| at.elapsed() < USABLE_FOR) {
            Ok(held.keys)
        } else {
            Err(Refusal::KeysUnavailable)
        }
    }

    /// Other keys than the ones seen, or `None` when there are none or it is too early to ask.
    async fn renewed(&self, seen: &Arc<[Key]>) -> Option<Arc<[Key]>> {
        let _turn = self.fetching.lock().await;
        let held = self.held();
        if !Arc::ptr_eq(&held.keys, seen) {
            return Some(held.keys);
        }
        if held
            .tried
            .is_some_and(|at| at.elapsed() < self.refetch_after)
        {
            return None;
        }
        self.fetch().await.ok()
    }

    async fn fetch(&self) -> Result<Arc<[Key]>, Fault> {
        self.write(|held| held.tried = Some(Instant::now()));
        let (keys, _) = fetch(&self.http, &self.uri).await?;
        let keys: Arc<[Key]> = keys.into();
        self.write(|held| {
            held.keys = Arc::clone(&keys);
            held.fetched = Some(Instant::now());
        });
        Ok(keys)
    }

    fn held(&self) -> Held {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn write(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.held.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Fetches a JWK set once, for looking at it.
///
/// # Errors
/// `identity.discovery-failed` when the answer is not a JWK set or no key of it can be used; `network.*`.
pub async fn fetch(http: &gw_http::Client, uri: &str) -> Result<(Vec<Key>, Vec<KeyInfo>), Fault> {
    let bad = |what: String, advice: &str| {
        Fault::new(Code::IdentityDiscovery, what, advice).fact("jwks-uri", uri)
    };
    let url = Url::parse(uri).map_err(|_| {
        bad(
            format!("The JWKS address {uri} is not a URL."),
            "Correct the key manager's JWKS address.",
        )
    })?;
    let request = Request::get(url)
        .timeout(Duration::from_secs(10))
        .at_most(1024 * 1024, Oversize::Refuse);
    let answer = http.send(request, &CancellationToken::new()).await?;
    if !answer.status.is_success() {
        return Err(bad(
            format!(
                "The JWKS address {uri} answered {}.",
                answer.status.as_u16()
            ),
            "Check the key manager's JWKS address; a redirect is not followed.",
        ));
    }
    let (keys, infos) = jwk::read(&answer.body).ok_or_else(|| {
        bad(
            format!("What {uri} answers is not a JWK set."),
            "Check the key manager's JWKS address.",
        )
    })?;
    if keys.is_empty() {
        let reasons: Vec<&str> = infos
            .iter()
            .map(|info| info.refused.as_str())
            .filter(|why| !why.is_empty())
            .collect();
        let why = if reasons.is_empty() {
            String::new()
        } else {
            format!(": {}", reasons.join("; "))
        };
        return Err(bad(
            format!(
                "None of the {} keys at {uri} can check signatures{why}.",
                infos.len()
            ),
            "Make the provider sign with an RSA key of 2048 bits or more, or with P-256, P-384 or Ed25519.",
        ));
    }
    Ok((keys, infos))
}
