//! How long fleets take: fifty APIs into one account and region at AWS's own quotas, and one API on twenty gateways side
//! by side. Prints a table; ends with 1 when a bar is missed.
//!
//! It refuses to say how fast AWS is: seconds are the emulator's and the waits that quotas and the distance ask for.
//!
//! Start with `make bench ONLY=fleet`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and one that cannot go on should say where"
)]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gw_aws::{AwsAccess, AwsConnector, quotas};
use gw_catalog::Catalog;
use gw_connector::{Goal, Outputs, Target};
use gw_deploy::{
    Context, Lane, Outcome, Pacer, Publication, RetryRules, Run, SystemClock, Ticket, Turns,
    Unheard, prepare_with, run,
};
use gw_model::{
    Api, ApiId, AwsCredentials, AwsTarget, Backend, DeploymentId, EndpointType, Gateway, GatewayId,
    GatewayTarget, HttpMethod, OperationKey, Policies, RevisionId, Secret, SecretRef,
    StageSettings, UnixMillis,
};
use gw_plan::{Contract, MockAnswer, Own, Plan, Route, RouteBackend, RouteSecurity, Schemas};
use gw_testkit::{CountingProxy, Localemu, Quotas, Rule, Sandbox};
use tokio_util::sync::CancellationToken;

/// APIs for one account and region.
const APIS: u32 = 50;
/// Gateways, each in an account of its own.
const GATEWAYS: u32 = 20;
/// How far away those gateways are. Near ones measure the emulator, which is one process for all of them.
const DISTANCE: Duration = Duration::from_millis(1_500);

#[tokio::main]
async fn main() -> ExitCode {
    println!("| what | took, s | at best, s | bar, s | calls refused (429) |");
    println!("|---|--:|--:|--:|--:|");
    let met = [one_lane().await, many_lanes().await];
    ExitCode::from(u8::from(met.contains(&false)))
}

/// Fifty first deployments: AWS takes one `CreateDeployment` every five seconds (aws-facts 3.1).
async fn one_lane() -> bool {
    let bench = Bench::new();
    bench.proxy.enforce(Quotas::aws());
    let account = Localemu::fresh_account();
    let began = Instant::now();
    let all: Vec<_> = (0..APIS)
        .map(|number| bench.publish(number, account.clone()))
        .collect();
    for task in all {
        task.await.unwrap();
    }
    let took = began.elapsed();
    let floor = Duration::from_secs(5) * (APIS - 1);
    let bar = floor.mul_f64(1.1) + Duration::from_secs(2);
    let refused = bench.proxy.refused().len();
    told(
        &format!("{APIS} APIs into one account and region"),
        took,
        floor,
        bar,
        refused,
    );
    took <= bar && refused == 0
}

/// One API on twenty gateways, beside the slowest of three that run alone.
async fn many_lanes() -> bool {
    let bench = Bench::new();
    bench.proxy.inject(Rule::any().delay(DISTANCE));
    bench.proxy.enforce(Quotas::aws());
    let mut alone = Duration::ZERO;
    for number in 100..103 {
        let began = Instant::now();
        let one = bench.publish(number, Localemu::fresh_account());
        one.await.unwrap();
        alone = alone.max(began.elapsed());
    }
    let began = Instant::now();
    let all: Vec<_> = (0..GATEWAYS)
        .map(|number| bench.publish(number, Localemu::fresh_account()))
        .collect();
    for task in all {
        task.await.unwrap();
    }
    let took = began.elapsed();
    let bar = alone.mul_f64(1.3);
    let refused = bench.proxy.refused().len();
    let what = format!(
        "{GATEWAYS} gateways, {:.1} s away each",
        DISTANCE.as_secs_f64()
    );
    told(&what, took, alone, bar, refused);
    took <= bar
}

fn told(what: &str, took: Duration, best: Duration, bar: Duration, refused: usize) {
    println!(
        "| {what} | {:.1} | {:.1} | {:.1} | {refused} |",
        took.as_secs_f64(),
        best.as_secs_f64(),
        bar.as_secs_f64()
    );
    if took > bar {
        println!("MISSED: {what}");
    }
}

