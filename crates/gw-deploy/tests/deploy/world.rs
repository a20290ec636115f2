//! A gateway in memory, with the manners of a remote one: it forgets answers, refuses, is slow, and is reached by mark.
//!
//! It refuses to exist outside tests.

use std::collections::{BTreeMap, HashMap};
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{
    Capabilities, Change, Connector, Document, Goal, Identity, LiveState, Mark, Observed, Outputs,
    Receipt, RemoteCall, StepEffect, Target,
};
use gw_model::{Code, Diagnostic, Effect, Fault, Retry};
use gw_plan::Plan;
use tokio::sync::Notify;

/// What the remote side does with one call instead of answering it.
#[derive(Clone, Debug)]
pub enum Mishap {
    /// Refuses, without effect.
    Refuse(Fault),
    /// Does it, but the answer is lost.
    LoseAnswer,
    /// The request is lost.
    LoseRequest,
    /// Does it and never answers.
    Hang,
}

/// One API as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteApi {
    pub api: String,
    pub mark: String,
    /// Digest and the mark of the run that imported it.
    pub draft: Option<(String, String)>,
    /// By id: plan and mark.
    pub deployments: BTreeMap<String, (Plan, String)>,
    pub stage: Option<String>,
}

#[derive(Default)]
struct Inner {
    apis: BTreeMap<String, RemoteApi>,
    made: u32,
    calls: u32,
    applied: HashMap<String, u32>,
    mishaps: BTreeMap<u32, Mishap>,
    /// Verbs whose undo is refused.
    undo_refused: Vec<String>,
}

/// The remote side and the wire to it.
#[derive(Default)]
pub struct World {
    inner: Mutex<Inner>,
    pub crash: Crash,
}

/// Ends the "process" at a chosen moment: after it the journal takes nothing and calls are never answered.
#[derive(Default)]
pub struct Crash {
    state: Mutex<(u32, Option<u32>)>,
    pub happened: Notify,
}

impl Crash {
    /// Crash at the moment with this number, from 1; `None` for never. Starts counting anew.
    pub fn at(&self, moment: Option<u32>) {
        *self.state.lock().unwrap() = (0, moment);
    }

    /// How many moments have passed.
    pub fn moments(&self) -> u32 {
        self.state.lock().unwrap().0
    }

    /// One more journal entry is durable, or one more effect has happened.
    pub fn moment(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        let crashed = state.1.is_some_and(|at| state.0 >= at);
        if crashed {
            self.happened.notify_one();
        }
        crashed
    }

    /// Whether the process is gone.
    pub fn gone(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.1.is_some_and(|at| state.0 >= at)
    }
}

pub fn soon(code: Code) -> Fault {
    Fault::new(code, "The call failed for the moment", "Wait").retry(Retry::Soon)
}

pub fn never(code: Code) -> Fault {
    Fault::new(code, "The call was refused", "Change something").retry(Retry::Never)
}

fn lost() -> Fault {
    Fault::new(
        Code::NetworkTimeout,
        "The answer was lost",
        "Check the network",
    )
    .effect(Effect::Unknown)
    .retry(Retry::Soon)
}

impl World {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Call number `at` (from 1, observing not counted) meets a mishap.
    pub fn mishap(&self, at: u32, mishap: Mishap) {
        self.lock().mishaps.insert(at, mishap);
    }

    pub fn clear_mishaps(&self) {
        let mut inner = self.lock();
        inner.mishaps.clear();
        inner.undo_refused.clear();
    }

    pub fn refuse_undo(&self, verb: &str) {
        self.lock().undo_refused.push(verb.to_owned());
    }

    pub fn calls(&self) -> u32 {
        self.lock().calls
    }

    /// How often a verb took effect.
    pub fn applied(&self, verb: &str) -> u32 {
        self.lock().applied.get(verb).copied().unwrap_or_default()
    }

    /// What is there, without what callers and people cannot tell apart: ids are left in, counters out.
    pub fn snapshot(&self) -> BTreeMap<String, RemoteApi> {
        self.lock().apis.clone()
    }

