//! `gatewright gateway`.
//!
//! It refuses to show credentials.

use gw_app::wire::{
    ConnectionTest, CredentialsInput, Empty, GatewayCreate, GatewayRequest, GatewayRow,
    GatewayUpdate, Serving, TargetInput,
};
use gw_app::{App, gateways, resolve};
use gw_connector::{Permission, PermissionState};
use gw_model::{AwsCredentials, Code, EndpointType, Fault, Gateway, GatewayTarget, Secret};
use serde_json::json;

use super::{discovery, lifecycle, word};
use crate::args::{EndpointArg, GatewayAdd, GatewayEdit, GatewayVerb, KindArg, RemoveArgs};
use crate::output::{self, Reply};
use crate::secrets;

/// Runs one verb.
pub async fn run(app: &App, verb: GatewayVerb, json: bool) -> Result<Reply, Fault> {
    match verb {
        GatewayVerb::Add(args) => add(app, args).await,
        GatewayVerb::List => list(app).await,
        GatewayVerb::Show { name } => show(app, &name).await,
        GatewayVerb::Edit(args) => edit(app, args).await,
        GatewayVerb::Test { name } => test(app, &name).await,
        GatewayVerb::Discover { name, no_stages } => {
            discovery::discover(app, &name, !no_stages).await
        }
        GatewayVerb::Import(args) => discovery::import(app, args).await,
        GatewayVerb::Remove(args) => remove(app, &args).await,
        GatewayVerb::Serve { name } => serve(app, &name, json).await,
    }
}

async fn add(app: &App, args: GatewayAdd) -> Result<Reply, Fault> {
    let target = match args.kind {
        KindArg::Local => TargetInput::Local { port: args.port },
        KindArg::Aws => TargetInput::Aws {
            region: args.region.clone().unwrap_or_default(),
            stage: args.stage.clone().unwrap_or_default(),
            endpoint_type: match args.endpoint_type {
                EndpointArg::Regional => EndpointType::Regional,
                EndpointArg::Edge => EndpointType::Edge,
                EndpointArg::Private => EndpointType::Private,
            },
            credentials: credentials(&args)?,
            endpoint_url: args.endpoint_url.clone(),
        },
    };
    let request = GatewayCreate {
        name: args.name,
        display_name: args.display_name,
        description: args.description,
        target,
        production: args.production,
    };
    let gateway = gateways::create(app, request).await?;
    let text = format!("Registered gateway {} ({})", gateway.name, place(&gateway));
    Ok(Reply::new(gateway, text))
}

async fn edit(app: &App, args: GatewayEdit) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, &args.name).await?;
    let target = match &gateway.target {
        GatewayTarget::Local(local) => TargetInput::Local {
            port: Some(local.port),
        },
        GatewayTarget::Aws(aws) => TargetInput::Aws {
            region: aws.region.clone(),
            stage: aws.stage.clone(),
            endpoint_type: aws.endpoint_type,
            credentials: match &aws.credentials {
                AwsCredentials::AccessKey { .. } => CredentialsInput::Keep,
                AwsCredentials::Profile { profile } => CredentialsInput::Profile {
                    profile: profile.clone(),
                },
            },
            endpoint_url: aws.endpoint_url.clone(),
        },
    };
    let request = GatewayUpdate {
        gateway: gateway.id,
        display_name: args.display_name.unwrap_or(gateway.display_name),
        description: args.description.unwrap_or(gateway.description),
        target,
        production: args.production,
    };
    let gateway = gateways::update(app, request).await?;
    let mark = if gateway.production {
        ", marked as production"
    } else {
        ""
    };
    let text = format!("Saved gateway {}{mark}", gateway.name);
    Ok(Reply::new(gateway, text))
}

fn credentials(args: &GatewayAdd) -> Result<CredentialsInput, Fault> {
    if let Some(profile) = &args.profile {
        return Ok(CredentialsInput::Profile {
            profile: profile.clone(),
        });
    }
    let Some(id) = &args.access_key_id else {
        return Err(Fault::new(
            Code::RequestInvalid,
            format!("Gateway {} has no credentials", args.name),
            "Give --profile with a profile of the shared AWS config files, or --access-key-id with --secret-stdin",
        ));
    };
    Ok(CredentialsInput::AccessKey {
        access_key_id: Secret::new(id.clone()),
        secret_access_key: secrets::read(&args.secret, "secret access key")?,
        session_token: match &args.session_token_env {
            Some(variable) => Some(secrets::from_environment(variable, "session token")?),
            None => None,
        },
    })
}

async fn list(app: &App) -> Result<Reply, Fault> {
    let rows = gateways::list(app, Empty {}).await?;
    let lines = rows
        .iter()
        .map(|row| {
            let apis: Vec<_> = row
                .deployed
                .iter()
                .map(|api| format!("{}@{}", api.name, api.version))
                .collect();
            [
                row.gateway.name.clone(),
                word(row.gateway.kind()),
                place(&row.gateway),
                if row.gateway.production {
                    "production".to_owned()
                } else {
                    String::new()
                },
                apis.join(", "),
            ]
        })
        .collect();
    let none = "No gateways yet. Add one: gatewright gateway add local --kind local";
    let text = output::table(["name", "kind", "where", "marked", "apis"], lines, none);
    Ok(Reply::new(rows, text))
}

async fn show(app: &App, name: &str) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, name).await?;
    let row = gateways::get(
        app,
        GatewayRequest {
            gateway: gateway.id,
        },
    )
    .await?;
    let text = describe(&row);
    Ok(Reply::new(row, text))
}

