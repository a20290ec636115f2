//! The REST API: making it, importing the document, deleting it.
//!
//! It refuses merging imports: the document is the whole truth, so what it no longer has goes.

use aws_sdk_apigateway::operation::RequestId;
use aws_sdk_apigateway::primitives::Blob;
use aws_sdk_apigateway::types::{EndpointConfiguration, EndpointType, PutMode};

use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::{needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, IMPORT, fault, is_gone};
use crate::lower::Owner;
use crate::names::{self, output};
use crate::observe::tag;
use gw_aws_import::explain::{Message, finding};

impl AwsConnector {
    pub(super) async fn create_rest_api(
        &self,
        owner: &Owner,
        version: &str,
        endpoint_type: &str,
        mark: &Mark,
    ) -> Result<Receipt, Fault> {
        let doing = format!("make a REST API for '{}'", owner.name);
        let attempt = Attempt {
            call: "CreateRestApi",
            doing: &doing,
            writes: true,
        };
        let endpoint = EndpointConfiguration::builder()
            .types(EndpointType::from(endpoint_type))
            .build();
        let answer = self
            .gateway
            .create_rest_api()
            .name(&owner.name)
            .version(version)
            .endpoint_configuration(endpoint)
            .tags(names::TAG_API, &owner.api)
            .tags(names::TAG_NAME, tag_value(&owner.name))
            .tags(names::TAG_MARK, mark.as_str())
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(made(answer.request_id(), answer.id().unwrap_or_default()))
    }

    pub(super) async fn put_rest_api(
        &self,
        document: &str,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let doing = format!("import the document into the REST API {id}");
        let attempt = Attempt {
            call: IMPORT,
            doing: &doing,
            writes: true,
        };
        let mut document = document.replace(names::MARK_PLACEHOLDER, mark.as_str());
        if document.contains(names::FUNCTION_PLACEHOLDER) {
            document = document.replace(
                names::FUNCTION_PLACEHOLDER,
                needed(outputs, names::FUNCTION_VERSION_ARN)?,
            );
        }
        let answer = self
            .gateway
            .put_rest_api()
            .rest_api_id(id)
            .mode(PutMode::Overwrite)
            .fail_on_warnings(false)
            .body(Blob::new(document))
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        let mut receipt = receipt(false, answer.request_id(), []);
        receipt.warnings = answer
            .warnings()
            .iter()
            .map(|text| {
                finding(Message {
                    text,
                    warning: true,
                })
            })
            .collect();
        Ok(receipt)
    }

    pub(super) async fn delete_rest_api(&self, id: &str) -> Result<Receipt, Fault> {
        let doing = format!("delete the REST API {id}");
        let attempt = Attempt {
            call: "DeleteRestApi",
            doing: &doing,
            writes: true,
        };
        match self.gateway.delete_rest_api().rest_api_id(id).send().await {
            Ok(answer) => Ok(receipt(false, answer.request_id(), [])),
            Err(error) if is_gone(&error) => Ok(receipt(false, None, [])),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn probe_rest_api(&self, mark: &Mark) -> Result<Option<Receipt>, Fault> {
        let apis = self.rest_apis().await?;
        let found = apis
            .iter()
            .find(|api| tag(api, names::TAG_MARK) == Some(mark.as_str()));
        Ok(found.and_then(|api| api.id()).map(|id| made(None, id)))
    }

    pub(super) async fn probe_import(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(id) = output(outputs, names::REST_API_ID) else {
            return Ok(None);
        };
        let description = self.rest_api_description(id).await?;
        let signature = names::signature(mark.as_str());
        let imported = description.is_some_and(|description| description.ends_with(&signature));
        Ok(imported.then(|| receipt(false, None, [])))
    }

    pub(super) async fn probe_rest_api_gone(
        &self,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let there = self
            .rest_api_description(needed(outputs, names::REST_API_ID)?)
            .await?;
        Ok(there.is_none().then(|| receipt(false, None, [])))
    }

    /// `None` when the API is gone.
    async fn rest_api_description(&self, id: &str) -> Result<Option<String>, Fault> {
        let doing = format!("read the REST API {id}");
        let attempt = Attempt {
            call: "GetRestApi",
            doing: &doing,
            writes: false,
        };
        match self.gateway.get_rest_api().rest_api_id(id).send().await {
            Ok(answer) => Ok(Some(answer.description().unwrap_or_default().to_owned())),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }
}

fn made(request_id: Option<&str>, id: &str) -> Receipt {
    receipt(true, request_id, [(names::REST_API_ID, id.to_owned())])
}

/// What AWS accepts as a tag's value: letters, digits, spaces and `_.:/=+-@`, 256 characters.
pub(super) fn tag_value(text: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    text.chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(256)
        .collect()
}
