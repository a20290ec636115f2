//! `gatewright domains`, `map` and `unmap`.
//!
//! It refuses to make or delete a domain.

use gw_app::wire::{DomainRequest, DomainSearch};
use gw_app::{App, deployments, domains, resolve};
use gw_model::{Code, Fault};
use serde_json::json;

use super::word;
use crate::args::MapArgs;
use crate::output::{self, Reply};

/// Lists what leads to an API.
pub async fn list(app: &App, api: &str, gateway: &str) -> Result<Reply, Fault> {
    let request = DomainSearch {
        api: resolve::api(app, api).await?.id,
        gateway: resolve::gateway(app, gateway).await?.id,
    };
    let list = domains::list(app, request).await?;
    if let Some(fault) = list.fault {
        return Err(fault);
    }
    let rows = list.rows.iter();
    let lines = rows
        .map(|row| {
            [
                row.domain.clone(),
                format!("/{}", row.base_path),
                row.url.clone(),
            ]
        })
        .collect();
    let none = if list.available {
        "No custom domain leads to it."
    } else {
        "This gateway has no custom domains."
    };
    let text = output::table(["domain", "base path", "url"], lines, none);
    Ok(Reply::new(list, text))
}

/// Maps, or unmaps, and waits.
pub async fn lead(app: &App, args: &MapArgs, mapped: bool) -> Result<Reply, Fault> {
    let request = DomainRequest {
        api: resolve::api(app, &args.api).await?.id,
        gateway: resolve::gateway(app, &args.gateway).await?.id,
        domain: args.domain.clone(),
        base_path: args.base_path.clone().unwrap_or_default(),
    };
    let started = if mapped {
        domains::map(app, request).await?
    } else {
        domains::unmap(app, request).await?
    };
    let Some(deployment) = started.deployment else {
        return Err(started.fault.unwrap_or_else(|| {
            let advice = "Report this defect";
            Fault::new(Code::AppDefect, "The run did not begin", advice)
        }));
    };
    let row = deployments::wait(app, &deployment).await?;
    if let Some(fault) = row.fault {
        return Err(fault);
    }
    let outcome = row.outcome.map(word).unwrap_or_default();
    let text = match (mapped, outcome.as_str()) {
        (true, "unchanged") => format!("{} leads there already\n", args.domain),
        (true, _) => format!("{} leads there now\n", args.domain),
        (false, _) => format!("{} no longer leads there\n", args.domain),
    };
    Ok(Reply::new(
        json!({ "deployment": deployment, "outcome": row.outcome }),
        text,
    ))
}
