//! Going back to a kept deployment, and deleting those beyond what is kept.
//!
//! It refuses to go back to what Gatewright did not make, and to delete a function version that anything kept may ask.

use std::collections::BTreeSet;

use gw_connector::{Change, Kept, StepEffect};
use gw_model::{Code, Fault};

use super::changes::{Lowering, change};
use super::step::{StageMove, Step, verb};
use crate::kept::version;
use crate::names::{self, output};

impl Lowering<'_> {
    /// One call: the stage is pointed at the kept deployment. Nothing when it is there already.
    pub(super) fn return_to(&self, kept: &Kept) -> Result<Vec<Change>, Fault> {
        let stage = &self.aws.stage;
        let Some(served) = self.found(names::STAGE_DEPLOYMENT_ID) else {
            return Err(Fault::new(
                Code::DeployNotDeployed,
                format!("The stage '{stage}' is not there, so it cannot go back"),
                "Deploy the API: that opens the stage again",
            ));
        };
        let (ends, ending) = self.ends_canary();
        if served == kept.id && self.observed.digest.is_some() && ends.is_none() {
            return Ok(Vec::new());
        }
        let plan = match (&kept.digest, &kept.broken) {
            (Some(plan), None) => plan.clone(),
            (None, _) => {
                return Err(not_usable(
                    kept,
                    "Gatewright did not make it, so nobody can say what it serves",
                ));
            }
            (_, Some(broken)) => return Err(not_usable(kept, broken)),
        };
        Ok(vec![self.update_stage(
            format!(
                "Move the stage '{stage}' back to the kept deployment {}{ending}: callers meet it from here on",
                kept.id
            ),
            StageMove {
                deployment: Some(kept.id.clone()),
                plan,
                build: output(&kept.outputs, names::BUILD)
                    .unwrap_or_default()
                    .to_owned(),
                patches: ends.into_iter().collect(),
                canary: None,
            },
        )])
    }

    /// Each surplus deployment, then the function versions nothing that stays asks.
    pub(super) fn prune(&self, surplus: &[&Kept], kept: &[Kept]) -> Vec<Change> {
        let mut changes: Vec<Change> = surplus
            .iter()
            .map(|one| self.delete_deployment(one))
            .collect();
        let function = self.function_name();
        changes.extend(self.idle_versions(surplus, kept).into_iter().map(|number| {
            change(
                verb::DELETE_VERSION,
                format!(
                    "Delete the version {number} of the authorizer function: no kept deployment asks it"
                ),
                StepEffect::Write,
                vec![self.lambda("DeleteFunction", &function, "lambda:DeleteFunction")],
                &Step::DeleteVersion {
                    function: function.clone(),
                    version: number,
                },
            )
        }));
        changes
    }

    fn delete_deployment(&self, kept: &Kept) -> Change {
        let id = output(&kept.outputs, names::REST_API_ID).unwrap_or_default();
        let deployment = &kept.id;
        change(
            verb::DELETE_DEPLOYMENT,
            format!("Delete the kept deployment {deployment}: newer ones are enough to go back"),
            StepEffect::Write,
            vec![self.gateway(
                "DeleteDeployment",
                format!("DELETE /restapis/{id}/deployments/{deployment}"),
                "DELETE",
                "/restapis/*/deployments/*",
            )],
            &Step::DeleteDeployment {
                rest_api: id.to_owned(),
                deployment: deployment.clone(),
            },
        )
    }

    /// Versions only surplus deployments ask. None while anything is kept of which that is not known.
    fn idle_versions(&self, surplus: &[&Kept], kept: &[Kept]) -> BTreeSet<String> {
        let goes = |one: &Kept| surplus.iter().any(|gone| gone.id == one.id);
        let stays: Vec<&Kept> = kept.iter().filter(|one| !goes(one)).collect();
        if stays
            .iter()
            .any(|one| output(&one.outputs, names::FUNCTION_VERSION).is_none())
        {
            return BTreeSet::new();
        }
        // The next publication asks this one again when nothing of the function changes.
        let current = self
            .found(names::FUNCTION_VERSION_ARN)
            .and_then(names::version_number);
        let asked: BTreeSet<&str> = stays
            .into_iter()
            .filter_map(version)
            .chain(current)
            .collect();
        surplus
            .iter()
            .filter_map(|one| version(one))
            .filter(|number| !asked.contains(number))
            .map(str::to_owned)
            .collect()
    }
}

