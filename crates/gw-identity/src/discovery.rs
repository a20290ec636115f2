//! From an issuer or discovery URL to everything a key manager is registered with, checked live.
//!
//! It refuses an issuer that differs from what it was asked for, and plain http beyond loopback.

use std::time::Duration;

use gw_http::{CancellationToken, Oversize, Request, Url};
use gw_model::{Code, Fault};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use url::Host;

use crate::jwk::KeyInfo;
use crate::key_set;

/// What a provider says of itself, with its keys fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Discovered {
    /// The `iss` of its tokens, to the letter.
    pub issuer: String,
    /// Where the document was found.
    pub discovery_url: String,
    /// Where its signing keys are published.
    pub jwks_uri: String,
    /// Where tokens are fetched.
    pub token_endpoint: String,
    /// Where people sign in.
    pub authorization_endpoint: Option<String>,
    /// Signature algorithms to accept: those of its usable keys that it does not exclude.
    pub algorithms: Vec<String>,
    /// Scopes it admits to.
    pub scopes: Vec<String>,
    /// Grant types it admits to; empty when it does not say.
    pub grant_types: Vec<String>,
    /// Client authentication methods it admits to; empty when it does not say.
    pub client_authentication: Vec<String>,
    /// Whether it says it takes PKCE with S256.
    pub pkce: bool,
    /// Its keys.
    pub keys: Vec<KeyInfo>,
    /// What is worth knowing before relying on it.
    pub notes: Vec<String>,
}

/// Reads a provider's discovery document (OpenID Connect Discovery §4, RFC 8414 §3) and fetches its keys.
///
/// `address` is an issuer, or the full URL of its document when that has `/.well-known/` in it.
///
/// # Errors
/// `identity.discovery-failed` when the document is missing or wrong, `network.*` when it cannot be reached.
pub async fn discover(
    http: &gw_http::Client,
    address: &str,
    cancel: &CancellationToken,
) -> Result<Discovered, Fault> {
    let asked = Url::parse(address.trim()).map_err(|_| {
        refused(
            format!("{address:?} is not a URL."),
            "Write the issuer like https://tenant.example.com/, or the full address of its discovery document.",
        )
    })?;
    secure(&asked, "The address")?;
    let (url, document) = find(http, &asked, cancel).await?;
    let issuer = required(&document, "issuer", &url)?;
    matches_asked(&issuer, &asked, &url)?;
    let jwks_uri = required(&document, "jwks_uri", &url)?;
    let token_endpoint = required(&document, "token_endpoint", &url)?;
    let authorization_endpoint = document
        .get("authorization_endpoint")
        .and_then(Value::as_str)
        .map(str::to_owned);
    for (name, text) in [
        ("jwks_uri", Some(&jwks_uri)),
        ("token_endpoint", Some(&token_endpoint)),
        ("authorization_endpoint", authorization_endpoint.as_ref()),
    ] {
        let Some(text) = text else { continue };
        let parsed = Url::parse(text).map_err(|_| {
            refused(
                format!("The {name} of {url} is not a URL: {text:?}."),
                "The provider must correct its document.",
            )
        })?;
        secure(&parsed, &format!("The {name} of {url}"))?;
    }
    let (_, keys) = key_set::fetch(http, &jwks_uri).await?;
    let mut notes = Vec::new();
    if issuer != address.trim() && !is_document(&asked) {
        notes.push(format!(
            "Tokens say {issuer} with exactly these characters; gateways compare to the letter."
        ));
    }
    if let Some(unused) = keys.iter().find(|key| !key.refused.is_empty()) {
        notes.push(format!(
            "Key {} is not used: {}.",
            or_unnamed(&unused.id),
            unused.refused
        ));
    }
    Ok(Discovered {
        algorithms: algorithms(&document, &keys),
        scopes: list(&document, "scopes_supported"),
        grant_types: list(&document, "grant_types_supported"),
        client_authentication: list(&document, "token_endpoint_auth_methods_supported"),
        pkce: list(&document, "code_challenge_methods_supported")
            .iter()
            .any(|method| method == "S256"),
        discovery_url: url.to_string(),
        issuer,
        jwks_uri,
        token_endpoint,
        authorization_endpoint,
        keys,
        notes,
    })
}

