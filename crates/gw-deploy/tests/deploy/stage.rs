//! What every test sets up: a world, a journal in memory that dies with the process, ears.
//!
//! It refuses files: nothing is written anywhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gw_connector::{Connector, Goal, Target};
use gw_deploy::{
    Clock, Context, Entry, Journal, Lane, Outcome, Pacer, Prepared, Publication, Record,
    RetryRules, Run, RunEnd, RunEvent, RunHeader, RunSink, fold, prepare, recover, run,
};
use gw_model::{
    ApiId, Code, DeploymentId, Fault, GatewayId, HttpMethod, OperationKey, RevisionId, UnixMillis,
};
use gw_plan::{MockAnswer, Plan, Route, RouteBackend, RouteSecurity};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::world::{World, WorldConnector, digest};

/// Journals by deployment.
#[derive(Default)]
pub struct Memory {
    runs: Mutex<BTreeMap<DeploymentId, (RunHeader, Vec<Record>)>>,
    /// Set by tests in which writing fails from some entry on.
    full_after: Mutex<Option<usize>>,
    world: Option<Arc<World>>,
}

impl Memory {
    pub fn of(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: Some(Arc::clone(world)),
            ..Self::default()
        })
    }

    pub fn full_after(&self, entries: Option<usize>) {
        *self.full_after.lock().unwrap() = entries;
    }

    pub fn records(&self, deployment: &DeploymentId) -> Vec<Record> {
        self.runs.lock().unwrap()[deployment].1.clone()
    }

    fn usable(&self) -> Result<(), Fault> {
        if self.world.as_ref().is_some_and(|world| world.crash.gone()) {
            return Err(Fault::new(
                Code::CatalogUnavailable,
                "The process is gone",
                "Start it again",
            ));
        }
        Ok(())
    }

    fn durable(&self) {
        if let Some(world) = &self.world {
            world.crash.moment();
        }
    }
}

impl Journal for Memory {
    fn begin(&self, header: &RunHeader) -> Result<(), Fault> {
        self.usable()?;
        let mut runs = self.runs.lock().unwrap();
        let busy = runs.values().any(|(known, records)| {
            (&known.api, &known.gateway) == (&header.api, &header.gateway)
                && fold(records).outcome.is_none()
        });
        if busy {
            return Err(Fault::new(
                Code::DeployBusy,
                "Another run is under way",
                "Wait for it",
            ));
        }
        runs.insert(header.deployment.clone(), (header.clone(), Vec::new()));
        drop(runs);
        self.durable();
        Ok(())
    }

    fn append(
        &self,
        deployment: &DeploymentId,
        at: UnixMillis,
        entry: &Entry,
    ) -> Result<Record, Fault> {
        self.usable()?;
        let mut runs = self.runs.lock().unwrap();
        let (_, records) = runs.get_mut(deployment).expect("begun before");
        if self
            .full_after
            .lock()
            .unwrap()
            .is_some_and(|full| records.len() >= full)
        {
            return Err(Fault::new(
                Code::CatalogDiskFull,
                "The disk is full",
                "Free space",
            ));
        }
        match (fold(records).outcome, entry) {
            (None, _) | (Some(Outcome::Stuck), Entry::Resumed) => {}
            (Some(_), _) => {
                return Err(Fault::new(Code::AppDefect, "The run is over", "Report it"));
            }
        }
        // What a real journal gives back has been through JSON.
        let entry: Entry = serde_json::from_str(&serde_json::to_string(entry).unwrap()).unwrap();
        let record = Record {
            seq: u32::try_from(records.len()).unwrap() + 1,
            at,
            entry,
        };
        records.push(record.clone());
        drop(runs);
        self.durable();
        Ok(record)
    }

    fn read(&self, deployment: &DeploymentId) -> Result<(RunHeader, Vec<Record>), Fault> {
        Ok(self.runs.lock().unwrap()[deployment].clone())
    }

    fn unfinished(&self) -> Result<Vec<DeploymentId>, Fault> {
        let runs = self.runs.lock().unwrap();
        let open = runs
            .iter()
            .filter(|(_, (_, records))| fold(records).outcome.is_none());
        Ok(open.map(|(deployment, _)| deployment.clone()).collect())
    }
}

/// Keeps what it hears.
#[derive(Default)]
pub struct Ears(Mutex<Vec<RunEvent>>);

impl Ears {
    pub fn heard(&self) -> Vec<RunEvent> {
        self.0.lock().unwrap().clone()
    }
}

impl RunSink for Ears {
    fn tell(&self, _deployment: &DeploymentId, event: RunEvent) {
        self.0.lock().unwrap().push(event);
    }
}

