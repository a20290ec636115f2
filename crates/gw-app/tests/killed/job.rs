//! What a process is to do, as it is told in its environment. It refuses to know anything of who watches it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gw_aws::{AwsAccess, AwsConnector};
use gw_catalog::Catalog;
use gw_connector::{CanaryChange, Connector as _, Goal, Target};
use gw_deploy::{
    Context, Entry, Journal, Lane, Pacer, Publication, Record, RetryRules, Run, RunEnd, RunHeader,
    SystemClock, Unheard, prepare, recover, run,
};
use gw_model::{
    ApiId, AwsAuthorizer, AwsCredentials, AwsTarget, Code, DeploymentId, EndpointType, Fault,
    GatewayId, HttpMethod, OperationKey, Percent, RevisionId, Secret, SecretRef, StageSettings,
    Throttle, UnixMillis,
};
use gw_plan::{
    Contract, MockAnswer, Plan, Route, RouteBackend, RouteSecurity, Schemas, TokenCheck,
};
use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

pub const API: &str = "api";
pub const GATEWAY: &str = "gw";
pub const REGION: &str = "eu-west-1";
const ENVIRONMENT: &str = "GATEWRIGHT_TEST_JOB";

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aim {
    /// A first publication, with an authorizer of its own.
    First,
    /// Another one after it: new document, new function code.
    Second,
    /// The same with settings and tags for its stage.
    Settings,
    /// What was live before the second one, live again.
    Return,
    /// The same beside the first one, as a canary that meets every request.
    Canary,
    /// Everything gone.
    Withdrawal,
    /// An interrupted run ended.
    Recovery,
}

impl Aim {
    /// What is there afterwards that was not there before, kind by kind.
    pub fn makes(self) -> Vec<&'static str> {
        match self {
            Self::First => vec![
                "api",
                "deployment",
                "function",
                "permission",
                "policy",
                "role",
                "stage",
                "version",
            ],
            Self::Second | Self::Settings | Self::Canary => {
                vec!["deployment", "permission", "version"]
            }
            Self::Return | Self::Withdrawal | Self::Recovery => Vec::new(),
        }
    }

    fn settings(self) -> StageSettings {
        if self != Self::Settings {
            return StageSettings::default();
        }
        StageSettings {
            variables: [("stock".to_owned(), Some("green".to_owned()))].into(),
            throttle: Some(Throttle {
                rate: 100.0,
                burst: 50,
            }),
            tags: [("team".to_owned(), "core".to_owned())].into(),
            ..StageSettings::default()
        }
    }

    fn plan(self) -> Option<Plan> {
        match self {
            Self::First => Some(plan("one", "notes:read")),
            Self::Second | Self::Settings | Self::Canary => Some(plan("two", "notes:write")),
            Self::Return | Self::Withdrawal | Self::Recovery => None,
        }
    }
}

/// A process's job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    pub catalog: PathBuf,
    pub endpoint: String,
    pub account: String,
    pub deployment: DeploymentId,
    pub aim: Aim,
    /// The journal write it does not survive, counted from 1.
    pub last_write: Option<u32>,
    pub settle_ms: u64,
}

impl Job {
    /// What this process was started for.
    pub fn given() -> Self {
        let text = std::env::var(ENVIRONMENT).expect("run by a test, not by hand");
        serde_json::from_str(&text).unwrap()
    }

    /// As a child process is told.
    pub fn told(&self) -> (&'static str, String) {
        (ENVIRONMENT, serde_json::to_string(self).unwrap())
    }

    /// The job of whoever takes over.
    pub fn recovery(&self) -> Self {
        Self {
            aim: Aim::Recovery,
            ..self.clone()
        }
    }

    pub fn connector(&self) -> AwsConnector {
        let aws = AwsTarget {
            region: REGION.to_owned(),
            stage: "live".to_owned(),
            endpoint_type: EndpointType::Regional,
            credentials: AwsCredentials::AccessKey {
                secret: SecretRef::new("x"),
                hint: "test".to_owned(),
            },
            endpoint_url: Some(self.endpoint.clone()),
        };
        let access = AwsAccess::Key {
            id: Secret::new(self.account.clone()),
            secret: Secret::new("test".to_owned()),
            session_token: None,
        };
        AwsConnector::new(aws, access).unwrap()
    }

