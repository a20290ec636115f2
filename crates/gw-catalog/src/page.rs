//! Lists in slices.
//!
//! It refuses slices without end: a page has a largest size.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which slice of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Page {
    /// How many items to skip.
    pub offset: u32,
    /// How many to return; more than [`Page::LARGEST`] counts as that.
    pub limit: u32,
}

impl Page {
    /// The most items one page holds.
    pub const LARGEST: u32 = 1000;

    /// The first `limit` items.
    pub const fn first(limit: u32) -> Self {
        Self { offset: 0, limit }
    }

    pub(crate) fn sql_limit(self) -> u32 {
        self.limit.min(Self::LARGEST)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(100)
    }
}

/// A slice of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Paged<T> {
    /// The slice.
    pub items: Vec<T>,
    /// How long the whole list is.
    #[ts(type = "number")]
    pub total: u64,
}
