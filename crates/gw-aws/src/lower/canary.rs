//! A canary of the stage: begun by a publication's last call, and changed, promoted or dropped by one call of its own.
//!
//! It refuses canaries that others set: which they serve and why is not known here.

use gw_connector::canary::{live_already, no_canary, nothing_beside};
use gw_connector::{CanaryChange, Change, LiveState, StepEffect};
use gw_model::{Code, Fault, Percent};
use gw_plan::Plan;

use super::changes::{Lowering, change};
use super::settings::{Difference, Patch, in_short, patches};
use super::step::{NewCanary, StageMove, Step, verb};
use crate::live_stage::{CANARY, LiveStage, OwnCanary};
use crate::names;

impl Lowering<'_> {
    /// The canary that runs, when Gatewright set it.
    pub(super) fn own_canary(&self) -> Option<OwnCanary> {
        serde_json::from_str(self.found(names::STAGE_CANARY)?).ok()
    }

    /// What ends the canary in the call that moves the stage, and the words for it.
    pub(super) fn ends_canary(&self) -> (Option<Patch>, String) {
        match self.own_canary() {
            None => (None, String::new()),
            Some(own) => {
                let patch = Patch {
                    path: CANARY.to_owned(),
                    value: None,
                };
                let words = format!(" and drop the canary that got {} %", own.percent);
                (Some(patch), words)
            }
        }
    }

    /// Refuses a canary where none can be begun.
    pub(super) fn may_begin(&self, plan: &Plan, is_live: bool) -> Result<(), Fault> {
        let stage = format!("the stage '{}'", self.aws.stage);
        if self.observed.state != LiveState::Live {
            return Err(nothing_beside(&stage));
        }
        if is_live {
            return Err(live_already(&plan.name));
        }
        let live: LiveStage = self
            .observed
            .stage
            .as_ref()
            .and_then(|found| serde_json::from_str(&found.detail).ok())
            .unwrap_or_default();
        if live.canary && self.own_canary().is_none() {
            return Err(Fault::new(
                Code::DeployNoCanary,
                format!("{stage} has a canary that Gatewright did not set"),
                "Promote or remove it on AWS first: a stage has room for one",
            ));
        }
        Ok(())
    }

    /// The last call of a publication: a share of the requests meets the run's deployment. One that is a canary already
    /// gets the share only; nothing when it has it.
    pub(super) fn begin_canary(
        &self,
        settings: &[Difference],
        canary: NewCanary,
    ) -> Option<Change> {
        let own = self.own_canary();
        let same = canary.deployment.is_some()
            && own
                .as_ref()
                .is_some_and(|own| own.percent == canary.percent);
        let patches = patches(settings);
        if same && patches.is_empty() {
            return None;
        }
        let with = if patches.is_empty() {
            String::new()
        } else {
            format!(", and set {}", in_short(settings))
        };
        let instead = match own.filter(|_| canary.deployment.is_none()) {
            Some(own) => format!(", instead of the canary that got {} %", own.percent),
            None => String::new(),
        };
        let sentence = format!(
            "Let {} % of the requests to the stage '{}' meet it as a canary{instead}{with}: the others meet what is live",
            canary.percent, self.aws.stage
        );
        Some(self.beside(sentence, patches, Some(canary)))
    }

    /// One call that changes the canary that runs, or ends it.
    pub(super) fn change_canary(&self, wanted: CanaryChange) -> Result<Vec<Change>, Fault> {
        let stage = &self.aws.stage;
        let Some(own) = self.own_canary() else {
            return Err(no_canary(&format!("the stage '{stage}'")));
        };
        let (ends, _) = self.ends_canary();
        Ok(match wanted {
            CanaryChange::Share { percent } if percent == own.percent => Vec::new(),
            CanaryChange::Share { percent } => {
                let sentence = format!(
                    "Let {percent} % of the requests to the stage '{stage}' meet the canary (were {} %)",
                    own.percent
                );
                vec![self.beside(sentence, Vec::new(), Some(own.as_new(percent)))]
            }
            CanaryChange::Drop => {
                let sentence = format!(
                    "Drop the canary of the stage '{stage}' that got {} %: all requests meet what is live",
                    own.percent
                );
                vec![self.beside(sentence, ends.into_iter().collect(), None)]
            }
            CanaryChange::Promote if own.variables => {
                return Err(Fault::new(
                    Code::DeployNoCanary,
                    format!("The canary of the stage '{stage}' has variables of its own, which Gatewright did not set"),
                    "Promote it on AWS, or remove them there first: without them it may not do what it does now",
                ));
            }
            CanaryChange::Promote => vec![self.update_stage(
                format!(
                    "Move the stage '{stage}' to its canary's deployment {}: all requests meet it from here on",
                    own.deployment
                ),
                StageMove {
                    deployment: Some(own.deployment),
                    plan: own.plan,
                    build: own.build,
                    patches: ends.into_iter().collect(),
                    canary: None,
                },
            )],
        })
    }

    /// A call that leaves what is live as it is.
    fn beside(&self, sentence: String, patches: Vec<Patch>, canary: Option<NewCanary>) -> Change {
        let found = |name| self.found(name).unwrap_or_default().to_owned();
        self.update_stage(
            sentence,
            StageMove {
                deployment: Some(found(names::STAGE_DEPLOYMENT_ID)),
                plan: self.observed.digest.clone().unwrap_or_default(),
                build: found(names::BUILD),
                patches,
                canary,
            },
        )
    }

    /// The one call that callers notice.
    pub(super) fn update_stage(&self, sentence: String, to: StageMove) -> Change {
        let path = format!("/restapis/{}/stages/{}", self.rest_api(), self.aws.stage);
        change(
            verb::UPDATE_STAGE,
            sentence,
            StepEffect::MovesTraffic,
            vec![self.gateway(
                "UpdateStage",
                format!("PATCH {path}"),
                "PATCH",
                "/restapis/*/stages/*",
            )],
            &Step::UpdateStage(to),
        )
    }
}