    /// Does it, if it is let.
    pub fn carry_out(&self) -> Result<RunEnd, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(self.do_it())
    }

    async fn do_it(&self) -> Result<RunEnd, Fault> {
        let catalog = Catalog::open(&self.catalog)?;
        let (api, gateway) = (ApiId::new(API), GatewayId::new(GATEWAY));
        let known = if self.aim == Aim::Recovery {
            catalog.read(&self.deployment)?.0.found
        } else {
            let placed = catalog.placements().get(&api, &gateway)?;
            placed.map(|placed| placed.outputs).unwrap_or_default()
        };
        let target = Target {
            gateway,
            api,
            api_name: "Notes".to_owned(),
            api_version: "1.0.0".to_owned(),
            known,
            known_digest: None,
            settings: self.aim.settings(),
        };
        let context = Context {
            journal: Arc::new(Mortal {
                catalog,
                last: self.last_write,
                written: AtomicU32::new(0),
            }),
            pacer: Arc::new(Pacer::new()),
            clock: Arc::new(SystemClock),
            events: Arc::new(Unheard),
            retry: RetryRules {
                first_wait: Duration::from_millis(10),
                settle: Duration::from_millis(self.settle_ms),
                ..RetryRules::default()
            },
        };
        let connector = self.connector();
        let lane = Lane::unlimited("emulator");
        if self.aim == Aim::Recovery {
            return recover(&context, &connector, &target, lane, &self.deployment).await;
        }
        let plan = self.aim.plan();
        let former = if self.aim == Aim::Return {
            let kept = connector.kept(&target).await?;
            kept.into_iter().find(|kept| !kept.live)
        } else {
            None
        };
        let whole = Percent::whole(100);
        let (goal, canary) = match (&plan, &former) {
            (Some(plan), _) if self.aim == Aim::Canary => (
                Goal::PublishCanary(plan, whole),
                Some(CanaryChange::Share { percent: whole }),
            ),
            (Some(plan), _) => (Goal::Publish(plan), None),
            (None, Some(former)) => (Goal::Return(former), None),
            (None, None) => (Goal::Withdraw, None),
        };
        let prepared = prepare(&connector, goal, &target).await?;
        let publishes = plan.as_ref().map(|plan| Publication {
            revision: plan.revision.clone(),
            digest: gw_plan::digest(plan),
        });
        let one = Run {
            deployment: self.deployment.clone(),
            target,
            publishes,
            returns_to: former.map(|former| former.id),
            canary,
            observed: prepared.observed,
            changes: prepared.changes,
            lane,
            cancel: CancellationToken::new(),
        };
        run(&context, &connector, one).await
    }
}

/// The catalog's journal in a process that does not survive one of its writes.
struct Mortal {
    catalog: Catalog,
    last: Option<u32>,
    written: AtomicU32,
}

impl Mortal {
    /// How often the emulator says that a function is not ready yet depends on the machine: such tries do not count.
    fn is_again(&self, deployment: &DeploymentId, entry: &Entry) -> bool {
        let not_ready = |fault: &Fault| fault.code == Code::AwsNotReady;
        match entry {
            Entry::Failed { fault, .. } => not_ready(fault),
            Entry::Intended { attempt, .. } if *attempt > 1 => {
                let before = self.catalog.read(deployment).unwrap().1;
                let last = before.iter().nth_back(1).map(|record| &record.entry);
                matches!(last, Some(Entry::Failed { fault, .. }) if not_ready(fault))
            }
            _ => false,
        }
    }

    fn durable(&self) {
        let written = self.written.fetch_add(1, Ordering::SeqCst) + 1;
        if self.last == Some(written) {
            kill_process(getpid(), Signal::KILL).unwrap();
            loop {
                std::thread::park();
            }
        }
    }
}

impl Journal for Mortal {
    fn begin(&self, header: &RunHeader) -> Result<(), Fault> {
        self.catalog.begin(header)?;
        self.durable();
        Ok(())
    }

    fn append(
        &self,
        deployment: &DeploymentId,
        at: UnixMillis,
        entry: &Entry,
    ) -> Result<Record, Fault> {
        let record = self.catalog.append(deployment, at, entry)?;
        if !self.is_again(deployment, entry) {
            self.durable();
        }
        Ok(record)
    }

    fn read(&self, deployment: &DeploymentId) -> Result<(RunHeader, Vec<Record>), Fault> {
        self.catalog.read(deployment)
    }

    fn unfinished(&self) -> Result<Vec<DeploymentId>, Fault> {
        self.catalog.unfinished()
    }
}

/// An open operation that tells which plan is served, and a protected one whose scope goes into the function's code.
fn plan(served: &str, scope: &str) -> Plan {
    let route = |path: &str, body: &str, security| Route {
        operation: OperationKey::new(HttpMethod::Get, path),
        operation_id: String::new(),
        summary: String::new(),
        backend: RouteBackend::Mock {
            answer: MockAnswer {
                status: 200,
                content_type: "text/plain".to_owned(),
                headers: [].into(),
                body: body.to_owned(),
            },
        },
        security,
        parameters: Vec::new(),
        contract: Contract::default(),
    };
    let scopes = vec![scope.to_owned()];
    Plan {
        api: ApiId::new(API),
        revision: RevisionId::new(served),
        name: "Notes".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: vec![
            route("/which", served, RouteSecurity::Open { declared: true }),
            route("/notes", "[]", RouteSecurity::Token { scopes }),
        ],
        token_check: Some(TokenCheck {
            issuer: "https://id.example".to_owned(),
            jwks_uri: "https://id.example/jwks".to_owned(),
            audience: "https://notes.example".to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 0,
        }),
        cors: None,
        resources: 2,
        schemas: Schemas::default(),
        own: gw_plan::Own::default(),
    }
}
