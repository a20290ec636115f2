//! Reading what is there of a deployed API, to see what became of it.
//!
//! It refuses to change anything, and to take something that is gone for a fault. A constant number of calls whatever the
//! API's size, as long as each list fits a page of 500.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_apigateway::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_apigateway::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_apigateway::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_apigateway::operation::RequestId;

use gw_connector::names::OUTPUT_ADOPTED;
use gw_connector::{Absence, Part, Picture, Target};
use gw_model::{Code, Fault};
use serde_json::Value;

use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};
use crate::names::{self, Label, output};
use crate::observe::tag;
use crate::picture::{self, Seen, Serves};

/// AWS's own words of the last answer. Its SDK cannot read all of them: an empty template comes as null.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<Option<Value>>>);

impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "Heard"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response
            .body()
            .bytes()
            .filter(|_| response.status().is_success());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            body.and_then(|body| serde_json::from_slice(body).ok());
        Ok(())
    }
}

impl Heard {
    /// What was answered; `None` when it is gone.
    pub(crate) fn answer<T, E>(
        &self,
        aws: &AwsConnector,
        attempt: Attempt<'_>,
        outcome: Result<T, SdkError<E>>,
    ) -> Result<Option<Value>, Fault>
    where
        E: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static,
    {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (heard, outcome) {
            (Some(value), _) => Ok(Some(value)),
            (None, Err(error)) if is_gone(&error) => Ok(None),
            (None, Err(error)) => Err(fault(&aws.target, attempt, error)),
            (None, Ok(_)) => Ok(Some(Value::Null)),
        }
    }
}

/// Makes a call and gives its answer to the letter; `None` when the object is gone.
macro_rules! heard {
    ($aws:ident, $name:literal, $doing:expr, $request:expr) => {{
        let heard = Heard::default();
        let doing = $doing;
        let attempt = Attempt {
            call: $name,
            doing: &doing,
            writes: false,
        };
        let outcome = $request.customize().interceptor(heard.clone()).send().await;
        heard.answer($aws, attempt, outcome)
    }};
}

/// The same for a list, page by page.
macro_rules! heard_all {
    ($aws:ident, $name:literal, $doing:expr, $request:expr) => {{
        let mut items: Vec<Value> = Vec::new();
        let mut position: Option<String> = None;
        loop {
            let request = $request.limit(500).set_position(position.take());
            let page = heard!($aws, $name, $doing, request)?.unwrap_or_default();
            items.extend(items_of(&page));
            match page["position"].as_str() {
                Some(next) if !next.is_empty() => position = Some(next.to_owned()),
                _ => break items,
            }
        }
    }};
}

impl AwsConnector {
    pub(crate) async fn examine_api(&self, target: &Target) -> Result<Picture, Fault> {
        let Some(id) = self.rest_api_to_examine(target).await? else {
            return Ok(self.without_rest_api(target));
        };
        let rest_api = heard!(
            self,
            "GetRestApi",
            format!("read the REST API {id}"),
            self.gateway.get_rest_api().rest_api_id(&id)
        )?;
        let Some(rest_api) = rest_api else {
            return Ok(self.without_rest_api(target));
        };
        let stage = heard!(
            self,
            "GetStage",
            format!("read the stage '{}' of {id}", self.target.stage),
            self.gateway
                .get_stage()
                .rest_api_id(&id)
                .stage_name(&self.target.stage)
        )?;
        let Some(stage) = stage else {
            let sentence = format!(
                "The stage '{}' of the REST API {id} is gone: callers no longer reach it",
                self.target.stage
            );
            return Ok(gone(Part::Stage, sentence));
        };
        let mut seen = self.draft(&id, rest_api).await?;
        self.see_stage(&id, &stage, target, &mut seen).await?;
        self.see_function(target, &mut seen).await?;
        Ok(seen.picture(&self.target))
    }

    /// The REST API a run learnt of, or the one with the API's tag.
    async fn rest_api_to_examine(&self, target: &Target) -> Result<Option<String>, Fault> {
        if let Some(id) = output(&target.known, names::REST_API_ID) {
            return Ok(Some(id.to_owned()));
        }
        let tagged = self
            .rest_apis()
            .await?
            .into_iter()
            .find(|api| tag(api, names::TAG_API) == Some(target.api.as_str()));
        Ok(tagged.and_then(|api| api.id().map(str::to_owned)))
    }

    fn without_rest_api(&self, target: &Target) -> Picture {
        let name = output(&target.known, names::REST_API_ID)
            .map_or_else(String::new, |id| format!(" {id}"));
        let sentence = format!(
            "The REST API{name} is no longer in {}: callers no longer reach it",
            self.target.region
        );
        gone(Part::Api, sentence)
    }

