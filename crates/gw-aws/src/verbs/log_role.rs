//! The role with which API Gateway writes logs in an account and region.
//!
//! It refuses to take any of it away: it belongs to the account, and other APIs may rely on it.

use aws_sdk_apigateway::operation::RequestId;
use aws_sdk_apigateway::types::{Op, PatchOperation};
use aws_sdk_iam::types::Tag;

use gw_connector::{Mark, Outputs, Receipt};
use gw_model::Fault;

use super::{defect, needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, exists, fault, is_gone};
use crate::names::{self, partition};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

impl AwsConnector {
    /// The ARN of the role logs are written with; [`names::NO_LOG_ROLE`] when there is none.
    pub(crate) async fn account_log_role(&self) -> Result<String, Fault> {
        let attempt = Attempt {
            call: "GetAccount",
            doing: "read the account's settings for API Gateway",
            writes: false,
        };
        let account = self.gateway.get_account().send().await;
        let account = account.map_err(|error| fault(&self.target, attempt, error))?;
        let role = account.cloudwatch_role_arn().filter(|arn| !arn.is_empty());
        Ok(role.unwrap_or(names::NO_LOG_ROLE).to_owned())
    }

    pub(super) async fn create_log_role(&self, mark: &Mark) -> Result<Receipt, Fault> {
        let attempt = Attempt {
            call: "CreateRole",
            doing: "make the role for the account's API Gateway logs",
            writes: true,
        };
        let tag = Tag::builder()
            .key(names::TAG_MARK)
            .value(mark.as_str())
            .build()
            .map_err(|error| defect("A tag could not be built".to_owned()).because(error))?;
        let answer = self
            .iam
            .create_role()
            .role_name(names::LOG_ROLE)
            .assume_role_policy_document(TRUST)
            .description("Lets API Gateway write logs of this account; made by Gatewright")
            .tags(tag)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let arn = answer.role().map(|role| role.arn().to_owned());
                Ok(known(answer.request_id(), arn.unwrap_or_default()))
            }
            // Made for another region of the account, or by a run that ended before it was set.
            Err(error) if exists(&error) => match self.role(names::LOG_ROLE).await? {
                Some(role) if role.mark.is_some() => Ok(known(None, role.arn)),
                _ => Err(super::role::foreign("role", names::LOG_ROLE)),
            },
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn probe_log_role(&self, mark: &Mark) -> Result<Option<Receipt>, Fault> {
        let role = self.role(names::LOG_ROLE).await?;
        let own = role.filter(|role| role.mark.as_deref() == Some(mark.as_str()));
        Ok(own.map(|role| known(None, role.arn)))
    }

    /// Attaching twice equals once.
    pub(super) async fn attach_log_policy(&self) -> Result<Receipt, Fault> {
        let attempt = Attempt {
            call: "AttachRolePolicy",
            doing: "let the role for logs write to CloudWatch Logs",
            writes: true,
        };
        let answer = self
            .iam
            .attach_role_policy()
            .role_name(names::LOG_ROLE)
            .policy_arn(log_policy(&self.target.region))
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(receipt(false, answer.request_id(), []))
    }

    pub(super) async fn probe_log_policy(&self) -> Result<Option<Receipt>, Fault> {
        let attempt = Attempt {
            call: "ListAttachedRolePolicies",
            doing: "read the policies of the role for logs",
            writes: false,
        };
        let wanted = log_policy(&self.target.region);
        let answer = self
            .iam
            .list_attached_role_policies()
            .role_name(names::LOG_ROLE)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let policies = answer.attached_policies();
                let there = policies
                    .iter()
                    .any(|it| it.policy_arn() == Some(wanted.as_str()));
                Ok(there.then(|| receipt(false, None, [])))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn set_log_role(&self, outputs: &Outputs) -> Result<Receipt, Fault> {
        let arn = needed(outputs, names::ACCOUNT_LOG_ROLE)?;
        let attempt = Attempt {
            call: "UpdateAccount",
            doing: "set the role for the account's API Gateway logs",
            writes: true,
        };
        let answer = self
            .gateway
            .update_account()
            .patch_operations(
                PatchOperation::builder()
                    .op(Op::Replace)
                    .path("/cloudwatchRoleArn")
                    .value(arn)
                    .build(),
            )
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(receipt(false, answer.request_id(), []))
    }

    pub(super) async fn probe_log_role_set(
        &self,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let arn = needed(outputs, names::ACCOUNT_LOG_ROLE)?;
        let set = self.account_log_role().await? == arn;
        Ok(set.then(|| receipt(false, None, [])))
    }
}

/// Not `created`: taking a run back leaves the role.
fn known(request_id: Option<&str>, arn: String) -> Receipt {
    receipt(false, request_id, [(names::ACCOUNT_LOG_ROLE, arn)])
}

/// AWS's own policy for it.
fn log_policy(region: &str) -> String {
    format!(
        "arn:{}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        partition(region)
    )
}
