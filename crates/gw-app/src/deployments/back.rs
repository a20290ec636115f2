//! Which kept deployment a gateway goes back to.
//!
//! It refuses to trust its own journals for what is there: the gateway tells, and the journals say who made it.

use std::collections::HashMap;

use gw_connector::canary::no_canary;
use gw_connector::{Connector, Kept, Target};
use gw_deploy::{Publication, RunGoal, RunHeader};
use gw_model::{ApiId, Code, DeploymentId, Fault, RevisionId};
use gw_plan::Plan;

use crate::app::App;
use crate::wire::KeptRow;

/// A kept deployment that was chosen, with what the catalog knows of it.
pub(crate) struct Returning {
    pub(super) kept: Kept,
    pub(super) row: KeptRow,
    /// Its plan; `None` when this catalog did not make it.
    pub(super) plan: Option<Plan>,
}

impl Returning {
    /// What is live after the return; `None` when this catalog does not know.
    pub(super) fn publication(&self) -> Option<Publication> {
        Some(Publication {
            revision: self.row.revision.clone()?,
            digest: self.kept.digest.clone()?,
        })
    }
}

/// The kept deployment that is meant: by the gateway's name of it, by revision, or what was live before.
pub(super) async fn choose(
    app: &App,
    connector: &dyn Connector,
    target: &Target,
    gateway: &str,
    to: Option<&str>,
) -> Result<Returning, Fault> {
    let kept = connector.kept(target).await?;
    let title = format!("{}@{}", target.api_name, target.api_version);
    if kept.is_empty() {
        let advice = "Deploy it first";
        return Err(Fault::new(
            Code::DeployNotDeployed,
            format!("{title} is not deployed to {gateway}"),
            advice,
        ));
    }
    let mut rows = tell(app, target, &kept).await?;
    let found = match to {
        None => rows.iter().position(|row| row.previous),
        Some(text) => match kept.iter().position(|one| one.id == text) {
            Some(index) => Some(index),
            None => Some(by_revision(app, target, &kept, &rows, gateway, text).await?),
        },
    };
    let Some(index) = found else {
        return Err(Fault::new(
            Code::DeployNotKept,
            format!("{gateway} keeps nothing of {title} that was live before what is live now"),
            format!(
                "Look at `gatewright history {title} --gateway {gateway}`, and say where to go with --to"
            ),
        ));
    };
    with_plan(app, kept[index].clone(), rows.swap_remove(index)).await
}

async fn with_plan(app: &App, kept: Kept, row: KeptRow) -> Result<Returning, Fault> {
    let digest = kept.digest.clone();
    let plan = app
        .catalog(move |catalog| match digest {
            Some(digest) => catalog.plans().get(&digest),
            None => Ok(None),
        })
        .await?;
    Ok(Returning { kept, row, plan })
}

/// The canary that Gatewright set there. `to` is the one that was shown, by the gateway's name of it.
pub(super) async fn canary(
    app: &App,
    connector: &dyn Connector,
    target: &Target,
    gateway: &str,
    to: Option<&str>,
) -> Result<Returning, Fault> {
    let kept = connector.kept(target).await?;
    let Some(found) = kept.iter().find(|one| one.canary.is_some()) else {
        return Err(no_canary(gateway));
    };
    if to.is_some_and(|shown| shown != found.id) {
        return Err(Fault::new(
            Code::CatalogChanged,
            format!("Another canary runs on {gateway} than the one that was shown"),
            "Look at the new plan first",
        ));
    }
    if let Some(broken) = &found.broken {
        return Err(Fault::new(
            Code::DeployNotKept,
            format!("The canary on {gateway} cannot be promoted: {broken}"),
            "Drop it, and deploy the wanted revision again",
        ));
    }
    let found = found.clone();
    let mut rows = tell(app, target, std::slice::from_ref(&found)).await?;
    with_plan(app, found, rows.swap_remove(0)).await
}

