//! A gateway on the shared emulator in an account of its own, behind a proxy that counts.

use std::time::Duration;

use gw_aws::{AwsAccess, AwsConnector};
use gw_connector::{Change, Connector, Goal, Kept, Mark, Observed, Outputs, Receipt, Target};
use gw_model::{
    ApiId, AwsAuthorizer, AwsCredentials, AwsTarget, Code, EndpointType, Fault, GatewayId,
    HttpMethod, OperationKey, RevisionId, Secret, SecretRef,
};
use gw_plan::{MockAnswer, Plan, Route, RouteBackend, RouteSecurity, TokenCheck};
use gw_testkit::{CountingProxy, DEFAULT_AUDIENCE, Localemu, Reply};
use serde_json::{Value, json};

use crate::hand::Hand;

/// One gateway, one API, and what is known of it between runs.
pub struct World {
    pub proxy: CountingProxy,
    pub account: String,
    pub connector: AwsConnector,
    pub target: Target,
    runs: u32,
}

impl World {
    /// In an empty account.
    pub fn new() -> Self {
        let proxy = CountingProxy::start(Localemu::shared().expect("localemu").url()).unwrap();
        let account = Localemu::fresh_account();
        let connector = connector(&proxy.url(), &account, "test");
        Self {
            proxy,
            account,
            connector,
            target: target("api_1", Outputs::new()),
            runs: 0,
        }
    }

    /// The mark of the last run.
    pub fn mark(&self) -> Mark {
        Mark::new(format!("gw-run-{}", self.runs))
    }

    pub async fn observe(&self) -> Observed {
        self.connector.observe(&self.target).await.unwrap()
    }

    /// Observes, lowers and makes every change; what it learnt is known from then on.
    pub async fn publish(&mut self, plan: &Plan) -> Result<Vec<Receipt>, Fault> {
        self.reach(Goal::Publish(plan)).await
    }

    pub async fn reach(&mut self, goal: Goal<'_>) -> Result<Vec<Receipt>, Fault> {
        let observed = self.observe().await;
        let changes = self.connector.lower(goal, &self.target, &observed)?;
        self.run(&changes, observed.found).await
    }

    /// What is kept, newest first.
    pub async fn kept(&self) -> Vec<Kept> {
        self.connector.kept(&self.target).await.unwrap()
    }

    /// Goes back to a kept deployment.
    pub async fn go_back(&mut self, kept: &Kept) -> Result<Vec<Receipt>, Fault> {
        self.reach(Goal::Return(kept)).await
    }

    pub async fn withdraw(&mut self) -> Result<Vec<Receipt>, Fault> {
        self.reach(Goal::Withdraw).await
    }

    pub async fn run(&mut self, changes: &[Change], found: Outputs) -> Result<Vec<Receipt>, Fault> {
        self.runs += 1;
        let mut outputs = found;
        let mut receipts = Vec::new();
        for change in changes {
            let receipt = self.apply(change, &outputs).await?;
            outputs.extend(receipt.outputs.clone());
            receipts.push(receipt);
        }
        self.target.known = outputs;
        Ok(receipts)
    }

    /// As the engine does: what time mends is tried again.
    pub async fn apply(&self, change: &Change, outputs: &Outputs) -> Result<Receipt, Fault> {
        let mut tries = 0;
        loop {
            match self.connector.apply(change, &self.mark(), outputs).await {
                Err(fault) if fault.code == Code::AwsNotReady && tries < 100 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// A call of someone else's to API Gateway; `{id}` in the path is the REST API's.
    pub async fn by_hand(&self, method: &str, path: &str, body: Value) -> Value {
        let known = self.target.known.get("rest-api-id").cloned();
        let id = match known {
            Some(id) => id,
            None => self
                .observe()
                .await
                .found
                .remove("rest-api-id")
                .unwrap_or_default(),
        };
        let hand = Hand {
            url: self.proxy.url(),
            key: self.account.clone(),
        };
        let path = path.replace("{id}", &id);
        hand.call("apigateway", method, &path, body).await
    }

    /// The stage as the emulator has it, without the times.
    pub async fn stage(&self) -> Value {
        let mut stage = self
            .by_hand("GET", "/restapis/{id}/stages/live", Value::Null)
            .await;
        let fields = stage.as_object_mut().unwrap();
        fields.retain(|name, _| !name.ends_with("Date"));
        stage
    }

    /// Changes the stage behind our back.
    pub async fn patch_stage(&self, operations: Value) {
        let body = json!({ "patchOperations": operations });
        self.by_hand("PATCH", "/restapis/{id}/stages/live", body)
            .await;
    }

    /// Calls the deployed API.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let url = self.observe().await.invoke_url.expect("it is live");
        request(method, &format!("{url}{path}"), headers, body).await
    }

    /// Calls with a bearer token and gives the status. Of a 500 the test prints what the emulator said, which a failure
    /// shows: its answer tells no reason.
    #[expect(clippy::print_stdout, reason = "only a failed test shows it")]
    pub async fn status_with(&self, token: &str, method: &str, path: &str) -> u16 {
        let value = format!("Bearer {token}");
        let reply = self
            .call(method, path, &[("Authorization", &value)], "")
            .await;
        if reply.status == 500 {
            let said = Localemu::shared().expect("localemu").said(&self.account);
            println!("{method} {path}: 500 {}\n{said}", reply.text());
        }
        reply.status
    }
}

/// A call that does not block the runtime.
pub async fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let (method, url, body) = (method.to_owned(), url.to_owned(), body.to_owned());
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    tokio::task::spawn_blocking(move || {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        gw_testkit::request(&method, &url, &headers, body).unwrap()
    })
    .await
    .unwrap()
}

pub fn connector(endpoint: &str, key: &str, secret: &str) -> AwsConnector {
    AwsConnector::new(aws(endpoint), access(key, secret)).unwrap()
}

pub fn aws(endpoint: &str) -> AwsTarget {
    AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::AccessKey {
            secret: SecretRef::new("x"),
            hint: "test".to_owned(),
        },
        endpoint_url: Some(endpoint.to_owned()),
    }
}

