//! `gatewright undeploy --later`, `forget`, `deployments`, and what a removal takes along.
//!
//! It refuses to remove or forget without saying what is gone and what is left.

use gw_app::deployments::consents::WITHDRAW;
use gw_app::wire::{
    LaterRequest, PendingRow, PlaceRequest, PlacementSearch, Removal, ResumeRequest, Traces,
};
use gw_app::{App, deployments, resolve};
use gw_deploy::Outcome;
use gw_model::Fault;
use serde_json::{Value, json};

use super::agree::agreed;
use super::deploy::ids;
use super::{fleet, word};
use crate::args::{DeployArgs, DeploymentsArgs, DeploymentsVerb, ForgetArgs, RemoveArgs};
use crate::output::{self, Reply, exit_status};

/// Keeps an undeployment for later.
pub async fn later(app: &App, args: &DeployArgs, json: bool) -> Result<Reply, Fault> {
    let api = resolve::api(app, &args.api).await?;
    let gateways = fleet::chosen(app, &api, args).await?;
    let mut consents: Vec<String> = args.allow.iter().map(|it| it.key().to_owned()).collect();
    let asks = !args.yes && !json && output::can_ask();
    if args.yes || asks {
        if asks {
            let names: Vec<&str> = gateways.iter().map(|(_, name)| name.as_str()).collect();
            agreed(&format!(
                "Undeploy {}@{} from {} as soon as it answers? [y/N] ",
                api.name,
                api.version,
                names.join(", ")
            ))?;
        }
        consents.push(WITHDRAW.to_owned());
    }
    let request = LaterRequest {
        api: api.id,
        gateways: ids(&gateways),
        consents,
        confirmed: args.confirm.clone(),
    };
    let rows = deployments::later(app, request).await?;
    let text = format!(
        "{}The window carries it out when the gateway answers; now: gatewright deployments resume\n",
        describe(&rows)
    );
    Ok(Reply::new(json!({ "pending": rows }), text))
}

/// What is where, what waits, and what to do about it.
pub async fn deployments(app: &App, args: DeploymentsArgs) -> Result<Reply, Fault> {
    match args.verb {
        Some(DeploymentsVerb::Resume { api, gateway }) => {
            resume(app, api.as_deref(), gateway.as_deref()).await
        }
        Some(DeploymentsVerb::Drop { api, gateway }) => {
            let request = place(app, &api, &gateway).await?;
            deployments::drop_pending(app, request).await?;
            let text = format!("{api} stays on {gateway}, as far as it is there");
            Ok(Reply::new(json!({ "dropped": true }), text))
        }
        None if args.pending => {
            let api = match &args.api {
                Some(name) => Some(resolve::api(app, name).await?.id),
                None => None,
            };
            let rows = deployments::pending(app, PlacementSearch { api }).await?;
            let text = describe(&rows);
            Ok(Reply::new(rows, text))
        }
        None => super::deploy::list(app, args.api.as_deref()).await,
    }
}

async fn resume(app: &App, api: Option<&str>, gateway: Option<&str>) -> Result<Reply, Fault> {
    let request = ResumeRequest {
        api: match api {
            Some(name) => Some(resolve::api(app, name).await?.id),
            None => None,
        },
        gateway: match gateway {
            Some(name) => Some(resolve::gateway(app, name).await?.id),
            None => None,
        },
    };
    let before = deployments::pending(app, PlacementSearch::default()).await?;
    let tried = deployments::resume_and_wait(app, request).await?;
    let mut lines = Vec::new();
    let mut rows: Vec<Value> = Vec::new();
    let mut faults: Vec<Option<Fault>> = Vec::new();
    for (resumed, row) in &tried {
        let known = before
            .iter()
            .find(|it| it.api == resumed.api && it.gateway == resumed.gateway);
        let title = known.map_or_else(String::new, |it| {
            format!("{}@{} on {}", it.api_name, it.api_version, it.gateway_name)
        });
        let outcome = row.as_ref().and_then(|row| row.outcome);
        let fault = resumed
            .fault
            .clone()
            .or_else(|| row.as_ref().and_then(|row| row.fault.clone()));
        let is_done = outcome == Some(Outcome::Withdrawn);
        lines.push(match (&fault, outcome) {
            (Some(fault), _) if !is_done => {
                format!("{title}: {}", output::fault_text(fault))
            }
            (_, Some(outcome)) => format!("{title}: {}", word(outcome)),
            _ => format!("{title}: still waits"),
        });
        rows.push(json!({
            "api": resumed.api, "gateway": known.map(|it| &it.gateway_name),
            "deployment": resumed.deployment, "outcome": outcome, "fault": fault,
        }));
        if !is_done {
            faults.push(fault);
        }
    }
    if lines.is_empty() {
        lines.push("Nothing waits to be undeployed".to_owned());
    }
    let exit = match (faults.len(), faults.first()) {
        (0, _) => 0,
        (failed, _) if failed < tried.len() => 5,
        (_, Some(Some(fault))) => exit_status(fault),
        _ => 4,
    };
    let value = json!({ "deployments": rows });
    Ok(Reply::new(value, lines.join("\n")).exit(exit))
}

