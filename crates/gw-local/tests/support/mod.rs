//! What the local gateway's tests share: a backend, a key manager, a gateway, plans, tokens good and bad.
#![expect(dead_code, reason = "each test file uses its part of it")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures::{StreamExt, stream};
use gw_connector::{Connector, Goal, Mark, Outputs, Target};
use gw_http::{Answer, CancellationToken, Client, Method, Oversize, Request, Url};
use gw_identity::resident::{ResidentClient, ResidentKey};
use gw_local::resident::ResidentServing;
use gw_local::{LocalConnector, LocalGatewayConfig, Serving, StateDir, serve};
use gw_model::{
    ApiId, AwsAuthorizer, GatewayId, HttpMethod, LocalTarget, OperationKey, RevisionId, Secret,
};
use gw_plan::{MockAnswer, Plan, PlanCors, Route, RouteBackend, RouteSecurity, TokenCheck};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const AUDIENCE: &str = "https://api.example.test";
pub const CLIENT: &str = "shop";
pub const SECRET: &str = "s3cr3t:with&special=characters";

/// A gateway being served, with a key manager and a backend beside it.
pub struct World {
    pub folder: TempDir,
    pub gateway: Serving,
    pub resident: ResidentServing,
    pub key: ResidentKey,
    pub backend: Backend,
    pub connector: LocalConnector,
    pub http: Client,
    runs: AtomicUsize,
}

impl World {
    pub async fn start() -> Self {
        Self::with_timeout(serve::INTEGRATION_TIMEOUT).await
    }

    pub async fn with_timeout(timeout: std::time::Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let http = Client::new().unwrap();
        let id = GatewayId::new("gateway-under-test");
        let mut config = LocalGatewayConfig::new(id.clone(), folder.path().join("state"), 0);
        config.integration_timeout = timeout;
        let gateway = serve(config).await.unwrap();
        let key = ResidentKey::generate().unwrap();
        let copy = ResidentKey::from_secret(&key.to_secret().unwrap()).unwrap();
        let clients = vec![ResidentClient {
            id: CLIENT.to_owned(),
            name: "The shop".to_owned(),
            secret: Some(Secret::new(SECRET.to_owned())),
            scopes: None,
            audiences: Vec::new(),
        }];
        let resident = gw_local::resident::serve(0, copy, Arc::new(clients))
            .await
            .unwrap();
        let target = LocalTarget {
            port: gateway.address.port(),
        };
        let state = StateDir::new(folder.path().join("state"));
        let connector = LocalConnector::new(id, &target, state, http.clone());
        let backend = Backend::start().await;
        Self {
            folder,
            gateway,
            resident,
            key,
            backend,
            connector,
            http,
            runs: AtomicUsize::new(0),
        }
    }

    pub fn check(&self) -> TokenCheck {
        TokenCheck {
            issuer: self.resident.issuer().to_owned(),
            jwks_uri: format!("{}/jwks", self.resident.issuer()),
            audience: AUDIENCE.to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 300,
        }
    }

    /// Publishes as the deploy engine does, and gives the invoke URL.
    pub async fn publish(&self, plan: &Plan) -> String {
        let target = target(plan.api.as_str());
        let observed = self.connector.observe(&target).await.unwrap();
        let changes = self
            .connector
            .lower(Goal::Publish(plan), &target, &observed)
            .unwrap();
        let mark = Mark::new(format!(
            "gw-test-{}",
            self.runs.fetch_add(1, Ordering::Relaxed)
        ));
        let mut outputs: Outputs = observed.found;
        for change in &changes {
            outputs.extend(
                self.connector
                    .apply(change, &mark, &outputs)
                    .await
                    .unwrap()
                    .outputs,
            );
        }
        outputs[gw_connector::names::OUTPUT_INVOKE_URL].clone()
    }

    pub async fn call(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(method, url, headers)).await
    }

    pub async fn send(&self, request: Request) -> Answer {
        self.http
            .send(request, &CancellationToken::new())
            .await
            .unwrap()
    }

    /// Claims of a good token, to be made worse.
    pub fn claims(&self) -> Value {
        let now = now();
        json!({ "iss": self.resident.issuer(), "sub": "someone", "aud": AUDIENCE, "client_id": CLIENT,
                "iat": now, "exp": now + 600, "scope": "pets:read" })
    }

    /// A token signed by the resident key manager's key.
    pub fn token(&self, claims: &Value) -> String {
        self.key.sign("at+jwt", claims).unwrap().reveal().clone()
    }
}

