//! Rules about the API as a whole: emptiness and AWS's quotas.

use gw_model::{EndpointType, Severity};

use super::{Finding, Rule, Subject};
use crate::compile::compile;

/// Most resources of a REST API, the root not counted (aws-facts 3.2).
pub const MAX_RESOURCES: u32 = 300;

/// Largest document AWS imports, in bytes (aws-facts 3.2).
pub const MAX_DOCUMENT_BYTES: u64 = 6 * 1024 * 1024;

pub(crate) const RULES: &[Rule] = &[
    Rule {
        id: "GW003",
        severity: Severity::Error,
        why: "AWS imports documents of at most 6 MB.",
        fix: "Split the API, or shorten its mock answers.",
        check: document_too_large,
    },
    Rule {
        id: "GW006",
        severity: Severity::Error,
        why: "AWS answers \"The REST API doesn't contain any methods\" to the deployment.",
        fix: "Add an operation.",
        check: no_operations,
    },
    Rule {
        id: "GW015",
        severity: Severity::Error,
        why: "AWS allows 300 resources in one REST API; every path segment of its own counts, also those without operations. The quota can be raised on request.",
        fix: "Split the API, or serve a branch by one greedy path such as /admin/{proxy+}.",
        check: too_many_resources,
    },
    Rule {
        id: "aws-stage-name",
        severity: Severity::Error,
        why: "AWS takes stage names of 1 to 128 letters, digits, hyphens and underscores.",
        fix: "Change the gateway's stage.",
        check: stage_name,
    },
    Rule {
        id: "aws-private-policy",
        severity: Severity::Error,
        why: "AWS deploys a private API only with a resource policy that says which VPC endpoints may call it.",
        fix: "Make the gateway regional or edge-optimized; Gatewright does not write resource policies.",
        check: private_endpoint,
    },
];

fn document_too_large(subject: &Subject<'_>) -> Vec<Finding> {
    let bytes = compile(subject.plan, subject.target)
        .document
        .map_or(0, |text| text.len()) as u64;
    if bytes <= MAX_DOCUMENT_BYTES {
        return Vec::new();
    }
    let tenths = bytes * 10 / (1024 * 1024);
    let size = format!("{}.{}", tenths / 10, tenths % 10);
    vec![Subject::whole(format!(
        "The document for AWS has {size} MB, and 6 MB is the most AWS imports"
    ))]
}

fn no_operations(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.plan.routes.is_empty() {
        vec![Subject::whole("The API has no operations")]
    } else {
        Vec::new()
    }
}

fn too_many_resources(subject: &Subject<'_>) -> Vec<Finding> {
    let count = subject.plan.resources;
    if count <= MAX_RESOURCES {
        return Vec::new();
    }
    vec![Subject::whole(format!(
        "The API has {count} resources, and AWS allows {MAX_RESOURCES}"
    ))]
}

fn stage_name(subject: &Subject<'_>) -> Vec<Finding> {
    let stage = &subject.target.stage;
    let fits = (1..=128).contains(&stage.len())
        && stage
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits {
        Vec::new()
    } else {
        vec![Subject::whole(format!("'{stage}' is no stage name"))]
    }
}

fn private_endpoint(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.target.endpoint_type != EndpointType::Private {
        return Vec::new();
    }
    vec![Subject::whole(
        "The gateway is private, and the API has no resource policy",
    )]
}
