//! Looking at a gateway, and again when looking fails for the moment.
//!
//! It refuses effects: what changes something is a step of a run.

use std::future::Future;

use gw_model::{Code, Fault, Retry};
use tokio::time::{Instant, sleep, timeout};

use crate::retry::RetryRules;

/// Looks until it succeeds, the rules give up, or the failure is one that time does not mend. `seed` spreads the waits.
pub async fn look<T, F>(
    rules: &RetryRules,
    seed: &str,
    mut once: impl FnMut() -> F,
) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let began = Instant::now();
    let mut attempt = 1;
    loop {
        let answer = timeout(rules.call_limit, once()).await;
        let fault = match answer.unwrap_or_else(|_| Err(unanswered(rules))) {
            Ok(seen) => return Ok(seen),
            Err(fault) => fault,
        };
        let Some(pause) = rules.after(&fault, attempt, began.elapsed(), seed) else {
            return Err(fault);
        };
        sleep(pause.duration).await;
        attempt += 1;
    }
}

fn unanswered(rules: &RetryRules) -> Fault {
    Fault::new(
        Code::NetworkTimeout,
        format!(
            "No answer came in {} s while looking at the gateway",
            rules.call_limit.as_secs()
        ),
        "Check the network between this machine and the gateway",
    )
    .retry(Retry::Soon)
}
