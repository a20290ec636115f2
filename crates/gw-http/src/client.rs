//! Sending.
//!
//! It refuses to guess: a fault says whether the request may have arrived.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use gw_model::{Code, Fault};
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, COOKIE, LOCATION, PROXY_AUTHORIZATION, USER_AGENT,
};
use http::{HeaderValue, Method, StatusCode};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::address::{self, AddressRules, RuledResolver};
use crate::exchange::{Answer, Body, Oversize, Request, Timings};
use crate::fault;

const NAME: &str = concat!("gatewright/", env!("CARGO_PKG_VERSION"));

/// Keeps connections open between requests; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    outer: reqwest::Client,
    /// For this machine: a company's proxy cannot reach it, and `NO_PROXY` often forgets it.
    here: reqwest::Client,
    rules: AddressRules,
}

impl Client {
    /// A client for addresses the user typed: every address is allowed.
    ///
    /// # Errors
    /// `network.tls` when the system's certificate authorities cannot be read.
    pub fn new() -> Result<Self, Fault> {
        Self::with_rules(AddressRules::ANY)
    }

    /// A client that only goes where the rules allow, redirects and name lookups included.
    ///
    /// # Errors
    /// `network.tls` when the system's certificate authorities cannot be read.
    pub fn with_rules(rules: AddressRules) -> Result<Self, Fault> {
        let build = |change: fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder| {
            let builder = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .dns_resolver(Arc::new(RuledResolver::new(rules)))
                .retry(reqwest::retry::never())
                .connect_timeout(Duration::from_secs(10));
            change(builder).build().map_err(fault::unbuildable)
        };
        let outer = build(|builder| builder)?;
        let here = if address::has_proxy() {
            build(reqwest::ClientBuilder::no_proxy)?
        } else {
            outer.clone()
        };
        Ok(Self { outer, here, rules })
    }

    /// Which addresses it goes to.
    pub fn rules(&self) -> AddressRules {
        self.rules
    }

    /// Sends a request and reads the answer to its end, or to the limit.
    ///
    /// Every status is an answer; only what keeps an answer from coming is a fault.
    ///
    /// # Errors
    /// `network.*`, and `request.cancelled` when `cancel` fires first.
    pub async fn send(
        &self,
        request: Request,
        cancel: &CancellationToken,
    ) -> Result<Answer, Fault> {
        let (method, url, timeout) = (request.method.clone(), request.url.clone(), request.timeout);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(fault::cancelled(&method, &url)),
            done = tokio::time::timeout(timeout, self.exchange(request)) => match done {
                Ok(result) => result,
                Err(_) => Err(fault::timeout(&method, &url, timeout)),
            },
        }
    }

    /// Passes a request on and gives the answer back as soon as its head is there; both bodies stream.
    ///
    /// Hop-by-hop headers are the caller's business.
    ///
    /// # Errors
    /// `network.*`.
    pub async fn forward<B>(
        &self,
        request: http::Request<B>,
    ) -> Result<http::Response<reqwest::Body>, Fault>
    where
        B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let outgoing =
            reqwest::Request::try_from(request.map(reqwest::Body::wrap)).map_err(|error| {
                Fault::new(
                    Code::RequestInvalid,
                    format!("The request's address cannot be used: {error}."),
                    "Check the backend URL of the API.",
                )
            })?;
        let (method, url) = (outgoing.method().clone(), outgoing.url().clone());
        self.check(&url)?;
        self.toward(&url)
            .execute(outgoing)
            .await
            .map(Into::into)
            .map_err(|error| fault::of(error, &method, &url))
    }

    async fn exchange(&self, request: Request) -> Result<Answer, Fault> {
        let start = Instant::now();
        let Request {
            method,
            mut url,
            mut headers,
            body,
            max_response_bytes,
            oversize,
            redirects,
            ..
        } = request;
        // Only requests of our own name us; one passed on has what its sender gave it.
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        }
        let mut body = Some(body);
        let mut left = if matches!(method, Method::GET | Method::HEAD) {
            redirects
        } else {
            0
        };
        loop {
            self.check(&url)?;
            let mut outgoing = self
                .toward(&url)
                .request(method.clone(), url.clone())
                .headers(headers.clone());
            match body.take() {
                None | Some(Body::Empty) => {}
                Some(Body::Bytes(bytes)) => outgoing = outgoing.body(bytes),
                Some(Body::Stream(chunks)) => {
                    outgoing = outgoing.body(reqwest::Body::wrap_stream(chunks));
                }
            }
            let incoming = outgoing
                .send()
                .await
                .map_err(|error| fault::of(error, &method, &url))?;
            let first_byte = start.elapsed();
            if left > 0
                && let Some(next) = redirect(incoming.status(), incoming.headers(), &url)
            {
                left -= 1;
                if next.host_str() != url.host_str() || next.scheme() != url.scheme() {
                    for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
                        headers.remove(name);
                    }
                }
                url = next;
                continue;
            }
            return read(
                incoming,
                &method,
                url,
                max_response_bytes,
                oversize,
                start,
                first_byte,
            )
            .await;
        }
    }

    fn toward(&self, url: &Url) -> &reqwest::Client {
        if address::is_here(url) {
            &self.here
        } else {
            &self.outer
        }
    }

    fn check(&self, url: &Url) -> Result<(), Fault> {
        if self.rules.allows_url(url) {
            Ok(())
        } else {
            Err(fault::refused(url))
        }
    }
}

fn redirect(status: StatusCode, headers: &http::HeaderMap, from: &Url) -> Option<Url> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(headers.get(LOCATION)?.to_str().ok()?).ok()
}

async fn read(
    incoming: reqwest::Response,
    method: &Method,
    url: Url,
    limit: u64,
    oversize: Oversize,
    start: Instant,
    first_byte: Duration,
) -> Result<Answer, Fault> {
    let status = incoming.status();
    let version = format!("{:?}", incoming.version());
    let peer = incoming.remote_addr();
    let headers = incoming.headers().clone();
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if oversize == Oversize::Refuse
        && *method != Method::HEAD
        && declared.is_some_and(|size| size > limit)
    {
        return Err(fault::too_large(method, &url, limit));
    }
    let mut body = BytesMut::new();
    let mut truncated = false;
    let mut chunks = incoming.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| fault::of(error, method, &url))?;
        let room = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .saturating_sub(body.len());
        if chunk.len() > room {
            if oversize == Oversize::Refuse {
                return Err(fault::too_large(method, &url, limit));
            }
            body.extend_from_slice(&chunk[..room]);
            truncated = true;
            break;
        }
        body.extend_from_slice(&chunk);
    }
    let read = body.len() as u64;
    let size = if truncated {
        declared.unwrap_or(read).max(read)
    } else {
        read
    };
    let timings = Timings {
        first_byte,
        total: start.elapsed(),
    };
    Ok(Answer {
        status,
        headers,
        body: body.freeze(),
        timings,
        size,
        truncated,
        url,
        peer,
        version,
    })
}
