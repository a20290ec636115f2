//! One account at the emulator and one catalog file, which processes work on until they are killed.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use gw_catalog::Catalog;
use gw_connector::Connector as _;
use gw_deploy::{Journal as _, Outcome, Record, RunHeader, RunState};
use gw_model::{
    Api, ApiId, AwsCredentials, AwsTarget, Backend, DeploymentId, EndpointType, Gateway, GatewayId,
    GatewayTarget, Policies, SecretRef, UnixMillis,
};
use gw_testkit::{Call, Callee, CountingProxy, Inventory, Localemu, Rule, Sandbox};
use rustix::process::{Pid, Signal, kill_process};

use crate::Moment;
use crate::job::{API, Aim, GATEWAY, Job, REGION};

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Killed,
    ByItself,
}

pub struct Site {
    pub catalog: Catalog,
    pub proxy: CountingProxy,
    account: String,
    runs: AtomicU32,
    _sandbox: Sandbox,
}

impl Site {
    /// As it is before a scene: empty, with a first publication live, or with a second one after it.
    pub fn before(aim: Aim) -> Self {
        let sandbox = Sandbox::new().unwrap();
        let catalog = Catalog::open(sandbox.path("catalog.db")).unwrap();
        catalog.apis().create(&api(), "openapi: 3.0.3\n").unwrap();
        catalog.gateways().create(&gateway()).unwrap();
        let site = Self {
            catalog,
            proxy: CountingProxy::start(Localemu::shared().unwrap().url()).unwrap(),
            account: Localemu::fresh_account(),
            runs: AtomicU32::new(0),
            _sandbox: sandbox,
        };
        let former: &[Aim] = match aim {
            Aim::First => &[],
            Aim::Return => &[Aim::First, Aim::Second],
            Aim::Second | Aim::Settings | Aim::Canary | Aim::Withdrawal | Aim::Recovery => {
                &[Aim::First]
            }
        };
        for before in former {
            let end = site.job(*before).carry_out().unwrap();
            assert_eq!(end.outcome, Outcome::Live, "{:?}", end.fault);
        }
        site
    }

    /// A new run's job.
    pub fn job(&self, aim: Aim) -> Job {
        let number = self.runs.fetch_add(1, Ordering::SeqCst);
        Job {
            catalog: self.catalog.path().to_owned(),
            endpoint: self.proxy.url(),
            account: self.account.clone(),
            deployment: DeploymentId::new(format!("run-{number}")),
            aim,
            last_write: None,
            settle_ms: 0,
        }
    }

    /// A process that does a job until the moment comes.
    pub fn child(&self, job: &Job, moment: Option<Moment>) -> Ended {
        match moment {
            None => self.start(job, &OnceLock::new()),
            Some(Moment::Write(last)) => {
                let job = Job {
                    last_write: Some(last),
                    ..job.clone()
                };
                self.start(&job, &OnceLock::new())
            }
            Some(Moment::Call(last)) => {
                let asked = AtomicBool::new(false);
                let counts = move |call: &Call| {
                    // How often a new function is asked whether it is ready depends on the machine.
                    let is_again =
                        call.path.ends_with("/configuration") && asked.swap(true, Ordering::SeqCst);
                    call.service != Callee::DataPlane && !is_again
                };
                let rule = Rule::on(counts).after(u64::from(last) - 1).times(1);
                self.child_killed_by(job, rule.drop_answer())
            }
        }
    }

    /// A process that does a job until a rule strikes.
    pub fn child_killed_by(&self, job: &Job, rule: Rule) -> Ended {
        let process = Arc::new(OnceLock::new());
        let victim = Arc::clone(&process);
        self.proxy.inject(rule.and_do(move || {
            let id: &i32 = victim.wait();
            kill_process(Pid::from_raw(*id).unwrap(), Signal::KILL).unwrap();
        }));
        let ended = self.start(job, &process);
        self.proxy.heal();
        ended
    }

    fn start(&self, job: &Job, process: &OnceLock<i32>) -> Ended {
        self.proxy.clear();
        let (name, value) = job.told();
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "child_carries_out_its_job",
                "--ignored",
                "--nocapture",
            ])
            .env(name, value)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.set(i32::try_from(child.id()).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.signal() == Some(9) {
            return Ended::Killed;
        }
        let said = format!(
            "{}{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            self.proxy.summary()
        );
        assert!(output.status.success() && said.contains("ended "), "{said}");
        Ended::ByItself
    }

    /// The calls of the last process.
    pub fn calls(&self) -> Vec<Call> {
        self.proxy.calls()
    }

    pub fn look(&self) -> Inventory {
        Inventory::of(&self.account, REGION).unwrap()
    }

    pub fn header(&self, job: &Job) -> Option<RunHeader> {
        self.catalog
            .read(&job.deployment)
            .ok()
            .map(|(header, _)| header)
    }

    pub fn records(&self, job: &Job) -> Vec<Record> {
        let read = self.catalog.read(&job.deployment);
        read.map(|(_, records)| records).unwrap_or_default()
    }

    /// Whether the catalog says that the API is there.
    pub fn placed(&self) -> bool {
        let (api, gateway) = (ApiId::new(API), GatewayId::new(GATEWAY));
        self.catalog
            .placements()
            .get(&api, &gateway)
            .unwrap()
            .is_some()
    }

    /// Takes back every step of a run that has a receipt, last first, whatever was taken back already.
    pub fn undo_all(&self, job: &Job, state: &RunState) {
        let connector = job.connector();
        let mut known = self.header(job).unwrap().found;
        known.extend(state.outputs.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        for step in state.steps.iter().rev() {
            if let Some(receipt) = &step.receipt {
                let undone = runtime.block_on(connector.undo(receipt, &known));
                undone
                    .unwrap_or_else(|fault| panic!("{}: {fault} {:?}", receipt.verb, fault.facts));
            }
        }
    }
}

fn api() -> Api {
    Api {
        id: ApiId::new(API),
        name: "Notes".to_owned(),
        version: "1.0.0".to_owned(),
        base_path: "/notes".to_owned(),
        backend: Backend::Mock,
        policies: Policies::default(),
        operations: 2,
        edition: 1,
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}

fn gateway() -> Gateway {
    Gateway {
        id: GatewayId::new(GATEWAY),
        name: "emulated".to_owned(),
        display_name: String::new(),
        description: String::new(),
        production: false,
        target: GatewayTarget::Aws(AwsTarget {
            region: REGION.to_owned(),
            stage: "live".to_owned(),
            endpoint_type: EndpointType::Regional,
            credentials: AwsCredentials::AccessKey {
                secret: SecretRef::new("x"),
                hint: "test".to_owned(),
            },
            endpoint_url: None,
        }),
        created_at: UnixMillis(1),
        updated_at: UnixMillis(1),
    }
}
