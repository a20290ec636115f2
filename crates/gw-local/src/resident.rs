//! The resident key manager's HTTP server, on loopback.
//!
//! It refuses callers that do not name this machine as their host, and every address but 127.0.0.1.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use gw_identity::resident::{
    Authorize, Consent, HttpAnswer, Resident, ResidentClients, ResidentKey, TokenCall,
};
use gw_model::Fault;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, Request, StatusCode};
use tokio::net::TcpListener;

use crate::dispatch::is_loopback_host;
use crate::port::HeldPort;
use crate::serve::{GRACE, Serving, bind, cannot_listen};

/// The resident key manager, being served.
pub struct ResidentServing {
    /// The server.
    pub serving: Serving,
    /// The key manager, for rotating its key.
    pub resident: Arc<Resident>,
}

impl ResidentServing {
    /// The `iss` of its tokens: `http://127.0.0.1:4401`.
    pub fn issuer(&self) -> &str {
        self.resident.issuer()
    }
}

/// The issuer of a resident key manager on a port.
pub fn issuer(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Serves discovery, keys, the token endpoint and sign-in. Port 0 takes a free one; the issuer names the port.
///
/// # Errors
/// `local.port-in-use` when something else listens on the port.
pub async fn serve(
    port: u16,
    key: ResidentKey,
    clients: Arc<dyn ResidentClients>,
) -> Result<ResidentServing, Fault> {
    run_on(bind(port, None).await?, port, key, clients)
}

/// As [`serve`], on a port that was held for it.
pub fn serve_on(
    held: HeldPort,
    key: ResidentKey,
    clients: Arc<dyn ResidentClients>,
) -> Result<ResidentServing, Fault> {
    let port = held.port();
    let listener = held.listen().map_err(|error| cannot_listen(port, error))?;
    run_on(listener, port, key, clients)
}

fn run_on(
    listener: TcpListener,
    port: u16,
    key: ResidentKey,
    clients: Arc<dyn ResidentClients>,
) -> Result<ResidentServing, Fault> {
    let port = listener.local_addr().map_or(port, |address| address.port());
    let resident = Arc::new(Resident::new(issuer(port), key, clients));
    let router = router(Arc::clone(&resident));
    let serving = Serving::run(listener, |listener, stop| async move {
        let graceful = axum::serve(listener, router)
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future();
        let late = async {
            stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            // Ends only when told to: errors of accepting are retried inside.
            _ = graceful => {}
            () = late => {}
        }
    })
    .map_err(|error| cannot_listen(port, error))?;
    Ok(ResidentServing { serving, resident })
}

fn router(resident: Arc<Resident>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/.well-known/oauth-authorization-server", get(discovery))
        .route("/jwks", get(jwks))
        .route("/token", post(token))
        .route("/authorize", get(authorize).post(consent))
        .layer(middleware::from_fn(only_loopback))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(resident)
}

async fn only_loopback(request: Request<Body>, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok());
    if host.is_some_and(is_loopback_host) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "Ask for 127.0.0.1 or localhost.").into_response()
    }
}

async fn discovery(State(resident): State<Arc<Resident>>) -> Response {
    axum::Json(resident.discovery()).into_response()
}

async fn jwks(State(resident): State<Arc<Resident>>) -> Response {
    axum::Json(resident.jwks()).into_response()
}

async fn token(State(resident): State<Arc<Resident>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &http::HeaderValue| value.to_str().ok())
    };
    let call = TokenCall {
        authorization: text(AUTHORIZATION),
        content_type: text(CONTENT_TYPE),
        body: &body,
    };
    let HttpAnswer {
        status,
        headers,
        body,
    } = resident.token(call).await;
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let body = Body::from(body.reveal().clone());
    builder
        .body(body)
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn authorize(State(resident): State<Arc<Resident>>, RawQuery(query): RawQuery) -> Response {
    show(resident.authorize(&query.unwrap_or_default()).await)
}

async fn consent(State(resident): State<Arc<Resident>>, body: Bytes) -> Response {
    let form: Vec<(String, String)> = gw_identity::resident::read_form(&body);
    let value = |name: &str| {
        form.iter()
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value.as_str())
    };
    show(resident.consent(value("ticket"), value("agree") == "yes"))
}

fn show(answer: Result<Authorize, Fault>) -> Response {
    match answer {
        Ok(Authorize::Ask(consent)) => page(StatusCode::OK, &ask(&consent)),
        Ok(Authorize::Redirect(to)) => {
            let headers = [
                (LOCATION, to.reveal().clone()),
                (CACHE_CONTROL, "no-store".to_owned()),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Ok(Authorize::Refuse(why)) => page(
            StatusCode::BAD_REQUEST,
            &format!("<p>{}</p>", escaped(&why)),
        ),
        Err(fault) => page(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("<p>{}</p>", escaped(&fault.summary)),
        ),
    }
}

fn ask(consent: &Consent) -> String {
    let scopes = consent.scopes.iter().fold(String::new(), |list, scope| {
        list + "<li>" + &escaped(scope) + "</li>"
    });
    let scopes = if scopes.is_empty() {
        String::new()
    } else {
        format!("<p>with the scopes</p><ul>{scopes}</ul>")
    };
    format!(
        "<h1>Sign in</h1><p><strong>{}</strong> asks for a token for <strong>{}</strong></p>{scopes}\
         <form method=\"post\" action=\"/authorize\"><input type=\"hidden\" name=\"ticket\" value=\"{}\">\
         <button name=\"agree\" value=\"yes\" autofocus>Agree</button> <button name=\"agree\" value=\"no\">Refuse</button>\
         </form>",
        escaped(&consent.client),
        escaped(&consent.audience),
        escaped(&consent.ticket),
    )
}

fn page(status: StatusCode, content: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Gatewright: sign in</title>\
         <style>body{{font:16px system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1rem;\
         color-scheme:light dark}}</style><main>{content}</main></html>"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (
            http::header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
        (http::header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, html).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
