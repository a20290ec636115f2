//! Signing in at the resident key manager: a consent page, and codes that work once.
//!
//! It refuses a redirect address that is not on this machine, a request without PKCE S256, and consent that did not come
//! from the page it showed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use gw_model::{Fault, Secret};
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::token_endpoint::{allowed_scopes, random};
use super::{Resident, ResidentClient};
use crate::encoding;

/// How long a consent page and a code can be used.
const LIFETIME: Duration = Duration::from_mins(2);

/// What the authorization endpoint answers.
pub enum Authorize {
    /// Show this page.
    Ask(Consent),
    /// Send the browser there; the address can hold a code.
    Redirect(Secret<String>),
    /// Say this; there is no safe place to send the browser to.
    Refuse(String),
}

/// What a consent page shows.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Ties the answer to this page.
    pub ticket: String,
    /// Who asks.
    pub client: String,
    /// For which API.
    pub audience: String,
    /// For which scopes.
    pub scopes: Vec<String>,
}

/// Consent pages shown and codes given.
#[derive(Default)]
pub(crate) struct Codes {
    asked: Mutex<HashMap<String, Pending>>,
    given: Mutex<HashMap<String, Pending>>,
}

struct Pending {
    client: String,
    redirect_uri: String,
    state: Option<String>,
    challenge: String,
    granted: Granted,
    since: Instant,
}

/// What a code stands for.
#[derive(Clone)]
pub(crate) struct Granted {
    pub(crate) subject: String,
    pub(crate) audience: String,
    pub(crate) scopes: Vec<String>,
}

