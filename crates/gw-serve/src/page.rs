//! The built page's files, under the window's own content security policy.
//!
//! It refuses paths that leave the folder.

use std::path::{Component, Path};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::server::Served;

/// The window's policy with this server in place of the window's own protocol; the nonce the window adds stands fixed.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-gw-serve'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
     form-action 'none'";

/// One file of the page; `/` is `index.html`.
pub async fn file(State(served): State<Arc<Served>>, uri: Uri) -> Response {
    let wanted = uri.path().trim_start_matches('/');
    let wanted = if wanted.is_empty() {
        "index.html"
    } else {
        wanted
    };
    let inside = Path::new(wanted)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return StatusCode::NOT_FOUND.into_response();
    }
    match tokio::fs::read(served.dist.join(wanted)).await {
        Ok(mut bytes) => {
            if wanted == "index.html" {
                let text =
                    String::from_utf8_lossy(&bytes).replace("<style", "<style nonce=\"gw-serve\"");
                bytes = text.into_bytes();
            }
            let headers = [
                (CONTENT_TYPE, media_type(wanted)),
                (CONTENT_SECURITY_POLICY, POLICY),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, bytes).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
