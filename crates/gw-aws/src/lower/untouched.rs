//! What changes leave as it is, in sentences for the plan.
//!
//! It refuses to promise what the calls do not keep: every sentence is about something none of them names.

use gw_connector::{Change, Goal, Observed};
use gw_model::{AwsAuthorizer, AwsTarget};

use super::step::verb;
use crate::names::{self, output};

/// One sentence per kind of thing that stays.
pub(crate) fn untouched(
    goal: Goal<'_>,
    aws: &AwsTarget,
    observed: &Observed,
    changes: &[Change],
) -> Vec<String> {
    if changes.is_empty() {
        return Vec::new();
    }
    let does = |verbs: &[&str]| {
        changes
            .iter()
            .any(|change| verbs.contains(&change.verb.as_str()))
    };
    let plan = match goal {
        Goal::Withdraw => {
            return vec![
                "Logs in CloudWatch stay, those of the authorizer function too".to_owned(),
                "Other REST APIs of the account and region stay".to_owned(),
            ];
        }
        Goal::Return(_) | Goal::Canary(_) => {
            return vec![
                stage_settings(aws),
                "The REST API's draft stays as it is, other stages and custom domains too"
                    .to_owned(),
            ];
        }
        // What callers meet is none of what is deleted.
        Goal::Prune { .. } => return Vec::new(),
        Goal::Publish(plan) | Goal::PublishCanary(plan, _) => plan,
    };
    let mut kept = Vec::new();
    // What is set on purpose the plan says beside it, and that the rest stays.
    if does(&[verb::UPDATE_STAGE]) && !does(&[verb::NOTE_STAGE]) {
        kept.push(stage_settings(aws));
    }
    if let Some(id) = output(&observed.found, names::REST_API_ID)
        && does(&[verb::PUT_REST_API])
    {
        kept.push(format!(
            "Other stages of the REST API {id} keep serving what they serve"
        ));
        kept.push("Custom domains and their mappings stay".to_owned());
    }
    match plan.token_check.as_ref().map(|check| &check.aws) {
        Some(AwsAuthorizer::Existing { .. }) => kept.push(
            "The Lambda function that checks tokens is yours: it is asked, and stays as it is"
                .to_owned(),
        ),
        Some(AwsAuthorizer::Provision)
            if output(&observed.found, names::FUNCTION_ARN).is_some()
                && !does(&[verb::CREATE_FUNCTION, verb::UPDATE_FUNCTION]) =>
        {
            kept.push("The authorizer function and its role stay as they are".to_owned());
        }
        _ => {}
    }
    kept
}

fn stage_settings(aws: &AwsTarget) -> String {
    format!(
        "The settings of the stage '{}' stay as found: variables, throttling, logging, caching, tags, web ACL",
        aws.stage
    )
}

#[cfg(test)]
mod tests {
    use gw_connector::{LiveState, Observed};

    use super::super::samples::{aws, nothing, pets, target};
    use super::super::{lower, untouched};
    use super::*;

    fn live() -> Observed {
        let mut observed = nothing();
        observed.state = LiveState::Live;
        for (name, value) in [
            (names::REST_API_ID, "abc123"),
            (names::STAGE_DEPLOYMENT_ID, "dep1"),
        ] {
            observed.found.insert(name.to_owned(), value.to_owned());
        }
        observed
    }

    fn said(goal: Goal<'_>, observed: &Observed) -> Vec<String> {
        let changes = lower(goal, &target(), &aws(), observed).unwrap();
        untouched(goal, &aws(), observed, &changes)
    }

    #[test]
    fn a_stage_that_is_moved_keeps_its_settings() {
        let plan = pets();
        let text = said(Goal::Publish(&plan), &live()).join("\n");
        assert!(text.contains("settings of the stage"), "{text}");
        assert!(text.contains("REST API abc123"), "{text}");
        assert!(
            !text.contains("authorizer function and its role"),
            "it is made: {text}"
        );
    }

    #[test]
    fn settings_that_are_changed_on_purpose_are_not_promised() {
        let plan = pets();
        let mut wanting = target();
        wanting.settings.tracing = Some(true);
        let goal = Goal::Publish(&plan);
        let changes = lower(goal, &wanting, &aws(), &live()).unwrap();
        let text = untouched(goal, &aws(), &live(), &changes).join("\n");
        assert!(!text.contains("settings of the stage"), "{text}");
        assert!(text.contains("REST API abc123"), "{text}");
    }

    #[test]
    fn nothing_is_promised_of_what_is_not_there() {
        let plan = pets();
        let text = said(Goal::Publish(&plan), &nothing()).join("\n");
        assert!(!text.contains("stage"), "{text}");
        assert!(said(Goal::Withdraw, &nothing()).is_empty());
        assert!(!said(Goal::Withdraw, &live()).is_empty());
    }
}
