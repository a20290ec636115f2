//! What deploying costs: calls and seconds by the number of operations, through a proxy that counts every call and
//! refuses what AWS's quotas refuse, beside what others would call. Prints a table; ends with 1 when a bar is missed.
//!
//! It refuses to say how fast AWS is: seconds are the emulator's, plus the waits that AWS's quotas ask for.
//!
//! Start with `make bench ONLY=deployments`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and one that cannot go on should say where"
)]

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gw_aws::{AwsAccess, AwsConnector, quotas};
use gw_catalog::Catalog;
use gw_connector::{Connector as _, Goal, Target};
use gw_deploy::{
    Context, Lane, Outcome, Pacer, Publication, RetryRules, Run, RunEvent, RunSink, SystemClock,
    eta, prepare, run,
};
use gw_model::{
    Api, ApiId, AwsAuthorizer, AwsCredentials, AwsTarget, Backend, DeploymentId, EndpointType,
    Gateway, GatewayId, GatewayTarget, HttpMethod, OperationKey, Policies, RevisionId, Secret,
    SecretRef, UnixMillis,
};
use gw_plan::{
    Contract, MockAnswer, Plan, Route, RouteBackend, RouteSecurity, Schemas, TokenCheck,
};
use gw_testkit::{CountingProxy, Localemu, Quotas, Sandbox, Tally};
use tokio_util::sync::CancellationToken;

/// Numbers of operations; two on each path.
const SIZES: [usize; 3] = [10, 100, 300];
/// Answers that each operation declares, for the others' formulas.
const ANSWERS: usize = 2;

