//! When a failed call is tried again, and after how long.
//!
//! It refuses to call: it decides from the fault alone. It refuses randomness too: the spread comes from the run's mark.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use gw_connector::names::{FACT_RETRY_AFTER_MS, FACT_WAITS_FOR};
use gw_model::{Code, Fault, Retry};

/// Bounds of trying again.
#[derive(Clone, Debug)]
pub struct RetryRules {
    /// Tries of one call that fails for the moment.
    pub attempts: u32,
    /// Tries of one call the remote side finds too frequent, or that collides with another change.
    pub patient_attempts: u32,
    /// How long to keep trying a call that time alone mends, such as one with a role that is still propagating.
    pub propagation: Duration,
    /// Upper bound of the first wait; it doubles with each try.
    pub first_wait: Duration,
    /// Upper bound of any wait, one the remote side asks for included.
    pub longest_wait: Duration,
    /// After this a call counts as unanswered.
    pub call_limit: Duration,
    /// How long a call whose answer was lost may still be on its way. That it did not happen counts only when it is said
    /// this long afterwards.
    pub settle: Duration,
}

impl Default for RetryRules {
    fn default() -> Self {
        Self {
            // With a third of all calls failing, one in some thousand still fails eight times in a row.
            attempts: 8,
            patient_attempts: 14,
            propagation: Duration::from_secs(90),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_mins(1),
            call_limit: Duration::from_mins(2),
            settle: Duration::from_secs(2),
        }
    }
}

/// A wait before the next try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) reason: String,
    pub(crate) duration: Duration,
}

/// The longest time between two looks at something that is propagating.
const PROPAGATION_STEP: Duration = Duration::from_secs(3);

impl RetryRules {
    /// What to do after try number `attempt` (from 1) failed, `spent` after the first began; `None` to give up.
    pub(crate) fn after(
        &self,
        fault: &Fault,
        attempt: u32,
        spent: Duration,
        seed: &str,
    ) -> Option<Pause> {
        let asked = asked_wait(fault);
        if asked.is_some_and(|asked| asked > self.longest_wait) {
            return None;
        }
        if let Some(what) = fault.facts.get(FACT_WAITS_FOR)
            && fault.retry == Retry::Soon
        {
            let step = self.backoff(attempt, seed).min(PROPAGATION_STEP);
            let duration = asked.unwrap_or(step);
            let reason = format!("Waiting for {what}");
            return (spent + duration <= self.propagation).then_some(Pause { reason, duration });
        }
        let patient = matches!(fault.code, Code::AwsThrottled | Code::AwsConflict);
        if fault.retry != Retry::Soon && fault.code != Code::AwsThrottled {
            return None;
        }
        let attempts = if patient {
            self.patient_attempts
        } else {
            self.attempts
        };
        if attempt >= attempts {
            return None;
        }
        let reason = match fault.code {
            Code::AwsThrottled => "The rate of calls was refused as too high".to_owned(),
            Code::AwsConflict => "Something else is changing the same API".to_owned(),
            _ => format!("Try {attempt} of {attempts} failed: {}", fault.summary),
        };
        Some(Pause {
            reason,
            duration: self.backoff(attempt, seed).max(asked.unwrap_or_default()),
        })
    }

    /// How long after such a fault that the call did not happen may be believed.
    pub(crate) fn settle_after(&self, fault: &Fault) -> Duration {
        let unheard = matches!(fault.code, Code::NetworkTimeout | Code::NetworkUnreachable);
        if unheard { self.settle } else { Duration::ZERO }
    }

    /// Between half of and the whole of `first_wait · 2^(attempt-1)`, at most `longest_wait`: spread, so that runs which
    /// failed together do not come back together.
    fn backoff(&self, attempt: u32, seed: &str) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(1 << (attempt - 1).min(20))
            .min(self.longest_wait);
        let mut hasher = DefaultHasher::new();
        (seed, attempt).hash(&mut hasher);
        let thousandths = u32::try_from(hasher.finish() % 501).unwrap_or_default();
        doubled.saturating_mul(500 + thousandths) / 1000
    }
}

fn asked_wait(fault: &Fault) -> Option<Duration> {
    fault
        .facts
        .get(FACT_RETRY_AFTER_MS)?
        .parse()
        .ok()
        .map(Duration::from_millis)
}
