//! Who we are in an account, and what we may do there.
//!
//! It refuses to call a permission denied because it could not be asked about: that is `Unknown`.

use std::collections::BTreeMap;
use std::time::Instant;

use aws_sdk_iam::types::PolicyEvaluationDecisionType;

use gw_connector::{Identity, Permission, PermissionState};
use gw_model::Fault;

use crate::connector::AwsConnector;
use crate::fault::{Attempt, fault};
use crate::names::{self, partition};

/// What deployments need: actions on one kind of resource, and for what.
struct Need {
    actions: &'static [&'static str],
    resource: fn(partition: &str, region: &str, account: &str) -> String,
    purpose: &'static str,
}

/// Everything [`crate::lower`] may lead to, probing, undoing and discovery included; least privilege for one region.
///
/// Invariant: the policy in `docs/guide.md` allows these actions on these resources, and no others.
const NEEDS: &[Need] = &[
    Need {
        actions: &["apigateway:GET", "apigateway:POST"],
        resource: |partition, region, _| format!("arn:{partition}:apigateway:{region}::/restapis"),
        purpose: "find and make REST APIs",
    },
    Need {
        actions: &[
            "apigateway:GET",
            "apigateway:POST",
            "apigateway:PUT",
            "apigateway:PATCH",
            "apigateway:DELETE",
        ],
        resource: |partition, region, _| {
            format!("arn:{partition}:apigateway:{region}::/restapis/*")
        },
        purpose: "change, deploy and delete REST APIs",
    },
    Need {
        actions: &["apigateway:GET", "apigateway:PUT", "apigateway:DELETE"],
        resource: |partition, region, _| format!("arn:{partition}:apigateway:{region}::/tags/*"),
        purpose: "mark what Gatewright makes",
    },
    Need {
        actions: &["apigateway:GET"],
        resource: |partition, region, _| format!("arn:{partition}:apigateway:{region}::/apis"),
        purpose: "find HTTP and WebSocket APIs",
    },
    Need {
        actions: &["apigateway:GET"],
        resource: |partition, region, _| format!("arn:{partition}:apigateway:{region}::/apis/*"),
        purpose: "read HTTP and WebSocket APIs",
    },
    Need {
        actions: &["apigateway:GET"],
        resource: |partition, region, _| {
            format!("arn:{partition}:apigateway:{region}::/domainnames")
        },
        purpose: "find custom domains",
    },
    Need {
        actions: &["apigateway:GET", "apigateway:POST", "apigateway:DELETE"],
        resource: |partition, region, _| {
            format!("arn:{partition}:apigateway:{region}::/domainnames/*")
        },
        purpose: "see, map and unmap custom domains",
    },
    Need {
        actions: &["apigateway:GET", "apigateway:PATCH"],
        resource: |partition, region, _| format!("arn:{partition}:apigateway:{region}::/account"),
        purpose: "switch logs on, when a stage is to write them",
    },
    Need {
        actions: &[
            "iam:CreateRole",
            "iam:TagRole",
            "iam:GetRole",
            "iam:AttachRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:PassRole",
        ],
        resource: |partition, _, account| {
            format!("arn:{partition}:iam::{account}:role/{}", names::LOG_ROLE)
        },
        purpose: "make the role for logs, when the account has none",
    },
    Need {
        actions: &[
            "lambda:CreateFunction",
            "lambda:TagResource",
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:UpdateFunctionCode",
            "lambda:PublishVersion",
            "lambda:ListVersionsByFunction",
            "lambda:AddPermission",
            "lambda:RemovePermission",
            "lambda:GetPolicy",
            "lambda:DeleteFunction",
        ],
        resource: |partition, region, account| {
            format!("arn:{partition}:lambda:{region}:{account}:function:gatewright-authorizer-*")
        },
        purpose: "provision authorizer functions",
    },
    Need {
        actions: &[
            "iam:CreateRole",
            "iam:TagRole",
            "iam:GetRole",
            "iam:PutRolePolicy",
            "iam:GetRolePolicy",
            "iam:PassRole",
            "iam:DeleteRolePolicy",
            "iam:DeleteRole",
        ],
        resource: |partition, _, account| {
            format!("arn:{partition}:iam::{account}:role/gatewright-authorizer-*")
        },
        purpose: "make the roles of authorizer functions",
    },
];

impl AwsConnector {
    pub(crate) async fn identify_caller(&self) -> Result<Identity, Fault> {
        let started = Instant::now();
        let answer = self.sts.get_caller_identity().send().await;
        let round_trip = started.elapsed();
        let attempt = Attempt {
            call: "GetCallerIdentity",
            doing: "say who we are",
            writes: false,
        };
        let answer = answer.map_err(|error| fault(&self.target, attempt, error))?;
        let account = answer.account().unwrap_or_default().to_owned();
        let principal = answer.arn().unwrap_or_default().to_owned();
        Ok(Identity {
            permissions: self.permissions(&account, &principal).await,
            account,
            principal,
            region: self.target.region.clone(),
            round_trip_ms: u64::try_from(round_trip.as_millis()).unwrap_or(u64::MAX),
            expires_at: None,
        })
    }