fn not_usable(kept: &Kept, why: &str) -> Fault {
    Fault::new(
        Code::DeployNotKept,
        format!("Nothing can go back to the deployment {}: {why}", kept.id),
        "Go back to another kept deployment, or deploy the wanted revision again: `gatewright deploy API --gateway G \
         --revision REVISION`",
    )
    .fact("kept", &kept.id)
}

#[cfg(test)]
mod tests {
    use gw_connector::{Goal, Mark, Observed, Outputs};
    use serde_json::{Value, json};

    use super::*;
    use crate::lower::lower;
    use crate::lower::samples::{aws, nothing, target};

    /// A kept deployment that asks a version of the function; an empty one does not say.
    fn kept(number: u32, function: &str) -> Kept {
        let outputs = [
            (names::REST_API_ID, "abc"),
            (names::BUILD, "b1"),
            (names::FUNCTION_VERSION, function),
        ];
        Kept {
            id: format!("d{number}"),
            digest: Some(format!("p{number}")),
            mark: Some(Mark::new(format!("gw-{number}"))),
            made_at: None,
            live: false,
            canary: None,
            held_by: None,
            broken: None,
            outputs: outputs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    fn served(deployment: &str) -> Observed {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f:9";
        let found = [
            (names::REST_API_ID, "abc"),
            (names::STAGE_DEPLOYMENT_ID, deployment),
            (names::FUNCTION_VERSION_ARN, arn),
        ];
        Observed {
            digest: Some("p9".to_owned()),
            found: found
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect::<Outputs>(),
            ..nothing()
        }
    }

    #[test]
    fn going_back_is_one_patch_of_the_stage() {
        let to = kept(1, "none");
        let changes = lower(Goal::Return(&to), &target(), &aws(), &served("d9")).unwrap();
        let [change] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        assert_eq!(
            (change.verb.as_str(), change.effect),
            (verb::UPDATE_STAGE, StepEffect::MovesTraffic)
        );
        assert_eq!(change.calls.len(), 1);
        let payload: Value = serde_json::from_str(&change.payload).unwrap();
        assert_eq!(
            payload,
            json!({
                "step": "update-stage", "deployment": "d1", "plan": "p1", "build": "b1", "patches": [], "canary": null
            })
        );
        let there = lower(Goal::Return(&to), &target(), &aws(), &served("d1")).unwrap();
        assert_eq!(there, []);
    }

    #[test]
    fn there_is_no_way_back_to_what_is_broken_foreign_or_without_a_stage() {
        let refused = |to: &Kept, observed: &Observed| {
            lower(Goal::Return(to), &target(), &aws(), observed)
                .unwrap_err()
                .code
        };
        let mut broken = kept(1, "3");
        broken.broken = Some("The version 3 of its authorizer function is gone".to_owned());
        let mut foreign = kept(1, "");
        foreign.digest = None;
        assert_eq!(refused(&broken, &served("d9")), Code::DeployNotKept);
        assert_eq!(refused(&foreign, &served("d9")), Code::DeployNotKept);
        assert_eq!(
            refused(&kept(1, "none"), &nothing()),
            Code::DeployNotDeployed
        );
    }

    #[test]
    fn a_version_goes_only_when_nothing_that_stays_may_ask_it() {
        let pruned = |functions: [&str; 4]| -> Vec<String> {
            let all: Vec<Kept> = (0..).zip(functions).map(|(n, of)| kept(n, of)).collect();
            let surplus: Vec<&Kept> = all.iter().skip(2).collect();
            let goal = Goal::Prune {
                surplus: &surplus,
                kept: &all,
            };
            lower(goal, &target(), &aws(), &served("d0"))
                .unwrap()
                .iter()
                .filter(|change| change.verb == verb::DELETE_VERSION)
                .map(|change| {
                    change
                        .sentence
                        .chars()
                        .filter(char::is_ascii_digit)
                        .collect()
                })
                .collect()
        };
        assert_eq!(pruned(["4", "3", "2", "1"]), ["1", "2"]);
        assert_eq!(pruned(["2", "none", "2", "1"]), ["1"]);
        // The one the catalog knows is asked by the next publication.
        assert_eq!(pruned(["none", "none", "9", "1"]), ["1"]);
        // What stays and does not say may ask any.
        assert!(pruned(["4", "", "2", "1"]).is_empty());
    }
}
