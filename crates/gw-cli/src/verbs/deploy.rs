//! `gatewright plan`, `deploy`, `undeploy` and `deployments`.
//!
//! It refuses to carry out a plan nobody saw: without `--yes` it asks, and without a terminal it stops. `--yes` alone says
//! nothing to what lets more callers in or takes something from them.

use std::collections::BTreeMap;

use gw_app::deployments::consents::ORDINARY;
use gw_app::wire::{
    DeploymentDetail, DeploymentRow, DeploymentSearch, PlanRequest, PlanView, RunGoal, StartRequest,
};
use gw_app::{App, deployments, resolve};
use gw_deploy::Outcome;
use gw_model::code::ExitClass;
use gw_model::{Api, Code, Diagnostic, Fault, GatewayId, Percent, Severity};
use serde_json::{Value, json};

use super::fleet::{self, RunResult};
use super::{agree, lifecycle, plan, stands, word};
use crate::args::{DeployArgs, PlanArgs, PublishArgs, UndeployArgs};
use crate::output::{self, Reply, exit_status};
use crate::progress::Progress;

/// Shows a plan.
pub async fn plan(app: &App, args: &PlanArgs) -> Result<Reply, Fault> {
    let (api, gateways) = find(app, &args.api, &args.gateways).await?;
    let request = PlanRequest {
        api: api.id,
        gateways: ids(&gateways),
        goal: RunGoal::Publish,
        percent: args.canary,
        to: None,
        again: None,
    };
    let view = deployments::plan(app, request).await?;
    let exit = plan_exit(&view);
    let text = plan::describe(&view);
    Ok(Reply::new(view, text).exit(exit))
}

/// Deploys.
pub async fn deploy(app: &App, args: &PublishArgs, json: bool) -> Result<Reply, Fault> {
    let wanted = Wanted {
        goal: RunGoal::Publish,
        to: args.revision.as_deref(),
        percent: args.canary,
    };
    run(app, &args.run, wanted, json).await
}

/// Takes an API off gateways.
pub async fn undeploy(app: &App, args: &UndeployArgs, json: bool) -> Result<Reply, Fault> {
    if args.later {
        return lifecycle::later(app, &args.run, json).await;
    }
    let wanted = Wanted {
        goal: RunGoal::Withdraw,
        to: None,
        percent: None,
    };
    let ended = run(app, &args.run, wanted, json).await;
    let missed = match &ended {
        Ok(reply) => reply.exit != 0,
        Err(fault) => fault.code.exit_class() == ExitClass::Remote,
    };
    if missed && !json {
        output::note(
            "To have it carried out when the gateway answers again, add --later; if the gateway is gone for good: \
             gatewright forget API --gateway NAME",
        );
    }
    ended
}

pub(super) async fn find(app: &App, api: &str, gateways: &[String]) -> Result<(Api, Named), Fault> {
    let api = resolve::api(app, api).await?;
    let mut found: Named = Vec::new();
    for name in gateways {
        let gateway = resolve::gateway(app, name).await?;
        if found.iter().all(|(id, _)| *id != gateway.id) {
            found.push((gateway.id, gateway.name));
        }
    }
    Ok((api, found))
}

/// Gateways with their names.
pub(super) type Named = Vec<(GatewayId, String)>;

pub(super) fn ids(gateways: &Named) -> Vec<GatewayId> {
    gateways.iter().map(|(id, _)| id.clone()).collect()
}

/// What a run is to reach.
pub(super) struct Wanted<'a> {
    pub(super) goal: RunGoal,
    pub(super) to: Option<&'a str>,
    /// The share of a canary.
    pub(super) percent: Option<Percent>,
}

