//! How long fleets take: fifty APIs into one account and region at AWS's own quotas, one API on twenty gateways side by
//! side, and what becomes of a fleet when a third or half of all calls fail. Prints tables; ends with 1 when a bar is
//! missed.
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
    Context, Lane, Outcome, Pacer, Publication, RetryRules, Run, RunEnd, SystemClock, Ticket,
    Turns, Unheard, prepare_with, recover, run,
};
use gw_model::{
    Api, ApiId, AwsAuthorizer, AwsCredentials, AwsTarget, Backend, DeploymentId, EndpointType,
    Fault, Gateway, GatewayId, GatewayTarget, HttpMethod, OperationKey, Policies, RevisionId,
    Secret, SecretRef, StageSettings, UnixMillis,
};
use gw_plan::{
    Contract, MockAnswer, Own, Plan, Route, RouteBackend, RouteSecurity, Schemas, TokenCheck,
};
use gw_testkit::{CountingProxy, Fate, Inventory, Localemu, Quotas, Rule, Sandbox, request};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// APIs for one account and region.
const APIS: u32 = 50;
/// Gateways, each in an account of its own.
const GATEWAYS: u32 = 20;
/// APIs for one account and region in bad weather.
const FLEET: u32 = 8;
const REGION: &str = "eu-west-1";
/// How far away those gateways are. Near ones measure the emulator, which is one process for all of them.
const DISTANCE: Duration = Duration::from_millis(1_500);

#[tokio::main]
async fn main() -> ExitCode {
    println!("| what | took, s | at best, s | bar, s | calls refused (429) |");
    println!("|---|--:|--:|--:|--:|");
    let mut met = vec![one_lane().await, many_lanes().await];
    let fates = Fate::ALL.map(|fate| fate.to_string()).join(" | ");
    println!(
        "\n| APIs, calls that fail | seed | live | failed | left at first | took, s | calls | {fates} |"
    );
    println!("|---|{}", "--:|".repeat(6 + Fate::ALL.len()));
    let mut said = Vec::new();
    for (percent, seed) in [(30, 40), (50, 41)] {
        met.push(bad_weather(percent, seed, &mut said).await);
    }
    for fault in said {
        println!("- {fault}");
    }
    ExitCode::from(u8::from(met.contains(&false)))
}

/// Fifty first deployments: AWS takes one `CreateDeployment` every five seconds (aws-facts 3.1).
async fn one_lane() -> bool {
    let bench = Bench::new();
    bench.proxy.enforce(Quotas::aws());
    let account = Localemu::fresh_account();
    let began = Instant::now();
    bench.all_live(0..APIS, |_| account.clone()).await;
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
        let anew = |_| Localemu::fresh_account();
        bench.all_live(number..=number, anew).await;
        alone = alone.max(began.elapsed());
    }
    let began = Instant::now();
    let anew = |_| Localemu::fresh_account();
    bench.all_live(0..GATEWAYS, anew).await;
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