/// Whether a URL is https, or http on this machine.
pub fn is_secure(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

async fn find(
    http: &gw_http::Client,
    asked: &Url,
    cancel: &CancellationToken,
) -> Result<(Url, Map<String, Value>), Fault> {
    let candidates = candidates(asked);
    let mut seen = Vec::new();
    for url in candidates {
        let request = Request::get(url.clone())
            .timeout(Duration::from_secs(15))
            .at_most(1024 * 1024, Oversize::Refuse)
            .redirects(3);
        let answer = http.send(request, cancel).await?;
        if !answer.status.is_success() {
            seen.push(format!("{url} answered {}", answer.status.as_u16()));
            continue;
        }
        match serde_json::from_slice::<Map<String, Value>>(&answer.body) {
            Ok(document) => return Ok((url, document)),
            Err(_) => seen.push(format!("{url} answered something that is not JSON")),
        }
    }
    Err(refused(
        format!("No discovery document was found: {}.", seen.join("; ")),
        "Check the issuer: tenant, region and path count. When the provider has its document elsewhere, give the \
         document's full address.",
    ))
}

/// Where an issuer's document can be.
fn candidates(asked: &Url) -> Vec<Url> {
    if is_document(asked) {
        return vec![asked.clone()];
    }
    let path = asked.path().trim_end_matches('/');
    ["openid-configuration", "oauth-authorization-server"]
        .iter()
        .zip([true, false])
        .map(|(name, appended)| {
            let mut url = asked.clone();
            url.set_query(None);
            url.set_fragment(None);
            url.set_path(&if appended {
                format!("{path}/.well-known/{name}")
            } else {
                format!("/.well-known/{name}{path}")
            });
            url
        })
        .collect()
}

fn is_document(url: &Url) -> bool {
    url.path().contains("/.well-known/")
}

/// OpenID Connect Discovery §4.3: the issuer must be the address its document was found under. A slash at the end is
/// dropped when that address is made, so it alone may differ.
fn matches_asked(issuer: &str, asked: &Url, found: &Url) -> Result<(), Fault> {
    let fits = Url::parse(issuer).is_ok_and(|issuer_url| {
        if is_document(asked) {
            candidates(&issuer_url)
                .iter()
                .any(|candidate| candidate == asked)
        } else {
            issuer.trim_end_matches('/') == asked.as_str().trim_end_matches('/')
        }
    });
    if fits {
        return Ok(());
    }
    let advice = if issuer.contains("{tenantid}") {
        "Use the address of one tenant instead of common, organizations or consumers."
    } else {
        "Register the issuer the document names, or ask the provider to correct it: tokens would be refused."
    };
    Err(refused(
        format!("The document at {found} is for another issuer: {issuer}."),
        advice,
    )
    .fact("issuer", issuer)
    .fact("asked", asked.as_str()))
}

fn secure(url: &Url, what: &str) -> Result<(), Fault> {
    if is_secure(url) {
        return Ok(());
    }
    Err(refused(
        format!("{what} is not https: {url}."),
        "Use https; plain http is taken only from this machine (127.0.0.1, localhost).",
    ))
}

fn required(document: &Map<String, Value>, name: &str, url: &Url) -> Result<String, Fault> {
    document
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            refused(
                format!("The discovery document at {url} has no {name}."),
                "Check that the address is that of an OAuth 2.0 or OpenID Connect provider.",
            )
        })
}

fn list(document: &Map<String, Value>, name: &str) -> Vec<String> {
    let values = document.get(name).and_then(Value::as_array);
    values
        .map(|list| {
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// Of the algorithms its keys can do, those it names, else the first of each key. Access tokens need not be signed like
/// ID tokens, but no provider known does it otherwise.
fn algorithms(document: &Map<String, Value>, keys: &[KeyInfo]) -> Vec<String> {
    let named = list(document, "id_token_signing_alg_values_supported");
    let mut found: Vec<String> = Vec::new();
    for key in keys {
        let fitting: Vec<&String> = key
            .algorithms
            .iter()
            .filter(|algorithm| named.contains(algorithm))
            .collect();
        if fitting.is_empty() {
            found.extend(key.algorithms.first().cloned());
        } else {
            found.extend(fitting.into_iter().cloned());
        }
    }
    found.sort();
    found.dedup();
    found
}

fn or_unnamed(id: &str) -> &str {
    if id.is_empty() { "(without an id)" } else { id }
}

fn refused(summary: impl Into<String>, advice: impl Into<String>) -> Fault {
    Fault::new(Code::IdentityDiscovery, summary, advice)
}
