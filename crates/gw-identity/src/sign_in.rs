//! Signing in with the system's browser: authorization code with PKCE and a loopback redirect (RFC 8252, RFC 7636).
//!
//! It refuses an answer without this sign-in's `state`, listens on 127.0.0.1 only and only while somebody waits, and
//! opens no browser itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gw_http::{CancellationToken, Url};
use gw_model::{Code, Fault, KeyManagerKind, Retry, Secret};
use oauth2::{CsrfToken, PkceCodeChallenge};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::token::{self, Asked};

/// Path of the redirect address.
const REDIRECT_PATH: &str = "/callback";

/// What a sign-in is for.
#[derive(Clone, Debug)]
pub struct SignInRequest {
    /// The key manager's authorization endpoint.
    pub authorization_endpoint: String,
    /// Its issuer; an `iss` in the answer (RFC 9207) must be the same.
    pub issuer: String,
    /// Which provider it is.
    pub kind: KeyManagerKind,
    /// The application's client id.
    pub client_id: String,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// The API the token is for.
    pub audience: Option<String>,
    /// Port of the redirect address; 0 takes a free one, for providers that ignore the port (RFC 8252 §7.3).
    pub redirect_port: u16,
}

/// A code to be exchanged for tokens, once.
pub struct AuthorizationCode {
    /// The code.
    pub code: Secret<String>,
    /// The PKCE verifier that goes with it.
    pub verifier: Secret<String>,
    /// The redirect address it was given to.
    pub redirect_uri: String,
}

/// A sign-in under way.
pub struct SignIn {
    listener: TcpListener,
    url: Url,
    redirect_uri: String,
    judge: Arc<Judge>,
    outcomes: mpsc::Sender<Outcome>,
    arrived: tokio::sync::Mutex<mpsc::Receiver<Outcome>>,
}

type Outcome = Result<AuthorizationCode, Fault>;

impl SignIn {
    /// Opens the redirect address and makes the URL to sign in at.
    ///
    /// # Errors
    /// `local.port-in-use` when the redirect port is taken, `identity.discovery-failed` when the endpoint is no URL.
    pub async fn start(request: SignInRequest) -> Result<Self, Fault> {
        let mut url = Url::parse(&request.authorization_endpoint).map_err(|_| {
            Fault::new(
                Code::IdentityDiscovery,
                format!(
                    "The authorization endpoint {:?} is not a URL.",
                    request.authorization_endpoint
                ),
                "Correct it at the key manager, or discover it anew from the issuer.",
            )
        })?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, request.redirect_port))
            .await
            .map_err(|error| cannot_listen(request.redirect_port, error))?;
        let port = listener
            .local_addr()
            .map_err(|error| cannot_listen(request.redirect_port, error))?
            .port();
        let redirect_uri = format!("http://127.0.0.1:{port}{REDIRECT_PATH}");
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new_random();
        let asked = Asked::of(request.kind, &request.scopes, request.audience.as_deref());
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &request.client_id)
                .append_pair("redirect_uri", &redirect_uri)
                .append_pair("state", state.secret())
                .append_pair("code_challenge", challenge.as_str())
                .append_pair("code_challenge_method", "S256");
            if !asked.scopes.is_empty() {
                query.append_pair("scope", &asked.scopes.join(" "));
            }
            for (name, value) in &asked.parameters {
                query.append_pair(name, value);
            }
        }
        let (outcomes, arrived) = mpsc::channel(4);
        let judge = Arc::new(Judge {
            state: Secret::new(state.secret().clone()),
            verifier: Mutex::new(Some(Secret::new(verifier.secret().clone()))),
            redirect_uri: redirect_uri.clone(),
            endpoint: request.authorization_endpoint,
            issuer: request.issuer,
            client_id: request.client_id,
        });
        Ok(Self {
            listener,
            url,
            redirect_uri,
            judge,
            outcomes,
            arrived: tokio::sync::Mutex::new(arrived),
        })
    }

    /// The address to open in the system's browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The redirect address, which the provider must know.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits until the browser comes back, or a pasted address is taken.
    ///
    /// # Errors
    /// `identity.sign-in-timeout`, `request.cancelled`, or what the provider's error says.
    pub async fn wait(
        &self,
        timeout: Duration,
        cancel: &CancellationToken,
    ) -> Result<AuthorizationCode, Fault> {
        let mut arrived = self.arrived.lock().await;
        let deadline = tokio::time::sleep(timeout);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return Err(Fault::new(
                    Code::RequestCancelled,
                    "The sign-in was cancelled.",
                    "Start it again when you want a token.",
                ).retry(Retry::Soon)),
                () = &mut deadline => return Err(Fault::new(
                    Code::IdentitySignInTimeout,
                    format!("Nobody signed in within {} s.", timeout.as_secs()),
                    "Start again; when the browser cannot come back to this machine, paste the address it ended on.",
                ).retry(Retry::Soon).fact("redirect-uri", &self.redirect_uri)),
                Some(outcome) = arrived.recv() => return outcome,
                Ok((stream, _)) = self.listener.accept() => {
                    let (judge, outcomes) = (Arc::clone(&self.judge), self.outcomes.clone());
                    tokio::spawn(async move {
                        // A browser opens connections it never uses; they must not hold up the one that counts.
                        let _ = tokio::time::timeout(Duration::from_secs(10), answer(stream, &judge, &outcomes)).await;
                    });
                }
            }
        }
    }

    /// Takes the address the browser ended on, or only its query string, when the browser could not come back here.
    ///
    /// # Errors
    /// `request.invalid` when the text is not an answer to this sign-in; what the provider's error says otherwise.
    pub fn paste(&self, text: &str) -> Result<(), Fault> {
        let text = text.trim();
        let query = match Url::parse(text) {
            Ok(url) => url.query().unwrap_or_default().to_owned(),
            Err(_) => text.trim_start_matches('?').to_owned(),
        };
        let outcome = self.judge.judge(&query).ok_or_else(|| {
            Fault::new(
                Code::RequestInvalid,
                "The pasted text is not the answer to this sign-in.",
                "Paste the whole address from the browser's address bar, from the sign-in started last.",
            )
        })?;
        let code = outcome?;
        self.outcomes.try_send(Ok(code)).map_err(|_| {
            Fault::new(
                Code::RequestInvalid,
                "This sign-in has been answered already.",
                "Start a new one.",
            )
        })
    }
}

