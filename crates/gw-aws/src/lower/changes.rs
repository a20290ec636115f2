//! The ordered changes from what was observed to the goal.
//!
//! It refuses to call more than needed: unchanged is no call, and the number of calls does not grow with the API.

use gw_aws_import::{Compiled, Fidelity, compile_signed, is_protected, lint};
use gw_connector::names::OUTPUT_ADOPTED;
use gw_connector::{
    Change, Goal, LiveState, Observed, RemoteCall, SettingChange, StepEffect, Target,
};
use gw_model::{AwsAuthorizer, AwsTarget, Code, EndpointType, Fault, Percent, counted};
use gw_plan::{Plan, RouteSecurity, TokenCheck};

use super::calls::passed_roles;
use super::step::{Expectation, NewCanary, Owner, Step, verb};
use crate::names::{self, output};
use crate::package::package;

/// Lowers a goal for one API on one gateway.
pub(crate) fn lower(
    goal: Goal<'_>,
    target: &Target,
    aws: &AwsTarget,
    observed: &Observed,
) -> Result<Vec<Change>, Fault> {
    let lowering = Lowering {
        target,
        aws,
        observed,
    };
    match goal {
        Goal::Publish(plan) => lowering.publish(plan, None),
        Goal::PublishCanary(plan, percent) => lowering.publish(plan, Some(percent)),
        Goal::Canary(change) => lowering.change_canary(change),
        Goal::Withdraw => Ok(lowering.withdraw()),
        Goal::Return(kept) => lowering.return_to(kept),
        Goal::Prune { surplus, kept } => Ok(lowering.prune(surplus, kept)),
    }
}

/// The settings a publication changes, in words.
pub(crate) fn setting_changes(
    plan: &Plan,
    target: &Target,
    aws: &AwsTarget,
    observed: &Observed,
) -> Vec<SettingChange> {
    if target.settings.is_empty() {
        return Vec::new();
    }
    let lowering = Lowering {
        target,
        aws,
        observed,
    };
    let differences = lowering.differences(plan, &compile_signed(plan, aws));
    differences.into_iter().map(|it| it.change).collect()
}

pub(super) struct Lowering<'a> {
    pub(super) target: &'a Target,
    pub(super) aws: &'a AwsTarget,
    pub(super) observed: &'a Observed,
}