/// Shows the plan of a goal, asks, runs it and tells how it ended.
pub(super) async fn run(
    app: &App,
    args: &DeployArgs,
    wanted: Wanted<'_>,
    json: bool,
) -> Result<Reply, Fault> {
    let Wanted { goal, to, percent } = wanted;
    let api = resolve::api(app, &args.api).await?;
    let gateways = fleet::chosen(app, &api, args).await?;
    let mut consents: Vec<String> = args.allow.iter().map(|it| it.key().to_owned()).collect();
    let mut confirmed = args.confirm.clone();
    // Who says yes beforehand has no use for a plan, and its calls count against the account's quota.
    let mut to = to.map(str::to_owned);
    let (revision, stages) = if args.yes {
        consents.extend(ORDINARY.iter().map(|key| (*key).to_owned()));
        let revision = match (&to, goal) {
            (Some(to), RunGoal::Publish) => deployments::stored_revision(app, &api.id, to).await?,
            _ => deployments::working_revision(app, &api.id).await?,
        };
        (revision, BTreeMap::new())
    } else {
        let request = PlanRequest {
            api: api.id.clone(),
            gateways: ids(&gateways),
            goal,
            percent,
            to: to.clone(),
            again: Some(args.again),
        };
        let view = deployments::plan(app, request).await?;
        agree::ask(&view, json, &mut consents, &mut confirmed)?;
        // What was shown is what is done, also when something else was deployed meanwhile.
        let shown = view.targets.iter().find_map(|it| it.returns_to.as_ref());
        to = shown.map(|kept| kept.id.clone()).or(to);
        (view.revision.clone(), view.stages.clone())
    };
    let progress = Progress::draw(app, gateways.clone());
    let start = StartRequest {
        api: api.id.clone(),
        gateways: ids(&gateways),
        goal,
        percent,
        revision: revision.clone(),
        to,
        stages,
        consents,
        confirmed,
        again: Some(args.again),
    };
    let started = deployments::start(app, start).await?;
    let results = fleet::ends(app, started).await;
    progress.finish().await;
    tell_prunings(&results);
    let document = format!("{}@{}", api.name, api.version);
    if !json {
        output::note_some(&what_was_said(&document, &gateways, &results));
    }
    let Summary {
        lines,
        rows,
        failed,
        exit,
    } = summarise(&gateways, &results)?;
    if !json && goal == RunGoal::Publish && gateways.len() > 1 && !failed.is_empty() {
        let there: String = failed
            .iter()
            .map(|name| format!(" --gateway {name}"))
            .collect();
        output::note(&format!(
            "Again where it failed: gatewright deploy {document}{there}"
        ));
    }
    let revision = match goal {
        RunGoal::Publish | RunGoal::Withdraw => Some(revision.as_str()),
        // Where it led the run tells.
        _ => rows.iter().find_map(|row| row["revision"].as_str()),
    };
    let value = json!({
        "api": api.id, "goal": goal, "percent": percent, "revision": revision, "deployments": rows
    });
    Ok(Reply::new(value, lines).exit(exit))
}

