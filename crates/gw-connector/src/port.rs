//! The trait.
//!
//! Invariant: an implementation holds no state between calls but its client, and never retries. Where a vendor has
//! quotas, its client waits for each call's turn through what the host gave it; a wait is not an effect.

use async_trait::async_trait;
use gw_model::{Code, Diagnostic, Fault, Percent};
use gw_openapi::Document;
use gw_plan::Plan;

use crate::canary::CanaryChange;
use crate::change::{Change, Mark, Outputs, Receipt, RemoteCall};
use crate::discovery::{FoundStage, Listing, Protocol, ReadApi};
use crate::domains::{DomainMapping, MappingGoal};
use crate::kept::Kept;
use crate::observed::{Capabilities, Identity, Observed, SettingChange, Target};
use crate::picture::Picture;

/// What a run is to reach.
#[derive(Clone, Copy, Debug)]
pub enum Goal<'a> {
    /// The plan is live, for all requests.
    Publish(&'a Plan),
    /// A share of the requests meets the plan, the others what is live; instead of a canary that runs.
    PublishCanary(&'a Plan, Percent),
    /// The canary that runs is changed or ended.
    Canary(CanaryChange),
    /// Nothing of the API is left.
    Withdraw,
    /// A kept deployment is live again.
    Return(&'a Kept),
    /// These kept deployments are deleted, with what only they needed. `kept` is all there is, these among it.
    Prune {
        /// What goes.
        surplus: &'a [&'a Kept],
        /// Everything that is kept.
        kept: &'a [Kept],
    },
}

/// A way to a gateway.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What this kind of gateway can do.
    fn capabilities(&self) -> Capabilities;

    /// What this gateway will refuse or lose of a plan made of a document. Pure.
    fn lint(&self, document: &Document, plan: &Plan) -> Vec<Diagnostic>;

    /// Who we are there, and what we may do.
    async fn identify(&self) -> Result<Identity, Fault>;

    /// What is there of the target's API.
    async fn observe(&self, target: &Target) -> Result<Observed, Fault>;

    /// What the gateway keeps of the target's API, newest first, what is live included.
    async fn kept(&self, _target: &Target) -> Result<Vec<Kept>, Fault> {
        Ok(Vec::new())
    }

    /// The ordered changes from what was observed to the goal; empty when it is reached already. Pure.
    ///
    /// Invariant: of a publication's changes at most one moves traffic, and it is the last. A return, and a change of a
    /// canary, is one change, and moves traffic; a return and a publication end a canary of Gatewright's in the same call.
    /// What pruning deletes nobody meets.
    fn lower(
        &self,
        goal: Goal<'_>,
        target: &Target,
        observed: &Observed,
    ) -> Result<Vec<Change>, Fault>;

    /// What stays as it is although a reader of the plan may fear for it, one sentence per kind. Pure.
    fn untouched(&self, _goal: Goal<'_>, _observed: &Observed, _changes: &[Change]) -> Vec<String> {
        Vec::new()
    }

    /// What a withdrawal takes along that is not this gateway's, named one by one: `stage 'beta'`. Changes nothing.
    async fn takes_along(&self, _observed: &Observed) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }

    /// Which of the target's settings a publication of the plan changes, as `lower` does. Pure.
    fn setting_changes(&self, _: &Plan, _: &Target, _: &Observed) -> Vec<SettingChange> {
        Vec::new()
    }

    /// The custom domains that lead to what was observed; none on gateways that have none.
    async fn domains(&self, _: &Observed) -> Result<Vec<DomainMapping>, Fault> {
        Ok(Vec::new())
    }

    /// Looks at one base path of a domain, notes it among what was observed, and gives the changes that lead to the goal;
    /// empty when it is reached already. Changes nothing. Fails when the path leads to something else.
    async fn prepare_mapping(
        &self,
        goal: &MappingGoal,
        _: &mut Observed,
    ) -> Result<Vec<Change>, Fault> {
        Err(Fault::new(
            Code::RequestInvalid,
            format!(
                "{} cannot be mapped: this gateway has no domains",
                goal.domain
            ),
            "Choose a gateway of AWS",
        ))
    }

    /// Makes one change, once, and marks what it makes. `outputs` holds what was observed and what earlier changes of
    /// the run learnt. `Effect::Unknown` in the fault when it may have happened.
    async fn apply(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault>;

    /// Did the change happen under this mark? After a crash the change comes from a journal and its payload is empty:
    /// verb, mark and outputs must suffice.
    async fn probe(
        &self,
        change: &Change,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault>;

    /// The calls [`Connector::undo`] makes for a receipt when all goes well, so that their turns can be taken first. Pure.
    fn undo_calls(&self, _receipt: &Receipt) -> Vec<RemoteCall> {
        Vec::new()
    }

    /// Takes one effect of a publication back; `outputs` holds all the run has learnt. Twice equals once; an object that
    /// is gone is done. A withdrawal is never taken back: it is carried on.
    async fn undo(&self, receipt: &Receipt, outputs: &Outputs) -> Result<(), Fault>;

    /// What [`Connector::examine`] finds of a plan that was published and that nobody touched since; `target.known` holds
    /// what its run learnt. Pure. A connector that tells nothing has no drift.
    fn expect(&self, plan: &Plan, target: &Target) -> Picture {
        let _ = (plan, target);
        Picture::default()
    }

    /// What is there now, as far as the gateway tells, without changing anything. Something that is gone is an answer,
    /// not a fault.
    async fn examine(&self, target: &Target) -> Result<Picture, Fault> {
        let _ = target;
        Ok(Picture::default())
    }

    /// Every API that is there, whoever made it, by name.
    async fn discover(&self) -> Result<Listing, Fault> {
        Ok(Listing::default())
    }

    /// The stages of one API, by name: one call on AWS, so they are asked for API by API. Fails with `aws.gone` when it is
    /// not there.
    async fn stages(&self, _protocol: Protocol, _id: &str) -> Result<Vec<FoundStage>, Fault> {
        Ok(Vec::new())
    }

    /// One API as a document, for the stage of that name.
    async fn read_api(
        &self,
        _protocol: Protocol,
        _id: &str,
        _stage: Option<&str>,
    ) -> Result<ReadApi, Fault> {
        Err(Fault::new(
            Code::RequestInvalid,
            "This kind of gateway has nothing to import",
            "Choose an AWS gateway",
        ))
    }
}
