//! Commands and events over HTTP: `POST /rpc/<name>` and `GET /events`, with a bearer token.
//!
//! It refuses callers without the token and requests that name another host.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream;
use gw_app::{App, AppEvent};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::page;

/// What every request needs.
pub struct Served {
    app: App,
    token: String,
    pub(crate) dist: PathBuf,
}

/// The whole server.
pub fn router(app: App, token: String, dist: PathBuf) -> Router {
    let served = Arc::new(Served { app, token, dist });
    let core = Router::new()
        .route("/rpc/{name}", post(call))
        .route("/events", get(events))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&served),
            only_with_token,
        ))
        .layer(DefaultBodyLimit::max(128 * 1024 * 1024))
        .with_state(Arc::clone(&served));
    Router::new()
        .merge(core)
        .fallback(page::file)
        .layer(middleware::from_fn(only_this_machine))
        .with_state(served)
}

/// A page of another site that found the port must not reach it under a name of its own.
async fn only_this_machine(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    if host.starts_with("127.0.0.1:") || host.starts_with("localhost:") {
        return next.run(request).await;
    }
    StatusCode::FORBIDDEN.into_response()
}

async fn only_with_token(
    State(served): State<Arc<Served>>,
    request: Request,
    next: Next,
) -> Response {
    if bearer(request.headers()) == Some(served.token.as_str()) {
        return next.run(request).await;
    }
    StatusCode::UNAUTHORIZED.into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

async fn call(
    State(served): State<Arc<Served>>,
    Path(name): Path<String>,
    Json(request): Json<Value>,
) -> Response {
    match gw_app::dispatch(&served.app, &name, request).await {
        Ok(response) => Json(response).into_response(),
        Err(fault) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!(fault))).into_response(),
    }
}

/// Server-sent events; a page that lagged is told to read everything again by ending its stream.
async fn events(State(served): State<Arc<Served>>) -> Response {
    let lines = stream::unfold(
        served.app.subscribe(),
        |mut events: Receiver<AppEvent>| async {
            match events.recv().await {
                Ok(event) => {
                    let data = serde_json::to_string(&event).unwrap_or_default();
                    Some((Ok::<_, Infallible>(format!("data: {data}\n\n")), events))
                }
                Err(RecvError::Lagged(_) | RecvError::Closed) => None,
            }
        },
    );
    // The first bytes make the browser's request succeed before anything happens.
    let opened = stream::once(async { Ok::<_, Infallible>(": open\n\n".to_owned()) });
    let body = Body::from_stream(futures::StreamExt::chain(opened, lines));
    ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
}
