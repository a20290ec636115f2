//! Names that connectors and the engine agree on inside outputs and facts.
//!
//! It refuses names only one connector reads: those stay in that connector.

/// Output of the last receipt of a publication: where callers reach the API, without a slash at the end.
pub const OUTPUT_INVOKE_URL: &str = "invoke-url";

/// Output: this API was not made by Gatewright but taken over; the deployment it was at then. Withdrawing deletes what
/// somebody else made, and asks for a consent of its own.
pub const OUTPUT_ADOPTED: &str = "adopted";

/// Fact of a fault: how long the remote side asked to wait before the next call, in milliseconds.
pub const FACT_RETRY_AFTER_MS: &str = "retry-after-ms";

/// Fact of a fault that time alone mends: what is being waited for, as `the role gw-orders to be usable by Lambda`. IAM
/// changes take seconds to reach the other services; such a fault has `Retry::Soon`.
pub const FACT_WAITS_FOR: &str = "waits-for";

/// Fact of a fault: the vendor's request id.
pub const FACT_REQUEST_ID: &str = "request-id";

/// In a target's known outputs, with any value: what is known may no longer hold. `observe` then looks at every object and
/// tells no digest, so that a publication does everything again.
pub const KNOWN_IN_DOUBT: &str = "in-doubt";
