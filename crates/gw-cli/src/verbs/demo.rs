//! `gatewright demo`: the whole journey on the embedded local gateway.
//!
//! It refuses to need anything: without a keychain it runs in a throw-away home and keeps its keys in memory.

use std::path::Path;

use gw_app::wire::{
    ApiRequest, ApplicationRequest, Empty, GatewayRequest, PlanRequest, RunGoal, SendRequest,
    Serving, StartRequest, TokenRequest, VaultStatus,
};
use gw_app::{
    App, AppOptions, Home, VaultUse, apis, applications, console, deployments, gateways, samples,
    status,
};
use gw_deploy::Outcome;
use gw_model::{ApplicationId, Code, Fault, HttpMethod, OperationKey, counted};
use gw_plan::RouteSecurity;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::gateway::interrupted;
use crate::args::DemoArgs;
use crate::output::{self, Reply};
use crate::secrets;

/// Where the demonstration runs.
struct Stage {
    app: App,
    kept: bool,
    _folder: Option<TempDir>,
}

/// Runs the journey and tells each step.
pub async fn run(home: Option<&Path>, args: &DemoArgs, json: bool) -> Result<Reply, Fault> {
    let stage = set(home).await?;
    let app = &stage.app;
    let say = |text: String| {
        if !json {
            output::write_out(&format!("{text}\n"));
        }
    };
    if !stage.kept {
        output::note(
            "No keychain answers here: keys stay in memory, and everything is gone when this ends.",
        );
    }

    let sample = samples::install(app, Empty {}).await?;
    let api = apis::get(
        app,
        ApiRequest {
            api: sample.api.clone(),
        },
    )
    .await?;
    say(format!(
        "1. Sample API {} {} with {}",
        api.api.name,
        api.api.version,
        counted(api.operations.len(), "operation")
    ));

    let address = match gateways::start(
        app,
        GatewayRequest {
            gateway: sample.gateway.clone(),
        },
    )
    .await?
    {
        Serving::Here { address } | Serving::Elsewhere { address } => address,
        Serving::Failed { fault } => return Err(fault),
        Serving::Stopped => {
            let advice = "Another program may use its port; run: gatewright gateway list";
            return Err(Fault::new(
                Code::LocalNotServing,
                "The local gateway did not start",
                advice,
            ));
        }
    };
    say(format!("2. Local gateway at {address}"));

    let invoke_url = publish(app, &sample).await?;
    say(format!("3. Deployed: {invoke_url}"));

    let request = TokenRequest {
        application: sample.application.clone(),
        scopes: Vec::new(),
        audience: None,
    };
    let token = applications::token(app, request).await?;
    let claims = applications::claims(&token)?;
    say(format!(
        "4. Token from the resident key manager, scopes: {}",
        token.scopes.join(" ")
    ));

    let protected = api.operations.iter().find(|row| {
        row.operation.method == HttpMethod::Get
            && matches!(row.security, RouteSecurity::Token { .. })
    });
    let open = api.operations.iter().find(|row| {
        row.operation.method == HttpMethod::Get
            && matches!(row.security, RouteSecurity::Open { .. })
    });
    let mut calls: Vec<Value> = Vec::new();
    let wanted = [
        (protected, Some(&sample.application), 200),
        (protected, None, 401),
        (open, None, 200),
    ];
    for (number, (row, application, expected)) in wanted.into_iter().enumerate() {
        let Some(row) = row else { continue };
        let answer = call(app, &sample, &row.operation, application.cloned()).await?;
        let with = if application.is_some() {
            "with the token"
        } else {
            "without a token"
        };
        say(format!(
            "{}. {} {with}: {} {}",
            number + 5,
            row.operation,
            answer.status,
            answer.reason
        ));
        if answer.status != expected {
            let advice = "Run `gatewright demo --json` and report what it prints";
            let summary = format!(
                "{} {with} answered {} and not {expected}",
                row.operation, answer.status
            );
            return Err(Fault::new(Code::AppDefect, summary, advice));
        }
        calls.push(json!({
            "operation": row.operation,
            "token": application.is_some(),
            "status": answer.status,
            "total_ms": answer.total_ms,
        }));
    }
    if args.serve {
        output::note(&format!("Serving at {invoke_url}. Press Ctrl+C to stop."));
        interrupted().await;
    }
    applications::forget_token(
        app,
        ApplicationRequest {
            application: sample.application.clone(),
        },
    )
    .await?;
    let value = json!({
        "home": app.home().path(),
        "kept": stage.kept,
        "api": { "name": api.api.name, "version": api.api.version, "operations": api.operations.len() },
        "gateway": { "address": address, "invoke_url": invoke_url },
        "token": { "claims": claims, "scopes": token.scopes },
        "calls": calls,
    });
    gateways::stop(
        app,
        GatewayRequest {
            gateway: sample.gateway,
        },
    )
    .await?;
    let next = if stage.kept {
        "Done. Next: gatewright api list · gatewright gateway list · gatewright --help"
    } else {
        "Done. Next: gatewright vault create-file, then gatewright demo again to keep it · gatewright --help"
    };
    let reply = Reply::new(value, "");
    Ok(Reply {
        text: next.to_owned(),
        ..reply
    })
}

