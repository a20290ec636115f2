//! Agreeing to a plan on a terminal: the plan, each consent by itself, and the name where production is marked.
//!
//! It refuses to take silence for a yes.

use std::io::Write as _;

use gw_app::deployments::consents::ORDINARY;
use gw_app::wire::{Consent, PlanView, RunGoal};
use gw_model::{Code, Fault};

use super::plan;
use crate::output;

/// Shows the plan and asks for what is not said yet; adds what was said. Without a terminal it names what to add.
pub fn ask(
    view: &PlanView,
    json: bool,
    consents: &mut Vec<String>,
    confirmed: &mut Vec<String>,
) -> Result<(), Fault> {
    let open = to_say(view, consents);
    if json || !output::can_ask() {
        return Err(not_agreed(&open, &names(view, confirmed)));
    }
    output::note(&plan::describe(view));
    for consent in open.iter().filter(|it| !is_ordinary(it)) {
        agreed(&format!("{}. Agree? [y/N] ", consent.sentence))?;
    }
    for name in names(view, confirmed) {
        let typed = answer(&format!(
            "{name} is marked as production. Type its name to go on: "
        ));
        if typed != name {
            return Err(nothing_changed());
        }
        confirmed.push(name);
    }
    let count = view.targets.iter().filter(|it| it.fault.is_none()).count();
    let gateways = if count == 1 { "gateway" } else { "gateways" };
    agreed(&match view.goal {
        RunGoal::Publish => format!("Deploy to {count} {gateways}? [y/N] "),
        RunGoal::Withdraw => format!("Undeploy from {count} {gateways}? [y/N] "),
        RunGoal::Return => "Go back to it? [y/N] ".to_owned(),
        RunGoal::Share => "Change its share? [y/N] ".to_owned(),
        RunGoal::Promote => "Promote it? [y/N] ".to_owned(),
        RunGoal::Drop => "Drop it? [y/N] ".to_owned(),
    })?;
    consents.extend(open.into_iter().map(|consent| consent.key.clone()));
    Ok(())
}

/// Nothing was said, and nobody can be asked.
pub fn unsaid(what: &str) -> Fault {
    Fault::new(
        Code::ConsentNeeded,
        format!("It was not agreed to. {what}"),
        "Add --yes",
    )
}

/// Whether `--yes` covers it.
pub fn is_ordinary(consent: &Consent) -> bool {
    ORDINARY.contains(&consent.key.as_str())
}

/// The consents not given yet, one per sentence.
fn to_say<'a>(view: &'a PlanView, given: &[String]) -> Vec<&'a Consent> {
    let mut open: Vec<&Consent> = Vec::new();
    for consent in view.targets.iter().flat_map(|target| &target.consents) {
        let is_new = open
            .iter()
            .all(|known| known.key != consent.key || known.sentence != consent.sentence);
        if !given.contains(&consent.key) && is_new {
            open.push(consent);
        }
    }
    open
}

/// The names of production gateways not typed yet.
fn names(view: &PlanView, confirmed: &[String]) -> Vec<String> {
    if confirmed.contains(&view.api_name) {
        return Vec::new();
    }
    let mut names: Vec<String> = view
        .targets
        .iter()
        .flat_map(|target| &target.consents)
        .filter_map(|consent| consent.typed.clone())
        .filter(|name| !confirmed.contains(name))
        .collect();
    names.dedup();
    names
}

fn not_agreed(open: &[&Consent], names: &[String]) -> Fault {
    let mut options = vec!["--yes".to_owned()];
    let mut keys: Vec<&str> = open
        .iter()
        .filter(|it| !is_ordinary(it))
        .map(|it| it.key.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    options.extend(keys.iter().map(|key| format!("--allow {key}")));
    options.extend(names.iter().map(|name| format!("--confirm {name}")));
    let fault = Fault::new(
        Code::ConsentNeeded,
        "The plan was not agreed to, and there is no terminal to ask on",
        format!(
            "Look at it with `gatewright plan`, then add {}",
            options.join(" ")
        ),
    );
    if keys.is_empty() {
        fault
    } else {
        fault.fact("consents", keys.join(" "))
    }
}

/// Asks; anything but a yes is a no.
pub fn agreed(question: &str) -> Result<(), Fault> {
    if matches!(answer(question).as_str(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(nothing_changed())
}

fn answer(question: &str) -> String {
    let mut error = std::io::stderr().lock();
    let _ = write!(error, "{question}");
    let _ = error.flush();
    let mut answer = String::new();
    let _ = std::io::stdin().read_line(&mut answer);
    answer.trim().to_owned()
}

fn nothing_changed() -> Fault {
    Fault::new(
        Code::RequestCancelled,
        "Nothing was changed",
        "Run it again when you are ready",
    )
}