/// A catalog, a pacer and a proxy before the emulator, as one app has them.
struct Bench {
    catalog: Arc<Catalog>,
    pacer: Arc<Pacer>,
    proxy: CountingProxy,
    _sandbox: Sandbox,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new().unwrap();
        Self {
            catalog: Arc::new(Catalog::open(sandbox.path("catalog.db")).unwrap()),
            pacer: Arc::new(Pacer::new()),
            proxy: CountingProxy::start(Localemu::shared().unwrap().url()).unwrap(),
            _sandbox: sandbox,
        }
    }

    /// Publishes an API of its own on a gateway of its own in this account, on a task of its own.
    fn publish(&self, number: u32, account: String) -> tokio::task::JoinHandle<()> {
        let (api, gateway) = (api(number), gateway(number, &self.proxy.url()));
        self.catalog
            .apis()
            .create(&api, "openapi: 3.0.3\n")
            .unwrap();
        self.catalog.gateways().create(&gateway).unwrap();
        let GatewayTarget::Aws(aws) = gateway.target else {
            unreachable!("it was made as one")
        };
        let deployment = DeploymentId::new(format!("run-{number}"));
        let lane = Lane {
            name: account.clone(),
            quotas: Arc::new(quotas(EndpointType::Regional)),
        };
        let access = AwsAccess::Key {
            id: Secret::new(account),
            secret: Secret::new("test".to_owned()),
            session_token: None,
        };
        let context = Context {
            journal: self.catalog.clone(),
            pacer: Arc::clone(&self.pacer),
            clock: Arc::new(SystemClock),
            events: Arc::new(Unheard),
            retry: RetryRules::default(),
        };
        let ticket = Ticket::run(&deployment);
        let turns = Turns::new(Arc::clone(&self.pacer), lane.clone(), ticket);
        let way = AwsConnector::paced(aws, access, turns).unwrap();
        let target = Target {
            gateway: gateway.id,
            api: api.id.clone(),
            api_name: api.name,
            api_version: api.version,
            known: Outputs::new(),
            known_digest: None,
            settings: StageSettings::default(),
        };
        tokio::spawn(async move {
            let plan = plan(api.id);
            let goal = Goal::Publish(&plan);
            let prepared = prepare_with(&way, goal, &target, &context.retry)
                .await
                .unwrap();
            let one = Run {
                deployment,
                target,
                publishes: Some(Publication {
                    revision: plan.revision.clone(),
                    digest: gw_plan::digest(&plan),
                }),
                returns_to: None,
                canary: None,
                observed: prepared.observed,
                changes: prepared.changes,
                lane,
                cancel: CancellationToken::new(),
            };
            let end = run(&context, &way, one).await.unwrap();
            assert_eq!(end.outcome, Outcome::Live, "{:?}", end.fault);
        })
    }
}

fn plan(api: ApiId) -> Plan {
    let route = |path: &str| Route {
        operation: OperationKey::new(HttpMethod::Get, path),
        operation_id: String::new(),
        summary: String::new(),
        backend: RouteBackend::Mock {
            answer: MockAnswer {
                status: 200,
                content_type: "application/json".to_owned(),
                headers: [].into(),
                body: "{}".to_owned(),
            },
        },
        security: RouteSecurity::Open { declared: true },
        parameters: Vec::new(),
        contract: Contract::default(),
    };
    Plan {
        api,
        revision: RevisionId::new("rev"),
        name: "Bench".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: ["/a", "/b"].map(route).into(),
        token_check: None,
        cors: None,
        resources: 2,
        schemas: Schemas::default(),
        own: Own::default(),
    }
}

fn gateway(number: u32, endpoint: &str) -> Gateway {
    let aws = AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::AccessKey {
            secret: SecretRef::new("x"),
            hint: "test".to_owned(),
        },
        endpoint_url: Some(endpoint.to_owned()),
    };
    Gateway {
        id: GatewayId::new(format!("gw-{number}")),
        name: format!("bench-{number}"),
        display_name: String::new(),
        description: String::new(),
        production: false,
        target: GatewayTarget::Aws(aws),
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}

fn api(number: u32) -> Api {
    Api {
        id: ApiId::new(format!("api-{number}")),
        name: format!("Bench {number}"),
        version: "1".to_owned(),
        base_path: format!("/bench-{number}"),
        backend: Backend::Mock,
        policies: Policies::default(),
        operations: 0,
        edition: 1,
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}
