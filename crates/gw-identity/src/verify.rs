//! Whether a token is good.
//!
//! It refuses what it was not told to accept: an algorithm outside the list, a key the token brings along (`jwk`, `jku`,
//! `x5u`), a `crit` header, a token without `exp`, an audience or issuer that differs by one character.

use std::str::FromStr;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Map, Value};

use crate::jwk::Key;
use crate::{claims, clock, encoding};

/// Tokens longer than this are refused unread. As the authorizer provisioned on AWS; AWS takes 10,240 bytes of headers in all (aws-facts 3.2).
pub const MAX_TOKEN_BYTES: usize = 8192;

/// What a token must say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenRules {
    /// `iss`, to the letter.
    pub issuer: String,
    /// One of `aud`, to the letter.
    pub audience: String,
    /// Algorithms accepted, for example `RS256`. `none` and `HS…` never are, even when listed.
    pub algorithms: Vec<String>,
    /// Clock difference allowed for `exp` and `nbf`, in seconds.
    pub leeway_seconds: u64,
}

/// A token that is good.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The claims.
    pub claims: Map<String, Value>,
    /// `scope` or `scp`, split, sorted, each once.
    pub scopes: Vec<String>,
    /// `exp`, in seconds since 1970.
    pub expires_at: i64,
}

impl Verified {
    /// The first of the needed scopes that the token does not have.
    pub fn missing<'a>(&self, needed: &'a [String]) -> Option<&'a str> {
        needed
            .iter()
            .find(|scope| self.scopes.binary_search(scope).is_err())
            .map(String::as_str)
    }
}

/// Why a token is not good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not three base64url parts, or longer than [`MAX_TOKEN_BYTES`].
    #[error("it is not a signed JWT")]
    Malformed,
    /// Its `alg` is not in the list.
    #[error("its algorithm {0} is not accepted")]
    Algorithm(String),
    /// Its header demands something not understood (`crit`).
    #[error("its header demands an extension nobody here knows")]
    Critical,
    /// Its `typ` is that of something else.
    #[error("it is a {0}, not an access token")]
    Type(String),
    /// No published key has its `kid`.
    #[error("its key {0} is not among the published keys")]
    UnknownKey(String),
    /// Its `kid` names a key that may not be used with its `alg`.
    #[error("its key may not be used with its algorithm")]
    WrongKey,
    /// The signature does not fit.
    #[error("its signature is wrong")]
    Signature,
    /// `iss` differs.
    #[error("its issuer is another")]
    Issuer,
    /// `aud` differs.
    #[error("its audience is another")]
    Audience,
    /// `exp` has passed.
    #[error("it has expired")]
    Expired,
    /// `exp` is missing or no number.
    #[error("it does not say when it expires")]
    NoExpiry,
    /// `nbf` lies ahead.
    #[error("it is not valid yet")]
    NotYet,
    /// `iat` lies ahead.
    #[error("it was issued in the future")]
    IssuedAhead,
    /// The keys could not be fetched.
    #[error("the key manager's keys cannot be fetched")]
    KeysUnavailable,
}

/// A token's header, read but not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `alg`, which is in the list.
    pub algorithm: Algorithm,
    /// `kid`.
    pub key_id: Option<String>,
}

/// Algorithms that names in `rules` stand for; symmetric and unknown names stand for none.
pub fn accepted(rules: &TokenRules) -> Vec<Algorithm> {
    rules
        .algorithms
        .iter()
        .filter_map(|name| Algorithm::from_str(name).ok())
        .filter(|algorithm| {
            !matches!(
                algorithm,
                Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512
            )
        })
        .collect()
}