#[tokio::main]
async fn main() -> ExitCode {
    println!(
        "| operations | run | calls: API Gateway | Lambda, IAM | refused (429) | s | of them waits for quotas | s foretold \
         | WSO2 connector: calls | its floor, s | one call per resource | its floor, s |"
    );
    println!("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    let mut all: Vec<Vec<Row>> = Vec::new();
    for operations in SIZES {
        all.push(one_size(operations).await);
    }
    let missed = missed(&all);
    for bar in &missed {
        println!("MISSED: {bar}");
    }
    ExitCode::from(u8::from(!missed.is_empty()))
}

/// What a run is to reach.
enum Aim<'p> {
    Publish(&'p Plan),
    /// What was live before.
    Return,
    Withdraw,
}

/// What one run took.
struct Row {
    name: &'static str,
    tally: Tally,
    refused: usize,
    seconds: f64,
}

impl Row {
    /// What must not grow. How often a new function is asked whether it is ready depends on the machine.
    fn counted(&self) -> [usize; 3] {
        let tally = self.tally;
        [
            tally.api_gateway_changes,
            tally.api_gateway_reads,
            tally.other_changes,
        ]
    }
}

/// What must hold, and does not.
fn missed(all: &[Vec<Row>]) -> Vec<String> {
    let mut missed = Vec::new();
    for rows in all {
        for (row, smallest) in rows.iter().zip(&all[0]) {
            if row.counted() != smallest.counted() {
                missed.push(format!("{}: calls grow with the API", row.name));
            }
            if row.refused > 0 {
                missed.push(format!(
                    "{}: {} calls were refused as too many",
                    row.name, row.refused
                ));
            }
            let changes = row.tally.api_gateway_changes + row.tally.other_changes;
            if row.name == "unchanged" && changes > 0 {
                missed.push("unchanged: something was changed".to_owned());
            }
        }
    }
    missed
}

async fn one_size(operations: usize) -> Vec<Row> {
    let bench = Bench::new();
    let (first, again) = (plan(operations, "one"), plan(operations, "two"));
    let mut rows = Vec::new();
    for (name, aim) in [
        ("first", Aim::Publish(&first)),
        ("again, one answer changed", Aim::Publish(&again)),
        ("unchanged", Aim::Publish(&again)),
        ("rollback", Aim::Return),
        ("withdraw", Aim::Withdraw),
    ] {
        let measured = bench.run(name, aim).await;
        let others = Others { operations, name };
        let (theirs, each) = (others.connector(), others.one_per_resource());
        println!(
            "| {operations} | {name} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {theirs} | {:.1} | {each} | {:.1} |",
            measured.row.tally.api_gateway(),
            measured.row.tally.control_plane() - measured.row.tally.api_gateway(),
            measured.row.refused,
            measured.row.seconds,
            measured.waited.as_secs_f64(),
            measured.foretold.as_secs_f64(),
            floor(theirs),
            floor(each),
        );
        rows.push(measured.row);
    }
    rows
}

/// Seconds that so many calls take by the total quota alone: 10 a second after a burst of 40 (aws-facts 3.1).
#[expect(clippy::cast_precision_loss, reason = "thousands of calls")]
fn floor(calls: usize) -> f64 {
    calls.saturating_sub(40) as f64 / 10.0
}

/// What others call for the same run, from their sources.
struct Others {
    operations: usize,
    name: &'static str,
}

impl Others {
    fn paths(&self) -> usize {
        self.operations / 2
    }

    /// WSO2's connector 1.5.0, counted from its source: first 4 + A + 7·M + Σ(5 + R + auth), again
    /// 6 + 7·M + Σ(5 + R + auth) + D, changed or not; it has no way back but deploying again; undeploying and deleting
    /// 5 + D. A = 1 authorizer, M paths, R answers, auth = 1 for a protected operation, D = 1 older deployment.
    fn connector(&self) -> usize {
        let each = 7 * self.paths() + self.operations * (5 + ANSWERS + 1);
        match self.name {
            "first" => 4 + 1 + each,
            "withdraw" => 5 + 1,
            _ => 6 + each + 1,
        }
    }

    /// A tool that keeps one resource of its own for each object: API, authorizer, M paths, for each operation a method,
    /// an integration and for each of its R answers a method response and an integration response; deployment, stage.
    /// First makes each, withdrawing deletes each. Again reads each (what changed is found by reading all), then changes
    /// one integration response, makes a deployment, moves the stage and deletes the old deployment; so does going back,
    /// which is applying the former configuration; unchanged reads each.
    fn one_per_resource(&self) -> usize {
        let each = 1 + 1 + self.paths() + self.operations * (2 + 2 * ANSWERS) + 2;
        match self.name {
            "first" | "withdraw" | "unchanged" => each,
            _ => each + 4,
        }
    }
}

/// A catalog, an empty account, and AWS's quotas on both sides: kept by the engine, enforced by the proxy.
struct Bench {
    catalog: Arc<Catalog>,
    proxy: CountingProxy,
    connector: AwsConnector,
    pacer: Arc<Pacer>,
    _sandbox: Sandbox,
}

/// A row, and what of it was waiting.
struct Measured {
    row: Row,
    waited: Duration,
    foretold: Duration,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new().unwrap();
        let catalog = Catalog::open(sandbox.path("catalog.db")).unwrap();
        catalog.apis().create(&api(), "openapi: 3.0.3\n").unwrap();
        let proxy = CountingProxy::start(Localemu::shared().unwrap().url()).unwrap();
        proxy.enforce(Quotas::aws());
        let target = aws(&proxy.url());
        catalog.gateways().create(&gateway(target.clone())).unwrap();
        let access = AwsAccess::Key {
            id: Secret::new(Localemu::fresh_account()),
            secret: Secret::new("test".to_owned()),
            session_token: None,
        };
        Self {
            catalog: Arc::new(catalog),
            proxy,
            connector: AwsConnector::new(target, access).unwrap(),
            pacer: Arc::new(Pacer::new()),
            _sandbox: sandbox,
        }
    }

    async fn run(&self, name: &'static str, aim: Aim<'_>) -> Measured {
        let waits = Arc::new(Waits::default());
        let context = Context {
            journal: self.catalog.clone(),
            pacer: Arc::clone(&self.pacer),
            clock: Arc::new(SystemClock),
            events: waits.clone(),
            retry: RetryRules::default(),
        };
        let (api, gateway) = (ApiId::new("api"), GatewayId::new("gw"));
        let placed = self.catalog.placements().get(&api, &gateway).unwrap();
        let target = Target {
            gateway,
            api,
            api_name: "Bench".to_owned(),
            api_version: "1".to_owned(),
            known: placed.map(|placed| placed.outputs).unwrap_or_default(),
            known_digest: None,
            settings: gw_model::StageSettings::default(),
        };
        let table = quotas(EndpointType::Regional);
        self.proxy.clear();
        let began = Instant::now();
        let former = match aim {
            Aim::Return => {
                let kept = self.connector.kept(&target).await.unwrap();
                kept.into_iter().find(|kept| !kept.live)
            }
            Aim::Publish(_) | Aim::Withdraw => None,
        };
        let goal = match (&aim, &former) {
            (Aim::Publish(plan), _) => Goal::Publish(plan),
            (_, Some(former)) => Goal::Return(former),
            (_, None) => Goal::Withdraw,
        };
        let prepared = prepare(&self.connector, goal, &target).await.unwrap();
        let foretold = eta(&prepared.changes, &table);
        let publishes = match goal {
            Goal::Publish(plan) => Some(Publication {
                revision: plan.revision.clone(),
                digest: gw_plan::digest(plan),
            }),
            _ => None,
        };
        let one = Run {
            deployment: DeploymentId::new(name.split(',').next().unwrap()),
            target,
            publishes,
            returns_to: former.map(|former| former.id),
            canary: None,
            observed: prepared.observed,
            changes: prepared.changes,
            lane: Lane {
                name: "bench".to_owned(),
                quotas: Arc::new(table),
            },
            cancel: CancellationToken::new(),
        };
        let end = run(&context, &self.connector, one).await.unwrap();
        let seconds = began.elapsed().as_secs_f64();
        let ended_well = matches!(
            end.outcome,
            Outcome::Live | Outcome::Unchanged | Outcome::Withdrawn
        );
        assert!(ended_well, "{name}: {:?}", end.fault);
        let refused = self.proxy.refused().len();
        Measured {
            row: Row {
                name,
                tally: self.proxy.tally(),
                refused,
                seconds,
            },
            waited: waits.total(),
            foretold,
        }
    }
}

