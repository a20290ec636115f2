//! What is where now: derived from finished runs.
//!
//! It refuses to be set by hand. Only the end of a run changes it, and a person may have it forgotten.

use gw_connector::Outputs;
use gw_deploy::{Entry, Outcome, Record, RunGoal, RunHeader};
use gw_model::{
    ApiId, DeploymentId, Fault, GatewayId, Percent, RevisionId, StageSettings, UnixMillis,
};
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::named::{column, from_json, to_json};
use crate::runs;

/// The placements of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Placements<'a>(pub(crate) &'a Catalog);

/// One API on one gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Placement {
    /// Which API.
    pub api: ApiId,
    /// On which gateway.
    pub gateway: GatewayId,
    /// The revision that went live last; `None` when none ever did.
    pub revision: Option<RevisionId>,
    /// Digest of the plan that is live; `None` when that is in doubt, so the next deployment looks at everything.
    pub digest: Option<String>,
    /// What runs beside it; `None` for no canary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub canary: Option<PlacedCanary>,
    /// Remote ids and ARNs.
    #[ts(type = "Record<string, string>")]
    pub outputs: Outputs,
    /// What was wanted of the stage when it was published last; `None` when that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub settings: Option<StageSettings>,
    /// Where callers reach it; `None` when they do not.
    pub invoke_url: Option<String>,
    /// The run that left it so.
    pub deployment: DeploymentId,
    /// When that run ended.
    pub at: UnixMillis,
    /// Whether all is well.
    pub state: PlacementState,
}

/// A canary beside what is live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlacedCanary {
    /// Its revision; `None` when another catalog deployed it.
    pub revision: Option<RevisionId>,
    /// The share of the requests that meets it.
    pub percent: Percent,
}

/// Whether a placement is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PlacementState {
    /// Callers reach the revision.
    Live,
    /// A run failed and something of it is left behind: deploy or undeploy again.
    Stuck,
}

impl Placements<'_> {
    /// One API on one gateway; `None` when it is not there.
    pub fn get(&self, api: &ApiId, gateway: &GatewayId) -> Result<Option<Placement>, Fault> {
        self.0.read(|db| get(db, api, gateway))
    }

    /// All, by API name and version, then gateway name.
    pub fn list(&self) -> Result<Vec<Placement>, Fault> {
        self.0.read(|db| {
            many(
                db,
                "SELECT placements.record FROM placements
                 JOIN apis ON apis.id = placements.api JOIN gateways ON gateways.id = placements.gateway
                 ORDER BY apis.name_key, apis.version_order, gateways.name",
                [],
            )
        })
    }

    /// Where an API is, by gateway name.
    pub fn of_api(&self, api: &ApiId) -> Result<Vec<Placement>, Fault> {
        self.0.read(|db| {
            many(
                db,
                "SELECT placements.record FROM placements JOIN gateways ON gateways.id = placements.gateway
                 WHERE placements.api = ?1 ORDER BY gateways.name",
                [api.as_str()],
            )
        })
    }

    /// What is on a gateway, by API name and version.
    pub fn on_gateway(&self, gateway: &GatewayId) -> Result<Vec<Placement>, Fault> {
        self.0.read(|db| {
            many(
                db,
                "SELECT placements.record FROM placements JOIN apis ON apis.id = placements.api
                 WHERE placements.gateway = ?1 ORDER BY apis.name_key, apis.version_order",
                [gateway.as_str()],
            )
        })
    }

    /// Forgets that an API is on a gateway, calling nothing: for gateways that no longer exist. Twice equals once.
    ///
    /// Fails with `deploy.busy` while a run is under way there: its end says what is there.
    pub fn forget(&self, api: &ApiId, gateway: &GatewayId) -> Result<(), Fault> {
        self.0.write(|db| {
            runs::nothing_under_way(db, api, gateway)?;
            delete(db, api, gateway)
        })
    }
}

/// Brings the placement up to date with a run whose last record ends it. `before` is what was there when it began: a run
/// that was stuck and then taken back leaves that, not its own mark.
pub(crate) fn refresh(
    db: &Connection,
    header: &RunHeader,
    before: Option<Placement>,
    records: &[Record],
) -> Result<(), CatalogError> {
    match fold(before, header, records) {
        Some(after) => {
            db.prepare_cached(
                "INSERT INTO placements (api, gateway, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT (api, gateway) DO UPDATE SET record = excluded.record",
            )?
            .execute(params![
                after.api.as_str(),
                after.gateway.as_str(),
                to_json(&after, "placement")?
            ])?;
            Ok(())
        }
        None => delete(db, &header.api, &header.gateway),
    }
}

