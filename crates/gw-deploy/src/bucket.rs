//! A token bucket kept as one moment: the time at which it would be full again (the generic cell rate algorithm).
//!
//! It refuses to wait: it only says when. It keeps a little under the quota: calls that leave evenly do not arrive so.

use std::ops::{Add, Sub};
use std::time::Duration;

use crate::quota::Rate;

/// How much longer than the quota asks is waited between two tokens.
const HEADROOM: f64 = 1.05;
/// The least that is waited longer where no token is kept to make up for a call that was long on its way.
const LEAST_HEADROOM: Duration = Duration::from_millis(50);
/// The largest factor a throttled bucket is slowed by.
const SLOWEST: f64 = 4.0;
/// What one refusal makes of the factor. Together with the recovery: fewer than one refusal in three do not slow down for
/// long.
const SLOWER: f64 = 1.5;
/// What one turn takes off the factor.
const RECOVERY: f64 = 0.8;

/// A point on some time line.
pub(crate) trait Moment:
    Copy + Ord + Add<Duration, Output = Self> + Sub<Duration, Output = Self>
{
    /// This moment less a duration, but not before the time line begins.
    fn earlier(self, by: Duration) -> Self;

    /// Time since an earlier moment; nothing when it is later.
    fn since(self, earlier: Self) -> Duration;
}

impl Moment for Duration {
    fn earlier(self, by: Duration) -> Self {
        self.saturating_sub(by)
    }

    fn since(self, earlier: Self) -> Duration {
        self.saturating_sub(earlier)
    }
}

impl Moment for tokio::time::Instant {
    fn earlier(self, by: Duration) -> Self {
        self.checked_sub(by).unwrap_or(self)
    }

    fn since(self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket<T> {
    rate: Rate,
    full_at: T,
    closed_until: T,
    last: T,
    factor: f64,
}

impl<T: Moment> Bucket<T> {
    /// A full bucket.
    pub(crate) fn new(rate: Rate, now: T) -> Self {
        // A tenth of what is kept is left for calls that were long on their way.
        let burst = rate.burst.max(1) - rate.burst / 10;
        Self {
            rate: Rate { burst, ..rate },
            full_at: now,
            closed_until: now,
            last: now,
            factor: 1.0,
        }
    }

    /// When the next token is there: `now` or later.
    pub(crate) fn opens(&self, now: T) -> T {
        let kept = self.every() * (self.rate.burst - 1);
        // The comparison, not the subtraction, decides: a time line may begin later than `kept` before `full_at`.
        let at = if self.full_at <= now + kept {
            now
        } else {
            self.full_at.earlier(kept).max(now)
        };
        at.max(self.closed_until)
    }

    /// Takes one token and says when it is there: `now` or later.
    pub(crate) fn take(&mut self, now: T) -> T {
        let at = self.opens(now);
        self.full_at = self.full_at.max(at) + self.every();
        self.last = at;
        self.factor = (self.factor * RECOVERY).max(1.0);
        at
    }

    /// Gives back the token that was taken at `at`, unless another was taken since: that one counted on this one.
    pub(crate) fn give_back(&mut self, at: T) {
        if self.last == at {
            self.full_at = self.full_at.earlier(self.every());
        }
    }

    /// The call whose token was taken at `at` is made only now: the next one keeps its distance from it.
    pub(crate) fn made(&mut self, at: T, now: T) {
        if self.last == at {
            self.full_at = self.full_at + now.since(at);
            self.last = now;
        }
    }

    /// The remote side said no: nothing more until `until`, and slower afterwards. What it says of calls that were on
    /// their way when it first said so makes nothing slower still.
    pub(crate) fn slow_down(&mut self, now: T, until: T) {
        if self.closed_until <= now {
            self.factor = (self.factor * SLOWER).min(SLOWEST);
        }
        self.closed_until = self.closed_until.max(until);
    }

    /// Whether the remote side asked to stop calling for a while.
    pub(crate) fn is_closed(&self, now: T) -> bool {
        self.closed_until > now
    }

    /// Time between two tokens now.
    pub(crate) fn every(&self) -> Duration {
        let every = self.rate.every.mul_f64(self.factor);
        let ours = every.mul_f64(HEADROOM);
        if self.rate.burst > 1 {
            return ours;
        }
        ours.max(every + LEAST_HEADROOM)
    }
}