    async fn permissions(&self, account: &str, principal: &str) -> Vec<Permission> {
        let source = policy_source(principal);
        let mut permissions = Vec::new();
        for need in NEEDS {
            let resource =
                (need.resource)(partition(&self.target.region), &self.target.region, account);
            let states = match &source {
                Some(source) => self.simulate(source, need.actions, &resource).await,
                None => BTreeMap::new(),
            };
            permissions.extend(need.actions.iter().map(|action| {
                Permission {
                    action: (*action).to_owned(),
                    resource: resource.clone(),
                    purpose: need.purpose.to_owned(),
                    state: states
                        .get(*action)
                        .copied()
                        .unwrap_or(PermissionState::Unknown),
                }
            }));
        }
        permissions
    }

    /// Empty when the identity may not ask, which is common and no fault.
    async fn simulate(
        &self,
        source: &str,
        actions: &[&str],
        resource: &str,
    ) -> BTreeMap<String, PermissionState> {
        let answer = self
            .iam
            .simulate_principal_policy()
            .policy_source_arn(source)
            .set_action_names(Some(
                actions.iter().map(|action| (*action).to_owned()).collect(),
            ))
            .resource_arns(resource)
            .send()
            .await;
        let Ok(answer) = answer else {
            return BTreeMap::new();
        };
        let state = |decision: &PolicyEvaluationDecisionType| match decision {
            PolicyEvaluationDecisionType::Allowed => PermissionState::Allowed,
            PolicyEvaluationDecisionType::ExplicitDeny
            | PolicyEvaluationDecisionType::ImplicitDeny => PermissionState::Denied,
            _ => PermissionState::Unknown,
        };
        answer
            .evaluation_results()
            .iter()
            .map(|result| {
                (
                    result.eval_action_name().to_owned(),
                    state(result.eval_decision()),
                )
            })
            .collect()
    }
}

/// The ARN whose policies can be asked about: a user, or the role behind a session. The root user has no policies.
fn policy_source(principal: &str) -> Option<String> {
    let parts: Vec<&str> = principal.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts.as_slice() else {
        return None;
    };
    match (*service, resource.split('/').collect::<Vec<_>>().as_slice()) {
        ("iam", [kind, ..]) if *kind == "user" || *kind == "role" => Some(principal.to_owned()),
        // The session's ARN leaves out the role's path, so a role with one stays unknown.
        ("sts", ["assumed-role", role, _]) => {
            Some(format!("arn:{partition}:iam::{account}:role/{role}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gw_connector::Goal;
    use serde_json::Value;

    use super::*;
    use crate::lower::lower;
    use crate::lower::samples::{aws, nothing, pets, target};

    #[test]
    fn every_permission_a_plan_names_is_asked_about() {
        let mut known = nothing();
        for name in [
            names::REST_API_ID,
            names::FUNCTION_ARN,
            names::ROLE_ARN,
            names::STAGE_DEPLOYMENT_ID,
        ] {
            known.found.insert(name.to_owned(), "x".to_owned());
        }
        let plan = pets();
        let goals = [
            (Goal::Publish(&plan), nothing()),
            (Goal::Publish(&plan), known.clone()),
            (Goal::Withdraw, known),
        ];
        let mut seen = 0;
        for (goal, observed) in goals {
            for change in lower(goal, &target(), &aws(), &observed).unwrap() {
                for call in change.calls {
                    let words = call.permission.split([' ', ';']);
                    for action in words.filter(|word| word.split(':').count() == 2) {
                        assert!(
                            NEEDS.iter().any(|need| need.actions.contains(&action)),
                            "{action}"
                        );
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 15, "{seen}");
    }

    /// What the guide tells people to allow is what *Test connection* asks about.
    #[test]
    fn the_policy_in_the_guide_is_the_one_that_is_asked_about() {
        let asked: BTreeSet<(String, String)> = NEEDS
            .iter()
            .flat_map(|need| {
                let resource = (need.resource)("aws", "eu-west-1", "123456789012");
                let pair = move |action: &&str| ((*action).to_owned(), resource.clone());
                need.actions.iter().map(pair)
            })
            .collect();
        let guide = include_str!("../../../docs/guide.md");
        let (_, after) = guide.split_once("## IAM permissions").unwrap();
        let (_, after) = after.split_once("```json").unwrap();
        let (policy, _) = after.split_once("```").unwrap();
        let policy: Value = serde_json::from_str(policy).unwrap();
        let texts = |value: &Value| -> Vec<String> {
            let one = value.as_str().map(str::to_owned);
            let many = value.as_array().into_iter().flatten();
            let many = many.map(|text| text.as_str().unwrap().to_owned());
            one.into_iter().chain(many).collect()
        };
        let mut told = BTreeSet::new();
        for statement in policy["Statement"].as_array().unwrap() {
            for resource in texts(&statement["Resource"]) {
                for action in texts(&statement["Action"]) {
                    told.insert((action, resource.clone()));
                }
            }
        }
        assert_eq!(told, asked);
    }

    #[test]
    fn sessions_are_asked_about_by_their_role_and_root_not_at_all() {
        assert_eq!(
            policy_source("arn:aws:iam::1:user/a/b").as_deref(),
            Some("arn:aws:iam::1:user/a/b")
        );
        assert_eq!(
            policy_source("arn:aws-cn:sts::1:assumed-role/dev/me").as_deref(),
            Some("arn:aws-cn:iam::1:role/dev")
        );
        for other in [
            "arn:aws:iam::1:root",
            "arn:aws:sts::1:federated-user/x",
            "",
            "x",
        ] {
            assert_eq!(policy_source(other), None);
        }
    }
}
