//! Plans: what would happen on each gateway, found out without changing anything.
//!
//! It refuses to let one gateway that does not answer hide what would happen on the others.

use std::time::Duration;

use futures::future::join_all;
use gw_catalog::Placement;
use gw_connector::names::{KNOWN_IN_DOUBT, OUTPUT_ADOPTED};
use gw_connector::{CanaryChange, DomainMapping, Goal, LiveState, Outputs, Target};
use gw_deploy::{Prepared, RetryRules, eta, prepare_with};
use gw_model::{
    Api, ApiId, Code, Diagnostic, Fault, Gateway, GatewayId, GatewayTarget, Percent, Severity,
};
use gw_plan::Plan;

use super::back::{self, Returning};
use super::consents::{self, Case};
use super::untouched;
use crate::apis::Working;
use crate::app::App;
use crate::connect::{self, Connection};
use crate::stages;
use crate::wire::{Consent, PlanRequest, PlanView, RunGoal, TargetPlan};

/// The verb of AWS's change that sets the role an account writes logs with.
const SETS_LOG_ROLE: &str = "aws.set-log-role";

/// What would happen, gateway by gateway.
pub async fn plan(app: &App, request: PlanRequest) -> Result<PlanView, Fault> {
    let aim = Aim {
        goal: request.goal,
        to: request.to.as_deref(),
        again: request.again == Some(true),
        percent: request.percent,
    };
    let working = working_for(app, &request.api, request.goal, aim.to).await?;
    let stages = stages::fingerprints(app, &request.api, &request.gateways).await?;
    let readied = ready_all(app, &working, &request.gateways, aim).await?;
    let elsewhere = untouched::elsewhere(app, &request.api, &request.gateways).await?;
    let eta_ms = millis(untouched::eta_in_all(&readied));
    let targets: Vec<TargetPlan> = readied.into_iter().map(|readied| readied.view).collect();
    let returned_to = targets
        .iter()
        .find_map(|target| target.returns_to.as_ref()?.revision.clone());
    Ok(PlanView {
        api: working.api.id.clone(),
        api_name: api_name(&working.api),
        goal: request.goal,
        percent: request.percent,
        revision: returned_to.unwrap_or_else(|| working.revision.id()),
        eta_ms,
        untouched: elsewhere.into_iter().collect(),
        stages,
        targets,
    })
}

/// What is published: the working revision, unless a stored one is asked for.
pub(super) async fn working_for(
    app: &App,
    api: &ApiId,
    goal: RunGoal,
    to: Option<&str>,
) -> Result<Working, Fault> {
    match to.filter(|_| goal == RunGoal::Publish) {
        None => Working::load(app, api).await,
        Some(text) => {
            let revision = back::find_revision(app, api, text).await?;
            Working::of_revision(app, api, &revision).await
        }
    }
}

/// A gateway's plan, and what is needed to carry it out; `None` when it cannot run.
pub(super) struct Readied {
    pub(super) view: TargetPlan,
    pub(super) means: Option<Means>,
}

/// What is needed to carry a plan out.
pub(crate) struct Means {
    pub(crate) connection: Connection,
    pub(crate) target: Target,
    pub(crate) prepared: Prepared,
    pub(crate) takes_along: Vec<String>,
    /// What is returned to, or the canary that is changed; `None` for other goals.
    pub(crate) returning: Option<Returning>,
    /// What becomes of a canary.
    pub(crate) canary: Option<CanaryChange>,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Aim<'a> {
    pub(super) goal: RunGoal,
    pub(super) to: Option<&'a str>,
    pub(super) again: bool,
    /// The share of a canary.
    pub(super) percent: Option<Percent>,
}

