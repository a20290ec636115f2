//! Rules about paths that are imported as they are.
//!
//! It refuses what the compiler rewrites.

use super::{Found, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW014",
        check: reserved_paths,
    },
    Rule {
        id: "GW016",
        check: colons,
    },
];

pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn reserved_paths(subject: &Subject<'_>, found: &mut Found) {
    for route in subject.paths() {
        let path = &route.operation.path;
        if matches!(segments(path).next(), Some("ping" | "sping")) {
            found.add(|| {
                let message = format!("{path} is a path that API Gateway keeps for itself");
                (subject.place_of(route), message)
            });
        }
    }
}

fn colons(subject: &Subject<'_>, found: &mut Found) {
    for route in subject.paths() {
        let path = &route.operation.path;
        if path.contains(':') {
            found.add(|| {
                let message = format!("{path} has a colon, which may not work on AWS");
                (subject.place_of(route), message)
            });
        }
    }
}
