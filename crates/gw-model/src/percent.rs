//! A share of requests.
//!
//! It refuses what is no share, and more than two decimals: nobody could tell the difference.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// 0 to 100, with at most two decimals; a number in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "f64", into = "f64")]
pub struct Percent(#[ts(type = "number")] u16);

/// What was given is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPercent;

impl Percent {
    /// Whole percents; more than 100 count as 100.
    pub fn whole(percent: u16) -> Self {
        Self(percent.min(100) * 100)
    }

    /// The nearest there is to a number someone else set.
    pub fn near(number: f64) -> Self {
        let text = format!("{:.0}", number.clamp(0.0, 100.0) * 100.0);
        Self(text.parse().unwrap_or_default())
    }

    /// Whether a random number falls into the share.
    pub fn takes(self, chance: u64) -> bool {
        chance % 10_000 < u64::from(self.0)
    }

    /// The number.
    pub fn number(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl TryFrom<f64> for Percent {
    type Error = NoPercent;

    fn try_from(number: f64) -> Result<Self, NoPercent> {
        let near = Self::near(number);
        ((near.number() - number).abs() < 1e-9)
            .then_some(near)
            .ok_or(NoPercent)
    }
}

impl From<Percent> for f64 {
    fn from(percent: Percent) -> Self {
        percent.number()
    }
}

impl FromStr for Percent {
    type Err = NoPercent;

    fn from_str(text: &str) -> Result<Self, NoPercent> {
        let number: f64 = text.parse().map_err(|_| NoPercent)?;
        Self::try_from(number)
    }
}

/// `12.5`
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl fmt::Display for NoPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share is a number from 0 to 100 with at most two decimals")
    }
}

impl std::error::Error for NoPercent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_written_and_refused() {
        for (text, said) in [
            ("0", "0"),
            ("10", "10"),
            ("12.50", "12.5"),
            ("0.01", "0.01"),
            ("100.0", "100"),
        ] {
            let percent: Percent = text.parse().unwrap();
            assert_eq!(percent.to_string(), said);
            let json = serde_json::to_string(&percent).unwrap();
            assert_eq!(serde_json::from_str::<Percent>(&json).unwrap(), percent);
        }
        for text in ["", "-1", "100.01", "1.234", "NaN", "inf", "ten"] {
            assert_eq!(text.parse::<Percent>(), Err(NoPercent), "{text}");
        }
        assert_eq!(Percent::near(33.333).to_string(), "33.33");
        assert_eq!(Percent::whole(300), Percent::near(f64::INFINITY));
    }
}
