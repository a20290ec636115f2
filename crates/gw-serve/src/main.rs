//! The real page over the real core on loopback HTTP, for development and tests.
//!
//! It refuses to be a product: it is never bundled, listens on 127.0.0.1 only, and answers nobody without its token.

mod page;
mod server;

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use gw_app::{App, AppOptions, Home, VaultUse};
use gw_model::{Fault, Secret};

/// Serve the page and the core on loopback.
#[derive(Debug, Parser)]
#[command(name = "gw-serve", version)]
struct Arguments {
    /// Everything goes below this folder
    #[arg(long)]
    home: PathBuf,
    /// The built page
    #[arg(long, default_value = "ui/dist")]
    dist: PathBuf,
    /// Loopback port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Keep secrets in memory, for tests without a keychain
    #[arg(long)]
    memory_vault: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let told = |fault: Fault| format!("{fault}\n{}", fault.advice);
    let app = App::open(AppOptions {
        home: Home::locate(Some(&arguments.home)).map_err(told)?,
        vault: if arguments.memory_vault {
            VaultUse::Memory
        } else {
            VaultUse::Chosen
        },
        passphrase: std::env::var("GATEWRIGHT_VAULT_PASSPHRASE")
            .ok()
            .map(Secret::new),
    })
    .await
    .map_err(told)?;
    let token = uuid::Uuid::new_v4().simple().to_string();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))
        .await
        .map_err(|error| format!("Port {} cannot be used: {error}", arguments.port))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    gw_app::stay_open(&app);
    let router = server::router(app, token.clone(), arguments.dist);
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "ready http://{address}/#token={token}").and_then(|()| out.flush());
    drop(out);
    told.map_err(|error| error.to_string())?;
    axum::serve(listener, router)
        .await
        .map_err(|error| error.to_string())
}
