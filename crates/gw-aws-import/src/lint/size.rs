//! Rules about the API and its stage as a whole, and AWS's quotas.
//!
//! It refuses to count: the compiler counts what it writes, and AWS is asked what an account has.

use gw_model::EndpointType;

use super::{Found, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW006",
        check: no_operations,
    },
    Rule {
        id: "aws-stage-name",
        check: stage_name,
    },
    Rule {
        id: "aws-private-policy",
        check: private_endpoint,
    },
];

fn no_operations(subject: &Subject<'_>, found: &mut Found) {
    if subject.plan.routes.is_empty() {
        found.add(|| {
            let place = subject.place_at("/paths");
            (place, "The API has no operations".to_owned())
        });
    }
}

fn stage_name(subject: &Subject<'_>, found: &mut Found) {
    let stage = &subject.target.stage;
    let fits = (1..=128).contains(&stage.len())
        && stage
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !fits {
        found.whole(format!("'{stage}' is no stage name"));
    }
}

fn private_endpoint(subject: &Subject<'_>, found: &mut Found) {
    if subject.target.endpoint_type == EndpointType::Private {
        found.whole("The gateway is private, and the API has no resource policy");
    }
}
