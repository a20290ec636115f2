//! What a gateway keeps of an API beside what is live, so that going back is one call.
//!
//! It refuses to know what a kept deployment does: its digest names the plan, and the catalog has that.

use gw_model::{Percent, UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::change::{Mark, Outputs};

/// One kept deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Kept {
    /// The gateway's own name of it: the id of AWS's deployment, or the mark of the run that wrote a local one.
    pub id: String,
    /// Digest of its plan; `None` when Gatewright did not make it.
    pub digest: Option<String>,
    /// The run that made it; `None` when Gatewright did not.
    pub mark: Option<Mark>,
    /// When it was made; `None` when the gateway does not tell.
    pub made_at: Option<UnixMillis>,
    /// Whether the gateway's callers meet it now.
    pub live: bool,
    /// The share of the requests that meets it as Gatewright's canary; `None` when it is none.
    pub canary: Option<Percent>,
    /// What else holds it, so that it may not be deleted: `the stage 'beta'`; `None` for nothing.
    pub held_by: Option<String>,
    /// Why it cannot be returned to, in one sentence; `None` when it can.
    pub broken: Option<String>,
    /// What going back to it or deleting it needs; only its connector reads it.
    #[ts(type = "Record<string, string>")]
    pub outputs: Outputs,
}

/// The kept deployments that may go, oldest last: beyond the newest `keep`, and neither live, nor held, nor named in
/// `spare`. Those Gatewright did not make are not counted and never go.
pub fn surplus<'a>(kept: &'a [Kept], keep: usize, spare: &[String]) -> Vec<&'a Kept> {
    kept.iter()
        .filter(|one| one.mark.is_some())
        .skip(keep)
        .filter(|one| !one.live && one.held_by.is_none() && !spare.contains(&one.id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(id: u32) -> Kept {
        Kept {
            id: id.to_string(),
            digest: Some(format!("d{id}")),
            mark: Some(Mark::new(format!("gw-{id}"))),
            made_at: None,
            live: false,
            canary: None,
            held_by: None,
            broken: None,
            outputs: Outputs::new(),
        }
    }

    #[test]
    fn what_is_live_held_spared_or_foreign_never_goes() {
        let mut all: Vec<Kept> = (0..8).rev().map(kept).collect();
        let ids = |all: &[Kept], spare: &[String]| -> Vec<String> {
            surplus(all, 3, spare)
                .into_iter()
                .map(|one| one.id.clone())
                .collect()
        };
        assert_eq!(ids(&all, &[]), ["4", "3", "2", "1", "0"]);
        all[4].live = true;
        all[5].held_by = Some("the stage 'beta'".to_owned());
        assert_eq!(ids(&all, &["1".to_owned()]), ["4", "0"]);
        all[0].mark = None;
        assert_eq!(ids(&all, &[]), ["1", "0"], "a foreign one is not counted");
        assert!(ids(&all[..3], &[]).is_empty());
    }
}
