//! Deployments, and the stage whose deployment id is what callers meet.
//!
//! It refuses to delete a stage to change it: what is set on it stays, and its former deployment is kept for going back.

use aws_sdk_apigateway::operation::RequestId;
use aws_sdk_apigateway::types::{CacheClusterSize, Deployment};

use gw_connector::names::OUTPUT_INVOKE_URL;
use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::{defect, needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};
use crate::live_stage::{CANARY, LiveStage, OwnCanary, canary_patches};
use crate::lower::{NewStage, Owner, Patch, StageMove};
use crate::names::{self, Label, invoke_url, output};
use crate::picture;

impl AwsConnector {
    pub(super) async fn create_deployment(
        &self,
        plan: &str,
        build: &str,
        provisioned: bool,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let doing = format!("keep a copy of the REST API {id}");
        let attempt = Attempt {
            call: "CreateDeployment",
            doing: &doing,
            writes: true,
        };
        let version = output(outputs, names::FUNCTION_VERSION_ARN).and_then(names::version_number);
        let function = match version {
            _ if !provisioned => names::NO_FUNCTION,
            Some(version) => version,
            None => "",
        };
        let label = Label {
            function: function.to_owned(),
            ..label(plan, build, mark, "")
        };
        let description = label.text();
        let request = self
            .gateway
            .create_deployment()
            .rest_api_id(id)
            .description(description);
        let answer = request
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(kept(answer.request_id(), answer.id().unwrap_or_default()))
    }