fn name_of(gateways: &Named, gateway: &GatewayId) -> String {
    let known = gateways.iter().find(|(id, _)| id == gateway);
    known.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// What each gateway said about the document, at its place in what was published.
fn what_was_said(document: &str, gateways: &Named, results: &[RunResult]) -> String {
    let mut text = String::new();
    for (gateway, result) in results {
        let Ok(detail) = result else { continue };
        if detail.findings.is_empty() {
            continue;
        }
        let name = name_of(gateways, gateway);
        text.push_str(&format!("What {name} said about the document:\n"));
        let found = detail.findings.iter().map(|each| &each.finding);
        text.push_str(&output::diagnostics_with_reasons(document, found));
    }
    text
}

/// The warnings among them, for programs; errors stand in the fault.
fn warnings(detail: &DeploymentDetail) -> Vec<&Diagnostic> {
    let found = detail.findings.iter().map(|each| &each.finding);
    found
        .filter(|finding| finding.severity == Severity::Warning)
        .collect()
}

/// Says what could not be deleted of what gateways keep; the deployments stand.
fn tell_prunings(results: &[RunResult]) {
    for detail in results
        .iter()
        .filter_map(|(_, result)| result.as_ref().ok())
    {
        for line in &detail.pruned {
            if let Some(fault) = &line.fault {
                output::note(&format!(
                    "{}: the next deployment tries again to tidy up what is kept. {}: {}",
                    detail.row.gateway_name, line.sentence, fault.summary
                ));
            }
        }
    }
}

/// What is said of all runs.
struct Summary {
    /// For people.
    lines: String,
    /// For programs.
    rows: Vec<Value>,
    /// Where it did not end well, runs that could not begin among them.
    failed: Vec<String>,
    exit: u8,
}

/// A single run that failed is its fault.
fn summarise(gateways: &Named, results: &[RunResult]) -> Result<Summary, Fault> {
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    let mut faults = Vec::new();
    let mut good = 0_usize;
    for (gateway, result) in results {
        let name = name_of(gateways, gateway);
        let (detail, fault) = match result {
            Ok(detail) => (Some(detail), detail.row.fault.clone()),
            Err(fault) => (None, Some(fault.clone())),
        };
        let row = detail.map(|detail| &detail.row);
        let outcome = row.and_then(|row| row.outcome);
        let ended_well = matches!(
            outcome,
            Some(Outcome::Live | Outcome::Unchanged | Outcome::Withdrawn | Outcome::Forgotten)
        );
        if ended_well {
            good += 1;
            let url = row
                .and_then(|row| row.invoke_url.clone())
                .unwrap_or_default();
            let back = row.map(became).unwrap_or_default();
            lines.push(
                format!(
                    "{name}: {}{back} {url}",
                    outcome.map(word).unwrap_or_default()
                )
                .trim_end()
                .to_owned(),
            );
        } else if let Some(fault) = &fault {
            lines.push(format!("{name}: {}", output::fault_text(fault)));
        }
        rows.push(json!({
            "gateway": name,
            "deployment": row.map(|row| &row.deployment),
            "outcome": outcome,
            "invoke_url": row.and_then(|row| row.invoke_url.as_ref()),
            "revision": row.and_then(|row| row.revision.as_ref()),
            "fault": &fault,
            "warnings": detail.map(warnings).unwrap_or_default(),
        }));
        if !ended_well {
            failed.push(name.clone());
            faults.push(fault.unwrap_or_else(|| {
                Fault::new(
                    Code::RequestCancelled,
                    format!("The run on {name} was cancelled"),
                    "Run it again",
                )
            }));
        }
    }
    if good == 0
        && let [fault] = faults.as_slice()
    {
        return Err(fault.clone());
    }
    let exit = match (good, faults.first()) {
        (_, None) => 0,
        (0, Some(fault)) => exit_status(fault),
        (_, Some(_)) => 5,
    };
    Ok(Summary {
        lines: lines.join("\n"),
        rows,
        failed,
        exit,
    })
}

/// What more there is to say of a run that ended well.
fn became(row: &DeploymentRow) -> String {
    let revision = row.revision.as_ref();
    match (row.goal, revision, row.percent) {
        (RunGoal::Return, Some(revision), _) => format!(" again with {revision}"),
        (RunGoal::Promote, Some(revision), _) => format!(" with {revision}, the canary until now"),
        (_, Some(revision), Some(percent)) => {
            format!(" as before, and {percent} % of the requests meet {revision}")
        }
        (_, None, Some(percent)) => {
            format!(" as before, and {percent} % of the requests meet the canary")
        }
        (RunGoal::Drop, ..) => " without the canary".to_owned(),
        _ => String::new(),
    }
}

/// A plan that cannot run anywhere is a refusal; one that can run somewhere only is partial.
fn plan_exit(view: &PlanView) -> u8 {
    let faults: Vec<&Fault> = view
        .targets
        .iter()
        .filter_map(|target| target.fault.as_ref())
        .collect();
    match faults.first() {
        None => 0,
        Some(fault) if faults.len() == view.targets.len() => exit_status(fault),
        Some(_) => 5,
    }
}

/// What is where.
pub async fn list(app: &App, api: Option<&str>) -> Result<Reply, Fault> {
    let api = match api {
        Some(name) => Some(resolve::api(app, name).await?.id),
        None => None,
    };
    let search = DeploymentSearch {
        api,
        limit: 1_000,
        ..DeploymentSearch::default()
    };
    let page = deployments::list(app, search.clone()).await?;
    let placements =
        deployments::placements(app, gw_app::wire::PlacementSearch { api: search.api }).await?;
    let lines = page
        .rows
        .iter()
        .map(|row| {
            let current = placements
                .iter()
                .find(|place| place.deployment == row.deployment);
            [
                format!("{}@{}", row.api_name, row.api_version),
                row.gateway_name.clone(),
                current.map_or_else(String::new, stands),
                match row.percent {
                    Some(percent) => format!("{} {percent} %", verb(row.goal)),
                    None => verb(row.goal).to_owned(),
                },
                row.outcome.map_or_else(
                    || {
                        if row.running {
                            "running"
                        } else {
                            "interrupted"
                        }
                        .to_owned()
                    },
                    word,
                ),
                row.invoke_url.clone().unwrap_or_default(),
                row.deployment.to_string(),
            ]
        })
        .collect();
    let none = "Nothing was deployed yet. Deploy: gatewright deploy API --gateway G";
    let text = output::table(
        ["api", "gateway", "now", "what", "outcome", "url", "journal"],
        lines,
        none,
    );
    Ok(Reply::new(
        json!({ "placements": placements, "deployments": page.rows }),
        text,
    ))
}

/// A run's goal as the command that starts it.
fn verb(goal: RunGoal) -> &'static str {
    match goal {
        RunGoal::Publish => "deploy",
        RunGoal::Withdraw => "undeploy",
        RunGoal::Return => "rollback",
        RunGoal::Share => "canary",
        RunGoal::Promote => "promote",
        RunGoal::Drop => "drop",
    }
}
