//! What a token says, for showing it.
//!
//! It refuses to judge: nothing here checks a signature, so nothing here may decide who gets in.

use gw_model::{Code, Fault, UnixMillis};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::{clock, encoding};

/// Header and payload of a JWT, not verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Claims {
    /// The JOSE header, as sent.
    #[ts(type = "Record<string, unknown>")]
    pub header: Map<String, Value>,
    /// The claims, as sent.
    #[ts(type = "Record<string, unknown>")]
    pub payload: Map<String, Value>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `aud`, as a list.
    pub audiences: Vec<String>,
    /// `scope` split, or `scp`.
    pub scopes: Vec<String>,
    /// `exp`.
    pub expires_at: Option<UnixMillis>,
    /// `nbf`.
    pub not_before: Option<UnixMillis>,
    /// `iat`.
    pub issued_at: Option<UnixMillis>,
}

impl Claims {
    /// Reads a token without checking it.
    ///
    /// # Errors
    /// `identity.opaque-token` when it is not a signed JWT.
    pub fn read(token: &str) -> Result<Self, Fault> {
        let mut parts = token.trim().split('.');
        let (Some(header), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(opaque());
        };
        let (Some(header), Some(payload)) = (object(header), object(payload)) else {
            return Err(opaque());
        };
        Ok(Self {
            issuer: text(&payload, "iss"),
            subject: text(&payload, "sub"),
            audiences: audiences(&payload),
            scopes: scopes(&payload),
            expires_at: seconds(&payload, "exp").map(millis),
            not_before: seconds(&payload, "nbf").map(millis),
            issued_at: seconds(&payload, "iat").map(millis),
            header,
            payload,
        })
    }

    /// Whether `exp` has passed. A token without one never expires, which is a reason to refuse it.
    pub fn is_expired(&self) -> bool {
        self.expires_at
            .is_some_and(|at| at.0 <= clock::now().saturating_mul(1000))
    }
}

/// `aud` as a list.
pub(crate) fn audiences(payload: &Map<String, Value>) -> Vec<String> {
    match payload.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// `scope` (RFC 8693) or `scp` (Entra ID, Okta), split on spaces, sorted, each once.
pub(crate) fn scopes(payload: &Map<String, Value>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in ["scope", "scp"] {
        match payload.get(name) {
            Some(Value::String(text)) => found.extend(text.split_whitespace().map(str::to_owned)),
            Some(Value::Array(many)) => {
                found.extend(many.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A NumericDate (RFC 7519 §2) in whole seconds.
pub(crate) fn seconds(payload: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = payload.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates, and a date is whole seconds here"
    )]
    value.as_i64().or_else(|| {
        value
            .as_f64()
            .filter(|date| date.is_finite())
            .map(|date| date.floor() as i64)
    })
}

fn text(payload: &Map<String, Value>, name: &str) -> Option<String> {
    payload.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn millis(seconds: i64) -> UnixMillis {
    UnixMillis(seconds.saturating_mul(1000))
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&encoding::decode(part)?).ok()
}

fn opaque() -> Fault {
    Fault::new(
        Code::IdentityOpaqueToken,
        "The token is opaque: it is not a signed JWT, so it has no claims to read and a gateway cannot check it.",
        "Ask for an access token for your API: set the application's audience (Auth0) or a scope of your API (Entra ID, \
         Okta), then fetch a token again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!(
            "{}.{}.sig",
            encoding::encode(r#"{"alg":"RS256"}"#),
            encoding::encode(payload)
        )
    }

    #[test]
    fn claims_are_read_in_every_shape_providers_use() {
        let claims = Claims::read(&token(
            r#"{"iss":"i","aud":"a","scope":"b a","scp":["c"],"exp":1.9}"#,
        ))
        .unwrap();
        assert_eq!(claims.audiences, ["a"]);
        assert_eq!(claims.scopes, ["a", "b", "c"]);
        assert_eq!(claims.expires_at, Some(UnixMillis(1000)));
        assert!(claims.is_expired());
        let many = Claims::read(&token(r#"{"aud":["a","b"],"exp":99999999999}"#)).unwrap();
        assert_eq!(many.audiences, ["a", "b"]);
        assert!(!many.is_expired());
    }

    #[test]
    fn what_is_no_jwt_is_called_opaque() {
        for text in [
            "",
            "abc",
            "a.b.c",
            "a.b.c.d.e",
            "ya29.opaque",
            &format!("{}.x.y", encoding::encode("[]")),
        ] {
            assert_eq!(
                Claims::read(text).unwrap_err().code,
                Code::IdentityOpaqueToken,
                "{text}"
            );
        }
    }
}