/// Reads the header: what key is asked for, with which algorithm.
pub fn head(token: &str, rules: &TokenRules) -> Result<Head, Refusal> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Refusal::Malformed);
    }
    let mut parts = token.split('.');
    let (Some(first), Some(_), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Malformed);
    };
    let header = encoding::decode(first).ok_or(Refusal::Malformed)?;
    let header: Map<String, Value> =
        serde_json::from_slice(&header).map_err(|_| Refusal::Malformed)?;
    if header.contains_key("crit") || header.get("b64").is_some_and(|value| value != true) {
        return Err(Refusal::Critical);
    }
    let named = header
        .get("alg")
        .and_then(Value::as_str)
        .ok_or(Refusal::Malformed)?;
    let algorithm = accepted(rules)
        .into_iter()
        .find(|algorithm| format!("{algorithm:?}") == named)
        .ok_or_else(|| Refusal::Algorithm(named.chars().take(16).collect()))?;
    if let Some(kind) = header.get("typ").and_then(Value::as_str) {
        // RFC 9068 §4 and RFC 7519 §5.1; other types are assertions, logout tokens, proofs.
        let kind = kind.to_ascii_lowercase();
        if !matches!(kind.trim_start_matches("application/"), "jwt" | "at+jwt") {
            return Err(Refusal::Type(kind.chars().take(32).collect()));
        }
    }
    let key_id = match header.get("kid") {
        None => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(_) => return Err(Refusal::Malformed),
    };
    Ok(Head { algorithm, key_id })
}

/// Finds the key a token asks for. A token without a `kid` gets the only key that fits its algorithm, if there is one.
pub fn choose<'a>(keys: &'a [Key], head: &Head) -> Result<&'a Key, Refusal> {
    let fits = |key: &&Key| key.algorithms.contains(&head.algorithm);
    if let Some(id) = &head.key_id {
        let key = keys.iter().find(|key| key.id.as_deref() == Some(id));
        let key = key.ok_or_else(|| Refusal::UnknownKey(id.chars().take(64).collect()))?;
        return if fits(&key) {
            Ok(key)
        } else {
            Err(Refusal::WrongKey)
        };
    }
    let mut fitting = keys.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(Refusal::UnknownKey("(none)".to_owned())),
    }
}

/// Checks the signature with the key chosen, and gives the payload.
pub fn payload(token: &str, key: &Key, head: &Head) -> Result<Vec<u8>, Refusal> {
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (_, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let payload = encoding::decode(payload).ok_or(Refusal::Malformed)?;
    match crypto::verify(signature, message.as_bytes(), &key.decoding, head.algorithm) {
        Ok(true) => Ok(payload),
        Ok(false) => Err(Refusal::Signature),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => Refusal::WrongKey,
            _ => Refusal::Malformed,
        }),
    }
}

/// Checks signature and claims with the key chosen (RFC 7519 §4.1, RFC 9068 §4).
pub fn check(token: &str, key: &Key, head: &Head, rules: &TokenRules) -> Result<Verified, Refusal> {
    let payload = payload(token, key, head)?;
    let payload: Map<String, Value> =
        serde_json::from_slice(&payload).map_err(|_| Refusal::Malformed)?;
    if payload.get("iss").and_then(Value::as_str) != Some(rules.issuer.as_str()) {
        return Err(Refusal::Issuer);
    }
    if !is_for(&payload, &rules.audience) {
        return Err(Refusal::Audience);
    }
    let now = clock::now();
    let leeway = i64::try_from(rules.leeway_seconds).unwrap_or(i64::MAX);
    let expires_at = claims::seconds(&payload, "exp").ok_or(Refusal::NoExpiry)?;
    if expires_at.saturating_add(leeway) <= now {
        return Err(Refusal::Expired);
    }
    let ahead = |name: &str| {
        payload.contains_key(name)
            && claims::seconds(&payload, name).is_none_or(|at| at > now.saturating_add(leeway))
    };
    if ahead("nbf") {
        return Err(Refusal::NotYet);
    }
    if ahead("iat") {
        return Err(Refusal::IssuedAhead);
    }
    Ok(Verified {
        scopes: claims::scopes(&payload),
        claims: payload,
        expires_at,
    })
}

/// `aud` has the audience, or the token has no `aud` and `client_id` is it: Cognito's access tokens are like that, and
/// API Gateway's own JWT authorizers take them so (aws-facts 3.3).
fn is_for(payload: &Map<String, Value>, audience: &str) -> bool {
    if payload.contains_key("aud") {
        return claims::audiences(payload).iter().any(|one| one == audience);
    }
    payload.get("token_use").and_then(Value::as_str) == Some("access")
        && payload.get("client_id").and_then(Value::as_str) == Some(audience)
}
