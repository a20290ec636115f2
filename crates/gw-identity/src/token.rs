//! Fetching tokens at a token endpoint: client credentials, authorization code, refresh.
//!
//! It refuses to put what it sends or receives into a fault: of a refusal only the provider's error code and description
//! are kept, and a secret a provider echoes is struck out.

use std::pin::Pin;
use std::time::Duration;

use gw_http::{CancellationToken, Oversize, Request, Url};
use gw_model::{
    ClientAuthentication, Code, Effect, Fault, KeyManagerKind, Retry, Secret, UnixMillis,
};
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};

use crate::claims::Claims;
use crate::sign_in::AuthorizationCode;
use crate::{clock, discovery};

/// Who asks.
#[derive(Clone)]
pub struct Client {
    /// Public identifier.
    pub id: String,
    /// `None` for a public client.
    pub secret: Option<Secret<String>>,
    /// How it proves itself. A public client sends its id in the form, whatever stands here, and never Basic.
    pub authentication: ClientAuthentication,
}

/// Where and for what a token is asked.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The key manager's token endpoint.
    pub token_endpoint: String,
    /// Which provider it is: they differ in how an audience is asked for.
    pub kind: KeyManagerKind,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// The API the token is for.
    pub audience: Option<String>,
    /// For the whole exchange.
    pub timeout: Duration,
}

impl TokenRequest {
    /// A request with 30 seconds to answer.
    pub fn new(token_endpoint: impl Into<String>, kind: KeyManagerKind) -> Self {
        Self {
            token_endpoint: token_endpoint.into(),
            kind,
            scopes: Vec::new(),
            audience: None,
            timeout: Duration::from_secs(30),
        }
    }
}

/// What a token endpoint gave.
#[derive(Clone)]
pub struct TokenSet {
    /// The access token.
    pub access_token: Secret<String>,
    /// When it ends, by the endpoint's word; `None` when it did not say.
    pub expires_at: Option<UnixMillis>,
    /// The scopes given; those asked for when it did not say.
    pub scopes: Vec<String>,
    /// For the next one, when there is one.
    pub refresh_token: Option<Secret<String>>,
}

impl TokenSet {
    /// Whether it can still be used for a call that starts within the next `margin`.
    pub fn is_fresh(&self, margin: Duration) -> bool {
        let margin = i64::try_from(margin.as_millis()).unwrap_or(i64::MAX);
        self.expires_at
            .is_none_or(|at| at.0.saturating_sub(margin) > clock::now().saturating_mul(1000))
    }
}

/// Asks for a token for the application itself (RFC 6749 §4.4).
///
/// # Errors
/// `identity.client-refused`, `identity.scope-refused`, `identity.grant-refused`, `identity.unsupported`, `network.*`.
pub async fn client_credentials(
    http: &gw_http::Client,
    client: &Client,
    request: &TokenRequest,
    cancel: &CancellationToken,
) -> Result<TokenSet, Fault> {
    if client.secret.is_none() {
        return Err(Fault::new(
            Code::IdentityUnsupported,
            format!(
                "The application {} has no secret, so it cannot ask for a token by client credentials.",
                client.id
            ),
            "Give the application a client secret, or sign in with the browser.",
        ));
    }
    let asked = Asked::new(request);
    let endpoint = endpoint(client, request)?;
    let mut exchange = endpoint.exchange_client_credentials();
    for scope in &asked.scopes {
        exchange = exchange.add_scope(Scope::new(scope.clone()));
    }
    for (name, value) in &asked.parameters {
        exchange = exchange.add_extra_param(*name, value.clone());
    }
    let answer = exchange
        .request_async(&Courier {
            http,
            timeout: request.timeout,
            cancel,
        })
        .await;
    finish(answer, client, request, &asked.scopes, &[])
}

/// Turns an authorization code into tokens (RFC 6749 §4.1.3 with RFC 7636).
///
/// # Errors
/// As [`client_credentials`].
pub async fn exchange_code(
    http: &gw_http::Client,
    client: &Client,
    request: &TokenRequest,
    code: &AuthorizationCode,
    cancel: &CancellationToken,
) -> Result<TokenSet, Fault> {
    let asked = Asked::new(request);
    let redirect = RedirectUrl::new(code.redirect_uri.clone())
        .map_err(|_| not_a_url("redirect", &code.redirect_uri))?;
    let endpoint = endpoint(client, request)?.set_redirect_uri(redirect);
    let mut exchange = endpoint
        .exchange_code(oauth2::AuthorizationCode::new(code.code.reveal().clone()))
        .set_pkce_verifier(PkceCodeVerifier::new(code.verifier.reveal().clone()));
    for (name, value) in &asked.parameters {
        exchange = exchange.add_extra_param(*name, value.clone());
    }
    let answer = exchange
        .request_async(&Courier {
            http,
            timeout: request.timeout,
            cancel,
        })
        .await;
    finish(
        answer,
        client,
        request,
        &asked.scopes,
        &[code.code.reveal(), code.verifier.reveal()],
    )
}