impl Aim<'_> {
    /// Going back, or what a canary is, differs by gateway, so each wants a look of its own; and a share is asked for where
    /// one is needed.
    pub(super) fn check(&self, gateways: &[GatewayId]) -> Result<(), Fault> {
        let differs = !matches!(self.goal, RunGoal::Publish | RunGoal::Withdraw);
        if differs && gateways.len() != 1 {
            return Err(Fault::new(
                Code::RequestInvalid,
                "Each gateway keeps deployments of its own",
                "Do it on one gateway at a time",
            ));
        }
        let missing = self.goal == RunGoal::Share && self.percent.is_none();
        let useless =
            !matches!(self.goal, RunGoal::Share | RunGoal::Publish) && self.percent.is_some();
        if missing || useless {
            return Err(Fault::new(
                Code::RequestInvalid,
                "A share belongs to a canary that is deployed or changed, and to nothing else",
                "Give a percentage there, and only there",
            ));
        }
        Ok(())
    }

    fn canary(&self) -> Option<CanaryChange> {
        let share = self.percent.map(|percent| CanaryChange::Share { percent });
        match self.goal {
            RunGoal::Publish | RunGoal::Share => share,
            RunGoal::Promote => Some(CanaryChange::Promote),
            RunGoal::Drop => Some(CanaryChange::Drop),
            RunGoal::Withdraw | RunGoal::Return => None,
        }
    }

    fn goal<'a>(&self, working: &'a Working, returning: Option<&'a Returning>) -> Goal<'a> {
        match (self.goal, self.canary(), returning, self.percent) {
            (RunGoal::Withdraw, ..) => Goal::Withdraw,
            (RunGoal::Publish, _, _, Some(percent)) => Goal::PublishCanary(&working.plan, percent),
            (_, Some(change), ..) => Goal::Canary(change),
            (_, None, Some(returning), _) => Goal::Return(&returning.kept),
            (_, None, None, _) => Goal::Publish(&working.plan),
        }
    }
}

/// Prepares side by side.
pub(super) async fn ready_all(
    app: &App,
    working: &Working,
    gateways: &[GatewayId],
    aim: Aim<'_>,
) -> Result<Vec<Readied>, Fault> {
    aim.check(gateways)?;
    let ids = gateways.to_vec();
    let gateways: Vec<Gateway> = app
        .catalog(move |catalog| ids.iter().map(|id| catalog.gateways().get(id)).collect())
        .await?;
    let all = gateways
        .iter()
        .map(|gateway| ready(app, working, gateway, aim));
    join_all(all).await.into_iter().collect()
}

/// What would happen on one gateway. A gateway's own failure is in the view.
pub(super) async fn ready(
    app: &App,
    working: &Working,
    gateway: &Gateway,
    aim: Aim<'_>,
) -> Result<Readied, Fault> {
    let goal = aim.goal;
    let (placement, old_plan, mut target) = catalogued(app, working, gateway).await?;
    if aim.again {
        target
            .known
            .insert(KNOWN_IN_DOUBT.to_owned(), "yes".to_owned());
    }
    let mut view = TargetPlan {
        gateway: gateway.id.clone(),
        gateway_name: gateway.name.clone(),
        gateway_kind: gateway.kind(),
        production: gateway.production,
        account: connect::known_identity(app, &gateway.id)
            .await?
            .map(|identity| identity.account),
        region: region_of(gateway),
        live: LiveState::Absent,
        changes: Vec::new(),
        settings: Vec::new(),
        steps: Vec::new(),
        diagnostics: Vec::new(),
        permissions: Vec::new(),
        eta_ms: 0,
        consents: Vec::new(),
        untouched: Vec::new(),
        invoke_url: placement
            .as_ref()
            .and_then(|placement| placement.invoke_url.clone()),
        returns_to: None,
        fault: None,
    };
    let means = match attempt(app, working, gateway, aim, target, &mut view.diagnostics).await {
        Ok(means) => means,
        Err(fault) => {
            view.fault = Some(fault);
            return Ok(Readied { view, means: None });
        }
    };
    let Prepared { observed, changes } = &means.prepared;
    view.live = observed.state;
    view.invoke_url = observed
        .invoke_url
        .clone()
        .or(view.invoke_url)
        .or_else(|| promised_url(working, gateway));
    // What is live is compared with the plan the gateway names, else with the last one known; anything else is all new.
    let named = match observed.digest.clone() {
        Some(digest) => {
            app.catalog(move |catalog| catalog.plans().get(&digest))
                .await?
        }
        None => None,
    };
    let known = named.is_some();
    let before = named
        .or(old_plan)
        .filter(|_| observed.state == LiveState::Live)
        .unwrap_or_else(|| nothing(&working.plan));
    let after = match (&means.returning, goal) {
        // What another catalog deployed is not known; a consent says so.
        (Some(returning), _) => returning.plan.clone().unwrap_or_else(|| before.clone()),
        (None, RunGoal::Withdraw) => nothing(&working.plan),
        (None, RunGoal::Drop) => before.clone(),
        (None, _) => working.plan.clone(),
    };
    view.returns_to = means
        .returning
        .as_ref()
        .map(|returning| returning.row.clone());
    let typed = gateway.production.then_some(&gateway.name);
    if !changes.is_empty() {
        view.changes = gw_plan::diff(&before, &after);
        let api = api_name(&working.api);
        let case = Case {
            goal,
            api: &api,
            live: observed.state,
            known,
            returns_to_known: means.returning.as_ref().is_none_or(|it| it.plan.is_some()),
            before: &before,
            after: &after,
            changes: &view.changes,
            replaces: aim.percent.is_none(),
            takes_along: &means.takes_along,
            adopted: adopted(&observed.found),
        };
        view.consents = consents::asked(&case, typed);
    }
    if goal == RunGoal::Publish {
        let connector = &means.connection.connector;
        view.settings = connector.setting_changes(&working.plan, &means.target, observed);
        view.consents.extend(log_role_consent(changes, typed));
    } else if goal == RunGoal::Withdraw && !changes.is_empty() {
        match domain_consents(&means, typed).await {
            Ok(consents) => view.consents.extend(consents),
            Err(fault) => {
                view.fault = Some(fault);
                return Ok(Readied { view, means: None });
            }
        }
    }
    view.untouched
        .extend(untouched::operations(goal, &before, &after));
    let connector = &means.connection.connector;
    let wanted = aim.goal(working, means.returning.as_ref());
    view.untouched
        .extend(connector.untouched(wanted, observed, changes));
    view.eta_ms = millis(eta(changes, &means.connection.lane.quotas));
    view.permissions = permissions(changes);
    view.steps = changes
        .iter()
        .map(|change| gw_connector::Change {
            payload: String::new(),
            ..change.clone()
        })
        .collect();
    Ok(Readied {
        view,
        means: Some(means),
    })
}

