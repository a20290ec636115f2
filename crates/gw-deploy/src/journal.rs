//! The journal: what a run meant to do, did, and took back; and the port it is written through.
//!
//! It refuses edits: entries are only ever appended, and a run's state is a fold over them.

use gw_connector::{CanaryChange, Change, Mark, Outputs, Receipt};
use gw_model::{
    ApiId, DeploymentId, Fault, GatewayId, Percent, RevisionId, StageSettings, UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a run is about; written once, before its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunHeader {
    /// The run.
    pub deployment: DeploymentId,
    /// Which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// Which revision is published; `None` when the API is withdrawn, or returned to what another catalog made.
    pub revision: Option<RevisionId>,
    /// Digest of the plan; `None` where the revision is.
    pub digest: Option<String>,
    /// The gateway's name of the kept deployment that is live again; `None` when nothing is returned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub returned_to: Option<String>,
    /// What is wanted of the stage, which a publication carries out; `None` for other runs, and in older journals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub settings: Option<StageSettings>,
    /// What becomes of a canary; with a revision, a share is that of a new one. `None` when the run is about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub canary: Option<CanaryChange>,
    /// Tags what the run makes.
    pub mark: Mark,
    /// What was observed before the run.
    #[ts(type = "Record<string, string>")]
    pub found: Outputs,
    /// When it began.
    pub started_at: UnixMillis,
}

/// What a run is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum RunGoal {
    /// A revision is live.
    Publish,
    /// Nothing of the API is left.
    Withdraw,
    /// A kept deployment is live again.
    Return,
    /// Another share of the requests meets the canary.
    Share,
    /// The canary is live, for all requests.
    Promote,
    /// The canary is gone.
    Drop,
}

impl RunHeader {
    /// What the run is to reach.
    pub fn goal(&self) -> RunGoal {
        match (self.canary, &self.returned_to, &self.revision) {
            (Some(CanaryChange::Promote), ..) => RunGoal::Promote,
            (Some(CanaryChange::Drop), ..) => RunGoal::Drop,
            (Some(CanaryChange::Share { .. }), _, None) => RunGoal::Share,
            (_, Some(_), _) => RunGoal::Return,
            (_, None, Some(_)) => RunGoal::Publish,
            (None, None, None) => RunGoal::Withdraw,
        }
    }

    /// Whether the run, when it went well, changed which deployment is live.
    pub fn moves(&self) -> bool {
        !matches!(
            self.canary,
            Some(CanaryChange::Share { .. } | CanaryChange::Drop)
        )
    }

    /// Whether the run, when it went well, left a deployment of its own.
    pub fn makes(&self) -> bool {
        matches!(self.goal(), RunGoal::Publish | RunGoal::Withdraw)
    }

    /// The share a canary has after the run, when it is about that.
    pub fn percent(&self) -> Option<Percent> {
        match self.canary {
            Some(CanaryChange::Share { percent }) => Some(percent),
            _ => None,
        }
    }
}

/// One line of a journal. `step` counts a run's changes from 0.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// What the run will do, in order. The first entry; once more when a withdrawal is carried on after an interruption.
    Planned {
        /// The number of the first of them; steps from there on that an earlier entry named are dropped.
        first: u32,
        /// The changes, without their payloads.
        changes: Vec<Change>,
    },
    /// The step is about to be tried. Written before the call.
    Intended {
        /// Which.
        step: u32,
        /// What, without its payload.
        change: Change,
        /// Counted from 1.
        attempt: u32,
    },
    /// The step happened. Written after the call.
    Done {
        /// Which.
        step: u32,
        /// Proof.
        receipt: Receipt,
    },
    /// The step failed, with what is known of its effect.
    Failed {
        /// Which.
        step: u32,
        /// Why.
        fault: Fault,
    },
    /// The step's effect was taken back.
    Undone {
        /// Which.
        step: u32,
    },
    /// Taking the step's effect back failed: remote objects may be left behind.
    UndoFailed {
        /// Which.
        step: u32,
        /// Why.
        fault: Fault,
    },
    /// The run is taken up again, after an interruption or because it ended stuck. Written before anything else is done.
    Resumed,
    /// The run is over.
    Finished {
        /// How it ended.
        outcome: Outcome,
        /// Why it failed; `None` when it did not.
        fault: Option<Fault>,
        /// Where callers reach the API; `None` when they do not.
        invoke_url: Option<String>,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The plan is live.
    Live,
    /// It was live already; nothing was called that changes anything.
    Unchanged,
    /// The API is withdrawn.
    Withdrawn,
    /// It failed, and what it had done was taken back.
    RolledBack,
    /// It was cancelled, and what it had done was taken back.
    Cancelled,
    /// It failed, and something of it is left behind.
    Stuck,
    /// A person had the API forgotten there: nothing was called for it, and what the gateway holds of it stays.
    Forgotten,
}

