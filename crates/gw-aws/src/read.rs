//! One API of an account as a document: what AWS answers of it, to the letter.
//!
//! It refuses the SDK's own reading of resources: an empty mapping template comes as null, which the SDK does not take.
//! So answers are read as the JSON they are.

use gw_aws_import::adopt::{self, Readings};
use gw_connector::names::{OUTPUT_ADOPTED, OUTPUT_INVOKE_URL};
use gw_connector::{FoundStage, Outputs, Protocol, ReadApi};
use gw_model::{Code, Fault};
use serde_json::Value;

use crate::connector::AwsConnector;
use crate::discover::owner;
use crate::examine::Heard;
use crate::fault::{Attempt, fault};
use crate::names;

/// Sends a request and gives the JSON of its answer.
macro_rules! answer {
    ($aws:expr, $call:literal, $doing:expr, $request:expr) => {{
        let heard = Heard::default();
        let attempt = Attempt {
            call: $call,
            doing: $doing,
            writes: false,
        };
        let sent = $request.customize().interceptor(heard.clone()).send().await;
        heard
            .answer($aws, attempt, sent)
            .and_then(|answer| answer.ok_or_else(|| gone($doing)))
    }};
}

/// The items of every page.
macro_rules! items {
    ($aws:expr, $call:literal, $doing:expr, $request:expr) => {{
        let mut items: Vec<Value> = Vec::new();
        let mut position: Option<String> = None;
        loop {
            let request = $request.limit(500).set_position(position.take());
            let mut page: Value = answer!($aws, $call, $doing, request)?;
            match page["item"].take() {
                Value::Array(some) => items.extend(some),
                Value::Null => {}
                one => items.push(one),
            }
            match page["position"].as_str() {
                Some(next) if !next.is_empty() => position = Some(next.to_owned()),
                _ => break items,
            }
        }
    }};
}

impl AwsConnector {
    pub(crate) async fn read_as_document(
        &self,
        protocol: Protocol,
        id: &str,
        stage: Option<&str>,
    ) -> Result<ReadApi, Fault> {
        match protocol {
            Protocol::Rest => self.read_rest_api(id, stage).await,
            Protocol::Http => self.read_http_api(id, stage).await,
            Protocol::Websocket => Err(Fault::new(
                Code::RequestInvalid,
                format!("{id} is a WebSocket API, which no OpenAPI document describes"),
                "Choose a REST or HTTP API",
            )),
        }
    }

    async fn read_rest_api(&self, id: &str, stage: Option<&str>) -> Result<ReadApi, Fault> {
        let doing = format!("read the REST API {id}");
        let doing = doing.as_str();
        let gateway = &self.gateway;
        let api = answer!(
            self,
            "GetRestApi",
            doing,
            gateway.get_rest_api().rest_api_id(id)
        )?;
        let readings = Readings {
            resources: items!(
                self,
                "GetResources",
                doing,
                gateway.get_resources().rest_api_id(id).embed("methods")
            ),
            authorizers: items!(
                self,
                "GetAuthorizers",
                doing,
                gateway.get_authorizers().rest_api_id(id)
            ),
            models: items!(
                self,
                "GetModels",
                doing,
                gateway.get_models().rest_api_id(id)
            ),
            validators: items!(
                self,
                "GetRequestValidators",
                doing,
                gateway.get_request_validators().rest_api_id(id)
            ),
            responses: items!(
                self,
                "GetGatewayResponses",
                doing,
                gateway.get_gateway_responses().rest_api_id(id)
            ),
            api,
        };
        let adopted = adopt::document(&readings);
        let stage = match stage {
            None => None,
            Some(name) => Some(self.stage_named(Protocol::Rest, id, name).await?),
        };
        let mut notes = adopted.notes;
        let undeployed = match &stage {
            None => Vec::new(),
            Some(stage) => {
                let (export, summary) = self.served(id, stage).await?;
                if export.is_none() && summary.is_none() {
                    notes.push(format!(
                        "AWS did not say what the stage '{}' serves; what was read is taken for it",
                        stage.name
                    ));
                }
                adopt::undeployed(&adopted.document, export.as_ref(), summary.as_ref())
            }
        };
        let text = |key: &str| readings.api[key].as_str().unwrap_or_default().to_owned();
        let tags = readings.api["tags"].as_object();
        let tags = tags
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect();
        Ok(ReadApi {
            name: text("name"),
            version: text("version"),
            document: adopted.document,
            outputs: outputs(id, stage.as_ref()),
            stage,
            owner: owner(&tags),
            protected: adopted.protected,
            notes,
            undeployed,
        })
    }