impl Resident {
    /// Answers a browser that comes to sign in (RFC 6749 §4.1.1).
    ///
    /// # Errors
    /// What the clients' port says.
    pub async fn authorize(&self, query: &str) -> Result<Authorize, Fault> {
        let mut asked: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if asked
                .insert(name.into_owned(), value.into_owned())
                .is_some()
            {
                return Ok(Authorize::Refuse("A parameter is there twice.".to_owned()));
            }
        }
        let client = match asked.get("client_id") {
            Some(id) => self.clients.find(id).await?,
            None => None,
        };
        let Some(client) = client else {
            return Ok(Authorize::Refuse(
                "The application is not registered here.".to_owned(),
            ));
        };
        let Some(redirect) = asked.get("redirect_uri").filter(|uri| is_loopback(uri)) else {
            return Ok(Authorize::Refuse(
                "The redirect address is not on this machine.".to_owned(),
            ));
        };
        let state = asked.get("state").map(String::as_str);
        let back = |error: &str, why: &str| {
            self.back(
                redirect,
                state,
                &[("error", error), ("error_description", why)],
            )
            .map(Authorize::Redirect)
        };
        if asked.get("response_type").map(String::as_str) != Some("code") {
            return Ok(back("unsupported_response_type", "Use response_type code.")
                .unwrap_or_else(unusable));
        }
        let challenge = asked
            .get("code_challenge")
            .filter(|text| encoding::decode(text).is_some_and(|raw| raw.len() == 32));
        let Some(challenge) = challenge
            .filter(|_| asked.get("code_challenge_method").map(String::as_str) == Some("S256"))
        else {
            return Ok(back("invalid_request", "Use PKCE with S256.").unwrap_or_else(unusable));
        };
        let scopes = match allowed_scopes(&client, asked.get("scope").map(String::as_str)) {
            Ok(scopes) => scopes,
            Err(why) => return Ok(back("invalid_scope", &why).unwrap_or_else(unusable)),
        };
        let wanted = asked
            .get("audience")
            .or_else(|| asked.get("resource"))
            .map(String::as_str);
        let Some(audience) = self.audience_for(&client, wanted) else {
            return Ok(back(
                "invalid_target",
                "The client may not ask for this audience.",
            )
            .unwrap_or_else(unusable));
        };
        let ticket = random(24)?;
        let consent = Consent {
            ticket: ticket.clone(),
            client: client.name,
            audience: audience.clone(),
            scopes: scopes.clone(),
        };
        put(
            &self.codes.asked,
            ticket,
            Pending {
                client: client.id,
                redirect_uri: redirect.clone(),
                state: state.map(str::to_owned),
                challenge: challenge.clone(),
                granted: Granted {
                    subject: "local-user".to_owned(),
                    audience,
                    scopes,
                },
                since: Instant::now(),
            },
        );
        Ok(Authorize::Ask(consent))
    }

    /// Takes the answer to a consent page.
    ///
    /// # Errors
    /// `app.defect` when the system gives no random numbers.
    pub fn consent(&self, ticket: &str, agreed: bool) -> Result<Authorize, Fault> {
        let Some(mut pending) = take(&self.codes.asked, ticket) else {
            return Ok(Authorize::Refuse(
                "This page is no longer valid. Start the sign-in again.".to_owned(),
            ));
        };
        let (redirect, state) = (pending.redirect_uri.clone(), pending.state.take());
        if !agreed {
            let denied = [
                ("error", "access_denied"),
                ("error_description", "The user said no."),
            ];
            return Ok(self
                .back(&redirect, state.as_deref(), &denied)
                .map_or_else(unusable, Authorize::Redirect));
        }
        let code = random(32)?;
        pending.since = Instant::now();
        put(&self.codes.given, code.clone(), pending);
        let given = [("code", code.as_str())];
        Ok(self
            .back(&redirect, state.as_deref(), &given)
            .map_or_else(unusable, Authorize::Redirect))
    }

    /// Turns a code into what was granted, once.
    pub(crate) fn redeem(
        &self,
        client: &ResidentClient,
        form: &BTreeMap<String, String>,
    ) -> Result<Granted, String> {
        let code = form.get("code").ok_or("code is missing.")?;
        let pending = take(&self.codes.given, code).ok_or("The code is wrong, used or too old.")?;
        if pending.client != client.id {
            return Err("The code was given to another client.".to_owned());
        }
        if form.get("redirect_uri") != Some(&pending.redirect_uri) {
            return Err("redirect_uri differs from the one the code was given to.".to_owned());
        }
        let verifier = form
            .get("code_verifier")
            .ok_or("code_verifier is missing.")?;
        let digest = encoding::encode(Sha256::digest(verifier));
        verify_slices_are_equal(digest.as_bytes(), pending.challenge.as_bytes())
            .map_err(|_| "code_verifier does not fit.".to_owned())?;
        Ok(pending.granted)
    }

    fn back(
        &self,
        redirect: &str,
        state: Option<&str>,
        pairs: &[(&str, &str)],
    ) -> Option<Secret<String>> {
        let mut url = Url::parse(redirect).ok()?;
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(pairs);
            if let Some(state) = state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &self.issuer);
        }
        Some(Secret::new(url.to_string()))
    }
}

fn unusable() -> Authorize {
    Authorize::Refuse("The redirect address cannot be used.".to_owned())
}

fn is_loopback(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        let here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            None => false,
        };
        here && url.scheme() == "http" && url.fragment().is_none() && url.username().is_empty()
    })
}

fn put(place: &Mutex<HashMap<String, Pending>>, key: String, pending: Pending) {
    let mut held = place.lock().unwrap_or_else(PoisonError::into_inner);
    held.retain(|_, old| old.since.elapsed() < LIFETIME);
    // Nobody signs in a thousand times in two minutes; somebody who tries must not fill the memory.
    if held.len() < 1000 {
        held.insert(key, pending);
    }
}

fn take(place: &Mutex<HashMap<String, Pending>>, key: &str) -> Option<Pending> {
    let mut held = place.lock().unwrap_or_else(PoisonError::into_inner);
    held.remove(key)
        .filter(|pending| pending.since.elapsed() < LIFETIME)
}
