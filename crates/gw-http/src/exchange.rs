//! What is sent and what comes back.
//!
//! It refuses to be clever about either: headers stay in order, bodies stay bytes.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

/// Chunks of a body that is being read.
pub type ChunkStream = BoxStream<'static, Result<Bytes, std::io::Error>>;

/// A request, with the limits it runs under.
///
/// Its `Debug` form leaves out what can hold a secret: header values, the query and the body.
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers, in the order they are sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// For everything, from connecting to the last byte. 30 s unless set.
    pub timeout: Duration,
    /// Most bytes of the answer's body that are kept. 16 MiB unless set.
    pub max_response_bytes: u64,
    /// What to do with an answer that is larger.
    pub oversize: Oversize,
    /// How many redirects of a GET or HEAD to follow; 0 unless set. `Authorization` and `Cookie` do not cross hosts.
    pub redirects: u8,
}

impl Request {
    /// A request without headers or body, with the limits named above.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::Empty,
            timeout: Duration::from_secs(30),
            max_response_bytes: 16 * 1024 * 1024,
            oversize: Oversize::Refuse,
            redirects: 0,
        }
    }

    /// A GET.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Adds a header; a second one of the same name follows the first.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets the time for everything.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the most bytes that are kept, and what to do with more.
    #[must_use]
    pub fn at_most(mut self, bytes: u64, oversize: Oversize) -> Self {
        self.max_response_bytes = bytes;
        self.oversize = oversize;
        self
    }

    /// Sets how many redirects to follow.
    #[must_use]
    pub fn redirects(mut self, redirects: u8) -> Self {
        self.redirects = redirects;
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &place(&self.url))
            .field("headers", &names(&self.headers))
            .field("body", &self.body)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A request's body.
pub enum Body {
    /// None.
    Empty,
    /// In memory.
    Bytes(Bytes),
    /// Read while it is sent, in chunks; sent with `Transfer-Encoding: chunked` unless a `Content-Length` header is set.
    Stream(ChunkStream),
}

impl Body {
    /// A body that is read while it is sent.
    pub fn stream(
        chunks: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
    ) -> Self {
        Self::Stream(chunks.boxed())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Bytes(text.into())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

/// What to do with an answer larger than [`Request::max_response_bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversize {
    /// Fail with `network.answer-too-large`.
    Refuse,
    /// Keep the first bytes, drop the connection and say so in [`Answer::truncated`].
    Truncate,
}

/// What came back.
///
/// Its `Debug` form leaves out what can hold a secret: header values, the query and the body.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Headers, in the order they came.
    pub headers: HeaderMap,
    /// The body, as sent, not decompressed; at most [`Request::max_response_bytes`].
    pub body: Bytes,
    /// How long it took.
    pub timings: Timings,
    /// Size of the body in bytes: counted when it was read to its end, else what `Content-Length` said, else what was
    /// read until it was cut off.
    pub size: u64,
    /// Whether `body` is only the beginning.
    pub truncated: bool,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// The peer; with a proxy, the proxy.
    pub peer: Option<SocketAddr>,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub version: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("url", &place(&self.url))
            .field("headers", &names(&self.headers))
            .field("size", &self.size)
            .field("truncated", &self.truncated)
            .field("timings", &self.timings)
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The header's first value, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters, in lower case; empty when there is none.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }
}

/// How long an exchange took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the start until status and headers were there.
    pub first_byte: Duration,
    /// From the start until the last byte of the body was there.
    pub total: Duration,
}

/// The URL without user info, query and fragment.
pub(crate) fn place(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs without a host, which have nothing to hide there.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// Names only: the map's own debug form, and that of its keys, show values.
fn names(headers: &HeaderMap) -> Vec<&str> {
    headers.keys().map(HeaderName::as_str).collect()
}
