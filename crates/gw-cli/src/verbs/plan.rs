//! A plan as text: security first, then what callers notice, the calls, what stays, and what to add to say yes.
//!
//! It refuses to shorten: what a plan holds is in its text.

use std::time::Duration;

use gw_app::wire::{PlanView, RunGoal, TargetPlan};
use gw_plan::{PlanChange, PlanChangeKind};

use super::agree::is_ordinary;
use super::word;
use crate::output;

#[cfg(test)]
mod tests;

/// The whole plan.
pub fn describe(view: &PlanView) -> String {
    let act = match view.goal {
        RunGoal::Publish => "Deploy",
        RunGoal::Withdraw => "Undeploy",
        RunGoal::Return => "Go back with",
        RunGoal::Share => "Change the canary of",
        RunGoal::Promote => "Promote the canary of",
        RunGoal::Drop => "Drop the canary of",
    };
    let share = view
        .percent
        .map(|percent| format!(" as a canary, {percent} % of the requests"));
    let share = share
        .filter(|_| view.goal == RunGoal::Publish)
        .unwrap_or_default();
    let revision = match view.goal {
        // What is live stays, and the working revision is not it.
        RunGoal::Drop => String::new(),
        _ => format!(" ({})", view.revision),
    };
    let mut text = format!("{act} {}{revision}{share}\n", view.api_name);
    for target in &view.targets {
        text.push('\n');
        text.push_str(&of_target(target));
    }
    let mut ends = Vec::new();
    if view.targets.len() > 1 && view.eta_ms > 0 {
        ends.push(format!(
            "In all at least {} by the quotas, side by side",
            seconds(view.eta_ms)
        ));
    }
    ends.extend(view.untouched.iter().cloned());
    if !ends.is_empty() {
        text.push('\n');
        for end in ends {
            text.push_str(&end);
            text.push('\n');
        }
    }
    text
}

fn of_target(target: &TargetPlan) -> String {
    let place: Vec<String> = [Some(word(target.gateway_kind)), target.account.clone()]
        .into_iter()
        .flatten()
        .chain([target.region.clone()])
        .collect();
    let mark = if target.production {
        "  PRODUCTION"
    } else {
        ""
    };
    let mut text = format!("{} ({}){mark}\n", target.gateway_name, place.join(" · "));
    let findings = output::diagnostics("document", &target.diagnostics);
    if let Some(fault) = &target.fault {
        section(&mut text, "To know before", findings.lines());
        section(&mut text, "Cannot run", output::fault_text(fault).lines());
        return text;
    }
    if let Some(kept) = &target.returns_to {
        let revision = kept.revision.as_ref().map(ToString::to_string);
        let line = format!(
            "The kept deployment {} with {}, made {}",
            kept.id,
            revision
                .as_deref()
                .unwrap_or("a revision that is not known here"),
            kept.made_at.map(output::time).unwrap_or_default()
        );
        let title = match kept.canary {
            Some(_) => "The canary",
            None => "Live again",
        };
        section(&mut text, title, [line]);
    }
    let (security, others): (Vec<&PlanChange>, Vec<&PlanChange>) = target
        .changes
        .iter()
        .partition(|change| is_security(change));
    section(&mut text, "Security", security.iter().map(|it| line_of(it)));
    section(
        &mut text,
        "What callers will notice",
        others.iter().map(|it| line_of(it)),
    );
    let settings = target.settings.iter().map(|it| &it.sentence);
    section(&mut text, "Stage settings", settings);
    section(&mut text, "To know before", findings.lines());
    section(&mut text, "Steps and remote calls", steps(target));
    section(&mut text, "Needs to be allowed", target.permissions.iter());
    section(&mut text, "Stays as it is", target.untouched.iter());
    if target.steps.is_empty() {
        text.push_str("  Nothing to change: it is as planned\n");
    }
    if target.eta_ms > 0 {
        text.push_str(&format!(
            "  Takes at least {} by the quotas\n",
            seconds(target.eta_ms)
        ));
    }
    if let Some(url) = &target.invoke_url {
        text.push_str(&format!("  Callers reach it at {url}\n"));
    }
    section(&mut text, "Needs your yes", yeses(target));
    text
}

fn section<T: AsRef<str>>(text: &mut String, title: &str, lines: impl IntoIterator<Item = T>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        return;
    }
    text.push_str(&format!("  {title}\n"));
    for line in lines {
        text.push_str(&format!("    {}\n", line.as_ref()));
    }
}

fn is_security(change: &PlanChange) -> bool {
    change.lowers_security || change.kind == PlanChangeKind::Security
}

/// `LOOSENS   POST /notes becomes open to everyone`.
fn line_of(change: &PlanChange) -> String {
    let word = match change.kind {
        _ if change.lowers_security => "LOOSENS",
        PlanChangeKind::Security => "protects",
        PlanChangeKind::Removed => "removed",
        PlanChangeKind::Added => "added",
        PlanChangeKind::Changed => "changed",
    };
    format!("{word:<8}  {}", change.sentence)
}

fn steps(target: &TargetPlan) -> Vec<String> {
    let calls = target.steps.iter().flat_map(|step| &step.calls);
    let width = calls
        .map(|call| call.service.len() + 1 + call.name.len())
        .max()
        .unwrap_or_default();
    let mut lines = Vec::new();
    for (number, step) in target.steps.iter().enumerate() {
        lines.push(format!("{:>2}. {}", number + 1, step.sentence));
        for call in &step.calls {
            let name = format!("{} {}", call.service, call.name);
            lines.push(
                format!("      {name:<width$}  {}", call.target)
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    lines
}

/// What to add to the command line, with what it agrees to.
fn yeses(target: &TargetPlan) -> Vec<String> {
    let mut rows: Vec<(String, String)> = target
        .consents
        .iter()
        .map(|consent| {
            let option = if is_ordinary(consent) {
                "--yes".to_owned()
            } else {
                format!("--allow {}", consent.key)
            };
            (option, consent.sentence.clone())
        })
        .collect();
    let typed = target
        .consents
        .iter()
        .find_map(|consent| consent.typed.as_ref());
    rows.extend(typed.map(|name| {
        let sentence = format!("{name} is marked as production: its name must be typed");
        (format!("--confirm {name}"), sentence)
    }));
    let width = rows
        .iter()
        .map(|(option, _)| option.len())
        .max()
        .unwrap_or_default();
    rows.iter()
        .map(|(option, sentence)| format!("{option:<width$}  {sentence}"))
        .collect()
}

fn seconds(ms: u64) -> String {
    format!("{:.1} s", Duration::from_millis(ms).as_secs_f64())
}
