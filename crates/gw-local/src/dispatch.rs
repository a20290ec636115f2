//! One request: which API, which route, may it pass, what is the answer.
//!
//! It refuses requests whose `Host` is not this machine: a page anywhere could otherwise reach the gateway by a name
//! that resolves to loopback.

use std::net::SocketAddr;
use std::time::Duration;

use gw_http::Client;
use gw_model::GatewayId;
use gw_plan::{MockAnswer, RouteSecurity};
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use uuid::Uuid;

use crate::answer::{self, GatewayBody, Refusal};
use crate::live::{Ready, Served, Watch};
use crate::table::{Act, Found};
use crate::{cors, path, proxy};

/// Where a serving gateway says how it is.
pub(crate) const HEALTH: &str = "/_gatewright/health";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const REMAPPED_REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-remapped-x-amzn-requestid");

/// What every request needs.
pub(crate) struct Dispatch {
    pub(crate) gateway: GatewayId,
    pub(crate) watch: Watch,
    pub(crate) http: Client,
    pub(crate) port: u16,
    pub(crate) timeout: Duration,
}

impl Dispatch {
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<GatewayBody> {
        let mut response = if is_ours(&request) {
            self.route(request, peer).await
        } else {
            Refusal::Forbidden.answer()
        };
        let headers = response.headers_mut();
        if let Some(theirs) = headers.remove(REQUEST_ID) {
            headers.insert(REMAPPED_REQUEST_ID, theirs);
        }
        let mut text = Uuid::encode_buffer();
        let id: &str = Uuid::now_v7().as_hyphenated().encode_lower(&mut text);
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(REQUEST_ID, id);
        }
        response
    }

    async fn route(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<GatewayBody> {
        let ready = self.watch.ready();
        let raw = request.uri().path();
        if raw == HEALTH {
            return self.health(&ready);
        }
        let Some(whole) = path::normal(raw) else {
            return Refusal::BadRequest.answer();
        };
        let Some((served, rest)) = ready.route(&whole) else {
            return Refusal::MissingAuthenticationToken.answer();
        };
        let served = served.met();
        match served.table.find(request.method().as_str(), rest) {
            Found::Nothing => refuse(
                &served,
                request.headers().get(ORIGIN),
                Refusal::MissingAuthenticationToken,
            ),
            Found::Preflight(methods) => match &served.table.cors {
                Some(cors) => cors::preflight(cors, methods, request.headers().get(ORIGIN)),
                None => Refusal::MissingAuthenticationToken.answer(),
            },
            Found::Route(route, values) => {
                if let Err(refusal) = judge(&served, &route.security, &request).await {
                    return refuse(&served, request.headers().get(ORIGIN), refusal);
                }
                match &route.act {
                    Act::Mock(mock) => self::mock(&served, mock, &request),
                    Act::Pass(template) => {
                        let url = template.fill(&values, request.uri().query());
                        let origin = request.headers().get(ORIGIN).cloned();
                        let passed =
                            proxy::pass(&self.http, request, &url, peer, self.port, self.timeout)
                                .await;
                        passed.unwrap_or_else(|refusal| refuse(&served, origin.as_ref(), refusal))
                    }
                }
            }
        }
    }

    fn health(&self, ready: &Ready) -> Response<GatewayBody> {
        let apis: Vec<_> = ready
            .apis
            .iter()
            .map(|served| {
                let entry = &served.entry;
                json!({ "api": entry.api, "name": entry.name, "version": entry.version,
                        "basePath": entry.base_path, "digest": entry.digest })
            })
            .collect();
        let trouble: Vec<&str> = ready
            .trouble
            .iter()
            .map(|fault| fault.summary.as_str())
            .collect();
        let body = json!({ "gateway": self.gateway, "version": ready.version, "apis": apis, "trouble": trouble });
        answer::json(200, body.to_string())
    }
}

/// A route that asks for a token lets nobody pass without one, whatever else is missing.
async fn judge(
    served: &Served,
    security: &RouteSecurity,
    request: &Request<Incoming>,
) -> Result<(), Refusal> {
    match security {
        RouteSecurity::Open { .. } => Ok(()),
        RouteSecurity::Token { scopes } => match &served.guard {
            Some(guard) => guard.judge(request.headers(), scopes).await,
            None => Err(Refusal::AuthorizerFailed),
        },
        // No table holds such a route; should one, nobody passes.
        RouteSecurity::Own { .. } => Err(Refusal::AuthorizerFailed),
    }
}

fn refuse(
    served: &Served,
    origin: Option<&HeaderValue>,
    refusal: Refusal,
) -> Response<GatewayBody> {
    let Some(cors) = &served.table.cors else {
        return refusal.answer();
    };
    let mut answer = refusal.templated();
    cors::expose(cors, origin, answer.headers_mut());
    answer
}

fn mock(served: &Served, mock: &MockAnswer, request: &Request<Incoming>) -> Response<GatewayBody> {
    let mut answer = Response::new(GatewayBody::own(mock.body.clone()));
    *answer.status_mut() =
        StatusCode::from_u16(mock.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    if !mock.content_type.is_empty()
        && let Ok(value) = HeaderValue::from_str(&mock.content_type)
    {
        headers.insert(CONTENT_TYPE, value);
    }
    for (name, value) in &mock.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.insert(name, value);
        }
    }
    if let Some(cors) = &served.table.cors {
        cors::expose(cors, request.headers().get(ORIGIN), headers);
    }
    answer
}

/// `127.0.0.1`, `localhost` or `[::1]`, with any port.
fn is_ours(request: &Request<Incoming>) -> bool {
    let host = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request
            .headers()
            .get(HOST)
            .and_then(|value| value.to_str().ok()),
    };
    host.is_some_and(is_loopback_host)
}

/// Whether a `Host` header names this machine.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]")
}