/// What is there after a run, given what was there before it.
fn fold(before: Option<Placement>, header: &RunHeader, records: &[Record]) -> Option<Placement> {
    let Some(Record {
        at,
        entry:
            Entry::Finished {
                outcome,
                invoke_url,
                ..
            },
        ..
    }) = records.last()
    else {
        return before;
    };
    let mut outputs = header.found.clone();
    outputs.extend(learnt(records));
    // Every run but a publication leaves the settings of a stage alone.
    let settings = match header.goal() {
        RunGoal::Publish | RunGoal::Withdraw => header.settings.clone(),
        RunGoal::Return | RunGoal::Share | RunGoal::Promote | RunGoal::Drop => {
            before.as_ref().and_then(|before| before.settings.clone())
        }
    };
    let after = |(revision, digest, canary), outputs, state| {
        Some(Placement {
            api: header.api.clone(),
            gateway: header.gateway.clone(),
            revision,
            digest,
            canary,
            outputs,
            settings: settings.clone().filter(|_| state == PlacementState::Live),
            invoke_url: invoke_url.clone(),
            deployment: header.deployment.clone(),
            at: *at,
            state,
        })
    };
    match outcome {
        Outcome::Live => after(
            serves(before.as_ref(), header),
            outputs,
            PlacementState::Live,
        ),
        Outcome::Unchanged => {
            // Nothing was changed, so what earlier runs learnt still holds.
            let serves = serves(before.as_ref(), header);
            let mut all = before.map(|before| before.outputs).unwrap_or_default();
            all.extend(outputs);
            after(serves, all, PlacementState::Live)
        }
        Outcome::Withdrawn | Outcome::Forgotten => None,
        Outcome::RolledBack | Outcome::Cancelled => before,
        Outcome::Stuck => {
            let (revision, canary, mut all) = before
                .map(|before| (before.revision, before.canary, before.outputs))
                .unwrap_or_default();
            all.extend(outputs);
            after((revision, None, canary), all, PlacementState::Stuck)
        }
    }
}

/// The revision and digest that are live after a run that went well, and the canary beside them.
fn serves(
    before: Option<&Placement>,
    header: &RunHeader,
) -> (Option<RevisionId>, Option<String>, Option<PlacedCanary>) {
    if header.moves() {
        return (header.revision.clone(), header.digest.clone(), None);
    }
    let known = before.and_then(|before| before.canary.as_ref());
    let canary = header.percent().map(|percent| PlacedCanary {
        // Another share is one of the same canary.
        revision: header
            .revision
            .clone()
            .or_else(|| known.and_then(|known| known.revision.clone())),
        percent,
    });
    let live = before.map(|before| (before.revision.clone(), before.digest.clone()));
    let (revision, digest) = live.unwrap_or_default();
    (revision, digest, canary)
}

/// What the run's steps learnt and did not take back, in their order.
fn learnt(records: &[Record]) -> Outputs {
    let undone: Vec<u32> = records
        .iter()
        .filter_map(|record| match record.entry {
            Entry::Undone { step } => Some(step),
            _ => None,
        })
        .collect();
    let mut outputs = Outputs::new();
    for record in records {
        if let Entry::Done { step, receipt } = &record.entry
            && !undone.contains(step)
        {
            outputs.extend(receipt.outputs.clone());
        }
    }
    outputs
}

fn get(
    db: &Connection,
    api: &ApiId,
    gateway: &GatewayId,
) -> Result<Option<Placement>, CatalogError> {
    let record: Option<String> = db
        .prepare_cached("SELECT record FROM placements WHERE api = ?1 AND gateway = ?2")?
        .query_row([api.as_str(), gateway.as_str()], |row| row.get(0))
        .optional()?;
    record
        .map(|record| from_json(&record, "placement"))
        .transpose()
}

fn many(
    db: &Connection,
    sql: &str,
    parameters: impl Params,
) -> Result<Vec<Placement>, CatalogError> {
    column(db, sql, parameters)?
        .iter()
        .map(|record| from_json(record, "placement"))
        .collect()
}

pub(crate) fn delete(
    db: &Connection,
    api: &ApiId,
    gateway: &GatewayId,
) -> Result<(), CatalogError> {
    db.prepare_cached("DELETE FROM placements WHERE api = ?1 AND gateway = ?2")?
        .execute([api.as_str(), gateway.as_str()])?;
    Ok(())
}