/// A fleet with functions and roles at AWS's own quotas, and so many of a hundred calls answered 429, 409 or 5xx, cut off
/// or never answered. At a third all must be live, at half each that is not says what to do; and when what clean-up left
/// was cleaned up in fair weather, exactly what is live is there.
async fn bad_weather(percent: u64, seed: u64, said: &mut Vec<String>) -> bool {
    let bench = Bench::new().with(RetryRules {
        call_limit: Duration::from_secs(20),
        ..RetryRules::default()
    });
    bench.proxy.enforce(Quotas::aws());
    bench.proxy.inject(Rule::weather(percent, seed));
    let account = Localemu::fresh_account();
    let began = Instant::now();
    let tasks: Vec<_> = (0..FLEET)
        .map(|number| bench.publish(number, account.clone(), guarded))
        .collect();
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await.unwrap());
    }
    let took = began.elapsed();
    let (calls, fates) = (bench.proxy.calls().len(), bench.proxy.fates());
    bench.proxy.heal();

    let mut wrong = Vec::new();
    let (mut live, mut left) = (0, 0);
    for (number, end) in (0..FLEET).zip(&ends) {
        let fault = match end {
            Ok(end) if end.outcome == Outcome::Live => {
                live += 1;
                let url = end.invoke_url.as_deref().unwrap_or_default();
                let status = |path| {
                    request("GET", &format!("{url}{path}"), &[], "")
                        .unwrap()
                        .status
                };
                if (status("/a"), status("/b")) != (200, 401) {
                    wrong.push(format!(
                        "{} is told as live and does not serve",
                        end.deployment
                    ));
                }
                continue;
            }
            Ok(end) => end.fault.as_ref(),
            Err(fault) => Some(fault),
        };
        match fault {
            Some(fault) => said.push(format!(
                "API {number}, {percent} %: {} {}",
                fault.summary, fault.advice
            )),
            None => wrong.push(format!("{number} failed without a fault")),
        }
        if fault.is_some_and(|fault| fault.advice.is_empty()) {
            wrong.push(format!("{number}: its fault does not say what to do"));
        }
        if matches!(end, Ok(end) if end.outcome == Outcome::Stuck) {
            left += 1;
            let again = bench.clean_up(number, account.clone()).await;
            if !matches!(&again, Ok(end) if end.outcome == Outcome::RolledBack) {
                wrong.push(format!("{number} could not be cleaned up: {again:?}"));
            }
        }
    }
    if percent <= 30 && live < ends.len() {
        wrong.push(format!("only {live} of {FLEET} are live"));
    }
    let there = Inventory::of(&account, REGION).unwrap();
    for kind in [
        "api",
        "deployment",
        "stage",
        "function",
        "version",
        "permission",
        "role",
        "policy",
    ] {
        let count = there.all(kind).len();
        if count != live {
            wrong.push(format!("{count} of {kind} are there for {live} live APIs"));
        }
    }
    let counts = Fate::ALL.map(|fate| fates.get(&fate).unwrap_or(&0).to_string());
    println!(
        "| {FLEET} APIs, {percent} % | {seed} | {live} | {} | {left} | {:.0} | {calls} | {} |",
        ends.len() - live,
        took.as_secs_f64(),
        counts.join(" | ")
    );
    for what in &wrong {
        println!("MISSED: {what}");
    }
    wrong.is_empty()
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
    retry: RetryRules,
    _sandbox: Sandbox,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new().unwrap();
        Self {
            catalog: Arc::new(Catalog::open(sandbox.path("catalog.db")).unwrap()),
            pacer: Arc::new(Pacer::new()),
            proxy: CountingProxy::start(Localemu::shared().unwrap().url()).unwrap(),
            retry: RetryRules::default(),
            _sandbox: sandbox,
        }
    }

    fn with(mut self, retry: RetryRules) -> Self {
        self.retry = retry;
        self
    }

    /// Publishes each on a task of its own; all must end live.
    async fn all_live(
        &self,
        numbers: impl IntoIterator<Item = u32>,
        account: impl Fn(u32) -> String,
    ) {
        let numbers = numbers.into_iter();
        let all: Vec<_> = numbers
            .map(|number| self.publish(number, account(number), plan))
            .collect();
        for task in all {
            let end = task.await.unwrap().unwrap();
            assert_eq!(end.outcome, Outcome::Live, "{:?}", end.fault);
        }
    }

    /// Publishes an API of its own on a gateway of its own in this account, on a task of its own.
    fn publish(
        &self,
        number: u32,
        account: String,
        plan: fn(ApiId) -> Plan,
    ) -> JoinHandle<Result<RunEnd, Fault>> {
        self.catalog
            .apis()
            .create(&api(number), "openapi: 3.0.3\n")
            .unwrap();
        let gateway = gateway(number, &self.proxy.url());
        self.catalog.gateways().create(&gateway).unwrap();
        let (context, lane) = (self.context(), lane(&account));
        let (way, target) = (self.way(number, account), target(number));
        tokio::spawn(async move {
            let plan = plan(target.api.clone());
            let goal = Goal::Publish(&plan);
            let prepared = prepare_with(&way, goal, &target, &context.retry).await?;
            let one = Run {
                deployment: deployment(number),
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
            run(&context, &way, one).await
        })
    }

    /// Carries a clean-up on that did not come to its end.
    async fn clean_up(&self, number: u32, account: String) -> Result<RunEnd, Fault> {
        let lane = lane(&account);
        let way = self.way(number, account);
        let (context, target) = (self.context(), target(number));
        recover(&context, &way, &target, lane, &deployment(number)).await
    }

    fn context(&self) -> Context {
        Context {
            journal: self.catalog.clone(),
            pacer: Arc::clone(&self.pacer),
            clock: Arc::new(SystemClock),
            events: Arc::new(Unheard),
            retry: self.retry.clone(),
        }
    }

    fn way(&self, number: u32, account: String) -> AwsConnector {
        let ticket = Ticket::run(&deployment(number));
        let turns = Turns::new(Arc::clone(&self.pacer), lane(&account), ticket);
        let access = AwsAccess::Key {
            id: Secret::new(account),
            secret: Secret::new("test".to_owned()),
            session_token: None,
        };
        AwsConnector::paced(aws(&self.proxy.url()), access, turns).unwrap()
    }
}

fn deployment(number: u32) -> DeploymentId {
    DeploymentId::new(format!("run-{number}"))
}

fn lane(account: &str) -> Lane {
    Lane {
        name: account.to_owned(),
        quotas: Arc::new(quotas(EndpointType::Regional)),
    }
}

fn target(number: u32) -> Target {
    let api = api(number);
    Target {
        gateway: GatewayId::new(format!("gw-{number}")),
        api: api.id,
        api_name: api.name,
        api_version: api.version,
        known: Outputs::new(),
        known_digest: None,
        settings: StageSettings::default(),
    }
}

/// As [`plan`], but its second operation asks an authorizer that the run makes, which nobody gets past.
fn guarded(api: ApiId) -> Plan {
    let mut plan = plan(api);
    plan.routes[1].security = RouteSecurity::Token {
        scopes: vec!["things".to_owned()],
    };
    plan.token_check = Some(TokenCheck {
        issuer: "https://id.example".to_owned(),
        jwks_uri: "https://id.example/jwks".to_owned(),
        audience: "https://things.example".to_owned(),
        algorithms: vec!["RS256".to_owned()],
        aws: AwsAuthorizer::Provision,
        ttl_seconds: 0,
    });
    plan
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

fn aws(endpoint: &str) -> AwsTarget {
    AwsTarget {
        region: REGION.to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::AccessKey {
            secret: SecretRef::new("x"),
            hint: "test".to_owned(),
        },
        endpoint_url: Some(endpoint.to_owned()),
    }
}

fn gateway(number: u32, endpoint: &str) -> Gateway {
    Gateway {
        id: GatewayId::new(format!("gw-{number}")),
        name: format!("bench-{number}"),
        display_name: String::new(),
        description: String::new(),
        production: false,
        target: GatewayTarget::Aws(aws(endpoint)),
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