async fn test(app: &App, name: &str) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, name).await?;
    let found = gateways::test(
        app,
        GatewayRequest {
            gateway: gateway.id,
        },
    )
    .await?;
    let text = describe_test(&found);
    Ok(Reply::new(found, text))
}

async fn remove(app: &App, args: &RemoveArgs) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, &args.name).await?;
    let request = GatewayRequest {
        gateway: gateway.id.clone(),
    };
    let removal = gateways::removal(app, request.clone()).await?;
    let what = format!("gateway {}", gateway.name);
    if !lifecycle::ask_removal(args, &what, &removal)? {
        return Ok(Reply::new(&removal, lifecycle::removed(&removal)));
    }
    gateways::remove(app, request).await?;
    Ok(Reply::new(
        json!({
            "removed": gateway.id, "name": gateway.name,
            "vanishes": removal.vanishes, "stays": removal.stays,
        }),
        format!("Removed {what}\n{}", lifecycle::removed(&removal)),
    ))
}

async fn serve(app: &App, name: &str, json: bool) -> Result<Reply, Fault> {
    let gateway = resolve::gateway(app, name).await?;
    let request = GatewayRequest {
        gateway: gateway.id.clone(),
    };
    let serving = gateways::start(app, request.clone()).await?;
    let address = match serving {
        Serving::Here { address } => address,
        Serving::Elsewhere { address } => {
            return Err(Fault::new(
                Code::LocalPortInUse,
                format!("Gateway {name} is already served at {address} by another Gatewright"),
                "Use that one, or stop it first",
            ));
        }
        Serving::Failed { fault } => return Err(fault),
        Serving::Stopped => {
            let advice = "Only local gateways are served; AWS gateways are always there";
            return Err(Fault::new(
                Code::LocalNotServing,
                format!("Gateway {name} cannot be served"),
                advice,
            ));
        }
    };
    if json {
        output::write_out(&format!(
            "{}\n",
            json!({ "gateway": gateway.name, "address": address })
        ));
    } else {
        output::note(&format!(
            "Serving {} at {address}. Press Ctrl+C to stop.",
            gateway.name
        ));
    }
    interrupted().await;
    gateways::stop(app, request).await?;
    Ok(Reply::default())
}

/// Waits for Ctrl+C, or to be told to end.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = ended.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Where a gateway is, in a few words.
pub fn place(gateway: &Gateway) -> String {
    match &gateway.target {
        GatewayTarget::Aws(aws) => format!("{} · {}", aws.region, aws.stage),
        GatewayTarget::Local(local) => format!("127.0.0.1:{}", local.port),
    }
}

fn describe(row: &GatewayRow) -> String {
    let gateway = &row.gateway;
    let mut facts = vec![
        ("name", gateway.name.clone()),
        ("display name", gateway.display_name.clone()),
        ("kind", word(gateway.kind())),
    ];
    if !gateway.description.is_empty() {
        facts.push(("description", gateway.description.clone()));
    }
    if gateway.production {
        facts.push(("marked", "production".to_owned()));
    }
    match &gateway.target {
        GatewayTarget::Aws(aws) => {
            facts.push(("region", aws.region.clone()));
            facts.push(("stage", aws.stage.clone()));
            facts.push(("endpoint type", word(aws.endpoint_type)));
            facts.push((
                "credentials",
                match &aws.credentials {
                    AwsCredentials::AccessKey { hint, .. } => {
                        format!("access key ending in {hint}")
                    }
                    AwsCredentials::Profile { profile } => format!("profile {profile}"),
                },
            ));
            if let Some(url) = &aws.endpoint_url {
                facts.push(("endpoint URL", url.clone()));
            }
        }
        GatewayTarget::Local(local) => {
            facts.push(("address", format!("http://127.0.0.1:{}", local.port)));
            facts.push((
                "served",
                match &row.serving {
                    Some(Serving::Here { .. }) => "by this process".to_owned(),
                    Some(Serving::Elsewhere { .. }) => "by another Gatewright".to_owned(),
                    Some(Serving::Failed { fault }) => fault.summary.clone(),
                    Some(Serving::Stopped) | None => {
                        format!("no; run: gatewright gateway serve {}", gateway.name)
                    }
                },
            ));
        }
    }
    for api in &row.deployed {
        facts.push(("live", format!("{}@{}", api.name, api.version)));
    }
    output::facts(&facts)
}

fn describe_test(found: &ConnectionTest) -> String {
    let identity = &found.identity;
    let mut text = output::facts(&[
        ("account", identity.account.clone()),
        ("identity", identity.principal.clone()),
        ("region", identity.region.clone()),
        ("round trip", format!("{} ms", identity.round_trip_ms)),
    ]);
    let alike = |one: &Permission, next: &Permission| {
        (one.state, &one.purpose, &one.resource) == (next.state, &next.purpose, &next.resource)
    };
    for group in identity.permissions.chunk_by(alike) {
        let [first, ..] = group else { continue };
        let word = match first.state {
            PermissionState::Allowed => continue,
            PermissionState::Denied => "missing",
            PermissionState::Unknown => "unknown",
        };
        let actions: Vec<&str> = group.iter().map(|one| one.action.as_str()).collect();
        text.push_str(&format!(
            "{word}: {} on {} ({})\n",
            actions.join(", "),
            first.resource,
            first.purpose
        ));
    }
    text
}
