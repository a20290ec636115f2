//! `gatewright plan`, `deploy`, `undeploy` and `deployments`.
//!
//! It refuses to carry out a plan nobody saw: without `--yes` it asks, and without a terminal it stops.

use std::io::Write as _;

use gw_app::wire::{
    DeploymentRequest, DeploymentRow, DeploymentSearch, PlanRequest, PlanView, RunGoal,
    StartRequest, TargetPlan,
};
use gw_app::{App, deployments, resolve};
use gw_deploy::Outcome;
use gw_model::{Api, Code, Fault, GatewayId};
use serde_json::{Value, json};

use super::word;
use crate::args::{DeployArgs, PublishArgs};
use crate::output::{self, Reply, exit_status};
use crate::progress::Progress;

/// Shows a plan.
pub async fn plan(app: &App, api: &str, gateways: &[String]) -> Result<Reply, Fault> {
    let (api, gateways) = find(app, api, gateways).await?;
    let request = PlanRequest {
        api: api.id,
        gateways: ids(&gateways),
        goal: RunGoal::Publish,
        to: None,
    };
    let view = deployments::plan(app, request).await?;
    let exit = plan_exit(&view);
    let text = describe_plan(&view);
    Ok(Reply::new(view, text).exit(exit))
}

/// Deploys.
pub async fn deploy(app: &App, args: &PublishArgs, json: bool) -> Result<Reply, Fault> {
    let to = args.revision.as_deref();
    run(app, &args.run, RunGoal::Publish, to, json).await
}

/// Takes an API off gateways.
pub async fn undeploy(app: &App, args: &DeployArgs, json: bool) -> Result<Reply, Fault> {
    run(app, args, RunGoal::Withdraw, None, json).await
}

async fn find(app: &App, api: &str, gateways: &[String]) -> Result<(Api, Named), Fault> {
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
type Named = Vec<(GatewayId, String)>;

fn ids(gateways: &Named) -> Vec<GatewayId> {
    gateways.iter().map(|(id, _)| id.clone()).collect()
}

/// Shows the plan of a goal, asks, runs it and tells how it ended.
pub(super) async fn run(
    app: &App,
    args: &DeployArgs,
    goal: RunGoal,
    to: Option<&str>,
    json: bool,
) -> Result<Reply, Fault> {
    let (api, gateways) = find(app, &args.api, &args.gateways).await?;
    // Who says yes beforehand has no use for a plan, and its calls count against the account's quota.
    let mut to = to.map(str::to_owned);
    let (revision, consents) = if args.yes {
        let consents = deployments::CONSENTS
            .iter()
            .map(|key| (*key).to_owned())
            .collect();
        let revision = match (&to, goal) {
            (Some(to), RunGoal::Publish) => deployments::stored_revision(app, &api.id, to).await?,
            _ => deployments::working_revision(app, &api.id).await?,
        };
        (revision, consents)
    } else {
        let request = PlanRequest {
            api: api.id.clone(),
            gateways: ids(&gateways),
            goal,
            to: to.clone(),
        };
        let view = deployments::plan(app, request).await?;
        confirm(&view, json)?;
        // What was shown is what is done, also when something else was deployed meanwhile.
        let shown = view.targets.iter().find_map(|it| it.returns_to.as_ref());
        to = shown.map(|kept| kept.id.clone()).or(to);
        let given = view
            .targets
            .iter()
            .flat_map(|target| target.consents.iter().map(|consent| consent.key.clone()));
        (view.revision.clone(), given.collect())
    };
    let progress = Progress::draw(app, gateways.clone());
    let start = StartRequest {
        api: api.id.clone(),
        gateways: ids(&gateways),
        goal,
        revision: revision.clone(),
        to,
        consents,
    };
    let started = deployments::start(app, start).await?;
    let mut results = Vec::new();
    for run in started.runs {
        let result = match (run.deployment, run.fault) {
            (Some(deployment), _) => Ok(tokio::select! {
                row = deployments::wait(app, &deployment) => row?,
                () = super::gateway::interrupted() => {
                    output::note("Cancelling at the next safe point…");
                    deployments::cancel(app, DeploymentRequest { deployment: deployment.clone() }).await?;
                    deployments::wait(app, &deployment).await?
                }
            }),
            (None, Some(fault)) => Err(fault),
            (None, None) => continue,
        };
        results.push((run.gateway, result));
    }
    progress.finish().await;
    tell_prunings(app, &results).await?;
    let (lines, rows, exit) = summarise(&gateways, results)?;
    let revision = match goal {
        // Where going back led the run tells.
        RunGoal::Return => rows.iter().find_map(|row| row["revision"].as_str()),
        RunGoal::Publish | RunGoal::Withdraw => Some(revision.as_str()),
    };
    let value = json!({ "api": api.id, "goal": goal, "revision": revision, "deployments": rows });
    Ok(Reply::new(value, lines).exit(exit))
}

fn confirm(view: &PlanView, json: bool) -> Result<(), Fault> {
    if json || !output::can_ask() {
        return Err(Fault::new(
            Code::ConsentNeeded,
            "The plan was not agreed to, and there is no terminal to ask on",
            "Look at it with `gatewright plan`, then add --yes",
        ));
    }
    output::note(&describe_plan(view));
    let question = match view.goal {
        RunGoal::Publish => format!("Deploy to {} gateways? [y/N] ", view.targets.len()),
        RunGoal::Withdraw => format!("Undeploy from {} gateways? [y/N] ", view.targets.len()),
        RunGoal::Return => "Go back to it? [y/N] ".to_owned(),
    };
    let mut error = std::io::stderr().lock();
    let _ = write!(error, "{question}");
    let _ = error.flush();
    let mut answer = String::new();
    let _ = std::io::stdin().read_line(&mut answer);
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Fault::new(
        Code::RequestCancelled,
        "Nothing was changed",
        "Run it again when you are ready",
    ))
}

