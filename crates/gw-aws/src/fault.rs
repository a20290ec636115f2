//! AWS's failures as faults: which of network, credentials, permission, clock, quota or document it was.
//!
//! It refuses to guess an effect: a call that changes something and whose answer was lost is `Unknown`.

use std::error::Error;
use std::fmt::Write as _;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;

use gw_connector::names::{FACT_REQUEST_ID, FACT_RETRY_AFTER_MS, FACT_WAITS_FOR};
use gw_model::{AwsCredentials, AwsTarget, Code, Effect, Fault, Retry};

use crate::regions;
use gw_aws_import::explain::{self, explain};

/// Fact: AWS's own message, to the letter.
pub(crate) const FACT_AWS_MESSAGE: &str = "aws-message";
/// Most kept of a message, in bytes: an import of thousands of operations can be refused for each of them.
const MAX_KEPT: usize = 16 * 1024;
/// Fact: AWS's error code.
pub(crate) const FACT_AWS_CODE: &str = "aws-code";

/// A call that was tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// The vendor's name: `PutRestApi`.
    pub call: &'static str,
    /// In words, after "to": `import the document`.
    pub doing: &'a str,
    /// Whether it changes something.
    pub writes: bool,
}

/// What kind of failure an answer of AWS is.
struct Verdict {
    code: Code,
    retry: Retry,
    effect: Effect,
    advice: &'static str,
}

/// Whether AWS says that the object is not there.
pub(crate) fn is_gone<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(
        error.code(),
        Some(
            "NotFoundException"
                | "ResourceNotFoundException"
                | "NoSuchEntity"
                | "NoSuchEntityException"
        )
    )
}

/// Whether AWS says that the object is there already.
pub(crate) fn exists<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(
        error.code(),
        Some(
            "EntityAlreadyExists"
                | "EntityAlreadyExistsException"
                | "ResourceConflictException"
                | "ConflictException"
        )
    ) && error
        .message()
        .is_none_or(|message| message.to_ascii_lowercase().contains("exist"))
}

/// The fault of a failed call.
pub(crate) fn fault<E>(target: &AwsTarget, attempt: Attempt<'_>, error: SdkError<E>) -> Fault
where
    E: ProvideErrorMetadata + RequestId + Error + Send + Sync + 'static,
{
    let request_id = error.request_id().map(str::to_owned);
    let fault = match &error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let retry_after = service
                .raw()
                .headers()
                .get("retry-after")
                .and_then(|value| value.parse::<u64>().ok());
            let fault = answered(
                target,
                attempt,
                status,
                error.code().unwrap_or_default(),
                error.message().unwrap_or_default(),
            );
            match retry_after {
                Some(seconds) => fault.fact(FACT_RETRY_AFTER_MS, (seconds * 1000).to_string()),
                None => fault,
            }
        }
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            answered(target, attempt, status, "", "the answer could not be read")
        }
        SdkError::TimeoutError(_) => unanswered(target, attempt, "timed out"),
        _ => unanswered(target, attempt, &chain(&error)),
    };
    let fault = match request_id {
        Some(id) => fault.fact(FACT_REQUEST_ID, id),
        None => fault,
    };
    fault.fact("call", attempt.call).because(error)
}

/// AWS answered, with an error.
fn answered(
    target: &AwsTarget,
    attempt: Attempt<'_>,
    status: u16,
    code: &str,
    message: &str,
) -> Fault {
    let (message, said) = if explain::lists_errors(message) {
        (kept(message.trim()), listed(message))
    } else {
        let message = first_line(message);
        (message, meant(message))
    };
    let verdict = verdict(attempt, status, code, message);
    let region = &target.region;
    let said = if said.is_empty() {
        format!("status {status} {code}")
    } else {
        said
    };
    let doing = attempt.doing;
    let advice = if verdict.code == Code::AwsDenied {
        denied_advice(message)
    } else {
        verdict.advice.to_owned()
    };
    let mut fault = Fault::new(
        verdict.code,
        format!("AWS in {region} would not {doing}: {said}"),
        advice,
    )
    .retry(verdict.retry)
    .effect(verdict.effect)
    .fact("region", region.clone())
    .fact("http-status", status.to_string());
    if !message.is_empty() {
        fault = fault.fact(FACT_AWS_MESSAGE, message);
    }
    if !code.is_empty() {
        fault = fault.fact(FACT_AWS_CODE, code);
    }
    match waits_for(message) {
        Some(what) => fault.fact(FACT_WAITS_FOR, what),
        None => fault,
    }
}

/// What an import was refused for, one message of AWS's a line; `None` for other faults.
pub fn refused_import(fault: &Fault) -> Option<&str> {
    let fact = |name: &str| fault.facts.get(name).map(String::as_str);
    let refused = fault.code == Code::AwsRefused && fact("call") == Some(IMPORT);
    fact(FACT_AWS_MESSAGE).filter(|_| refused)
}

