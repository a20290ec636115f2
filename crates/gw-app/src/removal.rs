//! What goes and what stays when a gateway or an API is removed.
//!
//! It refuses to remove: it only says what would be so.

use gw_catalog::{Catalog, Page, RunFilter, RunRow};
use gw_model::{ApiId, AwsCredentials, Fault, GatewayId, GatewayTarget};

use crate::wire::{Blocker, Removal};

/// Of a gateway.
pub(crate) fn of_gateway(catalog: &Catalog, id: &GatewayId) -> Result<Removal, Fault> {
    let gateway = catalog.gateways().get(id)?;
    let filter = RunFilter {
        api: None,
        gateway: Some(id.clone()),
    };
    let (runs, unfinished) = runs_of(catalog, &filter)?;
    let mut vanishes = vec![format!("The gateway {} and its settings", gateway.name)];
    let mut stays = Vec::new();
    match &gateway.target {
        GatewayTarget::Aws(aws) => {
            match &aws.credentials {
                AwsCredentials::AccessKey { hint, .. } => vanishes.push(format!(
                    "The access key ending in {hint}, from the vault; AWS still takes it"
                )),
                AwsCredentials::Profile { profile } => {
                    stays.push(format!("The profile {profile} in the AWS config files"));
                }
            }
            stays.push("Everything in AWS: nothing is called".to_owned());
        }
        GatewayTarget::Local(_) => {
            vanishes.push("What it serves, and the deployments it keeps".to_owned());
        }
    }
    let waiting = catalog.pending().list()?;
    let waiting = waiting.iter().filter(|it| it.gateway == *id).count();
    push_counted(&mut vanishes, waiting, "undeployment that waits for it");
    push_runs(&mut stays, runs, &gateway.name);
    let placed = catalog.placements().on_gateway(id)?;
    let pairs = placed.into_iter().map(|place| (place.api, place.gateway));
    Ok(Removal {
        vanishes,
        stays,
        blocked_by: blockers(catalog, pairs.collect(), unfinished)?,
    })
}

/// Of an API.
pub(crate) fn of_api(catalog: &Catalog, id: &ApiId) -> Result<Removal, Fault> {
    let api = catalog.apis().get(id)?;
    let name = format!("{}@{}", api.name, api.version);
    let filter = RunFilter {
        api: Some(id.clone()),
        gateway: None,
    };
    let (runs, unfinished) = runs_of(catalog, &filter)?;
    let mut vanishes = vec![format!("The document of {name} and what it said before")];
    let policies = [
        (api.policies.oauth.is_some(), "OAuth"),
        (api.policies.cors.is_some(), "CORS"),
        (api.policies.validation.is_some(), "request validation"),
    ];
    let policies: Vec<&str> = policies
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| *name)
        .collect();
    if !policies.is_empty() {
        vanishes.push(format!("Its policies: {}", policies.join(", ")));
    }
    let waiting = catalog.pending().list()?;
    let waiting = waiting.iter().filter(|it| it.api == *id).count();
    push_counted(&mut vanishes, waiting, "undeployment that waits");
    let mut stays = vec!["Applications, tokens and key managers".to_owned()];
    push_runs(&mut stays, runs, &name);
    let placed = catalog.placements().of_api(id)?;
    let pairs = placed.into_iter().map(|place| (place.api, place.gateway));
    Ok(Removal {
        vanishes,
        stays,
        blocked_by: blockers(catalog, pairs.collect(), unfinished)?,
    })
}

/// How many there are, and those that have no end.
fn runs_of(catalog: &Catalog, filter: &RunFilter) -> Result<(u64, Vec<RunRow>), Fault> {
    let total = catalog.runs().list(
        filter,
        Page {
            offset: 0,
            limit: 1,
        },
    )?;
    let mut unfinished = Vec::new();
    for deployment in gw_deploy::Journal::unfinished(catalog)? {
        let run = catalog.runs().get(&deployment)?;
        let fits = filter.api.as_ref().is_none_or(|it| *it == run.header.api)
            && filter
                .gateway
                .as_ref()
                .is_none_or(|it| *it == run.header.gateway);
        if fits {
            unfinished.push(run);
        }
    }
    Ok((total.total, unfinished))
}

fn blockers(
    catalog: &Catalog,
    placed: Vec<(ApiId, GatewayId)>,
    unfinished: Vec<RunRow>,
) -> Result<Vec<Blocker>, Fault> {
    let mut found = Vec::new();
    let open = unfinished
        .into_iter()
        .map(|run| (run.header.api, run.header.gateway))
        .filter(|pair| !placed.contains(pair))
        .map(|pair| (pair, true))
        .collect::<Vec<_>>();
    for ((api, gateway), unfinished) in placed.into_iter().map(|pair| (pair, false)).chain(open) {
        let named = catalog.apis().get(&api)?;
        found.push(Blocker {
            api,
            api_name: format!("{}@{}", named.name, named.version),
            gateway_name: catalog.gateways().get(&gateway)?.name,
            gateway,
            unfinished,
        });
    }
    Ok(found)
}

fn push_counted(sentences: &mut Vec<String>, count: usize, what: &str) {
    match count {
        0 => {}
        1 => sentences.push(format!("An {what}")),
        count => sentences.push(format!(
            "{count} {}",
            what.replacen("undeployment that waits", "undeployments that wait", 1)
        )),
    }
}

fn push_runs(stays: &mut Vec<String>, runs: u64, name: &str) {
    match runs {
        0 => {}
        1 => stays.push(format!("Its run in the activity, under the name {name}")),
        runs => stays.push(format!(
            "Its {runs} runs in the activity, under the name {name}"
        )),
    }
}