async fn by_revision(
    app: &App,
    target: &Target,
    kept: &[Kept],
    rows: &[KeptRow],
    gateway: &str,
    text: &str,
) -> Result<usize, Fault> {
    let revision = find_revision(app, &target.api, text).await?;
    let usable = |index: &usize| rows[*index].broken.is_none();
    let same = |index: &usize| rows[*index].revision.as_ref() == Some(&revision);
    let mut all = (0..kept.len()).filter(usable);
    if let Some(index) = all.clone().find(same) {
        return Ok(index);
    }
    // A revision whose plan was live already was not copied again.
    let (api, wanted) = (target.api.clone(), revision.clone());
    let run = app
        .catalog(move |catalog| catalog.runs().last_with_revision(&api, &wanted))
        .await?;
    let digest = run.and_then(|run| run.digest);
    all.find(|index| digest.is_some() && kept[*index].digest == digest)
        .ok_or_else(|| {
            let title = format!("{}@{}", target.api_name, target.api_version);
            Fault::new(
                Code::DeployNotKept,
                format!("{gateway} keeps no deployment of the revision {revision} any more"),
                format!(
                    "Deploy that revision again: `gatewright deploy {title} --gateway {gateway} --revision {revision}`"
                ),
            )
            .fact("revision", revision.as_str())
        })
}

/// A revision of an API by its id or the beginning of it, with or without `rev_`.
pub(crate) async fn find_revision(app: &App, api: &ApiId, text: &str) -> Result<RevisionId, Fault> {
    let bare = text.strip_prefix("rev_").unwrap_or(text);
    if bare.len() < 4 || !bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Fault::new(
            Code::RequestInvalid,
            format!("'{text}' is no revision"),
            "Give its id or at least the first four characters after rev_, as `gatewright history API` shows them",
        ));
    }
    let wanted = format!("rev_{}", bare.to_ascii_lowercase());
    let (id, begin) = (api.clone(), wanted.clone());
    let found = app
        .catalog(move |catalog| catalog.revisions().beginning_with(&id, &begin))
        .await?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Fault::new(
            Code::CatalogNotFound,
            format!("No revision of this API begins with {wanted}"),
            "`gatewright history API` lists them",
        )
        .fact("revision", wanted)),
        _ => Err(Fault::new(
            Code::CatalogAmbiguous,
            format!("More than one revision begins with {wanted}"),
            "Give more of it",
        )
        .fact("revision", wanted)),
    }
}

/// What the catalog knows of each, in the same order.
pub(super) async fn tell(app: &App, target: &Target, kept: &[Kept]) -> Result<Vec<KeptRow>, Fault> {
    let made_by: Vec<DeploymentId> = kept.iter().filter_map(run_of).collect();
    let (api, gateway) = (target.api.clone(), target.gateway.clone());
    let (headers, lineage, placement) = app
        .catalog(move |catalog| {
            Ok((
                catalog.runs().headers(&made_by)?,
                catalog.runs().lineage(&api, &gateway)?,
                catalog.placements().get(&api, &gateway)?,
            ))
        })
        .await?;
    let headers: HashMap<&DeploymentId, &RunHeader> = headers
        .iter()
        .map(|header| (&header.deployment, header))
        .collect();
    let previous = previous(&lineage, kept);
    let rows = kept.iter().enumerate().map(|(index, one)| {
        let run = run_of(one);
        let header = run.as_ref().and_then(|run| headers.get(run)).copied();
        // An equal plan under a newer revision is told by the placement only.
        let newer = placement
            .as_ref()
            .filter(|placed| one.live && placed.digest.is_some() && placed.digest == one.digest)
            .and_then(|placed| placed.revision.clone());
        KeptRow {
            id: one.id.clone(),
            revision: newer.or_else(|| header.and_then(|header| header.revision.clone())),
            deployment: header.map(|header| header.deployment.clone()),
            made_at: one.made_at,
            ours: one.mark.is_some(),
            live: one.live,
            canary: one.canary,
            previous: previous == Some(index),
            held_by: one.held_by.clone(),
            broken: one.broken.clone(),
        }
    });
    Ok(rows.collect())
}

