//! The role an account needs before API Gateway writes any log: made and set once for an account and region.
//!
//! It refuses to replace a role that is set, and to take it away again: other APIs of the account may rely on it from
//! then on.

use gw_connector::{Change, StepEffect};

use super::changes::{Lowering, change};
use super::settings::Difference;
use super::step::{Step, verb};
use crate::names::{self, partition};

impl Lowering<'_> {
    /// The steps that make and set the role; none when no log is switched on, or there is a role.
    pub(super) fn log_role(&self, settings: &[Difference]) -> Vec<Change> {
        let of_logs =
            |it: &Difference| matches!(it.change.setting.as_str(), "logging" | "access_log");
        let needed = self.target.settings.want_logs() && settings.iter().any(of_logs);
        if !needed || self.found(names::ACCOUNT_LOG_ROLE) != Some(names::NO_LOG_ROLE) {
            return Vec::new();
        }
        let arn = format!(
            "arn:{}:iam::*:role/{}",
            partition(&self.aws.region),
            names::LOG_ROLE
        );
        let iam = |name: &str, actions: &str| gw_connector::RemoteCall {
            service: "iam".to_owned(),
            name: name.to_owned(),
            target: format!("role {}", names::LOG_ROLE),
            permission: format!("{actions} on {arn}"),
        };
        let mut set = self.gateway(
            "UpdateAccount",
            "PATCH /account".to_owned(),
            "PATCH",
            "/account",
        );
        set.permission.push_str(&format!("; iam:PassRole on {arn}"));
        vec![
            change(
                verb::CREATE_LOG_ROLE,
                format!("Make the role {} for the account's logs", names::LOG_ROLE),
                StepEffect::Write,
                vec![iam("CreateRole", "iam:CreateRole, iam:TagRole")],
                &Step::CreateLogRole,
            ),
            change(
                verb::ATTACH_LOG_POLICY,
                "Let that role write to CloudWatch Logs".to_owned(),
                StepEffect::Write,
                vec![iam("AttachRolePolicy", "iam:AttachRolePolicy")],
                &Step::AttachLogPolicy,
            ),
            change(
                verb::SET_LOG_ROLE,
                format!(
                    "Let API Gateway write logs of every API of the account in {} with it; this stays, also when the run \
                     is taken back",
                    self.aws.region
                ),
                StepEffect::Write,
                vec![set],
                &Step::SetLogRole,
            ),
        ]
    }
}
