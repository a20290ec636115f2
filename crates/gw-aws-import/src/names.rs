//! Names a document for AWS holds: addresses of functions, and places that are filled in when it is sent.
//!
//! It refuses names of remote objects, which the connector makes.

/// Stands for the ARN of the provisioned function's published version in a lowered document, which is made before the function is.
pub const FUNCTION_PLACEHOLDER: &str = "{{gatewright:function-version-arn}}";

/// Stands for the run's mark in a lowered document, which is made before the run is.
pub const MARK_PLACEHOLDER: &str = "{{gatewright:mark}}";

/// What imported documents say in their description, so that a run finds its own import again.
pub fn signature(mark: &str) -> String {
    format!("[Gatewright {mark}]")
}

/// A description without the signature of an import.
pub fn unsigned(description: &str) -> &str {
    match description.rfind("[Gatewright ") {
        Some(at) if description.ends_with(']') => description[..at].trim_end(),
        _ => description,
    }
}

/// The partition of a region: `aws`, `aws-cn` or `aws-us-gov`.
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The URI by which API Gateway calls a function (integration and authorizer).
pub fn invocation_uri(region: &str, function_arn: &str) -> String {
    format!(
        "arn:{}:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}/invocations",
        partition(region)
    )
}