/// The home the user has, when its vault answers; a throw-away one otherwise.
async fn set(home: Option<&Path>) -> Result<Stage, Fault> {
    let located = Home::locate(home)?;
    let passphrase = secrets::vault_passphrase();
    let app = App::open(AppOptions {
        home: located.clone(),
        vault: VaultUse::Chosen,
        passphrase,
    })
    .await?;
    let vault = status::status(&app, Empty {}).await?.vault;
    if matches!(
        vault,
        VaultStatus::Keychain { .. } | VaultStatus::File { locked: false, .. }
    ) {
        return Ok(Stage {
            app,
            kept: true,
            _folder: None,
        });
    }
    drop(app);
    let folder = match home {
        Some(_) => TempDir::with_prefix_in("demo-", located.path()),
        None => TempDir::with_prefix("gatewright-demo-"),
    };
    let folder = folder.map_err(|error| {
        let advice = "Free some space, or give --home a folder that can be written";
        Fault::new(
            Code::AppHomeUnusable,
            "No throw-away folder could be made for the demonstration",
            advice,
        )
        .because(error)
    })?;
    let home = Home::locate(Some(folder.path()))?;
    let app = App::open(AppOptions {
        home,
        vault: VaultUse::Memory,
        passphrase: None,
    })
    .await?;
    Ok(Stage {
        app,
        kept: false,
        _folder: Some(folder),
    })
}

async fn publish(app: &App, sample: &gw_app::wire::SampleInstalled) -> Result<String, Fault> {
    let gateways = vec![sample.gateway.clone()];
    let request = PlanRequest {
        api: sample.api.clone(),
        gateways: gateways.clone(),
        goal: RunGoal::Publish,
        percent: None,
        to: None,
        again: None,
    };
    let plan = deployments::plan(app, request).await?;
    let consents = plan
        .targets
        .iter()
        .flat_map(|target| target.consents.iter().map(|consent| consent.key.clone()))
        .collect();
    let start = StartRequest {
        api: sample.api.clone(),
        gateways,
        goal: RunGoal::Publish,
        percent: None,
        to: None,
        revision: plan.revision,
        stages: std::collections::BTreeMap::new(),
        consents,
        confirmed: Vec::new(),
        again: None,
    };
    for run in deployments::start(app, start).await?.runs {
        if let Some(fault) = run.fault {
            return Err(fault);
        }
        let Some(deployment) = run.deployment else {
            continue;
        };
        let row = deployments::wait(app, &deployment).await?;
        match (row.outcome, row.fault, row.invoke_url) {
            (Some(Outcome::Live | Outcome::Unchanged), _, Some(url)) => return Ok(url),
            (_, Some(fault), _) => return Err(fault),
            _ => {}
        }
    }
    Err(Fault::new(
        Code::AppDefect,
        "The sample was not deployed",
        "Run `gatewright deployments` to see why",
    ))
}

async fn call(
    app: &App,
    sample: &gw_app::wire::SampleInstalled,
    operation: &OperationKey,
    application: Option<ApplicationId>,
) -> Result<gw_app::wire::ConsoleAnswer, Fault> {
    let request = console::request_for(
        app,
        gw_app::wire::PrepareRequest {
            api: sample.api.clone(),
            gateway: sample.gateway.clone(),
            operation: operation.clone(),
        },
        application,
    )
    .await?;
    console::send(
        app,
        SendRequest {
            exchange: format!("demo {operation}"),
            request,
        },
    )
    .await
}
