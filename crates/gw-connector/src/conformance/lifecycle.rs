//! The life of an API on a gateway, from nothing to nothing.
//!
//! It refuses to go on when what later checks build on has failed.

use gw_model::{Code, Severity};

use super::plans::{API_ID, document, edition, wide};
use super::steps::{Walk, ensure, lower, publish, target, told};
use super::{Harness, Report, back, calls, canary};
use crate::change::{Change, Mark, Outputs, StepEffect};
use crate::names::OUTPUT_INVOKE_URL;
use crate::observed::{LiveState, Observed};
use crate::port::Goal;

/// What is known of the published API between two checks.
#[derive(Default)]
pub(super) struct Known {
    pub(super) outputs: Outputs,
    pub(super) digest: Option<String>,
    pub(super) url: String,
}

pub(super) async fn walk(harness: &dyn Harness, report: &mut Report) {
    let identified = identifies(harness).await;
    if !report.note("identify says who we are", identified) {
        return;
    }
    report.note("lint is pure", lints(harness).await);
    let empty = starts_empty(harness).await;
    if !report.note(
        "nothing is there before, and withdrawing nothing is nothing",
        empty,
    ) {
        return;
    }
    bounds(harness, report).await;
    if harness.connector().await.capabilities().canaries {
        let refused = canary::refuses_first(harness).await;
        report.note(
            "a canary beside nothing is refused before any call",
            refused,
        );
    }
    let undone = first_undone(harness).await;
    if !report.note(
        "a first publication is taken back before traffic moves, each step twice",
        undone,
    ) {
        return;
    }
    let mut known = Known::default();
    let first = publishes(harness, 1, &mut known).await;
    if !report.note("a first publication is live", first) {
        return;
    }
    report.note(
        "publishing the same again is nothing",
        unchanged(harness, 1, &known).await,
    );
    report.note(
        "callers reach it",
        calls::serves_edition(harness, &known.url, 1).await,
    );
    calls::routes(harness, &known.url, report).await;
    report.note(
        "what was published and left alone has no drift",
        untouched(harness, 1, &known).await,
    );
    report.note(
        "another run's mark finds nothing",
        foreign_mark(harness, &known).await,
    );
    let second = publishes(harness, 2, &mut known).await;
    report.note("a second publication is live", second);
    report.note(
        "callers see the second",
        calls::serves_edition(harness, &known.url, 2).await,
    );
    report.note(
        "publishing the second again is nothing",
        unchanged(harness, 2, &known).await,
    );
    goes_back(harness, report, &mut known).await;
    report.note(
        "the second has no drift, and the first would",
        drifts(harness, &known).await,
    );
    report.note(
        "a third publication is taken back, and callers see the second",
        third_undone(harness, &known).await,
    );
    canary_runs(harness, report, &mut known).await;
    report.note(
        "another API beside it comes and goes alone",
        neighbour(harness, &known).await,
    );
    report.note(
        "what a run that was taken back left is no drift",
        untouched(harness, 2, &known).await,
    );
    report.note(
        "withdrawing leaves nothing",
        withdraws(harness, &known).await,
    );
    report.note(
        "what is gone is told as gone, and is no fault",
        gone(harness, &known).await,
    );
}

/// For gateways that can.
async fn canary_runs(harness: &dyn Harness, report: &mut Report, known: &mut Known) {
    let check = "a canary is begun, shared, dropped, promoted and replaced, and each is taken back";
    if !harness.connector().await.capabilities().canaries {
        report.skip(check, "the gateway cannot");
        return;
    }
    report.note(check, canary::runs(harness, known).await);
}

/// For gateways that keep what they served.
async fn goes_back(harness: &dyn Harness, report: &mut Report, known: &mut Known) {
    let check = "going back to the first is one call, and so is going forward";
    match back::kept(harness, known).await {
        Ok(kept) if kept.is_empty() => report.skip(check, "the gateway keeps nothing"),
        Ok(_) => {
            if report.note(check, back::returns(harness, known).await) {
                report.note(
                    "a kept deployment that is not needed goes unnoticed",
                    back::prunes(harness, known).await,
                );
            }
        }
        Err(how) => {
            report.note(check, Err(how));
        }
    }
}

