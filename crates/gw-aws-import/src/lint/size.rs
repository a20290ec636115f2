//! Rules about the API as a whole: emptiness and AWS's quotas.
//!
//! It refuses to count what AWS's account has already: quotas of accounts are asked of AWS.

use gw_model::EndpointType;

use super::{Found, Rule, Subject};
use crate::document;

/// Most resources of a REST API, the root not counted (aws-facts 3.2).
pub const MAX_RESOURCES: u32 = 300;

/// Largest document AWS imports, in bytes (aws-facts 3.2).
pub const MAX_DOCUMENT_BYTES: u64 = 6 * 1024 * 1024;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GW003",
        check: document_too_large,
    },
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

fn document_too_large(subject: &Subject<'_>, found: &mut Found) {
    let bytes = document::document(subject.plan, subject.target).len() as u64;
    if bytes > MAX_DOCUMENT_BYTES {
        let tenths = bytes * 10 / (1024 * 1024);
        let size = format!("{}.{}", tenths / 10, tenths % 10);
        found.whole(format!(
            "The document for AWS has {size} MB, and 6 MB is the most AWS imports"
        ));
    }
}

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
