//! Which failure is which, and what is known of its effect.

use super::*;
use crate::lower::samples::aws;

const WRITE: Attempt<'static> = Attempt {
    call: "PutRestApi",
    doing: "import the document",
    writes: true,
};
const READ: Attempt<'static> = Attempt {
    call: "GetStage",
    doing: "read the stage",
    writes: false,
};

#[test]
fn answers_are_told_apart() {
    for (status, code, message, expected) in [
        (
            403,
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            Code::AwsCredentials,
        ),
        (
            403,
            "SignatureDoesNotMatch",
            "Signature expired: 20260101T000000Z is now earlier than",
            Code::AwsClockSkew,
        ),
        (
            403,
            "InvalidSignatureException",
            "Signature not yet current: x",
            Code::AwsClockSkew,
        ),
        (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            Code::AwsCredentials,
        ),
        (
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            Code::AwsCredentials,
        ),
        (
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            Code::AwsExpired,
        ),
        (
            403,
            "AccessDeniedException",
            "User: u is not authorized to perform: apigateway:POST on resource: r",
            Code::AwsDenied,
        ),
        (
            429,
            "TooManyRequestsException",
            "Too Many Requests",
            Code::AwsThrottled,
        ),
        (
            429,
            "LimitExceededException",
            "Rate exceeded",
            Code::AwsThrottled,
        ),
        (
            429,
            "LimitExceededException",
            "Maximum number of resources for this API has been reached",
            Code::AwsQuota,
        ),
        (
            409,
            "LimitExceeded",
            "Cannot exceed quota for RolesPerAccount: 1000",
            Code::AwsQuota,
        ),
        (
            409,
            "ConflictException",
            "Unable to complete operation due to concurrent modification. Please try again later.",
            Code::AwsConflict,
        ),
        (
            404,
            "NotFoundException",
            "Invalid API identifier specified 1:a",
            Code::AwsGone,
        ),
        (
            400,
            "BadRequestException",
            "Invalid OpenAPI input.",
            Code::AwsRefused,
        ),
        (
            400,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
            Code::AwsNotReady,
        ),
        (
            409,
            "DeleteConflict",
            "Cannot delete entity, must detach all policies first.",
            Code::AwsNotReady,
        ),
        (
            409,
            "DeleteConflict",
            "Cannot delete entity, must remove roles from instance profile first.",
            Code::AwsConflict,
        ),
        (
            500,
            "InternalServerError",
            "Internal server error",
            Code::AwsUnavailable,
        ),
        (503, "", "", Code::AwsUnavailable),
        (200, "", "", Code::NetworkBadAnswer),
    ] {
        assert_eq!(
            answered(&aws(), WRITE, status, code, message).code,
            expected,
            "{status} {code} {message}"
        );
    }
}

#[test]
fn an_effect_is_unknown_only_when_a_change_may_have_happened() {
    let effect = |attempt, status| answered(&aws(), attempt, status, "", "").effect;
    assert_eq!(effect(WRITE, 500), Effect::Unknown);
    assert_eq!(effect(READ, 500), Effect::None);
    assert_eq!(effect(WRITE, 400), Effect::None);
    let lost = |attempt, why| unanswered(&aws(), attempt, why);
    assert_eq!(lost(WRITE, "timed out").effect, Effect::Unknown);
    assert_eq!(
        lost(WRITE, "connection reset by peer").effect,
        Effect::Unknown
    );
    assert_eq!(lost(READ, "connection reset by peer").effect, Effect::None);
    assert_eq!(
        lost(WRITE, "dispatch failure: connection refused (os error 111)").effect,
        Effect::None
    );
    assert_eq!(
        lost(WRITE, "dns error: failed to lookup address").effect,
        Effect::None
    );
}

#[test]
fn time_mends_what_it_can_and_the_reason_is_told() {
    let fault = answered(
        &aws(),
        WRITE,
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    );
    assert_eq!(fault.retry, Retry::Soon);
    assert_eq!(
        fault.facts[FACT_WAITS_FOR],
        "the new role to be known to Lambda"
    );
    assert_eq!(
        answered(&aws(), WRITE, 429, "TooManyRequestsException", "").retry,
        Retry::Soon
    );
    assert_eq!(
        answered(&aws(), WRITE, 403, "AccessDeniedException", "").retry,
        Retry::AfterFix
    );
}

#[test]
fn a_denial_names_the_action_and_keeps_awss_words() {
    let message =
        "User: arn:aws:iam::1:user/u is not authorized to perform: apigateway:POST on resource: r";
    let fault = answered(&aws(), WRITE, 403, "AccessDeniedException", message);
    assert_eq!(
        fault.advice,
        "Ask whoever runs the account to allow apigateway:POST."
    );
    assert_eq!(fault.facts[FACT_AWS_MESSAGE], message);
}

#[test]
fn a_refused_requests_headers_are_not_kept() {
    let message = "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'GET\n/\n\nx-amz-security-token:canary'";
    for message in [message.to_owned(), message.replace('\n', " ")] {
        let fault = answered(&aws(), READ, 403, "InvalidSignatureException", &message);
        assert_eq!(fault.code, Code::AwsCredentials);
        let text = serde_json::to_string(&fault).unwrap();
        assert!(
            !text.contains("canary") && text.contains("does not match"),
            "{text}"
        );
    }
}

#[test]
fn what_an_import_was_refused_for_is_kept_line_by_line() {
    let answer = "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI\n\tUnable to put integration on 'PUT' for resource at path '/a': Invalid HTTP endpoint specified for URI";
    let refused = |answer: &str| {
        answered(&aws(), WRITE, 400, "BadRequestException", answer).fact("call", WRITE.call)
    };
    let fault = refused(answer);
    assert_eq!(refused_import(&fault), Some(answer));
    assert!(
        fault.summary.contains("A backend's address") && fault.summary.ends_with("(and 1 more)"),
        "{}",
        fault.summary
    );
    let long = format!("{answer}\n\t{}", "\u{fc}".repeat(MAX_KEPT));
    assert!(refused_import(&refused(&long)).unwrap().len() <= MAX_KEPT);
    let other = answered(&aws(), READ, 400, "BadRequestException", answer).fact("call", READ.call);
    assert_eq!(refused_import(&other), None);
}

#[test]
fn an_unlisted_region_that_does_not_resolve_is_told_as_such() {
    let mut target = aws();
    target.region = "eu-west-9".to_owned();
    assert_eq!(
        unanswered(&target, READ, "dns error").code,
        Code::AwsRegionUnknown
    );
    assert_eq!(
        unanswered(&aws(), READ, "dns error").code,
        Code::NetworkNameUnknown
    );
    assert_eq!(
        unanswered(&aws(), READ, "invalid peer certificate").code,
        Code::NetworkTls
    );
    assert_eq!(
        unanswered(&aws(), READ, "the profile `x` was not defined").code,
        Code::AwsProfile
    );
}
