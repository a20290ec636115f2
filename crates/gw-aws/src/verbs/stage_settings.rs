//! What is set on a stage: patch operations, tags, and the way back.
//!
//! It refuses to remove what is not there: AWS refuses that, and going back twice must equal going back once.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::operation::RequestId;
use aws_sdk_apigateway::types::{Op, PatchOperation};

use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::tags::Tagged;
use super::{defect, needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault};
use crate::live_stage::LiveStage;
use crate::lower::{Before, Patch};
use crate::names::{self, invoke_url, output, stage_arn};

/// The receipt of having written down what the stage has.
pub(super) fn noted(before: &Before) -> Receipt {
    let text = serde_json::to_string(before).unwrap_or_default();
    receipt(false, None, [(names::STAGE_BEFORE, text)])
}

impl AwsConnector {
    pub(super) async fn patch_stage(
        &self,
        id: &str,
        doing: &str,
        patches: &[Patch],
    ) -> Result<Option<String>, Fault> {
        let doing = format!("change the stage '{}' of {id}: {doing}", self.target.stage);
        let attempt = Attempt {
            call: "UpdateStage",
            doing: &doing,
            writes: true,
        };
        let operations = patches.iter().map(|patch| {
            let op = if patch.value.is_some() {
                Op::Replace
            } else {
                Op::Remove
            };
            PatchOperation::builder()
                .op(op)
                .path(&patch.path)
                .set_value(patch.value.clone())
                .build()
        });
        let answer = self
            .gateway
            .update_stage()
            .rest_api_id(id)
            .stage_name(&self.target.stage)
            .set_patch_operations(Some(operations.collect()))
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(answer.request_id().map(str::to_owned))
    }

    /// What leads back to the settings the run noted, as far as it is still to do: values, and entries to remove.
    pub(super) async fn former_settings(
        &self,
        id: &str,
        outputs: &Outputs,
    ) -> Result<(Vec<Patch>, Vec<Patch>), Fault> {
        let before = before(outputs)?;
        if before.patches.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let Some(stage) = self.stage(id).await? else {
            return Ok((Vec::new(), Vec::new()));
        };
        let live = LiveStage::of(&stage);
        let left = before
            .patches
            .into_iter()
            .filter(|patch| patch.value.is_some() || live.has(&patch.path));
        let is_entry = |patch: &Patch| {
            let named = patch.path.starts_with("/variables/") || patch.path == "/accessLogSettings";
            patch.value.is_none() && !named
        };
        let (entries, values) = left.partition(is_entry);
        Ok((values, entries))
    }

    /// Sets tags of the stage, the run's mark among them.
    pub(super) async fn tag_stage(
        &self,
        mut tags: BTreeMap<String, String>,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        tags.insert(names::TAG_MARK.to_owned(), mark.as_str().to_owned());
        let id = needed(outputs, names::REST_API_ID)?;
        let tags = tags.into_iter().collect();
        let request_id = self.put_tags(&self.tagged_stage(id), tags).await?;
        Ok(self.tagged(request_id.as_deref(), id))
    }

    /// By the mark among the stage's tags.
    pub(super) async fn probe_stage_tags(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(id) = output(outputs, names::REST_API_ID) else {
            return Ok(None);
        };
        let by = self.tag(&self.tagged_stage(id), names::TAG_MARK).await?;
        let own = by.as_deref() == Some(mark.as_str());
        Ok(own.then(|| self.tagged(None, id)))
    }

    /// Gives the stage the tags it had.
    pub(super) async fn tag_stage_back(&self, outputs: &Outputs) -> Result<(), Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let (mut former, mut new) = (HashMap::new(), Vec::new());
        for (name, value) in before(outputs)?.tags {
            match value {
                Some(value) => drop(former.insert(name, value)),
                None => new.push(name),
            }
        }
        let stage = self.tagged_stage(id);
        if !former.is_empty() {
            self.put_tags(&stage, former).await?;
        }
        if new.is_empty() {
            return Ok(());
        }
        self.take_tags(&stage, new).await
    }

    fn tagged_stage(&self, id: &str) -> Tagged {
        Tagged {
            arn: stage_arn(&self.target.region, id, &self.target.stage),
            what: format!("the stage '{}' of {id}", self.target.stage),
        }
    }

    fn tagged(&self, request_id: Option<&str>, id: &str) -> Receipt {
        let target = &self.target;
        let url = invoke_url(
            &target.region,
            target.endpoint_url.as_deref(),
            id,
            &target.stage,
        );
        receipt(false, request_id, [(OUTPUT_INVOKE_URL, url)])
    }
}

/// What the run noted; nothing when it changes no settings.
fn before(outputs: &Outputs) -> Result<Before, Fault> {
    let Some(text) = output(outputs, names::STAGE_BEFORE) else {
        return Ok(Before::default());
    };
    serde_json::from_str(text).map_err(|error| {
        defect("The former settings of the stage cannot be read".to_owned()).because(error)
    })
}
