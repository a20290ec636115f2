//! `gatewright drift`.
//!
//! It refuses to put anything back by itself: `--overwrite` shows the plan and asks, as `deploy` does.

use gw_app::wire::{
    DriftAdopt, DriftIgnore, DriftPlace, DriftReport, DriftSearch, DriftState, DriftView,
    PlaceRequest,
};
use gw_app::{App, deployments, drift, resolve};
use gw_connector::Reach;
use gw_model::{Api, Fault, Gateway};

use super::{deploy, word};
use crate::args::{DeployArgs, DriftArgs, PublishArgs};
use crate::output::{Reply, exit_status, fault_text};

/// Exit status when something is otherwise than it was deployed.
const DRIFTED: u8 = 3;

/// Looks, or does what was asked.
pub async fn run(app: &App, args: DriftArgs, json: bool) -> Result<Reply, Fault> {
    let api = match &args.api {
        Some(name) => Some(resolve::api(app, name).await?),
        None => None,
    };
    let gateway = match &args.gateway {
        Some(name) => Some(resolve::gateway(app, name).await?),
        None => None,
    };
    if let (Some(api), Some(gateway)) = (&api, &gateway)
        && let Some(reply) = act(app, &args, api, gateway, json).await?
    {
        return Ok(reply);
    }
    let search = DriftSearch {
        api: api.map(|api| api.id),
        gateway: gateway.map(|gateway| gateway.id),
    };
    let report = if args.last {
        drift::list(app, search).await?
    } else {
        drift::check(app, search).await?
    };
    let exit = exit(&report);
    let text = describe(&report);
    Ok(Reply::new(report, text).exit(exit))
}

async fn act(
    app: &App,
    args: &DriftArgs,
    api: &Api,
    gateway: &Gateway,
    json: bool,
) -> Result<Option<Reply>, Fault> {
    let place = format!("{}@{} on {}", api.name, api.version, gateway.name);
    if args.overwrite {
        let args = PublishArgs {
            run: DeployArgs {
                api: format!("{}@{}", api.name, api.version),
                gateways: vec![gateway.name.clone()],
                all: false,
                failed: false,
                yes: args.yes,
                allow: args.allow.clone(),
                confirm: args.confirm.clone(),
                again: true,
            },
            revision: None,
            canary: None,
        };
        return deploy::deploy(app, &args, json).await.map(Some);
    }
    if args.forget {
        let request = PlaceRequest {
            api: api.id.clone(),
            gateway: gateway.id.clone(),
        };
        let done = deployments::forget(app, request).await?;
        return Ok(Some(Reply::new(done, format!("Forgotten: {place}\n"))));
    }
    if !args.adopt.is_empty() {
        let request = DriftAdopt {
            api: api.id.clone(),
            gateway: gateway.id.clone(),
            keys: args.adopt.clone(),
            edition: api.edition,
        };
        let adopted = drift::adopt(app, request).await?;
        let text = format!(
            "Adopted into {}@{}. Deploy to settle it: gatewright deploy {} --gateway {}\n",
            api.name, api.version, api.name, gateway.name
        );
        return Ok(Some(Reply::new(adopted, text)));
    }
    let (keys, ignore) = if args.ignore.is_empty() {
        (&args.mind, false)
    } else {
        (&args.ignore, true)
    };
    if keys.is_empty() {
        return Ok(None);
    }
    for key in keys {
        let request = DriftIgnore {
            api: api.id.clone(),
            gateway: gateway.id.clone(),
            key: key.clone(),
            ignore,
        };
        drift::ignore(app, request).await?;
    }
    let word = if ignore { "Let be" } else { "Told again" };
    let text = format!("{word}: {}\n", keys.join(", "));
    Ok(Some(Reply::new(
        serde_json::json!({ "keys": keys, "ignored": ignore }),
        text,
    )))
}

/// Something that is not let be is a finding; a gateway that could not be looked at is a failure of its own.
fn exit(report: &DriftReport) -> u8 {
    let faults: Vec<&Fault> = report
        .places
        .iter()
        .filter_map(|place| place.fault.as_ref())
        .collect();
    let drifted = report.places.iter().any(|place| {
        place
            .drifts
            .iter()
            .any(|drift| drift.state != DriftState::Ignored)
    });
    match faults.first() {
        None if drifted => DRIFTED,
        None => 0,
        Some(fault) if faults.len() == report.places.len() => exit_status(fault),
        Some(_) => 5,
    }
}

fn describe(report: &DriftReport) -> String {
    if report.places.is_empty() {
        return "Nothing is deployed. Deploy: gatewright deploy API --gateway G\n".to_owned();
    }
    report.places.iter().map(describe_place).collect()
}

fn describe_place(place: &DriftPlace) -> String {
    let mut text = format!(
        "{}@{} on {} ({})\n",
        place.api_name,
        place.api_version,
        place.gateway_name,
        word(place.gateway_kind)
    );
    if let Some(fault) = &place.fault {
        let told = fault_text(fault).replace('\n', "\n  ");
        text.push_str(&format!("  could not be looked at: {told}\n"));
    } else if place.at.is_none() {
        text.push_str("  not looked at since the last run\n");
    } else if place.drifts.is_empty() {
        text.push_str("  As it was deployed\n");
    }
    for drift in &place.drifts {
        text.push_str(&describe_drift(drift, place.removed.is_some()));
    }
    if place.removed.is_some() {
        let name = format!(
            "{}@{} --gateway {}",
            place.api_name, place.api_version, place.gateway_name
        );
        text.push_str(&format!(
            "  Deploy it again: gatewright drift {name} --overwrite\n  Or forget it:    gatewright drift {name} --forget\n"
        ));
    }
    if !place.pending.is_empty() {
        text.push_str("  Not deployed yet:\n");
        for change in &place.pending {
            text.push_str(&format!("    · {}\n", change.sentence));
        }
    }
    text
}

fn describe_drift(view: &DriftView, removed: bool) -> String {
    let drift = &view.drift;
    let mark = match view.state {
        DriftState::Ignored => "-",
        _ if drift.lowers_security => "!",
        _ => "·",
    };
    let mut notes = Vec::new();
    match view.state {
        DriftState::Open => {}
        DriftState::Conflict => notes.push("the document changed it too, otherwise"),
        DriftState::Adopted => notes.push("the document says the same; deploy to settle it"),
        DriftState::Ignored => notes.push("let be"),
    }
    match drift.reach {
        Reach::Callers => {}
        Reach::Draft => notes.push("a draft: callers meet it when someone deploys it in AWS"),
        Reach::Unknown => notes.push("callers may meet it already"),
    }
    let notes = if notes.is_empty() {
        String::new()
    } else {
        format!(" ({})", notes.join("; "))
    };
    let mut text = format!("  {mark} {}{notes}\n      {}\n", drift.sentence, view.key);
    if removed || matches!(view.state, DriftState::Ignored | DriftState::Adopted) {
        return text;
    }
    match (&view.adopt, &view.why_not) {
        (Some(adopt), _) => text.push_str(&format!("      --adopt: {adopt}\n")),
        (None, Some(why)) => text.push_str(&format!("      cannot be adopted: {why}\n")),
        (None, None) => {}
    }
    if !view.overwritten {
        text.push_str("      deploying again leaves it: change it back in AWS, or --ignore it\n");
    }
    text
}