fn describe(rows: &[PendingRow]) -> String {
    let lines = rows
        .iter()
        .map(|row| {
            [
                format!("{}@{}", row.api_name, row.api_version),
                row.gateway_name.clone(),
                match row.attempts {
                    0 => "not tried yet".to_owned(),
                    1 => "tried once".to_owned(),
                    count => format!("tried {count} times"),
                },
                row.fault
                    .as_ref()
                    .map(|fault| fault.summary.clone())
                    .unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        ["undeploy", "gateway", "tried", "last time"],
        lines,
        "Nothing waits to be undeployed",
    )
}

/// Forgets that an API is on a gateway.
pub async fn forget(app: &App, args: &ForgetArgs, json: bool) -> Result<Reply, Fault> {
    let request = place(app, &args.api, &args.gateway).await?;
    let told = deployments::traces(app, request.clone()).await?;
    if !args.yes && !json && output::can_ask() {
        output::note(&left(&told));
        agreed(&format!("Forget {} on {}? [y/N] ", args.api, args.gateway))?;
    } else if !args.yes {
        return Err(super::agree::unsaid(&told.sentence));
    }
    let forgotten = deployments::forget(app, request).await?;
    let text = if forgotten.deployment.is_some() {
        format!(
            "Forgot {} on {}\n{}",
            args.api,
            args.gateway,
            left(&forgotten.traces)
        )
    } else {
        format!("Nothing is known of {} on {}", args.api, args.gateway)
    };
    Ok(Reply::new(forgotten, text))
}

fn left(told: &Traces) -> String {
    let mut text = format!("{}\n", told.sentence);
    if told.unfinished > 0 {
        text.push_str("A run that had no good end is closed; its journal says how far it came\n");
    }
    if told.pending {
        text.push_str("It no longer waits to be undeployed\n");
    }
    text
}

async fn place(app: &App, api: &str, gateway: &str) -> Result<PlaceRequest, Fault> {
    Ok(PlaceRequest {
        api: resolve::api(app, api).await?.id,
        gateway: resolve::gateway(app, gateway).await?.id,
    })
}

/// Says what a removal takes along and asks where somebody can answer; whether to go on.
pub fn ask_removal(args: &RemoveArgs, what: &str, removal: &Removal) -> Result<bool, Fault> {
    if args.dry_run {
        return Ok(false);
    }
    // Something deployed is refused with its own fault.
    if !args.yes && output::can_ask() && removal.blocked_by.is_empty() {
        output::note(&removed(removal));
        agreed(&format!("Remove {what}? [y/N] "))?;
    }
    Ok(true)
}

/// What goes and what stays, as text.
pub fn removed(removal: &Removal) -> String {
    let mut text = String::new();
    for sentence in &removal.vanishes {
        text.push_str(&format!("  goes   {sentence}\n"));
    }
    for sentence in &removal.stays {
        text.push_str(&format!("  stays  {sentence}\n"));
    }
    for blocker in &removal.blocked_by {
        let why = if blocker.unfinished {
            "a run there has no end"
        } else {
            "deployed"
        };
        text.push_str(&format!(
            "  first  {} on {} ({why}): gatewright undeploy {0} --gateway {1}, or forget\n",
            blocker.api_name, blocker.gateway_name
        ));
    }
    text
}