async fn identifies(harness: &dyn Harness) -> Result<(), String> {
    let identity = harness
        .connector()
        .await
        .identify()
        .await
        .map_err(told("identify"))?;
    ensure(!identity.account.is_empty(), "the account is empty")?;
    ensure(!identity.principal.is_empty(), "the principal is empty")?;
    ensure(!identity.region.is_empty(), "the region is empty")
}

async fn lints(harness: &dyn Harness) -> Result<(), String> {
    let plan = plan(harness, 1);
    let document = document();
    let connector = harness.connector().await;
    let before = observe(harness, &Known::default()).await?;
    let found = connector.lint(&document, &plan);
    ensure(
        found == connector.lint(&document, &plan),
        "lint finds something else the second time",
    )?;
    ensure(
        observe(harness, &Known::default()).await? == before,
        "lint changed what is observed",
    )?;
    let errors: Vec<_> = found
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    ensure(
        errors.is_empty(),
        &format!("lint refuses the suite's API: {errors:?}"),
    )
}

async fn starts_empty(harness: &dyn Harness) -> Result<(), String> {
    let observed = observe(harness, &Known::default()).await?;
    ensure(
        observed.state == LiveState::Absent,
        &format!("the suite's API is there already: {observed:?}"),
    )?;
    ensure(
        observed.digest.is_none() && observed.invoke_url.is_none(),
        "something is told of an API that is absent",
    )?;
    let connector = harness.connector().await;
    let target = target(harness, API_ID, &Outputs::new(), None);
    let changes = lower(connector.as_ref(), Goal::Withdraw, &target, &observed)?;
    ensure(
        changes.is_empty(),
        &format!("withdrawing nothing takes {} changes", changes.len()),
    )
}

/// Refusals that depend on what the gateway says it can do.
async fn bounds(harness: &dyn Harness, report: &mut Report) {
    let check = "an API with more resources than the gateway takes is refused before any change";
    let connector = harness.connector().await;
    let Some(most) = connector.capabilities().max_resources else {
        report.skip(check, "the gateway has no such bound");
        return;
    };
    let outcome = async {
        let observed = observe(harness, &Known::default()).await?;
        let target = target(harness, API_ID, &Outputs::new(), None);
        let fits = wide(most);
        lower(connector.as_ref(), Goal::Publish(&fits), &target, &observed)?;
        let plan = wide(most + 1);
        let linted = connector
            .lint(&document(), &plan)
            .iter()
            .any(|found| found.severity == Severity::Error);
        match connector.lower(Goal::Publish(&plan), &target, &observed) {
            Err(fault) if fault.code == Code::PlanTooManyResources => Ok(()),
            Err(fault) => Err(format!(
                "{} resources are refused with another code: {fault}",
                most + 1
            )),
            Ok(_) if linted => Ok(()),
            Ok(_) => Err(format!("{} resources are taken", most + 1)),
        }
    };
    report.note(check, outcome.await);
}

async fn first_undone(harness: &dyn Harness) -> Result<(), String> {
    let known = Known::default();
    let mut walk = Walk::new(harness, "undone-first");
    let changes = all_but_traffic(harness, &mut walk, 1, &known).await?;
    walk.make(&changes).await?;
    let observed = observe(harness, &known).await?;
    ensure(
        observed.state != LiveState::Live,
        "the API is live before the step that moves traffic",
    )?;
    walk.unmake().await?;
    let observed = observe(harness, &known).await?;
    ensure(
        observed.state == LiveState::Absent,
        &format!("something is left after every undo: {observed:?}"),
    )
}