impl OwnCanary {
    /// The same one, with a share.
    pub(super) fn as_new(&self, percent: Percent) -> NewCanary {
        NewCanary {
            deployment: Some(self.deployment.clone()),
            plan: self.plan.clone(),
            build: self.build.clone(),
            percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use gw_connector::{Goal, Observed};
    use serde_json::{Value, json};

    use super::*;
    use crate::lower::lower;
    use crate::lower::samples::{aws, nothing, target, wide};

    /// A stage that serves `d1`, with a canary of Gatewright's or none.
    fn live(canary: Option<u16>) -> Observed {
        let mut observed = nothing();
        observed.state = LiveState::Live;
        observed.digest = Some("p1".to_owned());
        let canary = canary.map(|percent| OwnCanary {
            deployment: "d2".to_owned(),
            plan: "p2".to_owned(),
            build: "b2".to_owned(),
            percent: Percent::whole(percent),
            variables: false,
            patches: Vec::new(),
        });
        let text = canary.map(|canary| serde_json::to_string(&canary).unwrap());
        for (name, value) in [
            (names::REST_API_ID, Some("abc".to_owned())),
            (names::STAGE_DEPLOYMENT_ID, Some("d1".to_owned())),
            (names::BUILD, Some("b1".to_owned())),
            (names::STAGE_CANARY, text),
        ] {
            observed.found.extend(value.map(|it| (name.to_owned(), it)));
        }
        observed
    }

    fn lowered(goal: Goal<'_>, observed: &Observed) -> Vec<Change> {
        lower(goal, &target(), &aws(), observed).unwrap()
    }

    fn payload(goal: Goal<'_>, observed: &Observed) -> Value {
        let changes = lowered(goal, observed);
        let [change] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        assert_eq!(
            (change.verb.as_str(), change.effect, change.calls.len()),
            (verb::UPDATE_STAGE, StepEffect::MovesTraffic, 1)
        );
        serde_json::from_str(&change.payload).unwrap()
    }

    #[test]
    fn each_change_is_one_patch_of_the_stage() {
        let observed = live(Some(10));
        let share = |percent| {
            Goal::Canary(CanaryChange::Share {
                percent: Percent::whole(percent),
            })
        };
        let removal = json!([{ "path": "/canarySettings", "value": null }]);
        assert_eq!(lowered(share(10), &observed), []);
        assert_eq!(
            payload(share(25), &observed),
            json!({
                "step": "update-stage", "deployment": "d1", "plan": "p1", "build": "b1", "patches": [],
                "canary": { "deployment": "d2", "plan": "p2", "build": "b2", "percent": 25.0 },
            })
        );
        assert_eq!(
            payload(Goal::Canary(CanaryChange::Promote), &observed),
            json!({
                "step": "update-stage", "deployment": "d2", "plan": "p2", "build": "b2", "patches": removal, "canary": null,
            })
        );
        assert_eq!(
            payload(Goal::Canary(CanaryChange::Drop), &observed),
            json!({
                "step": "update-stage", "deployment": "d1", "plan": "p1", "build": "b1", "patches": removal, "canary": null,
            })
        );
    }

    #[test]
    fn a_publication_begins_it_last_and_leaves_what_is_live() {
        let plan = wide(3);
        for (observed, instead) in [(live(None), false), (live(Some(10)), true)] {
            let changes = lowered(Goal::PublishCanary(&plan, Percent::whole(5)), &observed);
            let last = changes.last().unwrap();
            assert_eq!(
                last.sentence
                    .contains("instead of the canary that got 10 %"),
                instead
            );
            let payload: Value = serde_json::from_str(&last.payload).unwrap();
            assert_eq!(
                (
                    &payload["deployment"],
                    &payload["plan"],
                    &payload["patches"]
                ),
                (&json!("d1"), &json!("p1"), &json!([]))
            );
            assert_eq!(
                (
                    &payload["canary"]["deployment"],
                    &payload["canary"]["percent"]
                ),
                (&Value::Null, &json!(5.0))
            );
        }
    }

    #[test]
    fn nothing_begins_beside_nothing_and_nothing_of_others_is_changed() {
        let refused = |goal: Goal<'_>, observed: &Observed| {
            lower(goal, &target(), &aws(), observed).unwrap_err().code
        };
        let plan = wide(3);
        let begin = Goal::PublishCanary(&plan, Percent::whole(5));
        assert_eq!(refused(begin, &nothing()), Code::DeployNotDeployed);
        let mut of_others = live(None);
        let detail = serde_json::to_string(&LiveStage {
            canary: true,
            ..LiveStage::default()
        });
        of_others.stage = Some(gw_connector::StageFound {
            detail: detail.unwrap(),
            ..gw_connector::StageFound::default()
        });
        assert_eq!(refused(begin, &of_others), Code::DeployNoCanary);
        for change in [CanaryChange::Promote, CanaryChange::Drop] {
            assert_eq!(
                refused(Goal::Canary(change), &of_others),
                Code::DeployNoCanary
            );
        }
        let last = lowered(Goal::Publish(&plan), &of_others).pop().unwrap();
        assert!(!last.payload.contains("canarySettings"), "{last:?}");
    }
}
