//! How large a plan may be.
//!
//! It refuses to know what a gateway takes: that is far less, and its connector tells it.

use crate::plan::{Media, Route, RouteBackend, RouteSecurity};

/// Most bytes the routes of a plan take. The largest public document known (47 MB, 22,361 operations) passes it, and is
/// told so; the next has half as many operations, and AWS imports 6 MB.
pub(crate) const MAX_PLAN: usize = 64 * 1024 * 1024;

/// What a piece of text takes besides its bytes.
const TEXT: usize = 64;

/// What a route takes, in bytes, roughly.
pub(crate) fn size(route: &Route) -> usize {
    let texts = |texts: &[String]| -> usize { texts.iter().map(|text| TEXT + text.len()).sum() };
    let backend = match &route.backend {
        RouteBackend::Http { url } => url.len(),
        RouteBackend::Mock { answer } => {
            let headers = answer.headers.iter();
            let headers: usize = headers
                .map(|(name, value)| 2 * TEXT + name.len() + value.len())
                .sum();
            answer.body.len() + answer.content_type.len() + headers
        }
        RouteBackend::Lambda { uri, credentials } => {
            uri.len() + credentials.as_ref().map_or(0, String::len)
        }
        RouteBackend::Verbatim { integration } => integration.len(),
    };
    let scopes = match &route.security {
        RouteSecurity::Token { scopes } => texts(scopes),
        RouteSecurity::Open { .. } => 0,
        RouteSecurity::Own { schemes } => schemes
            .iter()
            .map(|scheme| 2 * TEXT + scheme.name.len() + texts(&scheme.scopes))
            .sum(),
    };
    let parameters: usize = route
        .parameters
        .iter()
        .map(|known| 2 * TEXT + known.name.len())
        .sum();
    let body = route
        .contract
        .body
        .as_ref()
        .map_or(0, |body| media(&body.content));
    let answers: usize = route
        .contract
        .answers
        .iter()
        .map(|answer| {
            let words = answer.status.len() + answer.pointer.len() + answer.description.len();
            5 * TEXT + words + texts(&answer.headers) + media(&answer.content)
        })
        .sum();
    size_of::<Route>()
        + route.operation.path.len()
        + route.operation_id.len()
        + route.summary.len()
        + backend
        + scopes
        + parameters
        + body
        + answers
}

fn media(content: &[Media]) -> usize {
    let schema = |one: &Media| {
        one.schema
            .as_ref()
            .map_or(0, |schema| schema.pointer.len() + schema.text.len())
    };
    content
        .iter()
        .map(|one| 3 * TEXT + one.media_type.len() + schema(one))
        .sum()
}
