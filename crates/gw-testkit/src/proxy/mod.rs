//! A loopback reverse proxy before an AWS endpoint: counts the calls by kind, breaks those it is told to, and enforces
//! AWS's quotas when asked.
//!
//! Invariant: the `Host` header and every byte of the request reach the endpoint as they were sent, so that a
//! signature made for the proxy's address stays valid behind it.

mod call;
mod quota;
mod rule;
mod weather;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode};

pub use call::{Call, Callee};
pub use quota::Quotas;
pub use rule::Rule;
pub use weather::Fate;

use crate::Failure;
use crate::backend::lock;
use crate::wire::{Body, HangUp, HttpClient, Reply, Server, client, exchange, full};
use rule::{Effect, refusal};
use serde_json::Value;

/// The proxy. Use [`CountingProxy::url`] as the endpoint of the AWS client under test.
#[derive(Debug)]
pub struct CountingProxy {
    server: Server,
    state: Arc<State>,
}

/// How many calls of each kind went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes at API Gateway's control plane.
    pub api_gateway_changes: usize,
    /// Readings of API Gateway's control plane.
    pub api_gateway_reads: usize,
    /// Changes at other services (Lambda, IAM).
    pub other_changes: usize,
    /// Readings of other services.
    pub other_reads: usize,
    /// Calls to deployed APIs.
    pub data_plane: usize,
}

impl Tally {
    /// All calls to API Gateway's control plane.
    pub fn api_gateway(&self) -> usize {
        self.api_gateway_changes + self.api_gateway_reads
    }

    /// All calls to AWS's control planes.
    pub fn control_plane(&self) -> usize {
        self.api_gateway() + self.other_changes + self.other_reads
    }
}

#[derive(Debug)]
struct State {
    upstream: String,
    client: HttpClient,
    calls: Mutex<Vec<Call>>,
    rules: Mutex<Vec<Rule>>,
    quotas: Mutex<Option<Quotas>>,
    under_way: AtomicUsize,
    peak: AtomicUsize,
}

impl CountingProxy {
    /// Starts one before `upstream` (`http://127.0.0.1:PORT`).
    pub fn start(upstream: &str) -> Result<Self, Failure> {
        let state = Arc::new(State {
            upstream: upstream.trim_end_matches('/').to_owned(),
            client: client(),
            calls: Mutex::default(),
            rules: Mutex::default(),
            quotas: Mutex::default(),
            under_way: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        let server = Server::start("counting proxy", move |message| {
            serve(Arc::clone(&shared), message)
        })?;
        Ok(Self { server, state })
    }

    /// `http://127.0.0.1:PORT`, without a final slash.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every call so far, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.state.calls).clone()
    }

    /// The calls so far by kind. Retries count: each attempt is a call.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for call in lock(&self.state.calls).iter() {
            *match (call.service, call.mutating) {
                (Callee::DataPlane, _) => &mut tally.data_plane,
                (Callee::ApiGateway, true) => &mut tally.api_gateway_changes,
                (Callee::ApiGateway, false) => &mut tally.api_gateway_reads,
                (_, true) => &mut tally.other_changes,
                (_, false) => &mut tally.other_reads,
            } += 1;
        }
        tally
    }

    /// The calls so far, one line each with how often: for the message of an assertion.
    pub fn summary(&self) -> String {
        let mut counts = BTreeMap::<String, usize>::new();
        for call in lock(&self.state.calls).iter() {
            *counts.entry(call.to_string()).or_default() += 1;
        }
        let mut text = String::new();
        for (line, count) in counts {
            // Writing to a string cannot fail.
            let _written = writeln!(text, "{count:>5} × {line}");
        }
        text
    }

    /// How many calls met each fate of [`Rule::weather`].
    pub fn fates(&self) -> BTreeMap<Fate, usize> {
        let mut counts = BTreeMap::new();
        for fate in lock(&self.state.calls).iter().filter_map(|call| call.fate) {
            *counts.entry(fate).or_default() += 1;
        }
        counts
    }

    /// The most calls that were under way at one time.
    pub fn peak(&self) -> usize {
        self.state.peak.load(Ordering::SeqCst)
    }

    /// Adds a rule after those there are.
    pub fn inject(&self, rule: Rule) {
        lock(&self.state.rules).push(rule);
    }

    /// Removes every rule.
    pub fn heal(&self) {
        lock(&self.state.rules).clear();
    }

    /// Refuses what comes too early by these quotas, from now on. A call they refuse meets no rule and does not happen.
    pub fn enforce(&self, quotas: Quotas) {
        *lock(&self.state.quotas) = Some(quotas);
    }

    /// The calls the quotas refused so far. Those a rule answered with 429 are not among them.
    pub fn refused(&self) -> Vec<Call> {
        let calls = lock(&self.state.calls);
        let too_early = calls.iter().filter(|call| call.early.is_some());
        too_early.cloned().collect()
    }

    /// Forgets the calls so far; the rules stay.
    pub fn clear(&self) {
        lock(&self.state.calls).clear();
    }
}