async fn third_undone(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let mut walk = Walk::new(harness, "undone-third");
    let changes = all_but_traffic(harness, &mut walk, 3, known).await?;
    walk.make(&changes).await?;
    calls::serves_edition(harness, &known.url, 2).await?;
    walk.unmake().await?;
    let observed = observe(harness, known).await?;
    ensure(
        observed.state == LiveState::Live,
        &format!("it is not live after every undo: {observed:?}"),
    )?;
    ensure(
        observed.digest == known.digest,
        "another digest is live after every undo",
    )?;
    calls::serves_edition(harness, &known.url, 2).await?;
    unchanged(harness, 2, known).await
}

async fn publishes(harness: &dyn Harness, edition: u32, known: &mut Known) -> Result<(), String> {
    let mut walk = Walk::new(harness, &format!("publish-{edition}"));
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    publish(&mut walk, &plan(harness, edition), &target).await?;
    let url = walk.outputs.get(OUTPUT_INVOKE_URL).cloned();
    let url = url.ok_or_else(|| format!("no receipt has the output {OUTPUT_INVOKE_URL}"))?;
    ensure(
        !url.ends_with('/'),
        &format!("the invoke URL {url} ends with a slash"),
    )?;
    known.outputs.clone_from(&walk.outputs);
    let observed = observe(harness, known).await?;
    ensure(
        observed.state == LiveState::Live,
        &format!("it is published, but observed {:?}", observed.state),
    )?;
    ensure(
        observed.invoke_url.as_ref() == Some(&url),
        &format!("observed at {:?}, not {url}", observed.invoke_url),
    )?;
    ensure(
        observed.digest.is_some() && observed.digest != known.digest,
        "the live digest is not observed",
    )?;
    known.digest = observed.digest;
    known.url = url;
    Ok(())
}

async fn unchanged(harness: &dyn Harness, edition: u32, known: &Known) -> Result<(), String> {
    let connector = harness.connector().await;
    let plan = plan(harness, edition);
    // What the catalog forgot must not matter: the gateway itself tells what is live.
    for known in [known, &Known::default()] {
        let target = target(harness, API_ID, &known.outputs, known.digest.clone());
        let observed = connector.observe(&target).await.map_err(told("observe"))?;
        let changes = lower(connector.as_ref(), Goal::Publish(&plan), &target, &observed)?;
        let verbs: Vec<_> = changes.iter().map(|change| &change.verb).collect();
        ensure(
            changes.is_empty(),
            &format!("what is live already takes {verbs:?}"),
        )?;
    }
    Ok(())
}

async fn drift(
    harness: &dyn Harness,
    edition: u32,
    known: &Known,
) -> Result<Vec<crate::drift::Drift>, String> {
    let connector = harness.connector().await;
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let live = connector.examine(&target).await.map_err(told("examine"))?;
    let expected = connector.expect(&plan(harness, edition), &target);
    Ok(crate::drift::compare(&expected, &live))
}

pub(super) async fn untouched(
    harness: &dyn Harness,
    edition: u32,
    known: &Known,
) -> Result<(), String> {
    let found = drift(harness, edition, known).await?;
    ensure(
        found.is_empty(),
        &format!("nobody touched it, and there is drift: {found:#?}"),
    )
}

async fn drifts(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    untouched(harness, 2, known).await?;
    // The first edition lacks an operation that is live; a connector that tells nothing is excused.
    let connector = harness.connector().await;
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let expected = connector.expect(&plan(harness, 1), &target);
    let found = drift(harness, 1, known).await?;
    ensure(
        expected.parts.is_empty() || !found.is_empty(),
        "an operation that was not published is there, and there is no drift",
    )
}

async fn gone(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let connector = harness.connector().await;
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let live = connector.examine(&target).await.map_err(told("examine"))?;
    let expected = connector.expect(&plan(harness, 2), &target);
    ensure(
        expected.parts.is_empty() || live.absent.is_some(),
        &format!("it was withdrawn, and it is told as being there: {live:?}"),
    )
}

