//! Rules about words of schemas that AWS does not have and that no model loses by.
//!
//! It refuses what the compiler rewrites, and to tell of each place: one finding says how many there are.

use super::scan::Seen;
use super::{Found, Rule, Subject, at_key, counted};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW043",
        check: |subject, found| {
            tell(&subject.scan.examples, "example is", "examples are", found);
        },
    },
    Rule {
        id: "GW046",
        check: |subject, found| {
            let (one, many) = ("readOnly or writeOnly is", "readOnly and writeOnly are");
            tell(&subject.scan.one_way, one, many, found);
        },
    },
    Rule {
        id: "GW047",
        check: |subject, found| {
            let (one, many) = ("default value is", "default values are");
            tell(&subject.scan.defaults, one, many, found);
        },
    },
    Rule {
        id: "GW059",
        check: patterns,
    },
];

fn tell(seen: &Seen<'_>, one: &str, many: &str, found: &mut Found) {
    if let Some(first) = seen.first {
        let count = counted(seen.count, one, many);
        found.add(|| {
            let message = format!("{count} left out on AWS; the first is here");
            (at_key(first), message)
        });
    }
}

fn patterns(subject: &Subject<'_>, found: &mut Found) {
    for &node in &subject.scan.patterns {
        found.add(|| {
            let short: String = node.as_str().unwrap_or_default().chars().take(60).collect();
            let message = format!("The pattern '{short}' looks behind, which AWS may not take");
            (at_key(node), message)
        });
    }
}
