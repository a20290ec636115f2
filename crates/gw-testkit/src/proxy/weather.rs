//! Bad weather: so many of a hundred calls go wrong, each in one of the ways AWS and the network between know. Pure, but for
//! its dice.
//!
//! Refuses chance: equal seeds give equal dice. Which call meets which throw depends on the order of arrival.

use std::fmt;

use super::call::{Call, Callee};
use super::rule::Effect;

/// What became of a call in bad weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Refused as one too many; it did not happen.
    TooMany,
    /// Refused because something else is changing the same object; it did not happen. A reading is refused by 503 instead.
    Conflict,
    /// Answered by 500; it did not happen.
    Failed,
    /// The connection ended before it happened.
    CutBefore,
    /// The connection ended after it happened.
    CutAfter,
    /// It did not happen, and no answer ever came.
    LostBefore,
    /// It happened, and no answer ever came.
    LostAfter,
}

impl Fate {
    /// Every fate, in the order of a table.
    pub const ALL: [Self; 7] = [
        Self::TooMany,
        Self::Conflict,
        Self::Failed,
        Self::CutBefore,
        Self::CutAfter,
        Self::LostBefore,
        Self::LostAfter,
    ];

    pub(super) fn effect(self, call: &Call) -> Effect {
        let refuse = |status, code: &str, message: &str| Effect::Refuse {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        };
        match self {
            // As each service says it: API Gateway's and Lambda's error pages, and IAM's common errors.
            Self::TooMany => match call.service {
                Callee::Iam | Callee::Sts => refuse(400, "Throttling", "Rate exceeded"),
                _ => refuse(429, "TooManyRequestsException", "Too Many Requests"),
            },
            Self::Conflict if !call.mutating => {
                refuse(503, "ServiceUnavailableException", "Service Unavailable")
            }
            Self::Conflict => match call.service {
                Callee::Iam => refuse(
                    409,
                    "ConcurrentModification",
                    "The request was rejected because multiple requests to change this object were submitted \
                     simultaneously.",
                ),
                Callee::Lambda => refuse(
                    409,
                    "ResourceConflictException",
                    "The operation cannot be performed at this time. An update is in progress for resource.",
                ),
                _ => refuse(
                    409,
                    "ConflictException",
                    "Unable to complete operation due to concurrent modification. Please try again later.",
                ),
            },
            Self::Failed => refuse(500, "InternalFailure", "Internal server error"),
            Self::CutBefore => Effect::Cut,
            Self::CutAfter => Effect::DropAnswer,
            Self::LostBefore => Effect::Swallow,
            Self::LostAfter => Effect::SwallowAnswer,
        }
    }
}

/// As a column of a table.
impl fmt::Display for Fate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooMany => "429",
            Self::Conflict => "409, 503",
            Self::Failed => "500",
            Self::CutBefore => "cut before",
            Self::CutAfter => "cut after",
            Self::LostBefore => "no answer, not done",
            Self::LostAfter => "no answer, done",
        })
    }
}

/// The dice.
#[derive(Debug, Clone)]
pub(super) struct Weather {
    percent: u64,
    state: u64,
}

impl Weather {
    pub(super) fn new(percent: u64, seed: u64) -> Self {
        Self {
            percent,
            state: seed,
        }
    }

    /// What becomes of the next call; `None` when nothing does.
    pub(super) fn next(&mut self) -> Option<Fate> {
        if self.below(100) >= self.percent {
            return None;
        }
        let count = u64::try_from(Fate::ALL.len()).unwrap_or(1);
        let which = usize::try_from(self.below(count)).unwrap_or(0);
        Fate::ALL.get(which).copied()
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn so_many_of_a_hundred_meet_each_fate_alike_and_the_seed_decides_which() {
        let throw = |seed| {
            let mut weather = Weather::new(30, seed);
            (0..70_000).map(|_| weather.next()).collect::<Vec<_>>()
        };
        let thrown = throw(1);
        assert_eq!(thrown, throw(1));
        assert_ne!(thrown, throw(2));
        let mut counts = BTreeMap::new();
        for fate in thrown.into_iter().flatten() {
            *counts.entry(fate).or_insert(0_u32) += 1;
        }
        for fate in Fate::ALL {
            let count = counts[&fate];
            assert!((2_800..3_200).contains(&count), "{fate}: {count}");
        }
        assert_eq!(Weather::new(0, 1).next(), None);
    }
}