    pub(super) async fn create_stage(
        &self,
        owner: &Owner,
        plan: &str,
        build: &str,
        stage: &NewStage,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let (id, deployment) = (
            needed(outputs, names::REST_API_ID)?,
            needed(outputs, names::DEPLOYMENT_ID)?,
        );
        let doing = format!("open the stage '{}' of {id}", self.target.stage);
        let attempt = Attempt {
            call: "CreateStage",
            doing: &doing,
            writes: true,
        };
        // A label without a deployment says that the stage is being opened.
        let labelled = if stage.opening { "" } else { deployment };
        let mut request = self
            .gateway
            .create_stage()
            .rest_api_id(id)
            .stage_name(&self.target.stage)
            .deployment_id(deployment)
            .description(label(plan, build, mark, labelled).text())
            .tags(names::TAG_API, &owner.api)
            .tags(names::TAG_MARK, mark.as_str());
        for (name, value) in &stage.variables {
            request = request.variables(name, value);
        }
        for (name, value) in &stage.tags {
            request = request.tags(name, value);
        }
        if let Some(size) = &stage.cache {
            request = request
                .cache_cluster_enabled(true)
                .cache_cluster_size(CacheClusterSize::from(size.as_str()));
        }
        if stage.tracing {
            request = request.tracing_enabled(true);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(self.opened(true, answer.request_id(), id, build, deployment))
    }

    /// What the stage serves, what is set on it and what runs beside it, under the run's mark.
    pub(super) async fn update_stage(
        &self,
        to: StageMove,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let made = output(outputs, names::DEPLOYMENT_ID);
        let deployment = match (to.deployment.as_deref(), made) {
            (Some(named), _) => named,
            (None, Some(made)) => made,
            (None, None) => needed(outputs, names::STAGE_DEPLOYMENT_ID)?,
        };
        let mut label = label(&to.plan, &to.build, mark, deployment);
        let mut patches = to.patches;
        let mut left = String::new();
        if let Some(canary) = to.canary {
            label.canary = match canary.deployment {
                Some(named) => named,
                None => needed(outputs, names::DEPLOYMENT_ID)?.to_owned(),
            };
            (label.canary_plan, label.canary_build) = (canary.plan, canary.build);
            let percent = canary.percent;
            patches.extend(canary_patches(&label.canary, &percent.to_string()));
            left = picture::canary(&label.canary, percent.number()).to_string();
        }
        let request_id = self
            .point_stage(id, deployment, &label.text(), &patches)
            .await?;
        let receipt = self.opened(false, request_id.as_deref(), id, &label.build, deployment);
        Ok(with_canary(receipt, &label, left, outputs))
    }

    /// Points the stage at the deployment it was at when it was observed, with the settings it had.
    pub(super) async fn move_stage_back(&self, outputs: &Outputs) -> Result<(), Fault> {
        let Some(deployment) = output(outputs, names::STAGE_DEPLOYMENT_ID) else {
            // The stage is the run's own, and goes with it.
            return Ok(());
        };
        let id = needed(outputs, names::REST_API_ID)?;
        let description = output(outputs, names::STAGE_DESCRIPTION).unwrap_or_default();
        let (mut values, entries) = self.former_settings(id, outputs).await?;
        values.extend(self.former_canary(id, outputs).await?);
        self.point_stage(id, deployment, description, &values)
            .await?;
        // In a call of their own: an emulator does nothing else of a call that removes an entry.
        if !entries.is_empty() {
            self.patch_stage(id, "take its settings back", &entries)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn delete_deployment(&self, outputs: &Outputs) -> Result<(), Fault> {
        let (id, deployment) = (
            needed(outputs, names::REST_API_ID)?,
            needed(outputs, names::DEPLOYMENT_ID)?,
        );
        self.delete_deployment_of(id, deployment).await
    }

    pub(super) async fn delete_deployment_of(
        &self,
        id: &str,
        deployment: &str,
    ) -> Result<(), Fault> {
        let doing = format!("delete the deployment {deployment} of {id}");
        let attempt = Attempt {
            call: "DeleteDeployment",
            doing: &doing,
            writes: true,
        };
        match self
            .gateway
            .delete_deployment()
            .rest_api_id(id)
            .deployment_id(deployment)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn delete_stage(&self, outputs: &Outputs) -> Result<(), Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let doing = format!("delete the stage '{}' of {id}", self.target.stage);
        let attempt = Attempt {
            call: "DeleteStage",
            doing: &doing,
            writes: true,
        };
        match self
            .gateway
            .delete_stage()
            .rest_api_id(id)
            .stage_name(&self.target.stage)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn probe_deployment(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(id) = output(outputs, names::REST_API_ID) else {
            return Ok(None);
        };
        let deployments = self.deployments(id).await?;
        let found = deployments
            .iter()
            .find(|deployment| Label::is_marked(deployment.description(), mark));
        Ok(found.and_then(Deployment::id).map(|id| kept(None, id)))
    }

    /// Whether this run moved the stage; `created` when it made it.
    pub(super) async fn probe_stage(
        &self,
        mark: &Mark,
        outputs: &Outputs,
        created: bool,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(id) = output(outputs, names::REST_API_ID) else {
            return Ok(None);
        };
        let Some(stage) = self.stage(id).await? else {
            return Ok(None);
        };
        let label = stage.description().and_then(Label::read).filter(|label| {
            let is_opening = created && label.deployment.is_empty();
            label.mark == mark.as_str()
                && (is_opening || Some(label.deployment.as_str()) == stage.deployment_id())
        });
        let deployment = stage.deployment_id().unwrap_or_default();
        Ok(label.map(|label| {
            let percent = stage.canary_settings().map_or(
                0.0,
                aws_sdk_apigateway::types::CanarySettings::percent_traffic,
            );
            let left = picture::canary(&label.canary, percent).to_string();
            let receipt = self.opened(created, None, id, &label.build, deployment);
            with_canary(receipt, &label, left, outputs)
        }))
    }

    /// What leads back to the canary of Gatewright's that was observed, or to none where the run set one.
    async fn former_canary(&self, id: &str, outputs: &Outputs) -> Result<Vec<Patch>, Fault> {
        if let Some(text) = output(outputs, names::STAGE_CANARY) {
            let former: OwnCanary = serde_json::from_str(text).map_err(|error| {
                defect("The former canary of the stage cannot be read".to_owned()).because(error)
            })?;
            return Ok(former.patches);
        }
        if output(outputs, names::CANARY).is_none() {
            return Ok(Vec::new());
        }
        // AWS refuses to remove what is not there.
        let stage = self.stage(id).await?;
        let there = stage.is_some_and(|stage| LiveStage::of(&stage).has(CANARY));
        let removed = there.then(|| Patch {
            path: CANARY.to_owned(),
            value: None,
        });
        Ok(removed.into_iter().collect())
    }

    async fn point_stage(
        &self,
        id: &str,
        deployment: &str,
        description: &str,
        settings: &[Patch],
    ) -> Result<Option<String>, Fault> {
        let replace = |path: &str, value: &str| Patch {
            path: path.to_owned(),
            value: Some(value.to_owned()),
        };
        let mut patches = vec![
            replace("/deploymentId", deployment),
            replace("/description", description),
        ];
        patches.extend_from_slice(settings);
        let doing = format!("move it to the deployment {deployment}");
        self.patch_stage(id, &doing, &patches).await
    }

    pub(crate) async fn deployments(&self, id: &str) -> Result<Vec<Deployment>, Fault> {
        let doing = format!("list the deployments of {id}");
        let attempt = Attempt {
            call: "GetDeployments",
            doing: &doing,
            writes: false,
        };
        let mut deployments = Vec::new();
        let mut position = None;
        loop {
            let page = self
                .gateway
                .get_deployments()
                .rest_api_id(id)
                .limit(500)
                .set_position(position)
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) if is_gone(&error) => return Ok(Vec::new()),
                Err(error) => return Err(fault(&self.target, attempt, error)),
            };
            deployments.extend_from_slice(page.items());
            match page.position() {
                Some(next) => position = Some(next.to_owned()),
                None => return Ok(deployments),
            }
        }
    }

    fn opened(
        &self,
        created: bool,
        request_id: Option<&str>,
        id: &str,
        build: &str,
        deployment: &str,
    ) -> Receipt {
        let url = invoke_url(
            &self.target.region,
            self.target.endpoint_url.as_deref(),
            id,
            &self.target.stage,
        );
        receipt(
            created,
            request_id,
            [
                (OUTPUT_INVOKE_URL, url),
                (names::STAGE, self.target.stage.clone()),
                (names::BUILD, build.to_owned()),
                (names::DEPLOYMENT_ID, deployment.to_owned()),
            ],
        )
    }
}

fn kept(request_id: Option<&str>, deployment: &str) -> Receipt {
    receipt(
        true,
        request_id,
        [(names::DEPLOYMENT_ID, deployment.to_owned())],
    )
}

fn label(plan: &str, build: &str, mark: &Mark, deployment: &str) -> Label {
    Label {
        plan: plan.to_owned(),
        build: build.to_owned(),
        mark: mark.as_str().to_owned(),
        deployment: deployment.to_owned(),
        ..Label::default()
    }
}

/// Adds the canary that is left, where the run set one or found one.
fn with_canary(mut receipt: Receipt, label: &Label, left: String, outputs: &Outputs) -> Receipt {
    if !label.canary.is_empty() {
        receipt.outputs.insert(names::CANARY.to_owned(), left);
    } else if output(outputs, names::STAGE_CANARY).is_some() {
        receipt
            .outputs
            .insert(names::CANARY.to_owned(), String::new());
    }
    receipt
}
