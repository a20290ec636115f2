//! What of an API is in an account and region.
//!
//! It refuses to find an API by its name: by the id a run learnt, or by the tag its maker set.
//!
//! One call when the stage is where the catalog last saw it; one when nothing was ever deployed.

use aws_sdk_apigateway::operation::get_stage::GetStageOutput;
use aws_sdk_apigateway::types::RestApi;

use gw_connector::names::{KNOWN_IN_DOUBT, OUTPUT_ADOPTED};
use gw_connector::{LiveState, Observed, Outputs, Target};
use gw_model::{Code, Fault};

use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};
use crate::live_stage::{self, OwnCanary};
use crate::names::{self, Label, invoke_url, output};

/// What a run learnt that holds as long as the REST API does.
const LASTING: &[&str] = &[
    names::ROLE_ARN,
    names::FUNCTION_ARN,
    names::FUNCTION_VERSION_ARN,
    names::FUNCTION_DIGEST,
    OUTPUT_ADOPTED,
    names::CLAIMED,
];

impl AwsConnector {
    pub(crate) async fn observe_api(&self, target: &Target) -> Result<Observed, Fault> {
        if target.known.contains_key(KNOWN_IN_DOUBT) {
            return self.observe_in_doubt(target).await;
        }
        self.observe_known(target).await
    }

    async fn observe_known(&self, target: &Target) -> Result<Observed, Fault> {
        // Probing for what a run made needs the name before anything of it is there.
        let name = names::function_name(&target.api, &self.target.stage);
        let mut found = Outputs::from([(names::FUNCTION_NAME.to_owned(), name)]);
        if target.settings.want_logs() {
            self.log_role_into(&mut found).await?;
        }
        if let Some(id) = output(&target.known, names::REST_API_ID) {
            if let Some(stage) = self.stage(id).await? {
                keep(&target.known, &mut found, LASTING);
                return Ok(self.live(id, &stage, found, target));
            }
            if self.rest_api_exists(id).await? {
                self.function_of(target, &mut found).await?;
                keep(&target.known, &mut found, &[OUTPUT_ADOPTED, names::CLAIMED]);
                found.insert(names::REST_API_ID.to_owned(), id.to_owned());
                return Ok(partial(found));
            }
        }
        let tagged = self.tagged_api(target).await?;
        if let Some((api, id)) = tagged.as_ref().and_then(|api| Some((api, api.id()?))) {
            self.function_of(target, &mut found).await?;
            if let Some(mark) = tag(api, names::TAG_ADOPTED) {
                // Which deployment it was at is forgotten; that others made it is not.
                found.insert(OUTPUT_ADOPTED.to_owned(), mark.to_owned());
                found.insert(names::CLAIMED.to_owned(), mark.to_owned());
            }
            if let Some(stage) = self.stage(id).await? {
                return Ok(self.live(id, &stage, found, target));
            }
            found.insert(names::REST_API_ID.to_owned(), id.to_owned());
        } else if LASTING
            .iter()
            .any(|name| output(&target.known, name).is_some())
        {
            // A function without its API is left only by someone else's hand; the first publication of an API nobody
            // knows of does not look for one.
            self.function_of(target, &mut found).await?;
        }
        Ok(partial(found))
    }

    /// The REST API of the target, by its tag.
    pub(crate) async fn rest_api_of(&self, target: &Target) -> Result<Option<String>, Fault> {
        let tagged = self.tagged_api(target).await?;
        Ok(tagged.and_then(|api| api.id().map(str::to_owned)))
    }

    async fn tagged_api(&self, target: &Target) -> Result<Option<RestApi>, Fault> {
        let all = self.rest_apis().await?;
        Ok(all
            .into_iter()
            .find(|api| tag(api, names::TAG_API) == Some(target.api.as_str())))
    }

    /// Trusts nothing but the REST API's id: function and role are looked for, what the function holds is not known, and no
    /// digest is told. A publication then does everything again.
    async fn observe_in_doubt(&self, target: &Target) -> Result<Observed, Fault> {
        // That others made it is no doubt of a run's.
        let of_api =
            |name: &str| [names::REST_API_ID, OUTPUT_ADOPTED, names::CLAIMED].contains(&name);
        let known = target.known.iter().filter(|(name, _)| of_api(name));
        let bare = Target {
            known: known
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            ..target.clone()
        };
        let mut observed = self.observe_known(&bare).await?;
        self.function_of(&bare, &mut observed.found).await?;
        if observed.state == LiveState::Absent {
            observed = partial(observed.found);
        }
        observed.digest = None;
        Ok(observed)
    }