pub fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

pub fn target(api: &str) -> Target {
    Target {
        gateway: GatewayId::new("gateway-under-test"),
        api: ApiId::new(api),
        api_name: api.to_owned(),
        api_version: "1".to_owned(),
        known: Outputs::new(),
        known_digest: None,
        settings: gw_model::StageSettings::default(),
    }
}

pub fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request =
        Request::new(method, Url::parse(url).unwrap()).at_most(64 * 1024 * 1024, Oversize::Refuse);
    for (name, value) in headers {
        request = request.header(name.parse().unwrap(), value.parse().unwrap());
    }
    request
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn plan(api: &str, base_path: &str, routes: Vec<Route>, check: Option<TokenCheck>) -> Plan {
    Plan {
        api: ApiId::new(api),
        revision: RevisionId::new("rev_test"),
        name: api.to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        base_path: base_path.to_owned(),
        routes,
        token_check: check,
        cors: None,
        resources: 0,
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
    }
}

pub fn route(operation: &str, backend: RouteBackend, security: RouteSecurity) -> Route {
    Route {
        operation: operation.parse::<OperationKey>().unwrap(),
        operation_id: String::new(),
        summary: String::new(),
        backend,
        security,
        parameters: Vec::new(),
        contract: gw_plan::Contract::default(),
    }
}

pub fn mock(body: &str) -> RouteBackend {
    RouteBackend::Mock {
        answer: MockAnswer {
            status: 200,
            content_type: "application/json".to_owned(),
            headers: BTreeMap::new(),
            body: body.to_owned(),
        },
    }
}

pub fn http(url: impl Into<String>) -> RouteBackend {
    RouteBackend::Http { url: url.into() }
}

pub const OPEN: RouteSecurity = RouteSecurity::Open { declared: true };

pub fn scopes(names: &[&str]) -> RouteSecurity {
    RouteSecurity::Token {
        scopes: names.iter().map(|name| (*name).to_owned()).collect(),
    }
}

pub fn cors(plan: &mut Plan, origins: &[&str], methods: &[(&str, &[HttpMethod])]) {
    let policy = gw_model::CorsPolicy {
        allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
        ..Default::default()
    };
    let methods = methods
        .iter()
        .map(|(path, list)| ((*path).to_owned(), list.to_vec()))
        .collect();
    plan.cors = Some(PlanCors { policy, methods });
}

/// A backend that tells what it was asked.
pub struct Backend {
    pub url: String,
    pub hits: Arc<AtomicUsize>,
}

impl Backend {
    async fn start() -> Self {
        let hits = Arc::new(AtomicUsize::new(0));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&hits));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, hits }
    }
}

async fn answer(State(hits): State<Arc<AtomicUsize>>, request: axum::extract::Request) -> Response {
    hits.fetch_add(1, Ordering::SeqCst);
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if path.starts_with("/slow") {
        std::future::pending::<()>().await;
    }
    if let Some(chunks) = path.strip_prefix("/download/") {
        let chunks: usize = chunks.parse().unwrap();
        let body =
            stream::iter(0..chunks).map(|_| Ok::<_, Infallible>(Bytes::from(vec![7; 64 * 1024])));
        return Response::new(Body::from_stream(body));
    }
    if path.starts_with("/upload") {
        let mut size = 0;
        let mut chunks = body.into_data_stream();
        while let Some(Ok(chunk)) = chunks.next().await {
            size += chunk.len();
        }
        return Response::new(Body::from(size.to_string()));
    }
    let headers: BTreeMap<String, String> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let told = json!({ "method": head.method.as_str(), "target": head.uri.to_string(), "headers": headers,
                       "body": String::from_utf8_lossy(&body) });
    Response::builder()
        .status(299)
        .header("content-type", "application/vnd.told+json")
        .header("x-backend", "one")
        .header("x-backend", "two")
        .header("connection", "x-private")
        .header("x-private", "between hops")
        .header("x-amzn-requestid", "theirs")
        .body(Body::from(told.to_string()))
        .unwrap()
}
