//! The permission by which one REST API may ask one version of the function.
//!
//! It refuses wildcards over APIs: the permission names this API's authorizers.

use aws_sdk_lambda::operation::RequestId;

use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::{defect, needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, exists, fault, is_gone};
use crate::names::{self, partition};

impl AwsConnector {
    pub(super) async fn allow_invoke(
        &self,
        function: &str,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let doing = format!("let the API ask the function {function}");
        let attempt = Attempt {
            call: "AddPermission",
            doing: &doing,
            writes: true,
        };
        let statement = names::permission_id(mark);
        let (function, version) = version_of(needed(outputs, names::FUNCTION_VERSION_ARN)?)?;
        let answer = self
            .lambda
            .add_permission()
            .function_name(function)
            .qualifier(version)
            .statement_id(&statement)
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com")
            .source_arn(self.authorizers_arn(function, needed(outputs, names::REST_API_ID)?)?)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(given(true, answer.request_id(), statement)),
            // The statement carries this run's mark, so it is this run's.
            Err(error) if exists(&error) => Ok(given(true, None, statement)),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn forbid_invoke(&self, outputs: &Outputs) -> Result<(), Fault> {
        let attempt = Attempt {
            call: "RemovePermission",
            doing: "take back the API's permission to ask the function",
            writes: true,
        };
        let (function, version) = version_of(needed(outputs, names::FUNCTION_VERSION_ARN)?)?;
        let statement = needed(outputs, names::PERMISSION_ID)?;
        let request = self
            .lambda
            .remove_permission()
            .function_name(function)
            .qualifier(version)
            .statement_id(statement);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn probe_permission(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let statement = names::permission_id(mark);
        let version = needed(outputs, names::FUNCTION_VERSION_ARN)?;
        let found = self.has_permission(version, &statement).await?;
        Ok(found.then(|| given(true, None, statement)))
    }

    /// Whether a statement stands in the policy of a function's version.
    pub(crate) async fn has_permission(
        &self,
        version_arn: &str,
        statement: &str,
    ) -> Result<bool, Fault> {
        let attempt = Attempt {
            call: "GetPolicy",
            doing: "read the policy of the authorizer function",
            writes: false,
        };
        let (function, version) = version_of(version_arn)?;
        let policy = match self
            .lambda
            .get_policy()
            .function_name(function)
            .qualifier(version)
            .send()
            .await
        {
            Ok(answer) => answer.policy().unwrap_or_default().to_owned(),
            Err(error) if is_gone(&error) => return Ok(false),
            Err(error) => return Err(fault(&self.target, attempt, error)),
        };
        let policy: serde_json::Value = serde_json::from_str(&policy).unwrap_or_default();
        let statements = policy["Statement"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(statements.iter().any(|entry| entry["Sid"] == statement))
    }

    /// Every authorizer of one REST API; the account is the function's.
    fn authorizers_arn(&self, function_arn: &str, rest_api_id: &str) -> Result<String, Fault> {
        let account = function_arn
            .split(':')
            .nth(4)
            .filter(|account| !account.is_empty());
        let account =
            account.ok_or_else(|| defect(format!("'{function_arn}' is no ARN of a function")))?;
        let region = &self.target.region;
        Ok(format!(
            "arn:{}:execute-api:{region}:{account}:{rest_api_id}/authorizers/*",
            partition(region)
        ))
    }
}

fn given(created: bool, request_id: Option<&str>, statement: String) -> Receipt {
    receipt(created, request_id, [(names::PERMISSION_ID, statement)])
}

fn version_of(arn: &str) -> Result<(&str, &str), Fault> {
    arn.rsplit_once(':')
        .ok_or_else(|| defect(format!("'{arn}' is no version of a function")))
}
