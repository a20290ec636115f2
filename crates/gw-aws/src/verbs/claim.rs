//! The tags that make a REST API others made ours to manage, so that it is found when the catalog forgot it.
//!
//! It refuses to touch their tags, and to give the API the mark of a run that did not make it.

use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::rest_api::tag_value;
use super::tags::Tagged;
use super::{needed, receipt};
use crate::connector::AwsConnector;
use crate::lower::Owner;
use crate::names::{self, output};

impl AwsConnector {
    pub(super) async fn claim_rest_api(
        &self,
        id: &str,
        owner: &Owner,
        mark: &Mark,
    ) -> Result<Receipt, Fault> {
        let tags = [
            (names::TAG_API, owner.api.clone()),
            (names::TAG_NAME, tag_value(&owner.name)),
            (names::TAG_ADOPTED, mark.as_str().to_owned()),
        ];
        let tags = tags.map(|(name, value)| (name.to_owned(), value));
        let request_id = self.put_tags(&self.claimed_api(id), tags.into()).await?;
        Ok(claimed(request_id.as_deref(), mark))
    }

    pub(super) async fn probe_claim(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(id) = output(outputs, names::REST_API_ID) else {
            return Ok(None);
        };
        let by = self.tag(&self.claimed_api(id), names::TAG_ADOPTED).await?;
        let ours = by.as_deref() == Some(mark.as_str());
        Ok(ours.then(|| claimed(None, mark)))
    }

    /// Takes our tags off again.
    pub(super) async fn give_up_claim(&self, outputs: &Outputs) -> Result<(), Fault> {
        let id = needed(outputs, names::REST_API_ID)?;
        let ours = [names::TAG_API, names::TAG_NAME, names::TAG_ADOPTED];
        let ours = ours.map(str::to_owned).into();
        self.take_tags(&self.claimed_api(id), ours).await
    }

    fn claimed_api(&self, id: &str) -> Tagged {
        Tagged {
            arn: self.rest_api_arn(id),
            what: format!("the REST API {id}"),
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