/// Keeps the count of calls under way right, however a call ends.
struct UnderWay(Arc<State>);

impl UnderWay {
    fn enter(state: &Arc<State>) -> Self {
        let now = state.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        state.peak.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(state))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn serve(state: Arc<State>, message: Request<Incoming>) -> Result<Response<Body>, HangUp> {
    let _under_way = UnderWay::enter(&state);
    let (head, body) = message.into_parts();
    let body = body.collect().await.map_err(|_| HangUp)?.to_bytes();
    let authorization = head
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    let mut call = Call::read(head.method.as_str(), path, query, authorization, &body);

    let (early, wait) = match lock(&state.quotas).as_mut() {
        Some(quotas) => (
            quotas.admit(&call, &body, Instant::now()).err(),
            quotas.wait_asked(),
        ),
        None => (None, None),
    };
    call.early = early;
    let (effect, act, fate) = if early.is_some() {
        let (code, message) = ("TooManyRequestsException", "Too Many Requests");
        let refusal = Effect::Refuse {
            status: 429,
            code: code.to_owned(),
            message: message.to_owned(),
            retry_after: wait,
        };
        (Some(refusal), None, None)
    } else {
        let mut rules = lock(&state.rules);
        match rules
            .iter_mut()
            .find_map(|rule| rule.strikes(&call).then_some(&*rule))
        {
            Some(rule) => (Some(rule.effect.clone()), rule.act.clone(), rule.fate),
            None => (None, None, None),
        }
    };
    call.fate = fate;
    call.broken = effect.is_some() && early.is_none();
    let index = {
        let mut calls = lock(&state.calls);
        calls.push(call.clone());
        calls.len() - 1
    };

    let answer = match effect {
        Some(Effect::Cut) => Err(HangUp),
        Some(Effect::Refuse {
            status,
            code,
            message,
            retry_after,
        }) => refusal(&call, status, &code, &message, retry_after),
        Some(Effect::Answer(body)) => Response::builder()
            .header("content-type", "application/json")
            .body(full(body))
            .map_err(|_| HangUp),
        Some(Effect::DropAnswer) => {
            let _dropped = forward(&state, &head, body).await;
            Err(HangUp)
        }
        Some(Effect::Swallow) => pending().await,
        Some(Effect::SwallowAnswer) => {
            let _unanswered = forward(&state, &head, body).await;
            pending().await
        }
        Some(Effect::Delay(wait)) => {
            tokio::time::sleep(wait).await;
            relay(forward(&state, &head, body).await)
        }
        Some(Effect::Late(wait)) => {
            let state = Arc::clone(&state);
            // A task of its own: this one ends with the connection.
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                let _unheard = forward(&state, &head, body).await;
            });
            Err(HangUp)
        }
        Some(Effect::Add { member, value }) => match forward(&state, &head, body).await {
            Ok(reply) => relay(Ok(with_member(reply, &member, value))),
            lost => relay(lost),
        },
        None => relay(forward(&state, &head, body).await),
    };
    if let Some(act) = act {
        act();
    }
    if let (Ok(response), Some(call)) = (&answer, lock(&state.calls).get_mut(index)) {
        call.status = Some(response.status().as_u16());
    }
    answer
}

/// Why no answer came from the endpoint.
struct Lost(String);