/// What is there as far as the catalog knows, the plan that was deployed, and the target that follows from both.
async fn catalogued(
    app: &App,
    working: &Working,
    gateway: &Gateway,
) -> Result<(Option<Placement>, Option<Plan>, Target), Fault> {
    let (api, gateway_id) = (working.api.id.clone(), gateway.id.clone());
    let (placement, old_plan, settings) = app
        .catalog(move |catalog| {
            let placement = catalog.placements().get(&api, &gateway_id)?;
            let digest = placement
                .as_ref()
                .and_then(|placement| placement.digest.as_deref());
            let old_plan = match digest {
                Some(digest) => catalog.plans().get(digest)?,
                None => None,
            };
            let settings = catalog.stages().get(&api, &gateway_id)?;
            Ok((placement, old_plan, settings))
        })
        .await?;
    let target = Target {
        gateway: gateway.id.clone(),
        api: working.api.id.clone(),
        api_name: working.api.name.clone(),
        api_version: working.api.version.clone(),
        known: placement
            .as_ref()
            .map(|placement| placement.outputs.clone())
            .unwrap_or_default(),
        known_digest: placement
            .as_ref()
            .and_then(|placement| placement.digest.clone()),
        settings,
    };
    Ok((placement, old_plan, target))
}

/// The target of an API on a gateway, with what is wanted of its stage.
pub(crate) async fn target(
    app: &App,
    working: &Working,
    gateway: &Gateway,
) -> Result<Target, Fault> {
    let (_, _, target) = catalogued(app, working, gateway).await?;
    Ok(target)
}

/// Setting the account's role for logs touches every API there.
fn log_role_consent(changes: &[gw_connector::Change], typed: Option<&String>) -> Option<Consent> {
    let sets = changes.iter().any(|change| change.verb == SETS_LOG_ROLE);
    sets.then(|| Consent {
        key: consents::ACCOUNT_LOG_ROLE.to_owned(),
        sentence: "The account has no role to write API Gateway's logs with: one is made and set, for every API there. \
                   Or set one yourself in the account's settings for API Gateway"
            .to_owned(),
        operations: Vec::new(),
        typed: typed.cloned(),
    })
}

/// A consent of its own for each name that would lead nowhere: none is given in general.
async fn domain_consents(means: &Means, typed: Option<&String>) -> Result<Vec<Consent>, Fault> {
    let consent = |key: String, sentence: String| Consent {
        key,
        sentence,
        operations: Vec::new(),
        typed: typed.cloned(),
    };
    let connector = &means.connection.connector;
    match connector.domains(&means.prepared.observed).await {
        Ok(mapped) => {
            let of = |mapping: DomainMapping| {
                let key = format!("domain:{}/{}", mapping.domain, mapping.base_path);
                let sentence = format!(
                    "{} leads here, and would lead nowhere. Unmap it first, or say yes to that",
                    mapping.url
                );
                consent(key, sentence)
            };
            Ok(mapped.into_iter().map(of).collect())
        }
        // Who may not read domains may still have to undeploy.
        Err(fault) if fault.code == Code::AwsDenied => {
            let sentence =
                "Custom domains may not be read here: one that leads here would lead nowhere";
            Ok(vec![consent(
                consents::DOMAINS_UNREAD.to_owned(),
                sentence.to_owned(),
            )])
        }
        Err(fault) => Err(fault),
    }
}

