//! AWS emulators that nobody here wrote, started on loopback. Refuses to say anything about the real AWS.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::process::{Daemon, DaemonCommand};
use crate::{Failure, free_port, request};

const INSTALL: &str = "tests/emulators/install";
// A cold start on a machine that builds at the same time takes far longer than the usual ten seconds.
const START_LIMIT: Duration = Duration::from_mins(3);

/// localemu with our plugin: imports OpenAPI documents, keeps deployments apart, runs Lambda functions as processes
/// of this host, and answers calls to deployed APIs. Verifies no signature and no permission of the caller.
#[derive(Debug)]
pub struct Localemu {
    url: String,
    log: Option<PathBuf>,
    _daemon: Option<Daemon>,
}

impl Localemu {
    /// Starts one, about ten seconds on an idle machine.
    pub fn start() -> Result<Self, Failure> {
        let program = installed("localemu", "localemu")?;
        let port = free_port()?;
        let mut daemon = DaemonCommand::new("localemu", program)
            .arg("start")
            .arg("--host")
            .arg("127.0.0.1")
            .arg("--port")
            .arg(port.to_string())
            .env("GATEWAY_LISTEN", format!("127.0.0.1:{port}"))
            .env("LAMBDA_RUNTIME_EXECUTOR", "local")
            .env("LSEXEC_PATCH", "1")
            .env("DISABLE_EVENTS", "1")
            .env("SKIP_SSL_CERT_DOWNLOAD", "1")
            .env("DNS_ADDRESS", "0")
            .env("OVERRIDE_IN_DOCKER", "0")
            .env("FILESYSTEM_ROOT", ".")
            .start()?;
        let url = format!("http://127.0.0.1:{port}");
        // Without the patches the tests would pass for the wrong reason; so their word is part of being ready.
        daemon.wait_for_line("lsexec: fidelity patches applied", START_LIMIT)?;
        daemon.wait_for_line("Ready.", START_LIMIT)?;
        answers(&mut daemon, &format!("{url}/_localemu/health"))?;
        Ok(Self {
            url,
            log: Some(daemon.log().to_owned()),
            _daemon: Some(daemon),
        })
    }

    /// The one all tests of a process share: that of `GATEWRIGHT_TEST_LOCALEMU` (a URL) when set, with its log at
    /// `GATEWRIGHT_TEST_LOCALEMU_LOG`, else one started now. Keep apart by [`Localemu::fresh_account`]. It ends with the
    /// process.
    pub fn shared() -> Result<&'static Self, Failure> {
        static SHARED: OnceLock<Result<Localemu, Failure>> = OnceLock::new();
        shared(
            &SHARED,
            "GATEWRIGHT_TEST_LOCALEMU",
            |url| Self {
                url,
                log: std::env::var_os("GATEWRIGHT_TEST_LOCALEMU_LOG").map(PathBuf::from),
                _daemon: None,
            },
            Self::start,
        )
    }

    /// The endpoint for AWS clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The Python that runs it, with our plugin among its packages.
    pub fn python() -> Result<PathBuf, Failure> {
        installed("localemu", "python")
    }

    /// Where its output goes, when that is known.
    pub fn log(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    /// What it printed that has this word in it, an account for instance: why a caller got a 500, which no answer tells.
    pub fn said(&self, word: &str) -> String {
        let Some(log) = self.log() else {
            return "the emulator's log is not known here".to_owned();
        };
        match fs::read(log) {
            Ok(bytes) => String::from_utf8_lossy(&bytes)
                .lines()
                .filter(|line| line.contains(word))
                .collect::<Vec<_>>()
                .join("\n"),
            Err(error) => format!("{} could not be read: {error}", log.display()),
        }
    }

    /// Where a stage of an API is called, without a final slash.
    pub fn invoke_url(&self, api: &str, stage: &str) -> String {
        format!("{}/_aws/execute-api/{api}/{stage}", self.url)
    }

    /// The same as a template, for settings that know neither API nor stage yet.
    pub fn invoke_template(&self) -> String {
        format!("{}/_aws/execute-api/{{apiId}}/{{stage}}", self.url)
    }

    /// An access key id that no other test uses. localemu takes twelve digits for the account id: an empty account.
    pub fn fresh_account() -> String {
        fresh_account()
    }
}

