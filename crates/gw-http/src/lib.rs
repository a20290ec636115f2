//! The one HTTP client: timings, size limits, address rules, cancellation.
