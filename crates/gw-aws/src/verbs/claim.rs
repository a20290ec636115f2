//! The tags that make a REST API others made ours to manage, so that it is found when the catalog forgot it.
//!
//! It refuses to touch their tags, and to give the API the mark of a run that did not make it.

use aws_sdk_apigateway::operation::RequestId;
use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::rest_api::tag_value;
use super::{needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};
use crate::lower::Owner;
use crate::names::{self, output};

impl AwsConnector {
    pub(super) async fn claim_rest_api(
        &self,
        id: &str,
        owner: &Owner,
        mark: &Mark,
    ) -> Result<Receipt, Fault> {
        let doing = format!("tag the REST API {id}");
        let attempt = Attempt {
            call: "TagResource",
            doing: &doing,
            writes: true,
        };
        let answer = self
            .gateway
            .tag_resource()
            .resource_arn(self.rest_api_arn(id))
            .tags(names::TAG_API, &owner.api)
            .tags(names::TAG_NAME, tag_value(&owner.name))
            .tags(names::TAG_ADOPTED, mark.as_str())
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(claimed(answer.request_id(), mark))
    }

    pub(super) async fn probe_claim(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(id) = output(outputs, names::REST_API_ID) else {
            return Ok(None);
        };
        let doing = format!("read the tags of the REST API {id}");
        let attempt = Attempt {
            call: "GetTags",
            doing: &doing,
            writes: false,
        };
        let request = self.gateway.get_tags().resource_arn(self.rest_api_arn(id));
        let tags = match request.send().await {
            Ok(tags) => tags,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(fault(&self.target, attempt, error)),
        };
        let ours = tags
            .tags()
            .and_then(|tags| tags.get(names::TAG_ADOPTED))
            .is_some_and(|known| known == mark.as_str());
        Ok(ours.then(|| claimed(None, mark)))
    }

    /// Takes our tags off again.
    pub(super) async fn give_up_claim(&self, outputs: &Outputs) -> Result<(), Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let doing = format!("take the tags off the REST API {id}");
        let attempt = Attempt {
            call: "UntagResource",
            doing: &doing,
            writes: true,
        };
        let request = self
            .gateway
            .untag_resource()
            .resource_arn(self.rest_api_arn(id))
            .tag_keys(names::TAG_API)
            .tag_keys(names::TAG_NAME)
            .tag_keys(names::TAG_ADOPTED);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }
}

fn claimed(request_id: Option<&str>, mark: &Mark) -> Receipt {
    receipt(
        true,
        request_id,
        [(names::CLAIMED, mark.as_str().to_owned())],
    )
}
