//! Passing a request to a backend and its answer back, both while they arrive.
//!
//! It refuses to change status, headers or bodies beyond what HTTP says is between two hops (RFC 9110 §7.6.1).

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use gw_http::Client;
use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::answer::{GatewayBody, Refusal};

/// Payload limit of API Gateway (aws-facts 3.2).
const MAX_BODY_BYTES: u64 = 10 * 1024 * 1024;

const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// Sends a request on.
pub(crate) async fn pass(
    http: &Client,
    request: Request<Incoming>,
    url: &str,
    peer: SocketAddr,
    port: u16,
    timeout: Duration,
) -> Result<Response<GatewayBody>, Refusal> {
    let (mut head, body) = request.into_parts();
    let declared = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|size| size > MAX_BODY_BYTES) {
        return Err(Refusal::TooLarge);
    }
    head.uri = url.parse().map_err(|_| Refusal::BadRequest)?;
    head.version = http::Version::HTTP_11;
    head.extensions = http::Extensions::new();
    strip(&mut head.headers);
    head.headers.remove(HOST);
    head.headers.remove(EXPECT);
    forwarded(&mut head.headers, peer, port);
    let exceeded = Arc::new(AtomicBool::new(false));
    let body = Limited {
        inner: body,
        left: MAX_BODY_BYTES,
        exceeded: Arc::clone(&exceeded),
    };
    let sent = tokio::time::timeout(timeout, http.forward(Request::from_parts(head, body))).await;
    match sent {
        Ok(Ok(response)) => {
            let (mut head, body) = response.into_parts();
            strip(&mut head.headers);
            head.version = http::Version::HTTP_11;
            head.extensions = http::Extensions::new();
            Ok(Response::from_parts(head, GatewayBody::Passed(body)))
        }
        Ok(Err(_)) if exceeded.load(Ordering::Relaxed) => Err(Refusal::TooLarge),
        Ok(Err(fault)) if fault.code == gw_model::Code::NetworkTimeout => {
            Err(Refusal::BackendTimeout)
        }
        Ok(Err(_)) => Err(Refusal::BackendFailure),
        Err(_) => Err(Refusal::BackendTimeout),
    }
}

/// Removes what is between two hops, named here or by the `Connection` header.
fn strip(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| name.trim().parse().ok())
            .collect();
        for name in named {
            headers.remove(name);
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Who asked, as API Gateway tells backends.
fn forwarded(headers: &mut HeaderMap, peer: SocketAddr, port: u16) {
    let own = peer.ip().to_string();
    let chain = match headers
        .get(FORWARDED_FOR)
        .and_then(|value| value.to_str().ok())
    {
        Some(before) => format!("{before}, {own}"),
        None => own,
    };
    if let Ok(value) = HeaderValue::from_str(&chain) {
        headers.insert(FORWARDED_FOR, value);
    }
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
    headers.insert(FORWARDED_PORT, HeaderValue::from(port));
}

/// A body that breaks off when it is too long.
struct Limited {
    inner: Incoming,
    left: u64,
    exceeded: Arc<AtomicBool>,
}

#[derive(Debug, thiserror::Error)]
enum BodyBroke {
    #[error("the request is larger than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    #[error(transparent)]
    Caller(#[from] hyper::Error),
}

impl Body for Limited {
    type Data = Bytes;
    type Error = BodyBroke;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyBroke>>> {
        let frame = match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => frame,
            other => return other.map_err(Into::into),
        };
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        if size > self.left {
            self.exceeded.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(BodyBroke::TooLarge)));
        }
        self.left -= size;
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
