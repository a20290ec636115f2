//! Where the app stands.
//!
//! It refuses to change anything.

pub mod wire;

use gw_deploy::Journal as _;
use gw_model::Fault;

use crate::app::App;
use crate::wire::{AppStatus, Counts, Empty};

/// Version, home, vault and counts.
pub async fn status(app: &App, _request: Empty) -> Result<AppStatus, Fault> {
    let counts = app
        .catalog(|catalog| {
            let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
            Ok(Counts {
                apis: u32::try_from(catalog.apis().list("", gw_catalog::Page::first(0))?.total)
                    .unwrap_or(u32::MAX),
                gateways: count(catalog.gateways().list()?.len()),
                key_managers: count(catalog.key_managers().list()?.len()),
                applications: count(catalog.applications().list()?.len()),
                running: count(catalog.unfinished()?.len()),
            })
        })
        .await?;
    Ok(AppStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        home: app.home().path().display().to_string(),
        vault: crate::vault::state(app).await?,
        counts,
    })
}
