//! The local gateway behind the connector port.
//!
//! It refuses to need the gateway running: publishing writes its state directory, and whoever serves it picks that up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gw_connector::{
    Capabilities, Change, Connector, Document, Found, Goal, Identity, Kept, Listing, Mark,
    Observed, Outputs, Owner, Permission, PermissionState, Picture, Protocol, Receipt, Target,
};
use gw_http::{CancellationToken, Client, Oversize, Request, Url};
use gw_model::{Code, Diagnostic, Fault, GatewayId, LocalTarget, Retry};
use gw_plan::Plan;
use serde_json::Value;

use crate::dispatch::HEALTH;
use crate::state::{LiveApi, StateDir};
use crate::{apply, lint, lower, observe, picture};

/// A way to one local gateway.
#[derive(Clone, Debug)]
pub struct LocalConnector {
    gateway: GatewayId,
    pub(crate) port: u16,
    pub(crate) state: StateDir,
    http: Client,
}

impl LocalConnector {
    /// A connector for the gateway whose state is in a directory, which need not exist yet.
    pub fn new(gateway: GatewayId, target: &LocalTarget, state: StateDir, http: Client) -> Self {
        Self {
            gateway,
            port: target.port,
            state,
            http,
        }
    }

    /// Where callers reach an API with this base path; no slash at the end.
    pub(crate) fn invoke_url(&self, base_path: &str) -> String {
        format!(
            "http://127.0.0.1:{}{}",
            self.port,
            base_path.trim_end_matches('/')
        )
    }
}

/// What a local gateway can do.
pub fn capabilities() -> Capabilities {
    Capabilities {
        shared_host: true,
        lambda_backend: false,
        checks_tokens: true,
        public_address: false,
        max_resources: None,
        max_document_bytes: None,
        stage_settings: false,
        canaries: true,
    }
}

#[async_trait]
impl Connector for LocalConnector {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn lint(&self, _: &Document, plan: &Plan) -> Vec<Diagnostic> {
        lint::lint(plan)
    }

    async fn identify(&self) -> Result<Identity, Fault> {
        let start = Instant::now();
        let advice = "Serve it: `gatewright gateway serve NAME`, or switch it on in the window.";
        let serving = served_gateway(&self.http, self.port).await;
        let round_trip_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        match serving {
            Some(gateway) if gateway == self.gateway => {}
            Some(other) => {
                return Err(Fault::new(
                    Code::LocalPortInUse,
                    format!(
                        "Another local gateway ({other}) is served on port {}.",
                        self.port
                    ),
                    "Give one of the two another port.",
                )
                .fact("port", self.port.to_string()));
            }
            None => {
                return Err(Fault::new(
                    Code::LocalNotServing,
                    format!(
                        "The local gateway is not being served on port {}.",
                        self.port
                    ),
                    advice,
                )
                .retry(Retry::AfterFix)
                .fact("port", self.port.to_string()));
            }
        }
        let state = self.state.clone();
        let writable = blocking(move || state.lock().map(|_| ())).await.is_ok();
        Ok(Identity {
            account: "this machine".to_owned(),
            principal: user(),
            region: format!("127.0.0.1:{}", self.port),
            round_trip_ms,
            permissions: vec![Permission {
                action: "write".to_owned(),
                resource: self.state.path().display().to_string(),
                purpose: "publish and withdraw APIs".to_owned(),
                state: if writable {
                    PermissionState::Allowed
                } else {
                    PermissionState::Denied
                },
            }],
            expires_at: None,
        })
    }

    async fn observe(&self, target: &Target) -> Result<Observed, Fault> {
        let (own, target) = (self.clone(), target.clone());
        blocking(move || observe::observe(&own, &target)).await
    }

    async fn kept(&self, target: &Target) -> Result<Vec<Kept>, Fault> {
        let (own, target) = (self.clone(), target.clone());
        blocking(move || observe::kept(&own, &target)).await
    }

    fn lower(
        &self,
        goal: Goal<'_>,
        target: &Target,
        observed: &Observed,
    ) -> Result<Vec<Change>, Fault> {
        lower::lower(goal, target, observed)
    }

    fn untouched(&self, _: Goal<'_>, _: &Observed, changes: &[Change]) -> Vec<String> {
        if changes.is_empty() {
            return Vec::new();
        }
        vec!["Other APIs on this gateway go on being served".to_owned()]
    }

    async fn apply(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let (own, change, mark, outputs) =
            (self.clone(), change.clone(), mark.clone(), outputs.clone());
        blocking(move || apply::apply(&own, &change, &mark, &outputs)).await
    }

    async fn probe(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let (own, verb, mark, outputs) = (
            self.clone(),
            change.verb.clone(),
            mark.clone(),
            outputs.clone(),
        );
        blocking(move || apply::probe(&own, &verb, &mark, &outputs)).await
    }

    async fn undo(&self, receipt: &Receipt, outputs: &Outputs) -> Result<(), Fault> {
        let (own, receipt, outputs) = (self.clone(), receipt.clone(), outputs.clone());
        blocking(move || apply::undo(&own, &receipt, &outputs)).await
    }

    fn expect(&self, plan: &Plan, _: &Target) -> Picture {
        picture::expect(plan)
    }

    async fn examine(&self, target: &Target) -> Result<Picture, Fault> {
        let (own, target) = (self.clone(), target.clone());
        blocking(move || picture::examine(&own, &target)).await
    }

    async fn discover(&self) -> Result<Listing, Fault> {
        let state = self.state.clone();
        let live = blocking(move || state.live()).await?;
        let mut apis: Vec<Found> = live.apis.iter().map(found).collect();
        apis.sort_by_cached_key(|one| (one.name.to_lowercase(), one.id.clone()));
        Ok(Listing {
            apis,
            faults: Vec::new(),
        })
    }
}

/// Only Gatewright puts anything on a local gateway.
fn found(entry: &LiveApi) -> Found {
    Found {
        id: entry.api.as_str().to_owned(),
        name: entry.name.clone(),
        version: entry.version.clone(),
        description: String::new(),
        protocol: Protocol::Rest,
        endpoint: String::new(),
        created_at: None,
        tags: BTreeMap::new(),
        owner: Owner::Gatewright {
            api: entry.api.clone(),
        },
    }
}

/// Which local gateway answers on a port of this machine; `None` when none does.
pub async fn served_gateway(http: &Client, port: u16) -> Option<GatewayId> {
    let url = Url::parse(&format!("http://127.0.0.1:{port}{HEALTH}")).ok()?;
    let request = Request::get(url)
        .timeout(Duration::from_secs(2))
        .at_most(1024 * 1024, Oversize::Refuse);
    let answer = http.send(request, &CancellationToken::new()).await.ok()?;
    let health: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(GatewayId::new(health.get("gateway")?.as_str()?))
}

/// Who runs this process, as far as the environment tells.
fn user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "whoever runs this".to_owned())
}

/// File locks wait, and flushing a file takes milliseconds.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(Fault::new(
                Code::AppDefect,
                "Work on the local gateway's files broke off.",
                "Try again.",
            )
            .effect(gw_model::Effect::Unknown)
            .because(error))
        })
}
