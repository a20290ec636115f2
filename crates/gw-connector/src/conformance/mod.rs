//! The suite every connector must pass unchanged.
//!
//! It refuses to know a vendor: it reaches the gateway through the port, and the deployed API through a [`Harness`] its
//! caller gives.
//!
//! ```ignore
//! #[tokio::test]
//! async fn conforms() {
//!     gw_connector::conformance::run(&MyHarness::start().await).await.assert();
//! }
//! ```

mod back;
mod calls;
mod canary;
mod lifecycle;
mod plans;
mod steps;

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use gw_model::{GatewayId, StageSettings};
use gw_plan::TokenCheck;

use crate::port::Connector;

pub use plans::API_ID;

/// What the suite needs of a gateway under test. Nothing of the suite's API may be on it before.
#[async_trait]
pub trait Harness: Send + Sync {
    /// A connector, new each time: as after a restart of the app.
    async fn connector(&self) -> Arc<dyn Connector>;

    /// The gateway's id.
    fn gateway(&self) -> GatewayId;

    /// Base URL of an HTTP backend the gateway can reach. It answers every request with status 299, the header
    /// `x-conformance: backend`, and the path it was asked for as its body. `None` skips these checks.
    fn backend(&self) -> Option<String>;

    /// How the gateway is to check tokens; `None` skips these checks.
    fn token_check(&self) -> Option<TokenCheck>;

    /// A token that passes that check, with these scopes; `None` skips the checks that need one.
    async fn token(&self, scopes: &[&str]) -> Option<String>;

    /// What is wanted of the stage all along.
    fn settings(&self) -> StageSettings {
        StageSettings::default()
    }

    /// Calls the deployed API. `Err` when no HTTP answer came.
    async fn call(&self, call: Call) -> Result<Answer, String>;

    /// Waits a moment before a call is repeated: a gateway may take time until callers notice a change.
    async fn pause(&self) {}
}

/// A request to the deployed API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `OPTIONS`.
    pub method: String,
    /// Invoke URL and path.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Body text.
    pub body: String,
}

/// What the suite found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Checks that passed.
    pub passed: Vec<String>,
    /// Checks that do not apply here, and why.
    pub skipped: Vec<(String, String)>,
    /// Checks that failed, and how.
    pub failed: Vec<(String, String)>,
}

impl Report {
    /// Panics with every failed check, and when nothing passed at all.
    pub fn assert(&self) {
        assert!(self.failed.is_empty() && !self.passed.is_empty(), "{self}");
    }

    fn note(&mut self, check: &str, outcome: Result<(), String>) -> bool {
        match outcome {
            Ok(()) => self.passed.push(check.to_owned()),
            Err(how) => {
                self.failed.push((check.to_owned(), how));
                return false;
            }
        }
        true
    }

    fn skip(&mut self, check: &str, why: &str) {
        self.skipped.push((check.to_owned(), why.to_owned()));
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        for (check, how) in &self.failed {
            writeln!(text, "FAILED  {check}: {how}")?;
        }
        for (check, why) in &self.skipped {
            writeln!(text, "skipped {check}: {why}")?;
        }
        for check in &self.passed {
            writeln!(text, "passed  {check}")?;
        }
        f.write_str(&text)
    }
}

/// Runs every check, from an empty gateway to an empty gateway. A check that others build on ends the run when it fails.
pub async fn run(harness: &dyn Harness) -> Report {
    let mut report = Report::default();
    lifecycle::walk(harness, &mut report).await;
    report
}
