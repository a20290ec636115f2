//! Serving a local gateway.
//!
//! It refuses every address but 127.0.0.1.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gw_http::{CancellationToken, Client};
use gw_model::{Code, Fault, GatewayId, Retry};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connector::served_gateway;
use crate::dispatch::Dispatch;
use crate::live::Watch;
use crate::port::HeldPort;
use crate::state::StateDir;

/// API Gateway's integration timeout (aws-facts 3.2).
pub const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(29);
/// How long a stopping server waits for requests under way.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// Which gateway to serve.
#[derive(Clone, Debug)]
pub struct LocalGatewayConfig {
    /// Which.
    pub gateway: GatewayId,
    /// Its state directory.
    pub state: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// How long a backend may take to start its answer.
    pub integration_timeout: Duration,
}

impl LocalGatewayConfig {
    /// A gateway with API Gateway's integration timeout.
    pub fn new(gateway: GatewayId, state: impl Into<PathBuf>, port: u16) -> Self {
        Self {
            gateway,
            state: state.into(),
            port,
            integration_timeout: INTEGRATION_TIMEOUT,
        }
    }
}

/// A server that runs until it is shut down or dropped.
pub struct Serving {
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Serving {
    /// `http://127.0.0.1:4400`
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops taking requests, and waits up to 5 s for those under way.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            // A panic in the accept loop has been reported where it happened.
            let _ = task.await;
        }
    }

    /// Waits until it has stopped.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    pub(crate) fn run<F, Fut>(listener: TcpListener, accept: F) -> io::Result<Self>
    where
        F: FnOnce(TcpListener, CancellationToken) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(accept(listener, stop.clone()));
        Ok(Self {
            address,
            stop,
            task: Some(task),
        })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Serves what is live in the gateway's state directory, and what becomes live there.
///
/// # Errors
/// `local.port-in-use` when something else listens on the port.
pub async fn serve(config: LocalGatewayConfig) -> Result<Serving, Fault> {
    let http = Client::new()?;
    let listener = bind(config.port, Some((&config.gateway, &http))).await?;
    run_on(listener, config, http)
}

/// As [`serve`], on a port that was held for it; `config.port` is not looked at.
pub fn serve_on(held: HeldPort, config: LocalGatewayConfig) -> Result<Serving, Fault> {
    let port = held.port();
    let listener = held.listen().map_err(|error| cannot_listen(port, error))?;
    run_on(listener, config, Client::new()?)
}

fn run_on(
    listener: TcpListener,
    config: LocalGatewayConfig,
    http: Client,
) -> Result<Serving, Fault> {
    let port = listener
        .local_addr()
        .map_or(config.port, |address| address.port());
    let watch = Watch::new(StateDir::new(config.state), http.clone());
    let dispatch = Arc::new(Dispatch {
        gateway: config.gateway,
        watch,
        http,
        port,
        timeout: config.integration_timeout,
    });
    Serving::run(listener, |listener, stop| accept(listener, stop, dispatch))
        .map_err(|error| cannot_listen(port, error))
}

/// Listens on 127.0.0.1.
pub(crate) async fn bind(
    port: u16,
    gateway: Option<(&GatewayId, &Client)>,
) -> Result<TcpListener, Fault> {
    let error = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    if error.kind() == io::ErrorKind::AddrInUse
        && let Some((gateway, http)) = gateway
        && let Some(other) = served_gateway(http, port).await
    {
        let what = if other == *gateway {
            "This gateway".to_owned()
        } else {
            format!("The local gateway {other}")
        };
        return Err(in_use(
            port,
            format!("{what} is being served on port {port} already."),
        )
        .because(error));
    }
    Err(cannot_listen(port, error))
}

async fn accept(listener: TcpListener, stop: CancellationToken, dispatch: Arc<Dispatch>) {
    let graceful = GracefulShutdown::new();
    let mut server = http1::Builder::new();
    // AWS takes 10,240 bytes of headers; a caller gets room to be told so by the backend.
    server
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(30))
        .max_buf_size(64 * 1024);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors: others must end before more can come.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Only a matter of speed.
        let _ = stream.set_nodelay(true);
        let dispatch = Arc::clone(&dispatch);
        let service = service_fn(move |request| {
            let dispatch = Arc::clone(&dispatch);
            async move { Ok::<_, std::convert::Infallible>(dispatch.answer(request, peer).await) }
        });
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A caller that goes away is no failure of the gateway.
            let _ = connection.await;
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

pub(crate) fn cannot_listen(port: u16, error: io::Error) -> Fault {
    let summary = if error.kind() == io::ErrorKind::AddrInUse {
        format!("Port {port} on 127.0.0.1 is used by another program.")
    } else {
        format!("Port {port} on 127.0.0.1 cannot be opened: {error}.")
    };
    in_use(port, summary).because(error)
}

fn in_use(port: u16, summary: String) -> Fault {
    Fault::new(
        Code::LocalPortInUse,
        summary,
        "Stop that program, or give the gateway another port.",
    )
    .retry(Retry::AfterFix)
    .fact("port", port.to_string())
}