pub fn access(key: &str, secret: &str) -> AwsAccess {
    AwsAccess::Key {
        id: Secret::new(key.to_owned()),
        secret: Secret::new(secret.to_owned()),
        session_token: None,
    }
}

pub fn target(api: &str, known: Outputs) -> Target {
    Target {
        gateway: GatewayId::new("gw_1"),
        api: ApiId::new(api),
        api_name: "Pets & more".to_owned(),
        api_version: "1.0.0".to_owned(),
        known,
        known_digest: None,
        settings: gw_model::StageSettings::default(),
    }
}

pub const OPEN: RouteSecurity = RouteSecurity::Open { declared: true };

pub fn scope(name: &str) -> RouteSecurity {
    RouteSecurity::Token {
        scopes: vec![name.to_owned()],
    }
}

pub fn route(
    method: HttpMethod,
    path: &str,
    backend: RouteBackend,
    security: RouteSecurity,
) -> Route {
    Route {
        operation: OperationKey::new(method, path),
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
            headers: [("X-Mock".to_owned(), "yes".to_owned())].into(),
            body: body.to_owned(),
        },
    }
}

pub fn plan(routes: Vec<Route>, token_check: Option<TokenCheck>) -> Plan {
    let mut nodes = std::collections::BTreeSet::new();
    for route in &routes {
        let path = &route.operation.path;
        nodes.extend(
            path.match_indices('/')
                .skip(1)
                .map(|(end, _)| path[..end].to_owned()),
        );
        nodes.insert(path.clone());
    }
    nodes.remove("/");
    Plan {
        api: ApiId::new("api_1"),
        revision: RevisionId::new("rev_1"),
        name: "Pets & more".to_owned(),
        version: "1.0.0".to_owned(),
        description: "A test".to_owned(),
        base_path: "/".to_owned(),
        resources: u32::try_from(nodes.len()).unwrap(),
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
        routes,
        token_check,
        cors: None,
    }
}

/// A plan whose one operation, `GET /a`, says which edition it is.
pub fn edition(number: u32) -> Plan {
    let body = format!("{{\"edition\":{number}}}");
    plan(vec![route(HttpMethod::Get, "/a", mock(&body), OPEN)], None)
}

/// `operations` operations spread over `paths` paths, answered by the gateway.
pub fn wide(operations: usize, paths: usize) -> Plan {
    let methods = [
        HttpMethod::Get,
        HttpMethod::Post,
        HttpMethod::Put,
        HttpMethod::Delete,
    ];
    let one = |i: usize| {
        let body = format!("{{\"n\":{i}}}");
        route(
            methods[i / paths],
            &format!("/r{}", i % paths),
            mock(&body),
            OPEN,
        )
    };
    plan((0..operations).map(one).collect(), None)
}

/// A check of an issuer's tokens by the provisioned function.
pub fn provisioned(issuer: &str, jwks_uri: &str, ttl_seconds: u32) -> TokenCheck {
    TokenCheck {
        issuer: issuer.to_owned(),
        jwks_uri: jwks_uri.to_owned(),
        audience: DEFAULT_AUDIENCE.to_owned(),
        algorithms: vec!["RS256".to_owned()],
        aws: AwsAuthorizer::Provision,
        ttl_seconds,
    }
}
