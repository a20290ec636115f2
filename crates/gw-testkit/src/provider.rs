//! Identity providers on loopback: a certified one, and one that lies on demand. Refuses to judge a token.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::process::{Daemon, DaemonCommand};
use crate::{Failure, Reply, repository, request};

const INSTALL: &str = "tests/idp/install";
const START_LIMIT: Duration = Duration::from_mins(2);

/// The audience both providers put into a token that asks for none.
pub const DEFAULT_AUDIENCE: &str = "https://api.example.test";

/// oidc-provider: certified OpenID Connect, RS256 JWT access tokens. Clients unless configured otherwise: `svc` /
/// `svc-secret` (scopes `pets:read pets:write`), `ro` / `ro-secret` (`pets:read`), and `app`, public with PKCE.
#[derive(Debug)]
pub struct OidcProvider {
    issuer: String,
    _daemon: Daemon,
}

impl OidcProvider {
    /// Starts one.
    pub fn start() -> Result<Self, Failure> {
        Self::start_with(&[])
    }

    /// Starts one with environment variables of `tests/idp/oidc.mjs`: `TTL`, `KID`, `CLIENTS`, `RESOURCES`, `PORT`.
    pub fn start_with(environment: &[(&str, &str)]) -> Result<Self, Failure> {
        let (issuer, daemon) = start("oidc.mjs", environment)?;
        Ok(Self {
            issuer,
            _daemon: daemon,
        })
    }

    /// Its issuer URL, without a final slash.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its token endpoint.
    pub fn token_endpoint(&self) -> String {
        format!("{}/token", self.issuer)
    }

    /// Its JWKS.
    pub fn jwks_url(&self) -> String {
        format!("{}/jwks", self.issuer)
    }

    /// A client-credentials access token.
    pub fn token(&self, asked: &TokenRequest<'_>) -> Result<String, Failure> {
        access_token(&self.token_endpoint(), asked, None)
    }
}

/// oauth2-mock-server: any client gets any token, broken ones too.
#[derive(Debug)]
pub struct OauthMock {
    issuer: String,
    _daemon: Daemon,
}

impl OauthMock {
    /// Starts one.
    pub fn start() -> Result<Self, Failure> {
        Self::start_with(&[])
    }

    /// Starts one with environment variables of `tests/idp/mock.mjs`: `AUDIENCE`, `SCOPE`, `KID`, `PORT`.
    pub fn start_with(environment: &[(&str, &str)]) -> Result<Self, Failure> {
        let (issuer, daemon) = start("mock.mjs", environment)?;
        Ok(Self {
            issuer,
            _daemon: daemon,
        })
    }

    /// Its issuer URL, without a final slash.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its token endpoint.
    pub fn token_endpoint(&self) -> String {
        format!("{}/token", self.issuer)
    }

    /// Its JWKS.
    pub fn jwks_url(&self) -> String {
        format!("{}/jwks", self.issuer)
    }

    /// A good token.
    pub fn token(&self, asked: &TokenRequest<'_>) -> Result<String, Failure> {
        access_token(&self.token_endpoint(), asked, None)
    }

    /// A token that must be refused.
    pub fn broken_token(
        &self,
        broken: Broken,
        asked: &TokenRequest<'_>,
    ) -> Result<String, Failure> {
        access_token(&self.token_endpoint(), asked, Some(broken))
    }
}

/// What to ask a token endpoint for.
#[derive(Debug, Clone, Copy)]
pub struct TokenRequest<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The client's secret; sent in the `Authorization` header.
    pub client_secret: &'a str,
    /// Scopes with spaces between; `None` leaves them to the provider.
    pub scope: Option<&'a str>,
    /// The resource indicator, which becomes the audience; `None` is [`DEFAULT_AUDIENCE`].
    pub resource: Option<&'a str>,
}

impl Default for TokenRequest<'_> {
    /// The client `svc` with both its scopes.
    fn default() -> Self {
        Self {
            client_id: "svc",
            client_secret: "svc-secret",
            scope: Some("pets:read pets:write"),
            resource: None,
        }
    }
}

/// How a token is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Expired an hour ago.
    Expired,
    /// Becomes valid in an hour.
    NotYetValid,
    /// For another audience.
    WrongAudience,
    /// From another issuer, with our key.
    WrongIssuer,
    /// No scope claim.
    MissingScope,
    /// A scope that no route wants.
    WrongScope,
    /// Algorithm `none`, no signature.
    AlgNone,
    /// HS256 with the public key as the secret.
    Hs256PublicKey,
    /// Signed by a key that is not in the JWKS, under an id that is not there either.
    UnknownKey,
    /// Signed by a key that is not in the JWKS, under an id that is.
    WrongSignature,
}

impl Broken {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Expired,
        Self::NotYetValid,
        Self::WrongAudience,
        Self::WrongIssuer,
        Self::MissingScope,
        Self::WrongScope,
        Self::AlgNone,
        Self::Hs256PublicKey,
        Self::UnknownKey,
        Self::WrongSignature,
    ];

    /// Whether the token is a sound one that may do too little (403), rather than an unsound one (401).
    pub fn is_sound(self) -> bool {
        matches!(self, Self::MissingScope | Self::WrongScope)
    }

    /// Its name in the mock's token request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::WrongAudience => "wrong-audience",
            Self::WrongIssuer => "wrong-issuer",
            Self::MissingScope => "missing-scope",
            Self::WrongScope => "wrong-scope",
            Self::AlgNone => "alg-none",
            Self::Hs256PublicKey => "hs256-public-key",
            Self::UnknownKey => "unknown-key",
            Self::WrongSignature => "wrong-signature",
        }
    }
}

fn start(script: &str, environment: &[(&str, &str)]) -> Result<(String, Daemon), Failure> {
    let folder = repository().join("tests/idp");
    let packages = folder.join("node_modules");
    if !packages.is_dir() {
        return Err(Failure::Missing {
            program: packages,
            install: INSTALL,
        });
    }
    let mut command = DaemonCommand::new(script, Path::new("node"))
        .arg(script)
        .in_folder(folder)
        .env("PORT", "0");
    for (name, value) in environment {
        command = command.env(*name, *value);
    }
    let mut daemon = command.start()?;
    let issuer = daemon.wait_for_line("ready ", START_LIMIT)?;
    Ok((issuer, daemon))
}

fn access_token(
    endpoint: &str,
    asked: &TokenRequest<'_>,
    broken: Option<Broken>,
) -> Result<String, Failure> {
    let mut form = BTreeMap::from([("grant_type", "client_credentials")]);
    form.extend(asked.scope.map(|scope| ("scope", scope)));
    form.extend(asked.resource.map(|resource| ("resource", resource)));
    form.extend(broken.map(|broken| ("variant", broken.name())));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let credentials = format!("{}:{}", asked.client_id, asked.client_secret);
    let authorization = format!("Basic {}", STANDARD.encode(credentials));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", authorization.as_str()),
    ];
    let reply = request("POST", endpoint, &headers, body)?;
    token_of(&reply).ok_or_else(|| Failure::Http {
        what: format!("POST {endpoint}"),
        why: format!("{} {}", reply.status, reply.text()),
    })
}

fn token_of(reply: &Reply) -> Option<String> {
    match reply.json() {
        Value::Object(mut body) if reply.status == 200 => match body.remove("access_token")? {
            Value::String(token) => Some(token),
            _ => None,
        },
        _ => None,
    }
}