async fn attempt(
    app: &App,
    working: &Working,
    gateway: &Gateway,
    aim: Aim<'_>,
    target: Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Means, Fault> {
    let connection = connect::connect(app, gateway).await?;
    let connector = connection.connector.as_ref();
    if aim.canary().is_some() && !connector.capabilities().canaries {
        return Err(Fault::new(
            Code::RequestInvalid,
            format!("{} cannot run a canary", gateway.name),
            "Deploy to it without one",
        ));
    }
    if aim.goal == RunGoal::Publish {
        let found = connection.connector.lint(&working.document, &working.plan);
        diagnostics.extend(
            working
                .diagnostics
                .iter()
                .filter(|it| it.severity == Severity::Error)
                .cloned(),
        );
        diagnostics.extend(found.clone());
        crate::apis::sort(diagnostics);
        working.refuse_errors(&found)?;
    }
    let (name, to) = (gateway.name.as_str(), aim.to);
    let returning = match aim.goal {
        RunGoal::Return => Some(back::choose(app, connector, &target, name, to).await?),
        RunGoal::Share | RunGoal::Promote => {
            Some(back::canary(app, connector, &target, name, to).await?)
        }
        RunGoal::Publish | RunGoal::Withdraw | RunGoal::Drop => None,
    };
    let wanted = aim.goal(working, returning.as_ref());
    let prepared = prepare_with(connector, wanted, &target, &patience()).await?;
    let takes_along = match aim.goal {
        RunGoal::Withdraw => connector.takes_along(&prepared.observed).await?,
        _ => Vec::new(),
    };
    Ok(Means {
        connection,
        target,
        prepared,
        takes_along,
        returning,
        canary: aim.canary(),
    })
}

/// `Notes@1.0.0`: what the command line calls it, and what may be typed for it.
pub(super) fn api_name(api: &Api) -> String {
    format!("{}@{}", api.name, api.version)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What others made and Gatewright took over, by its id there; `None` when Gatewright made it.
fn adopted(found: &Outputs) -> Option<&str> {
    found.get(OUTPUT_ADOPTED)?;
    Some(found.get("rest-api-id").map_or("the API", String::as_str))
}

/// The plan that went live last there, as far as it is known, else one without operations; and what was taken over.
pub(super) async fn last_plan(
    app: &App,
    working: &Working,
    gateway: &GatewayId,
) -> Result<(Plan, Option<String>), Fault> {
    let (api, gateway) = (working.api.id.clone(), gateway.clone());
    let (known, taken_over) = app
        .catalog(move |catalog| {
            let Some(placement) = catalog.placements().get(&api, &gateway)? else {
                return Ok((None, None));
            };
            let plan = match &placement.digest {
                Some(digest) => catalog.plans().get(digest)?,
                None => None,
            };
            Ok((plan, adopted(&placement.outputs).map(str::to_owned)))
        })
        .await?;
    Ok((known.unwrap_or_else(|| nothing(&working.plan)), taken_over))
}

/// Whoever looks at a plan waits for its quota, and learns soon what else is wrong.
fn patience() -> RetryRules {
    RetryRules {
        attempts: 1,
        patient_attempts: 4,
        longest_wait: Duration::from_secs(10),
        ..RetryRules::default()
    }
}

/// The same API with no operations: what is there before the first deployment and after the last.
fn nothing(plan: &Plan) -> Plan {
    Plan {
        routes: Vec::new(),
        token_check: None,
        cors: None,
        resources: 0,
        schemas: gw_plan::Schemas::default(),
        own: gw_plan::Own::default(),
        ..plan.clone()
    }
}

fn permissions(changes: &[gw_connector::Change]) -> Vec<String> {
    let calls = changes.iter().flat_map(|change| &change.calls);
    let mut permissions: Vec<String> = calls
        .map(|call| call.permission.clone())
        .filter(|permission| !permission.is_empty())
        .collect();
    permissions.sort();
    permissions.dedup();
    permissions
}

fn region_of(gateway: &Gateway) -> String {
    match &gateway.target {
        GatewayTarget::Aws(aws) => aws.region.clone(),
        GatewayTarget::Local(local) => format!("127.0.0.1:{}", local.port),
    }
}

/// Where a local gateway will serve it; AWS makes its address up.
fn promised_url(working: &Working, gateway: &Gateway) -> Option<String> {
    match &gateway.target {
        GatewayTarget::Aws(_) => None,
        GatewayTarget::Local(local) => {
            let base_path = working.api.base_path.trim_end_matches('/');
            Some(format!("http://127.0.0.1:{}{base_path}", local.port))
        }
    }
}