/// The call that imports a document.
pub(crate) const IMPORT: &str = "PutRestApi";

/// A message in words, where it is known.
fn meant(message: &str) -> String {
    explain(message).map_or_else(
        || message.to_owned(),
        |known| known.sentence.trim_end_matches('.').to_owned(),
    )
}

/// What the first of many messages means, and how many more errors there are.
fn listed(answer: &str) -> String {
    let messages = explain::messages(answer);
    let errors = messages.iter().filter(|message| !message.warning).count();
    let first = messages.first().map_or("", |message| message.text);
    match errors {
        0 | 1 => meant(first),
        _ => format!("{} (and {} more)", meant(first), errors - 1),
    }
}

/// As much of a list of messages as a journal keeps.
fn kept(message: &str) -> &str {
    message
        .get(..message.floor_char_boundary(MAX_KEPT))
        .unwrap_or_default()
}

/// After its first line AWS repeats the request it refused, and with it the session token.
fn first_line(message: &str) -> &str {
    let line = message.lines().next().unwrap_or_default().trim();
    line.split("The Canonical String")
        .next()
        .unwrap_or_default()
        .trim_end()
}

/// What only time mends, and AWS refuses meanwhile.
fn waits_for(message: &str) -> Option<&'static str> {
    let lower = message.to_ascii_lowercase();
    if lower.contains("cannot be assumed by lambda") {
        Some("the new role to be known to Lambda")
    } else if lower.contains("currently in the following state: pending")
        || lower.contains("update is in progress")
    {
        Some("the authorizer function to be ready")
    } else if lower.contains("role arn does not have required permissions") {
        Some("the role for logs to be known to API Gateway")
    } else if still_attached(&lower) {
        Some("the role's policies to be gone")
    } else {
        None
    }
}

/// Whether a role was not deleted because of its policies. IAM is consistent in the end only ("Cannot delete entity, must
/// delete policies first", "must detach all policies first": IAM user guide, *Troubleshoot IAM*), so that a policy
/// deleted a moment ago may count still; one that somebody attached stays.
fn still_attached(message: &str) -> bool {
    message.contains("must delete policies first")
        || message.contains("must detach all policies first")
}

fn verdict(attempt: Attempt<'_>, status: u16, code: &str, message: &str) -> Verdict {
    let lower = message.to_ascii_lowercase();
    let is = |names: &[&str]| {
        names
            .iter()
            .any(|name| code == *name || code.strip_suffix("Exception") == Some(name))
    };
    let fixed = |code, advice| Verdict {
        code,
        retry: Retry::AfterFix,
        effect: Effect::None,
        advice,
    };
    let soon = |code, advice| Verdict {
        code,
        retry: Retry::Soon,
        effect: Effect::None,
        advice,
    };

    if status < 400 {
        return Verdict {
            code: Code::NetworkBadAnswer,
            retry: Retry::Soon,
            effect: if attempt.writes {
                Effect::Unknown
            } else {
                Effect::None
            },
            advice: "Try again; report it if it stays so.",
        };
    }
    if still_attached(&lower) {
        return soon(
            Code::AwsNotReady,
            "Wait some seconds and try again. If it stays so, somebody attached a policy to the role: detach it in the AWS \
             console first.",
        );
    }
    if waits_for(message).is_some() {
        return soon(Code::AwsNotReady, "Wait some seconds and try again.");
    }
    if is(&[
        "RequestTimeTooSkewed",
        "RequestExpired",
        "RequestInTheFuture",
    ]) || lower.contains("signature expired")
        || lower.contains("signature not yet current")
    {
        return fixed(
            Code::AwsClockSkew,
            "Set this machine's clock; AWS takes requests of the last few minutes only.",
        );
    }
    if is(&["ExpiredToken", "TokenRefreshRequired"])
        || lower.contains("token included in the request is expired")
    {
        return fixed(
            Code::AwsExpired,
            "Sign in again, or give the gateway fresh credentials.",
        );
    }
    if is(&[
        "UnrecognizedClient",
        "InvalidClientTokenId",
        "InvalidSignature",
        "SignatureDoesNotMatch",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "IncompleteSignature",
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidToken",
    ]) {
        return fixed(
            Code::AwsCredentials,
            "Check the access key id and the secret access key of the gateway.",
        );
    }
    if is(&["OptInRequired", "SubscriptionRequired"]) {
        return fixed(
            Code::AwsDenied,
            "Enable the region or the service for the account.",
        );
    }
    if is(&[
        "AccessDenied",
        "UnauthorizedOperation",
        "NotAuthorized",
        "Forbidden",
    ]) {
        return fixed(Code::AwsDenied, "");
    }
    let quota =
        lower.contains("maximum number") || lower.contains("quota") || lower.contains("limit of");
    if is(&["CodeStorageExceeded", "ServiceQuotaExceeded"])
        || (is(&["LimitExceeded"]) && (quota || status == 409))
    {
        return fixed(
            Code::AwsQuota,
            "Delete what is not needed any more, or ask AWS to raise the quota.",
        );
    }
    if status == 429
        || is(&[
            "TooManyRequests",
            "Throttling",
            "ThrottledException",
            "RequestLimitExceeded",
            "LimitExceeded",
        ])
    {
        return soon(
            Code::AwsThrottled,
            "Wait and try again; other tools in the account share the same limits.",
        );
    }
    if lower.contains("concurrent modification") || is(&["ConcurrentModification"]) {
        return soon(
            Code::AwsConflict,
            "Try again when the other change is done.",
        );
    }
    if is(&[
        "Conflict",
        "ResourceConflict",
        "EntityAlreadyExists",
        "DeleteConflict",
        "PreconditionFailed",
    ]) {
        return fixed(
            Code::AwsConflict,
            "See what stands in the way in the AWS console.",
        );
    }
    if is(&["NotFound", "ResourceNotFound", "NoSuchEntity"]) || status == 404 {
        return fixed(
            Code::AwsGone,
            "Deploy again to make it anew, or forget the deployment.",
        );
    }
    if status >= 500 {
        return Verdict {
            code: Code::AwsUnavailable,
            retry: Retry::Soon,
            effect: if attempt.writes {
                Effect::Unknown
            } else {
                Effect::None
            },
            advice: "Try again; if it stays so, see AWS's health page for the region.",
        };
    }
    if status == 403 || status == 401 {
        return fixed(Code::AwsDenied, "");
    }
    fixed(Code::AwsRefused, "Change what AWS refuses, and try again.")
}

