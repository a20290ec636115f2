//! Points in time, as the catalog keeps them and the page draws them.
//!
//! It refuses to read a clock.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
pub struct UnixMillis(#[ts(type = "number")] pub i64);
