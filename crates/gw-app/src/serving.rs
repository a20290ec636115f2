//! Local gateways served by this process, and a look at whether another process serves one.
//!
//! It refuses to serve for another home: state and keys are this home's.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use gw_local::{LocalGatewayConfig, ResidentServing, Serving as Server, served_gateway};
use gw_model::{Code, Fault, Gateway, GatewayId, GatewayTarget, LocalTarget};

use crate::app::App;
use crate::home;
use crate::resident;
use crate::wire::Serving;

/// What this process serves.
#[derive(Default)]
pub(crate) struct Served {
    gateways: HashMap<GatewayId, Server>,
    failed: HashMap<GatewayId, Fault>,
    pub(crate) resident: Option<ResidentServing>,
    pub(crate) resident_failed: Option<Fault>,
}

/// Whether a gateway is being served; `None` for gateways that are not local.
pub(crate) async fn state_of(app: &App, gateway: &Gateway) -> Option<Serving> {
    let GatewayTarget::Local(local) = &gateway.target else {
        return None;
    };
    let failed = {
        let served = app.inner().served.lock().await;
        if let Some(server) = served.gateways.get(&gateway.id) {
            return Some(Serving::Here {
                address: server.base_url(),
            });
        }
        served.failed.get(&gateway.id).cloned()
    };
    if served_gateway(&app.inner().http, local.port).await.as_ref() == Some(&gateway.id) {
        return Some(Serving::Elsewhere {
            address: address(local),
        });
    }
    Some(failed.map_or(Serving::Stopped, |fault| Serving::Failed { fault }))
}

/// Serves a gateway, and the resident key manager beside it.
pub(crate) async fn start(app: &App, gateway: &Gateway) -> Result<Serving, Fault> {
    let GatewayTarget::Local(local) = &gateway.target else {
        return Err(Fault::new(
            Code::LocalNotServing,
            format!("Gateway {} is not local: AWS serves it", gateway.name),
            "Deploy to it; there is nothing to start",
        ));
    };
    let mut served = app.inner().served.lock().await;
    if let Some(server) = served.gateways.get(&gateway.id) {
        return Ok(Serving::Here {
            address: server.base_url(),
        });
    }
    if served_gateway(&app.inner().http, local.port).await.as_ref() == Some(&gateway.id) {
        return Ok(Serving::Elsewhere {
            address: address(local),
        });
    }
    let folder = app.home().local_gateway(&gateway.id);
    home::make_private(&folder)?;
    let config = LocalGatewayConfig::new(gateway.id.clone(), folder, local.port);
    let server = match gw_local::serve(config).await {
        Ok(server) => server,
        Err(fault) => {
            served.failed.insert(gateway.id.clone(), fault.clone());
            return Err(fault);
        }
    };
    let here = Serving::Here {
        address: server.base_url(),
    };
    served.failed.remove(&gateway.id);
    served.gateways.insert(gateway.id.clone(), server);
    drop(served);
    // Open operations work without it; the key managers' page says why it is not there.
    let _ = resident::ensure_serving(app).await;
    Ok(here)
}

/// Stops serving a gateway; the resident key manager stops with the last one.
pub(crate) async fn stop(app: &App, gateway: &Gateway) {
    let (server, resident) = {
        let mut served = app.inner().served.lock().await;
        served.failed.remove(&gateway.id);
        let server = served.gateways.remove(&gateway.id);
        let last = server.is_some() && served.gateways.is_empty();
        (server, if last { served.resident.take() } else { None })
    };
    if let Some(server) = server {
        server.shutdown().await;
    }
    if let Some(resident) = resident {
        resident.serving.shutdown().await;
    }
}

/// Serves every local gateway: what hosts that stay open do at the start. What cannot be served is shown on its page.
pub async fn start_all(app: &App) -> Result<(), Fault> {
    let gateways = app.catalog(|catalog| catalog.gateways().list()).await?;
    for gateway in gateways
        .iter()
        .filter(|gateway| matches!(gateway.target, GatewayTarget::Local(_)))
    {
        // The fault is kept and shown with the gateway.
        let _ = start(app, gateway).await;
    }
    app.changed(&[
        crate::commands::Feature::Gateways,
        crate::commands::Feature::KeyManagers,
    ]);
    Ok(())
}

/// Serves a gateway for as long as this process lives, when nobody serves it: so that a call from the command line works
/// without a second terminal.
pub(crate) async fn ensure(app: &App, gateway: &Gateway) -> Result<(), Fault> {
    match state_of(app, gateway).await {
        Some(Serving::Stopped | Serving::Failed { .. }) => start(app, gateway).await.map(|_| ()),
        _ => Ok(()),
    }
}

/// Serves a new gateway, or one that was just deployed to, where the host stays open. What fails is shown with it.
pub(crate) async fn offer(app: &App, gateway: &Gateway) {
    let stays = app.inner().stays_open.load(Ordering::Relaxed);
    if stays && matches!(gateway.target, GatewayTarget::Local(_)) {
        let _ = ensure(app, gateway).await;
    }
}

fn address(local: &LocalTarget) -> String {
    format!("http://127.0.0.1:{}", local.port)
}
