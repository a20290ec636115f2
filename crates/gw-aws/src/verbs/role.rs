//! The role of a provisioned function.
//!
//! It refuses a role of that name that is not the API's own.

use aws_sdk_iam::operation::RequestId;
use aws_sdk_iam::types::Tag;

use gw_connector::{Mark, Outputs, Receipt};
use gw_model::{Code, Fault};

use super::{defect, needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, exists, fault, is_gone};
use crate::lower::Owner;
use crate::names;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A role as found.
pub(crate) struct Role {
    pub arn: String,
    pub api: Option<String>,
    pub mark: Option<String>,
}

impl AwsConnector {
    pub(super) async fn create_role(
        &self,
        role: &str,
        owner: &Owner,
        mark: &Mark,
    ) -> Result<Receipt, Fault> {
        let doing = format!("make the role {role}");
        let attempt = Attempt {
            call: "CreateRole",
            doing: &doing,
            writes: true,
        };
        let tags = [
            (names::TAG_API, owner.api.as_str()),
            (names::TAG_MARK, mark.as_str()),
        ]
        .into_iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(|error| defect("A tag could not be built".to_owned()).because(error))
        });
        let answer = self
            .iam
            .create_role()
            .role_name(role)
            .assume_role_policy_document(TRUST)
            .description("Runs a Gatewright authorizer; may write its log only")
            .set_tags(Some(tags.collect::<Result<_, _>>()?))
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let arn = answer
                    .role()
                    .map(|role| role.arn().to_owned())
                    .unwrap_or_default();
                Ok(made(true, answer.request_id(), role, arn))
            }
            Err(error) if exists(&error) => match self.role(role).await? {
                // A try whose answer was lost made it, or a former run of the same API left it.
                Some(there) if there.api.as_deref() == Some(owner.api.as_str()) => {
                    let created = there.mark.as_deref() == Some(mark.as_str());
                    Ok(made(created, None, role, there.arn))
                }
                _ => Err(foreign("role", role)),
            },
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn put_role_policy(&self, role: &str, policy: &str) -> Result<Receipt, Fault> {
        let doing = format!("give the role {role} its policy");
        let attempt = Attempt {
            call: "PutRolePolicy",
            doing: &doing,
            writes: true,
        };
        let request = self
            .iam
            .put_role_policy()
            .role_name(role)
            .policy_name(names::ROLE_POLICY)
            .policy_document(policy);
        let answer = request
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(receipt(true, answer.request_id(), []))
    }

    pub(super) async fn delete_role_policy(&self, role: &str) -> Result<Receipt, Fault> {
        let doing = format!("delete the policy of the role {role}");
        let attempt = Attempt {
            call: "DeleteRolePolicy",
            doing: &doing,
            writes: true,
        };
        match self
            .iam
            .delete_role_policy()
            .role_name(role)
            .policy_name(names::ROLE_POLICY)
            .send()
            .await
        {
            Ok(answer) => Ok(receipt(false, answer.request_id(), [])),
            Err(error) if is_gone(&error) => Ok(receipt(false, None, [])),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn delete_role(&self, role: &str) -> Result<Receipt, Fault> {
        let doing = format!("delete the role {role}");
        let attempt = Attempt {
            call: "DeleteRole",
            doing: &doing,
            writes: true,
        };
        match self.iam.delete_role().role_name(role).send().await {
            Ok(answer) => Ok(receipt(false, answer.request_id(), [])),
            Err(error) if is_gone(&error) => Ok(receipt(false, None, [])),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// A role by name; `None` when there is none.
    pub(crate) async fn role(&self, role: &str) -> Result<Option<Role>, Fault> {
        let doing = format!("read the role {role}");
        let attempt = Attempt {
            call: "GetRole",
            doing: &doing,
            writes: false,
        };
        match self.iam.get_role().role_name(role).send().await {
            Ok(answer) => Ok(answer.role().map(|role| {
                let tag = |name: &str| {
                    role.tags()
                        .iter()
                        .find(|tag| tag.key() == name)
                        .map(|tag| tag.value().to_owned())
                };
                Role {
                    arn: role.arn().to_owned(),
                    api: tag(names::TAG_API),
                    mark: tag(names::TAG_MARK),
                }
            })),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn probe_role(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let Some(name) = names::output(outputs, names::FUNCTION_NAME) else {
            return Ok(None);
        };
        let role = self
            .role(name)
            .await?
            .filter(|role| role.mark.as_deref() == Some(mark.as_str()));
        Ok(role.map(|role| made(true, None, name, role.arn)))
    }

    pub(super) async fn probe_role_policy(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let role = needed(outputs, names::FUNCTION_NAME)?;
        if self.probe_role(mark, outputs).await?.is_none() || !self.has_role_policy(role).await? {
            return Ok(None);
        }
        Ok(Some(receipt(true, None, [])))
    }

    pub(super) async fn probe_role_policy_gone(
        &self,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let there = self
            .has_role_policy(needed(outputs, names::FUNCTION_NAME)?)
            .await?;
        Ok((!there).then(|| receipt(false, None, [])))
    }

    pub(super) async fn probe_role_gone(
        &self,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let role = self.role(needed(outputs, names::FUNCTION_NAME)?).await?;
        Ok(role.is_none().then(|| receipt(false, None, [])))
    }

    async fn has_role_policy(&self, role: &str) -> Result<bool, Fault> {
        let doing = format!("read the policy of the role {role}");
        let attempt = Attempt {
            call: "GetRolePolicy",
            doing: &doing,
            writes: false,
        };
        match self
            .iam
            .get_role_policy()
            .role_name(role)
            .policy_name(names::ROLE_POLICY)
            .send()
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }
}

fn made(created: bool, request_id: Option<&str>, name: &str, arn: String) -> Receipt {
    receipt(
        created,
        request_id,
        [
            (names::ROLE_ARN, arn),
            (names::FUNCTION_NAME, name.to_owned()),
        ],
    )
}

/// Something of the name is there that no run for this API made.
pub(super) fn foreign(kind: &str, name: &str) -> Fault {
    Fault::new(
        Code::AwsConflict,
        format!("The {kind} {name} is there already and does not carry this API's tag"),
        format!(
            "Delete the {kind} {name} in the AWS console if nobody needs it, then deploy again."
        ),
    )
}
