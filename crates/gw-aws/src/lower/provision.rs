//! The changes that make the authorizer function, its role and its versions.
//!
//! It refuses to change what a live stage asks: new code becomes a new version, and the old one stays.

use gw_connector::{Change, StepEffect};
use serde_json::json;

use super::changes::{Lowering, change};
use super::step::{Step, verb};
use crate::names::{self, partition};
use crate::package::Package;

impl Lowering<'_> {
    /// Brings the function up to date; whether there is anything to do.
    pub(super) fn provision(&self, package: &Package, changes: &mut Vec<Change>) -> bool {
        if self.found(names::FUNCTION_DIGEST) == Some(package.digest.as_str())
            && self.found(names::FUNCTION_VERSION_ARN).is_some()
        {
            return false;
        }
        if self.found(names::FUNCTION_ARN).is_some() {
            changes.push(self.update_function(package));
        } else {
            if self.found(names::ROLE_ARN).is_none() {
                changes.push(self.create_role());
                changes.push(self.put_role_policy());
            }
            changes.push(self.create_function(package));
        }
        changes.push(self.await_function());
        changes.push(self.publish_version(package));
        true
    }

    fn create_role(&self) -> Change {
        let role = self.function_name();
        let call = self.iam(
            "CreateRole",
            &format!("role {role}"),
            "iam:CreateRole and iam:TagRole",
        );
        change(
            verb::CREATE_ROLE,
            "Make the role of the authorizer function".to_owned(),
            StepEffect::Write,
            vec![call],
            &Step::CreateRole {
                role,
                owner: self.owner(),
            },
        )
    }

    fn put_role_policy(&self) -> Change {
        let role = self.function_name();
        let log = format!(
            "arn:{}:logs:{}:*:log-group:/aws/lambda/{role}",
            partition(&self.aws.region),
            self.aws.region
        );
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": [log, format!("{log}:*")],
            }],
        });
        change(
            verb::PUT_ROLE_POLICY,
            "Let the authorizer function write its own log, and nothing else".to_owned(),
            StepEffect::Write,
            vec![self.iam(
                "PutRolePolicy",
                &format!("role {role}"),
                "iam:PutRolePolicy",
            )],
            &Step::PutRolePolicy {
                role,
                policy: policy.to_string(),
            },
        )
    }

    fn create_function(&self, package: &Package) -> Change {
        let function = self.function_name();
        let mut call = self.lambda(
            "CreateFunction",
            &function,
            "lambda:CreateFunction and lambda:TagResource",
        );
        let role = self.iam("", "", "iam:PassRole");
        call.permission.push_str("; ");
        call.permission.push_str(&role.permission);
        change(
            verb::CREATE_FUNCTION,
            "Make the authorizer function".to_owned(),
            StepEffect::Write,
            vec![call],
            &Step::CreateFunction {
                function,
                owner: self.owner(),
                zip: encode(&package.zip),
                digest: package.digest.clone(),
            },
        )
    }

    fn update_function(&self, package: &Package) -> Change {
        let function = self.function_name();
        change(
            verb::UPDATE_FUNCTION,
            "Change the authorizer function's code; the live stage keeps asking its published version".to_owned(),
            StepEffect::Write,
            vec![self.lambda("UpdateFunctionCode", &function, "lambda:UpdateFunctionCode")],
            &Step::UpdateFunction { function, zip: encode(&package.zip), digest: package.digest.clone() },
        )
    }

    fn await_function(&self) -> Change {
        let function = self.function_name();
        change(
            verb::AWAIT_FUNCTION,
            "See that the authorizer function is ready".to_owned(),
            StepEffect::Read,
            vec![self.lambda(
                "GetFunctionConfiguration",
                &function,
                "lambda:GetFunctionConfiguration",
            )],
            &Step::AwaitFunction { function },
        )
    }

    fn publish_version(&self, package: &Package) -> Change {
        let function = self.function_name();
        change(
            verb::PUBLISH_VERSION,
            "Publish the authorizer function's code as a version that never changes".to_owned(),
            StepEffect::Write,
            vec![self.lambda("PublishVersion", &function, "lambda:PublishVersion")],
            &Step::PublishVersion {
                function,
                digest: package.digest.clone(),
            },
        )
    }

    pub(super) fn allow_invoke(&self) -> Change {
        let function = self.function_name();
        change(
            verb::ALLOW_INVOKE,
            "Let this API, and no other, ask the authorizer function".to_owned(),
            StepEffect::Write,
            vec![self.lambda("AddPermission", &function, "lambda:AddPermission")],
            &Step::AllowInvoke { function },
        )
    }
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