/// Adds the waits up.
#[derive(Default)]
struct Waits(Mutex<Duration>);

impl Waits {
    fn total(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

impl RunSink for Waits {
    fn tell(&self, _deployment: &DeploymentId, event: RunEvent) {
        if let RunEvent::Waiting { until, .. } = event {
            let now = gw_deploy::Clock::now(&SystemClock);
            let millis = u64::try_from(until.0 - now.0).unwrap_or_default();
            *self.0.lock().unwrap() += Duration::from_millis(millis);
        }
    }
}

/// Operations that the gateway answers itself, each protected, two on a path.
fn plan(operations: usize, first_answer: &str) -> Plan {
    let route = |index: usize| {
        let method = if index.is_multiple_of(2) {
            HttpMethod::Get
        } else {
            HttpMethod::Put
        };
        let body = if index == 0 { first_answer } else { "{}" };
        Route {
            operation: OperationKey::new(method, format!("/things{}", index / 2)),
            operation_id: String::new(),
            summary: String::new(),
            backend: RouteBackend::Mock {
                answer: MockAnswer {
                    status: 200,
                    content_type: "application/json".to_owned(),
                    headers: [].into(),
                    body: body.to_owned(),
                },
            },
            security: RouteSecurity::Token {
                scopes: vec!["things".to_owned()],
            },
            parameters: Vec::new(),
            contract: Contract::default(),
        }
    };
    Plan {
        api: ApiId::new("api"),
        revision: RevisionId::new(first_answer),
        name: "Bench".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: (0..operations).map(route).collect(),
        token_check: Some(TokenCheck {
            issuer: "https://id.example".to_owned(),
            jwks_uri: "https://id.example/jwks".to_owned(),
            audience: "https://things.example".to_owned(),
            algorithms: vec!["RS256".to_owned()],
            aws: AwsAuthorizer::Provision,
            ttl_seconds: 300,
        }),
        cors: None,
        resources: u32::try_from(operations / 2).unwrap(),
        schemas: Schemas::default(),
        own: gw_plan::Own::default(),
    }
}

fn aws(endpoint: &str) -> AwsTarget {
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

fn gateway(target: AwsTarget) -> Gateway {
    Gateway {
        id: GatewayId::new("gw"),
        name: "bench".to_owned(),
        display_name: String::new(),
        description: String::new(),
        production: false,
        target: GatewayTarget::Aws(target),
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}

fn api() -> Api {
    Api {
        id: ApiId::new("api"),
        name: "Bench".to_owned(),
        version: "1".to_owned(),
        base_path: "/bench".to_owned(),
        backend: Backend::Mock,
        policies: Policies::default(),
        operations: 0,
        edition: 1,
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}