    /// Whoever may not read the account's settings learns from AWS whether logs can be written.
    async fn log_role_into(&self, found: &mut Outputs) -> Result<(), Fault> {
        match self.account_log_role().await {
            Ok(role) => drop(found.insert(names::ACCOUNT_LOG_ROLE.to_owned(), role)),
            Err(fault) if fault.code == Code::AwsDenied => {}
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    /// Every REST API of the account and region.
    pub(crate) async fn rest_apis(&self) -> Result<Vec<RestApi>, Fault> {
        let attempt = Attempt {
            call: "GetRestApis",
            doing: "list REST APIs",
            writes: false,
        };
        let mut apis = Vec::new();
        let mut position = None;
        loop {
            let page = self
                .gateway
                .get_rest_apis()
                .limit(500)
                .set_position(position)
                .send()
                .await;
            let page = page.map_err(|error| fault(&self.target, attempt, error))?;
            apis.extend_from_slice(page.items());
            match page.position() {
                Some(next) => position = Some(next.to_owned()),
                None => return Ok(apis),
            }
        }
    }

    /// The gateway's stage of a REST API; `None` when API or stage is gone.
    pub(crate) async fn stage(&self, id: &str) -> Result<Option<GetStageOutput>, Fault> {
        let doing = format!("read the stage '{}' of {id}", self.target.stage);
        let attempt = Attempt {
            call: "GetStage",
            doing: &doing,
            writes: false,
        };
        match self
            .gateway
            .get_stage()
            .rest_api_id(id)
            .stage_name(&self.target.stage)
            .send()
            .await
        {
            Ok(stage) => Ok(Some(stage)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// The stages of the observed REST API that are not the gateway's: deleting the API deletes them too.
    pub(crate) async fn other_stages(&self, observed: &Observed) -> Result<Vec<String>, Fault> {
        let Some(id) = output(&observed.found, names::REST_API_ID) else {
            return Ok(Vec::new());
        };
        let doing = format!("list the stages of {id}");
        let attempt = Attempt {
            call: "GetStages",
            doing: &doing,
            writes: false,
        };
        match self.gateway.get_stages().rest_api_id(id).send().await {
            Ok(stages) => Ok(stages
                .item()
                .iter()
                .filter_map(|stage| stage.stage_name())
                .filter(|name| *name != self.target.stage)
                .map(|name| format!("stage '{name}'"))
                .collect()),
            Err(error) if is_gone(&error) => Ok(Vec::new()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    async fn rest_api_exists(&self, id: &str) -> Result<bool, Fault> {
        let doing = format!("read the REST API {id}");
        let attempt = Attempt {
            call: "GetRestApi",
            doing: &doing,
            writes: false,
        };
        match self.gateway.get_rest_api().rest_api_id(id).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// What is there of the function and role provisioned for the API, by their tag. What is known of its version and
    /// package is kept when the function is still the same one.
    async fn function_of(&self, target: &Target, found: &mut Outputs) -> Result<(), Fault> {
        let name = names::function_name(&target.api, &self.target.stage);
        if let Some(function) = self.function(&name).await?
            && function.api.as_deref() == Some(target.api.as_str())
        {
            if output(&target.known, names::FUNCTION_ARN) == Some(function.arn.as_str()) {
                keep(
                    &target.known,
                    found,
                    &[names::FUNCTION_VERSION_ARN, names::FUNCTION_DIGEST],
                );
            }
            found.insert(names::FUNCTION_ARN.to_owned(), function.arn);
        }
        if let Some(role) = self.role(&name).await?
            && role.api.as_deref() == Some(target.api.as_str())
        {
            found.insert(names::ROLE_ARN.to_owned(), role.arn);
        }
        Ok(())
    }

    fn live(
        &self,
        id: &str,
        stage: &GetStageOutput,
        mut found: Outputs,
        target: &Target,
    ) -> Observed {
        let deployment = stage.deployment_id().unwrap_or_default();
        let description = stage.description().unwrap_or_default();
        // A run made the stage and had not set all of it when it ended.
        let is_opening = Label::read(description)
            .is_some_and(|label| label.deployment.is_empty() && !label.mark.is_empty());
        // A stage someone moved by hand still says what it served before; then nobody knows what it serves.
        let label = Label::read(description).filter(|label| label.deployment == deployment);
        found.insert(names::REST_API_ID.to_owned(), id.to_owned());
        found.insert(names::STAGE.to_owned(), self.target.stage.clone());
        found.insert(names::STAGE_DEPLOYMENT_ID.to_owned(), deployment.to_owned());
        found.insert(names::STAGE_DESCRIPTION.to_owned(), description.to_owned());
        let canary = OwnCanary::of(stage);
        if let Some(said) = output(&target.known, names::CANARY) {
            let said = canary.as_ref().map_or("", |_| said);
            found.insert(names::CANARY.to_owned(), said.to_owned());
        }
        if let Some(text) = canary.and_then(|canary| serde_json::to_string(&canary).ok()) {
            found.insert(names::STAGE_CANARY.to_owned(), text);
        }
        // A stage that was taken over serves what was read then, as long as it is at the deployment it had then and nothing
        // was deployed since.
        let untouched = output(&target.known, names::DEPLOYMENT_ID).is_none()
            && output(&found, OUTPUT_ADOPTED).is_some_and(|adopted| adopted == deployment);
        let digest = match label {
            _ if untouched => target.known_digest.clone(),
            Some(label) => {
                found.insert(names::BUILD.to_owned(), label.build);
                // A canary may run beside what nobody here knows.
                Some(label.plan).filter(|plan| !plan.is_empty())
            }
            None => None,
        };
        if is_opening {
            return Observed {
                stage: Some(live_stage::found(stage)),
                ..partial(found)
            };
        }
        Observed {
            state: LiveState::Live,
            found,
            digest,
            invoke_url: Some(invoke_url(
                &self.target.region,
                self.target.endpoint_url.as_deref(),
                id,
                &self.target.stage,
            )),
            stage: Some(live_stage::found(stage)),
        }
    }
}

/// A REST API's tag.
pub(crate) fn tag<'a>(api: &'a RestApi, name: &str) -> Option<&'a str> {
    api.tags()?.get(name).map(String::as_str)
}

fn partial(found: Outputs) -> Observed {
    let is_thing = |name: &String| name != names::FUNCTION_NAME && name != names::ACCOUNT_LOG_ROLE;
    let state = if found.keys().any(is_thing) {
        LiveState::Partial
    } else {
        LiveState::Absent
    };
    Observed {
        state,
        found,
        digest: None,
        invoke_url: None,
        stage: None,
    }
}

fn keep(known: &Outputs, found: &mut Outputs, names: &[&str]) {
    for name in names {
        if let Some(value) = output(known, name) {
            found.insert((*name).to_owned(), value.to_owned());
        }
    }
}
