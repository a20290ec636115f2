//! What AWS keeps of an API: its deployments, and which stages and canaries serve them.
//!
//! It refuses to take a deployment for Gatewright's that does not carry its label.

use std::collections::BTreeSet;

use aws_sdk_apigateway::types::{Deployment, Stage};

use gw_connector::{Kept, Mark, Outputs, Target};
use gw_model::{Fault, Percent, UnixMillis};

use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};
use crate::names::{self, Label, output};

impl AwsConnector {
    /// Two calls; one more when a kept deployment asks a provisioned function, and a listing when the catalog does not
    /// know the REST API.
    pub(crate) async fn kept_deployments(&self, target: &Target) -> Result<Vec<Kept>, Fault> {
        let known = output(&target.known, names::REST_API_ID).map(str::to_owned);
        let id = match known {
            Some(id) => Some(id),
            None => self.rest_api_of(target).await?,
        };
        let Some(id) = id else { return Ok(Vec::new()) };
        let deployments = self.deployments(&id).await?;
        if deployments.is_empty() {
            return Ok(Vec::new());
        }
        let stages = self.stages(&id).await?;
        let mut all: Vec<Kept> = deployments
            .iter()
            .map(|deployment| kept(&id, &self.target.stage, deployment, &stages))
            .collect();
        // AWS promises no order and tells seconds; those of one second stay as listed, the last first.
        all.reverse();
        all.sort_by_key(|one| std::cmp::Reverse(one.made_at.map(|at| at.0)));
        if all.iter().any(|one| version(one).is_some()) {
            let function = names::function_name(&target.api, &self.target.stage);
            let there: BTreeSet<String> = self
                .versions(&function)
                .await?
                .iter()
                .filter_map(|version| version.version().map(str::to_owned))
                .collect();
            for one in &mut all {
                one.broken = version(one)
                    .filter(|version| !there.contains(*version))
                    .map(|version| {
                        format!("The version {version} of its authorizer function is gone")
                    });
            }
        }
        Ok(all)
    }

    async fn stages(&self, id: &str) -> Result<Vec<Stage>, Fault> {
        let doing = format!("list the stages of {id}");
        let attempt = Attempt {
            call: "GetStages",
            doing: &doing,
            writes: false,
        };
        match self.gateway.get_stages().rest_api_id(id).send().await {
            Ok(answer) => Ok(answer.item().to_vec()),
            Err(error) if is_gone(&error) => Ok(Vec::new()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }
}

/// The version of the provisioned function a kept deployment asks; `None` when it asks none or that is not known.
pub(crate) fn version(kept: &Kept) -> Option<&str> {
    output(&kept.outputs, names::FUNCTION_VERSION).filter(|version| *version != names::NO_FUNCTION)
}

fn kept(rest_api: &str, stage: &str, deployment: &Deployment, stages: &[Stage]) -> Kept {
    let id = deployment.id().unwrap_or_default().to_owned();
    let label = deployment
        .description()
        .and_then(Label::read)
        .filter(|label| !label.plan.is_empty() && !label.mark.is_empty());
    let mut outputs = Outputs::from([(names::REST_API_ID.to_owned(), rest_api.to_owned())]);
    if let Some(label) = &label {
        outputs.insert(names::BUILD.to_owned(), label.build.clone());
        outputs.insert(names::FUNCTION_VERSION.to_owned(), label.function.clone());
    }
    let name = |one: &Stage| one.stage_name().unwrap_or_default().to_owned();
    let serves = |one: &&Stage| one.deployment_id() == Some(id.as_str());
    let own = stages.iter().find(|one| one.stage_name() == Some(stage));
    let other = stages
        .iter()
        .filter(|one| one.stage_name() != Some(stage))
        .find(serves);
    let canary = stages.iter().find(|one| {
        one.canary_settings()
            .is_some_and(|canary| canary.deployment_id() == Some(id.as_str()))
    });
    let held_by = other
        .map(|one| format!("the stage '{}'", name(one)))
        .or_else(|| canary.map(|one| format!("the canary of the stage '{}'", name(one))));
    let share = own.and_then(|own| {
        let canary = own.canary_settings()?;
        let label = Label::read(own.description()?)?;
        let is_ours = label.canary == id && canary.deployment_id() == Some(&id);
        is_ours.then(|| Percent::near(canary.percent_traffic()))
    });
    Kept {
        live: own.as_ref().is_some_and(serves),
        canary: share,
        held_by,
        broken: None,
        digest: label.as_ref().map(|label| label.plan.clone()),
        mark: label.map(|label| Mark::new(label.mark)),
        made_at: deployment
            .created_date()
            .and_then(|at| at.to_millis().ok())
            .map(UnixMillis),
        outputs,
        id,
    }
}