/// Turns a refresh token into new tokens (RFC 6749 §6). The old refresh token is kept when no new one comes.
///
/// # Errors
/// As [`client_credentials`].
pub async fn refresh(
    http: &gw_http::Client,
    client: &Client,
    request: &TokenRequest,
    refresh_token: &Secret<String>,
    cancel: &CancellationToken,
) -> Result<TokenSet, Fault> {
    let asked = Asked::new(request);
    let endpoint = endpoint(client, request)?;
    let token = RefreshToken::new(refresh_token.reveal().clone());
    let mut exchange = endpoint.exchange_refresh_token(&token);
    for scope in &asked.scopes {
        exchange = exchange.add_scope(Scope::new(scope.clone()));
    }
    for (name, value) in &asked.parameters {
        exchange = exchange.add_extra_param(*name, value.clone());
    }
    let answer = exchange
        .request_async(&Courier {
            http,
            timeout: request.timeout,
            cancel,
        })
        .await;
    let mut tokens = finish(
        answer,
        client,
        request,
        &asked.scopes,
        &[refresh_token.reveal()],
    )?;
    if tokens.refresh_token.is_none() {
        tokens.refresh_token = Some(refresh_token.clone());
    }
    Ok(tokens)
}

/// Scopes and further parameters, as this provider wants them.
pub(crate) struct Asked {
    pub(crate) scopes: Vec<String>,
    pub(crate) parameters: Vec<(&'static str, String)>,
}

impl Asked {
    pub(crate) fn new(request: &TokenRequest) -> Self {
        Self::of(request.kind, &request.scopes, request.audience.as_deref())
    }

    /// Auth0 takes `audience`, RFC 8707 `resource` (which must be a URI), Entra ID neither: it has scopes of the API.
    pub(crate) fn of(kind: KeyManagerKind, scopes: &[String], audience: Option<&str>) -> Self {
        let mut scopes = scopes.to_vec();
        let mut parameters = Vec::new();
        if let Some(audience) = audience.filter(|text| !text.is_empty()) {
            match kind {
                KeyManagerKind::EntraId => {
                    if scopes.is_empty() {
                        scopes.push(format!("{audience}/.default"));
                    }
                }
                KeyManagerKind::Google => {}
                KeyManagerKind::Auth0 => parameters.push(("audience", audience.to_owned())),
                _ => {
                    parameters.push(("audience", audience.to_owned()));
                    if Url::parse(audience).is_ok_and(|url| url.fragment().is_none()) {
                        parameters.push(("resource", audience.to_owned()));
                    }
                }
            }
        }
        Self { scopes, parameters }
    }
}

type Endpoint =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

fn endpoint(client: &Client, request: &TokenRequest) -> Result<Endpoint, Fault> {
    let text = &request.token_endpoint;
    let url = Url::parse(text).map_err(|_| not_a_url("token", text))?;
    if !discovery::is_secure(&url) {
        return Err(Fault::new(
            Code::IdentityDiscovery,
            format!(
                "The token endpoint {url} is not https, so the client secret would be readable on the way."
            ),
            "Correct the key manager's token endpoint; plain http is taken only from this machine.",
        ));
    }
    let mut endpoint =
        BasicClient::new(ClientId::new(client.id.clone())).set_token_uri(TokenUrl::from_url(url));
    let by_basic =
        client.authentication == ClientAuthentication::ClientSecretBasic && client.secret.is_some();
    endpoint = endpoint.set_auth_type(if by_basic {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    });
    if client.authentication != ClientAuthentication::None
        && let Some(secret) = &client.secret
    {
        endpoint = endpoint.set_client_secret(ClientSecret::new(secret.reveal().clone()));
    }
    Ok(endpoint)
}

/// Carries the OAuth library's requests over our one client. A type of its own, because the future of a closure that
/// borrows is not `Send` in the compiler's eyes.
struct Courier<'a> {
    http: &'a gw_http::Client,
    timeout: Duration,
    cancel: &'a CancellationToken,
}

impl<'c> oauth2::AsyncHttpClient<'c> for Courier<'_> {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<oauth2::HttpResponse, Fault>> + Send + 'c>>;

    fn call(&'c self, sent: oauth2::HttpRequest) -> Self::Future {
        Box::pin(send(self.http, sent, self.timeout, self.cancel))
    }
}

