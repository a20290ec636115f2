//! Which network failure it was, and whether the request may have arrived.
//!
//! It refuses to put a query string or user info into a message: both can hold secrets.

use std::error::Error;
use std::io;
use std::time::Duration;

use gw_model::{Code, Effect, Fault, Retry};
use http::Method;
use url::Url;

use crate::address::{RefusedAddress, UnknownName};
use crate::exchange::place;

/// The failure of one exchange.
pub(crate) fn of(error: reqwest::Error, method: &Method, url: &Url) -> Fault {
    // The URL in the error's own text would carry the query string into logs.
    let error = error.without_url();
    let place = place(url);
    let fault = if let Some(refused) = find::<RefusedAddress>(&error) {
        Fault::new(
            Code::NetworkRefusedAddress,
            format!(
                "{} is at {}, which is not a public address.",
                refused.name, refused.address
            ),
            "Allow local addresses for this, or use a public address.",
        )
        .fact("address", refused.address.to_string())
    } else if let Some(unknown) = find::<UnknownName>(&error) {
        Fault::new(
            Code::NetworkNameUnknown,
            format!("The name {} could not be resolved.", unknown.name),
            "Check the spelling of the address, and that this machine is online.",
        )
        .retry(Retry::Soon)
        .fact("name", unknown.name.clone())
    } else if let Some(tls) = find::<rustls::Error>(&error) {
        Fault::new(
            Code::NetworkTls,
            format!("The TLS handshake with {place} failed: {tls}."),
            "Check that the address is right and its certificate valid; add a company authority to the system's store \
             or name it in SSL_CERT_FILE.",
        )
    } else if error.is_timeout() {
        Fault::new(
            Code::NetworkTimeout,
            format!("{place} did not answer in time."),
            "Check the address, VPN and proxy; then try again.",
        )
        .retry(Retry::Soon)
    } else if error.is_connect() {
        let why = find::<io::Error>(&error).map_or_else(String::new, |io| format!(": {io}"));
        Fault::new(
            Code::NetworkUnreachable,
            format!("{place} cannot be reached{why}."),
            "Check the address and port, that the other side runs, and VPN and proxy settings.",
        )
        .retry(Retry::Soon)
    } else if error.is_builder() {
        Fault::new(
            Code::RequestInvalid,
            format!(
                "The {method} request to {place} cannot be sent: {}.",
                root(&error)
            ),
            "Check the address, headers and body of the request.",
        )
    } else {
        Fault::new(
            Code::NetworkBadAnswer,
            format!(
                "The connection to {place} broke before its answer was complete: {}.",
                root(&error)
            ),
            "Try again; when it stays so, look at the log of the other side.",
        )
        .retry(Retry::Soon)
    };
    let arrived = !(error.is_connect() || error.is_builder());
    stamped(fault, method, url, arrived).because(error)
}

pub(crate) fn timeout(method: &Method, url: &Url, after: Duration) -> Fault {
    let fault = Fault::new(
        Code::NetworkTimeout,
        format!("{} did not answer within {} s.", place(url), after.as_secs_f32()),
        "Check the address, VPN and proxy; then try again, with a longer time if the other side is slow.",
    )
    .retry(Retry::Soon);
    stamped(fault, method, url, true)
}

pub(crate) fn cancelled(method: &Method, url: &Url) -> Fault {
    let fault = Fault::new(
        Code::RequestCancelled,
        format!("The {method} request to {} was cancelled.", place(url)),
        "Send it again when you want its answer.",
    )
    .retry(Retry::Soon);
    stamped(fault, method, url, true)
}

pub(crate) fn too_large(method: &Method, url: &Url, limit: u64) -> Fault {
    let fault = Fault::new(
        Code::NetworkTooLarge,
        format!("The answer of {} is larger than {limit} bytes.", place(url)),
        "Check that the address is the right one; what belongs there is smaller.",
    )
    .fact("limit", limit.to_string());
    stamped(fault, method, url, true)
}

pub(crate) fn refused(url: &Url) -> Fault {
    Fault::new(
        Code::NetworkRefusedAddress,
        format!("{} is not an address that may be asked here.", place(url)),
        "Use a public http or https address, or allow local addresses for this.",
    )
    .fact("address", place(url))
}

pub(crate) fn unbuildable(error: reqwest::Error) -> Fault {
    Fault::new(
        Code::NetworkTls,
        format!("No secure connection can be made: {}.", root(&error)),
        "Install the system's certificate authorities (package ca-certificates), or name them in SSL_CERT_FILE.",
    )
    .because(error)
}

fn stamped(fault: Fault, method: &Method, url: &Url, arrived: bool) -> Fault {
    let safe = matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    let effect = if arrived && !safe {
        Effect::Unknown
    } else {
        Effect::None
    };
    fault
        .effect(effect)
        .fact("method", method.as_str())
        .fact("url", place(url))
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An io::Error hides what it wraps from `source` when it was made from that.
        if let Some(inner) = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            let inner: &(dyn Error + 'static) = inner;
            if let Some(found) = find::<E>(inner) {
                return Some(found);
            }
        }
        next = error.source();
    }
    None
}

fn root(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}