impl Lowering<'_> {
    fn publish(&self, plan: &Plan, canary: Option<Percent>) -> Result<Vec<Change>, Fault> {
        let compiled = compile_signed(plan, self.aws);
        refuse_obstacles(plan, self.aws, &compiled)?;
        let document = compiled.document.clone().unwrap_or_default();
        let provisioned = match plan
            .token_check
            .as_ref()
            .filter(|check| check.aws == AwsAuthorizer::Provision)
        {
            Some(check) if is_protected(plan) => Some(package(plan, check, &compiled)?),
            _ => None,
        };
        let digest = gw_plan::digest(plan);
        let function = provisioned
            .as_ref()
            .map_or("", |package| package.digest.as_str());
        let build = names::short_digest(&format!("{document}\n{function}"));
        let settings = self.differences(plan, &compiled);
        let is_live = self.is_live(&digest, &build);
        let new = canary.map(|percent| NewCanary {
            deployment: None,
            plan: digest.clone(),
            build: build.clone(),
            percent,
        });
        if let Some(new) = &new {
            self.may_begin(plan, is_live)?;
            let own = self.own_canary();
            if let Some(own) = own.filter(|own| own.plan == digest && own.build == build) {
                return Ok(self.set_stage(&settings, |it| {
                    it.begin_canary(&settings, own.as_new(new.percent))
                }));
            }
        } else if is_live {
            return Ok(self.set_stage(&settings, |it| it.set(&settings, &digest, &build)));
        }

        let mut changes = self.log_role(&settings);
        let mut function_changed = false;
        if let Some(package) = &provisioned {
            function_changed = self.provision(package, &mut changes);
        }
        let api_is_new = self.found(names::REST_API_ID).is_none();
        if api_is_new {
            changes.push(self.create_rest_api(plan));
        }
        if let Some(id) = self.unclaimed() {
            changes.push(self.claim(id));
        }
        if provisioned.is_some() && (function_changed || api_is_new) {
            changes.push(self.allow_invoke());
        }
        changes.push(self.put_rest_api(plan, &compiled, document));
        changes.push(self.read_back(plan, &compiled));
        changes.push(self.create_deployment(&digest, &build, provisioned.is_some()));
        changes.extend(self.move_stage(&settings, &digest, &build, new));
        Ok(changes)
    }

    fn is_live(&self, digest: &str, build: &str) -> bool {
        self.observed.state == LiveState::Live
            && self.observed.digest.as_deref() == Some(digest)
            && (self.found(names::BUILD) == Some(build) || self.is_as_adopted())
    }

    /// Whether the stage serves what it served when the API was taken over: that was not built here.
    fn is_as_adopted(&self) -> bool {
        let adopted = self.found(OUTPUT_ADOPTED);
        adopted.is_some()
            && adopted == self.found(names::STAGE_DEPLOYMENT_ID)
            && self.found(names::BUILD).is_none()
    }

    /// The REST API that others made and that does not carry our tags yet.
    fn unclaimed(&self) -> Option<&str> {
        self.found(OUTPUT_ADOPTED)?;
        match self.found(names::CLAIMED) {
            Some(_) => None,
            None => self.found(names::REST_API_ID),
        }
    }

    fn claim(&self, id: &str) -> Change {
        let path = format!("/tags/{}", self.arn(&format!("/restapis/{id}")));
        change(
            verb::CLAIM_REST_API,
            format!("Tag the REST API {id} as managed by Gatewright, so that it is found again"),
            StepEffect::Write,
            vec![self.gateway("TagResource", format!("PUT {path}"), "PUT", "/tags/*")],
            &Step::ClaimRestApi {
                owner: self.owner(),
                rest_api: id.to_owned(),
            },
        )
    }

    fn create_rest_api(&self, plan: &Plan) -> Change {
        let endpoint_type = match self.aws.endpoint_type {
            EndpointType::Regional => "REGIONAL",
            EndpointType::Edge => "EDGE",
            EndpointType::Private => "PRIVATE",
        };
        let kind = endpoint_type.to_ascii_lowercase();
        let call = self.tagging(
            "CreateRestApi",
            "POST /restapis".to_owned(),
            "POST",
            "/restapis",
        );
        change(
            verb::CREATE_REST_API,
            format!("Make the {kind} REST API '{}'", plan.name),
            StepEffect::Write,
            vec![call],
            &Step::CreateRestApi {
                owner: self.owner(),
                version: plan.version.clone(),
                endpoint_type: endpoint_type.to_owned(),
            },
        )
    }

    fn put_rest_api(&self, plan: &Plan, compiled: &Compiled, document: String) -> Change {
        let id = self.rest_api();
        let path = format!("/restapis/{id}");
        let mut call = self.gateway(
            "PutRestApi",
            format!("PUT {path}?mode=overwrite"),
            "PUT",
            "/restapis/*",
        );
        if plan.own.settings.contains_key("x-amazon-apigateway-policy") {
            call.permission
                .push_str("; apigateway:UpdateRestApiPolicy on ");
            call.permission.push_str(&self.arn("/restapis/*"));
        }
        for role in passed_roles(&document) {
            call.permission.push_str("; iam:PassRole on ");
            call.permission.push_str(&role);
        }
        change(
            verb::PUT_REST_API,
            format!(
                "Import the document with {}",
                counted(compiled.served.len(), "operation")
            ),
            StepEffect::Write,
            vec![call],
            &Step::PutRestApi { document },
        )
    }

    fn read_back(&self, plan: &Plan, compiled: &Compiled) -> Change {
        let id = self.rest_api();
        let get = |name: &str, path: &str| {
            self.gateway(
                name,
                format!("GET /restapis/{id}/{path}"),
                "GET",
                "/restapis/*",
            )
        };
        let mut calls = vec![get("GetResources", "resources?embed=methods&limit=500")];
        let authorizer = plan
            .token_check
            .as_ref()
            .filter(|_| is_protected(plan))
            .map(authorizer_function);
        let expected = Expectation::of(plan, compiled);
        let asks_own = expected.iter().any(Expectation::asks_own_authorizer);
        if authorizer.is_some() || asks_own {
            calls.push(get("GetAuthorizers", "authorizers?limit=500"));
        }
        let protected = plan
            .routes
            .iter()
            .filter(|route| !matches!(route.security, RouteSecurity::Open { .. }))
            .count();
        let by_document = plan
            .routes
            .iter()
            .any(|route| matches!(route.security, RouteSecurity::Own { .. }));
        let what = match (protected, by_document) {
            (0, _) => "it is there".to_owned(),
            (1, true) => "one of them is protected as the document says".to_owned(),
            (many, true) => format!("{many} of them are protected as the document says"),
            (1, false) => "one of them asks for a token".to_owned(),
            (many, false) => format!("{many} of them ask for a token"),
        };
        change(
            verb::READ_BACK,
            format!("Read back every operation and see that {what}"),
            StepEffect::Read,
            calls,
            &Step::ReadBack {
                expected,
                authorizer,
            },
        )
    }

    fn create_deployment(&self, digest: &str, build: &str, provisioned: bool) -> Change {
        let path = format!("/restapis/{}/deployments", self.rest_api());
        change(
            verb::CREATE_DEPLOYMENT,
            "Keep a copy of it, aside from the live one".to_owned(),
            StepEffect::Write,
            vec![self.gateway(
                "CreateDeployment",
                format!("POST {path}"),
                "POST",
                "/restapis/*/deployments",
            )],
            &Step::CreateDeployment {
                plan: digest.to_owned(),
                build: build.to_owned(),
                provisioned,
            },
        )
    }

    fn withdraw(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some(id) = self.found(names::REST_API_ID) {
            changes.push(change(
                verb::DELETE_REST_API,
                format!("Delete the REST API {id} with all its stages: callers no longer reach it"),
                StepEffect::MovesTraffic,
                vec![self.gateway(
                    "DeleteRestApi",
                    format!("DELETE /restapis/{id}"),
                    "DELETE",
                    "/restapis/*",
                )],
                &Step::DeleteRestApi {
                    rest_api: id.to_owned(),
                },
            ));
        }
        let function = self.function_name();
        if self.found(names::FUNCTION_ARN).is_some() {
            changes.push(change(
                verb::DELETE_FUNCTION,
                "Delete the authorizer function with all its versions".to_owned(),
                StepEffect::Write,
                vec![self.lambda("DeleteFunction", &function, "lambda:DeleteFunction")],
                &Step::DeleteFunction {
                    function: function.clone(),
                },
            ));
        }
        if self.found(names::ROLE_ARN).is_some() {
            changes.push(change(
                verb::DELETE_ROLE_POLICY,
                "Delete the policy of the authorizer function's role".to_owned(),
                StepEffect::Write,
                vec![self.iam(
                    "DeleteRolePolicy",
                    &format!("role {function}"),
                    "iam:DeleteRolePolicy",
                )],
                &Step::DeleteRolePolicy {
                    role: function.clone(),
                },
            ));
            changes.push(change(
                verb::DELETE_ROLE,
                "Delete the authorizer function's role".to_owned(),
                StepEffect::Write,
                vec![self.iam("DeleteRole", &format!("role {function}"), "iam:DeleteRole")],
                &Step::DeleteRole { role: function },
            ));
        }
        changes
    }

    pub(super) fn found(&self, name: &str) -> Option<&str> {
        output(&self.observed.found, name)
    }

    pub(super) fn rest_api(&self) -> &str {
        self.found(names::REST_API_ID).unwrap_or("{id}")
    }

    pub(super) fn function_name(&self) -> String {
        names::function_name(&self.target.api, &self.aws.stage)
    }

    pub(super) fn owner(&self) -> Owner {
        Owner {
            api: self.target.api.as_str().to_owned(),
            name: self.target.api_name.clone(),
        }
    }
}

