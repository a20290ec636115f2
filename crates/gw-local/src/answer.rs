//! The gateway's own answers, as API Gateway REST APIs give them (aws-facts 3.3).
//!
//! It refuses wording of its own: people search for these texts.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use gw_http::Streamed;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;

/// Header with the kind of a refusal.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// A body made here, or passed on from a backend.
pub(crate) enum GatewayBody {
    Own(Full<Bytes>),
    Passed(Streamed),
}

impl GatewayBody {
    pub(crate) fn own(bytes: impl Into<Bytes>) -> Self {
        Self::Own(Full::new(bytes.into()))
    }
}

impl Body for GatewayBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Own(body) => Pin::new(body)
                .poll_frame(context)
                .map_err(|never| match never {}),
            Self::Passed(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(body) => body.is_end_stream(),
            Self::Passed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(body) => body.size_hint(),
            Self::Passed(body) => body.size_hint(),
        }
    }
}

/// A gateway response of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Unknown path or method.
    MissingAuthenticationToken,
    /// No token, or one that is not good.
    Unauthorized,
    /// The token is good, its scopes are not; the provisioned authorizer denies explicitly.
    AccessDenied,
    /// The authorizer could not decide.
    AuthorizerFailed,
    /// The Host header is not this gateway's.
    Forbidden,
    /// The path cannot be passed on.
    BadRequest,
    /// More than 10 MB.
    TooLarge,
    /// The backend did not answer in time.
    BackendTimeout,
    /// The backend could not be reached or broke off.
    BackendFailure,
}

impl Refusal {
    fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::MissingAuthenticationToken => (
                403,
                "MissingAuthenticationTokenException",
                r#"{"message":"Missing Authentication Token"}"#,
            ),
            Self::Unauthorized => (
                401,
                "UnauthorizedException",
                r#"{"message":"Unauthorized"}"#,
            ),
            Self::AccessDenied => (
                403,
                "AccessDeniedException",
                r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#,
            ),
            Self::AuthorizerFailed => (
                500,
                "AuthorizerConfigurationException",
                r#"{"message":null}"#,
            ),
            Self::Forbidden => (403, "ForbiddenException", r#"{"message":"Forbidden"}"#),
            Self::BadRequest => (400, "BadRequestException", r#"{"message":"Bad Request"}"#),
            Self::TooLarge => (
                413,
                "RequestTooLargeException",
                r#"{"message":"HTTP content length exceeded 10485760 bytes."}"#,
            ),
            Self::BackendTimeout => (
                504,
                "InternalServerErrorException",
                r#"{"message":"Endpoint request timed out"}"#,
            ),
            Self::BackendFailure => (
                504,
                "InternalServerErrorException",
                r#"{"message":"Network error communicating with endpoint"}"#,
            ),
        }
    }

    /// The answer of an API without a CORS policy, or of no API.
    pub(crate) fn answer(self) -> Response<GatewayBody> {
        let (status, kind, body) = self.parts();
        Self::write(status, kind, body)
    }

    /// The answer of an API with a CORS policy. On AWS it has gateway responses of its own then, with one template for
    /// all, which writes `message` in lower case.
    pub(crate) fn templated(self) -> Response<GatewayBody> {
        let (status, kind, body) = self.parts();
        Self::write(status, kind, body.replacen("\"Message\"", "\"message\"", 1))
    }

    fn write(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Response<GatewayBody> {
        let mut answer = json(status, body);
        answer
            .headers_mut()
            .insert(ERROR_TYPE, HeaderValue::from_static(kind));
        answer
    }
}

pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Response<GatewayBody> {
    let mut answer = Response::new(GatewayBody::own(body));
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
