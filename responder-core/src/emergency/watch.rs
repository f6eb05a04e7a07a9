//! A deadline that looks before it gives up.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Until when something is heard of a call, and how often it may still turn out to be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Watch {
    /// When it is looked at next.
    pub(super) until: Timestamp,
    /// How many looks are left.
    pub(super) left: u8,
    /// Whether a look is under way.
    pub(super) asked: bool,
}

impl Watch {
    pub(super) const fn new(until: Timestamp, left: u8) -> Self {
        Self { until, left, asked: false }
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.until <= now
    }
}