/// Says what could not be deleted of what gateways keep; the deployments stand.
async fn tell_prunings(app: &App, results: &[RunResult]) -> Result<(), Fault> {
    for row in results
        .iter()
        .filter_map(|(_, result)| result.as_ref().ok())
    {
        for line in deployments::pruned(app, &row.deployment).await? {
            if let Some(fault) = &line.fault {
                output::note(&format!(
                    "{}: the next deployment tries again to tidy up what is kept. {}: {}",
                    row.gateway_name, line.sentence, fault.summary
                ));
            }
        }
    }
    Ok(())
}

type RunResult = (GatewayId, Result<DeploymentRow, Fault>);

/// Lines for people, rows for programs, and the exit status; a single run that failed is its fault.
fn summarise(gateways: &Named, results: Vec<RunResult>) -> Result<(String, Vec<Value>, u8), Fault> {
    let name_of = |gateway: &GatewayId| {
        let known = gateways.iter().find(|(id, _)| id == gateway);
        known.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut good = 0_usize;
    for (gateway, result) in &results {
        let name = name_of(gateway);
        let (row, fault) = match result {
            Ok(row) => (Some(row), row.fault.clone()),
            Err(fault) => (None, Some(fault.clone())),
        };
        let outcome = row.and_then(|row| row.outcome);
        let ended_well = matches!(
            outcome,
            Some(Outcome::Live | Outcome::Unchanged | Outcome::Withdrawn)
        );
        if ended_well {
            good += 1;
            let url = row
                .and_then(|row| row.invoke_url.clone())
                .unwrap_or_default();
            let back = row
                .filter(|row| row.goal == RunGoal::Return)
                .and_then(|row| row.revision.as_ref())
                .map(|revision| format!(" again with {revision}"))
                .unwrap_or_default();
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
        }));
        if !ended_well {
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
    Ok((lines.join("\n"), rows, exit))
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

fn describe_plan(view: &PlanView) -> String {
    view.targets
        .iter()
        .map(describe_target)
        .collect::<Vec<_>>()
        .join("\n")
}

fn describe_target(target: &TargetPlan) -> String {
    let account = target
        .account
        .as_deref()
        .map(|account| format!(" · {account}"))
        .unwrap_or_default();
    let mut text = format!(
        "{} ({}{account} · {})\n",
        target.gateway_name,
        word(target.gateway_kind),
        target.region
    );
    if let Some(fault) = &target.fault {
        text.push_str(&output::diagnostics("  document", &target.diagnostics));
        text.push_str(&format!(
            "  cannot run: {}\n",
            output::fault_text(fault).replace('\n', "\n  ")
        ));
        return text;
    }
    if let Some(kept) = &target.returns_to {
        let revision = kept.revision.as_ref().map(ToString::to_string);
        text.push_str(&format!(
            "  back to the kept deployment {} with {}, made {}\n",
            kept.id,
            revision
                .as_deref()
                .unwrap_or("a revision that is not known here"),
            kept.made_at.map(output::time).unwrap_or_default()
        ));
    }
    for change in &target.changes {
        let mark = if change.lowers_security { "!" } else { "·" };
        text.push_str(&format!("  {mark} {}\n", change.sentence));
    }
    text.push_str(&output::diagnostics("  document", &target.diagnostics));
    for consent in &target.consents {
        text.push_str(&format!("  needs your consent: {}\n", consent.sentence));
    }
    if target.steps.is_empty() {
        text.push_str("  Nothing to change: it is as planned\n");
        return text;
    }
    for (number, step) in target.steps.iter().enumerate() {
        text.push_str(&format!("  {}. {}\n", number + 1, step.sentence));
        for call in &step.calls {
            text.push_str(&format!(
                "       {} {} {}\n",
                call.service, call.name, call.target
            ));
        }
    }
    if target.eta_ms > 0 {
        text.push_str(&format!(
            "  at least {:.1} s by the quotas\n",
            std::time::Duration::from_millis(target.eta_ms).as_secs_f64()
        ));
    }
    if let Some(url) = &target.invoke_url {
        text.push_str(&format!("  callers reach it at {url}\n"));
    }
    text
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
                current.map_or_else(String::new, |place| word(place.state)),
                verb(row.goal).to_owned(),
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
    }
}
