//! A backend on loopback that records what reaches it and answers as told. Refuses to validate anything.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};
use serde_json::json;
use tokio::sync::mpsc;

use crate::Failure;
use crate::wire::{Body, HangUp, Server, full, header_list};

/// A recording backend. Unless told otherwise it answers 200 with a JSON description of the request.
#[derive(Debug)]
pub struct Backend {
    server: Server,
    state: Arc<State>,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The method, in capitals.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without its question mark; empty when there is none.
    pub query: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    chunks: Vec<Bytes>,
    delay: Duration,
    gap: Duration,
    hang_up: bool,
}

impl Answer {
    /// An empty answer with a status.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            chunks: Vec::new(),
            delay: Duration::ZERO,
            gap: Duration::ZERO,
            hang_up: false,
        }
    }

    /// A 200 answer with a JSON body.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::status(200)
            .header("content-type", "application/json")
            .body(value.to_string())
    }

    /// Closes the connection instead of answering.
    pub fn hang_up() -> Self {
        Self {
            hang_up: true,
            ..Self::status(500)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body, sent with its length.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.chunks = vec![Bytes::from(body.into())];
        self
    }

    /// Sends the body in pieces, with a pause between two: a stream without a length.
    #[must_use]
    pub fn stream<C: Into<Vec<u8>>>(
        mut self,
        chunks: impl IntoIterator<Item = C>,
        gap: Duration,
    ) -> Self {
        self.chunks = chunks
            .into_iter()
            .map(|chunk| Bytes::from(chunk.into()))
            .collect();
        self.gap = gap;
        self
    }

    /// Waits before answering.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

type Responder = Arc<dyn Fn(&Recorded) -> Answer + Send + Sync>;

#[derive(Default)]
struct State {
    recorded: Mutex<Vec<Recorded>>,
    rules: Mutex<HashMap<(String, String), Answer>>,
    responder: Mutex<Option<Responder>>,
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("State")
            .field("recorded", &lock(&self.recorded).len())
            .finish_non_exhaustive()
    }
}

impl Backend {
    /// Starts one on a free port.
    pub fn start() -> Result<Self, Failure> {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let server = Server::start("backend", move |message| {
            serve(Arc::clone(&shared), message)
        })?;
        Ok(Self { server, state })
    }

    /// `http://127.0.0.1:PORT`, without a final slash.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Answers one method and path so from now on.
    pub fn answer(&self, method: &str, path: &str, answer: Answer) {
        lock(&self.state.rules).insert((method.to_owned(), path.to_owned()), answer);
    }

    /// Decides every answer that [`Backend::answer`] does not cover.
    pub fn respond(&self, responder: impl Fn(&Recorded) -> Answer + Send + Sync + 'static) {
        *lock(&self.state.responder) = Some(Arc::new(responder));
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.state.recorded).clone()
    }

    /// The last request.
    pub fn last(&self) -> Option<Recorded> {
        lock(&self.state.recorded).last().cloned()
    }

    /// Forgets the requests so far.
    pub fn clear(&self) {
        lock(&self.state.recorded).clear();
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that panicked while it held the lock has failed anyway; the data is still worth reading.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(state: Arc<State>, message: Request<Incoming>) -> Result<Response<Body>, HangUp> {
    let (head, body) = message.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|_| HangUp)?
        .to_bytes()
        .to_vec();
    let recorded = Recorded {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: header_list(&head.headers),
        body,
    };
    let answer = decide(&state, &recorded);
    lock(&state.recorded).push(recorded);
    tokio::time::sleep(answer.delay).await;
    if answer.hang_up {
        Err(HangUp)
    } else {
        build(answer)
    }
}

fn decide(state: &State, recorded: &Recorded) -> Answer {
    let key = (recorded.method.clone(), recorded.path.clone());
    if let Some(answer) = lock(&state.rules).get(&key) {
        return answer.clone();
    }
    let responder = lock(&state.responder).clone();
    responder.map_or_else(|| describe(recorded), |responder| responder(recorded))
}

fn describe(recorded: &Recorded) -> Answer {
    let headers: serde_json::Map<String, serde_json::Value> = recorded
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    Answer::json(&json!({
        "method": recorded.method,
        "path": recorded.path,
        "query": recorded.query,
        "headers": headers,
        "body": String::from_utf8_lossy(&recorded.body),
    }))
}

fn build(answer: Answer) -> Result<Response<Body>, HangUp> {
    let mut builder = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.header(name, value);
    }
    let body = if answer.chunks.len() > 1 {
        stream(answer.chunks, answer.gap)
    } else {
        full(answer.chunks.into_iter().next().unwrap_or_default())
    };
    builder.body(body).map_err(|_| HangUp)
}

fn stream(chunks: Vec<Bytes>, gap: Duration) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        for (index, chunk) in chunks.into_iter().enumerate() {
            if index > 0 {
                tokio::time::sleep(gap).await;
            }
            if sender.send(Ok(Frame::data(chunk))).await.is_err() {
                return; // the client has gone
            }
        }
    });
    StreamBody::new(Frames(receiver)).boxed()
}

struct Frames(mpsc::Receiver<Result<Frame<Bytes>, std::convert::Infallible>>);

impl futures_core::Stream for Frames {
    type Item = Result<Frame<Bytes>, std::convert::Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request;

    #[test]
    fn records_and_echoes() {
        let backend = Backend::start().unwrap();
        let reply = request(
            "PUT",
            &format!("{}/a%20b?c=d", backend.url()),
            &[("X-One", "1")],
            "hello",
        )
        .unwrap();
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["path"], "/a%20b");
        let seen = backend.last().unwrap();
        assert_eq!((seen.method.as_str(), seen.query.as_str()), ("PUT", "c=d"));
        assert_eq!(seen.header("x-one"), Some("1"));
        assert_eq!(seen.body, b"hello");
    }

    #[test]
    fn answers_as_told() {
        let backend = Backend::start().unwrap();
        backend.answer(
            "GET",
            "/teapot",
            Answer::status(418).header("x-kind", "tea").body("short"),
        );
        backend
            .respond(|recorded| Answer::status(if recorded.path == "/gone" { 410 } else { 404 }));
        let reply = request("GET", &format!("{}/teapot", backend.url()), &[], "").unwrap();
        assert_eq!(
            (reply.status, reply.header("X-Kind"), reply.text().as_str()),
            (418, Some("tea"), "short")
        );
        assert_eq!(
            request("GET", &format!("{}/gone", backend.url()), &[], "")
                .unwrap()
                .status,
            410
        );
        backend.answer("GET", "/cut", Answer::hang_up());
        assert!(request("GET", &format!("{}/cut", backend.url()), &[], "").is_err());
        assert_eq!(backend.requests().len(), 3);
    }

    #[test]
    fn streams_in_pieces_without_a_length() {
        let backend = Backend::start().unwrap();
        backend.answer(
            "GET",
            "/s",
            Answer::status(200).stream(["one", "two"], Duration::from_millis(5)),
        );
        let reply = request("GET", &format!("{}/s", backend.url()), &[], "").unwrap();
        assert_eq!(reply.text(), "onetwo");
        assert_eq!(reply.header("content-length"), None);
        assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    }
}
