//! Changes and receipts: one remote effect each.
//!
//! It refuses to hold secrets: journals keep both.

use std::collections::BTreeMap;

use gw_model::Diagnostic;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names and ids a run has learnt so far, for example `rest-api-id`. Later changes of the run, and later runs, read them.
pub type Outputs = BTreeMap<String, String>;

/// Tags every remote object of one deployment, so that after any doubt `probe` can find it. `gw-` and the deployment id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct Mark(String);

impl Mark {
    /// Wraps a mark's text: 1 to 128 characters of `[A-Za-z0-9_-]`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One step of a run: at most one remote effect.
///
/// Invariant: `calls` lists exactly the remote calls `apply` makes when all goes well, so the plan screen tells the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Change {
    /// Vendor verb, stable: `aws.put-rest-api`, `local.switch`. Receipts repeat it.
    pub verb: String,
    /// What it does, in API words, for the plan and the timeline: `Import the document with 12 operations`.
    pub sentence: String,
    /// Whether it writes, reads, or moves traffic.
    pub effect: StepEffect,
    /// The remote calls.
    pub calls: Vec<RemoteCall>,
    /// What `apply` needs: ids known before the run, digests, documents; JSON text only the connector reads.
    pub payload: String,
}

/// What a step does to the remote side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum StepEffect {
    /// Only looks, and stops the run when it does not like what it sees.
    Read,
    /// Writes something callers do not notice yet.
    Write,
    /// Callers notice from here on.
    MovesTraffic,
}

/// A remote call, as shown before consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemoteCall {
    /// For example `apigateway`.
    pub service: String,
    /// The vendor's name: `PutRestApi`.
    pub name: String,
    /// On what: `PUT /restapis/{id}?mode=overwrite`.
    pub target: String,
    /// The permission it needs: `apigateway:PUT on arn:aws:apigateway:eu-west-1::/restapis/*`; empty for none.
    pub permission: String,
}

/// Proof of one remote effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Receipt {
    /// The change's verb.
    pub verb: String,
    /// What was learnt: ids, ARNs.
    #[ts(type = "Record<string, string>")]
    pub outputs: Outputs,
    /// The vendor's request id.
    pub request_id: Option<String>,
    /// Whether this run made the object (so undoing deletes it) or found it there.
    pub created: bool,
    /// The vendor's warnings: never thrown away.
    pub warnings: Vec<Diagnostic>,
}