    /// The plan callers reach under an API's remote id.
    pub fn served(&self, id: &str) -> Option<Plan> {
        let inner = self.lock();
        let api = inner.apis.get(id)?;
        Some(api.deployments.get(api.stage.as_ref()?)?.0.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Runs one call with whatever mishap was planned for it.
    async fn call<R>(&self, act: impl Fn(&mut Inner) -> Result<R, Fault>) -> Result<R, Fault> {
        if self.crash.gone() {
            return pending().await;
        }
        let mishap = {
            let mut inner = self.lock();
            inner.calls += 1;
            let number = inner.calls;
            inner.mishaps.get(&number).cloned()
        };
        let before = self.snapshot();
        let answer = match &mishap {
            Some(Mishap::Refuse(fault)) => return Err(fault.clone()),
            Some(Mishap::LoseRequest) => return Err(lost()),
            None | Some(Mishap::LoseAnswer | Mishap::Hang) => act(&mut self.lock()),
        };
        let changed = before != self.snapshot();
        if changed && self.crash.moment() {
            return pending().await;
        }
        match mishap {
            Some(Mishap::LoseAnswer) => Err(lost()),
            Some(Mishap::Hang) => pending().await,
            _ => answer,
        }
    }
}

/// A connector to a [`World`].
pub struct WorldConnector(pub Arc<World>);

pub const MOST_RESOURCES: u32 = 30;

#[async_trait]
impl Connector for WorldConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shared_host: false,
            lambda_backend: false,
            checks_tokens: true,
            public_address: false,
            max_resources: Some(MOST_RESOURCES),
            max_document_bytes: None,
            stage_settings: false,
            canaries: false,
        }
    }

    fn lint(&self, _document: &Document, _plan: &Plan) -> Vec<Diagnostic> {
        Vec::new()
    }

    async fn identify(&self) -> Result<Identity, Fault> {
        Ok(Identity {
            account: "a world".to_owned(),
            principal: "a test".to_owned(),
            region: "memory".to_owned(),
            round_trip_ms: 0,
            permissions: Vec::new(),
            expires_at: None,
        })
    }

    async fn observe(&self, target: &Target) -> Result<Observed, Fault> {
        let inner = self.0.lock();
        let Some((id, api)) = inner
            .apis
            .iter()
            .find(|(_, api)| api.api == target.api.as_str())
        else {
            let found = Outputs::new();
            return Ok(Observed {
                state: LiveState::Absent,
                found,
                digest: None,
                invoke_url: None,
                stage: None,
            });
        };
        let mut found = Outputs::from([("api-id".to_owned(), id.clone())]);
        let live = api.stage.as_ref();
        if let Some(stage) = live {
            found.insert("deployment-id".to_owned(), stage.clone());
        }
        Ok(Observed {
            state: if live.is_some() {
                LiveState::Live
            } else {
                LiveState::Partial
            },
            found,
            digest: live
                .and_then(|stage| api.deployments.get(stage))
                .map(|(plan, _)| digest(plan)),
            invoke_url: live.map(|_| url(id)),
            stage: None,
        })
    }

    fn lower(
        &self,
        goal: Goal<'_>,
        _target: &Target,
        observed: &Observed,
    ) -> Result<Vec<Change>, Fault> {
        let plan = match goal {
            Goal::Withdraw if observed.state == LiveState::Absent => return Ok(Vec::new()),
            Goal::Withdraw => {
                let mut changes = vec![change(
                    "world.delete-api",
                    StepEffect::Write,
                    "DeleteApi",
                    "",
                )];
                if observed.state == LiveState::Live {
                    changes.insert(
                        0,
                        change(
                            "world.delete-stage",
                            StepEffect::MovesTraffic,
                            "DeleteStage",
                            "",
                        ),
                    );
                }
                return Ok(changes);
            }
            Goal::Publish(plan) => plan,
            Goal::Return(_) | Goal::Prune { .. } | Goal::PublishCanary(..) | Goal::Canary(_) => {
                return Ok(Vec::new());
            }
        };
        if plan.resources > MOST_RESOURCES {
            return Err(Fault::new(
                Code::PlanTooManyResources,
                "Too many resources",
                "Split the API",
            ));
        }
        if observed.digest.as_ref() == Some(&digest(plan)) {
            return Ok(Vec::new());
        }
        let payload = serde_json::to_string(plan).unwrap();
        let mut changes = vec![
            change("world.put-api", StepEffect::Write, "PutApi", &payload),
            change("world.read-back", StepEffect::Read, "GetResources", ""),
            change(
                "world.create-deployment",
                StepEffect::Write,
                "CreateDeployment",
                &payload,
            ),
            change("world.switch", StepEffect::MovesTraffic, "UpdateStage", ""),
        ];
        if observed.state == LiveState::Absent {
            changes.insert(
                0,
                change(
                    "world.create-api",
                    StepEffect::Write,
                    "CreateApi",
                    plan.api.as_str(),
                ),
            );
        }
        Ok(changes)
    }

    async fn apply(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        self.0
            .call(|inner| apply(inner, change, mark.as_str(), outputs))
            .await
    }

    async fn probe(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        self.0
            .call(|inner| Ok(probe(inner, change, mark.as_str(), outputs)))
            .await
    }

    async fn undo(&self, receipt: &Receipt, outputs: &Outputs) -> Result<(), Fault> {
        self.0
            .call(|inner| {
                if inner.undo_refused.contains(&receipt.verb) {
                    return Err(never(Code::AwsDenied));
                }
                undo(inner, receipt, outputs);
                let once = inner.apis.clone();
                undo(inner, receipt, outputs);
                assert_eq!(
                    once, inner.apis,
                    "undo of {} twice is not once",
                    receipt.verb
                );
                Ok(())
            })
            .await
    }
}