/// ministack: unrelated to localemu, so the second opinion. Verifies signatures and permissions when enforcing.
/// Imports no OpenAPI document.
#[derive(Debug)]
pub struct Ministack {
    url: String,
    _daemon: Option<Daemon>,
}

impl Ministack {
    /// Starts one that lets everyone do everything; about a second.
    pub fn start() -> Result<Self, Failure> {
        Self::start_with(false)
    }

    /// Starts one that verifies signatures, clocks and permissions. The root key's id is `test`, with any secret: use
    /// it to make users and keys, and test with those.
    pub fn start_enforcing() -> Result<Self, Failure> {
        Self::start_with(true)
    }

    /// The one that enforces nothing and that all tests of a process share; as [`Localemu::shared`], with
    /// `GATEWRIGHT_TEST_MINISTACK`.
    pub fn shared() -> Result<&'static Self, Failure> {
        static SHARED: OnceLock<Result<Ministack, Failure>> = OnceLock::new();
        shared(
            &SHARED,
            "GATEWRIGHT_TEST_MINISTACK",
            |url| Self { url, _daemon: None },
            Self::start,
        )
    }

    /// The endpoint for AWS clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where a stage of an API is called, without a final slash.
    pub fn invoke_url(&self, api: &str, stage: &str) -> String {
        format!("{}/_aws/execute-api/{api}/{stage}", self.url)
    }

    fn start_with(enforcing: bool) -> Result<Self, Failure> {
        let program = installed("ministack", "ministack")?;
        let port = free_port()?;
        let mut command = DaemonCommand::new("ministack", program)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("STATE_DIR", "./state")
            .env("S3_DATA_DIR", "./s3");
        if enforcing {
            command = command.env("AUTH", "true");
        }
        let mut daemon = command.start()?;
        let url = format!("http://127.0.0.1:{port}");
        answers(&mut daemon, &format!("{url}/_ministack/health"))?;
        Ok(Self {
            url,
            _daemon: Some(daemon),
        })
    }
}

/// A twelve-digit number no other test of this machine uses at the time: the process id and a counter.
fn fresh_account() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = u64::from(process::id()) % 10_000_000;
    format!(
        "9{own:07}{:04}",
        NEXT.fetch_add(1, Ordering::Relaxed) % 10_000
    )
}

fn shared<T>(
    cell: &'static OnceLock<Result<T, Failure>>,
    variable: &str,
    attach: impl FnOnce(String) -> T,
    start: impl FnOnce() -> Result<T, Failure>,
) -> Result<&'static T, Failure> {
    let outcome = cell.get_or_init(|| match std::env::var(variable) {
        Ok(url) if !url.is_empty() => Ok(attach(url.trim_end_matches('/').to_owned())),
        _ => start(),
    });
    outcome.as_ref().map_err(|failure| Failure::Http {
        what: "the shared emulator".to_owned(),
        why: failure.to_string(),
    })
}

/// The program in the Python environment that `tests/emulators/install` made.
fn installed(environment: &str, program: &str) -> Result<PathBuf, Failure> {
    let caches = [
        std::env::var_os("GATEWRIGHT_CACHE").map(PathBuf::from),
        Some(PathBuf::from("/var/cache/gatewright")),
        std::env::home_dir().map(|home| home.join(".cache/gatewright")),
    ];
    let mut candidates = caches
        .into_iter()
        .flatten()
        .map(|cache| cache.join("py").join(environment).join("bin").join(program));
    let first = candidates.next().unwrap_or_default();
    if first.is_file() {
        return Ok(first);
    }
    candidates
        .find(|path| path.is_file())
        .ok_or(Failure::Missing {
            program: first,
            install: INSTALL,
        })
}

fn answers(daemon: &mut Daemon, url: &str) -> Result<(), Failure> {
    daemon.wait_until(START_LIMIT, |_| {
        request("GET", url, &[], "")
            .ok()
            .filter(|reply| reply.status == 200)
            .map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_differ_and_have_twelve_digits() {
        let (one, two) = (fresh_account(), fresh_account());
        assert_ne!(one, two);
        assert!(
            one.len() == 12 && one.bytes().all(|byte| byte.is_ascii_digit()),
            "{one}"
        );
    }
}