async fn forward(
    state: &State,
    head: &hyper::http::request::Parts,
    body: Bytes,
) -> Result<Reply, Lost> {
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let mut builder = Request::builder()
        .method(head.method.clone())
        .uri(format!("{}{target}", state.upstream));
    if let Some(headers) = builder.headers_mut() {
        headers.clone_from(&head.headers);
        headers.remove(CONNECTION);
        headers.remove(TRANSFER_ENCODING);
    }
    let message = builder
        .body(Full::new(body))
        .map_err(|_| Lost("no such request can be sent".to_owned()))?;
    exchange(&state.client, message).await.map_err(Lost)
}

/// An answer with one more member in its JSON object; as it is when it is none.
fn with_member(reply: Reply, member: &str, value: Value) -> Reply {
    match reply.json() {
        Value::Object(mut object) => {
            object.insert(member.to_owned(), value);
            let body = Value::Object(object).to_string().into_bytes();
            Reply { body, ..reply }
        }
        _ => reply,
    }
}

fn relay(answer: Result<Reply, Lost>) -> Result<Response<Body>, HangUp> {
    let reply = match answer {
        Ok(reply) => reply,
        // The endpoint is gone: a gateway says so, rather than pretending to be the endpoint.
        Err(Lost(why)) => {
            return Response::builder()
                .status(StatusCode::BAD_GATEWAY)
                .body(full(why))
                .map_err(|_| HangUp);
        }
    };
    let mut builder = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        let framing = [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH]
            .iter()
            .any(|header| header.as_str() == name);
        if !framing {
            builder = builder.header(name, value);
        }
    }
    builder.body(full(reply.body)).map_err(|_| HangUp)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Answer, Backend, request};

    #[test]
    fn counts_and_keeps_the_host() {
        let backend = Backend::start().unwrap();
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        let url = format!("{}/restapis/a?mode=overwrite", proxy.url());
        assert_eq!(
            request("PUT", &url, &[("X-Signed", "yes")], "{}")
                .unwrap()
                .status,
            200
        );
        assert_eq!(request("GET", &url, &[], "").unwrap().status, 200);
        let seen = &backend.requests()[0];
        assert_eq!(
            seen.header("host"),
            Some(proxy.url().trim_start_matches("http://"))
        );
        assert_eq!(
            (seen.header("x-signed"), seen.query.as_str()),
            (Some("yes"), "mode=overwrite")
        );
        let tally = proxy.tally();
        assert_eq!(
            (
                tally.api_gateway_changes,
                tally.api_gateway_reads,
                tally.control_plane()
            ),
            (1, 1, 2)
        );
        assert!(
            proxy
                .summary()
                .contains("PUT /restapis/a?mode=overwrite -> 200"),
            "{}",
            proxy.summary()
        );
    }

    #[test]
    fn refuses_in_the_protocol_of_the_service() {
        let backend = Backend::start().unwrap();
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        proxy.inject(Rule::changes().throttle().retry_after(7).times(2));
        let rest = request("PUT", &format!("{}/restapis/a", proxy.url()), &[], "{}").unwrap();
        assert_eq!((rest.status, rest.header("retry-after")), (429, Some("7")));
        assert_eq!(
            rest.header("x-amzn-errortype"),
            Some("TooManyRequestsException")
        );
        let query = request("POST", &proxy.url(), &[], "Action=CreateRole").unwrap();
        assert!(
            query
                .text()
                .contains("<Code>TooManyRequestsException</Code>"),
            "{}",
            query.text()
        );
        assert!(
            backend.requests().is_empty(),
            "a refused call must not happen"
        );
        assert_eq!(
            request("PUT", &format!("{}/restapis/a", proxy.url()), &[], "{}")
                .unwrap()
                .status,
            200
        );
    }

    #[test]
    fn enforced_quotas_refuse_what_comes_too_early() {
        let backend = Backend::start().unwrap();
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        proxy.enforce(Quotas::aws().retry_after(5));
        proxy.inject(Rule::any().fail(500, "InternalFailure", "oops").after(1));
        let deploy = || {
            let url = format!("{}/restapis/a/deployments", proxy.url());
            request("POST", &url, &[], "{}").unwrap()
        };
        assert_eq!(deploy().status, 200);
        let second = deploy();
        assert_eq!(
            (second.status, second.header("retry-after")),
            (429, Some("5"))
        );
        assert_eq!(
            second.header("x-amzn-errortype"),
            Some("TooManyRequestsException")
        );
        assert_eq!((backend.requests().len(), proxy.refused().len()), (1, 1));
        let refused = &proxy.refused()[0];
        assert!(!refused.broken && refused.early.unwrap().as_millis() > 1_000);
    }

    #[test]
    fn says_what_the_endpoint_never_says() {
        let backend = Backend::start().unwrap();
        let answer = Answer::status(200).body("{\"id\":\"a\"}");
        backend.answer("PUT", "/restapis/a", answer);
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        let warnings = serde_json::json!(["one"]);
        proxy.inject(Rule::changes().add("warnings", warnings.clone()));
        let reply = request("PUT", &format!("{}/restapis/a", proxy.url()), &[], "{}").unwrap();
        assert_eq!(
            reply.json(),
            serde_json::json!({ "id": "a", "warnings": warnings })
        );
        assert_eq!(backend.requests().len(), 1, "the call happens");
    }

    #[test]
    fn a_dropped_answer_happened_and_a_cut_did_not() {
        let backend = Backend::start().unwrap();
        backend.answer("PUT", "/restapis/a", Answer::status(201));
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        let url = format!("{}/restapis/a", proxy.url());
        proxy.inject(Rule::changes().drop_answer().times(1));
        assert!(request("PUT", &url, &[], "{}").is_err());
        assert_eq!(backend.requests().len(), 1);
        proxy.heal();
        proxy.inject(Rule::changes().cut().times(1));
        assert!(request("PUT", &url, &[], "{}").is_err());
        assert_eq!(backend.requests().len(), 1);
        assert_eq!(request("PUT", &url, &[], "{}").unwrap().status, 201);
        let statuses: Vec<_> = proxy.calls().iter().map(|call| call.status).collect();
        assert_eq!(statuses, [None, None, Some(201)]);
    }

    #[test]
    fn a_swallowed_call_is_never_answered_and_ends_with_its_caller() {
        let backend = Backend::start().unwrap();
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        for (rule, happened) in [
            (Rule::changes().swallow(), 0),
            (Rule::changes().swallow_answer(), 1),
        ] {
            proxy.inject(rule.times(1));
            let mut caller =
                std::net::TcpStream::connect(proxy.url().trim_start_matches("http://")).unwrap();
            let head = "PUT /restapis/a HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n";
            std::io::Write::write_all(&mut caller, head.as_bytes()).unwrap();
            caller
                .set_read_timeout(Some(Duration::from_millis(500)))
                .unwrap();
            let mut byte = [0];
            let heard = std::io::Read::read(&mut caller, &mut byte).unwrap_err();
            assert_eq!(heard.kind(), std::io::ErrorKind::WouldBlock);
            assert_eq!(backend.requests().len(), happened);
            drop(caller);
            let gone = Instant::now();
            while proxy.state.under_way.load(Ordering::SeqCst) > 0 {
                assert!(
                    gone.elapsed() < Duration::from_secs(20),
                    "it waits for nobody"
                );
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    #[test]
    fn a_late_call_happens_when_its_caller_is_gone_and_an_act_comes_before_the_answer() {
        let backend = Backend::start().unwrap();
        let proxy = CountingProxy::start(&backend.url()).unwrap();
        let url = format!("{}/restapis/a", proxy.url());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (backend, noted) = (Arc::new(backend), Arc::clone(&seen));
        let behind = Arc::clone(&backend);
        let note = move || lock(&noted).push(behind.requests().len());
        proxy.inject(
            Rule::changes()
                .late(Duration::from_millis(100))
                .and_do(note.clone())
                .times(1),
        );
        assert!(request("PUT", &url, &[], "{}").is_err());
        let asked = Instant::now();
        while backend.requests().is_empty() {
            assert!(asked.elapsed() < Duration::from_secs(20), "it never came");
            std::thread::sleep(Duration::from_millis(5));
        }
        proxy.inject(Rule::changes().drop_answer().and_do(note).times(1));
        assert!(request("PUT", &url, &[], "{}").is_err());
        assert_eq!(*lock(&seen), [0, 2]);
    }
}
