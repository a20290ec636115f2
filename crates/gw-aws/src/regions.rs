//! AWS's regions by id and name.
//!
//! It refuses to be the last word: AWS adds regions, so a well-formed id that is not listed is taken.

use serde::Serialize;
use ts_rs::TS;

/// A region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Region {
    /// For example `eu-west-1`.
    pub id: &'static str,
    /// For example `Europe (Ireland)`.
    pub name: &'static str,
}

/// Every region known when this was written, sorted by id.
pub const fn regions() -> &'static [Region] {
    REGIONS
}

/// Whether a text has the form of a region id.
pub fn is_well_formed(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    let number = |part: &str| {
        !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    parts.len() >= 3
        && parts.len() <= 5
        && parts
            .first()
            .is_some_and(|first| first.len() >= 2 && first.len() <= 4)
        && parts[..parts.len() - 1].iter().all(word)
        && parts.last().is_some_and(|last| number(last))
}

/// Whether a region is in the list.
pub fn is_listed(id: &str) -> bool {
    REGIONS.binary_search_by(|region| region.id.cmp(id)).is_ok()
}

const fn region(id: &'static str, name: &'static str) -> Region {
    Region { id, name }
}

const REGIONS: &[Region] = &[
    region("af-south-1", "Africa (Cape Town)"),
    region("ap-east-1", "Asia Pacific (Hong Kong)"),
    region("ap-east-2", "Asia Pacific (Taipei)"),
    region("ap-northeast-1", "Asia Pacific (Tokyo)"),
    region("ap-northeast-2", "Asia Pacific (Seoul)"),
    region("ap-northeast-3", "Asia Pacific (Osaka)"),
    region("ap-south-1", "Asia Pacific (Mumbai)"),
    region("ap-south-2", "Asia Pacific (Hyderabad)"),
    region("ap-southeast-1", "Asia Pacific (Singapore)"),
    region("ap-southeast-2", "Asia Pacific (Sydney)"),
    region("ap-southeast-3", "Asia Pacific (Jakarta)"),
    region("ap-southeast-4", "Asia Pacific (Melbourne)"),
    region("ap-southeast-5", "Asia Pacific (Malaysia)"),
    region("ap-southeast-6", "Asia Pacific (New Zealand)"),
    region("ap-southeast-7", "Asia Pacific (Thailand)"),
    region("ca-central-1", "Canada (Central)"),
    region("ca-west-1", "Canada West (Calgary)"),
    region("cn-north-1", "China (Beijing)"),
    region("cn-northwest-1", "China (Ningxia)"),
    region("eu-central-1", "Europe (Frankfurt)"),
    region("eu-central-2", "Europe (Zurich)"),
    region("eu-north-1", "Europe (Stockholm)"),
    region("eu-south-1", "Europe (Milan)"),
    region("eu-south-2", "Europe (Spain)"),
    region("eu-west-1", "Europe (Ireland)"),
    region("eu-west-2", "Europe (London)"),
    region("eu-west-3", "Europe (Paris)"),
    region("il-central-1", "Israel (Tel Aviv)"),
    region("me-central-1", "Middle East (UAE)"),
    region("me-south-1", "Middle East (Bahrain)"),
    region("mx-central-1", "Mexico (Central)"),
    region("sa-east-1", "South America (São Paulo)"),
    region("us-east-1", "US East (N. Virginia)"),
    region("us-east-2", "US East (Ohio)"),
    region("us-gov-east-1", "AWS GovCloud (US-East)"),
    region("us-gov-west-1", "AWS GovCloud (US-West)"),
    region("us-west-1", "US West (N. California)"),
    region("us-west-2", "US West (Oregon)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_well_formed() {
        assert!(REGIONS.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(REGIONS.iter().all(|region| is_well_formed(region.id)));
        assert!(is_listed("eu-west-1") && !is_listed("eu-west-9"));
    }

    #[test]
    fn what_is_no_region_is_refused() {
        for text in [
            "",
            "eu",
            "eu-west",
            "EU-WEST-1",
            "eu-west-1.evil.test",
            "eu-west-1a",
            "eu--1",
            "-west-1",
        ] {
            assert!(!is_well_formed(text), "{text:?} was taken");
        }
        assert!(is_well_formed("eusc-de-east-1"));
    }
}