async fn send(
    http: &gw_http::Client,
    sent: oauth2::HttpRequest,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<oauth2::HttpResponse, Fault> {
    let (head, body) = sent.into_parts();
    let url =
        Url::parse(&head.uri.to_string()).map_err(|_| not_a_url("token", &head.uri.to_string()))?;
    let mut request = Request::new(head.method, url)
        .body(body.into())
        .timeout(timeout)
        .at_most(256 * 1024, Oversize::Refuse);
    request.headers = head.headers;
    let answer = http.send(request, cancel).await?;
    let mut response = http::Response::new(answer.body.to_vec());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

type Answer = Result<BasicTokenResponse, RequestTokenError<Fault, BasicErrorResponse>>;

fn finish(
    answer: Answer,
    client: &Client,
    request: &TokenRequest,
    asked: &[String],
    sent: &[&String],
) -> Result<TokenSet, Fault> {
    match answer {
        Ok(tokens) => Ok(TokenSet {
            access_token: Secret::new(tokens.access_token().secret().clone()),
            expires_at: tokens.expires_in().map(ends_after).or_else(|| {
                // A JWT says it itself.
                Claims::read(tokens.access_token().secret())
                    .ok()?
                    .expires_at
            }),
            scopes: tokens.scopes().map_or_else(
                || asked.to_vec(),
                |given| given.iter().map(|scope| scope.to_string()).collect(),
            ),
            refresh_token: tokens
                .refresh_token()
                .map(|token| Secret::new(token.secret().clone())),
        }),
        Err(RequestTokenError::Request(fault)) => Err(fault),
        Err(RequestTokenError::ServerResponse(response)) => {
            let mut secrets: Vec<&str> = sent.iter().map(|text| text.as_str()).collect();
            secrets.extend(
                client
                    .secret
                    .as_ref()
                    .map(|secret| secret.reveal().as_str()),
            );
            let error = struck(response.error().as_ref(), &secrets);
            let description = response
                .error_description()
                .map(|text| struck(text, &secrets))
                .unwrap_or_default();
            Err(refused(
                &client.id,
                &request.token_endpoint,
                &error,
                &description,
            ))
        }
        Err(RequestTokenError::Parse(error, _)) => Err(Fault::new(
            Code::NetworkBadAnswer,
            format!(
                "The token endpoint {} answered something that is no token response (at {}).",
                request.token_endpoint,
                error.path()
            ),
            "Check the key manager's token endpoint.",
        )
        .fact("token-endpoint", &request.token_endpoint)),
        Err(RequestTokenError::Other(text)) => Err(Fault::new(
            Code::NetworkBadAnswer,
            format!(
                "The token endpoint {} did not answer as OAuth 2.0 says: {text}.",
                request.token_endpoint
            ),
            "Check the key manager's token endpoint.",
        )
        .fact("token-endpoint", &request.token_endpoint)),
    }
}

fn ends_after(life: Duration) -> UnixMillis {
    let life = i64::try_from(life.as_secs()).unwrap_or(i64::MAX / 1000);
    UnixMillis(clock::now().saturating_add(life).saturating_mul(1000))
}

/// The fault for an OAuth 2.0 error code (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2).
pub(crate) fn refused(client: &str, place: &str, error: &str, description: &str) -> Fault {
    let (code, what, advice, retry) = match error {
        "invalid_client" => (
            Code::IdentityClientRefused,
            "did not accept the client id and secret",
            "Check client id and secret, and whether the secret goes by Basic or in the form.",
            Retry::AfterFix,
        ),
        "unauthorized_client" => (
            Code::IdentityClientRefused,
            "does not let this client use this grant",
            "Allow the grant for the client at the provider (client credentials, or authorization code with PKCE).",
            Retry::AfterFix,
        ),
        "invalid_scope" => (
            Code::IdentityScopeRefused,
            "refused a scope",
            "Ask only for scopes the provider knows and has given to this client.",
            Retry::AfterFix,
        ),
        "invalid_target" | "access_denied" => (
            Code::IdentityScopeRefused,
            "refused access to the audience asked for",
            "Check the audience, and that the client is authorized for that API at the provider.",
            Retry::AfterFix,
        ),
        "unsupported_grant_type" | "unsupported_response_type" => (
            Code::IdentityUnsupported,
            "does not offer this flow",
            "Use the other flow, or enable this one at the provider.",
            Retry::AfterFix,
        ),
        "server_error" | "temporarily_unavailable" => (
            Code::NetworkBadAnswer,
            "failed inside",
            "Try again in a while.",
            Retry::Soon,
        ),
        _ => (
            Code::IdentityGrantRefused,
            "refused the request",
            "Sign in again; when it stays so, the provider's description says what is missing.",
            Retry::AfterFix,
        ),
    };
    let said = if description.is_empty() {
        error.to_owned()
    } else {
        format!("{error}: {description}")
    };
    Fault::new(code, format!("The key manager {what} ({said})."), advice)
        .effect(Effect::None)
        .retry(retry)
        .fact("client-id", client)
        .fact("endpoint", place)
        .fact("error", error)
        .fact("error-description", description)
}

fn struck(text: &str, secrets: &[&str]) -> String {
    let mut text: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(500)
        .collect();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "(struck out)");
    }
    text
}

fn not_a_url(which: &str, text: &str) -> Fault {
    Fault::new(
        Code::IdentityDiscovery,
        format!("The {which} address {text:?} is not a URL."),
        "Correct it at the key manager, or discover it anew from the issuer.",
    )
}
