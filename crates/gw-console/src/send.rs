//! Sending a built request and recording its answer.
//!
//! It refuses to retry or to follow redirects: the console shows what one request was answered.

use gw_http::{CancellationToken, Client, Request};
use gw_model::Fault;

use crate::answer::Answered;

/// Sends it. Every status is an answer.
///
/// # Errors
/// `network.*` when no answer came, `request.cancelled` when `cancel` fired first.
pub async fn send(
    client: &Client,
    request: Request,
    cancel: &CancellationToken,
) -> Result<Answered, Fault> {
    let answer = client.send(request, cancel).await?;
    Ok(Answered::of(&answer))
}