/// Adopt by mark, never by name.
async fn foreign_mark(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let connector = harness.connector().await;
    let mut walk = Walk::new(harness, "foreign");
    let changes = all_but_traffic(harness, &mut walk, 3, known).await?;
    for change in changes
        .iter()
        .filter(|change| change.effect != StepEffect::Read)
    {
        let journaled = Change {
            payload: String::new(),
            ..change.clone()
        };
        let mark = Mark::new("gw-conformance-nobody");
        let found = connector
            .probe(&journaled, &mark, &walk.outputs)
            .await
            .map_err(told("probe"))?;
        ensure(
            found.is_none(),
            &format!(
                "probe finds {} under a mark nobody used: {found:?}",
                change.verb
            ),
        )?;
    }
    Ok(())
}

async fn neighbour(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    let api = format!("{API_ID}-2");
    let target = target(harness, &api, &Outputs::new(), None);
    let mut walk = Walk::new(harness, "neighbour");
    publish(&mut walk, &edition(&api, 1, None, None), &target).await?;
    let url = walk
        .outputs
        .get(OUTPUT_INVOKE_URL)
        .cloned()
        .unwrap_or_default();
    calls::serves_edition(harness, &url, 1).await?;
    calls::serves_edition(harness, &known.url, 2).await?;
    withdraw(
        harness,
        &api,
        &Known {
            outputs: walk.outputs,
            digest: None,
            url: String::new(),
        },
    )
    .await?;
    calls::is_gone(harness, &url).await?;
    calls::serves_edition(harness, &known.url, 2).await
}

async fn withdraws(harness: &dyn Harness, known: &Known) -> Result<(), String> {
    withdraw(harness, API_ID, known).await?;
    calls::is_gone(harness, &known.url).await
}

/// Withdraws, then once more: with the same changes, and as a new run.
async fn withdraw(harness: &dyn Harness, api: &str, known: &Known) -> Result<(), String> {
    let target = target(harness, api, &known.outputs, known.digest.clone());
    let connector = harness.connector().await;
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    let changes = lower(connector.as_ref(), Goal::Withdraw, &target, &observed)?;
    ensure(
        !changes.is_empty(),
        "there is something to withdraw, but no change",
    )?;
    let mut walk = Walk::new(harness, "withdraw");
    walk.outputs.extend(observed.found);
    walk.make(&changes).await?;
    for change in &changes {
        let again = connector.apply(change, &walk.mark, &walk.outputs).await;
        again.map_err(told(&format!("{} on what is gone", change.verb)))?;
    }
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    ensure(
        observed.state == LiveState::Absent,
        &format!("something is left after withdrawing: {observed:?}"),
    )?;
    let changes = lower(connector.as_ref(), Goal::Withdraw, &target, &observed)?;
    ensure(
        changes.is_empty(),
        "withdrawing what is withdrawn takes changes",
    )
}

/// The changes to an edition without the one that moves traffic; their outputs are in `walk`.
async fn all_but_traffic(
    harness: &dyn Harness,
    walk: &mut Walk<'_>,
    edition: u32,
    known: &Known,
) -> Result<Vec<Change>, String> {
    let connector = harness.connector().await;
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    let observed = connector.observe(&target).await.map_err(told("observe"))?;
    let mut changes = lower(
        connector.as_ref(),
        Goal::Publish(&plan(harness, edition)),
        &target,
        &observed,
    )?;
    let last = changes.pop().map(|change| change.effect);
    ensure(
        last == Some(StepEffect::MovesTraffic),
        "the last change of a publication does not move traffic",
    )?;
    walk.outputs.extend(observed.found);
    Ok(changes)
}

async fn observe(harness: &dyn Harness, known: &Known) -> Result<Observed, String> {
    let target = target(harness, API_ID, &known.outputs, known.digest.clone());
    harness
        .connector()
        .await
        .observe(&target)
        .await
        .map_err(told("observe"))
}

pub(super) fn plan(harness: &dyn Harness, number: u32) -> gw_plan::Plan {
    edition(
        API_ID,
        number,
        harness.backend().as_deref(),
        harness.token_check().as_ref(),
    )
}