/// Tells tokio's time, so that it stands still with it.
pub struct TestClock(Instant);

impl TestClock {
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(i64::try_from(self.0.elapsed().as_millis()).unwrap())
    }
}

/// Everything a test touches.
pub struct Stage {
    pub world: Arc<World>,
    pub journal: Arc<Memory>,
    pub ears: Arc<Ears>,
    pub ctx: Context,
    pub lane: Lane,
}

impl Stage {
    pub fn new() -> Self {
        let world = World::new();
        let journal = Memory::of(&world);
        let ears = Arc::new(Ears::default());
        let ctx = Context {
            journal: Arc::clone(&journal) as Arc<dyn Journal>,
            pacer: Arc::new(Pacer::new()),
            clock: Arc::new(TestClock::new()),
            events: Arc::clone(&ears) as Arc<dyn RunSink>,
            retry: RetryRules {
                call_limit: Duration::from_secs(20),
                ..RetryRules::default()
            },
        };
        Self {
            world,
            journal,
            ears,
            ctx,
            lane: Lane::unlimited("world"),
        }
    }

    pub fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(WorldConnector(Arc::clone(&self.world)))
    }

    pub async fn make(
        &self,
        name: &str,
        goal: Goal<'_>,
        cancel: CancellationToken,
    ) -> Result<Run, Fault> {
        let target = target();
        let Prepared { observed, changes } =
            prepare(self.connector().as_ref(), goal, &target).await?;
        let publishes = match goal {
            Goal::Publish(plan) => Some(Publication {
                revision: plan.revision.clone(),
                digest: digest(plan),
            }),
            _ => None,
        };
        let deployment = DeploymentId::new(name);
        Ok(Run {
            deployment,
            target,
            publishes,
            returns_to: None,
            canary: None,
            observed,
            changes,
            lane: self.lane.clone(),
            cancel,
        })
    }

    /// Prepares and runs to the end, or to the crash that was set.
    pub async fn go(&self, name: &str, goal: Goal<'_>) -> Option<Result<RunEnd, Fault>> {
        self.go_until(name, goal, CancellationToken::new()).await
    }

    pub async fn go_until(
        &self,
        name: &str,
        goal: Goal<'_>,
        cancel: CancellationToken,
    ) -> Option<Result<RunEnd, Fault>> {
        let one = self
            .make(name, goal, cancel)
            .await
            .expect("observing does not fail here");
        let connector = self.connector();
        tokio::select! {
            biased;
            () = self.world.crash.happened.notified() => None,
            end = run(&self.ctx, connector.as_ref(), one) => if self.world.crash.gone() { None } else { Some(end) },
        }
    }

    pub async fn recover(&self, name: &str) -> Option<Result<RunEnd, Fault>> {
        let connector = self.connector();
        let (target, deployment) = (target(), DeploymentId::new(name));
        tokio::select! {
            biased;
            () = self.world.crash.happened.notified() => None,
            end = recover(&self.ctx, connector.as_ref(), &target, self.lane.clone(), &deployment) => {
                if self.world.crash.gone() { None } else { Some(end) }
            }
        }
    }

    pub fn outcomes(&self, name: &str) -> Vec<Outcome> {
        let records = self.journal.records(&DeploymentId::new(name));
        let finished = |record: &Record| match &record.entry {
            Entry::Finished { outcome, .. } => Some(*outcome),
            _ => None,
        };
        records.iter().filter_map(finished).collect()
    }
}

pub fn target() -> Target {
    Target {
        gateway: GatewayId::new("gateway"),
        api: ApiId::new("orders"),
        api_name: "orders".to_owned(),
        api_version: "1".to_owned(),
        known: BTreeMap::new(),
        known_digest: None,
        settings: gw_model::StageSettings::default(),
    }
}

pub fn plan(edition: u32) -> Plan {
    let answer = MockAnswer {
        status: 200,
        content_type: "text/plain".to_owned(),
        headers: BTreeMap::new(),
        body: edition.to_string(),
    };
    let route = Route {
        operation: OperationKey::new(HttpMethod::Get, "/open"),
        operation_id: String::new(),
        summary: String::new(),
        backend: RouteBackend::Mock { answer },
        security: RouteSecurity::Open { declared: true },
        parameters: Vec::new(),
        contract: gw_plan::Contract::default(),
    };
    Plan {
        api: ApiId::new("orders"),
        revision: RevisionId::new(format!("rev_{edition}")),
        name: "orders".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        base_path: "/".to_owned(),
        routes: vec![route],
        token_check: None,
        cors: None,
        resources: 1,
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
    }
}
