//! `gatewright history`, `rollback` and `diff`.
//!
//! It refuses to go back unseen: `rollback` shows its plan and asks, as `deploy` does.

use gw_app::wire::{
    DiffRequest, KeepSet, KeptList, KeptRequest, KeptRow, PlacementSearch, RevisionList,
    RevisionSearch, RunGoal,
};
use gw_app::{App, deployments, resolve};
use gw_model::{Fault, GatewayId, RevisionId, UnixMillis};
use serde_json::{Value, json};

use super::deploy::{self, Wanted};
use crate::args::{CanaryArgs, DiffArgs, HistoryArgs, RollbackArgs};
use crate::output::{self, Reply};

/// Shows what gateways keep of an API, and its revisions.
pub async fn show(app: &App, args: &HistoryArgs) -> Result<Reply, Fault> {
    if let Some(keep) = args.keep {
        deployments::set_keep(app, KeepSet { keep }).await?;
    }
    let api = resolve::api(app, &args.api).await?;
    let search = RevisionSearch {
        api: api.id.clone(),
        offset: 0,
        limit: 100,
    };
    let revisions = deployments::revisions(app, search).await?;
    let mut text = describe_revisions(&revisions);
    let mut kept: Vec<Value> = Vec::new();
    let mut faults = Vec::new();
    for (gateway, name) in places(app, &api.id, args).await? {
        let asked = KeptRequest {
            api: api.id.clone(),
            gateway: gateway.clone(),
        };
        text.push_str(&format!("\n{name}\n"));
        match deployments::kept(app, asked).await {
            Ok(list) => {
                text.push_str(&describe_kept(&list));
                kept.push(json!(list));
            }
            Err(fault) => {
                text.push_str(&format!("{}\n", output::fault_text(&fault)));
                kept.push(json!({ "gateway": gateway, "gateway_name": name, "fault": fault }));
                faults.push(fault);
            }
        }
    }
    let exit = match faults.first() {
        None => 0,
        Some(fault) if faults.len() == kept.len() => output::exit_status(fault),
        Some(_) => 5,
    };
    let value = json!({ "api": api.id, "revisions": revisions, "kept": kept });
    Ok(Reply::new(value, text).exit(exit))
}

/// Makes what was live before, or a kept revision, live again.
pub async fn rollback(app: &App, args: &RollbackArgs, json: bool) -> Result<Reply, Fault> {
    let wanted = Wanted {
        goal: RunGoal::Return,
        to: args.to.as_deref(),
        percent: None,
    };
    deploy::run(app, &args.place.run(), wanted, json).await
}

/// Changes the share of a canary, promotes or drops it.
pub async fn canary(app: &App, args: &CanaryArgs, json: bool) -> Result<Reply, Fault> {
    let percent = args.wanted.percent;
    let goal = match percent {
        Some(_) => RunGoal::Share,
        None if args.wanted.promote => RunGoal::Promote,
        None => RunGoal::Drop,
    };
    let wanted = Wanted {
        goal,
        to: None,
        percent,
    };
    deploy::run(app, &args.place.run(), wanted, json).await
}

/// Shows how two states of an API differ.
pub async fn diff(app: &App, args: &DiffArgs) -> Result<Reply, Fault> {
    let api = resolve::api(app, &args.api).await?;
    let gateway = match &args.gateway {
        Some(name) => Some(resolve::gateway(app, name).await?.id),
        None => None,
    };
    let view = deployments::diff(
        app,
        DiffRequest {
            api: api.id,
            gateway,
            from: args.from.clone(),
            to: args.to.clone(),
        },
    )
    .await?;
    let side = |said: &str, revision: &RevisionId| {
        if said == revision.as_str() {
            said.to_owned()
        } else {
            format!("{said} ({revision})")
        }
    };
    let mut text = format!(
        "From {} to {}\n",
        side(&view.from.said, &view.from.revision),
        side(&view.to.said, &view.to.revision)
    );
    if view.changes.is_empty() {
        text.push_str("Callers notice no difference\n");
    }
    for change in &view.changes {
        let mark = if change.lowers_security { "!" } else { "·" };
        text.push_str(&format!("  {mark} {}\n", change.sentence));
    }
    if view.document.is_empty() {
        text.push_str("The documents are equal\n");
    } else {
        text.push_str(&format!("\n{}", view.document));
    }
    Ok(Reply::new(view, text))
}

/// The gateways asked for, or all where the API is.
async fn places(
    app: &App,
    api: &gw_model::ApiId,
    args: &HistoryArgs,
) -> Result<Vec<(GatewayId, String)>, Fault> {
    if let Some(name) = &args.gateway {
        let gateway = resolve::gateway(app, name).await?;
        return Ok(vec![(gateway.id, gateway.name)]);
    }
    let search = PlacementSearch {
        api: Some(api.clone()),
    };
    let rows = deployments::placements(app, search).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.gateway, row.gateway_name))
        .collect())
}

fn describe_revisions(list: &RevisionList) -> String {
    let lines = list
        .rows
        .iter()
        .map(|row| {
            let mut now: Vec<String> = row
                .live_on
                .iter()
                .map(|name| format!("live on {name}"))
                .collect();
            if row.id == list.working {
                now.push("working".to_owned());
            }
            [
                row.id.to_string(),
                row.version.clone(),
                at(Some(row.made_at)),
                now.join(", "),
            ]
        })
        .collect();
    let none = "No revision was deployed yet. Deploy: gatewright deploy API --gateway G";
    let mut text = output::table(
        ["revision", "version", "first deployed", "now"],
        lines,
        none,
    );
    let known = list.rows.iter().any(|row| row.id == list.working);
    if !known && !list.rows.is_empty() {
        text.push_str(&format!(
            "\nThe working revision {} was never deployed\n",
            list.working
        ));
    }
    text
}

fn describe_kept(list: &KeptList) -> String {
    let lines = list
        .rows
        .iter()
        .map(|row| {
            [
                row.id.clone(),
                row.revision
                    .as_ref()
                    .map_or_else(|| "not known here".to_owned(), ToString::to_string),
                at(row.made_at),
                standing(row),
            ]
        })
        .collect();
    output::table(
        ["kept", "revision", "made", "now"],
        lines,
        "Nothing is kept here",
    )
}

fn standing(row: &KeptRow) -> String {
    let mut words = Vec::new();
    if row.live {
        words.push("live".to_owned());
    }
    if row.previous {
        words.push("rollback goes here".to_owned());
    }
    if let Some(percent) = row.canary {
        words.push(format!("canary, {percent} % of the requests"));
    } else if let Some(held) = &row.held_by {
        words.push(format!("also served by {held}"));
    }
    if let Some(broken) = &row.broken {
        words.push(format!("cannot be returned to: {broken}"));
    }
    if !row.ours {
        words.push("not made by Gatewright".to_owned());
    }
    words.join(", ")
}

/// A time as it sorts and as every clock reads it.
fn at(time: Option<UnixMillis>) -> String {
    time.map_or_else(String::new, output::time)
}
