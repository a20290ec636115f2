//! Tags of what has an ARN: set, read and taken off.
//!
//! It refuses to know whose they are.

use std::collections::HashMap;

use aws_sdk_apigateway::operation::RequestId;

use gw_model::Fault;

use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault, is_gone};

/// An object with tags.
pub(super) struct Tagged {
    pub(super) arn: String,
    /// As in a sentence: `the REST API abc`.
    pub(super) what: String,
}

impl AwsConnector {
    /// Sets them and leaves others. Gives AWS's id of the call.
    pub(super) async fn put_tags(
        &self,
        on: &Tagged,
        tags: HashMap<String, String>,
    ) -> Result<Option<String>, Fault> {
        let attempt = Attempt {
            call: "TagResource",
            doing: &format!("set tags of {}", on.what),
            writes: true,
        };
        let request = self.gateway.tag_resource().resource_arn(&on.arn);
        let answer = request.set_tags(Some(tags)).send().await;
        let answer = answer.map_err(|error| fault(&self.target, attempt, error))?;
        Ok(answer.request_id().map(str::to_owned))
    }

    /// The value of one; `None` when it, or what it is on, is not there.
    pub(super) async fn tag(&self, on: &Tagged, name: &str) -> Result<Option<String>, Fault> {
        let attempt = Attempt {
            call: "GetTags",
            doing: &format!("read the tags of {}", on.what),
            writes: false,
        };
        match self.gateway.get_tags().resource_arn(&on.arn).send().await {
            Ok(answer) => Ok(answer.tags().and_then(|tags| tags.get(name)).cloned()),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// Takes them off; what is gone has none.
    pub(super) async fn take_tags(&self, on: &Tagged, names: Vec<String>) -> Result<(), Fault> {
        let attempt = Attempt {
            call: "UntagResource",
            doing: &format!("take tags off {}", on.what),
            writes: true,
        };
        let request = self.gateway.untag_resource().resource_arn(&on.arn);
        match request.set_tag_keys(Some(names)).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }
}
