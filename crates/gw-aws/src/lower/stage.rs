//! The last steps of a publication: the stage, its deployment and what is set on it.
//!
//! It refuses a second call that callers notice: settings of a stage that is there go into the call that moves it. A new
//! stage takes some of them when it is made; it counts as opened, and not as live, until the rest is set.

use std::collections::BTreeMap;

use gw_aws_import::Compiled;
use gw_connector::{Change, StepEffect};
use gw_model::CacheSettings;
use gw_plan::Plan;

use super::changes::{Lowering, change};
use super::settings::{Difference, Patch, back, differences, in_short, patches};
use super::step::{Before, NewCanary, NewStage, StageMove, Step, verb};
use crate::live_stage::LiveStage;
use crate::names;

impl Lowering<'_> {
    /// What is wanted of the stage and is not so.
    pub(super) fn differences(&self, plan: &Plan, compiled: &Compiled) -> Vec<Difference> {
        if self.target.settings.is_empty() {
            return Vec::new();
        }
        let live = match &self.observed.stage {
            Some(found) => serde_json::from_str(&found.detail).unwrap_or_default(),
            None => LiveStage::default(),
        };
        differences(&self.target.settings, &live, &|operation| {
            compiled.operation_there(plan, operation)
        })
    }

    /// Makes the stage serve the new deployment, with its settings.
    pub(super) fn move_stage(
        &self,
        settings: &[Difference],
        digest: &str,
        build: &str,
        canary: Option<NewCanary>,
    ) -> Vec<Change> {
        if self.found(names::STAGE_DEPLOYMENT_ID).is_none() {
            return self.open_stage(settings, digest, build);
        }
        let stage = &self.aws.stage;
        let mut changes = self.note_and_tag(settings);
        if let Some(canary) = canary {
            changes.extend(self.begin_canary(settings, canary));
            return changes;
        }
        let mut patches = patches(settings);
        let with = if patches.is_empty() {
            String::new()
        } else {
            format!(" and set {}", in_short(settings))
        };
        let (ends, ending) = self.ends_canary();
        patches.extend(ends);
        changes.push(self.update_stage(
            format!(
                "Move the stage '{stage}' to it{with}{ending}: callers meet the new version from here on"
            ),
            served(digest, build, patches),
        ));
        changes
    }

    /// Sets what is otherwise on a stage whose deployments are what they should be; nothing when nothing is.
    pub(super) fn set_stage(
        &self,
        settings: &[Difference],
        last: impl FnOnce(&Self) -> Option<Change>,
    ) -> Vec<Change> {
        let mut changes = self.log_role(settings);
        changes.extend(self.note_and_tag(settings));
        changes.extend(last(self));
        changes
    }

    fn open_stage(&self, settings: &[Difference], digest: &str, build: &str) -> Vec<Change> {
        let stage = &self.aws.stage;
        let wanted = &self.target.settings;
        let mut new = NewStage {
            variables: wanted
                .variables
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
                .collect(),
            cache: match &wanted.cache {
                Some(CacheSettings::On { size_gb, .. }) => Some(size_gb.clone()),
                _ => None,
            },
            tracing: wanted.tracing.unwrap_or_default(),
            tags: wanted.tags.clone(),
            opening: false,
        };
        // What `CreateStage` does not take is set right after.
        let mut rest = settings.to_vec();
        for difference in &mut rest {
            difference.patches.retain(|patch| !is_taken_at_once(patch));
        }
        new.opening = rest.iter().any(|it| !it.patches.is_empty());
        let (sentence, effect) = if new.opening {
            let sentence = format!("Make the stage '{stage}'; it is opened with its settings");
            (sentence, StepEffect::Write)
        } else {
            let sentence =
                format!("Open the stage '{stage}': callers can reach the API from here on");
            (sentence, StepEffect::MovesTraffic)
        };
        let opening = new.opening;
        let path = format!("/restapis/{}/stages", self.rest_api());
        let mut changes = vec![change(
            verb::CREATE_STAGE,
            sentence,
            effect,
            vec![self.tagging(
                "CreateStage",
                format!("POST {path}"),
                "POST",
                "/restapis/*/stages",
            )],
            &Step::CreateStage {
                owner: self.owner(),
                plan: digest.to_owned(),
                build: build.to_owned(),
                stage: new,
            },
        )];
        if opening {
            changes.extend(self.set(&rest, digest, build));
        }
        changes
    }

    /// Writes down what leads back, and sets the tags.
    fn note_and_tag(&self, settings: &[Difference]) -> Vec<Change> {
        if settings.is_empty() {
            return Vec::new();
        }
        let found = self.observed.stage.as_ref();
        let tag = |name: &String| found.and_then(|it| it.settings.tags.get(name)).cloned();
        let tags: BTreeMap<String, String> = self
            .target
            .settings
            .tags
            .iter()
            .filter(|(name, value)| tag(name).as_ref() != Some(*value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut before = Before {
            patches: back(settings),
            tags: BTreeMap::new(),
        };
        if !tags.is_empty() {
            let mark = names::TAG_MARK.to_owned();
            let touched = tags.keys().chain([&mark]);
            before.tags = touched.map(|name| (name.clone(), tag(name))).collect();
        }
        let mut changes = vec![change(
            verb::NOTE_STAGE,
            "Note what the stage has now, for going back".to_owned(),
            StepEffect::Read,
            Vec::new(),
            &Step::NoteStage { before },
        )];
        if !tags.is_empty() {
            let count = tags.len();
            let call = self.gateway(
                "TagResource",
                format!(
                    "PUT /tags/{}",
                    names::stage_arn(&self.aws.region, self.rest_api(), &self.aws.stage)
                ),
                "PUT",
                "/tags/*",
            );
            changes.push(change(
                verb::TAG_STAGE,
                if count == 1 {
                    "Set a tag of the stage".to_owned()
                } else {
                    format!("Set {count} tags of the stage")
                },
                StepEffect::Write,
                vec![call],
                &Step::TagStage { tags },
            ));
        }
        changes
    }

    /// The call that sets what is left, ends a canary, and says that the stage is live.
    pub(super) fn set(&self, settings: &[Difference], digest: &str, build: &str) -> Option<Change> {
        let stage = &self.aws.stage;
        let mut patches = patches(settings);
        let (ends, ending) = self.ends_canary();
        let sentence = match (patches.is_empty(), &ends) {
            (true, None) => return None,
            (true, Some(_)) => {
                let ending = ending.replacen(" and drop", "Drop", 1);
                format!("{ending} of the stage '{stage}': all requests meet what is live")
            }
            (false, _) => {
                let what = in_short(settings);
                format!("Set {what} of the stage '{stage}'{ending}: callers meet it from here on")
            }
        };
        patches.extend(ends);
        Some(Change {
            verb: verb::SET_STAGE.to_owned(),
            ..self.update_stage(sentence, served(digest, build, patches))
        })
    }
}

/// The run's own deployment, or where the stage is.
fn served(digest: &str, build: &str, patches: Vec<Patch>) -> StageMove {
    StageMove {
        deployment: None,
        plan: digest.to_owned(),
        build: build.to_owned(),
        patches,
        canary: None,
    }
}

/// Whether `CreateStage` takes it.
fn is_taken_at_once(patch: &Patch) -> bool {
    patch.path.starts_with("/variables/")
        || patch.path.starts_with("/cacheCluster")
        || patch.path == "/tracingEnabled"
}
