//! From the names people type to catalog objects.
//!
//! It refuses to guess between two that match.

use gw_model::{Api, Application, Gateway, KeyManager};
use gw_model::{Code, Fault};

use crate::App;

/// A gateway by name.
pub async fn gateway(app: &App, name: &str) -> Result<Gateway, Fault> {
    let name = name.to_owned();
    app.catalog(move |catalog| catalog.gateways().by_name(&name))
        .await
}

/// An API by `name` or `name@version`.
pub async fn api(app: &App, name: &str) -> Result<Api, Fault> {
    if name.is_empty() {
        let advice = "Give its name, or name@version";
        return Err(Fault::new(
            Code::RequestInvalid,
            "The name of the API is empty",
            advice,
        ));
    }
    let name = name.to_owned();
    app.catalog(move |catalog| catalog.apis().by_name(&name))
        .await
}

/// A key manager by name.
pub async fn key_manager(app: &App, name: &str) -> Result<KeyManager, Fault> {
    let name = name.to_owned();
    app.catalog(move |catalog| catalog.key_managers().by_name(&name))
        .await
}

/// An application by name.
pub async fn application(app: &App, name: &str) -> Result<Application, Fault> {
    let name = name.to_owned();
    app.catalog(move |catalog| catalog.applications().by_name(&name))
        .await
}