    async fn draft(&self, id: &str, rest_api: Value) -> Result<Seen, Fault> {
        let client = &self.gateway;
        let resources = heard_all!(
            self,
            "GetResources",
            format!("read the operations of {id}"),
            client.get_resources().rest_api_id(id).embed("methods")
        );
        let authorizers = heard_all!(
            self,
            "GetAuthorizers",
            format!("read the authorizers of {id}"),
            client.get_authorizers().rest_api_id(id)
        );
        let gateway_responses = heard_all!(
            self,
            "GetGatewayResponses",
            format!("read the gateway responses of {id}"),
            client.get_gateway_responses().rest_api_id(id)
        );
        let validators = heard_all!(
            self,
            "GetRequestValidators",
            format!("read the request validators of {id}"),
            client.get_request_validators().rest_api_id(id)
        );
        // Models matter where bodies are checked.
        let checks_bodies = validators
            .iter()
            .any(|validator| validator["validateRequestBody"] == true);
        let models = if checks_bodies {
            heard_all!(
                self,
                "GetModels",
                format!("read the models of {id}"),
                client.get_models().rest_api_id(id)
            )
        } else {
            Vec::new()
        };
        Ok(Seen {
            rest_api,
            resources,
            authorizers,
            gateway_responses,
            validators,
            models,
            ..Seen::default()
        })
    }

    async fn see_stage(
        &self,
        id: &str,
        stage: &Value,
        target: &Target,
        seen: &mut Seen,
    ) -> Result<(), Fault> {
        let known = target.known_digest.as_deref();
        let mut serves = Serves::of(stage, known, None);
        let adopted = output(&target.known, OUTPUT_ADOPTED);
        if picture::is_as_found(&target.known) && stage["deploymentId"].as_str() == adopted {
            serves = Serves::Known;
        }
        if serves != Serves::Known {
            let copy = self
                .copy(id, stage["deploymentId"].as_str().unwrap_or_default())
                .await?;
            serves = Serves::of(stage, known, copy.as_deref());
        }
        seen.serves_ours = serves == Serves::Known;
        let label = stage["description"].as_str().and_then(Label::read);
        // A run that began a canary says so on the stage, but made another copy than the one that is live.
        let has_canary = label.as_ref().is_some_and(|label| !label.canary.is_empty());
        let stage_mark = label.map(|label| label.mark);
        let is_another = has_canary || seen.is_draft_of_another(stage_mark.as_deref());
        seen.copy_mark = if serves == Serves::Known && is_another {
            // Whoever moved the stage may have gone back to what another run made.
            let copy = self
                .copy(id, stage["deploymentId"].as_str().unwrap_or_default())
                .await?;
            let made = copy.as_deref().and_then(Label::read);
            made.map(|label| label.mark).or(stage_mark)
        } else {
            stage_mark
        };
        seen.stage = picture::stage_facets(stage, &serves, known);
        if !seen.serves_ours {
            seen.export = self.export(id).await;
        }
        Ok(())
    }

    /// The description of a deployment of AWS's.
    async fn copy(&self, id: &str, deployment: &str) -> Result<Option<String>, Fault> {
        let answer = heard!(
            self,
            "GetDeployment",
            format!("read the deployment {deployment} of {id}"),
            self.gateway
                .get_deployment()
                .rest_api_id(id)
                .deployment_id(deployment)
        )?;
        Ok(answer.and_then(|answer| answer["description"].as_str().map(str::to_owned)))
    }

    /// The copy a stage serves. An export that does not come is no fault: the draft is told instead, and said to be one.
    async fn export(&self, id: &str) -> Option<Value> {
        let answer = self
            .gateway
            .get_export()
            .rest_api_id(id)
            .stage_name(&self.target.stage)
            .export_type("oas30")
            .parameters("extensions", "apigateway")
            .accepts("application/json")
            .send()
            .await;
        let body = answer.ok()?.body?;
        serde_json::from_slice(body.as_ref()).ok()
    }

    /// The function a run made, by what it learnt. Whoever may not look is told nothing.
    async fn see_function(&self, target: &Target, seen: &mut Seen) -> Result<(), Fault> {
        let Some(version) = output(&target.known, names::FUNCTION_VERSION_ARN) else {
            return Ok(());
        };
        let name = names::function_name(&target.api, &self.target.stage);
        seen.function = allowed(self.function(&name).await)?.map(|found| found.is_some());
        seen.role = allowed(self.role(&name).await)?.map(|found| found.is_some());
        if seen.function == Some(true)
            && let Some(statement) = output(&target.known, names::PERMISSION_ID)
        {
            seen.permission = allowed(self.has_permission(version, statement).await)?;
        }
        Ok(())
    }
}

fn gone(part: Part, sentence: String) -> Picture {
    Picture {
        absent: Some(Absence { part, sentence }),
        ..Picture::default()
    }
}

/// `None` for what the identity may not look at.
fn allowed<T>(outcome: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.code == Code::AwsDenied => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A page's items, in either of AWS's forms.
fn items_of(page: &Value) -> Vec<Value> {
    let items = match &page["item"] {
        Value::Null => &page["_embedded"]["item"],
        items => items,
    };
    match items {
        Value::Array(items) => items.clone(),
        // A list of one comes without brackets in AWS's other form.
        Value::Object(_) => vec![items.clone()],
        _ => Vec::new(),
    }
}