fn run_of(kept: &Kept) -> Option<DeploymentId> {
    let mark = kept.mark.as_ref()?.as_str();
    mark.strip_prefix("gw-").map(DeploymentId::new)
}

/// Where going back leads: what was live before what is live now. A return takes back what came after the deployment it
/// went to, so that going back again goes further back and never to what was left.
fn previous(lineage: &[RunHeader], kept: &[Kept]) -> Option<usize> {
    let live = kept.iter().position(|one| one.live)?;
    let usable = |index: &usize| {
        let one = &kept[*index];
        one.digest.is_some() && one.broken.is_none() && one.digest != kept[live].digest
    };
    let mut stack: Vec<usize> = Vec::new();
    for header in lineage.iter().rev() {
        let place = kept.iter().position(|one| match &header.returned_to {
            Some(id) => one.id == *id,
            None => one.mark.as_ref() == Some(&header.mark),
        });
        let Some(place) = place else { continue };
        match stack.iter().position(|known| *known == place) {
            Some(depth) if header.goal() == RunGoal::Return => stack.truncate(depth + 1),
            _ => stack.push(place),
        }
    }
    let below = stack.iter().rposition(|place| *place == live).unwrap_or(0);
    let by_journal = stack[..below].iter().rev().copied().find(usable);
    by_journal.or_else(|| (live + 1..kept.len()).find(usable))
}

#[cfg(test)]
mod tests {
    use gw_connector::{Mark, Outputs};
    use gw_model::{GatewayId, UnixMillis};

    use super::*;

    fn kept(number: usize, live: usize) -> Kept {
        Kept {
            id: format!("k{number}"),
            digest: Some(format!("d{number}")),
            mark: Some(Mark::new(format!("gw-{number}"))),
            made_at: None,
            live: number == live,
            canary: None,
            held_by: None,
            broken: None,
            outputs: Outputs::new(),
        }
    }

    /// What `k1`, `k2`, … gave: a number published it, a negative one returned to it.
    fn back_from(history: &[i32], live: usize) -> Option<String> {
        let newest = history.iter().copied().max().unwrap_or(0);
        let all: Vec<Kept> = (1..=usize::try_from(newest).unwrap())
            .rev()
            .map(|number| kept(number, live))
            .collect();
        let lineage: Vec<RunHeader> = history
            .iter()
            .enumerate()
            .rev()
            .map(|(at, what)| RunHeader {
                deployment: DeploymentId::new(at.to_string()),
                api: ApiId::new("a"),
                gateway: GatewayId::new("g"),
                revision: Some(RevisionId::new("r")),
                digest: None,
                canary: None,
                returned_to: (*what < 0).then(|| format!("k{}", -what)),
                settings: None,
                mark: Mark::new(format!("gw-{what}")),
                found: Outputs::new(),
                started_at: UnixMillis(0),
            })
            .collect();
        previous(&lineage, &all).map(|index| all[index].id.clone())
    }

    #[test]
    fn going_back_leads_to_what_was_live_before() {
        for (history, live, expected) in [
            (vec![1], 1, None),
            (vec![1, 2], 2, Some("k1")),
            (vec![1, 2, 3, -2], 2, Some("k1")),
            (vec![1, 2, 3, -1], 1, None),
            // What was left is not gone back to.
            (vec![1, 2, 3, 4, 5, -2, 6], 6, Some("k2")),
            (vec![1, 2, 3, -2, 4, -2], 2, Some("k1")),
            // Forward again, and back from there.
            (vec![1, 2, 3, -1, -3], 3, Some("k1")),
            // Without a journal, what is older.
            (vec![5], 5, Some("k4")),
        ] {
            assert_eq!(
                back_from(&history, live).as_deref(),
                expected,
                "{history:?} with {live} live"
            );
        }
    }
}