/// The function the live authorizer must ask; a placeholder stands for the provisioned one.
fn authorizer_function(check: &TokenCheck) -> String {
    match &check.aws {
        AwsAuthorizer::Existing { lambda_arn, .. } => lambda_arn.clone(),
        AwsAuthorizer::Provision => names::FUNCTION_PLACEHOLDER.to_owned(),
    }
}

pub(super) fn change(
    verb: &str,
    sentence: String,
    effect: StepEffect,
    calls: Vec<RemoteCall>,
    step: &Step,
) -> Change {
    Change {
        verb: verb.to_owned(),
        sentence,
        effect,
        calls,
        payload: serde_json::to_string(step).unwrap_or_default(),
    }
}

fn refuse_obstacles(plan: &Plan, aws: &AwsTarget, compiled: &Compiled) -> Result<(), Fault> {
    let found = lint::obstacles(plan, aws);
    let mut obstacles: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|found| {
            (
                found.rule.as_str(),
                found.message.as_str(),
                found.fix.as_str(),
            )
        })
        .collect();
    let refused = compiled
        .notes
        .iter()
        .filter(|note| note.fidelity == Fidelity::Refused);
    obstacles
        .extend(refused.map(|note| (note.rule, note.message.as_str(), lint::advice(note.rule))));
    let Some((_, message, advice)) = obstacles.first() else {
        return Ok(());
    };
    let code = if obstacles.iter().any(|(rule, ..)| *rule == "GW015") {
        Code::PlanTooManyResources
    } else {
        Code::PlanRefused
    };
    let rest = obstacles.len() - 1;
    let more = if rest == 0 {
        String::new()
    } else {
        format!(", and {} more", counted(rest, "obstacle"))
    };
    let mut rules: Vec<&str> = obstacles.iter().map(|(rule, ..)| *rule).collect();
    rules.dedup();
    Err(Fault::new(
        code,
        format!("AWS would refuse '{}': {message}{more}", plan.name),
        (*advice).to_owned(),
    )
    .fact("rules", rules.join(" "))
    .fact("resources", compiled.resources.to_string()))
}
