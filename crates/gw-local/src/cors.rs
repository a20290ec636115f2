//! Cross-origin answers: preflights, and the headers a browser needs to show a refusal.
//!
//! It refuses to touch what a backend answers: there the backend decides, as behind API Gateway's proxy integrations.

use bytes::Bytes;
use gw_model::{CorsPolicy, HttpMethod};
use gw_plan::PlanCors;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderMap, HeaderValue, Response};

use crate::answer::{self, GatewayBody};

/// The answer to a preflight.
pub(crate) fn preflight(
    cors: &PlanCors,
    methods: &[HttpMethod],
    origin: Option<&HeaderValue>,
) -> Response<GatewayBody> {
    let mut response = answer::json(200, Bytes::new());
    let headers = response.headers_mut();
    if allow_origin(&cors.policy, origin, headers) {
        let names: Vec<&str> = methods
            .iter()
            .flat_map(|method| match method {
                // A list of methods a browser understands: ANY is AWS's word.
                HttpMethod::Any => vec!["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                other => vec![other.as_str()],
            })
            .chain(["OPTIONS"])
            .collect();
        let mut unique: Vec<&str> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        put(headers, &ACCESS_CONTROL_ALLOW_METHODS, &unique.join(","));
        if !cors.policy.allow_headers.is_empty() {
            put(
                headers,
                &ACCESS_CONTROL_ALLOW_HEADERS,
                &cors.policy.allow_headers.join(","),
            );
        }
        put(
            headers,
            &ACCESS_CONTROL_MAX_AGE,
            &cors.policy.max_age_seconds.to_string(),
        );
    }
    response
}

/// Lets a browser read an answer the gateway itself gives.
pub(crate) fn expose(cors: &PlanCors, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    if allow_origin(&cors.policy, origin, headers) && !cors.policy.expose_headers.is_empty() {
        put(
            headers,
            &ACCESS_CONTROL_EXPOSE_HEADERS,
            &cors.policy.expose_headers.join(","),
        );
    }
}

/// Whether the request's origin is one of the policy's; says so when it is.
fn allow_origin(
    policy: &CorsPolicy,
    origin: Option<&HeaderValue>,
    headers: &mut HeaderMap,
) -> bool {
    if policy.allow_origins.iter().any(|one| one == "*") {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        return true;
    }
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else {
        return false;
    };
    if !policy
        .allow_origins
        .iter()
        .any(|one| one.as_bytes() == origin.as_bytes())
    {
        return false;
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if policy.allow_credentials {
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    true
}

fn put(headers: &mut HeaderMap, name: &http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
