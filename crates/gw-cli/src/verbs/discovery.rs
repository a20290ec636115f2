//! `gatewright gateway discover` and `gatewright gateway import`.
//!
//! It refuses to change anything on the gateway.

use std::collections::HashMap;

use gw_app::wire::{
    DiscoveryImport, DiscoveryImported, DiscoveryList, DiscoveryStages, FoundId, FoundRow,
    FoundStages,
};
use gw_app::{App, discovery, resolve};
use gw_connector::{Owner, Protocol};
use gw_model::{Fault, GatewayId, counted};
use serde_json::json;

use crate::args::GatewayImport;
use crate::output::{self, Reply};

/// APIs whose stages are asked for at once; between two such calls the count is told.
const AT_ONCE: usize = 50;

/// Lists what is there.
pub async fn discover(app: &App, name: &str, with_stages: bool) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, name).await?;
    let request = DiscoveryList {
        gateway: gateway.id.clone(),
    };
    let listed = discovery::list(app, request).await?;
    let rows = listed.apis;
    let stages = if with_stages {
        read_stages(app, &gateway.id, &rows).await?
    } else {
        HashMap::new()
    };
    let lines = rows
        .iter()
        .map(|row| line(row, stages.get(&row.found.id)))
        .collect();
    let none = "No APIs there.";
    let heads = [
        "id",
        "name",
        "kind",
        "endpoint",
        "stages",
        "looked after by",
    ];
    let mut text = output::table(heads, lines, none);
    let unread = stages.values().filter(|of| of.fault.is_some()).count();
    if unread > 0 {
        text.push_str(&format!(
            "\nThe stages of {unread} could not be read; try again, or with --json to see why\n"
        ));
    }
    for fault in &listed.faults {
        text.push_str(&format!("\nNot listed: {}\n", fault.summary));
    }
    let apis: Vec<_> = rows
        .iter()
        .map(|row| {
            let of = stages.get(&row.found.id);
            json!({
                "api": row.found,
                "managed": row.managed,
                "stages": of.map(|of| &of.stages),
                "stages_fault": of.and_then(|of| of.fault.as_ref()),
            })
        })
        .collect();
    let value = json!({ "apis": apis, "faults": listed.faults });
    Ok(Reply::new(value, text))
}

async fn read_stages(
    app: &App,
    gateway: &GatewayId,
    rows: &[FoundRow],
) -> Result<HashMap<String, FoundStages>, Fault> {
    let mut known = HashMap::new();
    for some in rows.chunks(AT_ONCE) {
        if rows.len() > AT_ONCE {
            output::note(&format!(
                "Reading stages: {} of {} APIs",
                known.len(),
                rows.len()
            ));
        }
        let apis = some.iter().map(|row| FoundId {
            id: row.found.id.clone(),
            protocol: row.found.protocol,
        });
        let request = DiscoveryStages {
            gateway: gateway.clone(),
            apis: apis.collect(),
        };
        for of in discovery::stages(app, request).await? {
            known.insert(of.id.clone(), of);
        }
    }
    Ok(known)
}

fn line(row: &FoundRow, stages: Option<&FoundStages>) -> [String; 6] {
    let found = &row.found;
    let kind = match found.protocol {
        Protocol::Rest => "REST",
        Protocol::Http => "HTTP",
        Protocol::Websocket => "WebSocket",
    };
    let stages = match stages {
        None => String::new(),
        Some(of) if of.fault.is_some() => "?".to_owned(),
        Some(of) => {
            let names: Vec<&str> = of.stages.iter().map(|stage| stage.name.as_str()).collect();
            names.join(", ")
        }
    };
    [
        found.id.clone(),
        found.name.clone(),
        kind.to_owned(),
        found.endpoint.to_ascii_lowercase(),
        stages,
        owner(row),
    ]
}

fn owner(row: &FoundRow) -> String {
    match (&row.managed, &row.found.owner) {
        (Some(known), _) => format!("{}@{} here", known.name, known.version),
        (None, Owner::Gatewright { .. }) => "Gatewright, another catalog".to_owned(),
        (None, Owner::CloudFormation { stack }) => format!("CloudFormation stack {stack}"),
        (None, Owner::Tool { name }) => name.clone(),
        (None, Owner::Hand) => "by hand".to_owned(),
    }
}

/// Imports one, and takes it over unless only its document is wanted.
pub async fn import(app: &App, args: GatewayImport) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, &args.gateway).await?;
    let (id, stage) = match args.id.split_once('/') {
        Some((id, stage)) => (id.to_owned(), Some(stage.to_owned())),
        None => (args.id, None),
    };
    let request = DiscoveryImport {
        gateway: gateway.id,
        id,
        protocol: None,
        stage,
        name: args.name,
        version: args.version,
        document_only: args.document_only,
    };
    let imported = discovery::import(app, request).await?;
    let text = describe(&imported, &gateway.name);
    Ok(Reply::new(imported, text))
}

fn describe(imported: &DiscoveryImported, gateway: &str) -> String {
    let api = &imported.api;
    let mut text = format!(
        "Imported {}@{} with {}, {} of them protected\n",
        api.name,
        api.version,
        counted(imported.operations, "operation"),
        imported.protected
    );
    if !imported.managed {
        text.push_str(&format!("Not managed: {}\n", imported.why_not));
    } else if let Some(fault) = &imported.fault {
        text.push_str(&format!(
            "Managed on {gateway}. It cannot be deployed as it is: {}\n",
            fault.summary
        ));
    } else if imported.would_change.is_empty() {
        text.push_str(&format!(
            "Managed on {gateway}. A plan changes nothing: it is live as it is\n"
        ));
    } else {
        text.push_str(&format!(
            "Managed on {gateway}. A plan would make {}\n",
            counted(imported.would_change.len(), "step")
        ));
    }
    for one in &imported.undeployed {
        text.push_str(&format!("draft: {one}\n"));
    }
    for note in &imported.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}
