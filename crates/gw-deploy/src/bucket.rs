//! A token bucket kept as one moment: the time at which it would be full again (the generic cell rate algorithm).
//!
//! It refuses to wait: it only says when.

use std::ops::{Add, Sub};
use std::time::Duration;

use crate::quota::Rate;

/// The largest factor a throttled bucket is slowed by.
const SLOWEST: f64 = 8.0;
/// What one success takes off the factor.
const RECOVERY: f64 = 0.9;

/// A point on some time line.
pub(crate) trait Moment:
    Copy + Ord + Add<Duration, Output = Self> + Sub<Duration, Output = Self>
{
    /// This moment less a duration, but not before the time line begins.
    fn earlier(self, by: Duration) -> Self;
}

impl Moment for Duration {
    fn earlier(self, by: Duration) -> Self {
        self.saturating_sub(by)
    }
}

impl Moment for tokio::time::Instant {
    fn earlier(self, by: Duration) -> Self {
        self.checked_sub(by).unwrap_or(self)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket<T> {
    rate: Rate,
    full_at: T,
    closed_until: T,
    factor: f64,
}

impl<T: Moment> Bucket<T> {
    /// A full bucket.
    pub(crate) fn new(rate: Rate, now: T) -> Self {
        Self {
            rate,
            full_at: now,
            closed_until: now,
            factor: 1.0,
        }
    }

    /// Takes one token and says when it is there: `now` or later.
    pub(crate) fn take(&mut self, now: T) -> T {
        let every = self.every();
        let kept = every * (self.rate.burst.max(1) - 1);
        // The comparison, not the subtraction, decides: a time line may begin later than `kept` before `full_at`.
        let at = if self.full_at <= now + kept {
            now
        } else {
            self.full_at.earlier(kept).max(now)
        };
        let at = at.max(self.closed_until);
        self.full_at = self.full_at.max(at) + every;
        at
    }

    /// Gives back the token that was taken last, if `at` is it: later ones were promised their moments already.
    pub(crate) fn give_back(&mut self, at: T) {
        let every = self.every();
        let kept = every * (self.rate.burst.max(1) - 1);
        if self.full_at.earlier(kept + every) <= at {
            self.full_at = self.full_at.earlier(every);
        }
    }

    /// The remote side said no: nothing more until `until`, and slower afterwards.
    pub(crate) fn slow_down(&mut self, until: T) {
        self.closed_until = self.closed_until.max(until);
        self.factor = (self.factor * 2.0).min(SLOWEST);
    }

    /// The remote side said yes: a little faster again.
    pub(crate) fn speed_up(&mut self) {
        self.factor = (self.factor * RECOVERY).max(1.0);
    }

    /// When it opens again after a slow-down.
    pub(crate) fn opens_at(&self) -> T {
        self.closed_until
    }

    /// Time between two tokens now.
    pub(crate) fn every(&self) -> Duration {
        self.rate.every.mul_f64(self.factor)
    }
}
