//! The command line `gatewright`: the same engine, catalog and words as the window.
//!
//! It refuses to decide anything: use cases live in gw-app; here is reading arguments and writing answers.

mod args;
mod output;
mod progress;
mod secrets;
mod verbs;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use gw_app::{App, AppOptions};
use gw_model::{Code, Fault};

use args::{Cli, Verb};
use output::Reply;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse_arguments(&error),
    };
    let json = cli.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let fault = Fault::new(
                Code::AppDefect,
                "The program could not start its worker threads",
                "Close other programs and try again",
            );
            return output::fail(json, &fault.because(error));
        }
    };
    let outcome = runtime.block_on(run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match outcome {
        Ok(reply) => output::print(json, &reply),
        Err(fault) => output::fail(json, &fault),
    }
}

/// Usage errors end with 2; `--json` gets them as a fault.
fn refuse_arguments(error: &clap::Error) -> ExitCode {
    let asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if !asked_for && std::env::args().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let summary = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned();
        let advice = "Run the command with --help to see what it takes";
        return output::fail(true, &Fault::new(Code::RequestInvalid, summary, advice));
    }
    let _ = error.print();
    if asked_for {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    }
}

async fn run(cli: Cli) -> Result<Reply, Fault> {
    if let Verb::Demo(demo) = &cli.verb {
        return verbs::demo::run(cli.home.as_deref(), demo, cli.json).await;
    }
    let app = App::open(AppOptions {
        home: gw_app::Home::locate(cli.home.as_deref())?,
        vault: gw_app::VaultUse::Chosen,
        passphrase: secrets::vault_passphrase(),
    })
    .await?;
    let app = &app;
    match cli.verb {
        Verb::Demo(_) => Ok(Reply::default()),
        Verb::Gateway(verb) => verbs::gateway::run(app, verb, cli.json).await,
        Verb::Api(verb) => verbs::api::run(app, verb).await,
        Verb::KeyManager(verb) => verbs::key_manager::run(app, verb).await,
        Verb::Policy(verb) => verbs::policy::run(app, verb).await,
        Verb::Stage(verb) => verbs::stage::run(app, verb).await,
        Verb::Domains(args) => verbs::domain::list(app, &args.api, &args.gateway).await,
        Verb::Map(args) => verbs::domain::lead(app, &args, true).await,
        Verb::Unmap(args) => verbs::domain::lead(app, &args, false).await,
        Verb::Plan(args) => verbs::deploy::plan(app, &args).await,
        Verb::Deploy(args) => verbs::deploy::deploy(app, &args, cli.json).await,
        Verb::Canary(args) => verbs::history::canary(app, &args, cli.json).await,
        Verb::Rollback(args) => verbs::history::rollback(app, &args, cli.json).await,
        Verb::History(args) => verbs::history::show(app, &args).await,
        Verb::Diff(args) => verbs::history::diff(app, &args).await,
        Verb::Undeploy(args) => verbs::deploy::undeploy(app, &args, cli.json).await,
        Verb::Forget(args) => verbs::lifecycle::forget(app, &args, cli.json).await,
        Verb::Drift(args) => verbs::drift::run(app, args, cli.json).await,
        Verb::Deployments(args) => verbs::lifecycle::deployments(app, args).await,
        Verb::Application(verb) => verbs::application::run(app, verb).await,
        Verb::Token(args) => verbs::application::token(app, &args).await,
        Verb::Call(args) => verbs::call::run(app, &args).await,
        Verb::Explain { message, api } => verbs::explain::run(app, &message, api.as_deref()).await,
        Verb::Vault(verb) => verbs::vault::run(app, verb).await,
    }
}
