//! Use cases: one module per feature, and the command table every host serves.
//!
//! A host opens an [`App`], forwards commands by name with [`dispatch`] and JSON, and forwards [`App::subscribe`] to its
//! page. The command line calls the same functions directly. It refuses to know a window, a terminal or a page.

pub mod apis;
pub mod applications;
pub mod bindings;
pub mod commands;
pub mod console;
pub mod deployments;
pub mod discovery;
pub mod domains;
pub mod drift;
pub mod event;
pub mod gateways;
pub mod home;
pub mod key_managers;
pub mod operations;
pub mod policies;
pub mod resolve;
pub mod samples;
pub mod stages;
pub mod status;
pub mod vault;
pub mod wire;

mod app;
mod connect;
mod names;
mod removal;
mod resident;
mod serving;

pub use app::{App, AppOptions, VaultUse};
pub use bindings::bindings;
pub use commands::dispatch;
pub use event::AppEvent;
pub use home::Home;

/// How often hosts that stay open look whether another process has written to the catalog.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);

/// What hosts that stay open do: end interrupted runs, serve the local gateways, carry out what waits for a gateway, and
/// tell what other processes change, in the background.
pub fn stay_open(app: &App) {
    app.inner()
        .stays_open
        .store(true, std::sync::atomic::Ordering::Relaxed);
    tokio::spawn(tell_foreign_changes(app.downgrade()));
    let app = app.clone();
    tokio::spawn(async move {
        // Both show their faults on their pages, run by run and gateway by gateway.
        let _ = serving::start_all(&app).await;
        let _ = deployments::recover_interrupted(&app).await;
        tokio::spawn(deployments::keep_trying(app.downgrade()));
    });
}

/// Tells pages to read again when the command line or another window has written: they tell only their own hosts.
async fn tell_foreign_changes(app: app::WeakApp) {
    let mut seen = None;
    while let Some(app) = app.upgrade() {
        // A catalog that cannot be asked now is asked again; commands say what is wrong with it.
        if let Ok(now) = app.catalog(gw_catalog::Catalog::foreign_writes).await
            && seen.replace(now).is_some_and(|before| before != now)
        {
            app.changed(&commands::Feature::ALL);
        }
        drop(app);
        tokio::time::sleep(LOOK).await;
    }
}