fn apply(
    inner: &mut Inner,
    change: &Change,
    mark: &str,
    outputs: &Outputs,
) -> Result<Receipt, Fault> {
    *inner.applied.entry(change.verb.clone()).or_default() += 1;
    inner.made += 1;
    let made = inner.made;
    if change.verb == "world.create-api" {
        let api = RemoteApi {
            api: change.payload.clone(),
            mark: mark.to_owned(),
            draft: None,
            deployments: BTreeMap::new(),
            stage: None,
        };
        let id = format!("api{made}");
        inner.apis.insert(id.clone(), api);
        return Ok(receipt(change, &[("api-id", &id)], true));
    }
    let id = outputs.get("api-id").cloned().unwrap_or_default();
    if change.verb == "world.delete-api" {
        inner.apis.remove(&id);
        return Ok(receipt(change, &[], false));
    }
    let Some(api) = inner.apis.get_mut(&id) else {
        if change.verb == "world.delete-stage" {
            return Ok(receipt(change, &[], false));
        }
        return Err(never(Code::AwsGone));
    };
    match change.verb.as_str() {
        "world.put-api" => {
            let plan: Plan = serde_json::from_str(&change.payload).unwrap();
            api.draft = Some((digest(&plan), mark.to_owned()));
            Ok(receipt(change, &[], true))
        }
        "world.read-back" => Ok(receipt(change, &[], false)),
        "world.create-deployment" => {
            let plan = serde_json::from_str(&change.payload).unwrap();
            let id = format!("dep{made}");
            api.deployments.insert(id.clone(), (plan, mark.to_owned()));
            Ok(receipt(change, &[("new-deployment-id", &id)], true))
        }
        "world.switch" => {
            api.stage = outputs.get("new-deployment-id").cloned();
            Ok(receipt(change, &[(OUTPUT_INVOKE_URL, &url(&id))], true))
        }
        "world.delete-stage" => {
            api.stage = None;
            Ok(receipt(change, &[], false))
        }
        other => panic!("no verb {other}"),
    }
}

fn probe(inner: &Inner, change: &Change, mark: &str, outputs: &Outputs) -> Option<Receipt> {
    let id = outputs.get("api-id").cloned().unwrap_or_default();
    let api = inner.apis.get(&id);
    match change.verb.as_str() {
        "world.create-api" => {
            let (id, _) = inner.apis.iter().find(|(_, api)| api.mark == mark)?;
            Some(receipt(change, &[("api-id", id)], true))
        }
        "world.put-api" => {
            let (_, by) = api?.draft.as_ref()?;
            (by == mark).then(|| receipt(change, &[], true))
        }
        "world.create-deployment" => {
            let (id, _) = api?.deployments.iter().find(|(_, (_, by))| by == mark)?;
            Some(receipt(change, &[("new-deployment-id", id)], true))
        }
        "world.switch" => {
            let (_, by) = api?.deployments.get(api?.stage.as_ref()?)?;
            (by == mark).then(|| receipt(change, &[(OUTPUT_INVOKE_URL, &url(&id))], true))
        }
        "world.delete-stage" => api
            .is_none_or(|api| api.stage.is_none())
            .then(|| receipt(change, &[], false)),
        "world.delete-api" => api.is_none().then(|| receipt(change, &[], false)),
        _ => None,
    }
}

fn undo(inner: &mut Inner, receipt: &Receipt, outputs: &Outputs) {
    let id = outputs.get("api-id").cloned().unwrap_or_default();
    if receipt.verb == "world.create-api" {
        inner.apis.remove(&id);
    }
    let Some(api) = inner.apis.get_mut(&id) else {
        return;
    };
    match receipt.verb.as_str() {
        // The draft is no state: nobody is served from it, and the next import replaces it whole.
        "world.put-api" => api.draft = None,
        "world.create-deployment" => {
            let id = receipt
                .outputs
                .get("new-deployment-id")
                .cloned()
                .unwrap_or_default();
            assert_ne!(
                api.stage.as_ref(),
                Some(&id),
                "a deployment that is served is not deleted"
            );
            api.deployments.remove(&id);
        }
        "world.switch" => api.stage = outputs.get("deployment-id").cloned(),
        _ => {}
    }
}

pub fn digest(plan: &Plan) -> String {
    format!("digest of {}", plan.revision)
}

fn url(id: &str) -> String {
    format!("world://{id}")
}

fn change(verb: &str, effect: StepEffect, call: &str, payload: &str) -> Change {
    Change {
        verb: verb.to_owned(),
        sentence: format!("Do {verb}"),
        effect,
        calls: vec![RemoteCall {
            service: "world".to_owned(),
            name: call.to_owned(),
            target: String::new(),
            permission: String::new(),
        }],
        payload: payload.to_owned(),
    }
}

fn receipt(change: &Change, outputs: &[(&str, &str)], created: bool) -> Receipt {
    Receipt {
        verb: change.verb.clone(),
        outputs: outputs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        request_id: Some("request".to_owned()),
        created,
        warnings: Vec::new(),
    }
}
