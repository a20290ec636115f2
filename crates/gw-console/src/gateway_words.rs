//! Telling a gateway's own answers from a backend's, by AWS's words (aws-facts 3.3); the local gateway uses the same.
//!
//! It refuses to explain them.

use serde_json::Value;

use crate::answer::Answered;

/// What a gateway said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// `UNAUTHORIZED`
    Unauthorized,
    /// `ACCESS_DENIED`
    AccessDenied,
    /// `MISSING_AUTHENTICATION_TOKEN`
    MissingAuthenticationToken,
    /// An unknown route that was sent a bearer token: AWS tries to read it as its own signature.
    NotASignature,
    /// `INVALID_SIGNATURE`, `EXPIRED_TOKEN`: AWS's own signatures.
    Signature,
    /// `INVALID_API_KEY` or `WAF_FILTERED`
    Forbidden,
    /// `AUTHORIZER_FAILURE`, `AUTHORIZER_CONFIGURATION_ERROR`
    Authorizer,
    /// `BAD_REQUEST_PARAMETERS`, `BAD_REQUEST_BODY`
    BadRequest,
    /// `THROTTLED`
    Throttled,
    /// `QUOTA_EXCEEDED`
    Quota,
    /// `REQUEST_TOO_LARGE`
    TooLarge,
    /// `UNSUPPORTED_MEDIA_TYPE`
    MediaType,
    /// `INTEGRATION_TIMEOUT`
    IntegrationTimeout,
    /// `INTEGRATION_FAILURE`
    IntegrationFailure,
    /// A gateway's answer that names no reason.
    InternalError,
}

/// What the gateway said; `None` when the answer is the backend's, as far as can be told.
pub(crate) fn said(answer: &Answered) -> Option<Said> {
    let body: Option<Value> = serde_json::from_str(answer.text()).ok();
    let message = body
        .as_ref()
        .and_then(|body| body.get("message").or_else(|| body.get("Message")));
    let words = message.and_then(Value::as_str).unwrap_or_default();
    let kind = answer.header("x-amzn-errortype").unwrap_or_default();
    let kind = kind.split(':').next().unwrap_or_default().trim();
    // AWS writes `{"message":null}` and nothing else.
    let wordless = message.is_some_and(Value::is_null)
        && body
            .as_ref()
            .and_then(Value::as_object)
            .is_some_and(|body| body.len() == 1);
    let said = match (answer.status, kind) {
        (401, "UnauthorizedException") => Said::Unauthorized,
        (401, _) if words == "Unauthorized" => Said::Unauthorized,
        (403, "MissingAuthenticationTokenException") => Said::MissingAuthenticationToken,
        (403, _) if words == "Missing Authentication Token" => Said::MissingAuthenticationToken,
        (403, _)
            if words.contains("key=value pair")
                || words.contains("Authorization header requires") =>
        {
            Said::NotASignature
        }
        (403, _) if words.starts_with("User is not authorized to access this resource") => {
            Said::AccessDenied
        }
        (403, "AccessDeniedException") => Said::AccessDenied,
        (
            403,
            "InvalidSignatureException"
            | "ExpiredTokenException"
            | "UnrecognizedClientException"
            | "IncompleteSignatureException",
        ) => Said::Signature,
        (403, "ForbiddenException") => Said::Forbidden,
        (403, _) if words == "Forbidden" => Said::Forbidden,
        (500, "AuthorizerConfigurationException" | "AuthorizerFailureException") => {
            Said::Authorizer
        }
        (500, _) if words == "AuthorizerConfigurationException" || wordless => Said::Authorizer,
        (400, "BadRequestException") => Said::BadRequest,
        (400, _)
            if words.starts_with("Missing required request parameters")
                || words == "Invalid request body" =>
        {
            Said::BadRequest
        }
        (429, "LimitExceededException") => Said::Quota,
        (429, _) if words == "Limit Exceeded" => Said::Quota,
        (429, "TooManyRequestsException") => Said::Throttled,
        (429, _) if words == "Too Many Requests" => Said::Throttled,
        (413, "RequestTooLargeException") => Said::TooLarge,
        (413, _) if words == "Request Too Long" || words == "Request Entity Too Large" => {
            Said::TooLarge
        }
        (415, "UnsupportedMediaTypeException") => Said::MediaType,
        (415, _) if words == "Unsupported Media Type" => Said::MediaType,
        (504, _) if words == "Endpoint request timed out" => Said::IntegrationTimeout,
        (504 | 502, _) if words.starts_with("Network error communicating with endpoint") => {
            Said::IntegrationFailure
        }
        (500 | 502 | 503 | 504, "InternalServerErrorException") => Said::InternalError,
        (500 | 502, _) if words == "Internal server error" => Said::InternalError,
        _ => return None,
    };
    Some(said)
}
