//! The resident key manager's token endpoint (RFC 6749 §3.2).
//!
//! It refuses a client that proves itself in two ways at once, and tells nothing about which half of a wrong pair was
//! wrong.

use std::collections::BTreeMap;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gw_model::{Fault, Secret};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Resident, ResidentClient};
use crate::{clock, encoding};

/// A request to the token endpoint.
pub struct TokenCall<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What to answer. The body can hold a token.
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Secret<String>,
}

impl HttpAnswer {
    /// A JSON answer that nobody may keep (RFC 6749 §5.1).
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("pragma", "no-cache".to_owned()),
        ];
        Self {
            status,
            headers,
            body: Secret::new(body.to_string()),
        }
    }
}

/// An error of RFC 6749 §5.2.
struct Refused {
    error: &'static str,
    description: String,
}

fn refused(error: &'static str, description: impl Into<String>) -> Refused {
    Refused {
        error,
        description: description.into(),
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        refused("server_error", fault.summary)
    }
}

type Form = BTreeMap<String, String>;

impl Resident {
    /// Answers a request to the token endpoint.
    pub async fn token(&self, call: TokenCall<'_>) -> HttpAnswer {
        match self.grant(&call).await {
            Ok(body) => HttpAnswer::json(200, &body),
            Err(Refused { error, description }) => {
                let status = match error {
                    "invalid_client" => 401,
                    "server_error" => 500,
                    _ => 400,
                };
                let mut answer = HttpAnswer::json(
                    status,
                    &json!({ "error": error, "error_description": description }),
                );
                if status == 401 {
                    answer
                        .headers
                        .push(("www-authenticate", r#"Basic realm="gatewright""#.to_owned()));
                }
                answer
            }
        }
    }

    async fn grant(&self, call: &TokenCall<'_>) -> Result<Value, Refused> {
        let media = call
            .content_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(refused(
                "invalid_request",
                "Send the parameters as application/x-www-form-urlencoded.",
            ));
        }
        let form = form(call.body)?;
        let client = self.authenticate(call.authorization, &form).await?;
        match form.get("grant_type").map(String::as_str) {
            Some("client_credentials") => {
                if client.secret.is_none() {
                    return Err(refused(
                        "unauthorized_client",
                        "A public client cannot use client credentials.",
                    ));
                }
                let scopes = scopes(&client, form.get("scope"))?;
                let audience = self.audience(&client, &form)?;
                self.issue(&client.id, &client.id, &audience, &scopes)
            }
            Some("authorization_code") => {
                let granted = self
                    .redeem(&client, &form)
                    .map_err(|why| refused("invalid_grant", why))?;
                self.issue(
                    &client.id,
                    &granted.subject,
                    &granted.audience,
                    &granted.scopes,
                )
            }
            Some(_) => Err(refused(
                "unsupported_grant_type",
                "Use client_credentials or authorization_code.",
            )),
            None => Err(refused("invalid_request", "grant_type is missing.")),
        }
    }

    async fn authenticate(
        &self,
        authorization: Option<&str>,
        form: &Form,
    ) -> Result<ResidentClient, Refused> {
        let posted = form.get("client_secret");
        let (id, secret) = match authorization {
            Some(header) => {
                if posted.is_some() {
                    return Err(refused(
                        "invalid_request",
                        "Send the client secret by Basic or in the form, not both.",
                    ));
                }
                let (id, secret) = basic(header).ok_or_else(|| {
                    refused("invalid_client", "The Authorization header is not Basic.")
                })?;
                if form.get("client_id").is_some_and(|other| *other != id) {
                    return Err(refused(
                        "invalid_request",
                        "client_id differs from the Authorization header.",
                    ));
                }
                (id, Some(Secret::new(secret)))
            }
            None => match form.get("client_id") {
                Some(id) => (id.clone(), posted.map(|secret| Secret::new(secret.clone()))),
                None => return Err(refused("invalid_client", "No client authentication.")),
            },
        };
        let found = self.clients.find(&id).await?;
        let expected = found.as_ref().and_then(|client| client.secret.as_ref());
        let proved = match (&secret, expected) {
            (Some(given), Some(expected)) => same(given.reveal(), expected.reveal()),
            (Some(given), None) => {
                // Takes as long as a comparison, so that ids cannot be told by time.
                let _ = same(given.reveal(), "");
                false
            }
            (None, expected) => expected.is_none(),
        };
        found
            .filter(|_| proved)
            .ok_or_else(|| refused("invalid_client", "The client or its secret is wrong."))
    }

    /// The audience asked for, when the client may have it.
    pub(crate) fn audience_for(
        &self,
        client: &ResidentClient,
        asked: Option<&str>,
    ) -> Option<String> {
        match asked.filter(|text| !text.is_empty()) {
            Some(asked)
                if client.audiences.is_empty()
                    || client.audiences.iter().any(|one| one == asked) =>
            {
                Some(asked.to_owned())
            }
            Some(_) => None,
            None => Some(
                client
                    .audiences
                    .first()
                    .cloned()
                    .unwrap_or_else(|| self.issuer.clone()),
            ),
        }
    }

    fn audience(&self, client: &ResidentClient, form: &Form) -> Result<String, Refused> {
        let asked = form.get("audience").or_else(|| form.get("resource"));
        if let (Some(audience), Some(resource)) = (form.get("audience"), form.get("resource"))
            && audience != resource
        {
            return Err(refused("invalid_target", "audience and resource differ."));
        }
        self.audience_for(client, asked.map(String::as_str))
            .ok_or_else(|| {
                refused(
                    "invalid_target",
                    "The client may not ask for this audience.",
                )
            })
    }

    /// An access token as RFC 9068 §2.2 says.
    fn issue(
        &self,
        client: &str,
        subject: &str,
        audience: &str,
        scopes: &[String],
    ) -> Result<Value, Refused> {
        let now = clock::now();
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let mut claims = json!({
            "iss": self.issuer,
            "sub": subject,
            "aud": audience,
            "client_id": client,
            "iat": now,
            "exp": now.saturating_add(lifetime),
            "jti": random(16)?,
        });
        if !scopes.is_empty() {
            claims["scope"] = json!(scopes.join(" "));
        }
        let token = self.signing().sign("at+jwt", &claims)?;
        let mut body = json!({ "access_token": token.reveal(), "token_type": "Bearer", "expires_in": lifetime });
        if !scopes.is_empty() {
            body["scope"] = json!(scopes.join(" "));
        }
        Ok(body)
    }
}

/// The scopes asked for, or all the client may have; `Err` when one is not its to ask.
pub(crate) fn allowed_scopes(
    client: &ResidentClient,
    asked: Option<&str>,
) -> Result<Vec<String>, String> {
    let Some(asked) = asked.filter(|text| !text.trim().is_empty()) else {
        return Ok(client.scopes.clone().unwrap_or_default());
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in asked.split(' ').filter(|scope| !scope.is_empty()) {
        // RFC 6749 §3.3
        if !scope.bytes().all(|byte| {
            byte == 0x21 || (0x23..=0x5b).contains(&byte) || (0x5d..=0x7e).contains(&byte)
        }) {
            return Err("A scope has characters that may not stand there.".to_owned());
        }
        if client
            .scopes
            .as_ref()
            .is_some_and(|allowed| !allowed.iter().any(|one| one == scope))
        {
            return Err(format!("The client may not have the scope {scope}."));
        }
        if !scopes.iter().any(|one| one == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

/// `length` random bytes, base64url.
pub(crate) fn random(length: usize) -> Result<String, Fault> {
    let mut bytes = vec![0; length];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        Fault::new(
            gw_model::Code::AppDefect,
            "The system gives no random numbers.",
            "Try again.",
        )
    })?;
    Ok(encoding::encode(bytes))
}

/// Compares in a time that tells nothing about the content or length of either.
fn same(given: &str, expected: &str) -> bool {
    verify_slices_are_equal(&Sha256::digest(given), &Sha256::digest(expected)).is_ok()
}

fn scopes(client: &ResidentClient, asked: Option<&String>) -> Result<Vec<String>, Refused> {
    allowed_scopes(client, asked.map(String::as_str)).map_err(|why| refused("invalid_scope", why))
}

/// A form without repeated parameters (RFC 6749 §3.2).
fn form(body: &[u8]) -> Result<Form, Refused> {
    let mut form = Form::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        if form
            .insert(name.clone().into_owned(), value.into_owned())
            .is_some()
        {
            return Err(refused(
                "invalid_request",
                format!("The parameter {name} is there twice."),
            ));
        }
    }
    Ok(form)
}

/// Id and secret of a Basic header; both are form-encoded inside (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decoded(id)?, decoded(secret)?))
}

fn decoded(text: &str) -> Option<String> {
    let form = format!("v={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
}
