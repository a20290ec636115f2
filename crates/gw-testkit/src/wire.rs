//! Loopback HTTP: servers on a thread of their own, and one blocking request. Refuses TLS and other hosts.

use std::convert::Infallible;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::Failure;

/// A body of known or unknown length.
pub(crate) type Body = BoxBody<Bytes, Infallible>;
/// The client every proxied call goes through.
pub(crate) type HttpClient = Client<HttpConnector, Full<Bytes>>;

/// Closing the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
pub(crate) struct HangUp;

/// A server on a loopback port, running on its own thread until dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves HTTP/1.1 on a free port. `answer` decides each reply; an error closes the connection without one.
    pub(crate) fn start<A, F>(name: &str, answer: A) -> Result<Self, Failure>
    where
        A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response<Body>, HangUp>> + Send + 'static,
    {
        let doing = || format!("starting {name}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::io(doing()))?;
        let address = listener.local_addr().map_err(Failure::io(doing()))?;
        listener
            .set_nonblocking(true)
            .map_err(Failure::io(doing()))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::io(doing()))?;
        let (stop, stopped) = watch::channel(false);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || runtime.block_on(accept(listener, Arc::new(answer), stopped)))
            .map_err(Failure::io(doing()))?;
        Ok(Self {
            address,
            stop,
            thread: Some(thread),
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The thread may have ended already; then there is no one to tell.
        let _told = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// An answer to [`request`].
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text, lossily.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Sends one request to a loopback server and waits for the whole answer, at most 60 seconds. Safe in async tests.
pub fn request(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> Result<Reply, Failure> {
    const LIMIT: Duration = Duration::from_mins(1);
    let what = format!("{method} {url}");
    let fail = |why: String| Failure::Http {
        what: what.clone(),
        why,
    };
    let verb = Method::from_bytes(method.as_bytes()).map_err(|error| fail(error.to_string()))?;
    let mut builder = Request::builder().method(verb).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let message = builder
        .body(Full::new(Bytes::from(body.into())))
        .map_err(|error| fail(error.to_string()))?;
    // A runtime cannot wait inside another one, so the request gets its own thread.
    let exchange = thread::spawn(move || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(async move {
            tokio::time::timeout(LIMIT, exchange(&client(), message))
                .await
                .unwrap_or_else(|_| Err("no answer in time".to_owned()))
        })
    });
    match exchange.join() {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(why)) => Err(fail(why)),
        Err(_) => Err(fail("the sending thread panicked".to_owned())),
    }
}

pub(crate) fn client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Sends a message and collects the answer.
pub(crate) async fn exchange(
    client: &HttpClient,
    message: Request<Full<Bytes>>,
) -> Result<Reply, String> {
    let answer = client
        .request(message)
        .await
        .map_err(|error| chain(&error))?;
    let status = answer.status().as_u16();
    let headers = header_list(answer.headers());
    let body = answer
        .into_body()
        .collect()
        .await
        .map_err(|error| chain(&error))?
        .to_bytes()
        .to_vec();
    Ok(Reply {
        status,
        headers,
        body,
    })
}

pub(crate) fn header_list(headers: &hyper::HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

async fn accept<A, F>(listener: TcpListener, answer: Arc<A>, mut stopped: watch::Receiver<bool>)
where
    A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Response<Body>, HangUp>> + Send + 'static,
{
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
            _ = stopped.changed() => return,
        };
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let service = service_fn(move |message| answer(message));
            // A client that hangs up, and a `HangUp` of ours, both end here; neither is worth a word.
            let _ended = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