fn denied_advice(message: &str) -> String {
    let action = message
        .split("perform: ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    action.map_or_else(
        || "Ask whoever runs the account for the permission.".to_owned(),
        |action| format!("Ask whoever runs the account to allow {action}."),
    )
}

/// No answer of AWS came.
fn unanswered(target: &AwsTarget, attempt: Attempt<'_>, why: &str) -> Fault {
    let lower = why.to_ascii_lowercase();
    let place = target
        .endpoint_url
        .clone()
        .unwrap_or_else(|| format!("AWS in {}", target.region));
    let any = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    let unsent = |code, summary: String, advice: String| {
        Fault::new(code, summary, advice).retry(Retry::Soon)
    };

    let fault = if any(&["credential", "profile", "sso", "no token", "assume role"])
        && !any(&["connection refused"])
    {
        let (name, advice) = match &target.credentials {
            AwsCredentials::Profile { profile } => (
                format!("the profile '{profile}'"),
                format!(
                    "Try `aws sts get-caller-identity --profile {profile}`; sign in with `aws sso login --profile {profile}` if it is an SSO profile."
                ),
            ),
            AwsCredentials::AccessKey { .. } => (
                "the access key".to_owned(),
                "Give the gateway its access key again.".to_owned(),
            ),
        };
        Fault::new(
            Code::AwsProfile,
            format!("No credentials could be had from {name}"),
            advice,
        )
    } else if any(&[
        "dns error",
        "failed to lookup",
        "name or service not known",
        "nodename nor servname",
    ]) {
        if target.endpoint_url.is_none() && !regions::is_listed(&target.region) {
            Fault::new(
                Code::AwsRegionUnknown,
                format!("'{}' is no region that AWS answers for", target.region),
                "Choose a region from the list.",
            )
        } else {
            unsent(
                Code::NetworkNameUnknown,
                format!("The name of {place} could not be resolved"),
                "Check the network connection and, if the gateway has one, its endpoint URL."
                    .to_owned(),
            )
        }
    } else if any(&["certificate", "tls", "handshake"]) {
        unsent(
            Code::NetworkTls,
            format!("No trusted connection to {place} could be made"),
            "A proxy between may present a certificate of its own; check the endpoint URL."
                .to_owned(),
        )
        .retry(Retry::AfterFix)
    } else if any(&[
        "connection refused",
        "network is unreachable",
        "no route to host",
        "connect timeout",
        "(connect)",
    ]) {
        unsent(
            Code::NetworkUnreachable,
            format!("{place} could not be reached"),
            "Check the network connection and, if the gateway has one, its endpoint URL."
                .to_owned(),
        )
    } else {
        let code = if any(&["timed out", "timeout"]) {
            Code::NetworkTimeout
        } else {
            Code::NetworkUnreachable
        };
        let effect = if attempt.writes {
            Effect::Unknown
        } else {
            Effect::None
        };
        unsent(
            code,
            format!("The answer of {place} to {} did not arrive", attempt.call),
            "Try again when the network is steady.".to_owned(),
        )
        .effect(effect)
    };
    fault
        .fact("region", target.region.clone())
        .fact("cause", why)
}

/// An error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