    /// What a stage serves, as far as AWS tells: its export, and its deployment's methods.
    async fn served(
        &self,
        id: &str,
        stage: &FoundStage,
    ) -> Result<(Option<Value>, Option<Value>), Fault> {
        let gateway = &self.gateway;
        let request = gateway
            .get_export()
            .rest_api_id(id)
            .stage_name(&stage.name)
            .export_type("oas30")
            .parameters("extensions", "apigateway")
            .accepts("application/json");
        // Not every emulator can; AWS answers it for whatever it deployed.
        let exported: Result<Value, Fault> =
            answer!(self, "GetExport", "export what the stage serves", request);
        let export = exported.ok().filter(Value::is_object);
        if stage.deployment.is_empty() {
            return Ok((export, None));
        }
        let request = gateway
            .get_deployment()
            .rest_api_id(id)
            .deployment_id(&stage.deployment)
            .embed("apisummary");
        let doing = "read what the stage serves";
        let deployment: Value = answer!(self, "GetDeployment", doing, request)?;
        let summary = deployment.get("apiSummary").cloned();
        let summary = summary.filter(|it| it.as_object().is_some_and(|it| !it.is_empty()));
        Ok((export, summary))
    }

    async fn read_http_api(&self, id: &str, stage: Option<&str>) -> Result<ReadApi, Fault> {
        let doing = format!("read the HTTP API {id}");
        let attempt = |call| Attempt {
            call,
            doing: &doing,
            writes: false,
        };
        let api = self.http.get_api().api_id(id).send().await;
        let api = api.map_err(|error| fault(&self.target, attempt("GetApi"), error))?;
        let exported = self
            .http
            .export_api()
            .api_id(id)
            .specification("OAS30")
            .output_type("JSON")
            .include_extensions(true)
            .set_stage_name(stage.map(str::to_owned))
            .send()
            .await;
        let exported =
            exported.map_err(|error| fault(&self.target, attempt("ExportApi"), error))?;
        let text = exported
            .body()
            .and_then(|body| std::str::from_utf8(body.as_ref()).ok())
            .unwrap_or_default();
        let read = adopt::http_api(text).ok_or_else(|| {
            Fault::new(
                Code::NetworkBadAnswer,
                format!("AWS exported the HTTP API {id} as something that is no JSON"),
                "Try again; export it in the AWS console and import the file if it stays so",
            )
        })?;
        let tags = api.tags().into_iter().flatten();
        let tags = tags
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let stage = match stage {
            None => None,
            Some(name) => Some(self.stage_named(Protocol::Http, id, name).await?),
        };
        Ok(ReadApi {
            name: api.name().unwrap_or_default().to_owned(),
            version: api.version().unwrap_or_default().to_owned(),
            document: read.document,
            stage,
            outputs: Outputs::new(),
            owner: owner(&tags),
            protected: read.protected,
            notes: read.notes,
            undeployed: Vec::new(),
        })
    }

    async fn stage_named(
        &self,
        protocol: Protocol,
        id: &str,
        name: &str,
    ) -> Result<FoundStage, Fault> {
        let stages = self.stages_of(protocol, id).await?;
        let names: Vec<String> = stages.iter().map(|stage| stage.name.clone()).collect();
        stages
            .into_iter()
            .find(|stage| stage.name == name)
            .ok_or_else(|| {
                let (summary, advice) = if names.is_empty() {
                    (
                        format!("{id} has no stages, so nothing of it is live"),
                        "Import its document only".to_owned(),
                    )
                } else {
                    (
                        format!("{id} has no stage '{name}'"),
                        format!("Name one of its stages: {}", names.join(", ")),
                    )
                };
                Fault::new(Code::AwsGone, summary, advice)
            })
    }
}

/// What the run that adopts it has found: enough to observe it again, and to know that it was not made by Gatewright.
fn outputs(id: &str, stage: Option<&FoundStage>) -> Outputs {
    let Some(stage) = stage.filter(|stage| !stage.deployment.is_empty()) else {
        return Outputs::new();
    };
    [
        (names::REST_API_ID, id),
        (names::STAGE, stage.name.as_str()),
        (names::STAGE_DEPLOYMENT_ID, stage.deployment.as_str()),
        (OUTPUT_ADOPTED, stage.deployment.as_str()),
        (OUTPUT_INVOKE_URL, stage.invoke_url.as_str()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

fn gone(doing: &str) -> Fault {
    Fault::new(
        Code::AwsGone,
        format!("There is nothing there to {doing}"),
        "Look at what is there again; somebody may have deleted it",
    )
}
