//! Plans: what would happen on each gateway, found out without changing anything.
//!
//! It refuses to let one gateway that does not answer hide what would happen on the others.

use futures::future::join_all;
use gw_connector::{Goal, LiveState, Target};
use gw_deploy::{Prepared, eta, prepare};
use gw_model::{Api, ApiId, Code, Diagnostic, Fault, Gateway, GatewayId, GatewayTarget, Severity};
use gw_plan::{Plan, PlanChange, RouteSecurity};

use super::back::{self, Returning};
use crate::apis::Working;
use crate::app::App;
use crate::connect::{self, Connection};
use crate::wire::{Consent, PlanRequest, PlanView, RunGoal, TargetPlan};

/// What would happen, gateway by gateway.
pub async fn plan(app: &App, request: PlanRequest) -> Result<PlanView, Fault> {
    let to = request.to.as_deref();
    let working = working_for(app, &request.api, request.goal, to).await?;
    let readied = ready_all(app, &working, &request.gateways, request.goal, to).await?;
    let targets: Vec<TargetPlan> = readied.into_iter().map(|readied| readied.view).collect();
    let returned_to = targets
        .iter()
        .find_map(|target| target.returns_to.as_ref()?.revision.clone());
    Ok(PlanView {
        api: working.api.id.clone(),
        goal: request.goal,
        revision: returned_to.unwrap_or_else(|| working.revision.id()),
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
pub(super) struct Means {
    pub(super) connection: Connection,
    pub(super) target: Target,
    pub(super) prepared: Prepared,
    /// What is returned to; `None` for other goals.
    pub(super) returning: Option<Returning>,
}

/// Prepares side by side.
pub(super) async fn ready_all(
    app: &App,
    working: &Working,
    gateways: &[GatewayId],
    goal: RunGoal,
    to: Option<&str>,
) -> Result<Vec<Readied>, Fault> {
    if goal == RunGoal::Return && gateways.len() != 1 {
        return Err(Fault::new(
            Code::RequestInvalid,
            "Each gateway keeps deployments of its own",
            "Go back on one gateway at a time",
        ));
    }
    let ids = gateways.to_vec();
    let gateways: Vec<Gateway> = app
        .catalog(move |catalog| ids.iter().map(|id| catalog.gateways().get(id)).collect())
        .await?;
    let all = gateways
        .iter()
        .map(|gateway| ready(app, working, gateway, goal, to));
    join_all(all).await.into_iter().collect()
}

async fn ready(
    app: &App,
    working: &Working,
    gateway: &Gateway,
    goal: RunGoal,
    to: Option<&str>,
) -> Result<Readied, Fault> {
    let (api, gateway_id) = (working.api.id.clone(), gateway.id.clone());
    let (placement, old_plan) = app
        .catalog(move |catalog| {
            let placement = catalog.placements().get(&api, &gateway_id)?;
            let digest = placement
                .as_ref()
                .and_then(|placement| placement.digest.as_deref());
            let old_plan = match digest {
                Some(digest) => catalog.plans().get(digest)?,
                None => None,
            };
            Ok((placement, old_plan))
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
    };
    let mut view = TargetPlan {
        gateway: gateway.id.clone(),
        gateway_name: gateway.name.clone(),
        gateway_kind: gateway.kind(),
        account: connect::known_identity(app, &gateway.id)
            .await?
            .map(|identity| identity.account),
        region: region_of(gateway),
        live: LiveState::Absent,
        changes: Vec::new(),
        steps: Vec::new(),
        diagnostics: Vec::new(),
        permissions: Vec::new(),
        eta_ms: 0,
        consents: Vec::new(),
        invoke_url: placement
            .as_ref()
            .and_then(|placement| placement.invoke_url.clone()),
        returns_to: None,
        fault: None,
    };
    let aim = (goal, to);
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
    // What is live as Gatewright left it is compared with its stored plan; anything else is all new.
    let before = old_plan
        .filter(|_| observed.state == LiveState::Live)
        .unwrap_or_else(|| nothing(&working.plan));
    let after = match (&means.returning, goal) {
        // What another catalog deployed is not known; a consent says so.
        (Some(returning), _) => returning.plan.clone().unwrap_or_else(|| before.clone()),
        (None, RunGoal::Withdraw) => nothing(&working.plan),
        (None, _) => working.plan.clone(),
    };
    view.returns_to = means
        .returning
        .as_ref()
        .map(|returning| returning.row.clone());
    view.changes = if changes.is_empty() {
        Vec::new()
    } else {
        gw_plan::diff(&before, &after)
    };
    view.consents = consents(
        goal,
        &working.api,
        &before,
        &after,
        &view.changes,
        changes.is_empty(),
    );
    if means.returning.as_ref().is_some_and(|it| it.plan.is_none()) && !changes.is_empty() {
        view.consents.push(unknown_plan());
    }
    view.eta_ms =
        u64::try_from(eta(changes, &means.connection.lane.quotas).as_millis()).unwrap_or(u64::MAX);
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

async fn attempt(
    app: &App,
    working: &Working,
    gateway: &Gateway,
    (goal, to): (RunGoal, Option<&str>),
    target: Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Means, Fault> {
    let connection = connect::connect(app, gateway).await?;
    if goal == RunGoal::Publish {
        let found = connection.connector.lint(&working.revision, &working.plan);
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
    let connector = connection.connector.as_ref();
    let returning = match goal {
        RunGoal::Return => Some(back::choose(app, connector, &target, &gateway.name, to).await?),
        RunGoal::Publish | RunGoal::Withdraw => None,
    };
    let goal = match (&returning, goal) {
        (Some(returning), _) => Goal::Return(&returning.kept),
        (None, RunGoal::Withdraw) => Goal::Withdraw,
        (None, _) => Goal::Publish(&working.plan),
    };
    let prepared = prepare(connector, goal, &target).await?;
    Ok(Means {
        connection,
        target,
        prepared,
        returning,
    })
}

/// The same API with no operations: what is there before the first deployment and after the last.
fn nothing(plan: &Plan) -> Plan {
    Plan {
        routes: Vec::new(),
        token_check: None,
        cors: None,
        resources: 0,
        schemas: gw_plan::Schemas::default(),
        ..plan.clone()
    }
}

fn consents(
    goal: RunGoal,
    api: &Api,
    before: &Plan,
    after: &Plan,
    changes: &[PlanChange],
    nothing_to_do: bool,
) -> Vec<Consent> {
    if nothing_to_do {
        return Vec::new();
    }
    if goal == RunGoal::Withdraw {
        let count = before.routes.len();
        let what = if count == 0 {
            "its operations".to_owned()
        } else {
            format!("its {count} operations")
        };
        let sentence = format!(
            "Callers of {}@{} can no longer reach {what} there",
            api.name, api.version
        );
        return vec![Consent {
            key: "withdraw".to_owned(),
            sentence,
        }];
    }
    let mut consents = Vec::new();
    let open = after
        .routes
        .iter()
        .filter(|route| route.security == RouteSecurity::Open { declared: false })
        .count();
    if open > 0 {
        let sentence = format!("No policy is attached: {open} operations are open to everyone");
        consents.push(Consent {
            key: "open-operations".to_owned(),
            sentence,
        });
    }
    let lowered = changes
        .iter()
        .filter(|change| change.lowers_security)
        .count();
    if lowered > 0 && !before.routes.is_empty() {
        let sentence = match lowered {
            1 => "One change lets more callers in than now".to_owned(),
            count => format!("{count} changes let more callers in than now"),
        };
        consents.push(Consent {
            key: "lowers-security".to_owned(),
            sentence,
        });
    }
    consents
}

/// Whether it lowers security cannot be told, so it may.
fn unknown_plan() -> Consent {
    Consent {
        key: "lowers-security".to_owned(),
        sentence: "It was deployed from another catalog, so nothing here can say whether it lets more callers in"
            .to_owned(),
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