/// Decides what a redirect's query is worth.
struct Judge {
    state: Secret<String>,
    verifier: Mutex<Option<Secret<String>>>,
    redirect_uri: String,
    endpoint: String,
    issuer: String,
    client_id: String,
}

impl Judge {
    /// `None` when it does not belong to this sign-in.
    fn judge(&self, query: &str) -> Option<Outcome> {
        let mut found = std::collections::BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // A repeated parameter is an attack or a defect (RFC 6749 §3.1).
            if found
                .insert(name.into_owned(), value.into_owned())
                .is_some()
            {
                return None;
            }
        }
        let state = found.get("state")?;
        aws_lc_rs::constant_time::verify_slices_are_equal(
            state.as_bytes(),
            self.state.reveal().as_bytes(),
        )
        .ok()?;
        if found
            .get("iss")
            .is_some_and(|issuer| *issuer != self.issuer)
        {
            return None;
        }
        if let Some(error) = found.get("error") {
            let description = found.get("error_description").map_or("", String::as_str);
            let mut fault = token::refused(&self.client_id, &self.endpoint, error, description);
            if error == "access_denied" {
                fault.code = Code::IdentityGrantRefused;
                "Sign in again and agree to what the application asks for."
                    .clone_into(&mut fault.advice);
            }
            return Some(Err(fault));
        }
        let code = found.get("code")?.clone();
        let verifier = self
            .verifier
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        Some(Ok(AuthorizationCode {
            code: Secret::new(code),
            verifier,
            redirect_uri: self.redirect_uri.clone(),
        }))
    }
}

async fn answer(
    mut stream: TcpStream,
    judge: &Judge,
    outcomes: &mpsc::Sender<Outcome>,
) -> io::Result<()> {
    let Some(target) = target(&mut stream).await? else {
        return page(
            &mut stream,
            "400 Bad Request",
            "This address only takes a sign-in's answer.",
        )
        .await;
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    if path != REDIRECT_PATH {
        return page(&mut stream, "404 Not Found", "Nothing is here.").await;
    }
    match judge.judge(query) {
        None => {
            page(
                &mut stream,
                "400 Bad Request",
                "This is not the answer to the sign-in under way.",
            )
            .await
        }
        Some(outcome) => {
            let text = match &outcome {
                Ok(_) => "You are signed in. You can close this window and go back to Gatewright.",
                Err(_) => {
                    "The sign-in was refused. You can close this window; Gatewright says why."
                }
            };
            let shown = page(&mut stream, "200 OK", text).await;
            // Nobody waits any more when this fails.
            let _ = outcomes.send(outcome).await;
            shown
        }
    }
}

/// Reads a GET's head and gives its target.
async fn target(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut chunk = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await?;
        if count == 0 || head.len() + count > 32 * 1024 {
            return Ok(None);
        }
        head.extend_from_slice(&chunk[..count]);
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    Ok(match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => Some(target.to_owned()),
        _ => None,
    })
}

async fn page(stream: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Gatewright</title>\
         <style>body{{font:16px system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;\
         color-scheme:light dark}}</style><main><p>{text}</p></main></html>"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\nreferrer-policy: no-referrer\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn cannot_listen(port: u16, error: io::Error) -> Fault {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Fault::new(
        Code::LocalPortInUse,
        format!("The redirect address {address} cannot be opened: {error}."),
        "Close the program that uses the port, or choose another redirect port and register it with the provider.",
    )
    .fact("port", port.to_string())
    .because(error)
}
