//! The one HTTP client: timings, size limits, address rules, cancellation, and passing requests through.
//!
//! It refuses to retry, to follow a redirect nobody asked for, to keep cookies, and to decompress: what a server sent is
//! what the caller gets. Proxy variables and the system's certificate authorities are honoured.

pub mod address;
pub mod client;
pub mod exchange;
mod fault;

pub use address::AddressRules;
pub use bytes::Bytes;
pub use client::Client;
pub use exchange::{Answer, Body, ChunkStream, Oversize, Request, Timings};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use reqwest::Body as Streamed;
pub use tokio_util::sync::CancellationToken;
pub use url::Url;
