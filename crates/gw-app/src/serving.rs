//! Local gateways served by this process, and a look at whether another process serves one.
//!
//! It refuses to serve for another home: state and keys are this home's.
//!
//! Invariant: whoever changes what is served tells it, whatever command it was part of.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use gw_local::{HeldPort, LocalGatewayConfig, ResidentServing, Serving as Server, served_gateway};
use gw_model::{Code, Fault, Gateway, GatewayId, GatewayTarget, LocalTarget};

use crate::app::{App, locked};
use crate::commands::Feature;
use crate::home;
use crate::resident;
use crate::wire::Serving;

/// What this process serves.
#[derive(Default)]
pub(crate) struct Served {
    /// Locked for a look only: nobody waits for a start to learn what is served.
    known: Mutex<Known>,
    /// Held while a gateway is being started: one at a time.
    starting: tokio::sync::Mutex<()>,
    /// The same of the resident key manager, whose key may have to be made first.
    pub(crate) starting_resident: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    gateways: HashMap<GatewayId, Server>,
    failed: HashMap<GatewayId, Fault>,
    resident: Option<ResidentServing>,
    resident_failed: Option<Fault>,
    held: HashMap<u16, HeldPort>,
}

impl Served {
    /// Keeps a port that was chosen from others, until it is served or let go.
    pub(crate) fn hold(&self, held: HeldPort) {
        locked(&self.known).held.insert(held.port(), held);
    }

    /// Takes a held port to serve on it, or to let others have it.
    pub(crate) fn take_held(&self, port: u16) -> Option<HeldPort> {
        locked(&self.known).held.remove(&port)
    }

    /// Whether a port is held, so that nobody serves on it.
    pub(crate) fn holds(&self, port: u16) -> bool {
        locked(&self.known).held.contains_key(&port)
    }

    fn let_all_go(&self) {
        locked(&self.known).held.clear();
    }

    /// How a gateway stands as far as this process knows; `None` when it does not serve it and never failed to.
    fn of(&self, gateway: &GatewayId) -> Option<Serving> {
        let known = locked(&self.known);
        if let Some(server) = known.gateways.get(gateway) {
            return Some(Serving::Here {
                address: server.base_url(),
            });
        }
        let fault = known.failed.get(gateway)?.clone();
        Some(Serving::Failed { fault })
    }

    fn started(&self, gateway: &GatewayId, server: Server) {
        let mut known = locked(&self.known);
        known.failed.remove(gateway);
        known.gateways.insert(gateway.clone(), server);
    }

    fn failed(&self, gateway: &GatewayId, fault: Fault) {
        locked(&self.known).failed.insert(gateway.clone(), fault);
    }

    /// Takes a gateway out, and the resident key manager with the last one.
    fn take(&self, gateway: &GatewayId) -> (Option<Server>, Option<ResidentServing>) {
        let mut known = locked(&self.known);
        known.failed.remove(gateway);
        let server = known.gateways.remove(gateway);
        let last = server.is_some() && known.gateways.is_empty();
        let resident = if last { known.resident.take() } else { None };
        (server, resident)
    }

    /// How the resident key manager stands here: served, or why it is not.
    pub(crate) fn resident(&self) -> (bool, Option<Fault>) {
        let known = locked(&self.known);
        (known.resident.is_some(), known.resident_failed.clone())
    }

    pub(crate) fn take_resident(&self) -> Option<ResidentServing> {
        locked(&self.known).resident.take()
    }

    pub(crate) fn resident_ended(&self, outcome: Result<ResidentServing, Fault>) {
        let mut known = locked(&self.known);
        match outcome {
            Ok(server) => {
                known.resident = Some(server);
                known.resident_failed = None;
            }
            Err(fault) => known.resident_failed = Some(fault),
        }
    }
}

/// Whether a gateway is being served; `None` for gateways that are not local.
pub(crate) async fn state_of(app: &App, gateway: &Gateway) -> Option<Serving> {
    let GatewayTarget::Local(local) = &gateway.target else {
        return None;
    };
    let served = &app.inner().served;
    if let Some(here @ Serving::Here { .. }) = served.of(&gateway.id) {
        return Some(here);
    }
    let elsewhere = is_elsewhere(app, &gateway.id, local).await;
    // Looked at again: it may have been started here while its port was asked.
    Some(match (served.of(&gateway.id), elsewhere) {
        (Some(here @ Serving::Here { .. }), _) => here,
        (_, true) => Serving::Elsewhere {
            address: address(local),
        },
        (known, false) => known.unwrap_or(Serving::Stopped),
    })
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
    let served = &app.inner().served;
    let alone = served.starting.lock().await;
    if let Some(here @ Serving::Here { .. }) = served.of(&gateway.id) {
        return Ok(here);
    }
    if is_elsewhere(app, &gateway.id, local).await {
        return Ok(Serving::Elsewhere {
            address: address(local),
        });
    }
    let server = match open(app, &gateway.id, local).await {
        Ok(server) => server,
        // Another process was faster.
        Err(fault)
            if fault.code == Code::LocalPortInUse
                && is_elsewhere(app, &gateway.id, local).await =>
        {
            return Ok(Serving::Elsewhere {
                address: address(local),
            });
        }
        Err(fault) => {
            served.failed(&gateway.id, fault.clone());
            app.changed(&[Feature::Gateways]);
            return Err(fault);
        }
    };
    let here = Serving::Here {
        address: server.base_url(),
    };
    served.started(&gateway.id, server);
    drop(alone);
    app.changed(&[Feature::Gateways]);
    // Open operations work without it; the key managers' page says why it is not there.
    let _ = resident::ensure_serving(app).await;
    Ok(here)
}

async fn open(app: &App, gateway: &GatewayId, local: &LocalTarget) -> Result<Server, Fault> {
    let folder = app.home().local_gateway(gateway);
    home::make_private(&folder)?;
    let config = LocalGatewayConfig::new(gateway.clone(), folder, local.port);
    match app.inner().served.take_held(local.port) {
        Some(held) => gw_local::serve_on(held, config),
        None => gw_local::serve(config).await,
    }
}

/// Stops serving a gateway; the resident key manager stops with the last one.
pub(crate) async fn stop(app: &App, gateway: &Gateway) {
    let served = &app.inner().served;
    // One that is just being started is stopped after that, not overlooked.
    let alone = served.starting.lock().await;
    let (server, resident) = served.take(&gateway.id);
    drop(alone);
    if let GatewayTarget::Local(local) = &gateway.target {
        drop(served.take_held(local.port));
    }
    if let Some(server) = server {
        server.shutdown().await;
        app.changed(&[Feature::Gateways]);
    }
    if let Some(resident) = resident {
        resident.serving.shutdown().await;
        app.changed(&[Feature::KeyManagers]);
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
    // Whoever stays open does not keep a port for ever that it may never serve.
    app.inner().served.let_all_go();
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

/// Whether another process serves it. A port that is held here is nobody else's, and would not answer.
async fn is_elsewhere(app: &App, gateway: &GatewayId, local: &LocalTarget) -> bool {
    !app.inner().served.holds(local.port)
        && served_gateway(&app.inner().http, local.port).await.as_ref() == Some(gateway)
}

fn address(local: &LocalTarget) -> String {
    format!("http://127.0.0.1:{}", local.port)
}