/// An entry with its place and time.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(rename = "JournalRecord")]
pub struct Record {
    /// Counted from 1 in its run.
    pub seq: u32,
    /// When it was written.
    pub at: UnixMillis,
    /// What.
    pub entry: Entry,
}

/// Where journals are kept. Implemented by the catalog; every call is durable when it returns.
///
/// A run that ended `Stuck` may be taken up again while it is the last of its API and gateway: [`Entry::Resumed`] then
/// makes it unfinished, and its next `Finished` counts.
pub trait Journal: Send + Sync {
    /// Begins a run. Fails with `deploy.busy` while another run of the same API and gateway is unfinished.
    fn begin(&self, header: &RunHeader) -> Result<(), Fault>;
    /// Appends an entry and returns its record. Fails for a run that is over, but for [`Entry::Resumed`] after `Stuck`;
    /// that fails with `deploy.busy` while a later run is unfinished, and with `catalog.changed-meanwhile` when one has
    /// ended: taking the old run back could take the later one's objects.
    fn append(
        &self,
        deployment: &DeploymentId,
        at: UnixMillis,
        entry: &Entry,
    ) -> Result<Record, Fault>;
    /// A run's header and entries in order.
    fn read(&self, deployment: &DeploymentId) -> Result<(RunHeader, Vec<Record>), Fault>;
    /// Runs without a `Finished` entry.
    fn unfinished(&self) -> Result<Vec<DeploymentId>, Fault>;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn header(more: &serde_json::Value) -> RunHeader {
        let mut header = json!({
            "deployment": "d", "api": "a", "gateway": "g", "mark": "gw-d", "found": {}, "started_at": 1,
            "revision": null, "digest": null,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            header[name] = value.clone();
        }
        serde_json::from_value(header).unwrap()
    }

    #[test]
    fn a_header_says_its_goal_also_one_of_before_there_were_returns() {
        assert_eq!(
            header(&json!({ "revision": "rev_1" })).goal(),
            RunGoal::Publish
        );
        assert_eq!(header(&json!({})).goal(), RunGoal::Withdraw);
        for revision in [json!("rev_1"), json!(null)] {
            let back = header(&json!({ "revision": revision, "returned_to": "k1" }));
            assert_eq!(back.goal(), RunGoal::Return);
        }
        let share = json!({ "kind": "share", "percent": 12.5 });
        for (more, goal, moves) in [
            (
                json!({ "canary": share, "revision": "rev_1" }),
                RunGoal::Publish,
                false,
            ),
            (json!({ "canary": share }), RunGoal::Share, false),
            (
                json!({ "canary": { "kind": "promote" }, "returned_to": "k1" }),
                RunGoal::Promote,
                true,
            ),
            (
                json!({ "canary": { "kind": "drop" } }),
                RunGoal::Drop,
                false,
            ),
        ] {
            assert_eq!(
                (header(&more).goal(), header(&more).moves()),
                (goal, moves),
                "{more}"
            );
        }
    }
}
